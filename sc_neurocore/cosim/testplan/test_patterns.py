"""Test pattern generation: random samples of many kinds, samples made for a fault, variations of good samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..fault_model.layer_model import LayerModel
from ..fault_model.simulation import trace

_GENERATIONS = 12
_POPULATION = 48


class NeuronFault(NamedTuple):
    """A fault to be seen: a wrong weight (or bias, where `input` is -1) of one neuron."""

    layer: int
    neuron: int
    input: int
    wrong: int


class TestPatternGenerator:
    """A source of candidate samples for a network.

    Args:
        models: of the whole network.
        rng: draws what is random.
        pool: samples worth varying.
    """

    def __init__(self, models: Sequence[LayerModel], rng: np.random.Generator, pool: np.ndarray) -> None:
        self.models, self.rng = models, rng
        self.first = models[0]
        self.pool = pool
        """Samples worth varying."""

    def extremes(self) -> np.ndarray:
        """For every neuron of the first layer the two samples with its largest and its smallest count."""
        model = self.first
        rows = []
        for indices in model.weight_indices:
            table = [model.products_of(int(index)) for index in indices]
            rows += [[int(pick(part)) for part in table] for pick in (np.argmax, np.argmin)]
        return model.all_codes[np.array(rows)]

    def extreme(self, neuron: int, direction: int) -> np.ndarray:
        """A sample with the largest or smallest count of a neuron of the first layer; what it does not mind is random.

        Args:
            neuron: of the first layer.
            direction: 1, the largest; -1, the smallest.
        """
        model, x = self.first, self.random(1)[0]
        for i, index in enumerate(model.weight_indices[neuron].tolist()):
            gains = direction * model.products_of(index)
            x[i] = model.all_codes[self.rng.choice(np.flatnonzero(gains == gains.max()))]
        return x

    def batch(self, size: int, faults: Sequence[NeuronFault]) -> np.ndarray:
        """At least `size` candidates: an eighth random, an eighth variations, the others made for the faults."""
        parts = [self.random(size // 8), self.varied(self.pool, size // 8)]
        climbed: set[int] = set()
        for fault in faults:
            if fault.layer == 0:
                parts.append(self.for_first_layer(fault)[None])
            elif fault.layer == 1 and fault.input >= 0 and self.rng.random() < 0.5:
                parts.append(self.for_second_layer(fault)[None])
            elif fault.layer not in climbed:
                climbed.add(fault.layer)
                parts.append(self.for_deeper_layer(fault, size // 4))
        return np.concatenate(parts)

    def random(self, size: int) -> np.ndarray:
        """Random samples: dense and sparse, small codes and large ones, only ends."""
        rng, low, high = self.rng, self.first.x_low, self.first.x_high
        shape = (size, self.first.layer.inputs)
        x = rng.integers(low, high + 1, shape)
        top = rng.integers(1, high + 1, (size, 1))  # all codes of a sample up to this magnitude
        x = np.where(rng.random((size, 1)) < 0.5, np.clip(x, -top, top), x)
        x = np.where(rng.random((size, 1)) < 0.2, np.where(x > (low + high) // 2, high, low), x)
        density = np.where(rng.random((size, 1)) < 0.5, 1.0, rng.random((size, 1)))
        return np.where(rng.random(shape) < density, x, 0)

    def varied(self, x: np.ndarray, size: int) -> np.ndarray:
        """Samples of `x` with a few codes changed."""
        rng = self.rng
        result = x[rng.integers(0, len(x), size)].copy()
        rate = rng.choice([1, 2, 4, 8], (size, 1)) / result.shape[1]
        fresh = self.random(size)
        near = np.clip(result + rng.integers(-3, 4, result.shape), self.first.x_low, self.first.x_high)
        change = np.where(rng.random(result.shape) < 0.5, fresh, near)
        return np.where(rng.random(result.shape) < rate, change, result)

    def for_first_layer(self, fault: NeuronFault) -> np.ndarray:
        """A sample for a fault in the first layer: its neuron's count stands where the fault moves it over a step of
        the output.
        """
        model, rng = self.first, self.rng
        _, j, i, wrong = fault
        x = self.random(1)[0]
        change = wrong - int(model.bias[j])
        if i >= 0:
            indices = np.searchsorted(model.w_codes, [wrong, model.weights[j, i]])
            changes = model.products_of(int(indices[0])) - model.products_of(int(indices[1]))
            useful = np.flatnonzero(changes)
            if not len(useful):
                return x
            # Half of the time the code where the mutant shows most, else any where it shows.
            place = int(np.abs(changes).argmax()) if rng.random() < 0.5 else int(rng.choice(useful))
            x[i], change = model.all_codes[place], int(changes[place])
        self._steer(x, j, self._count_before_step(model, change), fixed=i)
        return x

    def with_product(self, neuron: int, place: int, code: int) -> np.ndarray:
        """A sample with a code at one input of the first layer, under which a neuron's output is amid its range.

        Args:
            neuron: of the first layer.
            place: the input.
            code: what it is.
        """
        model, requantize = self.first, self.first.requantize
        x = self.random(1)[0]
        x[place] = code
        amid = 0
        if requantize.clips:
            amid = requantize.smallest_count(int(self.rng.integers(requantize.low + 1, requantize.high)))
        self._steer(x, neuron, amid if requantize.clips else int(model.bias[neuron]), fixed=place)
        return x

    def for_second_layer(self, fault: NeuronFault) -> np.ndarray:
        """A sample for a wrong weight in the second layer: the first gives it a code that it multiplies wrongly."""
        model, after, rng = self.first, self.models[1], self.rng
        x = self.random(1)[0]
        _, j, i, wrong = fault
        index = int(np.searchsorted(after.w_codes, wrong))
        useful = np.flatnonzero(after.products_of(index) != after.products_of(int(after.weight_indices[j, i])))
        if len(useful):
            self._steer(x, i, self.count_of(model, int(after.all_codes[rng.choice(useful)])), fixed=-1)
        return x

    def with_hidden_code(self, neuron: int, code: int) -> np.ndarray:
        """A sample under which a neuron of the first layer puts out a code, where it can.

        Args:
            neuron: of the first layer.
            code: what it shall put out.
        """
        x = self.random(1)[0]
        self._steer(x, neuron, self.count_of(self.first, code), fixed=-1)
        return x

    def count_of(self, model: LayerModel, code: int) -> int:
        """A count of a neuron that puts out a code.

        Args:
            model: its layer.
            code: what it puts out.
        """
        low, high = model.requantize.smallest_count(code), model.requantize.smallest_count(code + 1)
        return int(self.rng.integers(low, max(low + 1, high)))

    def _count_before_step(self, model: LayerModel, change: int) -> int:
        """A count that the change carries over a step of the requantizer; any count where there is none."""
        rng, requantize = self.rng, model.requantize
        reach = model.layer.inputs * model.layer.stream_length
        if not requantize.clips:
            return int(rng.integers(-reach, reach + 1))
        y = int(rng.integers(requantize.low + 1, requantize.high + 1))
        if rng.random() < 0.25:  # the ends of the range are steps of their own
            y = int(rng.choice([requantize.low + 1, requantize.high]))
        edge = requantize.smallest_count(y)
        step = int(rng.integers(0, abs(change))) if change else 0
        return edge - 1 - step if change > 0 else edge + step

    def _steer(self, x: np.ndarray, j: int, count: int, fixed: int) -> None:
        """Change inputs of `x`, one after the other, until neuron j of the first layer counts `count`, or nearly."""
        model = self.first
        parts = model.rows(x, model.weight_indices[j])
        rest = count - int(model.bias[j] + parts.sum())
        for i in self.rng.permutation(len(x)):
            if not rest:
                return
            if i == fixed:
                continue
            gains = model.products_of(int(model.weight_indices[j, i])) - parts[i]
            place = int(np.abs(rest - gains).argmin())
            if abs(rest - int(gains[place])) < abs(rest):
                x[i] = model.all_codes[place]
                rest -= int(gains[place])

    def for_deeper_layer(self, fault: NeuronFault, size: int) -> np.ndarray:
        """Samples that bring the count of a deeper neuron near a step of its requantizer: variation and selection."""
        layer, j, _, _ = fault
        edge = self._count_before_step(self.models[layer], int(self.rng.choice([-1, 1])))
        return self.near_count(layer, j, edge, size)

    def near_count(self, layer: int, neuron: int, count: int, size: int) -> np.ndarray:
        """Samples that bring the count of a neuron of any layer near another, by variation and selection.

        Args:
            layer: which.
            neuron: of it.
            count: what it shall count; beyond all that it can, its largest or smallest count is looked for.
            size: samples.
        """
        half = max(1, _POPULATION // 2)
        x = np.concatenate([self.random(half), self.varied(self.pool, half)])
        best = x
        for _ in range(_GENERATIONS):
            distance = np.abs(trace(self.models[: layer + 1], x).counts[layer][:, neuron] - count)
            best = x[np.argsort(distance, kind="stable")[:8]]
            if not distance.min():
                break
            x = np.concatenate([best, self.varied(best, _POPULATION - len(best))])
        return np.concatenate([best[:2], self.varied(best, size)])[:size]
