"""Which checks prove what a core has beside the contract's ports, and whether they ran.

A generator that adds a port must name its checks here: what nothing drives is UNVERIFIED, never silently passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..core_under_test import CoreUnderTest
from ..drivers.ports import AXIL, AXIL_INPUTS, AXIL_OUTPUTS, HALVINGS, PORTS, STREAM_INPUTS, STREAM_OUTPUTS
from ..testplan.halving_episodes import HALVED_IN_TURN, halvings_segment
from ..testplan.loads.episodes import LOAD_SEGMENTS
from ..testplan.registers.counts import BESIDE, REGISTERS
from ..testplan.registers.episodes import AFTER, AHEAD, BOTH, LATE
from ..testplan.script import MAIN, Record
from .switching import NETS_PORT

UNVERIFIED = "UNVERIFIED"


def core_features(core: CoreUnderTest, record: Record, *, passed: bool) -> dict[str, dict[str, Any]]:
    """Of each feature beyond the contract's ports: the segments that prove it, and PASS, FAIL or UNVERIFIED.

    Args:
        core: whose ports and manifest tell what it has.
        record: the segments that ran to their end.
        passed: whether nothing speaks against the core.
    """
    ran = {outcome.name for outcome in record.segments if outcome.finished}
    return {
        name: {
            "checks": checks,
            "verdict": UNVERIFIED if not checks or not ran.issuperset(checks) else "PASS" if passed else "FAIL",
        }
        for name, checks in _checks(core, {*core.ports, *record.ports})
    }


def unverified(features: dict[str, dict[str, Any]]) -> list[str]:
    """Names of the features that nothing proved."""
    return [name for name, feature in features.items() if feature["verdict"] == UNVERIFIED]


def _checks(core: CoreUnderTest, ports: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Features and the segments that prove them; none where there is no check."""
    names = set(ports)
    if HALVINGS in names or core.halvings:
        checks = [halvings_segment(k) for k in range(1, core.halvings + 1)]
        yield HALVINGS, [*checks, HALVED_IN_TURN] if checks else []
    if core.loads is not None:
        # where no sample tells the networks apart, all that is right after a load was right before it
        yield "loads", [MAIN, LOAD_SEGMENTS[0]] if core.loads.differing else []
        yield "loads that are cut short", list(LOAD_SEGMENTS[1:])
    if any(name.startswith(AXIL) for name in names) or (core.loads is not None and core.loads.control == "axi-lite"):
        names_of_segments = [REGISTERS, BESIDE, AHEAD, AFTER, LATE, BOTH]
        yield "AXI4-Lite registers and counters", [] if core.facts is None else names_of_segments
    if core.loads is None and names & {*STREAM_INPUTS, *STREAM_OUTPUTS}:
        yield "loads", []
    common_ports = {*PORTS, *STREAM_INPUTS, *STREAM_OUTPUTS, *AXIL_INPUTS, *AXIL_OUTPUTS, HALVINGS, NETS_PORT}
    for name in sorted(names - common_ports - {*core.stream_ports}):
        yield f"port {name}", []
