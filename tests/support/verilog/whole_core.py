"""Proofs that a change of a core's Verilog cannot be told from outside, where the changed module alone shows it.

A core begins with a reset; from there on it may get any inputs. Two kinds of changes are proved, and each needs one
copy of the core, not two. Where registers begin as before, both cores are in the same state as long as none of these
states brings them apart: that no state does is proved. Where some begin with another value, what counts is which
registers may differ, not what they hold: that no more than those near by ever do, and no output that means something.
"""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sc_neurocore.cosim.gate_mutants.aig import Aig, Circuit, read_aag
from sc_neurocore.cosim.gate_mutants.circuits import DRIVERS, GATES, driven_twice, says_never
from sc_neurocore.synth.flow import yosys

PROOF = "pdr by ABC, of the whole core"
_VALID = {"m_axis_tdata": "m_axis_tvalid", "m_axis_tlast": "m_axis_tvalid"}
"""Outputs that mean nothing while another is 0."""
_RESET = "rst"
_FARTHEST = 5
"""Words of registers, one behind the other, in which a difference may live; longer chains are not tried."""
_ENGINES = "strash; cone -s -O 0; scorr -F 2; dc2; scorr -F 4; pdr -T {seconds}"


@dataclass(frozen=True)
class Core:
    """A flattened core as and-inverter gates and registers."""

    circuit: Circuit
    registers: tuple[tuple[str, int], ...]
    """Of each register the word that it is a bit of, and its index there."""

    @cached_property
    def fan_in(self) -> list[set[int]]:
        """Of each register the places of the registers that its next state depends on."""
        own = {literal: {place} for place, (literal, _, _) in enumerate(self.circuit.latches)}
        for gate, a, b in self.circuit.gates:
            own[gate] = own.get(a & ~1, set()) | own.get(b & ~1, set())
        return [own.get(after & ~1, set()) for _, after, _ in self.circuit.latches]


def read_core(text: str, top: str, folder: Path) -> Core | None:
    """The gates of a core; None where a bit of it has several drivers.

    Args:
        text: its Verilog.
        top: its top module.
        folder: for files of Yosys, which are overwritten.
    """
    (folder / "whole.v").write_text(text)
    read = f"read_verilog whole.v; hierarchy -check -top {top}; proc; {DRIVERS}; flatten; opt_clean"
    yosys(folder, f"{read}; {GATES}; write_aiger -ascii -symbols whole.aag", "whole.log", 1800, None, f"{top} as gates")
    if driven_twice((folder / "drivers.txt").read_text()):
        return None
    aiger = (folder / "whole.aag").read_text()
    circuit = read_aag(aiger)
    names = {int(place): name for place, name in re.findall(r"^l(\d+) (?:.* )?(\S+)$", aiger, re.MULTILINE)}
    return Core(circuit, tuple(_bit(names.get(place, f"?{place}")) for place in range(len(circuit.latches))))


def _bit(name: str) -> tuple[str, int]:
    match = re.fullmatch(r"(.*)\[(\d+)\]", name)
    return (match[1], int(match[2])) if match else (name, 0)


def same_core(abc: str, core: Core, changed: Core, folder: Path, seconds: int) -> bool:
    """Whether a proof was found that nothing outside can tell a changed core from the core.

    Args:
        abc: the program.
        core: of these gates.
        changed: another one, with the same ports.
        folder: for files.
        seconds: bound on the engine, for each of some tries.
    """

    def never(graph: Aig, bad: int) -> bool:
        (folder / "whole.aig").write_bytes(graph.to_aig(bad))
        command = [abc, "-c", f"read_aiger whole.aig; {_ENGINES.format(seconds=seconds)}"]
        try:
            said = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=4 * seconds, check=False)
        except subprocess.TimeoutExpired:
            return False
        return says_never(said.stdout)

    here, there = core.circuit, changed.circuit
    if [name for name, _ in here.outputs] != [name for name, _ in there.outputs]:
        return False
    starts = [place for place, (a, b) in enumerate(zip(here.latches, there.latches, strict=False)) if a[2] != b[2]]
    if starts and (here.inputs, here.outputs, here.gates) == (there.inputs, there.outputs, there.gates):
        return any(never(*never_shown(core, starts, far)) for far in range(_FARTHEST + 1))
    partners = (_partners(core, changed, sign) for sign in (1, -1))
    return any(never(*never_apart(here, there, each)) for each in partners if each is not None)


def _partners(core: Core, changed: Core, sign: int) -> list[int] | None:
    """For each register of a changed core one of the core's, which begins the same; None where there is none.

    It is a guess, by names and by the order in a word, in which a wrong one proves nothing. Words that were declared
    otherwise are taken from the low end or, for a `sign` of -1, as if they ran the other way.
    """
    words: list[Mapping[str, list[tuple[int, int]]]] = []
    for each in (core, changed):
        found: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for place, (word, index) in enumerate(each.registers):
            found[word].append((index, place))
        words.append(found)
    partners = [-1] * len(changed.registers)
    for word, bits in words[1].items():
        own = sorted(words[0].get(word, []))
        known = dict(own)
        if {index for index, _ in bits} <= set(known):
            order = [known[index] for index, _ in bits]
        else:
            bits, order = sorted(bits, key=lambda bit: sign * bit[0]), [place for _, place in own]
        for (_, place), partner in zip(bits, order, strict=False):
            partners[place] = partner
    pairs = zip(changed.circuit.latches, partners, strict=True)
    same = all(partner >= 0 and latch[2] == core.circuit.latches[partner][2] < 2 for latch, partner in pairs)
    return partners if same and len(set(partners)) == len(partners) else None


def never_apart(core: Circuit, changed: Circuit, partners: list[int]) -> tuple[Aig, int]:
    """A core, and what a changed one would do in each of its states; 1 where an output or register gets another value.

    Args:
        core: both begin in the same state, so they never leave it unless this is 1.
        changed: it may lack registers.
        partners: of each of its registers the place of the core's that it is.
    """
    graph = Aig()
    inputs, started = _inputs(graph, core)
    state = [graph.variable() for _ in core.latches]
    outputs, after = graph.clock(core, inputs, state)
    graph.latches += [(started, 1, 0)]
    graph.latches += [
        (own, following, latch[2]) for own, following, latch in zip(state, after, core.latches, strict=True)
    ]
    # What has no driver is free, in each of the two for itself.
    others = inputs | {name: graph.input() for name, _ in changed.inputs if name not in inputs or name.startswith("?")}
    shown, following = graph.clock(changed, others, [state[partner] for partner in partners])
    parted = [graph.differ(literal, shown[name]) for name, literal in outputs.items()]
    parted += [graph.differ(after[partner], literal) for partner, literal in zip(partners, following, strict=True)]
    return graph, graph.either(parted)


def never_shown(core: Core, starts: list[int], far: int) -> tuple[Aig, int]:
    """Where the first values of some registers may make a difference; 1 where it gets too far, or to an output.

    Every gate and register that depends on one of them has one bit: that it may differ. What does not is there as it
    is; so a bit that is not selected makes no difference, nor does one that is overwritten.

    Args:
        core: either of two cores, which differ in nothing else.
        starts: places of those registers.
        far: how many words behind theirs the difference may get, if it never gets farther.
    """
    circuit, graph = core.circuit, Aig()
    inputs, started = _inputs(graph, circuit)
    distances = _distances(core, starts)
    near = {place for place in distances if distances[place] <= far}
    reached = {circuit.latches[place][0] for place in distances}
    here = {0: 0} | {literal: inputs[name] for name, literal in circuit.inputs}
    for place, (literal, _, _) in enumerate(circuit.latches):
        here[literal] = 0 if literal in reached and place not in near else graph.variable()

    def value(literal: int) -> int:
        """Of a gate that is there as it is its value, of another one that it may differ."""
        return here[literal & ~1] ^ (0 if literal & ~1 in reached else literal & 1)

    for gate, a, b in circuit.gates:
        which = (a & ~1 in reached, b & ~1 in reached)
        here[gate] = graph.either([value(a), value(b)]) if all(which) else graph.conjunction(value(a), value(b))
        reached |= {gate} if any(which) else set()
    graph.latches.append((started, 1, 0))
    too_far = []
    for place, (literal, after, start) in enumerate(circuit.latches):
        if literal not in reached:
            graph.latches.append((here[literal], value(after), start))
            continue
        differs = value(after) if after & ~1 in reached else 0
        if place in near:
            graph.latches.append((here[literal], differs, int(place in starts)))
        else:
            too_far.append(differs)
    outputs = dict(circuit.outputs)
    for name, literal in outputs.items():
        valid = outputs.get(_VALID.get(name.partition("[")[0], ""), 1)
        if literal & ~1 in reached:
            too_far.append(graph.conjunction(1 if valid & ~1 in reached else value(valid), value(literal)))
    return graph, graph.either(too_far)


def _inputs(graph: Aig, circuit: Circuit) -> tuple[dict[str, int], int]:
    """A literal for each input of a core, which is reset in the first clock; and a register, 0 in that clock alone."""
    started = graph.variable()
    inputs = {name: graph.input() for name, _ in circuit.inputs}
    return inputs | {_RESET: graph.either([started ^ 1, inputs[_RESET]])}, started


def _distances(core: Core, starts: list[int]) -> dict[int, int]:
    """Of each register that can depend on some others, how many words lie between; their own words are at 0."""
    members: defaultdict[str, set[int]] = defaultdict(set)
    for place, (word, _) in enumerate(core.registers):
        members[word].add(place)
    fan_out: defaultdict[int, set[int]] = defaultdict(set)
    for place, sources in enumerate(core.fan_in):
        for source in sources:
            fan_out[source].add(place)
    distances = dict.fromkeys(starts, 0)
    frontier, far = set(starts), 0
    while frontier:
        words = {core.registers[place][0] for place in frontier}
        inside = {place for word in words for place in members[word]}
        new = set(frontier)
        while new:  # all bits of these words that can be reached within them
            new = {after for place in new for after in fan_out[place] & inside if after not in distances}
            distances |= dict.fromkeys(new, far)
            frontier |= new
        far += 1
        frontier = {after for place in frontier for after in fan_out[place] if after not in distances}
        distances |= dict.fromkeys(frontier, far)
    return distances
