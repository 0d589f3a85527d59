# amaranth: UnusedElaboratable=no
"""A core with a control port around it: loads, and registers."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Module
from amaranth.lib.wiring import In, Out

from ...spec.network import NetworkSpec
from ..components.block import Block, connect_ports
from ..components.ports.core_ports import STREAM, core_ports
from ..loading.load_gates import StreamLoader
from ..options import check_control
from .axi_lite import axi_lite_ports
from .axi_lite_control import AxiLiteControl
from .registers import HASH_BITS, HASH_HALVES, CoreFacts, core_facts, hash_halves


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
