"""Kinds without gates are refused by name at every entrance; closed forms ask a source before they trust its period."""

from __future__ import annotations

import re

import numpy as np
import pytest
from support import oracle
from support.networks.descriptions import comparator, dense, network, tensors, weighted_binary
from support.networks.examples_of_kinds import GENERATORS, SOURCES, example
from support.networks.map_descriptions import avg_pool2d, conv2d, map_network, map_tensors, max_pool2d
from support.networks.specs import dense_layer, spec_of
from support.networks.unknown_kinds import UNKNOWN, Golden, Repeating, plain, put

from sc_neurocore import rtl
from sc_neurocore.rtl import ColumnCore, NetworkCore, SerialCore, build_core
from sc_neurocore.rtl.components.streams.sources import make_source
from sc_neurocore.rtl.loading.load_map import description
from sc_neurocore.rtl.plan.closed_forms import closed_factor, ones_a_period_are_the_code
from sc_neurocore.rtl.plan.column_plan import ColumnPlan
from sc_neurocore.rtl.plan.folded_layers import phases
from sc_neurocore.rtl.plan.folded_plan import FoldedPlan
from sc_neurocore.rtl.plan.serial_plan import SerialPlan
from sc_neurocore.spec import Comparator, Counter, OptionError, SpecError

ENTRANCES = {
    "check_supported": rtl.check_supported,
    "row": lambda net: build_core(net, architecture="row"),
    "column": lambda net: build_core(net, architecture="column"),
    "serial": lambda net: build_core(net, architecture="serial"),
    "loadable": lambda net: build_core(net, architecture="column", weights="loadable"),
    "anytime": lambda net: build_core(net, architecture="column", anytime=True),
    "table": lambda net: build_core(net, architecture="column", product_table=True),
    "budget": lambda net: build_core(net, target="hx8k"),
    "NetworkCore": lambda net: NetworkCore(FoldedPlan.of(net, [1])),
    "ColumnCore": lambda net: ColumnCore(ColumnPlan.of(net)),
    "SerialCore": lambda net: SerialCore(SerialPlan.of(net)),
    "description": description,
}
NO_SPIKES = {"check_supported", "description", "table", "ColumnCore", "SerialCore"}
"""Entrances that make no gates of a lif: they refuse it whatever its fields, or do not look at them."""
ONE_STEP = {"ColumnCore", "SerialCore"}
"""Entrances that refuse several steps before anything else."""
PAIRS = [
    (what, entrance)
    for what in UNKNOWN
    for entrance in ENTRANCES
    if not (what.endswith("of a lif") and entrance in NO_SPIKES)
    and not (what == "output.reduce" and entrance in ONE_STEP)
]


def test_nothing_is_refused_without_cause():
    for entrance in ENTRANCES.values():
        entrance(plain())


@pytest.mark.parametrize(("what", "entrance"), PAIRS)
def test_an_unknown_kind_is_refused_by_name_at_every_entrance(what, entrance):
    make, name = UNKNOWN[what]
    with pytest.raises(OptionError, match=f"has no case for the kind {name!r}"):
        ENTRANCES[entrance](make())


WITH_MAPS = ("check_supported", "row", "column", "serial", "loadable", "budget", "NetworkCore", "description")
"""Entrances to whatever takes maps; the others refuse them by name."""


@pytest.mark.parametrize("entrance", ENTRANCES)
@pytest.mark.parametrize("before", [conv2d, max_pool2d, avg_pool2d], ids=lambda make: make.__name__)
def test_maps_have_gates_or_are_refused_by_name_at_every_entrance(before, entrance):
    if before is conv2d:
        tree = map_network(conv2d([2, 2, 1], 2, (2, 2)))
    else:
        tree = map_network(before([2, 2, 3]), dense(3, 2))
    net = spec_of(tree, map_tensors(tree))
    if entrance in WITH_MAPS:
        ENTRANCES[entrance](net)
        return
    with pytest.raises((OptionError, SpecError), match=f"layers\\[0\\] is {before.__name__!r}"):
        ENTRANCES[entrance](net)


def test_generate_writes_nothing_for_an_unknown_kind(tmp_path):
    make, name = UNKNOWN["source of weights"]
    with pytest.raises(OptionError, match=name):
        rtl.generate(make(), tmp_path / "rtl")
    assert not list(tmp_path.iterdir())


# ---------------------------------------------------------------- what is known of a period


@pytest.mark.contract("generator.comparator", "generator.weighted_binary")
@pytest.mark.parametrize("kind", GENERATORS)
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("n", [3, 4, 5])
def test_ones_of_a_period_are_the_code_where_the_gates_trust_it(n, source, kind):
    layer = spec_of(*_spikes(n, {"kind": kind, "source": example(source)})).layers[0]
    generator = layer.weight_generator
    period = generator.source.period(n)
    tree = generator.model_dump()
    codes = np.arange(2**n)
    ones = sum(oracle.stream_bits(tree, codes, n, t).astype(int) for t in range(period))
    assert ones_a_period_are_the_code(generator, n)
    assert np.array_equal(ones, codes)


def _spikes(n, generator):
    tree = network(dense(2, 2, n=n, length=3 * 2**n, input_encoding="spike", weight_generator=generator))
    return tree, tensors(tree)


def test_spikes_have_a_closed_form_over_whole_periods_of_each_word_once():
    for source, length, factor in (("counter", 48, 3), ("lfsr", 45, 3), ("lfsr", 48, None), ("counter", 45, None)):
        layer = dense_layer(plain(encoding="spike", length=length))
        known = spec_of(*_spikes(4, comparator(example(source)))).layers[0].weight_generator
        assert closed_factor(layer.model_copy(update={"weight_generator": known})) == factor, (source, length)


class HalfOfTheWords(Repeating):
    """Each word that occurs does so once a period, but half of them never do."""

    each_word_once = True

    def period(self, n):
        return 2 ** (n - 1)


class Twice(Repeating):
    """A period of 2^n, in which words repeat."""

    def period(self, n):
        return 2**n


@pytest.mark.parametrize("source", [Golden(), HalfOfTheWords(), Twice()], ids=lambda source: type(source).__name__)
def test_a_period_that_lacks_or_repeats_words_has_no_closed_form(source):
    layer = dense_layer(plain(encoding="spike", length=4 * source.period(4)))
    put(layer.weight_generator, "source", source)
    assert not ones_a_period_are_the_code(layer.weight_generator, 4)
    assert closed_factor(layer) is None


def test_lanes_share_a_phase_by_the_period_of_their_source():
    generator = Comparator(source=Counter())
    put(generator, "source", Golden(skip=3, lane_skip=34))  # period 17 at 4 bits
    assert phases(generator, 4, 4) == {3: [0, 1, 2, 3]}
    put(generator, "source", Golden(lane_skip=16))
    assert phases(generator, 3, 4) == {0: [0], 16: [1], 15: [2]}


def test_a_source_may_begin_beyond_what_a_description_can_say():
    source = make_source(Counter(skip=1), 4, skip=70_000)
    assert (source.skip, make_source(Counter(skip=1), 4).skip) == (70_000, 1)


# ---------------------------------------------------------------- what gates do not depend on


def test_gates_and_loads_do_not_depend_on_the_shape_and_the_scales_of_the_input():
    tree = network(dense(4, 2, n=3, length=8))
    arrays = tensors(tree)
    flat = spec_of(tree, arrays)
    tree = network(dense(4, 2, n=3, length=8))
    del tree["input"]["scale"]
    tree["input"] |= {"shape": [2, 1, 2], "per_feature": True}
    arrays |= {"input.scale": np.array([1.0, 2.0, 0.5, 3.0]), "input.offset": np.array([0.0, -1.0, 0.25, 9.0])}
    shaped = spec_of(tree, arrays)
    assert shaped.sha256 != flat.sha256
    assert description(shaped) == description(flat)
    core, _ = build_core(flat, architecture="row", weights="loadable", control="stream")
    assert core.load_map is not None
    assert core.load_map.image(shaped) == core.load_map.image(flat)


def test_closed_forms_take_either_spelling_of_the_default_pair():
    for x, w in (
        (weighted_binary({"kind": "van_der_corput", "skip": 17}), comparator({"kind": "counter", "skip": 32})),
        (
            weighted_binary({"kind": "counter", "skip": 1, "reverse": True}),
            comparator({"kind": "van_der_corput", "reverse": True, "skip": 16}),
        ),
    ):
        tree = network(dense(3, 2, n=4, length=16, input_generator=x, weight_generator=w))
        assert closed_factor(dense_layer(spec_of(tree, tensors(tree)))) == 1
    for x, w in (
        (weighted_binary({"kind": "van_der_corput", "skip": 2}), comparator()),
        (weighted_binary({"kind": "van_der_corput", "skip": 1}), comparator({"kind": "counter", "reverse": True})),
        (weighted_binary({"kind": "van_der_corput", "skip": 1}), weighted_binary({"kind": "counter"})),
    ):
        tree = network(dense(3, 2, n=4, length=16, input_generator=x, weight_generator=w))
        net = spec_of(tree, tensors(tree))
        assert closed_factor(dense_layer(net)) is None
        with pytest.raises(OptionError, match=re.escape("layers[0].") + "(input|weight)_generator must be"):
            build_core(net, architecture="column", overlap=True)
