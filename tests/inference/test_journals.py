"""Interrupted inference goes on from its journal, and journals of other runs or damaged ones are refused."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from support import oracle
from support.interruptions import SAMPLES, interrupted, npy, unfinished
from support.networks.descriptions import dense, network, tensors
from support.networks.random_networks import write_folder
from support.refusals import refuse

from sc_neurocore import cli
from sc_neurocore.inference.files import infer_files
from sc_neurocore.spec import OptionError

OFTEN = """
import sys
from sc_neurocore import cli
from sc_neurocore.inference import partial

partial.SECONDS_BETWEEN = 0.0  # a journal after every chunk
sys.exit(cli.main())
"""


def test_a_killed_program_goes_on(tmp_path):
    """SIGKILL in the middle, then the same command: the bytes of a run that nobody disturbed."""
    description = network(dense(32, 16, n=8, length=256))
    folder = write_folder(tmp_path / "net", description, tensors(description))
    numbers = np.random.default_rng(0).integers(0, 256, (1500, 32)).astype(np.uint8)
    np.save(tmp_path / "codes.npy", numbers)
    out = tmp_path / "y.npy"
    arguments = ["infer", folder, "--codes", tmp_path / "codes.npy", "--out", out, "--engine", "reference"]
    command = [sys.executable, "-c", OFTEN, *map(str, arguments), "--threads", "1"]
    child = subprocess.Popen([*command, "--chunk", "20"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    journal, until = unfinished(out)[1], time.monotonic() + 120
    while not journal.exists() and child.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL, "it ended before it could be killed"
    done = json.loads(journal.read_text())["done"]
    assert 0 < done < len(numbers)
    (tmp_path / "codes.npy").write_bytes(npy(numbers))  # the same bytes in a new file are the same inputs
    result = subprocess.run([*command, "--chunk", "500", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(result.stdout)["resumed"] == done
    infer_files(folder, tmp_path / "whole.npy", codes=tmp_path / "codes.npy", engine="counts")
    assert out.read_bytes() == (tmp_path / "whole.npy").read_bytes()


def other_codes(folder: Path, codes: Path, out: Path) -> None:
    numbers = np.load(codes)
    numbers[4, 1] ^= 1
    np.save(codes, numbers)


def longer_codes(folder: Path, codes: Path, out: Path) -> None:
    np.save(codes, np.vstack([np.load(codes)] * 2))


def other_type(folder: Path, codes: Path, out: Path) -> None:
    np.save(codes, np.load(codes).astype(np.int16))


def other_network(folder: Path, codes: Path, out: Path) -> None:
    description = network(dense(3, 2, n=4, length=15))
    for file in folder.iterdir():
        file.unlink()
    write_folder(folder, description, tensors(description))


def damaged_rows(folder: Path, codes: Path, out: Path) -> None:
    partial = unfinished(out)[0]
    content = bytearray(partial.read_bytes())
    content[128 + 8 * 2 * 8] ^= 1  # in row 8 of 9
    partial.write_bytes(content)


def truncated_rows(folder: Path, codes: Path, out: Path) -> None:
    partial = unfinished(out)[0]
    partial.write_bytes(partial.read_bytes()[:-8])


def no_rows(folder: Path, codes: Path, out: Path) -> None:
    unfinished(out)[0].unlink()


def journal_with(**changes):
    def damage(folder: Path, codes: Path, out: Path) -> None:
        journal = unfinished(out)[1]
        journal.write_text(json.dumps(json.loads(journal.read_text()) | changes))

    return damage


def journal_of(content: bytes):
    return lambda folder, codes, out: unfinished(out)[1].write_bytes(content)


DAMAGES = {
    "other codes": (other_codes, "other codes"),
    "longer codes": (longer_codes, "another shape"),
    "codes of another type": (other_type, "another dtype"),
    "another network": (other_network, "another network_sha256"),
    "damaged rows": (damaged_rows, "its rows are not those"),
    "truncated rows": (truncated_rows, "is damaged"),
    "empty journal": (journal_of(b""), "or damaged"),
    "binary journal": (journal_of(bytes(range(256))), "or damaged"),
    "deep journal": (journal_of(b"[" * 100_000), "or damaged"),
    "a list": (journal_of(b"[1]"), "or damaged"),
    "another format": (journal_with(format="x"), "or damaged"),
    "more rows than there are": (journal_with(done=SAMPLES + 1), "or damaged"),
    "negative rows": (journal_with(done=-1), "or damaged"),
    "true rows": (journal_with(done=True), "or damaged"),
    "fewer rows than hashed": (journal_with(done=8), "other codes"),
    "a wrong hash": (journal_with(outputs_sha256="0" * 64), "its rows are not those"),
    "no sum": (journal_with(saturated=None), "or damaged"),
    "made from nothing": (journal_with(made_from={}), "another network_sha256"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_the_journal_of_another_run_is_refused_and_can_be_forgotten(name, folder, codes, tmp_path, capsys):
    damage, words = DAMAGES[name]
    out = tmp_path / "y.npy"
    interrupted(folder, codes, out)
    damage(folder, codes, out)
    before = {path: path.read_bytes() for path in unfinished(out) if path.exists()}
    command = ["infer", folder, "--codes", codes, "--out", out]
    said = refuse(tmp_path, capsys, *command, words=[words, "--restart"])
    assert ".y.npy." in said
    assert {path: path.read_bytes() for path in unfinished(out) if path in before} == before
    assert cli.main([*map(str, command), "--restart"]) == 0
    assert "interrupted" not in capsys.readouterr().out
    assert np.array_equal(np.load(out), oracle.evaluate(folder, np.load(codes)))
    assert not any(path.exists() for path in unfinished(out))


def test_another_engine_does_not_go_on(folder, codes, tmp_path):
    interrupted(folder, codes, tmp_path / "y.npy", engine="packed")
    with pytest.raises(OptionError, match="interrupted run with another engine: packed, now counts"):
        infer_files(folder, tmp_path / "y.npy", codes=codes, engine="counts")


def test_a_journal_without_rows_is_of_a_run_that_has_ended(folder, codes, tmp_path):
    """Its rows got their name, and it did not go any more."""
    interrupted(folder, codes, tmp_path / "y.npy")
    no_rows(folder, codes, tmp_path / "y.npy")
    assert "resumed" not in infer_files(folder, tmp_path / "y.npy", codes=codes)
    assert np.array_equal(np.load(tmp_path / "y.npy"), oracle.evaluate(folder, np.load(codes)))
    assert not any(path.exists() for path in unfinished(tmp_path / "y.npy"))


def test_rows_without_a_journal_are_begun_anew(folder, codes, tmp_path):
    unfinished(tmp_path / "y.npy")[0].write_bytes(b"killed before its first journal" * 1000)
    assert "resumed" not in infer_files(folder, tmp_path / "y.npy", codes=codes)
    assert np.array_equal(np.load(tmp_path / "y.npy"), oracle.evaluate(folder, np.load(codes)))
