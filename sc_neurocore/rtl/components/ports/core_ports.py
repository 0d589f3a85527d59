"""The ports that every core has, whatever its architecture (contract §9)."""

from __future__ import annotations

from amaranth.hdl import Shape
from amaranth.lib.wiring import In, Member, Out

from ....spec.encoding import element_width
from ....spec.network import NetworkSpec
from ..signals import port_bits

STREAM = ("tdata", "tvalid", "tlast", "tready")
"""What the ports of an AXI4-Stream are called behind their prefix."""


def output_shape(network: NetworkSpec) -> Shape:
    """Shape of an element of the output stream."""
    return Shape(network.output_width, signed=network.output_signed)


def input_bits(network: NetworkSpec) -> int:
    """Bits of an element of the input stream."""
    return element_width(network.input.encoding, network.input.resolution_bits)


def core_ports(network: NetworkSpec, beat: tuple[int, int] = (1, 1)) -> dict[str, Member]:
    """The members of a core's signature; `beat`: elements in a beat of the input port, and of the output port.

    Ports
        clk, rst                                  in        clock, reset (made by the generator, not in this signature)
        s_axis_tdata, s_axis_tvalid, s_axis_tlast in        8·k, 1, 1
        s_axis_tready                             out  1
        m_axis_tdata, m_axis_tvalid, m_axis_tlast out       8·k, 1, 1
        m_axis_tready                             in   1
        frame_error                               out  1    a frame of a wrong length came; high until reset
    """
    return {
        "s_axis_tdata": In(beat[0] * port_bits(input_bits(network))),
        "s_axis_tvalid": In(1),
        "s_axis_tready": Out(1),
        "s_axis_tlast": In(1),
        "m_axis_tdata": Out(beat[1] * port_bits(output_shape(network).width)),
        "m_axis_tvalid": Out(1),
        "m_axis_tready": In(1),
        "m_axis_tlast": Out(1),
        "frame_error": Out(1),
    }


def load_ports(address_bits: int) -> dict[str, Member]:
    """The members that a core has beside `core_ports` where its weights are loadable.

    Ports
        hold          in   1   while high no sample begins
        idle          out  1   no sample is in work anywhere between the two ports
        load_write    in   1   strobe; given only while `hold` and `idle` are high
        load_address  in   `address_bits`
        load_data     in   32  two's complement
    """
    return {
        "hold": In(1),
        "idle": Out(1),
        "load_write": In(1),
        "load_address": In(address_bits),
        "load_data": In(32),
    }
