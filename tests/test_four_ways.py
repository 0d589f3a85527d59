"""One network, four executions: `infer` (all engines), `network_fn`, the Torch forward pass, and the Verilog.

Networks come out of Torch and out of JAX by every path of export; each execution is compared with the outside oracle,
which reads the written folder and shares no code with any of them.
"""

from __future__ import annotations

import json
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from support import oracle
from support.networks.random_networks import RandomNetwork, random_codes
from support.verilog.frames import check, tdata_width, whole_script
from support.verilog.verilog_bench import CoreFile, build
from torch import nn

import sc_neurocore
from sc_neurocore import infer, rtl, save_network
from sc_neurocore.accel.exact_layer import quantize as exact_quantize
from sc_neurocore.accel.jax_backend import network_fn
from sc_neurocore.accel.torch.ops import TORCH
from sc_neurocore.export import export, export_model
from sc_neurocore.spec import (
    DEFAULT_INPUT_GENERATOR,
    DEFAULT_WEIGHT_GENERATOR,
    Comparator,
    Counter,
    Lfsr,
    LfsrFull,
    NetworkSpec,
    Sobol,
    VanDerCorput,
    WeightedBinary,
    quantize,
)
from sc_neurocore.training import SCLinear, SCNetworkModule, SpikingNet, TrainConfig, spiking_layers
from sc_neurocore.training.architecture import layers_of
from sc_neurocore.training.folder import TrainedModel
from sc_neurocore.training.forward import exact_forward

GENERATORS = [
    (DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR),
    (Comparator(source=Sobol(dimension=1)), Comparator(source=Sobol(dimension=2))),
    (Comparator(source=VanDerCorput()), Comparator(source=Counter())),
    (Comparator(source=Lfsr(seed=1)), Comparator(source=Lfsr(seed=1, reverse=True))),
    (Comparator(source=LfsrFull(seed=2)), WeightedBinary(source=Sobol(dimension=3))),
]


def options(rng: np.random.Generator) -> dict:
    """Resolution, stream length and generators: shorter than a period, one period, longer."""
    n = int(rng.integers(2, 8))
    x, w = GENERATORS[int(rng.integers(len(GENERATORS)))]
    length = int(rng.choice([2**n, 2**n - 1, int(rng.integers(2 ** (n - 1), 2 ** (n + 1)))]))
    return {"stream_length": length, "resolution_bits": n, "input_generator": x, "weight_generator": w}


def sizes(rng: np.random.Generator) -> list[int]:
    return [int(size) for size in rng.integers(1, 14, int(rng.integers(2, 5)))]


def torch_exact(rng: np.random.Generator) -> tuple[NetworkSpec, SCNetworkModule]:
    """A Torch network of ours, at random parameters and scales."""
    shape, given = sizes(rng), options(rng)
    rule = str(rng.choice(["none", "power_of_two", "multiplier"]))
    hidden = [SCLinear(i, o, learn_scale=rule, **given) for i, o in pairwise(shape[:-1])]
    net = SCNetworkModule([*hidden, SCLinear(shape[-2], shape[-1], neuron="linear", **given)])
    with torch.no_grad():
        for layer in net.layers:
            layer.weight.uniform_(-1.1, 1.1)
            layer.bias.normal_(0, 0.5)
            if layer.scale is not None:
                layer.scale.uniform_(0.3, 3.0)
    return net.to_network(), net


def torch_sequential(rng: np.random.Generator) -> tuple[NetworkSpec, None]:
    """A plain Torch module, normalized, with an activation of any kind."""
    shape, layers = sizes(rng), []
    for i, (inputs, neurons) in enumerate(pairwise(shape)):
        layers += [nn.Linear(inputs, neurons), nn.BatchNorm1d(neurons)]
        if i < len(shape) - 2:
            layers.append([nn.ReLU(), nn.Hardtanh(0, 1), nn.Hardtanh()][int(rng.integers(3))])
    net = nn.Sequential(*layers)
    for name, tensor in net.state_dict().items():
        if tensor.is_floating_point():
            tensor.copy_(torch.tensor(rng.uniform(0.5 if "var" in name else -1, 1.5, tensor.shape)))
    return export(net, **options(rng)).network, None


def jax_pytree(rng: np.random.Generator) -> tuple[NetworkSpec, None]:
    """A plain JAX MLP."""
    shape = sizes(rng)
    params = [
        {"kernel": jnp.asarray(rng.normal(size=(i, o))), "bias": jnp.asarray(rng.normal(size=o))}
        for i, o in pairwise(shape)
    ]
    border = str(rng.choice(["shift", "multiplier"]))
    return export(params, calibration=rng.random((20, shape[0])), border=border, **options(rng)).network, None


def jax_trained(rng: np.random.Generator) -> tuple[NetworkSpec, None]:
    """The JAX trainer's network; its training forward pass is compared on the way."""
    shape, given = sizes(rng), options(rng)
    encoding = str(rng.choice(["sign_magnitude", "bipolar"]))
    config = TrainConfig(hidden=tuple(shape[1:-1]), encoding=encoding, **given)
    first = "bipolar" if encoding == "bipolar" else "unipolar"
    layers = layers_of(config, shape[0], shape[-1], first)
    weights = [rng.uniform(-1.1, 1.1, (layer.neurons, layer.inputs)).astype(np.float32) for layer in layers]
    biases = [rng.normal(size=layer.neurons).astype(np.float32) for layer in layers]
    model = TrainedModel(
        config=config,
        features=shape[0],
        classes=shape[-1],
        input_encoding=first,
        input_scale=1.0,
        weights=tuple(weights),
        biases=tuple(biases),
        data={},
        accuracy={"float": None, "integer": None, "train": 0.0},
        history={},
    )
    network = export_model(model).network
    codes = quantize(rng.uniform(-0.2, 1, (9, shape[0])), first, config.bits)[0]
    params = [{"weight": weight, "bias": bias} for weight, bias in zip(weights, biases, strict=True)]
    forward = jax.jit(lambda p, c: exact_forward(layers, p, c, config))(params, codes.astype(np.float32))
    np.testing.assert_array_equal(infer(network, codes), np.asarray(forward))
    return network, None


def torch_spiking(rng: np.random.Generator) -> tuple[NetworkSpec, SCNetworkModule | None]:
    """Spiking: a network of ours over time, or a `SpikingNet` that was trained in real numbers."""
    given, steps = options(rng), int(rng.integers(2, 5))
    if rng.random() < 0.5:
        net = SpikingNet(*(int(size) for size in rng.integers(1, 9, 3)), n_layers=1, beta=0.75)
        del given["input_generator"], given["weight_generator"]
        return export(net, time_steps=steps, **given).network, None
    net = SCNetworkModule(spiking_layers(sizes(rng), learn_scale="multiplier", **given), time_steps=steps)
    return net.to_network(), net


PATHS = {made.__name__: made for made in (torch_exact, torch_sequential, jax_pytree, jax_trained, torch_spiking)}


def executed(network: NetworkSpec, module: SCNetworkModule | None, rng: np.random.Generator, folder) -> RandomNetwork:
    """All executions in software equal the oracle on the written folder; the network as the benches take it."""
    save_network(network, folder)
    description = json.loads((folder / "network.json").read_text())
    del description["tensors"]
    codes = random_codes(description, rng, 7)
    expected = oracle.evaluate(folder, codes)
    for engine in ("reference", "packed", "counts", "jax", "auto"):
        np.testing.assert_array_equal(infer(network, codes, engine=engine), expected, err_msg=engine)
    np.testing.assert_array_equal(network_fn(network)(codes), expected)
    for net in (SCNetworkModule.from_network(network), module):
        if net is not None:
            np.testing.assert_array_equal(net.integers(codes), expected)
            head = network.input
            real = torch.tensor(codes) / (2.0**head.resolution_bits - 1) * head.scale
            if head.encoding in ("unipolar", "sign_magnitude"):  # the training forward, from real features
                np.testing.assert_array_equal(
                    exact_quantize(TORCH, real / head.scale, head.encoding, head.resolution_bits), codes
                )
                last = network.layers[-1].output_scale
                np.testing.assert_allclose(net(real).detach().numpy(), expected * last, rtol=1e-6)
    return RandomNetwork(description, oracle.read_safetensors(folder / "weights.safetensors"), rng)


@pytest.mark.parametrize("path", PATHS)
def test_software_agrees(path, tmp_path):
    for seed in range(3):
        rng = np.random.default_rng([seed, len(path)])
        torch.manual_seed(seed)
        network, module = PATHS[path](rng)
        executed(network, module, rng, tmp_path / str(seed))


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("path", PATHS)
def test_software_agrees_on_many(path, tmp_path):
    for seed in range(100, 140):
        rng = np.random.default_rng([seed, len(path)])
        torch.manual_seed(seed)
        network, module = PATHS[path](rng)
        executed(network, module, rng, tmp_path / str(seed))


def through_gates(seeds, folder) -> int:
    """The Verilog of exported networks, several in one build, driven through their ports; values compared."""
    nets: list[RandomNetwork] = []
    cores = []
    for seed in seeds:
        for path in ("torch_exact", "torch_sequential", "jax_pytree", "jax_trained"):
            rng = np.random.default_rng([seed, len(path)])
            torch.manual_seed(seed)
            network, module = PATHS[path](rng)
            network = network.replace(name=f"{path}_{seed}")
            place = folder / network.name
            nets.append(executed(network, module, rng, place))
            manifest = rtl.generate(sc_neurocore.load_network(place), place / "rtl")
            verilog = place / "rtl" / manifest["verilog"]
            ports = {port["name"]: port["width"] for port in manifest["ports"]}
            assert ports["m_axis_tdata"] == tdata_width(manifest["output"]["width"])
            cores.append(CoreFile(network.name, verilog, ports["s_axis_tdata"], ports["m_axis_tdata"]))
    plays = [whole_script(net) for net in nets]
    results = build(folder / "bench", cores).play([play.script for play in plays])
    return sum(
        check(core.name, play, segments, core.output_width)
        for core, play, segments in zip(cores, plays, results, strict=True)
    )


def test_the_verilog_agrees(tmp_path):
    assert through_gates([0], tmp_path) > 300


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_verilog_of_many_agrees(tmp_path):
    assert through_gates(range(10, 16), tmp_path) > 2000
