"""Float weights to integers: scales, borders and biases against closed forms; the search against plain rounding."""

from __future__ import annotations

import inspect
import json
from itertools import pairwise

import numpy as np
import pytest
from support.networks.pairs import SOBOL

import sc_neurocore
from sc_neurocore.export import export_dense, lower_dense
from sc_neurocore.export.calibration.equalize import equalized
from sc_neurocore.export.normalize import checked_dense, expected_maximum, requantizer_factor
from sc_neurocore.spec import Comparator, Lfsr, Mux, OptionError, VanDerCorput, quantize_features
from sc_neurocore.spec.values import count_value


def relu_network(sizes=(12, 9, 5), seed=0, bias=0.3):
    """Free weights of different sizes, so that scales matter; a few outliers, so that clipping pays."""
    rng = np.random.default_rng(seed)
    weights = [rng.standard_t(4, (m, n)) * 0.3 * (i + 1) for i, (n, m) in enumerate(pairwise(sizes))]
    biases = [rng.normal(0, bias, len(w)) for w in weights]
    return weights, biases


def float_outputs(weights, biases, x):
    for i, (w, b) in enumerate(zip(weights, biases, strict=True)):
        x = x @ w.T + b
        x = np.maximum(x, 0) if i < len(weights) - 1 else x
    return x


def integer_outputs(network, x, engine="auto"):
    codes = quantize_features(network, x)[0]
    return sc_neurocore.infer(network, codes, engine=engine) * network.layers[-1].output_scale


PAIRS = {
    "default": {},
    "sobol": SOBOL,
    "lfsr": {
        "input_generator": Comparator(source=Lfsr(seed=1)),
        "weight_generator": Comparator(source=Lfsr(seed=1, reverse=True)),
    },
}


@pytest.mark.one_in(6)
@pytest.mark.contract("folder.scales", "accumulator.count_value")
@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("length", [4095, 4096, 8192])
@pytest.mark.parametrize("border", ["shift", "multiplier"])
def test_fine_networks_equal_their_float_outputs(pair, length, border):
    """At thousands of bits, integers · output_scale are the float outputs within a percent of their range."""
    weights, biases = relu_network()
    x = np.random.default_rng(1).uniform(0, 4, (200, 12))
    network = export_dense(
        weights, biases, stream_length=length, resolution_bits=12, calibration=x, border=border, **PAIRS[pair]
    )
    expected = float_outputs(weights, biases, x)
    error = integer_outputs(network, x) - expected
    assert np.sqrt(np.mean(error**2)) < 0.01 * np.ptp(expected)
    assert np.abs(error).max() < 0.04 * np.ptp(expected)


@pytest.mark.contract("accumulator.mux", "folder.scales")
def test_a_mux_network_is_scaled_by_its_inputs():
    weights, biases = relu_network((6, 3), bias=0)
    x = np.random.default_rng(2).uniform(0, 1, (60, 6))
    pair = PAIRS["sobol"]
    network = export_dense(
        weights,
        biases,
        stream_length=2**16,
        resolution_bits=12,
        input_scale=1.0,
        accumulator=Mux(select=VanDerCorput(reverse=True)),
        **pair,
    )
    got, expected = integer_outputs(network, x), float_outputs(weights, biases, x)
    slope = float((got * expected).sum() / (expected**2).sum())
    assert slope == pytest.approx(1, abs=0.1)  # 2^3 / 6 too small or large without the factor of the contract


@pytest.mark.parametrize("length", [16, 64, 256])
def test_one_linear_layer_is_exactly_its_formula(length):
    n = length.bit_length() - 1
    rng = np.random.default_rng(length)
    weight, bias = rng.normal(size=(4, 7)), rng.normal(size=4)
    network = export_dense([weight], [bias], stream_length=length, input_scale=2.0)
    layer, top = network.layers[0], 2**n - 1
    scale = np.abs(weight).max()
    assert layer.output_scale == pytest.approx(2.0 * scale / top, rel=1e-12)
    assert np.array_equal(network.weights[0], np.sign(weight) * np.floor(np.abs(weight) / scale * top + 0.5))
    assert np.array_equal(network.biases[0], np.rint(bias * top / (2.0 * scale)))
    assert (network.input.scale, network.input.encoding, layer.resolution_bits) == (2.0, "unipolar", n)


def test_a_single_output_has_two_classes():
    """Its sign tells them apart, in the search and in both accuracies, as `classify` reads it."""
    weights, biases = relu_network((12, 9, 1))
    x = np.random.default_rng(3).uniform(0, 1, (300, 12))
    wanted = float_outputs(weights, biases, x)
    biases[-1] -= np.median(wanted)
    labels = (float_outputs(weights, biases, x)[:, 0] >= 0).astype(int)
    exported = lower_dense(weights, biases, stream_length=64, calibration=x, labels=labels)
    codes = quantize_features(exported.network, x)[0]
    classes = sc_neurocore.infer(exported.network, codes)[:, 0] >= 0
    assert exported.report.float_accuracy == 1
    assert exported.report.integer_accuracy == np.mean(classes == labels) > 0.85
    with pytest.raises(OptionError, match="labels must be 0 to 1"):
        lower_dense(weights, biases, calibration=x, labels=labels + 1)


def test_signed_inputs():
    weights, biases = relu_network()
    x = np.random.default_rng(3).normal(0, 1, (200, 12))
    network = export_dense(weights, biases, stream_length=4096, calibration=x)
    assert network.input.encoding == "sign_magnitude"
    assert network.input.scale == np.abs(x).max()
    expected = float_outputs(weights, biases, x)
    assert np.sqrt(np.mean((integer_outputs(network, x) - expected) ** 2)) < 0.01 * np.ptp(expected)
    with pytest.raises(OptionError, match="calibration holds negative inputs, which unipolar codes cannot"):
        export_dense(weights, biases, calibration=x, input_encoding="unipolar")


@pytest.mark.parametrize("length", [8, 16])
def test_search_beats_plain_rounding_and_reports_what_it_did(length):
    weights, biases = relu_network((20, 16, 6), seed=4)
    rng = np.random.default_rng(5)
    x, unseen = rng.uniform(0, 1, (300, 20)), rng.uniform(0, 1, (500, 20))
    plain = lower_dense(weights, biases, stream_length=length, input_scale=1.0)
    searched = lower_dense(weights, biases, stream_length=length, input_scale=1.0, calibration=x)
    expected = float_outputs(weights, biases, unseen)
    errors = [np.sqrt(np.mean((integer_outputs(e.network, unseen) - expected) ** 2)) for e in (plain, searched)]
    assert errors[1] < 0.75 * errors[0]
    report = searched.report
    assert (plain.report.method, report.method, report.calibration_samples) == ("estimated", "calibrated", 300)
    on_data = integer_outputs(searched.network, x) - float_outputs(weights, biases, x)
    assert report.output_error_rms == pytest.approx(np.sqrt(np.mean(on_data**2)), rel=1e-9)
    dense = checked_dense(weights, biases)
    balanced = equalized(dense, dense.pre_activations(x), 1.0) if report.equalized else dense
    assert balanced is not None
    for layer, weight, codes in zip(report.layers, balanced.weights, searched.network.weights, strict=True):
        real = codes / (2.0**searched.report.resolution_bits - 1) * layer.weight_scale
        assert layer.weight_error_rms == pytest.approx(np.sqrt(np.mean((real - weight) ** 2)), rel=1e-9)
        steps = np.floor(np.abs(weight) / layer.weight_scale * (2.0**report.resolution_bits - 1) + 0.5)
        assert layer.weights_saturated == (steps > 2**report.resolution_bits - 1).sum()
    assert sum(layer.weights_saturated for layer in report.layers) > 0
    assert 0 <= report.layers[0].outputs_saturated < 0.5
    assert report.layers[1].outputs_saturated is None
    assert json.loads(json.dumps(report.to_json()))["format"] == "sc-neurocore/export"
    assert "calibrated" in str(report)


def test_plain_rounding_says_what_it_costs():
    weights, biases = relu_network()
    report = lower_dense(weights, biases, stream_length=16).report
    assert any("loses about 3 points" in note and "calibration" in note for note in report.notes)
    assert "note:" in str(report)
    assert report.calibration_samples == 0
    x = np.random.default_rng(0).uniform(0, 1, (50, 12))
    assert not lower_dense(weights, biases, stream_length=16, calibration=x).report.notes


def test_labels_lead_the_search_to_the_decisions():
    weights, biases = relu_network((20, 16, 6), seed=6)
    rng = np.random.default_rng(7)
    x = rng.uniform(0, 1, (400, 20))
    labels = float_outputs(weights, biases, x).argmax(axis=1)
    report = lower_dense(weights, biases, stream_length=8, calibration=x, labels=labels).report
    assert report.float_accuracy == 1.0
    network = lower_dense(weights, biases, stream_length=8, calibration=x, labels=labels).network
    reached = (integer_outputs(network, x).argmax(axis=1) == labels).mean()
    assert report.integer_accuracy == pytest.approx(reached)
    plain = export_dense(weights, biases, stream_length=8, input_scale=float(x.max()))
    assert reached > (integer_outputs(plain, x).argmax(axis=1) == labels).mean()


def test_jax_arrays_are_taken():
    jnp = pytest.importorskip("jax", reason="the jax extra is not installed").numpy
    weights, biases = relu_network()
    w32, b32 = [np.float32(w) for w in weights], [np.float32(b) for b in biases]
    ours = export_dense([jnp.asarray(w) for w in w32], [jnp.asarray(b) for b in b32], stream_length=64)
    assert ours == export_dense(w32, b32, stream_length=64)
    half = export_dense([jnp.asarray(w, jnp.bfloat16) for w in w32], None, stream_length=64)
    assert half.weights[0].shape == (9, 12)


def test_networks_without_biases_and_layers_of_zeros():
    weights, _ = relu_network()
    network = export_dense([weights[0], np.zeros((5, 9))], [None, np.array([1.0, -1, 0, 2, 3])], stream_length=64)
    assert not network.biases[0].any()
    assert not network.weights[1].any()
    out = integer_outputs(network, np.zeros((1, 12)))
    assert np.allclose(out, [[1, -1, 0, 2, 3]], atol=network.layers[1].output_scale)


def calibrated(weights, biases, x, labels=None):
    return export_dense(weights, biases, calibration=x, labels=labels)


def _with(index, value):
    weights, _ = relu_network()
    weights[1][index] = value
    return weights


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda w, b: export_dense([], []), "weights must be a list of arrays"),
        (lambda w, b: export_dense(w, b[:1]), r"biases must hold one array or None a layer, 2; got 1"),
        (lambda w, b: export_dense([w[0], w[1].T], b), r"weights\[1\] must have 9 .* \(9, 5\); is it transposed"),
        (lambda w, b: export_dense([w[0], w[1][:, :4]], b), r"weights\[1\] must have 9 inputs as weights\[0\]"),
        (lambda w, b: export_dense(_with((2, 3), np.nan), b), r"weights\[1\] must be finite, got nan at .* \(2, 3\)"),
        (lambda w, b: export_dense(_with((0, 0), -np.inf), b), r"weights\[1\] must be finite, got -inf at .* \(0, 0\)"),
        (lambda w, b: export_dense(w, [b[0], b[1][:2]]), r"biases\[1\] must have shape \(5,\), got \(2,\)"),
        (lambda w, b: export_dense([w[0][0]], None), r"weights\[0\] must have shape \(neurons, inputs\), got \(12,\)"),
        (lambda w, b: export_dense([np.array([["a"]])]), r"weights\[0\] must hold real numbers, got dtype <U1"),
        (lambda w, b: export_dense(w, b, stream_length=0), "stream_length must be an integer from 1 to 2\\^20, got 0"),
        (lambda w, b: export_dense(w, b, stream_length=16.0), "stream_length must be an integer"),
        (lambda w, b: export_dense(w, b, resolution_bits=17), "resolution_bits"),
        (lambda w, b: export_dense(w, b, border="round"), "border must be one of shift, multiplier; got 'round'"),
        (lambda w, b: export_dense(w, b, input_scale=0), "input_scale must be a positive finite number, got 0"),
        (lambda w, b: export_dense(w, b, input_encoding="bipolar"), "input_encoding must be unipolar or sign"),
        (lambda w, b: export_dense(w, b, labels=np.zeros(3, int)), "labels need calibration"),
        (lambda w, b: calibrated(w, b, np.ones((3, 7))), r"calibration must have shape \(samples, 12\), got \(3, 7\)"),
        (lambda w, b: calibrated(w, b, np.full((3, 12), np.nan)), "calibration must be finite, got nan at index"),
        (lambda w, b: calibrated(w, b, np.ones((3, 12)), [0, 1, 5]), "labels must be 0 to 4, got 0 to 5"),
        (lambda w, b: calibrated(w, b, np.ones((3, 12)), [0, 1]), r"labels must be integers of shape \(3,\)"),
        (lambda w, b: export_dense([w[0] * 1e-12], [b[0]]), r"biases\[0\]\[\d\] = .* counts, and 2\^30 is the limit"),
        (lambda w, b: export_dense(w, b, name="End"), r"name must match"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_named(call, message):
    weights, biases = relu_network()
    with pytest.raises(ValueError, match=message) as caught:
        call(weights, biases)
    assert isinstance(caught.value, sc_neurocore.SCError)


@pytest.mark.parametrize("ratio", [2.0**-39, 1e-9, 0.003, 0.49, 0.99, 1.0, 3.3, 250.0])
def test_borders_meet_their_ratio(ratio):
    multiplier, shift = requantizer_factor(ratio, "multiplier")
    assert multiplier / 2**shift == pytest.approx(ratio, rel=0.0045)
    assert multiplier < 2**15
    multiplier, shift = requantizer_factor(ratio, "shift")
    assert (multiplier & (multiplier - 1)) == 0
    assert abs(np.log2(multiplier / 2**shift / ratio)) <= 0.5 + 1e-9
    with pytest.raises(OptionError, match="which no border expresses"):
        requantizer_factor(2.0**-50 if ratio < 1 else 2.0**15, "shift")


def test_expected_maximum_is_near_what_uniform_inputs_reach():
    rng = np.random.default_rng(0)
    weight, bias = rng.normal(size=(10, 50)), rng.normal(size=10)
    for signed, low in ((False, 0.0), (True, -3.0)):
        reached = (rng.uniform(low, 3.0, (20_000, 50)) @ weight.T + bias).max()
        assert reached * 0.9 < expected_maximum(weight, bias, 3.0, signed) < reached * 1.4
    assert expected_maximum(np.array([[1.0]]), np.zeros(1), 2.0) == 2.0  # never more than can be reached


@pytest.mark.contract("accumulator.count_value")
def test_count_values_of_the_contract():
    def layer(**changes):
        network = export_dense([np.ones((2, 5))], None, stream_length=256, **changes)
        return network.layers[0]

    sobol, lfsr = PAIRS["sobol"], PAIRS["lfsr"]
    assert count_value(layer()) == pytest.approx(1 / 255)
    assert count_value(layer(**sobol)) == pytest.approx(256 / 255**2)
    at_period = export_dense([np.ones((2, 5))], None, stream_length=255, resolution_bits=8, **lfsr).layers[0]
    assert count_value(at_period) == pytest.approx(1 / 255)
    mux = layer(accumulator=Mux(select=VanDerCorput()), **sobol)
    assert count_value(mux) == pytest.approx(8 * 256 / 255**2)


@pytest.mark.parametrize("calibrated", [False, True], ids=["estimated", "calibrated"])
def test_a_layer_that_never_fires_is_exported(calibrated):
    """All its outputs are 0 under any border; one is chosen all the same, and the next layer's biases come through."""
    x = np.random.default_rng(0).uniform(0, 1, (50, 4))
    weights, biases = [-np.ones((3, 4)), np.ones((2, 3))], [np.zeros(3) - 1e-3, np.array([0.5, -0.25])]
    options = {"calibration": x} if calibrated else {"input_scale": 1.0}
    network = export_dense(weights, biases, stream_length=256, **options)
    np.testing.assert_allclose(integer_outputs(network, x), np.tile(biases[1], (50, 1)), atol=0.02)


def test_the_network_alone_takes_the_same_arguments():
    """Each by its name, as an editor shows them, and no other."""
    parameters = inspect.signature(export_dense).parameters
    assert list(parameters.items()) == list(inspect.signature(lower_dense).parameters.items())
    assert export_dense.__name__ == export_dense.__qualname__ == "export_dense"
    assert inspect.Parameter.VAR_KEYWORD not in {each.kind for each in parameters.values()}
    assert all(f"    {name}: " in (export_dense.__doc__ or "") for name in parameters)
    with pytest.raises(OptionError, match="nonsense is no argument"):
        export_dense([np.ones((2, 3))], nonsense=1)  # pyright: ignore[reportCallIssue]
