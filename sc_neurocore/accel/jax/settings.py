"""JAX's flags as our functions are written for, whatever the program around them has set.

Flags are global: a program that asks JAX to refuse promotions or transfers asks it of everybody's code, and another
generator of random numbers trains another network from the same seed. So whatever we compute runs under flags of ours,
in its own scope; the program's own stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any, TypeVar

import jax

from ...spec.errors import ToolError

F = TypeVar("F", bound=Callable[..., Any])

PRNG = "threefry2x32"
"""The generator that seeds of training runs mean."""


@contextmanager
def our_settings(*, narrow: bool = False) -> Iterator[None]:
    """Promotions, transfers and random numbers as our functions expect them.

    Args:
        narrow: whether 64-bit types are off as well; for work that takes and gives NumPy arrays, never inside a trace.

    Raises:
        ToolError: JAX finds no device of the platform that it is told to take.
    """
    with ExitStack() as stack:
        for setting in (
            jax.numpy_rank_promotion("allow"),
            jax.numpy_dtype_promotion("standard"),
            jax.transfer_guard("allow"),
            jax.default_prng_impl(PRNG),
            jax.threefry_partitionable(True),
        ):
            stack.enter_context(setting)
        if narrow:
            stack.enter_context(jax.enable_x64(False))
        try:
            jax.devices()
        except (RuntimeError, AssertionError) as error:  # the second of a platform whose plugin finds no device
            platforms = jax.config.jax_platforms  # type: ignore[attr-defined]  # made when JAX is loaded
            raise ToolError(
                f"JAX finds no device of the platform that it is told to take, {platforms!r}; unset JAX_PLATFORMS, or "
                "set JAX_PLATFORMS=cpu"
            ) from error
        yield


def under_our_settings(function: F) -> F:
    """The function in `our_settings`, without 64-bit types."""

    @wraps(function)
    def inside(*arguments: Any, **options: Any) -> Any:
        with our_settings(narrow=True):
            return function(*arguments, **options)

    return inside  # type: ignore[return-value]  # of the same signature
