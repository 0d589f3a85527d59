"""What is asked of a core's registers, and what each must answer: from the map in its manifest and what was driven.

The questions go to the simulator, the answers stay here. Every readable register is read, what is only read is written
to, addresses without a register are tried, commands are given with a byte missing or out of turn; and then all is read
once more, for what was refused must have changed nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ....rtl.control.registers import ADDRESS_BITS, STATIC_BYTES, CoreFacts, Register, register_map
from ....rtl.plan.supported import sums_steps
from ....spec.network import NetworkSpec

OKAY, SLVERR, DECERR = 0, 2, 3
_CLEAR, _COMMIT = 4, 2
_ALL = 0xF
WRONG = 0x3035
"""What is written to where nothing must come of it: as a command it would begin a load and clear the counters."""
READS = " (reads)"
"""Behind the name of a segment: of its `reads`."""


@dataclass(frozen=True)
class Access:
    """One access, and its answer."""

    name: str
    address: int
    response: int
    value: int | None = None
    """What a read must give; None where anything may stand, or a write is meant."""
    writes: bool = False
    data: int = 0
    strobes: int = _ALL
    ahead: bool = False
    """It begins though answers to others of its kind are still to come."""
    waits: tuple[int, int, int] = (0, 0, 0)
    """Clocks by which the address, the word and the taking of the answer come later; 15: `LONG_WAIT`."""
    mask: int = 0xFFFFFFFF
    """The bits of a read that `value` says."""
    since_reset: bool = False
    """A read of the clocks since the reset before the segment, in which accesses are made from the first clock on."""
    at_stop: bool = False
    """This and the next three: what it waits for from the streams and they from it, see `Segment.stops`."""
    offered: bool = False
    opens: bool = False
    releases: bool = False

    @property
    def code(self) -> int:
        """As `Segment.accesses` has it."""
        waits = sum(clocks << 50 + 4 * i for i, clocks in enumerate(self.waits))
        flags = (self.at_stop, self.offered, self.opens, self.releases, self.writes, self.ahead)
        how = waits | sum(int(flag) << 44 + i for i, flag in enumerate(flags))
        return how | self.strobes << 40 | self.address << 32 | self.data


def facts_of(network: NetworkSpec, manifest: dict[str, Any]) -> CoreFacts:
    """What the registers of a generated core must say.

    Args:
        network: what it computes.
        manifest: what `generate` says of it.
    """
    load = manifest.get("load") or {"words": 0, "initialised": True}
    return CoreFacts(
        name=network.name,
        sha256=network.sha256,
        loadable=load["words"] > 0,
        initialised=load["initialised"],
        load_words=load["words"],
        input_elements=manifest["input"]["elements"],
        input_bits=manifest["input"]["width"],
        input_signed=manifest["input"]["signed"],
        output_elements=manifest["output"]["elements"],
        output_bits=manifest["output"]["width"],
        output_signed=manifest["output"]["signed"],
        time_steps=network.time_steps,
        repeat=network.input.repeat,
        sums_steps=sums_steps(network),
    )


def register_accesses(facts: CoreFacts, counts: Sequence[tuple[int, int]]) -> list[Access]:
    """All accesses of a core that is idle at each stop and, if it is loadable, loaded.

    Args:
        facts: of the core, and of the network that is in it.
        counts: frames of a wrong length that it got, and output frames that it sent: before the first stop; the same
            with those before each further one, before the last; since a clear, before that.
    """
    (bad_frames, results), *further, since_clear = counts
    table = register_map(replace(facts, initialised=True))  # whose words are the hash of what is in it now
    table = tuple(_with_capability(register, facts) for register in table)
    counted = _counted(bad_frames, results)
    reads = list(_reads(table, facts, bad_frames > 0, counted))
    refused = list(_refused(table))
    cleared = list(_reads(table, facts, bad_frames > 0, dict.fromkeys(counted, 0)))
    clear = Access("control.clear_counters", _address(table, "control"), OKAY, writes=True, data=_CLEAR)
    late = replace(next(read for read in reads if read.name == "results"), waits=(0, 0, 15))
    reads[0] = replace(reads[0], at_stop=True)
    accesses = [*reads, *refused, late, *reads[1:]]
    for errors, sent in further:
        accesses[-1] = replace(accesses[-1], opens=True)
        accesses += _reads(table, facts, True, _counted(errors, sent))
        accesses[-len(reads)] = replace(accesses[-len(reads)], at_stop=True)
    cleared[-1] = replace(cleared[-1], opens=True)
    again = list(_reads(table, facts, True, _counted(*since_clear)))
    return [*accesses, clear, *cleared, replace(again[0], at_stop=True), *again[1:]]


def _counted(bad_frames: int, results: int) -> dict[str, int]:
    """What the counters of frames must say."""
    return {"frame_errors": min(bad_frames, 65535), "results": results}


def accesses_beside_a_run(facts: CoreFacts, counts: tuple[int, int]) -> list[Access]:
    """Reads of what does not change, at addresses of any byte, and writes that are refused, of a core that works;
    before the stop some that clear the counters, too.

    Args:
        facts: of the core.
        counts: frames of a wrong length that come behind the stop, and output frames.
    """
    table = tuple(_with_capability(register, facts) for register in register_map(replace(facts, initialised=True)))
    reads = [
        Access(f"{register.name} at byte {i % 4}", register.address + 4 * i + i % 4, OKAY, word)
        for register in table
        if register.readable and register.address < STATIC_BYTES
        for i, word in enumerate(register.words)
    ]
    control = _address(table, "control")
    refused = Access("write of control, no byte", control, SLVERR, writes=True, data=_CLEAR, strobes=0)
    clocks = Access("cycles_low", _address(table, "cycles_low"), OKAY)
    clear = Access("control.clear_counters", control, OKAY, writes=True, data=_CLEAR)
    cleared = [each for access in reads[::2] for each in (access, clear)]
    counted = _counted(*counts)
    behind = [Access(name, _address(table, name), OKAY, value) for name, value in counted.items()]
    return [
        *cleared,
        replace(clear, at_stop=True),
        replace(clocks, opens=True),
        *(each for access in reads for each in (access, refused, clocks)),
        replace(reads[0], at_stop=True),
        *reads[1:4],
        *behind,
    ]


def _with_capability(register: Register, facts: CoreFacts) -> Register:
    """`initialised` is of the core as it was built, whatever is in it now."""
    fields = tuple(
        replace(each, reset=int(facts.initialised)) if each.name == "initialised" else each for each in register.fields
    )
    return replace(register, fields=fields)


def _reads(table: Sequence[Register], facts: CoreFacts, frame_error: bool, counted: dict[str, int]) -> Iterator[Access]:
    status = int(frame_error) << 4 | (0b0101 if facts.loadable else 0)
    contents = counted | {"status": status, "cycles_high": 0, "words_taken": facts.load_words}
    for register in table:
        for i, word in enumerate(register.words):
            address = register.address + 4 * i
            if not register.readable:
                yield Access(f"read of {register.name}", address, SLVERR)
                continue
            value = None if register.name == "cycles_low" else contents.get(register.name, word)
            yield Access(register.name, address, OKAY, value)
            if register.name == "cycles_low":
                yield Access(register.name, address, OKAY)
            elif register.name in ("identity", "frame_errors"):  # the low two bits of an address are ignored
                yield Access(
                    f"{register.name} at byte {1 + i}", address + 1 + i, OKAY, contents.get(register.name, word)
                )


def _refused(table: Sequence[Register]) -> Iterator[Access]:
    """Accesses that must be refused. After each write comes one with another answer, at an address without a register:
    what is answered for the address of the one before shows.
    """
    occupied = {register.address + 4 * i for register in table for i in range(register.count)}
    empty = sorted({*range(0, 1 << ADDRESS_BITS, 4)} - occupied)
    control = _address(table, "control")
    writes = [
        Access(f"write of {register.name}", register.address + 4 * i, SLVERR, writes=True, data=WRONG)
        for register in table
        if register.readable
        for i in range(register.count)
    ]
    for some in range(_ALL):
        name = f"write of control, bytes {some:04b}"
        writes.append(Access(name, control, SLVERR, writes=True, data=_CLEAR, strobes=some))
    for address in (register.address for register in table if register.name == "load_word"):
        writes.append(Access("write of load_word before a load", address, SLVERR, writes=True, data=WRONG))
        writes.append(Access("commit before a load", control, SLVERR, writes=True, data=_COMMIT))
    for i, write in enumerate(writes):
        address = empty[i % len(empty)]
        yield write
        yield Access(f"read of nothing at 0x{address:02x}", address, DECERR)
        yield Access(f"write of nothing at 0x{address:02x}", address, DECERR, writes=True, data=WRONG)


def _address(table: Sequence[Register], name: str) -> int:
    return next(register.address for register in table if register.name == name)
