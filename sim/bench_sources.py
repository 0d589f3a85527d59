"""The sources: whole periods, restart, hold, several words per clock; expected words are made here from definitions."""

from __future__ import annotations

import cocotb
from drivers import Part, start


def bits_reversed(word: int) -> int:
    return int(f"{word:08b}"[::-1], 2)


def register(seed: int, zero_joins: bool) -> list[int]:
    """One period of the 8-bit register with taps 8, 6, 5, 4."""
    words, state = [], seed
    while not words or state != seed:
        words.append(state)
        feedback = (state >> 7 ^ state >> 5 ^ state >> 4 ^ state >> 3) & 1
        feedback ^= zero_joins and state % 128 == 0
        state = (state << 1 | feedback) % 256
    return words


async def words(part: Part, count: int) -> list[int]:
    """Restart, then `count` words."""
    part.set(restart=1, enable=0)
    await part.step()
    part.set(restart=0, enable=1)
    seen = []
    for _ in range(count):
        seen.append(part.get("word"))
        await part.step()
    return seen


async def check(dut, name: str, period: list[int], many: int = 1) -> None:
    """Two periods, `many` words per clock, the first in the low bits; then a restart in mid-period, which wins over
    enable; then a pause.
    """
    part = await start(dut, name, restart=0, enable=0)
    clocks = 2 * len(period) // many + 1
    rows = [[period[(many * clock + i) % len(period)] for i in range(many)] for clock in range(clocks)]
    expected = [sum(word << (8 * i) for i, word in enumerate(row)) for row in rows]
    assert await words(part, clocks) == expected
    assert await words(part, 5) == expected[:5]
    part.set(restart=1, enable=1)
    await part.step()
    part.set(restart=0, enable=0)
    for _ in range(3):
        assert part.get("word") == expected[0]
        await part.step()


@cocotb.test()
async def counter_from_250(dut):
    await check(dut, "counter", [(250 + t) % 256 for t in range(256)])


@cocotb.test()
async def van_der_corput(dut):
    await check(dut, "van_der_corput", [bits_reversed(t) for t in range(256)])


@cocotb.test()
async def lfsr_visits_all_words_but_0(dut):
    period = register(1, zero_joins=False)
    assert sorted(period) == list(range(1, 256))
    await check(dut, "lfsr", period)


@cocotb.test()
async def lfsr_full_visits_all_words(dut):
    period = register(0, zero_joins=True)
    assert sorted(period) == list(range(256))
    await check(dut, "lfsr_full", period[3:] + period[:3])


def sobol_period() -> list[int]:
    """Published direction numbers of dimension 3: degree 2, m = 1, 3, 3, 9, 29, 23, 71, 197. Bits reversed."""
    direction = [m << (7 - i) for i, m in enumerate((1, 3, 3, 9, 29, 23, 71, 197))]
    period, word = [0], 0
    for t in range(1, 256):
        word ^= direction[(t & -t).bit_length() - 1]
        period.append(word)
    assert sorted(period) == list(range(256))
    return [bits_reversed(word) for word in period]


@cocotb.test()
async def sobol_dimension_3_reversed(dut):
    await check(dut, "sobol", sobol_period())


@cocotb.test()
async def four_words_of_the_counter(dut):
    await check(dut, "counter_words", [(250 + t) % 256 for t in range(256)], 4)


@cocotb.test()
async def three_words_of_van_der_corput(dut):
    await check(dut, "van_der_corput_words", [bits_reversed((t + 1) % 256) for t in range(256)], 3)


@cocotb.test()
async def four_words_of_the_lfsr(dut):
    """255 is no multiple of four: the period's end comes at every place of a clock."""
    await check(dut, "lfsr_words", register(1, zero_joins=False) * 4, 4)


@cocotb.test()
async def three_words_of_the_full_lfsr(dut):
    period = register(0, zero_joins=True) * 3
    await check(dut, "lfsr_full_words", period[3:] + period[:3], 3)


@cocotb.test()
async def five_words_of_sobol_from_position_7(dut):
    period = sobol_period()
    await check(dut, "sobol_words", period[7:] + period[:7], 5)
