"""Talk to a core behind `uart_bridge.v` over a serial port: send frames of codes, print frames of results.

Usage: python hdl/boards/host.py PORT CORE CODES [--load IMAGE] [--baud 115200]
    PORT   the board's serial port, such as /dev/ttyUSB1 (needs pyserial)
    CORE   the core's folder with its manifest.json
    CODES  a text file, a frame of codes per line, decimal; - is standard input
    IMAGE  <name>.load.hex: weights to load first

The functions need neither pyserial nor a board; the packets are described in uart_bridge.v.
"""

from __future__ import annotations

import argparse
import json
import sys
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
    """Bytes of an element of a stream, `manifest["input"]` or `manifest["output"]`."""
    return -(-stream["width"] // 8)


def codes_packet(manifest: Mapping[str, Any], codes: Sequence[int]) -> bytes:
    """A frame of codes.

    Raises:
        ValueError: the frame has not as many codes as the core takes, or a code does not fit.
    """
    stream = manifest["input"]
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


def results(manifest: Mapping[str, Any], payload: bytes) -> list[int]:
    """The results of a packet of kind 81."""
    stream = manifest["output"]
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


def converse(line: Any, manifest: Mapping[str, Any], frames: Iterable[Sequence[int]], image: str | None) -> list[str]:
    """Reset, load if there is an image, then one frame after the other; a line of text for each frame of results.

    A frame that is one of several time steps of a sample brings nothing unless it is due; `line` then falls silent.
    """
    line.write(packet(RESET))
    if image is not None:
        line.write(load_packet(image))
    line.write(packet(STATUS))
    said = status(next(packets(line.read))[1])
    if not said["loaded"] or said["load_error"]:
        raise ValueError(f"the core has no weights: {said}")
    lines = []
    for codes in frames:
        line.write(codes_packet(manifest, codes))
        found = next(((kind, payload) for kind, payload in packets(line.read)), None)
        if found is not None:
            lines.append(" ".join(map(str, results(manifest, found[1]))))
    return lines


def main(arguments: list[str]) -> int:
    """Read the arguments and talk."""
    parser = argparse.ArgumentParser(usage=(__doc__ or "").partition("Usage: ")[2])
    for name in ("port", "core", "codes"):
        parser.add_argument(name)
    parser.add_argument("--load", type=Path)
    parser.add_argument("--baud", type=int, default=115200)
    given = parser.parse_args(arguments)
    try:
        manifest = json.loads((Path(given.core) / "manifest.json").read_text(encoding="utf-8"))
        text = sys.stdin.read() if given.codes == "-" else Path(given.codes).read_text(encoding="utf-8")
        frames = [[int(word) for word in line.split()] for line in text.splitlines() if line.strip()]
        image = given.load.read_text(encoding="utf-8") if given.load else None
    except (OSError, ValueError) as error:
        parser.exit(2, f"host.py: error: {error}\n")
    import serial  # pyserial

    with serial.Serial(given.port, given.baud, timeout=2) as line:
        print("\n".join(converse(line, manifest, frames, image)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
