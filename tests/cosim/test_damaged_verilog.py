"""A fault in the Verilog ends with FAIL and exit status 1, whatever it is; Verilog that is missing is bad input."""

from __future__ import annotations

import json
import re

import pytest
from support.cores.handmade_core import small_network, verilog
from support.verilog.simulators import QUICK

from sc_neurocore import cli, rtl, save_network
from sc_neurocore.cosim import run
from sc_neurocore.cosim.simulators.build import simulate
from sc_neurocore.cosim.simulators.tools import find_simulator
from sc_neurocore.cosim.testplan.script import Frame, Script, Segment

NETWORK = small_network([[[3, -2], [5, 7], [-3, 6]], [[7, -7, 5]]], [[0, 1, -2], [2]])
SOUND = verilog(NETWORK)


def trial(text, tmp_path, network=NETWORK, **options):
    folder = tmp_path / "rtl"
    folder.mkdir()
    (folder / "core.v").write_text(text)
    return run(network, tmp_path / "out", rtl=folder, simulator=QUICK, samples=4, **options)


def replaced(old, new):
    assert SOUND.count(old) == 1, (old, SOUND.count(old))
    return SOUND.replace(old, new)


WRONG_VALUES = {
    "weight bit": ("w0[3] = 7;", "w0[3] = 6;"),
    "weight sign": ("w0[1] = -2;", "w0[1] = 2;"),
    "weight of the last layer": ("w1[0] = 7;", "w1[0] = 3;"),
    "bias bit": ("b0[1] = 1;", "b0[1] = 0;"),
    "tap": ("s[2]^s[1]}; // taps 0", "s[2]^s[0]}; // taps 0"),
    "seed": ("3'd5; // seed 0", "3'd4; // seed 0"),
    "compare": ("s} <= x0[k])", "s} < x0[k])"),
    "stream length": ("t < 7; t = t + 1) begin // length 0", "t < 6; t = t + 1) begin // length 0"),
    "shift": (">>> 1; // shift 0", ">>> 2; // shift 0"),
    "rounding": ("a = (a + 1) >>> 1;", "a = (a + 0) >>> 1;"),
    "lower bound": ("a < 0 ? 0", "a < 0 ? 7"),
    "state that stays": ("a = b0[j];", "a = j == 0 ? b0[j] + (count_of_results & 1) : b0[j];"),
}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", WRONG_VALUES)
def test_a_wrong_value_fails(name, tmp_path):
    text = replaced(*WRONG_VALUES[name])
    if name == "state that stays":
        text = text.replace("integer count = 0;", "integer count = 0; integer count_of_results = 0;")
        text = text.replace("      state <= 2;", "      state <= 2; count_of_results = count_of_results + 1;")
    result = trial(text, tmp_path)
    assert result.report["verdict"] == "FAIL"
    assert result.report["mismatches"] > 0
    assert "values differ, first: sample" in result.reason


PORT_FAULTS = {
    "hangs": ("assign m_axis_tvalid = state == 2;", "assign m_axis_tvalid = 0;", "the core hangs in segment 'samples'"),
    "never ready": ("state == 0 || state == 3;", "0;", "the core hangs in segment 'samples'"),
    "tlast": ("m_axis_tlast = count == 0;", "m_axis_tlast = 0;", "m_axis_tlast is 0 on output beat 0"),
    "frame_error": ("frame_error <= 1;", "", "frame_error is low after a frame of a wrong length"),
    "late frames": ("state <= s_axis_tlast ? 0 : 3;", "state <= 0;", "values differ|more than|hangs"),
    "ignored bits": ("{29'd0, s_axis_tdata[2:0]}", "{24'd0, s_axis_tdata}", "segment|values differ"),
    "reset": ("state <= 0; count <= 0; frame_error", "frame_error", "segment|differ"),
    "unknown": ("assign m_axis_tdata = x2[count];", "assign m_axis_tdata = 8'bx;", "got X|values differ"),
}


@pytest.mark.one_in(3)
@pytest.mark.contract("core.frames", "core.frame_error", "core.reset", "core.ports")
@pytest.mark.parametrize("name", PORT_FAULTS)
def test_a_broken_rule_of_the_ports_fails(name, tmp_path):
    old, new, words = PORT_FAULTS[name]
    result = trial(replaced(old, new), tmp_path)
    assert result.report["verdict"] == "FAIL"
    assert any(re.search(words, finding) for finding in result.report["findings"]), result.report["findings"]


@pytest.mark.one_in(2)
@pytest.mark.contract("core.ports", "core.widths")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SOUND.replace("always @", "allways @"), f"the Verilog does not build with {QUICK}: .*core.v"),
        (SOUND.replace("module hand", "module other"), f"the Verilog does not build with {QUICK}"),
        ("", f"the Verilog does not build with {QUICK}"),
        (SOUND.replace("frame_error", "frame_fault"), "the top module lacks the port frame_error"),
        (
            SOUND.replace("output [7:0] m_axis_tdata", "output [3:0] m_axis_tdata"),
            "m_axis_tdata is 4 bits wide, must be 8",
        ),
        (SOUND.replace("initial begin", "initial begin $finish;", 1), "the simulation ended before its time"),
    ],
)
def test_verilog_that_is_no_core_fails(text, words, tmp_path):
    result = trial(text, tmp_path)
    assert not result.passed
    assert any(re.search(words, finding) for finding in result.report["findings"]), result.report["findings"]
    assert all(str(tmp_path) not in finding for finding in result.report["findings"])


@pytest.mark.parametrize("bits", ["0:2", "9:7"])
def test_verilator_takes_no_bits_that_others_would_not(bits, tmp_path):
    """It would take some, with a warning: three from bit 2 up, or whatever lies behind the eighth."""
    (tmp_path / "rtl").mkdir()
    (tmp_path / "rtl" / "core.v").write_text(replaced("s_axis_tdata[2:0]", f"s_axis_tdata[{bits}]"))
    result = run(NETWORK, tmp_path / "out", rtl=tmp_path / "rtl", simulator="verilator", samples=2)
    assert not result.passed
    assert re.search(r"does not build with verilator: .*SELRANGE.*core\.v:\d+", result.reason), result.reason


@pytest.mark.slow  # a build for an edge that the judge's own tests hold
def test_nothing_compared_is_a_fail(tmp_path):
    result = trial(replaced("assign m_axis_tvalid = state == 2;", "assign m_axis_tvalid = 0;"), tmp_path)
    assert result.report["values_compared"] == 0
    assert result.report["verdict"] == "FAIL"
    assert "no output value was compared" in result.report["findings"]
    assert result.report["mismatches"] == 0
    assert result.report["first_mismatch"] is None


def test_a_simulator_that_falls_silent_is_ended(tmp_path):
    """A loop without delay stops simulated time itself; no count of cycles can notice that."""
    core = tmp_path / "core.v"
    core.write_text(SOUND.replace("      state <= 2;", "      while (a == a) p = !p;\n      state <= 2;"))
    (tmp_path / "work").mkdir()
    script = Script([Segment("samples", [Frame([1, 2])], samples=[0], expected_beats=1)], seed=0, quiet_limit=50)
    record = simulate(script, [core], "hand", find_simulator(QUICK), tmp_path / "work", silent_seconds=2)
    assert record.fault == "the simulator gave no sign of life for 2 s: has the core a combinational loop?"


def test_the_command_ends_with_1_on_fail_and_2_on_bad_input(tmp_path, capsys):
    save_network(NETWORK, tmp_path / "net")
    core = tmp_path / "core"
    core.mkdir()
    arguments = ["cosim", str(tmp_path / "net"), "--rtl", str(core), "--simulator", QUICK, "--samples", "2"]
    out = tmp_path / "out"
    assert cli.main([*arguments, "--out", str(out)]) == 2
    assert not out.exists()
    (core / "hand.v").write_text(SOUND)
    assert cli.main([*arguments, "--out", str(out)]) == 0
    assert json.loads((out / "cosim.json").read_text())["verdict"] == "PASS"
    (core / "hand.v").write_text(replaced("w0[3] = 7;", "w0[3] = 5;"))
    assert cli.main([*arguments, "--out", str(out)]) == 1
    assert json.loads((out / "cosim.json").read_text())["verdict"] == "FAIL"
    assert "values differ" in capsys.readouterr().out


def test_verilator_sees_a_flipped_bit_of_generated_verilog(tmp_path):
    """On the simulator that everybody has, in the Verilog that everybody gets: one bit of a weight."""
    rtl.generate(NETWORK, tmp_path / "rtl", architecture="row")
    path = tmp_path / "rtl" / "hand.v"
    text = path.read_text()
    compare = re.search(r"held_word < 3'h(5);", text)  # the stream of the weight 5
    assert compare is not None
    path.write_text(text[: compare.start(1)] + "4" + text[compare.end(1) :])
    result = run(NETWORK, tmp_path / "out", rtl=tmp_path / "rtl", simulator="verilator", samples=2)
    assert not result.passed
    assert result.report["mismatches"] > 0
