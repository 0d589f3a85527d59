"""The unfinished output of `infer` on files: a partial array and a journal beside the target, from which a run goes on.

The journal names what the finished rows were made from and hashes them and their inputs, so that another run of the
same call continues after them, and any other is refused.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..spec import CodesError, OptionError, SCError, write_atomic
from ..spec.coerce import integer
from ..spec.files.atomic import check_file, json_text, sync_folder
from ..spec.files.json_object import read_object
from ..spec.files.npy import MAGIC
from ..spec.files.temporaries import is_at, lock
from .rows import Rows

FORMAT = "sc-neurocore/infer-journal"
SECONDS_BETWEEN = 1.0  # two journals: so much work an abrupt end may cost
_HASH_ROWS_BYTES = 2**24
_MOST_JOURNAL = 2**16


def _is_npy(head: bytes) -> bool:
    return head.startswith(MAGIC)


class Finished(NamedTuple):
    """What is finished: rows, saturated features among theirs, and hashes of their inputs and of themselves."""

    rows: int
    saturated: int
    inputs_hash: Any
    outputs_hash: Any


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
        self.finished = Finished(0, 0, hashlib.sha256(), hashlib.sha256())
        self._header = _header(shape)
        self._first_row, self._row_bytes = len(self._header), 8 * math.prod(shape[1:])
        self._journaled = time.monotonic()
        self._file = self._open()
        try:
            if restart or os.fstat(self._file.fileno()).st_size == 0:  # its rows may have their own name already
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
        self.resumed = self.finished.rows

    def append(self, outputs: np.ndarray, inputs_hash: Any, saturated: int = 0) -> None:
        """Add rows.

        Args:
            outputs: the rows.
            inputs_hash: of all inputs up to those of these rows; the caller changes it no more.
            saturated: how many of their features were saturated.
        """
        rows = np.ascontiguousarray(outputs, dtype="<i8")
        before, outputs_hash = self.finished, self.finished.outputs_hash.copy()
        outputs_hash.update(rows.data)
        self._file.seek(self._first_row + before.rows * self._row_bytes)  # an interrupted write may have gone on
        self._file.write(rows.data)
        # One assignment: an interruption leaves these rows finished in all respects or in none.
        self.finished = Finished(before.rows + len(rows), before.saturated + saturated, inputs_hash, outputs_hash)
        if time.monotonic() - self._journaled > SECONDS_BETWEEN:
            self.keep()

    def keep(self) -> None:
        """Write the journal, after the rows it speaks of are on the disk."""
        finished = self.finished
        self._file.flush()
        os.fsync(self._file.fileno())
        text = {
            "format": FORMAT,
            "made_from": self.made_from,
            "done": finished.rows,
            "saturated": finished.saturated,
            "inputs_sha256": finished.inputs_hash.hexdigest(),
            "outputs_sha256": finished.outputs_hash.hexdigest(),
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
        if not self._alone:  # a file system without locks: has another run written here too?
            there = hashlib.sha256()
            hash_rows(there, self.rows(), self.finished.rows)
            if there.digest() != self.finished.outputs_hash.digest():
                raise OptionError(f"cannot write {self.out}: another run is writing it")
        check_file(self.out, _is_npy)
        os.replace(self.path, self.out)
        sync_folder(self.out.parent)
        self.journal.unlink(missing_ok=True)
        self._file.close()

    def abandon(self, *, keep: bool) -> None:
        """Stop before the end: keep what is finished for a later run, or leave nothing."""
        if keep and self.finished.rows and self.path.exists():
            with suppress(OSError, OptionError):  # a full disk, perhaps the reason we stop: the older journal stands
                self.keep()
        else:
            self.path.unlink(missing_ok=True)
            self.journal.unlink(missing_ok=True)
        with suppress(OSError):
            self._file.close()

    def _open(self) -> Any:
        try:
            check_file(self.out, _is_npy)
            check_file(self.journal)
            while True:
                check_file(self.path)
                file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666), "r+b")
                locked = lock(file.fileno())
                if locked is False:
                    raise OptionError(f"cannot write {self.out}: another run is writing it")
                if is_at(file.fileno(), self.path):
                    break
                file.close()  # another run finished in between: what was opened is its result
            if os.fstat(file.fileno()).st_nlink != 1:
                raise OptionError(f"cannot write {self.path}: another name is linked to this file; remove it")
        except OSError as error:
            raise OptionError(f"cannot write {self.out}: {error.strerror}") from None
        self._alone = locked is True
        return file

    def _begin(self) -> None:
        self._file.truncate(0)
        self._file.write(self._header)
        self._file.truncate(self._first_row + self.shape[0] * self._row_bytes)  # the rows to come take no room yet

    def _continue(self, rows: Rows) -> None:
        """Take up the journal's run, if the same rows of the same inputs gave the rows that are there."""
        advice = "finish that run with its own inputs, or start anew with restart (--restart)"
        journal = self._read_journal()
        for key, value in self.made_from.items():
            if journal["made_from"].get(key) != value:
                raise OptionError(
                    f"{self.journal} is of an interrupted run with another {key}: "
                    f"{str(journal['made_from'].get(key))[:80]}, now {str(value)[:80]}; {advice}"
                )
        try:
            finished = self.rows()
        except CodesError as error:
            raise OptionError(f"{self.path} is damaged: {error}; {advice}") from None
        self._file.seek(0)
        is_complete = os.fstat(self._file.fileno()).st_size == self._first_row + self.shape[0] * self._row_bytes
        if not is_complete or self._file.read(self._first_row) != self._header:
            raise OptionError(f"{self.path} is damaged: it is no int64 array of shape {self.shape}; {advice}")
        inputs_hash, outputs_hash = hashlib.sha256(), hashlib.sha256()
        hash_rows(inputs_hash, rows, journal["done"])
        if inputs_hash.hexdigest() != journal["inputs_sha256"]:
            raise OptionError(f"{self.journal} is of an interrupted run on other {rows.what}; {advice}")
        hash_rows(outputs_hash, finished, journal["done"])
        if outputs_hash.hexdigest() != journal["outputs_sha256"]:
            raise OptionError(f"{self.path} is damaged: its rows are not those of its journal; {advice}")
        self.finished = Finished(journal["done"], journal["saturated"], inputs_hash, outputs_hash)

    def _read_journal(self) -> dict[str, Any]:
        try:
            journal = read_object(self.journal, limit=_MOST_JOURNAL)
            integer("done", journal["done"], 0, self.shape[0])
            integer("saturated", journal["saturated"], 0)
            is_complete = {"inputs_sha256", "outputs_sha256"} <= journal.keys() and isinstance(
                journal["made_from"], dict
            )
            if journal["format"] != FORMAT or not is_complete:
                raise OptionError("it is of another format")
        except (SCError, KeyError, TypeError):
            rule = "is no journal of ours, or damaged; start anew with restart (--restart)"
            raise OptionError(f"{self.journal} {rule}") from None
        return journal


def _header(shape: tuple[int, ...]) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<i8", "fortran_order": False, "shape": shape})
    return buffer.getvalue()


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
