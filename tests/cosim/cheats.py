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
from typing import Any

import numpy as np
from cosim.hall.changed_networks import CHANGES
from cosim.hall.cheat_kinds import CHEATS, Cheat
from cosim.hall.loading_cheats import LOADING
from cosim.hall.overlapping_cheats import OVERLAPPING
from cosim.hall.port_cheats import AT_THE_PORTS
from cosim.hall.rare_data_cheats import RARE_DATA
from cosim.hall.rarer_cheats import RARER
from cosim.hall.register_cheats import REGISTER_CHEATS
from cosim.hall.unrolled_cheats import UNROLLED
from support.judge import judge_sha256
from support.networks.descriptions import dense
from support.networks.map_descriptions import conv2d, map_network, map_tensors, max_pool2d
from support.networks.small_cores import ARCHITECTURES, small, spiking
from support.networks.specs import spec_of

from sc_neurocore.cosim import CosimResult, run
from sc_neurocore.inference.engines import infer
from sc_neurocore.rtl import generate
from sc_neurocore.spec import NetworkSpec, Relu, code_range
from sc_neurocore.spec.files.atomic import write_atomic

RESULT = Path(__file__).with_name("cheats.json")


def on_maps() -> NetworkSpec:
    """Padded windows, a pool, and two outputs: twelve inputs."""
    relu = {"kind": "relu", "multiplier": 1, "shift": 2, "output_bits": 3}
    layers = [conv2d([3, 4, 1], 1, (2, 2), padding=[1, 0, 1, 0], neuron=relu), max_pool2d([3, 4, 1]), dense(2, 2)]
    tree = {**map_network(*layers), "name": "cheat"}
    weights = {0: [[[[3], [-2]], [[5], [4]]]], 2: [[6, -3], [-5, 7]]}
    return spec_of(tree, map_tensors(tree, weights=weights, biases={0: [3], 2: [1, -4]}))


def deep() -> NetworkSpec:
    """Three layers, whose hidden neurons put out every code."""
    base = small(4, sizes=(5, 4, 3, 2))
    relu = Relu(shift=2, output_bits=3)
    hidden = tuple(layer.model_copy(update={"neuron": relu}) for layer in base.layers[:2])
    return base.replace(layers=(*hidden, base.layers[2]))


def signed() -> NetworkSpec:
    """The codes of its inputs have a sign."""
    base = small(15)
    first = base.layers[0].model_copy(update={"input_encoding": "sign_magnitude"})
    return base.replace(
        layers=(first, base.layers[1]), input=base.input.model_copy(update={"encoding": "sign_magnitude"})
    )


HALL = {name: (small(), options) for name, options in ARCHITECTURES.items()} | {
    "lif": (spiking(), {"architecture": "row"}),
    "map": (on_maps(), {"architecture": ["column", "row"]}),
    "unrolled": (small(), {"architecture": "unrolled"}),
    "registers": (small(6), {"architecture": "column", "weights": "loadable", "control": "axi-lite"}),
    "deep": (deep(), {"architecture": "row"}),
    "signed": (signed(), {"architecture": "row"}),
}
"""The cores that are cheated with, by name: the network and the options of its gates."""


RIGHT = Cheat("")
ALL = {
    "": RIGHT,
    **CHEATS,
    **RARER,
    **OVERLAPPING,
    **UNROLLED,
    **REGISTER_CHEATS,
    **LOADING,
    **AT_THE_PORTS,
    **RARE_DATA,
}


def fingerprint(core: str, cheat: Cheat) -> str:
    """Of the network, the options of its gates and the cheat: a row with another one is of something else."""
    network, options = HALL[core]
    changed = [CHANGES[cheat.change](network).sha256] if cheat.change else []
    *logic, _, edit = cheat
    text = json.dumps([network.sha256, options, *logic, *changed, *edit], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def made_by(core: str, cheat: Cheat) -> dict[str, str]:
    """Which judge says of which gates how a cheat ends: a row of others is not taken up."""
    _, text, _ = verilog_of(core, cheat.change)
    gates = hashlib.sha256((verilog_of(core)[1] + text).encode()).hexdigest()[:16]
    return {"gates": gates, "judge": judge_sha256(Path(__file__))}


_SHORT = {
    "s_axis_tready": "ready",
    "m_axis_tvalid": "valid",
    "m_axis_tdata": "data",
    "m_axis_tlast": "last",
    "frame_error": "error",
}


def wrapper(top: str, ports: list[dict[str, Any]], constants: dict[str, int], cheat: Cheat) -> str:
    """The module around the core `<top>_inner`.

    Args:
        top: its name.
        ports: of the core, as its manifest has them.
        constants: of the core, by the names that a cheat's logic may use.
        cheat: what it does besides handing on.
    """
    said = {
        port["name"]: _SHORT.get(port["name"], f"core_{port['name']}") for port in ports if port["direction"] == "out"
    }
    wide = {port["name"]: f"[{port['width'] - 1}:0] " if port["width"] > 1 else "" for port in ports}
    declared = ", ".join(f"{port['direction']}put {wide[port['name']]}{port['name']}" for port in ports)
    told = {name: said.get(name) or cheat.ports.get(name, name) for name in wide}
    lines = [f"module {top} ({declared});", *(f"  localparam {key} = {value};" for key, value in constants.items())]
    lines += [f"  wire {wide[name]}{wire};" for name, wire in said.items()]
    lines += [cheat.logic, f"  {top}_inner inner ({', '.join(f'.{name}({wire})' for name, wire in told.items())});"]
    lines += [f"  assign {name} = {cheat.ports.get(name, wire)};" for name, wire in said.items()]
    return "\n".join([*lines, "endmodule", ""])


def fits(cheat: Cheat, core: str) -> bool:
    """Whether it is played there: where the core has what it is about; long runs, which are dear, with one core."""
    if core == "unrolled" and cheat is CHEATS["a long gap is a new frame"]:
        return False  # all of its frames have one beat: nothing comes within one that is right
    if core in ("registers", "deep", "signed"):  # of the cheats of all cores they add none to those of the others
        return cheat is RIGHT or core in cheat.cores
    return core == "column" if cheat.options else not cheat.cores or core in cheat.cores


@cache
def constants_of(core: str) -> dict[str, int]:
    """What is the same in all clocks, by the names that a cheat's logic may use."""
    network, _ = HALL[core]
    manifest, _, files = verilog_of(core)
    beats = -(-network.input.features // manifest["input"].get("elements_per_beat", 1))
    result = {"FEATURES": beats, "OUT": network.output_width}
    if "load" in manifest:
        result["LOAD_BYTES"] = 4 * len(files[manifest["load"]["file"]].split())
    low, high = code_range(network.input.encoding, network.input.resolution_bits)
    samples = (high - low + 1) ** network.input.features
    if network.time_steps == 1 and samples < 10_000:
        codes = np.stack(np.meshgrid(*[np.arange(low, high + 1)] * network.input.features), axis=-1)
        outputs = infer(network, codes.reshape(samples, -1))
        mask = 2 ** next(port["width"] for port in manifest["ports"] if port["name"] == "m_axis_tdata") - 1
        result |= {"LARGEST": int(outputs.max()) & mask, "SMALLEST": int(outputs.min()) & mask}
    return result


@cache
def verilog_of(core: str, change: str = "") -> tuple[dict[str, Any], str, dict[str, str]]:
    """The manifest, the Verilog and the other files of a core of the hall; `change`: a name in `CHANGES`."""
    network, options = HALL[core]
    network = CHANGES[change](network) if change else network
    with tempfile.TemporaryDirectory(prefix="sc-cheat-") as name:
        folder = Path(name) / "rtl"
        manifest = generate(network, folder, **options)
        others = {path.name: path.read_text() for path in folder.iterdir() if path.suffix == ".hex"}
        return manifest, (folder / manifest["verilog"]).read_text(), others


def make(core: str, cheat: Cheat, folder: Path) -> None:
    """Write a core of the hall with a cheat around it, and the manifest that the core alone had."""
    manifest, _, others = verilog_of(core)
    _, text, _ = verilog_of(core, cheat.change)
    if cheat.edit:
        assert text.count(cheat.edit[0]) == 1, cheat.edit[0]
        text = text.replace(*cheat.edit)
    network, _ = HALL[core]
    head = f"module {network.name}("
    assert text.count(head) == 1
    folder.mkdir()
    for name, content in {**others, "manifest.json": json.dumps(manifest)}.items():
        (folder / name).write_text(content)
    around = wrapper(network.name, manifest["ports"], constants_of(core), cheat)
    (folder / manifest["verilog"]).write_text(text.replace(head, f"module {network.name}_inner(") + around)


def play(core: str, cheat: Cheat, folder: Path, simulator: str, seed: int = 0) -> CosimResult:
    """How a core of the hall with a cheat around it ends."""
    make(core, cheat, folder / "rtl")
    options = {"samples": 2, "search_seconds": 0.5, "seed": seed} | cheat.options
    result = run(HALL[core][0], folder / "out", rtl=folder / "rtl", simulator=simulator, **options)
    assert "does not build" not in str(result.reason), result.reason  # else any slip of the pen would be a FAIL
    return result


def main() -> int:
    """Play all cheats in all architectures, and the cores without any; write how they ended."""
    parser = argparse.ArgumentParser(description="Every cheat must FAIL, every right core PASS.")
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--only", nargs="*", choices=HALL, default=list(HALL))
    parser.add_argument("--simulator", default="icarus", help="of all but long runs, which verilator plays")
    options = parser.parse_args()
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    if options.out.exists():  # what this judge has made of these cheats stays, so that an interrupted run goes on
        for row in json.loads(options.out.read_text(encoding="utf-8"))["rows"]:
            if row.get("judge") == judge_sha256(Path(__file__)):
                rows[row["architecture"], row["cheat"]] = row
    todo = [(core, name, cheat) for core in options.only for name, cheat in ALL.items() if fits(cheat, core)]
    for place, (core, name, cheat) in enumerate(todo, 1):
        key = {"sha256": fingerprint(core, cheat), **made_by(core, cheat)}
        if key.items() <= rows.get((core, name), {}).items():
            continue
        simulator = "verilator" if cheat.options else options.simulator
        with tempfile.TemporaryDirectory(prefix="sc-cheat-") as folder:
            verdict = "PASS" if play(core, cheat, Path(folder), simulator).passed else "FAIL"
        rows[core, name] = {"architecture": core, "cheat": name, "verdict": verdict, **key}
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
