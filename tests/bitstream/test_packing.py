from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sc_neurocore.bitstream import pack, unpack
from sc_neurocore.spec import CodesError, OptionError


@pytest.mark.contract("packing")
@given(streams=hnp.arrays(np.uint8, st.tuples(st.integers(1, 3), st.integers(1, 200)), elements=st.integers(0, 1)))
def test_words_are_numpys_little_endian_bits_and_come_back(streams):
    words, length = pack(streams), streams.shape[-1]
    assert words.dtype == np.uint64
    assert words.shape == (len(streams), -(-length // 64))
    octets = np.packbits(streams, axis=-1, bitorder="little")
    assert np.array_equal(words.astype("<u8").view(np.uint8)[:, : octets.shape[-1]], octets)
    assert np.array_equal(unpack(words, length), streams)


@pytest.mark.contract("packing")
def test_unused_bits_are_zero():
    assert pack(np.ones(65, dtype=np.uint8)).tolist() == [2**64 - 1, 1]


def test_packing_refuses_what_is_no_bit():
    with pytest.raises(CodesError, match="zeros and ones only, got values 0 to 2"):
        pack(np.array([0, 1, 2]))


@pytest.mark.parametrize("streams", [np.array(["0", "1"]), np.array([0, 1j]), np.array([None, 1])])
def test_packing_refuses_what_is_no_number(streams):
    with pytest.raises(CodesError, match=r"streams must"):
        pack(streams)


@pytest.mark.parametrize("words", [np.array(1, dtype=np.uint64), np.array([1, -1]), np.array(-1)])
def test_unpacking_refuses_what_is_no_array_of_words(words):
    with pytest.raises(CodesError, match=r"words must be an array of unsigned integers"):
        unpack(words, 3)


@pytest.mark.parametrize("length", [-1, 129])
def test_unpacking_refuses_more_bits_than_there_are(length):
    with pytest.raises(OptionError, match=f"length must be 0 to 64 bits a word = 128, got {length}"):
        unpack(np.zeros(2, dtype=np.uint64), length)
