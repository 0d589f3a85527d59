"""Pictures hold the numbers that they show."""

from __future__ import annotations

import numpy as np
import pytest

from sc_neurocore.circuits import Circuit, pictures, run
from sc_neurocore.circuits.measures import codes_of, scc
from sc_neurocore.spec import Comparator, Counter, OptionError, VanDerCorput


def product(inputs: int = 2) -> Circuit:
    c = Circuit("product", stream_length=16, resolution_bits=4)
    sources = [Counter(), VanDerCorput(), Counter(skip=3)][:inputs]
    x = [c.input(f"x{i}", generator=Comparator(source=source)) for i, source in enumerate(sources)]
    c.output("y", c.and_(*x) if inputs > 1 else x[0])
    for i, each in enumerate(x):
        c.output(f"s{i}", each, "stream")
    return c


def wanted(codes: np.ndarray) -> np.ndarray:
    return codes.prod(axis=1) / 256


def test_streams(tmp_path):
    figure = pictures.streams({"x": [1, 0, 1], "y": [0, 0, 1]})
    axes = figure.axes[0]
    assert [each.get_positions() for each in axes.collections] == [[0, 2], [2]]
    assert [each.get_text() for each in axes.get_yticklabels()] == ["x", "y"]
    figure.savefig(tmp_path / "streams.svg")
    assert (tmp_path / "streams.svg").stat().st_size > 1000
    with pytest.raises(OptionError, match=r"streams of one length, \(L,\); got \(1,\), \(2,\)"):
        pictures.streams({"x": [1], "y": [0, 1]})


def test_error_map():
    shown = pictures.error_map(product(), "y", wanted).axes[0].images[0].get_array()
    circuit, codes = product(), codes_of(product())
    error = run(circuit, codes)["y"] / 16 - wanted(codes)
    assert np.array_equal(np.asarray(shown)[codes[:, 1], codes[:, 0]], error)
    with pytest.raises(OptionError, match="circuit must have two inputs for a map, got 3"):
        pictures.error_map(product(3), "y", wanted)


def test_outputs_that_are_not_there_are_refused():
    legal = "output must be a count of the circuit, one of y; got 's0'"
    with pytest.raises(OptionError, match=legal):
        pictures.error_map(product(), "s0", wanted)
    with pytest.raises(OptionError, match=legal):
        pictures.error_against_length(product(), "s0", wanted, lengths=(4,))
    with pytest.raises(OptionError, match="output must be a stream of the circuit, one of s0, s1; got 'y'"):
        pictures.correlation_map(product(), "s0", "y")


def test_correlation_map():
    shown = np.asarray(pictures.correlation_map(product(), "s0", "s1").axes[0].images[0].get_array())
    codes, result = codes_of(product()), run(product(), codes_of(product()))
    assert np.array_equal(shown[codes[:, 1], codes[:, 0]], scc(result["s0"], result["s1"]))
    same = np.asarray(pictures.correlation_map(product(), "s0", "s0").axes[0].images[0].get_array())
    assert same[3, 3] == 1


def test_error_against_length():
    axes = pictures.error_against_length(product(), "y", wanted, lengths=(4, 16, 32)).axes[0]
    lengths, roots = axes.lines[0].get_data()
    assert list(lengths) == [4, 16, 32]
    assert roots[1] == pytest.approx(1.4915e-3**0.5, rel=1e-4)
    assert roots[0] > roots[1]
