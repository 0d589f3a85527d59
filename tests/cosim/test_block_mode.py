"""The compiled harness around real Verilog: the same report as cocotb's bench, cycle for cycle, and the same FAIL."""

from __future__ import annotations

import re

import numpy as np
import pytest
from support.cores.handmade_core import small_network, verilog

from sc_neurocore import cli, save_network
from sc_neurocore.cosim import run
from sc_neurocore.cosim.simulators.block_files import Expected
from sc_neurocore.cosim.simulators.block_worker import port_widths
from sc_neurocore.cosim.simulators.build import simulate
from sc_neurocore.cosim.simulators.tools import find_simulator
from sc_neurocore.cosim.testplan.script import Frame, Script, Segment
from sc_neurocore.spec import OptionError

NETWORK = small_network([[[3, -2], [5, 7]], [[1, -7]]], [[0, 1], [2]])
SOUND = verilog(NETWORK)
SECRET = 0x5EC1_2E7D_0C4A


def core(folder, *changes):
    folder.mkdir()
    text = SOUND
    for old, new in changes:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    (folder / "core.v").write_text(text)
    return folder


def reports(rtl, tmp_path, **options):
    found = {}
    for mode in ("block", "cocotb"):
        result = run(NETWORK, tmp_path / mode, rtl=rtl, simulator="verilator", mode=mode, samples=4, **options)
        assert result.report["mode"] == mode
        assert result.report["cycles_per_second"] > 0
        found[mode] = {k: v for k, v in result.report.items() if k not in ("mode", "cycles_per_second")}
    return found["block"], found["cocotb"]


@pytest.mark.slow  # two builds; the default run has the same of a damaged core, and block against Amaranth
def test_both_modes_report_the_same_of_a_sound_core(tmp_path):
    block, cocotb = reports(core(tmp_path / "rtl"), tmp_path, stall="random", seed=3)
    assert block == cocotb
    assert block["verdict"] == "PASS"
    assert block["values_compared"] == block["samples"] > 4
    assert block["episodes"]["values_compared"] > 10


@pytest.mark.slow  # two builds; tests/cosim/test_harness.py has both drivers' records of damaged cores
def test_both_modes_fail_a_damaged_core_at_the_same_place(tmp_path):
    """A weight bit and a frame_error that never comes."""
    rtl = core(tmp_path / "rtl", ("w0[3] = 7;", "w0[3] = 6;"), ("frame_error <= 1;", ""))
    block, cocotb = reports(rtl, tmp_path)
    assert block == cocotb
    assert block["verdict"] == "FAIL"
    assert block["first_mismatch"]["got"] != block["first_mismatch"]["expected"]
    assert any("frame_error is low" in finding for finding in block["findings"])


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("always @", "allways @"), "the Verilog does not build with verilator: .*core.v"),
        (("module hand", "module other"), "the Verilog does not build with verilator"),
        (("output reg frame_error", "output reg frame_fault"), "the top module lacks the port frame_error"),
        (
            ("initial begin", "initial begin $finish;"),
            "the simulation ended before its time: the Verilog calls .finish",
        ),
    ],
)
def test_verilog_that_is_no_core_fails(change, words, tmp_path):
    text = SOUND.replace("frame_error <=", "frame_fault <=") if "fault" in change[1] else SOUND
    rtl = tmp_path / "rtl"
    rtl.mkdir()
    (rtl / "core.v").write_text(text.replace(*change))
    result = run(NETWORK, tmp_path / "out", rtl=rtl, simulator="verilator", mode="block", samples=1)
    assert not result.passed
    assert result.report["values_compared"] == 0
    assert any(re.search(words, finding) for finding in result.report["findings"]), result.report["findings"]
    assert all(str(tmp_path) not in finding for finding in result.report["findings"])


@pytest.mark.slow  # waits for a silence; tests/cosim/test_damaged_verilog.py has one in every run
def test_a_harness_that_falls_silent_is_ended(tmp_path):
    rtl = core(tmp_path / "rtl", ("      state <= 2;", "      while (a == a) p = !p;\n      state <= 2;"))
    (tmp_path / "work").mkdir()
    script = Script([Segment("samples", [Frame([1, 2])], samples=[0], expected_beats=1)], seed=0, quiet_limit=50)
    said = []
    record = simulate(
        script,
        [rtl / "core.v"],
        "hand",
        find_simulator("verilator"),
        tmp_path / "work",
        expected=Expected(np.array([[SECRET]]), signed=True, neurons=1),
        silent_seconds=3,
        progress=said.append,
    )
    assert record.fault == "the simulator gave no sign of life for 3 s: has the core a combinational loop?"
    assert said[0] == "cosim: building the simulation"
    files = [path for path in (tmp_path / "work").rglob("*") if path.is_file()]
    assert {"stimulus.bin", "job.json", "harness"} <= {path.name for path in files}
    for path in files:  # what should come out is nowhere near the simulation
        content = path.read_bytes()
        assert SECRET.to_bytes(8, "little") not in content
        assert str(SECRET).encode() not in content


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mode": "fast"}, "mode must be one of auto, block, cocotb; got 'fast'"),
        ({"mode": "block", "simulator": "icarus"}, "mode 'block' compiles the core with verilator"),
        ({"mode": "cocotb", "simulator": "amaranth"}, "'amaranth' has a bench of its own"),
    ],
)
def test_modes_that_cannot_be_are_refused(options, words, tmp_path):
    with pytest.raises(OptionError, match=words):
        run(NETWORK, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


def test_the_command_takes_the_mode(tmp_path, capsys):
    save_network(NETWORK, tmp_path / "net")
    arguments = ["cosim", str(tmp_path / "net"), "--out", str(tmp_path / "out"), "--simulator", "icarus"]
    assert cli.main([*arguments, "--mode", "block"]) == 2
    assert "mode 'block' compiles the core with verilator" in capsys.readouterr().err


def test_ports_are_read_from_the_generated_class():
    header = "VL_IN8(&clk,0,0);\n VL_OUT(&m_axis_tdata,23,0);\n VL_OUTW(&sc_nets,99,0,4);\n VL_IN64(&x,39,0);"
    assert port_widths(header) == {"clk": 1, "m_axis_tdata": 24, "sc_nets": 100, "x": 40}
