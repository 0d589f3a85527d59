"""Speed of the exact engines against a float32 matrix product, a C loop and the public package: ratios within one run.

    python benchmarks/speed.py                              # `make bench`: a few minutes, build/bench/speed
    python benchmarks/speed.py --full                       # `make bench-full`: all cells, benchmarks/results/speed
    PUBLIC_VENV=build/public-venv python benchmarks/speed.py  # with the public package, if it is installed there

A cell is a shape, a batch and a stream length. Its candidates are timed in turn, round after round, by processes that
are pinned to one processor and one thread; a ratio is taken within a round, and the result is the median of the ratios
with its quartiles. Times are processor times (see `speed_timing`). A multiply-accumulate (MAC) is one weight of one
sample, whatever the stream length. A candidate whose call would take long is timed on fewer samples
(`share` of the cell's work) or skipped with a reason.

Finished cells are kept in the result, and not repeated while the code and the machine are the same; `--restart`
forgets them.
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
from pathlib import Path
from typing import Any

import numpy as np
from speed_machine import (
    AS_AVX2,
    ENVIRONMENT,
    PROCESSORS,
    build_c_loop,
    machine,
    pin,
    public_python,
    sources_sha256,
    versions,
)
from speed_plot import plot
from speed_targets import targets

from sc_neurocore.spec import write_atomic

HERE = Path(__file__).resolve().parent
SHAPES = ((64, 32), (784, 128), (2048, 2048))
LENGTHS = (16, 256, 1024, 4096)
BATCHES = (1, 256, 2048)
OURS = ("numpy", "jax matmul", "counts, default", "counts, sobol", "packed", "jax, default", "C loop")
ROUNDS = 9
LEAST_SECONDS = 0.02  # of a timing: short calls are repeated
MOST_SECONDS = 2.5  # of one candidate in a cell, after its first call; slow ones get fewer rounds, at least 3
Cell = dict[str, Any]


class Worker:
    """A process of `speed_timing.serve`."""

    def __init__(self, python: str, script: str, **changes: str) -> None:
        environment = ENVIRONMENT | changes
        if python != sys.executable:
            environment.pop("PYTHONPATH", None)  # else the other environment would import our package
        self.process = subprocess.Popen(
            [python, str(HERE / script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def ask(self, request: dict[str, Any]) -> Any:
        """One request, one reply."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"a measuring process ended with status {self.process.wait()}; its reason stands above")
        return json.loads(line)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def matrix(full: bool) -> dict[str, Cell]:
    """Cells by name; the special ones first."""
    cells: dict[str, Cell] = {
        "lengths": {"inputs": 784, "neurons": 128, "batch": 2048, "ours": ["numpy", "counts, n = 8", "counts, n = 12"]},
        "training": {"length": 16, "ours": ["epoch, float", "epoch, exact"]},
        "surrogate": {
            "sizes": [64, 128, 10],
            "batch": 64,
            "steps": 25,
            "ours": ["surrogate step"],
            "public": ["public surrogate step"],
        },
    }
    shape = {"inputs": 784, "neurons": 128, "batch": 2048}
    for length in (16, 256):
        cells[f"AVX2 L{length}"] = {**shape, "length": length, "ours": ["numpy", "counts, default"], "as": "AVX2"}
    shapes, lengths, batches = (SHAPES, LENGTHS, BATCHES) if full else (SHAPES[:2], (256, 4096), (1, 2048))
    for inputs, neurons in shapes:
        for length in lengths:
            for batch in batches:
                cell = {"inputs": inputs, "neurons": neurons, "length": length, "batch": batch}
                lfsr = ["counts, lfsr"] if (inputs, batch) == (784, 2048) and length != 1024 else []
                cells[f"{inputs}x{neurons} L{length} batch {batch}"] = {
                    **cell,
                    "ours": [*OURS, *lfsr],
                    "public": ["public engine"],
                }
    return cells


def measure(cell: Cell, workers: dict[str, Worker], rounds: int) -> dict[str, Any]:
    """Seconds of each candidate's whole cell, `(rounds,)`, taken in turn; or why not."""
    found: dict[str, dict[str, Any]] = {}
    owner: dict[str, Worker] = {}
    for where, worker in workers.items():
        if cell.get(where):
            for name, said in worker.ask({"cell": cell}).items():
                found[name], owner[name] = said, worker
    if "public" not in workers:
        found |= {name: {"skipped": "the public package is not installed"} for name in cell.get("public", ())}
    timed = {name: said for name, said in found.items() if "skipped" not in said}
    for said in timed.values():
        once = max(said.pop("second"), LEAST_SECONDS)
        said["first_call_seconds"] = round(said.pop("first"), 3)
        said["rounds"] = int(min(rounds, max(3, MOST_SECONDS // once)))
        said["seconds"], said["waited"] = [], []
    for number in range(rounds):
        for name, said in timed.items():
            if number < said["rounds"]:
                reply = owner[name].ask({"time": name, "seconds": LEAST_SECONDS})
                said["seconds"].append(float(f"{reply['seconds'] / said['share']:.5g}"))
                said["waited"].append(reply["waited"])
    for said in timed.values():
        said["waited"] = float(f"{np.median(said['waited']):.3g}")
    return {"candidates": found}


def summary(cell: Cell) -> None:
    """Add medians and ratios to the cell: of `numpy`, or else of the first candidate."""
    candidates = cell["candidates"]
    timed = {name: np.array(said["seconds"]) for name, said in candidates.items() if "seconds" in said}
    reference = timed["numpy" if "numpy" in timed else next(iter(timed))]
    for name, seconds in timed.items():
        said = candidates[name]
        both = min(len(reference), len(seconds))
        said["ratio"] = quartiles(reference[:both] / seconds[:both])
        if "inputs" in cell:
            macs = cell["inputs"] * cell["neurons"] * cell["batch"]
            said["gmac_per_second"] = quartiles(macs / seconds / 1e9)


def quartiles(values: np.ndarray) -> dict[str, float]:
    """Median and quartiles, four digits."""
    low, middle, high = np.percentile(values, [25, 50, 75])
    return {"median": float(f"{middle:.4g}"), "q1": float(f"{low:.4g}"), "q3": float(f"{high:.4g}")}


def child(*arguments: str, python: str = sys.executable, **changes: str) -> dict[str, Any]:
    """What `speed_child.py` says in a fresh process."""
    command = [python, str(HERE / "speed_child.py"), *arguments]
    environment = {**ENVIRONMENT, **changes}
    if python != sys.executable:
        environment.pop("PYTHONPATH", None)
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def processes(full: bool, public: str | None) -> dict[str, Any]:
    """Memory, first calls and the import, each in fresh processes."""
    found: dict[str, Any] = {"memory_kb": {}, "first_call_seconds": {}}
    for engine in ("counts", "packed", "jax"):
        print(f"memory and first calls: {engine}", flush=True)
        found["memory_kb"][engine] = child("memory", engine)["kb"]
        modules = child("modules", engine)["modules"]  # and warms the caches
        times = [child("first", engine, *modules)["seconds"] for _ in range(3)]
        found["first_call_seconds"][engine] = quartiles(np.array(times))
        if engine == "counts":
            found["first_call_read_only_cache_seconds"] = round(without_cache(engine, modules), 2)
    found["two_threads"] = {
        name: [round(child("threads", name, **threads(count))["seconds"], 6) for count in (1, 2)]
        for name in ("numpy", "counts, default")
        if len(PROCESSORS) > 1
    }
    found["command_seconds"] = {name: round(seconds, 4) for name, seconds in child("command").items()}
    found["import_seconds"] = quartiles(np.array([child("import")["seconds"] for _ in range(9)]))
    if full and public:
        found["public_memory_kb"] = child("public-memory", python=public)["kb"]
    return found


def threads(count: int) -> dict[str, str]:
    """An environment with so many threads."""
    return {name: str(count) for name in ENVIRONMENT if name.endswith("NUM_THREADS")}


def without_cache(engine: str, modules: list[str]) -> float:
    """Seconds of a first call by a copy of the package beside which nothing can be written, without a home."""
    folder = Path("build/bench/read-only").absolute()
    shutil.rmtree(folder, ignore_errors=True)
    package = folder / "sc_neurocore"
    shutil.copytree(HERE.parent / "sc_neurocore", package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "accel" / "__pycache__").write_text("where a folder should be, so that none can be made, even by root")
    nowhere = dict.fromkeys(("HOME", "XDG_CACHE_HOME"), "/dev/null/nowhere")
    return child("first", engine, *modules, PYTHONPATH=str(folder), PYTHONDONTWRITEBYTECODE="1", **nowhere)["seconds"]


def load(file: Path, identity: dict[str, Any], restart: bool) -> dict[str, Any]:
    """The result so far, if it is of this code on this machine."""
    fresh = {"identity": identity, "cells": {}}
    if restart or not file.exists():
        return fresh
    kept = json.loads(file.read_text(encoding="utf-8"))
    if kept.get("identity") != identity:
        print("the code or the machine has changed since: all cells are measured anew")
        return fresh
    return kept


def run(result: dict[str, Any], file: Path, full: bool, rounds: int, public: str | None) -> None:
    """Measure what is missing; the file is written after each cell."""
    library = build_c_loop()
    result.setdefault("load_before", round(os.getloadavg()[0], 1))
    cells = matrix(full)
    groups: dict[Any, list[str]] = {}
    for name, cell in cells.items():
        if name not in result["cells"]:
            groups.setdefault((cell.get("inputs"), cell.get("length"), cell.get("as")), []).append(name)
    if "processes" not in result:
        result["processes"] = processes(full, public)
        write(result, file)
    for (*_, processor), names in groups.items():
        changes = AS_AVX2 if processor == "AVX2" else {}
        workers = {"ours": Worker(sys.executable, "speed_ours.py", **changes)}
        if public:
            workers["public"] = Worker(public, "speed_public.py")
        try:
            for name in names:
                cell = {**cells[name], "c_library": str(library or "")}
                cell |= measure(cell, workers, rounds)
                del cell["c_library"], cell["ours"]
                cell.pop("public", None)
                summary(cell)
                result["cells"][name] = cell
                write(result, file)
                show(name, cell)
        finally:
            for worker in workers.values():
                worker.__exit__()
    result["load_after"] = round(os.getloadavg()[0], 1)


def show(name: str, cell: Cell) -> None:
    """One line a candidate."""
    for candidate, said in cell["candidates"].items():
        if "skipped" in said:
            print(f"{name:28} {candidate:22} skipped: {said['skipped']}", flush=True)
        else:
            ratio = said["ratio"]
            print(
                f"{name:28} {candidate:22} {ratio['median']:9.4g} x ({ratio['q1']:.4g} to {ratio['q3']:.4g})"
                f"  {said.get('gmac_per_second', {}).get('median', float('nan')):8.4g} GMAC/s",
                flush=True,
            )


def write(result: dict[str, Any], file: Path) -> None:
    """The result as JSON; lists of numbers on one line."""
    text = json.dumps(result, indent=1, sort_keys=True)
    text = re.sub(r"\[\s+([-+.,\de\s]+?)\s+\]", lambda found: "[" + " ".join(found[1].split()) + "]", text)
    write_atomic(file, text + "\n")


def finish(result: dict[str, Any], out: Path, full: bool) -> None:
    """Add what follows from the cells: those that are missing, the targets, the plot."""
    result["missing"] = sorted(set(matrix(full)) - set(result["cells"]))
    result["targets"] = targets(result)
    write(result, out / "speed.json")
    plot(result, out / "speed.svg")


def main(arguments: list[str] | None = None) -> int:
    """Measure, print a line each, write JSON and the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="all shapes, batches and lengths")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--out", type=Path, help="folder; default: build/bench/speed, benchmarks/results/speed if full")
    parser.add_argument(
        "--public-venv", default=os.environ.get("PUBLIC_VENV"), help="environment of the public package"
    )
    parser.add_argument("--restart", action="store_true", help="forget finished cells")
    options = parser.parse_args(arguments)
    out = options.out or (HERE / "results" / "speed" if options.full else Path("build/bench/speed"))
    out.mkdir(parents=True, exist_ok=True)
    pin()
    public = public_python(options.public_venv)
    if public is None:
        print("the public package is not measured: no environment of it (PUBLIC_VENV, make public-venv)")
    described = {
        "machine": machine(),
        "versions": versions(public),
        "sources_sha256": sources_sha256(),
        "rounds": options.rounds,
    }
    identity = {**described, "sha256": hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()}
    result = load(out / "speed.json", identity, options.restart)
    rounds = f" --rounds {options.rounds}" if options.rounds != ROUNDS else ""
    result["command"] = "python benchmarks/speed.py" + (" --full" if options.full else "") + rounds
    run(result, out / "speed.json", options.full, options.rounds, public)
    finish(result, out, options.full)
    for target in result["targets"]:
        verdict = {True: "met", False: "MISSED", None: "not measured"}[target["met"]]
        print(f"{verdict:12} {target['what']}: {target['said']} (limit {target['limit']})")
    print(f"written to {out / 'speed.json'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
