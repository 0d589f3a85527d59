"""What cores do wrong at the ports in situations that need a run of their own: long frames, pauses, every clock."""

from __future__ import annotations

from cosim.hall.cheat_kinds import BEATS, Cheat, spoiled

_WORK = """  reg [7:0] work = 0; reg on = 0;
  always @(posedge clk)
    if (s_axis_tvalid && ready && s_axis_tlast) begin work <= 1; on <= 1; end
    else if (valid) on <= 0;
    else if (on) work <= work + (work != 255);"""
_BEHIND = f"""{BEATS}
  reg [3:0] good = 0;
  always @(posedge clk)
    if (rst || !error) good <= 0;
    else if (s_axis_tvalid && ready && s_axis_tlast) good <= place == FEATURES - 1 ? good + (good != 12) : 0;"""
_WAITED = f"""{BEATS}
  reg waited = 0;
  always @(posedge clk) waited <= !rst && !s_axis_tvalid;"""


def _lowest_bit(condition: str, *, state: str = BEATS) -> Cheat:
    """The lowest bit of a beat that comes in under the condition is wrong."""
    return Cheat(state, {"s_axis_tdata": f"s_axis_tdata ^ ({condition})"}, cores=("row",))


AT_THE_PORTS = {
    **{
        f"ignores a reset in clock {clock} of a sample": Cheat(
            _WORK, {"rst": f"rst && !(on && work == {clock})"}, cores=("map",)
        )
        for clock in (9, 53, 79)
    },
    **{
        f"a frame of {more:,} beats more spoils the next result": spoiled(
            f"s_axis_tvalid && ready && s_axis_tlast && place == FEATURES + {more - 1}", state=BEATS, cores=("row",)
        )
        for more in (256, 1_024)
    },
    "frame_error falls after 12 good frames": Cheat(
        _BEHIND, {"frame_error": "error && good != 12"}, cores=("row", "column")
    ),
    "the tenth good frame after a bad one is wrong": spoiled(
        "good == 9 && s_axis_tvalid && ready && s_axis_tlast", state=_BEHIND, cores=("row", "column")
    ),
    "100 clocks without a beat after a reset spoil the first result": spoiled(
        "late == 100",
        state="  reg [7:0] late = 0;\n"
        "  always @(posedge clk) late <= rst ? 0 : s_axis_tvalid ? 255 : late + (late != 255);",
        cores=("row",),
    ),
    **{
        f"the lowest bit of element {place} is wrong behind a gap": _lowest_bit(
            f"waited && place == {place}", state=_WAITED
        )
        for place in (0, 3)
    },
    "the lowest bit of element 3 is wrong beside a result beat": _lowest_bit("place == 3 && valid && m_axis_tready"),
}
"""By what each does wrong."""
