"""The core that keeps within a budget, by estimates that `synth` can check; and options that gain nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ...spec.errors import OptionError, SCError
from ..options import CoreOptions
from .core_plan import CorePlan
from .estimates import DEVICES, Device, Estimate, rate_text

SHOWN = 6
"""Estimates that a message lists."""
USABLE = 0.9
"""Share of a device's tables that a chosen core may take: estimates err, and routing needs room."""
BEYOND = 1.3
"""A core whose estimate is so many times the device is refused without synthesis; estimates err by 15 %."""


def choose(plans: Sequence[CorePlan], options: CoreOptions) -> CorePlan:
    """The smallest plan that reaches `min_rate`, or without one the fastest, and in it why.

    Args:
        plans: among which is chosen.
        options: with the budget.

    Raises:
        OptionError: an option is illegal, or nothing keeps within the budget.
    """
    name, memory, min_rate = options.target, options.memory, options.min_rate
    if name is None or name not in DEVICES:
        raise OptionError(f"target must be one of {', '.join(DEVICES)} where 'auto' keeps a budget; got {name!r}")
    if memory == "spram" and not (name == "up5k" and options.loadable):
        raise OptionError("memory 'spram' needs target up5k and loadable weights")
    device = DEVICES[name]
    if min_rate is not None and device.clock_mhz is None:
        raise OptionError(f"min_rate needs a device whose clocks are known; nothing is placed on {name}")
    usable = int(USABLE * device.tables)
    tables = min(usable, options.max_luts or usable)
    budget = f"{name}, at most {tables:,} tables" + (f", at least {rate_text(min_rate)}/s" if min_rate else "")
    candidates = [(plan.estimate(device), plan) for plan in plans]
    estimates = [estimate for estimate, _ in candidates]
    sufficient = [each for each in candidates if _keeps(each[0], device, tables, min_rate)]
    if not sufficient:
        text = f"no architecture keeps within {budget}. Estimates: {_front(estimates)}"
        raise OptionError(text + _larger_devices(plans, device, min_rate) * (options.max_luts is None))
    # of equally fast ones the smaller
    choice, plan = min(
        sufficient, key=lambda each: each[0].tables if min_rate else (_slowness(each[0]), each[0].tables)
    )
    rule = "the smallest that is fast enough" if min_rate else "the fastest that fits"
    why = f"{rule} for {budget}: {choice.text()}. Estimates: {_front(estimates)}"
    return replace(plan, why=why, alternatives=_compared(candidates, choice, device, tables, options))


def _compared(
    candidates: Sequence[tuple[Estimate, CorePlan]], choice: Estimate, device: Device, tables: int, options: CoreOptions
) -> dict[str, Any]:
    """What was compared, each core once, the smallest first, as the manifest states it.

    Args:
        candidates: estimates and their plans.
        choice: the estimate of the chosen one.
        device: for which was chosen.
        tables: that a core might take.
        options: with the rest of the budget.
    """

    def key(each: Estimate) -> tuple[int, str, int, int]:
        return each.tables, each.name, each.memories, each.cycles

    rows = {
        key(each): {
            "core": each.name,
            "tables": each.tables,
            "memories": each.memories,
            "cycles_per_inference": each.cycles,
            "inferences_per_second": each.rate,
            "keeps_budget": _keeps(each, device, tables, options.min_rate),
            "chosen": key(each) == key(choice),
        }
        for each, _ in candidates
    }
    budget = {"target": options.target, "max_tables": tables, "memories": device.memories, "min_rate": options.min_rate}
    return {**budget, "plans": [row for _, row in sorted(rows.items())]}


def _larger_devices(plans: Sequence[CorePlan], device: Device, min_rate: float | None) -> str:
    """Other devices on which one of the plans fits, as the end of a message; nothing where there is none."""
    names = [
        name
        for name, other in DEVICES.items()
        if other.tables > device.tables
        and any(_keeps(plan.estimate(other), other, int(USABLE * other.tables), min_rate) for plan in plans)
    ]
    return f". It would fit: {', '.join(names)}" if names else ""


def check_room(plan: CorePlan, name: str) -> None:
    """Refuse a core that a device cannot hold, by an estimate that leaves room for its own error.

    Raises:
        OptionError: it takes far more than there is.
    """
    device, estimate = DEVICES[name], plan.estimate(DEVICES[name])
    if estimate.tables > BEYOND * device.tables or estimate.memories > BEYOND * device.memories:
        there = f"{device.tables:,} tables and {device.memories} block memories"
        raise OptionError(f"{name} has {there}, and the core does not fit: {estimate.text()}")


def _keeps(estimate: Estimate, device: Device, tables: int, min_rate: float | None) -> bool:
    """Whether a core keeps within a budget."""
    fits = estimate.tables <= tables and estimate.memories <= device.memories
    return fits and (min_rate is None or (estimate.rate or 0) >= min_rate)


def _slowness(estimate: Estimate) -> float:
    """What is less for a faster core of the same device."""
    return estimate.cycles if estimate.rate is None else -estimate.rate


def _front(candidates: list[Estimate]) -> str:
    """Some of the estimates, from the smallest to the fastest."""
    front = [
        each
        for each in candidates
        if not any(other.tables <= each.tables and _slowness(other) < _slowness(each) for other in candidates)
    ]
    front.sort(key=lambda each: each.tables)
    step = max(1, -(-len(front) // SHOWN))
    selection = front[::step] + ([front[-1]] if front[::step][-1] is not front[-1] else [])
    return "; ".join(each.text() for each in selection)


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
