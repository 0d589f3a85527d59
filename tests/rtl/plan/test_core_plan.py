# amaranth: UnusedElaboratable=no
"""A plan is a value: made without gates, equal where it says the same, and the gates are of its clocks and words."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

import numpy as np
import pytest
from support.networks.default_pair import random_default_pair
from support.networks.descriptions import dense, network
from support.networks.random_networks import random_codes
from support.networks.specs import spec_of as spec
from support.oracle import evaluate
from support.simulation.axis import beats, run_core

from sc_neurocore.rtl import CoreOptions, CorePlan, LayerPlan, plan_core
from sc_neurocore.rtl.cores.architectures import CORES, gates_of
from sc_neurocore.rtl.datapath.make import DATAPATHS
from sc_neurocore.rtl.plan.estimates import DEVICES
from sc_neurocore.rtl.plan.folded_layers import FoldedLayerNumbers
from sc_neurocore.rtl.plan.folded_plan import FoldedPlan
from sc_neurocore.rtl.plan.selection import idle_options
from sc_neurocore.spec import OptionError, SpecError

CASE = (
    network(dense(5, 6, 4, 16, neuron={"kind": "relu", "shift": 2, "output_bits": 4}), dense(6, 3, 4, 16)),
    {
        "layer0.weight": np.random.default_rng(1).integers(-15, 16, (6, 5)),
        "layer0.bias": np.arange(-3, 3),
        "layer1.weight": np.random.default_rng(2).integers(-15, 16, (3, 6)),
        "layer1.bias": np.array([7, -9, 0]),
    },
)
MIXED = {"architecture": ("column", "row"), "stream_bits_per_cycle": (16, 4), "neurons_in_parallel": (3, 2)}


def every_subclass(kind: type) -> set[type]:
    return {kind}.union(*(every_subclass(each) for each in kind.__subclasses__()))


@pytest.fixture
def no_gates(monkeypatch):
    """Nothing that has ports is made."""

    def refuse(*_, **__):
        raise AssertionError("a plan makes no gates")

    monkeypatch.setattr("amaranth.lib.wiring.Component.__init__", refuse)


def test_what_a_plan_says_of_each_layer():
    plan = plan_core(spec(*CASE), **MIXED)
    assert plan.layers == (
        LayerPlan(3, "one", 16, "closed_form", "block"),
        LayerPlan(2, "all", 4, "stream", "logic"),
    )
    assert plan.parameters == {name: list(value) for name, value in MIXED.items()}
    loadable = plan_core(
        spec(*CASE), architecture="serial", weights="loadable", memory="spram", stream_bits_per_cycle=4
    )
    assert set(loadable.layers) == {LayerPlan(1, "one", 4, "stream", "single_port", writable=True)}
    assert (loadable.control, loadable.initialised, loadable.loadable) == ("axi-lite", False, True)
    table = plan_core(spec(*CASE), architecture="column", overlap=True, product_table=True)
    assert table.layers[1] == LayerPlan(3, "one", 16, "table", "block", double_buffered=True)


def test_a_plan_is_a_value(no_gates):
    plan = plan_core(spec(*CASE), **MIXED)
    assert plan == plan_core(spec(*CASE), **MIXED) != plan_core(spec(*CASE))
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.control = "stream"
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.layers[0].writable = True


@pytest.mark.parametrize(
    "options",
    [
        {"architecture": "row"},
        MIXED,
        {"architecture": "serial", "weights": "loadable"},
        {"architecture": "column", "weights": "loadable"},
        {"architecture": "column", "overlap": True, "logic_weights": True},
        {"architecture": "row", "anytime": True},
        {"target": "hx8k", "min_rate": 1e5},
    ],
)
def test_clocks_areas_loads_and_the_manifest_need_no_gates(options, no_gates):
    plan = plan_core(spec(*CASE), **options)
    assert plan.timing().cycles_per_inference > 0
    assert all(plan.estimate(device).tables > 0 for device in DEVICES.values())
    assert plan.parameters.keys() <= CoreOptions.__dataclass_fields__.keys() | {"why"}
    assert ("why" in plan.parameters) == ("target" in options)
    if plan.loadable:
        assert len(plan.load_map.image(plan.network)) == plan.load_map.words
    assert set(plan.manifest_entries) <= {"anytime", "cycles"}


def test_what_a_plan_says_is_the_option_that_makes_it_again():
    for options in (
        {"architecture": "row"},
        MIXED,
        {"architecture": "column"},
        {"architecture": "serial", "stream_bits_per_cycle": 2},
    ):
        plan = plan_core(spec(*CASE), **options)
        assert plan_core(spec(*CASE), **plan.parameters) == plan


@pytest.mark.contract("core.frames", "core.stall")
@pytest.mark.parametrize("words", [("column", "row"), ("row", "column"), ("serial", "row"), ("row", "serial")])
def test_layers_in_different_ways_compute_one_network_in_the_planned_clocks(words):
    net = spec(*CASE)
    plan = plan_core(net, architecture=words, stream_bits_per_cycle=(16, 4) if words[0] == "column" else None)
    codes = random_codes(CASE[0], np.random.default_rng(3), 6)
    stimulus = [beat for row in codes for beat in beats(row, 8)]
    seen = run_core(gates_of(plan), stimulus, frames=len(codes), signed=True)
    assert seen.frames == evaluate(CASE[0], codes, CASE[1]).tolist()
    ends = seen.sent[2::3]
    assert ends[-1] - ends[-2] == plan.timing().cycles_per_inference
    if words == ("column", "row"):
        beside = {plan_core(net, architecture=word).timing() for word in ("column", "row", "serial")}
        assert plan.timing() not in beside


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"architecture": ("column",)}, OptionError, r"must be one word, or one a layer, 2 of them; got \('column',\)"),
        (
            {"architecture": ("column", "auto")},
            OptionError,
            "architecture must be one of serial, column, row, unrolled; got 'auto'",
        ),
        ({"architecture": ("row", "column"), "overlap": True}, OptionError, "overlap belongs to architecture 'column'"),
        ({"architecture": ("serial", "row"), "neurons_in_parallel": 2}, OptionError, "computes one product at a time"),
        ({"lanes": 3}, OptionError, "an option of a core must be one of architecture, neurons_in_parallel, .*; got 'l"),
    ],
)
def test_illegal_mixtures(options, error, message):
    with pytest.raises(error, match=message):
        plan_core(spec(*CASE), **options)


def test_a_union_needs_all_inputs_only_in_its_own_layer():
    layers = CASE[0]["layers"]
    case = {**CASE[0], "layers": [{**layers[0], "accumulator": {"kind": "or"}}, layers[1]]}, CASE[1]
    assert plan_core(spec(*case), architecture=("row", "column")).layers[1].inputs_in_parallel == "one"
    with pytest.raises(SpecError, match=r"architecture 'column': layers\[0\].accumulator.kind 'or' takes all inputs"):
        plan_core(spec(*case), architecture=("column", "row"))


def test_every_kind_of_plan_has_gates_and_says_why_it_is_there():
    assert every_subclass(CorePlan) - {CorePlan} == set(CORES)
    assert all(len(kind.purpose) > 20 for kind in CORES)
    assert list(CORES)[-1] is FoldedPlan, "it takes whatever is left, or refuses it"
    assert every_subclass(FoldedLayerNumbers) - {FoldedLayerNumbers} == set(DATAPATHS)


def test_serial_and_folded_plans_differ_in_what_the_serial_one_saves():
    net = spec(*random_default_pair(4))
    program = plan_core(net, architecture="serial", stream_bits_per_cycle=1)
    folded = FoldedPlan.of(net, [1] * len(net.layers), architecture="serial", bits_per_clock=1)
    assert program.estimate(DEVICES["up5k"]).tables < folded.estimate(DEVICES["up5k"]).tables / 3


class TestDefault:
    """Where nothing is asked, the core is chosen for the first default device that holds one."""

    def test_it_is_the_choice_for_that_device(self):
        plan = plan_core(spec(*CASE))
        assert plan == plan_core(spec(*CASE), target="up5k")
        assert plan.parameters["why"].startswith("the fastest that fits for up5k")
        assert plan_core(spec(*CASE), weights="loadable") == plan_core(spec(*CASE), weights="loadable", target="up5k")

    def test_what_is_asked_for_by_hand_is_of_rows(self):
        plan = plan_core(spec(*CASE), neurons_in_parallel=1)
        assert plan.parameters["architecture"] == "row"
        assert "why" not in plan.parameters

    def test_a_larger_network_gets_a_larger_device_or_rows(self, monkeypatch):
        network = spec(*CASE)
        room = {name: replace(DEVICES[name], tables=1) for name in ("up5k", "ecp5-25k", "ecp5-85k")}
        monkeypatch.setitem(DEVICES, "up5k", room["up5k"])
        assert plan_core(network) == plan_core(network, target="ecp5-25k")
        for name, device in room.items():
            monkeypatch.setitem(DEVICES, name, device)
        plan = plan_core(network)
        assert plan.parameters["architecture"] == "row"
        assert plan.parameters["why"] == "none fits up5k, ecp5-25k, ecp5-85k"


class TestIdleOptions:
    """An option of which half gives the same clocks is told."""

    def said(self, **options):
        network = spec(*CASE)
        return idle_options(plan_core(network, **options), options, lambda others: plan_core(network, **others))

    def test_a_stream_bound_core_uses_its_bits(self):
        assert self.said(architecture="row", neurons_in_parallel=1, stream_bits_per_cycle=2) == []
        assert self.said(architecture="row") == []

    def test_an_input_bound_core_does_not(self):
        options = {"architecture": "row", "stream_bits_per_cycle": 16}
        half, whole = (plan_core(spec(*CASE), **options | {"stream_bits_per_cycle": bits}).timing() for bits in (8, 16))
        assert half.cycles_per_inference <= whole.cycles_per_inference  # or this case shows nothing
        words = f"8 takes {half.cycles_per_inference} clocks an inference, and this {whole.cycles_per_inference}"
        assert self.said(**options) == [f"stream_bits_per_cycle 16 gains nothing: {words}"]


class TestAlternatives:
    """The plans that a choice weighed are said beside it."""

    @pytest.mark.parametrize("budget", [{}, {"min_rate": 100_000.0}, {"max_luts": 500}])
    def test_they_hold_the_chosen_one_and_it_is_the_best_of_them(self, budget):
        network = spec(*CASE)
        said = plan_core(network, target="up5k", **budget).alternatives
        assert said is not None
        assert said["target"] == "up5k"
        plans = said["plans"]
        assert len(plans) > 10
        (chosen,) = [each for each in plans if each["chosen"]]
        within = [each for each in plans if each["tables"] <= said["max_tables"] and each["memories"] <= 30]
        within = [each for each in within if each["inferences_per_second"] >= budget.get("min_rate", 0)]
        assert [each for each in plans if each["keeps_budget"]] == within
        if "min_rate" in budget:
            assert chosen["tables"] == min(each["tables"] for each in within)
        else:
            assert chosen["inferences_per_second"] == max(each["inferences_per_second"] for each in within)

    def test_what_was_asked_for_by_hand_has_none(self):
        assert plan_core(spec(*CASE), architecture="row").alternatives is None

    @pytest.mark.parametrize("rank", [1, 8, -1])
    def test_a_rate_among_those_of_the_plans_divides_them(self, rank):
        """Some plans are too slow, though they fit."""
        network = spec(*CASE)
        free = plan_core(network, target="up5k").alternatives
        assert free is not None
        least = sorted(each["inferences_per_second"] for each in free["plans"] if each["keeps_budget"])[rank]
        said = plan_core(network, target="up5k", min_rate=least).alternatives
        assert said is not None
        plans = said["plans"]
        slow = [each for each in plans if each["inferences_per_second"] < least and each["tables"] <= 4_752]
        assert slow
        assert not any(each["keeps_budget"] for each in slow)
        within = [each for each in plans if each["keeps_budget"]]
        assert all(each["inferences_per_second"] >= least for each in within)
        (chosen,) = [each for each in plans if each["chosen"]]
        assert chosen["tables"] == min(each["tables"] for each in within)
