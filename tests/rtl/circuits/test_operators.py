"""Every operator in gates against its rule: over all streams of some length, and over long ones with pauses."""

from __future__ import annotations

import random

import pytest
from pydantic import TypeAdapter
from support.oracle.operator_rules import Rule
from support.simulation.amaranth_runs import simulate

from sc_neurocore.rtl.circuits.make import make_operator
from sc_neurocore.spec.circuit import Node

N = 3
"""Bits of a code."""
SOURCES = {
    "counter": {"kind": "counter", "skip": 5},
    "van_der_corput": {"kind": "van_der_corput"},
    "lfsr": {"kind": "lfsr", "seed": 2, "reverse": True},
    "lfsr_full": {"kind": "lfsr_full", "seed": 0},
    "sobol": {"kind": "sobol", "dimension": 2, "skip": 1},
}
MOST_CLOCKS = 800


def cases():
    """(id, inputs, fields of the node, codes to try) of every kind with small parameters."""
    for kind in ("and", "or", "xor", "xnor", "scaled_add"):
        for m in (2, 3, 6):
            yield kind, m, {}
    for kind, m in (("not", 1), ("switch", 3), ("majority", 3), ("majority", 7)):
        yield kind, m, {}
    for m, name in ((2, "counter"), (3, "lfsr_full"), (4, "sobol"), (5, "van_der_corput")):
        yield "select", m, {"source": SOURCES[name] | ({"skip": 1} if m == 5 else {})}
    for by in (1, 2, 5):
        for initial in (0, 1):
            yield "delay", 1, {"by": by, "initial": initial}
    for kind in ("toggle_add", "divide"):
        for initial in (0, 1):
            yield kind, 2, {"initial": initial}
    for states in (2, 4, 6, 10):
        yield "stanh", 1, {"states": states}
    for states, gain in ((2, 1), (4, 1), (6, 2), (8, 7)):
        yield "sexp", 1, {"states": states, "gain": gain}
    for m, states in ((1, 4), (2, 6), (3, 2), (3, 8), (5, 12)):
        yield "btanh", m, {"states": states}
    for kind in ("synchronizer", "desynchronizer"):
        for depth in (1, 2, 3):
            yield kind, 2, {"depth": depth}
    for degree in (1, 2, 3):
        yield "bernstein", 2 * degree + 1, {"degree": degree}
    for name, source in SOURCES.items():
        yield "umul", 1, {"source": source, "code": "w"}
        yield "umul_bipolar", 1, {"source": source, "code": "w"}
        yield "addie", 1, {"source": source, "bits": 3 if name != "counter" else 2}
    for depth, name in ((2, "lfsr"), (4, "counter"), (8, "sobol")):
        yield "shuffle", 1, {"depth": depth, "source": SOURCES[name]}


def named(case):
    kind, inputs, fields = case
    texts = [value["kind"] if key == "source" else str(value) for key, value in fields.items() if key != "code"]
    return "-".join([kind, str(inputs), *texts])


def described(kind, inputs, fields):
    return {"name": "y", "kind": kind, "of": [f"x{i}" for i in range(inputs)], **fields}


def all_streams(inputs):
    """All streams of the length at which they are as many as the clocks allow, and some of at least three positions."""
    length = 3
    while 2 ** (inputs * (length + 1)) * (length + 2) <= MOST_CLOCKS:
        length += 1
    many = 2 ** (inputs * length)
    numbers = range(many) if many * length <= MOST_CLOCKS else random.Random(inputs).sample(range(many), 150)
    for number in numbers:
        yield [[number >> (inputs * t + i) & 1 for i in range(inputs)] for t in range(length)]


def long_streams(inputs, seed):
    """Streams of three densities, several periods of the sources long."""
    rng = random.Random(f"{inputs} {seed}")
    for density in (0.5, 0.9, 0.1):
        yield [[int(rng.random() < density) for _ in range(inputs)] for _ in range(40)]


def run(component, streams, code):
    """Outputs of the gates, stream by stream; between two positions `enable` is low now and then."""
    rng = random.Random(1)
    seen = []

    async def bench(ctx):
        if code is not None:
            ctx.set(component.code, code)
        for stream in streams:
            if component.stateful:
                ctx.set(component.enable, rng.getrandbits(1))  # `clear` wins
                ctx.set(component.clear, 1)
                await ctx.tick()
                ctx.set(component.clear, 0)
            seen.append([])
            for bits in stream:
                if component.stateful and rng.random() < 0.1:
                    ctx.set(component.enable, 0)
                    ctx.set(component.bits, rng.getrandbits(len(bits)))
                    await ctx.tick()
                if component.stateful:
                    ctx.set(component.enable, 1)
                ctx.set(component.bits, sum(bit << i for i, bit in enumerate(bits)))
                out = ctx.get(component.out)
                seen[-1].append(tuple(out >> i & 1 for i in range(len(component.out))))
                await ctx.tick()

    simulate(component, bench)
    return seen


@pytest.mark.parametrize("case", list(cases()), ids=named)
def test_the_gates_are_the_rule(case):
    kind, inputs, fields = case
    node = described(kind, inputs, fields)
    component = make_operator(TypeAdapter(Node).validate_python(node), N)
    codes = [0, 3, 7] if "code" in fields else [None]
    for code in codes:
        streams = [*(all_streams(inputs) if code in (None, 3) else []), *long_streams(inputs, named(case))]
        seen = run(component, streams, code)
        for stream, outputs in zip(streams, seen, strict=True):
            rule = Rule(node, N, code)
            assert outputs == [rule.step(bits) for bits in stream]


def test_every_kind_of_operator_is_tried():
    kinds = {
        kind["properties"]["kind"]["const"]
        for kind in TypeAdapter(Node).json_schema()["$defs"].values()
        if "of" in kind["properties"]
    }
    assert {kind for kind, _, _ in cases()} == kinds
    assert len(kinds) == 22
