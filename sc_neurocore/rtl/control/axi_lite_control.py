"""What stands behind a core's AXI4-Lite port: status, counters, and the load."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib.wiring import In, Out

from ..components.block import Block, connect_ports
from ..components.signals import index_shape
from ..loading.load_gates import LoadDecoder
from .axi_lite import AxiLiteSlave, axi_lite_ports
from .registers import CoreFacts, register_map


class AxiLiteControl(Block):
    """Watches a core's two streams and, if it is loadable, loads it; the registers are `register_map`'s.

    Load        `control.begin_load` raises `hold`; once the core is idle, writes of `load_word` are taken. The first of
                them clears `loaded`; `control.commit` sets it if exactly `words_expected` data words came, and raises
                `load_error` else. A load of no words that is committed changes nothing but `load_error`. Addresses
                from 2^(the core's address_bits) up hold the network's hash, which the port shows.
    Not loaded  `hold` is high: the core's `s_axis_tready` is low before a sample.
    Counters    frame errors are counted by frame lengths, at a frame's end.
    Reset       ends a load and clears the counters. `loaded` is not touched: a load that reset interrupts leaves it
                low, from its first word on.

    Ports
        s_axil_…                              `axi_lite_ports`
        in_accepted, in_last                  in   1, 1    a beat passes the core's input port, it is a frame's last
        out_accepted, out_last                in   1, 1    the same of the output port
        frame_error                           in   1
      if loadable:
        hold                                  out  1
        idle                                  in   1
        load_write, load_address, load_data   out  1, `address_bits`, at least `HASH_BITS`, 32
    """

    def __init__(self, facts: CoreFacts, address_bits: int) -> None:
        self.facts, self.address_bits = facts, address_bits
        self.slave = AxiLiteSlave(register_map(facts))
        ports = axi_lite_ports() | {
            name: In(1) for name in ("in_accepted", "in_last", "out_accepted", "out_last", "frame_error")
        }
        if facts.loadable:
            ports |= {"hold": Out(1), "idle": In(1), "load_write": Out(1)}
            ports |= {"load_address": Out(address_bits), "load_data": Out(32)}
        super().__init__(ports)

    def build(self, m: Module) -> None:
        m.submodules.slave = slave = self.slave
        connect_ports(m, self, slave, axi_lite_ports())
        command = slave.write_data[:3]
        clear = slave.control_write & command[2]
        m.d.comb += slave.status_frame_error.eq(self.frame_error)
        self._counters(m, slave, clear)
        if self.facts.loadable:
            self._load(m, slave, command[0], command[1])

    def _counters(self, m: Module, slave: AxiLiteSlave, clear: Any) -> None:
        errors, results, cycles = Signal(16), Signal(32), Signal(64)
        length = self.facts.input_elements
        index, late = Signal(index_shape(length)), Signal()
        at_end = index == length - 1
        m.d.comb += [
            slave.frame_errors_count.eq(errors),
            slave.results_count.eq(results),
            slave.cycles_low_count.eq(cycles[:32]),
            slave.cycles_high_count.eq(cycles[32:]),
        ]
        with m.If(self.in_accepted):
            m.d.sync += [index.eq(index + 1), late.eq(late | at_end)]
            with m.If(self.in_last):
                m.d.sync += [index.eq(0), late.eq(0)]
            with m.If(self.in_last & (late | ~at_end) & ~errors.all()):
                m.d.sync += errors.eq(errors + 1)
        with m.If(self.out_accepted & self.out_last):
            m.d.sync += results.eq(results + 1)
        m.d.sync += cycles.eq(cycles + 1)
        with m.If(clear):
            m.d.sync += [errors.eq(0), results.eq(0), cycles.eq(0)]

    def _load(self, m: Module, slave: AxiLiteSlave, begin: Any, commit: Any) -> None:
        m.submodules.decoder = decoder = LoadDecoder(self.address_bits + 1, self.facts.load_words)
        loaded = Signal(init=self.facts.initialised, reset_less=True)
        loading, load_error = Signal(), Signal()
        taking, begins, ends, is_hash = Signal(), Signal(), Signal(), Signal()
        m.d.comb += [
            taking.eq(loading & self.idle),
            slave.load_word_refuse.eq(~taking),
            slave.control_refuse.eq(commit & ~begin & ~taking),
            begins.eq(slave.control_write & begin),
            ends.eq(slave.control_write & commit & ~begin),
            decoder.word.eq(slave.write_data),
            decoder.take.eq(slave.load_word_write),
            decoder.restart.eq(begins),
            is_hash.eq(decoder.address[-1]),
            self.load_write.eq(decoder.write & ~is_hash),
            self.load_address.eq(decoder.address),
            self.load_data.eq(decoder.data),
            slave.row.eq(Cat(decoder.address[1:4], 1)),
            slave.row_data.eq(decoder.data[:16].replicate(2)),
            # the upper half of a word has the lower address
            slave.row_write.eq(Cat(decoder.address[0], ~decoder.address[0]) & (decoder.write & is_hash).replicate(2)),
            self.hold.eq(loading | ~loaded),
            slave.status_idle.eq(self.idle),
            slave.status_loading.eq(loading),
            slave.status_loaded.eq(loaded),
            slave.status_load_error.eq(load_error),
            slave.words_taken_words.eq(decoder.taken),
        ]
        with m.If(begins):
            m.d.sync += loading.eq(1)
        with m.If(slave.load_word_write):
            m.d.sync += loaded.eq(0)
        with m.If(ends):
            m.d.sync += [loading.eq(0), load_error.eq(~decoder.complete)]
            with m.If(decoder.complete):
                m.d.sync += loaded.eq(1)
