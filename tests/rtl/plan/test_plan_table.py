"""The committed table of plans: recomputed without a gate, a few of its cores built, its areas beside Yosys' counts."""

from __future__ import annotations

import json

import pytest
from rtl.plan import plan_table as table

ROWS = json.loads((table.ROOT / "benchmarks" / "results" / "plans.json").read_text(encoding="utf-8"))


def test_it_is_large_and_every_built_core_has_the_clocks_of_its_plan():
    built = [row for row in ROWS["plans"] if row.get("built")]
    assert (len(ROWS["plans"]), len(built)) == (ROWS["pairs"], ROWS["built"])
    assert ROWS["pairs"] >= 200
    assert ROWS["built"] >= 60
    assert [row for row in built if any(row[key] != clocks for key, clocks in row["built"].items())] == []


def test_every_row_is_planned_the_same_today(monkeypatch):
    monkeypatch.setattr("amaranth.lib.wiring.Component.__init__", None)  # whoever makes a component cannot call it
    rows = [json.loads(json.dumps(row)) for row in _planned()]
    kept = [{key: value for key, value in row.items() if key != "built"} for row in ROWS["plans"]]
    assert rows == kept


def _planned():
    for name, case in table.networks().items():
        for options, plan in table.plans(case):
            yield table.planned(name, options, plan)


@pytest.mark.parametrize("place", [2, 8, 15, 19, 23])
def test_a_core_of_the_table_has_these_clocks(place):
    cases = [row for row in ROWS["plans"] if row.get("built") and row["cycles_per_inference"] < 60]
    row = cases[place % len(cases)]
    case = table.networks()[row["network"]]
    plan = next(plan for options, plan in table.plans(case) if json.loads(json.dumps(options)) == row["options"])
    assert table.built(case, plan) == row["built"] == vars(plan.timing())


def test_areas_are_within_15_percent_of_yosys():
    """Fitted to these very counts; new ones are what tells whether the estimate is good beyond them."""
    areas = table.areas()
    assert areas == ROWS["compared_areas"]
    within = [row for row in areas if abs(row["error"]) <= table.WITHIN]
    assert len(within) == ROWS["areas_within_15_percent"] >= 20
    assert {row["target"] for row in within} == {"up5k", "hx8k", "ecp5-25k"}
    assert {row["options"].get("architecture") for row in within} == {None, "serial", "column"}
