"""An AXI4-Lite slave whose registers come from a table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

from amaranth.hdl import Cat, Const, Module, Mux, ResetSignal, Signal, unsigned
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Member, Out

from ..components.block import Block
from .registers import ADDRESS_BITS, STATIC_BYTES, Register

OKAY, SLVERR, DECERR = 0, 2, 3


def axi_lite_ports() -> dict[str, Member]:
    """The members of the port: 32 bits of data, addresses of `ADDRESS_BITS`; there is no `prot`."""
    ports: dict[str, Member] = {}
    for channel, members in {
        "aw": {"addr": In(ADDRESS_BITS)},
        "w": {"data": In(32), "strb": In(4)},
        "b": {"resp": Out(2)},
        "ar": {"addr": In(ADDRESS_BITS)},
        "r": {"data": Out(32), "resp": Out(2)},
    }.items():
        is_input = channel in ("aw", "w", "ar")
        members |= {"valid": In(1) if is_input else Out(1), "ready": Out(1) if is_input else In(1)}
        ports |= {f"s_axil_{channel}{name}": member for name, member in members.items()}
    return ports


class AxiLiteSlave(Block):
    """Function    answers reads and writes of 32-bit words; the five handshakes depend on each other in nothing but the
                order that AXI demands.
    Static      registers below `STATIC_BYTES` are rows of a memory with the table's reset values as contents; two
                strobes write halves of a row, for those that change.
    Writes      address and data may come in any order. A write with any of `wstrb` low, of a register that is only
                read, or that `…_refuse` refuses is answered by SLVERR and does nothing. Unmapped addresses: DECERR.
    Reads       a register that is only written: SLVERR. Unmapped addresses: DECERR. Data with an error is 0 or static.
    Addresses   the low two bits are ignored.
    Latency     read: data stand 1 clock after the address is accepted. write: performed 1 clock after the later of
                address and data, answered 1 clock after that. Where a write is performed no read is accepted.
    Throughput  a read in 2 clocks, a write in 2.
    Reset       no transfer in work; all `ready` are low under reset.

    Ports
        s_axil_…                         `axi_lite_ports`
        REGISTER_FIELD                   in        of each status field: what is read, sampled with the address
        REGISTER_write, REGISTER_refuse  out 1, in 1   of each written register: a write with `write_data` in this clock
        write_data                       out 32
        row_write, row, row_data         in 2, bits of a row, 32   of the static memory: one strobe a half; not in a
                                         clock that accepts a read: strobe only with some `…_write`
    """

    def __init__(self, table: Sequence[Register]) -> None:
        self.table = table
        self.static = [register for register in table if register.address < STATIC_BYTES]
        self.dynamic = [register for register in table if register.address >= STATIC_BYTES]
        ports = axi_lite_ports()
        for register in self.dynamic:
            if register.readable:
                ports |= {f"{register.name}_{field.name}": In(field.width) for field in register.fields}
            else:
                ports |= {f"{register.name}_write": Out(1), f"{register.name}_refuse": In(1)}
        super().__init__(
            ports
            | {"write_data": Out(32)}
            | {"row_write": In(2), "row": In(unsigned((STATIC_BYTES // 4 - 1).bit_length())), "row_data": In(32)}
        )

    def build(self, m: Module) -> None:
        writing = Signal()
        self._write_channels(m, writing)
        self._read_channels(m, writing)

    def _write_channels(self, m: Module, writing: Signal) -> None:
        has_address, has_data, answers = Signal(), Signal(), Signal()
        address = Signal(ADDRESS_BITS - 2, reset_less=True)
        whole = Signal(reset_less=True)
        data = Signal(32, reset_less=True)
        response, answer = Signal(2, reset_less=True), Signal(2, init=DECERR)
        m.d.comb += [
            self.s_axil_awready.eq(~has_address & ~ResetSignal()),
            self.s_axil_wready.eq(~has_data & ~ResetSignal()),
            self.s_axil_bvalid.eq(answers),
            self.s_axil_bresp.eq(response),
            self.write_data.eq(data),
            writing.eq(has_address & has_data & ~answers & ~ResetSignal()),
        ]
        with m.If(self.s_axil_awready & self.s_axil_awvalid):
            m.d.sync += [has_address.eq(1), address.eq(self.s_axil_awaddr[2:])]
        with m.If(self.s_axil_wready & self.s_axil_wvalid):
            m.d.sync += [has_data.eq(1), data.eq(self.s_axil_wdata), whole.eq(self.s_axil_wstrb.all())]
        with m.If(answers & self.s_axil_bready):
            m.d.sync += answers.eq(0)
        with m.If(writing):
            m.d.sync += [has_address.eq(0), has_data.eq(0), answers.eq(1), response.eq(answer)]
        with m.Switch(address):
            for register in self.table:
                for i in range(register.count):
                    with m.Case(register.address // 4 + i):
                        m.d.comb += answer.eq(SLVERR)
                        if not register.readable:
                            sound = whole & ~getattr(self, f"{register.name}_refuse")
                            m.d.comb += getattr(self, f"{register.name}_write").eq(writing & sound)
                            with m.If(sound):
                                m.d.comb += answer.eq(OKAY)

    def _read_channels(self, m: Module, writing: Signal) -> None:
        memory = Memory(shape=unsigned(32), depth=STATIC_BYTES // 4, init=self._rows())
        m.submodules.memory = memory
        write = memory.write_port(granularity=16)
        read = memory.read_port()
        accepted, answers = Signal(), Signal()
        response, is_static = Signal(2, reset_less=True), Signal(reset_less=True)
        data, now = Signal(32, reset_less=True), Signal(32)
        place = self.s_axil_araddr[2:]
        m.d.comb += [
            write.en.eq(self.row_write),
            write.addr.eq(self.row),
            write.data.eq(self.row_data),
            read.en.eq(accepted),
            read.addr.eq(place),
            # Not beside a write: the memory may give anything where one address is read and written.
            self.s_axil_arready.eq(~answers & ~writing & ~ResetSignal()),
            accepted.eq(self.s_axil_arready & self.s_axil_arvalid),
            self.s_axil_rvalid.eq(answers),
            self.s_axil_rresp.eq(response),
            self.s_axil_rdata.eq(data),
        ]
        with m.If(is_static):
            m.d.comb += self.s_axil_rdata.eq(read.data)
        answer = Signal(2, init=DECERR)
        with m.Switch(place):
            for register in self.table:
                for i in range(register.count):
                    with m.Case(register.address // 4 + i):
                        m.d.comb += answer.eq(OKAY if register.readable else SLVERR)
        # a union of words that are 0 but for one: a choice among many becomes a case whose patterns overlap
        registers = (r for r in self.dynamic if r.readable)
        m.d.comb += now.eq(reduce(or_, (Mux(place == r.address // 4, self._word(r), 0) for r in registers)))
        with m.If(answers & self.s_axil_rready):
            m.d.sync += answers.eq(0)
        with m.If(accepted):
            is_below = self.s_axil_araddr < STATIC_BYTES
            m.d.sync += [answers.eq(1), response.eq(answer), is_static.eq(is_below), data.eq(now)]

    def _rows(self) -> list[int]:
        rows = [0] * (STATIC_BYTES // 4)
        for register in self.static:
            rows[register.address // 4 : register.address // 4 + register.count] = register.words
        return rows

    def _word(self, register: Register) -> Cat:
        parts, place = [], 0
        for field in register.fields:
            parts += [Const(0, field.low - place)] if field.low > place else []
            parts.append(getattr(self, f"{register.name}_{field.name}"))
            place = field.low + field.width
        return Cat(*parts)
