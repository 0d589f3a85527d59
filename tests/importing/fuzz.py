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
    """Runs the property and writes its result; a part whose count is 0 keeps the figures that it has."""
    from importing.fuzz_maps import MAP_FRAMEWORKS, judge_map

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--maps", type=int, default=450, help="models with convolutions and pools")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    document = json.loads(options.out.read_text("utf-8")) if options.out and options.out.exists() else {}
    failures: list[dict[str, Any]] = []
    parts: list[tuple[int, dict[str, Callable[[int], Any]], Callable[[Any], Outcome]]] = []
    parts.append((options.maps, dict(MAP_FRAMEWORKS), judge_map))
    parts.append((options.count, dict(FRAMEWORKS), judge))
    for number, (count, frameworks, judged) in enumerate(parts):
        if count:
            flag = ("--count 0 --maps", "--maps 0 --count")[number]
            row = run(frameworks, judged, count, options.seed)
            row["command"] = f"python tests/importing/fuzz.py {flag} {count} --seed {options.seed}"
            failures += row["failures"]
            document = document | {"maps": row} if number == 0 else row | {"maps": document.get("maps")}
            if options.out:
                options.out.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    print(json.dumps(document, indent=2))
    return 1 if failures else 0


def run(
    frameworks: dict[str, Callable[[int], Any]], judged: Callable[[Any], Outcome], count: int, first: int
) -> dict[str, Any]:
    """What came of so many models, one framework after the other.

    Args:
        frameworks: a builder each, of a seed.
        judged: what came of one model.
        count: how many.
        first: seed of the first.
    """
    counts: dict[str, Counter[str]] = {name: Counter() for name in frameworks}
    worst: dict[str, float] = {}
    failures = []
    for seed in range(first, first + count):
        name = list(frameworks)[seed % len(frameworks)]
        case = frameworks[name](seed)
        outcome = judged(case)
        counts[name][outcome.kind] += 1
        if outcome.kind == "equal":
            key = f"{name} {case.precision}"
            worst[key] = max(worst.get(key, 0.0), outcome.error)
        if outcome.kind in ("different", "wrongly refused"):
            failures.append({"framework": name, "seed": seed, **vars(outcome), "model": case.description})
            print(failures[-1], flush=True)
        if (seed + 1 - first) % 50 == 0:
            print(seed + 1 - first, {key: dict(value) for key, value in counts.items()}, flush=True)
    return {
        "models": count,
        "seeds": [first, first + count - 1],
        "limits": LIMITS,
        "counts": {name: dict(sorted(each.items())) for name, each in counts.items()},
        "silent_differences": sum(each["different"] for each in counts.values()),
        "wrongly_refused": sum(each["wrongly refused"] for each in counts.values()),
        "worst_relative_error": worst,
        "failures": failures,
        "versions": _versions(),
    }


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # as pytest finds `importing`
    sys.exit(main())
