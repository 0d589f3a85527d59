"""A layer's counts in JAX: of codes known at run time, or for fixed weights in the form that is multiplied fastest.

All are int32, exact whatever JAX's flags are: float32 matrix products are used only where every partial sum stays below
2^24, int8 ones for coefficients cut into bytes, else int32.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from ...spec.kinds import unknown_kind
from ...spec.layer import DenseLayer
from ...spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from ..counters import Counter, TableCounter, counter_of
from ..exact_maps import counting_of, joined, windows
from ..joint_counts import counts_by_bit
from ..kinds import linear_in_bits
from . import ops

INT8_ROWS = 8
"""Rows of an int8 product at least: XLA on a CPU multiplies fewer ten times slower."""

Coefficients = dict[str, jax.Array]
"""Arrays a layer's forward pass reads: the weights in the form its path needs."""

AccumulateFn = Callable[[Coefficients, jax.Array], jax.Array]


def counter(layer: DenseLayer | Conv2dLayer, by: ops.JaxOps = ops.FLOATS) -> Counter:
    """The exact counts of a layer as a function of input and weight codes, see `exact_maps.counting_of`."""
    counting = counting_of(layer)
    constants = {name: jnp.asarray(array) for name, array in counting.constants.items()}
    return lambda x, w: counting(by, constants, x, w)


def counter_or_none(layer: Layer, by: ops.JaxOps = ops.FLOATS) -> Counter | None:
    """The counter of a layer; None of a pool, which has none."""
    match layer:
        case DenseLayer() | Conv2dLayer():
            return counter(layer, by)
        case MaxPool2dLayer() | AvgPool2dLayer():
            return None
        case other:
            unknown_kind(other, by.room)


def compile_layer(layer: DenseLayer, weight: np.ndarray) -> tuple[Coefficients, AccumulateFn]:
    """The arrays and the pure function that give a layer's accumulator for fixed weights.

    Args:
        layer: the description.
        weight: int32 codes `(neurons, inputs)`.

    Returns:
        coefficients, and `accumulate(coefficients, x)` with x int32 `(batch, inputs)` → int32 `(batch, neurons)`.
    """
    counting = counter_of(layer)
    if not isinstance(counting, TableCounter):
        count = counter(layer, ops.INTEGERS)
        return {"weight": jnp.asarray(weight, jnp.int32)}, lambda c, x: count(x, c["weight"])
    if linear_in_bits(layer.input_generator) and not layer.bipolar:
        return _compile_planes(layer, weight)
    signs = np.sign(weight)[:, :, None] if counting.w.signed else 1
    coefficients = (counting.w.rows[np.abs(weight)] * signs).reshape(len(weight), -1)
    bound = int(np.abs(coefficients, dtype=np.int64).sum(axis=1).max()) * int(np.abs(counting.x.rows).max())
    narrow = max(np.abs(coefficients).max(), np.abs(counting.x.rows).max()) < 128
    dtype = np.int8 if narrow else np.float32 if bound < ops.EXACT_FLOAT32 else np.int32
    product = int8_matmul if narrow else partial(ops.matmul, bound=bound)

    def run(c: Coefficients, x: jax.Array) -> jax.Array:
        rows = ops.INTEGERS.rows(counting.x, counting.bipolar, None, x)
        return product(jnp.moveaxis(rows, 0, -1).reshape(len(x), c["coefficients"].shape[1]), c["coefficients"])

    return {"coefficients": jnp.asarray(coefficients.astype(dtype))}, run


def compile_windows(layer: Conv2dLayer, weight: np.ndarray) -> tuple[Coefficients, AccumulateFn]:
    """`compile_layer` for a convolution: weights `(M, kh, kw, C/g)`, codes and counts of whole maps.

    Every group's windows are the samples of a dense layer.
    """
    compiled = [compile_layer(layer.window, part) for part in weight.reshape(layer.groups, -1, layer.inputs)]
    coefficients = {f"{g} {name}": array for g, (own, _) in enumerate(compiled) for name, array in own.items()}

    def run(c: Coefficients, x: jax.Array) -> jax.Array:
        parts = []
        for g, (part, (own, accumulate)) in enumerate(zip(windows(ops.INTEGERS, layer, x), compiled, strict=True)):
            parts.append(accumulate({name: c[f"{g} {name}"] for name in own}, part))
        return joined(layer, parts, ops.INTEGERS)

    return coefficients, run


def int8_matmul(a: jax.Array, b: jax.Array) -> jax.Array:
    """`a @ b.T` of integers in -128 … 127 as int32, modulo 2^32: the fastest where a processor has such products."""
    rows, a = a.shape[0], a.astype(jnp.int8)
    if rows < INT8_ROWS:
        a = jnp.pad(a, ((0, INT8_ROWS - rows), (0, 0)))
    return lax.dot_general(a, b, (((1,), (1,)), ((), ())), preferred_element_type=jnp.int32)[:rows]


def _compile_planes(layer: DenseLayer, weight: np.ndarray) -> tuple[Coefficients, AccumulateFn]:
    """`compile_layer` for weighted_binary and spike inputs: planes of their bits times signed bytes (see `planes`)."""
    from ..counts.planes import limbs, plan  # brings Numba, which the other paths do without

    planes = plan(counts_by_bit(layer), max_bits=7)  # a signed byte holds 7 bits of a magnitude
    shift, mask = (planes.base[planes.group] + planes.shift).astype(np.int32), planes.mask.astype(np.int32)
    signed = layer.signed_inputs
    # Entry w + full of a signed table belongs to weight w.
    full = planes.coefficients.shape[1] - 1
    levels = limbs(np.hstack([-planes.coefficients[:, :0:-1], planes.coefficients]))
    rows_of_level = [np.flatnonzero(level.any(axis=1)) for level in levels]
    names = ["coefficients", *(f"coefficients_{i}" for i in range(1, len(levels)))]
    tables = [level[rows].T.astype(np.int8) for level, rows in zip(levels, rows_of_level, strict=True)]
    coefficients = {
        name: jnp.asarray(table[weight + full].reshape(len(weight), -1))
        for name, table in zip(names, tables, strict=True)
    }

    def run(c: Coefficients, x: jax.Array) -> jax.Array:
        fields = jnp.abs(x)[:, :, None] >> shift & mask if signed else x[:, :, None] >> shift & mask
        fields = (fields * jnp.sign(x)[:, :, None] if signed else fields).astype(jnp.int8)
        total = jnp.zeros((x.shape[0], len(weight)), jnp.int32)
        for i, (name, rows) in enumerate(zip(names, rows_of_level, strict=True)):
            part = fields if len(rows) == len(mask) else fields[:, :, rows]
            total += int8_matmul(part.reshape(x.shape[0], c[name].shape[1]), c[name]) << (8 * i)
        return total * planes.factor

    return coefficients, run
