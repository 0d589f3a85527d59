"""How the kernels of this room are compiled: cached on disk where that works, free of the GIL, integer-exact."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from ..spec.errors import ToolError
from .threads import check_thread_count

check_thread_count()  # Numba, which reads the variable when imported, would end in a traceback

import numba  # noqa: E402

from .kernel_cache import KernelCache  # noqa: E402

F = TypeVar("F", bound=Callable[..., Any])


def compiles() -> bool:
    """Whether Numba compiles; NUMBA_DISABLE_JIT turns it off."""
    return not numba.config.DISABLE_JIT  # type: ignore[attr-defined]  # made when Numba is loaded


def require_compiler(room: str) -> None:
    """Refuse work that is written in the processor's own words, where Numba is told to compile nothing.

    Raises:
        ToolError: NUMBA_DISABLE_JIT is set.
    """
    if not compiles():
        raise ToolError(
            f"{room} needs Numba's compiler, which NUMBA_DISABLE_JIT turns off; unset it, or take reference"
        )


def kernel(function: F) -> F:
    """Compile a function on its first call, without the GIL, and keep the result on disk if some place takes it."""
    dispatcher: Any = numba.njit(nogil=True, error_model="numpy")(function)
    with suppress(RuntimeError):  # Numba found no writable place at all: not beside the source, not in the user's cache
        dispatcher._cache = KernelCache(function)
    return dispatcher
