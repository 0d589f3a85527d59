"""From codes to one exact count per neuron, for any array library: every accumulator of the contract (§4, §5).

A counter is made once a layer, of NumPy arrays (`constants`), and called with the library's operations; neither operand
need be known before. Shapes: codes `x` `(…, inputs)` and `w` `(neurons, inputs)`, result `(…, neurons)`, without bias.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..spec.generator import Generator
from ..spec.layer import DenseLayer
from .joint_counts import count_table, exchanged, group_count, pairs
from .kinds import linear_in_bits, select_source, unites
from .ops import Ops
from .words import window_words

Counter = Callable[[Any, Any], Any]
"""Codes x and w to counts."""

TABLE_LIMIT = 2**22
"""Entries of a count table, (2^n, groups); beyond it the streams themselves are contracted."""

COEFFICIENT_LIMIT = 2**28
"""Entries of a layer's coefficient matrix, (neurons, inputs·groups); beyond it the streams are contracted."""

CHUNK_ELEMENTS = 2**23
"""Stream bits expanded at a time, about."""


def signed_bit(xp: Any, codes: Any, thresholds: Any, weighted: bool, bipolar: bool) -> Any:
    """What one position adds: the bit with the sign of its code, or for bipolar codes +1 and −1.

    Args:
        xp: NumPy, JAX's or Torch.
        codes: int32, broadcast against `thresholds`.
        thresholds: see `words`.
        weighted: whether they name a bit, rather than a level.
        bipolar: whether codes have no sign and a bit 0 adds −1.
    """
    magnitudes = codes if bipolar else abs(codes)
    bits = magnitudes >> thresholds & 1 if weighted else thresholds < magnitudes
    return 2 * (xp.ones_like(codes) * bits) - 1 if bipolar else xp.sign(codes) * bits


class Side:
    """One operand of a table: a row of numbers for each code, multiplied with the other operand's row and summed."""

    def __init__(
        self, rows: np.ndarray, signed: bool, thresholds: np.ndarray | None = None, weighted: bool = False
    ) -> None:
        """Keep the rows, and how they could be made.

        Args:
            rows: of the codes 0, 1, …, integers `(codes, groups)`.
            signed: whether codes have a sign, which their row takes on.
            thresholds: where the row is the code's bit at each of these, `(groups,)`; else None.
            weighted: whether the thresholds name bits.
        """
        self.rows, self.signed, self.thresholds, self.weighted = rows, signed, thresholds, weighted

    def all_rows(self) -> np.ndarray:
        """Rows of all codes, int32; those of negative ones come first."""
        return np.concatenate([-self.rows[:0:-1], self.rows] if self.signed else [self.rows]).astype(np.int32)

    def shifts(self) -> np.ndarray | None:
        """s where column g is floor((code + 2^(s−1)) / 2^s) or the code itself (contract §3, the default pair)."""
        codes, peaks = np.arange(len(self.rows))[:, None], np.maximum(self.rows[-1], 1)
        shifts = np.maximum(0, np.rint(np.log2(len(self.rows) / peaks))).astype(np.int64)
        return shifts if np.array_equal(codes + (1 << shifts >> 1) >> shifts, self.rows) else None


class TableCounter:
    """One product over (input, threshold) pairs: T[x, w] = Σ_g bit(x, g)·counts[w, g], or with x and w exchanged."""

    def __init__(self, layer: DenseLayer) -> None:
        self.bound = layer.inputs * layer.stream_length
        mirror = exchanged(layer)
        # The operand with fewer thresholds gives the bits: 2 to 16 for weighted_binary, up to 2^n for a comparator.
        bits_of_x = group_count(layer) <= group_count(mirror)
        table = count_table(layer if bits_of_x else mirror)
        counts = 2 * table.counts - table.positions if layer.bipolar else table.counts
        columns = np.any(counts != 0, axis=0)
        columns[0] |= not columns.any()  # keep one, so that no array is empty
        thresholds, counts = table.thresholds[columns], counts[:, columns]
        weighted = linear_in_bits(layer.input_generator if bits_of_x else layer.weight_generator)
        codes = np.arange(2 if layer.spike_inputs and bits_of_x else len(counts))[:, None]
        bits = signed_bit(np, codes, thresholds, weighted, layer.bipolar)
        if bits_of_x:
            self.x = Side(bits, layer.signed_inputs, thresholds, weighted)
            self.w = Side(counts, layer.signed_weights)
        else:
            self.x = Side(counts, layer.signed_inputs)
            self.w = Side(bits, layer.signed_weights, thresholds, weighted)
        self.bipolar = layer.bipolar
        self.constants = {"x_rows": self.x.all_rows(), "w_rows": self.w.all_rows()}

    def __call__(self, ops: Ops, constants: Mapping[str, Any], x: Any, w: Any) -> Any:
        """Counts of codes."""
        x_rows = ops.rows(self.x, self.bipolar, constants["x_rows"], ops.integers(x))
        w_rows = ops.rows(self.w, self.bipolar, constants["w_rows"], ops.integers(w))
        return ops.contract(x_rows, w_rows, self.bound)


class StreamCounter:
    """The streams themselves contracted, equal positions merged: any parallel counter, or a mux."""

    def __init__(self, layer: DenseLayer) -> None:
        self.bound, self.inputs, self.bipolar = layer.inputs * layer.stream_length, layer.inputs, layer.bipolar
        self.mux = select_source(layer.accumulator) is not None
        self.weighted = [linear_in_bits(g) for g in (layer.input_generator, layer.weight_generator)]
        every = pairs(layer)
        self.constants = _int32(x=every.x, w=every.w, lane=every.inputs, count=every.count)

    def __call__(self, ops: Ops, constants: Mapping[str, Any], x: Any, w: Any) -> Any:
        """Counts of codes."""
        x, w = ops.integers(x), ops.integers(w)

        def add(total: Any, part: Sequence[Any]) -> Any:
            *thresholds, lane, count = part
            codes = [c[..., lane] if self.mux else c[..., None] for c in (x, w)]
            parts = zip(codes, thresholds, self.weighted, strict=True)
            x_bits, w_bits = (signed_bit(ops.xp, c, t, weighted, self.bipolar) for c, t, weighted in parts)
            inner = math.prod(w_bits.shape[1:])
            w_bits = (w_bits * count).reshape(len(w), inner)
            return total + ops.matmul(x_bits.reshape(*x.shape[:-1], inner), w_bits, self.bound)

        lanes = 1 if self.mux else self.inputs
        size = _part(len(self.constants["count"]), lanes * max(math.prod(x.shape[:-1]), len(w)))
        return ops.fold(add, ops.matmul(x[..., :1] * 0, w[:, :1] * 0, self.bound), list(constants.values()), size)


class OrCounter:
    """Σ_t OR_{σ=+} − Σ_t OR_{σ=−}: at each position, whether any product of either sign is 1.

    Lanes may read their sources at different places; positions t a common period apart are merged.
    """

    def __init__(self, layer: DenseLayer) -> None:
        self.inputs, self.signed, length = layer.inputs, layer.signed_inputs, layer.stream_length
        generators = layer.input_generator, layer.weight_generator
        self.weighted = [linear_in_bits(generator) for generator in generators]
        x_period, w_period = (_period(generator, layer.resolution_bits) for generator in generators)
        lanes, common = np.arange(layer.inputs), int(np.lcm(len(x_period), len(w_period)))
        x_ahead, w_ahead = (0 if g is None else g.source.lane_skip for g in generators)
        t = np.arange(min(length, common))
        self.constants = _int32(
            t=t,
            count=(length - 1 - t) // common + 1,
            x_period=x_period,
            w_period=w_period,
            x_offset=lanes * x_ahead % len(x_period),
            w_offset=lanes * w_ahead % len(w_period),
        )

    def __call__(self, ops: Ops, constants: Mapping[str, Any], x: Any, w: Any) -> Any:
        """Counts of codes."""
        x, w = ops.integers(x), ops.integers(w)
        xp = ops.xp

        def bits(codes: Any, name: str, t: Any, weighted: bool) -> Any:
            period = constants[f"{name}_period"]
            places = (t[:, None] % len(period) + constants[f"{name}_offset"]) % len(period)
            return signed_bit(xp, codes[..., None, :], period[places], weighted, False)  # (…, positions, inputs)

        def any_product(x_bits: Any, w_bits: Any) -> Any:
            """Whether any input has x·w = +1, for each (sample, position, neuron).

            The number of such inputs is at most 65,536 and only its being 0 is asked: no precision can lose that.
            """
            if self.signed:
                x_bits, w_bits = (xp.concatenate([each, -each], -1) for each in (x_bits, w_bits))
            x_ones, w_ones = (xp.where(each > 0, 1.0, 0.0) for each in (x_bits, w_bits))
            return 1 * (xp.einsum("...pi,npi->...pn", x_ones, w_ones) > 0)

        def add(total: Any, part: Sequence[Any]) -> Any:
            t, count = part
            x_bits, w_bits = bits(x, "x", t, self.weighted[0]), bits(w, "w", t, self.weighted[1])
            difference = any_product(x_bits, w_bits) - any_product(x_bits, -w_bits)
            return total + ops.integers((difference * count[:, None]).sum(-2))

        rows = math.prod(x.shape[:-1])
        size = _part(len(self.constants["t"]), (self.inputs + 1) * (rows + len(w)) + rows * len(w))
        zero = ops.matmul(x[..., :1] * 0, w[:, :1] * 0, self.inputs)
        return ops.fold(add, zero, [constants["t"], constants["count"]], size)


def _period(generator: Generator | None, n: int) -> np.ndarray:
    """One period of thresholds, from position 0."""
    return window_words(generator, n, 0, 1 if generator is None else generator.source.period(n))


def _int32(**arrays: np.ndarray) -> dict[str, np.ndarray]:
    return {name: array.astype(np.int32) for name, array in arrays.items()}


def _part(length: int, per_position: int) -> int:
    """Positions of a part: parts of about one size, so that little is filled up."""
    size = max(1, min(length, CHUNK_ELEMENTS // max(1, per_position)))
    return max(1, -(-length // max(1, -(-length // size))))


Counting = TableCounter | StreamCounter | OrCounter


def counter_of(layer: DenseLayer) -> Counting:
    """The exact accumulator of a layer."""
    if unites(layer.accumulator):
        return OrCounter(layer)
    groups = min(group_count(layer), group_count(exchanged(layer)))
    too_large = (
        groups << layer.resolution_bits > TABLE_LIMIT or layer.inputs * layer.neurons * groups > COEFFICIENT_LIMIT
    )
    if too_large or select_source(layer.accumulator) is not None:
        return StreamCounter(layer)
    return TableCounter(layer)
