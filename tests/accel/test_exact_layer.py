"""One exact layer for two array libraries: the same codes, values and derivatives, those of the contract's table."""

from __future__ import annotations

import numpy as np
import pytest
from support.networks.examples_of_kinds import ENCODINGS

jax = pytest.importorskip("jax", reason="the jax extra is not installed")
torch = pytest.importorskip("torch", reason="the torch extra is not installed")

from sc_neurocore.accel.exact_layer import quantize  # noqa: E402
from sc_neurocore.accel.jax.ops import FLOATS  # noqa: E402
from sc_neurocore.accel.kinds import code_scale  # noqa: E402
from sc_neurocore.accel.ops import values  # noqa: E402
from sc_neurocore.accel.requantizer import limit, requantize  # noqa: E402
from sc_neurocore.accel.torch.ops import TORCH  # noqa: E402
from sc_neurocore.spec import dequantize  # noqa: E402
from sc_neurocore.spec import quantize as quantize_in_float64  # noqa: E402

CODES_PER_UNIT = {"unipolar": 31.0, "bipolar": 16.0, "sign_magnitude": 31.0, "spike": 1.0}
"""dc / dv at n = 5, read from the table of contract §1; a spike is worth itself, whatever n is."""


@pytest.mark.contract("codes.quantize")
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_both_libraries_have_the_codes_values_and_slopes_of_the_contract(encoding):
    v = np.float32([-1.2, -0.73, -0.26, 0.0, 0.26, 0.499, 0.5, 0.73, 0.9, 1.2])
    inside = (np.abs(v) < 1) & ((v > 0) | (encoding in ("bipolar", "sign_magnitude"))) & (v != 0)
    assert code_scale(encoding, 5) == CODES_PER_UNIT[encoding]
    codes = quantize_in_float64(v, encoding, 5)[0]
    in_jax, pull = jax.vjp(lambda v: quantize(FLOATS, v, encoding, 5), v)
    leaf = torch.tensor(v, requires_grad=True)
    in_torch = quantize(TORCH, leaf, encoding, 5)
    in_torch.sum().backward()
    assert np.array_equal(in_jax, codes)
    assert np.array_equal(in_torch.detach(), codes)
    (slopes,) = pull(np.ones_like(v))
    for slope in (np.asarray(slopes), leaf.grad.numpy()):
        assert np.array_equal(slope[inside], np.full(inside.sum(), CODES_PER_UNIT[encoding], np.float32))
        assert not slope[np.abs(v) > 1].any()
    for library in (np.asarray(in_jax), in_torch.detach().numpy()):
        np.testing.assert_allclose(values(library, encoding, 5), dequantize(codes, encoding, 5), rtol=1e-6)


@pytest.mark.contract("neuron.requantize", "limits")
@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_the_requantizer_is_the_contracts_formula_in_32_bits_and_in_64(dtype):
    rng = np.random.default_rng(5)
    edges = [0, 1, -1, 65535, 65536, -65537, 2**30, 2**31 - 1, -(2**31) + 1]
    compared = 0
    for shift in range(47):
        bound = limit(shift)
        a = np.concatenate([edges, rng.integers(-bound, bound + 1, 200), [bound, -bound]]).clip(-bound, bound)
        for multiplier in (1, 3, 32767):
            rounding = 0 if shift == 0 else 2 ** (shift - 1)
            expected = [(int(each) * multiplier + rounding) >> shift for each in a]
            got = requantize(a.astype(dtype), dtype(multiplier), shift)
            assert got.dtype == dtype
            assert got.tolist() == expected, (shift, multiplier)
            assert abs(requantize(bound, multiplier, shift)) >= 2**16 or shift > 14, "clipped counts would be codes"
            compared += a.size
    assert compared > 20_000
