"""Every product of a group of stream bits a clock, against streams that are counted bit by bit."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest
from amaranth.hdl import Cat, Elaboratable, Module, Mux, Signal
from support.networks.descriptions import COUNTER, VDC, comparator, weighted_binary
from support.oracle import stream_bits
from support.simulation.amaranth_runs import simulate

from sc_neurocore.rtl.components.arithmetic.closed_form_multiplier import (
    ClosedFormMultiplier,
    Radix2PartialProducts,
    product_latency,
)
from sc_neurocore.rtl.components.arithmetic.sequential_products import CountdownProduct, GroupedProduct


@cache
def counted(n: int) -> np.ndarray:
    """Ones of x AND k over the whole stream, [k, x], by the outside oracle."""
    codes, total = np.arange(2**n), np.zeros((2**n, 2**n), dtype=int)
    for t in range(2**n):
        x = stream_bits(weighted_binary(VDC | {"skip": 1}), codes, n, t)
        total += np.outer(stream_bits(comparator(COUNTER), codes, n, t), x)
    return total


class EveryInput(Elaboratable):
    """The products of one k with every x at a time, summed over their groups; the k's follow each other at once."""

    def __init__(self, n: int, j: int) -> None:
        self.n = n
        self.parts = [GroupedProduct(n, j) for _ in range(2**n)]
        self.k, self.advance, self.go = Signal(n), Signal(), Signal()
        self.first = Signal()
        """The sums are those of the product before."""
        self.sums = Signal((n + 1) << n)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        part, ks = self.parts[0], [self.k]
        m.d.comb += self.go.eq(part.done & self.advance)
        for stage in range(part.lead + 1):
            held = Signal(self.n, name=f"k_{stage}")
            with m.If(self.go):
                m.d.sync += held.eq(ks[-1])
            ks.append(held)
        fresh = Signal()
        with m.If(self.advance):
            m.d.sync += [fresh.eq(self.go), self.first.eq(fresh)]
        sums = []
        for x, part in enumerate(self.parts):
            m.submodules[f"part_{x}"] = part
            m.d.comb += [part.advance.eq(self.advance), part.load.eq(self.go), part.x.eq(x)]
            m.d.comb += [part.groups.eq(ks[-2][part.j :]), part.rest.eq(ks[1][: part.j])]
            total = Signal(self.n + 1, name=f"sum_{x}")
            with m.If(self.advance):
                m.d.sync += total.eq(Mux(self.first, 0, total) + part.product)
            sums.append(total)
        m.d.comb += self.sums.eq(Cat(sums))
        return m


def check_every_product(n: int, j: int, stalls: bool) -> None:
    """All k, in any order, with every x; the clocks of each k, too."""
    order = np.random.default_rng(j).permutation(2**n).tolist()
    harness = EveryInput(n, j)
    lead = harness.parts[0].lead
    sums, clocks, rng = [], [0], np.random.default_rng(j)

    async def bench(ctx: Any) -> None:
        waiting = iter([*order, *[0] * (lead + 4)])
        ctx.set(harness.k, next(waiting))
        for _ in itertools.count():
            advance = not stalls or bool(rng.integers(2))
            ctx.set(harness.advance, advance)
            taken = ctx.get(harness.go)
            if advance and ctx.get(harness.first):
                sums.append(ctx.get(harness.sums))
                clocks.append(0)
            clocks[-1] += advance
            await ctx.tick()
            if taken:
                following = next(waiting, None)
                if following is None:
                    return
                ctx.set(harness.k, following)

    simulate(harness, bench)
    first = lead + 1  # before it come the products of what the stages held at power-up
    mask, width = 2 ** (n + 1) - 1, n + 1
    found = [[total >> (x * width) & mask for x in range(2**n)] for total in sums[first:]][: 2**n]
    assert len(found) == 2**n
    assert (np.array(found) == counted(n)[order]).all()
    assert clocks[first : first + 2**n] == [max(1, -(-k // 2**j)) for k in order]


@pytest.mark.one_in(3)
@pytest.mark.contract("generator.default_pair", "product.and")
@pytest.mark.parametrize(("n", "j"), [(n, j) for n in range(2, 7) for j in range(1, n)])
def test_every_product_of_groups_equals_the_counted_streams(n, j):
    check_every_product(n, j, stalls=n == 4)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.contract("generator.default_pair", "product.and")
@pytest.mark.parametrize("j", range(1, 8))
def test_every_product_of_groups_equals_the_counted_streams_at_eight_bits(j):
    check_every_product(8, j, stalls=False)


class Bits(Elaboratable):
    """The stream bits of one k with every x."""

    def __init__(self, n: int) -> None:
        self.n, self.k, self.load = n, Signal(n), Signal()
        self.bits, self.done = Signal(2**n), Signal()

    def elaborate(self, platform: object) -> Module:
        m = Module()
        for x in range(2**self.n):
            m.submodules[f"part_{x}"] = part = CountdownProduct(self.n)
            m.d.comb += [part.load.eq(self.load), part.k.eq(self.k), part.x.eq(x), self.bits[x].eq(part.product)]
            m.d.comb += [] if x else self.done.eq(part.done)
        return m


def streamed(n: int) -> np.ndarray:
    """[k, x], from the bits that one bit a clock shows.

    A product's state is its counter alone: what follows the load of k is what the longest product shows from k on. So
    the first bit of each k and the bits of the longest one are all there are; `done` is asked for every k.
    """
    harness, first, longest = Bits(n), [], []

    async def bench(ctx: Any) -> None:
        ctx.set(harness.load, 1)
        for k in range(2**n):
            ctx.set(harness.k, k)
            await ctx.tick()
            first.append(ctx.get(harness.bits))
            assert ctx.get(harness.done) == (k < 2), k
        ctx.set(harness.load, 0)
        for left in range(2**n - 1, 0, -1):
            longest.append(ctx.get(harness.bits))
            assert ctx.get(harness.done) == (left == 1), left
            await ctx.tick()

    simulate(harness, bench)
    assert first == [0, *reversed(longest)]
    return np.cumsum([[word >> x & 1 for x in range(2**n)] for word in first], axis=0)


class Collapsed(Elaboratable):
    """The collapsed products of one k with every x."""

    def __init__(self, n: int) -> None:
        self.n, self.k, self.products = n, Signal(n), Signal(n << n)

    def elaborate(self, platform: object) -> Module:
        m, n = Module(), self.n
        products = []
        for x in range(2**n):
            m.submodules[f"shares_{x}"] = shares = Radix2PartialProducts(n, 3)
            m.submodules[f"part_{x}"] = part = ClosedFormMultiplier(n, 3)
            m.d.comb += [shares.x.eq(x), part.leading.eq(shares.leading), part.k.eq(self.k)]
            m.d.comb += [getattr(part, f"share_{q}").eq(getattr(shares, f"share_{q}")) for q in range(2, n)]
            products.append(part.product)
        m.d.comb += self.products.eq(Cat(products))
        return m


def collapsed(n: int) -> np.ndarray:
    """[k, x], from the products that the whole stream gives at once."""
    harness, words = Collapsed(n), []
    latency = product_latency(n, 3)

    async def bench(ctx: Any) -> None:
        await ctx.tick().repeat(latency + 2)
        for k in range(2**n + latency):
            ctx.set(harness.k, min(k, 2**n - 1))
            words.append(ctx.get(harness.products))
            await ctx.tick()

    simulate(harness, bench)
    return np.array([[word >> (x * n) & (2**n - 1) for x in range(2**n)] for word in words[latency:]])


@pytest.mark.slow  # 65,025 products; the others here are smaller
@pytest.mark.contract("generator.default_pair", "product.and")
def test_one_bit_a_clock_and_the_whole_stream_are_equal_for_every_product_of_eight_bits():
    """All 65,536 pairs; and both are the counted streams."""
    bits, whole = streamed(8), collapsed(8)
    assert bits.shape == whole.shape == (256, 256)
    assert (bits == whole).all()
    assert (bits == counted(8)).all()
