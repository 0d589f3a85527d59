"""A trained spiking network as integers: weights to codes, thresholds to counts, decays to shifts, with a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np

from ...accel.kinds import map_before
from ...inference.engines import classify, infer
from ...spec.coerce import integer, number
from ...spec.encoding import is_spike
from ...spec.errors import OptionError
from ...spec.features import quantize_features
from ...spec.generator import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR, Generator
from ...spec.kinds import strict
from ...spec.layer import DenseLayer, Lif, Linear, ParallelCounter
from ...spec.maps import Conv2dLayer
from ...spec.network import InputSpec, NetworkSpec, OutputSpec
from ...spec.values import count_value
from ...training.leak import leak_shift_of, nearest_leak
from ..lower import Exported, bits_for
from ..normalize import peak
from ..plan import layer_of
from ..quantize import quantize_bias, quantize_weights
from ..report import ExportReport, LayerReport
from .layers import FloatLif, float_layers, spike_counts

Leak = Literal["exact", "nearest"]
"""What to do with a decay that no shift makes: refuse it, or take the nearest and say so."""

Frame = DenseLayer | Conv2dLayer
"""A layer's description, whose neuron is still to come."""

SpikingInput = Literal["unipolar", "sign_magnitude", "spike"]


@dataclass(frozen=True)
class LifReport:
    """One layer's cells in integers."""

    beta: float
    """Trained decay."""
    hardware_beta: float
    """Decay that the shift makes."""
    leak_shift: int | None
    v_threshold: int
    """Threshold in counts; exact, since the weights' scale is chosen so."""
    threshold: float
    comparator: Literal["ge", "gt"]
    state_bits: int


@dataclass(frozen=True)
class SpikingReport(ExportReport):
    """`ExportReport` with the cells, and with how well integers and floats agree where samples were given."""

    cells: tuple[LifReport, ...] = ()
    counts_equal: float | None = None
    """Fraction of the output cells' spike counts (sample by sample) that are the float network's; 0 … 1."""
    counts_difference: float | None = None
    """Mean of abs(integer spike count − float spike count)."""
    classes_equal: float | None = None
    """Fraction of samples whose class is the float network's."""

    def __str__(self) -> str:
        lines = [f"{self.name}: spiking, L = {self.stream_length}, n = {self.resolution_bits}"]
        for i, (layer, cell) in enumerate(zip(self.layers, self.cells)):
            leak = "no leak" if cell.leak_shift is None else f"leak 1/{2**cell.leak_shift}"
            lines.append(
                f"  layer {i}: {layer.inputs} to {layer.neurons}, weights within {layer.weight_scale:.4g} "
                f"(rms error {layer.weight_error_rms:.3g}), {leak}, fires {'>' if strict(cell.comparator) else '>='} "
                f"{cell.v_threshold} counts, state of {cell.state_bits} bits"
            )
        if self.counts_equal is not None:
            lines.append(
                f"  {self.calibration_samples} samples: {100 * self.counts_equal:.2f} % of spike counts equal, "
                f"mean difference {self.counts_difference:.3g}, "
                f"{100 * (self.classes_equal or 0):.2f} % of classes equal"
            )
        return "\n".join([*lines, *self.closing_lines()])


def export_spiking(
    source: Any,
    *,
    time_steps: int,
    repeat: bool = True,
    stream_length: int = 256,
    resolution_bits: int | None = None,
    input_encoding: SpikingInput = "unipolar",
    input_scale: float = 1.0,
    leak: Leak = "exact",
    samples: Any | None = None,
    labels: Any | None = None,
    name: str = "spiking",
    input_generator: Generator = DEFAULT_INPUT_GENERATOR,
    weight_generator: Generator = DEFAULT_WEIGHT_GENERATOR,
) -> Exported:
    """Lower a spiking network to the contract's integer `lif` layers.

    A layer's count is worth c real units; its weights become sign_magnitude codes, its bias b / c counts, its threshold
    `threshold / c` counts, its decay 1 − 2^−k the `leak_shift` k. The weights' scale is the smallest one that fits them
    and makes the threshold a whole number of counts. Resets subtract, as in training; the comparator is carried over.
    The gates' leak v >> k is a floor, which takes off (1 − 2^−k)/2 counts too little on average; the bias makes up for
    that.

    Args:
        source: a `SpikingNet`, or what its `to_sc_weights` gave, in any encoding.
        time_steps: T.
        repeat: one real vector a sample, the same at every step; else each step has its own.
        stream_length: L of every layer.
        resolution_bits: n of every code; None: ceil(log2 L), at least 2.
        input_encoding: "unipolar" for inputs in [0, input_scale], "sign_magnitude" for ± input_scale, "spike" for 0, 1.
        input_scale: real input of the largest code.
        leak: "exact" refuses a decay that is neither 1 − 2^−k nor 1; "nearest" takes the nearest, and the report says
            so.
        samples: real inputs `(samples, features)`, or `(samples, T, features)` without `repeat`: the report then says
            how often integers and floats agree on them.
        labels: their classes: the report then has both accuracies.
        name: name of the network.
        input_generator: of the first layer, if its inputs are no spikes.
        weight_generator: of every layer.

    Returns:
        The network, whose outputs are spike counts over the T steps, and a `SpikingReport`.

    Raises:
        OptionError: an argument breaks a rule, a decay or threshold has no integer, a neuron is no `lif`.
        SpecError: the description that follows is not legal.
    """
    steps, length = integer("time_steps", time_steps, 1, 65_536), integer("stream_length", stream_length, 1, 2**20)
    for key, value, kind in (("leak", leak, Leak), ("input_encoding", input_encoding, SpikingInput)):
        if value not in get_args(kind):
            raise OptionError(f"{key} must be one of {', '.join(get_args(kind))}; got {value!r}")
    input_scale = number("input_scale", input_scale, above=0, rule="a positive finite number")
    if is_spike(input_encoding) and input_scale != 1:
        raise OptionError(f"input_scale must be 1 where input_encoding is 'spike', got {input_scale!r}")
    if labels is not None and samples is None:
        raise OptionError("labels need samples, the inputs they belong to")
    bits = bits_for(length) if resolution_bits is None else resolution_bits
    cells = float_layers(source)
    parts = []
    for index, cell in enumerate(cells):
        encoding: SpikingInput = input_encoding if index == 0 else "spike"
        frame = layer_of(
            cell.convolution,
            cell.weight.shape,
            {
                "resolution_bits": bits,
                "stream_length": length,
                "input_encoding": encoding,
                "weight_encoding": "sign_magnitude",
                "input_generator": None if is_spike(encoding) else input_generator,
                "weight_generator": weight_generator,
                "accumulator": ParallelCounter(),
                "neuron": Linear(),
                "output_scale": 1.0,
            },
        )
        parts.append(_lower(cell, frame, input_scale if index == 0 else 1.0, steps, leak, index))
    network = NetworkSpec(
        name=name,
        input=InputSpec(
            features=parts[0].layer.in_elements,
            shape=map_before(parts[0].layer),
            encoding=input_encoding,
            resolution_bits=bits,
            scale=input_scale,
            time_steps=steps,
            repeat=bool(repeat) and steps > 1,
        ),
        output=OutputSpec(reduce="sum" if steps > 1 else "none"),
        layers=tuple(part.layer for part in parts),
        weights=tuple(part.codes.reshape(part.layer.weight_shape) for part in parts),
        biases=tuple(part.bias for part in parts),
    )
    report = SpikingReport(
        name=name,
        method="trained" if all(part.cell.beta == part.cell.hardware_beta for part in parts) else "estimated",
        stream_length=length,
        resolution_bits=bits,
        layers=tuple(part.report for part in parts),
        notes=tuple(
            f"layer {index}: beta {cell.beta:g} became {cell.hardware_beta:g}, the nearest that a shift makes; train "
            "with that one for the trained network's spikes"
            for index, cell in enumerate(part.cell for part in parts)
            if cell.beta != cell.hardware_beta
        ),
        cells=tuple(part.cell for part in parts),
    )
    if samples is not None:
        report = _compared(report, network, cells, samples, labels)
    return Exported(network, report)


@dataclass(frozen=True)
class _Part:
    """One layer in integers."""

    layer: Frame
    codes: np.ndarray
    bias: np.ndarray
    report: LayerReport
    cell: LifReport


def _lower(
    cell: FloatLif, frame: DenseLayer | Conv2dLayer, input_range: float, steps: int, leak: Leak, index: int
) -> _Part:
    shift, decay = _leak(cell.beta, leak, index)
    one = input_range * count_value(frame)  # real value of a count at a weight scale of 1
    level = int(cell.threshold / (peak(cell.weight) * one))
    if not 1 <= level < 2**31:
        fault = "below one count" if level < 1 else "2^31 counts or more"
        raise OptionError(
            f"threshold of layer {index}, {cell.threshold:g}, is {fault} at its weights' scale "
            f"{peak(cell.weight):.4g}; take another stream_length or scale the layer's weights, bias and threshold"
        )
    scale = cell.threshold / (level * one)  # the smallest scale that fits and makes the threshold whole
    weights = quantize_weights(cell.weight, scale, frame.resolution_bits)
    floor = 0.0 if shift is None else (1 - 2.0**-shift) / 2  # v >> k takes off this much less than v / 2^k, on average
    bias = quantize_bias(cell.bias - floor * scale * one, scale * one, index)
    largest_state = _largest_state(frame, weights.codes, bias, shift, steps)
    bits = min(32, max(largest_state, level).bit_length() + 1)
    bits = max(bits, 2 if shift is None else shift + 1)
    neuron = Lif(leak_shift=shift, v_threshold=level, comparator=cell.comparator, reset="subtract", state_bits=bits)
    return _Part(
        layer=frame.model_copy(update={"neuron": neuron}),
        codes=weights.codes,
        bias=bias,
        report=LayerReport.of(
            frame,
            weight_scale=scale,
            weight_error_rms=weights.error_rms,
            weights_saturated=weights.saturated,
            bias_error_max=float(np.abs(bias - cell.bias / (scale * one)).max()),
        ),
        cell=LifReport(cell.beta, decay, shift, level, cell.threshold, cell.comparator, bits),
    )


def _leak(beta: float, leak: Leak, index: int) -> tuple[int | None, float]:
    """The shift, and the decay that it makes; the trained one where they are the same number."""
    shift = leak_shift_of(beta)
    if shift is not None or beta == 1:
        return shift, beta
    shift, decay = nearest_leak(beta)
    if leak == "exact":
        raise OptionError(
            f"beta of layer {index} is {beta:g}, and a shift makes 1 - 2^-k alone: 0.5, 0.75, 0.875, 0.9375 and so on, "
            f"or 1 without leak; train with one of them (the nearest is {decay:g}), or take it with leak='nearest'"
        )
    return shift, decay


def _largest_state(
    frame: DenseLayer | Conv2dLayer, codes: np.ndarray, bias: np.ndarray, shift: int | None, steps: int
) -> int:
    """A bound on the membrane's magnitude: what the largest sums can build up in T steps, or against the leak."""
    magnitudes, length = np.abs(codes), frame.stream_length
    if frame.weight_generator == DEFAULT_WEIGHT_GENERATOR:  # ones of code c in L bits: c a period, then at most c
        period = 2**frame.resolution_bits
        ones = length // period * magnitudes + np.minimum(magnitudes, length % period)
    else:
        ones = np.where(magnitudes > 0, length, 0)
    largest_sum = int((ones.sum(axis=1) + np.abs(bias)).max())
    return steps * largest_sum if shift is None else min(steps * largest_sum, 2**shift * (largest_sum + 1))


def _compared(
    report: SpikingReport, network: NetworkSpec, cells: Sequence[FloatLif], samples: Any, labels: Any
) -> SpikingReport:
    """The report with the agreement of integers and floats on real inputs."""
    x = np.asarray(samples, np.float64)
    if x.shape != network.codes_shape(len(x)) or len(x) == 0:
        raise OptionError(f"samples must have shape {network.codes_shape(len(x))}, at least one, got {x.shape}")
    integers = infer(network, quantize_features(network, x)[0])
    reals = spike_counts(cells, x if x.ndim == 3 else x[:, None], network.time_steps)
    classes = classify(integers, network), classify(reals, network)
    accuracies = {}
    if labels is not None:
        truth = np.asarray(labels)
        if truth.shape != (len(x),):
            raise OptionError(f"labels must have shape ({len(x)},) as samples has rows, got {truth.shape}")
        if truth.dtype.kind not in "iu" or truth.min() < 0 or truth.max() >= integers.shape[-1]:
            raise OptionError(
                f"labels must be classes from 0 to {integers.shape[-1] - 1}, got {truth.min()} to {truth.max()}"
            )
        for key, each in zip(("integer_accuracy", "float_accuracy"), classes):
            accuracies[key] = float((each == truth).mean())
    return replace(
        report,
        calibration_samples=len(x),
        counts_equal=float((integers == reals).mean()),
        counts_difference=float(np.abs(integers - reals).mean()),
        classes_equal=float((classes[0] == classes[1]).mean()),
        **accuracies,
    )
