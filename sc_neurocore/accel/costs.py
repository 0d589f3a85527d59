"""What a layer costs on each path: the model behind `auto`, printed by `infer --explain`.

Every path gives the same integers, so a wrong estimate costs time and nothing else. The constants are measured: one
thread of a two-core virtual machine (Sapphire Rapids class, AVX-512 with VNNI and VPOPCNTDQ, no AMX), 784 × 128,
batches of 1, 64 and 2048, n = 8 and 12 (comparators also 64 × 32, n = 14 and 16);
those with AMX on a machine of the same kind that has it. Other machines are faster or slower as a whole, which changes
few choices; paths whose instructions a machine lacks are left out.
"""

from __future__ import annotations

from typing import NamedTuple

from ..spec.layer import DenseLayer
from . import libraries
from .counts import selector
from .counts.int8 import KEPT_BYTES
from .counts.lookup.layers import obstacle, tables_of
from .counts.lookup.product import KEPT_BYTES as TABLE_BYTES
from .counts.lookup.whole_product import WholeTables
from .counts.row_kernels import LANES
from .kinds import linear_in_bits, select_source, selects, unites

VNNI_RATE = 340e9  # int8 multiply-adds a second of our own product
LOOKUP_RATE = {1: 280e9, 2: 145e9, 3: 75e9}  # products a second by look-ups of one, two or three digits
WHOLE_RATE = {64: 125e9, 128: 115e9, 256: 70e9}  # the same by tables of so many bytes
LIBRARY_RATE = {("torch", True): 760e9, ("torch", False): 250e9, ("jax", True): 570e9, ("jax", False): 60e9}  # AMX?
FLOAT_RATE = {True: 75e9, False: 35e9}  # float32 BLAS, with AVX-512 or without
MEMORY_RATE = 25e9  # bytes a second
POPCOUNT_RATE = {True: 0.8e12, False: 0.12e12}  # product bits a second, with VPOPCNTDQ or without
OR_RATE = 0.4e12
IMPORT_SECONDS = {"torch": 2.0, "jax": 1.5}
RENT = 0.02  # seconds of our own int8 product on a machine with AMX: who multiplies that long goes on, and is sped up
FIXED = {
    "lookup": 5e-6,
    "int8 vnni": 5e-6,
    "int8 torch": 60e-6,
    "int8 jax": 400e-6,
    "float32": 20e-6,
    "rows": 40e-6,
    "packed": 300e-6,
}


class Estimate(NamedTuple):
    """A path, its seconds, and why it cannot be taken (then there are no seconds)."""

    path: str
    seconds: float | None
    obstacle: str = ""


class _Spent:
    """Seconds that int8 products took where a library would have been faster: rent, until a library is bought."""

    seconds = 0.0


def note_spent(seconds: float) -> None:
    """Add to the time after which importing a library pays."""
    _Spent.seconds += seconds


def _library(name: str, own: float | None, seconds: float) -> Estimate:
    path = f"int8 {name}"
    if not libraries.installed(name):
        return Estimate(path, None, f"{name} is not installed")
    if not libraries.exact():
        return Estimate(path, None, "without VNNI or AMX its int8 sums saturate")
    price = IMPORT_SECONDS[name]
    saved = 0.0 if own is None else own - seconds
    if not libraries.loaded(name) and not (libraries.has_amx() and (saved > price or _Spent.seconds > RENT)):
        return Estimate(path, None, f"{name} is not loaded, and importing it ({price} s) would not pay yet")
    return Estimate(path, seconds)


def estimates(layer: DenseLayer, batch: int) -> list[Estimate]:
    """The paths of `counts` for a layer and a batch, and `packed`; the best first, those that cannot be taken last."""
    paths = [] if unites(layer.accumulator) else [*_lookup_paths(layer, batch), *_selector_paths(layer, batch)]
    if unites(layer.accumulator):
        paths.append(Estimate("counts", None, f"{layer.accumulator.kind!r} is no sum of products"))
    elif not linear_in_bits(layer.input_generator):
        paths.append(Estimate("rows", FIXED["rows"] + _rows(layer, batch)))
    paths.append(Estimate("packed", FIXED["packed"] + _packed(layer, batch)))
    return sorted(paths, key=lambda e: float("inf") if e.seconds is None else e.seconds)


def best(layer: DenseLayer, batch: int) -> str:
    """The fastest path of `counts`."""
    return next(e.path for e in estimates(layer, batch) if e.path != "packed" and e.seconds is not None)


def _lookup_paths(layer: DenseLayer, batch: int) -> list[Estimate]:
    tables = tables_of(layer)
    if tables is None:
        return []
    missing = obstacle(tables)
    if missing is not None:
        return [Estimate("lookup", None, missing)]
    weights = layer.inputs * layer.neurons
    if isinstance(tables, WholeTables):
        samples, make = -(-batch // 128) * 128, 0.0
        product = samples * weights / WHOLE_RATE[tables.entries]
    else:
        samples, lookups = -(-batch // 16) * 16, tables.tables.shape[1]
        make = 0.4e-9 if 16 * lookups * weights <= TABLE_BYTES else 0.9e-9  # read from memory, or made anew
        product = samples * weights / LOOKUP_RATE[lookups] * (1.3 if layer.signed_inputs else 1.0)
    return [Estimate("lookup", FIXED["lookup"] + product + weights * make + samples * layer.neurons * 0.2e-9)]


def _selector_paths(layer: DenseLayer, batch: int) -> list[Estimate]:
    if not selector.fits(layer):
        return []
    n = 1 if layer.input_generator is None else layer.resolution_bits
    mux = select_source(layer.accumulator) is not None
    inner = layer.inputs * n
    if mux:
        inner = min(inner, layer.stream_length)
    as_bits = linear_in_bits(layer.input_generator)
    flags = libraries.processor_flags()
    # the coefficients of a small batch come from memory
    product = inner * layer.neurons * max(batch / FLOAT_RATE["avx512f" in flags], 4 / MEMORY_RATE)
    paths = [Estimate("float32", FIXED["float32"] + product + batch * inner * (0.6e-9 if as_bits else 1.9e-9))]
    if mux or not as_bits:
        return paths
    expand = batch * (layer.inputs * 0.4e-9 + inner * 0.12e-9 + layer.neurons * 2e-9)
    work = inner * layer.neurons
    if inner * layer.neurons > KEPT_BYTES // 2:
        return [*paths, Estimate("int8", None, "its coefficients would take too much memory")]
    own = None
    if selector.available():
        own = FIXED["int8 vnni"] + max(batch, 12) * work / VNNI_RATE + expand
        paths.append(Estimate("int8 vnni", own))
    else:
        paths.append(Estimate("int8 vnni", None, "the processor has no AVX-512 VNNI"))
    amx = libraries.has_amx()
    for name in libraries.LIBRARIES:
        seconds = FIXED[f"int8 {name}"] + batch * work / LIBRARY_RATE[name, amx] + expand
        paths.append(_library(name, own, seconds))
    return paths


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
    fast = "avx512_vpopcntdq" in libraries.processor_flags()
    return weights + batch * layer.inputs * 4e-9 + bits / POPCOUNT_RATE[fast]
