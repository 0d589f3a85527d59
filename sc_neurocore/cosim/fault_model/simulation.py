"""Fault simulation: which samples detect which mutants, by a change of the final outputs (a killed mutant)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .layer_model import LayerModel
from .mutants import LayerFault, NeuronFaults


@dataclass(frozen=True)
class Trace:
    """What a batch does in every layer of the sound network."""

    codes: list[np.ndarray]
    """codes[k] enters layer k; codes[-1] leaves the last one. (batch, ...)."""
    counts: list[np.ndarray]
    """counts[k] is a' of layer k."""

    def part(self, rows: np.ndarray | slice) -> Trace:
        """The same for some samples."""
        return Trace([c[rows] for c in self.codes], [a[rows] for a in self.counts])


def trace(models: Sequence[LayerModel], x: np.ndarray) -> Trace:
    """Run a batch through the sound network."""
    codes, counts = [x], []
    for model in models:
        counts.append(model.counts(codes[-1]))
        codes.append(model.requantize(counts[-1]))
    return Trace(codes, counts)


def visible(models: Sequence[LayerModel], after: int, wrong: np.ndarray, sound: np.ndarray) -> np.ndarray:
    """Whether wrong codes behind layer `after` - 1 change a final output.

    Args:
        models: of the whole network.
        after: the layer that the codes enter; `len(models)` for final outputs.
        wrong: (rows, codes).
        sound: the final outputs of the same rows.
    """
    changed = np.zeros(len(wrong), dtype=bool)
    if not len(wrong):
        return changed
    for model in models[after:]:
        wrong = model(wrong)
    return (wrong != sound).any(axis=1)


def simulate_neuron_faults(
    models: Sequence[LayerModel], layer: int, neuron_faults: NeuronFaults, which: np.ndarray, run: Trace
) -> np.ndarray:
    """Kill matrix (mutants `which`, samples) of single mutants of one layer.

    Args:
        models: of the whole network.
        layer: number of the layer that has the faults.
        neuron_faults: all of that layer.
        which: indices of those that are simulated.
        run: what the samples do in the sound network.
    """
    killed = np.zeros((len(which), len(run.codes[0])), dtype=bool)
    order = np.argsort(neuron_faults.neuron[which], kind="stable")
    neurons = neuron_faults.neuron[which][order]
    cuts = np.flatnonzero(np.diff(neurons)) + 1
    for group in np.split(order, cuts):
        if len(group):
            killed[group] = _simulate_one_neuron(models, layer, neuron_faults, which[group], run)
    return killed


def _simulate_one_neuron(
    models: Sequence[LayerModel], layer: int, neuron_faults: NeuronFaults, which: np.ndarray, run: Trace
) -> np.ndarray:
    model = models[layer]
    j = int(neuron_faults.neuron[which[0]])
    sound_code = run.codes[layer + 1][:, j]
    counts = run.counts[layer][:, j]
    wrong_code = model.requantize(counts[None, :] + _differences(model, neuron_faults, which, run.codes[layer], j))
    differs = wrong_code != sound_code[None, :]
    if layer == len(models) - 1 or not differs.any():
        return differs
    # Many mutants make the same wrong code on the same sample: follow each such pair through the network once.
    mutant, sample = np.nonzero(differs)
    wrong = wrong_code[mutant, sample]
    low = int(wrong.min())
    key = sample * (int(wrong.max()) - low + 1) + (wrong - low)
    _, pair, place = np.unique(key, return_index=True, return_inverse=True)
    code = visible_code(models, layer, j, sample[pair], wrong[pair], run)
    killed = np.zeros_like(differs)
    killed[mutant, sample] = code[place.reshape(-1)]
    return killed


def _differences(
    model: LayerModel, neuron_faults: NeuronFaults, which: np.ndarray, x: np.ndarray, j: int
) -> np.ndarray:
    """What each mutant adds to the neuron's count on each sample."""
    source, wrong = neuron_faults.input[which], neuron_faults.wrong[which]
    result = np.empty((len(which), len(x)), dtype=np.int64)
    bias = source < 0
    result[bias] = (wrong[bias] - model.bias[j])[:, None]
    weight = ~bias
    if weight.any():
        inputs = source[weight]
        codes = x[:, inputs].T
        wrong_columns = np.searchsorted(model.w_codes, wrong[weight])
        sound = model.rows(codes, model.weight_indices[j, inputs][:, None])
        result[weight] = model.rows(codes, wrong_columns[:, None]) - sound
    return result


def visible_code(
    models: Sequence[LayerModel], layer: int, j: int, sample: np.ndarray, wrong: np.ndarray, run: Trace
) -> np.ndarray:
    """Whether another code of neuron j of `layer` changes a final output, one (sample, code) pair an element.

    Args:
        models: of the whole network.
        layer: that puts the code out; not the last one.
        j: the neuron.
        sample: rows of the batch.
        wrong: the code in each.
        run: what the batch does in the sound network.
    """
    after = models[layer + 1]
    columns = after.weight_indices[None, :, j]
    sound_code = run.codes[layer + 1][sample, j]
    change = after.rows(wrong[:, None], columns) - after.rows(sound_code[:, None], columns)
    codes = after.requantize(run.counts[layer + 1][sample] + change)
    differs = (codes != run.codes[layer + 2][sample]).any(axis=1)
    if layer + 2 < len(models):
        pairs = np.flatnonzero(differs)
        final = run.codes[-1][sample[pairs]]
        differs[pairs] = visible(models, layer + 2, codes[pairs], final)
    return differs


def simulate_layer_fault(models: Sequence[LayerModel], layer: int, mutant: LayerFault, run: Trace) -> np.ndarray:
    """Which samples kill a mutant of a whole layer.

    Args:
        models: of the whole network.
        layer: number of the layer that has the fault.
        mutant: the fault.
        run: what the samples do in the sound network.
    """
    model = models[layer]
    if mutant.model is None:
        codes = model.requantize(run.counts[layer] + _shared_difference(model, mutant, run.codes[layer]))
    elif mutant.model.requantize is not model.requantize:
        codes = mutant.model.requantize(run.counts[layer])
    else:
        codes = mutant.model(run.codes[layer])
    differs = (codes != run.codes[layer + 1]).any(axis=1)
    if layer + 1 < len(models):
        rows = np.flatnonzero(differs)
        after = models[layer + 1]
        # A wrong bound can let the code -2^n through; the next layer reads it as some code that it knows.
        clipped_codes = np.clip(codes[rows], after.x_low, after.x_high)
        differs[rows] = visible(models, layer + 1, clipped_codes, run.codes[-1][rows])
    return differs


def _shared_difference(model: LayerModel, mutant: LayerFault, x: np.ndarray) -> np.ndarray:
    """What changes in every neuron's count if all weights of one magnitude get another."""
    code, wrong_code = mutant.magnitudes
    sound, wrong = (int(c) for c in np.searchsorted(model.w_codes, [code, wrong_code]))
    sign = (model.weights == code).astype(np.float64)
    if model.w_low < 0 and code:
        sign -= model.weights == -code
    inputs = np.flatnonzero(sign.any(axis=0))
    difference = model.products_of(wrong) - model.products_of(sound) if model.knows_all_codes else None
    if difference is not None:
        change = difference[x[:, inputs] - model.x_low]
    else:
        change = model.rows(x[:, inputs], np.array(wrong)) - model.rows(x[:, inputs], np.array(sound))
    return (change.astype(np.float64) @ sign[:, inputs].T).astype(np.int64)  # floats are exact here, and quick
