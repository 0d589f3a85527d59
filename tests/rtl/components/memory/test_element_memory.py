"""The buffer in memory: elements by their numbers, whole vectors or none, and its three states."""

from __future__ import annotations

import random

import pytest
from support.simulation.amaranth_runs import simulate

from sc_neurocore.rtl.components.memory.element_buffers import ElementMemory


@pytest.mark.parametrize(("length", "width"), [(1, 1), (2, 4), (5, 3), (16, 8)])
def test_vectors_come_out_as_committed_whatever_was_dropped_before(length, width):
    memory, rng = ElementMemory(length, width), random.Random(length)
    kinds: list[int] = []

    def state(ctx):
        return tuple(ctx.get(getattr(memory, name)) for name in ("vacant", "reserved", "full"))

    async def push(ctx, elements, strobe=""):
        """With the strobe, if any, in the last one's clock; pauses anywhere."""
        for i, element in enumerate(elements):
            await ctx.tick().repeat(rng.choice([1, 1, 3]))
            ctx.set(memory.push, 1)
            ctx.set(memory.data, element)
            if strobe and i == len(elements) - 1:
                ctx.set(getattr(memory, strobe), 1)
            await ctx.tick()
            for name in ("push", "commit", "drop"):
                ctx.set(getattr(memory, name), 0)
            ctx.set(memory.data, rng.getrandbits(width))

    async def strobe(ctx, name):
        ctx.set(getattr(memory, name), 1)
        await ctx.tick()
        ctx.set(getattr(memory, name), 0)

    async def bench(ctx):
        for _ in range(12):
            assert state(ctx) == (1, 0, 0)
            reserved = rng.randrange(2)
            if reserved:
                await strobe(ctx, "reserve")
            assert state(ctx) == (1 - reserved, reserved, 0)
            for _ in range(rng.randrange(3)):
                kinds.append(dropped := rng.randint(1, length))
                await push(ctx, [rng.getrandbits(width) for _ in range(dropped)], "drop")
                assert state(ctx) == (1 - reserved, reserved, 0)
            vector = [rng.getrandbits(width) for _ in range(length)]
            await push(ctx, vector, "commit")
            assert state(ctx) == (0, 0, 1)
            for address in rng.choices(range(length), k=2 * length):
                ctx.set(memory.address, address)
                await ctx.tick()
                assert ctx.get(memory.element) == vector[address]
            await strobe(ctx, "vacate")

    simulate(memory, bench)
    assert set(kinds) >= {1, length}


def test_the_address_may_be_wider_than_the_elements_need():
    """A layer asks with its own address, beyond the last element too."""
    memory = ElementMemory(3, 4, address_bits=4)
    assert len(memory.address) == memory.address_bits == 4

    async def bench(ctx):
        for i, element in enumerate([9, 4, 11]):
            ctx.set(memory.push, 1)
            ctx.set(memory.data, element)
            ctx.set(memory.commit, i == 2)
            await ctx.tick()
        ctx.set(memory.push, 0)
        for address, element in ((15, None), (2, 11), (7, None), (0, 9), (1, 4)):
            ctx.set(memory.address, address)
            await ctx.tick()
            if element is not None:
                assert ctx.get(memory.element) == element

    simulate(memory, bench)
