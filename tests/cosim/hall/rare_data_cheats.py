"""What shows under rare data alone: sums a bit too narrow, codes of hidden neurons, membranes at their ends, -2^n."""

from __future__ import annotations

from cosim.hall.cheat_kinds import BEATS, Cheat, spoiled

_KEPT = "  assign _00_ = { 9'h000, elements[11:3] } | { 6'h00, data, 9'h000 };"
"""How the second layer of `deep` keeps the codes of the first, neuron after neuron."""
_STEPS = f"""{BEATS}
  reg [2:0] step = 0;
  reg torn = 0;
  wire ends = s_axis_tvalid && ready && s_axis_tlast, good = ends && place == FEATURES - 1;
  always @(posedge clk) if (rst) step <= 0; else if (good) step <= step == 2 ? 0 : step + 1;
  always @(posedge clk) if (rst || good) torn <= 0; else if (ends) torn <= 1;"""


def _hidden(code: int, neuron: int, wrong: int) -> Cheat:
    """A code of a neuron of the first layer is read as another one by the second."""
    logic = f"""  reg [1:0] place = 0;
  always @(posedge clk) if (rst) place <= 0; else if (push) place <= place + 1;
  wire [2:0] code = place == {neuron} && data == {code} ? {wrong} : data;
"""
    return Cheat("", cores=("deep",), edit=(_KEPT, logic + _KEPT.replace("data", "code")))


RARE_DATA = {
    **{
        f"code {code} of hidden neuron {neuron} is read as {wrong}": _hidden(code, neuron, wrong)
        for neuron, code, wrong in ((0, 3, 4), (1, 1, 5), (2, 0, 2), (3, 6, 7))
    },
    "with one halving, code 5 of input 0 is read as 1": Cheat(
        BEATS,
        {"s_axis_tdata": "s_axis_tdata ^ (halvings == 1 && place == 0 && s_axis_tdata[2:0] == 5 ? 4 : 0)"},
        cores=("anytime",),
    ),
    "with two halvings, code 6 of input 1 is read as 2": Cheat(
        BEATS,
        {"s_axis_tdata": "s_axis_tdata ^ (halvings == 2 && place == 1 && s_axis_tdata[2:0] == 6 ? 4 : 0)"},
        cores=("anytime",),
    ),
    "a bad frame fixes halvings for the next good one": Cheat(
        f"{BEATS}\n  reg got = 0;\n  reg [1:0] k = 0;\n  wire first = s_axis_tvalid && ready && place == 0 && !got;\n"
        "  always @(posedge clk) if (rst) got <= 0; else begin if (first) begin got <= 1; k <= halvings; end\n"
        "    if (valid && m_axis_tready && last) got <= 0; end",
        {"halvings": "got ? k : halvings"},
        cores=("anytime",),
    ),
    "a frame of one beat before the last time step": spoiled(
        "ends && place == 0 && step == 2", state=_STEPS, cores=("lif",)
    ),
    "two bad frames before the last time step": spoiled(
        "ends && !good && torn && step == 2", state=_STEPS, cores=("lif",)
    ),
    **{
        f"the code -8 of input {place} is read as 0": Cheat(
            BEATS, {"s_axis_tdata": f"s_axis_tdata[3:0] == 8 && place == {place} ? 0 : s_axis_tdata"}, cores=("signed",)
        )
        for place in (0, 2)
    },
}
"""By what each does wrong."""
