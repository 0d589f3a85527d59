"""The core that keeps within a budget, by estimates that `synth` can check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...spec.errors import OptionError
from ...spec.network import NetworkSpec
from ..options import CoreOptions
from .closed_forms import why_network_has_no_closed_form
from .core_plan import CorePlan
from .estimates import DEVICES, Estimate

SHOWN = 6
"""Estimates that a message lists."""


def choose(plans: Sequence[CorePlan], network: NetworkSpec, options: CoreOptions) -> CorePlan:
    """The smallest plan that reaches `min_rate`, or without one the fastest, and in it why.

    Args:
        plans: among which is chosen.
        network: what to build.
        options: with the budget.

    Raises:
        OptionError: an option is illegal, or nothing keeps within the budget.
    """
    target, memory, least = options.target, options.memory, options.min_rate
    if target is None or target not in DEVICES:
        raise OptionError(f"target must be one of {', '.join(DEVICES)} where 'auto' keeps a budget; got {target!r}")
    closed = why_network_has_no_closed_form(network) is None
    if memory == "spram" and not (target == "up5k" and options.loadable and closed):
        raise OptionError("memory 'spram' needs target up5k, loadable weights and a network of closed forms")
    device = DEVICES[target]
    candidates = [(plan.estimate(device), plan) for plan in plans]
    estimates = [estimate for estimate, _ in candidates]
    tables = min(device.tables, options.max_luts or device.tables)
    fitting = [each for each in candidates if each[0].tables <= tables and each[0].memories <= device.memories]
    sufficient = [each for each in fitting if each[0].rate >= (least or 0)]
    budget = f"{target}, at most {tables:,} tables" + (f", at least {least:,.0f}/s" if least else "")
    if not sufficient:
        raise OptionError(f"no architecture keeps within {budget}. Estimates: {_front(estimates)}")
    # of equally fast ones the smaller
    best, plan = min(sufficient, key=lambda each: each[0].tables if least else (-each[0].rate, each[0].tables))
    rule = "the smallest that is fast enough" if least else "the fastest that fits"
    return replace(plan, why=f"{rule} for {budget}: {best.text()}. Estimates: {_front(estimates)}")


def _front(candidates: list[Estimate]) -> str:
    """Some of the estimates, from the smallest to the fastest."""
    front = [each for each in candidates if not any(o.tables <= each.tables and o.rate > each.rate for o in candidates)]
    front.sort(key=lambda each: each.tables)
    step = max(1, -(-len(front) // SHOWN))
    selection = front[::step] + ([front[-1]] if front[::step][-1] is not front[-1] else [])
    return "; ".join(each.text() for each in selection)
