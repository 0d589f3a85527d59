from __future__ import annotations

import builtins
import sys
from typing import get_args

import numpy as np
import pytest
from support import oracle
from support.networks.one_layer import one_layer
from support.networks.random_networks import random_network

import sc_neurocore
from sc_neurocore import classify, explain, infer, load_network
from sc_neurocore.inference.engines import Engine
from sc_neurocore.spec import CodesError, MissingExtraError, OptionError

WITHOUT_JAX = [each for each in get_args(Engine) if each != "jax"]
"""JAX compiles for every network; its own tests and those of the contract run it."""


def written(seed, folder):
    one = random_network(seed)
    return load_network(one.write(folder)), one.codes(5), folder


def first_with(folder, wanted):
    """The first random network of which `wanted(network)` holds."""
    for seed in range(5000, 5100):
        network, codes, path = written(seed, folder / str(seed))
        if wanted(network):
            return network, codes, path
    raise AssertionError("no such network among a hundred")


def has_or(network):
    return any(layer.accumulator.kind == "or" for layer in network.layers)


@pytest.mark.parametrize("engine", WITHOUT_JAX)
@pytest.mark.parametrize("seed", range(2000, 2012))
def test_every_engine_is_the_oracle(engine, seed, tmp_path):
    network, codes, folder = written(seed, tmp_path / "net")
    if engine == "counts" and has_or(network):
        with pytest.raises(OptionError, match="engine counts cannot run this network"):
            infer(network, codes, engine)
        return
    got = infer(network, codes, engine)
    assert got.dtype == np.int64
    assert np.array_equal(got, oracle.evaluate(folder, codes))


def test_the_default_engine_is_auto(tmp_path):
    network, codes, _ = written(1, tmp_path / "net")
    assert np.array_equal(infer(network, codes), infer(network, codes, "auto"))


def test_codes_of_any_integer_type_and_lists_are_taken(tmp_path):
    network, codes, _ = first_with(tmp_path, lambda n: n.input.encoding == "unipolar" and n.input.resolution_bits <= 7)
    expected = infer(network, codes)
    for same in (codes.astype(np.uint8), codes.astype(np.int16), codes.tolist(), np.asfortranarray(codes)):
        assert np.array_equal(infer(network, same), expected)


@pytest.mark.parametrize("engine", [each for each in WITHOUT_JAX if each != "counts"])
def test_codes_are_checked_before_anything_runs(engine, tmp_path):
    network, codes, _ = written(3, tmp_path / "net")
    with pytest.raises(CodesError, match="codes must have shape"):
        infer(network, codes[..., :-1] if codes.shape[-1] > 1 else codes[..., None], engine)
    with pytest.raises(CodesError, match="codes must be integers, got dtype float64"):
        infer(network, codes.astype(float), engine)
    with pytest.raises(CodesError, match=r"codes must be .*; got 70000 at index"):
        infer(network, np.full_like(codes, 70_000), engine)


@pytest.mark.parametrize("engine", WITHOUT_JAX)
def test_codes_beyond_int64_are_no_negative_codes(engine):
    network = one_layer(input_encoding="sign_magnitude")
    codes = np.full((2, 5), 2**64 - 3, dtype=np.uint64)
    with pytest.raises(CodesError, match="got 18446744073709551613 at index"):
        infer(network, codes, engine)


def test_an_unknown_engine_is_refused_by_name(tmp_path):
    network, codes, _ = written(1, tmp_path / "net")
    with pytest.raises(OptionError, match="engine must be one of auto, reference, packed, counts, jax; got 'gpu'"):
        infer(network, codes, "gpu")  # type: ignore[arg-type]


def test_a_missing_jax_names_the_extra(tmp_path, monkeypatch):
    network, codes, _ = written(1, tmp_path / "net")
    original = builtins.__import__

    def without_jax(name, *args, **kwargs):
        if name.split(".")[0] == "jax":
            raise ModuleNotFoundError("No module named 'jax'", name="jax")
        return original(name, *args, **kwargs)

    for module in [m for m in sys.modules if m.split(".")[0] == "jax"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(builtins, "__import__", without_jax)
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(MissingExtraError, match=r"sc-neurocore-cosim\[jax\]"):
        infer(network, codes, "jax")


@pytest.mark.contract("class.tie")
def test_the_class_is_the_largest_output_and_the_lowest_on_a_tie():
    assert classify(np.array([[1, 3, 3], [-5, -5, -7], [0, 0, 9]])).tolist() == [1, 0, 2]


@pytest.mark.contract("class.tie", "time.reduce")
def test_outputs_of_several_steps_are_summed_first():
    # the last step alone would say 0, the maximum over steps 1
    assert classify(np.array([[[0, 9, 6], [0, 0, 6], [2, 1, 1]]])).tolist() == [2]


@pytest.mark.parametrize("shape", [(3,), (2, 0), (1, 1, 1, 1)])
def test_classify_refuses_other_shapes(shape):
    with pytest.raises(CodesError, match=r"must be \(batch, neurons\) or \(batch, time_steps, neurons\), got shape"):
        classify(np.zeros(shape, dtype=int))


def test_explain_says_what_auto_takes_and_why(tmp_path):
    plain, _, _ = first_with(tmp_path, lambda n: not has_or(n))
    said = explain(plain, batch=10)
    assert said["engine"] == "counts"
    assert len(said["layers"]) == len(plain.layers)
    assert all(row["path"] and row["evaluations"] == 10 * plain.time_steps for row in said["layers"])
    bitwise, _, _ = first_with(tmp_path, has_or)
    said = explain(bitwise)
    assert said["engine"] == "packed"
    assert "'or', which is no sum of products" in said["reason"]
    assert all(row["product_bits"] > 0 for row in said["layers"])


def test_names_are_public():
    assert {"infer", "classify", "explain"} <= set(sc_neurocore.__all__)
