"""What one epoch of training through the exact integers costs, over the same epoch of the float network.

    python benchmarks/epoch_cost.py        # writes benchmarks/results/accuracy/epoch_cost.json, under a minute

Both are the compiled epoch of `sc_neurocore.train` on the digits (batch 64, Adam, input noise), run in turn in one
process; a ratio is of neighbours in time, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

from sc_neurocore.spec import write_atomic
from sc_neurocore.training import TrainConfig, load_data
from sc_neurocore.training.architecture import layers_of
from sc_neurocore.training.loop import compiled_epoch, init_state, run_keys
from sc_neurocore.training.trainer import input_encoding_of

RESULT = Path(__file__).parent / "results" / "accuracy" / "epoch_cost.json"
NETWORKS = {
    "64-32-10": {"hidden": (32,)},
    "64-128-10": {"hidden": (128,)},
    "64-32-10 spiking": {"hidden": (32,), "neuron": "lif", "time_steps": 4},
}


def epoch_cost(changes: dict[str, Any], stream_length: int = 16, repeats: int = 100) -> dict[str, Any]:
    """Times of one epoch and their ratio.

    Args:
        changes: fields of `TrainConfig` that differ from its defaults.
        stream_length: L of the exact network.
        repeats: epochs of each kind that are timed, after one that compiles.

    Returns:
        `float_ms`, `exact_ms` (medians), `ratio` (median of the ratios of neighbours), `ratio_quartiles`, `repeats`.
    """
    data = load_data()
    x, y = jnp.asarray(data.x_train, jnp.float32), jnp.asarray(data.y_train)
    runs = []
    for forward in ("float", "exact"):
        config = TrainConfig(forward=forward, stream_length=stream_length, **changes)
        layers = layers_of(config, data.features, data.classes, input_encoding_of(config, data))
        first, key = run_keys(0)
        state = init_state(config, layers, len(x), first)
        epoch = compiled_epoch(config, layers, len(x))
        jax.block_until_ready(epoch(state, key, x, y))
        runs.append((epoch, state, key))
    times: list[list[float]] = [[], []]
    for _ in range(repeats):
        for taken, (epoch, state, key) in zip(times, runs):
            start = time.perf_counter()
            jax.block_until_ready(epoch(state, key, x, y))
            taken.append(time.perf_counter() - start)
    ratios = [exact / real for real, exact in zip(*times)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return {
        "float_ms": round(1e3 * statistics.median(times[0]), 3),
        "exact_ms": round(1e3 * statistics.median(times[1]), 3),
        "ratio": round(middle, 2),
        "ratio_quartiles": [round(low, 2), round(high, 2)],
        "repeats": repeats,
    }


def main(arguments: list[str] | None = None) -> int:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lengths", nargs="+", type=int, default=[4, 16, 256])
    parser.add_argument("--repeats", type=int, default=100)
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args(arguments)
    rows: dict[str, dict[str, Any]] = {}
    for network, changes in NETWORKS.items():
        rows[network] = {}
        for length in options.lengths:
            row = rows[network][str(length)] = epoch_cost(changes, length, options.repeats)
            print(
                f"{network:<18} L = {length:<4} float {row['float_ms']:.2f} ms, exact {row['exact_ms']:.2f} ms, "
                f"ratio {row['ratio']:.2f} {row['ratio_quartiles']}",
                flush=True,
            )
    result = {
        "command": "python benchmarks/epoch_cost.py",
        "batch_size": 64,
        "cores": os.cpu_count(),
        "device": jax.devices()[0].device_kind,
        "versions": {"jax": jax.__version__, "python": platform.python_version()},
        "networks": rows,
    }
    write_atomic(options.out, json.dumps(result, indent=2, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
