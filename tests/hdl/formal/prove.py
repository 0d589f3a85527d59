"""Prove components and tiny cores for ever, reach each cover and find each planted bug; `make formal`.

A block's rows are written as soon as they are there and are not made again while its sources are the same.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sc_neurocore.cosim.gate_mutants.aig import Circuit
from sc_neurocore.spec.files.atomic import json_text, write_atomic

from .component_harness import COMPONENTS, component_sources
from .core_harness import MEANING, PROPERTIES, sources_of
from .engine import abc_program, ask, circuit_of
from .networks import tiny

RESULT = Path(__file__).parents[3] / "hdl" / "formal" / "proofs.json"
UNPROVED = {
    ("core mixed", "wait"),
    ("core row", "wait"),
    ("core lif", "value"),
    *(("core window", key) for key in ("beat", "wait", "value")),
    ("core unrolled, one layer", "wait"),
}
"""What the engines did not settle within their time, and a wait that is too short for its cover; not claimed."""
LATER = {"signed", "bipolar", "or", "lif sum", "lif serial", "anytime", "padded window", "pool"}
"""Tiny cores that stand ready and are not proved whole yet: they run where `--only` names them, and are not claimed."""


class Block(NamedTuple):
    """What is proved, and the texts of its harness, as it is and with the bug of a property."""

    sources: Callable[[str | None], dict[str, str]]
    properties: dict[str, str]


def blocks(*, later: bool = False) -> dict[str, Block]:
    """All blocks by name; `later`: those too that are not claimed."""
    result = {
        f"part {name}": Block(lambda bug, name=name: component_sources(name, bug), part.properties)
        for name, part in COMPONENTS.items()
    }
    for name in tiny():
        if name in LATER and not later:
            continue
        meant = {each: MEANING[each] for each in PROPERTIES if (f"core {name}", each) not in UNPROVED}
        result[f"core {name}"] = Block(lambda bug, name=name: sources_of(name, bug), meant)
    return result


def fingerprint(circuit: Circuit) -> str:
    """Of what is proved, gate by gate, whatever its Verilog calls it: a row with another one is of something else."""
    return hashlib.sha256(repr(circuit).encode()).hexdigest()[:16]


def prove(name: str, block: Block, circuit: Circuit, only: list[str], seconds: int) -> Iterator[dict[str, Any]]:
    """The rows of a block's properties, one after the other.

    Args:
        name: of the block.
        block: what it is.
        circuit: of its harness, without a bug.
        only: names of its properties.
        seconds: of each engine.
    """
    for key in only:
        proof = ask(circuit, f"bad_{key}", seconds=seconds)
        cover = ask(circuit, f"cover_{key}", seconds=seconds, rises=True)
        bug = ask(circuit_of(block.sources(key), "harness"), f"bad_{key}", seconds=seconds, rises=True)
        yield {
            "block": name,
            "property": key,
            "meaning": block.properties[key],
            "holds": proof.verdict,
            "engine": proof.engine,
            "seconds": proof.seconds,
            "cover_after": cover.clock,
            "bug_after": bug.clock,
            "registers": len(circuit.latches),
            "gates": len(circuit.gates),
            "sha256": fingerprint(circuit),
        }


def right(row: dict[str, Any]) -> bool:
    """Whether a property is proved, could have failed, and fails where it must."""
    return row["holds"] == "never" and row["cover_after"] is not None and row["bug_after"] is not None


def totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """All rows together."""
    return {
        "proofs": sum(map(right, rows)),
        "rows": len(rows),
        "blocks": len({row["block"] for row in rows}),
        "seconds": round(sum(row["seconds"] for row in rows), 1),
    }


def document(
    every: dict[str, Block], rows: dict[tuple[str, str], dict[str, Any]], run: dict[str, Any] | None
) -> dict[str, Any]:
    """What is committed.

    Args:
        every: all blocks.
        rows: by block and property.
        run: how long the last run took that began without any rows, and the load of the machine before and after it.
    """
    known = [rows[each, key] for each, one in every.items() for key in one.properties if (each, key) in rows]
    return {"command": "make formal", "from_scratch": run, **totals(known), "rows": known}


def drawn(count: int, day: int) -> list[tuple[str, str]]:
    """A few of the committed rows that take little time, others every day."""
    rows = json.loads(RESULT.read_text(encoding="utf-8"))["rows"]
    quick = [(row["block"], row["property"]) for row in rows if row["seconds"] < 2]
    return random.Random(day).sample(quick, min(count, len(quick)))


def main() -> int:
    """Prove what has no row yet; status 1 where a proof, a cover or a planted bug is missing."""
    parser = argparse.ArgumentParser(description="Unbounded proofs of components and of tiny cores.")
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--only", nargs="*", default=None, help="names of blocks")
    parser.add_argument("--seconds", type=int, default=60, help="of each engine")
    options = parser.parse_args()
    if abc_program() is None:
        print("ABC is not installed: apt-get install berkeley-abc", file=sys.stderr)
        return 2
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    old: dict[str, Any] = {}
    if options.out.exists():
        old = json.loads(options.out.read_text(encoding="utf-8"))
        rows = {(row["block"], row["property"]): row for row in old["rows"]}
    whole, first, load = not rows and options.only is None, time.monotonic(), os.getloadavg()[0]
    run = old.get("from_scratch")
    every = blocks(later=options.only is not None)
    for name, block in every.items():
        if options.only is not None and name not in options.only:
            continue
        begun, circuit = time.monotonic(), circuit_of(block.sources(None), "harness")
        todo = [key for key in block.properties if rows.get((name, key), {}).get("sha256") != fingerprint(circuit)]
        if not todo:
            continue
        for row in prove(name, block, circuit, todo, options.seconds):
            rows[name, row["property"]] = row
            write_atomic(options.out, json_text(document(every, rows, run)))
            if not right(row):
                print(f"{name}, {row['property']}: {row}", flush=True)
        print(f"{name}: {len(todo)} properties, {time.monotonic() - begun:.1f} s", flush=True)
    if whole:
        run = {
            "seconds": round(time.monotonic() - first),
            "processor_seconds": round(sum(os.times()[:4])),
            "load": [round(load, 1), round(os.getloadavg()[0], 1)],
        }
    done = document(every, rows, run)
    write_atomic(options.out, json_text(done))
    print({key: value for key, value in done.items() if key != "rows"})
    return int(not all(map(right, done["rows"])))


if __name__ == "__main__":
    sys.exit(main())
