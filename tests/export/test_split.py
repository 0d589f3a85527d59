"""Outlier neurons split: the same function in more neurons, taken only where it lessens the error clearly."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import sc_neurocore
from sc_neurocore.export import lower_dense
from sc_neurocore.export.calibration.split import SHARE, split, staggered
from sc_neurocore.export.float_network import RELU
from sc_neurocore.export.normalize import checked_dense
from sc_neurocore.spec import OptionError, quantize_features


def outlying(seed=0, factor=5.0, sizes=(10, 40, 24, 3)):
    """A network whose hidden layers have one neuron each with weights far beyond all others'."""
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(n, i)) / np.sqrt(i) for i, n in itertools.pairwise(sizes)]
    biases = [rng.normal(0, 0.1, n) for n in sizes[1:]]
    for index, neuron in ((1, 7), (2, 3)):
        weights[index][:, neuron] *= factor
    return weights, biases, rng.normal(size=(600, sizes[0])), rng.normal(size=(2000, sizes[0]))


def relative_error(exported, x, reals):
    codes = quantize_features(exported.network, x)[0]
    outputs = sc_neurocore.infer(exported.network, codes) * exported.network.layers[-1].output_scale
    return np.sqrt(np.mean((outputs - reals) ** 2) / np.mean(reals**2))


@pytest.mark.parametrize("activations", [None, [(0, 2.0), (-3.0, 3.0)]])
def test_split_networks_compute_the_same_with_smaller_products(activations):
    weights, biases, x, _ = outlying()
    floats = checked_dense(weights, biases, activations)
    sums = floats.pre_activations(x)
    parts = split(floats, sums)
    assert parts is not None
    assert parts.added == (1, 1)
    assert [int(each.argmax()) for each in parts.copies] == [7, 3]
    for form in (parts.floats, staggered(parts.floats, parts.copies)):
        np.testing.assert_allclose(form.pre_activations(x)[-1], sums[-1], rtol=1e-9, atol=1e-9)
        for index in (1, 2):
            assert np.abs(form.weights[index]).max() < 0.6 * np.abs(weights[index]).max()
    relu = floats.activations[0] == RELU
    pair = staggered(parts.floats, parts.copies).weights[0][7:9]
    assert np.array_equal(*pair) != relu, "copies differ where a factor changes nothing, and only there"


def test_nothing_is_split_without_outliers_or_in_small_layers():
    weights, biases, x, _ = outlying(factor=1.0)
    even = checked_dense(weights, biases)
    parts = split(even, even.pre_activations(x))
    assert parts is None or all(count <= 1 for count in parts.added)
    weights, biases, x, _ = outlying(sizes=(10, 12, 8, 3))
    small = checked_dense(weights, biases)
    assert split(small, small.pre_activations(x)) is None


def test_layers_gain_at_most_their_share():
    rng = np.random.default_rng(0)
    wide = checked_dense([rng.normal(size=(100, 4)), rng.normal(size=(3, 100)) * np.geomspace(1, 1e6, 100)], None)
    parts = split(wide, wide.pre_activations(rng.normal(size=(50, 4))))
    assert parts is not None
    assert 1 <= parts.added[0] <= 100 // SHARE


def test_a_calibrated_export_splits_where_it_serves_unseen_samples():
    weights, biases, x, unseen = outlying()
    options = {"stream_length": 64, "calibration": x}
    exported = lower_dense(weights, biases, **options)
    kept = lower_dense(weights, biases, **options, split_outliers=False)
    assert exported.report.split == (1, 1)
    assert [layer.neurons for layer in exported.network.layers] == [41, 25, 3]
    assert any("gained 1, 1 neurons" in note for note in exported.report.notes)
    assert kept.report.split == ()
    assert [layer.neurons for layer in kept.network.layers] == [40, 24, 3]
    reals = checked_dense(weights, biases).pre_activations(unseen)[-1]
    assert relative_error(exported, unseen, reals) < 0.9 * relative_error(kept, unseen, reals)


def test_rare_large_activations_are_within_the_searched_ranges():
    """One calibration sample reaches 8 times further, and candidates are judged without it."""
    rng = np.random.default_rng(1)
    weights = [rng.normal(size=(20, 6)), rng.normal(size=(20, 20)) / 4, rng.normal(size=(3, 20)) / 4]
    x = rng.uniform(0, 0.125, size=(1500, 6))
    x[1] = 1.0
    exported = lower_dense(weights, stream_length=256, calibration=x, split_outliers=False)
    reals = checked_dense(weights, None).pre_activations(x[1:2])[-1]
    assert relative_error(exported, x[1:2], reals) < 0.1


@pytest.mark.parametrize("value", [1, "no", None])
def test_the_option_is_true_or_false(value):
    weights, biases, x, _ = outlying()
    with pytest.raises(OptionError, match=r"split_outliers must be True or False, got"):
        lower_dense(weights, biases, calibration=x, split_outliers=value)
