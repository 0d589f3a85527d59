"""The check against the source refuses a graph that is not the whole network."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sc_neurocore.importing.graph import Clip, Dense, FloatGraph, Scale, Tail
from sc_neurocore.importing.probes import LIMIT, check_source, probes
from sc_neurocore.spec.errors import OptionError

RNG = np.random.default_rng(0)
MASK = RNG.random((4, 4)) > 0.4
FIRST = Dense("first", RNG.normal(size=(4, 4)) * MASK, RNG.normal(size=4))
SECOND = Dense("second", RNG.normal(size=(4, 4)), None)
NODES = (FIRST, Clip("relu", 0.0, None), SECOND, Scale("norm", np.array([1.0, 2, 3, 4]), np.ones(4)))


def graph(*nodes) -> FloatGraph:
    """A graph whose source is the whole network, whatever its nodes are."""
    whole = FloatGraph("torch", 4, NODES, None)
    return FloatGraph("torch", 4, nodes, whole.run, "float64")


def test_a_whole_network_passes():
    check = check_source(graph(*NODES), probes(graph(*NODES)))
    assert check.checked
    assert (check.relative_error, check.argmax_agreement, check.probes, check.limit) == (0.0, 1.0, 256, LIMIT)
    assert check.to_dict()["note"] == "checked against torch (float64)"


DAMAGED = {
    "swapped layers": (SECOND, NODES[1], FIRST, NODES[3]),
    "a dropped activation": (FIRST, SECOND, NODES[3]),
    "a dropped norm": NODES[:3],
    "a stale mask": (Dense("first", FIRST.weight + 0.01 * ~MASK, FIRST.bias), *NODES[1:]),
    "a dropped bias": (Dense("first", FIRST.weight, None), *NODES[1:]),
    "a clip for a ReLU": (FIRST, Clip("relu6", 0.0, 6.0), *NODES[2:]),
    "outputs in another order": (*NODES[:2], Dense("second", SECOND.weight[::-1], None), NODES[3]),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_network_is_refused(name: str):
    damaged = graph(*DAMAGED[name])
    with pytest.raises(
        OptionError, match=r"read from torch is not the one .* over 1e-05; worst on probe \d+, output \d"
    ):
        check_source(damaged, probes(damaged))


def test_the_worst_probe_is_named():
    damaged = graph(*NODES[:3], replace(NODES[3], offset=np.array([1.0, 1, 1.5, 1])))
    with pytest.raises(OptionError, match="output 2: "):
        check_source(damaged, np.zeros((1, 4)))


def test_the_limit_is_the_callers():
    near = graph(*NODES[:3], replace(NODES[3], offset=np.full(4, 1.001)))
    assert check_source(near, probes(near), limit=0.01).checked
    with pytest.raises(OptionError, match="over 1e-05"):
        check_source(near, probes(near))


def test_bare_arrays_are_not_checked():
    check = check_source(FloatGraph("arrays", 4, NODES, None), np.zeros((3, 4)))
    assert not check.checked
    assert check.note == "not checked against a source: it was brought as bare arrays"
    assert check.relative_error is None


def test_classes_may_differ_only_where_outputs_tie():
    whole = FloatGraph("torch", 4, (*NODES, Tail("argmax", "argmax")), None)
    x = probes(whole)
    right = replace(whole, evaluate=lambda x: whole.run(x, tail=True))
    assert check_source(right, x).argmax_agreement == 1.0
    wrong = replace(whole, evaluate=lambda x: (whole.run(x, tail=True) + 1) % 4)
    with pytest.raises(OptionError, match="not the one"):
        check_source(wrong, x)
    beyond = replace(whole, evaluate=lambda x: whole.run(x, tail=True) + 9)
    with pytest.raises(OptionError, match="not the one"):
        check_source(beyond, x)


def test_sources_that_give_no_numbers_or_other_shapes():
    with pytest.raises(OptionError, match="not finite on probe 0"):
        check_source(replace(graph(*NODES), evaluate=lambda x: np.full((len(x), 4), np.nan)), np.zeros((2, 4)))
    with pytest.raises(OptionError, match=r"outputs \(2, 3\) where the graph gives \(2, 4\)"):
        check_source(replace(graph(*NODES), evaluate=lambda x: np.ones((len(x), 3))), np.zeros((2, 4)))
    with pytest.raises(OptionError, match="at least one"):
        check_source(graph(*NODES), np.zeros((0, 4)))


def test_probes_are_seeded_or_the_users_own():
    first, again, other = (probes(graph(*NODES), seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert first.shape == (256, 4)
    assert np.abs(first).max() > 6  # both ends of a relu6 are reached
    own = RNG.random((300, 2, 2))
    np.testing.assert_array_equal(probes(graph(*NODES), own), own.reshape(300, 4)[:256])
    with pytest.raises(OptionError, match=r"samples of 4 features, got shape \(3, 5\)"):
        probes(graph(*NODES), np.ones((3, 5)))
    with pytest.raises(OptionError, match="calibration must be finite"):
        probes(graph(*NODES), np.full((3, 4), np.nan))
