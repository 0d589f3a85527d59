"""A dense ReLU network in floating point lowered to a `NetworkSpec`, with the report on what that cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from inspect import signature
from typing import Any, ParamSpec, get_args

import numpy as np

from ..inference.engines import classes_of
from ..spec.coerce import choice, integer, short
from ..spec.encoding import is_signed
from ..spec.entrance import entrance
from ..spec.errors import OptionError
from ..spec.generator import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR, Generator
from ..spec.layer import Accumulator, ParallelCounter
from ..spec.network import NetworkSpec
from .calibration.forms import Calibrated, calibrate
from .calibration.search import Calibration, first_layer_error, make_calibration
from .float_network import FloatNetwork
from .folding import fold
from .inputs import InputEncoding, InputRange, common_ranges, feature_ranges, given_range, normalized_ranges
from .normalize import RequantizerForm, checked_dense, expected_maximum, visible_range
from .plan import LoweredLayer, Plan, Setting, assemble, lower_all
from .report import ExportReport, LayerReport, Method
from .stages import Stage

P = ParamSpec("P")

ROUNDED_ONLY = (
    "ranges are estimated from the weights alone; on scikit-learn's digits a freely trained ReLU network that is only "
    "rounded loses about 3 points of accuracy at L = 16, even with ranges from data. Pass calibration samples (and "
    "labels): the search brings it within about a point; or train in the exact forward pass (sc-neurocore train)"
)

LENGTH_RULE = "an integer from 1 to 2^20"

WORTH_SCALES = 16.0
"""Scales of their own ask more of who feeds the core: they are taken where they gain two bits in the first layer."""


@dataclass(frozen=True)
class Exported:
    """A lowered network and the report on it."""

    network: NetworkSpec
    report: ExportReport


@dataclass(frozen=True, eq=False, kw_only=True)
class Lowering:
    """What may be said about a lowering; see `lower_dense`."""

    stream_length: int | Sequence[int] = 256
    resolution_bits: int | Sequence[int] | None = None
    calibration: Any | None = None
    labels: Any | None = None
    name: str = "network"
    input_scale: Any | None = None
    input_offset: Any | None = None
    input_encoding: InputEncoding | None = None
    input_generator: Generator = DEFAULT_INPUT_GENERATOR
    weight_generator: Generator = DEFAULT_WEIGHT_GENERATOR
    accumulator: Accumulator | None = None
    border: RequantizerForm = "shift"
    split_outliers: bool = True


@entrance
def lower_dense(
    weights: Sequence[Any],
    biases: Sequence[Any] | None = None,
    *,
    activations: Sequence[Any] | None = None,
    stream_length: int | Sequence[int] = 256,
    resolution_bits: int | Sequence[int] | None = None,
    calibration: Any | None = None,
    labels: Any | None = None,
    name: str = "network",
    input_scale: Any | None = None,
    input_offset: Any | None = None,
    input_encoding: InputEncoding | None = None,
    input_generator: Generator = DEFAULT_INPUT_GENERATOR,
    weight_generator: Generator = DEFAULT_WEIGHT_GENERATOR,
    accumulator: Accumulator | None = None,
    border: RequantizerForm = "shift",
    split_outliers: bool = True,
) -> Exported:
    """Lower a dense network: h = max(0, W·h + b), or a bounded activation, between layers, the last one linear.

    Integer outputs times the last layer's `output_scale` approximate the float outputs.

    Args:
        weights: one array `(neurons, inputs)` a layer: NumPy, JAX, or anything `numpy.asarray` takes.
        biases: one array `(neurons,)` or None a layer.
        activations: of each layer but the last "relu", or (low, high) of a clip with low 0 or −high; None: ReLU.
        stream_length: L of every layer, or one for each.
        resolution_bits: n of every code, or of each layer's weights and inputs; None: ceil(log2 L), at least 2.
        calibration: real inputs `(samples, features)` on which ranges are searched and biases corrected.
        labels: their classes; the search then also looks for the least classification loss, and what is right more
            often is kept.
        name: name of the network.
        input_scale: real feature of the largest input code, or one for each feature; None: from the calibration data,
            by feature where their sizes differ (see `inputs`); without data 1.
        input_offset: of each feature, its value at the code 0; None: from the data, or 0.
        input_encoding: None: sign_magnitude if any calibration input is negative, or features have scales of their
            own; else unipolar.
        input_generator: of every layer.
        weight_generator: of every layer.
        accumulator: of every layer; None: parallel_counter.
        border: "shift", or "multiplier" for an 8-bit factor.
        split_outliers: whether dense hidden layers may gain one neuron in eight, copies of their outliers, where
            classes are lost without and the error falls clearly (see `calibration.split`); only with 100 calibration
            samples or more.

    Raises:
        OptionError: an array or option breaks a rule; the message names it.
        SpecError: the description that follows is not legal.
    """
    floats = checked_dense(weights, biases, activations)
    options = Lowering(
        stream_length=stream_length,
        resolution_bits=resolution_bits,
        calibration=calibration,
        labels=labels,
        name=name,
        input_scale=input_scale,
        input_offset=input_offset,
        input_encoding=input_encoding,
        input_generator=input_generator,
        weight_generator=weight_generator,
        accumulator=accumulator,
        border=border,
        split_outliers=split_outliers,
    )
    return lower_network(floats, options)


def lower_network(floats: FloatNetwork, options: Lowering) -> Exported:
    """Lower a network of dense layers, convolutions and pools; errors are those of `lower_dense`."""
    choice("border", options.border, get_args(RequantizerForm))
    if not isinstance(options.split_outliers, bool | np.bool_):
        raise OptionError(f"split_outliers must be True or False, got {short(options.split_outliers)}")
    lengths = _each_layer(
        options.stream_length, floats.depth, lambda v: integer("stream_length", v, 1, 2**20, rule=LENGTH_RULE)
    )
    bits = (
        tuple(bits_for(length) for length in lengths)
        if options.resolution_bits is None
        else _each_layer(options.resolution_bits, floats.depth, lambda v: integer("resolution_bits", v))
    )
    if options.labels is not None and options.calibration is None:
        raise OptionError("labels need calibration, the inputs they belong to")
    data = None if options.calibration is None else make_calibration(floats, options.calibration, options.labels)

    def plan_of(inputs: InputRange) -> Plan:
        return Plan(
            floats=inputs.folded(floats),
            name=options.name,
            stream_lengths=lengths,
            resolution_bits=bits,
            inputs=inputs,
            input_generator=options.input_generator,
            weight_generator=options.weight_generator,
            accumulator=ParallelCounter() if options.accumulator is None else options.accumulator,
            border=options.border,
        )

    x = None if data is None else data.x
    fields = options.input_encoding, options.input_scale, options.input_offset
    input_range = given_range(*fields, floats.features, x)
    if data is None:
        assert input_range is not None  # nothing is left to data that are not there
        plan = plan_of(input_range)
        return Exported(
            assemble(plan, lowered := lower_all(plan, _estimated(plan))), _report(plan, lowered, "estimated")
        )
    if input_range is None:
        plan = _for_inputs(plan_of, floats, data, options.input_encoding)
    else:
        plan = plan_of(input_range)
    calibrated = calibrate(plan, data, split_outliers=options.split_outliers)
    report = _report(calibrated.plan, calibrated.layers, "calibrated", data)
    return Exported(assemble(calibrated.plan, calibrated.layers), _on_data(report, calibrated, data))


def _without_report(lower: Callable[P, Exported]) -> Callable[P, NetworkSpec]:
    """The same function, whose result is the network alone; editors and `help` see its arguments."""

    @wraps(lower)
    def export_dense(*args: P.args, **options: P.kwargs) -> NetworkSpec:
        return lower(*args, **options).network

    arguments = (lower.__doc__ or "").partition("\n\n    Args:")[2]
    export_dense.__doc__ = f"The network of `lower_dense`, without its report.\n\n    Args:{arguments}"
    export_dense.__name__ = export_dense.__qualname__ = "export_dense"
    export_dense.__dict__["__signature__"] = signature(lower).replace(return_annotation="NetworkSpec")
    return export_dense


export_dense = _without_report(lower_dense)


def _each_layer(value: Any, depth: int, check: Callable[[Any], int]) -> tuple[int, ...]:
    """One value for all layers, or one for each, checked."""
    scalar = isinstance(value, str | bytes) or (isinstance(value, np.ndarray) and value.ndim == 0)
    if scalar or not isinstance(value, Sequence | np.ndarray):
        return (check(value),) * depth
    values = tuple(check(each) for each in value)
    if len(values) != depth:
        raise OptionError(f"stream_length and resolution_bits take one value, or one a layer, {depth}; got {values}")
    return values


def _for_inputs(
    plan_of: Callable[[InputRange], Plan], floats: FloatNetwork, data: Calibration, encoding: InputEncoding | None
) -> Plan:
    """The plan whose input codes serve the first layer best: by feature only where that is far better.

    A map has one scale for all its positions, or those of the normalization that the network begins with.
    """

    def best_of(ranges: Iterable[InputRange]) -> tuple[float, Plan]:
        plans = [plan_of(each) for each in ranges]
        errors = [first_layer_error(plan, data) for plan in plans]
        return min(errors), plans[int(np.argmin(errors))]

    if floats.in_shape is not None:
        leading = floats.leading
        ranges = common_ranges(data.x, encoding) if leading is None else normalized_ranges(leading, data.x, encoding)
        return best_of(ranges)[1]
    common, by_feature = best_of(common_ranges(data.x, encoding)), best_of(feature_ranges(data.x, encoding))
    return by_feature[1] if by_feature[0] * WORTH_SCALES < common[0] else common[1]


def bits_for(stream_length: int) -> int:
    """Resolution at which a stream of this length is one whole period: ceil(log2 L), 2 … 16."""
    return min(16, max(2, (stream_length - 1).bit_length()))


def lower_stages(stages: Iterable[Stage], **options: Any) -> Exported:
    """Fold a row of stages and lower it; the options are those of `lower_dense`, without activations."""
    return lower_network(fold(stages), Lowering(**options))


def _estimated(plan: Plan) -> list[Setting]:
    """Ranges without data: weights by their largest, outputs by what independent uniform inputs would make."""
    settings = []
    reach = plan.inputs.peak
    for index, scale in enumerate(plan.weight_scales):
        signed = is_signed(plan.inputs.encoding) if index == 0 else plan.floats.activations[index - 1][0] < 0
        weight, bias = plan.floats.weights[index], plan.floats.biases[index]
        bound = plan.floats.activations[index][1] if index < plan.depth - 1 else None
        expected = np.array([expected_maximum(weight, bias, reach, signed), -reach * scale])
        settings.append(Setting(scale, bound or visible_range(expected)))
        reach = settings[-1].output_range
    return settings


def _report(
    plan: Plan, lowered: Sequence[LoweredLayer], method: Method, data: Calibration | None = None
) -> ExportReport:
    layers = []
    sums = None if data is None else plan.floats.pre_activations(plan.inputs.features(data.x))
    for index, each in enumerate(lowered):
        clipped = None
        if sums is not None and index < plan.depth - 1 and plan.floats.activations[index][1] is None:
            clipped = float(np.mean(sums[index] > each.output_range))
        layers.append(
            LayerReport.of(
                each.layer,
                weight_scale=each.weights.scale,
                weight_error_rms=each.weights.error_rms,
                weights_saturated=each.weights.saturated,
                bias_error_max=float(np.abs(each.bias - each.exact_bias).max()),
                outputs_saturated=clipped,
            )
        )
    is_open = any(high is None for _, high in plan.floats.activations)
    notes = (ROUNDED_ONLY,) if data is None and is_open else ()
    lengths, bits = _one_or_all(plan.stream_lengths), _one_or_all(plan.resolution_bits)
    return ExportReport(
        plan.name, method, lengths, bits, tuple(layers), per_feature=plan.inputs.offset is not None, notes=notes
    )


def _one_or_all(values: tuple[int, ...]) -> int | tuple[int, ...]:
    return values[0] if len(set(values)) == 1 else values


def _on_data(report: ExportReport, calibrated: Calibrated, data: Calibration) -> ExportReport:
    """The report with what the integers do on the calibration samples."""
    output_layer = calibrated.layers[-1].layer
    reals = data.outputs
    integers = calibrated.outputs * output_layer.output_scale
    accuracies = {}
    if data.labels is not None:
        for key, outputs in (("float_accuracy", reals), ("integer_accuracy", integers)):
            accuracies[key] = float((classes_of(outputs, output_layer, 1) == data.labels).mean())
    notes = report.notes
    if any(calibrated.split):
        numbers = ", ".join(map(str, calibrated.split))
        advice = "split_outliers=False, or --keep-neurons, keeps them as they are"
        notes = (*notes, f"outlier neurons were split: hidden layers gained {numbers} neurons; {advice}")
    return replace(
        report,
        notes=notes,
        calibration_samples=len(data.x),
        output_error_rms=float(np.sqrt(np.mean((integers - reals) ** 2))),
        output_rms=float(np.sqrt(np.mean(reals**2))),
        criterion=calibrated.criterion,
        equalized=calibrated.equalized,
        split=calibrated.split,
        two_sided=calibrated.plan.two_sided,
        **accuracies,
    )
