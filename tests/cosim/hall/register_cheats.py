"""Cheats behind the registers of AXI4-Lite: counters, status, long waits, both kinds of accesses, single load words."""

from __future__ import annotations

from cosim.hall.cheat_kinds import Cheat, spoiled

_SINCE_CLEAR = """  reg since = 0;
  always @(posedge clk) if (rst) since <= 0; else if (_06_) since <= 1;
"""
_CLEARS = """  reg to_control = 0;
  always @(posedge clk) if (s_axil_awvalid && s_axil_awready) to_control <= s_axil_awaddr[6:2] == 17;
  wire now = s_axil_awvalid && s_axil_awready ? s_axil_awaddr[6:2] == 17 : to_control;
  wire clears = s_axil_wvalid && s_axil_wready && s_axil_wdata[2] && &s_axil_wstrb && now;"""
_ALONE = """  reg [6:0] alone = 0;
  reg address = 0, word = 0, late = 0;
  wire a = s_axil_awvalid && s_axil_awready, w = s_axil_wvalid && s_axil_wready;
  always @(posedge clk) if (rst) {alone, address, word, late} <= 0; else begin
    address <= (address || a) && !(word || w);
    word <= (word || w) && !(address || a);
    alone <= (address || a) && !word && !w ? alone + (alone != 127) : 0;
    if (alone == 64) late <= 1; else if (s_axil_bvalid && s_axil_bready) late <= 0;
  end"""


def _edited(before: str, after: str, core: str = "axi-lite") -> Cheat:
    """A piece of the Verilog is another one."""
    return Cheat("", cores=(core,), edit=(before, after))


def _loaded(before: str, after: str) -> Cheat:
    """The same in the core that is loaded."""
    return _edited(before, after, "registers")


_WRITES = "s_axil_wvalid && s_axil_wready"
_ASKED = "s_axil_arvalid && s_axil_arready"
_ADDRESS = """  reg [6:0] asked = 0;
  always @(posedge clk) if (s_axil_awvalid && s_axil_awready) asked <= s_axil_awaddr;"""


def _control_at(address: int, answer: int) -> Cheat:
    """A write at another address is one of `control`, though it is answered as it should be."""
    return Cheat(
        _ADDRESS,
        {
            "s_axil_awaddr": f"s_axil_awaddr == {address} ? 7'h44 : s_axil_awaddr",
            "s_axil_bresp": f"asked == {address} ? {answer} : core_s_axil_bresp",
        },
        cores=("axi-lite",),
    )


def _not_cleared(when: str) -> Cheat:
    """A clear is not done in some situation."""
    return Cheat("", {"s_axil_wdata": f"{when} ? s_axil_wdata & ~32'h4 : s_axil_wdata"}, cores=("axi-lite",))


REGISTER_CHEATS = {
    "a write of identity is one of control": _control_at(0x00, 2),
    "a write of status is one of control": _control_at(0x40, 2),
    "a write of nothing is one of control": _control_at(0x64, 3),
    "counters are not cleared while a result waits": _not_cleared("valid && !m_axis_tready"),
    "counters are not cleared while a beat comes in": _not_cleared("s_axis_tvalid && ready"),
    "counters are not cleared while a register is asked": _not_cleared(_ASKED),
    "a result that is sent as a register is written is not counted": _edited(
        "_03_ = out_accepted & out_last", f"_03_ = out_accepted & out_last & ~({_WRITES})"
    ),
    "a bad frame that ends as a register is written is not counted": _edited(
        "_17_ = in_last & _16_", f"_17_ = in_last & _16_ & ~({_WRITES})"
    ),
    "results are counted at their first beats": _edited(
        "assign _03_ = out_accepted & out_last;",
        "reg half = 0;\n  always @(posedge clk) half <= ~rst & (out_accepted ? ~out_last : half);\n"
        "  assign _03_ = out_accepted & ~half;",
    ),
    "what is read beside a write is wrong": Cheat(
        "  reg both = 0;\n  always @(posedge clk)"
        " if (s_axil_arvalid && s_axil_arready) both <= s_axil_awvalid || s_axil_wvalid;",
        {"s_axil_rdata": "core_s_axil_rdata ^ both"},
        cores=("axi-lite",),
    ),
    "a write answers wrongly beside an answer to a read": Cheat(
        "", {"s_axil_bresp": "core_s_axil_bresp ^ {2{core_s_axil_rvalid}}"}, cores=("axi-lite", "registers")
    ),
    "what is read beside an answer to a write is wrong": Cheat(
        "  reg both = 0;\n  always @(posedge clk) if (s_axil_arvalid && s_axil_arready) both <= core_s_axil_bvalid;",
        {"s_axil_rdata": "core_s_axil_rdata ^ both"},
        cores=("axi-lite", "registers"),
    ),
    "cycles go on over a reset": _edited("rst ? 64'h0000000000000000 : ", ""),
    "results stay 0 after a clear": _edited(
        "assign _26_ = _06_ ? 32'd0 : _25_;", f"{_SINCE_CLEAR}  assign _26_ = _06_ | since ? 32'd0 : _25_;"
    ),
    "frame_errors stay 0 after a clear": _edited(
        "assign _29_ = _06_ ?", f"{_SINCE_CLEAR}  assign _29_ = _06_ | since ?"
    ),
    "a good frame clears frame_errors": _edited(
        "_27_ = _01_ ? _02_[15:0] : ", "_27_ = _01_ ? _02_[15:0] : in_last & ~_16_ ? 16'h0 : "
    ),
    "frames that are too long are not counted": _edited("_17_ = in_last & _16_", "_17_ = in_last & _15_ & ~late"),
    "the address of a write is forgotten after 64 clocks": Cheat(
        _ALONE, {"s_axil_bresp": "core_s_axil_bresp ^ {2{late}}"}, cores=("axi-lite",)
    ),
    "what was read is lost after 200 clocks": Cheat(
        "  reg [7:0] waits = 0;\n  always @(posedge clk)"
        " waits <= s_axil_rvalid && !s_axil_rready ? waits + (waits != 255) : 0;",
        {"s_axil_rdata": "waits > 200 ? 0 : core_s_axil_rdata"},
        cores=("axi-lite",),
    ),
    "a result that is sent as a register is read is not counted": _edited(
        "_03_ = out_accepted & out_last", "_03_ = out_accepted & out_last & ~(s_axil_arvalid & s_axil_arready)"
    ),
    "a clear while a result waits spoils it": spoiled("clears && valid", state=_CLEARS, cores=("axi-lite",)),
    "a clear beside commit is not done": _loaded(
        "_017_ = control_write & word[2]", "_017_ = control_write & word[2] & ~(word[1] & ~word[0])"
    ),
    "a sample begins behind another though a load was begun": _loaded(
        "stop = hold & outside", "stop = hold & outside & _06_"
    ),
    "a load is not begun anew": _loaded(".restart(__signal__49)", ".restart(__signal__49 & ~__signal__44)"),
    "idle where no load was begun": _loaded(".status_idle(idle)", ".status_idle(idle | ~__signal__44)"),
    "load words are taken while a sample is in work": _loaded(
        "load_word_refuse = ~ __signal__43", "load_word_refuse = ~ __signal__44"
    ),
    "a load ends while a sample is in work": _loaded("_022_ = ~ __signal__43", "_022_ = ~ __signal__44"),
    "words_taken is 0 within a load": _loaded(
        ".taken(taken),\n    .results", ".taken(__signal__44 ? 6'h0 : taken),\n    .results"
    ),
    "a commit beside begin_load is done": _loaded("__signal__51 = _028_ & _029_", "__signal__51 = _028_"),
    "a clear beside begin_load is not done": _loaded(
        "_017_ = control_write & word[2]", "_017_ = control_write & word[2] & ~word[0]"
    ),
    "a sample begins though a load was begun": _loaded("hold = __signal__44 | _001_", "hold = _001_"),
    "a core without weights takes samples": _loaded("hold = __signal__44 | _001_", "hold = __signal__44"),
    "a reset within a load makes it whole": _loaded(
        "_026_ = __signal__51 ? _036_ : _035_", "_026_ = rst & __signal__44 ? 1'b1 : __signal__51 ? _036_ : _035_"
    ),
    "the hash stays that of the first load": _loaded(
        "assign row_write = {",
        "reg once = 0;\n  always @(posedge clk) if (__signal__51 & complete) once <= 1;\n"
        "  assign row_write = {2{~once}} & {",
    ),
    "idle within a first frame": _loaded("idle = outside & _06_", "idle = _05_ & _06_"),
    "loading goes on over a reset": _loaded("_025_ = rst ? 1'h0 : _038_", "_025_ = _038_"),
    "load_error goes on over a reset": _loaded("_027_ = rst ? 1'h0 : _034_", "_027_ = _034_"),
    "a load without words takes what was loaded": _loaded(
        "_035_ = load_word_write ? 1'h0", "_035_ = load_word_write | (__signal__51 & taken == 0) ? 1'h0"
    ),
}
"""By what each does wrong."""
