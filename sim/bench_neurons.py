"""Bias, output stage and neurons, against exact fractions."""

from __future__ import annotations

import random
from fractions import Fraction
from math import floor

import cocotb
from drivers import Part, pass_through, start
from parts import LIF, OFFSETS

RANDOM = random.Random(6)
BIASED = [2000, -2000, *range(-8, 9), *(RANDOM.randint(-2000, 2000) for _ in range(60))]


SHIFTS = (4, 0, 1, 9, 11, 46)


def rounded(a: int, multiplier: int = 5, shift: int = 4) -> int:
    """a · multiplier / 2^shift to the nearest integer, halves upwards."""
    return floor(Fraction(multiplier * a, 2**shift) + Fraction(1, 2))


async def compare(part: Part, latency: int, expected, port: str = "result", signed: bool = True) -> None:
    """A value every clock."""
    rows = [{"biased": a} for a in BIASED]
    seen = await pass_through(part, latency, rows, lambda: part.get_signed(port) if signed else part.get(port))
    assert seen == [expected(a) for a in BIASED]


async def check(dut, name: str, latency: int, expected, **how) -> None:
    await compare(await start(dut, name, biased=0), latency, expected, **how)


async def check_shifts(dut, name: str, latency: int, multiplier: int, expected, **how) -> None:
    """The shift from the port, one after the other: a latency each for the values on their way."""
    part = await start(dut, name, biased=0, setting=0)
    for shift in SHIFTS:
        part.set(setting=shift)
        await compare(part, latency, lambda a, s=shift: expected(rounded(a, multiplier, s)), **how)


@cocotb.test()
async def bias_doubles_and_adds(dut):
    part = await start(dut, "bias", total=0, index=0)
    for index, offset in enumerate(OFFSETS):
        for total in (0, 1, 130, 255):
            part.set(total=total, index=index)
            await part.step()
            assert part.get_signed("biased") == 2 * total + offset


@cocotb.test()
async def requantizer(dut):
    await check(dut, "requantizer", 3, rounded, port="scaled")


@cocotb.test()
async def linear(dut):
    await check(dut, "linear", 0, lambda a: a)


@cocotb.test()
async def relu(dut):
    await check(dut, "relu", 4, lambda a: min(max(rounded(a), 0), 63), signed=False)


@cocotb.test()
async def clamp_to_sign_magnitude(dut):
    await check(dut, "clamp_signed", 4, lambda a: min(max(rounded(a), -63), 63))


@cocotb.test()
async def clamp_to_bipolar(dut):
    await check(dut, "clamp_bipolar", 2, lambda a: min(max(a + 32, 0), 63), signed=False)


@cocotb.test()
async def magnitude(dut):
    part = await start(dut, "magnitude", code=0)
    for code in range(-16, 16):
        part.set(code=code)
        await part.step()
        assert (part.get("magnitude"), part.get("negative")) == (min(abs(code), 15), int(code < 0))


@cocotb.test()
async def requantizer_by_any_shift(dut):
    await check_shifts(dut, "requantizer_set", 4, 5, lambda y: y, port="scaled")


@cocotb.test()
async def relu_by_any_shift(dut):
    await check_shifts(dut, "relu_set", 3, 1, lambda y: min(max(y, 0), 63), signed=False)


@cocotb.test()
async def clamp_to_sign_magnitude_by_any_shift(dut):
    await check_shifts(dut, "clamp_signed_set", 5, 5, lambda y: min(max(y, -63), 63))


@cocotb.test()
async def clamp_to_bipolar_by_any_shift(dut):
    await check_shifts(dut, "clamp_bipolar_set", 3, 1, lambda y: min(max(y + 32, 0), 63), signed=False)


@cocotb.test()
async def lif_keeps_three_states_over_four_steps(dut):
    part = await start(dut, "lif", biased=0, valid=0)
    await spikes(part, LIF.v_threshold)


@cocotb.test()
async def lif_with_a_threshold_that_changes_between_samples(dut):
    part = await start(dut, "lif_set", biased=0, valid=0, setting=0)
    for threshold in (LIF.v_threshold, 1, 180):
        part.set(setting=threshold)
        await spikes(part, threshold)


async def spikes(part: Part, level: int) -> None:
    top, wanted, seen = 2 ** (LIF.state_bits - 1), [], []
    for _ in range(6):  # samples, each from empty states
        states = [0, 0, 0]
        for _ in range(4):
            addends = [RANDOM.choice([RANDOM.randint(-150, 200), 2000, -2000, level, 1]) for _ in states]
            for i, addend in enumerate(addends):
                charged = min(max(states[i] - floor(Fraction(states[i], 4)) + addend, -top), top - 1)
                wanted.append(int(charged > level))
                states[i] = charged - level * wanted[-1]
            for clock in range(3 + 5):
                part.set(valid=clock < 3, biased=addends[clock] if clock < 3 else 77)
                if clock >= 5:  # the latency with a leak
                    seen.append(part.get("result"))
                await part.step()
    assert seen == wanted
    assert 0 < sum(wanted) < len(wanted)
