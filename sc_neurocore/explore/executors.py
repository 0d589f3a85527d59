"""Where tasks run: in this process, in processes of this machine, or on a Dask cluster. One task is a pure function.

A worker runs only what its caller's version of everything is the same as; else a point might come from other code.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from sc_neurocore import __version__
from sc_neurocore.spec import OptionError, ToolError
from sc_neurocore.spec.coerce import short
from sc_neurocore.spec.errors import SCError, require_extra

Task = TypeVar("Task")
Evaluate = Callable[[Any], Any]
DASK = "dask:"
PATIENCE = 10
"""Seconds in which a scheduler must answer."""
BROKEN_POOLS = 3
"""So many pools in a row may lose a worker before any task is finished."""


class WorkerError(SCError, RuntimeError):
    """A worker cannot be trusted with a task, or was lost with it too often."""


@cache
def version() -> tuple[str, str, str, str]:
    """What a result may depend on: the package, its source, Python and NumPy."""
    root, total = Path(__file__).resolve().parents[1], hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        total.update(f"{file.relative_to(root)}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return __version__, total.hexdigest()[:16], ".".join(map(str, sys.version_info[:2])), np.__version__


def run_as(evaluate: Evaluate, task: Any, expected: tuple[str, ...]) -> Any:
    """What a worker calls: the task, where the worker is of the version that its caller expects.

    Args:
        evaluate: a function of a module.
        task: its argument.
        expected: of `version`, on the caller's side.

    Raises:
        WorkerError: it is of another.
    """
    if version() != expected:
        raise WorkerError(f"a worker has {' '.join(version())}, its caller {' '.join(expected)}; install one version")
    return evaluate(task)


@contextmanager
def executor_at(executor: Executor | str | None) -> Iterator[Executor | None]:
    """An executor by its name: `dask:ADDRESS` of a scheduler, whose workers are asked for their version first.

    Args:
        executor: a name, or an executor, which is handed on and stays the caller's to close.

    Raises:
        OptionError: no such name.
        WorkerError: there is no worker, or one of another version.
        ToolError: no scheduler answers.
        MissingExtraError: Dask is not installed.
    """
    if executor is None or isinstance(executor, Executor) or hasattr(executor, "submit"):
        yield executor  # pyright: ignore[reportReturnType]  # a Dask client's executor is one by its methods
        return
    if not isinstance(executor, str) or not executor.startswith(DASK) or executor == DASK:
        raise OptionError(f"executor must be dask:ADDRESS, or an executor of concurrent.futures; got {short(executor)}")
    distributed: Any = require_extra("distributed", "cluster")
    address = executor.removeprefix(DASK)
    try:
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ToolError(f"no Dask scheduler answers at {address}: {reason[:200]}") from None
    with client:
        _check_workers(client.run(version), address)
        with client.get_executor(pure=False) as pool:
            yield pool


def _check_workers(versions: dict[str, Any], address: str) -> None:
    if not versions:
        raise WorkerError(f"the scheduler at {address} has no worker; start one: dask worker {address}")
    for worker, has in sorted(versions.items()):
        if tuple(has) != version():
            raise WorkerError(
                f"worker {worker} has {' '.join(has)}, this process {' '.join(version())}; "
                "install one version everywhere"
            )


def results(
    tasks: Sequence[Task],
    evaluate: Evaluate,
    *,
    workers: int = 0,
    executor: Executor | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> Iterator[tuple[Task, Any]]:
    """Tasks with their results, as they are finished; what a killed worker of ours had is done again.

    Args:
        tasks: what `evaluate` is called with.
        evaluate: a function of a module; pure.
        workers: processes; 0 computes in this one.
        executor: instead of processes of our own; a lost worker's tasks are then its to repeat (Dask does).
        say: told of lost workers.

    Raises:
        WorkerError: workers are of another version, or are lost again and again.
    """
    if executor is not None:
        for i, result in _of_executor(tasks, range(len(tasks)), evaluate, executor):
            yield tasks[i], result
        return
    if workers <= 0 or len(tasks) <= 1:
        for task in tasks:
            yield task, evaluate(task)
        return
    waiting, losses = list(range(len(tasks))), 0
    while waiting:
        # Spawned, not forked: the libraries under us have threads, which a fork does not carry over.
        with ProcessPoolExecutor(min(workers, len(waiting)), mp_context=get_context("spawn")) as pool:
            try:
                for i, result in _of_executor(tasks, tuple(waiting), evaluate, pool):
                    waiting.remove(i)
                    losses = 0
                    yield tasks[i], result
            except BrokenProcessPool:
                losses += 1
                if losses >= BROKEN_POOLS:
                    raise WorkerError(
                        f"{losses} pools in a row lost a process before a task was finished; is there enough memory?"
                    ) from None
                say(f"a process was lost; its tasks are done again, {len(waiting)} are left")


def _of_executor(
    tasks: Sequence[Any], numbers: Sequence[int], evaluate: Evaluate, executor: Executor
) -> Iterator[tuple[int, Any]]:
    """Numbers of tasks with their results."""
    futures: dict[Future[Any], int] = {}
    try:
        for i in numbers:
            futures[executor.submit(run_as, evaluate, tasks[i], version())] = i
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:  # after an error or an interruption: what has not begun must not begin
            future.cancel()
