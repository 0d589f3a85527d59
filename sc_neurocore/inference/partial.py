"""The unfinished output of `infer` on files: a partial array and a journal beside the target, from which a run goes on.

The journal names what the finished rows were made from and hashes them and their inputs, so that another run of the
same call continues after them, and any other is refused.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import math
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ..spec import CodesError, OptionError, write_atomic
from ..spec.atomic import json_text
from ..spec.coerce import integer
from .rows import Rows

FORMAT = "sc-neurocore/infer-journal"
SECONDS_BETWEEN = 1.0  # two journals: so much work an abrupt end may cost
_HASH_ROWS_BYTES = 2**24


class PartialOutput:
    """An int64 `.npy` array that grows row by row under a temporary name and gets its own at the end.

    Args:
        out: the file to make; `.NAME.partial` and `.NAME.journal` beside it hold an unfinished run.
        shape: of the whole array.
        rows: the inputs, hashed as far as they were used.
        made_from: JSON values that decide the result; a journal with others is refused.
        restart: forget an unfinished run.

    Raises:
        OptionError: `out` cannot be written, is being written, or has the journal of another run beside it.
    """

    def __init__(
        self, out: Path, shape: tuple[int, ...], rows: Rows, made_from: dict[str, Any], *, restart: bool = False
    ) -> None:
        self.out, self.shape, self.made_from = out, shape, made_from
        self.path, self.journal = out.with_name(f".{out.name}.partial"), out.with_name(f".{out.name}.journal")
        self.done = self.saturated = 0
        self.inputs_hash, self.outputs_hash = hashlib.sha256(), hashlib.sha256()
        self._journaled = time.monotonic()
        self._file = self._open()
        try:
            if restart:
                self.journal.unlink(missing_ok=True)
            if self.journal.exists():
                self._continue(rows)
            else:
                self._begin()
        except BaseException:
            self._file.close()
            if not self.journal.exists():
                self.path.unlink(missing_ok=True)
            raise
        self.resumed = self.done

    def append(self, outputs: np.ndarray, saturated: int = 0) -> None:
        """Add rows, and how many of their features were saturated. `inputs_hash` must know their inputs already."""
        rows = np.ascontiguousarray(outputs, dtype="<i8")
        self._file.write(rows.data)
        self.outputs_hash.update(rows.data)
        self.done += len(rows)
        self.saturated += saturated
        if time.monotonic() - self._journaled > SECONDS_BETWEEN:
            self.keep()

    def keep(self) -> None:
        """Write the journal, after the rows it speaks of are on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        text = {
            "format": FORMAT,
            "made_from": self.made_from,
            "done": self.done,
            "saturated": self.saturated,
            "inputs_sha256": self.inputs_hash.hexdigest(),
            "outputs_sha256": self.outputs_hash.hexdigest(),
        }
        write_atomic(self.journal, json_text(text))
        self._journaled = time.monotonic()

    def rows(self) -> Rows:
        """The finished rows, to be read again."""
        self._file.flush()
        return Rows(self.path, "outputs")

    def finish(self) -> None:
        """Give the array its name; the journal goes."""
        self._file.flush()
        os.fsync(self._file.fileno())
        os.replace(self.path, self.out)
        self.journal.unlink(missing_ok=True)
        self._file.close()

    def abandon(self, *, keep: bool) -> None:
        """Stop before the end: keep what is finished for a later run, or leave nothing."""
        if keep and self.done:
            with suppress(OSError, OptionError):  # a full disk, perhaps the reason we stop: the older journal stands
                self.keep()
        else:
            self.path.unlink(missing_ok=True)
            self.journal.unlink(missing_ok=True)
        with suppress(OSError):
            self._file.close()

    def _open(self) -> Any:
        try:
            if self.out.is_dir():
                raise IsADirectoryError(21, "is a folder")
            file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
        except OSError as error:
            raise OptionError(f"cannot write {self.out}: {error.strerror}") from None
        with suppress(OSError):  # a file system without locks
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                raise OptionError(f"cannot write {self.out}: another run is writing it") from None
        return file

    def _begin(self) -> None:
        self._file.truncate(0)
        header = {"descr": "<i8", "fortran_order": False, "shape": self.shape}
        np.lib.format.write_array_header_1_0(self._file, header)
        self._file.truncate(self._file.tell() + 8 * math.prod(self.shape))  # the rows to come take no room yet

    def _continue(self, rows: Rows) -> None:
        """Take up the journal's run, if the same rows of the same inputs gave the rows that are there."""
        fresh = "finish that run with its own inputs, or start anew with restart (--restart)"
        journal = self._read_journal()
        for key, value in self.made_from.items():
            if journal["made_from"].get(key) != value:
                raise OptionError(
                    f"{self.journal} is of an interrupted run with another {key}: "
                    f"{str(journal['made_from'].get(key))[:80]}, now {str(value)[:80]}; {fresh}"
                )
        try:
            finished = self.rows()
        except CodesError as error:
            raise OptionError(f"{self.path} is damaged: {error}; {fresh}") from None
        if (finished.shape, finished.dtype, finished.offset is None) != (self.shape, np.dtype("<i8"), False):
            raise OptionError(f"{self.path} is damaged: it is no int64 array of shape {self.shape}; {fresh}")
        hash_rows(self.inputs_hash, rows, journal["done"])
        if self.inputs_hash.hexdigest() != journal["inputs_sha256"]:
            raise OptionError(f"{self.journal} is of an interrupted run on other {rows.what}; {fresh}")
        hash_rows(self.outputs_hash, finished, journal["done"])
        if self.outputs_hash.hexdigest() != journal["outputs_sha256"]:
            raise OptionError(f"{self.path} is damaged: its rows are not those of its journal; {fresh}")
        self.done, self.saturated = journal["done"], journal["saturated"]
        self._file.seek(finished.offset + self.done * finished.row_bytes)

    def _read_journal(self) -> dict[str, Any]:
        try:
            journal = json.loads(self.journal.read_bytes())
            integer("done", journal["done"], 0, self.shape[0])
            integer("saturated", journal["saturated"], 0)
            whole = {"inputs_sha256", "outputs_sha256"} <= journal.keys() and isinstance(journal["made_from"], dict)
            if journal["format"] != FORMAT or not whole:
                raise OptionError("it is of another format")
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            rule = "is no journal of ours, or damaged; start anew with restart (--restart)"
            raise OptionError(f"{self.journal} {rule}") from None
        return journal


def hash_rows(digest: Any, rows: Rows, stop: int) -> None:
    """Let a hash take the first rows, in C order, whatever the order of the file.

    Args:
        digest: of `hashlib`.
        rows: the array.
        stop: how many of its rows.
    """
    each = max(1, _HASH_ROWS_BYTES // max(1, rows.row_bytes))
    for start in range(0, stop, each):
        digest.update(np.ascontiguousarray(rows.window(start, min(start + each, stop))))
