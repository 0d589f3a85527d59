"""Operators of circuits against the reference and against a loop over positions in PyTorch.

    python benchmarks/circuits.py            # what `make bench-circuits` runs: benchmarks/results/circuits_speed.json

The loop is written as the field's PyTorch simulators work (`torch`, vectorised over the batch, one step a position):
a comparison makes the bits of all samples, tensors of the whole batch hold the states. All three give the same counts,
which is checked. A round runs fast engine and loop one after the other; the figure is the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import torch

from sc_neurocore import __version__
from sc_neurocore.bitstream import sequence
from sc_neurocore.circuits import Circuit, run
from sc_neurocore.spec import Comparator, Sobol, write_atomic
from sc_neurocore.spec.files.atomic import json_text

RESULT = Path(__file__).parent / "results" / "circuits_speed.json"
N, LENGTH, BATCH, STATES, TERMS = 8, 256, 4096, 8, 4
TARGETS = {"reference": 50.0, "torch": 5.0}


def source(dimension: int) -> Sobol:
    """A source of its own for each stream."""
    return Sobol(dimension=dimension)


def words(dimension: int) -> torch.Tensor:
    """Its words, one a position."""
    return torch.from_numpy(sequence(source(dimension), N, LENGTH))


def circuit(kind: str) -> Circuit:
    """One operator and the count of its output."""
    c = Circuit("bench", stream_length=LENGTH, resolution_bits=N)
    x = c.input("x1", generator=Comparator(source=source(1)))
    if kind == "umul":
        c.output("y", c.umul(x, c.input("w", generator=None), source=source(2)))
    elif kind == "stanh":
        c.output("y", c.stanh(x, states=STATES))
    else:
        rest = [c.input(f"x{d}", generator=Comparator(source=source(d))) for d in range(2, TERMS + 1)]
        c.output("y", c.scaled_add(x, *rest))
    return c


def umul(codes: torch.Tensor) -> torch.Tensor:
    """A loop over positions: the index of each sample's weight stream moves with its input bits."""
    x, w = codes[:, 0].contiguous(), codes[:, 1].contiguous()
    of_x, of_w = words(1), words(2)
    index, ones = torch.zeros_like(x), torch.zeros_like(x)
    for t in range(LENGTH):
        a = of_x[t] < x
        ones += a & (of_w[index] < w)
        index += a
    return ones


def stanh(codes: torch.Tensor) -> torch.Tensor:
    """A loop over positions: one counter a sample."""
    x, of_x = codes[:, 0].contiguous(), words(1)
    state, ones = torch.full_like(x, STATES // 2), torch.zeros_like(x)
    for t in range(LENGTH):
        ones += state >= STATES // 2
        state = torch.clamp(state + 2 * (of_x[t] < x) - 1, 0, STATES - 1)
    return ones


def scaled_add(codes: torch.Tensor) -> torch.Tensor:
    """A loop over positions: one accumulator a sample."""
    x, of = [each.contiguous() for each in codes.T], [words(d) for d in range(1, TERMS + 1)]
    held, ones = torch.zeros_like(x[0]), torch.zeros_like(x[0])
    for t in range(LENGTH):
        for of_x, each in zip(of, x, strict=True):
            held += of_x[t] < each
        out = held >= TERMS
        held -= TERMS * out
        ones += out
    return ones


LOOPS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {"umul": umul, "stanh": stanh, "scaled_add": scaled_add}


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure(kind: str, rounds: int, batch: int) -> dict[str, float]:
    """Medians of times and of ratios of one operator, after all three gave the same counts."""
    spec = circuit(kind).spec
    codes = np.random.default_rng(0).integers(0, 2**N, (batch, len(spec.inputs)))
    tensor = torch.from_numpy(codes)
    loop = LOOPS[kind]
    counts = run(spec, codes, engine="fast")["y"]
    start = time.perf_counter()
    right = run(spec, codes, engine="reference")["y"]
    reference = time.perf_counter() - start
    assert np.array_equal(counts, right), kind
    assert np.array_equal(counts, loop(tensor).numpy()), kind
    pairs = [(seconds(lambda: run(spec, codes, engine="fast")), seconds(lambda: loop(tensor))) for _ in range(rounds)]
    fast = median(ours for ours, _ in pairs)
    return {
        "fast_ms": round(1e3 * fast, 4),
        "torch_ms": round(1e3 * median(theirs for _, theirs in pairs), 3),
        "reference_ms": round(1e3 * reference, 1),
        "torch_over_fast": round(median(theirs / ours for ours, theirs in pairs), 2),
        "reference_over_fast": round(reference / fast, 1),
    }


def main(arguments: list[str] | None = None) -> int:
    """Measures all operators and writes the result; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args(arguments)
    operators = {kind: measure(kind, options.rounds, options.batch) for kind in LOOPS}
    met = all(
        row["torch_over_fast"] >= TARGETS["torch"] and row["reference_over_fast"] >= TARGETS["reference"]
        for row in operators.values()
    )
    result = {
        "command": "python benchmarks/circuits.py",
        "statement": f"L = {LENGTH}, batch {options.batch}, n = {N}; scaled_add of {TERMS} streams",
        "rounds": options.rounds,
        "operators": operators,
        "targets": TARGETS,
        "met": met,
        "versions": {"sc_neurocore": __version__, "torch": torch.__version__, "numpy": np.__version__},
        "processor": platform.machine(),
        "threads": torch.get_num_threads(),
    }
    write_atomic(options.out, json_text(result))
    print(json.dumps(operators, indent=2))
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
