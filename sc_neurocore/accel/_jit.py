"""How the kernels of this room are compiled: cached on disk where that works, free of the GIL, integer-exact."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

import numba
from llvmlite import ir
from numba.core import types
from numba.core.caching import FunctionCache
from numba.extending import intrinsic

F = TypeVar("F", bound=Callable[..., Any])


class _ForgivingCache(FunctionCache):
    """Numba's disk cache, except that a place that cannot be written loses the compiled code instead of the call."""

    def save_overload(self, sig: Any, data: Any) -> None:
        with suppress(
            OSError
        ):  # read-only or full disk: the kernel is compiled and runs; the next process compiles again
            super().save_overload(sig, data)


def kernel(function: F) -> F:
    """Compile a function on its first call, without the GIL, and keep the result on disk if some place takes it."""
    dispatcher: Any = numba.njit(nogil=True, error_model="numpy")(function)
    with suppress(RuntimeError):  # Numba found no writable place at all: not beside the source, not in the user's cache
        dispatcher._cache = _ForgivingCache(function)
    return dispatcher


@intrinsic
def _popcount(typing_context: Any, word: Any) -> Any:

    def generate(context: Any, builder: ir.IRBuilder, signature: Any, args: Any) -> Any:
        return builder.ctpop(args[0])

    return types.uint64(types.uint64), generate


popcount: Any = _popcount
"""Number of ones of a uint64, inside kernels; vectorised by LLVM wherever the machine can."""
