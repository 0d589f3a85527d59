"""LeNet-5 (6-16-120-84-10, 28 × 28 padded to 32 × 32) on MNIST, trained through its own integers.

    python benchmarks/lenet.py MNIST                 # what `make lenet MNIST=…` runs: everything, resumable
    python benchmarks/lenet.py MNIST --rows L8 --seeds 1 --epochs 5 --out build/quick.json

MNIST is a folder with the four IDX files, or Keras's `mnist.npz`. Every row is trained under each seed by one recipe,
the float network (the same ranges, real numbers) too; accuracies are those of `infer` on the 10,000 test images, in
percent. The recipe was found by a prototype that was judged on these test images, so that it flatters a little.

Finished models are kept in `build/lenet` and not trained again, and an interrupted one continues.
"""

from __future__ import annotations

import argparse
import json
import platform
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import jax
import numpy as np
from mnist import accuracy, trained

from sc_neurocore import __version__
from sc_neurocore.export import export_model
from sc_neurocore.spec import write_atomic
from sc_neurocore.training import Dataset, TrainConfig, load_data

RESULT = Path(__file__).resolve().parent / "results" / "lenet.json"
BASE: dict[str, Any] = {
    "layers": ("conv6k5p2", "pool2", "conv16k5", "pool2", "120", "84", "10"),
    "name": "lenet",
    "epochs": 12,
    "batch_size": 128,
    "learning_rate": 5e-3,
    "border_shift": 2,
    "input_noise": 0.0,
    "pixel_shift": 1,
}
RECIPES: dict[str, dict[str, Any]] = {
    "L8": {"stream_length": 8},
    "L4": {"stream_length": 4},
    "L16": {"stream_length": 16},
    "float": {"forward": "float"},
    "larger, L16": {
        "layers": ("conv16k5p2", "pool2", "conv32k5", "pool2", "128", "10"),
        "name": "larger",
        "stream_length": 16,
    },
}
GOALS = {"L4": 98.5, "L8": 98.9, "L16": 99.0, "larger, L16": 99.3}
ONCE = ("larger, L16",)
"""Rows of a single seed."""


def one(name: str, seed: int, epochs: int, data: Dataset, build: Path) -> dict[str, Any]:
    """Accuracy of one seed of a row, percent.

    Args:
        name: of `RECIPES`.
        seed: of the training.
        epochs: of the training.
        data: the data set.
        build: where models are kept.
    """
    config = TrainConfig(**(BASE | RECIPES[name] | {"seed": seed, "epochs": epochs}))
    start = time.perf_counter()
    model = trained(config, build / f"{name.replace(', ', '-')}-seed{seed}-{epochs}", data)
    if config.forward == "float":
        reached = 100 * float(model.accuracy["float"] or 0.0)
    else:
        reached = accuracy(export_model(model).network, data.x_test * data.scale, data)
    return {"accuracy": reached, "seconds": round(time.perf_counter() - start, 1)}


def document(rows: dict[str, list[float]], epochs: int, data: Dataset, command: str) -> dict[str, Any]:
    """What is written: each row's seeds, their mean, and its goal.

    Args:
        rows: accuracies of each seed by the row's name.
        epochs: of the training.
        data: the data set.
        command: that made them.
    """
    out = {
        name: {
            "mean": round(float(np.mean(seeds)), 3),
            "per_seed": seeds,
            "goal": GOALS.get(name),
            "recipe": TrainConfig(**(BASE | RECIPES[name] | {"epochs": epochs})).model_dump(
                mode="json", exclude_defaults=True
            ),
        }
        for name, seeds in rows.items()
        if seeds
    }
    return {
        "command": command,
        "data": data.summary,
        "network": "LeNet-5, " + ",".join(BASE["layers"]),
        "rows": out,
        "versions": {"sc_neurocore": __version__, "jax": jax.__version__, "python": platform.python_version()},
    }


def main(arguments: list[str] | None = None) -> int:
    """Run what is missing and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of IDX files, or mnist.npz")
    parser.add_argument("--rows", nargs="+", choices=[*RECIPES], default=[*RECIPES])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=BASE["epochs"])
    parser.add_argument("--build", type=Path, default=Path("build") / "lenet", help="where models are kept")
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args(arguments)
    data = load_data(options.data)
    options.build.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[float]] = {name: [] for name in options.rows}
    given = [each if each != str(options.data) else options.data.name for each in (arguments or sys.argv[1:])]
    command = shlex.join(["python", "benchmarks/lenet.py", *given])
    for seed in range(options.seeds):  # all rows of one seed first: an interrupted run has something of each
        for name in (name for name in options.rows if seed == 0 or name not in ONCE):
            print(f"{name}, seed {seed}", flush=True)
            row = one(name, seed, options.epochs, data, options.build)
            print(f"  {row}", flush=True)
            rows[name].append(row["accuracy"])
            text = json.dumps(document(rows, options.epochs, data, command), indent=2, sort_keys=True)
            write_atomic(options.out, text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
