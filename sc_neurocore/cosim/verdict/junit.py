"""The verdict as JUnit XML, which CI servers show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

UNVERIFIED = "UNVERIFIED"


def junit_xml(report: Mapping[str, Any]) -> str:
    """A test suite of a co-simulation: a case for the outputs, one for the protocol, one for each feature.

    Args:
        report: the content of `cosim.json`.
    """
    cases = list(_cases(report))
    name = report.get("network") or report.get("circuit") or "core"
    suite = ElementTree.Element("testsuite", name=f"cosim {name}", tests=str(len(cases)), errors="0")
    properties = ElementTree.SubElement(suite, "properties")
    for key, value in report.items():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            ElementTree.SubElement(properties, "property", name=key, value=str(value))
    counts = {"failure": 0, "skipped": 0}
    for title, state, text in cases:
        case = ElementTree.SubElement(suite, "testcase", classname=f"cosim.{name}", name=title)
        if state in counts:
            counts[state] += 1
            ElementTree.SubElement(case, state, message=text).text = text
    suite.set("failures", str(counts["failure"]))
    suite.set("skipped", str(counts["skipped"]))
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def _cases(report: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Title, `passed`, `failure` or `skipped`, and why."""
    compared, mismatches = report["values_compared"] + report["episodes"]["values_compared"], report["mismatches"]
    text = f"{compared} values compared, {mismatches} differ"
    yield "outputs equal the model's", "failure" if mismatches or not compared else "passed", text
    findings = report["findings"][bool(mismatches) :]  # the first one tells of the values
    yield "protocol, frames and timing", "failure" if findings else "passed", "; ".join(findings)
    for name, feature in report["features"].items():
        state = {"PASS": "passed", UNVERIFIED: "skipped"}.get(feature["verdict"], "failure")
        yield name, state, f"{name} is {feature['verdict']}: {', '.join(feature['checks']) or 'there is no check'}"
    faults = report["model_faults"]
    if faults["made"]:
        survived = faults["made"] - faults["equivalent"] - faults["killed"]
        yield "small faults of the model would be seen", "passed", f"{survived} would not"
    else:
        yield "small faults of the model would be seen", "skipped", f"not searched for: {faults['search']}"
