"""A core with its monitor and its table around it, every input free, as Verilog."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from support.networks.specs import spec_of

from sc_neurocore.rtl import generate

from .networks import Tiny, tiny
from .tables import code_bits, results, table_module

MONITOR = Path(__file__).parents[3] / "hdl" / "formal" / "core_monitor.v"
PROPERTIES = ("reset", "stable", "last", "beat", "error", "wait", "value")
MEANING = {
    "reset": "tvalid is low under reset",
    "stable": "a result that waits stays as it is",
    "last": "tlast comes with the last result of a frame, and with no other",
    "beat": "no result comes that no frame has asked for",
    "error": "frame_error is high exactly from a frame of a wrong length on, until reset",
    "wait": "what is owed comes, and what is offered is taken, within so many clocks",
    "value": "every result is the reference's",
}
"""What holds in every clock, whatever comes in; by the word that its outputs end with."""


@cache
def core_of(name: str, wrong: bool) -> tuple[dict[str, Any], str]:
    """The manifest and the Verilog of a tiny core; `wrong`: with its wrong weight."""
    case = tiny()[name]
    tensors = dict(case.tensors)
    if wrong:
        key, place, value = case.wrong
        changed = tensors[key].copy()
        assert changed[place] != value
        changed[place] = value
        tensors[key] = changed
    with tempfile.TemporaryDirectory(prefix="sc-formal-") as folder:
        manifest = generate(spec_of(case.description, tensors), Path(folder) / "rtl", **case.options)
        return manifest, (Path(folder) / "rtl" / manifest["verilog"]).read_text()


BUGS = {
    "reset": {"m_axis_tvalid": "valid || (rst && ended)"},
    "stable": {"m_axis_tdata": "data ^ (stalled == 2)"},
    "last": {"m_axis_tlast": "last && !(frames == 1)"},
    "beat": {"m_axis_tvalid": "valid || (error && frames == 1)"},
    "error": {"frame_error": "error && frames != 1"},
    "wait": {"m_axis_tvalid": "valid && frames != 1"},
}
"""By property, what a module around the core says in the place of the core: each shows after some frames alone."""


def _wrapper(top: str, ports: list[dict[str, Any]], bug: dict[str, str]) -> str:
    short = {
        "s_axis_tready": "ready",
        "m_axis_tvalid": "valid",
        "m_axis_tdata": "data",
        "m_axis_tlast": "last",
        "frame_error": "error",
    }
    wide = {port["name"]: f"[{port['width'] - 1}:0] " if port["width"] > 1 else "" for port in ports}
    said = {
        port["name"]: short.get(port["name"], "core_" + port["name"]) for port in ports if port["direction"] == "out"
    }
    declared = ", ".join(f"{port['direction']}put {wide[port['name']]}{port['name']}" for port in ports)
    lines = [f"module {top}_bug ({declared});"]
    lines += [f"  wire {wide[name]}{wire};" for name, wire in said.items()]
    lines += [
        "  reg [1:0] frames = 0, stalled = 0; reg ended = 0;",
        "  always @(posedge clk) begin",
        "    if (rst) frames <= 0; else if (valid && m_axis_tready && last && frames != 3) frames <= frames + 1;",
        "    stalled <= rst || !valid || m_axis_tready ? 0 : stalled + (stalled != 3);",
        "    if (valid && m_axis_tready && last) ended <= 1;",
        "  end",
        f"  {top} inner ({', '.join(f'.{name}({said.get(name, name)})' for name in wide)});",
    ]
    lines += [f"  assign {name} = {bug.get(name, wire)};" for name, wire in said.items()]
    return "\n".join([*lines, "endmodule", ""])


def sources_of(name: str, bug: str | None = None) -> dict[str, str]:
    """The texts of a harness, whose top module is `harness`.

    Args:
        name: of the tiny network.
        bug: of which property; None: the core as it is.
    """
    case: Tiny = tiny()[name]
    manifest, text = core_of(name, bug == "value")
    ports, top = manifest["ports"], manifest["top"]
    widths = {port["name"]: port["width"] for port in ports}
    head = case.description["input"]
    steps = 1 if head["repeat"] else head["time_steps"]
    summed = case.description["output"]["reduce"] == "sum"
    halvings = widths.get("halvings", 0)
    longest = case.description["layers"][0].get("stream_length", 1)
    values = [results(case.description, case.tensors)]
    if halvings:
        values = [results(case.description, case.tensors, k) for k in range(longest.bit_length())]
    places = values[0].shape[1]
    parameters = {
        "FEATURES": head["features"],
        "CODE": code_bits(case.description),
        "RESULTS": places if summed or steps == 1 else places // steps,
        "STEPS": steps,
        "SUMMED": int(summed),
        "IN": widths["s_axis_tdata"],
        "OUT": widths["m_axis_tdata"],
        "PATIENCE": case.patience,
    }
    sources = {"core.v": text, "monitor.v": MONITOR.read_text(encoding="utf-8")}
    inner = top
    if bug is not None and bug != "value":
        sources["bug.v"], inner = _wrapper(top, ports, BUGS[bug]), f"{top}_bug"
    sources["table.v"] = table_module("reference", np.concatenate(values, axis=1), widths["m_axis_tdata"])
    sources["harness.v"] = _harness(inner, ports, parameters, halvings, len(values), places)
    return sources


def _harness(
    inner: str, ports: list[dict[str, Any]], parameters: dict[str, int], halvings: int, lengths: int, places: int
) -> str:
    outputs = [f"{kind}_{name}" for name in PROPERTIES for kind in ("bad", "cover")]
    free = [port for port in ports if port["direction"] == "in" and port["name"] not in ("clk", "rst", "halvings")]
    wide = {port["name"]: f"[{port['width'] - 1}:0] " if port["width"] > 1 else "" for port in ports}
    declared = ["input clk", "input [4:0] free_rst", "input watch"]
    declared += [f"input {wide[port['name']]}{port['name']}" for port in free]
    declared += [f"input [{halvings - 1}:0] free_halvings"] if halvings else []
    declared += [f"output {name}" for name in outputs]
    word = parameters["STEPS"] * parameters["FEATURES"] * parameters["CODE"]
    lines = [f"module harness ({', '.join(declared)});", "  reg started = 0;", "  always @(posedge clk) started <= 1;"]
    # of five bits, so that random inputs do not reset it all the time; what can come in is the same
    lines += ["  wire rst = &free_rst || !started;"]
    lines += [f"  wire {wide[port['name']]}{port['name']};" for port in ports if port["direction"] == "out"]
    if halvings:
        lines += [
            f"  reg [{halvings - 1}:0] halvings = 0;",
            "  wire idle, begins = s_axis_tvalid && s_axis_tready;  // between samples it may change in any clock",
            f"  always @(posedge clk) if (rst || (idle && !begins))"
            f" halvings <= free_halvings < {lengths} ? free_halvings : 0;",
        ]
    base = f"halvings * 16'd{places}" if halvings else "16'd0"
    connected = ", ".join(f".{port['name']}({port['name']})" for port in ports)
    lines += [
        f"  {inner} core ({connected});",
        f"  wire [{word - 1}:0] word; wire [15:0] place; wire compared;",
        f"  wire [{parameters['OUT'] - 1}:0] value;",
        f"  core_monitor #({', '.join(f'.{key}({each})' for key, each in parameters.items())}) monitor (",
        "    .clk(clk), .rst(rst), .watch(watch), .load(1'b0), .swallowed(1'b0),",
        "    .s_tdata(s_axis_tdata), .s_tvalid(s_axis_tvalid), .s_tready(s_axis_tready), .s_tlast(s_axis_tlast),",
        "    .m_tdata(m_axis_tdata), .m_tvalid(m_axis_tvalid), .m_tready(m_axis_tready), .m_tlast(m_axis_tlast),",
        "    .frame_error(frame_error), .word(word), .place(place), .compared(compared), .cover_value(cover_value),",
        *(["    .idle(idle),"] if halvings else []),
        ", ".join(f"    .{name}({name})" for name in outputs if not name.endswith("_value")) + ");",
        f"  reference table_of_results (.word(word), .place(place + {base}), .value(value));",
        "  assign bad_value = compared && m_axis_tdata != value;",
        "endmodule",
        "",
    ]
    return "\n".join(lines)
