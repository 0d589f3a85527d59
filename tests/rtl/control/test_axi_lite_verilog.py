# amaranth: UnusedElaboratable=no
"""The AXI4-Lite port as generated Verilog, driven by the master of cocotbext-axi."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.cores.loadable_core import SumCore, sum_network
from support.verilog.simulators import QUICK

from sc_neurocore.cosim.simulators.tools import simulator_environment
from sc_neurocore.inference.engines import infer
from sc_neurocore.rtl.control.controlled_core import ControlledCore
from sc_neurocore.rtl.emit.verilog import verilog_text
from sc_neurocore.rtl.loading.load_words import load_words

TESTS = Path(__file__).parents[2]
MASTER = TESTS / "support" / "verilog" / "axi_lite_cocotb.py"
FIRST = sum_network()
OTHER = sum_network(((1, -2, 3), (-4, 5, 6)), (7, -8))
FRAMES = [[1, 0, 1], [0, 0, 0], [1, 1, 1]]


@pytest.mark.skipif(importlib.util.find_spec("cocotbext") is None, reason="cocotbext-axi is not installed")
def test_a_stranger_s_master_loads_the_core(tmp_path):
    core = ControlledCore(SumCore(FIRST), "axi-lite")
    words = load_words(core.load_map.image(OTHER)).tolist()
    (tmp_path / "sums.v").write_text(verilog_text(core, "sums"))
    job = {
        "words": words,
        "frames": FRAMES,
        "expected": [infer(n, FRAMES).tolist() for n in (FIRST, OTHER)],
        "hash": [[int(n.sha256[i : i + 8], 16) for i in range(0, 64, 8)] for n in (FIRST, OTHER)],
    }
    assert job["expected"][0] != job["expected"][1]
    (tmp_path / "job.json").write_text(json.dumps(job))
    path = os.pathsep.join([str(TESTS), str(TESTS.parent), os.environ.get("PYTHONPATH", "")])
    environment = simulator_environment(QUICK) | {"PYTHONPATH": path}
    command = [
        sys.executable,
        str(MASTER),
        str(tmp_path / "sums.v"),
        "sums",
        QUICK,
    ]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=280)
    assert (tmp_path / "job.passed").exists(), done.stdout[-4000:] + done.stderr[-2000:]
