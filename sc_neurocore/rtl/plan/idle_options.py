"""Options that were asked for and gain nothing: half as much would take no more clocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...spec.errors import SCError
from .core_plan import CorePlan

HALVED = ("neurons_in_parallel", "stream_bits_per_cycle")
"""Options of which half may do the same."""


def idle_options(plan: CorePlan, options: dict[str, Any], plan_of: Callable[[dict[str, Any]], CorePlan]) -> list[str]:
    """A sentence for each option of which half takes no more clocks, so that the gates it asks for are for nothing.

    Args:
        plan: what the options make.
        options: as they were given.
        plan_of: makes a plan of other options.
    """
    said, timing = [], plan.timing()
    for name in HALVED:
        half = _half(options.get(name))
        if half is None:
            continue
        try:
            other = plan_of({**options, name: half}).timing()
        except SCError:  # half as much is no legal value here
            continue
        rate, latency = timing.cycles_per_inference, timing.latency_cycles
        if other.cycles_per_inference <= rate and other.latency_cycles <= latency:
            what = f"{name} {_listed(options[name])} gains nothing: {_listed(half)} takes"
            said.append(f"{what} {other.cycles_per_inference:,} clocks an inference, and this {rate:,}")
    return said


def _half(value: Any) -> Any:
    """Half of a number, or of each of several; None where nothing is left to halve."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        halves = [each // 2 if isinstance(each, int) and each > 1 else each for each in value]
        return halves if halves != list(value) else None
    return value // 2 if type(value) is int and value > 1 else None


def _listed(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, Sequence) else str(value)
