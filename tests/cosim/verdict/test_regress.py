"""The committed regression, and one network of it again; `make regress` verifies many."""

from __future__ import annotations

import datetime
import json
import random

from cosim import regress

RESULT = json.loads(regress.RESULT.read_text(encoding="utf-8"))
ROWS = RESULT["rows"]


def test_all_committed_networks_pass_in_every_simulator():
    assert RESULT["totals"] == regress.totals(ROWS)
    assert RESULT["totals"]["passed"] == len(ROWS) == len({row["seed"] for row in ROWS})
    assert RESULT["totals"]["mismatches"] == 0
    assert set(RESULT["totals"]["ways"]) == set(regress.WAYS)
    assert all(row["values_compared"] for row in ROWS)
    for row in random.Random(0).sample(ROWS, 3):
        assert regress.same(row)


def test_one_network_of_today():
    seed = len(regress.WAYS) * datetime.date.today().toordinal() + 2
    assert regress.way_of(seed) == "amaranth"
    row = regress.verify(seed)
    assert row["verdict"] == "PASS", row


def test_the_page_has_a_row_for_each_kind():
    page = regress.page(ROWS)
    for kind in {row["encoding"] for row in ROWS} | set(regress.WAYS):
        assert f"<td>{kind}<td>" in page
    failed = regress.page([{**ROWS[0], "verdict": "FAIL", "reason": "a < b"}])
    assert "a &lt; b" in failed
