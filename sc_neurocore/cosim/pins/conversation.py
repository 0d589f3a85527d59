"""What a host says over the line, as the bench's script, and what must come back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...synth.boards import host

_MOST_WAIT = 255
_HUNDRED = 100
Packet = tuple[int, bytes]


class Conversation:
    """A script for the bench, and the packets that the board must answer with, in order.

    Args:
        design: the content of `design.json`.
    """

    def __init__(self, design: Mapping[str, Any]) -> None:
        self.design = design
        self.words: list[int] = []
        self.answers: list[Packet] = []

    def send(self, data: bytes) -> None:
        """Bytes to the board."""
        self.words += data

    def wait(self, kind: int, payload: bytes) -> None:
        """Wait for so many bytes as this packet has; that they are these is told by `answers`."""
        rest = 4 + len(payload)
        self.answers.append((kind, payload))
        while rest:
            self.words.append(0x100 | min(rest, _MOST_WAIT))
            rest -= min(rest, _MOST_WAIT)

    def pause(self, clocks: int) -> None:
        """Say nothing for so many clocks, in steps of a hundred."""
        rest = -(-clocks // _HUNDRED)
        while rest > 0:
            self.words.append(0x200 | min(rest, 255))
            rest -= min(rest, 255)

    def press(self, clocks: int = 20) -> None:
        """Press the button that resets, and wait until the board has started."""
        self.words += [0x300 | clocks, 0x201]

    def broken(self, byte: int) -> None:
        """A byte with a stop bit that is none."""
        self.words.append(0x400 | byte)

    def status(self, *names: str) -> None:
        """Ask for the status, which must be these of `host.STATUS_BITS`."""
        self.send(host.packet(host.STATUS))
        self.wait(host.STATUS_ANSWER, bytes([sum(1 << host.STATUS_BITS.index(name) for name in names)]))

    def load(self, image: str) -> None:
        """Load the words of a .load.hex file."""
        self.send(host.load_packet(image))

    def sample(self, frames: Sequence[Sequence[int]], expected: Sequence[Sequence[int]]) -> None:
        """The frames of one sample, each followed by the frames of results that it brings.

        Args:
            frames: of codes.
            expected: frames of results, as many as `answers` of the design says in all.
        """
        output, rest = self.design["output"], iter(expected)
        size = host.element_bytes(output)
        for codes, due in zip(frames, self.design["answers"], strict=True):
            self.send(host.codes_packet(self.design, [int(code) for code in codes]))
            for _ in range(due):
                row = next(rest)
                self.wait(host.RESULTS, b"".join(int(y).to_bytes(size, "little", signed=output["signed"]) for y in row))
            if not due:
                self.pause(int(host.work_seconds(self.design) * self.design["clock_mhz"] * 1e6) + 1)

    @property
    def text(self) -> str:
        """The script as the bench reads it."""
        return "".join(f"{word:04x}\n" for word in self.words)
