"""What the driver does by a rule alone: noise, lengths of stalls, and `halvings` that change between samples."""

from __future__ import annotations

import random
from collections.abc import Sequence

from ..testplan.script import BROKEN_BEATS, Segment
from .axi_lite_load import ALL_STROBES, AxilInputs
from .pins import Inputs, Outputs

_ADDRESSES = 0x7F
_TURN_CLOCKS = 3
"""Fewer pass between a sample's results and the next one with other halvings."""


def noise_after(noise: int) -> int:
    """The noise of the next clock, never 0: Marsaglia's xorshift of 32 bits (13, 17, 5)."""
    noise ^= noise << 13 & 0xFFFFFFFF
    noise ^= noise >> 17
    return noise ^ noise << 5 & 0xFFFFFFFF


def noisy_lines(axil: AxilInputs, noise: int) -> AxilInputs:
    """What stands on the AXI4-Lite port: noise on the lines of channels that offer nothing.

    Args:
        axil: what is offered.
        noise: of this clock.
    """
    if not axil.awvalid:
        axil = axil._replace(awaddr=noise >> 2 & _ADDRESSES)
    if not axil.wvalid:
        axil = axil._replace(wdata=noise, wstrb=noise >> 5 & ALL_STROBES)
    return axil if axil.arvalid else axil._replace(araddr=noise >> 9 & _ADDRESSES)


def drawn_stall(draw: random.Random, none: float) -> int:
    """Length of a stall: often nothing (with the probability `none`), mostly short, sometimes long."""
    chance = draw.random()
    if chance < none:
        return 0
    return draw.randint(1, 4 if chance < 0.95 else 16)


def turn_of(segment: Segment, beat: int, beats: int, outputs: int, since: int) -> tuple[int, bool]:
    """What must stand on `halvings`, and whether the next beat must wait for it.

    Where it changes between samples, it does so with the first beat of a sample, which waits until all results of the
    one before have been taken, and sometimes a little longer.

    Args:
        segment: says what changes.
        beat: the next of its beats.
        beats: how many it has.
        outputs: beats so far.
        since: clocks since the last handshake.
    """
    turns = segment.turns
    if not turns:
        return segment.halvings, False
    broken = [turn >> BROKEN_BEATS for turn in turns]
    samples = broken.count(0)
    own, results = (beats - sum(broken)) // samples, segment.expected_beats // samples
    turn = begin = end = due = 0
    for place, length in enumerate(broken):
        if place and (beat < end or outputs < due):
            break
        turn, begin = place, end
        end += length or own
        due += 0 if length else results
    lingers = beat == begin and since < (segment.pause or turn % _TURN_CLOCKS)
    return turns[max(0, turn - lingers)] % (1 << BROKEN_BEATS), beat >= end or lingers


def crossed(inputs: Inputs, outputs: Outputs, words: Sequence[tuple[int, int, bool, int]]) -> int:
    """What stands on the ports, as a place in `Record.crosses`.

    Args:
        inputs: of this clock.
        outputs: of this clock.
        words: the beat that is sent or comes next, if there is one, with its `tlast`, `good` and `load`.
    """
    bad = bool(inputs.s_tvalid and not inputs.rst and words and not words[0][2] and not words[0][3])
    accepted = inputs.s_tvalid and outputs.s_tready
    bits = (inputs.rst, inputs.s_tvalid, accepted, inputs.s_tlast, outputs.m_tvalid, inputs.m_tready, bad)
    bits = (*bits, outputs.m_tvalid and outputs.m_tlast)
    return sum(bool(bit) << i for i, bit in enumerate(bits))


def meeting(segment: Segment, offer: tuple[bool, bool, int], before: Outputs | None, waits: int) -> tuple[bool, bool]:
    """Whether the next input beat waits, and whether an output is taken, where last beats are to meet.

    Args:
        segment: says how long each waits, at most.
        offer: whether the beat is its frame's last, whether it is offered already or the first frame's, and the clocks
            since the last handshake.
        before: what the core has shown, and still shows because it was not taken; else None.
        waits: clocks that it has waited.
    """
    ends, is_open, since = offer
    is_there = before is not None and bool(before.m_tvalid)
    is_last = is_there and before is not None and bool(before.m_tlast)
    is_held = ends and not is_open and not is_last and since < segment.meet
    return is_held, is_there and (not is_last or ends or waits >= segment.meet)
