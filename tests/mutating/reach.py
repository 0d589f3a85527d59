"""Which tests enter which functions, found by watching all of them once, and which of them a change meets."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from .changes import Change
from .trial import in_a_fork, watch_tests

TESTS = (
    "tests/spec", "tests/bitstream", "tests/contract/test_neurons.py", "tests/contract/test_streams.py",
    "tests/contract/test_sums.py", "tests/contract/test_pools_and_classes.py", "tests/contract/test_maps.py",
    "tests/contract/test_engines_equal_oracle.py", "tests/contract/test_maps_equal_oracle.py", "tests/inference",
    "tests/accel", "tests/export", "tests/circuits/test_builder.py", "tests/circuits/test_equality.py",
)  # fmt: skip
"""What is watched once: the tests of these rooms, and of those that are made of them."""
FIRST, WHOLE = 3.0, 12.0
"""Seconds of tests that a change meets at first, and in the end, with all their cases, if it outlives those."""
ENOUGH = 25.0
"""Seconds of a processor after which a change that is still unnoticed meets no further test."""
MOST = 300
"""Tests that a change meets."""


def watched(tree: Path, state: Path) -> dict[str, Any]:
    """Which functions each test enters; one file of tests after the other, kept as soon as it is known."""
    known: dict[str, Any] = json.loads(state.read_text()) if state.exists() else {}
    files = [
        str(path.relative_to(tree))
        for each in TESTS
        for path in ([tree / each] if each.endswith(".py") else sorted((tree / each).rglob("test_*.py")))
    ]
    for number, name in enumerate(files):
        content = hashlib.sha256((tree / name).read_bytes()).hexdigest()
        if known.get(name, {}).get("sha256") == content:
            continue
        begun = time.monotonic()
        found = in_a_fork(
            partial(watch_tests, tree, name),
            state.parent,
            "watched.log",
            cpu=600,
            wall=3_000,
        )
        known[name] = {"sha256": content, "tests": found or {}}
        state.write_text(json.dumps(known))
        seconds = time.monotonic() - begun
        print(
            f"{number + 1} of {len(files)}: {name}, {len(known[name]['tests'])} tests, {seconds:.0f} s",
            flush=True,
        )
    return {name: data for each in files for name, data in known[each]["tests"].items() if data}


def choose(tests: dict[str, Any], path: str, change: Change, seconds: float) -> list[str]:
    """The quickest tests that enter a function, or, where none does, its file, or its folder."""
    function = f"{path}:{change.first}"

    def entering(prefix: str, *, whole: bool = False) -> list[str]:
        return [
            name
            for name, data in tests.items()
            if any(each == prefix if whole else each.startswith(prefix) for each in data["entered"])
        ]

    stem, room = Path(path).stem, f"tests/{path.partition('/')[0]}/"  # the tests of the room itself come first
    named = [name for name in tests if f"/test_{stem}" in name]  # a table is read, not entered
    levels = [entering(function, whole=True), named] if change.function else [named]
    levels += [entering(f"{path}:"), entering(path.rpartition("/")[0])]
    found: dict[str, None] = {}
    for level in levels:
        # a case of each test first, then a second one, and so on: cases of one test mostly see the same
        turns: Counter[str] = Counter()
        order = []
        for name in sorted(level, key=lambda name: tests[name]["seconds"]):
            turns[name.partition("[")[0]] += 1
            order.append((not name.startswith(room), turns[name.partition("[")[0]], tests[name]["seconds"], name))
        found |= dict.fromkeys(each[-1] for each in sorted(order))
        if found and seconds < WHOLE:
            break
    taken, spent = [], 0.0
    for name in found:
        spent += tests[name]["seconds"]
        if taken and (spent > seconds or len(taken) == MOST):
            break
        taken.append(name)
    return taken
