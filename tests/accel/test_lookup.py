"""Look-ups in registers: every kernel against the contract's products, odd shapes, edges of bytes, any processor."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.engines.paths import LOOKUPS, MARKS, force, parameter, takes
from support.engines.plain_instructions import plain
from support.networks.one_layer import one_layer, random_codes
from support.networks.pairs import SOBOL

from sc_neurocore import infer
from sc_neurocore.accel.counts import engine as counts
from sc_neurocore.accel.counts.lookup import digits as of
from sc_neurocore.accel.counts.lookup import kernels, shuffle_product, shuffles, whole
from sc_neurocore.accel.counts.lookup import product as registers
from sc_neurocore.accel.counts.lookup.product import LookupProduct
from sc_neurocore.accel.counts.lookup.product import fits as in_registers
from sc_neurocore.accel.counts.lookup.shuffle_product import ShuffleProduct
from sc_neurocore.accel.counts.lookup.shuffle_product import fits as in_shuffles
from sc_neurocore.accel.counts.lookup.whole_product import WholeProduct, WholeTables
from sc_neurocore.accel.llvm import inner_loop
from sc_neurocore.accel.memory import aligned
from sc_neurocore.bitstream.network import counts as reference_counts
from sc_neurocore.spec import CodesError, Comparator, LfsrFull, Relu, code_range

WAYS = [parameter(way) for way in LOOKUPS]
PAIRS = {
    "default": {},
    "sobol": SOBOL,
    "lfsr": {
        "input_generator": Comparator(source=LfsrFull(seed=3)),
        "weight_generator": Comparator(source=LfsrFull(seed=1, reverse=True)),
    },
}
ENCODINGS = {"unipolar": "sign_magnitude", "sign_magnitude": "sign_magnitude", "bipolar": "bipolar"}


CASES = [
    pytest.param(way, pair, encoding, marks=MARKS[way])
    for way in LOOKUPS
    for pair in PAIRS
    for encoding in ENCODINGS
    if (way, pair) != ("whole tables", "default")  # its counts split into digits
    and (way, encoding) != ("shuffles", "sign_magnitude")  # bytes without signs
]


@pytest.mark.one_in(1)
@pytest.mark.contract("product.and", "product.xnor", "product.signs")
@pytest.mark.parametrize(("way", "pair", "encoding"), CASES)
def test_every_product_of_up_to_eight_bits_is_the_references(way, pair, encoding, monkeypatch):
    """All inputs meet all weights, in every place of a group of inputs; the other inputs of a neuron weigh nothing."""
    inputs, seen = 7, 0
    force(monkeypatch, way)
    for n in range(2, 9):
        low, high = code_range(ENCODINGS[encoding], n)
        x = np.arange(*code_range(encoding, n)) if n < 8 else np.arange(code_range(encoding, n)[0], 2**n, 3)
        x = np.append(x, code_range(encoding, n)[1])
        every = np.arange(low, high + 1) if n < 8 else np.append(np.arange(low, high + 1, 3), high)
        nothing = 0 if encoding != "bipolar" else 2 ** (n - 1)
        weights = np.full((every.size, inputs), nothing)
        weights[np.arange(every.size), np.arange(every.size) % inputs] = every
        network = one_layer(
            inputs, every.size, n, 2**n, 0, weights, input_encoding=encoding, weight_encoding=ENCODINGS[encoding],
            **PAIRS[pair],
        )  # fmt: skip
        layer = network.layers[0]
        if not takes(way, layer):
            continue
        codes = np.repeat(x[:, None], inputs, axis=1)
        assert np.array_equal(counts.run(network, codes), reference_counts(layer, codes, weights)), n
        seen += codes.shape[0] * every.size
    assert seen > 100


WHOLE_RANGE = [("registers", "default"), ("shuffles", "default"), ("whole tables", "sobol"), ("whole tables", "lfsr")]


@pytest.mark.slow
@pytest.mark.parametrize(("way", "pair"), [pytest.param(*each, marks=MARKS[each[0]]) for each in WHOLE_RANGE])
def test_every_product_of_eight_bits(way, pair, monkeypatch):
    force(monkeypatch, way)
    weights = np.arange(-255, 256)[:, None]
    network = one_layer(1, weights.size, 8, 256, 0, weights, **PAIRS[pair])
    assert takes(way, network.layers[0])
    codes = np.arange(256)[:, None]
    assert np.array_equal(counts.run(network, codes), reference_counts(network.layers[0], codes, weights))


# ---------------------------------------------------------------------- products alone, against NumPy

SHAPES = [(1, 1, 1), (5, 3, 17), (16, 64, 48), (33, 70, 100), (10, 784, 50), (300, 130, 129), (4, 66, 520)]
"""Neurons, inputs, samples."""


def counted(table, weights, codes, constant):
    signs = np.where(weights < 0, -1, 1)[None] * np.where(codes < 0, -1, 1)[:, None]
    return constant + (signs * table[np.abs(codes)[:, None], np.abs(weights)[None]]).sum(axis=2)


def drawn(bits, shape, signed, seed):
    rng, (neurons, inputs, samples) = np.random.default_rng(seed), shape
    weights = rng.integers(1 - 2**bits, 2**bits, (neurons, inputs))
    weights[:, 0] = rng.choice([0, 2**bits - 1, 1 - 2**bits], neurons)
    codes = rng.integers(1 - 2**bits if signed else 0, 2**bits, (samples, inputs))
    codes[0] = 2**bits - 1
    codes[-1] = 1 - 2**bits if signed else 0
    return rng, weights, codes, rng.integers(-(2**30), 2**30, neurons)


def rounded(rng, bits, length):
    """Counts that are linear in the bits, up to about `length` for the largest codes."""
    return rng.integers(0, 2, (bits, 2**bits)) + (
        np.arange(2**bits) * 2 ** np.arange(bits)[:, None] * length >> 2 * bits
    )


def same_in_every_form(product, codes, expected):
    """Codes of every type that holds them, one sample, and memory in another order; few samples first."""
    assert np.array_equal(product(codes[:1]), expected[:1])
    assert np.array_equal(product(np.asfortranarray(codes)), expected)
    types = [np.dtype(each) for each in "bBhHiIlL"]
    fitting = [each for each in types if codes.min() >= np.iinfo(each).min and codes.max() <= np.iinfo(each).max]
    assert np.dtype(np.int64) in fitting
    for each in fitting:
        assert np.array_equal(product(np.ascontiguousarray(codes, dtype=each)), expected), each


SPLIT = [(2, 4), (4, 16), (6, 64), (8, 256)]
"""Bits and length of default pairs that every way of digits takes, with signs or without where it takes signs."""
DIGITS = [
    *(("registers", False, *each) for each in (*SPLIT, (4, 1000), (8, 700), (10, 1024), (12, 4096))),
    *(("registers", True, *each) for each in SPLIT),
    *(("shuffles", False, *each) for each in SPLIT),
]


@pytest.mark.one_in(2)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(
    ("way", "signed", "bits", "length"), [pytest.param(*each, marks=MARKS[each[0]]) for each in DIGITS]
)
def test_digits_are_counted_at_every_shape(way, signed, bits, length, shape):
    rng, weights, codes, constant = drawn(bits, shape, signed, seed=bits + length)
    linear = rounded(rng, bits, length)
    digits = of.of_bits(linear)
    table = (np.arange(2**bits)[:, None] >> np.arange(bits) & 1) @ linear
    fits = in_registers if way == "registers" else in_shuffles
    assert fits(digits, signed)
    if way == "registers":
        product = LookupProduct(digits, bits, weights, constant, signed)
    else:
        product = ShuffleProduct(digits, bits, weights, constant)
    same_in_every_form(product, codes, counted(table, weights, codes, constant))


@pytest.mark.one_in(2)
@pytest.mark.parametrize("way", [parameter("whole tables")])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(
    ("bits", "signed"), [(5, False), (6, False), (7, False), (8, False), (5, True), (6, True), (7, True)]
)
def test_whole_tables_are_counted_at_every_shape(way, bits, signed, shape):
    rng, weights, codes, constant = drawn(bits, shape, signed, seed=bits)
    table = rng.integers(0, 128 if signed else 256, (2**bits, 2**bits))
    table[0] = table[:, 0] = 0
    table[-1, -1] = 127 if signed else 255
    whole = WholeTables(table, signed)
    assert whole.fits
    same_in_every_form(WholeProduct(whole, weights, constant), codes, counted(table, weights, codes, constant))


WIDE = {"registers": [2, 4, 8, 9, 10, 12], "whole tables": [5, 6, 7, 8], "shuffles": [2, 4, 8]}


@pytest.mark.one_in(1)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dtype", [*"bBhHiIlL", ">h", ">H", ">i", ">l"])
def test_small_codes_of_every_type_are_the_same_codes(way, dtype, monkeypatch):
    """Codes that fit a byte, of networks of all widths."""
    force(monkeypatch, way)
    for n in WIDE[way]:
        network = one_layer(67, 9, n, 2**n, **(PAIRS["sobol"] if way == "whole tables" else {}))
        assert takes(way, network.layers[0])
        codes = np.random.default_rng(n).integers(0, min(2**n, 128), (21, 67))
        assert np.array_equal(counts.run(network, codes.astype(dtype)), infer(network, codes, "reference")), n


@pytest.mark.one_in(1)
@pytest.mark.parametrize("way", WAYS)
def test_tables_that_are_not_kept_and_tiles_of_few_samples_give_the_same(way, monkeypatch):
    force(monkeypatch, way)
    network = one_layer(67, 150, 8, 256, **(PAIRS["sobol"] if way == "whole tables" else {}))
    codes = random_codes(network, 130)
    expected = infer(network, codes, "packed")
    for module in (registers, shuffle_product):
        monkeypatch.setattr(module, "KEPT_BYTES", 0)
        monkeypatch.setattr(module, "TILE_SAMPLES", 64)
    monkeypatch.setattr(registers, "FEW_BLOCKS", 3)
    monkeypatch.setattr(shuffle_product, "FEW", 16)
    for batch in (1, 33, 130, 70):
        assert np.array_equal(counts.run(network, codes[:batch]), expected[:batch])


@pytest.mark.parametrize("way", WAYS)
def test_bytes_that_lie_anywhere_are_read_where_they_lie(way, monkeypatch):
    force(monkeypatch, way)
    network = one_layer(71, 9, 8, 256, **(PAIRS["sobol"] if way == "whole tables" else {}))
    codes = random_codes(network, 37)
    expected = infer(network, codes, "reference")
    for offset in (0, 1, 3):
        memory = np.empty(codes.size + 3, dtype=np.uint8)
        part = memory[offset : offset + codes.size].reshape(codes.shape)
        part[...] = codes
        assert np.array_equal(counts.run(network, part), expected)
    wide = np.zeros((37, 100), dtype=np.uint8)
    wide[:, 10:81] = codes
    assert np.array_equal(counts.run(network, wide[:, 10:81]), expected)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("encoding", "bad"), [("unipolar", -1), ("unipolar", 32), ("sign_magnitude", -32), ("bipolar", 99)]
)
def test_a_code_out_of_range_is_named_wherever_it_lies(way, encoding, bad, monkeypatch):
    force(monkeypatch, way)
    pair = PAIRS["sobol"] if way == "whole tables" else {}
    network = one_layer(70, 3, 5, 32, input_encoding=encoding, weight_encoding=ENCODINGS[encoding], **pair)
    for place in ((0, 0), (70, 12), (99, 69), (64, 66)):
        codes = random_codes(network, 100)
        codes[place] = bad
        for dtype in (np.int64, np.int8 if bad < 0 else np.uint8):
            with pytest.raises(CodesError, match=rf"got {bad} at index \({place[0]}, {place[1]}\)"):
                infer(network, codes.astype(dtype), "counts")


def test_sums_over_time_are_not_bounded_by_the_bytes_of_one_step():
    relu = Relu(multiplier=1, shift=0, output_bits=8)
    weights = np.ones((2, 4), dtype=int)
    network = one_layer(4, 2, 8, 16, 10**6, weights, head={"time_steps": 3}, reduce="sum", neuron=relu)
    codes = np.zeros(network.codes_shape(5), dtype=np.int64)
    for engine in ("counts", "packed"):
        outputs = infer(network, codes, engine)
        assert (outputs.dtype, outputs.tolist()) == (np.int64, [[3 * 255] * 2] * 5)


# ---------------------------------------------------------------------- tables


@given(
    bits=st.integers(1, 12),
    length=st.integers(1, 2**13),
    unit=st.sampled_from([1, 2, 6]),
    seed=st.integers(0, 2**32 - 1),
)
def test_digits_are_the_counts_that_they_were_made_of(bits, length, unit, seed):
    rng = np.random.default_rng(seed)
    linear = unit * rounded(rng, bits, length)[:, np.append(rng.integers(0, 2**bits, 20), 2**bits - 1)]
    table = (np.arange(2**bits)[:, None] >> np.arange(bits) & 1) @ linear
    each = [of.of_bits(linear), *([of.of_table(table)] if bits <= 8 else [])]
    for digits in each:
        if digits is None:
            assert length > 255
            continue
        code = np.arange(2**bits)
        count = digits.tables.shape[1]
        looked_up = sum(digits.tables[:, d, code >> 4 * (count - 1 - d) & 15].astype(np.int64) for d in range(count))
        upper = (code >> 4 if count == 3 else code) * digits.factors.astype(np.int64)[:, None]
        assert looked_up.max() <= 255
        assert np.array_equal(digits.unit * (looked_up + upper + digits.offsets[:, None]), table.T)


def test_counts_that_do_not_split_have_no_digits():
    table = np.minimum.outer(np.arange(32), np.arange(32))
    assert of.of_table(table) is None
    assert of.of_table(table[:16]) is not None


def test_no_form_is_without_a_kernel_or_named_twice():
    assert len(set(kernels.FORMS)) == len(kernels.FORMS)
    assert {form.digits for form in kernels.FORMS} == {1, 2, 3}


# ---------------------------------------------------------------------- the loops alone, on any processor


def compiled(body, arguments):
    """A function of arrays and numbers that runs the body of an inner loop."""
    inner = inner_loop("".join("p" if each == "array" else "i" for each in arguments), body)
    names = [f"a{i}" for i in range(len(arguments))]
    values = [
        f"np.uint64({name}.ctypes.data)" if kind == "array" else name
        for name, kind in zip(names, arguments, strict=True)
    ]
    space = {"np": np, "inner": inner}
    exec(f"def run({', '.join(names)}):\n    inner({', '.join(values)})", space)
    return numba.njit(space["run"])


@pytest.mark.one_in(1)
@pytest.mark.parametrize("form", kernels.FORMS, ids=str)
def test_blocks_of_registers_are_sums_on_any_processor(form, monkeypatch):
    monkeypatch.setattr(kernels, "external", plain)
    neurons, vectors, groups, parts = 2, 1, 3 * form.together, 2
    run = compiled(kernels._blocks(form, neurons, vectors), ["array"] * 4 + ["number"] * 5)
    rng = np.random.default_rng(len(str(form)))
    top = 127 // form.together if form.together > 1 else 255
    tables = rng.integers(0, top // form.digits + 1, (parts, groups, neurons, form.digits, 4, 16))
    signs = rng.choice([-1, 1], (parts, groups, neurons, 4))
    factors = rng.integers(-127, 128, (parts, groups, neurons, 4))
    codes = rng.integers(0, 16, (parts, groups, form.digits, 16, 4))
    raw, negative = rng.integers(0, 256, (2, parts, groups, 16, 4)) // [[[[[1]]]], [[[[128]]]]]
    expected = np.zeros((parts * neurons, parts * 16), dtype=np.int64)
    for m, s, g, k, b, j in np.ndindex(parts, parts, groups, neurons, 16, 4):
        found = sum(tables[m, g, k, d, j, codes[s, g, d, b, j]] for d in range(form.digits))
        minus = -1 if form.signed and negative[s, g, b, j] else 1
        product = factors[m, g, k, j] * raw[s, g, b, j] if form.multiplies else 0
        expected[m * neurons + k, s * 16 + b] += minus * signs[m, g, k, j] * found + product
    streams = [*np.moveaxis(codes + 16 * np.arange(4), 2, 0)]
    streams += [raw] * form.multiplies + [254 * negative] * form.signed
    index = aligned(np.stack(streams, axis=2).astype(np.uint8))
    words = [signs] * (form.together == 1) + [factors] * form.multiplies
    words = np.stack(words, axis=3).astype(np.int8) if words else np.zeros(1, dtype=np.int8)
    if form.together > 1:
        tables = tables * signs[:, :, :, None, :, None]
    sums = np.full(expected.shape, 77, dtype=np.int32)
    sums = aligned(sums)
    run(
        index,
        aligned(tables.astype(np.uint8)),
        words,
        sums,
        4 * sums.shape[1],
        groups // form.together,
        2,
        parts,
        parts,
    )
    assert np.array_equal(sums, expected)


@pytest.mark.one_in(1)
@pytest.mark.parametrize("entries", whole.ENTRIES)
def test_terms_of_whole_tables_are_sums_on_any_processor(entries, monkeypatch):
    monkeypatch.setattr(whole, "external", plain)
    vectors, inputs = 1, 9
    run = compiled(whole._terms(entries, vectors), ["array"] * 6 + ["number"])
    rng = np.random.default_rng(entries)
    tables = rng.integers(0, 128, (5, entries))
    codes = rng.integers(0, entries, (inputs, 64))
    chosen = rng.integers(0, 5, inputs)
    ends = [4, 5, 8, 9]  # two pairs and one alone; from the even place after that on, one pair and one alone
    order = [0, 1, 2, 3, 4, None, 5, 6, 7]
    terms = np.array([0 if j is None else j + (chosen[j] << 16) for j in order], dtype=np.uint32)
    signs = [1, 1, 1, 1, 1, -1, -1, -1]
    expected = sum(sign * tables[chosen[j], codes[j]] for j, sign in enumerate(signs))
    places = np.arange(64)
    index = codes[:, np.where(places % 2, 32 + places // 2, places // 2)]
    upper = np.ascontiguousarray(np.packbits(index >= 128, axis=1, bitorder="little")).view(np.uint64)
    sums = aligned(np.full(64, 5, dtype=np.int32))
    arrays = aligned(index.astype(np.uint8)), upper, aligned(tables.astype(np.uint8)), terms, np.array(ends), sums
    run(*arrays, 1)
    assert np.array_equal(sums, expected)
    run(*arrays, 0)
    assert np.array_equal(sums, 2 * expected)


@pytest.mark.one_in(1)
@pytest.mark.parametrize("size", [16, 32])
@pytest.mark.parametrize("digits", [1, 2])
@pytest.mark.parametrize("at_once", [1, 3])
def test_shuffled_blocks_are_sums_on_any_processor(digits, at_once, size, monkeypatch):
    monkeypatch.setattr(shuffles, "external", plain)
    monkeypatch.setattr(shuffles.platform, "machine", lambda: "x86_64")
    inputs, parts = 5, 2
    run = compiled(shuffles._blocks(digits, at_once > 1, size), ["array"] * 3 + ["number"] * 5)
    rng, vectors, neurons = np.random.default_rng(size), shuffles.VECTORS, shuffles.NEURONS
    tables = rng.integers(0, 255 // (at_once * digits) + 1, (parts, inputs, neurons, digits, 16))
    codes = rng.integers(0, 16, (parts, inputs, digits, vectors, size))
    found = np.zeros((parts * neurons, parts * vectors * size), dtype=np.int64)
    place = np.where(np.arange(size) % 2, size // 2 + np.arange(size) // 2, np.arange(size) // 2)
    for m, s, j, k, d, v in np.ndindex(parts, parts, inputs, neurons, digits, vectors):
        found[m * neurons + k, (s * vectors + v) * size + place] += tables[m, j, k, d, codes[s, j, d, v]]
    sums = aligned(np.full(found.shape, 9, dtype=np.int32))
    index, bytes_of_tables = aligned(codes.astype(np.uint8)), aligned(tables.astype(np.uint8))
    run(index, bytes_of_tables, sums, 4 * sums.shape[1], inputs, at_once, parts, parts)
    assert np.array_equal(sums, found)
