"""`infer` on files cut short anywhere, inside a chunk too: the next run goes on and gives the same bytes."""

from __future__ import annotations

import os
import sys
from itertools import product

import numpy as np
import pytest
from support.crash import FAULTS, cut_short
from support.networks.descriptions import dense, network, tensors
from support.networks.random_networks import write_folder

from sc_neurocore.inference import files, partial
from sc_neurocore.inference.files import infer_files
from sc_neurocore.spec import OptionError

SAMPLES = 8


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A call of `infer_files` in three chunks, each of them journaled, and the bytes that it gives undisturbed."""
    monkeypatch.setattr(partial, "SECONDS_BETWEEN", -1.0)
    description = network(dense(3, 2, n=4, length=16))
    folder = write_folder(tmp_path / "net", description, tensors(description))
    np.save(tmp_path / "codes.npy", np.random.default_rng(0).integers(0, 16, (SAMPLES, 3)))
    (tmp_path / "out").mkdir()

    def call() -> bytes:
        out = tmp_path / "out" / "y.npy"
        infer_files(folder, out, codes=tmp_path / "codes.npy", chunk=3, engine="packed")
        return out.read_bytes()

    return call


def test_another_run_that_ends_meanwhile_keeps_its_result(run, tmp_path, monkeypatch):
    """Between the opening of the unfinished file and its lock it may have become somebody's result."""
    expected, out = run(), tmp_path / "out" / "y.npy"
    real, calls = partial.lock, []

    def late(handle):
        calls.append(handle)
        if len(calls) == 1:
            os.replace(out.with_name(".y.npy.partial"), out)
            out.write_bytes(expected)
        return real(handle)

    monkeypatch.setattr(partial, "lock", late)
    out.unlink()
    assert run() == expected
    assert len(calls) == 2


def test_without_locks_a_second_writer_is_noticed(run, tmp_path, monkeypatch):
    monkeypatch.setattr(partial, "lock", lambda handle: None)
    assert run() == run()
    real = partial.PartialOutput.append

    def disturbed(self, outputs, *given):
        real(self, outputs, *given)
        self._file.flush()
        with open(self.path, "r+b") as file:
            file.seek(self._first_row)
            file.write(bytes(8))

    monkeypatch.setattr(partial.PartialOutput, "append", disturbed)
    with pytest.raises(OptionError, match="another run is writing it"):
        run()


def test_a_full_disk_at_a_later_journal_keeps_the_earlier_one(run, tmp_path, monkeypatch):
    real, calls = partial.write_atomic, []

    def full(path, text):
        calls.append(path)
        if len(calls) >= 2:
            raise OptionError("No space left on device")
        real(path, text)

    monkeypatch.setattr(partial, "write_atomic", full)
    with pytest.raises(OptionError, match="No space"):
        run()
    assert sorted(os.listdir(tmp_path / "out")) == [".y.npy.journal", ".y.npy.partial"]


class _Interrupt:
    """A trace that raises KeyboardInterrupt before line number `at` of the two files is run."""

    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, frame, event, argument):
        if frame.f_code.co_filename not in (files.__file__, partial.__file__):
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt
        return self


def test_an_interruption_at_any_line_loses_nothing(run, tmp_path):
    expected = run()
    before, out = sys.gettrace(), tmp_path / "out" / "y.npy"
    resumed, at, interrupted = set(), 0, True
    while interrupted:
        at += 1
        out.unlink()
        try:
            sys.settrace(_Interrupt(at))
            run()
        except KeyboardInterrupt:
            interrupted = True
        else:
            interrupted = False
        finally:
            sys.settrace(before)
        journal = tmp_path / "out" / ".y.npy.journal"
        if journal.exists():
            resumed.add(journal.read_text().partition('"done": ')[2].partition(",")[0])
        assert run() == expected, at
        assert os.listdir(tmp_path / "out") == ["y.npy"], at
    assert at > 150
    assert resumed == {"3", "6", "8"}


@pytest.mark.one_in(2)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_change_of_the_disk_loses_nothing(fault, run, tmp_path):
    expected = run()
    met = []
    for at, _ in cut_short(lambda: ((tmp_path / "out" / "y.npy").unlink(missing_ok=True), run()), tmp_path, fault):
        met.append(at)
        assert run() == expected
        assert os.listdir(tmp_path / "out") == ["y.npy"]
    assert len(met) > 8


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *product(["y.npy", ".y.npy.partial"], ["symbolic link", "hard link", "fifo"]),
        *product([".y.npy.journal"], ["symbolic link", "fifo"]),  # a journal is replaced, not written into
    ],
)
def test_a_name_that_belongs_to_something_else_is_not_followed(name, kind, run, tmp_path):
    other, path = tmp_path / "other", tmp_path / "out" / name
    other.write_bytes(b"precious")
    {"symbolic link": path.symlink_to, "hard link": path.hardlink_to, "fifo": lambda _: os.mkfifo(path)}[kind](other)
    with pytest.raises(OptionError, match=r"cannot (write|replace)"):
        run()
    assert other.read_bytes() == b"precious"
    assert os.listdir(tmp_path / "out") == [name]


def test_a_foreign_file_is_not_replaced(run, tmp_path):
    path = tmp_path / "out" / "y.npy"
    path.write_text("a thesis")
    with pytest.raises(OptionError, match="it is no file that this command wrote"):
        run()
    assert path.read_text() == "a thesis"
    assert os.listdir(path.parent) == ["y.npy"]
