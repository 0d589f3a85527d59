# amaranth: UnusedElaboratable=no
"""A core with a control port around it: loads, registers, and what stands behind an AXI4-Lite port."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib.wiring import In, Out

from ...spec.network import NetworkSpec
from ..components.block import Block, connect_ports
from ..components.ports.core_ports import STREAM, core_ports
from ..components.signals import index_shape
from ..loading.load_gates import LoadDecoder, StreamLoader
from ..options import check_control
from .axi_lite import AxiLiteSlave, axi_lite_ports
from .registers import HASH_BITS, HASH_HALVES, CoreFacts, core_facts, hash_halves, register_map


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


class HashedLoadMap:
    """A core's load map and the hash of its network behind it, where one more address bit is set."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        bits = max(inner.address_bits, HASH_BITS)
        self.hash_address = 1 << bits
        self.address_bits: int = bits + 1
        self.words: int = inner.words + HASH_HALVES

    def image(self, network: NetworkSpec) -> list[tuple[int, int]]:
        """(address, data) of the core's image, then of the hash in halves of words, the most significant first."""
        halves = enumerate(hash_halves(network.sha256), self.hash_address)
        return [*self.inner.image(network), *halves]


def port_map(load_map: Any, control: str | None) -> Any:
    """What is loaded through a control port: with "axi-lite" the network's hash, too; None where nothing is."""
    return HashedLoadMap(load_map) if load_map is not None and control == "axi-lite" else load_map


class ControlledCore(Block):
    """Function    the core, and a port through which it is loaded and asked.

    Control     "stream": load frames on the input stream, `StreamLoader`. "axi-lite": registers, `AxiLiteControl`; also
                for a core that takes no loads.
    Streams     pass through without a clock: the core's timing is that of the whole.
    Load        what `load_map` says, as load words (`load_words`); with "axi-lite" the network's hash is part of it.
    Reset       as the core's; the loaded weights and `loaded` are not touched.

    Ports
        as `ports.core_ports`, and
      "stream":
        s_axis_tuser        in   1   high with every beat of a load frame
        loaded              out  1   the weights are whole; while low frames of codes are swallowed
        load_error          out  1   the last load was not whole
      "axi-lite":
        s_axil_…            `axi_lite_ports`

    Args:
        core: any core; loadable if it has a `load_map`.
        control: one of `CONTROLS`.

    Raises:
        OptionError: `control` is none of them, or "stream" around a core that takes no loads.
    """

    def __init__(self, core: Any, control: str) -> None:
        inner = getattr(core, "load_map", None)
        check_control(control, loadable=inner is not None)
        self.core, self.control, self.plan = core, control, getattr(core, "plan", None)
        self.network: NetworkSpec = core.network
        self.loadable = inner is not None
        self.initialised: bool = not self.loadable or core.initialised
        self.load_map = port_map(inner, control)
        self.facts: CoreFacts = core_facts(core, 0 if self.load_map is None else self.load_map.words)
        ports = core_ports(self.network)
        if control == "stream":
            ports |= {"s_axis_tuser": In(1), "loaded": Out(1), "load_error": Out(1)}
        else:
            ports |= axi_lite_ports()
        super().__init__(ports)

    def build(self, m: Module) -> None:
        m.submodules.core = core = self.core
        connect_ports(m, self, core, (f"m_axis_{name}" for name in STREAM))
        m.d.comb += [
            core.s_axis_tdata.eq(self.s_axis_tdata),
            core.s_axis_tlast.eq(self.s_axis_tlast),
        ]
        control = self._stream(m) if self.control == "stream" else self._axi_lite(m)
        if self.loadable:
            m.d.comb += control.idle.eq(core.idle)
            names = ("hold", "load_write", "load_address", "load_data")
            m.d.comb += [getattr(core, name).eq(getattr(control, name)) for name in names]

    def _stream(self, m: Module) -> StreamLoader:
        core = self.core
        m.submodules.loader = loader = StreamLoader(self.load_map, initialised=self.initialised)
        m.d.comb += [
            loader.tdata.eq(self.s_axis_tdata),
            loader.tvalid.eq(self.s_axis_tvalid),
            loader.tlast.eq(self.s_axis_tlast),
            loader.tuser.eq(self.s_axis_tuser),
            self.s_axis_tready.eq(loader.tready),
            core.s_axis_tvalid.eq(loader.core_tvalid),
            loader.core_tready.eq(core.s_axis_tready),
            self.loaded.eq(loader.loaded),
            self.load_error.eq(loader.load_error),
            self.frame_error.eq(core.frame_error | loader.frame_error),
        ]
        return loader

    def _axi_lite(self, m: Module) -> AxiLiteControl:
        core = self.core
        address_bits = self.load_map.address_bits - 1 if self.load_map is not None else 0
        m.submodules.control = control = AxiLiteControl(self.facts, address_bits)
        connect_ports(m, self, control, axi_lite_ports())
        m.d.comb += [
            core.s_axis_tvalid.eq(self.s_axis_tvalid),
            self.s_axis_tready.eq(core.s_axis_tready),
            self.frame_error.eq(core.frame_error),
            control.in_accepted.eq(self.s_axis_tvalid & self.s_axis_tready),
            control.in_last.eq(self.s_axis_tlast),
            control.out_accepted.eq(self.m_axis_tvalid & self.m_axis_tready),
            control.out_last.eq(self.m_axis_tlast),
            control.frame_error.eq(core.frame_error),
        ]
        return control
