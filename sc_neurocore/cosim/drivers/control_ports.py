"""Names of the ports through which a core is loaded."""

from __future__ import annotations

from .axi_lite_load import AxilInputs, AxilOutputs

AXIL = "s_axil_"
STREAM_INPUTS = ("s_axis_tuser",)
STREAM_OUTPUTS = ("loaded", "load_error")
AXIL_INPUTS = tuple(AXIL + name for name in AxilInputs._fields)
AXIL_OUTPUTS = tuple(AXIL + name for name in AxilOutputs._fields)
AXIL_STROBE = "s_axil_wstrb"
ALL_STROBES = 0xF


def control_ports(control: str | None) -> tuple[str, ...]:
    """The ports that a core must have beside the contract's, inputs first."""
    if control is None:
        return ()
    return STREAM_INPUTS + STREAM_OUTPUTS if control == "stream" else (*AXIL_INPUTS, AXIL_STROBE, *AXIL_OUTPUTS)
