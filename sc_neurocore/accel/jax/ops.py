# ruff: noqa: D102 -- what the methods are for stands in `Ops` and `Steps`
"""JAX's answers to what an exact layer asks (see `accel.ops`); float32 holds its integers, below 2^24, exactly."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from ...spec.errors import OptionError
from ...spec.kinds import unknown_kind
from ...spec.layer import DenseLayer, WeightedLayer
from ...spec.maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from ...spec.values import count_value
from ..counters import Side, signed_bit
from ..executor import Steps
from ..kinds import stateful
from ..ops import Ops, Surrogate, values
from ..taps import taps

EXACT_FLOAT32 = 2**24
"""Below this, sums of integers in float32 are exact in any order."""


@jax.custom_jvp
def straight_through(smooth: jax.Array, exact: jax.Array) -> jax.Array:
    """`exact` in the forward pass, the derivative of `smooth` in the backward pass; equal shapes and types."""
    del smooth
    return exact


@straight_through.defjvp
def _straight_through_jvp(primals: tuple, tangents: tuple) -> tuple[jax.Array, jax.Array]:
    return primals[1], tangents[0]


def matmul(a: jax.Array, b: jax.Array, bound: int) -> jax.Array:
    """`a @ b.T` of integers as int32, where no partial sum exceeds `bound` in magnitude (bound < 2^31).

    Args:
        a: `(…, k)`.
        b: `(m, k)`.
        bound: below 2^31.
    """
    dimensions = (((a.ndim - 1,), (1,)), ((), ()))
    if bound < EXACT_FLOAT32:
        floats = a.astype(jnp.float32), b.astype(jnp.float32)
        return lax.dot_general(*floats, dimensions, precision=lax.Precision.HIGHEST).astype(jnp.int32)
    return lax.dot_general(a.astype(jnp.int32), b.astype(jnp.int32), dimensions, preferred_element_type=jnp.int32)


def check_trainable(layer: Layer) -> None:
    """Refuse a layer whose exact forward pass float32 cannot carry.

    Raises:
        OptionError: names the rule and the value.
    """
    match layer:
        case DenseLayer() | Conv2dLayer():
            lif, bound = stateful(layer.neuron), layer.inputs * layer.stream_length
            if lif is not None:
                bound = 2 ** (lif.state_bits - 2)  # the state grows with the time steps
        case AvgPool2dLayer():
            bound = math.prod(layer.kernel) * 2**layer.resolution_bits
        case MaxPool2dLayer():
            return
        case other:
            unknown_kind(other, "training")
    if bound >= EXACT_FLOAT32 // 2:
        raise OptionError(
            f"training needs inputs * stream_length below 2^23, so that float32 is exact (of a lif layer: a quarter of "
            f"its state's range; of an average the sum of its codes); got {bound}: train at a shorter stream_length"
        )


def convolved(layer: Conv2dLayer, x: jax.Array, w: jax.Array) -> jax.Array:
    """Maps under kernels: `(batch, H', W', M)`.

    Args:
        layer: gives strides and groups.
        x: padded maps `(batch, rows, columns, channels)`.
        w: kernels `(M, kh, kw, C/g)`.
    """
    numbers = ("NHWC", "OHWI", "NHWC")
    return lax.conv_general_dilated(
        x,
        w,
        layer.stride,
        "VALID",
        dimension_numbers=numbers,
        feature_group_count=layer.groups,
        precision=lax.Precision.HIGHEST,
    )


def _multiplied(layer: Conv2dLayer, x: jax.Array, w: jax.Array) -> jax.Array:
    """The same by a matrix product of windows."""
    every, groups = jnp.stack(taps(layer.kernel, layer.stride, layer.out_shape, x), 3), layer.groups
    parts = [
        _windows_times(part, kernels)
        for part, kernels in zip(jnp.split(every, groups, -1), jnp.split(w, groups), strict=True)
    ]
    return parts[0] if groups == 1 else jnp.concatenate(parts, -1)


def _windows_times(windows: jax.Array, kernels: jax.Array) -> jax.Array:
    """Windows `(batch, H', W', places, channels)` times kernels `(M, kh, kw, channels)`."""
    rows = windows.reshape(-1, windows.shape[3] * windows.shape[4])
    product = jnp.matmul(rows, kernels.reshape(len(kernels), -1).T, precision=lax.Precision.HIGHEST)
    return product.reshape(*windows.shape[:3], -1)


class JaxOps(Ops):
    """Floats that hold integers, with derivatives."""

    room, xp = "JAX", jnp

    def scan(self, step: Callable[[Any, Any], tuple[Any, Any]], carry: Any, inputs: Any, length: int) -> Any:
        return lax.scan(step, carry, inputs, length)

    def constant(self, v: Any) -> Any:
        return lax.stop_gradient(v)

    def straight_through(self, smooth: Any, exact: Any) -> Any:
        return straight_through(smooth, exact)

    def matmul(self, a: Any, b: Any, bound: int) -> Any:
        return matmul(a, b, bound)

    def integers(self, v: Any) -> Any:
        return lax.stop_gradient(v).astype(jnp.int32)

    def codes(self, v: Any) -> Any:
        return v.astype(jnp.float32)

    sums = codes

    def zeros(self, codes: Any, neurons: int) -> Any:
        return jnp.zeros((codes.shape[0], neurons), jnp.float32)

    def by_step(self, codes: Any) -> Any:
        return jnp.swapaxes(codes, 0, 1)

    def joined(self, outputs: Any) -> Any:
        return jnp.swapaxes(outputs, 0, 1)

    no_sum = zeros

    def through_products(self, layer: WeightedLayer, exact: Any, x: Any, w: Any) -> Any:
        n = layer.resolution_bits
        products = values(x, layer.input_encoding, n) @ values(w, layer.weight_encoding, n).T
        return straight_through(products / count_value(layer), exact)

    def padded(self, maps: Any, padding: tuple[int, int, int, int], value: int) -> Any:
        top, bottom, left, right = padding
        margins = [(0, 0)] * (maps.ndim - 3) + [(top, bottom), (left, right), (0, 0)]
        return jnp.pad(maps, margins, constant_values=value)

    def convolve(self, x_rows: Any, w_rows: Any, layer: Conv2dLayer, bound: int) -> Any:
        """A convolution on a CPU, which sums what it is given; elsewhere a matrix product, since others may transform.

        `check_trainable` keeps sums below 2^24.
        """
        rows, batch, high, wide, channels = x_rows.shape
        x = x_rows.reshape(rows, batch, high, wide, layer.groups, channels // layer.groups)
        x = jnp.moveaxis(x, 0, -2).reshape(batch, high, wide, rows * channels)
        w = jnp.moveaxis(w_rows, 0, -2).reshape(*w_rows.shape[1:4], -1)  # (M, kh, kw, rows·C/g)
        return lax.platform_dependent(x, w, cpu=partial(convolved, layer), default=partial(_multiplied, layer))

    def through_windows(self, layer: Conv2dLayer, exact: Any, x: Any, w: Any) -> Any:
        """By a convolution of values."""
        n = layer.resolution_bits
        maps = self.padded(values(x, layer.input_encoding, n).reshape(-1, *layer.in_shape), layer.padding, 0)
        products = convolved(layer, maps, values(w, layer.weight_encoding, n)).reshape(exact.shape)
        return straight_through(products / count_value(layer), exact)

    def real(self, v: Any) -> Any:
        return v

    def nearest_magnitude(self, v: Any, n: int) -> Any:
        """Exact, although float32 cannot hold |v|·(2^n − 1)."""
        top = 2.0**n - 1
        magnitude = jnp.clip(jnp.abs(v), 0, 1)

        def reaches(code: jax.Array) -> jax.Array:
            # v·(2^n − 1) >= code − ½, written so that float32 makes no error near equality: v·2^n is exact, and so is
            # the difference of two numbers within a factor of two of each other.
            return magnitude * 2.0**n - (code - 0.5) >= magnitude

        guess = jnp.floor(magnitude * top + 0.5)  # off by one at most
        return jnp.clip(guess + reaches(guess + 1) - ~reaches(guess), 0, top)

    def nearest_offset(self, v: Any, n: int) -> Any:
        scaled = v * 2.0 ** (n - 1)  # a power of two: exact
        below = jnp.floor(scaled)
        return below + (scaled - below >= 0.5) + 2.0 ** (n - 1)

    def spikes(self, v: Any, threshold: Any, strict: bool, surrogate: Surrogate) -> Any:
        """The surrogate's own values, whose comparator is the neuron's.

        v − threshold is exact and division keeps its sign, so that the comparison is the integers' own.
        """
        return surrogate((v - threshold) / threshold)

    def rows(self, side: Side, bipolar: bool, all_rows: Any, codes: Any) -> Any:
        """Float32 `(groups, …, inputs)`; as the last axis groups would be a short one, which is slow."""
        if side.thresholds is not None:
            thresholds = side.thresholds.astype("int32").reshape(-1, *[1] * codes.ndim)
            return signed_bit(jnp, codes, thresholds, side.weighted, bipolar).astype(jnp.float32)
        magnitudes, shifts = jnp.abs(codes), side.shifts()
        if shifts is None:
            rows = jnp.moveaxis(jnp.asarray(side.rows)[magnitudes], -1, 0)
        else:  # what a gather would give, without one
            shifts = shifts.astype("int32").reshape(-1, *[1] * codes.ndim)
            rows = (magnitudes + (1 << shifts >> 1)) >> shifts
        return rows.astype(jnp.float32) * (jnp.sign(codes) if side.signed else 1)

    def contract(self, a: Any, b: Any, bound: int) -> Any:
        """`check_trainable` keeps sums below 2^24."""
        dimensions = (((2,), (2,)), ((0,), (0,)))
        return lax.dot_general(a, b, dimensions, precision=lax.Precision.HIGHEST).sum(axis=0)

    def fold(self, body: Callable[[Any, Sequence[Any]], Any], total: Any, arrays: Sequence[Any], size: int) -> Any:
        """One `lax.scan`."""
        parts = [jnp.pad(array, (0, -len(array) % size)).reshape(-1, size) for array in arrays]
        return lax.scan(lambda total, part: (body(total, part), None), total, parts)[0]


class UnrolledOps(JaxOps):
    """The same with the time steps written out, of which a training loop has few."""

    room = "training"
    scan, no_sum = Steps.scan, Steps.no_sum


class RealOps(UnrolledOps):
    """What the integers approximate: no rounding, no saturation of states."""

    def leak(self, v: Any, shift: int) -> Any:
        return v * 2.0**-shift

    def saturated_sum(self, v: Any, a: Any, low: int, high: int) -> Any:
        return v + a


class Limbs(NamedTuple):
    """A sum over time, of up to 47 bits: high·2^16 + low."""

    high: Any
    """int32."""
    low: Any
    """uint32."""


class IntegerOps(JaxOps):
    """Integers in int32 and no derivatives: exact to the contract's limits, whatever JAX's flags are."""

    room = "engine jax"

    def codes(self, v: Any) -> Any:
        return v.astype(jnp.int32)

    sums = codes

    def zeros(self, codes: Any, neurons: int) -> Any:
        return jnp.zeros((codes.shape[0], neurons), jnp.int32)

    def straight_through(self, smooth: Any, exact: Any) -> Any:
        return exact

    def leak(self, v: Any, shift: int) -> Any:
        return v >> shift

    def saturated_sum(self, v: Any, a: Any, low: int, high: int) -> Any:
        """A sum beyond int32 is clipped to int32 first, in which every state's range lies."""
        total = v + a  # wraps
        overflow = ((v ^ total) & (a ^ total)) < 0
        return jnp.where(overflow, jnp.where(v < 0, low, high), jnp.clip(total, low, high)).astype(jnp.int32)

    def spikes(self, v: Any, threshold: Any, strict: bool, surrogate: Surrogate) -> Any:
        return (v > threshold if strict else v >= threshold).astype(jnp.int32)

    def no_sum(self, codes: Any, neurons: int) -> Limbs:
        zeros = self.zeros(codes, neurons)
        return Limbs(zeros, zeros.astype(jnp.uint32))

    def add(self, total: Limbs, outputs: Any) -> Limbs:
        return Limbs(total.high + (outputs >> 16), total.low + (outputs & 0xFFFF).astype(jnp.uint32))


FLOATS, UNROLLED, REALS, INTEGERS = JaxOps(), UnrolledOps(), RealOps(), IntegerOps()
