"""Settings of every test run: in CI a missing tool is a failure, not a skip."""

from __future__ import annotations

import os

import pytest

os.environ.setdefault("JAX_PLATFORMS", "cpu")  # the tests are the same on every machine
os.environ.setdefault("MPLBACKEND", "Agg")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """Under CI turn a skip into a failure, unless the test says that it concerns an optional part."""
    outcome = yield
    report = outcome.get_result()
    if (
        report.skipped
        and not hasattr(report, "wasxfail")
        and os.environ.get("CI")
        and not item.get_closest_marker("optional")
    ):
        report.outcome = "failed"
        report.longrepr = f"skipped under CI, where every tool must be there: {report.longrepr}"
