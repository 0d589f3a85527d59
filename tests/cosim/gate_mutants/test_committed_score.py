"""The committed score of mutants is of today's cores, and every survivor has its cell and what is known of it."""

from __future__ import annotations

import json

import pytest
from cosim.mutants import DEMO, MADE, RESULT, SETTINGS, cores, prove, simulate, totals


def test_the_committed_score_is_of_these_cores():
    found = json.loads(RESULT.read_text(encoding="utf-8"))
    rows = {row["core"]: row for row in found["rows"]}
    tiny = [row for name, row in rows.items() if name != DEMO]
    assert all(row["network_sha256"] == cores()[row["core"]][0].sha256 for row in rows.values())
    assert all(row["settings"] == SETTINGS and row["cells"] <= 500 for row in tiny)
    assert {key: found[key] for key in totals(tiny)} == totals(tiny)
    assert found["cores"] >= 20
    assert found["made"] >= 3000
    assert found["killed_of_different"] >= 0.97
    for row in rows.values():
        assert row["made"] == row["killed"] + row["equivalent"] + row["unresolved"]
        assert len(row["survivors"]) == row["unresolved"]
        assert all(each["cell"] and each["why"] not in row["engines"] for each in row["survivors"])


@pytest.mark.slow  # two builds and some proofs
def test_a_core_is_scored_in_two_passes():
    row = simulate("overlap: one", 24)
    assert row["unresolved"] == len(row["survivors"]) == row["made"] - row["killed"]
    proved = prove(row, 4)
    assert {key: proved[key] for key in MADE if key in ("made", "killed")} == {key: row[key] for key in MADE[:2]}
    assert proved["equivalent"] + proved["unresolved"] == row["unresolved"]
    assert proved["engines"][0] == "structure"
