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


def card(run, question: str) -> tuple[str, str]:
    """State and words of the only card that answers a question."""
    (found,) = [(state, rest) for state, asked, rest in cards(render(run)[0]) if asked == question]
    return found


def test_results_of_other_gates_answer_in_no_colour(run):
    change(run, "synth-up5k/synth.json", rtl_sha256="f" * 64)
    for question, word in (("Does it fit?", "Yes, up5k"), ("How fast?", "610,000 /s")):
        state, rest = card(run, question)
        assert state == "open"
        assert word in rest
        assert "not the gates in rtl/: it is about another Verilog (ffffffffffff, here e3b0c44298fc)" in rest


def test_the_gates_at_hand_come_before_smaller_ones(run):
    other = json.loads((run / "synth-up5k/synth.json").read_text()) | {"luts": 77, "rtl_sha256": "f" * 64}
    put(run, "synth-a/synth.json", other)
    (run / "cosim/cosim.json").unlink()
    state, rest = card(run, "Does it fit?")
    assert (state, "321 LUTs" in rest) == ("good", True)
    assert card(run, "How fast?")[0] == "good"
    put(run, "synth-b/synth.json", other | {"fits": False, "note": "too large"})
    found = cards(render(run)[0])
    assert [state for state, asked, _ in found if asked == "Does it fit?"] == ["good", "open"], "red is of these gates"


def test_a_core_that_does_not_fit_comes_before_another_that_does(run):
    other = json.loads((run / "synth-up5k/synth.json").read_text()) | {"rtl_sha256": "f" * 64}
    put(run, "synth-a/synth.json", other)
    change(run, "synth-up5k/synth.json", fits=False, fmax_mhz=None, inferences_per_second=None, note="too large")
    assert [state for state, asked, _ in cards(render(run)[0]) if asked == "Does it fit?"] == ["bad", "open"]
    assert card(run, "How fast?")[0] == "open"


def test_accuracy_of_another_network_is_in_no_colour(run):
    """Neither `infer.json`, nor arrays beside one, nor arrays that nobody says anything of."""
    (run / "model").rename(run.parent / "model")
    change(run, "infer.json", network_sha256="f" * 64, float_accuracy=0.5)
    state, rest = card(run, "How accurate?")
    assert state == "open"
    assert "80.0 %" in rest
    assert "not this network: it is about another network (ffffffffffff" in rest
    assert "not this network: it is about another network (ffffffffffff" in render(run)[1].text
    change(run, "infer.json", accuracy=None)
    assert card(run, "How accurate?")[0] == "open"
    (run / "infer.json").unlink()
    state, rest = card(run, "How accurate?")
    assert (state, "no infer.json beside outputs.npy" in rest) == ("open", True)
    change(run, "sweep.json", float_accuracy=None)
    put(run, "infer.json", {"samples": 20, "float_accuracy": 0.5, "network_sha256": "f" * 64})
    (run / "outputs.npy").unlink()
    assert card(run, "How accurate?")[1].split() == ["Not", "known", "no", "accuracy", "was", "measured"]


@pytest.mark.parametrize(("length", "said"), [(256, "trained at L = 256, here L = 16"), (None, "no stream length is")])
def test_what_training_measured_at_another_length_is_in_no_colour(run, length, said):
    for name in ("infer.json", "outputs.npy"):
        (run / name).unlink()
    state, rest = card(run, "How accurate?")
    assert (state, "85.0 %" in rest) == ("good", True)
    change(run, "model/model.json", config={"seed": 5, "stream_length": length})
    state, rest = card(run, "How accurate?")
    assert (state, "85.0 %" in rest) == ("open", True)
    assert said in rest


def test_an_accuracy_of_this_network_comes_before_one_of_another(run):
    change(run, "infer.json", network_sha256="f" * 64, accuracy=0.85)
    state, rest = card(run, "How accurate?")
    assert (state, "85.0 %" in rest, "not this network" in rest) == ("good", True, False)


def test_the_name_of_a_float_network_makes_no_integers_of_it(run):
    for name in ("infer.json", "outputs.npy", "model/model.json"):
        (run / name).unlink()
    change(run, "sweep.json", float_network="exact products")
    state, rest = card(run, "How accurate?")
    assert state == "open"
    assert "exact products: 90.0 %; the integers were not scored" in rest


def test_clocks_of_another_network_say_so(run):
    (run / "synth-up5k").rename(run.parent / "synth")
    assert "not this network" not in card(run, "How fast?")[1]
    change(run, "rtl/manifest.json", network_sha256="e" * 64)
    state, rest = card(run, "How fast?")
    assert state == "open"
    assert "not this network: it is about another network (eeeeeeeeeeee" in rest


def test_more_than_there_is_does_not_fit(run):
    """Whatever a result says of itself."""
    used = {"ICESTORM_LC": {"used": 9_000, "available": 5_280}}
    for changed in ({}, {"fits": None, "fmax_mhz": None, "inferences_per_second": None}):
        change(run, "synth-up5k/synth.json", cells=9_000, utilization=used, **changed)
        state, rest = card(run, "Does it fit?")
        assert state == "bad"
        assert "No, up5k" in rest
        assert "170 % of iCE40UP5K-SG48" in rest
        assert card(run, "How fast?")[0] == "open"


def test_a_core_that_fits_nowhere_is_no_placed_one_though_it_has_a_clock(run):
    change(run, "synth-up5k/synth.json", fits=False, note="5,300 of 5,280 cells")
    found = cards(render(run)[0])
    assert [state for state, asked, _ in found if asked == "Does it fit?"] == ["bad"]
    assert card(run, "How fast?")[0] == "open"


def test_cells_counted_alone_are_not_shown_beside_a_core_that_does_not_fit(run):
    counted = json.loads((run / "synth-up5k/synth.json").read_text())
    counted |= {"target": "gowin", "fits": None, "fmax_mhz": None, "inferences_per_second": None}
    put(run, "synth-gowin/synth.json", counted)
    change(run, "synth-up5k/synth.json", fits=False, fmax_mhz=None, inferences_per_second=None, note="too large")
    assert [rest.split()[0] for _, asked, rest in cards(render(run)[0]) if asked == "Does it fit?"] == ["No,"]


def test_an_area_that_nobody_counted_is_no_area_of_none(run):
    change(run, "synth-up5k/synth.json", luts=None)
    assert "LUTs" not in card(run, "Does it fit?")[1]
    change(run, "synth-up5k/synth.json", luts=0)
    assert "0 LUTs" in card(run, "Does it fit?")[1]


def test_a_placement_that_failed_is_told_beside_those_that_did_not(run):
    note = "seed 2 was not placed and routed: it ran out of wires"
    change(run, "synth-up5k/synth.json", note=note)
    state, rest = card(run, "Does it fit?")
    assert (state, note in rest) == ("good", True)


def test_a_clock_without_a_rate_is_told(run):
    change(run, "synth-up5k/synth.json", inferences_per_second=None)
    state, rest = card(run, "How fast?")
    assert state == "open"
    assert "50 clocks  an inference; 30.5 MHz, and no rate is stated" in rest
    change(run, "synth-up5k/synth.json", cycles_per_inference=None)
    change(run, "rtl/manifest.json", cycles_per_inference=None)
    assert "30.5 MHz  clocks an inference are not known" in card(run, "How fast?")[1]


def test_a_failure_boasts_of_nothing(run):
    change(run, "cosim/cosim.json", mutants=20, mutants_killed=15)
    assert "15 of 20 killed" in card(run, "How proved?")[1]
    assert "10 samples on verilator" in card(run, "How proved?")[1]
    for changed in ({"verdict": "FAIL", "mismatches": 3}, {"rtl_sha256": "f" * 64}):
        change(run, "cosim/cosim.json", **changed)
        assert "killed" not in card(run, "How proved?")[1]
        assert "samples on" not in card(run, "How proved?")[1]


@pytest.mark.parametrize("file", ["cosim/cosim.json", "synth-up5k/synth.json"])
def test_results_of_another_network_answer_nothing(run, file):
    change(run, file, network_sha256="f" * 64)
    question = {"cosim/cosim.json": "How proved?", "synth-up5k/synth.json": "Does it fit?"}[file]
    (state,) = [state for state, asked, _ in cards(render(run)[0]) if asked == question]
    assert state == "open"


def test_a_failure_is_red(run):
    change(run, "cosim/cosim.json", verdict="FAIL", mismatches=3)
    assert cards(render(run)[0])[3][0] == "bad"
