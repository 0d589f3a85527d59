"""A network is what its content says: no copy, pickle or change of any kind keeps a hash that is not its own."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from support import oracle
from support.networks.descriptions import dense, network, tensors
from support.networks.random_networks import random_network, write_folder

import sc_neurocore
from sc_neurocore.spec import Counter, Lfsr, NetworkSpec, SpecError, load_network, save_network

RELU = {"kind": "relu", "output_bits": 4, "shift": 1}
ENGINES = ["reference", "packed", "counts", "auto", "jax"]


@pytest.fixture
def net(tmp_path) -> NetworkSpec:
    """A network whose every cached property has been asked for, so that a copy could carry them on."""
    description = network(dense(3, 2, n=4, length=16, neuron=RELU), dense(2, 2, n=4, length=16))
    made = load_network(write_folder(tmp_path / "net", description, tensors(description)))
    assert made.sha256
    assert made.json_bytes
    assert made.tensor_bytes
    assert isinstance(hash(made), int)
    return made


def fresh(made: NetworkSpec) -> NetworkSpec:
    """The same fields, constructed from nothing."""
    return NetworkSpec(
        name=made.name,
        input=made.input,
        output=made.output,
        layers=made.layers,
        weights=made.weights,
        biases=made.biases,
    )


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "model_copy": lambda net: net.model_copy(),
    "deep model_copy": lambda net: net.model_copy(deep=True),
    "replace": lambda net: net.replace(),
    **{f"pickle {p}": lambda net, p=p: pickle.loads(pickle.dumps(net, p)) for p in range(2, 6)},
}


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_is_equal_and_carries_no_cache(net, how):
    made = COPIES[how](net)
    assert made is not net
    assert set(vars(made)) == set(type(made).model_fields)
    assert set(vars(net)) > set(vars(made))
    assert made == net
    assert made.sha256 == fresh(made).sha256
    assert made.json_bytes == fresh(made).json_bytes


CHANGES = {
    "name": {"name": "other"},
    "weights": {"weights": (np.full((2, 3), 7), np.full((2, 2), -5))},
    "biases": {"biases": (np.array([1, 2]), np.array([3, 4]))},
}


@pytest.mark.parametrize("key", CHANGES)
@pytest.mark.parametrize("engine", ENGINES)
def test_a_changed_copy_answers_as_itself(net, tmp_path, key, engine):
    """The oracle reads the folder that the copy is saved to; the engines had the old network in their caches."""
    if engine == "jax":
        pytest.importorskip("jax", reason="the jax extra is not installed")
    codes = np.arange(12).reshape(4, 3) % 16
    old = sc_neurocore.infer(net, codes, engine=engine)
    made = net.model_copy(update=CHANGES[key])
    assert made.sha256 != net.sha256
    assert made.sha256 == fresh(made).sha256
    save_network(made, tmp_path / "copy")
    expected = oracle.evaluate(tmp_path / "copy", codes)
    assert np.array_equal(sc_neurocore.infer(made, codes, engine=engine), expected)
    assert key == "name" or not np.array_equal(expected, old)


def test_a_copy_forced_by_hand_is_hashed_anew(net):
    """A copy begins without caches: what is put into it before its first use is what it is."""
    made = copy.copy(net)
    object.__setattr__(made, "name", "other")
    assert made.sha256 == net.replace(name="other").sha256 != net.sha256


@pytest.mark.parametrize(
    ("update", "words"),
    [
        ({"weights": ()}, "weights"),
        ({"name": "Not A Name"}, "name"),
        ({"nonsense": 1}, "nonsense"),
        ({"layers": ()}, "layers"),
    ],
)
def test_a_copy_that_breaks_a_rule_is_refused(net, update, words):
    with pytest.raises(SpecError, match=words):
        net.model_copy(update=update)


def test_parts_are_copied_under_the_same_rules(net):
    layer, source = net.layers[0], Lfsr(seed=3)
    assert copy.copy(source) == pickle.loads(pickle.dumps(source)) == source.model_copy() == source
    assert source.model_copy(update={"skip": 2}).skip == 2
    wrong = ((layer, {"neurons": 0}), (source, {"seed": 0}), (Counter(), {"skip": -1}), (source, {"no": 1}))
    for part, update in wrong:
        with pytest.raises(SpecError):
            part.model_copy(update=update)


@pytest.mark.parametrize("kind", [NetworkSpec, Counter])
def test_nothing_is_constructed_without_validation(kind):
    with pytest.raises(SpecError, match="without validation"):
        kind.model_construct(skip=-1)


def test_a_pickle_with_a_forged_field_is_refused(net):
    forged = pickle.dumps(Lfsr(seed=3)).replace(b"seed\x94K\x03", b"seed\x94K\x00")
    assert forged != pickle.dumps(Lfsr(seed=3))
    with pytest.raises(SpecError, match="seed"):
        pickle.loads(forged)


def test_equal_content_is_one_network_however_it_was_made(tmp_path):
    for seed in range(20):
        made = load_network(random_network(seed).write(tmp_path / str(seed)))
        again = pickle.loads(pickle.dumps(made))
        assert hash(again) == hash(made)
        assert {made, again, copy.deepcopy(made)} == {made}
