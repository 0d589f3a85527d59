"""What all spiking cells share: constants, learned or not, the spike with its reset, and states that start at 0."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, get_args

from ...spec.coerce import number
from ...spec.errors import OptionError, require_extra
from ..surrogate import Comparator, Formula

require_extra("torch", "torch")

import torch  # noqa: E402 -- after the check, so that a missing torch is an error that names the extra
from torch import Tensor, nn  # noqa: E402

SurrogateFn = Callable[[Tensor], Tensor]
"""Spikes of membrane − level; any callable that gives 0 and 1 and has a derivative of its own."""

LOWEST_THRESHOLD = 1e-3
"""A learned threshold is held here from below: at 0 or less every neuron would fire at every step."""

_RULES: dict[str, dict[str, Any]] = {
    "decay": {"low": 0, "high": 1},
    "positive": {"above": 0},
    "not_negative": {"low": 0},
    "finite": {},
}


def checked(name: str, value: Any, rule: str) -> float:
    """The value as a float.

    Args:
        name: the argument's name, for the message.
        value: a number.
        rule: a name of `_RULES`.

    Raises:
        OptionError: the value breaks the rule; the message names both.
    """
    return number(name, value, **_RULES[rule])


def comparator_of(surrogate_fn: SurrogateFn) -> Comparator:
    """Whether a membrane exactly at its level fires, found by asking the surrogate itself.

    Raises:
        OptionError: the surrogate is no callable, or gives no spike of a tensor.
    """
    if not callable(surrogate_fn):
        raise OptionError(f"surrogate_fn must be callable on membrane - threshold, got {surrogate_fn!r}")
    spike = surrogate_fn(torch.zeros(1))
    if not isinstance(spike, Tensor) or spike.shape != (1,) or spike.item() not in (0, 1):
        raise OptionError(f"surrogate_fn must give a spike, 0 or 1, of every element; of tensor([0.]) it gave {spike}")
    return "ge" if spike.item() == 1 else "gt"


def with_comparator(surrogate_fn: SurrogateFn, comparator: Comparator | None) -> tuple[SurrogateFn, Comparator]:
    """The surrogate with the comparator asked for, and the one it has; None takes it as it is.

    Raises:
        OptionError: there is no such comparator, or the surrogate has another and takes no keyword `comparator`.
    """
    if comparator not in (None, *get_args(Comparator)):
        raise OptionError(f"comparator must be 'ge' or 'gt', got {comparator!r}")
    found = comparator_of(surrogate_fn)
    if comparator in (None, found):
        return surrogate_fn, found
    given: Any = surrogate_fn
    if isinstance(given, Formula):
        return replace(given, comparator=comparator), comparator
    try:
        takes_one = inspect.signature(given).parameters.get("comparator") is not None
    except (TypeError, ValueError):  # a callable without a signature
        takes_one = False
    if not takes_one:
        raise OptionError(
            f"surrogate_fn has the comparator {found!r} and takes no other, got comparator={comparator!r}; "
            f"leave comparator out or give another surrogate_fn"
        )
    return partial(given, comparator=comparator), comparator


class SpikingCell(nn.Module):
    """A cell with a firing level, a surrogate and, in most, a decay `beta`.

    Constants are buffers, or parameters where they are learned, so that they travel with `state_dict` and `to`. Each is
    used in the dtype of the current. A learned `beta` is held in [0, 1], a learned `threshold` above 1e-3.
    """

    comparator: Comparator
    """Whether a membrane exactly at the level fires ("ge") or not ("gt"); the export carries it."""
    threshold: Tensor
    beta: Tensor

    def __init__(
        self,
        threshold: float,
        surrogate_fn: SurrogateFn,
        learn_threshold: bool = False,
        comparator: Comparator | None = None,
    ) -> None:
        super().__init__()
        self._constant("threshold", threshold, "positive", learn_threshold)
        self.surrogate_fn, self.comparator = with_comparator(surrogate_fn, comparator)

    def _constant(self, name: str, value: float, rule: str, learn: bool = False) -> None:
        number = checked(name, value, rule)
        if learn:
            self.register_parameter(name, nn.Parameter(torch.tensor(number)))
        else:
            self.register_buffer(name, torch.tensor(number, dtype=torch.float64))

    def decay(self) -> Tensor:
        """The factor `beta` in use."""
        return self.beta.clamp(0, 1) if isinstance(self.beta, nn.Parameter) else self.beta

    def level(self) -> Tensor:
        """The threshold in use."""
        learned = isinstance(self.threshold, nn.Parameter)
        return self.threshold.clamp(min=LOWEST_THRESHOLD) if learned else self.threshold

    def _fire(self, v: Tensor, level: Tensor) -> tuple[Tensor, Tensor]:
        """Spikes, and the membrane less the level where there is one."""
        spikes = self.surrogate_fn(v - level)
        return spikes, v - spikes.detach() * level

    def extra_repr(self) -> str:
        """The constants, in the order they were given."""
        named = {**dict(self.named_buffers(recurse=False)), **dict(self.named_parameters(recurse=False))}
        return ", ".join([*(f"{name}={value.item():.6g}" for name, value in named.items()), self.comparator])


def current_of(name: str, value: Any) -> Tensor:
    """An input current as it is.

    Raises:
        OptionError: it is no floating-point tensor.
    """
    if not isinstance(value, Tensor) or not value.is_floating_point():
        got = value.dtype if isinstance(value, Tensor) else type(value).__name__
        raise OptionError(f"{name} must be a floating-point torch.Tensor, got {got}")
    return value


def state_of(name: str, value: Tensor | None, current: Tensor) -> Tensor:
    """A state in the current's shape; 0 where it is not given.

    Raises:
        OptionError: the state has another shape.
    """
    if value is None:
        return torch.zeros_like(current)
    if not isinstance(value, Tensor):
        raise OptionError(f"{name} must be a torch.Tensor or None, got {type(value).__name__}")
    if value.shape != current.shape:
        try:
            return value.expand_as(current)
        except RuntimeError:
            raise OptionError(
                f"{name} must have the current's shape {tuple(current.shape)}, got {tuple(value.shape)}"
            ) from None
    return value
