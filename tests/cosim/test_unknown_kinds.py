"""What the co-simulation knows of kinds: unknown ones are refused by name, and a source needs nothing but its words."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle
from support.networks.map_descriptions import conv2d, map_network, map_tensors
from support.networks.specs import spec_of
from support.networks.unknown_kinds import UNKNOWN, plain

from sc_neurocore import cosim
from sc_neurocore.cosim.fault_model.layer_model import LayerModel, covers, operand_streams
from sc_neurocore.cosim.fault_model.mutants import layer_faults, needed_codes
from sc_neurocore.cosim.testbench import write_testbench
from sc_neurocore.cosim.testplan.changed_parameters import BY_INFERENCE
from sc_neurocore.cosim.testplan.loads.decoy import decoy_network
from sc_neurocore.cosim.testplan.stimulus import make_stimulus
from sc_neurocore.spec import Comparator, Counter, OptionError, VanDerCorput

OF_THE_MODEL = [what for what in UNKNOWN if what.split()[0] in ("source", "generator") and not what.endswith("mux")]


def model(network):
    layer, weights = network.layers[0], network.weights[0]
    return LayerModel(layer, weights, network.biases[0], needed_codes(layer, weights, -15, 15))


@pytest.mark.parametrize("what", UNKNOWN)
def test_an_unknown_kind_is_refused_by_name(what, tmp_path):
    make, name = UNKNOWN[what]
    with pytest.raises(OptionError, match=f"has no case for the kind {name!r}"):
        cosim.run(make(), tmp_path / "out", simulator="amaranth", samples=1)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("what", OF_THE_MODEL)
def test_the_tables_of_an_unknown_kind_are_refused(what):
    make, name = UNKNOWN[what]
    with pytest.raises(OptionError, match=f"has no case for the kind {name!r}|source must be one of .* kind={name!r}"):
        model(make())


@pytest.mark.parametrize("what", ["accumulator", "neuron", "layer"])
def test_whether_tables_describe_an_unknown_kind_is_not_guessed(what):
    make, name = UNKNOWN[what]
    with pytest.raises(OptionError, match=f"has no case for the kind {name!r}"):
        covers(make())


def test_maps_are_verified_by_every_entrance(tmp_path):
    tree = map_network(conv2d([2, 2, 1], 2, (2, 2)))
    network = spec_of(tree, map_tensors(tree))
    assert cosim.run(network, tmp_path / "out", simulator="amaranth", samples=1).passed
    stimulus = make_stimulus(network, None, samples=1, seed=0, search_seconds=1)
    assert stimulus.coverage.search == BY_INFERENCE
    with pytest.raises(OptionError, match="folder"):
        write_testbench(network, tmp_path)


def test_another_network_to_load_keeps_the_scales_of_the_input():
    network = plain()
    head = network.input.model_dump(exclude={"scale"}) | {"per_feature": True}
    tensors = {"input_scale": np.array([1.0, 2.0, 4.0]), "input_offset": np.zeros(3)}
    scaled = network.replace(input=type(network.input)(**head), **tensors)
    other, differing = decoy_network(scaled, np.arange(15).reshape(5, 3))
    assert differing
    assert other.sha256 != scaled.sha256
    assert np.array_equal(other.input_scale, scaled.input_scale)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("kind", [Counter, VanDerCorput])
def test_a_source_that_begins_elsewhere_is_a_mutant(kind, reverse):
    generator = Comparator(source=kind(skip=21, reverse=reverse))
    network = plain(weight_generator=generator)
    streams = {
        whole.name: whole.model.w_streams.words.tolist()
        for whole in layer_faults(model(network))
        if whole.name.startswith("weight start bit")
    }
    assert set(streams) == {f"weight start bit {bit}" for bit in range(4)}
    for bit in range(4):
        tree = generator.source.model_dump() | {"skip": (21 % 16) ^ (1 << bit)}
        assert streams[f"weight start bit {bit}"] == [oracle.word(tree, 4, t) for t in range(16)]
    assert operand_streams(generator, 4, 16).words.tolist() not in streams.values()
