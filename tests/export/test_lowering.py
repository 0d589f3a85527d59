"""What the lowering does beyond rounding: equalized neurons, refined codes, ranges of each feature and layer."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import sc_neurocore
from sc_neurocore.export import export, export_graph, lower_dense
from sc_neurocore.export.calibration.equalize import equalized
from sc_neurocore.export.calibration.refine import refined
from sc_neurocore.export.calibration.search import Calibration, _loss, layer_counts, make_calibration, reach_of
from sc_neurocore.export.inputs import InputRange
from sc_neurocore.export.normalize import checked_dense
from sc_neurocore.export.plan import LoweredLayer, Plan, Setting, assemble, lower_all
from sc_neurocore.export.quantize import quantize_weights
from sc_neurocore.importing.graph import Dense, FloatGraph, Scale
from sc_neurocore.importing.probes import probes
from sc_neurocore.spec import Comparator, Lfsr, OptionError, ParallelCounter, quantize_features
from sc_neurocore.spec.generator import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR


def network_of(sizes, seed=0, spread=1.0):
    """Weights whose neurons differ in size by e^±spread, and each layer's biases."""
    rng = np.random.default_rng(seed)
    weights, biases = [], []
    for inputs, neurons in pairwise(sizes):
        size = np.exp(rng.normal(0, spread, (neurons, 1)))
        weights.append(rng.normal(size=(neurons, inputs)) * size / np.sqrt(inputs))
        biases.append(rng.normal(0, 0.2, neurons) * size[:, 0])
    return weights, biases


def relative_error(exported, x, wanted):
    codes = quantize_features(exported.network, x)[0]
    outputs = sc_neurocore.infer(exported.network, codes) * exported.network.layers[-1].output_scale
    return np.sqrt(np.mean((outputs - wanted) ** 2) / np.mean(wanted**2))


def test_equalized_networks_compute_the_same_with_neurons_of_one_size():
    dense = checked_dense(*network_of((8, 20, 12, 3), spread=1.5), activations=["relu", "relu"])
    x = np.random.default_rng(1).normal(size=(100, 8))
    balanced = equalized(dense, dense.pre_activations(x), 3.0)
    assert balanced is not None
    np.testing.assert_allclose(balanced.pre_activations(x)[-1], dense.pre_activations(x)[-1], rtol=1e-9, atol=1e-9)

    def unevenness(each):
        return [np.ptp(np.log(np.abs(weight).max(axis=1))) for weight in each.weights[:-1]]

    assert all(now < 0.7 * before for now, before in zip(unevenness(balanced), unevenness(dense), strict=True))
    bounded = checked_dense(*network_of((8, 20, 3)), activations=[(0, 1.0)])
    assert equalized(bounded, bounded.pre_activations(x), 3.0) is None
    report = lower_dense(
        bounded.weights, bounded.biases, activations=[(0, 1.0)], calibration=x, stream_length=16
    ).report
    assert not report.equalized


def test_a_gain_of_all_outputs_costs_nothing_where_classes_are_searched():
    outputs = np.random.default_rng(0).normal(size=(50, 3))
    data = Calibration(np.zeros((50, 1)), [outputs], outputs.argmax(1))
    rounded = np.round(outputs, 1)
    assert _loss(data, 7 * rounded) == pytest.approx(_loss(data, rounded))
    assert _loss(data, rounded) < _loss(data, np.roll(rounded, 1, axis=1))
    assert _loss(replace(data, labels=None), 7 * rounded) > 30 * _loss(replace(data, labels=None), rounded)


def test_silent_neurons_are_left_alone():
    weights, biases = network_of((4, 6, 2))
    weights[0][2] = 0
    weights[1][:, 4] = 0
    dense = checked_dense(weights, biases)
    balanced = equalized(dense, dense.pre_activations(np.random.default_rng(1).normal(size=(100, 4))), 3.0)
    assert balanced is not None
    assert np.isfinite(balanced.weights[0]).all()
    assert not balanced.weights[0][2].any()
    np.testing.assert_array_equal(balanced.weights[0][4], weights[0][4])


@pytest.mark.parametrize("length", [16, 64])
def test_uneven_neurons_are_equalized_where_that_rounds_better(length):
    weights, biases = network_of((12, 24, 4), spread=1.5)
    rng = np.random.default_rng(2)
    x, unseen = rng.uniform(size=(400, 12)), rng.uniform(size=(400, 12))
    exported = lower_dense(weights, biases, stream_length=length, calibration=x)
    assert exported.report.equalized
    wanted = checked_dense(weights, biases).pre_activations(unseen)[-1]
    bounded = lower_dense(
        weights, biases, stream_length=length, calibration=x, activations=[(0, float((x @ weights[0].T).max() + 9))]
    )
    assert relative_error(exported, unseen, wanted) < 0.6 * relative_error(bounded, unseen, wanted)


@pytest.mark.parametrize(("pair", "share"), [("default", 0.95), ("lfsr", 0.8)])
def test_refined_codes_bring_the_outputs_nearer_on_unseen_samples(pair, share):
    source = {"input_generator": Comparator(source=Lfsr(seed=1)), "weight_generator": Comparator(source=Lfsr(seed=1))}
    options = {} if pair == "default" else source
    weights, biases = network_of((30, 8), spread=0)
    rng = np.random.default_rng(3)
    x, unseen = rng.uniform(size=(600, 30)), rng.uniform(size=(600, 30))
    rounded = lower_dense(weights, biases, stream_length=16, input_scale=1.0, **options).network
    layer, count = rounded.layers[0], rounded.layers[0].output_scale
    lowered = LoweredLayer(
        layer,
        quantize_weights(weights[0], float(np.abs(weights[0]).max()), 4),
        rounded.biases[0].astype(np.int64),
        biases[0] / count,
        0.0,
        count,
        count,
    )
    codes = quantize_features(rounded, x)[0]
    better = refined(lowered, weights[0], codes, x @ weights[0].T + biases[0], layer_counts)
    wanted, fresh = unseen @ weights[0].T + biases[0], quantize_features(rounded, unseen)[0]

    def error(each):
        return np.sqrt(np.mean(((layer_counts(layer, each.weights.codes, fresh) + each.bias) * count - wanted) ** 2))

    assert error(better) < share * error(lowered)
    assert np.abs(better.weights.codes).max() <= 15
    few = refined(lowered, weights[0], codes[:20], wanted[:20], layer_counts)
    assert few is lowered, "fewer samples than weights would be learned by heart"


SIZES = np.array([1e-3, 1.0, 40.0, 2000.0, 5e5])


def of_different_size(rng, count):
    return (3 + rng.normal(size=(count, 5))) * SIZES


def test_features_of_different_size_have_scales_of_their_own():
    rng = np.random.default_rng(4)
    weights, biases = network_of((5, 10, 3), spread=0)
    x, unseen = of_different_size(rng, 300), of_different_size(rng, 300)
    nodes = [weights[0] / SIZES, weights[1]], [biases[0] - 3 * weights[0].sum(axis=1), biases[1]]
    exported = lower_dense(*nodes, stream_length=64, calibration=x)
    assert exported.report.per_feature
    assert exported.network.format_version == 2
    scale, offset = exported.network.input_scale, exported.network.input_offset
    assert scale is not None
    assert offset is not None
    assert np.ptp(np.log(scale / SIZES)) < 0.5
    assert (np.abs(offset / SIZES - 3) < 0.3).all()
    wanted = checked_dense(*nodes).pre_activations(unseen)[-1]
    assert relative_error(exported, unseen, wanted) < 0.12
    with pytest.raises(OptionError, match="which no border expresses"):
        lower_dense(*nodes, stream_length=64, calibration=x, input_scale=float(x.max()))
    same = lower_dense(*nodes, stream_length=64, calibration=x, input_scale=scale, input_offset=offset)
    assert same.network.weights[0].shape == (10, 5)


def test_features_of_one_size_share_their_scale():
    weights, biases = network_of((5, 10, 3))
    for x in (np.random.default_rng(5).uniform(size=(200, 5)), np.random.default_rng(5).normal(size=(200, 5))):
        network = lower_dense(weights, biases, stream_length=64, calibration=x).network
        assert network.format_version == 1
        assert network.input.encoding == ("sign_magnitude" if x.min() < 0 else "unipolar")


def test_constant_features_and_unipolar_codes_have_scales_too():
    rng = np.random.default_rng(6)
    weights, biases = network_of((5, 3))
    x = np.abs(of_different_size(rng, 200))
    x[:, 1] = 7.0
    options = {"stream_length": 64, "calibration": x, "input_encoding": "unipolar"}
    network = lower_dense([weights[0] / SIZES], biases, **options).network
    assert network.input.per_feature
    assert network.input_offset is not None
    np.testing.assert_allclose(network.input_offset, x.min(axis=0))
    codes, saturated = quantize_features(network, x)
    assert (saturated, codes.min(), codes.max()) == (0, 0, 63)


def graph_with_scaler(weights, biases):
    scaler = Scale("scaler", 1 / SIZES, np.full(5, -3.0))
    return FloatGraph("arrays", 5, (scaler, Dense("dense", weights[0], biases[0])), None)


def test_a_leading_scaler_gives_the_ranges_where_there_are_no_samples():
    weights, biases = network_of((5, 3))
    graph = graph_with_scaler(weights, biases)
    exported = export_graph(graph, stream_length=256)
    assert exported.report.per_feature
    assert any("leading normalization" in note for note in exported.report.notes)
    x = of_different_size(np.random.default_rng(7), 200)
    assert relative_error(exported, x, graph.run(x)) < 0.05
    assert exported.report.integers is not None
    assert exported.report.integers.inputs_saturated < 0.1, "probes are drawn behind the scaler"
    assert np.abs(graph.run(probes(graph))).max() < 100


def test_each_layer_may_have_a_length_of_its_own():
    weights, biases = network_of((12, 9, 5))
    x = np.random.default_rng(8).uniform(size=(300, 12))
    for options in ({}, {"calibration": x}):
        exported = lower_dense(weights, biases, stream_length=(64, 16), **options)
        assert [layer.stream_length for layer in exported.network.layers] == [64, 16]
        assert [layer.resolution_bits for layer in exported.network.layers] == [6, 4]
        assert exported.network.layers[0].output_bits == 4
        assert exported.report.stream_length == (64, 16)
    uneven = lower_dense(weights, biases, stream_length=(4096, 64), calibration=x)
    even = lower_dense(weights, biases, stream_length=(8, 64), calibration=x)
    wanted = checked_dense(weights, biases).pre_activations(x)[-1]
    assert relative_error(uneven, x, wanted) < relative_error(even, x, wanted)


def test_labels_do_not_lose_the_agreement():
    """Labels that are half noise: what is kept has no fewer of them right than the search without labels has."""
    weights, biases = network_of((12, 16, 4))
    rng = np.random.default_rng(9)
    x, unseen = rng.uniform(size=(300, 12)), rng.uniform(size=(1000, 12))
    float_class = checked_dense(weights, biases).pre_activations(x)[-1].argmax(axis=1)
    noisy = np.where(rng.random(300) < 0.5, rng.integers(0, 4, 300), float_class)
    wanted = checked_dense(weights, biases).pre_activations(unseen)[-1].argmax(axis=1)

    def agreement(exported):
        codes = quantize_features(exported.network, unseen)[0]
        return np.mean(sc_neurocore.classify(sc_neurocore.infer(exported.network, codes), exported.network) == wanted)

    without = lower_dense(weights, biases, stream_length=64, calibration=x)
    labelled = lower_dense(weights, biases, stream_length=64, calibration=x, labels=noisy)
    assert (without.report.criterion, labelled.report.criterion) == ("agreement", "agreement")
    assert agreement(labelled) >= agreement(without) > 0.9


UNIPOLAR = {"input_encoding": "unipolar", "calibration": np.linspace(-1, 1, 100).reshape(20, 5)}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"stream_length": (16, 8, 4)}, r"take one value, or one a layer, 2; got \(16, 8, 4\)"),
        ({"stream_length": (16, 0)}, r"stream_length must be an integer from 1 to 2\^20, got 0"),
        ({"resolution_bits": (4,)}, "take one value, or one a layer"),
        ({"input_scale": np.ones(3)}, "input_scale"),
        ({"input_scale": -np.ones(5)}, "input_scale must be above 0 for every feature, got -1.0"),
        ({"input_offset": np.ones(5)}, "input_offset needs input_scale"),
        ({"input_offset": np.ones(4), "input_scale": 1.0}, "input_offset must have shape"),
        ({**UNIPOLAR, "input_scale": np.ones(5)}, "calibration less input_offset holds negative inputs"),
        ({**UNIPOLAR, "input_scale": 1.0}, "calibration holds negative inputs, which unipolar codes cannot"),
    ],
)
def test_wrong_ranges_are_named(options, message):
    weights, biases = network_of((5, 4, 3))
    with pytest.raises(OptionError, match=message):
        lower_dense(weights, biases, **({"stream_length": 16} | options))


def test_export_takes_them_too(tmp_path):
    weights, biases = network_of((5, 4, 3))
    state = {"0.weight": weights[0], "0.bias": biases[0], "2.weight": weights[1], "2.bias": biases[1]}
    exported = export(state, tmp_path / "n", stream_length=(16, 8), input_encoding="sign_magnitude")
    assert replace(exported.report, notes=()).stream_length == (16, 8)
    assert sc_neurocore.load_network(tmp_path / "n").input.encoding == "sign_magnitude"


@pytest.mark.parametrize("activation", ["relu", (0, 2.0)])
def test_hidden_codes_of_both_signs_bring_the_outputs_nearer(activation):
    dense = checked_dense(*network_of((12, 40, 4), spread=0), activations=[activation])
    rng = np.random.default_rng(2)
    x, unseen = rng.uniform(size=(400, 12)), rng.uniform(size=(400, 12))
    data, wanted, errors = make_calibration(dense, x, None), dense.pre_activations(unseen)[-1], []
    for two_sided in (False, True):
        plan = Plan(
            floats=dense,
            name="network",
            stream_lengths=(64, 64),
            resolution_bits=(6, 6),
            inputs=InputRange("unipolar", 1.0),
            input_generator=DEFAULT_INPUT_GENERATOR,
            weight_generator=DEFAULT_WEIGHT_GENERATOR,
            accumulator=ParallelCounter(),
            border="shift",
            two_sided=two_sided,
        )
        ranges = [reach_of(plan, data, index) for index in range(2)]
        network = assemble(plan, lower_all(plan, [*map(Setting, plan.weight_scales, ranges)]))
        assert network.layers[0].neuron.kind == ("clamp" if two_sided else "relu")
        outputs = sc_neurocore.infer(network, quantize_features(network, unseen)[0])
        error = outputs * network.layers[-1].output_scale - wanted
        errors.append(np.std(error - error.mean(axis=0)))
    assert errors[1] < 0.9 * errors[0]


def test_a_calibration_takes_codes_of_both_signs_where_they_are_worth_it():
    weights, biases = network_of((12, 40, 4), spread=0)
    x = np.random.default_rng(2).uniform(size=(400, 12))
    exported = lower_dense(weights, biases, stream_length=64, calibration=x)
    assert exported.report.two_sided
    assert [each.neuron.kind for each in exported.network.layers] == ["clamp", "linear"]
    assert exported.report.layers[0].outputs_saturated is not None
    assert exported.report.layers[0].bias_error_max < 40, "a correction, not the offset of the codes"
