"""What an export did to a network: scales, rounding errors and saturations of each layer, and what they cost in all."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

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
            clipped = (
                "" if layer.outputs_saturated is None else f", {100 * layer.outputs_saturated:.2f} % outputs clipped"
            )
            lines.append(
                f"  layer {i}: {layer.inputs} to {layer.neurons}, weights within {layer.weight_scale:.4g} "
                f"(rms error {layer.weight_error_rms:.3g}, {layer.weights_saturated} clipped), "
                f"border {layer.multiplier} / 2^{layer.shift}{clipped}"
            )
        if self.output_error_rms is not None:
            lines.append(f"  output error {self.output_error_rms:.4g} rms (outputs {self.output_rms:.4g} rms)")
        if self.float_accuracy is not None and self.integer_accuracy is not None:
            lines.append(
                f"  accuracy {100 * self.float_accuracy:.2f} % float, {100 * self.integer_accuracy:.2f} % integer"
            )
        return "\n".join([*lines, *(f"  note: {note}" for note in self.notes)])
