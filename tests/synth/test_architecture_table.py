"""The committed measurements of the serial and column cores: of committed networks, of today's gates, as printed."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

import pytest
from support.programs import program

FOLDER = Path(__file__).resolve().parents[2] / "hdl" / "synth"


@pytest.fixture(scope="module")
def measure():
    return program(FOLDER / "architectures.py")


@pytest.fixture(scope="module")
def rows(measure):
    return json.loads(measure.FILE.read_text())


def check_rows(measure, rows, wanted):
    assert [(row["target"], row["network"], row["options"]) for row in rows] == list(wanted)
    for row in rows:
        assert row["network_sha256"] == measure.network_of(row["network"]).sha256
        assert row["fits"] is True
        assert len(row["fmax_per_seed_mhz"]) == 3
        assert row["fmax_mhz"] == statistics.median(row["fmax_per_seed_mhz"])
        assert row["inferences_per_second"] == round(row["fmax_mhz"] * 1e6 / row["cycles_per_inference"])
    assert measure.table(rows) in (FOLDER.parent / "README.md").read_text()
    assert measure.main(["xc7"]) == 2


def test_every_row_is_of_a_committed_network_and_printed(measure, rows):
    check_rows(measure, rows, measure.ROWS)


def test_the_other_serial_cores_are_printed_and_of_todays_gates(measure):
    rows = json.loads(measure.SERIAL_FILE.read_text())
    check_rows(measure, rows, measure.SERIAL_ROWS)
    assert measure.stale(rows) == []
    assert [row["sprams"] for row in rows if row["options"].get("memory") == "spram"] == [2, 2]


def test_serial_cores_of_any_weights_are_small_and_fast():
    rows = json.loads((FOLDER / "serial.json").read_text()) + json.loads((FOLDER / "architectures.json").read_text())
    most = {"dense4": 110, "demo4": 110, "dense8": 195}
    whole = [row for row in rows if row["network"] in most and row["options"] == {"architecture": "serial"}]
    assert {row["network"] for row in whole} == set(most)
    for row in whole:
        assert row["luts"] <= most[row["network"]]
        assert row["inferences_per_second"] >= 20_000


@pytest.mark.slow  # synthesizes nothing, but builds every row; test_baselines holds drift in every run
def test_the_rows_are_of_todays_gates(measure, rows):
    assert measure.stale(rows) == []
    changed = [rows[0] | {"rtl_sha256": "0" * 64}]
    assert len(measure.stale(changed)) == 1


def test_the_goals_of_the_committed_networks_are_kept(rows):
    """LUT4 at most and inferences a second at least, of the median placement."""
    goals = {
        ("up5k", "digits4", "serial", 1): (105, 0),
        ("up5k", "digits4", "serial", 16): (110, 0),
        ("up5k", "digits8", "serial", 256): (195, 22_000),
        ("up5k", "digits4", "column", 16): (1_100, 450_000),
        ("up5k", "digits8", "column", 256): (3_200, 390_000),
    }
    seen = set()
    overlapping = [row for row in rows if row["architecture"].get("overlap")]
    plain = [row for row in rows if row not in overlapping]
    for row in plain:
        parameters = row["architecture"]
        key = (row["target"], row["network"], parameters["architecture"], parameters["stream_bits_per_cycle"])
        if key in goals:
            most, least = goals[key]
            assert row["luts"] <= most, key
            assert row["inferences_per_second"] >= least, key
            seen.add(key)
    assert seen == set(goals)
    (ecp5,) = (row for row in plain if row["target"] == "ecp5-25k")
    assert ecp5["cells"] <= 1_700
    assert ecp5["inferences_per_second"] >= 1_300_000
    fastest = max(overlapping, key=lambda row: row["inferences_per_second"])
    assert fastest["cells"] <= 2_600
    assert fastest["inferences_per_second"] >= 2_200_000
