"""Faults that show under rare data alone: sums a bit too narrow, misread codes and wrong products of hidden layers.

No mutant of the model stands for them, as gates may have them though every number of the network is right. Each family
says of a batch which faults each sample shows in a final output.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from .bounds import Bounds
from .layer_model import LayerModel
from .mutants import wrong_codes
from .simulation import Trace, visible_code

_AT_MOST = 2_048  # faults of one family and layer
_NARROWEST = 3  # bits by which a sum is too narrow; fewer are seen by any sample


class Aim(NamedTuple):
    """Where a sample is wanted: a neuron of a layer that counts so much, or as much as it can."""

    layer: int
    neuron: int
    code: int | None
    """What it shall put out; None: it shall count as `direction` says."""
    direction: int
    """1: as much as it can, -1: as little."""
    name: str


class Family(Protocol):
    """Faults of one kind in one layer."""

    numbers: np.ndarray
    """Numbers of the faults, sorted."""

    def shown(self, run: Trace) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the batch, and the fault that each of them shows; pairs.

        Args:
            run: what the batch does in the sound network.
        """
        ...

    def aim(self, fault: int) -> Aim:
        """What a sample must do that may show a fault.

        Args:
            fault: its number.
        """
        ...


def families(models: Sequence[LayerModel], rng: np.random.Generator) -> list[Family]:
    """All faults of a network under rare data; of very many of a family some are drawn.

    Args:
        models: of the whole network.
        rng: draws.
    """
    bounds = Bounds(models)
    if not bounds.usable:
        return []
    every: list[Family] = [NarrowSums(models, k, bounds, rng) for k in range(len(models))]
    every += [HiddenCodes(models, k, bounds, rng) for k in range(1, len(models))]
    return every + [HiddenProducts(models, k, bounds, rng) for k in range(1, len(models))]


def _some(faults: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return faults if len(faults) <= _AT_MOST else np.sort(rng.choice(faults, _AT_MOST, replace=False))


def _pairs(rows: list[np.ndarray], faults: list[np.ndarray], numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Joined, without faults that are not made."""
    if not rows:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    row, fault = np.concatenate(rows), np.concatenate(faults)
    exists = np.isin(fault, numbers)
    return row[exists], fault[exists]


class NarrowSums:
    """A neuron's sum, with its bias or without, wraps at fewer bits than its bounds need.

    Args:
        models: of the whole network.
        layer: whose sums.
        bounds: of what can be counted.
        rng: draws of many faults some.
    """

    def __init__(self, models: Sequence[LayerModel], layer: int, bounds: Bounds, rng: np.random.Generator) -> None:
        self._models, self._layer = models, layer
        low, high = bounds.counts[layer]
        bias = models[layer].bias
        self._low, self._high = (np.stack([bound - bias, bound]) for bound in (low, high))  # (without or with, neurons)
        faults = []
        for with_bias, j in np.ndindex(self._low.shape):
            lowest, highest = int(self._low[with_bias, j]), int(self._high[with_bias, j])
            bits = max(highest.bit_length(), (-lowest - 1).bit_length() if lowest < 0 else 0)
            for width in range(max(1, bits - _NARROWEST), bits):
                ends = [up for up in (0, 1) if (highest >= 1 << width if up else lowest < -(1 << width))]
                faults += [self._number(with_bias, j, width, up) for up in ends]
        self.numbers = _some(np.unique(np.array(faults, dtype=np.int64)), rng)

    def _number(self, with_bias: int, neuron: int, width: int, up: int) -> int:
        return ((neuron * 2 + with_bias) * 64 + width) * 2 + up

    def _parts(self, fault: int) -> tuple[int, int, int, int]:
        """Neuron, whether with its bias, bits beside the sign, and whether it wraps at the upper end."""
        return fault // 256, fault // 128 % 2, fault // 2 % 64, fault % 2

    def shown(self, run: Trace) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the batch, and the fault that each of them shows; pairs."""
        model, is_last = self._models[self._layer], self._layer + 1 == len(self._models)
        rows, faults = [], []
        for fault in self.numbers.tolist():
            neuron, with_bias, width, up = self._parts(fault)
            counts = run.counts[self._layer][:, neuron]
            apart = 0 if with_bias else int(model.bias[neuron])
            own = counts - apart
            over = np.flatnonzero(own >= 1 << width if up else own < -(1 << width))
            if not len(over):
                continue
            wrapped = own[over] & ((2 << width) - 1)
            if self._low[with_bias, neuron] < 0:
                wrapped -= (wrapped >> width) << (width + 1)
            else:
                wrapped &= (1 << width) - 1
            wrong = model.requantize(wrapped + apart)
            differs = wrong != run.codes[self._layer + 1][over, neuron]
            over, wrong = over[differs], wrong[differs]
            if not is_last and len(over):
                over = over[visible_code(self._models, self._layer, neuron, over, wrong, run)]
            rows.append(over)
            faults.append(np.full(len(over), fault))
        return _pairs(rows, faults, self.numbers)

    def aim(self, fault: int) -> Aim:
        """What a sample must do that may show a fault."""
        neuron, with_bias, width, up = self._parts(fault)
        what = "" if with_bias else " before its bias"
        end = "upper" if up else "lower"
        name = f"the sum of neuron {neuron} of layer {self._layer}{what} wraps at its {end} end at {width + 1} bits"
        return Aim(self._layer, neuron, None, 1 if up else -1, name)


class HiddenCodes:
    """A code between two layers is read as another one, of one neuron.

    Args:
        models: of the whole network.
        layer: that reads it.
        bounds: of what codes can occur; others are no faults.
        rng: draws of many faults some.
    """

    def __init__(self, models: Sequence[LayerModel], layer: int, bounds: Bounds, rng: np.random.Generator) -> None:
        self._models, self._layer, self._model = models, layer, models[layer]
        model = self._model
        low, high = model.x_low, model.x_high
        lists = [wrong_codes(int(code), low, high, model.layer.resolution_bits) for code in model.all_codes]
        self._width = max(map(len, lists))
        self._wrong = np.array([[*each, *each[:1] * self._width][: self._width] for each in lists], dtype=np.int64)
        self._first = np.array([[place < len(each) for place in range(self._width)] for each in lists])
        table = model.rows(model.all_codes[:, None], np.arange(len(model.w_codes))[None, :])
        codes = np.arange(len(lists))
        faults = []
        inputs = range(model.layer.inputs)
        step = max(1, model.layer.inputs * self._first.sum() // (8 * _AT_MOST))
        for i in inputs[::step]:
            columns = table[:, np.unique(model.weight_indices[:, i])]
            differs = (columns[self._wrong - low] != columns[:, None]).any(axis=2)
            lowest, highest = (int(bound[i]) for bound in bounds.codes[layer])
            occurs = (codes + low >= lowest) & (codes + low <= highest)
            places = np.flatnonzero((differs & self._first & occurs[:, None]).reshape(-1))
            faults.append(i * self._wrong.size + places)
        self.numbers = _some(np.concatenate(faults), rng)

    def shown(self, run: Trace) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the batch, and the fault that each of them shows; pairs."""
        rows, faults = [], []
        size, low = self._wrong.size, self._model.x_low
        for i in np.unique(self.numbers // size).tolist():
            places = run.codes[self._layer][:, i] - low
            faults_here = i * size + places[:, None] * self._width + np.arange(self._width)
            row, which = np.nonzero(np.isin(faults_here, self.numbers))
            if not len(row):
                continue
            wrong = self._wrong[places[row], which]
            visibility = visible_code(self._models, self._layer - 1, i, row, wrong, run)
            rows.append(row[visibility])
            faults.append(faults_here[row, which][visibility])
        return _pairs(rows, faults, self.numbers)

    def aim(self, fault: int) -> Aim:
        """What a sample must do that may show a fault."""
        i, place = divmod(fault, self._wrong.size)
        code = place // self._width + self._model.x_low
        wrong = self._wrong.reshape(-1)[place]
        name = f"code {code} of neuron {i} of layer {self._layer - 1} read as {wrong}"
        return Aim(self._layer - 1, i, code, 0, name)


class HiddenProducts:
    """The product of a code and a weight's magnitude is wrong, in one neuron of a hidden layer.

    A sample shows it that has the pair while the neuron's output is at no end of its range.

    Args:
        models: of the whole network.
        layer: that multiplies.
        bounds: of what codes can occur.
        rng: draws of many faults some.
    """

    def __init__(self, models: Sequence[LayerModel], layer: int, bounds: Bounds, rng: np.random.Generator) -> None:
        self._models, self._layer, self._model = models, layer, models[layer]
        model = self._model
        self._magnitudes = np.abs(model.weights)
        self._codes, self._magnitude_count = model.x_high - model.x_low + 1, int(self._magnitudes.max()) + 1
        low, high = (bound - model.x_low for bound in bounds.codes[layer])
        step = max(1, model.weights.size * self._codes // (32 * _AT_MOST))
        faults = []
        for j in range(model.layer.neurons)[::step]:
            for i in np.flatnonzero(self._magnitudes[j]).tolist():
                faults.append(self._number(j, i, np.arange(int(low[i]), int(high[i]) + 1)))
        joined = np.concatenate(faults) if faults else np.zeros(0, np.int64)
        self.numbers = _some(np.unique(joined), rng)

    def _number(self, neuron: int, place: int, codes: np.ndarray) -> np.ndarray:
        return (neuron * self._magnitude_count + self._magnitudes[neuron, place]) * self._codes + codes

    def shown(self, run: Trace) -> tuple[np.ndarray, np.ndarray]:
        """Rows of the batch, and the fault that each of them shows; pairs."""
        requantize, places = self._model.requantize, run.codes[self._layer] - self._model.x_low
        rows, faults = [], []
        for j in np.unique(self.numbers // (self._magnitude_count * self._codes)).tolist():
            outputs = run.codes[self._layer + 1][:, j]
            is_open = (outputs > requantize.low) & (outputs < requantize.high)
            row = np.flatnonzero(is_open | (not requantize.clips))
            for i in np.flatnonzero(self._magnitudes[j]).tolist():
                rows.append(row)
                faults.append(self._number(j, i, places[row, i]))
        return _pairs(rows, faults, self.numbers)

    def aim(self, fault: int) -> Aim:
        """What a sample must do that may show a fault."""
        pair, place = divmod(fault, self._codes)
        neuron, magnitude = divmod(pair, self._magnitude_count)
        i = int(np.flatnonzero(self._magnitudes[neuron] == magnitude)[0])
        code = place + self._model.x_low
        name = f"code {code} times weights of magnitude {magnitude} of neuron {neuron} of layer {self._layer}"
        return Aim(self._layer - 1, i, code, 0, name)
