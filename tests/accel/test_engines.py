"""`packed` and `counts` against the bit-by-bit model and closed forms, at ordinary sizes and at the limits."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest
from support.engines.paths import force
from support.networks.examples_of_kinds import COMPARATORS, RESETS, example
from support.networks.one_layer import one_layer, random_codes
from support.networks.random_networks import random_network

from sc_neurocore import bitstream
from sc_neurocore.accel.counts import engine as counts
from sc_neurocore.accel.counts import float_product as product
from sc_neurocore.accel.counts import int8
from sc_neurocore.accel.packed import engine as packed
from sc_neurocore.spec import (
    Accumulator,
    Clamp,
    Comparator,
    Counter,
    Generator,
    Lfsr,
    Lif,
    OptionError,
    Or,
    Relu,
    Sobol,
    SpecError,
    WeightedBinary,
    kinds,
    load_network,
)
from sc_neurocore.spec.layer import PRODUCTS

ENGINES = {"packed": packed, "counts": counts, "counts on float32": counts}
PAIRS = list(PRODUCTS)
ACCUMULATORS = {name: kind(**example(name)) for name, kind in kinds(Accumulator).items()}
GENERATORS = {
    name: (kind(source=Sobol(dimension=1, skip=3)), kind(source=Lfsr(seed=5, reverse=True)))
    for name, kind in kinds(Generator).items()
}


@pytest.fixture(params=ENGINES)
def engine(request, monkeypatch):
    """Each engine; `counts` also as it runs where the processor has no int8 instruction."""
    if request.param == "counts on float32":
        force(monkeypatch, "float32")
    elif request.param == "counts":
        monkeypatch.setattr(counts, "_cache", type(counts._cache)())
    return ENGINES[request.param]


def equal_to_reference(engine, network, codes):
    if engine is counts and counts.supports(network):
        with pytest.raises(OptionError, match="is 'or', which is no sum of products; take packed, reference or auto"):
            counts.run(network, codes)
        return
    expected = bitstream.run(network, codes)
    got = engine.run(network, codes)
    assert got.dtype == np.int64
    assert got.size > 0
    assert np.array_equal(got, expected)


@pytest.mark.one_in(3)
@pytest.mark.contract(
    *("product.and", "product.xnor", "product.signs", "generator.comparator", "generator.weighted_binary"),
    *("accumulator.parallel_counter", "accumulator.mux", "accumulator.or"),
)
@pytest.mark.parametrize("pair", PAIRS, ids=["-".join(p) for p in PAIRS])
@pytest.mark.parametrize("accumulator", ACCUMULATORS)
def test_every_product_under_every_accumulator(engine, pair, accumulator):
    if pair[0] == "bipolar" and accumulator == "or":
        with pytest.raises(SpecError, match="accumulator 'or' is not defined for bipolar streams"):
            one_layer(input_encoding=pair[0], weight_encoding=pair[1], accumulator=Or())
        return
    for (x, w), length in itertools.product(itertools.product(GENERATORS, GENERATORS), (1, 63, 64, 150)):
        network = one_layer(
            input_encoding=pair[0],
            weight_encoding=pair[1],
            input_generator=None if pair[0] == "spike" else GENERATORS[x][0],
            weight_generator=GENERATORS[w][1],
            accumulator=ACCUMULATORS[accumulator],
            length=length,
            bias=-3,
        )
        equal_to_reference(engine, network, random_codes(network, 6))


@pytest.mark.parametrize("seed", range(1000, 1030))
def test_random_networks_in_small_tiles(engine, seed, tmp_path, monkeypatch):
    """The tiles of time, inputs, neurons, samples and inner dimension are shrunk until every seam is crossed."""
    for key, value in {"TILE_WORDS": 6, "WINDOW_WORDS": 1, "TILE_NEURONS": 3, "SAMPLES": 2}.items():
        monkeypatch.setattr(packed, key, value)
    for key, value in {"CHUNK_ENTRIES": 7, "TILE_ROWS": 2, "BLOCK_VALUES": 20, "KEPT_VALUES": 50}.items():
        monkeypatch.setattr(product, key, value)
    small = {"CHUNK_BYTES": 40, "TILE_ROWS": 24, "FEW_BYTES": 16, "MANY_ROWS": 48, "CACHED_BYTES": 100}
    for key, value in small.items():
        monkeypatch.setattr(int8, key, value)
    network_file = random_network(seed)
    network = load_network(network_file.write(tmp_path / "net"))
    equal_to_reference(engine, network, network_file.codes(7))


@pytest.mark.contract("source.lane_skip", "accumulator.or")
@pytest.mark.parametrize("kind", [Comparator, WeightedBinary])
def test_packed_lanes(kind):
    network = one_layer(
        accumulator=Or(),
        length=200,
        input_generator=kind(source=Lfsr(seed=7, skip=65_535, lane_skip=65_535)),
        weight_generator=kind(source=Counter(skip=2, lane_skip=3)),
    )
    equal_to_reference(packed, network, random_codes(network, 5))


# ---------------------------------------------------------------------- at the limits


def each_engine(network, codes, engines=(bitstream, packed, counts)):
    """The outputs of each engine; of `counts` also without the int8 instruction."""
    results = [engine.run(network, codes) for engine in engines]
    with pytest.MonkeyPatch.context() as patch:
        force(patch, "float32")
        return [*results, counts.run(network, codes)]


ONES_OF_COUNTER = {  # positions of a counter's 16 words at which a code's stream is one
    (Comparator, 15): set(range(15)),
    (Comparator, 1): {0},
    (WeightedBinary, 15): set(range(1, 16)),
    (WeightedBinary, 1): {1},
}


@pytest.mark.contract("limits", "accumulator.width")
@pytest.mark.parametrize("x", [Comparator, WeightedBinary])
@pytest.mark.parametrize("w", [Comparator, WeightedBinary])
def test_full_scale_sums_stay_exact_beyond_float32(x, w):
    length = 2**20 - 6
    generators = {"input_generator": x(source=Counter()), "weight_generator": w(source=Counter())}
    of_15, of_1 = (
        len(both) * (length // 16) + len(both & set(range(length % 16)))
        for both in (ONES_OF_COUNTER[x, 15] & ONES_OF_COUNTER[w, code] for code in (15, 1))
    )
    for engine, inputs in ((counts, 2001), (packed, 21)):
        weights = np.full((2, inputs), 15)
        weights[1] = -15
        weights[1, 0] = 1
        network = one_layer(inputs, 2, 4, length, 2**25 + 1, weights, **generators)
        sums = [inputs * of_15, of_1 - (inputs - 1) * of_15]
        if engine is counts:  # float32 cannot hold this: a count would be lost
            assert all(int(np.float32(total)) != total for total in sums)
        for result in each_engine(network, np.full((1, inputs), 15), (engine,)):
            assert result.tolist() == [[2**25 + 1 + total for total in sums]]


@pytest.mark.contract("limits")
@pytest.mark.parametrize("x", GENERATORS)
@pytest.mark.parametrize("w", GENERATORS)
def test_sixteen_bits(x, w):
    network = one_layer(
        3,
        2,
        16,
        3000,
        input_generator=GENERATORS[x][0],
        weight_generator=GENERATORS[w][1],
        input_encoding="sign_magnitude",
    )
    codes = random_codes(network, 4)
    reference, *others = each_engine(network, codes)
    assert reference.any()
    for result in others:
        assert np.array_equal(result, reference)


@pytest.mark.contract("limits", "generator.default_pair")
def test_sixteen_bits_at_a_whole_period_by_closed_form():
    network = one_layer(4, 3, 16, 2**16, bias=2**30 - 1)
    codes = random_codes(network, 4)
    w = network.weights[0].astype(np.int64)
    expected = np.full((4, 3), 2**30 - 1)
    for i in range(1, 17):
        expected += (codes >> (16 - i) & 1) @ (np.sign(w) * ((abs(w) + 2 ** (i - 1)) // 2**i)).T
    for result in each_engine(network, codes):
        assert np.array_equal(result, expected)


@pytest.mark.contract("limits", "neuron.requantize", "neuron.border", "accumulator.bias")
@pytest.mark.parametrize("sign", [1, -1])
def test_products_of_47_bits(sign):
    neuron = Clamp(multiplier=2**15 - 1, shift=46, output_bits=2, output_encoding="sign_magnitude")
    inputs, length = 16_384, 2**16 - 1
    always = Comparator(source=Lfsr(seed=1))  # [u <= 3] of 2 bits is always one
    network = one_layer(
        inputs, 2, 2, length, sign * (2**30 - 1), np.full((2, inputs), 3 * sign), neuron=neuron,
        input_generator=always, weight_generator=always,
    )  # fmt: skip
    a = sign * (2**30 - 1 + inputs * length)
    assert abs(a) * (2**15 - 1) > 2**45
    expected = (a * (2**15 - 1) + 2**45) // 2**46
    assert expected == sign
    small = network.replace(
        layers=(network.layers[0].model_copy(update={"neuron": Relu(multiplier=2**15 - 1, output_bits=16)}),)
    )
    for result in each_engine(network, np.full((1, inputs), 3), (packed, counts)):
        assert result.tolist() == [[expected, expected]]
    for result in each_engine(small, np.full((1, inputs), 3), (packed, counts)):
        assert result.tolist() == [[65_535 if sign > 0 else 0] * 2]


@pytest.mark.contract("limits", "neuron.lif", "time.steps", "time.repeat")
@pytest.mark.parametrize("comparator", COMPARATORS)
@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("leak_shift", [None, 1, 31])
def test_lif_at_the_ends_of_32_bits(comparator, reset, leak_shift):
    top = 2**31 - 1
    always = Comparator(source=Lfsr(seed=1))  # [u <= 3] of 2 bits is always one
    for sign in (1, -1):
        neuron = Lif(leak_shift=leak_shift, v_threshold=top, comparator=comparator, reset=reset, state_bits=32)
        network = one_layer(
            5, 1, 2, 7, sign * (2**30 - 1), np.full((1, 5), 3 * sign), neuron=neuron,
            input_generator=always, weight_generator=always, head={"time_steps": 6, "repeat": True},
        )  # fmt: skip
        a, v, expected = sign * (2**30 - 1 + 5 * 7), 0, []
        for _ in range(6):
            v = max(-top - 1, min(top, v - (v >> leak_shift if leak_shift else 0) + a))
            spike = v >= top if comparator == "ge" else v > top
            v = v if not spike else v - top if reset == "subtract" else 0
            expected.append([int(spike)])
        for result in each_engine(network, np.full((1, 5), 3)):
            assert result[0].tolist() == expected
        assert ([1] in expected) == (sign > 0 and leak_shift != 1 and comparator == "ge")


@pytest.mark.contract("time.reduce")
def test_the_sum_over_the_most_steps_leaves_32_bits():
    always = Comparator(source=Lfsr(seed=1))
    network = one_layer(
        1, 1, 2, 2**20, 2**30 - 1, [[3]], reduce="sum", head={"time_steps": 65_536, "repeat": True},
        input_generator=always, weight_generator=always,
    )  # fmt: skip
    for result in each_engine(network, np.array([[3]]), (packed, counts)):
        assert result.tolist() == [[65_536 * (2**30 - 1 + 2**20)]]


# ---------------------------------------------------------------------- independence of circumstances


@pytest.mark.contract("source.restart")
@pytest.mark.parametrize("x", GENERATORS)
def test_threads_batches_and_order_change_nothing(engine, x, monkeypatch):
    network = one_layer(40, 300, 6, 130, input_generator=GENERATORS[x][0], weight_generator=GENERATORS["comparator"][1])
    codes = random_codes(network, 500)
    monkeypatch.setenv("NUMBA_NUM_THREADS", "1")
    whole = engine.run(network, codes)
    assert np.array_equal(bitstream.run(network, codes[:3]), whole[:3])
    for threads in ("2", "7"):
        monkeypatch.setenv("NUMBA_NUM_THREADS", threads)
        assert np.array_equal(engine.run(network, codes), whole)
    assert np.array_equal(engine.run(network, codes[::-1]), whole[::-1])
    assert np.array_equal(engine.run(network, codes[499:]), whole[499:])
    assert engine.run(network, codes[:0]).shape == (0, 300)


READ_ONLY = """
import os, sys
import numba.core.caching as caching
case = sys.argv[1]
if case == "nowhere":
    for locator in caching.CacheImpl._locator_classes:
        locator.from_function = classmethod(lambda cls, function, path: None)
else:
    def refuse(self, *args):
        raise OSError(30, "Read-only file system")
    caching.IndexDataCacheFile.save = refuse
import numpy as np
from sc_neurocore.accel.output_stage import _requantize
codes = np.empty((1, 2), dtype=np.uint8)
_requantize(np.array([[5, -5]]), np.zeros(2, dtype=np.int64), 1, 1, 0, 0, 255, codes)
print(codes.tolist())
"""


@pytest.mark.parametrize("case", ["nowhere", "read-only"])
def test_kernels_run_where_nothing_can_be_cached(case, tmp_path):
    environment = os.environ | {"NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, case], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.returncode) == ("[[3, 0]]", 0), done.stderr


@pytest.mark.parametrize("name", ["packed", "counts"])
def test_engines_do_not_import_the_model(name):
    seen = "any(m.startswith('sc_neurocore.bitstream') for m in sys.modules)"
    code = f"import sys, sc_neurocore.accel.{name}; print({seen})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    assert import_module(f"sc_neurocore.accel.{name}")
