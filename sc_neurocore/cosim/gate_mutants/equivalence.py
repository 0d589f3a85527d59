"""Proves of mutants that they are the same core: no stimulus can tell them from it, whatever it does.

Three steps, each for what the one before leaves. Two copies, the core and the mutant, are made of one circuit, and from
the same state of their registers on, after a few clocks with any inputs, they must show the same and go into the same
state: that is seen where both copies are the same gates, or proved by Yosys' SAT solver. Where a program of ABC is
installed, its engines of sequential equivalence and reachability (`scorr`, `pdr`, `dprove`) try the others from reset
on, with guesses at invariants that `scorr` must prove, too, and in an environment that keeps the rules of the ports.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ...spec.files.temporaries import scratch
from ...synth.flow import yosys
from .aig import Aig, Circuit, read_aag
from .circuits import GATES, abc_program, risen_in, says_never
from .environment import Environment
from .invariants import guesses
from .netlist import SELECT, SELECT_BITS

UNPROVED = "neither seen by the stimulus nor proved equivalent"
BOUNDED = "not seen by the stimulus; no inputs of {} clocks from reset on tell it from the core, and no proof for ever"
SEEN = "not seen by the stimulus; some inputs of {} clocks tell it from the core"
ENGINES: tuple[str, ...] = ("structure", "SAT by Yosys", "scorr and pdr by ABC", "dprove by ABC")
"""What proves; every other word of a mutant says that it is not proved the same."""
_BY_PDR, _BY_DPROVE = ENGINES[2:]
_RESET = "rst"
_CLOCKS = 3
_SAT_SECONDS, _BMC_SECONDS = 5, 5
ABC_SECONDS = 10
"""For ABC's last engine, a mutant; it may take three times as long with what goes before it."""
_AT_ONCE_SECONDS = 2
_AT_ONCE = f"strash; scorr -F 2; dc2; scorr -F 4; pdr -T {_AT_ONCE_SECONDS}"
_PDR_SECONDS = 10
_FOR_EVER = f"strash; scorr -F 2; scorr -F 4; cone -s -O 0; scorr -F 2; dc2; scorr -F 4; pdr -T {_PDR_SECONDS}"
_BY_INDUCTION = (
    "strash; scorr -F 2; scorr -F 8; cone -s -O 0; scorr -F 4; dc2; scorr -F 16; dprove -T {seconds}; pdr -T 1"
)
_BOUNDED = "cone -s -O 0; strash; scorr -F 2; dc2; bmc3 -T {seconds}"
_VALID = {
    "m_axis_tdata": "m_axis_tvalid",
    "m_axis_tlast": "m_axis_tvalid",
    "s_axil_bresp": "s_axil_bvalid",
    "s_axil_rdata": "s_axil_rvalid",
    "s_axil_rresp": "s_axil_rvalid",
}
"""Outputs that mean nothing while another is 0."""
_STREAM_VALID, _STREAM_BIT = "stream_valid", "_bit"
"""The same of a circuit's streams: ports that end so mean nothing while that one is 0."""


def prove_equivalent(
    rtlil: Path,
    top: str,
    numbers: Sequence[int],
    *,
    seconds: int = ABC_SECONDS,
    strict: bool = False,
    progress: Callable[[str], None] | None = None,
) -> tuple[dict[int, str], tuple[str, ...]]:
    """Of each mutant, which engine proved it equivalent or else what is known of it; and the engines that were there.

    Args:
        rtlil: the netlist with all mutants.
        top: name of its module.
        numbers: of the mutants in question.
        seconds: bound on ABC's last engine, a mutant.
        strict: it is a part of a core, not a core: every output means something in every clock.
        progress: told what is running.

    Raises:
        ToolError: Yosys failed.
    """
    abc = abc_program()
    engines = ENGINES if abc is not None else ENGINES[:2]
    proofs = dict.fromkeys(numbers, UNPROVED)
    if not numbers:
        return proofs, engines
    with scratch("sc-equivalence") as work:
        shutil.copyfile(rtlil, work / "mutated.il")
        script = f"read_rtlil mutated.il; hierarchy -top {top}; {GATES}; write_aiger -ascii -symbols core.aag"
        yosys(work, script, "aiger.log", 1800, progress, f"the gates of {top} for proofs")
        circuit = read_aag((work / "core.aag").read_text())
        for number in numbers:
            graph, bad = _same_for_ever(circuit, number, strict=strict)
            if bad == 0:
                proofs[number] = engines[0]
            else:
                (work / f"m{number}.aig").write_bytes(graph.to_aig(bad))
        for number in _prove_by_sat(work, [each for each in numbers if proofs[each] == UNPROVED], progress):
            proofs[number] = engines[1]
        for number in numbers:
            if abc is not None and proofs[number] == UNPROVED:
                proofs[number] = _prove_by_abc(abc, work, circuit, number, seconds, strict=strict)
    return proofs, engines


def _selection(number: int) -> dict[str, int]:
    """What selects a mutant."""
    return {f"{SELECT}[{bit}]": number >> bit & 1 for bit in range(SELECT_BITS)}


def _selecting(circuit: Circuit, free_inputs: Mapping[str, int], number: int) -> dict[str, int]:
    """The inputs of a copy: a mutant's number, and the free ones."""
    inputs = dict(free_inputs) | _selection(number)
    return {name: inputs[name] for name, _ in circuit.inputs}


def _free_inputs(graph: Aig, circuit: Circuit) -> dict[str, int]:
    """New inputs that both copies share; what is X in both is one of them, for it is the same bit of the same gates."""
    return {name: graph.input() for name, _ in circuit.inputs if not name.startswith(f"{SELECT}[")}


def _shows_a_difference(
    graph: Aig, here: Mapping[str, int], there: Mapping[str, int], reset: int, before: int, strict: bool
) -> int:
    """Whether an environment that keeps the rules of the ports could tell the outputs apart.

    Args:
        graph: gets the comparison.
        here: the core's outputs by name.
        there: the mutant's.
        reset: whether there is a reset in this clock.
        before: whether there was one in the clock before; in the first clock of a reset nothing is looked at.
        strict: of a part of a core, where all of them count always.
    """
    if strict:
        return graph.either([graph.differ(literal, there[name]) for name, literal in here.items()])
    differences = []
    looked_at = graph.conjunction(reset, before ^ 1) ^ 1
    for name, literal in here.items():
        port = name.partition("[")[0]
        valid = _STREAM_VALID if _STREAM_VALID in here and port.endswith(_STREAM_BIT) else _VALID.get(port)
        matters = here[valid] if valid is not None else reset ^ 1 if port.endswith("ready") else 1
        differences.append(graph.conjunction(matters, graph.differ(literal, there[name])))
    return graph.conjunction(looked_at, graph.either(differences))


def _same_for_ever(circuit: Circuit, number: int, *, strict: bool) -> tuple[Aig, int]:
    """A graph without memory whose output is 1 where core and mutant part.

    They are compared in each of the first clocks from a reset on, and some clocks after any common state; if they never
    part there, they part nowhere: each later clock comes so many clocks after a state that is common to both.
    """
    graph = Aig()
    bad: list[int] = []

    def clock(state: Sequence[int], before: int, *, first: bool, compared: bool) -> tuple[list[int], int]:
        free_inputs = _free_inputs(graph, circuit)
        if first:
            free_inputs[_RESET] = 1
        here, after = graph.clock(circuit, _selecting(circuit, free_inputs, 0), state)
        if compared:
            there, mutant_state = graph.clock(circuit, _selecting(circuit, free_inputs, number), state)
            bad.append(_shows_a_difference(graph, here, there, free_inputs.get(_RESET, 0), before, strict))
            bad.extend(graph.differ(a, b) for a, b in zip(after, mutant_state, strict=True))
        return after, free_inputs.get(_RESET, 0)

    state, before = [graph.input() if first > 1 else first for _, _, first in circuit.latches], 0
    for place in range(_CLOCKS):
        state, before = clock(state, before, first=place == 0, compared=True)
    state, before = [graph.input() for _ in circuit.latches], 0
    for place in range(_CLOCKS + 1):
        state, before = clock(state, before, first=False, compared=place == _CLOCKS)
    return graph, graph.either(bad)


def _from_reset(
    circuit: Circuit, number: int, guessed: Sequence[tuple[tuple[int, ...], int]], *, strict: bool, ruled: bool
) -> tuple[Aig, int, list[int]]:
    """Core and mutant side by side, from a reset in the first clock on; the output is 1 where they show a difference.

    `ruled`: inputs keep the rules of the ports, of a whole core; else they are any. What nobody gave a first state may
    hold anything in the first clock, the same in both copies. Further outputs are 0 where the guesses of `invariants`
    are right: whoever uses them must prove them first.
    """
    graph = Aig()
    started, before = graph.variable(), graph.variable()
    free_inputs = _free_inputs(graph, circuit)
    free_inputs[_RESET] = graph.either([started ^ 1, free_inputs.get(_RESET, 0)])  # a part of a core may have none
    graph.latches += [(started, 1, 0), (before, free_inputs[_RESET], 0)]
    environment = None if strict or not ruled else Environment(graph, free_inputs[_RESET])
    if environment is not None:
        free_inputs = environment.rule(free_inputs)
    unknown = [graph.input() if start > 1 else None for _, _, start in circuit.latches]
    shown: list[dict[str, int]] = []
    states: list[list[int]] = []
    nodes: dict[int, int] = {}
    for each in (0, number):
        latches = [graph.variable() for _ in circuit.latches]
        states.append(
            [
                latch if value is None else graph.choice(started, latch, value)
                for latch, value in zip(latches, unknown, strict=True)
            ]
        )
        inputs = _selecting(circuit, free_inputs, each)
        nodes = nodes or graph.copy(circuit, inputs, states[0])
        outputs, after = graph.clock(circuit, inputs, states[-1])
        starts = [start if start < 2 else 0 for _, _, start in circuit.latches]
        graph.latches += zip(latches, after, starts, strict=True)
        shown.append(outputs)
    here, there = shown
    if environment is not None:
        environment.close(free_inputs, here)
    bad = _shows_a_difference(graph, here, there, free_inputs.get(_RESET, 0), before, strict)
    hints = []
    for literals, place in guessed:
        hint = graph.differ(states[0][place], states[1][place])
        for literal in literals:
            hint = graph.conjunction(nodes[literal & ~1] ^ (literal & 1), hint)
        hints.append(hint)
    return graph, bad, hints


def _prove_by_sat(work: Path, numbers: Sequence[int], progress: Callable[[str], None] | None) -> list[int]:
    if not numbers:
        return []
    commands = [
        f"design -reset; read_aiger -module_name m m{number}.aig; "
        f"tee -q -o m{number}.log sat -timeout {_SAT_SECONDS} -prove bad 0 m"
        for number in numbers
    ]
    (work / "sat.ys").write_text("\n".join(commands) + "\n")
    yosys(work, "script sat.ys", "sat.log", 1800, progress, f"SAT on {len(numbers)} mutants that survived")
    return [each for each in numbers if "no model found: SUCCESS" in (work / f"m{each}.log").read_text()]


def _prove_by_abc(abc: str, work: Path, circuit: Circuit, number: int, seconds: int, *, strict: bool) -> str:
    """The engine that proved a mutant the same, or why none did.

    From reset on, no inputs that keep the rules of the ports may show a difference. Proofs for any inputs at all are
    easier to find, so these are tried first.
    """

    def said_of(script: str, seconds: int, guessed: Sequence[tuple[tuple[int, ...], int]], *, ruled: bool) -> str:
        graph, bad, hints = _from_reset(circuit, number, guessed, strict=strict, ruled=ruled)
        (work / "sequential.aig").write_bytes(graph.to_aig(bad, *hints))
        return _run_abc(abc, work, script, seconds)

    if says_never(said_of(_AT_ONCE, 2 * _AT_ONCE_SECONDS, (), ruled=False)):
        return _BY_PDR  # most are that easy, and guesses take a while
    guessed = guesses(circuit, _selection(0), _selection(number))
    log = said_of(_FOR_EVER, 2 * _PDR_SECONDS, guessed, ruled=False)
    is_shown = risen_in(log) is not None and not strict
    if is_shown:  # by an environment that keeps no rules
        log = said_of(_FOR_EVER, 2 * _PDR_SECONDS, guessed, ruled=True)
    if says_never(log):
        return _BY_PDR
    if risen_in(log) is None:
        log = said_of(_BY_INDUCTION.format(seconds=seconds), 3 * seconds, guessed, ruled=is_shown)
    if says_never(log):
        return _BY_DPROVE
    if risen_in(log) is None:
        log = said_of(_BOUNDED.format(seconds=_BMC_SECONDS), 4 * _BMC_SECONDS, guessed, ruled=True)
    if (frame := risen_in(log)) is not None:
        return SEEN.format(frame + 1)
    depth = re.search(r"No output asserted in (\d+) frames", log)
    return BOUNDED.format(depth[1]) if depth and int(depth[1]) else UNPROVED


def _run_abc(abc: str, work: Path, script: str, seconds: int) -> str:
    """What ABC prints of `sequential.aig`; nothing where it does not come to an end."""
    command = [abc, "-c", f"read_aiger sequential.aig; {script}"]
    try:
        process = subprocess.run(command, cwd=work, capture_output=True, text=True, timeout=seconds, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return process.stdout
