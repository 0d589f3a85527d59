"""What a layer costs on each path: the model behind `auto`, printed by `infer --explain`.

Every path gives the same integers, so a wrong estimate costs time and nothing else. The constants are measured: one
thread of a two-core virtual machine (Sapphire Rapids class, AVX-512 with VNNI and VPOPCNTDQ, no AMX), 784 × 128,
batches of 1, 64 and 2048, n = 8 and 12 (comparators also 64 × 32, n = 14 and 16); look-ups on a Zen 5 core, scaled by
what both take for the int8 product. Other machines are faster or slower as a whole, which changes few choices; paths
whose instructions a machine lacks are left out.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ..spec.kinds import unknown_kind
from ..spec.layer import DenseLayer
from ..spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from .counts import selector
from .counts.int8 import KEPT_BYTES
from .counts.lookup.kernels import BLOCK_SAMPLES
from .counts.lookup.layers import tables_of, way_of
from .counts.lookup.product import KEPT_BYTES as TABLE_BYTES
from .counts.lookup.whole_product import WholeTables
from .counts.row_kernels import LANES
from .kinds import linear_in_bits, select_source, selects, unites
from .llvm import processor

VNNI_RATE = 340e9  # int8 multiply-adds a second of our own product
LOOKUP_RATE = {1: 280e9, 2: 145e9, 3: 75e9}  # products a second by look-ups of one, two or three digits
SHUFFLE_RATE = {1: 110e9, 2: 50e9}  # the same where a shuffle looks up one input
WHOLE_RATE = {64: 125e9, 128: 115e9, 256: 70e9}  # the same by tables of so many bytes
FLOAT_RATE = {True: 75e9, False: 35e9}  # float32 BLAS, with AVX-512 or without
MEMORY_RATE = 25e9  # bytes a second
POPCOUNT_RATE = {True: 0.8e12, False: 0.12e12}  # product bits a second, with VPOPCNTDQ or without
OR_RATE = 0.4e12
UNFOLDED, POOLED = 0.5e-9, 0.5e-9  # seconds a code of a window
FIXED = {"lookup": 5e-6, "int8": 5e-6, "float32": 20e-6, "rows": 40e-6, "packed": 300e-6}


class Estimate(NamedTuple):
    """A path, its seconds, and why it cannot be taken (then there are no seconds)."""

    path: str
    seconds: float | None
    obstacle: str = ""


def estimates(layer: Layer, batch: int) -> list[Estimate]:
    """The paths of `counts` for a layer and a batch, and `packed`; the best first, those that cannot be taken last.

    A pool is the same on every path, and stands once, as "pool".
    """
    match layer:
        case DenseLayer():
            return _dense_estimates(layer, batch)
        case Conv2dLayer():
            windows = layer.positions * batch
            unfolding = windows * layer.inputs * UNFOLDED
            return [
                each if each.seconds is None else each._replace(seconds=layer.groups * (each.seconds + unfolding))
                for each in _dense_estimates(layer.window, windows)
            ]
        case MaxPool2dLayer() | AvgPool2dLayer():
            return [Estimate("pool", batch * layer.out_elements * math.prod(layer.kernel) * POOLED)]
        case other:
            unknown_kind(other, "engine auto")


def _dense_estimates(layer: DenseLayer, batch: int) -> list[Estimate]:
    paths = [] if unites(layer.accumulator) else [*_lookup_paths(layer, batch), *_selector_paths(layer, batch)]
    if unites(layer.accumulator):
        paths.append(Estimate("counts", None, f"{layer.accumulator.kind!r} is no sum of products"))
    elif not linear_in_bits(layer.input_generator):
        paths.append(Estimate("rows", FIXED["rows"] + _rows(layer, batch)))
    paths.append(Estimate("packed", FIXED["packed"] + _packed(layer, batch)))
    return sorted(paths, key=lambda e: float("inf") if e.seconds is None else e.seconds)


def best(layer: Layer, batch: int) -> str:
    """The fastest path of `counts`."""
    return next(e.path for e in estimates(layer, batch) if e.path != "packed" and e.seconds is not None)


def _lookup_paths(layer: DenseLayer, batch: int) -> list[Estimate]:
    tables = tables_of(layer)
    if tables is None:
        return []
    way, weights = way_of(tables, layer.signed_inputs), layer.inputs * layer.neurons
    if way is None:
        return [Estimate("lookup", None, "the processor has not the shuffles of bytes that these tables ask for")]
    if isinstance(tables, WholeTables):
        samples, make, rate = -(-batch // 128) * 128, 0.0, WHOLE_RATE[tables.entries]
    else:
        lookups = tables.tables.shape[1]
        fits_cache = 16 * lookups * weights <= TABLE_BYTES
        if way == "registers":
            samples, make = (
                -(-batch // BLOCK_SAMPLES) * BLOCK_SAMPLES,
                0.4e-9 if fits_cache else 0.9e-9,
            )  # read from memory, or made anew
            rate = LOOKUP_RATE[lookups] / (1.3 if layer.signed_inputs else 1.0)
        else:
            samples, make = -(-batch // 64) * 64, 0.2e-9 if fits_cache else 10e-9 * -(-batch // 512)
            rate = SHUFFLE_RATE[lookups]
    product = samples * weights / rate + weights * make
    return [Estimate("lookup", FIXED["lookup"] + product + samples * layer.neurons * 0.2e-9)]


def _selector_paths(layer: DenseLayer, batch: int) -> list[Estimate]:
    if not selector.fits(layer):
        return []
    n = 1 if layer.input_generator is None else layer.resolution_bits
    mux = select_source(layer.accumulator) is not None
    inner = layer.inputs * n
    if mux:
        inner = min(inner, layer.stream_length)
    as_bits = linear_in_bits(layer.input_generator)
    # the coefficients of a small batch come from memory
    product = inner * layer.neurons * max(batch / FLOAT_RATE["avx512f" in processor()], 4 / MEMORY_RATE)
    paths = [Estimate("float32", FIXED["float32"] + product + batch * inner * (0.6e-9 if as_bits else 1.9e-9))]
    if mux or not as_bits:
        return paths
    expand = batch * (layer.inputs * 0.4e-9 + inner * 0.12e-9 + layer.neurons * 2e-9)
    work = inner * layer.neurons
    if inner * layer.neurons > KEPT_BYTES // 2:
        return [*paths, Estimate("int8", None, "its coefficients would take too much memory")]
    if not selector.available():
        return [*paths, Estimate("int8", None, "the processor has no AVX-512 VNNI")]
    return [*paths, Estimate("int8", FIXED["int8"] + max(batch, 12) * work / VNNI_RATE + expand)]


def _rows(layer: DenseLayer, batch: int) -> float:
    """Seconds of rows of product tables (see `table_sums`)."""
    n, blocks = layer.resolution_bits, -(-layer.neurons // (2 * LANES))
    rows = min(2**n, layer.stream_length)
    if select_source(layer.accumulator) is not None:
        return batch * layer.inputs * 4e-9 + layer.inputs * blocks * (0.1e-6 + batch * 2.4e-9)
    entries = batch * layer.inputs * layer.neurons
    if not selects(layer.weight_generator):
        if n <= 9 and batch * 16 < rows:
            return entries * 0.8e-9
        if 9 < n < 16 and batch * 64 < rows:  # the wider the code, the farther apart the rows that are kept
            return entries * 3.2e-9 * max(1, 2 ** (2 * n - 25))
    if rows > 2**14:  # rolling
        return layer.inputs * blocks * 2 * LANES * (rows + batch) * 0.085e-9 + batch * layer.inputs * 12e-9
    add = 2.4e-9 if rows <= 512 else 7e-9
    return batch * layer.inputs * 1e-9 + layer.inputs * blocks * (rows * 3.1e-9 + batch * add)


def _packed(layer: DenseLayer, batch: int) -> float:
    """Seconds of packed streams."""
    words = -(-layer.stream_length // 64)
    if select_source(layer.accumulator) is not None:
        return (batch + layer.neurons) * layer.stream_length * 1.2e-9 + batch * layer.neurons * words * 0.6e-9
    bits = batch * layer.neurons * layer.inputs * 64 * words
    if unites(layer.accumulator):
        return layer.neurons * layer.inputs * words * 12e-9 + bits / OR_RATE
    weights = layer.neurons * layer.inputs * words * 6e-9
    fast = "avx512vpopcntdq" in processor()
    return weights + batch * layer.inputs * 4e-9 + bits / POPCOUNT_RATE[fast]
