"""The cost model: it takes what exists, says what does not, and agrees with the order of measured times."""

from __future__ import annotations

import numpy as np
import pytest
from support.engines.processor import VNNI
from support.marks import marked
from support.networks.one_layer import one_layer, random_codes
from support.networks.pairs import SOBOL

from sc_neurocore import explain, infer
from sc_neurocore.accel import costs
from sc_neurocore.accel.counts import engine as counts
from sc_neurocore.accel.counts import selector
from sc_neurocore.accel.counts.lookup import kernels, shuffles, whole
from sc_neurocore.accel.packed import engine as packed
from sc_neurocore.inference.engines import explanation
from sc_neurocore.spec import LfsrFull, Mux, Or, WeightedBinary


def machine(monkeypatch, features):
    """A processor as `llvm.processor` names its features."""
    there = frozenset(features.split())
    monkeypatch.setattr(costs, "processor", lambda: there)
    monkeypatch.setattr(selector, "available", lambda: "avx512vnni" in there)
    for module in (kernels, whole):
        monkeypatch.setattr(module, "available", lambda: "avx512vbmi" in there)
    monkeypatch.setattr(shuffles, "width", lambda: 32 if "avx2" in there else 0)


def big(**changes):
    return one_layer(784, 128, 8, 256, **changes).layers[0]


def test_the_fastest_path_that_is_there_is_taken(monkeypatch):
    layer = big()
    signed = big(input_encoding="sign_magnitude")
    machine(monkeypatch, "avx2 avx512f avx512vnni avx512vbmi")
    assert [costs.best(each, 2048) for each in (layer, signed)] == ["lookup", "lookup"]
    assert costs.best(layer, 1) == "int8"  # whose coefficients are fewer bytes
    machine(monkeypatch, "avx2 avx512f avx512vnni")
    assert [costs.best(each, 2048) for each in (layer, signed)] == ["lookup", "int8"]
    machine(monkeypatch, "avx2")
    assert [costs.best(each, 2048) for each in (layer, signed)] == ["lookup", "float32"]
    machine(monkeypatch, "sse2")
    assert costs.best(layer, 2048) == "float32"
    said = {e.path: e.obstacle for e in costs.estimates(layer, 2048)}
    assert said["lookup"] == "the processor has not the shuffles of bytes that these tables ask for"
    assert said["int8"] == "the processor has no AVX-512 VNNI"


@pytest.mark.parametrize(("features", "path"), [("avx2 avx512vbmi", "lookup"), ("avx2", "rows")])
def test_two_comparators_are_looked_up_where_whole_tables_can_be(features, path, monkeypatch):
    machine(monkeypatch, features)
    assert costs.best(big(**SOBOL), 2048) == path


def test_rows_are_taken_for_two_comparators_and_packed_for_or():
    wide = one_layer(784, 128, 12, 4096, **SOBOL).layers[0]
    assert costs.best(wide, 2048) == "rows"
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
    assert set(said["layers"][0]["estimates"]) == {"lookup", "rows", "packed"}
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
