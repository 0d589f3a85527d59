"""Cheats that show where accesses of registers overlap or meet a reset, or where a load is less than a word."""

from __future__ import annotations

from cosim.hall.cheat_kinds import LOADS, Cheat

_LESS = f"""{LOADS}
  reg less = 0;
  always @(posedge clk) if (s_axis_tvalid && ready && load && s_axis_tlast) less <= place < 3;"""
OVERLAPPING = {
    "a read asked while an answer waits is lost": Cheat(
        "", {"s_axil_arready": "core_s_axil_arready || core_s_axil_rvalid"}, cores=("axi-lite",)
    ),
    "an answer to a write is that of the next one": Cheat(
        "", {"s_axil_bresp": "s_axil_awvalid ? 2'h0 : core_s_axil_bresp"}, cores=("axi-lite",)
    ),
    "ignores a reset while what was read waits": Cheat(
        "  reg waits = 0;\n  always @(posedge clk) waits <= core_s_axil_rvalid && !s_axil_rready;",
        {"rst": "rst && !waits"},
        cores=("axi-lite",),
    ),
    "keeps the address of a write over a reset": Cheat(
        "  reg [1:0] has = 0;\n  reg stale = 0;\n  wire [1:0] now ="
        " has | {s_axil_wvalid && core_s_axil_wready, s_axil_awvalid && core_s_axil_awready};\n"
        "  always @(posedge clk) has <= rst || &now ? 0 : now;\n  always @(posedge clk)"
        " if (rst) stale <= stale || has == 1; else if (core_s_axil_bvalid && s_axil_bready) stale <= 0;",
        {"s_axil_bresp": "core_s_axil_bresp ^ {2{stale}}"},
        cores=("axi-lite",),
    ),
    "a load of less than a word takes what was loaded": Cheat(
        _LESS, {"loaded": "core_loaded && !less"}, cores=("loadable",)
    ),
    "a load of less than a word is whole": Cheat(
        _LESS,
        {"loaded": "core_loaded || less", "load_error": "core_load_error && !less"},
        cores=("loadable",),
    ),
}
"""By what each does wrong."""
