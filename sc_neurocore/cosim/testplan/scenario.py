"""From samples to a script: the main run, and short episodes around the rules of the ports (contract §9)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...spec.network import NetworkSpec
from ..design import CircuitDesign, Design
from ..drivers.loads import Loads
from ..drivers.ports import bit_port
from .frames import FrameMaker, drawn_rows, loading, torn_lengths
from .halving_episodes import halving_episodes
from .loads.episodes import load_episodes
from .long_frames import long_frames
from .random_course import course
from .reset_sweep import IN_WORK, Drawn, reset_sweep, whole_sample
from .script import FULL_PACE, HALVED_SAMPLES, LONE, MAIN, PAUSE, TOO_LONG, Frame, Script, Segment
from .stalled_samples import stalled_samples

_STALLED_SAMPLES = 8
_EVERY_CLOCK = 40
"""Up to here a sample is short enough to be cut off everywhere."""
_MOST_WITHIN = 256
"""Samples that a core with a pipeline of them may hold: so many more must wait at its input while a result does."""
_LONG_LATENCY = 512
"""From here on a sample takes too long to be cut off everywhere."""

_MOST_AT_FULL_PACE = 60
"""Of a longer segment the compiled bench does not keep when frames came in."""
RESETS = (3, 1, 2, 1, 5)
"""Clocks of the resets before the episodes, in turn."""
EPISODE_SAMPLES = 6
"""Samples of the episodes beside the main run's; the last is all-lowest codes, the one before it all-highest."""
_FEW_BEATS = 12
"""Up to here frames of every wrong length come while a result waits."""
_MANY_BAD_FRAMES = 260
"""Frames of a wrong length in a row: more than eight bits count."""
_GOOD_BEHIND = 24
"""Samples behind these, without a reset; fewer where they take more clocks than the next number, all together."""
_GOOD_CLOCKS = 1_500
_MEETING = 16
_ENDLESS = 10_000
"""Beats, at most, of a frame that must not end before a result comes."""
_ERROR_WITHIN = 4
"""Clocks after such a frame within which `frame_error` must be high."""


def build_script(
    network: Design,
    codes: np.ndarray,
    episode_codes: np.ndarray,
    *,
    stall: bool,
    seed: int,
    latency: int,
    quiet_limit: int,
    interval: int | None = None,
    loads: Loads | None = None,
    halvings: int = 0,
    halved: Sequence[np.ndarray] = (),
    lowest: int = 0,
    register_segments: Sequence[Segment] = (),
    beat: tuple[int, int] = (1, 1),
    is_compiled: bool = False,
) -> Script:
    """The whole script: every sample of `codes`, then the episodes.

    Args:
        network: gives shapes and encodings; of a circuit also the streams that pass.
        codes: samples of the main run, rows 0 … of the expected outputs.
        episode_codes: `EPISODE_SAMPLES` more samples, the following rows; the last one all-lowest codes.
        stall: stall both sides at random in the main run, too.
        seed: of stalls and of the don't-care bits.
        latency: roughly how long a sample is in work; where an episode resets in the middle of it.
        quiet_limit: cycles without a handshake that mean a hang.
        interval: clocks from one sample to the next, as the manifest says; None where it says none.
        loads: of a loadable core; the network is loaded before the main run. Where there are other networks, the rows
            behind those of the episodes are their outputs of the same `episode_codes`, one after the other.
        halvings: how often streams may be halved; the rows behind those of the episodes are, for each number of
            halvings from 1 up, the outputs of the first `HALVED_SAMPLES` of `episode_codes`.
        halved: for each number of halvings more samples; behind all other rows are their outputs.
        lowest: so many of the last samples of `codes` once more, with the code -2^n in the place of -(2^n - 1).
        register_segments: in which a core's registers are read and written over AXI4-Lite; they come last.
        beat: elements in a beat of the input port, and of the output port.
        is_compiled: the bench is the compiled harness, which is quick: more clocks are driven.
    """
    maker = FrameMaker(network, seed, beat)
    rows = len(codes)
    first = [] if loads is None else [loading(loads.words)]
    main = Segment(
        MAIN,
        first + [frame for row in codes for frame in maker.good(row)],
        samples=list(range(rows)),
        expected_beats=rows * maker.beats_out,
        stall=stall,
        settle=True,
        expected_clocks=rows * maker.clocks,
    )
    more = drawn_rows(rows, random.Random(f"samples behind resets {seed}"))

    def sample_behind() -> tuple[int, list[Frame]]:
        row = next(more)
        return row, maker.good(codes[row])

    episodes = _episodes(maker, episode_codes, rows, latency, interval, sample_behind, is_compiled)
    if not stall:
        episodes += stalled_samples(maker, codes, latency, interval, seed=seed, is_compiled=is_compiled)
    if lowest:
        own = list(range(rows - lowest, rows))
        frames = [frame for row in own for frame in maker.good(codes[row], rough=True)]
        episodes.append(Segment("the code -2^n", frames, own, lowest * maker.beats_out))
    if loads is not None:
        episodes += load_episodes(maker, episode_codes, rows, loads)
    episodes += course(maker, episode_codes, rows, latency, loads=loads, halvings=halvings)
    last_row = rows + len(episode_codes) + halvings * HALVED_SAMPLES
    episodes += halving_episodes(maker, episode_codes, rows, halvings, halved, last_row)
    episodes += register_segments
    control = loads.control if loads is not None else "axi-lite" if register_segments else None
    return Script(
        [main, *episodes],
        seed=seed,
        quiet_limit=quiet_limit,
        control=control,
        streams=_bit_ports(network),
        framed=network.output_neurons > 0,
        input_bits=maker.port * beat[0] if beat[0] > 1 else 0,
        input_elements=beat[0],
        output_elements=beat[1],
    )


def _bit_ports(design: Design) -> list[str] | None:
    """The ports on which a circuit's streams pass; None of a network."""
    return [bit_port(name) for name in design.streams] if isinstance(design, CircuitDesign) else None


def _episodes(
    maker: FrameMaker,
    codes: np.ndarray,
    first_row: int,
    latency: int,
    interval: int | None,
    sample_behind: Drawn,
    is_compiled: bool,
) -> list[Segment]:
    """Each episode that ends in a reset is followed by a sample that must not notice; `sample_behind`: gives one of the
    main run, of which there are more.
    """
    episodes: list[Segment] = []
    turn = 0

    def sample(index: int | None = None, *, rough: bool = False) -> tuple[int, list[Frame]]:
        nonlocal turn
        index = turn % (len(codes) - 1) if index is None else index
        turn += 1
        return first_row + index, maker.good(codes[index], rough=rough)

    def torn(lengths: Sequence[Sequence[int]]) -> tuple[int, list[Frame]]:
        """A sample with broken frames before each of its frames, as far as the lengths go."""
        row, frames = sample(rough=True)
        bad = [[maker.bad(beats) for beats in each] for each in lengths]
        return row, [f for i, frame in enumerate(frames) for f in [*(bad[i] if i < len(bad) else []), frame]]

    def add(name: str, parts: list[tuple[int, list[Frame]] | Frame], **more: Any) -> None:
        rows = [part[0] for part in parts if not isinstance(part, Frame)]
        frames = [f for part in parts for f in ([part] if isinstance(part, Frame) else part[1])]
        is_complete = not any(key.startswith("cut") for key in more)
        beats = len(rows) * maker.beats_out if is_complete else 0
        clocks = len(rows) * maker.clocks if is_complete else 0
        more = {"reset_cycles": RESETS[len(episodes) % len(RESETS)], "expected_clocks": clocks} | more
        episodes.append(Segment(name, frames, rows, beats, **more))

    def cut(what: str, samples: int = 1, *, shortest: bool = False, **how: Any) -> None:
        """`shortest`: the reset lasts one clock, so that no second one repairs what the first has missed."""
        add(f"reset while {what}", [sample() for _ in range(samples)], **how)
        add(f"after a reset while {what}", [sample()], **({"reset_cycles": 1} if shortest else {}))

    features, draw = maker.beats_in, maker.random.randint
    add(LONE, [sample()])
    # Some faults show only while an output waits: whatever the main run does, stalls are tried.
    stalled = _STALLED_SAMPLES if maker.elements == 1 else 2 * _STALLED_SAMPLES + min(latency, _MOST_WITHIN)
    add("stalls on both sides", [sample() for _ in range(stalled)], stall=True)
    inputs = features * len(sample()[1])
    for beats in sorted({1, (features + 1) // 2, draw(1, 2 * inputs - 1)} - {2 * inputs}):
        cut("a frame comes in", 1 + (beats >= inputs), cut_after_beats=beats, stall=beats > 1)
    for cycles in sorted({1, max(1, latency // 2), max(1, latency - draw(0, 2))}):
        cut("a sample is in work", cut_after_cycles=cycles)
    # A register that no reset reaches shows only where the next sample meets what it still holds: at once, and deep in.
    for samples in (1, 2):
        for cycles in sorted({0, 2, draw(3, max(3, latency))} if latency <= _LONG_LATENCY else {0}):
            cut("a sample is in work", samples, shortest=True, cut_after_cycles=cycles)
    cut("a frame comes in", 2, shortest=True, cut_after_beats=draw(1, 2 * inputs - 1))
    if maker.beats_out:
        cut("a result is offered for the first time", shortest=True, cut_after_valid=0)
        cut("a result waits", shortest=True, cut_after_valid=draw(1, 4), hold=True)
        endless = maker.bad(3 * features + min(2 * latency, _ENDLESS))  # it still comes in when the result is there
        add("reset while a result waits and a frame comes in", [sample(), endless], cut_after_valid=2, hold=True)
        add("after a reset while a result waits and a frame comes in", [sample()], reset_cycles=1)
    if maker.beats_out and features <= _FEW_BEATS and latency <= _LONG_LATENCY:
        # where the core takes them, one of each length comes in while a result waits; and a reset after each of them
        wrong = [beats for beats in range(1, 2 * features + 2) if beats != features]
        frames_behind = [maker.bad(beats) for beats in wrong * (2 + latency // sum(wrong))]
        waits = {"cut_after_valid": sum(wrong) + _ERROR_WITHIN, "hold": True}
        add("frames of a wrong length while a result waits", [sample(), *frames_behind], **waits)
        add("after frames of a wrong length while a result waits", [sample()], reset_cycles=1)
        for cycles in range(2, 2 * features + 3):
            frames_behind = [maker.bad(2 * features + 1) for _ in range(3 + latency // features)]
            waits = {"cut_after_valid": cycles, "hold": True}
            add("reset within a frame while a result waits", [sample(), *frames_behind], **waits)
            add("after a reset within a frame while a result waits", [sample()], reset_cycles=1)
    if maker.beats_out > 1:
        cut("a result goes out", 2, cut_after_outputs=draw(1, maker.beats_out - 1), stall=True)
    add("don't-care bits", [sample(rough=True), sample(len(codes) - 1, rough=True), sample(rough=True)])
    low, high = len(codes) - 1, len(codes) - 2
    if latency <= _LONG_LATENCY:
        fills = 4 * len(maker.network.layers) + 8 if isinstance(maker.network, NetworkSpec) else 8
        add(FULL_PACE, [sample() for _ in range(min(fills, _MOST_AT_FULL_PACE // len(maker.good(codes[0]))))])
    add("a sample twice, and extremes", [sample(each) for each in (0, 0, low, high, low, high, 0)])
    lengths = sorted({1, features - 1, features + 1, 2 * features, 2 * features + 1} - {0, features})
    broken: list[tuple[int, list[Frame]] | Frame] = [sample()]
    for beats in lengths[:-2]:
        broken += [maker.bad(beats), sample(rough=True)]
    # A broken frame straight after another, and one while the core still computes.
    broken += [maker.bad(beats) for beats in lengths[-2:]]
    add("frames of a wrong length", [*broken, sample()])
    # A reset of one clock must end what such a frame has begun, wherever it stands in it.
    for beats in sorted({max(1, features - 1), features + 1, 2 * features - 1 + (features == 1)}):
        add("reset within a frame of a wrong length", [maker.bad(2 * features + 1)], cut_after_beats=beats)
        add("after a reset within a frame of a wrong length", [sample()], reset_cycles=1)
    for beats in lengths[:3]:  # nothing comes after it that could raise frame_error in its place
        add("a lone frame of a wrong length", [maker.bad(beats)], cut_after_cycles=_ERROR_WITHIN)
    add("after a lone frame of a wrong length", [sample()], reset_cycles=1)
    frame_lengths = [beats for beats in (draw(1, 3 * features + 1) for _ in range(3)) if beats != features] or lengths
    late = [maker.bad(beats) for beats in frame_lengths]
    add(
        "frames of a wrong length and stalls",
        [sample(), torn([[each] for each in (*frame_lengths, *lengths)]), *late, sample()],
        stall=True,
    )
    add("after the reset that clears frame_error", [sample()])
    if inputs > features:
        turns = torn_lengths(lengths, inputs // features, features)
        add("frames of a wrong length between time steps", [torn(each) for each in turns])
    pairs = min(2 * len(lengths), _STALLED_SAMPLES) if maker.elements == 1 else stalled
    behind = [[sample(), maker.bad(beats)] for beats in (lengths * pairs)[:pairs]]
    add("frames of a wrong length behind results", [part for pair in behind for part in pair] + [sample()], stall=True)
    multiples = [maker.bad(beats) for beats in (3 * features, 4 * features, 1 << (features - 1).bit_length() + 1)]
    many = [maker.bad(maker.wrong_length) for _ in range(_MANY_BAD_FRAMES)]
    few = max(2, min(_GOOD_BEHIND, _GOOD_CLOCKS // max(interval or latency, inputs)))
    multiples += [maker.bad(features + more) for more in TOO_LONG]
    add(
        "many frames of a wrong length",
        [frame for frame in multiples if len(frame.beats) != features] + [*many, *(sample() for _ in range(few))],
    )
    if maker.beats_out:
        add("a long pause before each sample", [sample(), sample()], turns=[0, 0], pause=PAUSE, reset_cycles=1)
        short, long = (maker.bad(max(1, features - 1)), maker.bad(features + 1))
        parts = [sample(), sample(), sample(), long, sample(), short if features > 1 else long, sample()]
        add("last beats of inputs and outputs meet", parts, meet=latency + _MEETING)
    if features > _FEW_BEATS or latency > _LONG_LATENCY:
        episodes.extend(long_frames(sample, maker, latency))
    # Where a sample is short, in every clock of it: some registers matter in one of them alone.
    if latency <= _EVERY_CLOCK:
        for cycles in range(latency + maker.beats_out + 2):
            add(IN_WORK[1], [sample()], cut_after_cycles=cycles)
            episodes.append(whole_sample(f"after a {IN_WORK[1]}", sample_behind, maker))
        sweeps = [2]
    else:
        sweeps = [1, 2]
    for samples in sweeps:
        each = (samples, sample, sample_behind)
        episodes += reset_sweep(*each, maker, latency, interval, is_compiled=is_compiled)
    return episodes
