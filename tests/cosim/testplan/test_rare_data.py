"""Rare data: what is said to show does, by the layers of the network one by one; and what every run must drive."""

from __future__ import annotations

import numpy as np
import pytest
from support.networks.small_cores import small

from sc_neurocore.bitstream.network import counts, neuron_step
from sc_neurocore.cosim.fault_model.layer_model import LayerModel
from sc_neurocore.cosim.fault_model.mutants import needed_codes
from sc_neurocore.cosim.fault_model.rare_data import HiddenCodes, NarrowSums, families
from sc_neurocore.cosim.fault_model.simulation import trace
from sc_neurocore.cosim.testplan.rare_data import rare_vectors
from sc_neurocore.cosim.testplan.stimulus import directed, make_stimulus, random_codes
from sc_neurocore.spec import code_range


def deep():
    """Three layers whose hidden neurons put out every code."""
    base = small(4, sizes=(5, 4, 4, 2))
    relu = base.layers[0].neuron.model_copy(update={"shift": 2})
    return base.replace(
        layers=(*(layer.model_copy(update={"neuron": relu}) for layer in base.layers[:2]), base.layers[2])
    )


DEEP = deep()


def models_of(network):
    return [
        LayerModel(each, weights, biases, needed_codes(each, weights, *code_range(each.weight_encoding, 3)))
        for each, weights, biases in zip(network.layers, network.weights, network.biases, strict=True)
    ]


def outputs(network, codes, of_counts=None, of_codes=None):
    """Of the network, with the counts or output codes of its layers changed."""
    values = codes
    for k, layer in enumerate(network.layers):
        a = counts(layer, values, network.weights[k]) + network.biases[k]
        a = a if of_counts is None else of_counts(k, a.copy())
        _, values = neuron_step(layer.neuron, np.zeros_like(a), a)
        values = values if of_codes is None else of_codes(k, values.copy())
    return values


def shown_by(network, codes, **changes):
    return (outputs(network, codes, **changes) != outputs(network, codes)).any(axis=1)


def misread(layer, neuron, code, wrong):
    def change(k, values):
        if k == layer:
            values[values[:, neuron] == code, neuron] = wrong
        return values

    return change


def wrapped(layer, neuron, width, above):
    """What goes beyond one end of `width` bits and a sign loses its higher bits."""

    def change(k, a):
        if k == layer:
            over = a[:, neuron] >= 1 << width if above else a[:, neuron] < -(1 << width)
            part = (a[over, neuron] + (1 << width)) % (2 << width) - (1 << width)
            a[over, neuron] = part
        return a

    return change


def by_fault(family, run):
    rows, faults = family.shown(run)
    return {int(fault): set(rows[faults == fault].tolist()) for fault in family.numbers}


def test_samples_that_show_a_misread_hidden_code_do():
    codes = random_codes(DEEP, 60, np.random.default_rng(2))
    models = models_of(DEEP)
    run = trace(models, codes)
    compared = 0
    for family in families(models, np.random.default_rng(0)):
        if isinstance(family, HiddenCodes):
            for fault, rows in by_fault(family, run).items():
                aim = family.aim(fault)
                wrong = int(aim.name.rsplit(" ", 1)[1])
                change = misread(aim.layer, aim.neuron, aim.code, wrong)
                assert rows == set(np.flatnonzero(shown_by(DEEP, codes, of_codes=change)).tolist()), aim.name
                compared += bool(rows)
    assert compared > 20


def test_samples_that_show_a_narrow_sum_do():
    rng = np.random.default_rng(3)
    models = models_of(DEEP)
    vectors = make_stimulus(DEEP, None, samples=8, seed=0, search_seconds=60).codes
    codes = np.concatenate([vectors, random_codes(DEEP, 60, rng)])
    run = trace(models, codes)
    compared = 0
    for family in families(models, rng):
        if isinstance(family, NarrowSums):
            for fault, rows in by_fault(family, run).items():
                aim = family.aim(fault)
                if "before its bias" in aim.name or run.counts[aim.layer][:, aim.neuron].min() >= 0:
                    continue
                width = int(aim.name.split()[-2]) - 1
                change = wrapped(aim.layer, aim.neuron, width, aim.direction > 0)
                assert rows == set(np.flatnonzero(shown_by(DEEP, codes, of_counts=change)).tolist()), aim.name
                compared += bool(rows)
    assert compared > 3


def test_both_extreme_sums_of_every_first_neuron_are_driven():
    codes = make_stimulus(DEEP, None, samples=1, seed=0, search_seconds=60).codes
    sums = counts(DEEP.layers[0], codes, DEEP.weights[0])
    every = np.stack(np.meshgrid(*[np.arange(8)] * 5, indexing="ij"), axis=-1).reshape(-1, 5)
    of_all = counts(DEEP.layers[0], every, DEEP.weights[0])
    assert (sums.max(axis=0) == of_all.max(axis=0)).all()
    assert (sums.min(axis=0) == of_all.min(axis=0)).all()


def test_what_is_reached_is_counted_of_the_samples_that_are_driven():
    base = directed(DEEP)
    rare = rare_vectors(DEEP, base, np.random.default_rng(0), seconds=60)
    assert rare.faults > rare.reached > 100
    assert rare.impossible == 0
    assert len(rare.names) == min(10, rare.faults - rare.reached)
    run = trace(models_of(DEEP), np.concatenate([base, rare.vectors]))
    every = families(models_of(DEEP), np.random.default_rng(0))
    assert rare.reached == sum(len(np.unique(family.shown(run)[1])) for family in every)


def test_of_a_small_input_space_what_is_not_reached_is_impossible():
    tiny = small(7, sizes=(3, 3, 2))
    rare = rare_vectors(tiny, directed(tiny), np.random.default_rng(0), seconds=60)
    assert rare.faults == rare.reached + rare.impossible
    assert rare.summary()["rare_data"]["unresolved"] == 0


@pytest.mark.parametrize("seconds", [0])
def test_no_time_no_samples(seconds):
    assert rare_vectors(DEEP, directed(DEEP), np.random.default_rng(0), seconds=seconds).faults == 0
