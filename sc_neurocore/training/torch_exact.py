"""Torch modules whose forward pass is the exact integer network: train them in a loop of one's own, then export.

>>> import torch
>>> from sc_neurocore.training import SCLinear, SCNetworkModule
>>> net = SCNetworkModule([SCLinear(3, 5, stream_length=16), SCLinear(5, 2, stream_length=16, neuron="linear")])
>>> x = torch.rand(4, 3)
>>> torch.nn.functional.cross_entropy(net(x), torch.tensor([0, 1, 1, 0])).backward()
>>> net.to_network(name="tiny").layers[0].stream_length
16
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np

from ..accel.kinds import code_scale, known_layers, stateful, sums_steps, weights_beside
from ..spec.coerce import integer
from ..spec.encoding import Encoding, dequantize, is_spike, zero_code
from ..spec.errors import CodesError, OptionError, require_extra
from ..spec.generator import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR, Generator
from ..spec.kinds import kinds, unknown_kind
from ..spec.layer import Accumulator, Clamp, DenseLayer, Lif, Linear, Neuron, ParallelCounter, Relu
from ..spec.network import InputSpec, NetworkSpec, OutputSpec
from ..spec.values import count_value
from .architecture import (
    SCALE_BITS,
    SCALE_LIMIT,
    SCALE_RANGE,
    SQRT_HALF,
    InputEncoding,
    bias_scale,
    input_encoding_for,
    layers_of,
    scaled,
    start_factor,
)
from .config import TrainConfig
from .spikes import surrogate_of

require_extra("torch", "torch")

import torch  # noqa: E402 -- after the check, so that a missing torch is an error that names the extra
from torch import Tensor, nn  # noqa: E402

from ..accel.torch import straight_through as st  # noqa: E402
from ..accel.torch.counts import counter_of  # noqa: E402

LearnScale = Literal["none", "power_of_two", "multiplier"]


def smooth_step(u: Tensor) -> Tensor:
    """The default surrogate of a spike: arctan(π·u) / π + ½, with the derivative 1 / (1 + (π·u)²)."""
    return torch.atan(math.pi * u) / math.pi + 0.5


class SCLinear(nn.Module):
    """A fully connected layer that computes the contract's integers, and passes straight-through gradients.

    `weight` `(out_features, in_features)` and `bias` `(out_features,)` are real parameters, as in `nn.Linear`; the
    forward pass rounds them to codes and counts (`integer_parameters`). Weights mean something in [−1, 1] only:
    call `clip_()` after each optimizer step.
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        stream_length: int = 16,
        resolution_bits: int | None = None,
        neuron: Literal["relu", "clamp", "lif", "linear"] | Neuron = "relu",
        input_encoding: Encoding = "unipolar",
        border_shift: int = 1,
        learn_scale: LearnScale = "none",
        input_generator: Generator | None = DEFAULT_INPUT_GENERATOR,
        weight_generator: Generator = DEFAULT_WEIGHT_GENERATOR,
        accumulator: Accumulator | None = None,
        surrogate_fn: Callable[[Tensor], Tensor] = smooth_step,
    ) -> None:
        """A layer from its sizes; `from_layer` takes a whole description.

        Args:
            in_features: inputs.
            out_features: neurons.
            stream_length: L.
            resolution_bits: n; None: ceil(log2 L), at least 2.
            neuron: "relu", "clamp" (symmetric, or bipolar in a bipolar layer), "lif" (threshold 1, leak 1/2), "linear"
                (last layer), or a neuron of `sc_neurocore.spec`.
            input_encoding: "unipolar", "sign_magnitude", "bipolar" (then weights are bipolar too), or "spike".
            border_shift: s in h = clip((x·w + b) / 2^s, 0, 1), of relu and clamp.
            learn_scale: how to learn a factor on the border (relu, clamp) or on the firing threshold (lif):
                "power_of_two" costs no gates, "multiplier" is any integer factor.
            input_generator: of the inputs; spikes have none.
            weight_generator: of the weights.
            accumulator: None: parallel_counter.
            surrogate_fn: its derivative stands for that of a spike; called with (v − threshold) / threshold.

        Raises:
            OptionError: no such neuron.
            SpecError: the description that follows is not legal.
        """
        stream_length, border_shift = integer("stream_length", stream_length), integer("border_shift", border_shift)
        n = min(16, max(2, (stream_length - 1).bit_length())) if resolution_bits is None else resolution_bits
        fields: dict[str, Any] = {
            "inputs": in_features,
            "neurons": out_features,
            "resolution_bits": n,
            "stream_length": stream_length,
            "input_encoding": input_encoding,
            "weight_encoding": weights_beside(input_encoding),
            "input_generator": None if is_spike(input_encoding) else input_generator,
            "weight_generator": weight_generator,
            "accumulator": accumulator or ParallelCounter(),
            "neuron": Linear(),
            "output_scale": 1.0,
        }
        layer = DenseLayer(**fields)
        fraction = 0 if learn_scale == "none" else SCALE_BITS
        fields["neuron"], fields["output_scale"] = _neuron(layer, neuron, border_shift, fraction)
        self._set(DenseLayer(**fields), learn_scale, surrogate_fn)

    @classmethod
    def from_layer(
        cls,
        layer: DenseLayer,
        *,
        learn_scale: LearnScale = "none",
        surrogate_fn: Callable[[Tensor], Tensor] = smooth_step,
    ) -> SCLinear:
        """A layer of this description, newly initialized; a learned factor multiplies the description's integer."""
        self = cls.__new__(cls)
        self._set(layer, learn_scale, surrogate_fn)
        return self

    def _set(self, layer: DenseLayer, learn_scale: LearnScale, surrogate_fn: Callable[[Tensor], Tensor]) -> None:
        nn.Module.__init__(self)
        if learn_scale not in get_args(LearnScale):
            raise OptionError(f"learn_scale must be one of {', '.join(get_args(LearnScale))}; got {learn_scale!r}")
        self.description, self.surrogate_fn = layer, surrogate_fn
        self.learn_scale: LearnScale = learn_scale
        self.counter = counter_of(layer)
        self.weight = nn.Parameter(torch.empty(layer.neurons, layer.inputs))
        self.bias = nn.Parameter(torch.zeros(layer.neurons))
        learned = learn_scale != "none" and start_factor(layer.neuron) is not None
        self.scale = nn.Parameter(torch.ones(())) if learned else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Weights normal with variance 1 / inputs (LeCun), clipped to [−1, 1]; biases 0."""
        with torch.no_grad():
            self.weight.normal_(0, self.description.inputs**-0.5).clamp_(-1, 1)
            self.bias.zero_()

    @torch.no_grad()
    def clip_(self) -> None:
        """Bring weights, and a learned scale, into the range that codes can express."""
        self.weight.clamp_(-1, 1)
        if self.scale is not None:
            self.scale.clamp_(*SCALE_RANGE)

    @property
    def layer(self) -> DenseLayer:
        """The description, with the factor as it is learned so far."""
        if self.scale is None:
            return self.description
        neuron: dict[str, Any] = dict(self.description.neuron)
        learned = float(self.scale.detach().clamp(*SCALE_RANGE))  # as in `_factor`
        factor = scaled(_start(self.description), learned, self.learn_scale)
        if stateful(self.description.neuron) is not None:
            neuron["v_threshold"] = factor
        else:  # factors of 2 that multiplier and 2^shift have in common go: no output changes
            common = min(neuron["shift"], (factor & -factor).bit_length() - 1)
            neuron |= {"multiplier": factor >> common, "shift": neuron["shift"] - common}
        fields: dict[str, Any] = dict(self.description)
        fields["neuron"] = type(self.description.neuron)(**neuron)
        return DenseLayer(**fields)

    def integer_parameters(self) -> tuple[Tensor, Tensor]:
        """Weight codes (float32) and biases in counts (float64), differentiable.

        counts = round(bias · bias_scale), ties to even; bias_scale is the power of two nearest to 1 / count_value.
        """
        layer = self.description
        weight = st.quantize(self.weight, layer.weight_encoding, layer.resolution_bits)
        return weight, st.rounded(self.bias.double() * bias_scale(layer))

    def _factor(self) -> Tensor | None:
        """The learned multiplier or threshold, a float32 integer `()`: the same as `architecture.scaled`."""
        if self.scale is None:
            return None
        exact, start = self.scale.detach().float().clamp(*SCALE_RANGE), float(_start(self.description))
        if self.learn_scale == "power_of_two":  # the power nearest in ratio, chosen among those of SCALE_RANGE
            powers = torch.tensor([2.0**k for k in range(-9, 6)], device=exact.device)
            borders = powers * float(SQRT_HALF)
            exact = (powers * ((exact >= borders) & (exact < 2 * borders))).sum()
        return st.straight_through(self.scale * start, (start * exact).round().clamp(1, SCALE_LIMIT))

    def counts(self, codes: Tensor) -> Tensor:
        """a' of input codes `(..., in_features)`, float64 integers."""
        weight, bias = self.integer_parameters()
        return st.counts(self.description, self.counter, codes, weight) + bias

    def step(self, a: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """Output codes of counts a', and of a `lif` layer the next state (None: 0 before the first step)."""
        match self.description.neuron:
            case Linear():
                return a, None
            case Relu() | Clamp() as neuron:
                return st.border(neuron, a, self._factor()), None
            case Lif() as neuron:
                state = torch.zeros_like(a) if state is None else state
                state, spikes = st.lif_step(neuron, self.surrogate_fn, state, a, self._factor())
                return spikes, state
            case other:
                unknown_kind(other, "SCLinear")

    def forward(self, x: Tensor) -> Tensor:
        """Real outputs of real inputs, one time step from rest: `(..., in_features)` to `(..., out_features)`.

        Inputs are rounded to codes; outputs are exactly the values of output codes (of a linear layer, of counts), so
        that layers may stand in an `nn.Sequential` with dropout between them.
        """
        layer = self.description
        codes, _ = self.step(self.counts(st.quantize(x, layer.input_encoding, layer.resolution_bits)))
        return _real(layer, codes, last=layer.output_encoding is None).to(torch.float32)

    def extra_repr(self) -> str:
        """What `print` shows."""
        layer = self.description
        return (
            f"{layer.inputs}, {layer.neurons}, stream_length={layer.stream_length}, "
            f"resolution_bits={layer.resolution_bits}, neuron={layer.neuron.kind!r}, inputs={layer.input_encoding!r}"
        )


def _start(layer: DenseLayer) -> int:
    """What a learned factor multiplies."""
    factor = start_factor(layer.neuron)
    assert factor is not None, "a linear layer learns no factor"
    return factor


def _neuron(
    layer: DenseLayer, neuron: Literal["relu", "clamp", "lif", "linear"] | Neuron, border_shift: int, fraction: int
) -> tuple[Neuron, float]:
    """The neuron of this name for a layer, its border with `fraction` bits to learn in, and its output's unit."""
    unit, n = count_value(layer), layer.resolution_bits
    encoding = weights_beside(layer.input_encoding)  # of the outputs of clamp, too
    match neuron:
        case Linear():
            return neuron, unit
        case Relu() | Clamp():
            return neuron, 1 / code_scale(neuron.encoding, neuron.output_bits)
        case Lif():
            return neuron, 1.0
        case "linear":
            return Linear(), unit
        case "lif":
            bits = min(32, max(8, (layer.inputs * layer.stream_length).bit_length() + 3))
            level = min(max(1, round(1 / unit)), 2 ** (bits - 1) - 1)
            return Lif(leak_shift=1, v_threshold=level, state_bits=bits), 1.0
        case "relu":
            if layer.bipolar:
                raise OptionError("neuron 'relu' has unipolar outputs, which a bipolar layer cannot read; take 'clamp'")
            made = Relu(**_border(unit, code_scale("unipolar", n), border_shift, fraction, n))
        case "clamp":
            border = _border(unit, code_scale(encoding, n), border_shift, fraction, n)
            made = Clamp(output_encoding=encoding, **border)
        case other:
            if isinstance(other, str) and other not in kinds(Neuron):
                raise OptionError(
                    f"neuron must be one of {', '.join(kinds(Neuron))}, or of sc_neurocore.spec; got {other!r}"
                )
            unknown_kind(other, "SCLinear")
    return made, 1 / code_scale(made.encoding, made.output_bits)


def _border(unit: float, codes: float, border_shift: int, fraction: int, bits: int) -> dict[str, Any]:
    """Multiplier and shift nearest to unit · codes / 2^border_shift, with `fraction` bits to learn in."""
    exponent = round(math.log2(unit * codes)) - border_shift
    shift = min(46, max(0, fraction - exponent))
    return {"multiplier": 2 ** (exponent + shift), "shift": shift, "output_bits": bits}


def _real(layer: DenseLayer, codes: Tensor, last: bool) -> Tensor:
    """What outputs are worth: as the next layer's inputs, or at the network's end by `output_scale`."""
    encoding, bits = layer.output_encoding, layer.output_bits
    if encoding is None or bits is None:
        return codes * layer.output_scale
    if last:
        return (codes - zero_code(encoding, bits)) * layer.output_scale
    return st.values(codes, encoding, bits)


class SCNetworkModule(nn.Module):
    """A network of `SCLinear` layers over one or several time steps; its integers are those of `infer`.

    `forward` takes real features and gives real outputs (logits), `integers` takes codes and gives the contract's
    integers, `to_network` gives the description for `infer`, `network_fn` and `generate`.
    """

    _scale: Tensor
    """float64 `(features,)`, beside `_offset`; only where `input_scale` is None."""
    _offset: Tensor

    def __init__(
        self,
        layers: Iterable[SCLinear],
        *,
        time_steps: int = 1,
        repeat: bool | None = None,
        reduce: Literal["none", "sum"] | None = None,
        input_scale: float | np.ndarray = 1.0,
        input_offset: np.ndarray | None = None,
    ) -> None:
        """A network.

        Args:
            layers: in order; each one's outputs must be of the next one's input encoding and bits.
            time_steps: T.
            repeat: one vector of features for all steps; None: where there are several steps.
            reduce: sum the outputs over the steps; None: where there are several steps.
            input_scale: real feature of the largest input code; or, with an offset, one a feature.
            input_offset: real feature of the code 0, one a feature; None: 0 for all.

        Raises:
            OptionError: a layer is no `SCLinear`.
            SpecError: the layers do not fit together; the message names the border.
        """
        super().__init__()
        self.layers = nn.ModuleList(layers)
        if not len(self.layers):
            raise OptionError("layers must hold at least one SCLinear, got none")
        for i, layer in enumerate(self.layers):
            if not isinstance(layer, SCLinear):
                raise OptionError(f"layers[{i}] must be an SCLinear, got {type(layer).__name__}")
        self.time_steps = time_steps
        self.input_scale = float(input_scale) if np.ndim(input_scale) == 0 and input_offset is None else None
        """None where each feature has a scale and an offset of its own."""
        if self.input_scale is None:
            features = self._layers()[0].description.inputs
            for name, given in (("_scale", input_scale), ("_offset", 0.0 if input_offset is None else input_offset)):
                values = np.broadcast_to(np.asarray(given, np.float64), features).copy()
                self.register_buffer(name, torch.from_numpy(values), persistent=False)
        self._shape: tuple[int, int, int] | None = None  # of the network's sample, where it came from one
        self.repeat = time_steps > 1 if repeat is None else repeat
        self._input_bits = 0  # 0: those of the first layer, as the contract wants them unless inputs are spikes
        self.reduce: Literal["none", "sum"] = reduce or ("sum" if time_steps > 1 else "none")
        self.to_network()  # refuses what is not legal, before anything is trained

    @classmethod
    def from_config(
        cls,
        config: TrainConfig,
        features: int,
        classes: int,
        *,
        input_encoding: InputEncoding | None = None,
        input_scale: float = 1.0,
    ) -> SCNetworkModule:
        """The network that a recipe describes, as the JAX trainer builds it."""
        encoding = input_encoding or input_encoding_for(config, signed=False)
        spike = surrogate_of(config)
        layers = layers_of(config, features, classes, encoding)
        return cls(
            (SCLinear.from_layer(x, learn_scale=config.learn_scale, surrogate_fn=spike) for x in layers),
            time_steps=config.time_steps,
            input_scale=input_scale,
        )

    def at(self, descriptions: Sequence[DenseLayer]) -> SCNetworkModule:
        """A module of other descriptions (another stream length) on the same parameters: training either trains both.

        Args:
            descriptions: one a layer, of the same sizes and kinds.
        """
        layers = []
        for old, layer in zip(self._layers(), descriptions, strict=True):
            new = SCLinear.from_layer(layer, learn_scale=old.learn_scale, surrogate_fn=old.surrogate_fn)
            new.weight, new.bias, new.scale = old.weight, old.bias, old.scale
            layers.append(new)
        scale, offset = self._feature_arrays()
        made = SCNetworkModule(
            layers,
            time_steps=self.time_steps,
            repeat=self.repeat,
            reduce=self.reduce,
            input_scale=scale if self.input_scale is None else self.input_scale,  # type: ignore[arg-type]
            input_offset=offset,
        )
        made._input_bits, made._shape = self._input_bits, self._shape
        return made

    def _feature_arrays(self) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Scale and offset of each feature, float64; None where one scale holds for all."""
        if self.input_scale is not None:
            return None, None
        scale, offset = (getattr(self, name).double().cpu().numpy() for name in ("_scale", "_offset"))
        return scale, offset

    @classmethod
    def from_network(cls, network: NetworkSpec, *, learn_scale: LearnScale = "none") -> SCNetworkModule:
        """A module that computes this network's integers, to look at or to train further."""
        layers = []
        for layer, codes, counts in zip(known_layers(network, "SCNetworkModule"), network.weights, network.biases):
            module = SCLinear.from_layer(layer, learn_scale=learn_scale)
            weight = dequantize(codes, layer.weight_encoding, layer.resolution_bits)
            module.weight = nn.Parameter(torch.tensor(weight, dtype=torch.float32))
            bias = torch.tensor(counts / bias_scale(layer))  # a power of two: exact in float64
            module.bias = nn.Parameter(bias.float() if torch.equal(bias.float().double(), bias) else bias)
            layers.append(module)
        head = network.input
        made = cls(
            layers,
            time_steps=head.time_steps,
            repeat=head.repeat,
            reduce=network.output.reduce,
            input_scale=network.input_scale if head.scale is None else head.scale,  # type: ignore[arg-type]
            input_offset=network.input_offset,
        )
        made._input_bits, made._shape = head.resolution_bits, head.shape
        return made

    def clip_(self) -> None:
        """`SCLinear.clip_` of all layers; call it after each optimizer step."""
        for layer in self._layers():
            layer.clip_()

    def _layers(self) -> Sequence[SCLinear]:
        return tuple(self.layers)  # type: ignore[arg-type]

    def _outputs(self, codes: Tensor) -> Tensor:
        """The contract's outputs of codes, differentiable: float64 counts, or float32 codes."""
        layers = self._layers()
        wanted = 3 if self.time_steps > 1 and not self.repeat else 2
        features = layers[0].description.inputs
        if codes.ndim != wanted or codes.shape[-1] != features or (wanted == 3 and codes.shape[1] != self.time_steps):
            shape = f"batch, {f'{self.time_steps}, ' if wanted == 3 else ''}{features}"
            raise CodesError(f"inputs must have shape ({shape}), got {tuple(codes.shape)}")
        steps = [codes] * self.time_steps if wanted == 2 else list(codes.unbind(1))
        current = layers[0].counts(steps[0]) if wanted == 2 else None  # the same at every step: counted once
        states: list[Tensor | None] = [None] * len(layers)
        outputs = []
        for x in steps:
            for i, layer in enumerate(layers):
                a = current if i == 0 and current is not None else layer.counts(x)
                x, states[i] = layer.step(a, states[i])
            outputs.append(x)
        if self.time_steps == 1:
            return outputs[0]
        stacked = torch.stack(outputs, 1)
        return stacked.double().sum(1) if sums_steps(self.reduce) else stacked

    def forward(self, x: Tensor) -> Tensor:
        """Real outputs, float32, of real features.

        Args:
            x: `(batch, features)`, or `(batch, time_steps, features)` where each step has its own.
        """
        layers = self._layers()
        first, last = layers[0].description, layers[-1].description
        if self.input_scale is None:
            x = (x.double() - self._offset) / self._scale
        else:
            x = x / self.input_scale
        outputs = self._outputs(st.quantize(x, first.input_encoding, first.resolution_bits))
        return _real(last, outputs, last=True).to(torch.float32)

    @torch.no_grad()
    def integers(self, codes: Any) -> Tensor:
        """Integer outputs, int64, of integer codes: what `infer` gives for `to_network()`."""
        device = self._layers()[0].weight.device
        return self._outputs(torch.as_tensor(codes, device=device).to(torch.float32)).to(torch.int64)

    @torch.no_grad()
    def to_network(self, name: str = "network") -> NetworkSpec:
        """The integer network of the present parameters.

        Raises:
            SpecError: parameters have left what the contract allows (a bias of 2^30 counts, NaN).
        """
        first = self._layers()[0].description
        scale, offset = self._feature_arrays()
        weights, biases = [], []
        for i, layer in enumerate(self._layers()):
            for parameter in ("weight", "bias"):
                if not torch.isfinite(getattr(layer, parameter)).all():
                    raise OptionError(f"layers[{i}].{parameter} must be finite; did training diverge?")
            weight, bias = layer.integer_parameters()
            weights.append(weight.cpu().numpy().astype(np.int64))
            biases.append(bias.cpu().numpy().astype(np.int64))
        return NetworkSpec(
            name=name,
            input=InputSpec(
                features=first.inputs,
                encoding=first.input_encoding,
                resolution_bits=self._input_bits or first.resolution_bits,
                shape=self._shape,
                per_feature=self.input_scale is None,
                scale=self.input_scale,
                time_steps=self.time_steps,
                repeat=self.repeat,
            ),
            output=OutputSpec(reduce=self.reduce),
            layers=tuple(layer.layer for layer in self._layers()),
            weights=tuple(weights),
            biases=tuple(biases),
            input_scale=scale,
            input_offset=offset,
        )


def spiking_layers(sizes: Sequence[int], *, stream_length: int = 16, **options: Any) -> list[SCLinear]:
    """A spiking network's layers: `lif` between them, the last one linear (its sum over the steps decides).

    Args:
        sizes: features, neurons of each hidden layer, classes.
        stream_length: of every layer.
        options: `neuron`, `learn_scale`, `surrogate_fn`, `resolution_bits` … of `SCLinear`, for all hidden layers.
    """
    layers = []
    for i, (inputs, neurons) in enumerate(pairwise(sizes)):
        given: dict[str, Any] = {"neuron": "lif", **options, "stream_length": stream_length}
        if i == len(sizes) - 2:
            given = {k: v for k, v in given.items() if k not in ("learn_scale", "surrogate_fn")} | {"neuron": "linear"}
        if i > 0:
            given["input_encoding"] = "spike"
        layers.append(SCLinear(inputs, neurons, **given))
    return layers


__all__ = ["SCLinear", "SCNetworkModule", "smooth_step", "spiking_layers"]
