"""From codes to one exact count per neuron, in Torch: every accumulator of the contract (§4, §5) as matrix products.

Codes and counts travel as floats holding integers. Products run in float32 where every partial sum stays below 2^24,
else in float64, which holds all that the contract allows (below 2^31); both are exact in any order of addition.
All operations are ordinary Torch operations, so `torch.compile`, `torch.vmap` and any device follow from them.

Shapes: codes `x` `(..., inputs)` and `w` `(neurons, inputs)`, result `(..., neurons)`.
"""

from __future__ import annotations

import numpy as np

from ...spec.errors import require_extra
from ...spec.layer import DenseLayer
from ..jax import selectors  # NumPy only
from ..kinds import linear_in_bits, select_source, unites

require_extra("torch", "torch")

import torch  # noqa: E402 -- after the check, so that a missing torch is an error that names the extra
from torch import Tensor, nn  # noqa: E402
from torch.nn import functional  # noqa: E402

EXACT_FLOAT32 = 2**24
"""Below this, sums of integers in float32 are exact in any order."""

TABLE_LIMIT = 2**22
"""Entries of a count table, (2^n, groups); beyond it the streams themselves are contracted."""

CHUNK_ELEMENTS = 2**22
"""Stream bits expanded at a time, about."""


@torch.compiler.assume_constant_result
def _fewer_bits_allowed() -> bool:
    """Whether the process lets float32 products round their operands; a compiled function keeps the first answer."""
    return torch.get_float32_matmul_precision() != "highest"


def product(a: Tensor, b: Tensor, bound: int) -> Tensor:
    """`a @ b.T` of integers `(..., k)` and `(m, k)`, exact where no partial sum exceeds `bound` in magnitude.

    float64 also where the caller allows float32 products of fewer bits (autocast, TF32, bfloat16): these round.
    """
    rounds = torch.is_autocast_enabled(a.device.type) or _fewer_bits_allowed()
    dtype = torch.float64 if rounds or bound >= EXACT_FLOAT32 else torch.float32
    return a.to(dtype) @ b.to(dtype).T


def select_bit(codes: Tensor, selector: Tensor, weighted: bool) -> Tensor:
    """The stream bit of non-negative int32 codes at a selector, int32 zeros and ones; the arguments broadcast."""
    if weighted:
        return (codes >> selector) & 1
    return (selector < codes).to(torch.int32)


def signed_bit(codes: Tensor, selector: Tensor, weighted: bool, bipolar: bool) -> Tensor:
    """What one position adds: the bit with the sign of its code, or for bipolar codes +1 and −1, int32."""
    if bipolar:
        return 2 * select_bit(codes, selector, weighted) - 1
    return torch.sign(codes) * select_bit(codes.abs(), selector, weighted)


class Counter(nn.Module):
    """The accumulator of one layer as a function of input and weight codes, `(x, w) -> a`, without the bias."""

    bound: int
    """Largest magnitude that any partial sum can have."""

    def __init__(self, layer: DenseLayer) -> None:
        super().__init__()
        self.bound = layer.inputs * layer.stream_length
        self.inputs = layer.inputs
        self.bipolar = layer.bipolar
        self.x_weighted = linear_in_bits(layer.input_generator)
        self.w_weighted = linear_in_bits(layer.weight_generator)

    def keep(self, name: str, array: np.ndarray) -> None:
        """An integer constant that moves with the module and is no part of its saved state."""
        self.register_buffer(name, torch.from_numpy(array.astype(np.int32)), persistent=False)


class TableCounter(Counter):
    """One product over (input, selector) pairs: T[x, w] = Σ_g bit(x, g)·counts[w, g], or with x and w exchanged.

    Both factors are looked up: rows of `x_table` and `w_table` are those of all codes, signs included.
    """

    x_table: Tensor
    w_table: Tensor

    def __init__(self, layer: DenseLayer) -> None:
        super().__init__(layer)
        exchanged = _exchanged(layer)
        # The operand with fewer selectors gives the bits: 2 to 16 for weighted_binary, up to 2^n for a comparator.
        bits_of_x = selectors.group_count(layer) <= selectors.group_count(exchanged)
        table = selectors.count_table(layer if bits_of_x else exchanged)
        counts = 2 * table.counts - table.total if self.bipolar else table.counts
        used = np.any(counts != 0, axis=0)
        used[0] |= not used.any()  # keep one, so that no array is empty
        codes = torch.arange(2 if layer.spike_inputs and bits_of_x else len(counts), dtype=torch.int32)
        selector = torch.from_numpy(table.x[used])
        weighted = self.x_weighted if bits_of_x else self.w_weighted
        bits = signed_bit(codes[:, None], selector, weighted, self.bipolar).numpy()
        x_rows, w_rows = (bits, counts[:, used]) if bits_of_x else (counts[:, used], bits)
        self.x_signed, self.w_signed = layer.signed_inputs, layer.signed_weights
        for name, rows, signed in (("x_table", x_rows, self.x_signed), ("w_table", w_rows, self.w_signed)):
            every = np.concatenate([-rows[:0:-1], rows]) if signed else rows
            self.keep(name, every)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """Counts a of codes."""
        return product(_rows(self.x_table, x, self.x_signed), _rows(self.w_table, w, self.w_signed), self.bound)


def _rows(table: Tensor, codes: Tensor, signed: bool) -> Tensor:
    """The rows of codes `(..., inputs)`, side by side: `(..., inputs·groups)`."""
    index = codes.to(torch.int32) + len(table) // 2 if signed else codes.to(torch.int32)
    return functional.embedding(index, table).flatten(-2)


def _exchanged(layer: DenseLayer) -> DenseLayer:
    """The layer with its generators exchanged; the count of a product does not ask which operand is which."""
    if layer.input_generator is None:
        return layer
    swapped = {"input_generator": layer.weight_generator, "weight_generator": layer.input_generator}
    return layer.model_copy(update=swapped)


class StreamCounter(Counter):
    """The streams themselves contracted, equal positions merged: any parallel counter, or a `mux`."""

    x_selector: Tensor
    w_selector: Tensor
    lane: Tensor
    count: Tensor

    def __init__(self, layer: DenseLayer) -> None:
        super().__init__(layer)
        places = selectors.positions(layer)
        self.mux = select_source(layer.accumulator) is not None
        for name, array in zip(("x_selector", "w_selector", "lane", "count"), places):
            self.keep(name, array)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """Counts a of codes."""
        x, w = x.to(torch.int32), w.to(torch.int32)
        lanes = 1 if self.mux else self.inputs
        rows = max(1, x.numel() // self.inputs, len(w))
        total = product(x[..., :1] * 0, w[:, :1] * 0, self.bound)
        for first, stop in _chunks(len(self.count), rows * lanes):
            part = slice(first, stop)
            lane = self.lane[part].long()
            x_codes = x[..., lane] if self.mux else x.unsqueeze(-1)
            w_codes = w[..., lane] if self.mux else w.unsqueeze(-1)
            x_bits = signed_bit(x_codes, self.x_selector[part], self.x_weighted, self.bipolar)
            w_bits = signed_bit(w_codes, self.w_selector[part], self.w_weighted, self.bipolar) * self.count[part]
            if not self.mux:
                x_bits, w_bits = x_bits.flatten(-2), w_bits.flatten(-2)
            total = total + product(x_bits, w_bits, self.bound)
        return total


class OrCounter(Counter):
    """Σ_t OR_{σ=+} − Σ_t OR_{σ=−}: at each position, whether any product of either sign is 1."""

    x_selector: Tensor
    w_selector: Tensor
    count: Tensor

    def __init__(self, layer: DenseLayer) -> None:
        super().__init__(layer)
        places = selectors.lane_positions(layer)
        x_at = (places.x_time[:, None] + places.x_offset) % len(places.x_period)
        w_at = (places.w_time[:, None] + places.w_offset) % len(places.w_period)
        self.keep("x_selector", places.x_period[x_at])  # (positions, inputs)
        self.keep("w_selector", places.w_period[w_at])
        self.keep("count", places.count)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """Counts a of codes."""
        x, w = x.to(torch.int32), w.to(torch.int32)
        rows = max(1, x.numel() // self.inputs)
        total = product(x[..., :1] * 0, w[:, :1] * 0, self.bound)
        for first, stop in _chunks(len(self.count), (rows + len(w)) * self.inputs + rows * len(w)):
            part = slice(first, stop)
            x_bits = signed_bit(x.unsqueeze(-2), self.x_selector[part], self.x_weighted, False)  # (…, positions, in)
            w_bits = signed_bit(w.unsqueeze(-2), self.w_selector[part], self.w_weighted, False)  # (neurons, …)
            plus, minus = (_any_product(x_bits, sign * w_bits) for sign in (1, -1))
            total = total + ((plus - minus) * self.count[part, None]).sum(-2)
        return total


def _any_product(x_bits: Tensor, w_bits: Tensor) -> Tensor:
    """Whether any input has x·w = +1: `(…, positions, inputs)` and `(neurons, positions, inputs)` to int32 zeros, ones.

    The number of such inputs is at most 65,536 and only its being 0 is asked: no precision of a product can lose that.
    """
    x_halves = torch.cat([x_bits > 0, x_bits < 0], -1).to(torch.float32)
    w_halves = torch.cat([w_bits > 0, w_bits < 0], -1).to(torch.float32)
    meetings = x_halves.unsqueeze(-2) @ w_halves.permute(1, 2, 0)  # (…, positions, 1, neurons)
    return (meetings.squeeze(-2) > 0).to(torch.int32)


def _chunks(length: int, per_position: int) -> list[tuple[int, int]]:
    size = max(1, min(length, CHUNK_ELEMENTS // max(1, per_position)))
    return [(first, min(first + size, length)) for first in range(0, length, size)]


def counter_of(layer: DenseLayer) -> Counter:
    """The exact accumulator of a layer."""
    if unites(layer.accumulator):
        return OrCounter(layer)
    groups = min(selectors.group_count(layer), selectors.group_count(_exchanged(layer)))
    if select_source(layer.accumulator) is not None or groups << layer.resolution_bits > TABLE_LIMIT:
        return StreamCounter(layer)
    return TableCounter(layer)
