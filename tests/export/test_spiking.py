"""A SpikingNet as integers: the same spikes as far as rounding lets them, on every engine, and what is refused."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest
import torch
from support import oracle
from support.networks.examples_of_kinds import COMPARATORS

from sc_neurocore import NetworkSpec, infer
from sc_neurocore.export import export_spiking
from sc_neurocore.export.sources import write_exported
from sc_neurocore.spec import Comparator, LfsrFull, Lif, OptionError, SpecError
from sc_neurocore.training import SpikingNet


def random_net(seed=0, sizes=(7, 9, 4), spread=0.7, **keywords):
    torch.manual_seed(seed)
    net = SpikingNet(*sizes, **{"n_layers": 1, "beta": 0.875, **keywords})
    for linear in net.linears:
        torch.nn.init.uniform_(linear.weight, -spread, 1.3 * spread)
        torch.nn.init.uniform_(linear.bias, -0.1, 0.1)
    return net


def float_counts(net, x, steps):
    """The Torch network itself on `(samples, features)` or `(samples, T, features)`."""
    x = torch.tensor(x, dtype=torch.float64)
    x = x.expand(steps, *x.shape) if x.dim() == 2 else x.transpose(0, 1)
    with torch.no_grad():
        return net.double()(x)[0].numpy().astype(int)


def tensors(network):
    return {name: np.asarray(array) for name, array in network.tensors().items()}


def codes_of(x, n, scale=1.0):
    """Sign-magnitude or unipolar codes, from the contract's line on quantizing."""
    full = 2**n - 1
    return (np.sign(x) * np.minimum(np.floor(np.abs(x / scale) * full + 0.5), full)).astype(np.int64)


INPUTS = {
    "direct": ({}, lambda rng, t: rng.uniform(0, 1, (6, 7))),
    "signed": ({"input_encoding": "sign_magnitude", "input_scale": 2.0}, lambda rng, t: rng.uniform(-2, 2, (6, 7))),
    "sequence": ({"repeat": False}, lambda rng, t: rng.uniform(0, 1, (6, t, 7))),
    "spikes": ({"input_encoding": "spike", "repeat": False}, lambda rng, t: np.round(rng.uniform(0, 1, (6, t, 7)))),
    "repeated spikes": ({"input_encoding": "spike"}, lambda rng, t: np.round(rng.uniform(0, 1, (6, 7)))),
}  # fmt: skip


@pytest.mark.one_in(3)
@pytest.mark.contract("neuron.lif", "time.repeat", "time.reduce")
@pytest.mark.parametrize("comparator", COMPARATORS)
@pytest.mark.parametrize("beta", [0.5, 0.875, 1.0])
@pytest.mark.parametrize("kind", INPUTS)
def test_engines_equal_the_oracle(kind, beta, comparator):
    options, make = INPUTS[kind]
    steps = 5
    x = make(np.random.default_rng(1), steps)
    net = random_net(2, beta=beta, threshold=0.6, comparator=comparator)
    network = export_spiking(net, time_steps=steps, stream_length=32, **options).network
    codes = x.astype(np.int64) if "spike" in kind else codes_of(x, 5, network.input.scale)
    expected = oracle.evaluate(json.loads(network.json_bytes), codes, tensors(network))
    assert expected.shape == (6, 4)
    assert 0 < expected.sum() < expected.size * steps
    for engine in ("reference", "packed", "counts", "jax"):
        np.testing.assert_array_equal(infer(network, codes, engine=engine), expected)


@pytest.mark.parametrize("kind", INPUTS)
def test_integers_track_the_trained_network(kind):
    """At L = 4096 nearly every spike count is the float network's; the longer the stream, the more."""
    options, make = INPUTS[kind]
    steps, rng = 10, np.random.default_rng(3)
    x = np.concatenate([make(rng, steps) for _ in range(20)])
    net = random_net(4, beta=0.75)
    wanted = float_counts(net, x, steps)
    assert wanted.sum() > 0
    equal, difference = [], []
    for length in (16, 256, 4096):
        network = export_spiking(net, time_steps=steps, stream_length=length, **options).network
        n = network.layers[0].resolution_bits
        codes = x.astype(np.int64) if "spike" in kind else codes_of(x, n, network.input.scale)
        got = infer(network, codes)
        equal.append((got == wanted).mean())
        difference.append((got - wanted).mean())
    assert equal[0] < equal[2]
    assert equal[1] > 0.9
    assert equal[2] > 0.98
    assert abs(difference[1]) < 0.03, "counts must be as often too high as too low"


def test_nothing_is_lost_where_weights_are_codes():
    """Weights, biases and threshold that are whole counts, spikes in, no leak: the very spikes of the float network."""
    rng, steps = np.random.default_rng(5), 12
    net = random_net(6, beta=1.0, threshold=1.0)
    with torch.no_grad():
        for linear in net.linears:
            linear.weight.copy_(torch.tensor(rng.integers(-80, 128, linear.weight.shape) / 255))
            linear.weight[0, 0] = 1.0  # the largest code
            linear.bias.copy_(torch.tensor(rng.integers(-10, 10, linear.bias.shape) / 255))
    x = rng.integers(0, 2, (50, steps, 7)).astype(float)
    exported = export_spiking(net, time_steps=steps, stream_length=256, input_encoding="spike", repeat=False)
    assert [cell.v_threshold for cell in exported.report.cells] == [255, 255]
    np.testing.assert_array_equal(exported.network.weights[0], np.rint(255 * net.linears[0].weight.detach().numpy()))
    # a hair above the whole counts in float64, as their sums may end a last bit below
    with torch.no_grad():
        for linear in net.double().linears:
            linear.bias += 1e-9
    wanted = float_counts(net, x, steps)
    assert 0 < wanted.sum() < wanted.size * steps
    np.testing.assert_array_equal(infer(exported.network, x.astype(int)), wanted)


@pytest.mark.parametrize("beta", [0.5, 0.75, 0.9375])
def test_the_floor_of_the_leak_is_paid_back(beta):
    """v >> k takes off (1 - 2^-k) / 2 too little on average: with the bias merely rounded, counts come out too high."""
    differences = []
    for seed in range(8):
        net = random_net(seed, sizes=(20, 30, 8), spread=0.3, beta=beta, threshold=0.6)
        x = np.random.default_rng(seed).uniform(0, 1, (100, 20))
        network = export_spiking(net, time_steps=16, stream_length=64).network
        wanted = float_counts(net, x, 16)
        ones = [0.6 / layer.neuron.v_threshold for layer in network.layers]
        naive = network.replace(
            biases=tuple(np.rint(a.bias.detach().numpy() / one).astype(int) for a, one in zip(net.linears, ones))
        )
        differences.append([np.mean(infer(n, codes_of(x, 6)) - wanted) for n in (network, naive)])
    ours, without = np.mean(differences, axis=0)
    assert abs(ours) < 0.7 * without


def test_ties_differ_by_the_comparator():
    """A membrane that stands exactly at its threshold, which integers often do."""
    counts = []
    for comparator in ("ge", "gt"):
        net = random_net(7, sizes=(2, 2, 1), beta=1.0, comparator=comparator)
        with torch.no_grad():
            for linear in net.linears:
                linear.weight.fill_(0.5)
                linear.bias.zero_()
        network = export_spiking(net, time_steps=4, input_encoding="spike", repeat=True).network
        assert all(layer.neuron.comparator == comparator for layer in network.layers)
        codes = np.array([[1, 1], [1, 0]])
        got = infer(network, codes)
        np.testing.assert_array_equal(got, float_counts(net, codes.astype(float), 4))
        counts.append(got.ravel().tolist())
    assert counts[0][0] == 4
    assert counts[0] != counts[1]


@pytest.mark.parametrize("beta", [0.5, 0.875, 1.0])
@pytest.mark.parametrize("spread", [0.02, 0.7, 5.0])
def test_the_state_never_saturates(beta, spread):
    """Membranes in unbounded integers stay inside state_bits for the extreme inputs, both ways."""
    net = random_net(8, beta=beta, spread=spread)
    with torch.no_grad():
        net.linears[0].weight[0] = -spread
        net.linears[0].weight[1] = spread
    steps = 30
    network = export_spiking(net, time_steps=steps, stream_length=100, input_encoding="spike").network
    layer, weight, bias = network.layers[0], network.weights[0].astype(object), network.biases[0].astype(object)
    neuron = layer.neuron
    assert isinstance(neuron, Lif)
    top = 2 ** (neuron.state_bits - 1)
    for code in (np.ones(7, int), *np.eye(7, dtype=int)):
        v = [0] * 9
        for _ in range(steps):
            for k in range(9):
                ones = sum(int(np.sign(w)) * min(abs(w), 100) for w in weight[k] * code)
                v[k] = v[k] - (0 if neuron.leak_shift is None else v[k] >> neuron.leak_shift) + ones + bias[k]
                assert -top <= v[k] < top
                if v[k] >= neuron.v_threshold:
                    v[k] -= neuron.v_threshold
    assert neuron.state_bits <= 32


def test_the_threshold_is_a_whole_number_of_counts():
    """And the weights' scale is at most one step in the threshold above the largest weight."""
    for seed in range(20):
        net = random_net(seed, spread=float(np.random.default_rng(seed).uniform(0.05, 2)), threshold=0.8)
        exported = export_spiking(net, time_steps=4)
        for layer, report, cell, linear in zip(
            exported.network.layers, exported.report.layers, exported.report.cells, net.linears
        ):
            largest = linear.weight.abs().max().item()
            assert largest <= report.weight_scale <= largest * (1 + 1 / cell.v_threshold) * (1 + 1e-12)
            one = report.weight_scale / 255
            assert layer.neuron.v_threshold * one == pytest.approx(0.8, rel=1e-12)
            assert report.weights_saturated == 0


def test_every_encoding_exports_the_same_network():
    net = random_net(9).double()
    networks = [
        export_spiking(net.to_sc_weights(encoding=encoding), time_steps=4).network
        for encoding in ("unipolar", "bipolar", "sign_magnitude")
    ]
    networks.append(export_spiking(net, time_steps=4).network)
    # the offset of unipolar weights costs a last bit of float64, which may turn a rounding
    assert all(np.abs(networks[0].weights[i] - networks[3].weights[i]).max() <= 1 for i in range(2))
    assert networks[1] == networks[2] == networks[3]


def test_one_step_and_other_generators():
    net = random_net(10, spread=1.5)
    generator = Comparator(source=LfsrFull(seed=5))
    network = export_spiking(
        net, time_steps=1, stream_length=64, weight_generator=generator, input_generator=generator
    ).network
    assert (network.time_steps, network.input.repeat, network.output.reduce) == (1, False, "none")
    codes = codes_of(np.random.default_rng(0).uniform(0, 1, (8, 7)), 6)
    expected = oracle.evaluate(json.loads(network.json_bytes), codes, tensors(network))
    np.testing.assert_array_equal(infer(network, codes), expected)


@cache
def learned():
    """A small network that has learned two classes, with its samples."""
    torch.manual_seed(0)
    net = SpikingNet(8, 16, 2, n_layers=1, beta=0.875)
    x = torch.rand(300, 8)
    y = (x[:, :4].sum(1) > x[:, 4:].sum(1)).long()
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    for _ in range(60):
        counts, sums = net(x[:200].expand(6, -1, -1))
        loss = torch.nn.functional.cross_entropy(counts + sums / 6, y[:200])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net, x.numpy().astype(np.float64), y.numpy()


def test_the_report_says_what_it_cost():
    net, x, y = learned()
    exported = export_spiking(net, time_steps=6, samples=x[200:], labels=y[200:])
    report = exported.report
    wanted, got = float_counts(net, x[200:], 6), infer(exported.network, codes_of(x[200:], 8))
    assert report.calibration_samples == 100
    assert report.counts_equal == (wanted == got).mean() > 0.9
    assert report.counts_difference == np.abs(wanted - got).mean()
    assert report.classes_equal == (wanted.argmax(1) == got.argmax(1)).mean() > 0.95
    assert report.float_accuracy == (wanted.argmax(1) == y[200:]).mean() > 0.8
    assert report.integer_accuracy == (got.argmax(1) == y[200:]).mean()
    text = str(report)
    assert "leak 1/8, fires >=" in text
    assert f"{100 * report.counts_equal:.2f} % of spike counts equal" in text
    assert json.loads(json.dumps(report.to_json()))["cells"][0]["leak_shift"] == 3


@pytest.mark.slow
def test_the_figures_of_the_documentation():
    """64-32-10 on digits, eight steps: agreement and accuracy over the stream length, as the page on cells tells."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    x, y = load_digits(return_X_y=True)
    x, x_test, y, y_test = train_test_split(x / 16, y, test_size=0.25, stratify=y, random_state=0)
    torch.manual_seed(0)
    net = SpikingNet(64, 32, 10, n_layers=1, beta=0.875)
    optimizer = torch.optim.Adam(net.parameters(), 5e-3)
    inputs, targets = torch.tensor(x, dtype=torch.float32), torch.tensor(y)
    for _ in range(30):
        for chosen in torch.randperm(len(inputs)).split(64):
            counts, sums = net(inputs[chosen].expand(8, -1, -1))
            loss = torch.nn.functional.cross_entropy(sums / 8 + counts, targets[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    for length, equal in ((16, 0.90), (64, 0.95), (256, 0.98), (1024, 0.99), (4096, 0.995)):
        report = export_spiking(net, time_steps=8, stream_length=length, samples=x_test, labels=y_test).report
        print(report)
        assert report.float_accuracy > 0.96
        assert report.counts_equal > equal
        assert report.integer_accuracy > report.float_accuracy - (0.02 if length == 16 else 0.01)


def test_the_network_is_written_and_read(tmp_path):
    net, x, _ = learned()
    exported = export_spiking(net, time_steps=6, name="two_classes")
    write_exported(exported, tmp_path / "network")
    expected = oracle.evaluate(tmp_path / "network", codes_of(x[:5], 8))
    np.testing.assert_array_equal(infer(exported.network, codes_of(x[:5], 8)), expected)
    assert (tmp_path / "network" / "export.json").exists()


def test_a_decay_that_no_shift_makes_is_refused_or_reported():
    net = random_net(11, beta=0.9)
    with pytest.raises(OptionError, match=r"beta of layer 0 is 0.9, and a shift makes 1 - 2\^-k.*nearest is 0.875"):
        export_spiking(net, time_steps=4)
    exported = export_spiking(net, time_steps=4, leak="nearest")
    assert [(c.beta, c.hardware_beta, c.leak_shift) for c in exported.report.cells] == [(0.9, 0.875, 3)] * 2
    assert len(exported.report.notes) == 2
    assert "beta 0.9 became 0.875" in str(exported.report)
    assert export_spiking(random_net(11, beta=0.875), time_steps=4).report.notes == ()


def layers(**changes):
    return [layer | changes for layer in random_net(12).to_sc_weights()]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: export_spiking(random_net(), time_steps=0), "time_steps must be an integer, 1 to 65536, got 0"),
        (lambda: export_spiking(random_net(), time_steps=2, stream_length=2.0), "stream_length must be an integer"),
        (lambda: export_spiking(random_net(), time_steps=2, leak="round"), "leak must be one of exact, nearest"),
        (
            lambda: export_spiking(random_net(), time_steps=2, input_encoding="bipolar"),
            "input_encoding must be one of unipolar, sign_magnitude, spike; got 'bipolar'",
        ),
        (lambda: export_spiking(random_net(), time_steps=2, input_scale=0), "input_scale must be a positive finite"),
        (
            lambda: export_spiking(random_net(), time_steps=2, input_scale=2.0, input_encoding="spike"),
            "input_scale must be 1 where input_encoding is 'spike', got 2.0",
        ),
        (lambda: export_spiking(random_net(), time_steps=2, labels=[0]), "labels need samples"),
        (
            lambda: export_spiking(random_net(), time_steps=2, samples=np.zeros((3, 5))),
            r"samples must have shape \(3, 7\), at least one, got \(3, 5\)",
        ),
        (
            lambda: export_spiking(random_net(), time_steps=2, samples=np.zeros((3, 7)), labels=[0, 1]),
            r"labels must have shape \(3,\) as samples has rows, got \(2,\)",
        ),
        (lambda: export_spiking(torch.nn.Linear(2, 2), time_steps=2), "source must be a SpikingNet or the list of its"),
        (lambda: export_spiking(layers()[0], time_steps=2), "source must be a SpikingNet .* got dict"),
        (lambda: export_spiking([3], time_steps=2), r"source\[0\] must be a dict of to_sc_weights, got int"),
        (
            lambda: export_spiking([{"weight": [[1.0]], "encoding": "bipolar"}], time_steps=2),
            r"source\[0\] must have the key 'beta', got the keys weight, encoding",
        ),
        (lambda: export_spiking(layers(neuron="alif"), time_steps=2), r"source\[0\] must have the neuron 'lif'"),
        (lambda: export_spiking(layers(reset="zero"), time_steps=2), r"with the reset 'subtract', got .* reset 'zero'"),
        (lambda: export_spiking(layers(comparator="lt"), time_steps=2), r"comparator must be 'ge' or 'gt', got 'lt'"),
        (lambda: export_spiking(layers(beta=1.5), time_steps=2), r"source\[0\]'s beta must be a number from 0 to 1"),
        (lambda: export_spiking(layers(threshold=0), time_steps=2), r"source\[0\]'s threshold must be .* above 0"),
        (lambda: export_spiking(layers(threshold=1e-4), time_steps=2), "threshold of layer 0, 0.0001, is below one"),
        (lambda: export_spiking(layers(threshold=1e9), time_steps=2), r"is 2\^31 counts or more"),
        (lambda: export_spiking(random_net(beta=0.0), time_steps=2), "beta of layer 0 is 0, and a shift makes"),
    ],
)  # fmt: skip
def test_refusals(call, message):
    with pytest.raises(OptionError, match=message):
        call()


def test_an_illegal_description_is_named():
    with pytest.raises((SpecError, ValueError), match="name"):
        export_spiking(random_net(), time_steps=2, name="module")


def test_the_result_is_a_network():
    assert isinstance(export_spiking(random_net(), time_steps=2).network, NetworkSpec)
