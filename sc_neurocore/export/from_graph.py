"""A float graph to integers: folded, held against its own source, lowered, and held against the source again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from inspect import signature
from typing import Any

import numpy as np

from ..importing.arrays import real
from ..importing.files.tensors import read_safetensors_file
from ..importing.graph import FloatGraph
from ..importing.probes import check_source, leading_scale, probes
from ..inference.engines import classes_of, infer
from ..spec.entrance import entrance
from ..spec.errors import OptionError
from ..spec.features import quantize_features
from ..spec.network import NetworkSpec
from .folding import fold
from .lower import Exported, lower_dense, lower_stages
from .order import in_our_order
from .report import IntegerCheck
from .spiking import export_spiking
from .spiking.rows import cells_of
from .stages import Stage

GIVES_RANGES = frozenset(("calibration", "input_encoding", "input_scale", "input_offset"))
"""Options that say what the input's codes stand for."""
NORMAL_RANGE = 4.0
"""Standard deviations within which normalized features are taken to lie, where no samples are given."""


def export_graph(graph: FloatGraph, **options: Any) -> Exported:
    """The integer network of a float graph, with the proof that it came in whole.

    The source's own output is compared with the folded graph before anything is lowered, on the calibration samples or,
    without any, on seeded probes; then the integers are compared with the graph on the same inputs.

    Args:
        graph: what an importer gave.
        options: those of `lower_dense`.

    Raises:
        OptionError: the graph is not what its source computes, or cannot be lowered; the message names the node.
    """
    if graph.spiking:
        if "calibration" in options:
            options["samples"] = options.pop("calibration")
        _check_options(options, export_spiking, "a spiking network")
        ordered = in_our_order(graph)
        if options.get("samples") is not None:
            options["samples"] = _flat(options["samples"], graph.features)
        exported = export_spiking(cells_of(ordered.nodes), **ordered.options(options))
        notes = (*exported.report.notes, *ordered.notes)
        return Exported(exported.network, replace(exported.report, notes=notes, **ordered.fields))
    _check_options(options, lower_dense, "a network without cells over time")
    x = probes(graph, options.get("calibration"))
    source = check_source(graph, x)
    if "calibration" in options:  # of any shape with as many features a sample, of which `probes` took the first ones
        calibration = real(options["calibration"], "calibration")
        options = options | {"calibration": calibration.reshape(len(calibration), -1)}
    notes: tuple[str, ...] = ()
    if not GIVES_RANGES & set(options):
        options, notes = _ranges_without_samples(graph, options)
    ordered = in_our_order(graph)
    options, notes = ordered.options(options), (*notes, *ordered.notes)
    nodes = [node for node in ordered.nodes if isinstance(node, Stage)]
    if graph.evaluate is not None and "activations" in options:
        raise OptionError(f"activations are for bare arrays; {graph.framework} says what stands between its layers")
    if "activations" in options:  # bare arrays do not say what stands between them
        dense = fold(nodes)
        exported = lower_dense(dense.weights, dense.biases, **options)
    else:
        exported = lower_stages(nodes, **options)
    notes = (*exported.report.notes, *graph.notes, *notes)
    reals = graph.run(x)
    ordered_x = x if ordered.inputs is None else x[:, ordered.inputs]
    integers = compare_integers(
        exported.network, ordered_x, reals if ordered.outputs is None else reals[:, np.argsort(ordered.outputs)]
    )
    report = replace(exported.report, source=source, integers=integers, notes=notes, **ordered.fields)
    return Exported(exported.network, report)


def _flat(samples: Any, features: int) -> np.ndarray:
    """Samples of several axes with their features flattened; `(samples, steps, features)` stay as they are."""
    x = real(samples, "samples")
    if x.ndim > 2 and x.shape[-1] != features:
        x = x.reshape(len(x), -1)
    if x.ndim < 2 or x.shape[-1] != features:
        raise OptionError(f"samples must have {features} features a sample, as the graph has; got {np.shape(samples)}")
    return x


def shape_of(calibration: Any) -> dict[str, Any]:
    """What calibration samples of several axes say of a model's input, as a hint for its importer."""
    shape = getattr(calibration, "shape", ())
    return {"input_shape": tuple(int(size) for size in shape[1:])} if len(shape) > 2 else {}


def _check_options(options: Mapping[str, Any], function: Callable[..., Any], what: str) -> None:
    parameters = signature(function).parameters.values()
    names = {each.name for each in parameters if each.kind is each.KEYWORD_ONLY}
    for name in options:
        if name not in names:
            raise OptionError(f"{name} does not go with {what}")
    for each in parameters:
        if each.name in names and each.default is each.empty and each.name not in options:
            raise OptionError(f"{each.name} is needed for {what}")


def _ranges_without_samples(graph: FloatGraph, options: dict[str, Any]) -> tuple[dict[str, Any], tuple[str]]:
    """Ranges of the input, where nobody gives any: those of a normalization that the network begins with, or 0 to 1."""
    leading = leading_scale(graph)
    if leading is None:
        return options, (
            "no calibration samples and no input_encoding were given: inputs are taken to lie in [0, input_scale], and "
            "what lies outside saturates",
        )
    scale, offset = NORMAL_RANGE / np.abs(leading.factor), -leading.offset / leading.factor
    ranges = {"input_scale": scale, "input_offset": offset, "input_encoding": "sign_magnitude"}
    return options | ranges, (
        f"no calibration samples were given: the leading normalization ({leading.name}) is taken to give values within "
        f"{NORMAL_RANGE:g} of 0, and what lies outside saturates",
    )


def compare_integers(network: NetworkSpec, x: np.ndarray, reals: np.ndarray) -> IntegerCheck:
    """How far the integers are from the float graph.

    Args:
        network: the integers.
        x: real inputs `(samples, features)`, as the network takes them.
        reals: the float network's outputs for them, in the network's order.
    """
    codes, saturated = quantize_features(network, x)
    output_layer = network.layers[-1]
    outputs = infer(network, codes) * output_layer.output_scale
    scale = float(np.sqrt(np.mean(reals**2))) or 1.0
    agreement = classes_of(outputs, output_layer, 1) == classes_of(reals, output_layer, 1)
    return IntegerCheck(
        samples=len(x),
        relative_error=float(np.sqrt(np.mean((outputs - reals) ** 2))) / scale,
        argmax_agreement=float(agreement.mean()),
        inputs_saturated=saturated / codes.size,
    )


@entrance
def read_safetensors(
    path: str | os.PathLike[str], layers: Sequence[str] | None = None
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Weights and biases of a dense ReLU network from a safetensors file, batch normalizations folded in.

    Args:
        path: the file.
        layers: the names in order (see `importing.tensors.read_tensors`).

    Raises:
        OptionError: the file cannot be read, the order is open, a tensor is missing or has no place.
    """
    dense = fold(node for node in read_safetensors_file(path, layers=layers).nodes if isinstance(node, Stage))
    return [*dense.weights], [*dense.biases]
