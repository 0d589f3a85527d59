"""What a failed co-simulation leaves: samples that fail, a command that shows it again, waves, JUnit XML."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from support.cores.handmade_core import small_network, verilog
from support.oracle.network import evaluate
from support.verilog.simulators import QUICK

from sc_neurocore import cli, save_network
from sc_neurocore.cosim import run
from sc_neurocore.cosim.simulators.waves import view
from sc_neurocore.cosim.verdict.junit import junit_xml
from sc_neurocore.spec.errors import OptionError

NETWORK = small_network([[[2, -3, 7], [-1, 4, 5]]], [[1, 0]])


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """A run of a core with a wrong weight, with waves and JUnit XML: the folder, and what the command said."""
    folder = tmp_path_factory.mktemp("a folder with a space")
    save_network(NETWORK, folder / "network")
    (folder / "rtl").mkdir()
    text = verilog(NETWORK)
    assert text.count("w0[5] = 5;") == 1
    (folder / "rtl" / "hand.v").write_text(text.replace("w0[5] = 5;", "w0[5] = -5;"))
    command = ["cosim", str(folder / "network"), "--rtl", str(folder / "rtl"), "--samples", "3", "--seed", "4"]
    command += ["--simulator", QUICK, "--out", str(folder / "out"), "--waves", "--junit", str(folder / "out.xml")]
    assert cli.main(command) == 1
    return folder


def report_of(folder: Path) -> dict:
    return json.loads((folder / "cosim.json").read_text())


def test_the_samples_that_fail_are_kept(failed):
    report = report_of(failed / "out")
    assert report["failure"]["folder"] == "failing"
    codes, expected = (np.load(failed / "out" / "failing" / f"{name}.npy") for name in ("codes", "expected"))
    assert len(codes) == len(report["failure"]["samples"]) > 0
    assert codes[:, 2].all()  # the wrong weight is that of the third input
    assert (evaluate(failed / "out" / "failing" / "network", codes) == expected).all()


def test_one_command_shows_it_again_wherever_the_folder_lies(failed, tmp_path):
    place = tmp_path / "elsewhere"
    (failed / "out" / "failing").rename(place)
    environment = dict(os.environ, PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    environment["PYTHONPATH"] = str(Path(cli.__file__).parents[2])
    done = subprocess.run(["sh", place / "replay.sh"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    again = report_of(place / "replayed")
    assert again["verdict"] == "FAIL"
    assert again["first_mismatch"]["sample"] == 0
    assert again["seed"] == 4


def test_the_waves_and_their_view_are_there(failed):
    report = report_of(failed / "out")
    assert report["waves"] == {"icarus": "waves.fst", "verilator": "waves.vcd"}[QUICK]
    assert (failed / "out" / report["waves"]).stat().st_size > 500
    lines = (failed / "out" / "waves.gtkw").read_text().splitlines()
    assert lines[0] == f'[dumpfile] "{report["waves"]}"'
    assert "hand.s_axis_tdata[7:0]" in lines
    assert "hand.frame_error" in lines


def test_a_view_names_ports_by_group():
    text = view("waves.vcd", "core", {"clk": 0, "m_axis_tdata": 15, "extra": 3})
    assert text.splitlines()[2:] == [
        "-clock and reset",
        "core.clk",
        "-output stream",
        "core.m_axis_tdata[15:0]",
        "-others",
        "core.extra[3:0]",
    ]


def test_junit_says_which_check_failed(failed):
    suite = ElementTree.parse(failed / "out.xml").getroot()
    assert (suite.tag, suite.get("failures")) == ("testsuite", "1")
    cases = {case.get("name"): [part.tag for part in case] for case in suite.iter("testcase")}
    assert cases["outputs equal the model's"] == ["failure"]
    assert cases["protocol, frames and timing"] == []
    assert len(cases) == int(suite.get("tests", "0")) == 3


def test_junit_of_other_verdicts(failed):
    report = report_of(failed / "out")
    nothing = report | {"mismatches": 0, "values_compared": 0, "findings": ["no output value was compared"]}
    nothing["episodes"] = {"values_compared": 0}
    nothing["features"] = {"loads": {"verdict": "UNVERIFIED", "checks": []}}
    nothing["model_faults"] = {"made": 0, "killed": 0, "equivalent": 0, "search": "not searched"}
    suite = ElementTree.fromstring(junit_xml(nothing).partition("\n")[2])
    states = {case.get("name"): [part.tag for part in case] for case in suite.iter("testcase")}
    assert states == {
        "outputs equal the model's": ["failure"],
        "protocol, frames and timing": ["failure"],
        "loads": ["skipped"],
        "small faults of the model would be seen": ["skipped"],
    }
    assert (suite.get("failures"), suite.get("skipped")) == ("2", "2")


def test_a_pass_removes_what_an_earlier_failure_left(tmp_path):
    (tmp_path / "rtl").mkdir()
    for text, verdict in ((verilog(NETWORK).replace("w0[5] = 5;", "w0[5] = 4;"), "FAIL"), (verilog(NETWORK), "PASS")):
        (tmp_path / "rtl" / "hand.v").write_text(text)
        result = run(NETWORK, tmp_path / "out", rtl=tmp_path / "rtl", simulator=QUICK, samples=2)
        assert result.report["verdict"] == verdict
        assert (result.report["failure"] is None) == (verdict == "PASS")
        assert (tmp_path / "out" / "failing").exists() == (verdict == "FAIL")
    (tmp_path / "out" / "failing").mkdir()
    (tmp_path / "out" / "failing" / "letter.txt").write_text("dear")
    run(NETWORK, tmp_path / "out", rtl=tmp_path / "rtl", simulator=QUICK, samples=2)
    assert (tmp_path / "out" / "failing" / "letter.txt").exists()  # which is not ours


def test_waves_need_a_bench_that_python_drives(tmp_path):
    with pytest.raises(OptionError, match="waves are of mode 'cocotb'"):
        run(NETWORK, tmp_path / "out", mode="block", waves=True)
    with pytest.raises(OptionError, match="amaranth"):
        run(NETWORK, tmp_path / "out", simulator="amaranth", waves=True)
