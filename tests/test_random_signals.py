"""Some of the signals that `make signals` sends, and faults of the kinds that it must see."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

import pytest
from disturbing.random_signals import cases, one

from sc_neurocore import cli


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """A folder to work in, and a place of its own for temporary files."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    return tmp_path


def test_signals_leave_no_child_and_no_temporary(place):
    done = cases(5, place, {"export": 2, "generate": 1}, None, print)
    assert len(done) == 5
    assert [each for each in done if each.wrong] == []


def seen(main, place, monkeypatch, arguments=("x",)):
    """What is wrong with a command of this kind."""
    monkeypatch.setattr(cli, "main", main)
    return one(4, "verb", [*arguments], place, 3.0, ["result"]).wrong  # SIGINT after 1.6 seconds


def test_a_child_that_lives_on_is_seen(place, monkeypatch):
    def main(arguments):
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(12)"], start_new_session=True)
        return 0

    assert "a child is left" in seen(main, place, monkeypatch)


def test_a_traceback_a_leftover_and_an_unfinished_run_are_seen(place, monkeypatch):
    def main(arguments):
        (place / "tmp" / "sc-left").touch()
        try:
            time.sleep(5)
        finally:
            os.write(2, b"Traceback (most recent call last):\n")
        return 1

    wrong = seen(main, place, monkeypatch)
    for each in (
        "Traceback",
        "the next run ends with 1",
        "in TMPDIR remains ['sc-left']",
        "after the next run there is []",
    ):
        assert each in wrong
