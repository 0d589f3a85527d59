"""Flips in the gates of several cores against the model, a million clocks each; `make fault-gates`.

Every core is driven through its ports on Verilator with the flips of all three sites at once. A row is written as soon
as its core is done, and a core whose row is there, of the same network and settings, is not run again.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from support.networks.small_cores import small, spiking

from sc_neurocore.accel.faults import Fault
from sc_neurocore.cosim.injection import run_with_faults
from sc_neurocore.spec import Comparator, LfsrFull, NetworkSpec, Sobol
from sc_neurocore.spec.encoding import code_range
from sc_neurocore.spec.files.atomic import json_text, write_atomic

RESULT = Path(__file__).parents[3] / "benchmarks" / "results" / "fault_gates.json"
CYCLES = 1_000_000
FAULTS = [Fault("product", 0.02), Fault("weight", 0.01), Fault("input", 0.01)]
PROBE = 40_000
"""Samples by which the clocks of one are found."""


def without_zeros(network: NetworkSpec) -> NetworkSpec:
    """The network with a 3 in the place of each weight 0, whose product would have no gates."""
    return network.replace(weights=tuple(np.where(each == 0, 3, each) for each in network.weights))


def bipolar() -> NetworkSpec:
    """XNOR products."""
    base = small(6, sizes=(5, 2))
    pair = Comparator(source=Sobol(dimension=1)), Comparator(source=LfsrFull(seed=3))
    encodings = {"input_encoding": "bipolar", "weight_encoding": "bipolar"}
    generators = dict(zip(("input_generator", "weight_generator"), pair, strict=True))
    layers = tuple(layer.model_copy(update=encodings | generators) for layer in base.layers)
    head = base.input.model_copy(update={"encoding": "bipolar"})
    return base.replace(
        input=head, layers=layers, weights=tuple(np.abs(each) for each in base.weights), biases=(np.array([4, -2]),)
    )


def cores() -> dict[str, tuple[NetworkSpec, dict[str, Any]]]:
    """Networks by name, and how they are folded."""
    lone = small(3, sizes=(5, 2))
    return {
        "all neurons at once": (without_zeros(small()), {}),
        "two neurons at a time": (without_zeros(small(11, sizes=(3, 4, 2))), {"neurons_in_parallel": 2}),
        "two positions a clock": (without_zeros(small(7, sizes=(3, 2, 3, 2))), {"stream_bits_per_cycle": 2}),
        "one neuron at a time, four positions": (
            without_zeros(lone),
            {"neurons_in_parallel": 1, "stream_bits_per_cycle": 4},
        ),
        "lfsr and sobol": (without_zeros(small(5, pair="lfsr")), {"neurons_in_parallel": 2}),
        "spiking, three steps": (without_zeros(spiking()), {}),
        "bipolar": (bipolar(), {}),
    }


def samples_of(network: NetworkSpec, count: int) -> np.ndarray:
    low, high = code_range(network.input.encoding, network.input.resolution_bits)
    shape = network.codes_shape(count)
    return np.random.default_rng(0).integers(low, high + 1, shape)


def compare(name: str, cycles: int) -> dict[str, Any]:
    """The row of one core, on at least so many clocks."""
    network, options = cores()[name]
    settings = {"seed": 2026, "simulator": "verilator", **options}
    count = PROBE
    while (result := run_with_faults(network, samples_of(network, count), FAULTS, **settings)).cycles < cycles:
        count = int(1.1 * cycles * count / result.cycles) + 1
    return {
        "core": name,
        "network_sha256": network.sha256,
        "rtl_sha256": result.rtl_sha256,
        "options": options,
        "faults": [fault.text for fault in FAULTS],
        "samples": count,
        "cycles": result.cycles,
        "flips": result.flips,
        "outputs_compared": result.comparison.values_compared,
        "outputs_changed": result.changed,
        "mismatches": result.comparison.mismatches,
        "passed": result.passed,
        "reasons": result.comparison.reasons,
    }


def main(arguments: list[str] | None = None) -> int:
    """Compare the cores that have no row yet; 1 where any differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--cycles", type=int, default=CYCLES)
    parser.add_argument("--only", nargs="*", choices=list(cores()), default=list(cores()))
    options = parser.parse_args(arguments)
    rows: dict[str, Any] = {}
    if options.out.exists():
        rows = {row["core"]: row for row in json.loads(options.out.read_text("utf-8"))["rows"]}
    for name in options.only:
        done = rows.get(name, {})
        if done.get("network_sha256") == cores()[name][0].sha256 and done.get("cycles", 0) >= options.cycles:
            continue
        began = time.monotonic()
        rows[name] = row = compare(name, options.cycles)
        print(
            f"{name}: {row['cycles']:,} clocks, {row['flips']:,} flips, {row['outputs_changed']:,} of "
            f"{row['outputs_compared']:,} outputs changed, {row['mismatches']} differ from the model, "
            f"{time.monotonic() - began:.0f} s",
            flush=True,
        )
        document = {"command": "make fault-gates", "rows": [rows[each] for each in cores() if each in rows]}
        write_atomic(options.out, json_text(document))
    return int(not all(row["passed"] for row in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
