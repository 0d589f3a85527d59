"""SpikingNet over time against NumPy, and what its exported weights say."""

from __future__ import annotations

import json
import math
from typing import get_args

import numpy as np
import pytest
import torch

from sc_neurocore import infer
from sc_neurocore.export import export_sc_weights
from sc_neurocore.layers import VectorizedSCLayer
from sc_neurocore.spec import OptionError
from sc_neurocore.training import SpikingNet, surrogate
from sc_neurocore.training.leak import leak_shift_of, nearest_leak
from sc_neurocore.training.spiking_net import WeightEncoding

ENCODINGS = get_args(WeightEncoding)
RANGES = {"unipolar": (0, 1), "bipolar": (-1, 1), "sign_magnitude": (-1, 1)}


def random_net(seed, sizes=(6, 9, 4), **keywords):
    torch.manual_seed(seed)
    net = SpikingNet(*sizes, **keywords)
    for linear in net.linears:
        torch.nn.init.uniform_(linear.weight, -0.6, 0.8)
        torch.nn.init.uniform_(linear.bias, -0.1, 0.2)
    return net


def arrays(net):
    return [(a.weight.detach().double().numpy(), a.bias.detach().double().numpy()) for a in net.linears]


def over_time(layers, x, beta, threshold, gt=False):
    """Spike counts and membrane sums of one sample, neuron by neuron."""
    membranes = [[0.0] * len(b) for _, b in layers]
    counts, sums = [0] * len(layers[-1][1]), [0.0] * len(layers[-1][1])
    for step in x:
        signal = list(step)
        for i, (w, b) in enumerate(layers):
            spikes = []
            for k in range(len(b)):
                v = beta * membranes[i][k] + math.fsum(w[k][j] * signal[j] for j in range(len(signal))) + b[k]
                fires = v > threshold if gt else v >= threshold
                membranes[i][k] = v - threshold if fires else v
                spikes.append(float(fires))
            signal = spikes
        counts = [c + int(s) for c, s in zip(counts, signal)]
        sums = [m + v for m, v in zip(sums, membranes[-1])]
    return counts, sums


@pytest.mark.parametrize(
    ("n_layers", "beta", "threshold", "comparator"), [(2, 0.9, 1.0, "ge"), (1, 0.75, 0.6, "gt"), (3, 1.0, 1.5, "ge")]
)
def test_forward_is_the_recurrence(n_layers, beta, threshold, comparator):
    net = random_net(n_layers, n_layers=n_layers, beta=beta, threshold=threshold, comparator=comparator).double()
    x = np.random.default_rng(0).uniform(0, 1, (12, 3, 6))
    counts, sums = net(torch.tensor(x))
    assert counts.shape == sums.shape == (3, 4)
    assert counts.sum() > 0
    for sample in range(3):
        want_counts, want_sums = over_time(arrays(net), x[:, sample], beta, threshold, comparator == "gt")
        assert counts[sample].tolist() == want_counts
        np.testing.assert_allclose(sums[sample].detach().numpy(), want_sums, rtol=1e-10)


def test_shapes_and_names():
    net = SpikingNet(n_input=4, n_hidden=5, n_output=3)
    assert [tuple(a.weight.shape) for a in net.linears] == [(5, 4), (5, 5), (3, 5)]
    assert all(a.bias is not None for a in net.linears)
    assert [cell.beta.item() for cell in net.lifs] == [0.9] * 3
    learned = SpikingNet(4, 5, 3, n_layers=1, learn_beta=True, learn_threshold=True, surrogate_fn=surrogate.superspike)
    assert {name for name, _ in learned.named_parameters() if "lifs" in name} == {
        "lifs.0.beta", "lifs.0.threshold", "lifs.1.beta", "lifs.1.threshold"
    }  # fmt: skip
    assert learned.to_sc_weights()[0]["beta"] == 0.9


def test_it_learns():
    """Two classes by which half of the features is larger; chance is 50 %."""
    torch.manual_seed(0)
    net = SpikingNet(8, 16, 2, n_layers=1, beta=0.875)
    x = torch.rand(256, 8)
    y = (x[:, :4].sum(1) > x[:, 4:].sum(1)).long()
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(60):
        counts, sums = net(x.expand(6, -1, -1))
        loss = torch.nn.functional.cross_entropy(counts + sums / 6, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert all(p.grad is not None for p in net.parameters())
    with torch.no_grad():
        accuracy = (net(x.expand(6, -1, -1))[0].argmax(1) == y).double().mean().item()
    assert accuracy > 0.8


def test_compiled_equals_eager():
    net = random_net(3, n_layers=1)
    x = torch.rand(2, 2, 6)
    compiled = torch.compile(net, fullgraph=True, backend="aot_eager")
    results = []
    for f in (net, compiled):
        net.zero_grad()
        counts, sums = f(x)
        (counts.sum() + sums.sum()).backward()
        results.append((counts, [p.grad.clone() for p in net.parameters()]))
    assert torch.equal(results[0][0], results[1][0])
    torch.testing.assert_close(results[0][1], results[1][1])
    torch._dynamo.reset()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_exported_weights_are_the_trained_ones(encoding):
    net = random_net(4)
    exported = net.to_sc_weights(encoding=encoding)
    assert len(exported) == 3
    for layer, linear in zip(exported, net.linears):
        low, high = RANGES[encoding]
        weight = layer["weight"]
        assert low <= weight.min() <= weight.max() <= high
        assert weight.abs().max() == 1
        back = weight * layer["weight_scale"] + layer["weight_offset"]
        torch.testing.assert_close(back, linear.weight.detach(), rtol=0, atol=3e-7)
        torch.testing.assert_close(layer["bias"], linear.bias.detach(), rtol=0, atol=0)
        assert layer["encoding"] == encoding
        plain = {key: value for key, value in layer.items() if key not in ("weight", "bias")}
        assert json.loads(json.dumps(plain)) == plain
        assert plain["neuron"] == "lif"
        assert (plain["beta"], plain["threshold"], plain["comparator"], plain["reset"]) == (0.9, 1.0, "ge", "subtract")


def test_what_export_leaves_out_and_copies():
    net = random_net(5, comparator="gt", beta=0.875)
    without = net.to_sc_weights(include_bias=False)
    assert all("bias" not in layer for layer in without)
    assert {layer["encoding"] for layer in without} == {"unipolar"}
    assert {(layer["comparator"], layer["leak_shift"]) for layer in without} == {("gt", 3)}
    exported = net.to_sc_weights()
    exported[0]["bias"].zero_()
    assert net.linears[0].bias.abs().sum() > 0


def test_odd_nets_export():
    net = random_net(6, n_layers=1)
    with torch.no_grad():
        net.linears[0].weight.fill_(-0.25)  # one value: no range
        net.linears[1].weight.zero_()
    for encoding in ENCODINGS:
        for layer, value in zip(net.to_sc_weights(encoding=encoding), (-0.25, 0.0)):
            assert (layer["weight"] * layer["weight_scale"] + layer["weight_offset"]).unique().tolist() == [value]
    half = random_net(6).to(torch.bfloat16).to_sc_weights(encoding="bipolar")
    assert half[0]["weight"].dtype == torch.float32
    assert VectorizedSCLayer.from_exported_weights(half[0], length=64).n_inputs == 6


@pytest.mark.parametrize("spread", [0.35, 3.0, 0.01])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_linear_map_survives_at_4096(encoding, spread):
    """Within 1 % of the range of each layer's outputs; weights of ±0.35 are where a lost sign and scale cost 2.29."""
    torch.manual_seed(7)
    net = SpikingNet(24, 12, 5)
    for linear in net.linears:
        torch.nn.init.uniform_(linear.weight, -spread, spread)
        torch.nn.init.uniform_(linear.bias, -spread, spread)
    rng = np.random.default_rng(8)
    for layer, (w, b) in zip(net.to_sc_weights(encoding=encoding), arrays(net)):
        x = rng.uniform(-1, 1, (64, w.shape[1]))
        wanted = x @ w.T + b
        network = export_sc_weights(layer)
        assert network.layers[0].stream_length == 4096
        held = VectorizedSCLayer.from_exported_weights(layer, length=4096)
        outputs = infer(network, held.encode(x))
        got = outputs * network.layers[0].output_scale
        error, scale = np.abs(got - wanted).max(), np.ptp(wanted)
        assert error <= 0.01 * scale
        np.testing.assert_array_equal(got, held.forward(x))
        if encoding != "bipolar":
            assert error <= 0.002 * scale


def test_a_lost_scale_is_seen():
    """The check above fails on what a naive export would give: weights squeezed into [0, 1] and left there."""
    net = random_net(9, sizes=(24, 12, 5))
    layer = dict(net.to_sc_weights()[0]) | {"weight_scale": 1.0, "weight_offset": 0.0}
    (w, b), x = arrays(net)[0], np.random.default_rng(0).uniform(0, 1, (64, 24))
    held = VectorizedSCLayer.from_exported_weights(layer, length=4096)
    wanted = x @ w.T + b
    assert np.abs(held.forward(x) - wanted).max() > 0.5 * np.ptp(wanted)


def test_all_layers_at_once():
    net = random_net(10)
    held = VectorizedSCLayer.from_exported_weights(net.to_sc_weights(encoding="sign_magnitude"), length=256)
    assert [(layer.n_inputs, layer.n_neurons) for layer in held] == [(6, 9), (9, 9), (9, 4)]


def test_decays_that_shifts_make():
    for k in range(1, 20):
        assert leak_shift_of(float(np.float32(1 - 2.0**-k))) == k
        assert nearest_leak(1 - 2.0**-k) == (k, 1 - 2.0**-k)
    assert [leak_shift_of(beta) for beta in (0.0, 0.9, 0.8751, 1.0)] == [None] * 4
    assert nearest_leak(0.9) == (3, 0.875)
    assert nearest_leak(1.0) == (None, 1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SpikingNet(0, 2, 2), "n_input must be an integer, 1 or more, got 0"),
        (lambda: SpikingNet(2, 2.0, 2), "n_hidden must be an integer, 1 or more, got 2.0"),
        (lambda: SpikingNet(2, 2, 2, n_layers=0), "n_layers must be an integer, 1 or more, got 0"),
        (lambda: SpikingNet(2, 2, 2, beta=2), "beta must be a number from 0 to 1, got 2"),
        (lambda: SpikingNet(2, 2, 2)(torch.zeros(3, 2)), r"x must have shape \(T, batch, 2\), .* got \(3, 2\)"),
        (lambda: SpikingNet(2, 2, 2)(torch.zeros(0, 1, 2)), r"x must have shape .* got \(0, 1, 2\)"),
        (lambda: SpikingNet(2, 2, 2)(torch.zeros(3, 1, 2).int()), "x must be a floating-point torch.Tensor"),
        (
            lambda: SpikingNet(2, 2, 2).to_sc_weights(encoding="ternary"),
            "encoding must be one of unipolar, bipolar, sign_magnitude; got 'ternary'",
        ),
        (lambda: export_sc_weights([]), "exported must be one dict of to_sc_weights, got list"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(OptionError, match=message):
        call()


def test_diverged_weights_are_refused():
    net = SpikingNet(2, 2, 2)
    with torch.no_grad():
        net.linears[1].bias[0] = math.nan
    with pytest.raises(OptionError, match=r"linears\[1\].bias must be finite; it holds NaN or infinities"):
        net.to_sc_weights()


def test_gradients_of_each_sample():
    """`vmap(grad(functional_call))` over samples equals autograd, sample by sample; learned constants included."""
    net = random_net(13, learn_beta=True, learn_threshold=True)
    parameters, buffers = dict(net.named_parameters()), dict(net.named_buffers())

    def loss(parameters, x, y):
        counts, sums = torch.func.functional_call(net, (parameters, buffers), (x[:, None],))
        return torch.nn.functional.cross_entropy(counts + sums, y[None])

    x, y = torch.rand(3, 5, 6), torch.tensor([0, 1, 3])
    by_func = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))(parameters, x, y)
    assert set(by_func) == set(parameters)
    for sample in range(3):
        one = torch.autograd.grad(loss(parameters, x[sample], y[sample]), list(parameters.values()))
        for (name, got), want in zip(by_func.items(), one):
            torch.testing.assert_close(got[sample], want, rtol=1e-4, atol=1e-6, msg=name)
