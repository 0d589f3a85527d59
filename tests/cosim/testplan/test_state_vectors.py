"""Faults of membranes: what is said to show does, by a loop over single numbers; and that they are driven."""

from __future__ import annotations

import numpy as np
import pytest
from support.networks.small_cores import small, spiking

from sc_neurocore.bitstream.network import counts
from sc_neurocore.cosim.fault_model.wrong_states import (
    EARLY_ABOVE,
    EARLY_BELOW,
    LEAK,
    SHORT_ABOVE,
    SHORT_BELOW,
    WRAPS_ABOVE,
    WRAPS_BELOW,
    StateRun,
    state_faults,
)
from sc_neurocore.cosim.testplan.frames import torn_lengths
from sc_neurocore.cosim.testplan.rare_data import rare_vectors
from sc_neurocore.cosim.testplan.state_vectors import extreme_states
from sc_neurocore.cosim.testplan.stimulus import directed, random_codes
from sc_neurocore.inference.engines import infer
from sc_neurocore.spec import OutputSpec


def narrow(reduce="none"):
    """Membranes of five bits, which saturate at both ends."""
    base = spiking(5)
    changed = {"state_bits": 5, "leak_shift": 2, "v_threshold": 9}
    neuron = base.layers[0].neuron.model_copy(update=changed)
    layers = (base.layers[0].model_copy(update={"neuron": neuron}), base.layers[1])
    steps = base.input.model_copy(update={"time_steps": 6})
    first, second = [[7, 6, -5, 3], [-7, 5, 6, -7], [4, -6, 7, 2]], [[5, -3, 6], [-7, 4, 2]]
    return base.replace(
        layers=layers,
        input=steps,
        output=OutputSpec(reduce=reduce),
        weights=(np.array(first), np.array(second)),
        biases=(np.array([1, -2, 2]), np.array([0, 0])),
    )


def outputs(network, codes, fault=None):
    neuron, results = network.layers[0].neuron, []
    low, high = -(2 ** (neuron.state_bits - 1)), 2 ** (neuron.state_bits - 1) - 1
    states = np.zeros((len(codes), network.layers[0].neurons), dtype=int)
    for step in range(network.time_steps):
        a = counts(network.layers[0], codes[:, step], network.weights[0]) + network.biases[0]
        spikes = np.zeros_like(states)
        for row, j in np.ndindex(states.shape):
            change = fault.change if fault is not None and fault.neuron == j else None
            state = int(states[row, j])
            leak = int(state / 2**neuron.leak_shift) if change == LEAK else state // 2**neuron.leak_shift
            total = state - leak + int(a[row, j])
            if total < low:
                total = {WRAPS_BELOW: total + 2 * (high + 1), SHORT_BELOW: low + 1}.get(change, low)
            elif total > high:
                total = {WRAPS_ABOVE: total - 2 * (high + 1), SHORT_ABOVE: high - 1}.get(change, high)
            if change in (EARLY_BELOW, EARLY_ABOVE):
                total = (
                    {low: low + 1}.get(total, total) if change == EARLY_BELOW else {high: high - 1}.get(total, total)
                )
            spikes[row, j] = total >= neuron.v_threshold
            states[row, j] = total - neuron.v_threshold * spikes[row, j]
        results.append(counts(network.layers[1], spikes, network.weights[1]) + network.biases[1])
    return np.stack(results, axis=1) if network.output.reduce == "none" else np.sum(results, axis=0)


@pytest.mark.parametrize("reduce", ["none", "sum"])
def test_samples_that_show_a_wrong_membrane_do(reduce):
    network = narrow(reduce)
    codes = np.concatenate([extreme_states(network), random_codes(network, 30, np.random.default_rng(1))])
    right = outputs(network, codes)
    assert (right == infer(network, codes)).all()
    run, compared = StateRun(network, codes), 0
    faults = state_faults(network)
    assert len(faults) == 21
    for fault in faults:
        wrong = outputs(network, codes, fault)
        rows = np.flatnonzero((wrong != right).reshape(len(codes), -1).any(axis=1))
        assert run.shown(fault).tolist() == rows.tolist(), fault.name
        compared += bool(len(rows))
    assert compared > 4


def test_codes_that_charge_a_neuron_most_stay_over_all_steps_or_half_of_them():
    network = narrow()
    ends = extreme_states(network)
    for weights in network.weights[0]:
        most = np.where(weights > 0, 7, 0)
        for half, rest in ((most, most), (7 - most, 7 - most), (most, 7 - most), (7 - most, most)):
            assert (ends == np.stack([half] * 3 + [rest] * 3)).all(axis=(1, 2)).any()


def test_what_is_reached_is_reached_by_the_samples():
    network = narrow()
    base = directed(network)
    rare = rare_vectors(network, base, np.random.default_rng(0), seconds=60)
    run = StateRun(network, np.concatenate([base, rare.vectors]))
    assert rare.reached == sum(bool(len(run.shown(fault))) for fault in state_faults(network)) > 2
    assert rare.faults == 21 == rare.reached + rare.summary()["rare_data"]["unresolved"]


def test_membranes_that_saturate_one_too_early_are_found():
    """Of random samples few show it: the membrane must come to its end and then be at the threshold."""
    network = narrow()
    rare = rare_vectors(network, directed(network), np.random.default_rng(0), seconds=60)
    run = StateRun(network, np.concatenate([directed(network), rare.vectors]))
    found = {fault.change for fault in state_faults(network) if len(run.shown(fault))}
    assert {EARLY_BELOW, EARLY_ABOVE, SHORT_BELOW, SHORT_ABOVE} <= found


def test_of_a_network_without_states_there_are_none():
    assert state_faults(small()) == []


def test_every_wrong_length_comes_before_every_step():
    turns = torn_lengths([1, 3, 5], 4, 4)
    for length in (1, 3, 5):
        for step in range(4):
            assert any([length] == turn[step] for turn in turns)
            assert any(len(turn[step]) == 2 and turn[step][0] == length for turn in turns)
    assert len(torn_lengths([1, 3, 5], 25, 784)) == 2
