"""The verb `cosim` on the serial and column cores: directed, random and mutant-killing vectors, stalls, episodes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from support.networks.default_pair import random_default_pair
from support.networks.descriptions import dense, network, tensors
from support.networks.random_networks import write_folder

from sc_neurocore.cli import main
from sc_neurocore.cosim import run
from sc_neurocore.rtl import plan_core
from sc_neurocore.spec import load_network

WAYS = (
    {"architecture": "serial", "stream_bits_per_cycle": 1},
    {"architecture": "serial"},
    {"architecture": "column"},
    {"architecture": "column", "overlap": True},
    {"architecture": "column", "neurons_in_parallel": 2, "stream_bits_per_cycle": 3},
    {"architecture": "unrolled"},
)


@pytest.mark.one_in(6)
@pytest.mark.contract("core.frames", "core.stall", "core.frame_error", "core.reset")
@pytest.mark.parametrize("options", WAYS, ids=lambda options: "-".join(map(str, options.values())))
def test_the_certificate_of_a_small_network(options, tmp_path):
    net = load_network(write_folder(tmp_path / "network", *random_default_pair(2, n=3)))
    result = run(net, tmp_path / "out", simulator="amaranth", stall="random", samples=2, search_seconds=0.5, **options)
    assert result.passed, result.reason
    assert result.report["mutants_killed"] > 0
    assert result.comparison.values_compared > 0


@pytest.mark.contract("core.frames", "core.stall", "core.frame_error", "core.reset")
def test_the_certificate_of_layers_in_different_ways(tmp_path, capsys):
    """Layer 0 takes one input after the other, whole streams by their closed form; layer 1 runs those of all inputs."""
    hidden = dense(4, 5, 3, 8, neuron={"kind": "relu", "shift": 1, "output_bits": 3})
    rng, tree = np.random.default_rng(0), network(hidden, dense(5, 3, 3, 8))
    weights = [rng.integers(-7, 8, shape) for shape in ((5, 4), (3, 5))]
    folder = write_folder(tmp_path / "network", tree, tensors(tree, weights, [rng.integers(-9, 9, 5), [1, -2, 0]]))
    options = ["--architecture", "column,row", "--stream-bits-per-cycle", "8,2", "--neurons-in-parallel", "2,3"]
    command = ["cosim", str(folder), *options, "--simulator", "amaranth", "--stall", "random", "--samples", "2"]
    assert main([*command, "--out", str(tmp_path / "out")]) == 0
    assert "PASS" in capsys.readouterr().out
    assert main(["generate", str(folder), *options, "--out", str(tmp_path / "rtl")]) == 0
    stated = json.loads((tmp_path / "rtl" / "manifest.json").read_text())
    assert stated["parameters"] == {
        "architecture": ["column", "row"],
        "neurons_in_parallel": [2, 3],
        "stream_bits_per_cycle": [8, 2],
    }
    plan = plan_core(load_network(folder), **stated["parameters"])
    assert [layer.multiplier for layer in plan.layers] == ["closed_form", "stream"]
    assert stated["latency_cycles"] == plan.timing().latency_cycles
