"""What cores do wrong at the ports in situations that need a run of their own: long frames, long pauses, meetings."""

from __future__ import annotations

from cosim.hall.cheat_kinds import BEATS, WITHIN, Cheat, spoiled

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
_IDLE = f"""{WITHIN}
  reg [3:0] many = 0; reg [10:0] idle = 0; reg [7:0] beats = 0;
  wire come = s_axis_tvalid && ready && s_axis_tlast && beats == FEATURES - 1, gone = valid && m_axis_tready && last;
  always @(posedge clk) begin
    if (rst) many <= 0; else many <= many + come - gone;
    if (rst) beats <= 0; else if (s_axis_tvalid && ready) beats <= s_axis_tlast ? 0 : beats + (beats != 255);
    idle <= rst || s_axis_tvalid || many != 0 || in_frame || come ? 0 : idle + (idle != 2047);
  end"""
_MEETING = "s_axis_tvalid && ready && s_axis_tlast && valid && m_axis_tready && last"

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
    "a pause of 100 clocks with nothing in work spoils the next result": spoiled(
        "idle == 100", state=_IDLE, cores=("row", "axi-lite")
    ),
    "100 clocks without a beat after a reset spoil the first result": spoiled(
        "late == 100",
        state="  reg [7:0] late = 0;\n"
        "  always @(posedge clk) late <= rst ? 0 : s_axis_tvalid ? 255 : late + (late != 255);",
        cores=("row",),
    ),
    "a last beat as the last result is taken spoils the next": spoiled(_MEETING, cores=("map", "mixed")),
    "a bad frame's last beat as the last result is taken spoils the next": spoiled(
        f"{_MEETING} && place != FEATURES - 1", state=BEATS, cores=("map", "mixed")
    ),
}
"""By what each does wrong."""
