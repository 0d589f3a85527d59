"""What is particular to the packed kernel: its vectors, its shared words, its memory."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import numpy as np
import pytest
from support.networks.one_layer import one_layer, random_codes

from sc_neurocore import bitstream
from sc_neurocore.accel.packed import engine as packed
from sc_neurocore.spec import Comparator, Lfsr, LfsrFull, Sobol
from sc_neurocore.spec.layer import PRODUCTS, Mux, Or


def assembly_for(processor, features):
    """The inner loop as another processor gets it; it is compiled, not run, so this one need not be able to."""
    program = "from sc_neurocore.accel import packed; print(packed.assembly())"
    told = {"NUMBA_CPU_NAME": processor, "NUMBA_CPU_FEATURES": features}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=os.environ | told, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("processor", ["icelake-server", "znver4"])
def test_the_emitted_loop_counts_ones_in_the_widest_vectors(processor):
    text = assembly_for(processor, "+avx512f,+avx512vpopcntdq")
    assert len(re.findall(r"vpopcntq\s.*%zmm", text)) >= 8  # a block of four samples and two vectors
    assert len(re.findall(r"vpternlogq\s.*%zmm", text)) >= 8  # AND and sign in one instruction
    assert not re.findall(r"vpopcntq\s.*%ymm", text)


@pytest.mark.parametrize(("processor", "features"), [("nehalem", ""), ("haswell", "+avx2")])
def test_the_emitted_loop_counts_ones_without_them_too(processor, features):
    text = assembly_for(processor, features)
    assert re.search(r"popcntq|pshufb", text)  # an instruction for a word, or a table for the halves of bytes
    assert "zmm" not in text
    assert ("ymm" in text) == bool(features)


@pytest.mark.contract("accumulator.parallel_counter", "product.signs")
@pytest.mark.parametrize("length", [1, 2, 5, 16, 21, 31, 32, 33, 63, 65, 128])
@pytest.mark.parametrize(("x", "w"), list(PRODUCTS))
def test_short_streams_share_words(length, x, w):
    for inputs, neurons, batch in ((1, 1, 1), (13, 17, 5)):
        network = one_layer(
            inputs=inputs,
            neurons=neurons,
            n=4,
            length=length,
            input_encoding=x,
            weight_encoding=w,
            input_generator=None if x == "spike" else Comparator(source=Sobol(dimension=2)),
            weight_generator=Comparator(source=Lfsr(seed=5)),
        )
        codes = random_codes(network, batch)
        got = packed.run(network, codes)
        assert np.array_equal(got, bitstream.run(network, codes))


def test_windows_of_fewer_words_where_many_codes_occur(monkeypatch):
    network = one_layer(inputs=6, neurons=3, n=8, length=700)
    codes = random_codes(network, 300)
    expected = bitstream.run(network, codes)
    for words in (2**18, 600, 1):
        monkeypatch.setattr(packed, "ROW_WORDS", words)
        assert np.array_equal(packed.run(network, codes), expected)
        assert np.array_equal(packed.run(network, codes[:2]), expected[:2])  # fewer codes, longer windows


@pytest.mark.contract("accumulator.mux", "accumulator.or")
@pytest.mark.parametrize("accumulator", [Mux(select=LfsrFull(seed=1)), Or()])
def test_streams_of_several_windows_are_selected_and_united_whole(accumulator, monkeypatch):
    network = one_layer(inputs=4, neurons=3, n=8, length=400, accumulator=accumulator)
    codes = random_codes(network, 40)
    expected = bitstream.run(network, codes)
    for words in (64, 2, 1):
        monkeypatch.setattr(packed, "WINDOW_WORDS", words)
        assert np.array_equal(packed.run(network, codes), expected)
