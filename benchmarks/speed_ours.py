"""The calls of this package, of NumPy, of JAX and of the C loop, to be timed by `speed.py`."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from speed_timing import Candidate, Skip, serve

from sc_neurocore.inference import engines as inference
from sc_neurocore.spec import (
    DEFAULT_INPUT_GENERATOR,
    DEFAULT_WEIGHT_GENERATOR,
    Comparator,
    DenseLayer,
    Generator,
    InputSpec,
    LfsrFull,
    Linear,
    NetworkSpec,
    ParallelCounter,
    Sobol,
)

Cell = dict[str, Any]
PAIRS: dict[str, tuple[Generator, Generator]] = {
    "default": (DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR),
    "sobol": (Comparator(source=Sobol(dimension=1)), Comparator(source=Sobol(dimension=2))),
    "lfsr": (Comparator(source=LfsrFull(seed=1)), Comparator(source=LfsrFull(seed=13))),
}
PACKED_BITS = 2**33  # that a timed call makes products of; its batch follows, but has at least 16 samples
STREAM_BYTES = 2**26  # of each operand of the C loop
FEW = 64  # samples on which a call's time is foreseen
CALL_SECONDS = 3.0  # of a call, about; longer ones get fewer samples


def one_layer(cell: Cell, pair: str = "default", length: int | None = None) -> NetworkSpec:
    """One linear layer, n = log2 L, weights at random over the whole range."""
    length = length or cell["length"]
    n = length.bit_length() - 1
    layer = DenseLayer(
        inputs=cell["inputs"],
        neurons=cell["neurons"],
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
    weights = np.random.default_rng(0).integers(-(2**n) + 1, 2**n, (cell["neurons"], cell["inputs"]))
    head = InputSpec(features=cell["inputs"], encoding="unipolar", resolution_bits=n, scale=1.0)
    biases = (np.zeros(cell["neurons"], dtype=np.int32),)
    return NetworkSpec(name="bench", input=head, layers=(layer,), weights=(weights,), biases=biases)


def codes_of(cell: Cell, samples: int, length: int | None = None) -> np.ndarray:
    """Input codes over the whole range, of the narrowest type that holds them."""
    top = (length or cell["length"]) - 1
    return np.random.default_rng(1).integers(0, top, (samples, cell["inputs"]), np.min_scalar_type(top), endpoint=True)


def infer(cell: Cell, engine: inference.Engine, pair: str = "default", length: int | None = None) -> Candidate:
    """`sc_neurocore.infer` with one engine."""
    samples, network = cell["batch"], one_layer(cell, pair, length)
    if engine == "packed":
        bits = cell["inputs"] * cell["neurons"] * (length or cell["length"])
        samples = min(samples, max(16, PACKED_BITS // bits))
    codes = codes_of(cell, samples, length)
    check(network, codes[: min(FEW, samples)], engine)
    samples = affordable(lambda few: inference.infer(network, codes[:few], engine), samples)
    codes = codes[:samples]
    said = inference.explain(network, samples)["layers"][0] if engine == "counts" else {"path": engine}
    return Candidate(partial(inference.infer, network, codes, engine), samples / cell["batch"], {"path": said["path"]})


def affordable(call: Callable[[int], Any], samples: int) -> int:
    """As many samples as a call of some seconds takes, judged by one of few samples, whose kernels are compiled."""
    few = min(FEW, samples)
    start = time.process_time()
    call(few)
    seconds = time.process_time() - start
    if seconds > CALL_SECONDS:
        raise Skip(f"a call of {few} samples takes {seconds:.0f} s")
    return int(min(samples, max(few, few * CALL_SECONDS / max(seconds, 1e-6))))


def check(network: NetworkSpec, codes: np.ndarray, engine: inference.Engine) -> None:
    """A time of wrong integers means nothing: compare two samples, on a few neurons, with the streams themselves."""
    from sc_neurocore.bitstream import stream

    (layer,) = network.dense_layers("the speed benchmark")
    few = slice(0, min(4, layer.neurons))
    n, length, weights = layer.resolution_bits, layer.stream_length, np.asarray(network.weights[0])[few]
    assert layer.input_generator is not None
    x = stream(layer.input_generator, codes[:2], n, length).astype(np.float32)
    w = stream(layer.weight_generator, np.abs(weights), n, length) * np.sign(weights)[..., None].astype(np.float32)
    wanted = np.einsum("bjt,mjt->bm", x, w, optimize=True)
    got = inference.infer(network, codes, engine)[:2, few]
    if not np.array_equal(got, wanted):
        raise AssertionError(f"{engine} is wrong: its time means nothing")


def network_fn(cell: Cell) -> Candidate:
    """The network as a compiled JAX function."""
    import jax

    from sc_neurocore.accel.jax_backend import network_fn as make

    network, codes = one_layer(cell), codes_of(cell, cell["batch"])
    function, on_device = jax.jit(make(network)), jax.numpy.asarray(codes, jax.numpy.int32)
    some = codes[:FEW]
    if not np.array_equal(np.asarray(function(on_device[:FEW])), inference.infer(network, some)):
        raise AssertionError("network_fn and infer disagree: their times mean nothing")
    samples = affordable(lambda few: function(on_device[:few]).block_until_ready(), cell["batch"])
    on_device = on_device[:samples]
    return Candidate(lambda: function(on_device).block_until_ready(), samples / cell["batch"])


def floats(cell: Cell) -> tuple[np.ndarray, np.ndarray]:
    """Operands of the float32 product."""
    rng = np.random.default_rng(2)
    x = rng.random((cell["batch"], cell["inputs"]), dtype=np.float32)
    return x, rng.random((cell["inputs"], cell["neurons"]), dtype=np.float32)


def numpy_matmul(cell: Cell) -> Candidate:
    """The measure of all ratios; one sample is a matrix-vector product."""
    x, w = floats(cell)
    if cell["batch"] == 1:
        x = x[0]
    return Candidate(lambda: x @ w)


def jax_matmul(cell: Cell) -> Candidate:
    """The same by XLA."""
    import jax

    x, w = (jax.numpy.asarray(each) for each in floats(cell))
    function = jax.jit(jax.numpy.matmul)
    return Candidate(lambda: function(x, w).block_until_ready())


def c_loop(cell: Cell) -> Candidate:
    """AND and popcount in C, streams ready; fewer neurons and samples where the streams would fill the memory."""
    library = Path(cell["c_library"] or "")
    if not library.is_file():
        raise Skip("no compiler, or no AVX-512 with VPOPCNTDQ")
    count = ctypes.CDLL(str(library)).count_streams
    vectors = -(-cell["inputs"] * cell["length"] // 512)
    most = max(1, STREAM_BYTES // (64 * vectors))
    samples, neurons = min(cell["batch"], most), min(cell["neurons"], most)
    x, w = aligned((samples, vectors)), aligned((neurons, vectors))
    out = np.empty((samples, neurons), dtype=np.int32)
    size = [ctypes.c_int(value) for value in (samples, neurons, vectors)]

    def call() -> None:  # holds the arrays, which C knows by their addresses only
        count(*(ctypes.c_void_p(array.ctypes.data) for array in (x, w)), *size, ctypes.c_void_p(out.ctypes.data))

    call()
    last = slice(max(0, samples - 5), None), slice(max(0, neurons - 7), None)
    wanted = np.bitwise_count(x[last[0], None] & w[None, last[1]]).sum(axis=(2, 3), dtype=np.int64)
    if not np.array_equal(out[last], wanted):
        raise AssertionError("the C loop is wrong: its time means nothing")
    # what is done of the cell's products; the last word of a stream may hold more bits than the cell asks for
    return Candidate(call, samples * neurons / (cell["batch"] * cell["neurons"]), {"path": "C, 512 bits"})


def aligned(shape: tuple[int, int]) -> np.ndarray:
    """Random 512-bit words at multiples of 64 bytes, uint64 `(rows, vectors, 8)`."""
    size = 64 * shape[0] * shape[1]
    memory = np.empty(size + 64, dtype=np.uint8)
    start = -memory.ctypes.data % 64
    words = memory[start : start + size].view(np.uint64).reshape(*shape, 8)
    words[...] = np.random.default_rng(3).integers(0, 2**64, words.shape, dtype=np.uint64)
    return words


def surrogate_step(cell: Cell) -> Candidate:
    """One step of gradient descent of a spiking 64-128-10 network, batch 64, 25 steps of time."""
    import jax.numpy as jnp

    from sc_neurocore.accel.jax_backend import jax_surrogate_gradient_step

    rng = np.random.default_rng(0)
    sizes = cell["sizes"]
    weights = [jnp.asarray(rng.normal(0, 0.3, (b, a)), jnp.float32) for a, b in pairwise(sizes)]
    x = jnp.asarray(rng.random((cell["batch"], sizes[0])), jnp.float32)
    targets = jnp.asarray(np.eye(sizes[-1])[rng.integers(0, sizes[-1], cell["batch"])], jnp.float32)
    return Candidate(
        lambda: jax_surrogate_gradient_step(weights, x, targets, n_steps=cell["steps"])[0][0].block_until_ready()
    )


def epoch(cell: Cell, forward: str) -> Candidate:
    """One epoch of `train` on digits."""
    import jax
    import jax.numpy as jnp

    from sc_neurocore.training import TrainConfig, load_data
    from sc_neurocore.training.architecture import layers_of
    from sc_neurocore.training.loop import compiled_epoch, epoch_key, init_state, run_keys
    from sc_neurocore.training.trainer import input_encoding_of

    data = load_data()
    config = TrainConfig(hidden=(32,), forward=forward, stream_length=cell["length"])  # type: ignore[arg-type]
    layers = layers_of(config, data.features, data.classes, input_encoding_of(config, data))
    first, key = run_keys(0)
    state = init_state(config, layers, len(data.x_train), first)
    function = compiled_epoch(config, layers, len(data.x_train))
    x, y, now = jnp.asarray(data.x_train, jnp.float32), jnp.asarray(data.y_train), epoch_key(key, 0)
    return Candidate(lambda: jax.block_until_ready(function(state, now, x, y)))


MAKERS: dict[str, Callable[..., Candidate]] = {
    "numpy": numpy_matmul,
    "jax matmul": jax_matmul,
    "counts, default": partial(infer, engine="counts"),
    "counts, sobol": partial(infer, engine="counts", pair="sobol"),
    "counts, lfsr": partial(infer, engine="counts", pair="lfsr"),
    "packed": partial(infer, engine="packed"),
    "jax, default": network_fn,
    "C loop": c_loop,
    "counts, n = 8": partial(infer, engine="counts", length=256),
    "counts, n = 12": partial(infer, engine="counts", length=4096),
    "surrogate step": surrogate_step,
    "epoch, exact": partial(epoch, forward="exact"),
    "epoch, float": partial(epoch, forward="float"),
}
"""Names of candidates, as they appear in the result."""


def prepare(cell: Cell) -> dict[str, Callable[[], Candidate]]:
    """The candidates that the cell names."""
    return {name: partial(MAKERS[name], cell) for name in cell["ours"]}


if __name__ == "__main__":
    serve(prepare)
