"""Samples that are searched for where no tables are: changed parameters, and misread codes of inputs."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from support.networks.descriptions import dense, network, tensors
from support.networks.map_descriptions import conv2d, map_network, map_tensors
from support.networks.random_networks import random_network
from support.networks.small_cores import several, small
from support.networks.specs import spec_of

from sc_neurocore.cosim.testplan import halved
from sc_neurocore.cosim.testplan.changed_parameters import BY_INFERENCE, cover_by_inference
from sc_neurocore.cosim.testplan.halved import halved_outputs, halved_samples
from sc_neurocore.cosim.testplan.input_codes import code_vectors, lowest_code_vectors
from sc_neurocore.cosim.testplan.stimulus import directed, make_stimulus
from sc_neurocore.inference.engines import infer

RNG = np.random.default_rng


@pytest.mark.parametrize("core", ["row lif", "row mux", "row or"])
def test_changed_parameters_are_searched_for_over_time_and_with_any_accumulator(core):
    net, _ = several()[core]
    coverage = make_stimulus(net, None, samples=4, seed=0, search_seconds=60).coverage
    assert coverage.search == BY_INFERENCE
    assert coverage.mutants > 40
    assert coverage.killed > 0
    unresolved = coverage.summary()["mutants_unresolved"]
    assert unresolved == len(coverage.unresolved_names)
    assert not unresolved or core == "row lif"


def test_maps_are_searched_too():
    tree = map_network(conv2d([3, 3, 1], 2, (2, 2)))
    net = spec_of(tree, map_tensors(tree, weights={0: [[[[3], [-2]], [[5], [4]]], [[[1], [2]], [[-3], [7]]]]}))
    coverage = cover_by_inference(net, directed(net)[:1], RNG(0), seconds=60)  # the sample of zeros sees biases alone
    assert len(coverage.vectors)
    assert coverage.killed == coverage.mutants > 15
    assert cover_by_inference(net, directed(net), RNG(0), seconds=0).search == "off"


def test_what_survives_all_samples_is_the_same_network():
    tree = network(dense(1, 1, n=2, length=4, accumulator={"kind": "or"}))
    net = spec_of(tree, tensors(tree))
    coverage = cover_by_inference(net, directed(net)[:1], RNG(0), seconds=60)
    assert coverage.mutants == coverage.killed + coverage.equivalent


def test_every_code_that_can_be_told_from_its_neighbours_is():
    net = small()
    codes = np.concatenate([directed(net), code_vectors(net, directed(net), RNG(1), seconds=60)])
    every = np.stack(np.meshgrid(*[np.arange(8)] * 4, indexing="ij"), axis=-1).reshape(-1, 4)
    for place, code, bit in [(p, c, 1 << b) for p in range(4) for c in range(8) for b in range(3)]:

        def tells(rows, place=place, code=code, bit=bit):
            misread = rows.copy()
            misread[rows[:, place] == code, place] ^= bit
            return (infer(net, misread) != infer(net, rows)).any()

        assert tells(codes) == tells(every), (place, code, bit)


def test_no_time_no_samples():
    net = small()
    assert len(code_vectors(net, directed(net), RNG(1), seconds=0)) == 0


@pytest.mark.parametrize("seed", range(0, 60, 4))
def test_no_network_stops_the_search(seed, monkeypatch):
    """Changes that the contract refuses are left out: shifts of 0, largest thresholds, leaks of all bits."""
    net = random_network(seed, most_inputs=4, most_neurons=3)
    spec = spec_of({**net.description, "name": "net"}, net.tensors)
    # the first inferences of a process compile kernels, which may cost more than all of the time that there is
    monkeypatch.setattr(time, "process_time", itertools.count().__next__)
    coverage = cover_by_inference(spec, directed(spec)[:4], RNG(0), seconds=60)
    assert coverage.mutants > 0


def test_codes_of_streams_that_end_early_are_told_apart():
    net = small()
    base = directed(net)[:4]
    every = np.stack(np.meshgrid(*[np.arange(8)] * 4, indexing="ij"), axis=-1).reshape(-1, 4)
    for halvings, more in enumerate(halved_samples(net, base, 2, seed=0), 1):
        codes = np.concatenate([base, more])
        told = 0
        for place, code, bit in [(p, c, 1 << b) for p in range(4) for c in range(8) for b in range(3)]:

            def tells(rows, place=place, code=code, bit=bit, halvings=halvings):
                misread = rows.copy()
                misread[rows[:, place] == code, place] ^= bit
                return (halved_outputs(net, misread, halvings) != halved_outputs(net, rows, halvings)).any()

            assert tells(codes) == tells(every), (halvings, place, code, bit)
            told += tells(codes)
        assert told > 10


def test_halved_streams_that_are_dear_to_search_get_any_samples(monkeypatch):
    monkeypatch.setattr(halved, "_WORK_AT_MOST", 0)
    net = small()
    assert [len(more) for more in halved_samples(net, directed(net)[:4], 2, seed=0)] == [24, 24]


def test_the_code_that_a_port_alone_has_is_told_from_0():
    base = small(15)
    first = base.layers[0].model_copy(update={"input_encoding": "sign_magnitude"})
    codes = base.input.model_copy(update={"encoding": "sign_magnitude"})
    net = base.replace(layers=(first, base.layers[1]), input=codes)
    chosen = lowest_code_vectors(net, RNG(0), seconds=60)
    assert 0 < len(chosen) <= 8
    for place in range(4):
        misread = chosen.copy()
        misread[chosen[:, place] == -7, place] = 0
        assert (infer(net, misread) != infer(net, chosen)).any()
    stimulus = make_stimulus(net, None, samples=1, seed=0, search_seconds=60)
    assert (stimulus.codes[-stimulus.lowest :] == -7).any(axis=0).all()
    assert len(lowest_code_vectors(base, RNG(0), seconds=60)) == 0
