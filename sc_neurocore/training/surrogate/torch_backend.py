"""Surrogates on Torch tensors, by two paths: an operator of `torch.library`, and a `torch.autograd.Function`.

Both are one rule: the value is the hard step of x, the derivative is `slope`, a tensor computed beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from ...spec.errors import OptionError, require_extra
from ...spec.kinds import strict as is_strict
from .ops import Ops
from .parameters import Comparator

require_extra("torch", "torch")

import torch  # noqa: E402 -- after the check, so that a missing torch is an error that names the extra
from torch import Generator, Tensor  # noqa: E402
from torch.autograd import Function  # noqa: E402

OPS = cast(Ops, torch)  # the module has them all; its own signatures are wider than the protocol's


def constant_of(x: Tensor) -> Tensor:
    """The tensor as a constant of differentiation."""
    return x.detach()


def as_float(x: Tensor) -> Tensor:
    """The argument as a floating tensor; floats keep their dtype."""
    return x if x.dtype.is_floating_point else x.to(torch.get_default_dtype())


def evaluate(formula: Callable[[Ops, Any], Any], x: Tensor, gain: Any = 1.0) -> Tensor:
    """gain·formula(x) in the dtype of x; 16-bit floats go through float32, integers give the default float.

    Args:
        formula: a function of `Ops` and a tensor.
        x: the argument.
        gain: a factor.
    """
    x = as_float(x)
    wide = x.to(torch.promote_types(x.dtype, torch.float32))
    return (gain * formula(OPS, wide)).to(x.dtype)


def _steps(x: Tensor, slope: Tensor, strict: bool) -> Tensor:
    """[x >= 0], or [x > 0] if strict, in the dtype of x; the slope has no part in the value."""
    return (x > 0 if strict else x >= 0).to(x.dtype)


@torch.library.custom_op("sc_neurocore::spike", mutates_args=())
def spike_op(x: Tensor, slope: Tensor, strict: bool) -> Tensor:
    """The operator in compiled and exported graphs: the step of x, with the derivative `slope`.

    Args:
        x: membrane − threshold.
        slope: in the shape and dtype of x.
        strict: whether 0 does not fire.
    """
    return _steps(x, slope, strict)


@spike_op.register_fake
def _(x: Tensor, slope: Tensor, strict: bool) -> Tensor:
    return torch.empty_like(x)


@spike_op.register_vmap
def _(info: Any, in_dims: tuple, x: Tensor, slope: Tensor, strict: bool) -> tuple[Tensor, int]:
    # The value does not depend on the slope, but the result must have the axis that either of them has.
    if in_dims[0] is None:
        return spike_op(x.expand(info.batch_size, *x.shape), slope.movedim(in_dims[1], 0), strict), 0
    x = x.movedim(in_dims[0], 0)
    slope = slope.expand_as(x) if in_dims[1] is None else slope.movedim(in_dims[1], 0)
    return spike_op(x, slope, strict), 0


def _save_slope(ctx: Any, inputs: tuple, output: Tensor) -> None:
    ctx.save_for_backward(inputs[1])


def _backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
    (slope,) = ctx.saved_tensors
    return gradient * slope, gradient, None  # a parameter's derivative is that of the slope, by convention


spike_op.register_autograd(_backward, setup_context=_save_slope)


class _FunctionSpike(Function):
    """The rule for eager mode: `setup_context` for `torch.func.grad`, a generated rule for `vmap`, `jvp`."""

    generate_vmap_rule = True
    forward = staticmethod(_steps)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple, output: Tensor) -> None:
        _save_slope(ctx, inputs, output)
        ctx.save_for_forward(inputs[1])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, None]:
        return _backward(ctx, *gradients)

    @staticmethod
    def jvp(  # pyright: ignore[reportIncompatibleMethodOverride]  Torch declares `*grad_inputs`, one for each input
        ctx: Any, x_dot: Tensor | None, slope_dot: Tensor | None, _: None
    ) -> Tensor | None:
        (slope,) = ctx.saved_tensors
        if x_dot is None:
            return slope_dot
        return slope * x_dot if slope_dot is None else slope * x_dot + slope_dot


class _OperatorSpike(_FunctionSpike):
    """The same around the operator: in Torch 2.13 an operator with `register_autograd` raises under `torch.func`."""

    forward = staticmethod(spike_op)


def _differentiable(value: Tensor, x: Tensor, slope: Tensor) -> Tensor:
    """The value with the rule's derivatives as arithmetic: each bracket is 0, and has the derivative it should have.

    For values that are no steps, and for compiled graphs: Dynamo refuses a Function that has a `jvp`, and gives zeros
    for `torch.func.grad` of one that has none.
    """
    finite, slope = torch.nan_to_num(x, 0.0, 0.0, 0.0), torch.nan_to_num(slope)  # ∞ − ∞ and 0·∞ would be no 0
    return value.detach() + slope.detach() * (finite - finite.detach()) + (slope - slope.detach())


PATHS: dict[str, tuple[Callable[..., Tensor], type[Function]]] = {
    "custom_op": (spike_op, _OperatorSpike),
    "legacy_autograd": (_steps, _FunctionSpike),
}
"""By the names of the paths: the step without its derivative, for compiled graphs, and the Function of eager mode."""


def spike(x: Any, slope: Callable[[Tensor], Tensor], comparator: Comparator, path: str = "legacy_autograd") -> Tensor:
    """The hard step of x, with the derivative slope(x), itself a constant of x.

    Integers and bools keep their type and have no derivative.

    Args:
        x: membrane − threshold.
        slope: the surrogate gradient.
        comparator: whether 0 fires.
        path: how the derivative reaches autograd, one of `PATHS`.

    Raises:
        OptionError: x is no real tensor.
    """
    if not isinstance(x, Tensor) or x.is_complex():
        kind = x.dtype if isinstance(x, Tensor) else type(x).__name__
        raise OptionError(
            f"x must be a real torch.Tensor, got {kind}; for JAX and NumPy arrays call the catalogue's classes, "
            "such as surrogate.Arctan(alpha=2.0)(x)"
        )
    strict = is_strict(comparator)
    if not x.is_floating_point():
        return _steps(x, x, strict)
    height = slope(x.detach()).to(x.dtype)
    if height.shape != x.shape:  # a parameter may bring axes of its own
        x, height = torch.broadcast_tensors(x, height)
    step, function = PATHS[path]
    if torch.compiler.is_compiling():
        return _differentiable(step(x.detach(), height.detach(), strict), x, height)
    return cast(Tensor, function.apply(x, height, strict))


def with_slope(value: Tensor, x: Tensor, slope: Tensor) -> Tensor:
    """A value with the derivative `slope` with respect to x, both of them constants.

    Args:
        value: in the shape and dtype of x.
        x: the tensor that the value is made from.
        slope: in the shape of x.
    """
    return _differentiable(value, x, slope.to(x.dtype).detach())


def sampled_density(p: Tensor, length: int, key: Generator | None) -> Tensor:
    """Density of ones in L Bernoulli bits.

    Args:
        p: probabilities.
        length: L.
        key: the generator; None: Torch's own.
    """
    wide = p.to(torch.promote_types(p.dtype, torch.float32))
    if length == 1:
        return torch.bernoulli(wide, generator=key).to(p.dtype)
    ones = torch.binomial(torch.full_like(wide, length), wide, generator=key)
    return (ones / length).to(p.dtype)
