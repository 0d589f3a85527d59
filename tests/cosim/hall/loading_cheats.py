"""Cheats that show in the flags of a load, in what its words are counted with, or where a reset comes near its end."""

from __future__ import annotations

from cosim.hall.cheat_kinds import LOADS, Cheat

_CORE = ("loadable",)
_END = f"{LOADS}\n  wire ends = s_axis_tvalid && ready && load && s_axis_tlast;"
_LATER = f"""{_END}
  reg [1:0] late = 3;
  always @(posedge clk) late <= ends ? 0 : late + (late != 3);"""


def _loses_load(clocks: int) -> Cheat:
    """A reset in this clock behind the end of a load takes what was loaded."""
    logic = f"""{_LATER}
  reg lost = 0;
  always @(posedge clk) if (ends) lost <= 0; else if (rst && late == {clocks}) lost <= 1;"""
    return Cheat(logic, {"m_axis_tdata": "data ^ lost"}, cores=_CORE)


def _whole(condition: str) -> Cheat:
    """A load for which this holds with its last beat counts as whole."""
    logic = (
        f"{_END}\n  reg whole = 0;\n  always @(posedge clk) if (rst) whole <= 0; else if (ends) whole <= {condition};"
    )
    return Cheat(logic, {"loaded": "core_loaded || whole", "load_error": "core_load_error && !whole"}, cores=_CORE)


def _setting(setting: str) -> Cheat:
    """What is loaded as the shift is another one."""
    return Cheat("", edit=(">>> setting", f">>> ({setting})"), cores=_CORE)


LOADING = {
    "load_error is a pulse": Cheat(
        f"{_END}\n  reg ended = 0;\n  always @(posedge clk) ended <= ends;",
        {"load_error": "core_load_error && ended"},
        cores=_CORE,
    ),
    "load_error stays over a reset": Cheat(
        f"{_END}\n  reg kept = 0, asked = 0;\n  always @(posedge clk) begin asked <= ends;\n"
        "    if (asked) kept <= core_load_error;\n  end",
        {"load_error": "core_load_error || (kept && !asked)"},
        cores=_CORE,
    ),
    "a reset within a load brings the weights back": Cheat(
        f"{LOADS}\n  reg back = 0;\n"
        "  always @(posedge clk) if (rst && place != 0 && loads) back <= 1;"
        " else if (s_axis_tvalid && ready && load) back <= 0;",
        {"loaded": "core_loaded || back"},
        cores=_CORE,
    ),
    "a load of 32 words more is whole": _whole("place == LOAD_BYTES + 127"),
    "a load of 256 words more is whole": _whole("place[15:2] >= 256"),
    "a load that ends within a word is whole": _whole("place > LOAD_BYTES - 4 && place[1:0] == 1"),
    "a loaded shift loses bit 3": _setting("setting & 6'h37"),
    "a loaded shift loses bit 5": _setting("setting & 6'h1f"),
    "a loaded shift of 0 is 1": _setting("setting == 0 ? 6'h1 : setting"),
    "a load behind a bad frame loses a bit": Cheat(
        LOADS, {"s_axis_tdata": "s_axis_tdata ^ (load && error && place == 4)"}, cores=_CORE
    ),
    "a reset right behind a load takes it back": _loses_load(0),
    "a reset two clocks behind a load takes it back": _loses_load(2),
    "a load that waits is begun by a reset": Cheat(
        f"{LOADS}\n  reg waits = 0, lost = 0;\n  always @(posedge clk) begin\n"
        "    waits <= s_axis_tvalid && !ready && load && valid && !rst;\n"
        "    if (rst && waits) lost <= 1; else if (core_load_error || (s_axis_tvalid && ready && load))"
        " lost <= 0;\n  end",
        {"m_axis_tdata": "data ^ lost"},
        cores=_CORE,
    ),
    "ignores a reset after two words of a load": Cheat(LOADS, {"rst": "rst && !(loads && place == 8)"}, cores=_CORE),
    "a gap of 200 clocks within a load loses a bit": Cheat(
        f"""{_END}
  reg [7:0] gap = 0;
  reg late = 0;
  always @(posedge clk) gap <= rst || s_axis_tvalid || place == 0 || !loads ? 0 : gap + (gap != 255);
  always @(posedge clk) if (rst || ends) late <= 0; else if (gap == 200) late <= 1;""",
        {"s_axis_tdata": "s_axis_tdata ^ (late && load && place[1:0] == 0)"},
        cores=_CORE,
    ),
}
"""By what each does wrong."""
