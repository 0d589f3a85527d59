"""`make crash`: every verb that writes, cut short at each change of the disk, at each write, and in other ways.

The cut is a death, an error of the disk, a write that ends short, or Ctrl-C. After it a result is the old one or the
new one, and the next call gives the bytes of an undisturbed one and leaves nothing else behind. Further rows: two
writers at once, on a slow disk too; a disk that is really full or read-only; and the real tools (`crash_others.py`).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from support.crash import WRITES, Fault, contents, cut_short, in_child, preloaded

from disturbing.crash_verbs import PARTS, SELDOM, VERBS, WITH_JAX, remember, untimed

FORMAT, FORMAT_VERSION = "sc-neurocore/crash-points", 2


class Cut(NamedTuple):
    """What was left by one cut, and by the next call after it."""

    at: int
    whole: bool
    """Whether the old or the new result was there."""
    recovered: bool
    """Whether the next call gave the new bytes and left nothing else."""


class Bench:
    """A verb, the folder it writes in, and what it writes undisturbed.

    Args:
        verb: of `VERBS`.
        folder: an empty one.
    """

    def __init__(self, verb: str, folder: Path) -> None:
        self.verb, self.out, self._old = verb, folder / "out", folder / "old"
        self.out.mkdir(parents=True)
        if verb not in WITH_JAX:  # so that no child has to load kernels
            (folder / "warm").mkdir()
            VERBS[verb](folder / "warm", 1)
        self.must(1)
        shutil.copytree(self.out, self._old)
        self.old = self.parts()
        self.must(2)
        self.new, self.everything = self.parts(), self.contents()
        assert self.old != self.new, f"{verb} writes the same for both seeds"
        self.begin()

    def call(self, seed: int) -> Any:
        return VERBS[self.verb](self.out, seed)

    def must(self, seed: int) -> None:
        """A call that nothing disturbs, in a child: the parent keeps no threads and no locks."""
        status = in_child(lambda: self.call(seed))
        assert status == 0, f"{self.verb} ends with {status} where nothing disturbs it"

    def begin(self) -> None:
        """The old result, and nothing else."""
        shutil.rmtree(self.out)
        shutil.copytree(self._old, self.out)

    def contents(self) -> dict[str, bytes]:
        """Every file, without what says how long something took."""
        return {name: untimed(each) for name, each in contents(self.out).items()}

    def parts(self) -> dict[str, dict[str, bytes]]:
        """The files of each part of the result; temporary ones left out."""
        found: dict[str, dict[str, bytes]] = {}
        for name, content in self.contents().items():
            part = PARTS.get(self.verb, lambda name: "")(name)
            if part is not None and not any(each.startswith(".") for each in name.split("/")):
                found.setdefault(part, {})[name] = content
        return found

    def is_whole(self, status: int) -> bool:
        """Whether each part is the old or the new one; the new one where the call said that all went well."""
        parts = self.parts()
        if status == 0:
            return parts == self.new
        return self.old.keys() <= parts.keys() and all(
            each in (self.old.get(part), self.new.get(part)) for part, each in parts.items()
        )

    def is_mended(self) -> bool:
        """Whether the next call gives the new bytes and leaves nothing else."""
        return in_child(lambda: self.call(2)) == 0 and self.contents() == self.everything


def cuts(verb: str, fault: Fault, folder: Path, *, share: int = 1) -> Iterator[Cut]:
    """Cut a verb short at every `share`-th change.

    Args:
        verb: of `VERBS`.
        fault: how.
        folder: an empty one.
        share: every how many changes.
    """
    bench = Bench(verb, folder)
    for at, status in cut_short(lambda: bench.call(2), bench.out, fault, share):
        whole = bench.is_whole(status) and (fault != "short" or status == 0)
        yield Cut(at, whole, bench.is_mended())
        bench.begin()


class Rows:
    """The rows that are done; kept in a file, so that an interrupted run goes on.

    Args:
        file: where; None: nowhere.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self.done: list[dict[str, Any]] = json.loads(file.read_text()) if file and file.exists() else []

    def has(self, verb: str, how: str) -> bool:
        """Whether a row is done."""
        return any((row["verb"], row["fault"]) == (verb, how) for row in self.done)

    def add(self, verb: str, how: str, cuts_in: Callable[[Path], Iterator[Cut]]) -> None:
        """One row, unless it is done.

        Args:
            verb: of `VERBS`.
            how: what befalls it.
            cuts_in: makes the cuts in an empty folder.
        """
        if self.has(verb, how):
            return
        with tempfile.TemporaryDirectory() as name:
            points = list(cuts_in(Path(name)))
        bad = [cut._asdict() for cut in points if not (cut.whole and cut.recovered)]
        print(f"{verb}, {how}: {len(points)} points, {len(bad)} wrong", flush=True)
        self.done.append({"verb": verb, "fault": how, "points": len(points), "wrong": bad})
        if self._file:
            self._file.with_suffix(".new").write_text(json.dumps(self.done))
            self._file.with_suffix(".new").replace(self._file)


def main() -> int:
    """Run all; returns 0 if nothing was gone, torn or left behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="result as JSON")
    parser.add_argument("--verbs", nargs="*", default=list(VERBS), choices=list(VERBS))
    parser.add_argument("--state", type=Path, help="file of what is done")
    parser.add_argument("--share", type=int, default=1, help="every how many changes are cut")
    parser.add_argument("--others", action=argparse.BooleanOptionalAction, default=True, help="also what is no cut")
    options = parser.parse_args()
    preloaded(Path(__file__).parents[2] / "build" / "crash")
    if os.access("/dev/shm", os.W_OK):  # what is cut short there costs no turn of a disk
        tempfile.tempdir = os.environ["TMPDIR"] = "/dev/shm"
    with tempfile.TemporaryDirectory() as name:
        remember(Path(name))
        rows = Rows(options.state)
        for verb, fault in product(options.verbs, WRITES):
            share = options.share * SELDOM.get(verb, 1)
            rows.add(verb, fault, partial(cuts, verb, fault, share=share))
        if options.others:
            from disturbing.crash_others import others

            others(rows)
    points = sum(each["points"] for each in rows.done)
    wrong = sum(len(each["wrong"]) for each in rows.done)
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "command": "make crash",
        "points": points,
        "wrong": wrong,
        "missing": [f"{verb}, {fault}" for verb, fault in product(VERBS, WRITES) if not rows.has(verb, fault)],
        "others": options.others,
        "rows": rows.done,
    }
    Path(options.out).write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")
    print(f"{points} points, {wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
