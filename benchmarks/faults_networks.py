"""The networks whose tolerance of faults is measured, each trained through its own integers; no figure is made here.

Streams of the default pair at L = 2^n, and exact binary products at the same n (`benchmarks/binary_accuracy.py`); both
also trained against flips of product bits. Recipes and seeds are those of the accuracy figures. Networks are kept in
`build/faults/networks` and not trained again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import binary_accuracy
from accuracy_recipes import recipe

from sc_neurocore import NetworkSpec, load_network, save_network
from sc_neurocore.export import export_model
from sc_neurocore.training import Dataset, TrainConfig, load_data, train, train_seeds
from sc_neurocore.training.config import RECIPES

EPOCHS = {0.0: 250, 0.1: 100}
"""Of the training, by the probability of flips in it: binomial variables are dear."""
KEPT = Path("build") / "faults" / "networks"
Say = Callable[[str], None]


def digits_networks(
    kind: str, bits: int, seeds: Sequence[int], flips: float, data: Dataset, say: Say
) -> list[NetworkSpec]:
    """One 64-32-10 network a seed.

    Args:
        kind: `stream` or `binary`.
        bits: n; streams have L = 2^n.
        seeds: of the training.
        flips: probability, a key of `EPOCHS`, with which product bits are flipped while it is trained.
        data: the digits.
        say: told what is trained.
    """
    epochs = EPOCHS[flips]
    folders = [KEPT / f"{kind}{bits}-flips{flips:g}-epochs{epochs}" / f"seed{seed}" for seed in seeds]
    if not all((folder / "network.json").is_file() for folder in folders):
        say(f"training {kind}, n = {bits}, flips {flips:g}, {len(seeds)} seeds")
        config = recipe(binary_accuracy.NETWORK, 2**bits, epochs, **({"product_flips": flips} if flips else {}))
        match kind:
            case "stream":
                networks = [export_model(model).network for model in train_seeds(config, seeds, data)]
            case "binary":
                networks = [network for network, _ in binary_accuracy.train_binary(config, seeds, data)]
            case other:
                raise ValueError(f"kind must be stream or binary, got {other!r}")
        for network, folder in zip(networks, folders, strict=True):
            folder.parent.mkdir(parents=True, exist_ok=True)
            save_network(network, folder)
    return [load_network(folder) for folder in folders]


def mnist_networks(data: Dataset, seeds: Sequence[int], epochs: int, say: Say) -> list[NetworkSpec]:
    """One 784-128-10 network of streams at L = 16 a seed, by the recipe of `benchmarks/mnist.py`.

    Args:
        data: MNIST.
        seeds: of the training.
        epochs: of the training; the recipe of the accuracy figures has 40.
        say: told of its progress.
    """
    networks = []
    for seed in seeds:
        folder = KEPT / f"mnist16-epochs{epochs}" / f"seed{seed}"
        if not (folder / "network.json").is_file():
            changes: dict[str, Any] = {"hidden": (128,), "stream_length": 16, "epochs": epochs, "seed": seed}
            config = TrainConfig(**(RECIPES["images"] | changes))
            model = train(config, folder.with_name(f"model{seed}"), data=data, checkpoint_every=2, progress=say)
            save_network(export_model(model).network, folder)
        networks.append(load_network(folder))
    return networks


def main() -> None:
    """Train all that `benchmarks/faults.py` measures, without faults."""
    data, say = load_data(), functools.partial(print, flush=True)
    for flips in (0.0, 0.1):
        for bits in (4, 6, 8):
            for kind in ("stream", "binary"):
                digits_networks(kind, bits, range(10), flips, data, say)


if __name__ == "__main__":
    main()
