"""A dense layer on stochastic streams with real numbers at both ends."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np

from ..accel.kinds import weights_beside
from ..inference.engines import Engine
from ..spec.coerce import choice, first_index, integer, number, real_array
from ..spec.encoding import Encoding, dequantize, is_spike, quantize
from ..spec.entrance import entrance
from ..spec.errors import CodesError, OptionError
from ..spec.generator import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR, Generator
from ..spec.keywords import checked_name
from ..spec.layer import Accumulator, DenseLayer, Linear, ParallelCounter
from ..spec.network import InputSpec, NetworkSpec
from ..spec.values import count_value
from . import _checks


class SCDenseLayer:
    """y ≈ W·x + b from streams of `length` bits: the contract's dense layer with a `linear` neuron, decoded.

    Real numbers are quantized as the contract says, run as streams (by any engine of `infer`, all of which agree), and
    the counts are multiplied by what one count is worth. A sum over the inputs, not a mean. Values that the encoding
    cannot carry are errors, never clipped; larger weights or inputs need a scale.

    >>> layer = SCDenseLayer(n_inputs=3, n_neurons=2, length=256)
    >>> layer.set_weights([[0.5, -1.0, 0.25], [1.0, 1.0, 1.0]])
    >>> print(layer.forward([0.5, 0.25, 1.0]).round(2))
    [0.25 1.75]
    """

    @entrance
    def __init__(
        self,
        n_inputs: int,
        n_neurons: int,
        length: int = 512,
        *,
        resolution_bits: int | None = None,
        input_encoding: Encoding = "unipolar",
        weight_encoding: Encoding | None = None,
        input_generator: Generator | None = None,
        weight_generator: Generator = DEFAULT_WEIGHT_GENERATOR,
        accumulator: Accumulator | None = None,
        input_scale: float = 1.0,
        engine: Engine = "auto",
        name: str = "dense_layer",
    ) -> None:
        """Describe the layer; weights are set afterwards.

        Args:
            n_inputs: inputs, 1 to 65,536.
            n_neurons: neurons, 1 to 65,536.
            length: bits of a stream, 1 to 2^20.
            resolution_bits: bits of a code; ceil(log2 length), held in 2 ... 16, where not given.
            input_encoding: carries x / input_scale; unipolar for [0, 1], bipolar or sign_magnitude for [−1, 1].
            weight_encoding: carries the weights; "bipolar" for bipolar inputs, else "sign_magnitude", where not given.
            input_generator: makes the inputs' streams; the contract's default where not given.
            weight_generator: makes the weights' streams.
            accumulator: `ParallelCounter()` (exact) where not given; `Mux` and `Or` are estimates of their own kind.
            input_scale: real value that the encoding's 1 stands for.
            engine: what `infer` runs the layer with.
            name: name of the network that `network` gives.

        Raises:
            OptionError: a number is out of its range.
            SpecError: the parts do not fit together; the contract's rule is named.
        """
        self.n_inputs = integer("n_inputs", n_inputs, 1, 65_536)
        self.n_neurons = integer("n_neurons", n_neurons, 1, 65_536)
        self.length = integer("length", length, 1, 2**20)
        if resolution_bits is None:
            resolution_bits = _checks.resolution_of(self.length)
        self.resolution_bits = integer("resolution_bits", resolution_bits, 2, 16)
        if input_encoding not in get_args(Encoding):
            raise OptionError(f"input_encoding must be one of {', '.join(get_args(Encoding))}; got {input_encoding!r}")
        if weight_encoding is None:
            weight_encoding = weights_beside(input_encoding)
        if input_generator is None and not is_spike(input_encoding):
            input_generator = DEFAULT_INPUT_GENERATOR
        self.input_scale = number("input_scale", input_scale, above=0)
        choice("engine", engine, get_args(Engine))
        self.engine: Engine = engine
        try:
            self.name = checked_name(name, 63)
        except ValueError as error:
            raise OptionError(f"name {error}") from None
        self._layer = DenseLayer(
            inputs=self.n_inputs,
            neurons=self.n_neurons,
            resolution_bits=self.resolution_bits,
            stream_length=self.length,
            input_encoding=input_encoding,
            weight_encoding=weight_encoding,
            input_generator=input_generator,
            weight_generator=weight_generator,
            accumulator=ParallelCounter() if accumulator is None else accumulator,
            neuron=Linear(),
            output_scale=1.0,
        )
        self._network: NetworkSpec | None = None
        self._weight_scale = 1.0

    def set_weights(
        self, weights: Any, layout: _checks.Layout | None = None, *, scale: float = 1.0, bias: Any = None
    ) -> None:
        """Quantize the weights, and the bias to whole counts.

        Args:
            weights: `(n_neurons, n_inputs)` or `(n_inputs, n_neurons)`; the shape decides, except for a square matrix.
            layout: "out_in" where rows are neurons, "in_out" where rows are inputs; required for a square matrix.
            scale: real value that the encoding's 1 stands for; weights / scale must lie in the encoding's range.
            bias: real `(n_neurons,)`, added to W·x; 0 where not given.

        Raises:
            CodesError: a shape does not fit, or a value is NaN, infinite or out of range; its index is named.
            OptionError: a square matrix without a layout, or an illegal scale.
        """
        w = real_array("weights", weights)
        scale = number("scale", scale, above=0)
        w = _checks.oriented(w, self.n_neurons, self.n_inputs, layout)
        encoding, n = self._layer.weight_encoding, self.resolution_bits
        name = "weights" if scale == 1 else "weights / scale"
        _checks.check_range(name, w / scale, encoding, "give scale=, the largest weight (index as (neuron, input))")
        unit = count_value(self._layer) * scale * self.input_scale
        layer = self._layer.model_copy(update={"output_scale": unit})
        self._network = NetworkSpec(
            name=self.name,
            input=InputSpec(
                features=self.n_inputs, encoding=layer.input_encoding, resolution_bits=n, scale=self.input_scale
            ),
            layers=(layer,),
            weights=(quantize(w / scale, encoding, n)[0],),
            biases=(self._bias_counts(bias, unit),),
        )
        self._weight_scale = scale

    def network(self) -> NetworkSpec:
        """The layer as a network of its own: what `infer`, export and the gates run.

        Raises:
            OptionError: no weights are set.
        """
        if self._network is None:
            raise OptionError("weights are not set; call set_weights(weights) first")
        return self._network

    @property
    def weights(self) -> np.ndarray:
        """The real weights that the codes stand for, float64 `(n_neurons, n_inputs)`."""
        codes = self.network().weights[0]
        return dequantize(codes, self._layer.weight_encoding, self.resolution_bits) * self._weight_scale

    @property
    def bias(self) -> np.ndarray:
        """The real bias that its counts stand for, float64 `(n_neurons,)`."""
        return self.network().biases[0] * self.count_value

    @property
    def count_value(self) -> float:
        """Real value of one count."""
        return self.network().dense_layers("SCDenseLayer")[0].output_scale

    def encode(self, x: Any) -> np.ndarray:
        """Input codes, int64 of x's shape.

        Args:
            x: real `(n_inputs,)` or `(batch, n_inputs)`; x / input_scale within the encoding's range.

        Raises:
            CodesError: wrong shape, or a value that is NaN, infinite or out of range; its index is named.
        """
        values = real_array("x", x)
        if values.ndim not in (1, 2) or values.shape[-1] != self.n_inputs:
            raise CodesError(f"x must have shape ({self.n_inputs},) or (batch, {self.n_inputs}), got {values.shape}")
        name = "x" if self.input_scale == 1 else "x / input_scale"
        values = values / self.input_scale
        encoding = self._layer.input_encoding
        _checks.check_range(name, values, encoding, "choose another input_encoding, or give input_scale=")
        return quantize(values, encoding, self.resolution_bits)[0]

    def counts(self, x: Any) -> np.ndarray:
        """The layer's integers, bias included: `infer` on `network`, int64 `(n_neurons,)` or `(batch, n_neurons)`."""
        from ..inference.engines import infer  # here, so that describing a layer loads no engine

        network = self.network()
        codes = self.encode(x)
        outputs = infer(network, np.atleast_2d(codes), engine=self.engine)
        return outputs[0] if codes.ndim == 1 else outputs

    def forward(self, x: Any) -> np.ndarray:
        """Estimate of W·x + b.

        Args:
            x: real `(n_inputs,)` or `(batch, n_inputs)`.

        Returns:
            float64 `(n_neurons,)` or `(batch, n_neurons)`.

        Raises:
            CodesError: see `encode`.
            OptionError: no weights are set, or the engine cannot run the layer.
        """
        return self.counts(x) * self.count_value

    __call__ = forward

    def _bias_counts(self, bias: Any, unit: float) -> np.ndarray:
        if bias is None:
            return np.zeros(self.n_neurons, dtype=np.int64)
        b = real_array("bias", bias)
        if b.shape != (self.n_neurons,):
            raise CodesError(f"bias must have shape ({self.n_neurons},), got {b.shape}")
        counts = np.floor(b / unit + 0.5)
        if np.abs(counts).max() >= 2**30:
            index = first_index(np.abs(counts) >= 2**30)
            raise CodesError(f"bias must be below 2^30 counts of {unit:g}, got {b[index]} at index {index}")
        return counts.astype(np.int64)
