"""Whether a membrane exactly at its level fires: asked of a surrogate, or told to it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, get_args

from ...spec.errors import OptionError, require_extra
from ..surrogate import Comparator, Formula

require_extra("torch", "torch")

import torch  # noqa: E402 -- after the check, so that a missing torch is an error that names the extra
from torch import Tensor  # noqa: E402

SurrogateFn = Callable[[Tensor], Tensor]
"""Spikes of membrane − level; any callable that gives 0 and 1 and has a derivative of its own."""


def comparator_of(surrogate_fn: SurrogateFn) -> Comparator:
    """The comparator of a surrogate: "ge" where it gives a spike of 0, else "gt".

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
    present = comparator_of(surrogate_fn)
    if comparator in (None, present):
        return surrogate_fn, present
    function: Any = surrogate_fn
    if isinstance(function, Formula):
        return replace(function, comparator=comparator), comparator
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # a callable without a signature
        parameters = {}
    if parameters.get("comparator") is None:
        raise OptionError(
            f"surrogate_fn has the comparator {present!r} and takes no other, got comparator={comparator!r}; "
            f"leave comparator out or give another surrogate_fn"
        )
    return partial(function, comparator=comparator), comparator
