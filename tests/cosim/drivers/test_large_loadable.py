"""A layer of 784 inputs and 128 neurons with loadable weights: generated in 2 GB, linted, loaded and compared."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from support.verilog.lint import CLEAN, linted

from sc_neurocore.cosim import run
from sc_neurocore.export import export_dense
from sc_neurocore.spec import save_network

WAIVERS = Path(__file__).resolve().parents[3] / "hdl" / "lint" / "verilator.vlt"
OPTIONS = {"architecture": "column", "weights": "loadable", "control": "stream"}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_layer_of_784_inputs_and_128_neurons(tmp_path):
    rng = np.random.default_rng(0)
    network = export_dense([rng.normal(0, 0.3, (128, 784))], [rng.normal(0, 1, 128)], stream_length=16)
    save_network(network, tmp_path / "net")
    command = [sys.executable, "-m", "sc_neurocore.cli", "generate", str(tmp_path / "net")]
    command += ["--out", str(tmp_path / "rtl"), "--architecture", "column"]
    subprocess.run([*command, "--weights", "loadable", "--control", "stream"], check=True)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2 * 1024**2, "KiB, of the largest process"
    assert linted("-Wall", WAIVERS, tmp_path / "rtl" / "network.v") == CLEAN
    result = run(network, tmp_path / "out", samples=4, search_seconds=5, **OPTIONS)
    assert result.passed, result.reason
    assert result.report["load"]["samples_that_differ"] > 0
    assert result.report["values_compared"] > 128 * 784
