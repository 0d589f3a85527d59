"""Torch modules and JAX parameters: the function they compute is the one that is exported, or they are refused."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

import sc_neurocore
from sc_neurocore.export import export, export_dense, export_module, export_pytree, lower_dense
from sc_neurocore.spec import Clamp, OptionError, Relu, quantize
from sc_neurocore.training import SCLinear, SCNetworkModule, SpikingNet

RNG = np.random.default_rng(0)
X = RNG.random((200, 6))


def filled(net: nn.Module, seed: int = 0) -> nn.Module:
    """Random parameters and running statistics, so that no fold is a multiplication by 1."""
    torch.manual_seed(seed)
    for name, tensor in [*net.named_parameters(), *net.named_buffers()]:
        if tensor.is_floating_point():
            nn.init.uniform_(tensor.data, *((0.5, 2.0) if "var" in name else (-0.8, 0.8)))
    return net.eval()


def norm(features: int, **options) -> nn.BatchNorm1d:
    return nn.BatchNorm1d(features, **options)


NETS = {
    "plain": lambda: nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3)),
    "no bias": lambda: nn.Sequential(nn.Linear(6, 8, bias=False), nn.ReLU(), nn.Linear(8, 3, bias=False)),
    "one layer": lambda: nn.Sequential(nn.Linear(6, 3)),
    "norm before the ReLU": lambda: nn.Sequential(
        nn.Linear(6, 8, bias=False), norm(8), nn.ReLU(), nn.Linear(8, 3), norm(3)
    ),
    "norm behind the ReLU": lambda: nn.Sequential(nn.Linear(6, 8), nn.ReLU(), norm(8), nn.Linear(8, 3)),
    "norm of the inputs": lambda: nn.Sequential(norm(6), norm(6, affine=False), nn.Linear(6, 3)),
    "bounded": lambda: nn.Sequential(
        nn.Linear(6, 8), nn.Hardtanh(0, 0.7), nn.Linear(8, 5), nn.ReLU6(), nn.Linear(5, 3)
    ),
    "symmetric": lambda: nn.Sequential(nn.Linear(6, 8), nn.Hardtanh(), nn.Linear(8, 3)),
    "both activations": lambda: nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Hardtanh(-1, 1), nn.Linear(8, 3)),
    "what does nothing": lambda: nn.Sequential(
        nn.Flatten(),
        nn.Sequential(nn.Linear(6, 8), nn.Dropout(0.9), nn.ReLU()),
        nn.Identity(),
        nn.Sequential(nn.Sequential(nn.Linear(8, 3))),
    ),
}


def integer_outputs(network, x):
    codes = quantize(x / network.input.scale, network.input.encoding, network.input.resolution_bits)[0]
    return sc_neurocore.infer(network, codes) * network.layers[-1].output_scale


@pytest.mark.parametrize("calibrated", [False, True], ids=["estimated", "calibrated"])
@pytest.mark.parametrize("kind", NETS)
def test_a_fine_export_computes_what_the_module_computes(kind, calibrated):
    """At 12 bits the integers are the module's own outputs, in evaluation, within a percent of their range."""
    net = filled(NETS[kind]())
    options = {"calibration": X} if calibrated else {"input_scale": 1.0}
    exported = export_module(net, stream_length=4096, **options)
    network, signed = exported.network, kind == "symmetric" or exported.report.two_sided
    wanted = net(torch.tensor(X, dtype=torch.float32)).detach().numpy()
    error = integer_outputs(network, X) - wanted
    assert np.sqrt(np.mean(error**2)) < 0.01 * np.ptp(wanted)
    assert np.ptp(wanted) > 0.1
    for layer, after in zip(network.layers, network.layers[1:], strict=False):
        assert isinstance(layer.neuron, Clamp if signed else Relu)
        assert after.input_encoding == ("sign_magnitude" if signed else "unipolar")


@pytest.mark.parametrize("high", [0.7, 1.0, 3.0])
@pytest.mark.parametrize("border", ["shift", "multiplier"])
def test_codes_end_where_a_bounded_activation_ends(high, border):
    """The largest code stands for the bound: exactly behind a shift, within half a percent behind a multiplier."""
    net = filled(nn.Sequential(nn.Linear(6, 8), nn.Hardtanh(0, high), nn.Linear(8, 3)))
    exported = export_module(net, stream_length=64, border=border, input_scale=1.0)
    layer = exported.network.layers[0]
    assert layer.output_scale * 63 == pytest.approx(high, rel=1e-9 if border == "shift" else 0.0045)
    assert exported.report.layers[0].weights_saturated == 0
    assert not exported.report.notes, "ranges of bounded activations are known, nothing is estimated"
    assert lower_dense([np.ones((2, 2))] * 2, stream_length=64).report.notes


def test_the_module_is_taken_as_it_evaluates():
    """A module left in training mode is exported by its running statistics, and stays in that mode."""
    net = filled(NETS["norm before the ReLU"]())
    expected = export_module(net, stream_length=64).network
    net.train()
    assert export_module(net, stream_length=64).network == expected
    assert net.training


def test_module_and_arrays_give_one_network(tmp_path):
    net = filled(NETS["plain"]())
    weights, biases = ([getattr(net[i], key).detach().numpy() for i in (0, 2)] for key in ("weight", "bias"))
    expected = export_dense(weights, biases, stream_length=32, calibration=X)
    assert export(net, tmp_path / "network", stream_length=32, calibration=X).network == expected
    assert sc_neurocore.load_network(tmp_path / "network") == expected
    save_file(net.state_dict(), tmp_path / "w.safetensors")
    assert export(tmp_path / "w.safetensors", stream_length=32, calibration=X).network == expected
    for dtype in (torch.float64, torch.bfloat16):
        half = export_module(net.to(dtype), stream_length=32).network
        assert half.layers[0].neurons == 8


def test_norms_in_safetensors(tmp_path):
    """Right behind a layer it is before the ReLU; elsewhere the order is asked for, and obeyed."""
    before = filled(NETS["norm before the ReLU"]())
    save_file(before.state_dict(), tmp_path / "w.safetensors")
    expected = export_module(before, stream_length=64).network
    assert export(tmp_path / "w.safetensors", stream_length=64).network == expected
    assert export(tmp_path / "w.safetensors", stream_length=64, layers=["0", "1", "3", "4"]).network == expected
    behind = filled(NETS["norm behind the ReLU"]())
    save_file(behind.state_dict(), tmp_path / "v.safetensors")
    with pytest.raises(OptionError, match=r"'2' is a batch normalization, .* whether a ReLU stands before it"):
        export(tmp_path / "v.safetensors")
    given = export(tmp_path / "v.safetensors", stream_length=64, layers=["0", "relu", "2", "3"])
    assert given.network == export_module(behind, stream_length=64).network


class Own(nn.Module):
    """Somebody's own module."""


class Tilted(nn.Linear):
    """A subclass computes what its own forward says."""

    def forward(self, input):
        return -super().forward(input)


def test_a_subclass_is_what_its_forward_computes():
    net = filled(nn.Sequential(Tilted(6, 8), nn.ReLU(), nn.Linear(8, 3), nn.Softmax(1)))
    exported = export_module(net, stream_length=1024, calibration=X)
    assert exported.report.source.checked
    assert exported.report.source.relative_error < 1e-6
    assert exported.report.integers.relative_error < 0.05
    first = net[0].weight.detach().numpy()
    codes = exported.network.weights[0]
    assert np.sign(first[np.abs(codes) > 10]).tolist() == (-np.sign(codes[np.abs(codes) > 10])).tolist()


REFUSED = [
    (lambda: nn.Sequential(nn.Linear(6, 8), nn.Tanh(), nn.Linear(8, 3)), r"1 \(Tanh\): tanh\(\) is not supported; sup"),
    (lambda: nn.Sequential(nn.Conv1d(1, 2, 3)), r"0 \(Conv1d\): conv1d\(stride.* is not supported; .*BatchNorm1d"),
    (lambda: nn.Sequential(nn.Linear(6, 3), Own()), r"the forward pass fails .* Module \[Own\] is missing"),
    (lambda: Own(), r"number of input features cannot be read from the network; give features"),
    (lambda: nn.Sequential(nn.Linear(6, 8), nn.Linear(8, 3)), "linear without ReLU or Hardtanh between"),
    (lambda: nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(7, 3)), r"weights \(3, 7\) does not fit a signal"),
    (lambda: nn.Sequential(nn.Linear(6, 3), nn.ReLU()), r"ends in 1 \(ReLU\): relu: leave the last activation out"),
    (lambda: nn.Sequential(nn.ReLU(), nn.Linear(6, 3)), r"0 \(ReLU\): relu follows no dense layer"),
    (lambda: nn.Sequential(nn.Linear(6, 3), nn.Hardtanh(-1, 2)), r"clips to \[-1.0, 2.0\]; a range must be"),
    (lambda: nn.Sequential(nn.Linear(6, 3), nn.ReLU(), norm(3), nn.ReLU()), "follows another activation and a norm"),
    (lambda: nn.Sequential(nn.Linear(6, 3), nn.ReLU(), norm(3)), "batch_norm stands behind the last"),
    (lambda: nn.Sequential(nn.Linear(6, 3), norm(4)), r"batch_norm: a constant of shape \(4,\) does not fit"),
    (lambda: nn.Sequential(nn.Linear(6, 3), norm(3, track_running_stats=False)), "takes its statistics from the batch"),
    (lambda: nn.Sequential(nn.Flatten(2), nn.Linear(6, 3)), r"0 \(Flatten\): flatten: does not fit a signal of"),
    (lambda: nn.Sequential(nn.ReLU()), "the number of input features cannot be read"),
    (lambda: nn.Sequential(SCLinear(6, 3), nn.ReLU()), r"1 \(ReLU\) cannot stand among SCLinear layers"),
]  # fmt: skip


@pytest.mark.parametrize(("made", "message"), REFUSED, ids=[message[:40] for _, message in REFUSED])
def test_what_has_no_counterpart_is_refused_by_name(made, message):
    with pytest.raises(OptionError, match=message):
        export_module(made(), stream_length=16)


def test_networks_of_ours_are_taken_as_they_are():
    torch.manual_seed(0)
    layers = [SCLinear(6, 8), SCLinear(8, 3, neuron="linear")]
    net = SCNetworkModule(layers)
    exported = export(net, name="mine")
    assert exported.network == net.to_network(name="mine")
    assert exported.report.method == "trained"
    assert exported.report.layers[0].weight_error_rms < 0.03
    assert export(nn.Sequential(layers[0], nn.Dropout(), layers[1])).network == net.to_network()
    with pytest.raises(OptionError, match="stream_length does not go with an SCNetworkModule"):
        export(net, stream_length=8)
    spiking = export(SpikingNet(6, 5, 3, beta=0.75), time_steps=4, stream_length=64).network
    assert [layer.neuron.kind for layer in spiking.layers] == ["lif"] * 3
    with pytest.raises(OptionError, match="layers is for named arrays, in a file or a dict; a module"):
        export(net, layers=["0"])


# ---------------------------------------------------------------------- JAX

W1, B1 = jnp.asarray(RNG.normal(size=(6, 8)), jnp.float32), jnp.asarray(RNG.normal(size=8), jnp.float32)
W2, B2 = jnp.asarray(RNG.normal(size=(8, 3)), jnp.float32), jnp.asarray(RNG.normal(size=3), jnp.float32)
MEAN, VAR = jnp.asarray(RNG.normal(size=8) / 3, jnp.float32), jnp.asarray(RNG.uniform(0.5, 2, 8), jnp.float32)
GAIN, SHIFT = jnp.asarray(RNG.uniform(0.5, 2, 8), jnp.float32), jnp.asarray(RNG.normal(size=8) / 3, jnp.float32)
NORM = {"mean": MEAN, "var": VAR, "scale": GAIN, "bias": SHIFT}

TREES = {
    "pairs": [(W1, B1), (W2, B2)],
    "rows of outputs": [(W1.T, B1), [W2.T, B2]],
    "w and b": [{"w": W1, "b": B1}, {"w": W2, "b": B2}],
    "weights": [{"weight": W1.T, "bias": B1}, {"weight": W2.T, "bias": B2}],
    "by name": {"linear_1": {"w": W1, "b": B1}, "linear_10": {"w": W2, "b": B2}},
    "Flax": {"params": {"Dense_0": {"kernel": W1, "bias": B1}, "Dense_1": {"kernel": W2, "bias": B2}}},
    "nested": {"params": {"mlp": {"Dense_0": {"kernel": W1, "bias": B1}, "Dense_1": {"kernel": W2, "bias": B2}}}},
    "said": [(W1, B1), "relu", (W2, B2)],
}


@pytest.mark.parametrize("form", TREES)
def test_forms_of_one_network(form):
    expected = export_dense([W1.T, W2.T], [B1, B2], stream_length=64)
    assert export(TREES[form], stream_length=64).network == expected
    in_numpy = jax.tree.map(lambda leaf: leaf if isinstance(leaf, str) else np.asarray(leaf), TREES[form])
    assert export_pytree(in_numpy, stream_length=64).network == expected


def normalized(z):
    return (z - MEAN) / jnp.sqrt(VAR + 1e-5) * GAIN + SHIFT


@pytest.mark.parametrize(
    ("tree", "order", "function"),
    [
        ([(W1, B1), NORM, (W2, B2)], None, lambda x: jax.nn.relu(normalized(x @ W1 + B1)) @ W2 + B2),
        ([(W1,), "relu", NORM, (W2, B2)], None, lambda x: normalized(jax.nn.relu(x @ W1)) @ W2 + B2),
        ([(W1, B1), ("clip", -1, 1), (W2, B2)], None, lambda x: jnp.clip(x @ W1 + B1, -1, 1) @ W2 + B2),
        (
            {
                "params": {
                    "BatchNorm_0": {"scale": GAIN, "bias": SHIFT},
                    "Dense_0": {"kernel": W1, "bias": B1},
                    "Dense_1": {"kernel": W2, "bias": B2},
                },
                "batch_stats": {"BatchNorm_0": {"mean": MEAN, "var": VAR}},
            },
            ["Dense_0", "relu", "BatchNorm_0", "Dense_1"],
            lambda x: normalized(jax.nn.relu(x @ W1 + B1)) @ W2 + B2,
        ),
    ],
    ids=["norm before", "norm behind", "clip", "Flax with its statistics"],
)
def test_a_fine_export_computes_what_the_function_computes(tree, order, function):
    network = export(tree, layers=order, stream_length=4096, calibration=X).network
    wanted = np.asarray(function(jnp.asarray(X)))
    assert np.sqrt(np.mean((integer_outputs(network, X) - wanted) ** 2)) < 0.01 * np.ptp(wanted)


SQUARE = jnp.asarray(RNG.normal(size=(5, 5)), jnp.float32)


def test_a_layout_against_a_name_is_refused():
    with pytest.raises(OptionError, match=r"params\[0\]: its name says out_in, layout='in_out' does not"):
        export([{"weight": SQUARE}], layout="in_out", stream_length=16)


def test_a_square_weight_needs_its_layout_said():
    with pytest.raises(OptionError, match=r'shapes \(5, 5\): both orders fit; say layout="in_out" \(x @ w\)'):
        export([(SQUARE, SQUARE[0])], stream_length=16)
    as_jax = export([(SQUARE, SQUARE[0])], layout="in_out", stream_length=16).network
    assert as_jax == export_dense([SQUARE.T], [SQUARE[0]], stream_length=16)
    assert export([{"kernel": SQUARE}], stream_length=16).network == export_dense([SQUARE.T], stream_length=16)
    assert export([{"weight": SQUARE}], stream_length=16).network == export_dense([SQUARE], stream_length=16)
    decided = export([(SQUARE, None), (W2[:5], B2)], stream_length=16).network  # the second layer decides for both
    assert decided == export_dense([SQUARE.T, W2[:5].T], [None, B2], stream_length=16)


@pytest.mark.parametrize(
    ("tree", "options", "message"),
    [
        ([(W1, B1), (W1, B1)], {}, "neither order fits"),
        ([(W1, B1), (W2, B2)], {"layout": "rows"}, "layout must be one of in_out, out_in; got 'rows'"),
        ({"a": {"kernel": W1}, "n": NORM, "z": {"kernel": W2}}, {}, "n is a batch norm.*, and a dict has no order"),
        ({"a": {"kernel": W1}}, {"layers": ["b"]}, "order names 'b', which params do not hold; there are a"),
        ([(W1, B1)], {"layers": ["a"]}, "order is for a dict"),
        ([{"kernel": W1, "gate": B1}], {}, r"params\[0\] holds kernel, gate; a dense layer holds one of kernel"),
        ([(W1, B1, B1)], {}, r"params\[0\] must be \(w, b\) or \(w,\), got 3 parts"),
        ([B1], {}, r"params\[0\]: weight must have two dimensions, got shape \(8,\)"),
        ([{"mean": MEAN}], {}, "must hold one of var, variance, running_var"),
        ([(W1, B1), {"mean": MEAN, "var": -VAR}], {}, r"variance \+ epsilon must be positive"),
        ([(W1, B1), {"mean": MEAN, "var": VAR[:3]}], {}, r"variance must have the shape of mean, \(features,\)"),
        ({"w": W1, "b": B1}, {}, "got the arrays w, b alone: put them in a list"),
        ([], {}, "params must be a list or dict with one entry a layer"),
        (3, {}, "params must be a list or dict with one entry a layer, got int"),
    ],
)  # fmt: skip
def test_wrong_trees_are_named(tree, options, message):
    with pytest.raises(OptionError, match=message):
        export(tree, stream_length=16, **options)


def test_activations_of_arrays_are_checked():
    weights = [np.ones((2, 2))] * 3
    assert export_dense(weights, activations=["relu", (0, 2)], stream_length=16).layers[1].output_scale * 15 == 2
    for given, message in (
        (["relu"], "activations must hold one entry a layer but the last, 2; got 1"),
        (["relu", "tanh"], r'activations\[1\] must be "relu" or \(low, high\)'),
        ([(0, 1), (-1, 2)], r"activations\[1\] must be \(0, high\) or \(-high, high\)"),
    ):
        with pytest.raises(OptionError, match=message):
            export_dense(weights, activations=given, stream_length=16)
