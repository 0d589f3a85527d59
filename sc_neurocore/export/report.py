"""What an export did to a network: scales, rounding errors and saturations of each layer, and what they cost in all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from ..accel.kinds import requantizing
from ..spec.layer import DenseLayer

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
    """Fraction of calibration outputs that the border clips from above; None: no calibration data, or no border."""

    @classmethod
    def of(cls, layer: DenseLayer, **figures: Any) -> LayerReport:
        """The row of a layer: what its description says, beside figures on its weights, biases and outputs."""
        border = requantizing(layer.neuron)
        multiplier, shift = (1, 0) if border is None else (border.multiplier, border.shift)
        size = {"inputs": layer.inputs, "neurons": layer.neurons, "output_scale": layer.output_scale}
        return cls(**size, multiplier=multiplier, shift=shift, **{"outputs_saturated": None, **figures})


@dataclass(frozen=True)
class ExportReport:
    """A whole export."""

    name: str
    method: Method
    stream_length: int
    resolution_bits: int
    layers: tuple[LayerReport, ...]
    calibration_samples: int = 0
    output_error_rms: float | None = None
    """Root mean square of (integer output · output_scale − float output) on the calibration samples, real units."""
    output_rms: float | None = None
    """Root mean square of the float outputs, to compare with."""
    float_accuracy: float | None = None
    """On the calibration samples, where labels were given; 0 … 1. For a trained model: on its test samples."""
    integer_accuracy: float | None = None
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
