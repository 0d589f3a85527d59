"""Flips at the nets of emitted cores: every output is the model's with the same flips, and no other."""

from __future__ import annotations

import numpy as np
import pytest
from support.faults.oracle import Place, random_word
from support.networks.small_cores import small
from support.verilog.simulators import QUICK

from sc_neurocore.accel.faults import Fault
from sc_neurocore.accel.faults.philox import round_keys
from sc_neurocore.cosim.injection import run_with_faults, saboteur, verify
from sc_neurocore.cosim.injection.masks import layer_masks
from sc_neurocore.rtl import generate, plan_core
from sc_neurocore.spec import Mux, OptionError, SpecError, VanDerCorput

ALL = [Fault("product", 0.03), Fault("weight", 0.02), Fault("input", 0.02)]


def network(sizes=(4, 3, 2), **options):
    """Without weights 0, whose products have no gates."""
    base = small(sizes=sizes, **options)
    return base.replace(weights=tuple(np.where(each == 0, 3, each) for each in base.weights))


def codes(count: int, features: int = 4) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 8, (count, features))


@pytest.mark.parametrize(
    ("faults", "options"),
    [
        (ALL, {"neurons_in_parallel": 2}),
        ([Fault("weight", 0.05)], {}),
        ([Fault("input", 0.05)], {"neurons_in_parallel": 1, "stream_bits_per_cycle": 2}),
    ],
)
def test_every_output_is_the_models_with_the_same_flips(faults, options):
    result = run_with_faults(network(), codes(120), faults, seed=2**40 + 3, simulator=QUICK, **options)
    assert result.passed, result.comparison.reasons
    assert result.comparison.values_compared == 240
    assert result.changed > 10
    assert result.flips > 100


@pytest.mark.parametrize("wrong", ["seed", "clock", "net"])
def test_other_flips_are_seen(monkeypatch, wrong):
    """Masks of another seed, a clock late, or on another net give other outputs: the comparison fails."""
    if wrong == "seed":
        monkeypatch.setattr(verify, "round_keys", lambda seed: round_keys(seed + 1))
    elif wrong == "clock":
        monkeypatch.setattr(saboteur, "STREAM_CLOCKS", 3)
    else:
        monkeypatch.setattr(verify, "layer_masks", lambda *a: np.roll(layer_masks(*a), 1, axis=1))
    faults = [Fault("weight", 0.05)]
    result = run_with_faults(network((4, 2)), codes(60), faults, simulator=QUICK)
    assert not result.passed
    assert result.comparison.mismatches > 0


def test_masks_are_the_draws_of_their_places():
    """Rows by sample, group and clock; a word of masks for the inputs, then weights and products of each element."""
    base = network((3, 2))
    net = base.replace(
        layers=(base.layers[0].model_copy(update={"neurons": 4}),),
        weights=(np.repeat(base.weights[0], 2, axis=0),),
        biases=(np.zeros(4, np.int32),),
    )
    plan = plan_core(net, architecture="row", neurons_in_parallel=2, stream_bits_per_cycle=4)
    masks = layer_masks(plan.numbers[0], 0, ALL, round_keys(77), 2, 1).reshape(2, 2, 2, 5, 4, 3)
    kinds = {each.site: each.threshold for each in ALL}
    for sample, group, clock, part, word, j in np.ndindex(masks.shape):
        neuron = 2 * group + (part - 1) // 2
        site = "input" if part == 0 else ("weight", "product")[(part - 1) % 2]
        line = j if site == "input" else 3 * neuron + j
        wanted = random_word(Place(77, 0, sample, 0), site, "flip", line, 4 * clock + word) < kinds[site]
        assert masks[sample, group, clock, part, word, j] == wanted


@pytest.mark.parametrize(
    ("faults", "text"),
    [
        ([Fault("accumulator", 0.1)], "faults must be flips of input, weight, product"),
        ([Fault("product", 0.1, "stuck_at_1")], "faults must be flips of"),
    ],
)
def test_what_has_no_known_net_is_refused(faults, text):
    with pytest.raises(OptionError, match=text):
        run_with_faults(network(), codes(3), faults)


def test_cores_without_all_nets_are_refused():
    zeros = network().replace(weights=(np.zeros((3, 4), np.int32), network().weights[1]))
    with pytest.raises(OptionError, match="weights 0 whose products have no gates"):
        run_with_faults(zeros, codes(3), ALL)
    selected = small(accumulator=Mux(select=VanDerCorput()))
    with pytest.raises(OptionError, match="must count all inputs at once"):
        run_with_faults(selected, codes(3), ALL)


def test_verilog_with_other_names_is_refused(tmp_path):
    net = network()
    generate(net, tmp_path / "rtl", architecture="row")
    text = (tmp_path / "rtl" / f"{net.name}.v").read_text()
    arguments = (net.name, 0, 3, 4, tmp_path / "m.hex", 8)
    assert saboteur.sabotage(text, *arguments).count("sc_w") >= 3 * 3
    renamed = ("_lanes(", "_other("), ("_products_0(", "_other("), (" = x & ", " = x | "), ("counter_1 (", "c (")
    for old, new in renamed:
        with pytest.raises(SpecError, match="the Verilog has no"):
            saboteur.sabotage(text.replace(old, new), *arguments)
