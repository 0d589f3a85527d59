"""The graphs on which copies of a core are compared say what the circuits say, and AIGER is read and written."""

from __future__ import annotations

import itertools

import pytest

from sc_neurocore.cosim.gate_mutants.aig import Aig, read_aag
from sc_neurocore.cosim.gate_mutants.circuits import says_never

# Two bits a and b; a register that holds a & b, at first 1; an output that is the register or not b.
TEXT = "aag 6 2 1 1 2\n2\n4\n6 8 1\n13\n8 2 4\n12 7 4\ni0 a\ni1 b\no0 y\nc\nno more\n"


def value(graph, literal, inputs):
    """By the gates alone, as they stand in the graph."""
    seen = {0: 0} | dict(zip(graph.inputs, inputs, strict=True))
    for gate, a, b in graph.gates:
        seen[gate] = (seen[a & ~1] ^ a & 1) & (seen[b & ~1] ^ b & 1)
    return seen[literal & ~1] ^ literal & 1


def test_a_clock_of_a_circuit():
    circuit = read_aag(TEXT)
    assert circuit.latches == ((6, 8, 1),)
    for a, b, q in itertools.product((0, 1), repeat=3):
        graph = Aig()
        free = {"a": graph.input(), "b": graph.input()}
        outputs, (after,) = graph.clock(circuit, free, [graph.input()])
        assert value(graph, outputs["y"], (a, b, q)) == int(not (not q and b))
        assert value(graph, after, (a, b, q)) == int(a and b)


def test_constants_and_equal_gates_vanish():
    graph = Aig()
    a, b = graph.input(), graph.input()
    assert [graph.conjunction(a, each) for each in (0, 1, a, a ^ 1)] == [0, a, a, 0]
    assert graph.differ(a, a) == 0
    assert graph.conjunction(a, b) == graph.conjunction(b, a)
    assert len(graph.gates) == 1


def test_what_is_written_is_read_by_the_rules_of_aiger():
    graph = Aig()
    a = graph.input()
    register = graph.variable()
    graph.latches.append((register, graph.differ(a, register), 1))
    data = graph.to_aig(register ^ 1)
    # 6 = 5 & 2, 8 = 4 & 3, 10 = 9 & 7: each as the gate less its larger operand, and that less the smaller one
    assert data == b"aig 5 1 1 1 3\n11 1\n5\n" + bytes([1, 3, 4, 1, 1, 2]) + b"o0 bad\n"


def test_other_text_is_refused():
    with pytest.raises(ValueError, match="no AIGER header"):
        read_aag("aig 1 0 0 0 0 0 0\n")


@pytest.mark.parametrize(
    ("log", "never"),
    [
        ("Output 0 was proved.\nProperty proved.  Time = 0.02 sec\n", True),
        ("Networks are equivalent.  Time =    14.81 sec\n", True),
        ("The network has no latches. Running CEC.\nUNSATISFIABLE  Time =     0.01 sec\n", True),
        ("The problem is trivially unsatisfiable.\n", True),
        ("Networks are NOT EQUIVALENT.\n", False),
        ("SATISFIABLE  Time =     0.01 sec\n", False),
        ("Property UNDECIDED.  Time =    40.02 sec\n", False),
        ("Output 0 of miter was asserted in frame 3.\n", False),
        ("", False),
    ],
)
def test_what_abc_says_of_a_proof(log, never):
    assert says_never(log) is never
