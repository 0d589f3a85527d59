"""Checks that the layers share; each message names the argument, the rule, the value and where it stands."""

from __future__ import annotations

from typing import Literal

import numpy as np

from ..accel.kinds import lowest_value
from ..spec.coerce import first_index
from ..spec.encoding import Encoding
from ..spec.errors import CodesError, OptionError

Layout = Literal["out_in", "in_out"]


def value_range(encoding: Encoding) -> tuple[float, float]:
    """Real values that an encoding can carry. (Bipolar 1 is carried by the largest code, one step below it.)"""
    return lowest_value(encoding), 1.0


def resolution_of(length: int) -> int:
    """Bits of a code that L positions can tell apart: ceil(log2 L), held in 2 ... 16."""
    return min(max((length - 1).bit_length(), 2), 16)


def check_range(name: str, array: np.ndarray, encoding: Encoding, advice: str) -> None:
    """Refuse values that the encoding cannot carry.

    Args:
        name: the argument's name, for the message.
        array: real numbers.
        encoding: what is to carry them.
        advice: what to do instead, as the end of the message.

    Raises:
        CodesError: a value is out of range; the message names the first.
    """
    low, high = value_range(encoding)
    outside = (array < low) | (array > high)
    if outside.any():
        index = first_index(outside)
        raise CodesError(
            f"{name} must lie in [{low:g}, {high:g}] ({encoding}), got {array[index]} at index {index}; {advice}"
        )


def oriented(weights: np.ndarray, n_neurons: int, n_inputs: int, layout: Layout | None) -> np.ndarray:
    """Weights as `(n_neurons, n_inputs)`, given in either order; a square matrix needs its layout said.

    Args:
        weights: real numbers, two axes.
        n_neurons: neurons of the layer.
        n_inputs: its inputs.
        layout: "out_in" where rows are neurons, "in_out" where rows are inputs; None: what the shape says.

    Raises:
        OptionError: no such layout, or none for a square matrix.
        CodesError: the shape fits neither order, or not the layout.
    """
    if layout not in (None, "out_in", "in_out"):
        raise OptionError(
            f"layout must be 'out_in' (n_neurons, n_inputs) or 'in_out' (n_inputs, n_neurons), got {layout!r}"
        )
    shapes: dict[Layout, tuple[int, int]] = {"out_in": (n_neurons, n_inputs), "in_out": (n_inputs, n_neurons)}
    if layout is None:
        if weights.shape not in shapes.values():
            raise CodesError(f"weights must have shape {shapes['out_in']} or {shapes['in_out']}, got {weights.shape}")
        if n_neurons == n_inputs:
            raise OptionError(
                f"layout must be given for a square matrix {weights.shape}: 'out_in' where rows are neurons, "
                "'in_out' where rows are inputs"
            )
        layout = "out_in" if weights.shape == shapes["out_in"] else "in_out"
    if weights.shape != shapes[layout]:
        raise CodesError(f"weights must have shape {shapes[layout]} in layout {layout!r}, got {weights.shape}")
    return weights if layout == "out_in" else weights.T
