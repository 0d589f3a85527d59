"""What the page says of results that are about other networks or gates, or that failed."""

from __future__ import annotations

import json

from tests.support.pages import change, put, render


def test_other_networks_results_are_marked(run):
    change(run, "cosim/cosim.json", network_sha256="f" * 64)
    change(run, "synth-up5k/synth.json", network_sha256="f" * 64)
    _, page = render(run)
    assert "UNVERIFIED" in page.text
    assert "not this network: it is about another network (ffffffffffff" in page.text
    assert "PASS" not in page.text


def test_gates_that_were_not_cosimulated_are_marked(run):
    assert "other than those co-simulated" not in render(run)[1].text
    change(run, "synth-up5k/synth.json", rtl_sha256="f" * 64)
    assert "gates other than those co-simulated" in render(run)[1].text


def test_the_summary_prefers_gates_that_were_cosimulated(run):
    smaller = json.loads((run / "synth-up5k/synth.json").read_text()) | {"luts": 77, "rtl_sha256": "f" * 64}
    put(run, "synth/other/synth.json", smaller)
    text, _ = render(run)
    cards = text[text.index('class="answers"') : text.index("</header>")]
    assert "321 LUTs" in cards
    assert "77 LUTs" not in cards


def test_one_failure_fails_the_page(run):
    failed = json.loads((run / "cosim/cosim.json").read_text()) | {"verdict": "FAIL", "mismatches": 3}
    failed |= {"first_mismatch": {"sample": 2, "layer": 0, "neuron": 1, "expected": 5, "got": 6}}
    put(run, "cosim-icarus/cosim.json", failed)
    text, page = render(run)
    assert '<span class="badge fail large">FAIL</span>' in text
    assert "expected 5, got 6" in page.text
