"""Co-simulation of networks with time: several frames a sample, states, and gates of an exported spiking network."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from support.networks.spiking_networks import random_spiking

from sc_neurocore.cosim import run
from sc_neurocore.export import export_spiking
from sc_neurocore.spec import NetworkSpec
from sc_neurocore.training import SpikingNet


def spec(description: dict[str, Any], tensors: dict[str, np.ndarray]) -> NetworkSpec:
    count = range(len(description["layers"]))
    tree = {key: description[key] for key in ("name", "input", "output", "layers")}
    tree |= {"weights": [tensors[f"layer{i}.weight"] for i in count]}
    tree |= {"biases": [tensors[f"layer{i}.bias"] for i in count]}
    return NetworkSpec.model_validate(tree, strict=False)


@pytest.mark.contract("core.frames", "time.steps", "time.reduce")
@pytest.mark.parametrize("seed", [7, 8])
def test_several_frames_a_sample(seed, tmp_path):
    """Seed 7 hands on the outputs of both steps, seed 8 sums three; broken frames, stalls and resets between."""
    net = spec(*random_spiking(seed))
    assert net.time_steps > 1
    assert not net.input.repeat
    result = run(net, tmp_path, simulator="amaranth", samples=3, stall="random", search_seconds=0)
    assert result.passed, result.report["findings"]
    assert result.report["latency_cycles"] is not None


@pytest.mark.contract("neuron.lif", "time.repeat")
def test_an_exported_spiking_network_runs_in_gates(tmp_path):
    """Direct current input, repeated in each of four steps; the outputs are spike counts, and there are some."""
    torch.manual_seed(3)
    net = SpikingNet(3, 4, 2, n_layers=1, beta=0.75)
    x = torch.rand(40, 3)
    network = export_spiking(net, time_steps=4, stream_length=16, samples=x.numpy(), name="spikes").network
    assert [layer.neuron.kind for layer in network.layers] == ["lif", "lif"]
    codes = np.random.default_rng(0).integers(0, 2**network.input.resolution_bits, network.codes_shape(6))
    result = run(network, tmp_path, simulator="amaranth", codes=codes, samples=1, search_seconds=0)
    assert result.passed, result.report["findings"]
    assert (network.input.repeat, network.output.reduce) == (True, "sum")
