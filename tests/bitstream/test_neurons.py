from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sc_neurocore.bitstream import neurons
from sc_neurocore.spec import Clamp, Lif, Relu

counts = st.integers(-(2**31) + 1, 2**31 - 1)
requantizing = {
    "multiplier": st.integers(1, 2**15 - 1) | st.just(2**15 - 1),
    "shift": st.integers(0, 46) | st.sampled_from([0, 1, 46]),
    "output_bits": st.integers(2, 16),
}


def rounded(a: int, multiplier: int, shift: int) -> int:
    """The nearest integer to a·multiplier / 2^shift, halves upwards, in exact fractions."""
    return math.floor(Fraction(a * multiplier, 2**shift) + Fraction(1, 2))


@pytest.mark.contract("neuron.requantize", "neuron.relu")
@given(a=counts, fields=st.fixed_dictionaries(requantizing))
def test_relu_rounds_half_up_and_clips(a, fields):
    y = rounded(a, fields["multiplier"], fields["shift"])
    assert neurons.relu(np.array([a]), Relu(**fields)).tolist() == [min(max(y, 0), 2 ** fields["output_bits"] - 1)]


@pytest.mark.contract("neuron.requantize", "neuron.clamp")
@given(a=counts, fields=st.fixed_dictionaries(requantizing), bipolar=st.booleans())
def test_clamp_clips_symmetrically_or_around_the_offset(a, fields, bipolar):
    y, full = rounded(a, fields["multiplier"], fields["shift"]), 2 ** fields["output_bits"] - 1
    neuron = Clamp(**fields, output_encoding="bipolar" if bipolar else "sign_magnitude")
    expected = min(max(y + 2 ** (fields["output_bits"] - 1), 0), full) if bipolar else min(max(y, -full), full)
    assert neurons.clamp(np.array([a]), neuron).tolist() == [expected]


@pytest.mark.contract("limits", "neuron.requantize")
def test_products_of_47_bits_do_not_wrap():
    a = np.array([2**31 - 1, -(2**31) + 1])
    assert neurons.requantize(a, 2**15 - 1, 46).tolist() == [1, -1]
    assert neurons.requantize(a, 2**15 - 1, 0).tolist() == [70366596661249, -70366596661249]


@pytest.mark.contract("neuron.requantize")
def test_halves_go_up_on_both_sides_of_zero():
    assert neurons.requantize(np.array([3, 1, -1, -3]), 1, 1).tolist() == [2, 1, 0, -1]


@st.composite
def lifs(draw):
    bits = draw(st.integers(2, 32))
    return Lif(
        state_bits=bits,
        leak_shift=draw(st.none() | st.integers(1, bits - 1)),
        v_threshold=draw(st.integers(1, 2 ** (bits - 1) - 1)),
        comparator=draw(st.sampled_from(["ge", "gt"])),
        reset=draw(st.sampled_from(["subtract", "zero"])),
    )


@pytest.mark.contract("neuron.lif")
@given(neuron=lifs(), inputs=st.lists(counts | st.integers(-9, 9), min_size=1, max_size=8))
def test_lif_in_pythons_own_integers(neuron, inputs):
    top, v, state = 2 ** (neuron.state_bits - 1), 0, np.zeros(1, dtype=np.int64)
    for a in inputs:
        leak = math.floor(Fraction(v, 2**neuron.leak_shift)) if neuron.leak_shift else 0
        v = sorted((-top, v - leak + a, top - 1))[1]
        spike = v > neuron.v_threshold or (v == neuron.v_threshold and neuron.comparator == "ge")
        if spike:
            v = v - neuron.v_threshold if neuron.reset == "subtract" else 0
        state, spikes = neurons.lif_step(state, np.array([a]), neuron)
        assert (state.tolist(), spikes.tolist()) == ([v], [int(spike)])


@pytest.mark.contract("neuron.lif")
def test_lif_saturates_instead_of_wrapping():
    neuron = Lif(state_bits=4, leak_shift=None, v_threshold=7, reset="zero", comparator="gt")
    state, spikes = neurons.lif_step(np.array([7, -8, 7]), np.array([2**31 - 1, -(2**31) + 1, 0]), neuron)
    assert state.tolist() == [7, -8, 7]
    assert spikes.tolist() == [0, 0, 0]  # never above 7, and "gt" asks for more than 7


@pytest.mark.contract("neuron.lif")
def test_leak_rounds_towards_minus_infinity():
    neuron = Lif(state_bits=8, leak_shift=2, v_threshold=100)
    state, _ = neurons.lif_step(np.array([-1, -5, 5]), np.zeros(3, dtype=np.int64), neuron)
    assert state.tolist() == [0, -3, 4]
