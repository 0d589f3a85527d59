"""What is said of a core that no bench can bring to its end."""

from __future__ import annotations

from ..testplan.script import Segment


def hang(segment: Segment, quiet: int, accepted: int, beats_out: int) -> str:
    """The fault of a core that does nothing any more.

    Args:
        segment: in which it happens.
        quiet: cycles without a handshake.
        accepted: input beats until then.
        beats_out: output beats until then.
    """
    return (
        f"the core hangs in segment {segment.name!r}: no handshake for {quiet} cycles; it accepted {accepted} of "
        f"{_beats(segment)} input beats and gave {beats_out} of {segment.expected_beats} output beats"
    )


def runaway(segment: Segment, unasked: int, accepted: int, beats_out: int) -> str:
    """The fault of a core that puts out beats for ever; how many is clear from `unasked`, so `beats_out` is not said.

    Args:
        segment: in which it happens.
        unasked: output beats since the last input beat.
        accepted: input beats until then.
        beats_out: output beats until then; not said.
    """
    return (
        f"the core runs away in segment {segment.name!r}: {unasked} output beats since the last input beat; it "
        f"accepted {accepted} of {_beats(segment)} input beats"
    )


def _beats(segment: Segment) -> int:
    return sum(len(frame.beats) for frame in segment.frames)
