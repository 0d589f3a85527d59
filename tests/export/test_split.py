"""Outlier neurons split: the same function in more neurons, taken only where it lessens the error clearly."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

import sc_neurocore
from sc_neurocore.export import lower_dense
from sc_neurocore.export.calibration import forms
from sc_neurocore.export.calibration import split as split_module
from sc_neurocore.export.calibration.equalize import Noise, least_noise
from sc_neurocore.export.calibration.search import Candidate
from sc_neurocore.export.calibration.split import MOST, SHARE, WORTH_COPY, split, staggered
from sc_neurocore.export.float_network import RELU
from sc_neurocore.export.normalize import checked_dense
from sc_neurocore.spec import OptionError, SpecError, quantize_features


def outlying(seed=0, factor=5.0, sizes=(10, 40, 24, 3)):
    """A network whose hidden layers have one neuron each with weights far beyond all others'."""
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(n, i)) / np.sqrt(i) for i, n in pairwise(sizes)]
    biases = [rng.normal(0, 0.1, n) for n in sizes[1:]]
    for index, neuron in ((1, 7), (2, 3)):
        weights[index][:, neuron] *= factor
    return weights, biases, rng.normal(size=(600, sizes[0])), rng.normal(size=(2000, sizes[0]))


def power(floats, x, reach):
    return least_noise(floats, floats.pre_activations(x), reach).power


def relative_error(exported, x, reals):
    codes = quantize_features(exported.network, x)[0]
    outputs = sc_neurocore.infer(exported.network, codes) * exported.network.layers[-1].output_scale
    return np.sqrt(np.mean((outputs - reals) ** 2) / np.mean(reals**2))


@pytest.mark.parametrize("activations", [None, [(0, 2.0), (-3.0, 3.0)]])
def test_split_networks_compute_the_same_with_smaller_products(activations):
    weights, biases, x, _ = outlying()
    floats = checked_dense(weights, biases, activations)
    sums = floats.pre_activations(x)
    parts = split(floats, sums, 3.0)
    assert parts is not None
    assert [int(each.argmax()) for each in parts.copies] == [7, 3]
    for form in (parts.floats, staggered(parts.floats, parts.copies)):
        np.testing.assert_allclose(form.pre_activations(x)[-1], sums[-1], rtol=1e-9, atol=1e-9)
        for index in (1, 2):
            assert np.abs(form.weights[index]).max() < 0.6 * np.abs(weights[index]).max()
    assert power(parts.floats, x, 3.0) < 0.5 * power(floats, x, 3.0)
    relu = floats.activations[0] == RELU
    pair = staggered(parts.floats, parts.copies).weights[0][7:9]
    assert np.array_equal(*pair) != relu, "copies differ where a factor changes nothing, and only there"


def test_nothing_is_split_without_outliers_or_in_small_layers():
    weights, _, x, _ = outlying()
    even = checked_dense([weights[0] * 0 + 1, weights[1] * 0 + 1, weights[2] * 0 + 1], None)
    assert split(even, even.pre_activations(np.abs(x)), 3.0) is None, "all products reach equally far"
    for neurons, grows in ((15, False), (16, True)):
        last = np.ones((3, neurons))
        last[:, 3] = 8
        small = checked_dense([np.ones((neurons, 10)), last], None)
        parts = split(small, small.pre_activations(np.abs(x)), 3.0)
        assert (parts is not None) == grows
    assert split(checked_dense([np.ones((40, 4))], None), [np.ones((50, 40))], 1.0) is None, "no hidden layer"


@pytest.mark.parametrize(("largest", "copies"), [(1.0, 0), (1.2, 1), (2.0, 1), (3.0, 2), (5.0, 4)])
def test_copies_are_made_until_a_neuron_is_like_the_others(largest, copies):
    last = np.ones((2, 40))
    last[:, 11] = largest
    floats = checked_dense([np.ones((40, 4)), last], None)
    parts = split(floats, floats.pre_activations(np.ones((50, 4))), 1.0)
    assert (0 if parts is None else parts.copies[0][11] - 1) == copies
    assert parts is None or parts.growth == (copies,)


@pytest.mark.parametrize("factor", [0.5, 0.97, 0.99])
def test_a_copy_is_kept_for_its_share_of_the_noise_alone_or_with_those_after_it(factor, monkeypatch):
    """The model of the noise is a stand-in: only every second copy lessens it."""
    calls = []

    def noise(floats, sums, reach, *, steps):
        calls.append(len(floats.weights[0]) - 40)
        return Noise([], factor ** (calls[-1] // 2 * 2), [np.ones(len(floats.weights[0]))])

    monkeypatch.setattr(split_module, "least_noise", noise)
    floats = checked_dense([np.ones((40, 4)), np.ones((2, 40))], None)
    parts = split(floats, floats.pre_activations(np.ones((50, 4))), 1.0)
    assert calls == [0, 1, 2, 3, 4, 5]
    assert (None if parts is None else parts.growth) == ((4,) if factor**2 <= WORTH_COPY**2 else None)


def test_a_neuron_with_one_rare_peak_is_no_outlier():
    first, last = np.zeros((40, 2)), np.ones((2, 40))
    first[:, 0] = 1
    first[5, 1] = 1
    x = np.ones((400, 2)) * (1.0, 0.0)
    x[7, 1] = 20.0
    floats = checked_dense([first, last], None)
    assert split(floats, floats.pre_activations(x), 1.0) is None


def test_without_noise_there_is_nothing_to_split():
    blind = checked_dense([np.ones((40, 4)), np.zeros((24, 40)), np.zeros((3, 24))], None)
    assert split(blind, blind.pre_activations(np.ones((50, 4))), 1.0) is None


@pytest.mark.parametrize(("neurons", "added"), [(100, 100 // SHARE), (8 * MOST + 80, MOST)])
def test_layers_gain_at_most_their_share(neurons, added):
    rng = np.random.default_rng(0)
    last = rng.normal(size=(3, neurons)) * 1.15 ** np.arange(neurons)
    wide = checked_dense([rng.normal(size=(neurons, 4)), last], None)
    parts = split(wide, wide.pre_activations(rng.normal(size=(50, 4))), 3.0)
    assert parts is not None
    assert parts.growth == (added,)


def test_a_calibrated_export_splits_where_it_serves_unseen_samples():
    weights, biases, x, unseen = outlying()
    options = {"stream_length": 64, "calibration": x}
    exported = lower_dense(weights, biases, **options)
    kept = lower_dense(weights, biases, **options, split_outliers=False)
    assert exported.report.split == (3, 5)
    assert [layer.neurons for layer in exported.network.layers] == [43, 29, 3]
    assert any("gained 3, 5 neurons" in note for note in exported.report.notes)
    assert kept.report.split == ()
    assert [layer.neurons for layer in kept.network.layers] == [40, 24, 3]
    reals = checked_dense(weights, biases).pre_activations(unseen)[-1]
    assert relative_error(exported, unseen, reals) < 0.9 * relative_error(kept, unseen, reals)
    copies = exported.network.weights[0][7:9]
    assert not np.array_equal(*copies), "copies of the same codes make the same errors"


@pytest.mark.parametrize(("samples", "tried"), [(99, 0), (100, 1)])
def test_few_samples_are_no_reason_for_a_larger_core(samples, tried, monkeypatch):
    weights, biases, x, _ = outlying()
    calls = []
    monkeypatch.setattr(forms, "split", lambda *arguments: calls.append(arguments))
    lower_dense(weights, biases, stream_length=8, calibration=x[:samples])
    assert len(calls) == tried


@pytest.mark.parametrize(("length", "grows"), [(64, True), (1024, False)])
def test_no_neuron_is_copied_where_the_classes_are_kept_without(length, grows):
    weights, biases, x, _ = outlying()
    kept = lower_dense(weights, biases, stream_length=length, calibration=x, split_outliers=False).network
    classes = sc_neurocore.classify(sc_neurocore.infer(kept, quantize_features(kept, x)[0]), kept)
    floats = checked_dense(weights, biases).pre_activations(x)[-1].argmax(1)
    assert ((classes == floats).mean() < forms.KEPT_CLASSES) == grows
    assert bool(lower_dense(weights, biases, stream_length=length, calibration=x).report.split) == grows


@pytest.mark.parametrize(
    ("share", "more", "taken"),
    [(0.81, 1, False), (0.79, 1, True), (0.5, 0, False), (SpecError("too many"), 1, False)],
)
def test_neurons_are_added_for_a_fifth_of_the_loss_and_a_class_and_nothing_fails_where_they_cannot_be(
    share, more, taken, monkeypatch
):
    losses = []

    def searched(plan, data):
        found = forms_searched(plan, data)
        losses.append(found.loss)
        if len(losses) == 1:
            return found
        if isinstance(share, Exception):
            raise share
        return Searched(**vars(replace(found, loss=losses[0] * share)))

    class Searched(Candidate):
        def is_right(self, classes):
            return np.arange(len(classes)) < kept + more

    weights, biases, x, _ = outlying()
    alone = lower_dense(weights, biases, stream_length=64, calibration=x, split_outliers=False).network
    classes = sc_neurocore.classify(sc_neurocore.infer(alone, quantize_features(alone, x)[0]), alone)
    kept = (classes == checked_dense(weights, biases).pre_activations(x)[-1].argmax(1)).sum()

    forms_searched = forms.searched
    monkeypatch.setattr(forms, "searched", searched)
    report = lower_dense(weights, biases, stream_length=64, calibration=x).report
    assert len(losses) == 2
    assert bool(report.split) == taken


def by_range(seed, samples, far, reach, sizes, **options):
    """A calibrated network some of whose samples, which candidates are not judged by, lie further out.

    Returns its float, its export, and those samples.
    """
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(n, i)) / np.sqrt(i) for i, n in pairwise(sizes)]
    x = rng.normal(size=(samples, sizes[0]))
    x[far] *= reach
    options |= {"input_encoding": "sign_magnitude", "calibration": x, "split_outliers": False}
    return checked_dense(weights, None), lower_dense(weights, **options), x[far]


@pytest.mark.parametrize(
    ("seed", "reach", "least", "options"),
    [
        (0, 100.0, 0.8, {"stream_length": 64, "input_scale": 4.0}),
        (1, 100.0, 0.8, {"stream_length": 64, "input_scale": 4.0}),
        (4, 30.0, 0.85, {"stream_length": 256}),
    ],
)
def test_one_far_sample_does_not_set_the_ranges_of_all(seed, reach, least, options):
    floats, exported, _ = by_range(seed, 2000, slice(1, 2), reach, (10, 40, 24, 5), **options)
    unseen = np.random.default_rng(9).normal(size=(2000, 10))
    codes = quantize_features(exported.network, unseen)[0]
    classes = sc_neurocore.classify(sc_neurocore.infer(exported.network, codes), exported.network)
    assert (classes == floats.pre_activations(unseen)[-1].argmax(1)).mean() > least


@pytest.mark.parametrize(("seed", "length", "reach"), [(6, 1024, 1.5), (1, 256, 2.5)])
def test_ranges_hold_rare_samples_where_that_costs_no_class(seed, length, reach):
    floats, exported, far = by_range(
        seed, 1500, slice(1, None, 150), reach, (6, 20, 20, 3), stream_length=length, input_scale=8.0
    )
    assert relative_error(exported, far, floats.pre_activations(far)[-1]) < 0.03


@pytest.mark.parametrize("value", [1, "no", None])
def test_the_option_is_true_or_false(value):
    weights, biases, x, _ = outlying()
    with pytest.raises(OptionError, match=r"split_outliers must be True or False, got"):
        lower_dense(weights, biases, calibration=x, split_outliers=value)
