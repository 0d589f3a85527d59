"""Accuracy against faults: streams beside exact binary hardware at equal n and at equal accuracy, with intervals.

    python benchmarks/faults.py                         # what `make faults` runs: digits, ten seeds, resumable
    python benchmarks/faults.py --parts digits mnist --mnist MNIST     # and MNIST, three seeds, 1,000 test images
    python benchmarks/faults.py --seeds 2 --bits 4 --out build/quick.json

Each bit of one site goes wrong with probability p (`sc-neurocore faults`); sites and bits are those of
docs/decisions/0012-faults.md. A stream's product has L bits, its closed form n, an exact one 2n: the same p is a fault
per bit, not per inference. Intervals are 95 %, bootstrapped over seeds and test images; differences are paired.

Points and networks are kept in `build/faults` and not computed again.
"""

from __future__ import annotations

import argparse
import functools
import json
import platform
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from faults_networks import EPOCHS, digits_networks, mnist_networks

from sc_neurocore import NetworkSpec, __version__
from sc_neurocore.explore import fault_curves
from sc_neurocore.explore.faulting import PROBABILITIES, right
from sc_neurocore.explore.intervals import bootstrap_interval
from sc_neurocore.spec import write_atomic
from sc_neurocore.training import Dataset, load_data

RESULT = Path(__file__).parent / "results" / "faults.json"
BUILD = Path("build") / "faults"
BITS = (4, 6, 8)
FEWER_BITS = (3,)
"""Of binary networks alone, in the search for one that is as accurate."""
FLIPS = ("product", "input", "weight", "accumulator", "stored_weight")
STUCK = ("stuck_at_0", "stuck_at_1")
NEAR = 0.003
"""A binary network is as accurate where the means differ by no more and the paired difference's interval holds 0."""
MNIST_IMAGES, MNIST_SEEDS, MNIST_EPOCHS = 1000, 3, 4
MNIST_SITES = ("product", "input", "weight")
MNIST_PROBABILITIES = (0.0, 1e-3, 0.01, 0.03, 0.1)

say = functools.partial(print, flush=True)


class Series:
    """All curves of some networks (seeds) on one hardware."""

    def __init__(self, name: str, networks: Sequence[NetworkSpec], hardware: str, x: np.ndarray, y: np.ndarray) -> None:
        self.name, self.networks, self.hardware, self.x, self.y = name, networks, hardware, x, y
        self.points: dict[tuple[str, str, float], np.ndarray] = {}

    def measure(self, sites: Sequence[str], kind: str, probabilities: Sequence[float]) -> list[dict[str, Any]]:
        """Curves of sites, whose answers are kept for differences.

        Args:
            sites: of the fault.
            kind: of the fault.
            probabilities: p.
        """
        document = fault_curves(
            list(self.networks),
            BUILD / "points" / self.name.replace(" ", "-") / kind,
            features=self.x,
            labels=self.y,
            sites=sites,
            kind=kind,
            probabilities=probabilities,
            hardware=self.hardware,
        )
        for row in document["curves"]:
            place = row["site"], row["probability"]
            group = [each for each in document["points"] if (each["site"], each["probability"]) == place]
            self.points[(row["site"], kind, row["probability"])] = right(group, len(self.y))
        say(f"  {self.name}: {kind} of {', '.join(sites)}: {len(document['points'])} points")
        curves = []
        for site in sites:
            rows = [row for row in document["curves"] if row["site"] == site]
            curve = [
                [row["probability"], _percent(row["accuracy"]), *map(_percent, row["interval_95"])] for row in rows
            ]
            curves.append({"site": site, "kind": kind, "curve": curve})
        return curves

    def clean(self) -> np.ndarray:
        """Answers without faults, `(seeds, samples)`."""
        return self.points[("product", "flip", 0.0)]


def _percent(share: float) -> float:
    return round(100 * share, 2)


def difference(one: np.ndarray, other: np.ndarray) -> list[float]:
    """Paired difference in points, with its interval."""
    return [_percent(each) for each in (float((one - other).mean()), *bootstrap_interval(one - other))]


def differences(stream: Series, binary: Series) -> list[dict[str, Any]]:
    """Streams less binary at every site and probability that both have.

    Args:
        stream: of streams or closed forms.
        binary: of exact products.
    """
    rows = []
    for (site, kind, probability), answers in stream.points.items():
        theirs = binary.points.get((site, kind, probability))
        if theirs is not None:
            row = {"site": site, "kind": kind, "probability": probability}
            rows.append({**row, "difference": difference(answers, theirs)})
    return rows


def as_accurate(stream: Series, candidates: dict[int, Series]) -> int | None:
    """The least n of a binary network that is as accurate without faults; None: none of them is."""
    for n in sorted(candidates):
        mean, low, high = difference(stream.clean(), candidates[n].clean())
        if abs(mean) <= _percent(NEAR) and low <= 0 <= high:
            return n
    return None


def digits(bits: Sequence[int], seeds: Sequence[int], trained: Sequence[float]) -> dict[str, Any]:
    """All series of the digits.

    Args:
        bits: n of streams of L = 2^n.
        seeds: of the training.
        trained: probabilities of flips while training.
    """
    data: Dataset = load_data()
    x, y = data.x_test * data.scale, data.y_test
    series: list[dict[str, Any]] = []
    compared: list[dict[str, Any]] = []
    for flips in trained:
        of: dict[tuple[str, int], Series] = {}
        for n in (*FEWER_BITS, *bits):
            for hardware in ("streams", "closed_form", "binary"):
                kind = "binary" if hardware == "binary" else "stream"
                if n in FEWER_BITS and kind == "stream":
                    continue
                name = f"digits {hardware} n{n} trained{flips:g}"
                each = Series(name, digits_networks(kind, n, seeds, flips, data, say), hardware, x, y)
                of[(hardware, n)] = each
                curves = each.measure(FLIPS, "flip", PROBABILITIES)
                for stuck in STUCK:
                    curves += each.measure(("product",), stuck, PROBABILITIES)
                head = {
                    "hardware": hardware,
                    "resolution_bits": n,
                    "trained_with_flips": flips,
                    "epochs": EPOCHS[flips],
                }
                if kind == "stream":
                    head["stream_length"] = 2**n
                series.append({**head, "networks": [network.sha256 for network in each.networks], "curves": curves})
        candidates = {n: each for (hardware, n), each in of.items() if hardware == "binary"}
        for n in bits:
            equal = as_accurate(of[("streams", n)], candidates)
            for hardware in ("streams", "closed_form"):
                for rule, other in (("equal n", n), ("equal accuracy", equal)):
                    row = {"hardware": hardware, "resolution_bits": n, "trained_with_flips": flips, "rule": rule}
                    rows = [] if other is None else differences(of[(hardware, n)], candidates[other])
                    compared.append({**row, "binary_resolution_bits": other, "differences": rows})
    test = {"name": data.name, "sha256": data.sha256, "samples": len(y)}
    return {"data": test, "seeds": [*seeds], "series": series, "streams_less_binary": compared}


def mnist(folder: Path, seeds: Sequence[int]) -> dict[str, Any]:
    """Streams of L = 16 on MNIST.

    Args:
        folder: of the IDX files.
        seeds: of the training.
    """
    data = load_data(folder)
    x, y = (data.x_test * data.scale)[:MNIST_IMAGES], data.y_test[:MNIST_IMAGES]
    networks = mnist_networks(data, seeds, MNIST_EPOCHS, say)
    series = []
    for hardware in ("streams",):
        each = Series(f"mnist {hardware}", networks, hardware, x, y)
        curves = each.measure(MNIST_SITES, "flip", MNIST_PROBABILITIES)
        head = {"hardware": hardware, "resolution_bits": 4, "stream_length": 16, "epochs": MNIST_EPOCHS}
        series.append({**head, "networks": [network.sha256 for network in networks], "curves": curves})
    test = {"name": "mnist", "sha256": data.sha256, "samples": len(y), "which": "the first of the test images"}
    return {"data": test, "seeds": [*seeds], "series": series}


def main(arguments: list[str] | None = None) -> int:
    """Run what is missing and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bits", nargs="+", type=int, default=[*BITS])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--trained", nargs="+", type=float, choices=[*EPOCHS], default=[*EPOCHS], help="with flips")
    parser.add_argument("--parts", nargs="+", choices=("digits", "mnist"), default=["digits"], help="others stay as is")
    parser.add_argument("--mnist", type=Path, help="folder of its IDX files")
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args(arguments)
    found = json.loads(options.out.read_text("utf-8")) if options.out.exists() else {}
    given = [each if each != str(options.mnist) else options.mnist.name for each in (arguments or sys.argv[1:])]
    command = shlex.join(["python", "benchmarks/faults.py", *given])
    result: dict[str, Any] = {
        "versions": {"sc_neurocore": __version__, "numpy": np.__version__, "python": platform.python_version()},
    }
    result |= {part: found[part] for part in ("digits", "mnist") if part in found}
    if "digits" in options.parts:
        result["digits"] = {"command": command} | digits(options.bits, range(options.seeds), options.trained)
    if "mnist" in options.parts:
        if options.mnist is None:
            parser.error("--mnist must name the folder of its IDX files")
        result["mnist"] = {"command": command} | mnist(options.mnist, range(MNIST_SEEDS))
    write_atomic(options.out, json.dumps(result, sort_keys=True) + "\n")
    say(f"wrote {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
