"""The claims about mutants, held by the outside oracle: what is called killed differs on the samples, what is called
equivalent differs nowhere. And the vectors that every co-simulation drives.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
from support import oracle
from support.cores.handmade_core import small_network
from support.networks.default_dense import default_dense
from support.networks.random_networks import random_network

from sc_neurocore import load_network
from sc_neurocore.cosim.fault_model.bounds import Bounds
from sc_neurocore.cosim.fault_model.layer_model import LayerModel, Streams, covers
from sc_neurocore.cosim.fault_model.mutants import layer_faults, needed_codes, neuron_faults, wrong_codes
from sc_neurocore.cosim.fault_model.simulation import simulate_layer_fault, simulate_neuron_faults, trace
from sc_neurocore.cosim.testplan.coverage import cover
from sc_neurocore.cosim.testplan.stimulus import directed, make_stimulus, random_codes
from sc_neurocore.spec import Clamp, code_range


def models_of(network):
    found = []
    for layer, weights, biases in zip(network.layers, network.weights, network.biases, strict=True):
        codes = needed_codes(layer, weights, *code_range(layer.weight_encoding, layer.resolution_bits))
        found.append(LayerModel(layer, weights, biases, codes))
    return found


def says(network, codes, changes=None):
    """The oracle's outputs, with some values of the description's layers or of the tensors replaced."""
    tree = json.loads(network.json_bytes)
    tensors = {name: np.array(value) for name, value in network.tensors().items()}
    for change in changes or ():
        change(tree, tensors)
    return oracle.evaluate(tree, codes, tensors)


def wrong_tensor(layer, neuron, source, wrong):
    def change(_, tensors):
        if source < 0:
            tensors[f"layer{layer}.bias"][neuron] = wrong
        else:
            tensors[f"layer{layer}.weight"][neuron, source] = wrong

    return change


@pytest.mark.parametrize("seed", range(0, 60, 5))
def test_the_tables_are_the_network(seed, tmp_path):
    network = load_network(random_network(seed, gates=True).write(tmp_path / "net"))
    codes = random_codes(network, 40, np.random.default_rng(seed))
    assert covers(network)
    assert np.array_equal(trace(models_of(network), codes).codes[-1], says(network, codes))


def test_neurons_of_a_layer_share_the_rows_of_a_batch(monkeypatch):
    """Codes of ten bits have no whole table: rows of a batch are made once, not once a neuron, and are the same."""
    weights = np.random.default_rng(0).integers(-1023, 1024, (6, 8))
    layer = default_dense(8, 6, 10)
    model = LayerModel(layer, weights, np.zeros(6, np.int64), np.unique(weights))
    codes = np.random.default_rng(1).integers(0, 1024, (20, 8))
    made, rows = [], LayerModel._rows
    monkeypatch.setattr(LayerModel, "_rows", lambda self, x: made.append(len(x)) or rows(self, x))
    single = [model.rows(codes.T, model.weight_indices[j][:, None]) for j in range(6)]
    assert len(made) == 1
    other = model.rows(np.array([[5, 9]]), np.array([3]))  # codes that were not in it
    assert len(made) == 2
    table = LayerModel(layer, weights, np.zeros(6, np.int64), np.unique(weights))._rows(np.arange(1024))
    assert all(np.array_equal(each, table[codes.T, model.weight_indices[j][:, None]]) for j, each in enumerate(single))
    assert np.array_equal(other, table[[[5, 9]], 3])
    slower = model.variant(w_streams=Streams(model.w_streams.words, "ge"))
    assert not np.array_equal(slower.rows(np.array([[5, 9]]), np.array([3])), other), "another layer, other rows"


@pytest.mark.parametrize("seed", [1, 3, 7, 10, 13, 18])
def test_kills_of_wrong_weights_and_biases_are_the_oracles(seed, tmp_path):
    network = load_network(random_network(seed, gates=True).write(tmp_path / "net"))
    models, rng = models_of(network), np.random.default_rng(seed)
    codes = random_codes(network, 24, rng)
    sound = says(network, codes)
    run = trace(models, codes)
    compared = killed_ones = 0
    for k, model in enumerate(models):
        s = neuron_faults(model)
        which = rng.choice(len(s.neuron), 12)
        killed = simulate_neuron_faults(models, k, s, which, run)
        for row, m in zip(killed, which, strict=True):
            wrong = says(network, codes, [wrong_tensor(k, s.neuron[m], s.input[m], s.wrong[m])])
            assert np.array_equal(row, (wrong != sound).any(axis=1))
            compared, killed_ones = compared + 1, killed_ones + int(row.any())
    assert 0 < killed_ones < compared + 1


def neuron_key(key, value):
    return lambda tree, _: tree["layers"][0]["neuron"].__setitem__(key, value)


def source_key(operand, key, value):
    return lambda tree, _: tree["layers"][0][f"{operand}_generator"]["source"].__setitem__(key, value)


def magnitudes(old, new):
    def change(_, tensors):
        weight = tensors["layer0.weight"]
        tensors["layer0.weight"] = np.where(np.abs(weight) == old, np.sign(weight) * new, weight)

    return change


def test_kills_of_wrong_layers_are_the_oracles():
    network = small_network([[[3, -2], [5, 7], [-3, 6]], [[7, -7, 5]]], [[3, 1, 2], [2]], seed=5)
    models = models_of(network)
    codes = np.stack(np.meshgrid(range(8), range(8)), axis=-1).reshape(-1, 2)
    run, sound = trace(models, codes), says(network, codes)
    found = {mutant.name: mutant for mutant in layer_faults(models[0])}
    # The shift register 3:(3,2) from seed 5; another start is another seed.
    changes = {
        "requantizer shift 2 with its rounding": neuron_key("shift", 2),
        "requantizer multiplier bit 1": neuron_key("multiplier", 3),
        "weights of magnitude 3 as 7": magnitudes(3, 7),
        "weights of magnitude 5 as 4": magnitudes(5, 4),
        "input start bit 0": source_key("input", "seed", 4),
        "input start bit 1": source_key("input", "seed", 7),
        "input words reversed": source_key("input", "reverse", True),
        "weight start bit 2": source_key("weight", "skip", 4),
        "stream length 6": lambda tree, _: tree["layers"][0].__setitem__("stream_length", 6),
        "stream length 8": lambda tree, _: tree["layers"][0].__setitem__("stream_length", 8),
    }
    seen = 0
    for name, change in changes.items():
        expected = (says(network, codes, [change]) != sound).any(axis=1)
        assert np.array_equal(simulate_layer_fault(models, 0, found[name], run), expected), name
        seen += int(expected.any())
    assert seen >= 8
    assert {"input tap 1", "input tap 3", "input rule lt", "weight rule le"} <= set(found)


@pytest.mark.parametrize("seed", [2, 4, 7, 8, 11, 18])
def test_what_bounds_call_equivalent_differs_nowhere(seed, tmp_path):
    network = load_network(random_network(seed, gates=True).write(tmp_path / "net"))
    models = models_of(network)
    bounds = Bounds(models)
    codes = random_codes(network, 300, np.random.default_rng(seed))
    codes = np.concatenate([directed(network), codes])
    sound = says(network, codes)
    checked = 0
    for k, model in enumerate(models):
        s = neuron_faults(model)
        proved = np.flatnonzero(bounds.equivalent_neuron_faults(k, s, np.arange(len(s.neuron))))
        for m in proved[:: max(1, len(proved) // 10)]:
            change = wrong_tensor(k, s.neuron[m], s.input[m], s.wrong[m])
            assert np.array_equal(says(network, codes, [change]), sound)
            checked += 1
    assert checked


def test_early_clips_of_signed_codes_are_found():
    base = small_network([[[7, -7], [-6, 7]], [[7, -5]]], [[9, -9], [0]])
    signed = {"input_encoding": "sign_magnitude"}
    neuron = Clamp(shift=0, output_bits=3, output_encoding="sign_magnitude")
    layers = (
        base.layers[0].model_copy(update={**signed, "neuron": neuron}),
        base.layers[1].model_copy(update=signed),
    )
    network = base.replace(layers=layers, input=base.input.model_copy(update={"encoding": "sign_magnitude"}))
    models = models_of(network)
    codes = np.stack(np.meshgrid(range(-7, 8), range(-7, 8)), axis=-1).reshape(-1, 2)
    run = trace(models, codes)
    found = {mutant.name: mutant for mutant in layer_faults(models[0])}
    y = run.counts[0]
    wrong = {
        "requantizer lower bound one too early": np.clip(y, -6, 7),
        "requantizer upper bound bit 0": np.clip(y, -7, 6),
        "requantizer code before the lower bound beyond it": np.where(y < -7, -6, np.minimum(y, 7)),
        "requantizer code before the upper bound beyond it": np.where(y > 7, 6, np.maximum(y, -7)),
    }
    for name, hidden in wrong.items():
        expected = (models[1](hidden) != run.codes[-1]).any(axis=1)
        assert expected.any()
        assert np.array_equal(simulate_layer_fault(models, 0, found[name], run), expected), name


def test_the_search_leaves_nothing_that_can_be_killed():
    """On 64 inputs every mutant is tried on all of them: killed by the kept samples, or by none at all."""
    network = small_network([[[3, -2], [5, 7], [-3, 6]], [[1, -7, 3], [2, 2, -5]]], [[0, 1, -2], [2, 0]], shift=2)
    rng = np.random.default_rng(0)
    base = directed(network)
    coverage = cover(network, base, rng, seconds=60)
    assert coverage.mutants == coverage.killed + coverage.equivalent
    assert coverage.killed > 100
    kept = np.concatenate([base, coverage.vectors])
    everything = np.stack(np.meshgrid(range(8), range(8)), axis=-1).reshape(-1, 2)
    sound = says(network, kept), says(network, everything)
    killed = 0
    for k, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        places = [(j, i, w) for (j, i), code in np.ndenumerate(weight) for w in wrong_codes(int(code), -7, 7, 3)]
        places += [(j, -1, int(b) ^ 1) for j, b in enumerate(bias)]
        for place in places:
            change = wrong_tensor(k, *place)
            if np.array_equal(says(network, kept, [change]), sound[0]):
                assert np.array_equal(says(network, everything, [change]), sound[1]), (k, place)
            else:
                killed += 1
    assert killed > 20


def test_more_mutants_are_killed_than_random_samples_kill():
    rng = np.random.default_rng(1)
    weights = [rng.integers(-7, 8, (6, 12)), rng.integers(-7, 8, (3, 6))]
    network = small_network(weights, [rng.integers(-3, 4, 6), rng.integers(-3, 4, 3)], shift=3)
    base = random_codes(network, 50, rng)
    coverage = cover(network, base, rng, seconds=60)
    models = models_of(network)
    run = trace(models, base)
    by_random = sum(
        int(simulate_neuron_faults(models, k, s, np.arange(len(s.neuron)), run).any(axis=1).sum())
        for k, s in enumerate(map(neuron_faults, models))
    )
    assert coverage.killed > by_random
    assert coverage.mutants - coverage.killed - coverage.equivalent < 0.02 * coverage.mutants


def test_wrong_codes_are_the_flipped_bits_of_both_writings():
    # 5 = 101: magnitudes 100, 111, 001; two's complement 0101 -> 0100, 0111, 0001, 1101 = -3; neighbours; the opposite
    assert wrong_codes(5, -7, 7, 3) == [-5, -3, 1, 4, 6, 7]
    assert wrong_codes(-1, -7, 7, 3) == [-5, -3, -2, 0, 1, 7]
    assert wrong_codes(0, 0, 7, 3) == [1, 2, 4]


@pytest.mark.parametrize("encoding", ["unipolar", "sign_magnitude"])
def test_directed_vectors(encoding, tmp_path):
    net = next(
        n
        for n in (random_network(s, gates=True) for s in range(200))
        if n.description["input"]["encoding"] == encoding
        and n.description["input"]["resolution_bits"] == 4
        and n.description["input"]["features"] > 2
    )
    network = load_network(net.write(tmp_path / "net"))
    rows = {tuple(row) for row in directed(network).tolist()}
    features = network.input.features
    assert {(0,) * features, (15,) * features} <= rows
    for i in range(features):
        for level in (1, 8, 15):
            assert tuple(level * (i == j) for j in range(features)) in rows
    if encoding == "sign_magnitude":
        assert (-15,) * features in rows
        assert (-15,) + (0,) * (features - 1) in rows


def test_the_same_arguments_give_the_same_samples():
    network = small_network([[[3, -2, 1, 6]] * 3, [[1, -7, 3]]], [[0, 1, -2], [2]], shift=2)
    first, again, other = (make_stimulus(network, None, samples=5, seed=s, search_seconds=60) for s in (7, 7, 8))
    assert np.array_equal(first.codes, again.codes)
    assert not np.array_equal(first.codes, other.codes)
    user = np.array([[1, 2, 3, 4]])
    mixed = make_stimulus(network, user, samples=5, seed=7, search_seconds=0)
    assert mixed.codes[0].tolist() == [1, 2, 3, 4]
    assert mixed.counts == {"user": 1, "directed": len(directed(network)), "random": 5, "mutation": 0}
    assert [mixed.origin(s) for s in (0, 1)] == ["user 0", "directed 0"]
    assert mixed.origin(len(mixed.codes)) == "episode"


def test_networks_without_tables_are_not_searched(tmp_path):
    net = next(
        n for n in (random_network(s) for s in range(100)) if n.description["layers"][0]["accumulator"]["kind"] == "mux"
    )
    network = load_network(net.write(tmp_path / "net"))
    assert not covers(network)
    coverage = cover(network, directed(network), np.random.default_rng(0), seconds=60)
    assert len(coverage.vectors) == 0
    assert coverage.summary()["mutation_search"] == "not applicable"
