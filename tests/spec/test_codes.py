"""Codes of narrow types, in which a negative code and a large one share their bits."""

from __future__ import annotations

import numpy as np
import pytest
from support.networks.one_layer import one_layer

from sc_neurocore.spec import CodesError, OptionError, check_codes, code_range


@pytest.mark.parametrize("kind", ["i1", "i2", "i4", "i8", ">i2"])
@pytest.mark.parametrize("bits", [7, 8, 15, 16])
def test_a_negative_code_is_refused_in_every_type(kind, bits):
    network = one_layer(inputs=2, neurons=1, n=bits, length=4)
    codes = np.zeros((3, 2), kind)
    assert check_codes(network, codes).tolist() == codes.tolist()
    codes[1, 1] = -1
    with pytest.raises(CodesError, match=r"got -1 at index \(1, 1\)"):
        check_codes(network, codes)


@pytest.mark.parametrize("bits", [0, -1, 63, 10**9, 8.0, True, "8"])
def test_no_range_of_absurd_bits(bits):
    with pytest.raises(OptionError, match="n must be an integer, 1 to 62"):
        code_range("unipolar", bits)
