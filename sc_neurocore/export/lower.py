"""A dense ReLU network in floating point lowered to a `NetworkSpec`, with the report on what that cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np

from ..inference.engines import classes_of
from ..spec.coerce import integer, number
from ..spec.encoding import is_signed
from ..spec.errors import OptionError
from ..spec.generator import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR, Generator
from ..spec.kinds import unknown_kind
from ..spec.layer import Accumulator, Clamp, Lif, Linear, Neuron, ParallelCounter, Relu
from ..spec.network import NetworkSpec
from .calibrate import Calibration, calibrate, make_calibration
from .normalize import Border, checked_dense, expected_maximum, visible_range
from .plan import InputEncoding, LoweredLayer, Plan, Setting, assemble, lower_all
from .report import ExportReport, LayerReport, Method
from .stages import Stage, fold

ROUNDED_ONLY = (
    "ranges are estimated from the weights alone; on scikit-learn's digits a freely trained ReLU network that is only "
    "rounded loses about 3 points of accuracy at L = 16, even with ranges from data. Pass calibration samples (and "
    "labels): the search brings it within about 1.5 points; or train in the exact forward pass (sc-neurocore train)"
)


@dataclass(frozen=True)
class Exported:
    """A lowered network and the report on it."""

    network: NetworkSpec
    report: ExportReport


def export_dense(weights: Sequence[Any], biases: Sequence[Any] | None = None, **options: Any) -> NetworkSpec:
    """The network of `lower_dense`, without its report.

    Args:
        weights: one array `(neurons, inputs)` a layer.
        biases: one array `(neurons,)` or None a layer.
        options: the further arguments of `lower_dense`.
    """
    return lower_dense(weights, biases, **options).network


def lower_dense(
    weights: Sequence[Any],
    biases: Sequence[Any] | None = None,
    *,
    activations: Sequence[Any] | None = None,
    stream_length: int = 256,
    resolution_bits: int | None = None,
    calibration: Any | None = None,
    labels: Any | None = None,
    name: str = "network",
    input_scale: float | None = None,
    input_encoding: InputEncoding | None = None,
    input_generator: Generator = DEFAULT_INPUT_GENERATOR,
    weight_generator: Generator = DEFAULT_WEIGHT_GENERATOR,
    accumulator: Accumulator | None = None,
    border: Border = "shift",
) -> Exported:
    """Lower a dense network: h = max(0, W·h + b), or a bounded activation, between layers, the last one linear.

    Integer outputs times the last layer's `output_scale` approximate the float outputs.

    Args:
        weights: one array `(neurons, inputs)` a layer: NumPy, JAX, or anything `numpy.asarray` takes.
        biases: one array `(neurons,)` or None a layer.
        activations: of each layer but the last "relu", or (low, high) of a clip with low 0 or −high; None: ReLU.
        stream_length: L of every layer.
        resolution_bits: n of every code; None: ceil(log2 L), at least 2.
        calibration: real inputs `(samples, features)` on which ranges are searched and biases corrected.
        labels: their classes; the search then minimizes the classification loss instead of the output error.
        name: name of the network.
        input_scale: real feature of the largest input code; None: the largest in the calibration data, else 1.
        input_encoding: None: sign_magnitude if any calibration input is negative, else unipolar.
        input_generator: of every layer.
        weight_generator: of every layer.
        accumulator: of every layer; None: parallel_counter.
        border: "shift", or "multiplier" for an 8-bit factor.

    Raises:
        OptionError: an array or option breaks a rule; the message names it.
        SpecError: the description that follows is not legal.
    """
    if border not in get_args(Border):
        raise OptionError(f"border must be one of {', '.join(get_args(Border))}; got {border!r}")
    stream_length = integer("stream_length", stream_length, 1, 2**20, rule="an integer from 1 to 2^20")
    dense = checked_dense(weights, biases, activations)
    if labels is not None and calibration is None:
        raise OptionError("labels need calibration, the inputs they belong to")
    data = None if calibration is None else make_calibration(dense, calibration, labels)
    plan = Plan(
        dense=dense,
        name=name,
        stream_length=stream_length,
        resolution_bits=(
            bits_for(stream_length) if resolution_bits is None else integer("resolution_bits", resolution_bits)
        ),
        input_encoding=_input_encoding(input_encoding, data),
        input_scale=_input_scale(input_scale, data),
        input_generator=input_generator,
        weight_generator=weight_generator,
        accumulator=accumulator or ParallelCounter(),
        border=border,
    )
    if data is None:
        lowered = lower_all(plan, _estimated(plan))
        return Exported(assemble(plan, lowered), _report(plan, lowered, "estimated", None, None))
    lowered, codes = calibrate(plan, data)
    return Exported(assemble(plan, lowered), _report(plan, lowered, "calibrated", data, codes))


def bits_for(stream_length: int) -> int:
    """Resolution at which a stream of this length is one whole period: ceil(log2 L), 2 … 16."""
    return min(16, max(2, (stream_length - 1).bit_length()))


def lower_stages(stages: Iterable[Stage], **options: Any) -> Exported:
    """Fold a row of stages and lower it; the options are those of `lower_dense`."""
    dense = fold(stages)
    return lower_dense(dense.weights, dense.biases, activations=dense.activations, **options)


def _input_encoding(given: InputEncoding | None, data: Calibration | None) -> InputEncoding:
    if given is not None and given not in get_args(InputEncoding):
        raise OptionError(f"input_encoding must be {' or '.join(get_args(InputEncoding))}, got {given!r}")
    negative = data is not None and bool(data.x.min() < 0)
    if given is not None and not is_signed(given) and negative:
        raise OptionError("calibration holds negative inputs, which unipolar codes cannot; take sign_magnitude")
    return given or ("sign_magnitude" if negative else "unipolar")


def _input_scale(given: float | None, data: Calibration | None) -> float:
    if given is None:
        return float(np.abs(data.x).max()) or 1.0 if data is not None else 1.0
    return number("input_scale", given, above=0, rule="a positive finite number")


def _estimated(plan: Plan) -> list[Setting]:
    """Ranges without data: weights by their largest, outputs by what independent uniform inputs would make."""
    settings = []
    reach = plan.input_scale
    for index, scale in enumerate(plan.weight_scales):
        signed = is_signed(plan.input_encoding) if index == 0 else plan.dense.activations[index - 1][0] < 0
        weight, bias = plan.dense.weights[index], plan.dense.biases[index]
        bound = plan.dense.activations[index][1] if index < plan.depth - 1 else None
        expected = np.array([expected_maximum(weight, bias, reach, signed), -reach * scale])
        settings.append(Setting(scale, bound or visible_range(expected)))
        reach = settings[-1].output_range
    return settings


def _ends_above(neuron: Neuron) -> bool:
    """Whether the float activation has no end of its own, so that the codes' end clips it."""
    match neuron:
        case Relu():
            return True
        case Linear() | Clamp() | Lif():
            return False
        case other:
            unknown_kind(other, "export")


def _report(
    plan: Plan,
    lowered: Sequence[LoweredLayer],
    method: Method,
    data: Calibration | None,
    codes: Sequence[np.ndarray] | None,
) -> ExportReport:
    layers = []
    for index, each in enumerate(lowered):
        clipped = None
        if data is not None and _ends_above(each.layer.neuron):
            clipped = float(np.mean(data.pre_activations[index] > each.output_range))
        layers.append(
            LayerReport.of(
                each.layer,
                weight_scale=each.weights.scale,
                weight_error_rms=each.weights.error_rms,
                weights_saturated=each.weights.saturated,
                bias_error_max=float(np.abs(each.bias - plan.dense.biases[index] / each.count).max()),
                outputs_saturated=clipped,
            )
        )
    free = any(high is None for _, high in plan.dense.activations)
    notes = (ROUNDED_ONLY,) if data is None and free else ()
    report = ExportReport(plan.name, method, plan.stream_length, plan.resolution_bits, tuple(layers), notes=notes)
    if data is None or codes is None:
        return report
    reals, integers = data.pre_activations[-1], codes[-1] * lowered[-1].layer.output_scale
    accuracies = {}
    if data.labels is not None:
        for key, outputs in (("float_accuracy", reals), ("integer_accuracy", integers)):
            accuracies[key] = float((classes_of(outputs, lowered[-1].layer, 1) == data.labels).mean())
    return replace(
        report,
        calibration_samples=len(data.x),
        output_error_rms=float(np.sqrt(np.mean((integers - reals) ** 2))),
        output_rms=float(np.sqrt(np.mean(reals**2))),
        **accuracies,
    )
