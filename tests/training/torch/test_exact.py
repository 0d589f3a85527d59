"""Torch's exact networks: integers against the outside oracle, gradients against JAX's and finite differences."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from support import oracle
from support.networks.pairs import SOBOL
from support.networks.random_networks import random_network
from support.torch_layers import small, spiking
from torch.func import functional_call, grad, vmap

import sc_neurocore
from sc_neurocore.accel import exact_layer
from sc_neurocore.accel.torch.ops import TORCH
from sc_neurocore.spec import (
    LfsrFull,
    Mux,
    Or,
    quantize,
)
from sc_neurocore.training import SCLinear, SCNetworkModule, TrainConfig
from sc_neurocore.training.forward import exact_forward, exact_logits


def equals_oracle(seed, folder):
    """A random network of the whole contract as a module: its integers, and its description back."""
    net = random_network(seed)
    network = sc_neurocore.load_network(net.write(folder / str(seed)))
    module = SCNetworkModule.from_network(network)
    codes = net.codes(6)
    outputs = module.integers(codes)
    assert outputs.dtype == torch.int64
    np.testing.assert_array_equal(outputs, oracle.evaluate(net.description, codes, net.tensors), err_msg=str(seed))
    assert module.to_network(name=network.name) == network
    return {(type(m.counter.counting).__name__, m.description.neuron.kind) for m in module.layers}, outputs.numel()


@pytest.mark.contract(
    *("accumulator.parallel_counter", "accumulator.mux", "accumulator.or", "accumulator.bias", "source.lane_skip"),
    *("neuron.requantize", "neuron.relu", "neuron.clamp", "neuron.linear", "neuron.lif", "product.signs"),
)
def test_random_networks_of_the_whole_contract_equal_the_oracle(tmp_path):
    met = [equals_oracle(seed, tmp_path) for seed in range(60)]
    assert sum(values for _, values in met) > 1000
    names = {"TableCounter", "StreamCounter", "OrCounter"}
    assert set().union(*(kinds for kinds, _ in met)) == {
        (counter, neuron) for counter in names for neuron in ("relu", "clamp", "linear", "lif")
    }


@pytest.mark.slow
def test_a_thousand_random_networks(tmp_path):
    assert sum(equals_oracle(seed, tmp_path)[1] for seed in range(1000, 2000)) > 20_000


MODULES = {
    "default pair, learned scale": lambda: small(learn_scale="power_of_two"),
    "spiking, learned threshold": lambda: spiking(learn_scale="multiplier"),
    "bipolar": lambda: small(input_encoding="bipolar", neuron="clamp"),
    "mux": lambda: small(accumulator=Mux(select=LfsrFull(seed=1)), stream_length=64, **SOBOL),
    "or": lambda: small(accumulator=Or()),
}


@pytest.mark.parametrize("made", MODULES)
def test_transforms(made):
    """Autograd, func.grad, a vmap over samples, one over networks: the same outputs, the same gradients."""
    net, x = MODULES[made](), torch.rand(5, 9)
    parameters = {name: p.detach() for name, p in net.named_parameters()}

    def loss(p, x):
        return functional_call(net, p, (x,)).square().sum()

    net(x).square().sum().backward()
    functional = grad(loss)(parameters, x)
    samples = vmap(grad(lambda p, row: loss(p, row[None])), (None, 0))(parameters, x)
    moved = 0
    for name, p in net.named_parameters():
        of_tape = torch.zeros_like(p) if p.grad is None else p.grad
        torch.testing.assert_close(functional[name], of_tape, rtol=0, atol=0)
        torch.testing.assert_close(samples[name].sum(0), of_tape, rtol=1e-4, atol=1e-4)
        moved += int(of_tape.count_nonzero())
    assert moved > 30
    two = {name: torch.stack([p, p / 2]) for name, p in parameters.items()}
    both = vmap(lambda p: functional_call(net, p, (x,)))(two)
    assert torch.equal(both[0], net(x))
    assert torch.equal(both[1], functional_call(net, {name: p / 2 for name, p in parameters.items()}, (x,)))


@pytest.mark.slow  # a compiler's run; those of cells and of spiking nets stay
@pytest.mark.one_in(16)
@pytest.mark.parametrize(
    ("made", "backend"), [("default pair, learned scale", "inductor"), ("spiking, learned threshold", "aot_eager")]
)
def test_compiled_whole(made, backend):
    net, x = MODULES[made](), torch.rand(5, 9)
    torch._dynamo.reset()
    compiled = torch.compile(net, fullgraph=True, backend=backend)
    outputs = compiled(x)
    assert torch.equal(outputs, net(x))
    outputs.square().sum().backward()
    gradients = [None if p.grad is None else p.grad.clone() for p in net.parameters()]
    net.zero_grad()
    net(x).square().sum().backward()
    for compiled_gradient, p in zip(gradients, net.parameters(), strict=True):
        torch.testing.assert_close(compiled_gradient, p.grad, rtol=1e-4, atol=1e-5)


RECIPES = {
    "dense": {},
    "dense, other pair": SOBOL,
    "or": {"accumulator": Or(), **SOBOL},
    "learned power of two": {"learn_scale": "power_of_two"},
    "bipolar, learned multiplier": {"learn_scale": "multiplier", "encoding": "bipolar"},
    "spiking, learned": {"neuron": "lif", "time_steps": 3, "learn_scale": "multiplier", "comparator": "gt"},
}


@pytest.mark.one_in(6)
@pytest.mark.parametrize(("recipe", "length"), [(recipe, 4 if recipe == "dense" else 33) for recipe in RECIPES])
def test_integers_and_gradients_are_those_of_the_jax_trainer(recipe, length):
    """Gradients sample by sample: where a value lies exactly on a clip's edge JAX halves it, and Torch does not."""
    config = TrainConfig(hidden=(7,), stream_length=length, **RECIPES[recipe])
    torch.manual_seed(1)
    net = SCNetworkModule.from_config(config, 9, 4)
    params = []
    with torch.no_grad():
        for layer in net.layers:
            layer.bias.normal_(0, 0.3)
            params.append({"weight": layer.weight.numpy(), "bias": layer.bias.numpy()})
            if layer.scale is not None:
                layer.scale.fill_(1.37)
                params[-1]["scale"] = layer.scale.numpy()
    starts = tuple(m.description for m in net.layers)
    x = np.random.default_rng(2).uniform(0.02, 0.98, (40, 9)).astype(np.float32)
    first = starts[0]
    codes = quantize(x, first.input_encoding, first.resolution_bits)[0]
    integers = jax.jit(lambda c: exact_forward(starts, params, c, config))(jnp.asarray(codes, jnp.float32))
    np.testing.assert_array_equal(net.integers(codes), np.asarray(integers))
    np.testing.assert_array_equal(net.integers(codes), sc_neurocore.infer(net.to_network(), codes))
    probe = np.random.default_rng(3).normal(size=4).astype(np.float32)

    def of_jax(p, row):
        return (exact_logits(starts, p, row[None], config) * probe).sum()

    wanted = jax.jit(jax.vmap(jax.grad(of_jax), in_axes=(None, 0)))(params, jnp.asarray(x))

    def of_torch(p, row):
        return (functional_call(net, p, (row[None],)) * torch.tensor(probe)).sum()

    got = vmap(grad(of_torch), (None, 0))({k: p.detach() for k, p in net.named_parameters()}, torch.tensor(x))
    equal = np.ones(len(x), bool)
    for i, by_name in enumerate(wanted):
        for name, value in by_name.items():
            here = got[f"layers.{i}.{name}"].numpy().reshape(len(x), -1)
            there = np.asarray(value).reshape(len(x), -1)
            equal &= np.isclose(here, there, rtol=1e-3, atol=1e-3).all(axis=1)
            assert np.abs(here[equal]).max() > 0.01, (i, name)
    assert equal.sum() >= len(x) // 4, "most samples meet no edge at this seed"


@pytest.mark.parametrize("rule", ["power_of_two", "multiplier"])
def test_a_learned_factor_is_rounded_as_in_the_description(rule):
    """Over its whole range, at every edge between two powers: the forward pass's integer is the exported one."""
    layer = SCLinear(4, 2, learn_scale=rule)
    edges = np.float32(2.0) ** np.arange(-8, 5) * np.float32(0.5**0.5)
    values = np.concatenate([edges, np.nextafter(edges, np.float32(0)), np.geomspace(2**-8, 16, 50)])
    met = set()
    for value in np.clip(values, 2**-8, 16).astype(np.float32):
        layer.scale = torch.nn.Parameter(torch.tensor(value))
        neuron = layer.layer.neuron
        start = layer.description.neuron
        assert layer._factor().item() / 2**start.shift == neuron.multiplier / 2**neuron.shift
        met.add(neuron.multiplier / 2**neuron.shift)
    assert len(met) > 10
    if rule == "power_of_two":
        assert all(np.log2(factor) == round(np.log2(factor)) for factor in met)


def test_gradient_of_a_learned_scale_is_that_of_its_shadow():
    """At 12 bits the network is near its smooth shadow, whose finite differences in the factor it must meet."""
    torch.manual_seed(5)
    first = SCLinear(9, 7, stream_length=4096, learn_scale="multiplier")
    net = SCNetworkModule([first, SCLinear(7, 4, stream_length=4096, neuron="linear")])
    x, probe = torch.rand(20, 9), torch.randn(20, 4).double()
    (net(x) * probe).sum().backward()

    @torch.no_grad()
    def shadow(scale):
        a = x.double() @ first.weight.double().T * 4095
        h = torch.clamp(a * scale / 2, 0, 4095) / 4095
        return float(((h @ net.layers[1].weight.double().T) * probe).sum())

    numeric = (shadow(1 + 1e-4) - shadow(1 - 1e-4)) / 2e-4
    assert first.scale.grad.item() == pytest.approx(numeric, rel=0.02)


@pytest.mark.contract("codes.quantize", "codes.saturation")
@pytest.mark.parametrize("n", [2, 8, 16])
@pytest.mark.parametrize("encoding", ["unipolar", "sign_magnitude", "bipolar"])
def test_quantizing_at_every_border(encoding, n):
    """All rounding borders as the nearest float32 and its neighbours on both sides."""
    k = np.arange(2**n + 1)
    borders = ((k - 0.5) / (2**n - 1) if encoding != "bipolar" else (k - 0.5) / 2**n * 2 - 1).astype(np.float32)
    values = np.concatenate([borders, np.nextafter(borders, np.float32(2)), np.nextafter(borders, np.float32(-2))])
    values = np.concatenate([values, -values, np.float32([0, 1e-30, 1.5, -3e5])])
    v = values.astype(np.float64)
    if encoding == "bipolar":
        expected = np.clip(np.floor((v + 1) / 2 * 2**n + 0.5), 0, 2**n - 1)
    else:
        expected = np.sign(v) * np.minimum(np.floor(np.abs(v) * (2**n - 1) + 0.5), 2**n - 1)
        expected = np.maximum(expected, 0) if encoding == "unipolar" else expected
    got = exact_layer.quantize(TORCH, torch.tensor(values), encoding, n).numpy()
    np.testing.assert_array_equal(got, expected)
    assert len(np.unique(got)) >= 2**n
