"""`python -m mutating`, in `tests/`: changes of the core, drawn by seed; rows that are there are not made again.

A copy of the checkout is made, and in it one file is changed at a time. Which tests are run is not guessed: all tests
of the rooms are run once and watched, and a change meets those that enter its function, the quickest first.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from .changes import Change, drawn
from .reach import ENOUGH, FIRST, WHOLE, choose, watched
from .rows import ROOMS, document, key_of, known_survivors
from .trial import AS_IT_IS, in_a_fork, load_libraries, run_tests

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "benchmarks" / "results" / "core_mutants.json"
LONG = 180.0
"""Seconds of a processor for what the quickest tests did not notice."""
KERNELS = re.compile(rb"\bkernel\(|@kernel|llvm|intrinsic|njit")
"""In a file whose functions Numba may compile: they are compiled anew for each of its changes."""


def copy_of_checkout(tree: Path) -> None:
    """What git knows of, as it lies there."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.split(b"\0")
    for name in filter(None, map(os.fsdecode, names)):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tree / name)


def core_files(rooms: tuple[str, ...]) -> dict[str, bytes]:
    """The files of some rooms, by their names below the package."""
    paths = (path for room in rooms for path in (ROOT / "sc_neurocore" / room).rglob("*.py"))
    return {str(path.relative_to(ROOT / "sc_neurocore")): path.read_bytes() for path in paths}


def judge(
    tree: Path, state: Path, tests: dict[str, Any], path: str, change: Change, stages: tuple[float, ...]
) -> dict[str, Any]:
    """Whether some test notices a change.

    Args:
        tree: the copy in which it is made.
        state: folder beside it.
        tests: see `watched`.
        path: of the file, below the package.
        change: of it.
        stages: seconds of tests that it meets, one after the other: `FIRST`, `WHOLE`.
    """
    file = tree / "sc_neurocore" / path
    source, times = file.read_bytes(), file.stat()
    in_kernels = bool(KERNELS.search(source)) or any(file.parent.glob(f"__pycache__/{file.stem}.*.nbi"))
    row: dict[str, Any] = {"verdict": "survived", "by": None, "tests": 0}
    begun = os.times().children_user
    try:
        file.write_bytes(change.apply(source))
        with tempfile.TemporaryDirectory(prefix="kernels-", dir=state) as place:
            kernels = ("changed", Path(place)) if in_kernels else (AS_IT_IS, None)
            for seconds in stages:
                chosen, limit = choose(tests, path, change, seconds), ENOUGH
                if seconds == WHOLE:  # all cases, those too that were not watched
                    room = sorted((tree / "tests" / path.partition("/")[0]).rglob("test_*.py"))
                    chosen = [*(name.partition("[")[0] for name in chosen), *(str(t.relative_to(tree)) for t in room)]
                    chosen = list(dict.fromkeys(chosen))
                    limit = LONG
                work = partial(run_tests, tree, chosen, limit, *kernels)
                answer = in_a_fork(work, state, "last.log", cpu=5 * limit, wall=3_600)
                if answer is None:
                    row |= {"verdict": "killed", "by": "time", "tests": len(chosen)}
                elif answer["failed"] is not None:
                    row |= {
                        "verdict": "killed",
                        "by": answer["failed"],
                        "tests": answer["passed"] + 1,
                    }
                else:
                    row["tests"] = answer["passed"]
                row["seconds"] = round(os.times().children_user - begun, 1)
                if row["verdict"] == "killed":
                    break
        return row
    finally:
        file.write_bytes(source)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def write(file: Path, content: Any) -> None:
    """A document, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.with_suffix(".new").write_text(
        json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n",
        "utf-8",
    )
    file.with_suffix(".new").replace(file)


def main() -> int:
    """Judge what has no row yet; status 1 where less than nine in ten are noticed."""
    parser = argparse.ArgumentParser(description="Small changes of the Python core, each of which a test must notice.")
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--state", type=Path, default=ROOT / "build" / "core_mutants")
    parser.add_argument("--each", type=int, default=75, help="changes of each room")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rooms", nargs="*", choices=ROOMS, default=list(ROOMS))
    parser.add_argument("--quick", action="store_true", help="a few seconds of tests each, for a first look")
    parser.add_argument("--again", action="store_true", help="judge anew what no test has noticed, without a reason")
    options = parser.parse_args()
    os.environ |= {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "JAX_PLATFORMS": "cpu",
        "CI": "",
    }
    state, tree = options.state.resolve(), options.state.resolve() / "tree"
    state.mkdir(parents=True, exist_ok=True)
    copy_of_checkout(tree)
    os.environ["PYTHONPATH"] = str(tree)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    load_libraries()
    tests = watched(tree, state / "watched.json")
    print(
        f"{len(tests)} tests, {sum(each['seconds'] for each in tests.values()):.0f} s",
        flush=True,
    )
    unchanged = judge(tree, state, tests, "spec/network.py", Change("nothing", 1, 0, 0, "", "", 0), (FIRST,))
    if unchanged["verdict"] != "survived" or not unchanged["tests"]:
        print(f"the checkout does not pass as it is: {unchanged}")
        return 2
    stages = (FIRST,) if options.quick else (FIRST, WHOLE)
    rows: list[dict[str, Any]] = []
    known = {}
    if options.out.exists():
        known = {key_of(row): row for row in json.loads(options.out.read_text(encoding="utf-8"))["rows"]}
    for room in options.rooms:
        files = core_files(ROOMS[room])
        for path, change in drawn(files, options.each, f"{options.seed} {room}"):
            column = change.start - files[path].rfind(b"\n", 0, change.start) - 1
            row = {
                "room": room,
                "file": path,
                "line": files[path][: change.start].count(b"\n") + 1,
                "column": column,
                "function": change.function,
                "kind": change.kind,
                "change": change.shown(files[path]),
                "sha256": hashlib.sha256(files[path]).hexdigest()[:16],
            }
            old = known.get(key_of(row), {})
            if old.get("sha256") != row["sha256"]:
                old = {}
            if old and (old["verdict"] == "killed" or not options.again or key_of(row) in known_survivors()):
                rows.append(known.pop(key_of(row)))
                continue
            rows.append(row | judge(tree, state, tests, path, change, stages if not old else (WHOLE,)))
            known.pop(key_of(row), None)
            done = document([*rows, *known.values()], options.seed)
            write(options.out, done)
            if rows[-1]["verdict"] != "killed":
                print(f"survived: {key_of(row)} ({rows[-1]['tests']} tests)", flush=True)
            print(f"{len(rows)}: {done['totals']['all']}", flush=True)
    others = [row for row in known.values() if row["room"] not in options.rooms]
    done = document([*rows, *others], options.seed)
    write(options.out, done)
    print(json.dumps(done["totals"], indent=1))
    return int(done["totals"]["all"]["killed_of_real"] < 0.9)


if __name__ == "__main__":
    sys.exit(main())
