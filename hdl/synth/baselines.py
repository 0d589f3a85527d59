"""Cell counts of small cores, committed, so that a change of the gates that costs area is seen where it is made.

Usage: python hdl/synth/baselines.py            compare with baselines.json; exit status 1 if anything drifted
       python hdl/synth/baselines.py --update   write baselines.json anew, after looking at what changed

The counts are exact for the pinned versions of Yosys and of the generator; with other versions they mean nothing, and
the comparison says so instead of comparing.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from sc_neurocore import rtl, synth
from sc_neurocore.spec import (
    DEFAULT_INPUT_GENERATOR,
    DEFAULT_WEIGHT_GENERATOR,
    Comparator,
    DenseLayer,
    Generator,
    InputSpec,
    Lfsr,
    Linear,
    NetworkSpec,
    ParallelCounter,
    Relu,
)

FILE = Path(__file__).with_name("baselines.json")
TARGETS = ("up5k", "ecp5-25k")
"""One of each family: the iCE40s differ in their multiplier blocks alone, which these cores have no use for."""
COUNTS = ("luts", "ffs", "carries", "brams", "dsps")


def two_layers(inputs: Generator, weights: Generator) -> NetworkSpec:
    """8-6-3, n = 4, L = 16 or the LFSRs' period, with weights made by a rule."""
    layers = []
    for size, neurons, neuron in ((8, 6, Relu(shift=1, output_bits=4)), (6, 3, Linear())):
        layer = DenseLayer(
            inputs=size,
            neurons=neurons,
            resolution_bits=4,
            stream_length=inputs.source.period(4),
            input_encoding="unipolar",
            weight_encoding="sign_magnitude",
            input_generator=inputs,
            weight_generator=weights,
            accumulator=ParallelCounter(),
            neuron=neuron,
            output_scale=1.0,
        )
        layers.append(layer)
    return NetworkSpec(
        name="baseline",
        input=InputSpec(features=8, encoding="unipolar", resolution_bits=4, scale=1.0),
        layers=tuple(layers),
        weights=tuple(
            np.array(
                [[(7 * j + 11 * i + i * j) % 31 - 15 for j in range(x.inputs)] for i in range(x.neurons)], np.int32
            )
            for x in layers
        ),
        biases=tuple(np.array([(13 * i) % 9 - 4 for i in range(x.neurons)], np.int32) for x in layers),
    )


CORES: dict[str, tuple[NetworkSpec, dict[str, Any]]] = {
    "default pair, folded": (two_layers(DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR), {"neurons_in_parallel": 1}),
    "default pair, parallel": (
        two_layers(DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR),
        {"neurons_in_parallel": (6, 3)},
    ),
    "lfsr pair, folded": (
        two_layers(Comparator(source=Lfsr(seed=1)), Comparator(source=Lfsr(seed=9))),
        {"neurons_in_parallel": 2},
    ),
}


def measure() -> dict[str, Any]:
    """Counts of every core on every target, and the versions of the tools that made them."""
    found: dict[str, Any] = {"tools": {}, "cores": {}}
    with tempfile.TemporaryDirectory() as name:
        for core, (network, options) in CORES.items():
            folder = Path(name) / core.replace(" ", "_")
            manifest = rtl.generate(network, folder, **options)
            found["tools"] |= manifest["tools"]
            rows = found["cores"][core] = {"cycles_per_inference": manifest["cycles_per_inference"]}
            for target in TARGETS:
                result = synth.implement([folder / manifest["verilog"]], manifest["top"], target, place_and_route=False)
                found["tools"] |= result.tools
                rows[target] = {key: getattr(result.area, key) for key in COUNTS}
    return found


def drift(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """One line for each difference; nothing where all is as committed."""
    if wanted["tools"] != found["tools"]:
        return [f"tools differ, counts cannot be compared: committed {wanted['tools']}, here {found['tools']}"]
    lines = []
    for core in sorted(wanted["cores"].keys() | found["cores"].keys()):
        before, now = wanted["cores"].get(core, {}), found["cores"].get(core, {})
        for row in sorted(before.keys() | now.keys()):
            if before.get(row) != now.get(row):
                was, has = (json.dumps(each.get(row), sort_keys=True) for each in (before, now))
                lines.append(f"{core}, {row}: committed {was}, now {has}")
    return lines


def main(arguments: list[str]) -> int:
    """Compare, or update."""
    if arguments not in ([], ["--update"]):
        print(__doc__)
        return 2
    found = measure()
    if arguments:
        FILE.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        print(f"{FILE.name}: {len(found['cores'])} cores on {len(TARGETS)} targets")
        return 0
    lines = drift(json.loads(FILE.read_text(encoding="utf-8")), found)
    print("\n".join(lines) or f"as committed: {len(found['cores'])} cores on {len(TARGETS)} targets")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
