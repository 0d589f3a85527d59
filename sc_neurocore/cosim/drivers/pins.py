"""What stands on a core's ports in one clock, as a bench drives and sees it."""

from __future__ import annotations

from typing import NamedTuple

from .axi_lite_load import AxilInputs, AxilOutputs


class Inputs(NamedTuple):
    """What the core sees at the next rising edge."""

    rst: int
    s_tvalid: int
    s_tdata: int
    s_tlast: int
    m_tready: int
    s_tuser: int = 0
    axil: AxilInputs = AxilInputs()


class Outputs(NamedTuple):
    """What the core shows before that edge; None stands for X."""

    s_tready: int | None
    m_tvalid: int | None
    m_tdata: int | None
    m_tlast: int | None
    frame_error: int | None
    loaded: int | None = 0
    load_error: int | None = 0
    axil: AxilOutputs = AxilOutputs()
    stream_valid: int | None = 0
    stream_word: int | None = 0
    """The ports of `Script.streams`, the first in the lowest bit."""


def low_under_reset(outputs: Outputs) -> tuple[tuple[str, int | None], ...]:
    """Outputs that a reset of several clocks holds at 0, by name."""
    return (
        ("m_axis_tvalid", outputs.m_tvalid),
        ("frame_error", outputs.frame_error),
        ("stream_valid", outputs.stream_valid),
        ("s_axil_bvalid", outputs.axil.bvalid),
        ("s_axil_rvalid", outputs.axil.rvalid),
    )


def shown(value: int | None) -> str:
    """An output in words."""
    return "X" if value is None else str(value)
