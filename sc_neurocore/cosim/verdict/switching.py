"""Switching activity of a mapped netlist: how many nets change a sample. A proxy of dynamic energy, no measure of it.

The compiled harness compares all nets of the netlist from one settled state, before a rising edge, to the next: no
glitches, no weights for capacitance or length, the clock left out, and nothing of what happens inside a block RAM.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..testplan.script import Record, Script, Segment

NETS_PORT = "sc_nets"
"""Through which a mapped netlist shows its nets."""
SWITCHING = "switching"
"""Name of the segment in which net changes are counted."""
BASIS = (
    "Energy proxy: value changes of all nets of the mapped netlist between settled states before rising edges, zero "
    "delay, so without glitches; unweighted, the clock net and the insides of memory blocks left out."
)


def switching_segment(script: Script, counts: Mapping[str, int]) -> Segment:
    """The user's samples once more, or the random ones where there are none: back to back, without stalls or noise.

    Args:
        script: whose first segment holds all samples.
        counts: how many of those come from where, in order.
    """
    main = script.segments[0]
    start, count = (0, counts["user"]) if counts["user"] else (counts["directed"], counts["random"])
    of_samples = [frame for frame in main.frames if not frame.load]
    frames, beats = len(of_samples) // len(main.samples), main.expected_beats // len(main.samples)
    selection = of_samples[start * frames : (start + count) * frames]
    return Segment(SWITCHING, selection, list(range(start, start + count)), count * beats, junk=False)


def switching(script: Script, record: Record, nets: int | None) -> dict[str, Any] | None:
    """The count of `switching_segment`; None where the netlist showed no nets.

    Args:
        script: what was driven.
        record: what came out.
        nets: how many the netlist shows; None: it shows none.
    """
    if nets is None:
        return None
    for segment, outcome in zip(script.segments, record.segments, strict=False):
        if segment.name == SWITCHING and outcome.finished:
            return {
                "nets": nets,
                "samples": len(segment.samples),
                "toggles": outcome.toggles,
                "toggles_per_inference": round(outcome.toggles / len(segment.samples), 1),
                "basis": BASIS,
            }
    return None
