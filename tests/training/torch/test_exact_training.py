"""Torch layers in use: scales that are learned, types of parameters, training, copies and refusals."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from support.networks.examples_of_kinds import COMPARATORS
from support.networks.pairs import SOBOL
from support.torch_layers import small, spiking

import sc_neurocore
from sc_neurocore.accel import counters
from sc_neurocore.export import export_model
from sc_neurocore.spec import (
    CodesError,
    Comparator,
    Lfsr,
    Lif,
    OptionError,
    SpecError,
    quantize,
)
from sc_neurocore.training import SCLinear, SCNetworkModule, TrainConfig, train_torch
from sc_neurocore.training.data import make_dataset
from sc_neurocore.training.folder import save_model


def test_narrow_float_products_are_avoided():
    """Where Torch may round the operands of a product, as under autocast, counts stay exact."""
    layer = SCLinear(40, 3, stream_length=1000, neuron="linear", **SOBOL)
    with torch.no_grad():
        layer.weight.uniform_(-1, 1)
    net = SCNetworkModule([layer])
    codes = np.random.default_rng(0).integers(0, 1024, (50, 40))
    expected = sc_neurocore.infer(net.to_network(), codes)
    np.testing.assert_array_equal(net.integers(codes), expected)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        np.testing.assert_array_equal(net.integers(codes), expected)
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        np.testing.assert_array_equal(net.integers(codes), expected)
    finally:
        torch.set_float32_matmul_precision(before)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_parameters_of_other_types(dtype):
    net = small().to(dtype)
    codes = np.random.default_rng(1).integers(0, 16, (30, 9))
    np.testing.assert_array_equal(net.integers(codes), sc_neurocore.infer(net.to_network(), codes))
    net(torch.rand(4, 9, dtype=dtype)).sum().backward()
    assert net.layers[0].weight.grad.dtype == dtype
    assert net.layers[0].weight.grad.abs().max() > 0


def test_sums_beyond_float32():
    layer = SCLinear(300, 2, stream_length=2**17, resolution_bits=12, neuron="linear")
    torch.nn.init.ones_(layer.weight)
    net = SCNetworkModule([layer])
    codes = np.full((1, 300), 4095)
    outputs = net.integers(codes)
    assert outputs.max() > 2**24
    np.testing.assert_array_equal(outputs, sc_neurocore.infer(net.to_network(), codes))


def test_table_and_streams_agree(monkeypatch):
    codes = torch.randint(0, 16, (8, 9))
    by_table = small(**SOBOL)
    monkeypatch.setattr(counters, "TABLE_LIMIT", 0)
    monkeypatch.setattr(counters, "CHUNK_ELEMENTS", 500)
    by_streams = small(**SOBOL)
    assert type(by_streams.layers[0].counter.counting).__name__ == "StreamCounter"
    by_streams.load_state_dict(by_table.state_dict())
    assert torch.equal(by_table.integers(codes), by_streams.integers(codes))


def test_layers_stand_in_a_sequential():
    """Real values between layers are those of codes, so the integers do not change."""
    net, x = small(), torch.rand(20, 9)
    chain = torch.nn.Sequential(net.layers[0], torch.nn.Dropout(0.5), net.layers[1]).eval()
    torch.testing.assert_close(chain(x), net(x), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("comparator", COMPARATORS)
def test_a_spiking_comparator_is_carried(comparator):
    """A neuron whose state meets its threshold exactly: it fires under one comparator only, here and in the export."""
    neuron = Lif(leak_shift=None, v_threshold=15, comparator=comparator, state_bits=12)
    net = SCNetworkModule([SCLinear(1, 1, neuron=neuron)], time_steps=4, reduce="none")
    torch.nn.init.ones_(net.layers[0].weight)
    spikes = net.integers([[15]])  # 15 counts a step
    assert spikes.flatten().tolist() == ([1, 1, 1, 1] if comparator == "ge" else [0, 1, 1, 1])
    network = net.to_network()
    assert network.layers[0].neuron.comparator == comparator
    np.testing.assert_array_equal(sc_neurocore.infer(network, [[15]]), spikes)


def test_any_surrogate_gives_its_own_gradient():
    slopes = {}
    for slope in (0.0, 1.0, 2.0):
        net = spiking(surrogate_fn=lambda u, slope=slope: slope * u)
        outputs = net(torch.ones(2, 9))
        outputs.sum().backward()
        slopes[slope] = (outputs.detach(), net.layers[0].bias.grad)
    assert torch.equal(slopes[1.0][0], slopes[2.0][0])
    assert slopes[0.0][1].abs().max() == 0
    torch.testing.assert_close(slopes[2.0][1], 2 * slopes[1.0][1])
    assert slopes[1.0][1].abs().max() > 0


def blobs(seed=0):
    rng = np.random.default_rng(seed)
    centres = rng.uniform(0.2, 0.8, (4, 12))
    y = rng.integers(0, 4, 400)
    x = np.clip(centres[y] + rng.normal(0, 0.1, (400, 12)), 0, 1)
    return make_dataset("blobs", x[:300], y[:300], x[300:], y[300:], scale=1.0)


KINDS = {
    "dense": {},
    "spiking": {"neuron": "lif", "time_steps": 3},
    "learned scale": {"learn_scale": "power_of_two", "border_shift": 3},
    "schedule": {"schedule": ((0, 64), (8, 8))},
}


@pytest.mark.one_in(2)
@pytest.mark.parametrize("kind", KINDS)
def test_training_learns_and_is_repeatable(kind, tmp_path):
    data = blobs()
    config = TrainConfig(hidden=(10,), stream_length=8, epochs=20, batch_size=25, **KINDS[kind])
    lines = []
    first = train_torch(config, data=data, progress=lines.append)
    assert first.accuracy["integer"] > 0.85
    assert first.history["loss"][-1] < 0.6 * first.history["loss"][0]
    assert "epoch 20/20" in lines[-1]
    if kind == "dense":
        assert train_torch(config, data=data).network == first.network
    codes = quantize(data.x_test, "unipolar", first.network.input.resolution_bits)[0]
    np.testing.assert_array_equal(first.module.integers(codes), sc_neurocore.infer(first.network, codes))
    if kind == "learned scale":
        assert first.network.layers[0].neuron.shift < 3
    if kind == "spiking":
        assert (first.network.time_steps, first.network.input.repeat, first.network.output.reduce) == (3, True, "sum")
    # The model folder is the JAX trainer's: what is read from it has the same integers.
    save_model(first.model, tmp_path / "model")
    assert export_model(tmp_path / "model").network == first.network


def test_digits_are_learnt():
    """A twentieth of the recipe's epochs: far from chance."""
    run = train_torch(TrainConfig(stream_length=16, epochs=12))
    assert run.accuracy["integer"] > 0.9
    assert run.network.input.scale == 16.0


def test_a_deep_copy_and_a_state_dict_keep_the_integers():
    net = small(learn_scale="power_of_two")
    with torch.no_grad():
        net.layers[0].scale.fill_(0.6)
    other = small(learn_scale="power_of_two")
    other.load_state_dict(net.state_dict())
    assert copy.deepcopy(net).to_network() == other.to_network() == net.to_network()
    assert net.to_network().layers[0].neuron.shift == 2  # half of the start's 2^-1


def test_features_with_scales_of_their_own_enter_as_the_network_says():
    """The module of a network scaled by feature: the same network again, and logits by the codes of its definition."""
    scale, offset = np.array([0.1, 20.0, 3.0]), np.array([5.0, -7.0, 0.25])
    net = SCNetworkModule([SCLinear(3, 4, neuron="linear")], input_scale=scale, input_offset=offset)
    network = net.to_network()
    assert (network.input.per_feature, network.input.scale) == (True, None)
    shaped = network.replace(input=network.input.model_copy(update={"shape": (1, 3, 1)}))
    for each in (network, shaped):
        again = SCNetworkModule.from_network(each)
        assert again.to_network() == each
        assert again.at([layer.description for layer in again.layers]).to_network() == each
        assert copy.deepcopy(again).to_network() == each
    x = np.random.default_rng(0).uniform(-0.2, 1.2, (50, 3)) * scale + offset
    codes = np.clip(np.floor((x - offset) / scale * 15 + 0.5), 0, 15).astype(int)
    wanted = sc_neurocore.infer(network, codes) * network.layers[0].output_scale
    np.testing.assert_allclose(net(torch.tensor(x)).detach().numpy(), wanted, rtol=1e-6)
    net(torch.tensor(x)).sum().backward()
    assert net.layers[0].weight.grad.abs().sum() > 0


@pytest.mark.parametrize("rule", ["power_of_two", "multiplier"])
@pytest.mark.parametrize("scale", [64.0, 1e-4, -1.0])
def test_a_learned_scale_out_of_range_is_exported_as_the_forward_pass_has_it(rule, scale):
    net = small(learn_scale=rule)
    with torch.no_grad():
        net.layers[0].scale.fill_(scale)  # no clip_() since the optimizer's step
    network = net.to_network()
    codes = np.random.default_rng(0).integers(0, 2**network.input.resolution_bits, network.codes_shape(50))
    np.testing.assert_array_equal(net.integers(codes), sc_neurocore.infer(network, codes))


def test_refusals():
    with pytest.raises(OptionError, match=r"neuron must be one of linear, relu, clamp, lif.*'tanh'"):
        SCLinear(3, 2, neuron="tanh")
    with pytest.raises(OptionError, match=r"neuron 'relu' has unipolar outputs.*take 'clamp'"):
        SCLinear(3, 2, input_encoding="bipolar")
    with pytest.raises(OptionError, match=r"stream_length must be an integer, got 16.0"):
        SCLinear(3, 2, stream_length=16.0)
    with pytest.raises(SpecError, match=r"resolution_bits must be .* got 0"):
        SCLinear(3, 2, resolution_bits=0)
    with pytest.raises(OptionError, match=r"layers must hold at least one layer"):
        SCNetworkModule([])
    with pytest.raises(OptionError, match=r"layers\[1\] must be one of SCLinear, .*; got ReLU"):
        SCNetworkModule([SCLinear(3, 2), torch.nn.ReLU()])
    with pytest.raises(SpecError, match=r"layers\[0\].neurons must equal layers\[1\].inputs"):
        SCNetworkModule([SCLinear(3, 2), SCLinear(4, 2)])
    with pytest.raises(SpecError, match="seed must be at most"):
        SCLinear(3, 2, stream_length=8, input_generator=Comparator(source=Lfsr(seed=9)))
    with pytest.raises(CodesError, match=r"inputs must have shape \(batch, 9\), got \(2, 8\)"):
        small()(torch.rand(2, 8))
    net = small()
    with torch.no_grad():
        net.layers[1].bias[0] = float("nan")
    with pytest.raises(OptionError, match=r"layers\[1\].bias must be finite"):
        net.to_network()
    with pytest.raises(OptionError, match=r"config.forward must be 'exact' in Torch"):
        train_torch(TrainConfig(forward="float"))
    with pytest.raises(OptionError, match="learn_scale must be one of none, power_of_two, multiplier; got True"):
        SCLinear(3, 2, learn_scale=True)
    with pytest.raises(OptionError, match=r"config.schedule must be empty where a module is given"):
        train_torch(TrainConfig(schedule=((0, 8),)), module=small())
    with pytest.raises(OptionError, match=r"module.input_scale must be 1, got 16.0"):
        train_torch(data=blobs(), module=SCNetworkModule([SCLinear(12, 4, neuron="linear")], input_scale=16))
