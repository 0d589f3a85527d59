"""The hall of cheats: cores that are wrong in a way that benches like to miss. Each must FAIL, none that is right may.

A cheat is a module around a generated core: it has its name and ports, and hands everything on but for one thing.
`make cheats` plays all of them in every architecture and writes `cheats.json`; the tests play a few.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from support.networks.small_cores import ARCHITECTURES, small, spiking

from sc_neurocore.cosim import CosimResult, run
from sc_neurocore.rtl import generate
from sc_neurocore.spec.files.atomic import write_atomic

RESULT = Path(__file__).with_name("cheats.json")


HALL = {name: (small(), options) for name, options in ARCHITECTURES.items()} | {
    "lif": (spiking(), {"architecture": "row"}),
}
"""The cores that are cheated with, by name: the network and the options of its gates."""


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


def spoiled(condition: str, *, state: str = "", cores: tuple[str, ...] = ()) -> Cheat:
    """The lowest bit of the next result is wrong once the condition was true at a clock."""
    logic = f"""{state}
  reg spoiled = 0;
  always @(posedge clk)
    if ({condition}) spoiled <= 1;
    else if (valid && m_axis_tready) spoiled <= 0;"""
    return Cheat(logic, {"m_axis_tdata": "data ^ spoiled"}, cores=cores)


_STALLED = """  reg [15:0] stalled = 0;
  always @(posedge clk) stalled <= valid && !m_axis_tready && !rst ? stalled + 1 : 0;"""
_FRAMES = """  reg [31:0] frames = 0;
  always @(posedge clk) if (rst) frames <= 0; else if (valid && m_axis_tready && last) frames <= frames + 1;"""
_WITHIN = """  reg within = 0;
  always @(posedge clk) if (rst) within <= 0; else if (s_axis_tvalid && ready) within <= !s_axis_tlast;"""
_GAP = f"""{_WITHIN}
  reg [9:0] gap = 0;
  always @(posedge clk) gap <= rst || s_axis_tvalid ? 0 : gap + (gap != 1023);"""
_RESET = "  reg rst_before = 1;\n  always @(posedge clk) rst_before <= rst;"
_BEATS = """  reg [15:0] place = 0;
  always @(posedge clk) if (rst) place <= 0; else if (s_axis_tvalid && ready) place <= s_axis_tlast ? 0 : place + 1;"""
_ASKED = "  reg [6:0] asked = 0;\n  always @(posedge clk) if (s_axil_arvalid && s_axil_arready) asked <= s_axil_araddr;"


def _reads(data: str) -> Cheat:
    """Of a register port: what is read is something else."""
    return Cheat(_ASKED, {"s_axil_rdata": data}, cores=("axi-lite",))


CHEATS = {
    "looks at an idle tlast": spoiled("!rst && !s_axis_tvalid && s_axis_tlast"),
    "looks at idle data": spoiled("!rst && !s_axis_tvalid && s_axis_tdata[0]"),
    "looks at an idle tlast within a frame": spoiled("within && !s_axis_tvalid && s_axis_tlast", state=_WITHIN),
    "minds tready that falls while tvalid is low": spoiled(
        "before && !m_axis_tready && !valid && !rst",
        state="  reg before = 0;\n  always @(posedge clk) before <= m_axis_tready;",
    ),
    "minds tready under reset": spoiled("rst && m_axis_tready"),
    "minds tvalid under reset": spoiled("rst && s_axis_tvalid"),
    "data change after a long stall": Cheat(_STALLED, {"m_axis_tdata": "data ^ (stalled > 20)"}),
    "tvalid falls after a long stall": Cheat(_STALLED, {"m_axis_tvalid": "valid && stalled != 15"}),
    "tlast changes after a stall": Cheat(_STALLED, {"m_axis_tlast": "last ^ (stalled > 8)"}),
    "a long gap is a new frame": spoiled("within && gap == 256", state=_GAP),
    "ignores a reset of one clock": Cheat(_RESET, {"rst": "rst && rst_before"}),
    "ignores a reset while an output waits": Cheat(
        "  reg waits = 0;\n  always @(posedge clk) waits <= valid && !m_axis_tready;", {"rst": "rst && !waits"}
    ),
    "ignores a reset after one beat": Cheat(_BEATS.replace("if (rst)", "if (0)"), {"rst": "rst && place != 1"}),
    "keeps frame_error over a reset": Cheat(
        "  reg kept = 0;\n  always @(posedge clk) if (error) kept <= 1;", {"frame_error": "kept || error"}
    ),
    "frame_error is a pulse": Cheat(
        "  reg before = 0;\n  always @(posedge clk) before <= error;", {"frame_error": "error && !before"}
    ),
    "frame_error never comes": Cheat("", {"frame_error": "1'b0"}),
    "minds a beat that waits": Cheat(
        "  reg kept = 0;\n  always @(posedge clk) if (rst) kept <= 0; else if (s_axis_tvalid && !ready) kept <= 1;",
        {"frame_error": "error || kept"},
    ),
    "a bad frame spoils the next result": spoiled("error && s_axis_tvalid && ready && s_axis_tlast"),
    "a frame twice as long is two": Cheat(
        _BEATS, {"s_axis_tlast": "s_axis_tlast || (place % FEATURES == FEATURES - 1)"}
    ),
    "loses tlast": Cheat("", {"m_axis_tlast": "1'b0"}),
    "valid under reset": Cheat("", {"m_axis_tvalid": "valid || rst"}),
    "says ready and is not": Cheat("", {"s_axis_tready": "ready || !s_axis_tlast"}),
    "a fault after 1,000 frames": Cheat(_FRAMES, {"m_axis_tdata": "data ^ (frames > 1000)"}, {"samples": 1_100}),
    "a fault after 4,000 frames": Cheat(_FRAMES, {"m_axis_tdata": "data ^ (frames > 4000)"}, {"samples": 4_200}),
    "a fault after 65,536 frames": Cheat(_FRAMES, {"m_axis_tdata": "data ^ (frames > 65536)"}, {"samples": 66_000}),
    "halvings tied to 0": Cheat("", {"halvings": "0"}, cores=("anytime",)),
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
        _BEATS, {"s_axis_tdata": "s_axis_tdata & ~(s_axis_tuser && place == 4)"}, cores=("loadable",)
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
RIGHT = Cheat("")
ALL = {"": RIGHT, **CHEATS}


def fingerprint(core: str, cheat: Cheat) -> str:
    """Of the network, the options of its gates and the cheat: a row with another one is of something else."""
    network, options = HALL[core]
    text = json.dumps([network.sha256, options, *cheat], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


_SHORT = {
    "s_axis_tready": "ready",
    "m_axis_tvalid": "valid",
    "m_axis_tdata": "data",
    "m_axis_tlast": "last",
    "frame_error": "error",
}


def wrapper(top: str, ports: list[dict[str, Any]], features: int, cheat: Cheat) -> str:
    """The module around the core `<top>_inner`.

    Args:
        top: its name.
        ports: of the core, as its manifest has them.
        features: beats of a frame.
        cheat: what it does besides handing on.
    """
    said = {
        port["name"]: _SHORT.get(port["name"], f"core_{port['name']}") for port in ports if port["direction"] == "out"
    }
    wide = {port["name"]: f"[{port['width'] - 1}:0] " if port["width"] > 1 else "" for port in ports}
    declared = ", ".join(f"{port['direction']}put {wide[port['name']]}{port['name']}" for port in ports)
    told = {name: said.get(name) or cheat.ports.get(name, name) for name in wide}
    lines = [f"module {top} ({declared});", f"  localparam FEATURES = {features};"]
    lines += [f"  wire {wide[name]}{wire};" for name, wire in said.items()]
    lines += [cheat.logic, f"  {top}_inner inner ({', '.join(f'.{name}({wire})' for name, wire in told.items())});"]
    lines += [f"  assign {name} = {cheat.ports.get(name, wire)};" for name, wire in said.items()]
    return "\n".join([*lines, "endmodule", ""])


def fits(cheat: Cheat, core: str) -> bool:
    """Whether it is played there: where the core has what it is about; long runs, which are dear, with one core."""
    return core == "column" if cheat.options else not cheat.cores or core in cheat.cores


@cache
def verilog_of(core: str) -> tuple[dict[str, Any], str, dict[str, str]]:
    """The manifest, the Verilog and the other files of a core of the hall."""
    network, options = HALL[core]
    with tempfile.TemporaryDirectory(prefix="sc-cheat-") as name:
        folder = Path(name) / "rtl"
        manifest = generate(network, folder, **options)
        others = {path.name: path.read_text() for path in folder.iterdir() if path.suffix == ".hex"}
        return manifest, (folder / manifest["verilog"]).read_text(), others


def make(core: str, cheat: Cheat, folder: Path) -> None:
    """Write a core of the hall with a cheat around it, and the manifest that the core alone had."""
    manifest, text, others = verilog_of(core)
    network, _ = HALL[core]
    head = f"module {network.name}("
    assert text.count(head) == 1
    folder.mkdir()
    for name, content in {**others, "manifest.json": json.dumps(manifest)}.items():
        (folder / name).write_text(content)
    around = wrapper(network.name, manifest["ports"], network.input.features, cheat)
    (folder / manifest["verilog"]).write_text(text.replace(head, f"module {network.name}_inner(") + around)


def play(core: str, cheat: Cheat, folder: Path, simulator: str, seed: int = 0) -> CosimResult:
    """How a core of the hall with a cheat around it ends."""
    make(core, cheat, folder / "rtl")
    options = {"samples": 2, "search_seconds": 0.5, "seed": seed} | cheat.options
    return run(HALL[core][0], folder / "out", rtl=folder / "rtl", simulator=simulator, **options)


def main() -> int:
    """Play all cheats in all architectures, and the cores without any; write how they ended."""
    parser = argparse.ArgumentParser(description="Every cheat must FAIL, every right core PASS.")
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--only", nargs="*", choices=HALL, default=list(HALL))
    parser.add_argument("--simulator", default="icarus", help="of all but long runs, which verilator plays")
    options = parser.parse_args()
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    if options.out.exists():  # what is there of these cheats stays, so that an interrupted run goes on
        for row in json.loads(options.out.read_text(encoding="utf-8"))["rows"]:
            rows[row["architecture"], row["cheat"]] = row
    todo = [(core, name, cheat) for core in options.only for name, cheat in ALL.items() if fits(cheat, core)]
    for place, (core, name, cheat) in enumerate(todo, 1):
        key = fingerprint(core, cheat)
        if rows.get((core, name), {}).get("sha256") == key:
            continue
        simulator = "verilator" if cheat.options else options.simulator
        with tempfile.TemporaryDirectory(prefix="sc-cheat-") as folder:
            verdict = "PASS" if play(core, cheat, Path(folder), simulator).passed else "FAIL"
        rows[core, name] = {"architecture": core, "cheat": name, "verdict": verdict, "sha256": key}
        print(f"{place}/{len(todo)} {core:8} {name or 'right':48} {verdict}", flush=True)
        known = [rows[key] for key in ((core, name) for core in HALL for name in ALL) if key in rows]
        wrong = [row for row in known if (row["verdict"] == "PASS") == bool(row["cheat"])]
        text = json.dumps({"cores": len(known), "wrong_verdicts": len(wrong), "rows": known}, indent=1)
        write_atomic(options.out, text + "\n")
    wrong = [row for row in rows.values() if (row["verdict"] == "PASS") == bool(row["cheat"])]
    print(f"{len(rows)} cores, {len(wrong)} wrong verdicts")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
