# amaranth: UnusedElaboratable=no
"""Loadable serial cores with memory of unknown contents, as Verilog and in cells of an iCE40 UltraPlus, in Icarus."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support.networks.default_pair import reloadable
from support.oracle import evaluate
from support.simulation.load_bench import Load
from support.simulation.serial_cores import SMALL, frames, spec
from support.verilog.icarus import needs_icarus
from support.verilog.load_verilog import run_icarus

from sc_neurocore.rtl.cores.serial.core import SerialCore
from sc_neurocore.rtl.emit.verilog import verilog_text
from sc_neurocore.rtl.plan.serial_plan import SerialPlan
from sc_neurocore.synth import write_netlist

pytestmark = needs_icarus  # it knows unknown values


def check(core: SerialCore, mapped: bool, folder: Path) -> None:
    """Two networks, one after the other; nothing unknown may show on a port."""
    script, wanted = [], []
    codes = np.random.default_rng(2).integers(0, 8, (3, 3))
    for case in (SMALL, reloadable(SMALL, 1, core.load_map.preload_limits)):
        script += [Load(core.load_map.image(spec(*case))), *frames(core, codes)]
        wanted += evaluate(case[0], codes, case[1]).tolist()
    sources = [folder / "net.v"]
    sources[0].write_text(verilog_text(core, "net"))
    if mapped:
        (folder / "mapped").mkdir()
        netlist = write_netlist(sources, "net", "up5k", folder / "mapped")
        assert (netlist.area.sprams, netlist.area.dsps) == (-(-core.numbers.format.row_bits // 16), 0)
        sources = list(netlist.files)
    width = len(core.m_axis_tdata)
    told = [f"{v % 2**width:0{width}b} {int(i == len(frame) - 1)}" for frame in wanted for i, v in enumerate(frame)]
    clocks = core.plan.max_cycles_per_inference
    assert run_icarus(core, sources, "net", script, folder, clocks=clocks) == told


@pytest.mark.parametrize("bits", [1, 2, 8])
def test_a_memory_of_unknown_contents_is_never_seen(bits, tmp_path):
    check(SerialCore(SerialPlan.of(spec(*SMALL), bits_per_clock=bits, loadable=True, memory="spram")), False, tmp_path)


def test_the_mapped_core_has_its_program_in_single_port_memory_and_loads_alike(tmp_path):
    check(SerialCore(SerialPlan.of(spec(*SMALL), bits_per_clock=2, loadable=True, memory="spram")), True, tmp_path)
