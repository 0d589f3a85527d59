"""What a co-simulation leaves: `cosim.json`, and a certificate for programs and one for people."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ...spec.files.atomic import check_file, json_text, write_atomic, written_folder
from ...spec.files.temporaries import names_in
from ...synth.netlist import Netlist
from ..core_under_test import CoreUnderTest
from ..design import CircuitDesign, Design
from ..simulators.tools import Simulator
from ..testplan.script import MAIN, Record, Script
from ..testplan.stimulus import Stimulus
from .certificate import canonical
from .compare import Comparison, measured_latency
from .features import core_features
from .port_coverage import port_coverage
from .switching import SWITCHING

FORMAT = "sc-neurocore/cosim"
FORMAT_VERSION = 1
RESULT_FILE = "cosim.json"
CERTIFICATE_FILE = "certificate.md"
CERTIFICATE_JSON = "certificate.json"
UNPROVED = {"source": {"checked": False, "note": "not checked against a source"}, "integers": None}
"""Of a network that was brought as bare integers: what an export would have compared with its float source."""


def cosim_report(
    network: Design,
    stimulus: Stimulus,
    core: CoreUnderTest,
    simulator: Simulator,
    script: Script,
    record: Record,
    findings: Comparison,
    stall: str,
    seed: int,
) -> dict[str, Any]:
    """The content of `cosim.json`, but for what the verb knows alone: mode, netlist and switching activity.

    Args:
        network: what was verified, or a circuit.
        stimulus: the samples, and what they detect.
        core: the gates.
        simulator: what ran them.
        script: what was driven.
        record: what came out.
        findings: what the comparison says.
        stall: how both sides were stalled.
        seed: of everything random.
    """
    kind = "circuit" if isinstance(network, CircuitDesign) else "network"
    mismatch = findings.first_mismatch
    if mismatch is not None:
        mismatch = {**mismatch, "origin": stimulus.origin(mismatch["sample"])}
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "verdict": "PASS" if findings.passed else "FAIL",
        "reason": findings.reasons[0] if findings.reasons else None,
        "findings": findings.reasons,
        "simulator": simulator.name,
        "simulator_version": simulator.version,
        "samples": len(stimulus.codes),
        "cycles": record.cycles,
        "cycles_per_second": _rate(record),
        "values_compared": findings.values_compared,
        "mismatches": findings.mismatches,
        "first_mismatch": mismatch,
        kind: network.name,
        f"{kind}_sha256": network.sha256,
        "rtl_sha256": core.sha256,
        "load": None if core.loads is None else core.loads.summary(),
        "stall": stall,
        "seed": seed,
        "stimulus": stimulus.counts,
        **stimulus.coverage.summary(),
        **({} if stimulus.rare is None else stimulus.rare.summary()),
        "episodes": {
            "segments": sum(segment.name not in (MAIN, SWITCHING) for segment in script.segments),
            "values_compared": findings.episode_values_compared,
        },
        "features": core_features(core, record, passed=findings.passed),
        "port_coverage": port_coverage(network, script, record),
        "latency_cycles": measured_latency(script, record, each_step=len(network.output_shape(1)) == 3),
    }


def _rate(record: Record) -> float | None:
    """Clock cycles per second of wall-clock time, without building and starting; None where nothing ran."""
    return round(record.cycles / record.seconds, 1) if record.seconds and record.cycles else None


def write_report(out: Path, report: dict[str, Any], document: dict[str, Any]) -> None:
    """Write `cosim.json` and both certificates: in one step, but for a folder that holds other files or stays in place.

    There the certificates go first and come last, so that none ever speaks of another result.

    Args:
        out: the folder.
        report: the content of `cosim.json`.
        document: that of `certificate.json`.

    Raises:
        OptionError: the folder cannot be made.
    """
    contents = {
        RESULT_FILE: json_text(report),
        CERTIFICATE_JSON: canonical(document),
        CERTIFICATE_FILE: certificate(report),
    }
    for name in contents:
        check_file(out / name)
    if _is_replaceable(out, contents.keys()):
        with written_folder(out, replaces=tuple(contents)) as folder:
            for name, content in contents.items():
                (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return
    for name in (CERTIFICATE_FILE, CERTIFICATE_JSON):
        (out / name).unlink(missing_ok=True)
    for name, content in contents.items():
        write_atomic(out / name, content)


def _is_replaceable(out: Path, ours: Collection[str]) -> bool:
    """Whether a folder is new or holds our files alone, and another may take its name."""
    if not out.exists():
        return True
    moves = os.access(out.absolute().parent, os.W_OK) and not os.path.ismount(out) and not out.is_symlink()
    return moves and {*names_in(out)} <= {*ours}


def mapped_netlist(netlist: Netlist) -> dict[str, Any]:
    """What was simulated in place of the Verilog."""
    counts = {key: getattr(netlist.area, key) for key in ("luts", "ffs", "carries", "brams", "sprams", "dsps")}
    refused = {"dsp_refused": True} if netlist.dsp_refused else {}
    return {"target": netlist.target.name, "device": netlist.target.device, **counts, **refused, "tools": netlist.tools}


def certificate(report: dict[str, Any]) -> str:
    """Markdown that states what was compared with what, how much of it, and what the result does not say.

    Args:
        report: the content of `cosim.json`.
    """
    kind = "circuit" if "circuit" in report else "network"
    lines = [
        f"# Co-simulation of `{report[kind]}`: {report['verdict']}",
        "",
        f"Every output of the core was compared with the exact integer model: {report['values_compared']:,} values of "
        f"{report['samples']:,} samples in {report['cycles']:,} clock cycles, {report['mismatches']:,} differences.",
        "",
        "| | |",
        "|---|---|",
        f"| {kind} | sha256 `{report[f'{kind}_sha256']}` |",
        *([] if report.get("export") is None else [f"| float source | {report['export']['source']['note']} |"]),
        f"| Verilog | {_hash_text(report['rtl_sha256'])} |",
        *(
            []
            if report.get("netlist") is None
            else [f"| simulated instead of it | {_netlist_text(report['netlist'])} |"]
        ),
        *([] if report.get("load") is None else [f"| loaded | {_load_text(report['load'])} |"]),
        f"| simulator | {report['simulator']} {report['simulator_version']} |",
        f"| stalls | {report['stall']}, seed {report['seed']} |",
        f"| samples | {', '.join(f'{count:,} {name}' for name, count in report['stimulus'].items())} |",
        *([f"| mutants of the model | {_mutants_text(report)} |"] if kind == "network" else []),
        f"| mutants of the gates | {_gates_text(report['gate_mutants'])} |",
        f"| episodes | {report['episodes']['segments']} (resets, frames of a wrong length, don't-care bits), "
        f"{report['episodes']['values_compared']:,} values |",
        f"| beside the contract's ports | {_features_text(report['features'])} |",
        f"| situations at the ports | {_ports_text(report['port_coverage'])} |",
        f"| latency | {_cycles_text(report['latency_cycles'])} |",
        "",
    ]
    if report["gate_mutants"] is not None and report["gate_mutants"]["survivors"]:
        lines += ["## Mutants of the gates that this run would not have seen", ""]
        lines += [f"* {_survivor_text(each)}" for each in report["gate_mutants"]["survivors"]] + [""]
    if report["findings"]:
        lines += ["## What was found", "", *(f"* {finding}" for finding in report["findings"]), ""]
    lines += [_REACH[kind], ""]
    return "\n".join(lines)


_REACH = {
    "network": "A PASS says that no difference was found on these samples. How far that reaches is told by the "
    "mutants: each is the network with one small fault (a bit of a weight, a tap, a seed, a comparison, a shift), and "
    "a killed one would have been seen in the outputs of these very samples.",
    "circuit": "A PASS says that no difference was found on these samples: every bit of every `stream` output in every "
    "clock of its evaluation, every count and every state, and when `stream_valid` was high.",
}


def _hash_text(value: str | None) -> str:
    return "none: the components themselves were simulated" if value is None else f"sha256 `{value}`"


def _netlist_text(netlist: dict[str, Any]) -> str:
    tools = ", ".join(f"{name} {version}" for name, version in netlist["tools"].items())
    return f"its netlist on {netlist['device']}: {netlist['luts']:,} LUTs, {netlist['ffs']:,} flip-flops, by {tools}"


def _load_text(load: dict[str, Any]) -> str:
    text = f"{load['load_words']:,} load words over {load['control']} before the first sample"
    if load["other_network_sha256"] is None:
        return f"{text}, and again between samples; what the core held before, the report does not know"
    return f"{text}; then another network, sha256 `{load['other_network_sha256']}`, and this one again between samples"


def _mutants_text(report: dict[str, Any]) -> str:
    if not report["mutants"]:
        return f"none: they were not searched for ({report['mutation_search']})"
    text = (
        f"{report['mutants']:,}: {report['mutants_killed']:,} killed, {report['mutants_equivalent']:,} provably the "
        f"same network, {report['mutants_unresolved']:,} unresolved"
    )
    return text if report["mutants_sampled"] is None else f"{text} (a sample of {report['mutants_sampled']:,})"


def _gates_text(mutants: dict[str, Any] | None) -> str:
    if mutants is None:
        return "none were made (`cosim --mutants`)"
    return (
        f"{mutants['made']:,}: {mutants['killed']:,} killed, {mutants['equivalent']:,} proved the same core by "
        f"{', '.join(mutants['engines'])}, {mutants['unresolved']:,} unresolved"
    )


def _survivor_text(each: dict[str, Any]) -> str:
    where = f", line {each['lines']}" if each["lines"] else ""
    return f"{each['mode']} at bit {each['bit']} of port {each['port']} of cell `{each['cell']}`{where}: {each['why']}"


def _features_text(features: dict[str, dict[str, Any]]) -> str:
    return "; ".join(f"{name}: {feature['verdict']}" for name, feature in features.items()) or "nothing"


def _ports_text(ports: dict[str, Any]) -> str:
    text = f"{ports['reached']} of {ports['situations']} reached"
    return f"{text}; not: {'; '.join(ports['holes'])}" if ports["holes"] else text


def _cycles_text(value: int | None) -> str:
    return "not measured" if value is None else f"{value:,} cycles"
