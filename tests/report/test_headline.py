"""The four answers at the top: does it fit, how fast, how accurate, how proved."""

from __future__ import annotations

import json
import re

import pytest

from tests.support.pages import change, put, render

QUESTIONS = ["Does it fit?", "How fast?", "How accurate?", "How proved?"]


def cards(text: str) -> list[tuple[str, str, str]]:
    """State, question and the rest of each card, in their order."""
    head = text[text.index('<dl class="answers"') : text.index("</header>")]
    found = re.findall(r'<div class="answer (\w+)"><dt>(.*?)</dt>(.*?)</div>', head)
    assert len(found) == head.count("<dt>")
    return [(state, question, re.sub(r"<[^>]*>", " ", rest)) for state, question, rest in found]


def test_the_first_thing_on_the_page_are_four_answers(run):
    text, _ = render(run)
    found = cards(text)
    assert [question for _, question, _ in found] == QUESTIONS
    assert {state for state, _, _ in found} == {"good"}
    fits, fast, accurate, proved = (rest for *_, rest in found)
    assert "Yes, up5k" in fits
    assert "8 % of iCE40UP5K-SG48" in fits  # 400 of 5,280 cells
    assert "610,000 /s" in fast
    assert "30.5 MHz, 50 clocks an inference" in fast
    assert "80.0 %" in accurate
    assert "58.4 – 91.9 % (95 %, 20 samples)" in accurate
    assert "floating point: 90.0 %" in accurate
    assert "PASS" in proved
    assert "1,234 values compared, no difference" in proved


def test_a_core_that_does_not_fit_is_a_red_card(run):
    change(run, "synth-up5k/synth.json", fits=False, fmax_mhz=None, inferences_per_second=None, note="5,000 of 2 cells")
    (state, _, rest), (speed, _, said), *_ = cards(render(run)[0])
    assert state == "bad"
    assert "No, up5k" in rest
    assert "5,000 of 2 cells" in rest
    assert speed == "open", "a core that is nowhere placed has no rate"
    assert "50 clocks" in said


def test_a_device_too_small_is_red_beside_one_that_is_not(run):
    small = json.loads((run / "synth-up5k/synth.json").read_text())
    small |= {"target": "hx8k", "fits": False, "fmax_mhz": None, "inferences_per_second": None, "note": None}
    put(run, "synth-hx8k/synth.json", small)
    found = cards(render(run)[0])
    assert found[0][:2] == ("good", QUESTIONS[0])
    assert [(state, question) for state, question, _ in found][4:] == [("bad", QUESTIONS[0])]
    assert "No, hx8k" in found[4][2]


def test_what_was_not_measured_is_open_and_not_good(tmp_path):
    (tmp_path / "run").mkdir()
    found = cards(render(tmp_path / "run")[0])
    assert [question for _, question, _ in found] == QUESTIONS
    assert {state for state, _, _ in found} == {"open"}


def test_cells_that_were_counted_alone_are_no_fit(run):
    change(run, "synth-up5k/synth.json", fits=None, fmax_mhz=None, inferences_per_second=None)
    state, _, rest = cards(render(run)[0])[0]
    assert state == "open"
    assert "Not placed" in rest


@pytest.mark.parametrize("file", ["cosim/cosim.json", "synth-up5k/synth.json"])
def test_results_of_another_network_answer_nothing(run, file):
    change(run, file, network_sha256="f" * 64)
    question = {"cosim/cosim.json": "How proved?", "synth-up5k/synth.json": "Does it fit?"}[file]
    (state,) = [state for state, asked, _ in cards(render(run)[0]) if asked == question]
    assert state == "open"


def test_a_failure_is_red(run):
    change(run, "cosim/cosim.json", verdict="FAIL", mismatches=3)
    assert cards(render(run)[0])[3][0] == "bad"
