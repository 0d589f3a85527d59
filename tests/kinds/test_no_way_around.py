"""There is no way around the closed kinds and the hashes: older names, derived classes, narrow types, single steps."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from support.networks.unknown_kinds import UNKNOWN, plain, put

from sc_neurocore import classify, infer
from sc_neurocore.inference import explain
from sc_neurocore.spec import Comparator, Counter, DenseLayer, Linear, NetworkSpec, OutputSpec, SCError, SpecError


def test_the_older_name_of_a_copy_keeps_no_hash():
    net = plain()
    assert net.sha256
    biases = (np.array([7, 8], np.int32),)
    try:
        made = net.copy(update={"biases": biases})
    except SCError:
        return
    assert made.sha256 != net.sha256


def test_the_older_name_of_a_copy_breaks_no_rule():
    with pytest.raises(SpecError):
        plain().layers[0].copy(update={"neurons": 0})


def test_a_state_that_is_set_by_hand_is_refused():
    net = plain()
    assert net.sha256
    state = {
        "__dict__": {**vars(net), "name": "other"},
        "__pydantic_fields_set__": set(),
        "__pydantic_extra__": None,
        "__pydantic_private__": None,
    }
    empty = NetworkSpec.__new__(NetworkSpec)
    with pytest.raises(SCError):
        empty.__setstate__(state)


def with_a_kind_derived_from_a_known_one() -> NetworkSpec:
    class Golden(Counter):
        kind: Literal["golden"] = "golden"  # pyright: ignore[reportIncompatibleVariableOverride]

    net = plain()
    put(net.layers[0], "weight_generator", put(Comparator(source=Counter()), "source", Golden()))
    return net


def test_a_kind_that_derives_from_a_known_one_is_not_taken_for_it():
    with pytest.raises((SCError, TypeError), match=r"golden|Golden"):  # where it is made, or where it is used
        infer(with_a_kind_derived_from_a_known_one(), [[1, 2, 3]], engine="reference")


def single(neuron=None) -> NetworkSpec:
    net = plain(neuron=neuron or Linear())
    layer = DenseLayer(**dict(net.layers[0]) | {"neurons": 1})
    return net.replace(layers=(layer,), weights=(net.weights[0][:1],), biases=(net.biases[0][:1],))


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32])
def test_the_class_of_a_single_output_does_not_depend_on_the_type_of_its_array(dtype):
    largest = np.array([[np.iinfo(dtype).max]], dtype)
    assert classify(largest, single()).tolist() == classify(largest.astype(np.int64), single()).tolist() == [1]


@pytest.mark.parametrize("what", ["comparator of a lif", "reset of a lif", "output.reduce"])
def test_nothing_is_explained_of_an_unknown_kind(what):
    make, name = UNKNOWN[what]
    with pytest.raises(SCError, match=name):
        explain(make())


@pytest.mark.parametrize("engine", ["reference", "packed", "counts", "auto", "jax"])
def test_an_unknown_reduction_is_refused_of_one_step_too(engine):
    net = put(plain(), "output", put(OutputSpec(), "reduce", "mean"))
    with pytest.raises(SCError, match="mean"):
        infer(net, [[1, 2, 3]], engine=engine)
