"""Finished points on disk: a file a point, kept under a key that changes with whatever the point depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sc_neurocore.spec import OptionError, SpecError, write_atomic
from sc_neurocore.spec.files.atomic import json_text
from sc_neurocore.spec.files.json_object import read_object
from sc_neurocore.spec.files.temporaries import collect, names_in

from .executors import executor_at, results

Progress = Callable[[str], None]


class Keyed(Protocol):
    """A task: all that another process needs to compute one point."""

    @property
    def key(self) -> str:
        """Hash of everything that its point depends on."""
        ...


T = TypeVar("T", bound=Keyed)


def file_of(folder: Path, key: str) -> Path:
    """Where the point of a key is kept."""
    return folder / f"{key[:16]}.json"


def compute(
    out: Path,
    files: Sequence[str],
    what: str,
    tasks: Sequence[T],
    evaluate: Callable[[Any], dict[str, Any]],
    *,
    workers: int = 0,
    executor: Executor | str | None = None,
    say: Progress | None,
    line: Callable[[T, dict[str, Any]], str],
) -> list[dict[str, Any]]:
    """The points of all tasks, in their order: those that are kept, and the others, each written when it is there.

    Args:
        out: the verb's folder; points lie in `points` there.
        files: names that it may hold.
        what: the verb's result, for a message: "sweep".
        tasks: with keys all different.
        evaluate: a task's point, with its `key`; a function of a module.
        workers: processes; 0 computes in this one.
        executor: instead of processes, see `executors.executor_at`.
        say: told of each point; None: nobody is.
        line: what it is told.

    Raises:
        OptionError: `out` is no folder, holds something else, or cannot be written.
        WorkerError: a worker is of another version, or workers are lost again and again.
    """
    folder, say = _prepared(out, files, what), say or (lambda _: None)
    points = {
        task.key: point for task in tasks if (point := read_point(file_of(folder, task.key), task.key)) is not None
    }
    remaining = [task for task in tasks if task.key not in points]
    if points:
        say(f"{len(points)} of {len(tasks)} points are there already")
    if not remaining:
        return [points[task.key] for task in tasks]
    with executor_at(executor) as where:
        for task, point in results(remaining, evaluate, workers=workers, executor=where, say=say):
            write_atomic(file_of(folder, task.key), json_text({**point, "seal": seal(point)}))
            points[task.key] = point
            say(f"[{len(points)}/{len(tasks)}] {line(task, point)}")
    return [points[task.key] for task in tasks]


def read_point(file: Path, key: str) -> dict[str, Any] | None:
    """A finished point of that key; a damaged or older file is no point, it is computed again."""
    try:
        point = read_object(file)
    except SpecError:
        return None
    recorded_seal = point.pop("seal", None)
    return point if recorded_seal == seal(point) and point.get("key") == key else None


def seal(point: dict[str, Any]) -> str:
    """A hash beside a point, by which damage in it shows."""
    return hashlib.sha256(json_text(point).encode()).hexdigest()


def without_keys(points: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Points as a result file lists them."""
    return ({name: value for name, value in point.items() if name != "key"} for point in points)


def _prepared(folder: Path, files: Sequence[str], what: str) -> Path:
    """The folder of points in one that must be new, or an earlier one of the same verb."""
    if folder.exists() and not folder.is_dir():
        raise OptionError(f"out must be a folder, got {folder}")
    strangers = {*names_in(folder)} - {*files} if folder.is_dir() else ()
    if strangers:
        raise OptionError(f"out must be new, empty or an earlier {what}; {folder} holds {min(strangers)!r}")
    points = folder / "points"
    try:
        points.mkdir(parents=True, exist_ok=True)
        collect(points)
    except OSError as error:
        raise OptionError(f"cannot write folder {folder}: {error.strerror}") from None
    return points
