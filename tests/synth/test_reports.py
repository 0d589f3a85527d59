"""The readers of the tools' outputs, on texts written by hand: what they count, and what they refuse."""

from __future__ import annotations

import json

import pytest

from sc_neurocore.spec.errors import ToolError
from sc_neurocore.synth.reports import overfull, parse_area, parse_timing, parse_utilization


def stat(cells: object) -> str:
    return json.dumps({"design": {"num_cells_by_type": cells}})


def timing(fmax: object, utilization: object = None, paths: object = ()) -> str:
    return json.dumps({"fmax": fmax, "utilization": utilization or {}, "critical_paths": paths})


def test_ice40_cells_fall_into_their_kinds():
    cells = {"SB_LUT4": 5, "SB_DFF": 1, "SB_DFFSR": 2, "SB_DFFESS": 4, "SB_CARRY": 3, "SB_RAM40_4K": 7}
    area = parse_area(stat({**cells, "SB_SPRAM256KA": 1, "SB_MAC16": 2, "$scopeinfo": 9}), "ice40")
    assert (area.luts, area.ffs, area.carries) == (5, 7, 3)
    assert (area.brams, area.sprams, area.dsps) == (7, 1, 2)
    assert "$scopeinfo" not in area.cells
    assert sum(area.cells.values()) == 25


def test_ecp5_cells_fall_into_their_kinds():
    area = parse_area(stat({"LUT4": 11, "TRELLIS_FF": 6, "CCU2C": 2, "PFUMX": 4, "DP16KD": 1, "MULT18X18D": 3}), "ecp5")
    assert (area.luts, area.ffs, area.carries) == (11, 6, 2)
    assert (area.brams, area.sprams, area.dsps) == (1, 0, 3)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"design": 3}', '{"design": {}}', '{"design": null}'])
def test_a_text_that_is_no_stat_output_is_refused(text):
    with pytest.raises(ToolError, match="num_cells_by_type"):
        parse_area(text, "ice40")


@pytest.mark.parametrize("cells", [[], 3, {"SB_LUT4": "5"}, {"SB_LUT4": True}, {"SB_LUT4": 1.5}])
def test_cell_counts_must_be_integers(cells):
    with pytest.raises(ToolError, match="must map names to integers"):
        parse_area(stat(cells), "ice40")


def test_cells_that_no_device_has_are_not_passed_over():
    with pytest.raises(ToolError, match=r"cells that the device does not have: \$mul"):
        parse_area(stat({"SB_LUT4": 5, "$mul": 1}), "ice40")


def test_utilization_lines():
    log = "Info: Device utilisation:\nInfo: \t   ICESTORM_LC:   6004/   5280   113%\nInfo: \t  SB_IO:  3/   39  7%\n"
    rows = parse_utilization(log)
    assert rows == {"ICESTORM_LC": {"used": 6004, "available": 5280}, "SB_IO": {"used": 3, "available": 39}}
    assert overfull(rows) == "ICESTORM_LC 6004 of 5280"
    assert overfull({"SB_IO": rows["SB_IO"]}) is None
    assert parse_utilization("ERROR: nothing was packed\n") == {}


def test_timing_report():
    steps = [
        {"delay": 1.5, "type": "clk-to-q", "from": {"cell": "a"}, "to": {"cell": "a"}},
        {"delay": 2.25, "type": "routing", "from": {"cell": "a"}, "to": {"cell": "b"}},
        {"delay": 0.25, "type": "setup", "from": {"cell": "b"}, "to": {"cell": "b"}},
    ]
    paths = [
        {"from": "<async>", "to": "posedge clk", "path": steps[:1]},
        {"from": "posedge clk", "to": "posedge clk", "path": steps},
    ]
    used = {"ICESTORM_LC": {"used": 11, "available": 5280}, "SB_GB": {"used": 0, "available": 8}}
    result = parse_timing(timing({"clk": {"achieved": 250.004, "constraint": 12}}, used, paths))
    assert result.fmax_mhz == 250.0
    assert result.utilization == {"ICESTORM_LC": {"used": 11, "available": 5280}}
    assert result.critical_path == {"from": "a", "to": "b", "logic_ns": 1.75, "routing_ns": 2.25}


@pytest.mark.parametrize(
    "text", ["", "3", "{}", timing([]), timing({"clk": {}}), timing({"clk": {"achieved": "fast"}})]
)
def test_a_text_that_is_no_timing_report_is_refused(text):
    with pytest.raises(ToolError, match="no fmax and utilization"):
        parse_timing(text)


@pytest.mark.parametrize("clocks", [{}, {"a": {"achieved": 1}, "b": {"achieved": 2}}])
def test_one_clock_is_expected(clocks):
    with pytest.raises(ToolError, match="expected one clock"):
        parse_timing(timing(clocks))
