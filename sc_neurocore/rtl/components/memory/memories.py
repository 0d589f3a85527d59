# amaranth: UnusedElaboratable=no
"""Memories of constants, of elements and of programs."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Cat, Module, Mux, Signal, unsigned
from amaranth.lib.memory import Memory, ReadPort, WritePort
from amaranth.lib.wiring import In, Out

from ..block import Block, flags_in
from ..signals import index_shape, register


def block_memory(m: Module, width: int, depth: int) -> tuple[WritePort, ReadPort]:
    """Put a block memory of elements into a module, without contents; the ports to write it and to read it.

    Args:
        m: the module that gets it.
        width: bits of an element.
        depth: how many there are.
    """
    # a memory of one row would have no address
    memory = Memory(shape=unsigned(width), depth=max(2, depth), init=[], attrs={"ram_style": "block"})
    m.submodules.memory = memory
    write, read = memory.write_port(), memory.read_port()
    return write, read


class Rom(Block):
    """data = rows[address], one clock later.

    Function    nothing ever writes it, so there is no old or new data to choose between, and synthesis maps it to block
                memory as it is; or, with `logic`, never to block memory, which limits an ECP5's clock.
    Cost        in logic up to rows / 16 4-input tables per bit, less where rows repeat.
    Latency     1 clock; `data` stays without `enable`.
    Throughput  one word per clock.
    Reset       none: its register holds data only.

    Ports
        enable   in   1
        address  in   bits for the number of rows
        data     out  width

    Args:
        rows: the contents.
        width: bits of a row.
        logic: tables of logic instead of block memory.
    """

    def __init__(self, rows: Sequence[int], width: int, *, logic: bool = False) -> None:
        self.rows, self.width, self.style = list(rows), width, "logic" if logic else "block"
        super().__init__({"enable": In(1), "address": In(index_shape(len(self.rows))), "data": Out(width)})

    def build(self, m: Module) -> None:
        rows = self.rows + [0] * (2 - len(self.rows))  # a memory of one row would have no address
        memory = Memory(shape=unsigned(self.width), depth=len(rows), init=rows, attrs={"ram_style": self.style})
        m.submodules.memory = memory
        port = memory.read_port()
        m.d.comb += [port.en.eq(self.enable), port.addr.eq(self.address), self.data.eq(port.data)]


BANK_ROWS = 2048
"""Rows of a bank: what the smallest block memory holds of two bits, an iCE40's of 4,096."""
MOST_BANKS = 3
"""Beyond that the choice among banks costs more than what synthesis makes by itself."""


def bank_sizes(rows: int) -> list[int]:
    """Rows of each bank of a program of so many rows."""
    if not BANK_ROWS < rows <= MOST_BANKS * BANK_ROWS:
        return [rows]
    return [min(BANK_ROWS, rows - first) for first in range(0, rows, BANK_ROWS)]


class BankedRom(Rom):
    """data = rows[address], one clock later, as of `Rom`, with the choice among banks written out.

    Function    the rows lie in banks of 2,048 that are all read, and the high bits of the address that was read choose.
                Left to itself, synthesis takes such a memory apart, too, but for two parts of 21 bits it takes some 40
                tables more than this, on an iCE40 and on an ECP5.
    Latency     1 clock; `data` stays without `enable`.
    Throughput  one word per clock.
    Reset       none: its registers hold data only.

    Ports
        as `Rom`

    Args:
        rows: the contents, more than 2,048.
        width: bits of a row.
    """

    def build(self, m: Module) -> None:
        words = []
        for number, first in enumerate(range(0, len(self.rows), BANK_ROWS)):
            m.submodules[f"bank{number}"] = bank = Rom(self.rows[first : first + BANK_ROWS], self.width)
            m.d.comb += [bank.enable.eq(self.enable), bank.address.eq(self.address[: len(bank.address)])]
            words.append(bank.data)
        bank_bits = (BANK_ROWS - 1).bit_length()
        bank_read = register(m, self.address[bank_bits:], "bank_read", enable=self.enable)
        with m.Switch(bank_read):
            for number, word in enumerate(words):
                with m.Case(number) if number < len(words) - 1 else m.Default():
                    m.d.comb += self.data.eq(word)


class DataMemory(Block):
    """data = elements[read_address], one clock later.

    Function    nobody reads an address in the clock in which it is written; `verilog` says so to synthesis, which
                would else build what block memories do not do by themselves.
    Latency     1 clock from `enable` to `data`, and from `write` to what is read.
    Throughput  one element in and one out per clock.
    Reset       none: it holds data only.

    Ports
        enable, read_address          in   1, bits for the depth
        data                          out  width
        write, write_address, element in   1, bits for the depth, width
    """

    def __init__(self, depth: int, width: int) -> None:
        self.depth, self.width = max(depth, 2), width  # a memory of one row would have no address
        address = index_shape(self.depth)
        super().__init__(
            flags_in("enable", "write")
            | {"read_address": In(address), "write_address": In(address)}
            | {"element": In(width), "data": Out(width)}
        )

    def build(self, m: Module) -> None:
        memory = Memory(shape=unsigned(self.width), depth=self.depth, init=[], attrs={"ram_style": "block"})
        m.submodules.memory = memory
        write = memory.write_port()
        read = memory.read_port()
        m.d.comb += [
            read.en.eq(self.enable),
            read.addr.eq(self.read_address),
            self.data.eq(read.data),
            write.en.eq(self.write),
            write.addr.eq(self.write_address),
            write.data.eq(self.element),
        ]


CHUNK = 31
"""Bits of a row that one load word brings."""


class ProgramMemory(Block):
    """data = rows[address], one clock later; parts of rows are written where nothing is read.

    Function    a row is cut into parts of `chunk` bits, each a memory of its own. `kind` "block": block memory that
                begins with `rows`. "spram": single-ported memory without initial contents, a write takes the place of
                a read; iCE40 UltraPlus has four such of 16,384 words of 16 bits, which lie side by side.
    Latency     1 clock; `data` stays without `enable`. After a write it is unknown until the next read.
    Throughput  one row read, or one part written, a clock: `enable` and `write` never come together.
    Reset       none: contents and data stay.

    Ports
        enable         in   1
        address        in   bits for the number of rows
        data           out  width
        write          in   one bit per part, the lowest for the low 31 bits
        write_address  in   bits for the number of rows
        part           in   `chunk`, or the width if that is less

    Args:
        rows: the initial contents, and how many rows there are.
        width: bits of a row.
        kind: "block", or "spram", which has no initial contents.
        chunk: bits of a part.
    """

    def __init__(self, rows: Sequence[int], width: int, kind: str, *, chunk: int = CHUNK) -> None:
        self.rows, self.width, self.kind, self.chunk = list(rows), width, kind, chunk
        address, parts = index_shape(len(self.rows)), -(-width // chunk)
        super().__init__(
            {"enable": In(1), "address": In(address), "data": Out(width)}
            | {"write": In(parts), "write_address": In(address), "part": In(min(width, chunk))}
        )

    def build(self, m: Module) -> None:
        single = self.kind == "spram"
        address = Signal.like(self.address)  # one signal, so that synthesis sees one port
        m.d.comb += address.eq(Mux(self.write.any(), self.write_address, self.address) if single else self.address)
        style = {"ram_style": "huge" if single else "block"}
        parts = []
        for i in range(len(self.write)):
            width = min(self.chunk, self.width - i * self.chunk)
            rows = [] if single else [row >> (i * self.chunk) & (2**width - 1) for row in self.rows]
            memory = Memory(shape=unsigned(width), depth=max(2, len(self.rows)), init=rows, attrs=style)
            m.submodules[f"part{i}"] = memory
            read, write = memory.read_port(), memory.write_port()
            m.d.comb += [
                read.en.eq(self.enable & ~self.write.any() if single else self.enable),
                read.addr.eq(address),
                write.en.eq(self.write[i]),
                write.addr.eq(address if single else self.write_address),
                write.data.eq(self.part[:width]),
            ]
            parts.append(read.data)
        m.d.comb += self.data.eq(Cat(parts))
