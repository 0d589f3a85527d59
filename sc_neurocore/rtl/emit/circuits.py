"""From a circuit to a folder with Verilog and a manifest."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ...spec.circuit import CircuitSpec
from ...spec.errors import OptionError
from ..circuits.circuit_core import CircuitCore
from ..circuits.ports import STREAM_LATENCY, STREAM_VALID, bit_port, check_circuit_name
from .folder import manifest_head, write_core


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
