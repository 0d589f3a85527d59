"""What is known of a board: the device, its clock, the two wires of its serial port, a button and two lights."""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from sc_neurocore.spec.base import Description, PositiveFloat
from sc_neurocore.spec.coerce import nearest, short
from sc_neurocore.spec.entrance import is_path
from sc_neurocore.spec.errors import OptionError, SpecError
from sc_neurocore.spec.files.json_object import read_limited

from ..targets import TARGETS, Target

_FILES = Path(__file__).resolve().parent / "data"
_MOST_BYTES = 1 << 16
_MOST_ERROR = 0.02
"""Share by which a bit may be longer or shorter than the host's: the last of ten is then still looked at within it."""
_SILENCE_S = 0.3
"""After so long without a byte within a packet the board gives the packet up."""

# These words come to stand in constraint files, a Makefile and a script of Yosys.
_Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]*$", max_length=64)]
_Argument = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]+$", max_length=64)]
_Text = Annotated[str, Field(pattern=r"^[\w .,:()/+-]+$", max_length=80)]
_Attributes = Annotated[str, Field(pattern=r"^[A-Za-z0-9_= -]*$", max_length=200)]


class Pin(Description):
    """A place of the package that a port is given."""

    pin: _Word
    """The package's name for it, as nextpnr spells it: `35`, `G2`."""
    io: _Attributes = ""
    """What the constraint file says of it beside its place: of an ECP5 `PULLMODE=UP IO_TYPE=LVCMOS33`, of an iCE40
    `-pullup yes`."""


class Clock(Pin):
    """The pin on which the board's oscillator comes in."""

    mhz: PositiveFloat


class Level(Pin):
    """A button, or a light, and what it is when pressed, or lit."""

    active: Literal[0, 1] = 1


class Board(Description):
    """One board, as its file describes it."""

    name: _Word
    """What the user writes."""
    title: _Text
    """What people call it."""
    target: str
    """The device, a name of `TARGETS`: which core is chosen, and how Yosys maps it."""
    clock: Clock
    rx: Pin
    """From the host."""
    tx: Pin
    """To the host."""
    baud: Annotated[int, Field(ge=300, le=4_000_000)] = 115_200
    """Bits per second on both."""
    nextpnr: tuple[_Argument, ...] | None = None
    """Arguments that name device, package and speed grade, where they are not those of the target."""
    program: _Argument | None = None
    """The command that writes a bitstream onto the board, in the Makefile; None: it has none."""
    button: Level | None = None
    """Resets."""
    ready: Level | None = None
    """Lit when the core runs."""
    trouble: Level | None = None
    """Lit when a frame had a wrong length."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.target not in TARGETS or TARGETS[self.target].nextpnr is None:
            legal = tuple(name for name, target in TARGETS.items() if target.nextpnr is not None)
            wrong = short(self.target)
            raise SpecError(f"target must be one of {', '.join(legal)}; got {wrong}{nearest(self.target, legal)}")
        pins = [each.pin for each in self.ports.values()]
        if len(set(pins)) < len(pins):
            raise SpecError(f"pins must be different ones, got {', '.join(pins)}")
        error = abs(self.clocks_per_bit / (self.clock.mhz * 1e6 / self.baud) - 1)
        if not 8 <= self.clocks_per_bit < 1 << 16 or error > _MOST_ERROR:
            rule = f"must divide the clock into 8 to 65,535 clocks a bit, within {_MOST_ERROR:.0%}"
            raise SpecError(f"baud {rule}; got {self.baud} at {self.clock.mhz:g} MHz, {100 * error:.1f} % off")
        return self

    @property
    def device(self) -> Target:
        """The target's row of facts."""
        return TARGETS[self.target]

    @property
    def placing(self) -> tuple[str, ...]:
        """Arguments of nextpnr that name the device, all of whose ports have places."""
        own = self.nextpnr if self.nextpnr is not None else self.device.nextpnr or ()
        return tuple(each for each in own if not each.endswith("-allow-unconstrained"))

    @property
    def ports(self) -> dict[str, Pin]:
        """The ports of the top module on this board, with their places."""
        pins = {"clk": self.clock, "rx": self.rx, "tx": self.tx, "button": self.button}
        pins |= {"ready": self.ready, "trouble": self.trouble}
        return {name: pin for name, pin in pins.items() if pin is not None}

    @property
    def clocks_per_bit(self) -> int:
        """Clocks that a bit of the serial line takes."""
        return round(self.clock.mhz * 1e6 / self.baud)

    @property
    def timeout_bits(self) -> int:
        """A packet that stops for 2^this clocks is given up."""
        return math.ceil(math.log2(_SILENCE_S * self.clock.mhz * 1e6))


def board_names() -> tuple[str, ...]:
    """Names of the boards that come with the package."""
    return tuple(sorted(path.stem for path in _FILES.glob("*.toml")))


def get_board(board: str | os.PathLike[str] | Board) -> Board:
    """The board of that name, or of that file.

    Args:
        board: a name, or the path of a file that ends in `.toml`.

    Raises:
        OptionError: there is no such board, or the file does not describe one; the message says where and why.
    """
    if isinstance(board, Board):
        return board
    if not is_path(board):
        raise OptionError(f"board must be a name or a path, got {short(board)}")
    text = os.fspath(board)
    if text in board_names():
        return _read(_FILES / f"{text}.toml", f"board {text}")
    if not text.endswith(".toml"):
        names = board_names()
        rule = f"board must be one of {', '.join(names)}, or a file that ends in .toml"
        raise OptionError(f"{rule}; got {short(text)}{nearest(text, names)}")
    return _read(Path(text), text)


def _read(path: Path, what: str) -> Board:
    try:
        tree = tomllib.loads(read_limited(path, _MOST_BYTES, what, error=OptionError).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OptionError(f"{what} is no TOML: {error}") from None
    try:
        return board_of(tree)
    except SpecError as error:
        raise OptionError(f"{what}: {error}") from None


def board_of(tree: Mapping[str, Any]) -> Board:
    """The board that a tree of plain values describes, as TOML and JSON have them.

    Raises:
        SpecError: it describes none.
    """
    return Board.model_validate(
        {key: tuple(value) if isinstance(value, list) else value for key, value in tree.items()}
    )
