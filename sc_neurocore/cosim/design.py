"""What the benches and the verdict ask of a design under test, be it a network or a circuit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..spec.circuit import CircuitSpec
from ..spec.network import InputSpec, NetworkSpec


@dataclass(frozen=True)
class CircuitDesign:
    """A circuit, as the benches see it: frames of codes in, frames of its numbers out, and its streams."""

    circuit: CircuitSpec

    @property
    def name(self) -> str:
        """Of the top module."""
        return self.circuit.name

    @property
    def sha256(self) -> str:
        """Hash of the description."""
        return self.circuit.sha256

    @property
    def input(self) -> InputSpec:
        """The frame of codes."""
        bits = self.circuit.resolution_bits
        return InputSpec(features=len(self.circuit.inputs), encoding="unipolar", resolution_bits=bits, scale=1.0)

    @property
    def output_neurons(self) -> int:
        """Beats of an output frame; 0: there are no output frames."""
        return len(self.circuit.frame_outputs)

    @property
    def output_width(self) -> int:
        """Bits of each number."""
        return self.circuit.frame_bits

    @property
    def output_signed(self) -> bool:
        """Never: counts and states are not negative."""
        return False

    def codes_shape(self, batch: int) -> tuple[int, ...]:
        """Shape of the codes of `batch` evaluations."""
        return (batch, len(self.circuit.inputs))

    def output_shape(self, batch: int) -> tuple[int, ...]:
        """Shape of their output frames."""
        return (batch, self.output_neurons)

    @property
    def streams(self) -> tuple[str, ...]:
        """Outputs whose every bit is read."""
        return tuple(output.name for output in self.circuit.stream_outputs)


Design = NetworkSpec | CircuitDesign


def place_of(design: Design, number: int) -> dict[str, Any]:
    """Which output has this number in the frame, in the keys of a report.

    Args:
        design: whose output it is.
        number: of a beat within a frame.
    """
    if isinstance(design, CircuitDesign):
        return {"output": design.circuit.frame_outputs[number].name}
    return {"layer": len(design.layers) - 1, "neuron": number}


def stream_clocks(design: Design) -> int:
    """Clocks of an evaluation in which streams pass; 0 where there are none, as in a network's core."""
    return design.circuit.stream_length if isinstance(design, CircuitDesign) else 0
