"""What a serial core fetches: the words of its program, and the shifts of its borders where they are loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amaranth.hdl import Cat, Const, Module, Signal, Value

from ...components.memory.block_rom import BlockRom
from ...components.memory.program_memory import ProgramMemory
from ...plan.shapes import index_shape

if TYPE_CHECKING:
    from .core import SerialCore


def fetch(m: Module, core: SerialCore, go: Value, restart: Value) -> dict[str, Value]:
    """Program counter and memory: the fields of the word whose element is read in this clock."""
    fields = core.fields
    rows = core.rows(core.network)
    if core.loadable:
        rom = ProgramMemory(rows, core.format.row_bits, core.memory)
    else:
        rom = BlockRom(rows, core.format.row_bits)
    m.submodules.instructions = rom
    counter = Signal(index_shape(max(len(rows), 2)))
    known = Signal()  # the memory's word is of the address that the counter had, not of one before a restart
    word: dict[str, Value] = {}
    place = 0
    for name, width in fields:
        word[name] = rom.data[place : place + width]
        place += width
    m.d.comb += [rom.enable.eq(go), rom.address.eq(counter)]
    if core.loadable:
        bits, parts = core.load_map.index_bits, core.load_map.parts
        section = core.load_address[bits:] if core.load_map.address_bits > bits else Const(0, 1)
        m.d.comb += [
            rom.enable.eq(go & ~core.load_write),
            rom.write.eq(Cat(core.load_write & (section == part) for part in range(parts))),
            rom.write_address.eq(core.load_address[:bits]),
            rom.part.eq(core.load_data),
        ]
    with m.If(go):
        m.d.sync += [counter.eq(counter + 1), known.eq(1)]
    with m.If(restart | (go & known & word["jump"])):
        m.d.sync += counter.eq(0)
    with m.If(restart):
        m.d.sync += known.eq(0)
    word["known"] = known
    return word


def load_shifts(m: Module, core: SerialCore) -> None:
    """A register for the shift of each layer that has one."""
    section, index = core.load_address[core.load_map.index_bits :], core.load_address[: core.load_map.index_bits]
    for i in core.load_map.shifts:
        border = core.borders[i]
        held = Signal(len(border.shift), name=f"shift{i}", init=core.loaded_shift(core.network, i), reset_less=True)
        with m.If(core.load_write & (section == core.load_map.parts) & (index == i)):
            m.d.sync += held.eq(core.load_data)
        m.d.comb += border.shift.eq(held)


def filled(m: Module, known: Value, restart: Value, stages: int) -> Value:
    """The word that is counted came from the program. Before it does, the counter holds what a memory without
    contents gave, and nobody waits for it.
    """
    for stage in range(stages):
        held = Signal(name=f"filled_{stage}")
        m.d.sync += held.eq(known & ~restart)
        known = held
    return known
