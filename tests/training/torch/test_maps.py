"""Torch layers on maps: the contract's integers, Torch's own axes, and gradients of what they round."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle
from support.networks.map_descriptions import avg_pool2d, conv2d, map_network, map_tensors
from support.networks.random_maps import random_map_network
from support.networks.specs import spec_of
from support.oracle.maps import pool as oracle_pool

torch = pytest.importorskip("torch", reason="the torch extra is not installed")

from sc_neurocore.spec import OptionError, SCError  # noqa: E402 -- after the check
from sc_neurocore.training import (  # noqa: E402
    SCAvgPool2d,
    SCConv2d,
    SCLinear,
    SCMaxPool2d,
    SCNetworkModule,
    TrainConfig,
    train_torch,
)
from sc_neurocore.training.data import make_dataset  # noqa: E402


@pytest.mark.contract("conv.window", "conv.groups", "conv.padding", "conv.lif", "pool.max", "pool.avg")
@pytest.mark.parametrize("first", range(0, 30, 10))
def test_modules_compute_the_oracles_integers_and_give_the_network_back(first):
    compared = 0
    for seed in range(first, first + 10):
        net = random_map_network(seed)
        network = spec_of(net.description, net.tensors)
        codes = net.codes(3)
        module = SCNetworkModule.from_network(network)
        expected = oracle.evaluate(net.description, codes, net.tensors)
        assert np.array_equal(module.integers(codes).numpy(), expected), seed
        again = module.to_network(name=network.name)
        assert again.layers == network.layers
        assert all(np.array_equal(a, b) for a, b in zip(again.weights, network.weights)), seed
        compared += expected.size
    assert compared > 80


def test_shapes_at_which_torchs_own_convolution_is_wrong():
    """Kernel 3 × 3 at stride 1 × 3 on a padded point, kernel 3 × 2 at 1 × 3: `conv2d` gave sums near 0 there."""
    net = random_map_network(201_087)
    codes = net.codes(6)
    module = SCNetworkModule.from_network(spec_of(net.description, net.tensors))
    assert np.array_equal(module.integers(codes).numpy(), oracle.evaluate(net.description, codes, net.tensors))
    layer = SCConv2d((6, 4, 1), 3, (3, 2), stride=(1, 3), neuron="linear", stream_length=64)
    x = torch.rand(5, 1, 6, 4)
    windows = torch.stack([x[:, 0, r : r + 3, 3 * c : 3 * c + 2] for r in range(4) for c in range(1)], 1)
    dense = SCLinear(6, 3, neuron="linear", stream_length=64)
    dense.weight, dense.bias = torch.nn.Parameter(layer.weight.flatten(1)), layer.bias
    assert torch.equal(layer(x).flatten(2).movedim(1, 2), dense(windows.flatten(2)))


def lenet(shape=(8, 8, 2)) -> SCNetworkModule:
    rows, columns, _ = shape
    conv = SCConv2d(shape, 3, 3, padding=1, neuron="relu", border_shift=0)
    pool = SCMaxPool2d((rows, columns, 3), 2)
    half = (rows // 2, columns // 2, 3)
    return SCNetworkModule(
        [
            conv, pool, SCConv2d(half, 4, (3, 2), stride=(1, 2), border_shift=0), SCAvgPool2d((2, 2, 4), 2),
            SCLinear(4, 5, neuron="linear"),
        ]
    )  # fmt: skip


def test_maps_come_in_torchs_axes_and_parameters_have_them():
    torch.manual_seed(0)
    net = lenet()
    x = torch.rand(3, 2, 8, 8)
    flat = x.permute(0, 2, 3, 1).reshape(3, -1)
    assert torch.equal(net(x), net(flat))
    assert net.layers[0].weight.shape == (3, 2, 3, 3)
    assert net.layers[2].weight.shape == (4, 3, 3, 2)
    layer_by_layer = x
    for layer in net.layers:
        layer_by_layer = layer(layer_by_layer.flatten(1) if isinstance(layer, SCLinear) else layer_by_layer)
    assert torch.allclose(layer_by_layer, net(x), atol=1e-5)
    network = net.to_network()
    assert network.input.shape == (8, 8, 2)
    with pytest.raises(OptionError, match=r"inputs must have shape \(batch, 2, 8, 8\), got \(3, 2, 8, 7\)"):
        net(x[..., 1:])
    with pytest.raises(OptionError, match="first layer that is dense"):
        SCNetworkModule([SCLinear(4, 2, neuron="linear")])(torch.rand(1, 1, 2, 2))


def test_a_gradient_is_that_of_the_convolution_it_rounds():
    torch.manual_seed(1)
    layer = SCConv2d(
        (5, 6, 2), 4, (3, 2), stride=(1, 2), padding=(1, 0, 1, 1), groups=2, neuron="linear", stream_length=64
    )
    x = torch.rand(2, 2, 5, 6, requires_grad=True)
    weights = torch.rand(2, 4, 4, 4)
    (layer(x) * weights).sum().backward()
    codes = torch.floor(x.detach() * 63 + 0.5) / 63
    w = torch.sign(layer.weight.detach()) * torch.floor(layer.weight.detach().abs() * 63 + 0.5) / 63
    codes.requires_grad_()
    w.requires_grad_()
    padded = torch.nn.functional.pad(codes, (1, 1, 1, 0))
    real = torch.nn.functional.conv2d(padded, w, stride=(1, 2), groups=2)
    (real * weights).sum().backward()
    assert torch.allclose(x.grad, codes.grad, atol=1e-5)
    assert torch.allclose(layer.weight.grad, w.grad, atol=1e-5)


def test_rounded_convolutions_of_the_process_are_not_ours():
    torch.manual_seed(2)
    layer = SCConv2d((6, 6, 3), 5, 3, neuron="linear", stream_length=4096)
    x = torch.rand(4, 3, 6, 6)
    exact = layer(x)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(layer(x), exact)
    before = torch.backends.mkldnn.conv.fp32_precision
    try:
        torch.backends.mkldnn.conv.fp32_precision = "bf16"
        assert torch.equal(layer(x), exact)
    finally:
        torch.backends.mkldnn.conv.fp32_precision = before


def test_a_recipe_of_layers_is_trained_and_what_is_no_layer_refused():
    rng = np.random.default_rng(0)
    y = np.arange(120) % 2
    x = rng.uniform(0, 0.3, (120, 5, 4))
    x[np.arange(120), 3 * y, 1:3] = 1
    data = make_dataset("bars", x, y)
    config = TrainConfig(
        layers=("conv3k2", "pool2", "2"), stream_length=8, epochs=12, learning_rate=0.03, border_shift=0
    )
    run = train_torch(config, data=data)
    assert run.accuracy["integer"] > 0.85
    assert run.model.config.image_shape == (5, 4)
    codes = rng.integers(0, 8, (6, 20))
    assert np.array_equal(run.module.integers(codes).numpy(), oracle_outputs(run.network, codes))
    with pytest.raises(OptionError, match=r"layers\[0\] must be one of SCLinear, SCConv2d, .*; got Conv2d"):
        SCNetworkModule([torch.nn.Conv2d(1, 1, 1)])
    with pytest.raises(OptionError, match="kernel_size must hold 2 integers"):
        SCConv2d((4, 4, 1), 1, (2, 2, 2))


def oracle_outputs(network, codes):
    import tempfile
    from pathlib import Path

    from sc_neurocore import save_network

    with tempfile.TemporaryDirectory() as folder:
        save_network(network, Path(folder) / "net")
        return oracle.evaluate(Path(folder) / "net", codes)


@pytest.mark.contract("pool.avg", "pool.avg_bipolar")
def test_sums_beyond_what_float32_holds_are_exact():
    """64 × 64 codes of 16 bits sum to 28 bits; that their excess over the middle is small makes every unit show."""
    pool = avg_pool2d([64, 64, 1], (64, 64), n=16, encoding="bipolar", multiplier=1, shift=0)
    conv = conv2d([1, 1, 1], n=16, input_encoding="bipolar", weight_encoding="bipolar", stream_length=3)
    description = map_network(pool, conv)
    tensors = map_tensors(description)
    rng = np.random.default_rng(0)
    half = rng.integers(1, 2**16, (40, 2048))
    codes = np.concatenate([half, np.clip(2**16 - half + rng.integers(-9, 10, half.shape), 0, 2**16 - 1)], axis=1)
    codes = rng.permuted(codes, axis=1)
    module = SCNetworkModule.from_network(spec_of(description, tensors))
    pooled = module.layers[0].exact().counts(torch.tensor(codes).float()).numpy()
    expected = oracle_pool(pool, codes)
    assert len(np.unique(expected)) > 30
    assert np.array_equal(pooled, expected)
    assert np.array_equal(module.integers(codes).numpy(), oracle.evaluate(description, codes, tensors))


def test_an_empty_batch_has_no_outputs_and_no_gradient():
    net = lenet()
    assert net(torch.rand(0, 2, 8, 8)).shape == (0, 5)
    assert net.integers(np.zeros((0, 128), dtype=int)).shape == (0, 5)
    net(torch.rand(0, 2, 8, 8)).sum().backward()
    assert not net.layers[0].weight.grad.any()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"padding": None}, "padding must be an integer"),
        ({"padding": 1.5}, "padding must be an integer"),
        ({"padding": (1, 1)}, "padding must hold 4 integers"),
        ({"in_shape": 8}, r"in_shape must be \(rows, columns, channels\), got 8"),
        ({"kernel_size": ("a", 2)}, r"kernel_size\[0\] must be an integer"),
    ],
)
def test_arguments_that_are_no_numbers_are_refused(changes, rule):
    with pytest.raises(OptionError, match=rule):
        SCConv2d(**({"in_shape": (4, 4, 1), "out_channels": 2, "kernel_size": 3} | changes))


def test_numpy_integers_are_integers_and_a_pool_of_nothing_is_refused():
    assert SCConv2d((4, 4, 1), 2, np.int64(3), padding=np.int64(1)).description.padding == (1, 1, 1, 1)
    with pytest.raises(SCError, match="kernel"):
        SCAvgPool2d((8, 8, 1), 0)
