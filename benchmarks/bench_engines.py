"""Exact inference against a float32 matrix product of the same shape, one thread, ratios within one run.

    python benchmarks/bench_engines.py                      # what `make bench` runs: about a minute
    python benchmarks/bench_engines.py --rounds 3 --out /tmp/engines.json

Every round times each candidate in turn, so that a busy machine slows all of them alike; a ratio is taken within its
round, and the median over the rounds is reported with the quartiles. Times are processor time of the one thread. A
multiply-accumulate (MAC) is one weight of one sample, whatever the stream length.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
SLOWED_BLAS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")  # forced on some machines; NumPy's own choice is the fair rival
if any(os.environ.get(key) != value for key, value in ONE_THREAD.items()) or any(
    key in os.environ for key in SLOWED_BLAS
):
    # BLAS reads these when it is loaded: start again with them set.
    clean = {key: value for key, value in os.environ.items() if key not in SLOWED_BLAS}
    os.execve(sys.executable, [sys.executable, *sys.argv], clean | ONE_THREAD)

import numba  # noqa: E402  (after the environment is set)
import numpy as np  # noqa: E402

import sc_neurocore  # noqa: E402
from sc_neurocore import inference  # noqa: E402
from sc_neurocore.spec import (  # noqa: E402
    DEFAULT_INPUT_GENERATOR,
    DEFAULT_WEIGHT_GENERATOR,
    Comparator,
    DenseLayer,
    Generator,
    InputSpec,
    Linear,
    NetworkSpec,
    ParallelCounter,
    Sobol,
    write_atomic,
)

SHAPES = ((64, 32), (784, 128))
LENGTHS = (16, 256, 4096)
BATCH = 2048
PRODUCT_BITS = 2**32  # that a timed call of `packed` makes at most; its batch follows
PAIRS: dict[str, tuple[Generator, Generator]] = {
    "default": (DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR),
    "sobol": (Comparator(source=Sobol(dimension=1)), Comparator(source=Sobol(dimension=2))),
}


def one_layer(inputs: int, neurons: int, length: int, pair: str) -> NetworkSpec:
    """One linear layer, n = log2 L, weights at random over the whole range."""
    n = length.bit_length() - 1
    layer = DenseLayer(
        inputs=inputs,
        neurons=neurons,
        resolution_bits=n,
        stream_length=length,
        input_encoding="unipolar",
        weight_encoding="sign_magnitude",
        input_generator=PAIRS[pair][0],
        weight_generator=PAIRS[pair][1],
        accumulator=ParallelCounter(),
        neuron=Linear(),
        output_scale=1.0,
    )
    weights = np.random.default_rng(0).integers(-(2**n) + 1, 2**n, (neurons, inputs))
    head = InputSpec(features=inputs, encoding="unipolar", resolution_bits=n, scale=1.0)
    biases = (np.zeros(neurons, dtype=np.int32),)
    return NetworkSpec(name="bench", input=head, layers=(layer,), weights=(weights,), biases=biases)


def candidates(inputs: int, neurons: int, length: int) -> dict[str, tuple[Callable[[], Any], int, dict[str, Any]]]:
    """Name -> (call, samples of a call, what is said of it)."""
    rng = np.random.default_rng(1)
    codes = rng.integers(0, length, (BATCH, inputs))
    x, w = codes.astype(np.float32), rng.random((inputs, neurons), dtype=np.float32)
    found: dict[str, tuple[Callable[[], Any], int, dict[str, Any]]] = {"float32": (lambda: x @ w, BATCH, {})}
    for pair in PAIRS:
        network = one_layer(inputs, neurons, length, pair)
        said = inference.explain(network, BATCH)["layers"][0]
        found[f"counts, {pair}"] = (lambda network=network: inference.infer(network, codes, "counts"), BATCH, said)
    samples = max(8, min(BATCH, PRODUCT_BITS // (inputs * neurons * length)))
    network, few = one_layer(inputs, neurons, length, "default"), codes[:samples]
    found["packed, default"] = (lambda: inference.infer(network, few, "packed"), samples, {"path": "packed"})
    exact = inference.infer(network, few, "counts")
    if not np.array_equal(exact, inference.infer(network, few, "packed")):
        raise AssertionError("counts and packed disagree: their times mean nothing")
    return found


def measure(calls: dict[str, tuple[Callable[[], Any], int, dict[str, Any]]], rounds: int) -> dict[str, np.ndarray]:
    """Seconds of processor time a sample, `(rounds,)` for each candidate, taken in turn."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for call, _, _ in calls.values():
        call()  # compile, make tables
    for _ in range(rounds):
        for name, (call, samples, _) in calls.items():
            repeats, start = 0, time.process_time()
            while time.process_time() - start < 0.02:
                call()
                repeats += 1
            seconds[name].append((time.process_time() - start) / repeats / samples)
    return {name: np.array(values) for name, values in seconds.items()}


def peak_bytes(call: Callable[[], Any]) -> int:
    """Most memory that NumPy holds during a call, beyond what was held before."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def quartiles(values: np.ndarray) -> dict[str, float]:
    """Median and quartiles, four digits."""
    low, middle, high = np.percentile(values, [25, 50, 75])
    return {"median": float(f"{middle:.4g}"), "q1": float(f"{low:.4g}"), "q3": float(f"{high:.4g}")}


def bench(rounds: int) -> list[dict[str, Any]]:
    """One row for each shape, length and candidate."""
    rows = []
    for inputs, neurons in SHAPES:
        for length in LENGTHS:
            calls = candidates(inputs, neurons, length)
            seconds = measure(calls, rounds)
            for name, (call, samples, said) in calls.items():
                macs = inputs * neurons / seconds[name] / 1e9
                row = {
                    "inputs": inputs,
                    "neurons": neurons,
                    "stream_length": length,
                    "batch": samples,
                    "engine": name,
                    "path": said.get("path", "NumPy matmul"),
                    "gmac_per_second": quartiles(macs),
                    "ratio_to_float32": quartiles(seconds["float32"] / seconds[name]),
                    "peak_extra_mb": round(peak_bytes(call) / 1e6, 1),
                }
                rows.append(row)
                ratio = row["ratio_to_float32"]
                print(
                    f"{inputs:4} x {neurons:3}  L {length:4}  {name:16} {row['gmac_per_second']['median']:8.3f} GMAC/s"
                    f"  {ratio['median']:7.4f} x float32 ({ratio['q1']:.4f} to {ratio['q3']:.4f})",
                    flush=True,
                )
    return rows


def processor() -> str:
    """The processor's name as Linux gives it."""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def main() -> None:
    """Measure, print a line each, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--out", type=Path, default=Path("build/bench/engines.json"))
    options = parser.parse_args()
    load_before = os.getloadavg()[0]
    rows = bench(options.rounds)
    versions = {"sc_neurocore": sc_neurocore.__version__, "numpy": np.__version__, "numba": numba.__version__}
    result = {
        "command": "python benchmarks/bench_engines.py",
        "machine": {"processor": processor(), "processors": os.cpu_count(), "load_before": round(load_before, 1)},
        "versions": versions | {"python": platform.python_version()},
        "threads": 1,
        "rounds": options.rounds,
        "rows": rows,
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(options.out, json.dumps(result, indent=2) + "\n")
    print(f"written to {options.out}")


if __name__ == "__main__":
    main()
