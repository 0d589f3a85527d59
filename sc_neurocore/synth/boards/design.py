"""The folder of a core on a board: Verilog, pins, Makefile, the host's script, and the description that they share."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sc_neurocore.spec.entrance import entrance
from sc_neurocore.spec.errors import OptionError
from sc_neurocore.spec.files.atomic import json_text, sha256_file, written_folder
from sc_neurocore.spec.network import NetworkSpec

from ..artifact import read_manifest
from ..flow import CONFLICT
from .board import Board, get_board
from .flows import FLOWS, NETLIST, REPORT, SOURCES, flow_of, map_script, nextpnr_of, pack_arguments, place_arguments

FORMAT, FORMAT_VERSION = "sc-neurocore/board-design", 1
LOG = "yosys.log"
DESIGN, LOAD_IMAGE, HOST = "design.json", "core.load.hex", "host.py"
DESIGN_FILES = (*SOURCES, "Makefile", HOST, DESIGN, LOAD_IMAGE, *(flow.pins for flow in FLOWS.values()))
"""Names that the folder of a design may hold."""
MODULES = ("board_top", "board_uart")
_PARTS = Path(__file__).resolve().parent / "parts"
_MOST_BYTES = 8
"""Of an element on the line: the serial port counts them in three bits."""


@entrance
def write_design(
    network: NetworkSpec,
    rtl: str | os.PathLike[str],
    board: Board | str | os.PathLike[str],
    out: str | os.PathLike[str],
) -> dict[str, Any]:
    """Write the folder of a core behind the serial port of a board: everything that its bitstream is made from.

    Args:
        network: what the core was generated from.
        rtl: folder of `rtl.generate`, of a core with constant weights or with loads over its stream.
        board: a board, its name, or the path of its file.
        out: folder to write, whole or not at all.

    Returns:
        The content of `design.json`.

    Raises:
        OptionError: there is no such board, or the core has ports that the board's top module does not serve.
        SpecError: `rtl` is no folder of `generate`, or of another network.
    """
    place, folder = get_board(board), Path(rtl)
    flow = flow_of(place)
    manifest = read_manifest(folder, network)
    check_core(manifest)
    texts = {
        "core.v": (folder / manifest["verilog"]).read_text("utf-8"),
        "board_uart.v": (_PARTS / "board_uart.v").read_text("utf-8"),
        "board_top.v": _top(place, manifest),
        flow.pins: flow.write_pins(place),
        "Makefile": _makefile(place),
        HOST: Path(__file__).with_name("host.py").read_text("utf-8"),
    }
    load = manifest.get("load")
    if load is not None:
        texts[LOAD_IMAGE] = (folder / load["file"]).read_text("utf-8")
    with written_folder(out, replaces=DESIGN_FILES) as target:
        for name, text in texts.items():
            (target / name).write_text(text, "utf-8")
        document = _description(network, place, manifest, {name: sha256_file(target / name) for name in texts})
        (target / DESIGN).write_text(json_text(document), "utf-8")
    return document


def check_core(manifest: Mapping[str, Any]) -> None:
    """Refuse a core that the top module has no wires for.

    Args:
        manifest: of the core.

    Raises:
        OptionError: it has another control port than streams, stops early, is too wide, or has the name of a module.
    """
    if manifest["top"] in MODULES:
        raise OptionError(f"name {manifest['top']!r} is that of a module around the core; export with another --name")
    names = [port["name"] for port in manifest["ports"]]
    if any(name.startswith("s_axil_") for name in names):
        raise OptionError("control 'axi-lite' has no wires on a board; take control 'stream', or constant weights")
    if "halvings" in names:
        raise OptionError("anytime adds a port that the board's top module does not drive; leave it out")
    for side in ("input", "output"):
        if manifest[side].get("elements_per_beat", 1) > 1:
            rule = "the serial port of a board hands on one element a beat"
            raise OptionError(f"{rule}, and this core takes several; take another architecture")
        if manifest[side]["width"] > 8 * _MOST_BYTES:
            raise OptionError(f"{side} elements must have at most {8 * _MOST_BYTES} bits on a serial line")


def element_bytes(stream: Mapping[str, Any]) -> int:
    """Bytes of an element of a stream of a manifest."""
    return -(-stream["width"] // 8)


def answers(network: NetworkSpec) -> list[int]:
    """Frames of results that come after each frame of a sample."""
    codes, outputs = network.codes_shape(1), network.output_shape(1)
    frames = codes[1] if len(codes) == 3 else 1
    results = outputs[1] if len(outputs) == 3 else 1
    return [results // frames] * frames if results >= frames else [0] * (frames - 1) + [results]


def _description(
    network: NetworkSpec, board: Board, manifest: Mapping[str, Any], files: Mapping[str, str]
) -> dict[str, Any]:
    """The content of `design.json`."""
    after = answers(network)
    clocks, clock = manifest.get("cycles_per_inference"), board.clock.mhz * 1e6
    sizes = {side: element_bytes(manifest[side]) * manifest[side]["elements"] for side in ("input", "output")}
    packets = len(after) * (4 + sizes["input"]) + sum(after) * (4 + sizes["output"])
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "board": json.loads(board.model_dump_json()),
        "target": board.target,
        "core": manifest["top"],
        "input": manifest["input"],
        "output": manifest["output"],
        "answers": after,
        "baud": board.baud,
        "clock_mhz": board.clock.mhz,
        "clocks_per_bit": board.clocks_per_bit,
        "cycles_per_inference": clocks,
        "core_inferences_per_second": round(clock / clocks, 1) if type(clocks) is int else None,
        "line_inferences_per_second": round(clock / board.clocks_per_bit / (10 * packets), 1),
        "load": None if manifest.get("load") is None else dict(manifest["load"]) | {"file": LOAD_IMAGE},
        "bitstream": flow_of(board).bitstream,
        "network_sha256": network.sha256,
        "files": dict(files),
    }


def _render(name: str, **values: Any) -> str:
    from jinja2 import Environment, StrictUndefined

    text = (_PARTS / name).read_text("utf-8")
    return Environment(undefined=StrictUndefined, keep_trailing_newline=True).from_string(text).render(**values)


def _top(board: Board, manifest: Mapping[str, Any]) -> str:
    return _render(
        "board_top.v.jinja",
        board=board,
        core=manifest["top"],
        latency=manifest.get("latency_cycles") or "data-dependent",
        in_bytes=element_bytes(manifest["input"]),
        out_bytes=element_bytes(manifest["output"]),
        results=manifest["output"]["elements"],
        loads=manifest.get("load") is not None,
    )


def _map_arguments(script: str) -> str:
    return f'-q -e "{CONFLICT}" -p "{script}"'


def _makefile(board: Board) -> str:
    flow, again = flow_of(board), map_script(board, dsp=False)
    return _render(
        "Makefile.jinja",
        board=board,
        nextpnr=nextpnr_of(board).name,
        pack=flow.pack.name,
        bitstream=flow.bitstream,
        placed=flow.placed,
        netlist=NETLIST,
        pins=flow.pins,
        report=REPORT,
        log=LOG,
        sources=" ".join(SOURCES),
        map_arguments=_map_arguments(map_script(board)),
        again_arguments=None if again == map_script(board) else _map_arguments(again),
        conflict=CONFLICT,
        place_arguments=" ".join(place_arguments(board)),
        pack_arguments=" ".join(pack_arguments(board)),
    )
