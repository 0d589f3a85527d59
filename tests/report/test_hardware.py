"""Which verdict may be shown: a PASS that is about something else, or about nothing, is none."""

from __future__ import annotations

import pytest

from sc_neurocore.report.artifacts import Node
from sc_neurocore.report.hardware import areas, judge, overall, read_rtl
from sc_neurocore.spec.errors import SpecError

NETWORK, RTL = "a" * 64, "b" * 64
GOOD = {
    "verdict": "PASS",
    "values_compared": 1000,
    "mismatches": 0,
    "network_sha256": NETWORK,
    "rtl_sha256": RTL,
}


def verdict(**changes):
    return judge(Node("cosim/cosim.json", GOOD | changes), NETWORK, RTL)


def test_a_pass_is_a_pass():
    assert verdict().word == "PASS"
    assert verdict().reason == "1,000 values compared, no difference"


@pytest.mark.parametrize(
    ("changes", "word", "reason"),
    [
        ({"values_compared": 0}, "UNVERIFIED", "no value was compared"),
        ({"values_compared": None}, "UNVERIFIED", "no value was compared"),
        ({"mismatches": None}, "UNVERIFIED", "number of mismatches is missing"),
        ({"mismatches": 1}, "FAIL", "says PASS, but 1 of 1,000 values differ"),
        ({"network_sha256": "c" * 64}, "UNVERIFIED", "about another network (cccccccccccc, here aaaaaaaaaaaa)"),
        ({"rtl_sha256": None}, "UNVERIFIED", "the components passed, but no Verilog was simulated"),
        ({"verdict": "FAIL", "reason": "latency 3, manifest says 4"}, "FAIL", "latency 3, manifest says 4"),
        ({"network_sha256": None}, "UNVERIFIED", "about another network (no hash"),
        ({"rtl_sha256": "d" * 64}, "UNVERIFIED", "about another Verilog (dddddddddddd, here bbbbbbbbbbbb)"),
        ({"verdict": "FAIL", "mismatches": 7}, "FAIL", "7 of 1,000 values differ"),
        ({"verdict": "FAIL", "values_compared": 0}, "FAIL", "0 of 0 values differ"),
    ],
)
def test_what_is_no_pass(changes, word, reason):
    result = verdict(**changes)
    assert result.word == word
    assert reason in result.reason


def test_no_cosim_is_unverified():
    assert judge(None, NETWORK, RTL).word == "UNVERIFIED"


@pytest.mark.parametrize("word", [None, "pass", "UNVERIFIED", ""])
def test_only_two_words_are_verdicts(word):
    with pytest.raises(SpecError, match="verdict must be PASS or FAIL"):
        verdict(verdict=word)


def test_the_worst_verdict_counts():
    good, bad, open_ = verdict(), verdict(mismatches=1), judge(None, NETWORK, RTL)
    assert overall([good, open_]).word == "UNVERIFIED"
    assert overall([good, bad, open_]).word == "FAIL"
    assert overall([good, good]).word == "PASS"


def test_mutants():
    assert verdict().mutants is None
    assert verdict(mutants=1200, mutants_killed=1190).mutants == "1,190 of 1,200 killed"
    assert verdict(mutants=0, mutants_killed=0).mutants == "none, for they were not searched for"
    unsearched = verdict(mutants=0, mutants_killed=0, mutation_search="out of time").mutants
    assert unsearched == "none, for they were not searched for (out of time)"
    text = verdict(mutants=20, mutants_killed=15, mutants_equivalent=3, mutants_unresolved=2).mutants
    assert text == "15 of 20 killed, 3 provably the same network, 2 unresolved"


def test_area_rows():
    used = {"utilization": {"ICESTORM_LC": {"used": 1320, "available": 5280}}, "network_sha256": NETWORK}
    placed, other, bare = areas([Node("s", used), Node("s", used | {"network_sha256": RTL}), Node("s", {})], NETWORK)
    assert (placed.share, placed.stale) == (0.25, None)
    assert other.stale is not None
    assert bare.share is None
    assert bare.stale is not None
    assert areas([Node("s", {})], None)[0].stale is None


def test_the_verilog_at_hand_is_hashed_not_believed(tmp_path):
    (tmp_path / "rtl").mkdir()
    assert read_rtl(tmp_path) == (None, None)
    (tmp_path / "rtl" / "manifest.json").write_text('{"verilog": "n.v", "rtl_sha256": "claimed"}')
    assert read_rtl(tmp_path)[1] is None
    (tmp_path / "rtl" / "n.v").write_text("")
    # The hash of nothing is a published constant.
    assert read_rtl(tmp_path)[1] == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    (tmp_path / "rtl" / "manifest.json").write_text('{"verilog": "../../n.v"}')
    assert read_rtl(tmp_path)[1] is None
