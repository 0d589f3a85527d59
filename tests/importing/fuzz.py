"""Random small models in Torch, JAX and ONNX: each must come in as the framework computes it, or be refused by name.

    python tests/importing/fuzz.py --count 2000 --maps 450 --seed 0 --out benchmarks/results/front_door.json

Half of the models are Torch modules, half are JAX functions, Flax, Equinox and Haiku models. Further ones have
convolutions and pools, a third each in Torch, JAX and ONNX; these are followed into folded weights and integers, too
(`fuzz_maps.py`). About a third hold one thing that is not supported: such a model may be refused, and must not come in
as something else. A model of supported parts that is refused is a failure too.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from sc_neurocore.importing.graph import FloatGraph
from sc_neurocore.importing.objects import graph_of
from sc_neurocore.importing.probes import probes
from sc_neurocore.spec.errors import OptionError

PROBES = 32
LIMITS = {"float32": 1e-5, "float64": 1e-9}
SIZES = (2, 4, 6)
"""Even, so that every signal can be folded in two; few, so that JAX compiles each operation once."""
TAILS = ("none", "none", "softmax", "log_softmax", "sigmoid", "argmax", "spelled softmax", "selected softmax")


@dataclass
class Case:
    """One random model."""

    description: list[str]
    source: Any
    hints: dict[str, Any]
    own: Callable[[np.ndarray], np.ndarray]
    """What the framework itself computes, asked without the package."""
    precision: str
    supported: bool


@dataclass
class Outcome:
    """What came of it: equal, refused, different (a silent difference) or wrongly refused."""

    kind: str
    error: float = 0.0
    message: str = ""


def judge(case: Case) -> Outcome:
    """Imports one model and compares it with its framework."""
    try:
        graph = graph_of(case.source, **case.hints)
    except OptionError as error:
        return Outcome("wrongly refused" if case.supported else "refused", message=str(error))
    assert graph is not None, case.description
    x = probes(graph, count=PROBES, seed=1)
    own = case.own(x)
    if case.precision == "float64" and graph.precision == "float32":
        case.precision = "float32"  # the model rounds to float32 somewhere on its way
    error = relative(graph, x, own)
    return Outcome("equal" if error <= LIMITS[case.precision] else "different", error)


def relative(graph: FloatGraph, x: np.ndarray, own: np.ndarray) -> float:
    """Difference relative to the largest output; of classes how far the chosen one is from the best."""
    ours = graph.run(x, tail=True)
    if ours.shape != own.shape:
        return float("inf")
    if getattr(graph.nodes[-1], "kind", None) == "argmax":
        outputs = graph.run(x)
        missed = outputs.max(axis=1) - outputs[np.arange(len(x)), own[:, 0].astype(int)]
        return float(missed.max() / max(np.abs(outputs).max(), 1e-30))
    return float(np.abs(ours - own).max() / max(np.abs(own).max(), 1e-30))


def torch_case(seed: int) -> Case:
    """A random Torch module with a forward pass of its own."""
    from importing.fuzz_torch import build

    return build(np.random.default_rng([seed, 0]))


def jax_case(seed: int) -> Case:
    """A random JAX function or model."""
    from importing.fuzz_jax import build

    return build(np.random.default_rng([seed, 1]))


FRAMEWORKS: dict[str, Callable[[int], Case]] = {"torch": torch_case, "jax": jax_case}


def _versions() -> dict[str, str]:
    found = {}
    for name in ("torch", "jax", "flax", "equinox", "dm-haiku", "onnx", "numpy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def main() -> int:
    """Runs the property and writes its result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--maps", type=int, default=450, help="models with convolutions and pools")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    from importing.fuzz_maps import MAP_FRAMEWORKS, judge_map

    counts: dict[str, Counter[str]] = {name: Counter() for name in (*FRAMEWORKS, *MAP_FRAMEWORKS)}
    worst: dict[str, float] = {}
    failures = []

    def one(name: str, seed: int, case: Any, outcome: Outcome) -> None:
        counts[name][outcome.kind] += 1
        if outcome.kind == "equal":
            key = f"{name} {case.precision}"
            worst[key] = max(worst.get(key, 0.0), outcome.error)
        if outcome.kind in ("different", "wrongly refused"):
            failures.append({"framework": name, "seed": seed, **vars(outcome), "model": case.description})
            print(failures[-1], flush=True)
        done = sum(count.total() for count in counts.values())
        if done % 200 == 0:
            print(done, {key: dict(value) for key, value in counts.items()}, flush=True)

    for seed in range(options.seed, options.seed + options.maps):
        name = list(MAP_FRAMEWORKS)[seed % len(MAP_FRAMEWORKS)]
        on_map = MAP_FRAMEWORKS[name](seed)
        one(name, seed, on_map, judge_map(on_map))
    for seed in range(options.seed, options.seed + options.count):
        name = list(FRAMEWORKS)[seed % len(FRAMEWORKS)]
        case = FRAMEWORKS[name](seed)
        one(name, seed, case, judge(case))
    result = {
        "command": "python tests/importing/fuzz.py "
        f"--count {options.count} --maps {options.maps} --seed {options.seed}",
        "models": options.count,
        "models_on_maps": options.maps,
        "seeds": [options.seed, options.seed + options.count - 1],
        "limits": LIMITS,
        "counts": {name: dict(sorted(count.items())) for name, count in counts.items()},
        "silent_differences": sum(count["different"] for count in counts.values()),
        "wrongly_refused": sum(count["wrongly refused"] for count in counts.values()),
        "worst_relative_error": worst,
        "failures": failures,
        "versions": _versions(),
    }
    text = json.dumps(result, indent=2) + "\n"
    if options.out:
        options.out.write_text(text)
    print(text)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as pytest finds `importing`
    sys.exit(main())
