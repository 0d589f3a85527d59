"""More cheats: faults that need two things at once, a rare value, a long count, or a rule that is seldom looked at."""

from __future__ import annotations

from cosim.hall.cheat_kinds import ASKED, BEATS, LOADS, STALLED, WITHIN, Cheat, spoiled

SOME = ("row", "serial", "map")
"""Cores with which what concerns all of them alike is played."""

_WAITS = "  reg waits = 0;\n  always @(posedge clk) waits <= valid && !m_axis_tready;"
_BAD = """  reg [8:0] bad = 0;
  wire wrong = s_axis_tvalid && ready && (s_axis_tlast != (place == FEATURES - 1)) && place < FEATURES;"""
_CODES = """  reg [15:0] code = 0, first = 0, first_before = 0, last_before = 0;
  always @(posedge clk) if (s_axis_tvalid && ready) begin
    code <= s_axis_tdata;
    if (place == 0) begin first <= s_axis_tdata; first_before <= first; last_before <= code; end
  end"""
_SUM = """  reg [31:0] sum = 0, sum_before = 32'hffff;
  always @(posedge clk) if (s_axis_tvalid && ready) begin
    if (place == 0) begin sum <= s_axis_tdata; sum_before <= sum; end else sum <= sum * 31 + s_axis_tdata;
  end"""
_GAP_AND_STALL = f"""{WITHIN}
  reg [3:0] gap = 0, stalled = 0;
  always @(posedge clk) begin
    gap <= rst || s_axis_tvalid ? 0 : gap + (gap != 15);
    stalled <= rst || m_axis_tready || !valid ? 0 : stalled + (stalled != 15);
  end"""

AT_THE_PORTS = {
    "tvalid waits for tready": Cheat("", {"m_axis_tvalid": "valid && m_axis_tready"}, cores=SOME),
    "a gap within a frame and a stall at once": spoiled(
        "in_frame && gap == 2 && stalled > 1", state=_GAP_AND_STALL, cores=("row", "map")
    ),
    "data change after a stall of 1,000 clocks": Cheat(
        STALLED, {"m_axis_tdata": "data ^ (stalled > 1000)"}, cores=SOME
    ),
    "a gap of 1,000 clocks is a new frame": spoiled(
        "in_frame && gap == 1000",
        state=f"{WITHIN}\n  reg [10:0] gap = 0;\n"
        "  always @(posedge clk) gap <= rst || s_axis_tvalid ? 0 : gap + (gap != 2047);",
        cores=SOME,
    ),
    "the first result after a stall of the second": Cheat(
        f"{STALLED}\n  reg spoil = 0; reg second = 0;\n"
        "  always @(posedge clk) begin\n"
        "    if (rst) second <= 0; else if (valid && m_axis_tready) second <= !last;\n"
        "    if (second && stalled == 4) spoil <= 1; else if (valid && m_axis_tready && !second) spoil <= 0;\n  end",
        {"m_axis_tdata": "data ^ (spoil && !second)"},
        cores=("row", "serial"),
    ),
    "minds the bits above a code": spoiled("s_axis_tvalid && ready && s_axis_tdata[7]", cores=SOME),
    "no result is negative": Cheat("", {"m_axis_tdata": "data & ~(1 << OUT - 1)"}, cores=("row", "serial")),
    "ignores a reset of one clock after a bad frame": Cheat(
        "  reg rst_before = 1;\n  always @(posedge clk) rst_before <= rst;",
        {"rst": "rst && (rst_before || !error)"},
        cores=SOME,
    ),
    "ignores a reset within a frame that is too long": Cheat(
        BEATS.replace("if (rst)", "if (0)"), {"rst": "rst && !(place > FEATURES)"}, cores=SOME
    ),
    "ignores a reset within a frame while a result waits": Cheat(
        f"{WITHIN.replace('if (rst)', 'if (0)')}\n{_WAITS}", {"rst": "rst && !(in_frame && waits)"}, cores=("row",)
    ),
    "a fault after 24 resets": Cheat(
        "  reg rst_before = 1; reg [4:0] resets = 0;\n  always @(posedge clk) begin\n"
        "    rst_before <= rst;\n    if (rst && !rst_before && resets != 24) resets <= resets + 1;\n  end",
        {"m_axis_tdata": "data ^ (resets == 24)"},
        cores=SOME,
    ),
}

FRAMES_GONE_WRONG = {
    "frame_error waits for the next frame": Cheat(
        f"{BEATS}\n  reg shown = 0;\n"
        "  always @(posedge clk)\n"
        "    if (rst) shown <= 0; else if (error && s_axis_tvalid && ready && place == 0) shown <= 1;",
        {"frame_error": "error && shown"},
        cores=SOME,
    ),
    "a frame three times as long is no error": Cheat(
        f"{BEATS}\n{_BAD}",
        {"s_axis_tlast": "s_axis_tlast || (place == FEATURES - 1) || (place == 2 * FEATURES - 1)"},
        cores=SOME,
    ),
    "frame_error falls after 256 bad frames": Cheat(
        f"{BEATS}\n{_BAD}\n  always @(posedge clk) if (rst) bad <= 0; else bad <= bad + (wrong && bad != 256);",
        {"frame_error": "error && bad != 256"},
        cores=SOME,
    ),
    "the fourth bad frame without a reset spoils a result": spoiled(
        "wrong && bad == 3",
        state=f"{BEATS}\n{_BAD}\n  always @(posedge clk) if (rst) bad <= 0; else bad <= bad + (wrong && bad != 256);",
        cores=SOME,
    ),
    "a bad frame while a result waits spoils the next": spoiled(
        "waits && wrong && s_axis_tlast", state=f"{BEATS}\n{_BAD}\n{_WAITS}", cores=("row",)
    ),
    "a frame short by one beat spoils the next result": spoiled(
        "s_axis_tvalid && ready && s_axis_tlast && place == FEATURES - 2", state=BEATS, cores=SOME
    ),
    "a long frame is taken for its beginning": Cheat(
        f"{BEATS}\n{_BAD}\n  reg kept = 0;\n  always @(posedge clk) if (rst) kept <= 0; else kept <= kept || wrong;",
        {
            "s_axis_tlast": "s_axis_tlast || place == FEATURES - 1",
            "s_axis_tvalid": "s_axis_tvalid && place < FEATURES",
            "s_axis_tready": "ready || place >= FEATURES",
            "frame_error": "error || kept",
        },
        cores=(*SOME, "lif"),
    ),
}

OF_DATA = {
    "a frame like the one before spoils its result": spoiled(
        "s_axis_tvalid && ready && s_axis_tlast && sum * 31 + s_axis_tdata == last_sum",
        state=f"{BEATS}\n{_SUM}\n  reg [31:0] last_sum = 32'hffff;\n"
        "  always @(posedge clk) if (s_axis_tvalid && ready && s_axis_tlast) last_sum <= sum * 31 + s_axis_tdata;",
        cores=SOME,
    ),
    "a first code like the one before": spoiled(
        "s_axis_tvalid && ready && place == 0 && s_axis_tdata == first && s_axis_tdata > 1",
        state=f"{BEATS}\n{_CODES}",
        cores=SOME,
    ),
    "a frame of zeros after one of full codes": spoiled(
        "s_axis_tvalid && ready && s_axis_tlast && !(|any) && !(|s_axis_tdata[2:0]) && full",
        state=f"{BEATS}\n  reg any = 0, full = 0, ones = 1;\n"
        "  always @(posedge clk) if (s_axis_tvalid && ready) begin\n"
        "    any <= !s_axis_tlast && (any || |s_axis_tdata[2:0]);\n"
        "    ones <= s_axis_tlast || (ones && &s_axis_tdata[2:0]);\n"
        "    if (s_axis_tlast) full <= ones && &s_axis_tdata[2:0];\n  end",
        cores=("row", "serial"),
    ),
    **{
        f"code {code} of input {place} is read as {code ^ bit}": Cheat(
            BEATS,
            {"s_axis_tdata": f"s_axis_tdata ^ (place == {place} && s_axis_tdata[2:0] == {code} ? {bit} : 0)"},
            cores=cores,
        )
        for place, code, bit, cores in (
            (0, 3, 2, ("row", "serial")),
            (1, 5, 4, ("row", "serial")),
            (2, 6, 4, ("row", "serial")),
            (3, 5, 2, ("row", "serial")),
            (7, 6, 4, ("map",)),
        )
    },
    "the largest result of all is one less": Cheat(
        "", {"m_axis_tdata": "data - (data == LARGEST)"}, cores=("row", "serial")
    ),
    "the smallest result of all is one more": Cheat(
        "", {"m_axis_tdata": "data + (data == SMALLEST)"}, cores=("row", "serial")
    ),
}

OF_GATES = {
    "a weight is off by one": Cheat("", cores=("row", "serial", "column", "mixed"), change="a weight is off by one"),
    "a last weight has the other sign": Cheat(
        "", cores=("row", "serial", "column"), change="a last weight has the other sign"
    ),
    "a bias is off by one": Cheat("", cores=("row", "serial", "column"), change="a bias is off by one"),
    "the shift is off by one": Cheat("", cores=("row", "serial"), change="the shift is off by one"),
    "halves are rounded down": Cheat("", cores=("row",), change="halves are rounded down"),
    "the threshold is off by one": Cheat("", cores=("lif",), change="the threshold is off by one"),
    "gt for ge": Cheat("", cores=("lif",), change="gt for ge"),
    "the membrane leaks half as much": Cheat("", cores=("lif",), change="the membrane leaks half as much"),
    "a spike clears the membrane": Cheat("", cores=("lif",), change="a spike clears the membrane"),
    "the padding is on the other side": Cheat("", cores=("map",), change="the padding is on the other side"),
    "the kernel is mirrored": Cheat("", cores=("map",), change="the kernel is mirrored"),
    "the pool is an average": Cheat("", cores=("map",), change="the pool is an average"),
    "the pool looks at one column": Cheat("", cores=("map",), change="the pool looks at one column"),
}

OVER_TIME = {
    "a time step is lost after a gap": Cheat(
        f"{WITHIN}\n  reg [7:0] gap = 0; reg lost = 0;\n"
        "  always @(posedge clk) begin\n"
        "    gap <= rst || s_axis_tvalid ? 0 : gap + (gap != 255);\n"
        "    if (rst) lost <= 0; else if (gap == 40 && !in_frame) lost <= 1;\n"
        "  end",
        {"m_axis_tdata": "data ^ lost"},
        cores=("lif",),
    ),
    "a reset between time steps keeps the membrane": Cheat(
        "  reg [1:0] step = 0;\n"
        "  always @(posedge clk) if (s_axis_tvalid && ready && s_axis_tlast && !rst) step <= step == 2 ? 0 : step + 1;",
        {"rst": "rst && step != 1"},
        cores=("lif",),
    ),
    "the second of two bad frames is a time step": Cheat(
        f"{BEATS}\n{_BAD}\n"
        "  always @(posedge clk) if (rst) bad <= 0; else bad <= bad + (wrong && bad != 3);\n  reg spoil = 0;\n"
        "  always @(posedge clk) if (rst) spoil <= 0; else if (wrong && bad == 1) spoil <= 1;"
        " else if (valid && m_axis_tready && last) spoil <= 0;",
        {"m_axis_tdata": "data ^ spoil"},
        cores=("lif",),
    ),
}

OF_CONTROL = {
    "halvings of 1 and 2 are swapped": Cheat(
        "", {"halvings": "halvings == 1 ? 2 : halvings == 2 ? 1 : halvings"}, cores=("anytime",)
    ),
    "loaded falls with a reset": Cheat(
        f"{LOADS}\n  reg fell = 0;\n  always @(posedge clk) if (rst) fell <= 1; else if (load_whole) fell <= 0;\n"
        "  wire load_whole = load && s_axis_tlast && s_axis_tvalid && ready;",
        {"loaded": "core_loaded && !fell"},
        cores=("loadable",),
    ),
    "minds tuser within a frame": spoiled(
        "in_frame && s_axis_tvalid && ready && s_axis_tuser && !loads",
        state=f"{WITHIN}\n  reg loads = 0;\n"
        "  always @(posedge clk) if (s_axis_tvalid && ready && !in_frame) loads <= s_axis_tuser;",
        cores=("loadable",),
    ),
    "a load without tuser within it ends": Cheat(
        f"{WITHIN}\n  reg loads = 0, cut = 0;\n"
        "  always @(posedge clk) begin if (s_axis_tvalid && ready && !in_frame) loads <= s_axis_tuser;\n"
        "    if (in_frame && loads && s_axis_tvalid && !s_axis_tuser) cut <= 1; end",
        {"loaded": "core_loaded && !cut"},
        cores=("loadable",),
    ),
    **{
        f"the {word} word of a load is wrong": Cheat(
            LOADS, {"s_axis_tdata": f"s_axis_tdata ^ (load && place == {place})"}, cores=("loadable",)
        )
        for word, place in (
            ("first", "0"),
            ("last", "LOAD_BYTES - 4"),
            ("last but one", "LOAD_BYTES - 8"),
        )
    },
    "a load of a byte less is whole": Cheat(
        f"{LOADS}\n  reg less = 0;\n"
        "  always @(posedge clk) if (s_axis_tvalid && ready && load && s_axis_tlast)"
        " less <= place == LOAD_BYTES - 2;",
        {"load_error": "core_load_error && !less", "loaded": "core_loaded || less"},
        cores=("loadable",),
    ),
    "a load of a word more is whole": Cheat(
        f"{LOADS}\n  reg more = 0;\n"
        "  always @(posedge clk) if (s_axis_tvalid && ready && load && s_axis_tlast)"
        " more <= place == LOAD_BYTES + 3;",
        {"load_error": "core_load_error && !more", "loaded": "core_loaded || more"},
        cores=("loadable",),
    ),
    "a register read during a run spoils a result": spoiled(
        "s_axil_arvalid && s_axil_arready && busy",
        state="  reg busy = 0;\n  always @(posedge clk)"
        " if (rst || (valid && m_axis_tready && last)) busy <= 0; else if (s_axis_tvalid && ready) busy <= 1;",
        cores=("axi-lite",),
    ),
    "a register read beside a beat loses it": spoiled(
        "s_axil_arvalid && s_axil_arready && s_axis_tvalid && ready", cores=("axi-lite",)
    ),
    "an address must be a multiple of four": Cheat(
        ASKED, {"s_axil_rdata": "core_s_axil_rdata ^ (asked[1:0] != 0)"}, cores=("axi-lite",)
    ),
    "a write without its first byte is one": Cheat(
        "", {"s_axil_wstrb": "s_axil_wstrb == 4'he ? 4'hf : s_axil_wstrb"}, cores=("axi-lite",)
    ),
    "frame errors are counted in eight bits": Cheat(
        ASKED, {"s_axil_rdata": "asked == 7'h48 ? core_s_axil_rdata & 255 : core_s_axil_rdata"}, cores=("axi-lite",)
    ),
    "results are counted in eight bits": Cheat(
        ASKED, {"s_axil_rdata": "asked == 7'h4c ? core_s_axil_rdata & 255 : core_s_axil_rdata"}, cores=("axi-lite",)
    ),
    "read data change while they wait": Cheat(
        "  reg [4:0] held = 0;\n  always @(posedge clk) held <= s_axil_rvalid && !s_axil_rready ? held + 1 : 0;",
        {"s_axil_rdata": "core_s_axil_rdata ^ (held == 2)"},
        cores=("axi-lite",),
    ),
    "an answer to a write falls after a wait": Cheat(
        "  reg [4:0] held = 0;\n  always @(posedge clk) held <= s_axil_bvalid && !s_axil_bready ? held + 1 : 0;",
        {"s_axil_bvalid": "core_s_axil_bvalid && held != 2"},
        cores=("axi-lite",),
    ),
}

_LATER = """  reg [5:0] later = 0;
  always @(posedge clk) later <= s_axis_tvalid && ready && s_axis_tlast && !later ? 63 : later - (later != 0);"""
_IDLE = """  reg idle = 0;
  always @(posedge clk)
    if (!s_axil_{0}valid && {1}) idle <= 1; else if (core_s_axil_rvalid && s_axil_rready) idle <= 0;"""
OF_PACE = {
    "waits after each frame": Cheat(
        _LATER,
        {"s_axis_tready": "ready && !later", "s_axis_tvalid": "s_axis_tvalid && !later"},
        cores=("row", "serial"),
    ),
    "waits after each frame but the first": Cheat(
        f"{_LATER}\n  reg began = 0;\n  wire waits = began && later != 0;\n"
        "  always @(posedge clk) if (rst) began <= 0; else if (valid && m_axis_tready && last) began <= 1;",
        {"s_axis_tready": "ready && !waits", "s_axis_tvalid": "s_axis_tvalid && !waits"},
        cores=("row", "serial"),
    ),
}
OF_IDLE_LINES = {
    f"looks at an idle {lines}": Cheat(
        _IDLE.format(channel, condition), {"s_axil_rdata": "core_s_axil_rdata ^ idle"}, cores=("axi-lite",)
    )
    for lines, channel, condition in (
        ("address of a read", "ar", "s_axil_araddr[3]"),
        ("address of a write", "aw", "s_axil_awaddr[3]"),
        ("word of a write", "w", "s_axil_wdata[9]"),
        ("strobe of a write", "w", "s_axil_wstrb == 4'h6"),
    )
}
OF_SEVERAL_THINGS = {
    "a reset within a frame while a result waits": spoiled(
        "rst && place == 1 && stalled > 1",
        state=f"{STALLED}\n{BEATS}",
        cores=("row", "map"),
    ),
    "a frame of two beats too few while a result waits": spoiled(
        "s_axis_tvalid && ready && s_axis_tlast && place == FEATURES - 3 && valid && !m_axis_tready",
        state=BEATS,
        cores=("row",),
    ),
    "a reset in the second clock of a result after a frame of a wrong length": spoiled(
        "rst && second && error",
        state="  reg second = 0;\n  always @(posedge clk) second <= valid && !second;",
        cores=SOME,
    ),
}

_PADDED = "inside_1 ? element : 3'h0"
OF_MAPS = {
    "the padding is the code 1": Cheat("", cores=("map",), edit=(_PADDED, "inside_1 ? element : 3'h1")),
    "the padding is the largest code": Cheat("", cores=("map",), edit=(_PADDED, "inside_1 ? element : 3'h7")),
    "the padding is what stands in the memory": Cheat("", cores=("map",), edit=(_PADDED, "element")),
    "the padding is the element before": Cheat(
        "",
        cores=("map",),
        edit=(
            f"assign data = {_PADDED}",
            "reg [2:0] earlier = 0;\n  always @(posedge clk) earlier <= data;\n"
            "  assign data = inside_1 ? element : earlier",
        ),
    ),
}

_OFFERED = """  reg in_frame = 0, busy = 0;
  wire offered = s_axis_tvalid && s_axis_tuser && !in_frame;
  always @(posedge clk) begin
    if (rst) in_frame <= 0; else if (s_axis_tvalid && ready) in_frame <= !s_axis_tlast;
    if (rst || (valid && m_axis_tready && last)) busy <= 0; else if (s_axis_tvalid && ready && !s_axis_tuser) busy <= 1;
  end"""
_AGAIN = f"""{LOADS}
  reg again = 0;
  always @(posedge clk) if (s_axis_tvalid && ready && load && s_axis_tlast) again <= 1;"""
RELOADS = {
    "a load offered while a sample is in work spoils its result": spoiled(
        "offered && busy && !valid", state=_OFFERED, cores=("loadable",)
    ),
    "a load offered while a result waits changes it": Cheat(
        _OFFERED, {"m_axis_tdata": "data ^ (offered && valid)"}, cores=("loadable",)
    ),
    "a load is taken while a sample is in work": Cheat(
        _OFFERED, {"s_axis_tready": "ready || (offered && busy)"}, cores=("loadable",)
    ),
    "a second load keeps a bit of the first": Cheat(
        _AGAIN, {"s_axis_tdata": "s_axis_tdata ^ (load && again && place == LOAD_BYTES - 4)"}, cores=("loadable",)
    ),
    "a second load is not taken": Cheat(
        _AGAIN, {"s_axis_tdata": "load && again ? 0 : s_axis_tdata"}, cores=("loadable",)
    ),
    "the first sample after a second load is lost": Cheat(
        f"{_AGAIN}\n  reg spoil = 0;\n"
        "  always @(posedge clk) if (rst) spoil <= 0; else if (s_axis_tvalid && ready && load && again) spoil <= 1;"
        " else if (valid && m_axis_tready && last) spoil <= 0;",
        {"m_axis_tdata": "data ^ spoil"},
        cores=("loadable",),
    ),
}

RARER = {
    **AT_THE_PORTS,
    **FRAMES_GONE_WRONG,
    **OF_DATA,
    **OF_GATES,
    **OVER_TIME,
    **OF_CONTROL,
    **OF_MAPS,
    **RELOADS,
    **OF_PACE,
    **OF_IDLE_LINES,
    **OF_SEVERAL_THINGS,
}
