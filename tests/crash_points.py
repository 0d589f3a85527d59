"""`make crash`: every verb that writes, cut short where it opens, renames, makes or removes something on the disk.

The cut is a death, an error of the disk or Ctrl-C. After it a result is the old one or the new one, and the next call
gives the bytes of an undisturbed one and leaves nothing else behind. Verbs that run other programs are left out, and
so are cuts within a write.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from support.crash import FAULTS, Fault, contents, cut_short

from sc_neurocore import save_network
from sc_neurocore.explore import sweep
from sc_neurocore.explore.candidates import FloatNetwork
from sc_neurocore.export import export, lower_dense
from sc_neurocore.inference.files import infer_files
from sc_neurocore.report import write as write_report
from sc_neurocore.rtl import generate
from sc_neurocore.spec import NetworkSpec

FORMAT, FORMAT_VERSION = "sc-neurocore/crash-points", 1


def arrays(seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1, 1, (4, 5)), rng.uniform(-1, 1, (3, 4))]


def network(seed: int) -> NetworkSpec:
    return lower_dense(arrays(seed), [np.zeros(4), np.zeros(3)], stream_length=8, name="tiny").network


def _export(folder: Path, seed: int) -> None:
    named = {"0.weight": arrays(seed)[0], "1.weight": arrays(seed)[1]}
    export(named, folder / "network", stream_length=8, name="tiny")


def _infer(folder: Path, seed: int) -> None:
    given = folder.with_name("given")
    if not given.exists():
        save_network(network(1), given / "network")
        for each in (1, 2):
            np.save(given / f"{each}.npy", np.random.default_rng(each).integers(0, 8, (9, 5)))
    infer_files(given / "network", folder / "y.npy", codes=given / f"{seed}.npy", chunk=4)


def _report(folder: Path, seed: int) -> None:
    given = folder.with_name(f"run{seed}")
    if not given.exists():
        save_network(network(seed), given / "network")
    write_report(given, folder / "page.html")


def _sweep(folder: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    data = {"features": rng.uniform(0, 1, (12, 5)), "labels": rng.integers(0, 3, 12)}
    source = FloatNetwork((*arrays(seed),), (np.zeros(4), np.zeros(3)))
    sweep(source, folder / "sweep", **data, stream_lengths=(4, 8), workers=0)


VERBS: dict[str, Callable[[Path, int], Any]] = {
    "save": lambda folder, seed: save_network(network(seed), folder / "network"),
    "export": _export,
    "infer": _infer,
    "generate": lambda folder, seed: generate(network(seed), folder / "rtl"),
    "sweep": _sweep,
    "report": _report,
}
GROWS = {"sweep"}
"""Verbs whose folder keeps finished parts; their result is one file in it."""


class Cut(NamedTuple):
    """What was left by one cut, and by the next call after it."""

    at: int
    whole: bool
    """Whether the old or the new result was there."""
    recovered: bool
    """Whether the next call gave the new bytes and left nothing else."""


def cuts(verb: str, fault: Fault, folder: Path, share: int = 1) -> Iterator[Cut]:
    """Cut a verb short at every `share`-th change.

    Args:
        verb: of `VERBS`.
        fault: how.
        folder: an empty one.
        share: every how many changes.
    """
    out, call = folder / "out", VERBS[verb]

    def results() -> dict[str, bytes]:
        every = contents(out)
        return {name: every[name] for name in every if verb not in GROWS or name.endswith("sweep.json")}

    def begin() -> None:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        call(out, 1)

    begin()
    old = results()
    call(out, 2)
    new, everything = results(), contents(out)
    assert old != new, f"{verb} writes the same for both seeds"
    begin()
    for at, status in cut_short(lambda: call(out, 2), out, fault, share):
        now = {name: content for name, content in results().items() if not name.startswith(".") and "/." not in name}
        whole = now == new if status == 0 else now in (old, new)  # a fault that is not told must have done no harm
        call(out, 2)
        yield Cut(at, whole, contents(out) == everything)
        begin()


def main() -> int:
    """Run all; returns 0 if nothing was gone, torn or left behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="result as JSON")
    options = parser.parse_args()
    rows, wrong = [], 0
    for verb in VERBS:
        for fault in FAULTS:
            with tempfile.TemporaryDirectory() as name:
                every = list(cuts(verb, fault, Path(name)))
            bad = [cut._asdict() for cut in every if not (cut.whole and cut.recovered)]
            rows.append({"verb": verb, "fault": fault, "points": len(every), "wrong": bad})
            wrong += len(bad)
            print(f"{verb}, {fault}: {len(every)} points, {len(bad)} wrong", flush=True)
    points = sum(row["points"] for row in rows)
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "command": "make crash",
        "points": points,
        "rows": rows,
    }
    Path(options.out).write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")
    print(f"{points} points, {wrong} wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
