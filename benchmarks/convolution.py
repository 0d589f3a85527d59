"""LeNet-5 through its exact integers against the same network in floating point: inference, and an epoch of training.

    python benchmarks/convolution.py       # what `make bench-maps` runs: benchmarks/results/convolution.json, minutes

Inference: 10,000 images of 28 × 28 at L = 16 (n = 4) by the engine that `auto` takes, against Torch's float32 forward
pass of the same network in the batch that is fastest of four. Training: the compiled steps of `sc_neurocore.train`,
exact against float, 100 batches of 128. One thread on one processor; seconds are processor time; calls take turns, and
ratios are medians of those of neighbours. Weights and images are drawn: integers take the same time whatever they are.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from speed_machine import ENVIRONMENT, ONE_THREAD, machine, pin, versions

RESULT = Path(__file__).parent / "results" / "convolution.json"
WORDS = ("conv6k5p2", "pool2", "conv16k5", "pool2", "120", "84", "10")
IMAGES, STEPS, BATCH = 10_000, 100, 128
TORCH_BATCHES = (100, 500, 1000, IMAGES)
LIMITS = {"inference": 1.5, "epoch": 3.0}


def alternating(calls: dict[str, Callable[[], Any]], repeats: int) -> dict[str, list[float]]:
    """Processor seconds of each call, in turns, after one of each that compiles."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(repeats + 1):
        for name, call in calls.items():
            start = time.process_time()
            call()
            if turn:
                seconds[name].append(time.process_time() - start)
    return seconds


def ratios(seconds: dict[str, list[float]], ours: str, theirs: str) -> dict[str, Any]:
    """The median of ours over theirs, its quartiles, and the medians of both.

    Args:
        seconds: of `alternating`.
        ours: a name in it.
        theirs: another.
    """
    each = [a / b for a, b in zip(seconds[ours], seconds[theirs], strict=True)]
    low, middle, high = statistics.quantiles(each, n=4)
    return {
        "ratio": round(middle, 3),
        "ratio_quartiles": [round(low, 3), round(high, 3)],
        "seconds": {name: round(statistics.median(seconds[name]), 4) for name in (ours, theirs)},
        "repeats": len(each),
    }


def inference(repeats: int) -> dict[str, Any]:
    """10,000 images exactly, against float32 in Torch."""
    import numpy as np
    import torch
    from torch import nn

    from sc_neurocore import NetworkSpec, infer
    from sc_neurocore.inference.engines import explain
    from sc_neurocore.spec import InputSpec, code_range
    from sc_neurocore.training import TrainConfig
    from sc_neurocore.training.architecture import layers_of

    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    config = TrainConfig(layers=WORDS, stream_length=16, image_shape=(28, 28), border_shift=2)
    layers: Any = layers_of(config, 784, 10, "unipolar")
    low, high = code_range("sign_magnitude", 4)
    network = NetworkSpec(
        name="lenet",
        input=InputSpec(features=784, encoding="unipolar", resolution_bits=4, shape=(28, 28, 1), scale=1.0),
        layers=layers,
        weights=tuple(rng.integers(low, high + 1, layer.weight_shape) for layer in layers),
        biases=tuple(rng.integers(-9, 10, layer.bias_shape) for layer in layers),
    )
    codes = rng.integers(0, 16, (IMAGES, 784)).astype(np.uint8)
    net = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    ).eval()  # fmt: skip
    x = torch.rand(IMAGES, 1, 28, 28)

    @torch.no_grad()
    def in_torch(batch: int) -> None:
        for start in range(0, IMAGES, batch):
            net(x[start : start + batch])

    calls: dict[str, Callable[[], Any]] = {
        f"torch, batches of {size}": lambda n=size: in_torch(n) for size in TORCH_BATCHES
    }
    found = alternating(calls | {"exact": lambda: infer(network, codes)}, repeats)
    best = min(calls, key=lambda name: statistics.median(found[name]))
    row = ratios(found, "exact", best) | {"engine": explain(network, IMAGES)["engine"], "images": IMAGES}
    other = network.replace(name="other")  # for which nothing is prepared or allocated yet, but all is compiled
    return row | {"memory_bytes": memory(lambda: infer(other, codes))}


def memory(call: Callable[[], Any]) -> int:
    """Bytes of arrays that live at most at once while a call runs, its outputs included; scratch of kernels is such."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def epoch(repeats: int) -> dict[str, Any]:
    """100 steps of training exactly, against the float network of the same ranges."""
    import jax
    import jax.numpy as jnp

    from sc_neurocore.training import TrainConfig
    from sc_neurocore.training.architecture import layers_of
    from sc_neurocore.training.loop import compiled_epoch, init_state, run_keys

    samples = STEPS * BATCH
    x = jax.random.uniform(jax.random.key(1), (samples, 784))
    y = jax.random.randint(jax.random.key(2), (samples,), 0, 10)
    calls: dict[str, Callable[[], Any]] = {}
    for forward in ("float", "exact"):
        config = TrainConfig(
            layers=WORDS, stream_length=16, image_shape=(28, 28), border_shift=2, forward=forward, batch_size=BATCH,
            input_noise=0.0, pixel_shift=1,
        )  # fmt: skip
        layers = layers_of(config, 784, 10, "unipolar")
        first, key = run_keys(0)
        state, run = init_state(config, layers, samples, first), compiled_epoch(config, layers, samples)
        calls[forward] = lambda run=run, state=state, key=key: jax.block_until_ready(run(state, key, x, jnp.asarray(y)))
    return ratios(alternating(calls, repeats), "exact", "float") | {"steps": STEPS, "batch_size": BATCH}


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args(arguments)
    if any(os.environ.get(key) != value for key, value in ONE_THREAD.items()):  # libraries read them when loaded
        os.execve(
            sys.executable, [sys.executable, __file__, *(sys.argv[1:] if arguments is None else arguments)], ENVIRONMENT
        )
    pin()
    rows = {"inference": inference(options.repeats), "epoch": epoch(options.repeats)}
    for name, row in rows.items():
        row["limit"] = LIMITS[name]
        print(f"{name}: {row['ratio']:.2f} {row['ratio_quartiles']}, at most {row['limit']}", flush=True)
    from sc_neurocore.spec import write_atomic

    command = "python benchmarks/convolution.py"
    result = {
        "command": command,
        "machine": machine(),
        "versions": versions(None),
        "layers": ",".join(WORDS),
        "rows": rows,
    }
    write_atomic(options.out, json.dumps(result, indent=2, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
