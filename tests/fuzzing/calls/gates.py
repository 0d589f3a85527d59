"""Legal calls of the rooms of gates: what generates, simulates and synthesises them."""

from __future__ import annotations

import json
from pathlib import Path

from sc_neurocore import cosim, rtl, spec, synth

from .legal import Call
from .wrong_arrays import array
from .wrong_values import flag, function, integer, name, net, no_identifier, no_mapping, nowhere, number, path


def gates(n: spec.NetworkSpec, folder: Path) -> dict[str, Call]:
    """They need the network's core in the folder's `rtl`."""
    core = {
        "architecture": name("auto", "serial", "column", "row", "unrolled"),
        "neurons_in_parallel": integer(1, 4, optional=True, huge=False, lists=False),
        "stream_bits_per_cycle": integer(1, 8, optional=True, lists=False),
        "elements_per_beat": integer(1, 3, optional=True, lists=False),
        "product_table": flag,
        "overlap": flag,
        "logic_weights": flag,
        "anytime": flag,
        "weights": name("rom", "loadable"),
        "control": name("axi-lite", "stream", optional=True),
        "memory": name("block", "spram"),
        "nonsense": integer(1, 2),
    }
    return {
        "plan_core": Call(rtl.plan_core, {"network": n}, {"network": net, **core}, 40),
        "build_core": Call(rtl.build_core, {"network": n}, {"network": net, **core}, 5),
        "check_supported": Call(rtl.check_supported, {"network": n}, {"network": net}, 5),
        "generate": Call(
            rtl.generate,
            {"network": n, "out": folder / "made"},
            {"network": net, "out": path, "progress": function, **core},
            10,
        ),
        "load_image": Call(
            rtl.load_image, {"network": n, "folder": folder / "rtl"}, {"network": net, "folder": path}, 5
        ),
        "write_load_image": Call(
            rtl.write_load_image,
            {"network": n, "folder": folder / "rtl", "out": folder / "image.hex"},
            {"network": net, "folder": path, "out": path},
            5,
        ),
        "write_integration": Call(
            rtl.write_integration,
            {"manifest": json.loads((folder / "rtl" / "manifest.json").read_text()), "folder": folder / "rtl"},
            {"manifest": no_mapping, "folder": path, "clock_mhz": number(0)},
            5,
        ),
        "cosim.run": Call(
            cosim.run,
            {"network": n, "out": folder / "cosim"},
            {
                "network": net,
                "out": path,
                "rtl": nowhere,
                "simulator": name("auto", "verilator", "icarus", "amaranth"),
                "mode": name("auto", "block", "cocotb"),
                "netlist": name("ice40", "ecp5", optional=True),
                "codes": array(2, 3, integers=(0, 7), optional=True),
                "samples": integer(1, 2**62, optional=True, huge=False),
                "stall": name("none", "random"),
                "seed": integer(0, 2**63, huge=False),
                "search_seconds": number(0, low_is_legal=True),
                "progress": function,
            },
            40,
        ),
        "find_simulator": Call(cosim.find_simulator, {}, {"name": name("auto", "verilator", "icarus", "amaranth")}, 5),
        "write_testbench": Call(
            cosim.write_testbench,
            {"network": n, "folder": folder / "rtl"},
            {
                "network": net,
                "folder": path,
                "samples": integer(1, 2**62, huge=False),
                "seed": integer(0, 2**63, huge=False),
            },
            5,
        ),
        "synth.run": Call(
            synth.run,
            {"network": n, "out": folder / "synth", "target": "hx8k"},
            {
                "network": net,
                "out": path,
                "target": name("hx8k", "up5k"),
                "seeds": integer(1, 2**31, lists=False),
                "rtl": nowhere,
                "place_and_route": flag,
                "dsp": flag,
                "timeout_s": number(0),
                "progress": function,
            },
            30,
        ),
        "implement": Call(
            synth.implement,
            {"sources": [folder / "rtl" / "net.v"], "top": "net", "target": "hx8k"},
            {
                "top": no_identifier,
                "target": name("hx8k", "up5k"),
                "seeds": integer(1, 2**31, lists=False),
                "place_and_route": flag,
                "dsp": flag,
                "timeout_s": number(0),
            },
            10,
        ),
    }
