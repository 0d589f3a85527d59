"""784-128-10 at L = 16 in gates: on an UP5K with its weights in single-port memory, and on an ECP5 of 25,000 tables.

    python benchmarks/mnist_gates.py MNIST MODEL    # a model of `make mnist`, build/mnist/L16-seed0-40: half an hour

The core of the UP5K computes twelve neurons of the first layer at a time and is loaded; that of the ECP5 is what
`generate --target ecp5-25k` chooses. Both are placed three times, and co-simulated on test images with stalls.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from lenet_gates import COSIM_KEYS, SYNTH_KEYS
from mnist import accuracy

from sc_neurocore import cosim, save_network, synth
from sc_neurocore.export import export_model
from sc_neurocore.spec import quantize_features, write_atomic
from sc_neurocore.training import load_data, load_model

RESULT = Path(__file__).parent / "results" / "mnist_gates.json"
LOADED = {"architecture": "column", "neurons_in_parallel": (12, 10), "weights": "loadable", "memory": "spram"}
CORES: dict[str, dict[str, Any]] = {"up5k": LOADED | {"control": "stream"}, "ecp5-25k": {}}
IMAGES = 20


def main(arguments: list[str] | None = None) -> int:
    """Measure and write, core by core."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of IDX files, or mnist.npz")
    parser.add_argument("model", type=Path, help="model folder")
    parser.add_argument("--build", type=Path, default=Path("build") / "mnist_gates")
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args(arguments)
    data, model = load_data(options.data), load_model(options.model)
    network = export_model(model).network
    save_network(network, options.build / "network")
    codes = quantize_features(network, data.x_test[:IMAGES] * data.scale)[0]
    before = json.loads(options.out.read_text("utf-8")) if options.out.exists() else {}
    result: dict[str, Any] = {
        "command": "make mnist-gates MNIST=folder",
        "network_sha256": network.sha256,
        "recipe": model.config.model_dump(mode="json", exclude_defaults=True),
        "accuracy": accuracy(network, data.x_test * data.scale, data),
        "images": IMAGES,
        "cores": before["cores"] if before.get("network_sha256") == network.sha256 else {},
    }
    for target, core in CORES.items():
        if target in result["cores"]:  # an interrupted run goes on
            continue
        row: dict[str, Any] = {}
        folder = options.build / target
        synth.run(network, folder / "synth", target=target, seeds=3, progress=print, **core)
        told = json.loads((folder / "synth" / "synth.json").read_text("utf-8"))
        row["synth"] = {key: told[key] for key in (*SYNTH_KEYS, "sprams", "architecture")}
        asked = core or {"target": target}
        run = cosim.run(network, folder / "cosim", codes=codes, samples=2, stall="random", progress=print, **asked)
        row["cosim"] = {key: run.report[key] for key in (*COSIM_KEYS, "load")}
        result["cores"][target] = row
        write_atomic(options.out, json.dumps(result, indent=2, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
