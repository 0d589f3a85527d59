"""The picture of alternatives: one point a plan, the chosen one ringed, and the table of those worth having."""

from __future__ import annotations

import json
import re
import time

import numpy as np
import pytest

from sc_neurocore import load_network, rtl
from sc_neurocore.report.artifacts import Node
from sc_neurocore.report.plans import alternatives, budget_text, front_rows
from sc_neurocore.spec import SpecError
from tests.support.pages import change, put, render


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


def test_the_front_is_that_of_a_search_through_all_pairs():
    """Of many plans with equal areas and equal rates, and quickly of as many as a page takes."""
    rng = np.random.default_rng(0)
    tables, rates = rng.integers(1, 30, 300).tolist(), rng.integers(1, 12, 300).tolist()
    pairs = list(zip(tables, rates, strict=True))
    found = alternatives(node(plans=[plan("row", t, r, chosen=i == 7) for i, (t, r) in enumerate(pairs)]))
    assert found is not None
    unbeaten = [
        (t, r)
        for i, (t, r) in enumerate(pairs)
        if i == 7 or not any((a <= t and b > r) or (a < t and b == r) for a, b in pairs)
    ]
    assert [(point.tables, point.rate) for point in found.front] == sorted(unbeaten, key=lambda each: each[0])
    many = alternatives(node(plans=[plan("row", 10 + i, 9_000 - i, chosen=not i) for i in range(4_096)]))
    assert many is not None
    begun = time.process_time()
    assert len(many.front) == 1
    assert time.process_time() - begun < 1


def test_a_larger_plan_of_equal_rate_is_beaten():
    found = alternatives(node(plans=[plan("column", 100, 5.0, chosen=True), plan("row", 200, 5.0)]))
    assert found is not None
    assert [point.tables for point in found.front] == [100]


def test_a_rate_that_an_older_manifest_rounded_to_nothing_ends_no_page(run):
    change(run, "rtl/manifest.json", alternatives=SAID | {"plans": [*PLANS, plan("serial, 1 bit", 60, 0)]})
    assert '<td class="num">under 1</td>' in render(run)[0]
    change(run, "rtl/manifest.json", alternatives=SAID | {"plans": [*PLANS, plan("serial, 1 bit", 60, 0.42)]})
    assert '<td class="num">0.42</td>' in render(run)[0]


def figure(text: str) -> str:
    """The chart of the plans."""
    section = text[text.index('aria-labelledby="plans"') : text.index('aria-labelledby="accuracy"')]
    return section[section.index("<svg") : section.index("</svg>")]


HOLLOW = "fill-opacity: 0; stroke: var(--curve"


def marks(text: str) -> list[tuple[float, float, str]]:
    """Place and style of each mark in the chart."""
    found = re.findall(r'<use href="[^"]*" x="([\d.]+)" y="([\d.]+)" style="([^"]*)"', figure(text))
    return [(float(x), float(y), style) for x, y, style in found]


def dashed(text: str) -> list[list[float]]:
    """Ends of each dashed line in the chart."""
    lines = re.findall(r'<path d="M ([\d.]+) ([\d.]+) \nL ([\d.]+) ([\d.]+) \n"[^>]*stroke-dasharray', figure(text))
    return [[float(value) for value in line] for line in lines]


def test_plans_beyond_the_budget_are_hollow(run):
    """One of the five is, and its mark in the legend's colour is not."""
    change(run, "rtl/manifest.json", alternatives=SAID)
    drawn = marks(render(run)[0])
    (hollow,) = [x for x, _, style in drawn if HOLLOW in style]
    assert hollow == max(x for x, *_ in drawn), "the largest of them"
    change(run, "rtl/manifest.json", alternatives=SAID | {"plans": [each | {"keeps_budget": True} for each in PLANS]})
    assert not any(HOLLOW in style for *_, style in marks(render(run)[0]))


def test_a_least_rate_is_a_line_at_its_place(run):
    """As high as the mark of the plan that has just that rate."""
    change(run, "rtl/manifest.json", alternatives=SAID)
    assert [x0 == x1 for x0, _, x1, _ in dashed(render(run)[0])] == [True], "the budget's tables alone"
    for least in (60_000, 640_000):
        change(run, "rtl/manifest.json", alternatives=SAID | {"min_rate": least})
        text = render(run)[0]
        (level,) = [y0 for _, y0, _, y1 in dashed(text) if y0 == y1]
        row = [y for _, y, style in marks(text) if "--curve-1" in style][:2]  # those with 60,000 and 640,000
        assert level == pytest.approx(row[least == 640_000], abs=0.01)


def test_the_tables_of_the_budget_are_a_line_at_their_place(run):
    """Upright, through the mark of the plan that has just so many."""
    for tables, curve, number in ((500, 0, 0), (1_400, 0, 1), (20_000, 1, 1)):
        change(run, "rtl/manifest.json", alternatives=SAID | {"max_tables": tables})
        text = render(run)[0]
        ((line, _, end, _),) = dashed(text)
        places = [x for x, _, style in marks(text) if f"--curve-{curve}" in style]
        assert line == end
        assert line == pytest.approx(places[number], abs=0.01)


def test_the_ring_is_about_the_chosen_plan(run):
    """As many places as plans, and the ring at that of the chosen one."""
    for i in (0, 3):
        plans = [each | {"chosen": i == k} for k, each in enumerate(PLANS)]
        change(run, "rtl/manifest.json", alternatives=SAID | {"plans": plans})
        text = render(run)[0]
        (ring,) = [(x, y) for x, y, style in marks(text)[:-5] if "fill-opacity: 0; stroke: var(--ink" in style]
        at = [(x, y) for x, y, style in marks(text) if "--curve" in style and abs(x - ring[0]) < 0.01]
        assert at[:1] == [pytest.approx(ring, abs=0.01)]
        assert sorted({x for x, _, style in marks(text) if "--curve" in style}).index(at[0][0]) == i


STAR = {
    "of other gates": {"rtl_sha256": "f" * 64},
    "of another network": {"network_sha256": "f" * 64},
    "on another device": {"target": "hx8k"},
    "of unknown area": {"luts": None},
}


@pytest.mark.parametrize("changed", STAR.values(), ids=STAR)
def test_what_is_not_the_chosen_core_on_its_device_is_no_star(run, changed):
    change(run, "rtl/manifest.json", alternatives=SAID)
    assert "Placed: 321 tables" in render(run)[0]
    change(run, "synth-up5k/synth.json", **changed)
    text = render(run)[0]
    assert "Placed:" not in text
    assert "placed, by tools" not in figure(text)


def test_where_plans_are_compared_by_clocks_no_rate_is_drawn_among_them(run):
    """It would stand at inferences a second, on an axis of inferences in a million clocks."""
    unknown = [each | {"inferences_per_second": None} for each in PLANS]
    change(run, "rtl/manifest.json", alternatives=SAID | {"plans": unknown})
    text = render(run)[0]
    assert "inferences in a million clocks" in figure(text)
    assert "Placed:" not in text
    assert "placed, by tools" not in figure(text)


def test_of_two_results_the_star_is_that_of_the_manifest_s_gates(run):
    change(run, "rtl/manifest.json", alternatives=SAID)
    smaller = json.loads((run / "synth-up5k/synth.json").read_text()) | {"luts": 77, "rtl_sha256": "f" * 64}
    put(run, "synth-other/synth.json", smaller)
    text = render(run)[0]
    assert "Placed: 321 tables" in text
    assert "Placed: 77" not in text


def test_alternatives_of_another_network_are_marked(run):
    change(run, "rtl/manifest.json", alternatives=SAID)
    assert "Not this network" not in render(run)[1].text
    change(run, "rtl/manifest.json", network_sha256="e" * 64)
    assert render(run)[1].text.count("Not this network: it is about another network (eeeeeeeeeeee") == 2


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"plans": []}, "one of the plans must be the chosen one, got 0"),
        (
            {"plans": [plan("row", k, 1.0, chosen=True) for k in (1, 2)]},
            "one of the plans must be the chosen one, got 2",
        ),
        ({"plans": [plan("row", 1, 1.0)] * 4_097}, "plans must be at most 4,096, got 4,097"),
        ({"plans": [plan("row", 0, 1.0, chosen=True)]}, r"plans\[0\]: tables must be positive, got 0"),
        ({"plans": [plan("row", 1, "5", chosen=True)]}, r"inferences_per_second must be a number"),
        ({"plans": [plan(None, 1, 1.0, chosen=True)]}, "core is missing"),
        ({"plans": [plan("row", 10**400, 1.0, chosen=True)]}, r"tables must be an integer from 0 to 2\^63 - 1"),
        ({"plans": [plan("row", 1, -3.0, chosen=True)]}, "inferences_per_second must be a number from 0 to 1e15"),
        ({"plans": [plan("row", 1, 1e16, chosen=True)]}, "inferences_per_second must be a number from 0 to 1e15"),
        ({"plans": [plan("row", 1, 1.0, chosen=True, memories=-1)]}, r"memories must be an integer from 0 to 2\^63"),
        ({"memories": -3}, r"memories must be an integer from 0 to 2\^63"),
        ({"min_rate": 0}, "min_rate must be positive or null, got 0"),
        ({"min_rate": -5}, "min_rate must be a number from 0 to 1e15"),
        ({"target": 5}, "target must be a string"),
        ({"target": "x" * 201}, "target must be a string of at most 200 characters"),
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
