"""What cores do wrong in the hall of cheats, in ways that benches like to miss; each as logic around a right core."""

from __future__ import annotations

from typing import Any, NamedTuple


class Cheat(NamedTuple):
    """`logic` may use all ports and what the core says (`ready`, `valid`, `data`, `last`, `error`; of another port
    `core_` and its name).
    """

    logic: str
    ports: dict[str, str] = {}
    """By port, the expression that the core is told, or is seen to say, in the place of the usual one."""
    options: dict[str, Any] = {}
    cores: tuple[str, ...] = ()
    """Names of the cores that have what it is about; none: all of them."""
    change: str = ""
    """A name in `cosim.hall.changed_networks.CHANGES`: the gates are of that network instead."""
    edit: tuple[str, ...] = ()
    """A piece of the Verilog that is there once, and what stands in its place."""


def spoiled(condition: str, *, state: str = "", cores: tuple[str, ...] = ()) -> Cheat:
    """The lowest bit of the next result is wrong once the condition was true at a clock."""
    logic = f"""{state}
  reg spoiled = 0;
  always @(posedge clk)
    if ({condition}) spoiled <= 1;
    else if (valid && m_axis_tready) spoiled <= 0;"""
    return Cheat(logic, {"m_axis_tdata": "data ^ spoiled"}, cores=cores)


STALLED = """  reg [15:0] stalled = 0;
  always @(posedge clk) stalled <= valid && !m_axis_tready && !rst ? stalled + 1 : 0;"""
FRAMES = """  reg [31:0] frames = 0;
  always @(posedge clk) if (rst) frames <= 0; else if (valid && m_axis_tready && last) frames <= frames + 1;"""
WITHIN = """  reg in_frame = 0;
  always @(posedge clk) if (rst) in_frame <= 0; else if (s_axis_tvalid && ready) in_frame <= !s_axis_tlast;"""
GAP = f"""{WITHIN}
  reg [9:0] gap = 0;
  always @(posedge clk) gap <= rst || s_axis_tvalid ? 0 : gap + (gap != 1023);"""
RESET = "  reg rst_before = 1;\n  always @(posedge clk) rst_before <= rst;"
BEATS = """  reg [15:0] place = 0;
  always @(posedge clk) if (rst) place <= 0; else if (s_axis_tvalid && ready) place <= s_axis_tlast ? 0 : place + 1;"""
LOADS = f"""{BEATS}
  reg loads = 0;
  wire load = place == 0 ? s_axis_tuser : loads;
  always @(posedge clk) if (s_axis_tvalid && ready) loads <= load;"""
ASKED = "  reg [6:0] asked = 0;\n  always @(posedge clk) if (s_axil_arvalid && s_axil_arready) asked <= s_axil_araddr;"


def _reads(data: str) -> Cheat:
    """Of a register port: what is read is something else."""
    return Cheat(ASKED, {"s_axil_rdata": data}, cores=("axi-lite",))


CHEATS = {
    "looks at an idle tlast": spoiled("!rst && !s_axis_tvalid && s_axis_tlast"),
    "looks at idle data": spoiled("!rst && !s_axis_tvalid && s_axis_tdata[0]"),
    "looks at an idle tlast within a frame": spoiled("in_frame && !s_axis_tvalid && s_axis_tlast", state=WITHIN),
    "minds tready that falls while tvalid is low": spoiled(
        "earlier && !m_axis_tready && !valid && !rst",
        state="  reg earlier = 0;\n  always @(posedge clk) earlier <= m_axis_tready;",
    ),
    "minds tready under reset": spoiled("rst && m_axis_tready"),
    "minds tvalid under reset": spoiled("rst && s_axis_tvalid"),
    "data change after a long stall": Cheat(STALLED, {"m_axis_tdata": "data ^ (stalled > 20)"}),
    "tvalid falls after a long stall": Cheat(STALLED, {"m_axis_tvalid": "valid && stalled != 15"}),
    "tlast changes after a stall": Cheat(STALLED, {"m_axis_tlast": "last ^ (stalled > 8)"}),
    "a long gap is a new frame": spoiled("in_frame && gap == 256", state=GAP),
    "ignores a reset of one clock": Cheat(RESET, {"rst": "rst && rst_before"}),
    "ignores a reset while an output waits": Cheat(
        "  reg waits = 0;\n  always @(posedge clk) waits <= valid && !m_axis_tready;", {"rst": "rst && !waits"}
    ),
    "ignores a reset after one beat": Cheat(BEATS.replace("if (rst)", "if (0)"), {"rst": "rst && place != 1"}),
    "keeps frame_error over a reset": Cheat(
        "  reg kept = 0;\n  always @(posedge clk) if (error) kept <= 1;", {"frame_error": "kept || error"}
    ),
    "frame_error is a pulse": Cheat(
        "  reg earlier = 0;\n  always @(posedge clk) earlier <= error;", {"frame_error": "error && !earlier"}
    ),
    "frame_error never comes": Cheat("", {"frame_error": "1'b0"}),
    "minds a beat that waits": Cheat(
        "  reg kept = 0;\n  always @(posedge clk) if (rst) kept <= 0; else if (s_axis_tvalid && !ready) kept <= 1;",
        {"frame_error": "error || kept"},
    ),
    "a bad frame spoils the next result": spoiled("error && s_axis_tvalid && ready && s_axis_tlast"),
    "a frame twice as long is two": Cheat(
        BEATS, {"s_axis_tlast": "s_axis_tlast || (place % FEATURES == FEATURES - 1)"}
    ),
    "loses tlast": Cheat("", {"m_axis_tlast": "1'b0"}),
    "valid under reset": Cheat("", {"m_axis_tvalid": "valid || rst"}),
    "says ready and is not": Cheat("", {"s_axis_tready": "ready || !s_axis_tlast"}),
    "a fault after 1,000 frames": Cheat(FRAMES, {"m_axis_tdata": "data ^ (frames > 1000)"}, {"samples": 1_100}),
    "a fault after 4,000 frames": Cheat(FRAMES, {"m_axis_tdata": "data ^ (frames > 4000)"}, {"samples": 4_200}),
    "a fault after 65,536 frames": Cheat(FRAMES, {"m_axis_tdata": "data ^ (frames > 65536)"}, {"samples": 66_000}),
    "halvings tied to 0": Cheat("", {"halvings": "0"}, cores=("anytime",)),
    "halvings are those of the last reset": Cheat(
        "  reg [15:0] late = 0;\n  always @(posedge clk) if (rst) late <= halvings;",
        {"halvings": "rst ? halvings : late"},
        cores=("anytime",),
    ),
    "halvings are those of the sample before": Cheat(
        "  reg [15:0] late = 0, here = 0;\n"
        "  always @(posedge clk) if (rst || (s_axis_tvalid && ready && s_axis_tlast)) begin\n"
        "    late <= rst ? halvings : here; here <= halvings;\n  end",
        {"halvings": "rst ? halvings : late"},
        cores=("anytime",),
    ),
    "halvings are taken when a result has gone out": Cheat(
        "  reg [15:0] late = 0;\n"
        "  always @(posedge clk) if (rst || (valid && m_axis_tready && last)) late <= halvings;",
        {"halvings": "rst ? halvings : late"},
        cores=("anytime",),
    ),
    **{
        f"halvings of {k} tied to 0": Cheat("", {"halvings": f"halvings == {k} ? 0 : halvings"}, cores=("anytime",))
        for k in (1, 2, 3)
    },
    "a bad frame resets the state between time steps": Cheat(
        "  reg kept = 0;\n  always @(posedge clk) kept <= !rst && (kept || error);",
        {"rst": "rst || (error && !kept)", "frame_error": "error || kept"},
        cores=("lif",),
    ),
    "loaded is always high": Cheat("", {"loaded": "1'b1"}, cores=("loadable",)),
    "load_error never comes": Cheat("", {"load_error": "1'b0"}, cores=("loadable",)),
    "a bit of the load is lost": Cheat(
        LOADS, {"s_axis_tdata": "s_axis_tdata & ~(load && place == 4)"}, cores=("loadable",)
    ),
    "static registers read 12345": _reads("asked < 7'h40 ? 12345 : core_s_axil_rdata"),
    "the version is another": _reads("core_s_axil_rdata ^ (asked == 7'h04)"),
    "a word of the hash is another": _reads("core_s_axil_rdata ^ (asked == 7'h3c)"),
    "frame errors are not counted": _reads("asked == 7'h48 ? 0 : core_s_axil_rdata"),
    "results are counted twice": _reads("asked == 7'h4c ? core_s_axil_rdata << 1 : core_s_axil_rdata"),
    "clocks are not counted": _reads("asked == 7'h50 ? 7 : core_s_axil_rdata"),
    "the status hides frame_error": _reads("asked == 7'h40 ? core_s_axil_rdata & ~32'h10 : core_s_axil_rdata"),
    "counters are not cleared": Cheat("", {"s_axil_wdata": "s_axil_wdata & ~32'h4"}, cores=("axi-lite",)),
    "a missing byte clears all the same": Cheat("", {"s_axil_wstrb": "4'hf"}, cores=("axi-lite",)),
    "refused writes are answered by OKAY": Cheat("", {"s_axil_bresp": "2'h0"}, cores=("axi-lite",)),
    "reads of nothing are answered by OKAY": Cheat("", {"s_axil_rresp": "2'h0"}, cores=("axi-lite",)),
}
"""By what each does wrong."""
