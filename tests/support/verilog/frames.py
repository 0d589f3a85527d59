"""Scripts of frames for a generated core, and what must come out: contract section 9, played on random networks."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from support import oracle
from support.networks.random_networks import RandomNetwork


class Expected(NamedTuple):
    """Of one segment between resets: the frames' outputs; whether all of them had time; frame_error where asked."""

    frames: list[list[int]]
    complete: bool
    errors: list[int]


def input_bits(encoding: str, n: int) -> int:
    return {"unipolar": n, "bipolar": n, "sign_magnitude": n + 1, "spike": 1}[encoding]


def tdata_width(bits: int) -> int:
    return 8 * -(-bits // 8)


class Player:
    """Writes a core's script and the expectation side by side."""

    def __init__(self, net: RandomNetwork, samples: int) -> None:
        self.net, self.rng = net, net.rng
        spec = net.description["input"]
        self.bits = input_bits(spec["encoding"], spec["resolution_bits"])
        self.width = tdata_width(self.bits)
        self.most_negative = -(2 ** spec["resolution_bits"]) if spec["encoding"] == "sign_magnitude" else None
        self.codes = net.codes(samples)
        self.outputs = oracle.evaluate(net.description, self.codes, net.tensors)
        self.script: list[str] = []
        self.expected: list[Expected] = []

    def reset(self, cycles: int = 2) -> None:
        self.script.append(f"r {cycles}")
        self.expected.append(Expected([], True, []))

    def ready(self, percent: int) -> None:
        self.script.append(f"y {percent}")

    def beat(self, code: int, last: bool, gaps: int) -> None:
        """One beat; the bits above the element are noise, and the lowest code has a second spelling."""
        if self.most_negative is not None and code == self.most_negative + 1 and self.rng.random() < 0.5:
            code = self.most_negative
        noise = int(self.rng.integers(0, 2**16)) << self.bits
        data = ((code & (2**self.bits - 1)) | noise) & (2**self.width - 1)
        gap = int(self.rng.integers(0, gaps + 1)) if gaps and self.rng.random() < 0.6 else 0
        self.script.append(f"b {data} {int(last)} {gap}")

    def frame(self, sample: int, gaps: int = 0) -> None:
        codes = self.codes[sample].tolist()
        for j, code in enumerate(codes):
            self.beat(code, j == len(codes) - 1, gaps)
        self.expected[-1].frames.append(self.outputs[sample].tolist())

    def bad_frame(self, beats: int, gaps: int = 0) -> None:
        """A frame of another length than ``features``: early or late ``tlast``."""
        assert beats != self.codes.shape[-1]
        source = self.codes.ravel().tolist()
        for j in range(beats):
            self.beat(source[int(self.rng.integers(len(source)))], j == beats - 1, gaps)

    def error(self, value: int) -> None:
        self.script += ["w 8", "e"]
        self.expected[-1].errors.append(value)

    def finish(self) -> None:
        """Wait for all outputs of this segment."""
        self.script.append(f"o {sum(len(f) for f in self.expected[-1].frames)}")

    def abandon(self) -> None:
        """The coming reset may catch frames anywhere: what came out before is a beginning of what would have."""
        self.expected[-1] = self.expected[-1]._replace(complete=False)


def whole_script(net: RandomNetwork, samples: int = 6) -> Player:
    """Clean, stalled, damaged and interrupted traffic."""
    play, rng = Player(net, samples), net.rng
    features = play.codes.shape[-1]
    play.reset(3)
    for sample in range(samples):
        play.frame(sample)
    play.finish()
    for percent, gaps in ((50, 3), (10, 0), (100, 9)):  # no reset between: old samples must leave no trace
        play.ready(percent)
        for sample in rng.permutation(samples).tolist()[:4]:
            play.frame(sample, gaps)
    play.finish()
    play.error(0)
    for percent in (100, 60):
        play.ready(percent)
        play.reset()
        play.error(0)
        play.frame(0, 1)
        if features > 1:
            play.bad_frame(int(rng.integers(1, features)))  # early
            play.frame(1)
            play.error(1)
            play.bad_frame(1, 2)
        play.bad_frame(features + 1)  # late by one
        play.frame(2, 2)
        play.error(1)
        play.bad_frame(2 * features)  # late by a whole frame
        play.bad_frame(features + int(rng.integers(1, 3 * features + 2)))
        for sample in range(samples):
            play.frame(sample)
        play.finish()
        play.error(1)
    for _ in range(4):
        play.reset()
        play.error(0)
        for sample in rng.integers(0, samples, size=int(rng.integers(0, 4))).tolist():
            play.frame(sample)
        play.script.append(f"w {int(rng.integers(0, 120))}")
        codes = play.codes[0].tolist()
        for code in codes[: int(rng.integers(0, features))]:
            play.beat(code, False, 0)
        play.abandon()
    play.reset()
    for sample in range(3):
        play.frame(sample)
    play.finish()
    play.error(0)
    return play


def check(name: str, play: Player, segments: list[Any], output_width: int) -> int:
    """Every beat of every segment is what the oracle says; the number of values compared."""
    assert len(segments) == len(play.expected), name
    compared = 0
    mask = 2**output_width - 1
    for index, (segment, expected) in enumerate(zip(segments, play.expected, strict=True)):
        wanted = [(v & mask, int(j == len(f) - 1)) for f in expected.frames for j, v in enumerate(f)]
        got = [(data, last) for _, data, last in segment.beats]
        if not expected.complete:
            wanted = wanted[: len(got)]
        assert got == wanted, f"{name}, segment {index}: {difference(got, wanted)}; {play.net.description}"
        assert segment.errors == expected.errors, f"{name}, segment {index}: frame_error"
        compared += len(got)
    return compared


def difference(got: list, wanted: list) -> str:
    for i, (g, w) in enumerate(zip(got, wanted, strict=False)):
        if g != w:
            return f"beat {i} is (data, last) {g}, expected {w}; {np.sum([a != b for a, b in zip(got, wanted)])} differ"
    return f"{len(got)} beats, expected {len(wanted)}"
