"""How the kernels of this room are compiled: cached on disk where that works, free of the GIL, integer-exact."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from ..spec.errors import ToolError
from .threads import check_thread_count

check_thread_count()  # Numba, which reads the variable when imported, would end in a traceback

import numba  # noqa: E402
from numba.core.caching import FunctionCache  # noqa: E402

F = TypeVar("F", bound=Callable[..., Any])


@cache
def _room_stamp() -> str:
    """Changes when any file beside this one does: a kernel holds the code of kernels it calls from other files."""
    total = hashlib.sha256()
    for file in sorted(Path(__file__).parent.rglob("*.py")):
        total.update(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


class _KernelCache(FunctionCache):
    """Numba's disk cache, except for two things.

    A place that cannot be written loses the compiled code instead of the call; and a change in another file of this
    room is noticed.
    """

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        return (super()._index_key(sig, codegen), _room_stamp())

    def save_overload(self, sig: Any, data: Any) -> None:
        with suppress(
            OSError
        ):  # read-only or full disk: the kernel is compiled and runs; the next process compiles again
            super().save_overload(sig, data)


def require_compiler(room: str) -> None:
    """Refuse work that is written in the processor's own words, where Numba is told to compile nothing.

    Raises:
        ToolError: NUMBA_DISABLE_JIT is set.
    """
    if numba.config.DISABLE_JIT:  # type: ignore[attr-defined]  # made when Numba is loaded
        raise ToolError(
            f"{room} needs Numba's compiler, which NUMBA_DISABLE_JIT turns off; unset it, or take reference"
        )


def kernel(function: F) -> F:
    """Compile a function on its first call, without the GIL, and keep the result on disk if some place takes it."""
    dispatcher: Any = numba.njit(nogil=True, error_model="numpy")(function)
    with suppress(RuntimeError):  # Numba found no writable place at all: not beside the source, not in the user's cache
        dispatcher._cache = _KernelCache(function)
    return dispatcher
