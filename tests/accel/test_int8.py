from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.engines.plain_instructions import plain
from support.engines.processor import VNNI
from support.marks import marked

from sc_neurocore.accel.counts import vnni
from sc_neurocore.accel.counts.int8 import ROWS_OF, Int8Product, limbs
from sc_neurocore.accel.llvm import inner_loop, one_of


@given(values=hnp.arrays(np.int64, 20, elements=st.integers(-(2**22), 2**22)))
def test_limbs_are_signed_bytes_of_the_value(values):
    parts = limbs(values)
    assert all(part.min() >= -128 and part.max() <= 127 for part in parts)
    assert np.array_equal(sum(part << (8 * i) for i, part in enumerate(parts)), values)


@marked(VNNI)
@pytest.mark.parametrize("neurons", [1, 16, 17, 33, 48, 65, 130])
@pytest.mark.parametrize("signed", [False, True])
def test_the_product_is_numpys_for_every_block_and_many_limbs(neurons, signed):
    rng = np.random.default_rng(neurons)
    n, inputs, batch = 11, 37, 80
    table = rng.integers(-(2**20), 2**20, (n, 2**n)) >> np.arange(0, 2 * n, 2)[:, None]
    table[4] = 0
    table[5, :3] = 128, -128, 127
    weights = rng.integers(-(2**n) + 1, 2**n, (neurons, inputs))
    codes = rng.integers(-(2**n) + 1 if signed else 0, 2**n, (batch, inputs))
    constant = rng.integers(-1000, 1000, neurons)
    bits = (abs(codes)[:, None] >> np.arange(n)[:, None] & 1) * np.where(codes < 0, -1, 1)[:, None]
    coefficients = table[:, abs(weights)] * np.where(weights < 0, -1, 1)
    expected = constant + np.einsum("bij,imj->bm", bits, coefficients)
    assert abs(expected).max() < 2**31
    product = Int8Product(table, weights, constant, signed)
    assert product.levels == 3
    for some in (codes, codes[:1], codes[:73]):
        assert np.array_equal(product(some), expected[: len(some)])


@marked(VNNI)
def test_every_block_size_is_used_by_some_number_of_neurons():
    table = np.ones((2, 4), dtype=np.int64)
    sizes = {
        n: Int8Product(table, np.ones((n, 2), dtype=int), np.zeros(n, dtype=int), False).vectors
        for n in (10, 30, 45, 128)
    }
    assert sizes == {10: 1, 30: 2, 45: 3, 128: 4}
    assert set(sizes.values()) == set(ROWS_OF)


@pytest.mark.parametrize("vectors", ROWS_OF)
def test_a_block_of_our_own_product_is_a_matrix_product_on_any_processor(vectors, monkeypatch):
    monkeypatch.setattr(vnni, "external", plain)
    block = inner_loop("ipppiii", one_of(*map(vnni._block, (1, 2, 3, 4))))

    @numba.njit
    def run(x, c, a, groups):
        addresses = np.uint64(x.ctypes.data), np.uint64(c.ctypes.data), np.uint64(a.ctypes.data)
        strides = x.shape[1], 4 * a.shape[1]
        block(vectors - 1, addresses[0], addresses[1], addresses[2], strides[0], strides[1], groups)

    rng, rows, groups = np.random.default_rng(vectors), ROWS_OF[vectors], 3
    x = rng.integers(0, 256, (rows, 4 * groups), dtype=np.uint8)
    c = rng.integers(-128, 128, (groups, 16 * vectors, 4), dtype=np.int8)
    start = rng.integers(-9, 9, (rows, 16 * vectors), dtype=np.int32)
    sums = start.copy()
    run(x, c, sums, groups)
    inner = c.transpose(0, 2, 1).reshape(4 * groups, -1).astype(np.int64)
    assert np.array_equal(sums, start + x.astype(np.int64) @ inner)
    run(x, c, sums, 0)
    assert np.array_equal(sums, start + x.astype(np.int64) @ inner)
