# amaranth: UnusedElaboratable=no
"""The one place where kinds of cores are registered: plan and gates; and what is asked of all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...spec.errors import OptionError, SCError
from ...spec.network import NetworkSpec
from ..control.controlled_core import ControlledCore
from ..options import BUDGET, CoreOptions
from ..plan.column_plan import ColumnPlan
from ..plan.core_plan import CorePlan
from ..plan.estimates import DEFAULT_DEVICES, DEVICES
from ..plan.folded_plan import FoldedPlan
from ..plan.selection import choose
from ..plan.serial_plan import SerialPlan
from ..plan.supported import check_name, check_supported
from ..plan.unrolled_plan import UnrolledPlan
from .column_core import ColumnCore
from .network_core import NetworkCore
from .serial.core import SerialCore
from .unrolled import UnrolledCore

Core = NetworkCore | ColumnCore | SerialCore | UnrolledCore | ControlledCore

CORES: dict[type[CorePlan], type] = {
    UnrolledPlan: UnrolledCore,
    SerialPlan: SerialCore,
    ColumnPlan: ColumnCore,
    FoldedPlan: NetworkCore,
}
"""The gates of each kind of plan. The first kind that does what is asked is taken, so the special ones come first."""


def plan_core(network: NetworkSpec, **options: Any) -> CorePlan:
    """The plan of a network's core; no gate is built.

    Args:
        network: what to build.
        options: those of `CoreOptions`.

    Raises:
        SpecError: the network needs gates that do not exist, or not in this architecture.
        OptionError: an option is illegal, or nothing keeps within the budget.
    """
    check_supported(network)
    request = CoreOptions.of(options)
    if request.given(BUDGET):
        plan = _chosen(network, request)
    elif not request.chosen_by_hand:
        plan = _chosen_for_any(network, request)
    else:
        plan = next(plan for kind in CORES if (plan := kind.proposed(network, request)) is not None)
    return replace(plan, control=request.control or ("axi-lite" if request.loadable else None))


def _chosen(network: NetworkSpec, request: CoreOptions) -> CorePlan:
    """What a budget chooses; where nothing fits an UP5K, the error says whether its single-port memory would do."""

    def within(options: CoreOptions) -> CorePlan:
        return choose([plan for kind in CORES for plan in kind.candidates(network, options)], options)

    try:
        return within(request)
    except OptionError as error:
        if request.target != "up5k" or request.memory == "spram":
            raise
        try:
            loaded = within(replace(request, weights="loadable", memory="spram"))
        except SCError:
            raise error from None
        there = loaded.estimate(DEVICES["up5k"]).text()
        raise OptionError(f"{error}. Weights 'loadable' in memory 'spram' would fit: {there}") from None


def _chosen_for_any(network: NetworkSpec, request: CoreOptions) -> CorePlan:
    """What is chosen where no device is named: for the first default device that holds one, else architecture "row"."""
    for name in DEFAULT_DEVICES:
        try:
            return _chosen(network, replace(request, target=name))
        except OptionError:
            continue
    plan = next(plan for kind in CORES if (plan := kind.proposed(network, request)) is not None)
    return replace(plan, why=f"none fits {', '.join(DEFAULT_DEVICES)}")


def gates_of(plan: CorePlan) -> Core:
    """The gates of a plan.

    Raises:
        SpecError: the network bears the name of one of the ports.
    """
    core: Core = CORES[type(plan)](plan)
    if plan.control is not None:
        core = ControlledCore(core, plan.control)
    check_name(plan.network.name, core.signature.members)
    return core


def build_core(network: NetworkSpec, **options: Any) -> tuple[Core, dict[str, Any]]:
    """The core of a network, and its parameters as the manifest states them.

    Args:
        network: what to build.
        options: those of `CoreOptions`.

    Raises:
        SpecError, OptionError: as `plan_core` and `gates_of`.
    """
    plan = plan_core(network, **options)
    return gates_of(plan), plan.parameters
