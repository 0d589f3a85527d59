"""Surrogates on Torch tensors, by two paths: an operator of `torch.library`, and a `torch.autograd.Function`.

Both are one rule: the value is the hard step of x, the derivative is `slope`, a tensor computed beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor
from torch.autograd import Function

from ...spec.errors import OptionError
from ...spec.kinds import strict as is_strict
from .ops import Ops

if TYPE_CHECKING:
    from .base import Comparator, Surrogate


class _TorchOps:
    abs = staticmethod(torch.abs)
    exp = staticmethod(torch.exp)
    expm1 = staticmethod(torch.expm1)
    log = staticmethod(torch.log)
    log1p = staticmethod(torch.log1p)
    sin = staticmethod(torch.sin)
    cos = staticmethod(torch.cos)
    arctan = staticmethod(torch.atan)
    erf = staticmethod(torch.erf)
    sigmoid = staticmethod(torch.sigmoid)
    where = staticmethod(torch.where)
    clip = staticmethod(torch.clamp)

    @staticmethod
    def constant(x: Tensor, c: Any) -> Tensor:
        return torch.zeros_like(x) + c


OPS: Ops = cast(Ops, _TorchOps())  # torch's own signatures are wider than the protocol's


def evaluate(formula: Callable[[Ops, Any], Any], x: Tensor, gain: Any) -> Tensor:
    """gain·formula(x) in the dtype of x; 16-bit floats go through float32, integers give the default float."""
    dtype = x.dtype if x.dtype.is_floating_point else torch.get_default_dtype()
    wide = x.to(torch.promote_types(dtype, torch.float32))
    return (gain * formula(OPS, wide)).to(dtype)


def fires(x: Tensor, strict: bool) -> Tensor:
    """[x >= 0], or [x > 0] if strict, in the dtype of x."""
    return (x > 0 if strict else x >= 0).to(x.dtype)


@torch.library.custom_op("sc_neurocore::spike", mutates_args=())
def spike_op(x: Tensor, slope: Tensor, strict: bool) -> Tensor:
    """The operator in compiled and exported graphs: the step of x, with the derivative `slope`."""
    return fires(x, strict)


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


def _keep_slope(ctx: Any, inputs: tuple, output: Tensor) -> None:
    ctx.save_for_backward(inputs[1])


def _backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
    (slope,) = ctx.saved_tensors
    return gradient * slope, gradient, None  # a parameter's derivative is that of the slope, by convention


spike_op.register_autograd(_backward, setup_context=_keep_slope)


class _Step(Function):
    """The rule for eager mode: `setup_context` for `torch.func.grad`, a generated rule for `vmap`, `jvp`."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, slope: Tensor, strict: bool) -> Tensor:
        return fires(x, strict)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple, output: Tensor) -> None:
        _keep_slope(ctx, inputs, output)
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


class _OperatorStep(_Step):
    """The same around the operator: in Torch 2.13 an operator with `register_autograd` raises under `torch.func`."""

    @staticmethod
    def forward(x: Tensor, slope: Tensor, strict: bool) -> Tensor:
        return spike_op(x, slope, strict)


def written_out(value: Tensor, x: Tensor, slope: Tensor) -> Tensor:
    """The value with the rule's derivatives as arithmetic: each bracket is 0, and has the derivative it should have.

    For values that are no steps, and for compiled graphs: Dynamo refuses a Function that has a `jvp`, and gives zeros
    for `torch.func.grad` of one that has none.
    """
    finite, slope = torch.nan_to_num(x, 0.0, 0.0, 0.0), torch.nan_to_num(slope)  # ∞ − ∞ and 0·∞ would be no 0
    return value.detach() + slope.detach() * (finite - finite.detach()) + (slope - slope.detach())


def by_operator(x: Tensor, slope: Tensor, strict: bool) -> Tensor:
    """The path `custom_op`."""
    if torch.compiler.is_compiling():
        return written_out(spike_op(x.detach(), slope.detach(), strict), x, slope)
    return cast(Tensor, _OperatorStep.apply(x, slope, strict))


def by_function(x: Tensor, slope: Tensor, strict: bool) -> Tensor:
    """The path `legacy_autograd`."""
    if torch.compiler.is_compiling():
        return written_out(fires(x, strict), x, slope)
    return cast(Tensor, _Step.apply(x, slope, strict))


STEPS = {"custom_op": by_operator, "legacy_autograd": by_function}
"""The paths by their names."""


def step(x: Any, slope: Callable[[Tensor], Tensor], comparator: Comparator, path: str) -> Tensor:
    """Spikes of x by a path, with the derivative slope(x), itself a constant of x.

    Integers and bools keep their type and have no derivative.

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
        return fires(x, strict)
    height = slope(x.detach()).to(x.dtype)
    if height.shape != x.shape:  # a parameter may bring axes of its own
        x, height = torch.broadcast_tensors(x, height)
    return STEPS[path](x, height, strict)


def spike(surrogate: Surrogate, x: Tensor) -> Tensor:
    """The hard step of `surrogate.comparator`, with the slope `surrogate.surrogate_grad`."""
    return step(x, surrogate.surrogate_grad, surrogate.comparator, "legacy_autograd")


def stochastic() -> Any:
    """The forms of `stochastic.py`."""
    from . import _torch_stochastic

    return _torch_stochastic
