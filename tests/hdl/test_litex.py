"""The LiteX module around a core: what LiteX writes passes the core's own bench."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.cores.handmade_core import small_network
from support.verilog.benches import run_bench

from sc_neurocore.cosim.testbench import write_testbench
from sc_neurocore.rtl import generate

# The core's ports as LiteX names them.
CONNECTIONS = {
    r"\.s_axis_t(data|valid|ready|last)\(": r".sink_\1(",
    r"\.s_axis_tuser\(": ".sink_load(",
    r"\.m_axis_t(data|valid|ready|last)\(": r".source_\1(",
    r"\.s_axil_(aw|ar|w|b|r)(addr|data|strb|resp|valid|ready)\(": r".bus_\1_\2(",
}
HDL = Path(__file__).parents[2] / "hdl"

pytestmark = pytest.mark.skipif(importlib.util.find_spec("litex") is None, reason="LiteX is not installed")


@pytest.mark.one_in(3)
@pytest.mark.parametrize("control", [None, "stream", "axi-lite"])
def test_the_wrapped_core_passes_the_bench_of_the_core(control, tmp_path):
    if control is None:
        name = "digits4_serial"
        shutil.copytree(HDL / "rtl" / name, tmp_path, dirs_exist_ok=True)
    else:
        name, network = "hand", small_network([[[2, -3, 7], [-1, 4, 5]]], [[1, 0]])
        generate(network, tmp_path, weights="loadable", control=control)
        write_testbench(network, tmp_path, samples=4)
    command = [sys.executable, str(HDL / "litex" / "core.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (tmp_path / "wrapped.v").write_text(done.stdout.replace("`timescale 1ns / 1ps", ""))  # the core has none
    bench = (tmp_path / f"{name}_tb.v").read_text()
    for before, after in CONNECTIONS.items():
        bench = re.sub(before, after, bench)
    (tmp_path / "wrapped_tb.v").write_text(bench.replace(f"  {name} dut (", f"  {name}_litex dut ("))
    status, said = run_bench(tmp_path, f"{name}.v", "wrapped.v", "wrapped_tb.v", top=f"{name}_tb")
    assert (status, said[:6]) == (0, "PASS: "), said
