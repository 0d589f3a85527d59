"""Ranges searched on data: clip weights and outputs where that costs least, then correct the biases.

A network that was trained in floating point has a few large weights and activations; scaled by its extremes it uses few
of the codes. The search goes layer by layer over clipped ranges, judges each candidate by the integers of the whole
network, and gives each neuron the integer bias that restores its mean pre-activation. What is chosen is then refined
code by code. In which form the network is searched, `forms` decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from ...accel.kinds import map_before
from ...inference.engines import classes_of, infer
from ...spec import encoding
from ...spec.coerce import integer_array, real_array
from ...spec.errors import OptionError
from ...spec.layer import DenseLayer, Linear
from ...spec.maps import Conv2dLayer
from ...spec.network import InputSpec, NetworkSpec
from ..float_network import FloatNetwork
from ..normalize import visible_range
from ..plan import LoweredLayer, Plan, Setting, lower_layer
from .refine import refined

WEIGHT_FRACTIONS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.42, 0.35)
OUTPUT_FRACTIONS = (1.0, 0.84, 0.71, 0.59, 0.5, 0.42, 0.35, 0.25, 0.18)
POOL_GAINS = (1.0, 1.41, 2.0, 2.83, 4.0, 5.66, 8.0)
COMMON_FRACTIONS = (1.0, 0.84, 0.71)
"""Of all layers' outputs alike: where the search begins."""
PASSES = 2
SAMPLE_LIMIT = 2000
"""Calibration samples that are looked at; more are thinned out evenly."""

SUM_LIMIT, FEWEST = 2**25, 64
"""Sums of all layers on all samples, of which maps have many: so many are held, and of samples so many at least."""

SEARCH_LIMIT = 500
"""Of them, those on which candidates are judged."""
WORTH_RANGE = 1.25
"""Samples that the search did not see may reach further: ranges are as wide as all of them where the loss falls by this
factor."""
SEARCH_SUMS, FEWEST_SEARCHED = 2**20, 16
"""Sums of all layers on those of a network on maps, each of which has many positions; and samples at least."""


@dataclass(frozen=True)
class Calibration:
    """Real inputs, what the float network makes of them, and perhaps their labels."""

    x: np.ndarray
    pre_activations: list[np.ndarray]
    """W·h + b of every layer of the float network, `(samples · positions, neurons)`; the last are its outputs."""
    labels: np.ndarray | None

    @property
    def outputs(self) -> np.ndarray:
        """The float network's outputs, `(samples, outputs)`."""
        return self.pre_activations[-1].reshape(len(self.x), -1)

    def thinned(self, count: int) -> Calibration:
        """At most so many of the samples, taken evenly."""
        if len(self.x) <= count:
            return self
        rows = np.linspace(0, len(self.x) - 1, count).astype(int)
        labels = None if self.labels is None else self.labels[rows]
        sums = [each.reshape(len(self.x), -1, each.shape[1])[rows] for each in self.pre_activations]
        return Calibration(self.x[rows], [each.reshape(-1, each.shape[2]) for each in sums], labels)


def make_calibration(floats: FloatNetwork, x: Any, labels: Any | None) -> Calibration:
    """Checked calibration data.

    Args:
        floats: the network.
        x: real inputs `(samples, features)`.
        labels: their classes, or None.

    Raises:
        OptionError: shapes that do not fit the network, NaN or infinities, labels that are no classes.
    """
    x = real_array("calibration", x, ("samples", floats.features), error=OptionError)
    # A single output tells two classes apart by its sign.
    classes = max(2, len(floats.weights[-1]) * floats.positions(floats.depth - 1))
    if labels is not None:
        labels = integer_array("labels", labels, x.shape[:1], error=OptionError)
        if labels.min() < 0 or labels.max() >= classes:
            raise OptionError(f"labels must be 0 to {classes - 1}, got {labels.min()} to {labels.max()}")
    limit = min(SAMPLE_LIMIT, max(FEWEST, SUM_LIMIT // floats.elements))
    x = x[rows := np.linspace(0, len(x) - 1, min(len(x), limit)).astype(int)]
    labels = None if labels is None else labels[rows]
    with np.errstate(over="ignore", invalid="ignore"):
        sums = floats.pre_activations(x)
        representable = all(np.isfinite(np.square(each).sum()) for each in sums)
    if not representable:
        peak = float(np.abs(x).max())
        raise OptionError(f"calibration holds features up to {peak:.3g}, whose sums leave float64; scale them down")
    return Calibration(x, sums, labels)


def layer_counts(layer: DenseLayer | Conv2dLayer, weights: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """The layer's accumulator without bias, int64 `(samples · positions, neurons)`.

    Args:
        layer: the description.
        weights: codes `(neurons, inputs)`.
        codes: inputs `(samples, elements)`.
    """
    fields: dict[str, Any] = dict(layer) | {"neuron": Linear()}
    alone = NetworkSpec(
        name="layer",
        input=InputSpec(
            features=layer.in_elements,
            encoding=layer.input_encoding,
            resolution_bits=layer.resolution_bits,
            shape=map_before(layer),
            scale=1.0,
        ),
        layers=(type(layer)(**fields),),
        weights=(weights.reshape(layer.weight_shape),),
        biases=(np.zeros(layer.neurons, np.int32),),
    )
    return infer(alone, codes).reshape(-1, layer.neurons)


def pooled(lowered: LoweredLayer, codes: np.ndarray) -> np.ndarray:
    """Codes behind the pools in front of a layer, `(samples, elements)`."""
    if lowered.pools:
        from ...accel.maps.pools import PoolCounts  # here, as NumpyLayer below

        for pool in lowered.pools:
            codes = PoolCounts(pool)(codes)
    return codes


def _outputs(lowered: LoweredLayer, counts: np.ndarray) -> np.ndarray:
    """What the layer puts out, `(samples, elements)`, from its counts without bias."""
    from ...accel.output_stage import NumpyLayer  # here, because it compiles: the help of the command needs no compiler

    flat = counts.reshape(-1, lowered.layer.out_elements)
    return NumpyLayer(lowered.layer, lowered.bias, lambda codes: flat).outputs(flat, None)[0]


def _corrected(lowered: LoweredLayer, codes: np.ndarray, target: np.ndarray) -> tuple[LoweredLayer, np.ndarray]:
    """The layer whose biases make each neuron's mean count that of the float pre-activation, and its bare counts."""
    a = layer_counts(lowered.layer, lowered.weights.codes, pooled(lowered, codes))
    limit = 2**31 - 1 - lowered.layer.inputs * lowered.layer.stream_length
    bias = np.rint(np.mean(target, axis=0) / lowered.count - np.mean(a, axis=0) - lowered.offset).astype(np.int64)
    bias = np.clip(bias, -min(limit, 2**30 - 1), min(limit, 2**30 - 1))
    return replace(lowered, bias=bias), a


@dataclass(frozen=True)
class Candidate:
    """A network under some ranges."""

    settings: list[Setting]
    layers: list[LoweredLayer]
    codes: list[np.ndarray]
    """Input codes of each layer, in front of its pools, and at the end the outputs."""
    loss: float
    """On the samples that judge."""

    def is_right(self, classes: np.ndarray) -> np.ndarray:
        """Whether each sample has the class that is said, bool `(samples,)`."""
        return classes_of(self.codes[-1], self.layers[-1].layer, 1) == classes


def _evaluate(
    plan: Plan,
    data: Calibration,
    settings: list[Setting],
    start: int,
    codes: list[np.ndarray],
    layers: list[LoweredLayer],
) -> Candidate:
    """The network under these settings; layers before `start`, and their codes, are taken as they are."""
    codes, layers = codes[: start + 1], layers[:start]
    for index in range(start, plan.depth):
        reach = layers[-1].output_range if layers else plan.inputs.peak
        lowered = lower_layer(plan, index, reach, settings[index])
        lowered, counts = _corrected(lowered, codes[-1], data.pre_activations[index])
        layers.append(lowered)
        codes.append(_outputs(lowered, counts))
    return Candidate(settings, layers, codes, _loss(data, codes[-1] * layers[-1].count))


def _refined(plan: Plan, data: Calibration, candidate: Candidate) -> Candidate:
    """The network with refined codes where that serves the samples better."""
    codes, layers = candidate.codes[:1], []
    for index, lowered in enumerate(candidate.layers):
        target = data.pre_activations[index]
        lowered, _ = _corrected(lowered, codes[-1], target)
        inputs = pooled(lowered, codes[-1])
        layers.append(refined(lowered, plan.floats.weights[index], inputs, target, layer_counts))
        codes.append(_outputs(layers[-1], layer_counts(layers[-1].layer, layers[-1].weights.codes, inputs)))
    result = Candidate(candidate.settings, layers, codes, _loss(data, codes[-1] * layers[-1].count))
    return result if result.loss < candidate.loss else candidate


def _loss(data: Calibration, outputs: np.ndarray) -> float:
    """What the search minimizes: cross entropy with labels, else the mean square error against the float outputs.

    With labels, a common gain of all outputs is free: it changes no decision.
    """
    reals = data.outputs
    if data.labels is None:
        return float(np.mean((outputs - reals) ** 2))
    gain = float((outputs * reals).sum() / max((outputs**2).sum(), 1e-300))
    shifted = gain * outputs
    if shifted.shape[1] == 1:
        shifted = np.hstack([np.zeros_like(shifted), shifted])
    shifted = shifted - shifted.max(axis=1, keepdims=True)
    log_likelihood = shifted[np.arange(len(shifted)), data.labels] - np.log(np.exp(shifted).sum(axis=1))
    return float(-np.mean(log_likelihood))


def reach_of(plan: Plan, data: Calibration, index: int) -> float:
    """Real output of the largest code, if nothing is clipped that the float network does not clip.

    Args:
        plan: the export.
        data: its calibration data.
        index: of the layer.
    """
    bound = plan.floats.activations[index][1] if index < plan.depth - 1 else None
    return visible_range(data.pre_activations[index]) if bound is None else bound


def _choices(plan: Plan, index: int, scale: float, reach: float, now: Setting) -> Iterator[Setting]:
    if plan.averages(index):
        yield from (replace(now, pool_gain=gain) for gain in POOL_GAINS)
    is_open = index < plan.depth - 1 and plan.floats.activations[index][1] is None
    for weight_fraction, output_fraction in product(WEIGHT_FRACTIONS, OUTPUT_FRACTIONS if is_open else (1.0,)):
        yield Setting(scale * weight_fraction, reach * output_fraction, now.pool_gain)


def rounded(plan: Plan, data: Calibration, ranges: Sequence[float]) -> Candidate:
    """The network under ranges that clip no weight, and of all outputs one share, the best.

    Args:
        plan: the export.
        data: the samples that judge.
        ranges: of the layers' outputs, real units (see `reach_of`).

    Raises:
        OptionError: even ranges that clip nothing have no integers.
    """
    winner: Candidate | None = None
    for fraction in COMMON_FRACTIONS:
        settings = [Setting(scale, reach * fraction) for scale, reach in zip(plan.weight_scales, ranges)]
        try:
            candidate = _evaluate(plan, data, settings, 0, [_first_codes(plan, data)], [])
        except OptionError:
            if winner is None:
                raise
            continue
        winner = candidate if winner is None or candidate.loss < winner.loss else winner
    assert winner is not None
    return winner


def searched(plan: Plan, samples: Calibration) -> Candidate:
    """The best ranges found, and codes refined under them."""
    limit = max(FEWEST_SEARCHED, SEARCH_SUMS // plan.floats.elements) if plan.floats.on_maps else SEARCH_LIMIT
    data, scales = samples.thinned(min(SEARCH_LIMIT, limit)), plan.weight_scales
    ranges = [reach_of(plan, data, index) for index in range(plan.depth)]
    winner = rounded(plan, data, ranges)
    for _ in range(PASSES):
        before = winner.loss
        for index in range(plan.depth):
            keys = set()
            for choice in _choices(plan, index, scales[index], ranges[index], winner.settings[index]):
                reach = winner.layers[index - 1].output_range if index else plan.inputs.peak
                try:
                    lowered = lower_layer(plan, index, reach, choice)
                except OptionError:
                    continue
                key = lowered.weights.scale, lowered.layer.neuron, lowered.pools
                if key in keys:
                    continue
                keys.add(key)
                settings = [*winner.settings[:index], choice, *winner.settings[index + 1 :]]
                try:
                    candidate = _evaluate(plan, data, settings, index, winner.codes, winner.layers)
                except OptionError:  # no integers under these ranges: a bias beyond its limit, a border beyond its own
                    continue
                winner = candidate if candidate.loss < winner.loss else winner
        if winner.loss >= before:
            break
    winner = _evaluate(plan, samples, winner.settings, 0, [_first_codes(plan, samples)], [])
    return _refined(plan, samples, _wide_enough(plan, samples, winner))


def _wide_enough(plan: Plan, samples: Calibration, winner: Candidate) -> Candidate:
    """What the search found, or ranges in which all samples lie, where that serves them.

    The error of one far sample may outweigh all others': it is let in only where that costs the others no class.
    """
    plain = rounded(plan, samples, [reach_of(plan, samples, index) for index in range(plan.depth)])
    if plain.loss * WORTH_RANGE >= winner.loss:
        return winner
    classes = classes_of(samples.outputs, winner.layers[-1].layer, 1)
    return plain if plain.is_right(classes).sum() >= winner.is_right(classes).sum() else winner


def _first_codes(plan: Plan, data: Calibration) -> np.ndarray:
    return encoding.quantize(plan.inputs.units(data.x), plan.inputs.encoding, plan.resolution_bits[0])[0]


def first_layer_error(plan: Plan, data: Calibration) -> float:
    """Mean square error of the first layer's pre-activations, real units: what tells ranges of the input apart."""
    setting = Setting(plan.weight_scales[0], reach_of(plan, data, 0))
    try:
        lowered = lower_layer(plan, 0, plan.inputs.peak, setting)
    except OptionError:
        return float("inf")
    lowered, counts = _corrected(lowered, _first_codes(plan, data), data.pre_activations[0])
    return float(np.mean(((counts + lowered.bias + lowered.offset) * lowered.count - data.pre_activations[0]) ** 2))
