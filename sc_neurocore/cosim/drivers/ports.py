"""Names of the ports of a core: those of the contract, and those through which it is loaded."""

from __future__ import annotations

from ..testplan.script import Script
from .axi_lite_load import AxilInputs, AxilOutputs

PORTS = (
    "clk",
    "rst",
    "s_axis_tdata",
    "s_axis_tvalid",
    "s_axis_tready",
    "s_axis_tlast",
    "m_axis_tdata",
    "m_axis_tvalid",
    "m_axis_tready",
    "m_axis_tlast",
    "frame_error",
)
"""Of every core (contract §9)."""
AXIL = "s_axil_"
STREAM_INPUTS = ("s_axis_tuser",)
STREAM_OUTPUTS = ("loaded", "load_error")
AXIL_INPUTS = tuple(AXIL + name for name in AxilInputs._fields)
AXIL_OUTPUTS = tuple(AXIL + name for name in AxilOutputs._fields)
HALVINGS = "halvings"
"""Of a core whose streams may be stopped early: how often they are halved."""
FRAMES_OUT = "m_axis_"
"""How the ports begin that a circuit without an output frame lacks."""
STREAM_VALID = "stream_valid"
"""Of a circuit: high in the clocks in which its streams pass."""


def bit_port(output: str) -> str:
    """Of a circuit, where every bit of a `stream` output passes."""
    return f"{output}_bit"


def control_ports(control: str | None) -> tuple[str, ...]:
    """The ports that a core must have beside the contract's, inputs first."""
    if control is None:
        return ()
    return STREAM_INPUTS + STREAM_OUTPUTS if control == "stream" else AXIL_INPUTS + AXIL_OUTPUTS


def needed_ports(script: Script) -> tuple[str, ...]:
    """The ports that a core must have to be driven with a script."""
    contract = PORTS if script.framed else tuple(name for name in PORTS if not name.startswith(FRAMES_OUT))
    streams = () if script.streams is None else (STREAM_VALID, *script.streams)
    return (*contract, *control_ports(script.control), *streams)
