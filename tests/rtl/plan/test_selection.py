"""What is said of plans that were weighed, held with plans that say their estimates and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from sc_neurocore.rtl import CoreOptions
from sc_neurocore.rtl.plan.estimates import Estimate
from sc_neurocore.rtl.plan.selection import choose


@dataclass(frozen=True)
class Stated:
    """A plan of so many tables and clocks."""

    tables: int
    cycles: int
    rate: float
    memories: int = 3
    options: dict[str, Any] = field(default_factory=lambda: {"architecture": "row"})
    why: str | None = None
    alternatives: dict[str, Any] | None = None

    def estimate(self, device: object) -> Estimate:
        return Estimate(self.options, self.tables, self.memories, self.cycles, self.rate)


def chosen(*plans: Stated, **budget: Any) -> Any:
    return choose(plans, CoreOptions(architecture="auto", target="up5k", **budget))  # pyright: ignore[reportArgumentType] - a plan as far as a choice asks it


def test_one_of_several_plans_of_one_name_is_chosen():
    said = chosen(Stated(100, 50, 7e5), Stated(200, 40, 9e5), Stated(300, 60, 5e5)).alternatives["plans"]
    assert len({each["core"] for each in said}) == 1
    assert [each["chosen"] for each in said] == [False, True, False]


def test_the_chosen_one_is_said_though_another_core_has_its_figures():
    """A dictionary of figures would keep the last of the two."""
    twin = {"architecture": "row", "memory": "block"}
    said = chosen(Stated(100, 50, 7e5), Stated(100, 50, 7e5, options=twin)).alternatives["plans"]
    assert [each["chosen"] for each in said] == [True]


def test_a_slow_core_has_a_rate():
    """Rounded it would be 0, which no core has."""
    plan = chosen(Stated(100, 10**8, 0.42))
    assert plan.alternatives["plans"][0]["inferences_per_second"] == pytest.approx(0.42)
    assert "0.42/s" in plan.why


def test_a_plan_that_is_too_slow_keeps_no_budget():
    said = chosen(Stated(100, 50, 1_000.0), Stated(200, 40, 2_000.0), min_rate=1_500.0).alternatives["plans"]
    assert [(each["keeps_budget"], each["chosen"]) for each in said] == [(False, False), (True, True)]


@pytest.mark.parametrize(
    ("large", "budget"),
    [
        (Stated(4_752 + 1, 40, 9e5), {}),  # nine tenths of the device's
        (Stated(150 + 1, 40, 9e5), {"max_luts": 150}),
        (Stated(100, 40, 9e5, memories=30 + 1), {}),
    ],
    ids=["tables of the device", "tables asked for", "block memories"],
)
def test_a_plan_one_beyond_a_budget_keeps_none(large, budget):
    """And one that has just as much as there is does, and is chosen for its rate."""
    small = Stated(90, 50, 7e5)
    said = chosen(small, large, **budget).alternatives["plans"]
    assert [(each["keeps_budget"], each["chosen"]) for each in said] == [(True, True), (False, False)]
    tables, memories = large.tables - (large.memories == 3), min(large.memories, 30)
    said = chosen(small, Stated(tables, 40, 9e5, memories=memories), **budget).alternatives["plans"]
    assert [(each["keeps_budget"], each["chosen"]) for each in said] == [(True, False), (True, True)]
