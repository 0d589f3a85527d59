"""The dense layer for inference on whole batches, and for weights that a training run exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args, overload

import numpy as np

from ..bitstream.packing import pack
from ..spec.coerce import choice, integer, number, real_array
from ..spec.errors import OptionError
from . import _checks
from .sc_dense_layer import SCDenseLayer

Mode = Literal["unipolar", "bipolar", "sign_magnitude"]


class VectorizedSCLayer(SCDenseLayer):
    """`SCDenseLayer` with one encoding for inputs and weights, and weights from the start.

    The streams are the contract's: the same at every call, on every machine and in the gates. `engine="packed"` makes
    them 64 bits a word; the default lets `infer` choose, which makes none where exact counts will do.

    >>> layer = VectorizedSCLayer(4, 2, length=64, seed=1)
    >>> layer.forward(np.ones((5, 4))).shape
    (5, 2)
    """

    def __init__(
        self,
        n_inputs: int,
        n_neurons: int,
        length: int = 1024,
        sc_mode: Mode = "unipolar",
        seed: int | None = None,
        bias: Any = None,
        **options: Any,
    ) -> None:
        """Make a layer with random weights, to be replaced by `set_weights`.

        Args:
            n_inputs: inputs.
            n_neurons: neurons.
            length: bits of a stream.
            sc_mode: encoding of inputs and weights; values in [0, 1] for unipolar, else in [−1, 1].
            seed: of the initial weights, uniform over the encoding's range; None is 0. It does not touch the streams.
            bias: real `(n_neurons,)`; kept by `set_weights` calls that give none.
            options: further keywords of `SCDenseLayer`.

        Raises:
            OptionError: an argument is out of its range.
        """
        choice("sc_mode", sc_mode, get_args(Mode))
        super().__init__(n_inputs, n_neurons, length, input_encoding=sc_mode, weight_encoding=sc_mode, **options)
        self.sc_mode: Mode = sc_mode
        seed = 0 if seed is None else integer("seed", seed, 0, 2**63 - 1)
        low, high = _checks.value_range(sc_mode)
        initial = np.random.default_rng(seed).uniform(low, high, (self.n_neurons, self.n_inputs))
        self._bias = bias
        self.set_weights(initial, "out_in")

    def set_weights(
        self, weights: Any, layout: _checks.Layout | None = None, *, scale: float = 1.0, bias: Any = None
    ) -> None:
        """As `SCDenseLayer.set_weights`; a bias not given here stays as it was.

        Args:
            weights: as in `SCDenseLayer.set_weights`.
            layout: as there.
            scale: as there.
            bias: as there; None keeps the last one.
        """
        if bias is not None:
            self._bias = bias
        super().set_weights(weights, layout, scale=scale, bias=self._bias)

    def weight_streams(self) -> np.ndarray:
        """The weights' streams, one bit per bit: uint64 `(n_neurons, n_inputs, ceil(length / 64))` as contract §7.

        Of a sign_magnitude weight the magnitude's stream.
        """
        from ..bitstream.generators import stream

        codes = np.abs(self.network().weights[0].astype(np.int64))
        generator, n = self._layer.weight_generator, self.resolution_bits
        rows = [
            pack(stream(generator, row, n, self.length)) for row in codes
        ]  # a row at a time: bytes are eight times as many
        return np.stack(rows)

    @overload
    @classmethod
    def from_exported_weights(
        cls, exported: Mapping[str, Any], length: int = 1024, **options: Any
    ) -> VectorizedSCLayer: ...
    @overload
    @classmethod
    def from_exported_weights(
        cls, exported: Sequence[Mapping[str, Any]], length: int = 1024, **options: Any
    ) -> list[VectorizedSCLayer]: ...
    @classmethod
    def from_exported_weights(cls, exported: Any, length: int = 1024, **options: Any) -> Any:
        """A layer from exported weights, or one a layer from a list of them.

        The real weights are weight·weight_scale + weight_offset. An offset has no stream, so weights that have one are
        encoded anew as sign_magnitude codes of the real weights, on their largest magnitude: the map stays the same.

        Args:
            exported: a dict with `weight` `(n_neurons, n_inputs)` within the range of `encoding`, `encoding`, and,
                where they are not 1, 0 and 0, `weight_scale`, `weight_offset` and `bias` `(n_neurons,)`; other keys
                are left alone. Or a list of such dicts.
            length: bits of a stream.
            options: further keywords of `SCDenseLayer`.

        Raises:
            OptionError: a key is missing, or an encoding unknown.
            CodesError: a tensor breaks a rule.
        """
        if not isinstance(exported, Mapping):
            return [cls.from_exported_weights(one, length, **options) for one in exported]
        for key in ("weight", "encoding"):
            if key not in exported:
                raise OptionError(f"exported must have the key {key!r}, got the keys {', '.join(map(str, exported))}")
        weight = real_array("exported['weight']", exported["weight"])
        if weight.ndim != 2:
            raise OptionError(f"exported['weight'] must have shape (n_neurons, n_inputs), got {weight.shape}")
        mode, scale = exported["encoding"], number("weight_scale", exported.get("weight_scale", 1.0), above=0)
        offset = exported.get("weight_offset", 0.0)
        if np.any(real_array("exported['weight_offset']", offset)):
            weight, mode = weight * scale + offset, "sign_magnitude"
            scale = float(np.abs(weight).max()) or 1.0
        else:
            weight = weight * scale
        n_neurons, n_inputs = weight.shape
        layer = cls(n_inputs, n_neurons, length, mode, bias=exported.get("bias"), **options)
        layer.set_weights(weight, "out_in", scale=scale)
        return layer
