from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from support.engines.processor import EXACT_INT8, VNNI
from support.marks import marked

from sc_neurocore.accel import libraries as _libraries
from sc_neurocore.accel.counts.int8 import ROWS_OF, Int8Product, limbs


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


@pytest.mark.parametrize("library", [pytest.param("torch", marks=EXACT_INT8), "jax"])
@pytest.mark.parametrize("value", [-128, 127, 1])
def test_a_librarys_sums_do_not_saturate(library, value):
    """Neighbouring products of one sign and the largest size: 16 bits do not hold a pair of them."""
    pytest.importorskip(library, reason=f"the {library} extra is not installed")
    x = np.full((64, 256), value, dtype=np.int8)
    for extreme in (-128, 127):
        coefficients = np.full((256, 32), extreme, dtype=np.int8)
        got = _libraries.product(library, x, _libraries.place(library, coefficients))
        assert (got == 256 * value * extreme).all()


def test_a_library_told_to_take_older_instructions_is_not_exact(monkeypatch):
    monkeypatch.setattr(_libraries, "processor_flags", lambda: frozenset({"avx512_vnni"}))
    for name in ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"):
        monkeypatch.delenv(name, raising=False)
    assert _libraries.exact()
    for name in ("ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA"):
        with monkeypatch.context() as patch:
            patch.setenv(name, "AVX2")
            assert not _libraries.exact()
