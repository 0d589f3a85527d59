"""The committed score of mutants is of today's cores, and every survivor has its cell and what is known of it."""

from __future__ import annotations

import json

import pytest
from cosim import mutants
from cosim.mutants import DEMO, MADE, RESULT, SETTINGS, cores, prove, proved, simulate, simulated, totals

from sc_neurocore.cosim.gate_mutants.equivalence import ENGINES, UNPROVED


def test_the_committed_score_is_of_these_cores():
    found = json.loads(RESULT.read_text(encoding="utf-8"))
    rows = {row["core"]: row for row in found["rows"]}
    tiny = [row for name, row in rows.items() if name != DEMO]
    assert all(row["network_sha256"] == cores()[row["core"]][0].sha256 for row in rows.values())
    assert all(row["settings"] == SETTINGS and row["cells"] <= 500 for row in tiny)
    assert {key: found[key] for key in totals(tiny)} == totals(tiny)
    assert len({row.get("judge") for row in rows.values()}) == 1  # one stimulus
    assert sorted([*rows, *found["missing"]]) == sorted(cores())  # what has no row is named
    assert found["cores"] >= 20
    assert found["made"] >= 3000
    assert found["killed_of_different"] >= 0.99
    for row in rows.values():
        assert row["made"] == row["killed"] + row["equivalent"] + row["unresolved"]
        assert len(row["survivors"]) == row["unresolved"]
        assert all(each["cell"] and each["why"] not in row["engines"] for each in row["survivors"])


@pytest.fixture(scope="module")
def row():
    return simulate("overlap: one", 24)


@pytest.mark.slow  # a build and some proofs
def test_a_core_is_scored_in_two_passes(row):
    assert row["unresolved"] == len(row["survivors"]) == len(row["survived"]) == row["made"] - row["killed"] > 1
    done = prove(row, 4)
    assert {key: done[key] for key in MADE[:2]} == {key: row[key] for key in MADE[:2]}
    assert done["equivalent"] + done["unresolved"] == row["unresolved"]
    assert done["engines"][0] == "structure"


@pytest.mark.slow
def test_what_is_not_proved_is_left(row, monkeypatch):
    asked = []

    def some(_, __, numbers, **___):
        asked.append(list(numbers))
        return {number: UNPROVED if i else ENGINES[1] for i, number in enumerate(numbers)}, ENGINES

    monkeypatch.setattr(mutants, "prove_equivalent", some)
    done = prove(row, 4)
    assert done["equivalent"] == 1
    assert [each["number"] for each in done["survivors"]] == row["survived"][1:]
    assert proved(done, 4)
    assert not proved(done, 5)
    again = prove(done, 5)  # what is proved stays so
    assert again["equivalent"] == 2
    assert not proved(done | {"prover": "another"}, 4)
    assert prove(done | {"prover": "another"}, 4) == {**done, "seconds": pytest.approx(done["seconds"], abs=60)}
    assert asked == [row["survived"], row["survived"][1:], row["survived"]]


def test_proofs_of_the_same_mutants_outlive_a_stimulus(monkeypatch):
    def simulated_now(*left: int) -> dict:
        same = {"core": "c", "rtl_sha256": "r", "asked": 9, "settings": SETTINGS, "made": 9, "prover": "p"}
        survivors = [{"number": number, "why": UNPROVED} for number in left]
        return same | {"survivors": survivors, "survived": list(left), "proof_seconds": 0}

    tried = [{"number": 2, "why": "tried in vain"}, {"number": 5, "why": "tried in vain"}]
    old = {
        **simulated_now(1, 2, 5),
        "survivors": tried,
        "proof_seconds": 60,
        "engines": ENGINES,
        "proved": {"1": "pdr"},
    }
    monkeypatch.setattr(mutants, "simulate", lambda core, asked: simulated_now(1, 2))  # 5 is seen now
    done = mutants.again(old, 9)
    assert (done["survivors"], done["proof_seconds"], done["equivalent"]) == (tried[:1], 60, 1)
    monkeypatch.setattr(mutants, "simulate", lambda core, asked: simulated_now(1, 2, 3))  # 3 was seen, and is not now
    done = mutants.again(old, 9)
    assert [each["why"] for each in done["survivors"]] == [UNPROVED, UNPROVED]
    assert done["proof_seconds"] == 0
    assert "proved" not in mutants.again(old | {"prover": "another"}, 9)
    monkeypatch.setattr(mutants, "simulate", lambda core, asked: simulated_now(2))  # what is proved was seen
    with pytest.raises(AssertionError):
        mutants.again(old, 9)


@pytest.mark.slow
def test_a_row_of_anything_else_is_made_anew(row):
    assert simulated(row, 24)
    assert not simulated(row, 25)
    for key in ("judge", "network_sha256", "rtl_sha256", "settings"):
        assert not simulated(row | {key: "another"}, 24), key
    assert not simulated({key: value for key, value in row.items() if key != "judge"}, 24)
