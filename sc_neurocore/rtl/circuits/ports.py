"""The ports of a circuit's core (contract §9 and the circuit contract), and the clocks of its evaluations."""

from __future__ import annotations

from amaranth.lib.wiring import In, Member, Out

from ...spec.circuit import CircuitSpec
from ..components.block import flags_in, flags_out
from ..components.signals import port_bits
from ..plan.supported import check_name
from ..plan.timing import CoreTiming
from .evaluation import StreamBank

STREAM_VALID = "stream_valid"


def bit_port(output: str) -> str:
    """Name of the port on which every bit of a `stream` output passes."""
    return f"{output}_bit"


def circuit_ports(circuit: CircuitSpec) -> dict[str, Member]:
    """The members of the core's signature.

    Ports
        clk, rst                                  in        clock, reset (made by the generator, not in this signature)
        s_axis_tdata, s_axis_tvalid, s_axis_tlast in        8·k, 1, 1
        s_axis_tready                             out  1
        m_axis_tdata, m_axis_tvalid, m_axis_tlast out       8·k, 1, 1  only with an output that is one number
        m_axis_tready                             in   1               the same
        frame_error                               out  1    a frame of a wrong length came; high until reset
        stream_valid                              out  1    high in the L clocks of an evaluation
        <name>_bit                                out  1    of each `stream` output, while `stream_valid` is high
    """
    ports = {"s_axis_tdata": In(port_bits(circuit.resolution_bits))} | flags_in("s_axis_tvalid", "s_axis_tlast")
    ports |= flags_out("s_axis_tready")
    if circuit.frame_outputs:
        ports |= {"m_axis_tdata": Out(port_bits(circuit.frame_bits))} | flags_out("m_axis_tvalid", "m_axis_tlast")
        ports |= flags_in("m_axis_tready")
    bits = (bit_port(output.name) for output in circuit.stream_outputs)
    return ports | flags_out("frame_error", STREAM_VALID, *bits)


def check_circuit_name(circuit: CircuitSpec) -> None:
    """Refuse a name that is a port of this very core.

    Raises:
        SpecError: it is.
    """
    check_name(circuit.name, {"clk", "rst", *circuit_ports(circuit)})


STREAM_LATENCY = StreamBank.latency + 1
"""Clocks from the one that accepts a frame's last beat to the first with `stream_valid` high; core idle before."""


def circuit_timing(circuit: CircuitSpec) -> CoreTiming:
    """Clocks of an evaluation: until the output frame is offered, and between evaluations that follow each other.

    Without an output frame the first number is the clocks until `stream_valid` falls.
    """
    evaluation = circuit.stream_length + StreamBank.latency
    frame = len(circuit.frame_outputs)
    return CoreTiming(
        latency_cycles=evaluation + 1,
        cycles_per_inference=max(evaluation + frame, len(circuit.inputs) + 1),
    )
