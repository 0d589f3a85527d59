"""The plans among which a core was chosen: area against rate, one point a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from markupsafe import Markup

from sc_neurocore.pictures import MARKS, plain_numbers
from sc_neurocore.spec.errors import SpecError

from .artifacts import Node
from .charts import CURVES, drawn
from .hardware import Area
from .tables import per_second

KINDS = ("column", "row", "serial", "unrolled")
"""Architectures by their colour; layers of several are drawn in a fifth."""
MOST_PLANS = 4_096
_LESS_THAN_ONE = 0.5
"""Inferences a second of a plan of which an older manifest, that rounded them, says 0."""


@dataclass(frozen=True)
class PlanPoint:
    """One plan, by estimates."""

    core: str
    tables: int
    memories: int
    cycles: int
    rate: float | None
    keeps_budget: bool
    is_chosen: bool

    @property
    def kind(self) -> int:
        """Number of its colour and mark."""
        word = self.core.partition(",")[0]
        return KINDS.index(word) if word in KINDS else len(KINDS)


@dataclass(frozen=True)
class Alternatives:
    """What was weighed, and against which budget."""

    target: str
    max_tables: int
    memories: int
    min_rate: float | None
    points: tuple[PlanPoint, ...]

    @cached_property
    def rates_known(self) -> bool:
        """Whether clocks of the device are known; else plans are compared by clocks an inference."""
        return all(point.rate is not None for point in self.points)

    def speed(self, point: PlanPoint) -> float:
        """What is drawn upwards: inferences a second, or in a million clocks."""
        return (point.rate or _LESS_THAN_ONE) if self.rates_known else 1e6 / point.cycles

    @property
    def front(self) -> list[PlanPoint]:
        """Plans that no other beats in both, and the chosen one, the smallest first."""
        front: list[PlanPoint] = []
        quickest = 0.0  # of the smaller ones
        for _, group in groupby(self.points, key=lambda point: point.tables):
            points = list(group)
            speed = max(map(self.speed, points))
            front += [point for point in points if point.is_chosen or self.speed(point) == speed > quickest]
            quickest = max(quickest, speed)
        return front


def alternatives(manifest: Node | None) -> Alternatives | None:
    """What the manifest says of a choice; None where nothing was chosen.

    Raises:
        SpecError: a figure is missing or of another type.
    """
    node = None if manifest is None else manifest.node("alternatives")
    if node is None:
        return None
    plans = node.nodes("plans")
    if len(plans) > MOST_PLANS:
        raise SpecError(f"{node.where}: plans must be at most {MOST_PLANS:,}, got {len(plans):,}")
    points = tuple(
        PlanPoint(
            core=_there(each, "core", each.word("core")),
            tables=_positive(each, "tables"),
            memories=_there(each, "memories", each.count("memories")),
            cycles=_positive(each, "cycles_per_inference"),
            rate=each.amount("inferences_per_second"),
            keeps_budget=_there(each, "keeps_budget", each.flag("keeps_budget")),
            is_chosen=_there(each, "chosen", each.flag("chosen")),
        )
        for each in plans
    )
    choices = sum(point.is_chosen for point in points)
    if choices != 1:
        raise SpecError(f"{node.where}: one of the plans must be the chosen one, got {choices}")
    min_rate = node.amount("min_rate")
    if min_rate == 0:
        raise SpecError(f"{node.where}: min_rate must be positive or null, got 0")
    return Alternatives(
        target=_there(node, "target", node.word("target")),
        max_tables=_positive(node, "max_tables"),
        memories=_there(node, "memories", node.count("memories")),
        min_rate=min_rate,
        points=tuple(sorted(points, key=lambda point: point.tables)),
    )


def _there(node: Node, key: str, value: Any) -> Any:
    if value is None:
        raise SpecError(f"{node.where}: {key} is missing")
    return value


def _positive(node: Node, key: str) -> int:
    value = _there(node, key, node.count(key))
    if not value:
        raise SpecError(f"{node.where}: {key} must be positive, got 0")
    return value


def front_rows(plans: Alternatives) -> list[dict[str, Any]]:
    """The plans that are worth having, as texts."""
    return [
        {
            "core": point.core,
            "tables": f"{point.tables:,}",
            "memories": f"{point.memories:,}",
            "cycles": f"{point.cycles:,}",
            "rate": None if point.rate is None else per_second(point.rate),
            "chosen": point.is_chosen,
            "verdict": "chosen" if point.is_chosen else "fits" if point.keeps_budget else "beyond the budget",
        }
        for point in plans.front
    ]


def budget_text(plans: Alternatives) -> str:
    """What was asked, in one sentence."""
    rate = "" if plans.min_rate is None else f", at least {per_second(plans.min_rate)} inferences a second"
    rule = "the fastest that fits" if plans.min_rate is None else "the smallest that is fast enough"
    return f"For {plans.target}, at most {plans.max_tables:,} tables and {plans.memories} block memories{rate}: {rule}."


def plans_chart(plans: Alternatives, rows: Sequence[Area]) -> Markup:
    """Area against rate, both logarithmic; the chosen plan ringed, and what tools measured of it as a star.

    Args:
        plans: the plans.
        rows: areas and clocks of the gates that were built of the chosen one; those on the same device are drawn.
    """
    measured = [
        (luts, rate)
        for row in rows
        if row.stale is None and row.node.word("target") == plans.target and plans.rates_known
        if (luts := row.node.count("luts")) and (rate := row.node.amount("inferences_per_second"))
    ]
    return drawn(lambda figure: _draw(figure.add_subplot(), plans, measured), (7.2, 3.9), _description(plans, measured))


def _draw(axes: Any, plans: Alternatives, measured: list[tuple[int, float]]) -> None:
    for kind, name in enumerate((*KINDS, "mixed")):
        points = [point for point in plans.points if point.kind == kind]
        if not points:
            continue
        style = {"marker": MARKS[kind], "linestyle": "none", "color": list(CURVES)[kind], "markersize": 6}
        for fill, there in (("full", True), ("none", False)):
            shown = [point for point in points if point.keeps_budget is there]
            label = name if there or not any(point.keeps_budget for point in points) else None
            if shown:
                x, y = [point.tables for point in shown], [plans.speed(point) for point in shown]
                axes.plot(x, y, fillstyle=fill, label=label, zorder=3, **style)
    choice = next(point for point in plans.points if point.is_chosen)
    at = (choice.tables, plans.speed(choice))
    axes.plot(
        *at, marker="o", markersize=14, fillstyle="none", color="#010203", linestyle="none", label="chosen", zorder=4
    )
    if measured:
        style = {"marker": "*", "markersize": 12, "color": "#010203", "linestyle": "none", "zorder": 5}
        axes.plot(*zip(*measured, strict=True), label="placed, by tools", **style)
    axes.axvline(plans.max_tables, color="#010204", linewidth=1.2, linestyle=(0, (5, 3)), zorder=1)
    if plans.min_rate is not None:
        axes.axhline(plans.min_rate, color="#010204", linewidth=1.2, linestyle=(0, (5, 3)), zorder=1)
    axes.set_xscale("log")
    axes.set_yscale("log")
    plain_numbers(axes.xaxis, axes.yaxis)
    axes.set_xlabel("4-input tables (logarithmic); dashed: the budget", color="#010203")
    axes.set_ylabel("inferences a second" if plans.rates_known else "inferences in a million clocks", color="#010203")
    axes.tick_params(colors="#010203", which="both", length=0, pad=6)
    axes.grid(color="#010205", linewidth=0.8)
    axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    axes.margins(x=0.06, y=0.12)
    axes.legend(loc="lower right", frameon=False, labelcolor="#010203")


def _description(plans: Alternatives, measured: list[tuple[int, float]]) -> str:
    choice = next(point for point in plans.points if point.is_chosen)
    unit = "inferences a second" if plans.rates_known else "inferences in a million clocks"
    text = f"Area against rate of {len(plans.points)} plans. Chosen: {choice.core}, about {choice.tables:,} tables, "
    text += f"{per_second(plans.speed(choice))} {unit}."
    return text + "".join(f" Placed: {luts:,} tables, {per_second(rate)} {unit}." for luts, rate in measured)
