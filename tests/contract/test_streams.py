"""Codes, products, sources and generators, each rule on the smallest network that shows it, for every engine."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from support import oracle
from support.engines.rules import FULL, LFSR, SOBOL, SOURCES, agrees, table
from support.networks.descriptions import COUNTER, VDC, comparator, dense, network, tensors, weighted_binary
from support.networks.random_networks import write_folder

import sc_neurocore

# ---------------------------------------------------------------- codes and products


@pytest.mark.parametrize(
    ("x", "w"),
    [
        pytest.param("unipolar", "unipolar", marks=pytest.mark.contract("codes.unipolar", "product.and")),
        pytest.param("unipolar", "sign_magnitude", marks=pytest.mark.contract("product.signs")),
        pytest.param(
            "sign_magnitude", "sign_magnitude", marks=pytest.mark.contract("codes.sign_magnitude", "product.signs")
        ),
        pytest.param("spike", "sign_magnitude", marks=pytest.mark.contract("codes.spike")),
        pytest.param("bipolar", "bipolar", marks=pytest.mark.contract("codes.bipolar", "product.xnor")),
    ],
)
def test_every_code_pair(run, x, w):
    for n, length in ((2, 3), (3, 8), (4, 21)):
        agrees(run, *table(n, length, x, w, input_generator=comparator(VDC)))


@pytest.mark.contract("product.signs")
def test_the_sign_of_a_product_is_the_product_of_signs(run):
    description = network(dense(1, 2, 3, 8, input_encoding="sign_magnitude", input_generator=comparator(VDC)))
    got = run(description, [[7], [-7]], tensors(description, [[7, -7]]))
    if got is not None:
        a = abs(int(got[0, 0]))
        assert a > 0
        assert got.tolist() == [[a, -a], [-a, a]]


# ---------------------------------------------------------------- sources and generators


@pytest.mark.one_in(4)
@pytest.mark.parametrize("kind", [pytest.param(k, marks=pytest.mark.contract(f"source.{k}")) for k in SOURCES])
@pytest.mark.parametrize("make", [comparator, weighted_binary])
def test_source(run, kind, make):
    for n, extra in itertools.product((2, 5), (-1, 3)):
        length = 2**n + extra
        other = comparator({**VDC, "reverse": True})
        agrees(run, *table(n, length, input_generator=make(SOURCES[kind]), weight_generator=other))
        agrees(run, *table(n, length, input_generator=other, weight_generator=make(SOURCES[kind])))


@pytest.mark.contract("source.taps")
@pytest.mark.parametrize("kind", ["lfsr", "lfsr_full"])
@pytest.mark.parametrize("n", range(2, 17))
def test_registers_of_every_width(kind, n, tmp_path):
    """300 positions from a far seed, read through single codes: the words themselves, at every width."""
    rng = np.random.default_rng(n)
    source = {"kind": kind, "seed": int(rng.integers(1, 2**n)), "skip": int(rng.integers(0, 65536))}
    description = network(dense(1, 8, n, 300, weight_generator=comparator(source), weight_encoding="unipolar"))
    arrays = tensors(description, [rng.integers(0, 2**n, size=8)])
    codes = rng.integers(0, 2**n, size=(16, 1))
    net = sc_neurocore.load_network(write_folder(tmp_path / "net", description, arrays))
    expected = oracle.evaluate(description, codes, arrays)
    for engine in ("reference", "packed", "auto"):
        assert np.array_equal(sc_neurocore.infer(net, codes, engine=engine), expected)


@pytest.mark.one_in(3)
@pytest.mark.contract("source.skip")
@pytest.mark.parametrize("kind", SOURCES)
def test_skip_reads_the_cycle_from_there(run, kind):
    for skip in (0, 1, 6, 7, 8, 65_535):
        source = {**SOURCES[kind], "skip": skip}
        agrees(run, *table(3, 5, input_generator=weighted_binary(source), weight_generator=comparator(source)))


@pytest.mark.contract("source.reverse")
@pytest.mark.parametrize("kind", SOURCES)
def test_reverse_turns_each_word(run, kind):
    source = {**SOURCES[kind], "reverse": True, "skip": 1}
    agrees(run, *table(4, 13, input_generator=comparator(source), weight_generator=weighted_binary(source)))


@pytest.mark.contract("source.reverse")
def test_a_reversed_counter_is_van_der_corput(run):
    one = table(4, 16, input_generator=comparator({**COUNTER, "reverse": True}))
    two = table(4, 16, input_generator=comparator(VDC))
    got = run(*one)
    if got is not None:
        assert np.array_equal(got, run(*two))


@pytest.mark.one_in(3)
@pytest.mark.contract("source.lane_skip")
@pytest.mark.parametrize("lane_skip", [0, 1, 3, 65_535])
def test_lanes_of_an_or_layer_read_apart(run, lane_skip):
    rng = np.random.default_rng(lane_skip)
    for x_lanes, w_lanes in ((lane_skip, 0), (0, lane_skip), (lane_skip, lane_skip)):
        description = network(
            dense(
                5, 4, 4, 19,
                accumulator={"kind": "or"},
                input_generator=comparator({**LFSR, "lane_skip": x_lanes}),
                weight_generator=weighted_binary({**VDC, "lane_skip": w_lanes}),
            )
        )  # fmt: skip
        arrays = tensors(description, [rng.integers(-15, 16, size=(4, 5))])
        agrees(run, description, rng.integers(0, 16, size=(8, 5)), arrays)


@pytest.mark.contract("source.lane_skip")
def test_without_lane_skip_an_or_of_equal_generators_is_a_maximum(run):
    description = network(
        dense(3, 1, 4, 16, accumulator={"kind": "or"}, weight_encoding="unipolar", input_generator=comparator(VDC),
              weight_generator=comparator(COUNTER))
    )  # fmt: skip
    codes = np.random.default_rng(0).integers(0, 16, size=(20, 3))
    got = run(description, codes, tensors(description, [[15, 15, 15]]))
    if got is not None:
        # The counter is below 15 but at the last position, where van der Corput reads 15 and no code is above it.
        assert np.array_equal(got[:, 0], codes.max(axis=1))


@pytest.mark.contract("generator.comparator", "generator.weighted_binary")
@pytest.mark.parametrize("make", [comparator, weighted_binary])
@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("reverse", [False, True])
def test_one_period_has_exactly_c_ones(run, make, kind, reverse):
    """Read through a spike input, which is 1 throughout: the count is the stream's own."""
    n = 4
    period = 2**n - (kind == "lfsr")
    source = {**SOURCES[kind], "skip": 5, "reverse": reverse}
    description, codes, arrays = table(n, period, "spike", "sign_magnitude", weight_generator=make(source))
    got = run(description, codes, arrays)
    if got is not None:
        assert got[0].tolist() == [0] * 31
        assert got[1].tolist() == list(range(-15, 16))


@pytest.mark.contract("generator.weighted_binary")
def test_weighted_binary_is_linear_in_the_bits_of_its_code(run):
    description, codes, arrays = table(4, 11, input_generator=weighted_binary(FULL), weight_generator=comparator(SOBOL))
    got = run(description, codes, arrays)
    if got is not None:
        bits = (codes >> np.arange(4)) & 1
        assert np.array_equal(got, bits @ got[[1, 2, 4, 8]])


@pytest.mark.contract("generator.shared")
def test_equal_codes_have_equal_streams(run):
    """One generator for all inputs and one for all weights: N equal inputs count N times one."""
    many = network(dense(6, 2, 4, 16, weight_encoding="unipolar"))
    single = network(dense(1, 2, 4, 16, weight_encoding="unipolar"))
    codes = np.arange(16)[:, None]
    six = run(many, np.repeat(codes, 6, axis=1), tensors(many, [[[9] * 6, [15] * 6]]))
    if six is not None:
        assert np.array_equal(six, 6 * run(single, codes, tensors(single, [[9, 15]])))


@pytest.mark.contract("generator.default_pair")
@pytest.mark.parametrize("n", [2, 3, 4, 8])
def test_default_pair_has_its_closed_form(run, n):
    got = run(*table(n, 2**n))
    if got is not None:
        x, w = np.meshgrid(np.arange(2**n), np.arange(2**n), indexing="ij")
        closed = sum(((x >> (n - i)) & 1) * ((w + 2 ** (i - 1)) // 2**i) for i in range(1, n + 1))
        assert np.array_equal(got, closed)
