from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from support.networks.default_dense import default_dense

from sc_neurocore.accel.counts import engine as counts
from sc_neurocore.accel.counts.float_product import EXACT, chunks_within
from sc_neurocore.bitstream import stream
from sc_neurocore.spec import (
    DEFAULT_INPUT_GENERATOR,
    DEFAULT_WEIGHT_GENERATOR,
    Comparator,
    Counter,
    Lfsr,
    LfsrFull,
    OptionError,
    Or,
    Sobol,
    VanDerCorput,
    WeightedBinary,
)

GENERATORS = [
    Comparator(source=Sobol(dimension=2, skip=9)),
    Comparator(source=Lfsr(seed=1, reverse=True)),
    WeightedBinary(source=VanDerCorput(skip=1)),
    WeightedBinary(source=LfsrFull(seed=0)),
]


def layer(n=4, length=16, x=DEFAULT_INPUT_GENERATOR, w=DEFAULT_WEIGHT_GENERATOR, encoding="unipolar", **changes):
    weights = "sign_magnitude" if encoding == "spike" else encoding
    fields = {"stream_length": length, "input_encoding": encoding, "weight_encoding": weights}
    return default_dense(1, 1, n, **fields | {"input_generator": x, "weight_generator": w} | changes)


@pytest.mark.contract("product.and", "product.xnor")
@pytest.mark.parametrize("x", GENERATORS, ids=str)
@pytest.mark.parametrize("w", GENERATORS, ids=str)
@pytest.mark.parametrize("encoding", ["unipolar", "sign_magnitude", "bipolar"])
def test_product_table_counts_the_ones_of_streams(x, w, encoding):
    for n, length in ((2, 9), (4, 16), (6, 150)):
        a, b = (stream(g, np.arange(2**n), n, length).astype(np.int64) for g in (x, w))
        ones = a @ b.T + ((1 - a) @ (1 - b).T if encoding == "bipolar" else 0)
        table = counts.product_table(layer(n, length, x, w, encoding))
        assert np.array_equal(table, ones)
        some_x, some_w = np.array([3, 0, 3]), np.array([2**n - 1, 1])
        some = counts.product_table(layer(n, length, x, w, encoding), some_x, some_w)
        assert np.array_equal(some, ones[np.ix_(some_x, some_w)])


def test_product_table_of_spikes():
    table = counts.product_table(layer(3, 8, None, GENERATORS[0], "spike"))
    assert table.tolist() == [[0] * 8, list(range(8))]


@pytest.mark.contract("generator.default_pair")
def test_product_table_at_sixteen_bits_makes_only_what_is_asked_for():
    one, codes = layer(16, 2**20), np.random.default_rng(0).integers(0, 2**16, (2, 300))
    tracemalloc.start()
    table = counts.product_table(one, *codes)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    x, w = codes[0][:, None], codes[1][None, :]
    closed = sum((x >> (16 - i) & 1) * ((w + 2 ** (i - 1)) // 2**i) for i in range(1, 17))
    assert np.array_equal(table, 16 * closed)
    assert peak < 150e6


def test_product_table_refuses_the_whole_of_sixteen_bits_and_lanes():
    with pytest.raises(OptionError, match=r"at most 2\^26 products, got 65536 \* 65536; name the codes that are used"):
        counts.product_table(layer(16, 16))
    lanes = Comparator(source=Counter(lane_skip=1))
    with pytest.raises(OptionError, match="no lane_skip: its inputs have no table in common"):
        counts.product_table(layer(x=lanes, accumulator=Or()))


@pytest.mark.contract("generator.weighted_binary")
def test_tables_of_the_default_pair_have_rank_n_and_sobol_pairs_nearly_full_rank():
    default = counts.product_table(layer(6, 64))
    assert np.linalg.matrix_rank(default.astype(float)) == 6
    sobol = counts.product_table(layer(6, 64, *(Comparator(source=Sobol(dimension=d)) for d in (1, 2))))
    assert np.linalg.matrix_rank(sobol.astype(float)) >= 62


@pytest.mark.parametrize("magnitude", [[1], [EXACT - 1, 1], [EXACT - 1] * 3, [0] * 40, list(range(100))])
@pytest.mark.parametrize("entries", [1, 3, 10**6])
def test_chunks_cover_everything_once_and_stay_exact(magnitude, entries):
    magnitude = np.array(magnitude)
    parts = chunks_within(magnitude, entries)
    assert [i for part in parts for i in range(part.start, part.stop)] == list(range(magnitude.size))
    assert all(magnitude[part].sum() < EXACT for part in parts)
