"""Settings of every test run: in CI a missing tool is a failure, not a skip."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

os.environ.setdefault("JAX_PLATFORMS", "cpu")  # the tests are the same on every machine
os.environ.setdefault("MPLBACKEND", "Agg")

_IN_CI = bool(os.environ.get("CI"))


def _fail_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    report.outcome = "failed"
    report.longrepr = f"skipped under CI, where every tool must be there: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skipped test fails in CI, unless it is marked `optional`; an expected failure is no skip."""
    report = yield
    if _IN_CI and report.skipped and not hasattr(report, "wasxfail") and not item.get_closest_marker("optional"):
        _fail_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A module that is skipped as a whole fails in CI."""
    report = yield
    if _IN_CI and report.skipped:
        _fail_skipped(report)
    return report
