"""What a bench does, as data: segments of frames between resets. Plain JSON, so that one script drives every simulator.

A *frame* is the beats of one sample (or time step) as raw `tdata` words. A *segment* starts with
a reset; it ends when all its outputs have come, or is cut off by the next segment's reset.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

CROSSES = 256
HALVED_SAMPLES = 4
"""Of the episodes' samples, driven once more for each number of halvings."""
FULL_PACE = "samples at full pace"
"""Name of the segment whose last samples must come in as far apart as the manifest says."""
MAIN = "samples"
"""Name of the segment whose samples are the user's and the directed ones."""
LONE = "one sample, no stalls"
"""Name of the segment in which the latency is measured."""
BROKEN_BEATS = 8
"""Bits of a turn's halvings, below the beats of a frame of a wrong length."""
PAUSE = 300
"""Clocks of a long pause between samples, and after a reset."""
TOO_LONG = 256, 1_024
"""So many beats more than they need some frames have: more than eight and ten bits count."""
COURSE = "a course of the ports that is drawn"
"""Name of the segments whose parts are drawn."""


@dataclass
class Frame:
    """Beats of one frame, `tlast` on the last; a frame that is not `good` has too many or too few of them."""

    beats: list[int]
    good: bool = True
    load: bool = False
    """The beats are the bytes of load words, little-endian, whichever control port they go to."""


@dataclass
class Segment:
    """Frames driven after one reset."""

    name: str
    frames: list[Frame]
    samples: list[int]
    """Rows of the expected outputs that the good frames belong to, in order."""
    expected_beats: int
    """Output beats that the good frames make; 0 where a reset cuts them off."""
    stall: bool = False
    cut_after_beats: int | None = None
    """Reset comes as soon as this many beats of the whole segment were accepted."""
    cut_after_cycles: int | None = None
    """Reset comes this many cycles after the last beat was accepted."""
    cut_after_outputs: int | None = None
    """Reset comes as soon as this many output beats were taken."""
    cut_after_valid: int | None = None
    """Reset comes this many cycles after the first output was offered."""
    settle: bool = False
    """Wait long after the last output, in case more come."""
    reset_cycles: int = 3
    """Length of the reset before the first frame; three bring a core out of unknown states."""
    hold: bool = False
    """No output is taken."""
    halvings: int = 0
    """What stands on the port of this name, if the core has one."""
    turns: list[int] = field(default_factory=list)
    """The same for one sample after the other, where it changes between them: each begins some clocks after all results
    of the one before have gone out, and the port changes with its first beat. A frame of a wrong length is a turn, too:
    its beats << `BROKEN_BEATS`, with the number that stands there while it comes."""
    accesses: list[int] = field(default_factory=list)
    """Of registers, when all outputs have come: answer's wait << 58 | word's wait << 54 | address's wait << 50 |
    ahead << 49 | writes << 48 | releases << 47 | opens << 46 | offered << 45 | at stop << 44 | strobes << 40 |
    address << 32 | data. Waits are clocks beyond those that are drawn, at most 14, and 15 for `LONG_WAIT` (an
    answer's: until it is taken). One that is ahead, which must be a read after a read or a write after a write, begins
    as soon as the one before is accepted; all others when no answer is left to come. For the other bits see `stops`."""
    beside: bool = False
    """The accesses are made from the first clock on, beside the streams; `cut_after_cycles` cuts them off."""
    pause: int = 0
    """Clocks without a beat before each sample, where `turns` tells samples apart."""
    meet: int = 0
    """From the second frame on, a last beat and the last output beat that is to come wait for each other, at most so
    many clocks each, to be taken in the same clock."""
    reads: list[int] = field(default_factory=list)
    """More accesses, reads, that are made at the same time as `accesses`, which then are writes."""
    stops: list[int] = field(default_factory=list)
    """Of a segment with accesses beside: pairs, in order, of an input beat that waits, and output beats. The beat waits
    until an access is answered that opens the stop; one that is at a stop begins when all beats before the next stop
    to be opened were accepted and so many output beats taken. One that is offered begins when an output was, and if it
    is at a stop, too, whatever beats were accepted; where `hold`, outputs are taken when one is answered that
    releases them."""
    expected_clocks: int = 0
    """Clocks with `stream_valid` that the good frames make; 0 where a reset cuts them off, and of networks."""
    junk: bool = True
    """Lines that mean nothing (`tdata` and `tlast` without `tvalid`, everything under reset) hold noise, not 0."""

    @property
    def cuts_accesses(self) -> bool:
        """Whether the reset behind it falls among its accesses."""
        return self.beside and self.cut_after_cycles is not None


@dataclass
class Script:
    """Everything that a bench needs to know."""

    segments: list[Segment]
    seed: int
    quiet_limit: int
    """Cycles without any handshake after which the core counts as hung."""
    control: str | None = None
    """The port for loads, "stream" or "axi-lite"; None: the core takes none."""
    streams: list[str] | None = None
    """Of a circuit, the ports that are noted in every clock with `stream_valid`; None: the core has none of these."""
    framed: bool = True
    """Whether the core has an output stream of frames."""
    input_bits: int = 0
    """Of `s_axis_tdata`, where its beats have several elements; 0: one."""
    input_elements: int = 1
    """Elements of a beat of the input port; the last beat of a frame may have fewer."""
    output_elements: int = 1
    """Elements of a beat of the output port; they divide the frame."""

    def to_json(self) -> str:
        """Text of the script, for a bench in another process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Script:
        """Inverse of `to_json`."""
        tree = json.loads(text)
        tree["segments"] = [
            Segment(**{**segment, "frames": [Frame(**frame) for frame in segment["frames"]]})
            for segment in tree["segments"]
        ]
        return cls(**tree)


@dataclass
class Beat:
    """One output beat as it came."""

    data: int | None
    """The raw word; None where the simulator said X."""
    last: int | None
    cycle: int


def stream_words(script: Script) -> int:
    """Words of 64 bits that hold what stands on a circuit's streams; at least one."""
    return max(1, -(-len(script.streams or ()) // 64))


MOST_WRONG = 10_000
"""Beats that differ of which the places are kept."""


@dataclass
class Judged:
    """A segment's output beats held against the model's: all that the verdict needs of them."""

    beats: int
    compared: int
    mismatches: int
    first: tuple[int, int | None, int] | None
    """Of the first beat that differs: which one, its raw word (None for X), its cycle."""
    wrong_last: tuple[int, int | None] | None
    """The first beat with a wrong `tlast`, and what that was."""
    wrong: list[int] = field(default_factory=list)
    """The first beats that differ, at most `MOST_WRONG`."""


@dataclass
class SegmentRecord:
    """What came out of one segment."""

    name: str
    began: int = 0
    """The last cycle of its reset."""
    beats: list[Beat] = field(default_factory=list)
    """Every output beat; empty where they were judged when they were read."""
    output_cycles: list[int] = field(default_factory=list)
    """Of a segment with `Segment.reads`, or `FULL_PACE`, in the compiled harness: the cycle of each output beat."""
    beats_accepted: int = 0
    last_beat_cycles: list[int] = field(default_factory=list)
    """Cycle in which each frame's last beat was accepted; of a long segment in the harness, only the last one's."""
    first_valid_cycle: int | None = None
    """First cycle with `m_axis_tvalid` high."""
    error_before: bool = False
    """`frame_error` was high before any bad frame."""
    error_after: bool | None = None
    """`frame_error` at the end of the segment."""
    violations: list[str] = field(default_factory=list)
    finished: bool = False
    left: int = 0
    """How the segment was left, in bits: 1 within a frame of inputs, 2 while an output waited, 4 after some outputs."""
    replies: list[tuple[int | None, int | None, int]] = field(default_factory=list)
    """To the accesses: response, data (None for X), and the clock in which the address was taken, from the first on."""
    read_replies: list[tuple[int | None, int | None, int]] = field(default_factory=list)
    """The same of `Segment.reads`."""
    judged: Judged | None = None
    """Of the compiled harness's beats, which are too many to keep."""
    stream: Any = None
    """Of a circuit in the compiled harness `verdict.streams.StreamClocks`, in place of the two lists."""
    stream_cycles: list[int] = field(default_factory=list)
    """Cycles with `stream_valid` high."""
    stream_words: list[int | None] = field(default_factory=list)
    """What stood on `Script.streams` in these, the first port in the lowest bit; None where the simulator said X."""
    toggles: int = 0
    """Value changes of the nets that the core shows (mapped netlists in the compiled harness alone)."""


@dataclass
class Record:
    """What a bench saw. The verdict is `compare`'s."""

    segments: list[SegmentRecord] = field(default_factory=list)
    ports: list[str] = field(default_factory=list)
    """Names of the top module's ports, where the simulator tells them."""
    cycles: int = 0
    fault: str | None = None
    """Why the bench stopped early: a hang, missing ports."""
    output_bits: int | None = None
    """Width of `m_axis_tdata` as the simulator sees it."""
    seconds: float | None = None
    """Wall-clock time of the simulation alone, without building and starting it."""
    cpu_seconds: float | None = None
    """Processor time of the same."""
    crosses: list[int] = field(default_factory=lambda: [0] * CROSSES)
    """Cycles by what stood on the ports, in bits: 1 reset, 2 `s_axis_tvalid`, 4 the beat is accepted, 8 `s_axis_tlast`,
    16 `m_axis_tvalid`, 32 `m_axis_tready`, 64 the beat is of a frame of a wrong length, 128 `m_axis_tlast`
    with `m_axis_tvalid`."""
    longest_gap: int = 0
    """Cycles without `s_axis_tvalid` between two beats of the script."""
    longest_stall: int = 0
    """Cycles that an output waited."""

    def to_json(self) -> str:
        """Text of the record."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Record:
        """Inverse of `to_json`."""
        tree = json.loads(text)
        for segment in tree["segments"]:
            segment["beats"] = [Beat(**beat) for beat in segment["beats"]]
            segment["judged"] = segment["stream"] = None  # a verdict on itself is not for the simulation to give
        tree["segments"] = [SegmentRecord(**segment) for segment in tree["segments"]]
        return cls(**tree)
