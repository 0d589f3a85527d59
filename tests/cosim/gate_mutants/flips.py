"""Is every wrong digit in the demo's core seen? Flips of one character of a number in its Verilog; `make flips`.

The flips are made some at a time in one text that is compiled once. What does not build is refused by the judge with
its line, so it counts as found; what survives the stimulus is proved to change nothing, in its module or else in the
whole core, or listed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from support.judge import judge_sha256, prover_sha256
from support.verilog import flipped, whole_core
from support.verilog.flipped import SELECT, Flip, drawn_flips, module_alone, selectable
from support.verilog.whole_core import read_core, same_core

from sc_neurocore import load_network
from sc_neurocore.cosim import run
from sc_neurocore.cosim.gate_mutants import score as scoring
from sc_neurocore.cosim.gate_mutants.circuits import DRIVERS, abc_program, driven_twice
from sc_neurocore.cosim.gate_mutants.equivalence import ENGINES, UNPROVED, prove_equivalent
from sc_neurocore.cosim.gate_mutants.netlist import GateMutant, MutatedCore
from sc_neurocore.cosim.simulators.tools import simulator_environment
from sc_neurocore.cosim.simulators.verilator import WARNINGS_ARE_NO_ERRORS
from sc_neurocore.spec import NetworkSpec
from sc_neurocore.spec.files.atomic import json_text, write_atomic
from sc_neurocore.synth.flow import yosys

ROOT = Path(__file__).parents[3]
RESULT = ROOT / "benchmarks" / "results" / "flips.json"
CORE = ROOT / "hdl" / "rtl" / "digits"
SETTINGS: dict[str, Any] = {"samples": 16, "stall": "none", "search_seconds": 4.0, "seed": 0}
REFUSED, SEEN = "does not build", "seen"
TWICE = "not seen by the stimulus, and nothing is proved of it: a bit has several drivers"
JUDGES = (Path(__file__), Path(flipped.__file__), Path(whole_core.__file__))
PROOFS = (*ENGINES, whole_core.PROOF)


def outcomes(
    network: NetworkSpec, core: Path, flips: Sequence[Flip], settings: dict[str, Any], *, seconds: int = 10
) -> list[str]:
    """How each flip of a core's Verilog ended: `SEEN`, `REFUSED`, the engine that proved it harmless, or why unknown.

    Args:
        network: what the core is.
        core: its folder, as `generate` writes it.
        flips: of its Verilog.
        settings: of the co-simulation.
        seconds: for the last proof engine, a flip.
    """
    text = (core / f"{network.name}.v").read_text()
    with tempfile.TemporaryDirectory(prefix="sc-flips-") as name:
        folder = Path(name)
        numbered = _building(network.name, text, list(enumerate(flips, 1)), folder)
        found = dict.fromkeys(range(1, len(flips) + 1), REFUSED) | {number: SEEN for number, _ in numbered}
        # Proofs come last: whatever they say, what the stimulus sees is no harmless flip.
        left = _unseen(network, core, text, numbered, settings, folder) if numbered else set()
        found |= _of_modules(text, [(number, flip) for number, flip in numbered if number in left], folder, seconds)
        unproved = [(number, flip) for number, flip in numbered if found[number] not in (SEEN, TWICE, *ENGINES)]
        found |= _of_core(network.name, text, unproved, folder, seconds)
    return [found[number] for number in range(1, len(flips) + 1)]


def _building(top: str, text: str, flips: list[tuple[int, Flip]], folder: Path) -> list[tuple[int, Flip]]:
    """Without those that Verilator refuses."""
    for _ in range(len(flips) + 1):
        path = folder / "flips.v"
        path.write_text(selectable(text, flips))
        command = ["verilator", "--lint-only", "--top-module", top, *WARNINGS_ARE_NO_ERRORS, str(path)]
        said = subprocess.run(
            command, capture_output=True, text=True, check=False, env=simulator_environment("verilator")
        ).stderr
        wrong = {int(line) for line in re.findall(r"%Error[^:]*: \S+?:(\d+):", said)}
        if not wrong:
            return flips
        lines = path.read_text().split("\n")
        heads = {line: _last_module(lines, line) for line in wrong}
        refused = {int(head.rpartition("__")[2]) for head in heads.values() if re.search(r"__\d+$", head)} - {0}
        assert refused & {number for number, _ in flips}, said[:400]
        flips = [(number, flip) for number, flip in flips if number not in refused]
    return flips


def _last_module(lines: list[str], line: int) -> str:
    """Name of the module in which a line stands."""
    heads = (re.match(r"module (\w+)\(", row) for row in reversed(lines[:line]))
    return next(head[1] for head in heads if head)


def _unseen(
    network: NetworkSpec,
    core: Path,
    text: str,
    flips: Sequence[tuple[int, Flip]],
    settings: dict[str, Any],
    folder: Path,
) -> set[int]:
    """Numbers of the flips under which a co-simulation of the core would have passed."""
    path = folder / "flips.v"
    path.write_text(selectable(text, flips))
    mutants = tuple(GateMutant(number, "flip", "", "", 0, str(flip.line)) for number, flip in flips)
    unproved = lambda _, __, left, **___: (dict.fromkeys(left, UNPROVED), ())  # noqa: E731
    made = MutatedCore(path, path, mutants, 0)
    with (
        mock.patch.object(scoring, "mutate", return_value=made),
        mock.patch.object(scoring, "prove_equivalent", unproved),
    ):
        result = run(network, folder / "out", rtl=core, simulator="verilator", mutants=max(1, len(flips)), **settings)
    assert result.passed, result.reason
    return {each["number"] for each in result.report["gate_mutants"]["survivors"]}


def _of_modules(text: str, flips: Sequence[tuple[int, Flip]], folder: Path, seconds: int) -> dict[int, str]:
    """What is known of flips by proofs about their modules, which are small."""
    found: dict[int, str] = {}
    by_number = dict(flips)
    for module, own in _by_module(text, flips).items():
        (folder / "left.v").write_text(module_alone(text, module, [(number, by_number[number]) for number in own]))
        read = f"read_verilog left.v; hierarchy -check -top {module}; proc"
        script = f"{read}; {DRIVERS}; flatten; opt_clean; write_rtlil left.il"
        yosys(folder, script, "left.log", 1800, None, f"the flips of {module} for proofs")
        assert SELECT in (folder / "left.il").read_text()
        twice = driven_twice((folder / "drivers.txt").read_text())
        once = [number for number in own if f"{module}__{number}" not in twice]
        found |= dict.fromkeys(own, TWICE)
        found |= prove_equivalent(folder / "left.il", module, once, seconds=seconds, strict=True)[0]
    return found


def _of_core(top: str, text: str, flips: Sequence[tuple[int, Flip]], folder: Path, seconds: int) -> dict[int, str]:
    """Those of some flips that a proof about the whole core finds harmless."""
    abc = abc_program()
    core = read_core(text, top, folder) if flips and abc is not None else None
    if abc is None or core is None:
        return {}
    found = {}
    for number, flip in flips:
        changed = read_core(flip.applied(text), top, folder)
        if changed is not None and same_core(abc, core, changed, folder, seconds):
            found[number] = whole_core.PROOF
    return found


def _by_module(text: str, flips: Sequence[tuple[int, Flip]]) -> dict[str, list[int]]:
    lines, found = text.split("\n"), {}
    for number, flip in flips:
        found.setdefault(_last_module(lines, flip.line), []).append(number)
    return found


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """How many ended how."""
    ends = [row["outcome"] for row in rows]
    proved = sum(end in PROOFS for end in ends)
    known = {"made": len(ends), "seen": ends.count(SEEN), "refused": ends.count(REFUSED), "equivalent": proved}
    return known | {"unresolved": len(ends) - sum(known[key] for key in ("seen", "refused", "equivalent"))}


def head_of(text: str, count: int) -> dict[str, Any]:
    """What all rows of a result are of: other gates, another stimulus or other proofs make every row anew."""
    gates = hashlib.sha256(text.encode()).hexdigest()
    made_by = {"judge": judge_sha256(*JUDGES), "prover": prover_sha256()}
    return {"rtl_sha256": gates, **made_by, "settings": SETTINGS, "asked": count}


def taken_up(known: dict[str, Any], head: dict[str, Any]) -> dict[Flip, dict[str, Any]]:
    """The rows of a result that stay: those of the same head, and not those that nobody knows of, which are tried anew.

    Args:
        known: the result.
        head: of today.
    """
    rows = known["rows"] if {key: known.get(key) for key in head} == head else []
    settled = [row for row in rows if row["outcome"] in (SEEN, REFUSED, *PROOFS)]
    return {Flip(row["line"], row["column"], row["old"], row["new"]): row for row in settled}


def main() -> int:
    """Try flips until all have their rows; status 1 where one is neither found nor proved harmless."""
    parser = argparse.ArgumentParser(description="Flips of digits in the demo's core: seen, refused, or harmless.")
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--count", type=int, default=304)
    parser.add_argument("--batch", type=int, default=38, help="flips in one text")
    parser.add_argument("--seconds", type=int, default=10, help="for the last proof engine, a flip")
    options = parser.parse_args()
    network = load_network(ROOT / "tests" / "golden" / "digits")
    text = (CORE / f"{network.name}.v").read_text()
    head = head_of(text, options.count)
    known = json.loads(options.out.read_text(encoding="utf-8")) if options.out.exists() else {}
    rows = taken_up(known, head)
    flips = drawn_flips(text, options.count, SETTINGS["seed"])
    # spread over the text: neighbours are in the same modules, whose copies would all be in one model
    flips = [flip for start in range(8) for flip in flips[start::8]]
    todo = [flip for flip in flips if flip not in rows]
    lines = text.split("\n")
    for start in range(0, len(todo), options.batch):
        began = time.monotonic()
        batch = todo[start : start + options.batch]
        ends = outcomes(network, CORE, batch, SETTINGS, seconds=options.seconds)
        for flip, end in zip(batch, ends, strict=True):
            place = {"line": flip.line, "column": flip.column, "old": flip.old, "new": flip.new}
            rows[flip] = place | {"code": lines[flip.line - 1].strip()[:100], "outcome": end}
        made = [rows[flip] for flip in flips if flip in rows]
        print(f"{len(made)}/{len(flips)} {summary(made)}, {time.monotonic() - began:.0f} s", flush=True)
        write_atomic(options.out, json_text({"command": "make flips", **head, **summary(made), "rows": made}))
    return int(summary(list(rows.values()))["unresolved"] > 0)


if __name__ == "__main__":
    sys.exit(main())
