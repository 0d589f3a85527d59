"""`make signals`: SIGINT, SIGTERM and SIGHUP at random times of every verb that works for a while.

A process that meets one ends with 128 and its number (or has finished), without a traceback; nothing that it started
lives on; and the same command run again ends well and leaves its result and nothing else, here and in TMPDIR. One case
in five starts a fresh interpreter, whose imports are interrupted, too; before the command's first line the system ends
it as any program.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np
from safetensors.numpy import save_file

from disturbing.crash_others import left
from disturbing.crash_verbs import arrays, data_file, network
from sc_neurocore import cli, save_network

FORMAT, FORMAT_VERSION = "sc-neurocore/signals", 1
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 60.0
"""Seconds in which a signalled process must have ended."""
SHARES = {"infer": 16, "export": 12, "generate": 10, "sweep": 8, "train": 1, "cosim": 1, "synth": 1}
FRESH = 5
"""One case in so many starts a fresh interpreter."""


class Case(NamedTuple):
    """How one case ended."""

    number: int
    verb: str
    signal: str
    outcome: str
    """finished, interrupted, or by the signal itself before the command's first line."""
    wrong: str
    """What was not as it must be; empty: nothing."""


def commands(folder: Path) -> dict[str, list[str]]:
    """Arguments of each verb, all but `--out`, on files that are made here."""
    net, codes, data = folder / "network", folder / "codes.npy", data_file(folder / "data", 1)
    save_network(network(1), net)
    np.save(codes, np.random.default_rng(0).integers(0, 8, (40_000, 5)))
    weights = {"0.weight": arrays(1)[0], "1.weight": arrays(1)[1]}
    save_file({key: each.astype(np.float32) for key, each in weights.items()}, folder / "m.safetensors")
    return {
        "infer": [str(net), "--codes", str(codes), "--chunk", "2000"],
        "export": [str(folder / "m.safetensors"), "--stream-length", "8"],
        "generate": [str(net)],
        "sweep": [str(net), "--data", str(data), "--stream-lengths", "2,4", "--workers", "0"],
        "train": ["--data", str(data), "--hidden", "2", "--stream-length", "4", "--epochs", "40"],
        "cosim": [str(net), "--samples", "2"],
        "synth": [str(net), "--target", "hx8k", "--count-only"],
    }


def started(arguments: list[str], mark: str, told: Path, fresh: bool) -> int:
    """The process that runs a command, in a session of its own, its words in a file."""
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        for each in SIGNALS:  # as a shell starts it
            signal.signal(each, signal.default_int_handler if each == signal.SIGINT else signal.SIG_DFL)
        os.environ["SC_SIGNALS_MARK"] = mark
        with told.open("w") as file, open(os.devnull, "r+") as nothing:
            os.dup2(nothing.fileno(), 0)
            os.dup2(nothing.fileno(), 1)
            os.dup2(file.fileno(), 2)
        if fresh:
            os.execv(sys.executable, [sys.executable, "-m", "sc_neurocore.cli", *arguments])
        os._exit(cli.main(arguments))
    finally:
        os._exit(99)


def awaited(child: int, seconds: float) -> int | None:
    """Exit status of a child; None, and its end, where it takes longer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(str(each.relative_to(folder)) for each in folder.rglob("*"))


def without_paths(words: str) -> str:
    """What a command said, without the place of this checkout: a result is the same wherever it was made."""
    return words.replace(f"{Path(__file__).resolve().parents[2]}/", "")


def one(number: int, verb: str, arguments: list[str], place: Path, seconds: float, complete: list[str]) -> Case:
    """Run, signal, look, run again, look."""
    rng = random.Random(f"signals {number}")
    sent, fresh = rng.choice(SIGNALS), number % FRESH == 0
    told, out, mark = place / "told", place / "out", f"signals-{os.getpid()}-{number}"
    out.mkdir()
    command = [verb, *arguments, "--out", str(out / "result.npy" if verb == "infer" else out / "result")]
    child = started(command, mark, told, fresh)
    time.sleep(rng.uniform(0, seconds + 2 * fresh))
    try:
        os.kill(child, sent)
    finally:
        status = awaited(child, PATIENCE)
    words = told.read_text(errors="replace")
    outcomes = {0: "finished", 128 + sent: "interrupted", None: "hangs"}
    outcome = outcomes.get(status, f"status {status}")
    wrong = []
    if status == -sent or (fresh and "Traceback" in words and 'cli/__init__.py", line' not in words):
        outcome = "before the first line"
    elif outcome not in ("finished", "interrupted") or "Traceback" in words:
        wrong.append(f"{outcome}: {without_paths(words)[-300:]}")
    if left(mark):
        wrong.append("a child is left")
    again = awaited(started(command, mark, told, False), 10 * PATIENCE)
    if again != 0:
        wrong.append(f"the next run ends with {again}: {without_paths(told.read_text(errors='replace'))[-300:]}")
    if names(out) != complete:
        wrong.append(f"after the next run there is {names(out)}")
    remains = [each for each in os.listdir(tempfile.gettempdir()) if "sc-" in each]
    if remains:
        wrong.append(f"in TMPDIR remains {remains}")
    shutil.rmtree(out)
    return Case(number, verb, signal.Signals(sent).name, outcome, "; ".join(wrong))


def undisturbed(verb: str, arguments: list[str], place: Path) -> tuple[float, list[str]]:
    """How long a verb takes, and what it leaves."""
    out, told = place / "out", place / "told"
    out.mkdir()
    command = [verb, *arguments, "--out", str(out / "result.npy" if verb == "infer" else out / "result")]
    begun = time.monotonic()
    status = awaited(started(command, "undisturbed", told, False), 600)
    seconds = time.monotonic() - begun
    assert status == 0, f"{verb}: {status}, {told.read_text()}"
    complete = names(out)
    shutil.rmtree(out)
    return seconds, complete


def cases(count: int, folder: Path, verbs: dict[str, int], state: Path | None, say: Callable[[str], Any]) -> list[Case]:
    """Run so many cases, the verbs by their shares.

    Args:
        count: of cases.
        folder: an empty one.
        verbs: with their shares.
        state: file of what is done; None: none.
        say: takes a line now and then.
    """
    made = commands(folder)
    row = [verb for verb, share in verbs.items() for _ in range(share)]
    random.Random(0).shuffle(row)
    known = {verb: undisturbed(verb, made[verb], folder) for verb in verbs}
    done = [Case(*each) for each in json.loads(state.read_text())] if state and state.exists() else []
    for number in range(len(done), count):
        verb = row[number % len(row)]
        done.append(one(number, verb, made[verb], folder, *known[verb]))
        if state:
            state.write_text(json.dumps(done))
        if done[-1].wrong or number % 20 == 19:
            say(f"{number + 1} of {count}: {done[-1].wrong or 'all is well'}")
    return done


def main() -> int:
    """Run all; returns 0 if nothing was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="result as JSON")
    parser.add_argument("--state", type=Path, help="file of what is done")
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        temporary = Path(name, "tmp")
        temporary.mkdir()
        tempfile.tempdir = os.environ["TMPDIR"] = str(temporary)
        done = cases(options.count, Path(name), SHARES, options.state, lambda line: print(line, flush=True))
    wrong = [each._asdict() for each in done if each.wrong]
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "command": "make signals",
        "signals": len(done),
        "by_verb": Counter(each.verb for each in done),
        "by_signal": Counter(each.signal for each in done),
        "outcomes": Counter(each.outcome for each in done),
        "wrong": wrong,
    }
    Path(options.out).write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")
    print(f"{len(done)} signals, {len(wrong)} wrong")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
