"""From codes to one exact count per neuron, in JAX: every accumulator of the contract (§4, §5) as a contraction.

Each function returns Σ over positions, without the bias, as int32, exact whatever JAX's flags are: float32 matrix
products are used only where every partial sum stays below 2^24, int8 ones for coefficients cut into bytes, else int32.

Shapes: codes `x` `(batch, inputs)` and `w` `(neurons, inputs)` int32, result `(batch, neurons)` int32.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ...spec.layer import DenseLayer
from ..kinds import adds_all, linear_in_bits, select_source, unites
from . import selectors

EXACT_FLOAT32 = 2**24
"""Below this, sums of integers in float32 are exact in any order."""

TABLE_LIMIT = 2**22
"""Entries of a count table, (2^n, groups); beyond it the streams themselves are contracted."""

COEFFICIENT_LIMIT = 2**26
"""Entries of a layer's coefficient matrix, (neurons, inputs·groups); beyond it the streams are contracted."""

INT8_ROWS = 8
"""Rows of an int8 product at least: XLA on a CPU multiplies fewer ten times slower."""

CHUNK_ELEMENTS = 2**23
"""Stream bits expanded at a time, about."""

Coefficients = dict[str, jax.Array]
"""Arrays a layer's forward pass reads: the weights in the form its path needs."""

AccumulateFn = Callable[[Coefficients, jax.Array], jax.Array]


def matmul(a: jax.Array, b: jax.Array, bound: int) -> jax.Array:
    """`a @ b.T` of integers as int32, where no partial sum exceeds `bound` in magnitude (bound < 2^31)."""
    dimensions = (((1,), (1,)), ((), ()))
    if bound < EXACT_FLOAT32:
        product = lax.dot_general(
            a.astype(jnp.float32), b.astype(jnp.float32), dimensions, precision=lax.Precision.HIGHEST
        )
        return product.astype(jnp.int32)
    return lax.dot_general(a.astype(jnp.int32), b.astype(jnp.int32), dimensions, preferred_element_type=jnp.int32)


def select_bit(codes: jax.Array, selector: jax.Array, weighted: bool) -> jax.Array:
    """The stream bit of non-negative codes at a selector, int32 zeros and ones; the arguments broadcast."""
    if weighted:
        return (codes >> selector) & 1
    return (selector < codes).astype(jnp.int32)


def signed_bit(codes: jax.Array, selector: jax.Array, weighted: bool, bipolar: bool) -> jax.Array:
    """What one position adds: the bit with the sign of its code, or for bipolar codes +1 and −1, int32."""
    if bipolar:
        return 2 * select_bit(codes, selector, weighted) - 1
    return jnp.sign(codes) * select_bit(jnp.abs(codes), selector, weighted)


def uses_table(layer: DenseLayer) -> bool:
    """Whether a layer runs as one matrix product over (input, selector) pairs."""
    if not adds_all(layer.accumulator):
        return False
    groups = selectors.group_count(layer)
    return groups << layer.resolution_bits <= TABLE_LIMIT and layer.inputs * layer.neurons * groups <= COEFFICIENT_LIMIT


def compile_layer(layer: DenseLayer, weight: np.ndarray) -> tuple[Coefficients, AccumulateFn]:
    """The arrays and the pure function that give a layer's accumulator for fixed weights.

    Args:
        layer: the description.
        weight: int32 codes `(neurons, inputs)`.

    Returns:
        coefficients, and `accumulate(coefficients, x)` with x int32 `(batch, inputs)` → int32 `(batch, neurons)`.
    """
    if not uses_table(layer):
        return {"weight": jnp.asarray(weight, jnp.int32)}, lambda c, x: accumulate(layer, x, c["weight"])
    if linear_in_bits(layer.input_generator) and not layer.bipolar:
        return _compile_fields(layer, weight)
    coefficients, x_selectors = _coefficients(layer, selectors.count_table(layer), weight)
    bound = int(np.abs(coefficients, dtype=np.int64).sum(axis=1).max())
    narrow = int(np.abs(coefficients).max()) < 128
    dtype = np.int8 if narrow else np.float32 if bound < EXACT_FLOAT32 else np.int32
    bipolar, weighted = layer.bipolar, linear_in_bits(layer.input_generator)

    def run(c: Coefficients, x: jax.Array) -> jax.Array:
        features = signed_bit(x[:, :, None], c["selectors"], weighted, bipolar)
        features = features.reshape(x.shape[0], c["coefficients"].shape[1])
        product = int8_matmul if narrow else partial(matmul, bound=bound)
        return product(features, c["coefficients"])

    return {"coefficients": jnp.asarray(coefficients.astype(dtype)), "selectors": jnp.asarray(x_selectors)}, run


def int8_matmul(a: jax.Array, b: jax.Array) -> jax.Array:
    """`a @ b.T` of integers in -128 … 127 as int32, modulo 2^32: the fastest where a processor has such products."""
    rows, a = a.shape[0], a.astype(jnp.int8)
    if rows < INT8_ROWS:
        a = jnp.pad(a, ((0, INT8_ROWS - rows), (0, 0)))
    return lax.dot_general(a, b, (((1,), (1,)), ((), ())), preferred_element_type=jnp.int32)[:rows]


def _compile_fields(layer: DenseLayer, weight: np.ndarray) -> tuple[Coefficients, AccumulateFn]:
    """`compile_layer` for weighted_binary and spike inputs: fields of their bits times signed bytes (see `_planes`)."""
    from ..counts.planes import limbs, plan  # brings Numba, which the other paths do without

    table = selectors.count_table(layer)
    of_bit = np.zeros((max(1, layer.resolution_bits), len(table.counts)), dtype=np.int64)
    known = table.x != selectors.NO_BIT
    of_bit[table.x[known]] = table.counts[:, known].T
    planes = plan(of_bit, most_bits=7)  # a signed byte holds 7 bits of a magnitude
    shift, mask = (planes.base[planes.group] + planes.shift).astype(np.int32), planes.mask.astype(np.int32)
    signed = layer.signed_inputs
    # Entry w + full of a signed table belongs to weight w.
    full = planes.coefficients.shape[1] - 1
    levels = limbs(np.hstack([-planes.coefficients[:, :0:-1], planes.coefficients]))
    used = [np.flatnonzero(level.any(axis=1)) for level in levels]
    names = ["coefficients", *(f"coefficients_{i}" for i in range(1, len(levels)))]
    tables = [level[rows].T.astype(np.int8) for level, rows in zip(levels, used, strict=True)]
    coefficients = {
        name: jnp.asarray(table[weight + full].reshape(len(weight), -1))
        for name, table in zip(names, tables, strict=True)
    }

    def run(c: Coefficients, x: jax.Array) -> jax.Array:
        fields = jnp.abs(x)[:, :, None] >> shift & mask if signed else x[:, :, None] >> shift & mask
        fields = (fields * jnp.sign(x)[:, :, None] if signed else fields).astype(jnp.int8)
        total = jnp.zeros((x.shape[0], len(weight)), jnp.int32)
        for i, (name, rows) in enumerate(zip(names, used, strict=True)):
            part = fields if len(rows) == len(mask) else fields[:, :, rows]
            total += int8_matmul(part.reshape(x.shape[0], c[name].shape[1]), c[name]) << (8 * i)
        return total * planes.factor

    return coefficients, run


def _coefficients(layer: DenseLayer, table: selectors.CountTable, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts of all weights, `(neurons, inputs·groups)`, and the groups' selectors, without groups that add nothing."""
    if layer.bipolar:
        counts = 2 * table.counts - table.total
        return counts[weight].reshape(len(weight), -1), table.x
    used = np.any(table.counts, axis=0)
    if linear_in_bits(layer.input_generator):
        used &= table.x != selectors.NO_BIT
    used[0] |= not np.any(used)  # keep one, so that no array is empty
    counts = table.counts[:, used][np.abs(weight)] * np.sign(weight)[:, :, None]
    return counts.reshape(len(weight), -1), table.x[used]


def accumulate(layer: DenseLayer, x: jax.Array, w: jax.Array) -> jax.Array:
    """Accumulator of a layer for codes known only at run time, by contracting the streams themselves.

    Memory is bounded by cutting the merged positions into chunks; any accumulator, generator and encoding.
    """
    if unites(layer.accumulator):
        return _accumulate_or(layer, x, w)
    places = selectors.positions(layer)
    if not len(places.count):  # a mux that never selects an existing input
        return jnp.zeros((x.shape[0], w.shape[0]), jnp.int32)
    mux = select_source(layer.accumulator) is not None
    lanes = 1 if mux else layer.inputs
    per_position = lanes * max(x.shape[0], w.shape[0])
    bipolar = layer.bipolar
    x_weighted, w_weighted = (linear_in_bits(g) for g in (layer.input_generator, layer.weight_generator))
    bound = layer.inputs * layer.stream_length if lanes > 1 else layer.stream_length

    def chunk(total: jax.Array, part: Any) -> tuple[jax.Array, None]:
        x_selector, w_selector, lane, count = part
        if mux:
            x_codes, w_codes = x[:, lane], w[:, lane]  # (batch, positions), (neurons, positions)
        else:
            x_codes, w_codes = x[:, :, None], w[:, :, None]  # (batch, inputs, 1) against (positions,)
        x_bits = signed_bit(x_codes, x_selector, x_weighted, bipolar)
        w_bits = signed_bit(w_codes, w_selector, w_weighted, bipolar) * count
        inner = w_bits.size // len(w)  # said, because a batch of no samples leaves it open
        return total + matmul(x_bits.reshape(len(x), inner), w_bits.reshape(len(w), inner), bound), None

    parts = _in_chunks(places, per_position)
    start = jnp.zeros((x.shape[0], w.shape[0]), jnp.int32)
    return lax.scan(chunk, start, parts)[0]


def _accumulate_or(layer: DenseLayer, x: jax.Array, w: jax.Array) -> jax.Array:
    """Σ_t OR_{σ=+} − Σ_t OR_{σ=−}: at each position, whether any product of either sign is 1."""
    places = selectors.lane_positions(layer)
    x_weighted, w_weighted = (linear_in_bits(g) for g in (layer.input_generator, layer.weight_generator))
    x_period, w_period = jnp.asarray(places.x_period), jnp.asarray(places.w_period)

    def chunk(total: jax.Array, part: Any) -> tuple[jax.Array, None]:
        x_time, w_time, count = part
        x_selector = x_period[(x_time[:, None] + places.x_offset) % len(places.x_period)]  # (positions, inputs)
        w_selector = w_period[(w_time[:, None] + places.w_offset) % len(places.w_period)]
        x_bits = signed_bit(x, x_selector[:, None, :], x_weighted, False)  # (positions, batch, inputs)
        w_bits = signed_bit(w, w_selector[:, None, :], w_weighted, False)
        if not layer.signed_inputs:  # no input is negative: half of the products cannot be
            equal, opposite = (_any_overlap(x_bits, sign * w_bits > 0) for sign in (1, -1))
        else:
            equal, opposite = (_any_product(x_bits, sign * w_bits) for sign in (1, -1))
        return total + jnp.einsum("pbn,p->bn", equal.astype(jnp.int32) - opposite, count), None

    per_position = (layer.inputs + 1) * (x.shape[0] + w.shape[0]) + x.shape[0] * w.shape[0]
    parts = _in_chunks((places.x_time, places.w_time, places.count), per_position)
    return lax.scan(chunk, jnp.zeros((x.shape[0], w.shape[0]), jnp.int32), parts)[0]


def _any_product(x_bits: jax.Array, w_bits: jax.Array) -> jax.Array:
    """Whether any input has x·w = +1, for each (position, sample, neuron); bool."""
    x_halves = jnp.concatenate([x_bits > 0, x_bits < 0], axis=-1)
    w_halves = jnp.concatenate([w_bits > 0, w_bits < 0], axis=-1)
    return _any_overlap(x_halves, w_halves)


def _any_overlap(x_bits: jax.Array, w_bits: jax.Array) -> jax.Array:
    """Whether both are 1 at any input, for each (position, sample, neuron); bool."""
    x, w = x_bits.astype(jnp.float32), w_bits.astype(jnp.float32)
    return lax.dot_general(x, w, (((2,), (2,)), ((0,), (0,))), precision=lax.Precision.HIGHEST) > 0


def _in_chunks(arrays: Any, per_position: int) -> list[jax.Array]:
    """The arrays reshaped to `(chunks, positions)` for `lax.scan`, the last chunk filled up with positions of count 0.

    The last array is the counts.
    """
    length = len(arrays[-1])
    size = max(1, min(length, CHUNK_ELEMENTS // max(1, per_position)))
    size = -(-length // -(-length // size))  # equal chunks, so that little is filled up
    filler = -length % size
    # Zeros are legal selectors, times and lanes; their count of 0 makes them add nothing.
    return [jnp.asarray(np.pad(a, (0, filler)).reshape(-1, size)) for a in arrays]
