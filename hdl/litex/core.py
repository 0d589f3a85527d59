"""A generated core as a LiteX module: `sink` and `source` are stream endpoints, `bus` its AXI4-Lite port if it has one.

Usage: python hdl/litex/core.py CORE > wrapped.v      the module `<name>_litex` around the core in the folder CORE

In a SoC: `self.digits = Core("hdl/rtl/digits", platform)`, then connect `digits.sink` and `digits.source` to a DMA, and
`digits.bus` to the SoC's bus with `soc.bus.add_slave`. Needs litex and migen of PyPI; tried with 2024.12 and 0.10.0.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from litex.gen import LiteXModule
from litex.gen.fhdl import verilog
from litex.soc.interconnect import axi, stream
from migen import ClockDomain, ClockSignal, Instance, ResetSignal, Signal

CHANNELS = {"aw": ("addr", "valid", "ready"), "w": ("data", "strb", "valid", "ready"), "b": ("resp", "valid", "ready")}
CHANNELS |= {"ar": CHANNELS["aw"], "r": ("data", *CHANNELS["b"])}
"""The signals of an AXI4-Lite port."""


class Core(LiteXModule):
    """The core in a folder of `generate`, in the clock domain `sys`; a beat of `sink` and `source` is one element."""

    def __init__(self, folder: str, platform: Any = None) -> None:
        manifest = json.loads((Path(folder) / "manifest.json").read_text(encoding="utf-8"))
        self.name = manifest["top"]
        self.widths = widths = {port["name"]: port["width"] for port in manifest["ports"]}
        loads = [("load", 1)] if "s_axis_tuser" in widths else []  # high with every beat of a load frame
        self.sink = stream.Endpoint([("data", widths["s_axis_tdata"]), *loads])
        self.source = stream.Endpoint([("data", widths["m_axis_tdata"])])
        self.bus = axi.AXILiteInterface(32, widths["s_axil_awaddr"]) if "s_axil_awaddr" in widths else None
        self.signals: dict[str, Signal] = {"clk": ClockSignal("sys"), "rst": ResetSignal("sys")}
        for side, endpoint in (("s", self.sink), ("m", self.source)):
            names = {"tdata": endpoint.data, "tvalid": endpoint.valid, "tready": endpoint.ready, "tlast": endpoint.last}
            self.signals |= {f"{side}_axis_{name}": signal for name, signal in names.items()}
        if loads:
            self.signals["s_axis_tuser"] = self.sink.load
        for channel, names in CHANNELS.items() if self.bus is not None else ():
            for name in names:
                self.signals[f"s_axil_{channel}{name}"] = getattr(getattr(self.bus, channel), name)
        for name in widths.keys() - self.signals.keys():  # frame_error, loaded, load_error
            self.signals[name] = Signal(name=name)
            setattr(self, name, self.signals[name])
        directions = {port["name"]: port["direction"][0] for port in manifest["ports"]}
        ports: dict[str, Any] = {f"{directions[name]}_{name}": self.signals[name] for name in widths}
        self.specials += Instance(self.name, **ports)
        if platform is not None:
            platform.add_source(str(Path(folder) / manifest["verilog"]))


def wrapped(folder: str) -> str:
    """Verilog of a module `<name>_litex` with the ports `clk`, `rst`, `sink_…`, `source_…`, `bus_…` and the flags."""
    core = Core(folder)
    core.cd_sys = ClockDomain("sys")
    ports = {"clk": core.cd_sys.clk, "rst": core.cd_sys.rst}
    for name, endpoint in (("sink", core.sink), ("source", core.source)):
        for signal in ("valid", "ready", "last", "data", *(["load"] if hasattr(endpoint, "load") else [])):
            ports[f"{name}_{signal}"] = getattr(endpoint, signal)
    for channel, names in CHANNELS.items() if core.bus is not None else ():
        ports |= {f"bus_{channel}_{name}": getattr(getattr(core.bus, channel), name) for name in names}
    ports |= {name: getattr(core, name) for name in ("frame_error", "loaded", "load_error") if name in core.widths}
    for name, signal in ports.items():
        signal.name_override = name
    return str(verilog.convert(core, set(ports.values()), name=f"{core.name}_litex"))


if __name__ == "__main__":
    sys.stdout.write(wrapped(sys.argv[1]))
