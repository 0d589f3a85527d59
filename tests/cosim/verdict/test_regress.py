"""The committed regression, and one network of it again; `make regress` verifies many."""

from __future__ import annotations

import datetime
import json
import random
from pathlib import Path

from cosim import regress
from support.judge import judge_sha256

RESULT = json.loads(regress.RESULT.read_text(encoding="utf-8"))
ROWS = RESULT["rows"]


def test_all_committed_networks_pass_in_every_simulator():
    assert RESULT["totals"] == regress.totals(ROWS)
    assert RESULT["totals"]["passed"] == len(ROWS) == len({row["seed"] for row in ROWS})
    assert RESULT["totals"]["mismatches"] == 0
    assert set(RESULT["totals"]["ways"]) == set(regress.WAYS)
    assert all(row["values_compared"] for row in ROWS)
    assert len({row.get("judge") for row in ROWS}) == 1
    for row in random.Random(0).sample(ROWS, 3):
        assert regress.same(row)


def test_a_row_of_anything_else_is_not_the_same():
    row = ROWS[0]
    assert regress.same(row)
    changed = dict.fromkeys(regress.AXES, "another") | {"network_sha256": "0" * 64, "options": {}}
    for key, value in changed.items():
        assert not regress.same(row | {key: value}), key


def test_a_row_of_other_gates_or_another_judge_is_made_anew():
    row = ROWS[0]
    _, network, options, _ = regress.case(row["seed"])
    made_by = {"judge": judge_sha256(Path(regress.__file__)), "gates_sha256": regress.gates_of(network, options)}
    assert regress.taken_up(row | made_by)
    for key in made_by:
        assert not regress.taken_up(row | made_by | {key: "another"})
    assert not regress.taken_up({key: value for key, value in row.items() if key != "judge"})


def test_one_network_of_today():
    seed = len(regress.WAYS) * datetime.date.today().toordinal() + 2
    assert regress.way_of(seed) == "amaranth"
    row = regress.verify(seed)
    assert row["verdict"] == "PASS", row
    assert regress.taken_up(row)


def test_the_page_has_a_row_for_each_kind():
    page = regress.page(ROWS)
    for kind in {row["encoding"] for row in ROWS} | set(regress.WAYS):
        assert f"<td>{kind}<td>" in page
    failed = regress.page([{**ROWS[0], "verdict": "FAIL", "reason": "a < b"}])
    assert "a &lt; b" in failed
