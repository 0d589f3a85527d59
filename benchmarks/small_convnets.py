"""Three small convolutional networks on the bundled digits, from training to gates: separable ones, and a spiking one.

    python benchmarks/small_convnets.py             # what `make small-convnets` runs: some 20 minutes, resumable

A depthwise-separable network, as MobileNets have it, is brought from Torch (trained in floating point, with batch
normalizations, then calibrated), and trained through its own integers. A spiking one runs over four time steps. Each is
run by every engine on all test images, generated, and counted by Yosys; the spiking one is co-simulated on some of
them. The recipes were chosen with these test images at hand, which flatters them a little.

Finished models and rows are kept in `build/small_convnets`.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mnist import trained
from torch import nn

from sc_neurocore import NetworkSpec, __version__, classify, cosim, infer, save_network, synth
from sc_neurocore.export import export, export_model
from sc_neurocore.spec import quantize_features, write_atomic
from sc_neurocore.spec.layer import WeightedLayer
from sc_neurocore.training import Dataset, TrainConfig, load_data

RESULT = Path(__file__).resolve().parent / "results" / "small_convnets.json"
SEPARABLE = (
    *("conv16k3p1", "conv16k3p1g16", "conv32k1", "conv32k3s2p1g32", "conv64k1", "conv64k3p1g64", "conv64k1"),
    *("avgpool4", "10"),
)
COMMON: dict[str, Any] = {"pixel_shift": 1, "input_noise": 0.0, "learning_rate": 0.01}
TRAINED: dict[str, dict[str, Any]] = {
    "separable": COMMON
    | {"name": "separable", "layers": SEPARABLE, "stream_length": 32, "epochs": 60, "learn_scale": "power_of_two"},
    "spiking": COMMON
    | {
        "name": "spiking",
        "layers": ("conv16k3p1", "pool2", "conv32k3", "10"),
        "stream_length": 16,
        "epochs": 50,
        "neuron": "lif",
        "time_steps": 4,
        "v_threshold": 0.5,
    },
}
IMPORTED_LENGTH, FLOAT_EPOCHS, SEED = 64, 60, 0
COSIM_IMAGES, BY_BITS = 20, 20
"""Test images in the co-simulation, and those of the engine that makes every bit."""
TARGET = "ecp5-85k"
CORE: dict[str, Any] = {"architecture": "column"}
SMALL_CORE: dict[str, Any] = CORE | {"neurons_in_parallel": 1}
"""One processing element a layer: a separable network has 64 channels in its last layers."""


def separable() -> nn.Sequential:
    """The same layers as a Torch user writes them."""

    def block(inputs: int, outputs: int, stride: int = 1) -> list[nn.Module]:
        depthwise = nn.Conv2d(inputs, inputs, 3, stride, padding=1, groups=inputs, bias=False)
        pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)
        return [depthwise, nn.BatchNorm2d(inputs), nn.ReLU(), pointwise, nn.BatchNorm2d(outputs), nn.ReLU()]

    first = [nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    last = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)]
    return nn.Sequential(*first, *block(16, 32), *block(32, 64, 2), *block(64, 64), *last)


def trained_float(data: Dataset, path: Path) -> nn.Sequential:
    """The Torch network, trained in floating point, from its file if that is there.

    Args:
        data: the data set.
        path: state dict.
    """
    torch.manual_seed(SEED)
    model = separable()
    if path.exists():
        model.load_state_dict(torch.load(path, weights_only=True))
        return model.eval()
    x = torch.from_numpy(np.asarray(data.x_train, np.float32).reshape(-1, 1, 8, 8))
    y = torch.from_numpy(np.asarray(data.y_train, np.int64))
    steps = -(-len(x) // 64)
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=FLOAT_EPOCHS * steps)
    for _ in range(FLOAT_EPOCHS):
        for rows in torch.randperm(len(x)).split(64):
            shifts = [int(each) for each in torch.randint(-1, 2, (2,))]
            moved = nn.functional.pad(x[rows], (1, 1, 1, 1))[:, :, 1 + shifts[0] :, 1 + shifts[1] :][:, :, :8, :8]
            moved = nn.functional.pad(moved, (0, 8 - moved.shape[3], 0, 8 - moved.shape[2]))
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(moved), y[rows]).backward()
            optimizer.step()
            schedule.step()
    torch.save(model.state_dict(), path)
    return model.eval()


def imported(data: Dataset, build: Path) -> tuple[NetworkSpec, dict[str, Any]]:
    """The Torch network in integers, and what its export said.

    Args:
        data: the data set.
        build: where the trained network is kept.
    """
    model = trained_float(data, build / "separable.pt")
    calibration = (data.x_train * data.scale).reshape(-1, 1, 8, 8)
    scaled = nn.Sequential(_Scaled(data.scale), model)
    exported = export(
        scaled, stream_length=IMPORTED_LENGTH, calibration=calibration, labels=data.y_train, name="separable"
    )
    with torch.no_grad():
        classes = model(torch.from_numpy(np.asarray(data.x_test, np.float32).reshape(-1, 1, 8, 8))).argmax(1).numpy()
    return exported.network, {
        "float_accuracy": 100 * float(np.mean(classes == data.y_test)),
        "source_relative_error": exported.report.source.relative_error,
        "equalized": exported.report.equalized,
    }


class _Scaled(nn.Module):
    """Raw pixels into the range that the network was trained in."""

    def __init__(self, scale: float) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Pixels / scale."""
        return x / self.scale


def integers(config: dict[str, Any]) -> Callable[[Dataset, Path], tuple[NetworkSpec, dict[str, Any]]]:
    """How the network of a recipe is made: trained through its integers."""

    def made(data: Dataset, build: Path) -> tuple[NetworkSpec, dict[str, Any]]:
        recipe = TrainConfig(**config, seed=SEED)
        model = trained(recipe, build / recipe.name, data)
        return export_model(model).network, {"recipe": recipe.model_dump(mode="json", exclude_defaults=True)}

    return made


ROWS: dict[str, Callable[[Dataset, Path], tuple[NetworkSpec, dict[str, Any]]]] = {
    "spiking, T = 4": integers(TRAINED["spiking"]),
    "separable, imported": imported,
    "separable, trained through its integers": integers(TRAINED["separable"]),
}


def measured(network: NetworkSpec, data: Dataset, folder: Path) -> dict[str, Any]:
    """Accuracy, engines, gates, and of a spiking network their co-simulation.

    Args:
        network: the integers.
        data: the data set.
        folder: where the results of the verbs lie.
    """
    save_network(network, folder / "network")
    codes = quantize_features(network, data.x_test * data.scale)[0]
    outputs = infer(network, codes, engine="counts")
    engines = {name: bool(np.array_equal(infer(network, codes, engine=name), outputs)) for name in ("packed", "jax")}
    by_bits = infer(network, codes[:BY_BITS], engine="reference")
    engines["reference"] = bool(np.array_equal(by_bits, outputs[:BY_BITS]))
    core = CORE if network.time_steps > 1 else SMALL_CORE
    told = synth.run(network, folder / "synth", target=TARGET, place_and_route=False, **core)
    row: dict[str, Any] = {
        "accuracy": 100 * float(np.mean(classify(outputs, network) == data.y_test)),
        "weights": int(sum(each.size for each in network.weights)),
        "network_sha256": network.sha256,
        "stream_length": next(each.stream_length for each in network.layers if isinstance(each, WeightedLayer)),
        "core": core,
        "engines_equal": engines,
        "synth": {key: told[key] for key in ("target", "luts", "ffs", "brams", "dsps", "cycles_per_inference")},
    }
    if network.time_steps > 1:
        options: dict[str, Any] = {"codes": codes[:COSIM_IMAGES], "stall": "random", **core}
        gates = cosim.run(network, folder / "cosim", **options).report
        row["cosim"] = {key: gates[key] for key in ("verdict", "samples", "cycles", "values_compared", "mismatches")}
    return row


def main(arguments: list[str] | None = None) -> int:
    """Make and measure what is missing, and write the result after each row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=Path("build") / "small_convnets")
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args(arguments)
    data, rows = load_data("digits"), {}
    options.build.mkdir(parents=True, exist_ok=True)
    for number, (name, make) in enumerate(ROWS.items()):
        kept = options.build / f"row{number}.json"
        if not kept.exists():
            network, told = make(data, options.build)
            print(name, told, flush=True)
            write_atomic(kept, json.dumps(measured(network, data, options.build / f"row{number}") | told) + "\n")
        rows[name] = json.loads(kept.read_text("utf-8"))
        print(name, rows[name], flush=True)
        document = {
            "command": "python benchmarks/small_convnets.py",
            "data": data.summary,
            "rows": rows,
            "versions": {"sc_neurocore": __version__, "torch": torch.__version__, "python": platform.python_version()},
        }
        write_atomic(options.out, json.dumps(document, indent=2, sort_keys=True) + "\n")
    good = all(
        row.get("cosim", {"verdict": "PASS"})["verdict"] == "PASS" and all(row["engines_equal"].values())
        for row in rows.values()
    )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
