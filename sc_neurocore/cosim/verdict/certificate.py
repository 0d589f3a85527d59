"""The result of a co-simulation as a page that a person reads."""

from __future__ import annotations

from typing import Any


def certificate(report: dict[str, Any]) -> str:
    """Markdown that states what was compared with what, how much of it, and what the result does not say.

    Args:
        report: the content of `cosim.json`.
    """
    lines = [
        f"# Co-simulation of `{report['network']}`: {report['verdict']}",
        "",
        f"Every output of the core was compared with the exact integer model: {report['values_compared']:,} values of "
        f"{report['samples']:,} samples in {report['cycles']:,} clock cycles, {report['mismatches']:,} differences.",
        "",
        "| | |",
        "|---|---|",
        f"| network | sha256 `{report['network_sha256']}` |",
        f"| Verilog | {_hash(report['rtl_sha256'])} |",
        *([] if report.get("netlist") is None else [f"| simulated instead of it | {_netlist(report['netlist'])} |"]),
        *([] if report.get("load") is None else [f"| loaded | {_load(report['load'])} |"]),
        f"| simulator | {report['simulator']} {report['simulator_version']} |",
        f"| stalls | {report['stall']}, seed {report['seed']} |",
        f"| samples | {', '.join(f'{count:,} {name}' for name, count in report['stimulus'].items())} |",
        f"| mutants of the model | {_mutants(report)} |",
        f"| episodes | {report['episodes']['segments']} (resets, frames of a wrong length, don't-care bits), "
        f"{report['episodes']['values_compared']:,} values |",
        f"| latency | {_cycles(report['latency_cycles'])} |",
        "",
    ]
    if report["findings"]:
        lines += ["## What was found", "", *(f"* {finding}" for finding in report["findings"]), ""]
    lines += [
        "A PASS says that no difference was found on these samples. How far that reaches is told by the mutants: each "
        "is the network with one small fault (a bit of a weight, a tap, a seed, a comparison, a shift), and a killed "
        "one would have been seen in the outputs of these very samples.",
        "",
    ]
    return "\n".join(lines)


def _hash(value: str | None) -> str:
    return "none: the components themselves were simulated" if value is None else f"sha256 `{value}`"


def _netlist(netlist: dict[str, Any]) -> str:
    tools = ", ".join(f"{name} {version}" for name, version in netlist["tools"].items())
    return f"its netlist on {netlist['device']}: {netlist['luts']:,} LUTs, {netlist['ffs']:,} flip-flops, by {tools}"


def _load(load: dict[str, Any]) -> str:
    text = f"{load['load_words']:,} load words over {load['control']} before the first sample"
    if load["other_network_sha256"] is None:
        return f"{text}, and again between samples; what the core held before, the report does not know"
    return f"{text}; then another network, sha256 `{load['other_network_sha256']}`, and this one again between samples"


def _mutants(report: dict[str, Any]) -> str:
    text = (
        f"{report['mutants']:,}: {report['mutants_killed']:,} killed, {report['mutants_equivalent']:,} provably the "
        f"same network, {report['mutants_unresolved']:,} unresolved"
    )
    return text if report["mutants_sampled"] is None else f"{text} (a sample of {report['mutants_sampled']:,})"


def _cycles(value: int | None) -> str:
    return "not measured" if value is None else f"{value:,} cycles"
