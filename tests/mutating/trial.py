"""One run of tests in a process of its own: a fork of one that has loaded the libraries, but nothing of the package."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
import time
import traceback
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

MEMORY = 6 << 30
HEAVY = (
    "numpy", "numba", "numba.core.caching", "llvmlite.binding", "scipy.stats", "safetensors.numpy", "hypothesis",
    "jax", "jax.numpy", "optax", "torch", "onnx", "h5py", "pytest",
)  # fmt: skip
"""Loaded once; where one is missing, the tests that need it are skipped as ever."""


CASES = 8
"""Of a test with many cases so many are watched, drawn by name."""
ENOUGH = 60.0
"""Seconds of a processor after which no further test of a file is watched."""


class Chosen:
    """A plugin of pytest: keeps the chosen tests in their order, and notes the first that fails."""

    def __init__(self, tests: list[str], seconds: float) -> None:
        self.order = {name: i for i, name in enumerate(tests)}
        self.end = time.process_time() + seconds
        self.failed: str | None = None
        self.passed = 0

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Take the others out; a name without a case stands for all cases, a file for all its tests."""
        names = [(each.nodeid, each.nodeid.partition("[")[0], each.nodeid.partition("::")[0]) for each in items]
        places = [next((self.order[part] for part in name if part in self.order), None) for name in names]
        kept = [(place, i) for i, place in enumerate(places) if place is not None]
        items[:] = [items[i] for _, i in sorted(kept)]

    def pytest_runtest_protocol(self, item: Any) -> None:
        """Stop where it takes long."""
        if time.process_time() > self.end:
            item.session.shouldstop = "enough"

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note what failed."""
        if report.failed and self.failed is None:
            self.failed = report.nodeid
        self.passed += report.when == "call" and report.passed


class Watched:
    """A plugin of pytest: notes which functions of the package each passed test has entered, and its seconds."""

    def __init__(self) -> None:
        self.reached: dict[str, Any] = {}
        self.codes: set[Any] = set()
        self.begun = 0.0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """A share of the cases of each test."""
        cases: dict[str, list[Any]] = {}
        for item in items:
            if not item.get_closest_marker("slow"):
                cases.setdefault(item.nodeid.partition("[")[0], []).append(item)
        for family in cases.values():
            family.sort(key=lambda item: zlib.crc32(item.nodeid.encode()))
        kept = {item for family in cases.values() for item in family[:CASES]}
        items[:] = [item for item in items if item in kept]

    def pytest_runtest_logstart(self) -> None:
        """Begin to watch."""
        self.codes, self.begun = set(), time.process_time()
        add = self.codes.add

        def called(frame: Any, event: str, _: Any) -> None:
            add(frame.f_code)

        threading.settrace(called)
        sys.settrace(called)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Keep what passed."""
        if report.when == "call" and report.passed:
            self.reached[report.nodeid] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Keep what it has entered."""
        sys.settrace(None)
        threading.settrace(None)  # type: ignore[arg-type]
        if nodeid in self.reached:
            files = (
                (
                    code.co_filename.rpartition("/tree/sc_neurocore/"),
                    code.co_firstlineno,
                )
                for code in self.codes
            )
            entered = sorted({f"{name[2]}:{line}" for name, line in files if name[1]})
            self.reached[nodeid] = {
                "seconds": round(time.process_time() - self.begun, 3),
                "entered": entered,
            }

    def pytest_runtest_protocol(self, item: Any) -> None:
        """Stop where it takes long."""
        if time.process_time() - START > ENOUGH:
            item.session.shouldstop = "enough"


START = 0.0
AS_IT_IS = "as it is"
"""The stamp of kernels that no change reaches."""


def load_libraries() -> None:
    """Load what takes long, in the process that is forked."""
    for name in HEAVY:
        try:
            __import__(name)
        except ImportError:
            continue
    assert not any(name.split(".")[0] == "sc_neurocore" for name in sys.modules)


def _keep_kernels(stamp: str, folder: Path | None) -> None:
    """Have Numba's cache go by `stamp` where it goes by the room's files, of which a change may reach no kernel.

    Args:
        stamp: equal stamps stand for equal kernels.
        folder: where kernels are kept; None: beside the files, as ever.
    """
    import numba

    if folder is not None:
        numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]
    from sc_neurocore.accel import kernel_cache

    kernel_cache._room_stamp = lambda beside: stamp


def in_a_fork(work: Callable[[], Any], state: Path, log: str, *, cpu: float, wall: float) -> Any:
    """What `work` returns in a fork; None where it was ended for its time.

    Args:
        work: what to do.
        state: folder for its answer.
        log: name of the file there for all that is printed.
        cpu: seconds of a processor.
        wall: seconds on the clock, for what waits for ever.
    """
    answer = state / "answer.json"
    answer.unlink(missing_ok=True)
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            handle = os.open(state / log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
            os.dup2(handle, 1)
            os.dup2(handle, 2)
            resource.setrlimit(resource.RLIMIT_CPU, (int(cpu), int(cpu) + 5))
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
            answer.write_text(json.dumps(work()))
        except BaseException:  # noqa: BLE001 -- nothing of this process may go on as its parent
            traceback.print_exc()
        finally:
            os._exit(0)
    end = time.monotonic() + wall
    while os.waitpid(pid, os.WNOHANG)[0] == 0:
        if time.monotonic() > end:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            break
        time.sleep(0.05)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)  # what it may have started
    return json.loads(answer.read_text()) if answer.exists() else None


def _at_home(tree: Path, stamp: str, kernels: Path | None) -> None:
    os.chdir(tree)
    sys.path.insert(0, str(tree))
    _keep_kernels(stamp, kernels)


def _pytest(tree: Path, files: Iterable[str], plugin: Any, *more: str) -> int:
    plugins = [each for name in ("cacheprovider", "xdist", "cov") for each in ("-p", f"no:{name}")]
    return int(
        pytest.main(
            [*files, "-q", "-m", "not slow", *plugins, "--rootdir", str(tree), *more],
            plugins=[plugin],
        )
    )


def watch_tests(tree: Path, file: str) -> dict[str, Any]:
    """What the tests of a file enter, of those that pass.

    Args:
        tree: the checkout.
        file: of tests.
    """
    global START
    START = time.process_time()
    _at_home(tree, AS_IT_IS, None)
    plugin = Watched()
    _pytest(tree, [file], plugin)
    return plugin.reached


def run_tests(tree: Path, tests: list[str], seconds: float, stamp: str, kernels: Path | None) -> dict[str, Any]:
    """Run tests to the first that fails; its name under `failed`, and how many passed before it.

    Args:
        tree: the checkout.
        tests: in their order.
        seconds: of a processor, after which no further test is begun.
        stamp: see `_keep_kernels`.
        kernels: see there.
    """
    sys.dont_write_bytecode = True  # nothing of a changed file stays
    try:
        _at_home(tree, stamp, kernels)
    except Exception as error:  # noqa: BLE001 -- whatever a changed file raises where it is loaded
        return {"failed": f"import: {type(error).__name__}", "passed": 0}
    plugin = Chosen(tests, seconds)
    status = _pytest(tree, dict.fromkeys(name.partition("::")[0] for name in tests), plugin, "-x")
    stopped = plugin.passed or time.process_time() > plugin.end
    if plugin.failed is None and (status in (1, 3) or (status == 2 and not stopped)):
        plugin.failed = "collection"
    return {"failed": plugin.failed, "passed": plugin.passed}
