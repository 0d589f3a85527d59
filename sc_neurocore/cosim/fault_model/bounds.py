"""Proofs that a mutant is the same network: by the codes that can occur, and the extreme counts they make."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .layer_model import LayerModel
from .mutants import LayerFault, NeuronFaults

_RANGE_AT_MOST = 1 << 20  # counts tried one by one to compare two requantizers


class Bounds:
    """Which codes enter each layer, and between which counts its neurons stay; exact in the first layer."""

    def __init__(self, models: Sequence[LayerModel]) -> None:
        self.models = models
        self.usable = all(model.knows_all_codes for model in models)
        self.low: list[np.ndarray] = []
        """Of layer k: smallest contribution (inputs, columns) of any code that can occur."""
        self.high: list[np.ndarray] = []
        self.codes: list[tuple[np.ndarray, np.ndarray]] = []
        """Of layer k: smallest and largest code of each input."""
        self.counts: list[tuple[np.ndarray, np.ndarray]] = []
        if not self.usable:
            return
        entry = models[0]
        inputs = entry.layer.inputs
        low, high = np.full(inputs, entry.x_low), np.full(inputs, entry.x_high)
        for model in models:
            self.codes.append((low, high))
            minimum, maximum = self._contributions(model, low, high)
            self.low.append(minimum)
            self.high.append(maximum)
            places = np.arange(model.layer.inputs)[None, :]
            a_low = model.bias + minimum[places, model.weight_indices].sum(axis=1)
            a_high = model.bias + maximum[places, model.weight_indices].sum(axis=1)
            self.counts.append((a_low, a_high))
            low, high = model.requantize(a_low), model.requantize(a_high)

    @staticmethod
    def _contributions(model: LayerModel, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        table = model.rows(model.all_codes[:, None], np.arange(len(model.w_codes))[None, :])
        ranges: dict[tuple[int, int], tuple[np.ndarray, np.ndarray]] = {}
        for pair in set(zip(low.tolist(), high.tolist())):
            part = table[pair[0] - model.x_low : pair[1] - model.x_low + 1]
            ranges[pair] = part.min(axis=0), part.max(axis=0)
        pairs = list(zip(low.tolist(), high.tolist()))
        return np.array([ranges[p][0] for p in pairs]), np.array([ranges[p][1] for p in pairs])

    def equivalent_neuron_faults(self, layer: int, neuron_faults: NeuronFaults, which: np.ndarray) -> np.ndarray:
        """Which of these mutants are proved to change no output.

        Args:
            layer: number of the layer.
            neuron_faults: all of that layer.
            which: indices of those that are asked about.
        """
        proved = np.zeros(len(which), dtype=bool)
        if not self.usable or not len(which):
            return proved
        model = self.models[layer]
        a_low, a_high = (bound[neuron_faults.neuron[which]] for bound in self.counts[layer])
        wrong_low, wrong_high = a_low.copy(), a_high.copy()
        bias = neuron_faults.input[which] < 0
        shift = neuron_faults.wrong[which[bias]] - model.bias[neuron_faults.neuron[which[bias]]]
        wrong_low[bias] += shift
        wrong_high[bias] += shift
        weight = np.flatnonzero(~bias)
        j, i = neuron_faults.neuron[which[weight]], neuron_faults.input[which[weight]]
        sound, wrong = model.weight_indices[j, i], np.searchsorted(model.w_codes, neuron_faults.wrong[which[weight]])
        for bound, table in ((wrong_low, self.low[layer]), (wrong_high, self.high[layer])):
            bound[weight] += table[i, wrong] - table[i, sound]
        proved[weight] |= self._same_columns(layer, i, sound, wrong)
        classes = self._classes(layer)
        ends = [model.requantize(a) for a in (a_low, a_high, wrong_low, wrong_high)]
        if classes is not None:
            after = self.models[layer + 1]
            ends = [classes[neuron_faults.neuron[which], code - after.x_low] for code in ends]
        return proved | ((ends[0] == ends[1]) & (ends[0] == ends[2]) & (ends[0] == ends[3]))

    def _classes(self, layer: int) -> np.ndarray | None:
        """A number for each (neuron, code) of a layer, the same for neighbouring codes that the next layer takes alike;
        None behind the last layer.
        """
        if layer + 1 == len(self.models):
            return None
        after = self.models[layer + 1]
        table = after.rows(after.all_codes[:, None], np.arange(len(after.w_codes))[None, :])
        steps = table[1:] != table[:-1]
        numbers = np.zeros((after.layer.inputs, len(table)), dtype=np.int64)
        for j in range(after.layer.inputs):
            numbers[j, 1:] = np.cumsum(steps[:, np.unique(after.weight_indices[:, j])].any(axis=1))
        return numbers

    def _same_columns(self, layer: int, i: np.ndarray, sound: np.ndarray, wrong: np.ndarray) -> np.ndarray:
        """Whether two columns agree on every code that can occur at input i."""
        model = self.models[layer]
        low, high = self.codes[layer]
        codes = model.all_codes
        is_equal = np.empty(len(i), dtype=bool)
        for start in range(0, len(i), 4096):
            part = slice(start, start + 4096)
            difference = model.rows(codes[:, None], wrong[None, part]) != model.rows(codes[:, None], sound[None, part])
            occurs = (codes[:, None] >= low[None, i[part]]) & (codes[:, None] <= high[None, i[part]])
            is_equal[part] = ~(difference & occurs).any(axis=0)
        return is_equal

    def is_equivalent_layer_fault(self, layer: int, mutant: LayerFault) -> bool:
        """Whether a mutant of a whole layer is proved to change no output."""
        if not self.usable:
            return False
        model = self.models[layer]
        codes = model.all_codes
        if mutant.model is None:
            code, wrong_code = mutant.magnitudes
            inputs = np.unique(np.nonzero(np.abs(model.weights) == code)[1])
            sound, wrong = np.searchsorted(model.w_codes, [code, wrong_code])
            equal_columns = self._same_columns(layer, inputs, np.full(len(inputs), sound), np.full(len(inputs), wrong))
            return bool(equal_columns.all())
        if mutant.model.requantize is not model.requantize:
            low, high = int(self.counts[layer][0].min()), int(self.counts[layer][1].max())
            if high - low > _RANGE_AT_MOST:
                return False
            a = np.arange(low, high + 1)
            return bool((mutant.model.requantize(a) == model.requantize(a)).all())
        weight_codes = np.unique(model.weights)
        sound = model.rows(codes[:, None], np.searchsorted(model.w_codes, weight_codes)[None, :])
        wrong = mutant.model.rows(codes[:, None], np.searchsorted(mutant.model.w_codes, weight_codes)[None, :])
        return bool((sound == wrong).all())
