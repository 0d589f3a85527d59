"""Proofs for ever: a circuit with monitors becomes an and-inverter graph, and ABC's PDR says whether an output rises.

The circuit begins in any state of those registers to which nobody gave a first one. What ABC calls proved holds after
any number of clocks, whatever comes in.
"""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from sc_neurocore.cosim.gate_mutants.aig import Aig, Circuit, read_aag
from sc_neurocore.cosim.gate_mutants.circuits import (
    ABC,
    DRIVERS,
    GATES,
    abc_program,
    refuse_conflicts,
    risen_in,
    says_never,
)
from sc_neurocore.spec.files.temporaries import scratch
from sc_neurocore.synth.flow import yosys

ENGINES = {
    "scorr, pdr": "strash; scorr; dc2; scorr -F 2; dc2; pdr -T {seconds}",
    "pdr": "strash; pdr -T {seconds}",
}
"""What ABC is told, by the name that the table shows; tried in this order."""
_SEARCHES = {
    "sim3": "strash; sim3 -F {clocks} -W 16 -R 50 -T {few}",
    "bmc3": "strash; bmc3 -F {clocks} -T {seconds}",
}
"""How a way to raise an output is looked for: random inputs first."""


@dataclass(frozen=True)
class Answer:
    """Of an output: whether it can rise, and which engine says so."""

    verdict: str
    """"never", "rises" or "unknown"."""
    clock: int | None
    engine: str | None
    seconds: float


def circuit_of(sources: dict[str, str], top: str, *, forget: str = "") -> Circuit:
    """Verilog as an and-inverter circuit; what is X in it is an input.

    Args:
        sources: texts by file name.
        top: name of the module.
        forget: a selection of wires (Yosys) whose registers lose their first states.

    Raises:
        ToolError: a bit is driven twice, or Yosys failed.
    """
    with scratch("sc-formal") as work:
        for name, text in sources.items():
            (work / name).write_text(text)
        read = f"read_verilog -nomem2reg {' '.join(sources)}; hierarchy -check -top {top}; proc; flatten; "
        lose = f"setattr -unset init {forget}; " if forget else ""
        write = "write_aiger -ascii -symbols circuit.aag"
        yosys(
            work, f"{read}{DRIVERS}; opt_clean; {lose}{GATES}; {write}", "yosys.log", 600, None, f"the gates of {top}"
        )
        refuse_conflicts((work / "drivers.txt").read_text())
        return read_aag((work / "circuit.aag").read_text())


def graph_of(circuit: Circuit, output: str) -> bytes:
    """One output as AIGER; what has no first state may hold anything in the first clock."""
    graph = Aig()
    free = {name: graph.input() for name, _ in circuit.inputs}
    unknown = [graph.input() if first > 1 else None for _, _, first in circuit.latches]
    latches = [graph.variable() for _ in circuit.latches]
    state = list(latches)
    started = graph.variable()
    for i, value in enumerate(unknown):
        if value is not None:
            kept = graph.conjunction(started, latches[i])
            state[i] = graph.either([kept, graph.conjunction(started ^ 1, value)])
    outputs, after = graph.clock(circuit, free, state)
    firsts = [first if first < 2 else 0 for _, _, first in circuit.latches]
    graph.latches += [*zip(latches, after, firsts, strict=True), (started, 1, 0)]
    return graph.to_aig(outputs[output])


def _run(program: str, work: Path, script: str, limit: float) -> str:
    done = subprocess.run(
        [program, "-c", f"read_aiger bad.aig; {script}"],
        cwd=work,
        capture_output=True,
        text=True,
        timeout=limit,
        check=False,
    )
    return done.stdout


def ask(circuit: Circuit, output: str, *, seconds: int, rises: bool = False, clocks: int = 400) -> Answer:
    """Whether an output is 0 for ever.

    Args:
        circuit: with that output.
        output: its name.
        seconds: of each engine.
        rises: look for a way to raise it alone, with the engine that finds one soonest.
        clocks: at most, of that search.

    Raises:
        FileNotFoundError: ABC is not installed.
    """
    program = abc_program()
    if program is None:
        raise FileNotFoundError(f"none of {', '.join(ABC)} is installed: apt-get install berkeley-abc")
    begun = time.monotonic()
    limits = {"clocks": clocks, "seconds": seconds, "few": max(1, seconds // 4)}
    scripts = {name: script.format(**limits) for name, script in _SEARCHES.items()} if rises else {}
    scripts |= {name: script.format(seconds=seconds) for name, script in ENGINES.items()}
    with scratch("sc-formal") as work:
        (work / "bad.aig").write_bytes(graph_of(circuit, output))
        for name, script in scripts.items():
            try:
                said = _run(program, work, script, 3 * seconds + 30)
            except subprocess.TimeoutExpired:
                continue
            spent = round(time.monotonic() - begun, 2)
            if (frame := risen_in(said)) is not None:
                return Answer("rises", frame, name, spent)
            if says_never(said):
                return Answer("never", None, name, spent)
    return Answer("unknown", None, None, round(time.monotonic() - begun, 2))
