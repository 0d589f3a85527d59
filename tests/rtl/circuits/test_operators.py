"""Every operator in gates equals its rule for streams of any length: all states of both, side by side.

From the state after `clear` on, all input bits are tried in every state that gates and rule reach together. Where
nothing differs in any of them, no streams can tell the gates from the rule, however long they are.
"""

from __future__ import annotations

import itertools
import random

import pytest
from pydantic import TypeAdapter
from support.circuits.wrong_gates import FAULTS
from support.oracle.operator_rules import Rule
from support.simulation.amaranth_runs import Opened, simulate

from sc_neurocore.rtl.circuits.make import make_operator
from sc_neurocore.spec import kinds
from sc_neurocore.spec.circuit import Node

N = 3
"""Bits of a code."""
SOURCES = [
    {"kind": "counter", "skip": 5},
    {"kind": "van_der_corput"},
    {"kind": "lfsr", "seed": 2, "reverse": True},
    {"kind": "lfsr_full", "seed": 0},
    {"kind": "sobol", "dimension": 2, "skip": 1},
]


def plain(*counts):
    """Cases without parameters, by their numbers of inputs."""
    return [(count, {}) for count in counts]


def each(inputs, name, values, **more):
    """Cases that differ in one parameter."""
    return [(inputs, {name: value, **more}) for value in values]


def sourced(inputs, **more):
    return each(inputs, "source", SOURCES, **more)


CASES = {
    "not": plain(1),
    "and": plain(2, 3, 6),
    "or": plain(2, 3, 6),
    "xor": plain(2, 3, 6),
    "xnor": plain(2, 3, 6),
    "majority": plain(3, 5, 7),
    "select": [case for m in range(2, 7) for case in sourced(m) if case[1]["source"]["kind"] != "lfsr"],
    "switch": plain(3),
    "delay": [case for d in range(1, 7) for case in each(1, "initial", (0, 1), by=d)],
    "toggle_add": each(2, "initial", (0, 1)),
    "scaled_add": plain(2, 3, 4, 6),
    "stanh": each(1, "states", range(2, 18, 2)),
    "sexp": [case for k in range(2, 12, 2) for case in each(1, "gain", range(1, k), states=k)],
    "btanh": [case for m in range(1, 6) for case in each(m, "states", (2, 4, 6, 12))],
    "umul": sourced(1, code="w"),
    "umul_bipolar": sourced(1, code="w"),
    "divide": each(2, "initial", (0, 1)),
    "synchronizer": each(2, "depth", range(1, 6)),
    "desynchronizer": each(2, "depth", range(1, 6)),
    "shuffle": [*sourced(1, depth=2), *sourced(1, depth=4), (1, {"depth": 8, "source": SOURCES[4]})],
    "bernstein": [(2 * m + 1, {"degree": m}) for m in range(1, 5)],
    "addie": [case for bits in (2, 3) for case in sourced(1, bits=bits)],
}
"""Of each kind, numbers of inputs and parameters."""


def compare(kind, inputs, fields, code):
    """The number of states that gates and rule reach together; a difference in any of them fails."""
    node = {"name": "y", "kind": kind, "of": [f"x{i}" for i in range(inputs)], **fields}
    component = make_operator(TypeAdapter(Node).validate_python(node), N)
    gates, rule, rng = Opened(component), Rule(node, N, code), random.Random(1)
    reached = set()

    def drive(ctx, state, bits, clear, enable):
        gates.load(ctx, state)
        ctx.set(component.bits, sum(bit << i for i, bit in enumerate(bits)))
        if component.stateful:
            ctx.set(component.clear, clear)
            ctx.set(component.enable, enable)

    def any_bits(count=inputs):
        return [rng.getrandbits(1) for _ in range(count)]

    async def bench(ctx):
        if code is not None:
            ctx.set(component.code, code)
        drive(ctx, [rng.getrandbits(len(each)) for each in gates.registers], any_bits(), clear=1, enable=1)
        await ctx.tick()
        start = gates.state(ctx)
        waiting = [(start, rule.start)]
        while waiting:
            state, expected = waiting.pop()
            if (state, expected) in reached:
                continue
            reached.add((state, expected))
            for bits in itertools.product((0, 1), repeat=inputs):
                drive(ctx, state, bits, clear=0, enable=1)
                right, after = rule.step(expected, bits)
                out = ctx.get(component.out)
                assert tuple(out >> i & 1 for i in range(len(component.out))) == right, (node, code, expected, bits)
                if kind == "addie":
                    assert ctx.get(component.following) == after[1], (node, expected, bits)
                await ctx.tick()
                waiting.append((gates.state(ctx), after))
            for clear, enable, wanted in ((0, 0, state), (1, 0, start), (1, 1, start)):
                drive(ctx, state, any_bits(), clear, enable)
                await ctx.tick()
                assert gates.state(ctx) == wanted, (node, expected, clear, enable)

    simulate(gates, bench)
    assert len(reached) > 1 or not component.stateful, node
    return len(reached)


def states(kind):
    """How many states the cases of a kind have, all of them compared; a product is tried with every code."""
    return sum(
        compare(kind, inputs, fields, code)
        for inputs, fields in CASES[kind]
        for code in (range(2**N) if "code" in fields else (None,))
    )


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.contract(f"circuits.{kind}")) for kind in CASES])
def test_no_streams_tell_the_gates_from_the_rule(kind):
    assert states(kind) >= len(CASES[kind])


def test_every_kind_of_operator_is_tried():
    assert set(CASES) == set(kinds(Node))


@pytest.mark.contract("circuits.moore", "circuits.restart")
@pytest.mark.parametrize("fault", FAULTS)
def test_wrong_gates_are_told_from_the_rule(fault, monkeypatch):
    kind, component, method, change = FAULTS[fault]
    monkeypatch.setattr(component, method, change(getattr(component, method)))
    with pytest.raises(AssertionError, match=f"'kind': '{kind}'"):
        states(kind)
