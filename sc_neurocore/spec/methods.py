"""What a network does when it is asked: methods whose work other rooms do, found by name when they are called.

A description imports nothing of ours, so that every room can rest on it. Whoever holds a network wants to ask it all
the same; `HOMES` says where each answer lives.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy as np

HOMES = {
    "predict": "layers.predict",
    "quantize": "layers.predict",
    "summary": "layers.summary",
    "save": "spec.folder",
    "__repr__": "layers.summary",
    "_repr_html_": "layers.summary",
}
"""Method: module of the package that holds its function."""
FUNCTIONS = {"save": "save_network", "__repr__": "one_line", "_repr_html_": "as_html"}
"""Their names there, where they differ from the method's."""


def _call(method: str, *arguments: Any) -> Any:
    home = import_module(f"sc_neurocore.{HOMES[method]}")
    return getattr(home, FUNCTIONS.get(method, method))(*arguments)


class NetworkMethods:
    """Of a `NetworkSpec`."""

    def predict(
        self,
        x: Any,
        *,
        classes: bool = False,
        engine: Literal["auto", "reference", "packed", "counts", "jax"] = "auto",
    ) -> np.ndarray:
        """Real features in, real outputs or classes out, by the exact integers.

        Args:
            x: real features `(batch, features)`, or `(batch, T, features)` of a network whose steps differ.
            classes: whether the class of each sample is wanted, int64 `(batch,)`, instead of its outputs.
            engine: as for `infer`.

        Returns:
            float64 of the outputs' shape: what the float network would give, about.

        Warns:
            SaturationWarning: features lie beyond the largest code.

        Raises:
            CodesError: features of another shape, or not finite.
        """
        return _call("predict", self, x, classes, engine)

    def quantize(self, x: Any) -> np.ndarray:
        """The codes of real features, int64 of the same shape.

        Warns:
            SaturationWarning: features lie beyond the largest code.

        Raises:
            CodesError: features of another shape, or not finite.
        """
        return _call("quantize", self, x)

    def summary(self) -> str:
        """A table to print: each layer with its size, lengths, neuron and weights."""
        return _call("summary", self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the network folder; see `save_network`."""
        _call("save", self, path)

    def __repr__(self) -> str:
        return _call("__repr__", self)

    def __str__(self) -> str:
        return _call("__repr__", self)

    def _repr_html_(self) -> str:
        """What notebooks show."""
        return _call("_repr_html_", self)
