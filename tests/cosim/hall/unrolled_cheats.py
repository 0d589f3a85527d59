"""What an unrolled core does wrong: all elements in one beat, several samples in its pipeline at a time."""

from __future__ import annotations

from cosim.hall.cheat_kinds import Cheat, spoiled

_HERE = ("unrolled",)
_WITHIN = """  reg [4:0] many = 0;
  wire taken = s_axis_tvalid && ready && s_axis_tlast, given = valid && m_axis_tready && last;
  always @(posedge clk) many <= rst ? 0 : many + taken - given;"""
_BEFORE = "  reg [15:0] earlier = 0;\n  always @(posedge clk) if (valid && m_axis_tready) earlier <= data;"

UNROLLED = {
    "minds the bits above the last code": spoiled("s_axis_tvalid && ready && s_axis_tdata[31]", cores=_HERE),
    "minds the bits above the first code": spoiled("s_axis_tvalid && ready && s_axis_tdata[3]", cores=_HERE),
    **{
        f"code {code} of element {place} is read as {code ^ bit}": Cheat(
            "",
            {
                "s_axis_tdata": f"s_axis_tdata ^ (s_axis_tdata[{8 * place + 2}:{8 * place}] == {code}"
                f" ? 32'd{bit << 8 * place} : 32'd0)"
            },
            cores=_HERE,
        )
        for place, code, bit in ((0, 3, 2), (1, 5, 4), (2, 6, 4), (3, 5, 2))
    },
    "elements 2 and 3 are swapped": Cheat(
        "", {"s_axis_tdata": "{s_axis_tdata[23:16], s_axis_tdata[31:24], s_axis_tdata[15:0]}"}, cores=_HERE
    ),
    "the second result is that of the sample before": Cheat(
        _BEFORE, {"m_axis_tdata": "{earlier[15:8], data[7:0]}"}, cores=_HERE
    ),
    "the results are swapped after a stall of three clocks": Cheat(
        "  reg [2:0] stalled = 0;\n"
        "  always @(posedge clk) stalled <= rst || m_axis_tready || !valid ? 0 : stalled + (stalled != 7);",
        {"m_axis_tdata": "stalled > 2 ? {data[7:0], data[15:8]} : data"},
        cores=_HERE,
    ),
    "the second result has no sign": Cheat("", {"m_axis_tdata": "data & 16'h7fff"}, cores=_HERE),
    "four samples within spoil the next result": spoiled("many == 4", state=_WITHIN, cores=_HERE),
    "ignores a reset while three samples are within": Cheat(
        "  reg [4:0] many = 0;\n  wire taken = s_axis_tvalid && ready && s_axis_tlast;\n"
        "  always @(posedge clk) many <= many + taken - (valid && m_axis_tready && last);",
        {"rst": "rst && many < 3"},
        cores=_HERE,
    ),
    **{
        f"unrolled, {name}": Cheat("", cores=_HERE, change=name)
        for name in (
            "a weight is off by one",
            "a last weight has the other sign",
            "a bias is off by one",
            "the shift is off by one",
            "halves are rounded down",
        )
    },
}
