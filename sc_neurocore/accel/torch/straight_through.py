"""The training form of a layer in Torch: the forward pass is the exact integer layer, the gradient that of its smooth
shadow (the straight-through rule of Bengio et al., 2013), which is zero where a clip is active.

Codes travel as float32 holding integers, counts and states as float64, which holds every integer of the contract.
Two autograd functions carry the gradients; both have `setup_context` and a vmap rule, so that `torch.func.grad`,
`torch.func.vmap` and `torch.compile(fullgraph=True)` take them. Elementwise arithmetic in float64 makes no rounding
error on these integers: products by a multiplier stay below 2^47, and factors 2^−shift are exact.
"""

from __future__ import annotations

from typing import Any

from ...spec.encoding import Encoding, code_range, zero_code
from ...spec.errors import require_extra
from ...spec.kinds import strict, unknown_kind
from ...spec.layer import Clamp, DenseLayer, Lif, Relu
from ...spec.values import count_value
from ..kinds import code_scale, subtracts, unites

require_extra("torch", "torch")

import torch  # noqa: E402 -- after the check, so that a missing torch is an error that names the extra
from torch import Tensor  # noqa: E402

from .counts import Counter  # noqa: E402


class _StraightThrough(torch.autograd.Function):
    """`exact` forward; the gradient goes to `smooth`."""

    generate_vmap_rule = True

    @staticmethod
    def forward(smooth: Tensor, exact: Tensor) -> Tensor:
        return exact.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        ctx.dtype = inputs[0].dtype

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0].to(ctx.dtype), None


def straight_through(smooth: Tensor, exact: Tensor) -> Tensor:
    """`exact` in the forward pass, the derivative of `smooth` in the backward pass; equal shapes."""
    return _StraightThrough.apply(smooth, exact.detach())  # type: ignore[return-value]


class _Codes(torch.autograd.Function):
    """Rounding and clipping to codes: float64 in, float32 out; the gradient is 1 in [low, top], 0 outside."""

    generate_vmap_rule = True

    @staticmethod
    def forward(v: Tensor, half: float, away: bool, low: float, top: float) -> Tensor:
        if away:
            return (v.sign() * (v.abs() + half).floor()).clamp(low, top).float()
        return (v + half).floor().clamp(low, top).float()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        v, _, _, ctx.low, ctx.top = inputs
        ctx.save_for_backward(v)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (v,) = ctx.saved_tensors
        inside = (v >= ctx.low) & (v <= ctx.top)
        return gradients[0].double() * inside, None, None, None, None


def _codes(v: Tensor, half: float, low: float, top: float, away: bool = False) -> Tensor:
    """clip(floor(v + half), low, top); with `away` the magnitude is rounded and the sign kept."""
    return _Codes.apply(v, half, away, low, top)  # type: ignore[return-value]


class _Counts(torch.autograd.Function):
    """Exact counts forward; backward through Σ_j v(x_j)·v(w_j) / count_value, without computing that sum forward."""

    generate_vmap_rule = True

    @staticmethod
    def forward(exact: Tensor, x: Tensor, w: Tensor, x_offset: float, w_offset: float, slope: float) -> Tensor:
        return exact.clone()

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        _, x, w, *ctx.constants = inputs
        ctx.save_for_backward(x, w)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, w = ctx.saved_tensors
        x_offset, w_offset, slope = ctx.constants
        g = gradients[0].to(w.dtype) * slope
        g_rows, x_rows = g.reshape(-1, g.shape[-1]), x.reshape(-1, x.shape[-1])
        to_x = g @ (w - w_offset) if ctx.needs_input_grad[1] else None
        to_w = g_rows.T @ (x_rows - x_offset) if ctx.needs_input_grad[2] else None
        return None, to_x, to_w, None, None, None


def values(codes: Tensor, encoding: Encoding, n: int) -> Tensor:
    """The real values that codes stand for."""
    return (codes - zero_code(encoding, n)) / code_scale(encoding, n)


def quantize(v: Tensor, encoding: Encoding, n: int) -> Tensor:
    """Codes of real values, float32: the integers that `spec.quantize` gives; the gradient is 0 where they saturate."""
    v = v.double()  # as the contract says; a float32 value times 2^n − 1 is exact there
    top = 2.0**n - 1
    match encoding:
        case "spike":
            return straight_through(v.clamp(0, 1), (v >= 0.5).float())
        case "bipolar":
            return _codes((v + 1) / 2 * 2.0**n, 0.5, 0.0, top)
        case "sign_magnitude":
            return _codes(v * top, 0.5, -top, top, away=True)
        case "unipolar":
            return _codes(v * top, 0.5, 0.0, top)
        case other:
            unknown_kind(other, "the Torch quantizer")


def rounded(v: Tensor) -> Tensor:
    """Nearest integers in float64, ties to even, with the gradient 1."""
    return straight_through(v, v.detach().double().round())


OR_TERMS = 3
"""Terms of log(1 − p) = −p − p²/2 − p³/3 − … in the shadow of an `or`; each is one matrix product."""


def _independent_or(x: Tensor, w: Tensor) -> Tensor:
    """Π over negative products of (1 − |x·w|) − Π over positive ones: what an OR of independent streams expects."""
    (x_up, x_down), (w_up, w_down) = (((v.abs() + v) / 2, (v.abs() - v) / 2) for v in (x, w))
    x_halves = torch.cat([x_up, x_down], -1)

    def log_none(w_halves: Tensor) -> Tensor:
        return sum((x_halves**k @ (w_halves**k).T / -k for k in range(1, OR_TERMS + 1)), torch.zeros(()))

    return log_none(torch.cat([w_down, w_up], -1)).exp() - log_none(torch.cat([w_up, w_down], -1)).exp()


def counts(layer: DenseLayer, counter: Counter, x: Tensor, w: Tensor) -> Tensor:
    """The accumulator a of a layer without the bias, float64.

    The gradient is that of Σ_j v(x_j)·v(w_j) / count_value, for `or` that of the expectation under independent streams.

    Args:
        layer: the description.
        counter: `counter_of(layer)`.
        x: input codes `(..., inputs)`, float32 integers.
        w: weight codes `(neurons, inputs)`, float32 integers.
    """
    n = layer.resolution_bits
    x_scale, w_scale = code_scale(layer.input_encoding, n), code_scale(layer.weight_encoding, n)
    slope = 1 / (x_scale * w_scale * count_value(layer))
    exact = counter(x.detach(), w.detach()).double()
    if unites(layer.accumulator):
        shadow = _independent_or(values(x, layer.input_encoding, n), values(w, layer.weight_encoding, n))
        return straight_through(shadow / count_value(layer), exact)
    offsets = float(zero_code(layer.input_encoding, n)), float(zero_code(layer.weight_encoding, n))
    return _Counts.apply(exact, x, w, *offsets, slope)  # type: ignore[return-value]


def border(neuron: Relu | Clamp, a: Tensor, multiplier: Tensor | None = None) -> Tensor:
    """Output codes of counts a', float32; y = floor((a'·multiplier + r) / 2^shift), clipped as the neuron says.

    Args:
        neuron: multiplier, shift, bits and encoding of the border.
        a: counts, float64 integers.
        multiplier: a learned integer `()` in place of the neuron's; its gradient is a' / 2^shift.
    """
    factor = neuron.multiplier if multiplier is None else multiplier.double()
    y = a * (factor * 2.0**-neuron.shift)
    # r / 2^shift is ½; where the shift is 0 it is 0, but then y is an integer and ½ changes nothing.
    half = 0.5
    low, top = map(float, code_range(neuron.encoding, neuron.output_bits))
    zero = zero_code(neuron.encoding, neuron.output_bits)
    return _codes(y + zero if zero else y, half, low, top)


def lif_step(
    neuron: Lif, surrogate: Any, v: Tensor, a: Tensor, v_threshold: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """One time step of a `lif` neuron on integers (contract §6): the next state (float64) and the spikes (float32).

    Gradients: the leak's and the clip's own; of the spike that of `surrogate` at (v − v_threshold) / v_threshold; none
    through the reset, but for what a spike takes away of a learned threshold.

    Args:
        neuron: leak, threshold, comparator, reset and state bits.
        surrogate: any callable with the wanted derivative; its values are not used.
        v: state, float64 integers.
        a: counts a', float64 integers.
        v_threshold: a learned threshold, float64 integer, in place of the neuron's.
    """
    if v_threshold is None:
        v_threshold = torch.tensor(neuron.v_threshold, dtype=torch.float64, device=a.device)
    top = 2.0 ** (neuron.state_bits - 1)
    if neuron.leak_shift is not None:
        part = v * 2.0**-neuron.leak_shift
        v = v - straight_through(part, part.detach().floor())
    v = (v + a).clamp(-top, top - 1)
    held, fixed = v.detach(), v_threshold.detach()
    fires = held > fixed if strict(neuron.comparator) else held >= fixed
    spikes = straight_through(surrogate((v - v_threshold) / v_threshold), fires.double())
    fired = spikes.detach()
    after = v - fired * v_threshold if subtracts(neuron.reset) else v * (1 - fired)
    return after.clamp(-top, top - 1), spikes.float()
