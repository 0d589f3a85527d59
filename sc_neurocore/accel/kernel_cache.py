"""Numba's disk cache of compiled kernels, made safe to lose: what is damaged or cannot be written is compiled again."""

from __future__ import annotations

import hashlib
import pickle
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from numba.core.caching import FunctionCache, IndexDataCacheFile

_FORMAT = "sc-neurocore/kernels 1"
_SEAL_BYTES = hashlib.sha256().digest_size


@cache
def _room_stamp(beside: Path) -> str:
    """Changes when any file beside this one or beside `beside` does: a kernel holds the code of those it calls."""
    total = hashlib.sha256()
    for file in [*sorted(Path(__file__).parent.rglob("*.py")), *sorted(beside.parent.glob("*.py"))]:
        total.update(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


class _SealedFiles(IndexDataCacheFile):
    """Index and kernels, each behind the SHA-256 of its bytes: nothing is unpickled or run that was not written so.

    The seal tells damage, not forgery: who can write this cache can write the package's own files too.
    """

    def _dump(self, obj: Any) -> bytes:
        content = super()._dump(obj)
        return hashlib.sha256(content).digest() + content

    def _read(self, path: str) -> Any:
        sealed = Path(path).read_bytes()
        content = sealed[_SEAL_BYTES:]
        if hashlib.sha256(content).digest() != sealed[:_SEAL_BYTES]:
            raise OSError(f"{path} is damaged")  # Numba takes this for a kernel that is not there
        return pickle.loads(content)  # our own bytes, as the seal says

    def _save_index(self, overloads: Any) -> None:
        with self._open_for_write(self._index_path) as file:
            file.write(self._dump((*self._whose(), super()._dump(overloads))))

    def _load_index(self) -> Any:
        with suppress(OSError):
            content = self._read(self._index_path)
            if content[:-1] == self._whose():  # of another version nothing can be unpickled
                return pickle.loads(content[-1])
        return {}

    def save(self, key: Any, data: Any) -> None:
        """Keep a kernel with its key: names of files are used again, and one write may succeed without the other."""
        super().save(key, (*self._whose(), key, data))

    def load(self, key: Any) -> Any:
        """The kernel of a key; None where there is none."""
        content = super().load(key)
        return content[-1] if content is not None and content[:-1] == (*self._whose(), key) else None

    def _whose(self) -> tuple[Any, ...]:
        return _FORMAT, self._version, self._source_stamp

    def _load_data(self, name: str) -> Any:
        return self._read(self._data_path(name))


class KernelCache(FunctionCache):
    """Numba's cache of a function, except for three things.

    Damaged files count as missing; a place that cannot be written loses the compiled code instead of the call; and a
    change in another file of this room, or in one beside the function's, is noticed.
    """

    def __init__(self, function: Any) -> None:
        super().__init__(function)
        self._file = Path(function.__code__.co_filename)
        cache_file = self._cache_file
        self._cache_file = _SealedFiles(self._cache_path, self._impl.filename_base, cache_file._source_stamp)

    def _index_key(self, sig: Any, codegen: Any) -> Any:
        return (super()._index_key(sig, codegen), _room_stamp(self._file))

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled kernel, if the place takes it."""
        with suppress(OSError):  # read-only or full disk: the kernel runs; the next process compiles again
            super().save_overload(sig, data)
