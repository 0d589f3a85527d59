"""The benches of sim/ pass, all of them, in a real simulator."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.marks import marked
from support.programs import program
from support.verilog.icarus import needs_icarus

SIM = Path(__file__).parents[2] / "sim"
CLASS = r"^class (\w+)\((.+)\):$"


def runner():
    return program(SIM / "run.py")


@pytest.mark.slow
@pytest.mark.timeout(900)  # two builds by g++, on a machine that may be busy
@pytest.mark.contract("core.ports", "core.stall", "core.frames", "core.frame_error", "core.reset", "source.restart")
@pytest.mark.parametrize("group", ["parts", "core"])
def test_all_benches_pass(group, tmp_path):
    run = runner()
    tests, failures = run.run(group, tmp_path)
    written = sum(
        len(re.findall(r"^@cocotb\.test", (SIM / f"{name}.py").read_text(), re.M)) for name in run.BENCHES[group]
    )
    assert failures == 0
    assert tests == written > 0


@pytest.mark.slow  # the same benches pass in the other simulator
@marked(needs_icarus)
def test_the_components_pass_in_icarus_too(tmp_path):
    """An event-driven simulator with unknown values: nothing may depend on a register's value before its first load."""
    tests, failures = runner().run("parts", tmp_path, "icarus")
    assert failures == 0
    assert tests > 0


def derived(base: str, bases: dict[str, set[str]]) -> set[str]:
    """The classes that derive from one, directly or not."""
    found = {name for name, of in bases.items() if base in of}
    return found.union(*(derived(name, bases) for name in found))


def test_every_component_has_a_bench():
    """Each component class of the rtl package stands in sim/parts.py, but for those that are networks of others."""
    package = SIM.parent / "sc_neurocore" / "rtl"
    texts = [path.read_text() for path in package.rglob("*.py")]
    bases = {name: set(re.findall(r"\w+", of)) for text in texts for name, of in re.findall(CLASS, text, re.M)}
    classes = derived("Block", bases)
    # base classes
    whole = {"SequenceSource", "Products", "Datapath", "ColumnDatapath", "BroadcastDatapath"}
    # networks of the others; tests/rtl holds cores of each of them against the outside oracle
    whole |= {"ParallelDatapath", "MuxDatapath", "OrDatapath", "StreamedDatapath", "ClosedFormDatapath"}
    whole |= {"FoldedLayer", "DenseColumn", "OverlapColumn", "ColumnCore", "SerialPorts", "SerialCore"}
    # of circuits: tests/rtl/circuits holds every operator against its rule, and cores of them
    whole |= {"StreamBank", "EvaluationSequencer", "ResultFrame", "CircuitCore"}
    whole |= derived("Operator", bases) | {"Operator"}
    # of unrolled cores: tests/rtl holds layers and cores against the oracle; and a memory that is read there in full
    whole |= {"UnrolledLayer", "UnrolledCore", "FlaggedOutputStage", "BankedRom"}
    # of maps: tests/rtl holds walks, buffers and sequencers against the oracle's windows, and cores of them
    whole |= {
        "WindowReader",
        "WindowBuffer",
        "WindowMemory",
        "WindowRegisters",
        "MapWriter",
        "MapMemory",
        "RowCollector",
        "WindowSequencer",
        "PoolLayer",
        "Convolution",
    }
    parts = (SIM / "parts.py").read_text()
    assert whole < classes
    assert {name for name in classes - whole if f"{name}(" not in parts} == set()
