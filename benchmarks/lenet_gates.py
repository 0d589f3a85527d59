"""LeNet-5 at L = 8 in gates: accuracy, a co-simulation on real images, and what it takes on an ECP5 of 25,000 tables.

    python benchmarks/lenet_gates.py MNIST MODEL        # a model of `make lenet`, build/lenet/L8-seed0-12: half an hour

The core computes closed forms, one processing element for each channel of a convolution. The co-simulation compares
every output on 100 test images, with stalls, resets and frames of a wrong length between them. For an UP5K the cells of
a loadable core are counted whose larger layers keep their weights in single-port memory.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from mnist import accuracy

from sc_neurocore import cosim, save_network, synth
from sc_neurocore.export import export_model
from sc_neurocore.spec import quantize_features, write_atomic
from sc_neurocore.training import load_data, load_model

RESULT = Path(__file__).parent / "results" / "lenet_gates.json"
CORE: dict[str, Any] = {"architecture": "column", "neurons_in_parallel": (6, 16, 12, 7, 5)}
IMAGES, TARGET = 100, "ecp5-25k"
LOADED = CORE | {"weights": "loadable", "memory": "spram", "control": "stream", "neurons_in_parallel": (6, 8, 12, 4, 2)}
COUNTED_KEYS = ("target", "device", "luts", "ffs", "brams", "sprams", "cycles_per_inference", "latency_cycles", "tools")
COSIM_KEYS = (
    "verdict", "simulator", "simulator_version", "samples", "cycles", "values_compared", "mismatches", "rtl_sha256",
)  # fmt: skip
SYNTH_KEYS = (
    "target", "device", "luts", "ffs", "brams", "dsps", "fmax_mhz", "fmax_per_seed_mhz", "cycles_per_inference",
    "latency_cycles", "inferences_per_second", "fits", "tools",
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of IDX files, or mnist.npz")
    parser.add_argument("model", type=Path, help="model folder")
    parser.add_argument("--build", type=Path, default=Path("build") / "lenet_gates")
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args(arguments)
    data, model = load_data(options.data), load_model(options.model)
    network = export_model(model).network
    save_network(network, options.build / "network")
    codes = quantize_features(network, data.x_test[:IMAGES] * data.scale)[0]
    result: dict[str, Any] = {
        "command": "python benchmarks/lenet_gates.py MNIST build/lenet/L8-seed0-12",
        "network_sha256": network.sha256,
        "recipe": model.config.model_dump(mode="json", exclude_defaults=True),
        "accuracy": accuracy(network, data.x_test * data.scale, data),
        "core": CORE,
        "images": IMAGES,
    }
    for name, keys in (("cosim", COSIM_KEYS), ("synth", SYNTH_KEYS)):
        folder = options.build / name
        if name == "cosim":
            cosim.run(network, folder, codes=codes, stall="random", progress=print, **CORE)
        else:
            synth.run(network, folder, target=TARGET, seeds=3, progress=print, **CORE)
        told = json.loads((folder / f"{name}.json").read_text("utf-8"))
        result[name] = {key: told[key] for key in keys}
        write_atomic(options.out, json.dumps(result, indent=2, sort_keys=True) + "\n")
    told = synth.run(network, options.build / "up5k", target="up5k", place_and_route=False, progress=print, **LOADED)
    result["up5k"] = {"core": LOADED} | {key: told[key] for key in COUNTED_KEYS}
    write_atomic(options.out, json.dumps(result, indent=2, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
