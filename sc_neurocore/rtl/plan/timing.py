"""When a core's results come: latency and throughput in clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class CoreTiming:
    """Clocks of one inference, without stalls on either port."""

    latency_cycles: int
    """From the clock edge that accepts a frame's last beat to the first with `m_axis_tvalid` high; core idle before.

    Of a sample of several frames it is the first one's, or the last one's where the outputs of the steps are summed.
    """
    cycles_per_inference: int
    """Between the results of samples, when frames follow each other without a pause."""


def steady(loaded: Sequence[int], sent: Sequence[tuple[int, int]]) -> CoreTiming:
    """The timing of a core whose first samples were followed.

    Args:
        loaded: the clock in which each sample's last beat is accepted that its first output needs.
        sent: the clock of each sample's first output beat, and the first clock after its last.
    """
    return CoreTiming(latency_cycles=sent[0][0] - loaded[0], cycles_per_inference=sent[-1][1] - sent[-2][1])


def core_timing(core: Any, halvings: int = 0) -> CoreTiming:
    """Latency and steady rate of a core, as its plan has them.

    Args:
        core: whatever `build_core` makes.
        halvings: of a core whose streams may be stopped early.
    """
    return core.plan.timing(halvings)
