"""The cost model: it takes what exists, says what does not, and agrees with the order of measured times."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from support.engines.processor import VNNI
from support.marks import marked
from support.networks.one_layer import one_layer, random_codes

from sc_neurocore import explain, infer
from sc_neurocore.accel import costs, libraries
from sc_neurocore.accel.counts import engine as counts
from sc_neurocore.accel.counts import selector
from sc_neurocore.accel.packed import engine as packed
from sc_neurocore.inference.engines import explanation
from sc_neurocore.spec import Comparator, LfsrFull, Mux, Or, Sobol, WeightedBinary

SOBOL = {
    "input_generator": Comparator(source=Sobol(dimension=1)),
    "weight_generator": Comparator(source=Sobol(dimension=2)),
}


def machine(monkeypatch, flags="", vnni=False, loaded=(), installed=()):
    monkeypatch.setattr(libraries, "processor_flags", lambda: frozenset(flags.split()))
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    monkeypatch.setattr(selector, "available", lambda: vnni)
    monkeypatch.setattr(libraries, "loaded", lambda name: name in loaded)
    monkeypatch.setattr(libraries, "installed", lambda name: name in (*loaded, *installed))
    monkeypatch.setattr(costs._Spent, "seconds", 0.0)


def big(**changes):
    return one_layer(784, 128, 8, 256, **changes).layers[0]


def test_the_fastest_int8_product_that_is_there_is_taken(monkeypatch):
    layer, amx = big(), "amx_tile amx_int8 avx512_vnni avx512f"
    machine(monkeypatch, amx, vnni=True, loaded=["torch", "jax"])
    assert costs.best(layer, 2048) == "int8 torch"
    machine(monkeypatch, amx, vnni=True, loaded=["jax"])
    assert costs.best(layer, 2048) == "int8 jax"
    machine(monkeypatch, amx, vnni=True)
    assert costs.best(layer, 2048) == "int8 vnni"
    machine(monkeypatch, "avx512_vnni avx512f", vnni=True, loaded=["torch", "jax"])
    assert costs.best(layer, 2048) == "int8 vnni"
    machine(monkeypatch, "avx2", loaded=["torch", "jax"])
    assert costs.best(layer, 2048) == "float32"
    said = {e.path: e.obstacle for e in costs.estimates(layer, 2048)}
    assert said["int8 torch"] == "without VNNI or AMX its int8 sums saturate"
    assert said["int8 vnni"] == "the processor has no AVX-512 VNNI"


def test_a_library_is_imported_only_where_that_pays(monkeypatch):
    layer, amx = big(), "amx_tile amx_int8 avx512_vnni avx512f"
    machine(monkeypatch, amx, vnni=True, installed=["torch"])
    assert costs.best(layer, 2048) == "int8 vnni"
    obstacle = next(e.obstacle for e in costs.estimates(layer, 2048) if e.path == "int8 torch")
    assert obstacle == "torch is not loaded, and importing it (2.0 s) would not pay yet"
    assert costs.best(layer, 2_000_000) == "int8 torch"  # one call that saves more than the import costs
    for _ in range(500):  # or many: what they took has paid it
        costs.note_spent(0.005)
    assert costs.best(layer, 2048) == "int8 torch"
    machine(monkeypatch, "avx512_vnni avx512f", vnni=True, installed=["torch"])
    costs.note_spent(1000.0)
    assert costs.best(layer, 2048) == "int8 vnni"  # without AMX it would not be faster


def test_rows_are_taken_for_two_comparators_and_packed_for_or():
    assert costs.best(big(**SOBOL), 2048) == "rows"
    every = {e.path: e for e in costs.estimates(big(**SOBOL, accumulator=Or()), 5)}
    assert every["counts"].seconds is None
    assert "no sum of products" in every["counts"].obstacle
    assert every["packed"].seconds > 0


@pytest.mark.parametrize("batch", [1, 40, 3000])
def test_estimates_grow_with_the_work_and_the_best_comes_first(batch):
    for changes in ({}, SOBOL, {"accumulator": Mux(select=LfsrFull(seed=1))}, SOBOL | {"accumulator": Or()}):
        layer = big(**changes)
        seconds = [e.seconds for e in costs.estimates(layer, batch) if e.seconds is not None]
        assert seconds == sorted(seconds)
        more = {e.path: e.seconds for e in costs.estimates(layer, 10 * batch)}
        for e in costs.estimates(layer, batch):
            assert e.seconds is None or e.seconds <= more[e.path]


def test_explain_gives_the_estimates_of_every_layer_and_engine():
    network = one_layer(784, 128, 8, 256, **SOBOL)
    said = explain(network, 2048)
    assert said["engine"] == "counts"
    assert set(said["seconds"]) == {"counts", "packed"}
    assert said["seconds"]["counts"] < said["seconds"]["packed"]
    assert set(said["layers"][0]["estimates"]) == {"rows", "packed"}
    text = explanation(network, 2048)
    assert text.startswith("engine counts for 2048 samples: every layer is a sum of products")
    assert "rows         about" in text


def test_auto_takes_packed_streams_where_they_are_cheaper(monkeypatch):
    network = one_layer(20, 3, 4, 16, **SOBOL)
    codes = random_codes(network, 6)
    monkeypatch.setattr(costs, "_packed", lambda layer, batch: 0.0)
    monkeypatch.setitem(costs.FIXED, "packed", 0.0)
    assert explain(network, 6)["engine"] == "packed"
    assert "its streams are cheaper than its counts" in explain(network, 6)["reason"]
    called = []
    monkeypatch.setattr(packed, "run", lambda *given: called.append("packed") or counts.run(*given))
    infer(network, codes)
    assert called == ["packed"]


@pytest.mark.contract("generator.weighted_binary")
def test_signed_selected_bits_are_counted_on_the_path_of_rows():
    network = one_layer(
        30, 40, 6, 64, input_encoding="sign_magnitude",
        input_generator=SOBOL["input_generator"], weight_generator=WeightedBinary(source=LfsrFull(seed=1)),
    )  # fmt: skip
    codes = random_codes(network, 70)
    assert np.array_equal(infer(network, codes, "counts"), infer(network, codes, "reference"))


@marked(VNNI)
def test_out_of_range_codes_are_seen_by_the_product_itself():
    from sc_neurocore.spec import CodesError

    for encoding, bad in (("unipolar", -1), ("unipolar", 32), ("sign_magnitude", -32), ("bipolar", 1000)):
        weights = "bipolar" if encoding == "bipolar" else "sign_magnitude"
        network = one_layer(13, 3, 5, 32, input_encoding=encoding, weight_encoding=weights)
        for dtype in (np.int64, np.int32, np.int16):
            codes = random_codes(network, 100).astype(dtype)
            expected = infer(network, codes, "reference")
            assert np.array_equal(infer(network, codes, "counts"), expected)
            codes[70, 12] = bad
            with pytest.raises(CodesError, match=rf"got {bad} at index \(70, 12\)"):
                infer(network, codes, "counts")


@pytest.mark.parametrize("name", libraries.LIBRARIES)
def test_a_library_whose_import_is_blocked_is_neither_loaded_nor_installed(name, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    assert not libraries.loaded(name)
    assert not libraries.installed(name)
