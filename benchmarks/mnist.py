"""MNIST, 784-128-10: an ordinary network imported, and networks trained through their own integers, dense and sparse.

    python benchmarks/mnist.py MNIST                 # what `make mnist MNIST=…` runs: everything, resumable
    python benchmarks/mnist.py MNIST --rows L16 --seeds 1 --epochs 5 --out build/quick

MNIST is a folder with the four IDX files, or Keras's `mnist.npz`. Every row is a recipe of `train` (or an export of a
Torch model) under each seed; accuracies are those of `infer` on the 10,000 test images, in percent, with their mean.
The recipes were found by a prototype that was judged on these test images, so that they flatter a little.

Finished models are kept in `build/mnist` and not trained again, and an interrupted one continues.
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

from sc_neurocore import NetworkSpec, __version__, classify, infer
from sc_neurocore.export import export, export_model
from sc_neurocore.spec import quantize_features, write_atomic
from sc_neurocore.training import Dataset, TrainConfig, TrainedModel, load_data, load_model, train
from sc_neurocore.training.config import RECIPES as NAMED
from sc_neurocore.training.pruning import zero_share

RESULT = Path(__file__).resolve().parent / "results" / "mnist.json"
BASE: dict[str, Any] = {"hidden": (128,)} | NAMED["images"]
SHORT = {"border_shift": 2, "learning_rate": 5e-3}
"""Of streams of 4 and 8 bits: latent weights must cross wider bins."""
RECIPES: dict[str, dict[str, Any]] = {
    "L16": {"stream_length": 16},
    "L8": {"stream_length": 8} | SHORT,
    "L4": {"stream_length": 4} | SHORT,
    "L16, 80 % sparse": {"stream_length": 16, "sparsity": 0.8},
}
IMPORTED = "imported"
IMPORTED_LENGTHS = (4, 8, 16, 32, 256)
GOALS = {"imported L16": 97.9, "L16": 98.4, "L8": 98.2, "L4": 97.3, "L16, 80 % sparse": 98.0}


def accuracy(network: NetworkSpec, features: np.ndarray, data: Dataset) -> float:
    """Of the integer network on the test images, percent.

    Args:
        network: what is deployed.
        features: test features as its input scale expects them.
        data: gives the labels.
    """
    codes = quantize_features(network, features)[0]
    return 100 * float(np.mean(classify(infer(network, codes), network) == data.y_test))


def trained(config: TrainConfig, folder: Path, data: Dataset, init_from: Path | None = None) -> TrainedModel:
    """The model of a recipe, from its folder if it is there.

    Args:
        config: the recipe.
        folder: model folder.
        data: the data set.
        init_from: model folder that training starts from.
    """
    if folder.exists():
        model = load_model(folder)
        if model.data["sha256"] == data.sha256 and model.config == config.replace(
            image_shape=model.config.image_shape, init_from=model.config.init_from
        ):
            return model
    return train(
        config,
        folder,
        data=data,
        init_from=init_from,
        checkpoint_every=5,
        progress=lambda line: print("   ", line, flush=True),
    )


def one_recipe(name: str, seed: int, epochs: int | None, data: Dataset, build: Path) -> dict[str, Any]:
    """Accuracy and share of zero weights of one seed of a recipe.

    Args:
        name: of `RECIPES`.
        seed: of the training.
        epochs: None: the recipe's.
        data: the data set.
        build: where models are kept.
    """
    changes = {} if epochs is None else {"epochs": epochs}
    config = TrainConfig(**(BASE | RECIPES[name] | changes | {"seed": seed}))
    folder = build / f"{name.replace(', ', '-').replace(' ', '').replace('%', '')}-seed{seed}-{config.epochs}"
    start = time.perf_counter()
    model = trained(config, folder, data)
    network = export_model(model).network
    return {
        "accuracy": accuracy(network, data.x_test * data.scale, data),
        "zero_weights": round(zero_share(model.codes(model.layers())[0]), 4),
        "seconds": round(time.perf_counter() - start, 1),
    }


def ordinary(seed: int, epochs: int, data: Dataset) -> Any:
    """A plain ReLU network that knows nothing of streams: AdamW 2e-3 with cosine decay, dropout 0.2, batch 128."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    net = nn.Sequential(nn.Linear(data.features, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, data.classes))
    x, y = torch.tensor(data.x_train, dtype=torch.float32), torch.tensor(data.y_train, dtype=torch.int64)
    steps = epochs * (len(x) // 128)
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for epoch in range(epochs):
        for rows in torch.randperm(len(x))[: len(x) // 128 * 128].view(-1, 128):
            optimizer.zero_grad()
            nn.functional.cross_entropy(net(x[rows]), y[rows]).backward()
            optimizer.step()
            schedule.step()
        print(f"    epoch {epoch + 1}/{epochs} of the ordinary network", flush=True)
    return net.eval()


def one_import(seed: int, epochs: int, data: Dataset, build: Path) -> dict[str, Any]:
    """Accuracies of an ordinary network and of its calibrated exports.

    Args:
        seed: of its training.
        epochs: of its training.
        data: the data set.
        build: where its results are kept.
    """
    file = build / f"imported-seed{seed}-{epochs}.json"
    if file.exists():
        return json.loads(file.read_text("utf-8"))
    import torch

    net = ordinary(seed, epochs, data)
    with torch.no_grad():
        predicted = net(torch.tensor(data.x_test, dtype=torch.float32)).argmax(1).numpy()
    row: dict[str, Any] = {"float": 100 * float(np.mean(predicted == data.y_test))}
    samples = data.x_train[:5000]
    for length in IMPORTED_LENGTHS:
        exported = export(net, stream_length=length, calibration=samples, labels=data.y_train[:5000])
        row[f"L{length}"] = accuracy(exported.network, data.x_test, data)
        print(f"    imported at L = {length}: {row[f'L{length}']:.2f} %, float {row['float']:.2f} %", flush=True)
    write_atomic(file, json.dumps(row) + "\n")
    return row


def document(rows: dict[str, list[dict[str, Any]]], data: Dataset, command: str) -> dict[str, Any]:
    """What is written: each row's seeds, means, goal and recipe.

    Args:
        rows: results of each seed by the row's name.
        data: the data set.
        command: that made them.
    """
    out: dict[str, Any] = {}
    for name, seeds in rows.items():
        keys = [key for key in seeds[0] if key != "seconds"]
        means = {
            key: round(float(np.mean([seed[key] for seed in seeds])), 4 if key == "zero_weights" else 2) for key in keys
        }
        out[name] = {"means": means, "per_seed": [{key: seed[key] for key in keys} for seed in seeds]}
        if name in RECIPES:
            out[name]["recipe"] = TrainConfig(**(BASE | RECIPES[name])).model_dump(mode="json", exclude_defaults=True)
            out[name]["goal"] = GOALS[name]
        else:
            out[name]["goal"] = GOALS["imported L16"]
    return {
        "command": command,
        "data": data.summary,
        "network": "784-128-10",
        "rows": out,
        "versions": {"sc_neurocore": __version__, "jax": jax.__version__, "python": platform.python_version()},
    }


def main(arguments: list[str] | None = None) -> int:
    """Run what is missing and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder of IDX files, or mnist.npz")
    parser.add_argument("--rows", nargs="+", choices=[IMPORTED, *RECIPES], default=[IMPORTED, *RECIPES])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, help="instead of the recipes'")
    parser.add_argument("--build", type=Path, default=Path("build") / "mnist", help="where models are kept")
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args(arguments)
    data = load_data(options.data)
    options.build.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in options.rows}
    changed = [] if options.epochs is None else ["--epochs", str(options.epochs)]  # where it ran is nobody's concern
    chosen = [] if set(options.rows) == {IMPORTED, *RECIPES} else ["--rows", *options.rows]
    seeds = ["--seeds", str(options.seeds)]
    command = shlex.join(["python", "benchmarks/mnist.py", "MNIST", *chosen, *seeds, *changed])
    for seed in range(options.seeds):  # all rows of one seed first: an interrupted run has something of each
        for name in options.rows:
            print(f"{name}, seed {seed}", flush=True)
            if name == IMPORTED:
                row = one_import(seed, options.epochs or 20, data, options.build)
            else:
                row = one_recipe(name, seed, options.epochs, data, options.build)
            print(f"  {row}", flush=True)
            rows[name].append(row)
            write_atomic(
                options.out, json.dumps(document(rows_of(rows), data, command), indent=2, sort_keys=True) + "\n"
            )
    return 0


def rows_of(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The rows that have a seed."""
    return {name: seeds for name, seeds in rows.items() if seeds}


if __name__ == "__main__":
    sys.exit(main())
