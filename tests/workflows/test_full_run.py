"""`run`, from data to report, on a network small enough for Amaranth's own simulator."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

pytest.importorskip("jax", reason="the jax extra is not installed")

from sc_neurocore import cli
from sc_neurocore.cosim.simulators import tools
from sc_neurocore.cosim.verdict import verify

OPTIONS = ["--hidden", "3", "--stream-lengths", "4", "--deployed", "4", "--epochs", "2", "--samples", "5"]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The arguments of a small run, and the folder that it filled where no simulator but Amaranth's is usable."""
    folder = tmp_path_factory.mktemp("a run with a space")
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    np.savez(folder / "data.npz", x=np.clip(y[:, None] * 0.6 + rng.random((60, 4)) * 0.4, 0, 1), y=y)
    command = ["run", "--data", str(folder / "data.npz"), "--out", str(folder / "out"), *OPTIONS, "--targets", ","]
    which = shutil.which
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tools.shutil, "which", lambda name: None if name in ("g++", "iverilog") else which(name))
        assert cli.main(command) == 0
    return folder / "out", [*command, "--simulator", "amaranth"]


def test_a_run_without_other_simulators_is_verified_by_amaranths(small):
    out, _ = small
    cosim = json.loads((out / "cosim" / "cosim.json").read_text())
    assert (cosim["verdict"], cosim["simulator"], cosim["mismatches"]) == ("PASS", "amaranth", 0)
    assert cosim["values_compared"] >= 5 * 2
    assert cosim["network_sha256"] == json.loads((out / "infer" / "infer.json").read_text())["network_sha256"]
    sweep = json.loads((out / "sweep.json").read_text())
    assert [point["stream_length"] for point in sweep["points"]] == [4]
    page = (out / "report.html").read_text()
    assert "the components passed, but no Verilog was simulated" in page  # and so the page does not call it verified
    assert ">UNVERIFIED<" in page


def test_a_second_run_keeps_every_step(small, capsys):
    _, command = small
    capsys.readouterr()
    assert cli.main(command) == 0
    shown = capsys.readouterr()
    assert len(shown.err.splitlines()) == 7
    assert all(line.endswith("(kept)") for line in shown.err.splitlines())
    assert "PASS" in shown.out


def test_a_difference_ends_a_run_with_status_1(small, capsys, monkeypatch):
    out, command = small
    honest = verify._script

    def other_model(*arguments):
        script, expected, *rest = honest(*arguments)
        return script, expected + 1, *rest

    monkeypatch.setattr(verify, "_script", other_model)
    capsys.readouterr()
    assert cli.main([*command, "--samples", "6"]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("sc-neurocore: error: the gates differ from the model")
    assert json.loads((out / "cosim" / "cosim.json").read_text())["verdict"] == "FAIL"
