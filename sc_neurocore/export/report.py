"""What an export did to a network: scales, rounding errors and saturations of each layer, and what they cost in all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from ..accel.kinds import requantizing
from ..importing.probes import NOT_CHECKED, SourceCheck
from ..spec.layer import WeightedLayer

Method = Literal["trained", "calibrated", "estimated"]
"""How ranges were found: the network was trained in them, searched on data, or estimated from the weights alone."""

FORMAT, FORMAT_VERSION = "sc-neurocore/export", 1


@dataclass(frozen=True)
class LayerReport:
    """One layer's quantization."""

    inputs: int
    neurons: int
    weight_scale: float
    """Real weight of the largest code."""
    weight_error_rms: float
    """Root mean square of (real value of the code − weight), real units, saturated weights included."""
    weights_saturated: int
    """Weights beyond `weight_scale`, which were clipped."""
    bias_error_max: float
    """Largest `abs(bias in counts - bias)`, in counts; beyond ½ it is a correction learned from calibration data."""
    multiplier: int
    shift: int
    output_scale: float
    """Real value of one unit of the output."""
    outputs_saturated: float | None
    """Fraction of calibration outputs that the requantizer clips from above; None: no data, or no requantizer."""

    @classmethod
    def of(cls, layer: WeightedLayer, **figures: Any) -> LayerReport:
        """The row of a layer: what its description says, beside figures on its weights, biases and outputs."""
        requantizer = requantizing(layer.neuron)
        multiplier, shift = (1, 0) if requantizer is None else (requantizer.multiplier, requantizer.shift)
        size = {"inputs": layer.inputs, "neurons": layer.neurons, "output_scale": layer.output_scale}
        return cls(**size, multiplier=multiplier, shift=shift, **{"outputs_saturated": None, **figures})


@dataclass(frozen=True)
class IntegerCheck:
    """How far the integers are from the float network, on the inputs of the source's check."""

    samples: int
    relative_error: float
    """Root mean square of (integer output · output_scale − float output), relative to that of the float outputs."""
    argmax_agreement: float
    """Share of samples with the same class (contract §6)."""
    inputs_saturated: float
    """Share of input features beyond the largest code, which were clipped."""


BARE = SourceCheck("arrays", False, f"{NOT_CHECKED}: the network was brought as bare arrays")


@dataclass(frozen=True)
class ExportReport:
    """A whole export."""

    name: str
    method: Method
    stream_length: int | tuple[int, ...]
    """L; of each layer where they differ."""
    resolution_bits: int | tuple[int, ...]
    layers: tuple[LayerReport, ...]
    """Of the layers that have weights."""
    calibration_samples: int = 0
    output_error_rms: float | None = None
    """Root mean square of (integer output · output_scale − float output) on the calibration samples, real units."""
    output_rms: float | None = None
    """Root mean square of the float outputs, to compare with."""
    float_accuracy: float | None = None
    """On the calibration samples, where labels were given; 0 … 1. For a trained model: on its test samples."""
    integer_accuracy: float | None = None
    criterion: Literal["agreement", "labels"] | None = None
    """What the search kept: outputs like the float network's, or classes like the labels'; None: there was none."""
    equalized: bool = False
    """Whether hidden neurons were scaled to one size, which changes nothing that the float network computes."""
    split: tuple[int, ...] = ()
    """Neurons that each hidden layer gained because outliers were split (see `calibration.split`); empty: none."""
    two_sided: bool = False
    """Whether hidden activations that begin at 0 have codes of both signs: the least code stands for 0."""
    per_feature: bool = False
    """Whether features have scales and offsets of their own."""
    source: SourceCheck = BARE
    """Whether the float network is the one that the source's own framework computes."""
    integers: IntegerCheck | None = None
    """None: there was no float graph to compare with."""
    input_order: tuple[int, ...] | None = None
    """Element i of the network's input is the source's flattened feature input_order[i]; None: the order is the same.
    """
    output_order: tuple[int, ...] | None = None
    """Output i of the source, and class i, is the network's element output_order[i]; None: the order is the same."""
    notes: tuple[str, ...] = ()
    """What the reader should know before using the network."""

    def to_json(self) -> dict[str, Any]:
        """Content of export.json."""
        return {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}

    def __str__(self) -> str:
        lines = [f"{self.name}: {self.method}, L = {self.stream_length}, n = {self.resolution_bits}"]
        for i, layer in enumerate(self.layers):
            share = layer.outputs_saturated
            clipped = "" if share is None else f", {100 * share:.2f} % outputs clipped"
            lines.append(
                f"  layer {i}: {layer.inputs} to {layer.neurons}, weights within {layer.weight_scale:.4g} "
                f"(rms error {layer.weight_error_rms:.3g}, {layer.weights_saturated} clipped), "
                f"border {layer.multiplier} / 2^{layer.shift}{clipped}"
            )
        if self.output_error_rms is not None:
            lines.append(f"  output error {self.output_error_rms:.4g} rms (outputs {self.output_rms:.4g} rms)")
        return "\n".join([*lines, *self.closing_lines()])

    def closing_lines(self) -> list[str]:
        """Accuracies, where both were measured, and notes."""
        notes = [f"  note: {note}" for note in self.notes]
        if self.float_accuracy is None or self.integer_accuracy is None:
            return notes
        return [
            f"  accuracy {100 * self.float_accuracy:.2f} % float, {100 * self.integer_accuracy:.2f} % integer",
            *notes,
        ]
