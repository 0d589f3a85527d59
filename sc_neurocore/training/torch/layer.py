"""A fully connected Torch layer whose forward pass is the contract's integers: a layer of `exact`'s networks."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, Self, get_args

from ...accel.exact_layer import ExactLayer, quantize
from ...accel.exact_maps import ExactPool, exact_layer
from ...accel.kinds import code_scale, stateful, weights_beside
from ...accel.ops import values
from ...spec.coerce import integer
from ...spec.encoding import Encoding, is_spike, zero_code
from ...spec.errors import OptionError, require_extra
from ...spec.generator import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR, Generator
from ...spec.kinds import kinds, unknown_kind
from ...spec.layer import Accumulator, Clamp, DenseLayer, Lif, Linear, Neuron, ParallelCounter, Relu
from ...spec.maps import Conv2dLayer, Layer
from ...spec.values import count_value
from ..architecture import SCALE_BITS, SCALE_LIMIT, SCALE_RANGE, SQRT_HALF, bias_scale, scaled, start_factor

require_extra("torch", "torch")

import torch  # noqa: E402 -- after the check, so that a missing torch is an error that names the extra
from torch import Tensor, nn  # noqa: E402

from ...accel.torch.ops import TORCH, TorchCounter  # noqa: E402

LearnScale = Literal["none", "power_of_two", "multiplier"]
NeuronName = Literal["relu", "clamp", "lif", "linear"]


def smooth_step(u: Tensor) -> Tensor:
    """The default surrogate of a spike: arctan(π·u) / π + ½, with the derivative 1 / (1 + (π·u)²)."""
    return torch.atan(math.pi * u) / math.pi + 0.5


class SCLayer(nn.Module):
    """What layers with weights share: real parameters, and the integers that the forward pass rounds them to.

    Weights mean something in [−1, 1] only: call `clip_()` after each optimizer step.
    """

    def _describe(
        self,
        kind: type[DenseLayer] | type[Conv2dLayer],
        window: dict[str, Any],
        *,
        stream_length: int,
        resolution_bits: int | None,
        neuron: NeuronName | Neuron,
        input_encoding: Encoding,
        border_shift: int,
        learn_scale: LearnScale,
        input_generator: Generator | None,
        weight_generator: Generator,
        accumulator: Accumulator | None,
        surrogate_fn: Callable[[Tensor], Tensor],
    ) -> None:
        """Take on the description that these arguments of the constructors make; `window` has the kind's own fields."""
        stream_length, border_shift = integer("stream_length", stream_length), integer("border_shift", border_shift)
        n = min(16, max(2, (stream_length - 1).bit_length())) if resolution_bits is None else resolution_bits
        fields: dict[str, Any] = {
            **window,
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
        layer = kind(**fields)
        fraction = 0 if learn_scale == "none" else SCALE_BITS
        fields["neuron"], fields["output_scale"] = _neuron(layer, neuron, border_shift, fraction)
        self._set(kind(**fields), learn_scale, surrogate_fn)

    @classmethod
    def from_layer(
        cls,
        layer: DenseLayer | Conv2dLayer,
        *,
        learn_scale: LearnScale = "none",
        surrogate_fn: Callable[[Tensor], Tensor] = smooth_step,
    ) -> Self:
        """A layer of this description, newly initialized; a learned factor multiplies the description's integer.

        Args:
            layer: the description.
            learn_scale: as in the constructor.
            surrogate_fn: as in the constructor.
        """
        self = cls.__new__(cls)
        self._set(layer, learn_scale, surrogate_fn)
        return self

    def _set(
        self, layer: DenseLayer | Conv2dLayer, learn_scale: LearnScale, surrogate_fn: Callable[[Tensor], Tensor]
    ) -> None:
        nn.Module.__init__(self)
        if learn_scale not in get_args(LearnScale):
            raise OptionError(f"learn_scale must be one of {', '.join(get_args(LearnScale))}; got {learn_scale!r}")
        self.description, self.surrogate_fn = layer, surrogate_fn
        self.learn_scale: LearnScale = learn_scale
        self.counter = TorchCounter(layer)
        self.weight = nn.Parameter(torch.empty(self._parameter_shape(layer)))
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
    def layer(self) -> DenseLayer | Conv2dLayer:
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
        return type(self.description)(**fields)

    def integer_parameters(self) -> tuple[Tensor, Tensor]:
        """Weight codes (float32) and biases in counts (float64), differentiable.

        counts = round(bias · bias_scale), ties to even; bias_scale is the power of two nearest to 1 / count_value.
        """
        layer = self.description
        self._check_finite()
        bias = self.bias.double() * bias_scale(layer)
        weight = quantize(TORCH, self._as_described(self.weight), layer.weight_encoding, layer.resolution_bits)
        return weight, TORCH.straight_through(bias, bias.detach().round())

    def _check_finite(self) -> None:
        """Refuse NaN and infinities, which have no code; compiled and transformed code has no values to look at."""
        transforms = torch._C._functorch  # pyright: ignore[reportAttributeAccessIssue] -- a compiled module without stubs
        if torch.compiler.is_compiling() or transforms.peek_interpreter_stack() is not None:
            return
        for name in ("weight", "bias"):
            parameter = getattr(self, name).detach()
            if not torch.isfinite(parameter).all():
                index = tuple(torch.isfinite(parameter).logical_not().nonzero()[0].tolist())
                raise OptionError(
                    f"{name} of {type(self).__name__} must be finite, got {parameter[index].item()} at index {index}"
                )

    def exact(self) -> ExactLayer | ExactPool:
        """The layer of the present parameters, for `executor.run_steps`."""
        weight, bias = self.integer_parameters()
        tensors = {"weight": weight, "bias": bias}
        return exact_layer(TORCH, self.description, self.counter, tensors, self._factor(), self.surrogate_fn)

    def _parameter_shape(self, layer: DenseLayer | Conv2dLayer) -> tuple[int, ...]:
        """Shape of the parameter `weight`."""
        return layer.weight_shape

    def _as_described(self, weight: Tensor) -> Tensor:
        """The parameter `weight`, or one like it, with its axes in the description's order."""
        return weight

    def _as_parameter(self, weight: Tensor) -> Tensor:
        """The inverse of `_as_described`."""
        return weight

    def _factor(self) -> Tensor | None:
        """The learned multiplier or threshold, a float32 integer `()`: the same as `architecture.scaled`."""
        if self.scale is None:
            return None
        exact, start = self.scale.detach().float().clamp(*SCALE_RANGE), float(_start(self.description))
        if self.learn_scale == "power_of_two":  # the power nearest in ratio, chosen among those of SCALE_RANGE
            powers = torch.tensor([2.0**k for k in range(-9, 6)], device=exact.device)
            bounds = powers * float(SQRT_HALF)
            exact = (powers * ((exact >= bounds) & (exact < 2 * bounds))).sum()
        return TORCH.straight_through(self.scale * start, (start * exact).round().clamp(1, SCALE_LIMIT))


class SCLinear(SCLayer):
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
        neuron: NeuronName | Neuron = "relu",
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
        self._describe(
            DenseLayer,
            {"inputs": in_features, "neurons": out_features},
            stream_length=stream_length,
            resolution_bits=resolution_bits,
            neuron=neuron,
            input_encoding=input_encoding,
            border_shift=border_shift,
            learn_scale=learn_scale,
            input_generator=input_generator,
            weight_generator=weight_generator,
            accumulator=accumulator,
            surrogate_fn=surrogate_fn,
        )

    def forward(self, x: Tensor) -> Tensor:
        """Real outputs of real inputs, one time step from rest: `(..., in_features)` to `(..., out_features)`.

        Inputs are rounded to codes; outputs are exactly the values of output codes (of a linear layer, of counts), so
        that layers may stand in an `nn.Sequential` with dropout between them.
        """
        layer, exact = self.description, self.exact()
        codes = quantize(TORCH, x, layer.input_encoding, layer.resolution_bits).reshape(-1, layer.inputs)
        outputs = exact.outputs(exact.counts(codes), exact.start(codes))[0].reshape(*x.shape[:-1], -1)
        return real_outputs(layer, outputs, last=layer.output_encoding is None).to(torch.float32)

    def extra_repr(self) -> str:
        """What `print` shows."""
        layer = self.description
        return (
            f"{layer.inputs}, {layer.neurons}, stream_length={layer.stream_length}, "
            f"resolution_bits={layer.resolution_bits}, neuron={layer.neuron.kind!r}, inputs={layer.input_encoding!r}"
        )


def _start(layer: DenseLayer | Conv2dLayer) -> int:
    """What a learned factor multiplies."""
    factor = start_factor(layer.neuron)
    assert factor is not None, "a linear layer learns no factor"
    return factor


def _neuron(
    layer: DenseLayer | Conv2dLayer, neuron: NeuronName | Neuron, border_shift: int, fraction: int
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
            requantizer = Relu(**_requantizer(unit, code_scale("unipolar", n), border_shift, fraction, n))
        case "clamp":
            fields = _requantizer(unit, code_scale(encoding, n), border_shift, fraction, n)
            requantizer = Clamp(output_encoding=encoding, **fields)
        case other:
            if isinstance(other, str) and other not in kinds(Neuron):
                raise OptionError(
                    f"neuron must be one of {', '.join(kinds(Neuron))}, or of sc_neurocore.spec; got {other!r}"
                )
            unknown_kind(other, "SCLinear")
    return requantizer, 1 / code_scale(requantizer.encoding, requantizer.output_bits)


def _requantizer(unit: float, codes: float, border_shift: int, fraction: int, bits: int) -> dict[str, Any]:
    """Multiplier and shift nearest to unit · codes / 2^border_shift, with `fraction` bits to learn in."""
    exponent = round(math.log2(unit * codes)) - border_shift
    shift = min(46, max(0, fraction - exponent))
    return {"multiplier": 2 ** (exponent + shift), "shift": shift, "output_bits": bits}


def real_outputs(layer: Layer, codes: Tensor, last: bool) -> Tensor:
    """What outputs are worth: as the next layer's inputs, or at the network's end by `output_scale`.

    Args:
        layer: the description.
        codes: its outputs, floats that hold integers.
        last: whether the layer is the network's last.
    """
    encoding, bits = layer.output_encoding, layer.output_bits
    if encoding is None or bits is None:
        return codes * layer.output_scale
    if last:
        return (codes - zero_code(encoding, bits)) * layer.output_scale
    return values(codes, encoding, bits)
