"""What an adapter offers: an outside model, advanced in JAX, whose state is read as stochastic streams."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class StochasticAdapter(Protocol):
    """A model with a state of its own and streams as inputs and outputs.

    Streams are uint8 zeros and ones `(units, bitstream_length)`; a unit's value in [0, 1] is its stream's density.
    """

    def encode(self, values: Any) -> Any:
        """Streams of values in [0, 1]."""
        ...

    def step_jax(self, dt: float, inputs: Any = None) -> Any:
        """Advance the state by `dt`, driven by input streams if given; the streams of the new state."""
        ...

    def decode(self, bitstreams: Any = None) -> Mapping[str, float]:
        """What streams say about the model, by name; of the last step's streams where none are given."""
        ...

    def get_metrics(self) -> Mapping[str, float]:
        """What the state itself says, by name."""
        ...
