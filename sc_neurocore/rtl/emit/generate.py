"""The verb `generate`: from a network or a circuit to a folder with Verilog and a manifest."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ...spec.circuit import CircuitSpec, circuit_spec
from ...spec.circuit.description import Described
from ...spec.encoding import is_signed
from ...spec.entrance import entrance
from ...spec.errors import OptionError
from ...spec.network import NetworkSpec
from ..circuits.circuit_core import CircuitCore
from ..circuits.ports import STREAM_LATENCY, STREAM_VALID, bit_port, check_circuit_name
from ..components.ports.core_ports import input_bits, output_shape
from ..control.controlled_core import port_map
from ..control.register_texts import TEXTS
from ..cores.architectures import Core, gates_of, plan_core
from ..loading.load_image import built_for
from ..loading.load_words import load_words
from ..plan.core_plan import CorePlan
from ..plan.selection import idle_options
from .folder import manifest_head, write_core


@entrance
def generate(
    network: NetworkSpec | CircuitSpec | Described,
    out: str | os.PathLike[str],
    *,
    progress: Callable[[str], None] | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Write `<name>.v` and `manifest.json` into the folder `out`; the same network and options give the same bytes
    anywhere.

    Args:
        network: what to build, a network (see `check_supported`) or a circuit, which takes no options.
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
    if not isinstance(network, NetworkSpec):
        return generate_circuit(circuit_spec(network, or_network=True), out, say, options)
    plan = plan_core(network, **options)
    core = gates_of(plan)
    texts = _control_texts(core, plan)
    say(_choice_text(plan.parameters))
    idle = idle_options(plan, options, lambda alternative: plan_core(network, **alternative))
    for sentence in idle:
        say(sentence)
    manifest = _manifest(core, plan) | ({"idle_options": idle} if idle else {})
    return write_core(core, network.name, manifest, out, say, texts)


def _control_texts(core: Core, plan: CorePlan) -> dict[str, str]:
    """The files that go with a control port: what is loaded, and the registers in three languages."""
    name, texts = plan.network.name, {}
    if plan.loadable:
        words = load_words(port_map(plan.load_map, plan.control).image(plan.network)).tolist()
        texts[f"{name}.load.hex"] = "".join(f"{word:08x}\n" for word in words)
    if plan.control == "axi-lite":
        texts |= {file.format(name=name): make(core.facts) for file, make in TEXTS.items()}
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


_NUMBERS = {
    "neurons_in_parallel": "neurons in parallel",
    "stream_bits_per_cycle": "stream bits a clock",
    "elements_per_beat": "elements a beat",
}
_FLAGS = {"product_table": "products from a table", "overlap": "vectors overlap", "logic_weights": "weights in logic"}


def _choice_text(parameters: dict[str, Any]) -> str:
    """The choice in one line."""

    def listed(key: str) -> str:
        return ", ".join(map(str, each)) if isinstance(each := parameters[key], list) else str(each)

    words = [f"building gates: architecture {listed('architecture')}"]
    words += [f"{text} {listed(key)}" for key, text in _NUMBERS.items() if key in parameters]
    words += [text for key, text in _FLAGS.items() if key in parameters]
    if "control" in parameters:
        words.append(f"{parameters['weights']} weights, control {parameters['control']}")
    return ", ".join(words) + (f" ({parameters['why']})" if "why" in parameters else "")


def _manifest(core: Core, plan: CorePlan) -> dict[str, Any]:
    network, shape = plan.network, output_shape(plan.network)
    manifest = manifest_head(core, network.name) | {
        "network_sha256": network.sha256,
        "input": {
            "width": input_bits(network),
            "signed": is_signed(network.input.encoding),
            "encoding": network.input.encoding,
            "elements": network.input.features,
            **_per_beat(plan.beat[0]),
        },
        "output": {
            "width": shape.width,
            "signed": shape.signed,
            "elements": network.output_neurons,
            **_per_beat(plan.beat[1]),
        },
        **vars(plan.timing()),
        "parameters": plan.parameters,
    }
    compared = {} if plan.alternatives is None else {"alternatives": plan.alternatives}
    return manifest | plan.manifest_entries | _load(plan) | compared


def _per_beat(elements: int) -> dict[str, int]:
    """What the manifest says of a port whose beats have several elements."""
    return {"elements_per_beat": elements} if elements > 1 else {}


def generate_circuit(
    circuit: CircuitSpec, out: str | os.PathLike[str], say: Callable[[str], None], options: dict[str, Any]
) -> dict[str, Any]:
    """Write `<name>.v` and `manifest.json` into the folder `out`.

    Args:
        circuit: what to build.
        out: the folder; written whole or not at all.
        say: called with one line per step.
        options: of a network's core; a circuit has none.

    Returns:
        What the manifest holds.

    Raises:
        SpecError: the circuit bears the name of one of its ports.
        OptionError: an option is given, or the folder is illegal.
        ToolError: the conversion to Verilog failed.
    """
    if options:
        raise OptionError(f"{', '.join(options)}: not of a circuit, whose core has no options")
    check_circuit_name(circuit)
    core = CircuitCore(circuit)
    say(f"building gates: {len(circuit.nodes)} operators, one position a clock")
    return write_core(core, circuit.name, circuit_manifest(circuit, core), out, say)


def circuit_manifest(circuit: CircuitSpec, core: CircuitCore) -> dict[str, Any]:
    """What the manifest says, but for the hash of the Verilog.

    Args:
        circuit: what is built.
        core: its gates.
    """
    timing = core.timing
    frame = {"width": circuit.frame_bits, "signed": False, "elements": len(circuit.frame_outputs)}
    return manifest_head(core, circuit.name) | {
        "circuit_sha256": circuit.sha256,
        "input": {"width": circuit.resolution_bits, "signed": False, "elements": len(circuit.inputs)},
        "output": {**frame, "names": [output.name for output in circuit.frame_outputs]} if frame["elements"] else None,
        "streams": {
            "valid": STREAM_VALID,
            "bits": {output.name: bit_port(output.name) for output in circuit.stream_outputs},
            "length": circuit.stream_length,
            "latency_cycles": STREAM_LATENCY,
        },
        "latency_cycles": timing.latency_cycles if circuit.frame_outputs else None,
        "cycles_per_inference": timing.cycles_per_inference,
        "parameters": {},
    }
