"""Guesses at what keeps a mutant's difference invisible: when a register of it is as the core has it after all.

A counter that nobody looks at may hold anything until it is started. To prove such a mutant the same, an engine must
find "while the core is busy, the counters are equal" by itself. Simulation guesses such sentences: conditions on the
core under which a register was never seen to differ. They are handed to the engine as further outputs, which it may
prove 0 together with the one in question; until it has, they are worth nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from .aig import Circuit

_LANES, _CLOCKS = 256, 160
_CONDITIONS = 16
"""Of a register; those that were true most often, for they say most."""
_LOOKED_AT = 400
_REGISTERS, _GATES = 48, 8_000
"""With more registers that differ, or more gates, no guess is made."""
_OFTEN, _SELDOM = ("tvalid", "tready", "ready"), ("rst",)


def guesses(
    circuit: Circuit, core: dict[str, int], mutant: dict[str, int], seed: int = 0
) -> list[tuple[tuple[int, ...], int]]:
    """Pairs of a condition, one or two literals of the circuit, and the place of a register that is then the core's.

    Args:
        circuit: holds core and mutant, told apart by some inputs.
        core: what those inputs are of the core, 0 or 1.
        mutant: what they are of the mutant.
        seed: of the simulation.
    """
    if len(circuit.gates) > _GATES:
        return []
    draw = random.Random(seed)
    every = (1 << _LANES) - 1
    starts = [start * every if start < 2 else draw.getrandbits(_LANES) for _, _, start in circuit.latches]
    states = [starts, starts]
    traces: dict[int, list[int]] = {}
    differ: list[list[int]] = [[] for _ in circuit.latches]
    for clock in range(_CLOCKS):
        free_inputs = {name: _input(name, clock, draw) for name, _ in circuit.inputs}
        after = []
        for side, (state, selection) in enumerate(zip(states, (core, mutant), strict=True)):
            inputs = free_inputs | {name: value * every for name, value in selection.items()}
            values = _values(circuit, inputs, state, every)
            after.append([_of(values, each, every) for _, each, _ in circuit.latches])
            if not side:
                for literal, value in values.items():
                    traces.setdefault(literal, []).append(value)
        for place, (one, other) in enumerate(zip(*states, strict=True)):
            differ[place].append(one ^ other)
        states = after
    return list(_never_together([latch[0] for latch in circuit.latches], traces, differ, every))


def _input(name: str, clock: int, draw: random.Random) -> int:
    """An input in all lanes: handshakes are often there, a reset at first and then seldom."""
    port = name.partition("[")[0]
    value = draw.getrandbits(_LANES)
    if port in _SELDOM:
        for _ in range(6):
            value &= draw.getrandbits(_LANES)
        return value if clock else (1 << _LANES) - 1
    return value | draw.getrandbits(_LANES) if port.endswith(_OFTEN) else value


def _values(circuit: Circuit, inputs: dict[str, int], state: Sequence[int], every: int) -> dict[int, int]:
    values = {0: 0} | {literal: inputs[name] for name, literal in circuit.inputs}
    values |= {latch[0]: value for latch, value in zip(circuit.latches, state, strict=True)}
    for gate, a, b in circuit.gates:
        values[gate] = _of(values, a, every) & _of(values, b, every)
    return values


def _of(values: dict[int, int], literal: int, every: int) -> int:
    return values[literal & ~1] ^ (every if literal & 1 else 0)


def _joined(parts: Sequence[int]) -> int:
    return sum(part << (_LANES * i) for i, part in enumerate(parts))


def _never_together(
    registers: Sequence[int], traces: dict[int, list[int]], differ: Sequence[Sequence[int]], every: int
) -> Iterator[tuple[tuple[int, ...], int]]:
    """Conditions beside which a register that differs at times never differed: nodes, and pairs of registers."""
    places = [place for place, parts in enumerate(differ) if any(parts)]
    if not places or len(places) > _REGISTERS:
        return
    all_lanes = _joined([every] * _CLOCKS)
    nodes = {literal: _joined(parts) for literal, parts in traces.items() if literal}
    nodes |= {literal ^ 1: value ^ all_lanes for literal, value in nodes.items()}
    literals_of_registers = [(nodes[literal], literal) for each in registers for literal in (each, each ^ 1)]
    for place in places:
        parts = _joined(differ[place])
        single = [(value, (literal,)) for literal, value in nodes.items() if not value & parts]
        inner = [(value & parts, value, literal) for value, literal in literals_of_registers if value & parts]
        double = [
            (value & other, (literal, also))
            for i, (beside, value, literal) in enumerate(inner)
            for _, other, also in inner[:i]
            if not beside & other
        ]
        yield from ((literals, place) for literals in _widest(single + double))


def _widest(candidates: list[tuple[int, tuple[int, ...]]]) -> list[tuple[int, ...]]:
    """Few conditions that hold together wherever one of them does, nearly."""
    order = sorted(((value.bit_count(), literals, value) for value, literals in candidates), reverse=True)[:_LOOKED_AT]
    coverage, conditions = 0, []
    for _ in range(_CONDITIONS):
        gains = [((value & ~coverage).bit_count(), -len(literals), literals, value) for _, literals, value in order]
        gain, _, literals, value = max(gains, default=(0, 0, (), 0))
        if not gain:
            break
        coverage |= value
        conditions.append(literals)
    return conditions
