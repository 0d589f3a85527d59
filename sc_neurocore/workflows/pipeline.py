"""Steps that read and write folders, run in order, each kept when nothing it depends on has changed.

A step's key is the hash of its options, of this package's version and of everything it reads. `run.json` in the run
folder records, for each finished step, its key and the hash of what it wrote; a step is run again unless both hold.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import __version__
from ..spec.coerce import short
from ..spec.errors import OptionError
from ..spec.files.atomic import json_text, keeps_others, sha256_file, write_atomic
from ..spec.files.json_object import read_object
from ..spec.files.temporaries import collect, names_in

STATE_FILE = "run.json"
FORMAT, FORMAT_VERSION = "sc-neurocore/{kind}", 1


@dataclass(frozen=True)
class Step:
    """One step of a run."""

    name: str
    writes: str
    """File or folder, relative to the run folder, that the step makes whole or not at all."""
    action: Callable[[], str]
    """Does the step; returns one line that says what came out."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """All that decides the result beside what the step reads; JSON values."""
    reads: Sequence[str] = ()
    """What earlier steps wrote, relative to the run folder, or files elsewhere by their absolute path."""


def run_steps(
    out: str | os.PathLike[str], steps: Sequence[Step], say: Callable[[str], None], *, kind: str = "run"
) -> None:
    """Run the steps in order; those that are done already are kept.

    Args:
        out: the run folder, made where missing; an interrupted run continues there.
        steps: in the order of their dependence.
        say: takes one line at the start and the end of each step.
        kind: which workflow this is; the folder of another one is refused.

    Raises:
        OptionError: `out` holds something that is no run of ours, or one of another kind.
        SCError: whatever a step raises; the steps before it stay done.
    """
    folder = Path(out)
    entries = _read_state(folder, kind)
    folder.mkdir(parents=True, exist_ok=True)
    _write_state(
        folder, entries, kind
    )  # first of all, so that a run that is interrupted in its first step is known as ours
    for number, step in enumerate(steps, 1):
        head = f"[{number}/{len(steps)}] {step.name:<10}"
        key = _key(folder, step)
        target, entry = folder / step.writes, entries.get(step.name)
        if entry and entry["key"] == key and target.exists() and tree_sha256(target) == entry["sha256"]:
            collect(target.parent, target)  # what an error left of the older result that this one took the place of
            say(f"{head} {entry['summary']} (kept)")
            continue
        say(f"{head} ...")
        start = time.perf_counter()
        summary = step.action()
        seconds = round(time.perf_counter() - start, 1)
        entries[step.name] = {"key": key, "sha256": tree_sha256(target), "summary": summary, "seconds": seconds}
        _write_state(folder, entries, kind)
        say(f"{head} {summary} ({seconds} s)")


def tree_sha256(path: Path) -> str:
    """Hash of a file, or of a folder's relative names and contents."""
    if path.is_file():
        return sha256_file(path)
    total = hashlib.sha256()
    for file in sorted(each for each in path.rglob("*") if each.is_file()):
        total.update(f"{file.relative_to(path).as_posix()}\0{sha256_file(file)}\n".encode())
    return total.hexdigest()


def _key(folder: Path, step: Step) -> str:
    hashes = {each: tree_sha256(folder / each) for each in step.reads}  # an absolute path replaces the folder
    described = {"options": dict(step.options), "reads": hashes, "version": __version__, "writes": step.writes}
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def _write_state(folder: Path, steps: dict[str, dict[str, Any]], kind: str) -> None:
    state = {"format": FORMAT.format(kind=kind), "format_version": FORMAT_VERSION, "steps": steps}
    write_atomic(folder / STATE_FILE, json_text(state))


def _read_state(folder: Path, kind: str) -> dict[str, dict[str, Any]]:
    """The finished steps of a run folder; none where it is new."""
    if folder.exists() and not folder.is_dir():
        raise OptionError(f"out must be a folder, got {folder}")
    file = folder / STATE_FILE
    if not file.exists():
        if folder.exists() and names_in(folder) and not keeps_others():
            raise OptionError(
                f"out must be new, empty or an earlier run; {folder} holds other files and no {STATE_FILE}; choose "
                "another, or keep them there (--force)"
            )
        return {}
    try:
        state = read_object(file, error=OptionError)
        steps, form = state["steps"], state["format"]
        for entry in steps.values():
            if not all(isinstance(entry[key], str) for key in ("key", "sha256", "summary")):
                raise TypeError("an entry is incomplete")
    except (OptionError, KeyError, TypeError, AttributeError) as error:
        raise OptionError(f"{file} is damaged ({error}); remove it to start the run anew") from None
    if form != FORMAT.format(kind=kind):
        raise OptionError(f"{folder} is a folder of another kind, {short(form)}; choose another")
    return steps
