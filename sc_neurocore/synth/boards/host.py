"""Talk to a core behind the serial port of a board: send frames of codes, print frames of results, and compare them.

Usage: python host.py PORT CODES [--expected FILE] [--labels FILE] [--design FILE] [--load FILE]
    PORT        the board's serial port, such as /dev/ttyUSB1 (needs pyserial)
    CODES       a text file, a frame of codes a line, decimal; - is standard input
    --expected  results that must come back, a frame a line: the status is 1 where one differs
    --labels    the classes of the samples, one a line: prints the accuracy
    --design    what the core takes and gives; default: design.json beside this file
    --load      weights to load first, in the form of core.load.hex

The functions need neither pyserial nor a board; board_uart.v describes the packets.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

CODES, LOAD, STATUS, RESET = 0x01, 0x02, 0x03, 0x04
RESULTS, STATUS_ANSWER = 0x81, 0x83
STATUS_BITS = ("frame_error", "loaded", "load_error", "lost", "unknown")
"""What the bits of a status byte say, the lowest first."""


def packet(kind: int, payload: bytes = b"") -> bytes:
    """Kind, length in three bytes, payload."""
    if len(payload) >= 1 << 24:
        raise ValueError(f"payload must be shorter than 2^24 bytes, got {len(payload)}")
    return bytes([kind]) + len(payload).to_bytes(3, "little") + payload


def element_bytes(stream: Mapping[str, Any]) -> int:
    """Bytes of an element of a stream, `design["input"]` or `design["output"]`."""
    return -(-stream["width"] // 8)


def codes_packet(design: Mapping[str, Any], codes: Sequence[int]) -> bytes:
    """A frame of codes.

    Raises:
        ValueError: the frame has not as many codes as the core takes, or a code does not fit.
    """
    stream = design["input"]
    if len(codes) != stream["elements"]:
        raise ValueError(f"codes must be {stream['elements']} a frame, got {len(codes)}")
    low = -(1 << (stream["width"] - 1)) if stream["signed"] else 0
    high = low + (1 << stream["width"]) - 1
    for code in codes:
        if not low <= code <= high:
            raise ValueError(f"codes must be {low} to {high}, got {code}")
    size = element_bytes(stream)
    return packet(CODES, b"".join(int(c).to_bytes(size, "little", signed=stream["signed"]) for c in codes))


def load_packet(image: str) -> bytes:
    """The words of a .load.hex file as a load frame, each word low byte first."""
    return packet(LOAD, b"".join(int(word, 16).to_bytes(4, "little") for word in image.split()))


def results(design: Mapping[str, Any], payload: bytes) -> list[int]:
    """The results of a packet of kind 81."""
    stream = design["output"]
    size = element_bytes(stream)
    if len(payload) != size * stream["elements"]:
        raise ValueError(f"payload must be {size * stream['elements']} bytes, got {len(payload)}")
    pieces = (payload[i : i + size] for i in range(0, len(payload), size))
    return [int.from_bytes(piece, "little", signed=stream["signed"]) for piece in pieces]


def status(payload: bytes) -> dict[str, bool]:
    """The bits of a packet of kind 83 by their names."""
    return {name: bool(payload[0] >> i & 1) for i, name in enumerate(STATUS_BITS)}


def packets(read: Callable[[int], bytes]) -> Iterator[tuple[int, bytes]]:
    """Packets from a line until it falls silent; `read(n)` gives n bytes, or fewer after a time without any.

    Raises:
        ValueError: the line fell silent within a packet.
    """
    while kind := read(1):
        head = read(3)
        length = int.from_bytes(head, "little")
        payload = read(length) if len(head) == 3 else b""
        if len(head) < 3 or len(payload) < length:
            raise ValueError(f"the line fell silent within a packet of kind {kind[0]:#04x}")
        yield kind[0], payload


def converse(
    line: Any, design: Mapping[str, Any], frames: Iterable[Sequence[int]], image: str | None = None
) -> Iterator[list[int]]:
    """Reset, load if there is an image, then one frame after the other; the frames of results as they come.

    Args:
        line: has `write(bytes)` and `read(n)`, which gives fewer bytes after a time without any.
        design: the content of design.json.
        frames: codes; those of a sample of several time steps follow one another.
        image: text of a .load.hex file; None: the core has its weights.

    Raises:
        ValueError: the board does not answer, or has no weights, or a frame does not fit the core.
    """
    line.write(packet(RESET))
    if image is not None:
        line.write(load_packet(image))
    line.write(packet(STATUS))
    said = next(packets(line.read), None)
    if said is None or said[0] != STATUS_ANSWER:
        raise ValueError("the board does not answer; is this its port, and is it programmed?")
    state = status(said[1])
    if not state["loaded"] or state["load_error"]:
        raise ValueError(f"the core has no weights: {state}")
    answers = design["answers"]
    for number, codes in enumerate(frames):
        line.write(codes_packet(design, codes))
        due = answers[number % len(answers)]
        if not due:
            time.sleep(work_seconds(design))  # the next frame must find the core ready
        heard = packets(line.read)
        for _ in range(due):
            kind, payload = next(heard, (None, b""))
            if kind != RESULTS:
                raise ValueError(f"frame {number} brought no results")
            yield results(design, payload)


def work_seconds(design: Mapping[str, Any]) -> float:
    """Time that the core works on one frame; a tenth of a second where it depends on the data."""
    clocks = design["cycles_per_inference"]
    return clocks / len(design["answers"]) / design["clock_mhz"] / 1e6 if isinstance(clocks, int) else 0.1


def numbers(path: str) -> list[list[int]]:
    """Lines of a text file as integers."""
    text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    return [[int(word) for word in line.split()] for line in text.splitlines() if line.strip()]


def verdict(given: Sequence[Sequence[int]], expected: Sequence[Sequence[int]]) -> tuple[bool, str]:
    """Whether all frames are the expected ones, of which there must be some, and that in one line."""
    for number, (got, wanted) in enumerate(zip(given, expected)):
        if list(got) != list(wanted):
            return False, f"FAIL: frame {number} is {list(got)}, expected {list(wanted)}"
    if len(given) != len(expected) or not expected:
        return False, f"FAIL: {len(given)} frames of results, expected {len(expected)}"
    return True, f"PASS: {len(given)} frames of results are the expected ones"


def accuracy(design: Mapping[str, Any], given: Sequence[Sequence[int]], labels: Sequence[int]) -> float:
    """Share of samples whose largest output, summed over the frames of a sample, is that of their class.

    Args:
        design: the content of design.json.
        given: frames of results.
        labels: the class of each sample.

    Raises:
        ValueError: the results are not those of so many samples, or have no classes.
    """
    frames = sum(design["answers"])
    if not labels or len(given) != frames * len(labels):
        raise ValueError(f"labels must be one a sample, {len(given) // frames} of them, got {len(labels)}")
    if design["output"]["elements"] < 2:
        raise ValueError("labels need two outputs or more")
    sums = [[sum(row) for row in zip(*given[i : i + frames])] for i in range(0, len(given), frames)]
    return sum(row.index(max(row)) == label for row, label in zip(sums, labels)) / len(labels)


def main(arguments: Sequence[str]) -> int:
    """Read the arguments and talk."""
    parser = argparse.ArgumentParser(usage=(__doc__ or "").partition("Usage: ")[2])
    for name in ("port", "codes"):
        parser.add_argument(name)
    for name in ("--expected", "--labels", "--load"):
        parser.add_argument(name)
    parser.add_argument("--design", default=str(Path(__file__).with_name("design.json")))
    given = parser.parse_args(arguments)
    try:
        design = json.loads(Path(given.design).read_text(encoding="utf-8"))
        frames = numbers(given.codes)
        expected = numbers(given.expected) if given.expected else None
        labels = [row[0] for row in numbers(given.labels)] if given.labels else None
        load = design["load"]
        path = given.load or (Path(given.design).with_name(load["file"]) if load and not load["initialised"] else None)
        image = None if path is None else Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        parser.exit(2, f"host.py: error: {error}\n")
    import serial  # pyserial

    heard = []
    try:
        with serial.Serial(given.port, design["baud"], timeout=2 + work_seconds(design)) as line:
            for row in converse(line, design, frames, image):
                print(" ".join(map(str, row)), flush=True)
                heard.append(row)
        if labels is not None:
            print(f"accuracy {accuracy(design, heard, labels):.2%}", file=sys.stderr)
    except (OSError, ValueError) as error:
        parser.exit(2, f"host.py: error: {error}\n")
    good, text = (True, "") if expected is None else verdict(heard, expected)
    if text:
        print(text, file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
