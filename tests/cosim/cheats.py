"""The hall of cheats: cores that are wrong in a way that benches like to miss. Each must FAIL, none that is right may.

A cheat is a module around a generated core: it has its name and ports, and hands everything on but for one thing.
`make cheats` plays all of them in every architecture and writes `cheats.json`; the tests play a few.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sc_neurocore.cosim import CosimResult, run
from sc_neurocore.rtl import generate
from sc_neurocore.spec import (
    Comparator,
    Counter,
    DenseLayer,
    Linear,
    NetworkSpec,
    ParallelCounter,
    Relu,
    VanDerCorput,
    WeightedBinary,
)
from sc_neurocore.spec.network import InputSpec

RESULT = Path(__file__).with_name("cheats.json")
ARCHITECTURES: dict[str, dict[str, Any]] = {
    "row": {"architecture": "row"},
    "column": {"architecture": "column"},
    "serial": {"architecture": "serial"},
    "anytime": {"architecture": "row", "anytime": True},
}


def small() -> NetworkSpec:
    """Four inputs, three hidden neurons, two outputs: an inference is some tens of clocks."""
    rng = np.random.default_rng(4)
    layers = []
    for inputs, neurons, last in ((4, 3, False), (3, 2, True)):
        layers.append(
            DenseLayer(
                inputs=inputs,
                neurons=neurons,
                resolution_bits=3,
                stream_length=8,
                input_encoding="unipolar",
                weight_encoding="sign_magnitude",
                input_generator=WeightedBinary(source=VanDerCorput(skip=1)),
                weight_generator=Comparator(source=Counter()),
                accumulator=ParallelCounter(),
                neuron=Linear() if last else Relu(shift=4, output_bits=3),
                output_scale=1.0,
            )
        )
    return NetworkSpec(
        name="cheat",
        input=InputSpec(features=4, encoding="unipolar", resolution_bits=3, scale=1.0),
        layers=tuple(layers),
        weights=tuple(rng.integers(-7, 8, (layer.neurons, layer.inputs)) for layer in layers),
        biases=(rng.integers(0, 21, 3), np.array([5, -3])),
    )


class Cheat(NamedTuple):
    """`logic` may use all ports, what the core says (`ready`, `valid`, `data`, `last`, `error`), and may change by
    assignments what it is told and what it is seen to say; see `_WRAPPER`.
    """

    logic: str
    ports: dict[str, str] = {}
    """Expressions that stand in the place of the usual ones."""
    options: dict[str, Any] = {}


def spoiled(condition: str, *, state: str = "", options: dict[str, Any] | None = None) -> Cheat:
    """The lowest bit of the next result is wrong once the condition was true at a clock."""
    logic = f"""{state}
  reg spoiled = 0;
  always @(posedge clk)
    if ({condition}) spoiled <= 1;
    else if (valid && m_axis_tready) spoiled <= 0;"""
    return Cheat(logic, {"tdata": "data ^ spoiled"}, options or {})


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
    "data change after a long stall": Cheat(_STALLED, {"tdata": "data ^ (stalled > 20)"}),
    "tvalid falls after a long stall": Cheat(_STALLED, {"tvalid": "valid && stalled != 15"}),
    "tlast changes after a stall": Cheat(_STALLED, {"tlast": "last ^ (stalled > 8)"}),
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
    "a frame twice as long is two": Cheat(_BEATS, {"tlast_in": "s_axis_tlast || (place % FEATURES == FEATURES - 1)"}),
    "loses tlast": Cheat("", {"tlast": "1'b0"}),
    "valid under reset": Cheat("", {"tvalid": "valid || rst"}),
    "says ready and is not": Cheat("", {"tready": "ready || !s_axis_tlast"}),
    "a fault after 1,000 frames": Cheat(_FRAMES, {"tdata": "data ^ (frames > 1000)"}, {"samples": 1_100}),
    "a fault after 4,000 frames": Cheat(_FRAMES, {"tdata": "data ^ (frames > 4000)"}, {"samples": 4_200}),
    "a fault after 65,536 frames": Cheat(_FRAMES, {"tdata": "data ^ (frames > 65536)"}, {"samples": 66_000}),
    "halvings tied to 0": Cheat("", {"halvings": "0"}),
    "halvings of 1 tied to 0": Cheat("", {"halvings": "halvings == 1 ? 0 : halvings"}),
}
"""By what each does wrong."""
RIGHT = Cheat("")

_WRAPPER = """
module {top} (
  input clk, input rst,
  input [{in_high}:0] s_axis_tdata, input s_axis_tvalid, output s_axis_tready, input s_axis_tlast,
  output [{out_high}:0] m_axis_tdata, output m_axis_tvalid, input m_axis_tready, output m_axis_tlast,
  {more_ports}output frame_error
);
  localparam FEATURES = {features};
  wire ready, valid, last, error;
  wire [{out_high}:0] data;
{logic}
  {top}_inner inner (
    .clk(clk), .rst({rst}), .s_axis_tdata(s_axis_tdata), .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(ready),
    .s_axis_tlast({tlast_in}), .m_axis_tdata(data), .m_axis_tvalid(valid), .m_axis_tready(m_axis_tready),
    .m_axis_tlast(last), {more}.frame_error(error)
  );
  assign s_axis_tready = {tready};
  assign m_axis_tdata = {tdata};
  assign m_axis_tvalid = {tvalid};
  assign m_axis_tlast = {tlast};
  assign frame_error = {frame_error};
endmodule
"""
_HONEST = {
    "rst": "rst",
    "tlast_in": "s_axis_tlast",
    "tready": "ready",
    "tdata": "data",
    "tvalid": "valid",
    "tlast": "last",
    "frame_error": "error",
    "halvings": "halvings",
}


def fits(cheat: Cheat, architecture: str) -> bool:
    """Whether it is played there: what is about halvings where streams may be halved, long runs in one architecture."""
    if cheat.options:
        return architecture == "column"
    return cheat == RIGHT or ("halvings" in cheat.ports) == (architecture == "anytime")


@cache
def core_of(network: NetworkSpec, architecture: str) -> tuple[dict[str, Any], str]:
    """The manifest and the Verilog of a network's core."""
    with tempfile.TemporaryDirectory(prefix="sc-cheat-") as folder:
        manifest = generate(network, Path(folder) / "rtl", **ARCHITECTURES[architecture])
        return manifest, (Path(folder) / "rtl" / manifest["verilog"]).read_text()


def make(network: NetworkSpec, architecture: str, cheat: Cheat, folder: Path) -> None:
    """Write the core of a network with a cheat around it, and the manifest that the core alone had."""
    (manifest, text), top = core_of(network, architecture), network.name
    head = f"module {top}("
    assert text.count(head) == 1
    widths = {port["name"]: port["width"] for port in manifest["ports"]}
    halvings = widths.get("halvings")
    wrapper = _WRAPPER.format(
        top=top,
        in_high=widths["s_axis_tdata"] - 1,
        out_high=widths["m_axis_tdata"] - 1,
        features=network.input.features,
        logic=cheat.logic,
        more_ports="" if halvings is None else f"input [{halvings - 1}:0] halvings, ",
        more="" if halvings is None else f".halvings({(_HONEST | cheat.ports)['halvings']}), ",
        **{key: value for key, value in (_HONEST | cheat.ports).items() if key != "halvings"},
    )
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / manifest["verilog"]).write_text(text.replace(head, f"module {top}_inner(") + wrapper)


def play(
    network: NetworkSpec, architecture: str, cheat: Cheat, folder: Path, simulator: str, seed: int = 0
) -> CosimResult:
    """How a core with a cheat around it ends."""
    make(network, architecture, cheat, folder / "rtl")
    options = {"samples": 2, "search_seconds": 0.5, "seed": seed} | cheat.options
    return run(network, folder / "out", rtl=folder / "rtl", simulator=simulator, **options)


def main() -> int:
    """Play all cheats in all architectures, and the cores without any; write how they ended."""
    parser = argparse.ArgumentParser(description="Every cheat must FAIL, every right core PASS.")
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--only", nargs="*", choices=ARCHITECTURES, default=list(ARCHITECTURES))
    parser.add_argument("--simulator", default="icarus", help="of all but long runs, which verilator plays")
    options = parser.parse_args()
    network, rows = small(), []
    for architecture in options.only:
        for name, cheat in {"": RIGHT, **CHEATS}.items():
            if not fits(cheat, architecture):
                continue
            simulator = "verilator" if cheat.options else options.simulator
            with tempfile.TemporaryDirectory(prefix="sc-cheat-") as folder:
                result = play(network, architecture, cheat, Path(folder), simulator)
            verdict = "PASS" if result.passed else "FAIL"
            rows.append({"architecture": architecture, "cheat": name, "verdict": verdict})
            print(f"{architecture:8} {name or 'right':44} {verdict}", flush=True)
    wrong = [row for row in rows if (row["verdict"] == "PASS") == bool(row["cheat"])]
    result = {"cores": len(rows), "wrong_verdicts": len(wrong), "rows": rows}
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{len(rows)} cores, {len(wrong)} wrong verdicts")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
