"""The committed figures of folded cores and control ports: of today's gates, and printed as they are."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import pytest
from support.programs import program

FOLDER = Path(__file__).resolve().parents[2] / "hdl" / "synth"


@pytest.fixture(scope="module")
def measure():
    return program(FOLDER / "folded.py")


@pytest.fixture(scope="module")
def rows(measure):
    return json.loads(measure.FILE.read_text(encoding="utf-8"))


def test_every_row_is_there_and_printed(measure, rows):
    wanted = [*measure.PLACED, *measure.COUNTED]
    assert [(row["target"], row["options"]) for row in rows] == wanted
    for row in rows:
        if "alone" in row:
            assert row["luts"] > row["alone"]["luts"] > 0
        else:
            assert row["fmax_mhz"] == statistics.median(row["fmax_per_seed_mhz"])
            assert len(row["fmax_per_seed_mhz"]) == 3
    for table in measure.table(rows).split("\n\n"):
        assert table in (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    assert measure.main(["up5k"]) == 2


@pytest.mark.slow  # builds every row; test_baselines holds drift in every run
def test_the_rows_are_of_todays_gates(measure, rows):
    kinds = {json.dumps(row["options"], sort_keys=True): row for row in rows}
    assert measure.stale([*kinds.values()]) == []
    changed = [rows[0] | {"rtl_sha256": "0" * 64}]
    assert len(measure.stale(changed)) == 1
