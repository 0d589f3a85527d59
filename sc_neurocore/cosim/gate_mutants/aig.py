"""And-inverter graphs: small circuits on which two copies of a core are held against each other.

A literal is 2·v + negation, as in AIGER; v = 0 is the constant 0. Equal gates are made once, so that what two copies
have in common is there once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Circuit:
    """A clocked circuit as AIGER tells it: names with their literals, and gates in the order in which they depend."""

    inputs: tuple[tuple[str, int], ...]
    latches: tuple[tuple[int, int, int], ...]
    """Literal, next state, and first state: 0, 1, or the literal itself where nobody says."""
    outputs: tuple[tuple[str, int], ...]
    gates: tuple[tuple[int, int, int], ...]


def read_aag(text: str) -> Circuit:
    """A circuit in AIGER's ASCII format, with names for its inputs and outputs; an input without one is `?0`, `?1` …

    Raises:
        ValueError: it is none.
    """
    lines = text.split("\n")
    head = lines[0].split()
    if head[:1] != ["aag"] or len(head) != 6:
        raise ValueError(f"no AIGER header without properties: {lines[0][:80]!r}")
    _, inputs, latches, outputs, gates = (int(word) for word in head[1:])
    rows = [[int(word) for word in line.split()] for line in lines[1 : 1 + inputs + latches + outputs + gates]]
    names = {}
    for line in lines[1 + len(rows) :]:
        if line[:1] == "c":
            break
        key, _, name = line.partition(" ")
        names[key] = name
    state = rows[inputs : inputs + latches]
    results = rows[inputs + latches : inputs + latches + outputs]
    return Circuit(
        tuple((names.get(f"i{i}", f"?{i}"), row[0]) for i, row in enumerate(rows[:inputs])),
        tuple((row[0], row[1], row[2] if len(row) > 2 else 0) for row in state),
        tuple((names[f"o{i}"], row[0]) for i, row in enumerate(results)),
        tuple((row[0], row[1], row[2]) for row in rows[len(rows) - gates :]),
    )


@dataclass
class Aig:
    """A graph under construction."""

    inputs: list[int] = field(default_factory=list)
    latches: list[tuple[int, int, int]] = field(default_factory=list)
    """Literal, next state, and first state, 0 or 1."""
    gates: list[tuple[int, int, int]] = field(default_factory=list)
    _variables: int = 0
    _gate_of: dict[tuple[int, int], int] = field(default_factory=dict)

    def input(self) -> int:
        """A new free bit."""
        self.inputs.append(self.variable())
        return self.inputs[-1]

    def variable(self) -> int:
        """A literal for which the caller says what it is."""
        self._variables += 1
        return 2 * self._variables

    def conjunction(self, a: int, b: int) -> int:
        """Both."""
        a, b = min(a, b), max(a, b)
        if a == 0 or a == b ^ 1:
            return 0
        if a == 1 or a == b:
            return b
        if (a, b) not in self._gate_of:
            self._gate_of[a, b] = gate = self.variable()
            self.gates.append((gate, b, a))
        return self._gate_of[a, b]

    def either(self, literals: Sequence[int]) -> int:
        """At least one of them."""
        none = 1
        for literal in literals:
            none = self.conjunction(none, literal ^ 1)
        return none ^ 1

    def differ(self, a: int, b: int) -> int:
        """Exactly one of them."""
        return self.either([self.conjunction(a, b ^ 1), self.conjunction(a ^ 1, b)])

    def choice(self, selector: int, one: int, other: int) -> int:
        """A multiplexer.

        Args:
            selector: literal that chooses.
            one: what it is where that is 1.
            other: what it is where that is 0.
        """
        return self.either([self.conjunction(selector, one), self.conjunction(selector ^ 1, other)])

    def clock(
        self, circuit: Circuit, inputs: Mapping[str, int], state: Sequence[int]
    ) -> tuple[dict[str, int], list[int]]:
        """One clock of a circuit: its outputs by name, and its next state.

        Args:
            circuit: what is added to the graph.
            inputs: a literal for each input's name.
            state: a literal for each latch.
        """
        here = self.copy(circuit, inputs, state)
        outputs = {name: here[literal & ~1] ^ (literal & 1) for name, literal in circuit.outputs}
        return outputs, [here[after & ~1] ^ (after & 1) for _, after, _ in circuit.latches]

    def copy(self, circuit: Circuit, inputs: Mapping[str, int], state: Sequence[int]) -> dict[int, int]:
        """Add the gates of a circuit; what each of its literals without a negation is here.

        Args:
            circuit: what is added to the graph.
            inputs: a literal for each input's name.
            state: a literal for each latch.
        """
        here = {0: 0} | {literal: inputs[name] for name, literal in circuit.inputs}
        here |= {latch[0]: literal for latch, literal in zip(circuit.latches, state, strict=True)}
        for gate, a, b in circuit.gates:
            here[gate] = self.conjunction(here[a & ~1] ^ (a & 1), here[b & ~1] ^ (b & 1))
        return here

    def to_aig(self, output: int, *more: int) -> bytes:
        """AIGER's binary format, with the output `bad` and perhaps more behind it."""
        order = [*self.inputs, *(latch for latch, _, _ in self.latches), *(gate for gate, _, _ in self.gates)]
        place = {0: 0} | {literal: 2 * i for i, literal in enumerate(order, 1)}

        def moved(literal: int) -> int:
            return place[literal & ~1] ^ (literal & 1)

        counts = (len(order), len(self.inputs), len(self.latches), 1 + len(more), len(self.gates))
        text = ["aig " + " ".join(map(str, counts))]
        text += [f"{moved(after)} {start}" for _, after, start in self.latches]
        text += [str(moved(each)) for each in (output, *more)]
        data = bytearray(("\n".join(text) + "\n").encode())
        for gate, a, b in self.gates:
            high, low = max(moved(a), moved(b)), min(moved(a), moved(b))
            for delta in (moved(gate) - high, high - low):
                while delta >= 128:
                    data.append(delta & 127 | 128)
                    delta >>= 7
                data.append(delta)
        return bytes(data) + b"o0 bad\n"
