"""The one table of registers on a core's AXI4-Lite port; gates and texts are made from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ...spec.encoding import element_width, is_signed
from ...spec.network import NetworkSpec
from ..plan.supported import sums_steps

IDENTITY = 0x53434E43
"""`SCNC` in ASCII."""
MAP_VERSION = (1, 0)
"""Of the register map: software that knows a major version works with every minor one of it."""
STATIC_BYTES = 0x40
"""Registers below this address stand in a memory, the others are gates."""
ADDRESS_BITS = 7
"""Of the port; the map fills 128 bytes, repeated where an interconnect hands on more address bits."""
HASH_BITS = 4
HASH_HALVES = 2**HASH_BITS
"""A load carries the sha256 of its network as so many data words of 16 bits, the most significant first."""

Access = Literal["constant", "loaded", "status", "pulse", "window"]
"""Of a field. Read: `constant`; `loaded` (constant but for a load); `status` (the gates say). Written: `pulse` (acts
when written 1), `window` (each write is a new word)."""


@dataclass(frozen=True)
class Field:
    """Bits of a register."""

    name: str
    low: int
    width: int
    access: Access
    description: str
    reset: int | None = None
    """What is read after reset; None where that depends on what came before, or nothing is read."""

    @property
    def high(self) -> int:
        """The uppermost bit."""
        return self.low + self.width - 1

    @property
    def readable(self) -> bool:
        """Whether it can be read; else it can be written."""
        return self.access in ("constant", "loaded", "status")


@dataclass(frozen=True)
class Register:
    """One 32-bit word, or `count` of them."""

    name: str
    address: int
    fields: tuple[Field, ...]
    description: str
    count: int = 1
    contents: tuple[int, ...] = ()
    """Of a static register of several words: what stands in them after configuration."""

    @property
    def readable(self) -> bool:
        """Whether reads are answered; a register is read or written, never both."""
        return self.fields[0].readable

    @property
    def words(self) -> tuple[int, ...]:
        """The words after configuration; unknown fields as 0."""
        return self.contents or (sum((field.reset or 0) << field.low for field in self.fields),) * self.count


@dataclass(frozen=True)
class CoreFacts:
    """What the registers say of a core."""

    name: str
    sha256: str
    """Of the network that the core was generated from."""
    loadable: bool
    initialised: bool
    """Whether the core computes that network before any load."""
    load_words: int
    """Data words of a load, the hash included; 0 if the core is not loadable."""
    input_elements: int
    input_bits: int
    input_signed: bool
    output_elements: int
    output_bits: int
    output_signed: bool
    time_steps: int
    repeat: bool
    sums_steps: bool

    @property
    def hash_words(self) -> list[int]:
        """The hash as eight 32-bit words, the most significant first."""
        return [int(self.sha256[i : i + 8], 16) for i in range(0, 64, 8)]


def core_facts(core: Any, load_words: int) -> CoreFacts:
    """The facts of a core that takes loads of so many data words (0: none)."""
    network: NetworkSpec = core.network
    encoding = network.input.encoding
    return CoreFacts(
        name=network.name,
        sha256=network.sha256,
        loadable=load_words > 0,
        initialised=load_words == 0 or core.initialised,
        load_words=load_words,
        input_elements=network.input.features,
        input_bits=element_width(encoding, network.input.resolution_bits),
        input_signed=is_signed(encoding),
        output_elements=network.output_neurons,
        output_bits=network.output_width,
        output_signed=network.output_signed,
        time_steps=network.time_steps,
        repeat=network.input.repeat,
        sums_steps=sums_steps(network),
    )


def hash_halves(sha256: str) -> list[int]:
    """The hash as a load carries it."""
    return [int(sha256[i : i + 4], 16) for i in range(0, 64, 4)]


def register_map(facts: CoreFacts) -> tuple[Register, ...]:
    """The registers of a core, in the order of their addresses; a core that is not loadable lacks those of a load."""
    return (*_static(facts), *_dynamic(facts.loadable))


def _static(f: CoreFacts) -> Iterator[Register]:
    def constant(name: str, low: int, width: int, value: int, description: str) -> Field:
        return Field(name, low, width, "constant", description, value)

    def elements(count: int, bits: int, signed: bool) -> tuple[Field, ...]:
        return (
            constant("elements", 0, 17, count, "Beats of a frame."),
            constant("bits", 24, 6, bits, "Width of an element."),
            constant("twos_complement", 31, 1, signed, "Elements are signed."),
        )

    yield Register("identity", 0x00, (constant("value", 0, 32, IDENTITY, "SCNC in ASCII."),), "What this port is.")
    version = (
        constant("minor", 0, 16, MAP_VERSION[1], "Counts additions."),
        constant("major", 16, 16, MAP_VERSION[0], "Counts changes that break software."),
    )
    yield Register("version", 0x04, version, "Version of this register map.")
    capabilities = (
        constant("loadable", 0, 1, f.loadable, "Weights can be loaded through this port."),
        constant("initialised", 1, 1, f.initialised, "The core computes its network before any load."),
        constant("sums_steps", 2, 1, f.sums_steps, "One frame of results a sample: the sum over its time steps."),
        constant("repeat", 3, 1, f.repeat, "One frame of inputs a sample, used in all its time steps."),
        constant("time_steps", 8, 17, f.time_steps, "Time steps of a sample."),
    )
    yield Register("capabilities", 0x08, capabilities, "What the core can do.")
    yield Register("input", 0x0C, elements(f.input_elements, f.input_bits, f.input_signed), "The input stream.")
    yield Register("output", 0x10, elements(f.output_elements, f.output_bits, f.output_signed), "The output stream.")
    if f.loadable:
        words = constant("words", 0, 32, f.load_words, "Data words of a whole load.")
        yield Register("words_expected", 0x18, (words,), "What `words_taken` must reach before `control.commit`.")
    description = "sha256 of the network, the most significant word first"
    description += "; part of what is loaded: valid while `status.loaded` is 1." if f.loadable else "."
    value = Field("value", 0, 32, "loaded" if f.loadable else "constant", "A word of the hash.")
    contents = tuple(f.hash_words) if f.initialised else (0,) * 8
    yield Register("network_hash", 0x20, (value,), description, 8, contents)


def _dynamic(loadable: bool) -> Iterator[Register]:
    def status(name: str, low: int, width: int, description: str, reset: int | None = 0) -> Field:
        return Field(name, low, width, "status", description, reset)

    loading = (
        status("idle", 0, 1, "No sample is in work.", None),
        status("loading", 1, 1, "A load was begun: no sample begins; words are taken once `idle` is 1."),
        status("loaded", 2, 1, "The weights are whole; while 0 no sample begins. Reset does not touch it.", None),
        status("load_error", 3, 1, "A load of too few or too many words was committed; a good one clears it."),
    )
    error = status("frame_error", 4, 1, "A frame of a wrong length came since reset.")
    yield Register("status", 0x40, (*(loading if loadable else ()), error), "What the core is doing.")
    control = (
        Field("begin_load", 0, 1, "pulse", "Begin a load, or begin it again."),
        Field("commit", 1, 1, "pulse", "End the load; SLVERR unless words can be taken. Ignored beside `begin_load`."),
    )
    clear = Field("clear_counters", 2, 1, "pulse", "Set frame_errors, results and cycles to 0.")
    control = (*(control if loadable else ()), clear)
    yield Register("control", 0x44, control, "Commands; a write does what its ones say.")
    errors = status("count", 0, 16, "Stays at 65535.")
    yield Register("frame_errors", 0x48, (errors,), "Input frames of a wrong length, counted at their ends.")
    yield Register("results", 0x4C, (status("count", 0, 32, "Wraps."),), "Output frames sent.")
    low = "Clocks since reset or clear, bits 31..0."
    yield Register("cycles_low", 0x50, (status("count", 0, 32, "Bits 31..0.", None),), low)
    high = "Bits 63..32. Read high, low, high again, until both reads of high agree."
    yield Register("cycles_high", 0x54, (status("count", 0, 32, "Bits 63..32."),), high)
    if loadable:
        window = "SLVERR, and nothing taken, unless `status` shows both `loading` and `idle`."
        word = "Bit 31 set: bits 30..0 are the next address. Bit 31 clear: bits 30..0 are data for it."
        yield Register("load_word", 0x58, (Field("word", 0, 32, "window", word),), window)
        yield Register("words_taken", 0x5C, (status("words", 0, 32, "Wraps."),), "Data words since the load was begun.")
