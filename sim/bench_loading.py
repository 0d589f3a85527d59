"""What is written at run time, and how load words get there: memories, offsets, output stages, decoder, stream
loader.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from math import floor

import cocotb
from cocotb.triggers import ReadOnly
from drivers import Part, pass_through, start
from parts import LOAD, OFFSETS, PROGRAM

RANDOM = random.Random(70)


async def program(part: Part, rows: list[int | None]) -> None:
    """Reads and part-wise writes in random order; None is a row that holds nothing yet."""
    written = 0
    for _ in range(200):
        address = RANDOM.randrange(4)
        if RANDOM.random() < 0.5:
            piece, value = RANDOM.randrange(2), RANDOM.getrandbits(31)
            part.set(enable=0, write=1 << piece, write_address=address, part=value, address=RANDOM.randrange(4))
            await part.step()
            part.set(write=0)
            if (row := rows[address]) is not None:
                low, high = row % 2**31, row >> 31
                rows[address] = value | high << 31 if piece == 0 else low | (value % 2**9) << 31
                written += 1
        elif rows[address] is not None:
            part.set(enable=1, address=address)
            await part.step()
            part.set(enable=0, address=RANDOM.randrange(4))
            await part.step(RANDOM.randrange(3))
            assert part.get("data") == rows[address]
    assert written > 20


SILENT = {"enable": 0, "address": 0, "write": 0, "write_address": 0, "part": 0}


@cocotb.test()
async def program_in_block_memory_begins_as_configured(dut):
    part = await start(dut, "program_block", **SILENT | {"enable": 1})
    seen = await pass_through(part, 1, [{"address": i} for i in range(4)], lambda: part.get("data"))
    assert seen == PROGRAM
    await program(part, list(PROGRAM))


@cocotb.test()
async def program_in_single_port_memory_holds_what_was_written(dut):
    part = await start(dut, "program_spram", **SILENT)
    rows = [RANDOM.getrandbits(40) for _ in range(4)]
    for address, row in enumerate(rows):
        for piece in range(2):
            part.set(write=1 << piece, write_address=address, part=row >> (31 * piece) & (2**31 - 1))
            await part.step()
    part.set(write=0)
    await program(part, list(rows))


@cocotb.test()
async def bias_adds_what_was_written(dut):
    part = await start(dut, "loadable_bias", total=0, index=0, write=0, write_index=0, write_data=0)

    async def check(offsets: Sequence[int]) -> None:
        """The index of a total comes a clock before it."""
        neurons = [RANDOM.randrange(3) for _ in range(30)]
        totals = [0, 255, *(RANDOM.randrange(256) for _ in neurons[2:])]
        rows = [{"index": neurons[0], "total": 0}]
        rows += [{"index": neuron, "total": total} for neuron, total in zip([*neurons[1:], 0], totals, strict=True)]
        seen = await pass_through(part, 1, rows, lambda: part.get_signed("biased"))
        assert seen[1:] == [2 * total + offsets[i] for i, total in zip(neurons, totals, strict=True)]

    offsets: list[int] = [*OFFSETS]
    await check(offsets)
    for index, offset in ((1, 1023), (2, -1024), (0, 0), (2, 17)):
        part.set(write=1, write_index=index, write_data=offset, index=(index + 1) % 3)
        await part.step()
        part.set(write=0)
        offsets[index] = offset
        await check(offsets)


async def output_stages(dut, name: str, shifts: int, latency: int, expected, signed: bool = False) -> None:
    """Every shift, a value every clock; then nothing moves without `enable`."""
    part = await start(dut, name, enable=1, total=0, shift=0)
    totals = sorted({*range(-256, 256, 5), *range(-20, 21), 254, 255})
    read = part.get_signed if signed else part.get
    for shift in range(shifts):
        part.set(shift=shift, enable=1)
        await part.step(latency)
        seen = await pass_through(part, latency, [{"total": total} for total in totals], lambda: read("result"))
        assert seen == [expected(total, shift) for total in totals]
        part.set(enable=0, total=-256)
        await part.step(latency + 1)
        assert read("result") == seen[-1]


@cocotb.test()
async def output_stage_relu_by_any_shift(dut):
    """The total carries the rounding already."""
    await output_stages(dut, "loadable_output_stage_relu", 9, 3, lambda a, s: min(max(floor(Fraction(a, 2**s)), 0), 15))


@cocotb.test()
async def output_stage_clamp_by_any_shift(dut):
    """Before a multiplier the total carries nothing: half of 2^shift is added to five times the total."""

    def expected(total: int, shift: int) -> int:
        return min(max(floor(Fraction(5 * total, 2**shift) + Fraction(1, 2)), -15), 15)

    await output_stages(dut, "loadable_output_stage_clamp", 13, 5, expected, signed=True)


@cocotb.test()
async def output_stage_bipolar_by_any_shift(dut):
    await output_stages(
        dut, "loadable_output_stage_bipolar", 9, 3, lambda a, s: min(max(floor(Fraction(a, 2**s)) + 8, 0), 15)
    )


@cocotb.test()
async def decoder_writes_and_counts(dut):
    """Random words and ends of loads: with a word and without, after too few, six, and too many."""
    part = await start(dut, "decoder", restart=0, take=0, word=0)
    address = taken = 0
    told: dict[bool, int] = {True: 0, False: 0}
    for _ in range(800):
        take, restart = RANDOM.random() < 0.7, RANDOM.random() < (0.4 if taken in (5, 6, 7, 13, 14) else 0.02)
        word = RANDOM.choice([RANDOM.getrandbits(31), RANDOM.getrandbits(31), 2**31 | RANDOM.getrandbits(31)])
        part.set(take=take, restart=restart, word=word)
        await ReadOnly()
        is_data = take and word < 2**31
        assert part.get("write") == is_data
        assert part.get("taken") == taken % 8
        complete = taken + is_data == 6
        assert part.get("complete") == complete
        if is_data:
            assert part.get("address") == address
            assert part.get_signed("data") == (word if word < 2**30 else word - 2**31)
        told[complete] += restart
        await part.step()
        taken += is_data
        if take:
            address = (address + 1) % 32 if is_data else word % 32
        if restart:
            address = taken = 0
    assert min(told.values()) > 10


class Loading:
    """A stream loader before a core that is idle and ready at random, and what it ought to have done."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.written: list[tuple[int, int]] = []
        self.passed: list[int] = []
        """Beats that the core took, of frames of codes."""
        self.swallowed = 0

    def flags(self) -> tuple[int, ...]:
        """What the loader says of the last load and of frames."""
        return tuple(self.part.get(name) for name in ("loaded", "load_error", "frame_error"))

    async def frame(self, data: list[int], is_load: bool) -> None:
        """Send one frame."""
        part = self.part
        for i, byte in enumerate(data):
            # after the first beat nothing depends on tuser
            user = is_load if i == 0 else RANDOM.randrange(2)
            part.set(tvalid=1, tdata=byte, tlast=i == len(data) - 1, tuser=user)
            accepted = False
            while not accepted:
                idle, ready = RANDOM.randrange(2), RANDOM.randrange(2)
                loaded = part.get("loaded")
                part.set(idle=idle, core_tready=ready and loaded and not is_load)
                await ReadOnly()
                assert part.get("core_tvalid") == (not is_load)
                assert part.get("hold") == (is_load or not loaded)
                accepted = part.get("tready")
                assert accepted == (idle if is_load else (ready or not loaded))
                if part.get("load_write"):
                    assert accepted
                    self.written.append((part.get("load_address"), part.get_signed("load_data")))
                if accepted and not is_load:
                    self.passed += [byte] * loaded
                    self.swallowed += not loaded
                await part.step()
        part.set(tvalid=0, core_tready=0)

    async def load(self, words: list[int], cut: int = 0) -> list[tuple[int, int]]:
        """A load frame without its last `cut` bytes; the writes that came of it."""
        data = [word >> (8 * i) & 255 for word in words for i in range(4)]
        self.written.clear()
        await self.frame(data[: len(data) - cut], True)
        return self.written


async def begin_loading(dut) -> Loading:
    return Loading(await start(dut, "loader", tdata=0, tvalid=0, tlast=0, tuser=0, core_tready=0, idle=0))


@cocotb.test()
async def loader_tells_loads_from_codes(dut):
    """Whole loads, cut and overlong ones; frames of codes pass while loaded and are swallowed while not."""
    loading = await begin_loading(dut)
    assert LOAD.words == 3
    good = [5, 2**31 | 9, 2**31 - 1, 2**30]
    image = [(0, 5), (9, -1), (10, -(2**30))]
    assert await loading.load(good) == image
    assert loading.flags() == (1, 0, 0)
    await loading.frame([1, 2, 3], False)
    assert loading.passed == [1, 2, 3]
    cases = (
        ([1, 2], 0, (0, 1), [(0, 1), (1, 2)]),
        ([1, 2, 3, 4], 0, (0, 1), [(0, 1), (1, 2), (2, 3), (3, 4)]),
        ([1, 2, 3], 1, (0, 1), [(0, 1), (1, 2)]),
        ([1, 2, 3, 4], 3, (0, 1), [(0, 1), (1, 2), (2, 3)]),
    )
    for words, cut, flags, writes in cases:
        assert await loading.load(words, cut) == writes
        assert loading.flags() == (*flags, 0)
    await loading.frame([7, 8], False)
    assert (loading.passed, loading.swallowed) == ([1, 2, 3], 2)
    assert loading.flags() == (0, 1, 1)
    assert await loading.load(good) == image
    assert loading.flags() == (1, 0, 1)
    await loading.frame([4], False)
    assert (loading.passed, loading.swallowed) == ([1, 2, 3, 4], 2)
    assert await loading.load([6], 1) == []  # less than a word: an error, and nothing changed
    assert loading.flags() == (1, 1, 1)


@cocotb.test()
async def loader_after_a_reset_in_mid_load(dut):
    """Before the first word is whole the weights are as they were; after it they are not."""
    loading = await begin_loading(dut)
    await loading.load([1, 2, 3])
    for sent, loaded in ((3, 1), (4, 0), (11, 0)):
        part = loading.part
        part.set(idle=1, tvalid=1, tuser=1, tlast=0, tdata=1)
        await part.step(sent)
        dut.rst.value = 1
        await ReadOnly()
        assert part.get("tready") == 0
        await part.step()
        dut.rst.value = 0
        part.set(tvalid=0)
        assert loading.flags() == (loaded, 0, 0)
        assert await loading.load([1, 2, 3]) == [(0, 1), (1, 2), (2, 3)]
        assert loading.flags() == (1, 0, 0)
