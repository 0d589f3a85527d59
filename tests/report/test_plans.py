"""The picture of alternatives: one point a plan, the chosen one ringed, and the table of those worth having."""

from __future__ import annotations

import re

import pytest

from sc_neurocore import load_network, rtl
from sc_neurocore.report.artifacts import Node
from sc_neurocore.report.plans import alternatives, budget_text, front_rows
from sc_neurocore.spec import SpecError
from tests.support.pages import change, render


def plan(core, tables, rate, *, chosen=False, keeps=True, memories=3, cycles=50):
    return {
        "core": core,
        "tables": tables,
        "memories": memories,
        "cycles_per_inference": cycles,
        "inferences_per_second": rate,
        "keeps_budget": keeps,
        "chosen": chosen,
    }


PLANS = [
    plan("serial, 1 stream bit a clock", 80, 3_000),
    plan("column, 4 neurons at a time", 500, 70_000),
    plan("row, 4 neurons at a time", 900, 60_000),
    plan("column, 8 neurons at a time", 1_400, 650_000, chosen=True),
    plan("row, 8 neurons at a time", 20_000, 640_000, keeps=False),
]
SAID = {"target": "up5k", "max_tables": 4_752, "memories": 30, "min_rate": None, "plans": PLANS}


def node(**changed):
    return Node("rtl/manifest.json", {"alternatives": SAID | changed})


def test_a_point_a_plan_and_the_front_in_the_table(run):
    change(run, "rtl/manifest.json", alternatives=SAID)
    text, page = render(run)
    section = text[text.index('aria-labelledby="plans"') : text.index('aria-labelledby="accuracy"')]
    label = next(a["aria-label"] for _, a in page.tags if "Area against rate of" in (a.get("aria-label") or ""))
    assert label.startswith(
        "Area against rate of 5 plans. Chosen: column, 8 neurons at a time, about 1,400 tables, 650"
    )
    assert "Placed: 321 tables, 610,000 inferences a second." in label
    table = section[section.index("<tbody>") :]
    assert [int(cell.replace(",", "")) for cell in re.findall(r'</th><td class="num">([\d,]+)<', table)] == [
        80,
        500,
        1_400,
    ]
    assert table.count('class="chosen"') == 1
    assert "For up5k, at most 4,752 tables and 30 block memories: the fastest that fits." in page.text
    # Each point is a use of a mark: 5 plans, 1 ring, 1 star, and the legend's 5.
    chart = section[section.index("<svg") : section.index("</svg>")]
    assert len(re.findall(r"<use [^>]*href", chart)) == 12


def test_the_front_keeps_the_chosen_one_though_it_is_beaten():
    plans = [plan("column", 100, 5_000), plan("row", 200, 4_000, chosen=True)]
    found = alternatives(node(plans=plans))
    assert found is not None
    assert [row["verdict"] for row in front_rows(found)] == ["fits", "chosen"]


def test_devices_of_unknown_clocks_are_compared_by_clocks():
    plans = [plan("row", 100, None, cycles=10, chosen=True), plan("column", 90, None, cycles=20)]
    found = alternatives(node(plans=plans, min_rate=5.0))
    assert found is not None
    assert [found.speed(point) for point in found.points] == [50_000, 100_000]
    assert "at least 5 inferences a second: the smallest that is fast enough" in budget_text(found)


def test_a_core_that_was_asked_for_by_name_has_no_such_section(run):
    assert "alternatives" not in render(run)[1].text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"plans": []}, "none of the plans is the chosen one"),
        ({"plans": [plan("row", 0, 1.0, chosen=True)]}, r"plans\[0\]: tables must be positive and below 2\^63, got 0"),
        ({"plans": [plan("row", 1, "5", chosen=True)]}, r"inferences_per_second must be a number"),
        ({"plans": [plan(None, 1, 1.0, chosen=True)]}, "core is missing"),
        ({"plans": [plan("row", 10**400, 1.0, chosen=True)]}, r"tables must be positive and below 2\^63, got"),
        ({"plans": [plan("row", 1, -3.0, chosen=True)]}, r"inferences_per_second must be positive, got -3"),
        ({"target": 5}, "target must be a string"),
        ({"max_tables": None}, "max_tables is missing"),
    ],
)
def test_damaged_alternatives_are_told(changed, message):
    with pytest.raises(SpecError, match=message):
        alternatives(node(**changed))


def test_what_a_manifest_says_is_what_the_page_shows(run, tmp_path):
    """End to end, with the gates of the folder's own network."""
    manifest = rtl.generate(load_network(run / "network"), tmp_path / "rtl")
    change(run, "rtl/manifest.json", alternatives=manifest["alternatives"])
    said = render(run)[1].text
    assert f"Area against rate of {len(manifest['alternatives']['plans'])} plans" in render(run)[0]
    (chosen,) = [each for each in manifest["alternatives"]["plans"] if each["chosen"]]
    assert chosen["core"] in said
