"""Signals that end the command: one line, the signal's status, no child, no leftover; errors of ours in one line."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time

import pytest

from sc_neurocore import cli
from sc_neurocore.cli import doctor, signals

PROGRAM = """
import dataclasses, signal, subprocess, sys, time
from sc_neurocore import cli
from sc_neurocore.cli import doctor
from sc_neurocore.spec import written_folder

def verb(options):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        with written_folder(place + "/out") as folder:
            (folder / "half").write_text("x")
            print(child.pid, flush=True)
            time.sleep(600)
    finally:
        child.kill()
        child.wait()

doctor.VERB = dataclasses.replace(doctor.VERB, action=verb)
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may start what runs behind it with these ignored
for each in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(each, signal.SIG_DFL)
sys.argv, place = ["sc-neurocore", "doctor"], sys.argv[1]
sys.exit(cli.program())
"""


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_children_and_leaves_nothing(name, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, tmp_path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    child = int(process.stdout.readline())
    process.send_signal(getattr(signal, name))
    _, told = process.communicate(timeout=120)
    assert process.returncode == 128 + getattr(signal, name)
    assert told == "sc-neurocore: interrupted\n"
    assert os.listdir(tmp_path) == []
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_that_a_library_turns_into_another_error_is_told_as_the_signal(name, monkeypatch, capsys):
    def imports(options):
        try:
            signal.raise_signal(getattr(signal, name))
        except BaseException as error:  # what NumPy's macros do while a module in C is imported
            sys.excepthook(*sys.exc_info())
            raise ImportError("a module in C failed to import") from error

    monkeypatch.setattr(doctor, "VERB", dataclasses.replace(doctor.VERB, action=imports))
    number = getattr(signal, name)
    handler = signal.signal(number, signal.SIG_DFL)  # under nohup the tests would ignore it, and the program, too
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert cli.main(["doctor"]) == 128 + number
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        time.sleep(2 * signals.SECONDS_UNTIL_AGAIN)  # what was to come once more does not come any more
    finally:
        signal.signal(signal.SIGINT, before)
        signal.signal(number, before if number == signal.SIGINT else handler)
    assert capsys.readouterr().err == "sc-neurocore: interrupted\n"


def test_what_others_do_with_a_signal_stays():
    seen = []
    before = signal.signal(signal.SIGHUP, lambda number, frame: seen.append(number))
    try:
        with signals.ended_by_signals():
            signal.raise_signal(signal.SIGHUP)
            with pytest.raises(signals.Terminated, match="SIGTERM"):
                signal.raise_signal(signal.SIGTERM)
        assert seen == [signal.SIGHUP]
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


def test_an_error_of_this_program_is_one_line_and_a_traceback_on_request(monkeypatch, capsys):
    def fails(options):
        raise RuntimeError("a bug\nof two lines")

    monkeypatch.setattr(doctor, "VERB", dataclasses.replace(doctor.VERB, action=fails))
    assert cli.main(["doctor"]) == 3
    told = "sc-neurocore: error: an error of this program, RuntimeError: a bug of two lines; --debug shows where\n"
    assert capsys.readouterr().err == told
    with pytest.raises(RuntimeError, match="a bug"):
        cli.main(["--debug", "doctor"])


@pytest.mark.parametrize(("number", "ends"), [(signal.SIGTERM, signals.Terminated), (signal.SIGINT, KeyboardInterrupt)])
def test_a_signal_that_a_destructor_swallows_comes_once_more(number, ends, capsys):
    class Closing:
        def __del__(self):
            signal.raise_signal(number)

    def work():
        with signals.ended_by_signals():
            Closing()  # goes here, and with it the first exception
            for _ in range(200):
                time.sleep(0.01)

    before, interrupted = sys.unraisablehook, signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(ends):
            work()
    finally:
        signal.signal(signal.SIGINT, interrupted)
    assert sys.unraisablehook is before
    assert capsys.readouterr().err == ""


def test_other_exceptions_of_destructors_are_told_as_ever(monkeypatch):
    class Closing:
        def __del__(self):
            raise ValueError("of a destructor")

    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: told.append(str(unraisable.exc_value)))
    with signals.ended_by_signals():
        Closing()
    assert told == ["of a destructor"]
