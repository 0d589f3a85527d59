"""Operands as wide as results: random expressions mean the same in Verilog and Amaranth, and linters find nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from amaranth.hdl import Cat, Const, Module, Shape, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from amaranth.sim import Simulator
from support.marks import marked
from support.verilog.icarus import needs_icarus, run_icarus
from support.verilog.lint import CLEAN, linted

from sc_neurocore.rtl.emit.verilog import verilog_text

SHAPES = {"a": Shape(5, True), "b": Shape(3, False), "c": Shape(7, True), "d": Shape(1, False), "e": Shape(2, True)}


def drawn(rng: random.Random, of: Sequence[Value], depth: int) -> Value:
    """An expression of operators whose operands differ in width and sign."""
    if depth == 0:
        return rng.choice([*of, Const(rng.randrange(-4, 5))])
    x, y = (drawn(rng, of, depth - 1) for _ in range(2))
    few = y[:2]
    made: Any = rng.choice(
        [
            lambda: x + y, lambda: x - y, lambda: (x * y)[:12], lambda: x == y, lambda: x < y, lambda: x >= y,
            lambda: x != y, lambda: x << few, lambda: x >> few, lambda: Cat(x, y).as_signed() + x,
            lambda: Cat(x, y).as_signed() < x, lambda: (x >> few)[0], lambda: Cat(x, x, x, x).bit_select(few, 1) == 0,
        ]
    )()  # fmt: skip
    return made


class Expressions(wiring.Component):
    def __init__(self, seed: int) -> None:
        rng, of = random.Random(seed), [Signal(shape, name=name) for name, shape in SHAPES.items()]
        joined = Cat(of[0], of[2]).as_signed()
        self.found = [joined + of[4], joined < of[4], *(drawn(rng, of, 2) for _ in range(8))]
        self.of = of
        outputs = {f"y{i}": Out(each.shape()) for i, each in enumerate(self.found)}
        super().__init__({name: In(shape) for name, shape in SHAPES.items()} | outputs)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.d.comb += [signal.eq(getattr(self, name)) for name, signal in zip(SHAPES, self.of, strict=True)]
        m.d.comb += [getattr(self, f"y{i}").eq(each) for i, each in enumerate(self.found)]
        return m


def in_amaranth(core: Expressions, vectors: list[dict[str, int]]) -> list[list[int]]:
    seen = []

    async def bench(ctx: Any) -> None:
        for vector in vectors:
            for name, value in vector.items():
                ctx.set(getattr(core, name), value)
            seen.append([ctx.get(getattr(core, f"y{i}")) for i in range(len(core.found))])

    simulator = Simulator(core)
    simulator.add_testbench(bench)
    simulator.run()
    return seen


def bench_of(core: Expressions, vectors: list[dict[str, int]]) -> str:
    """Verilog that prints the outputs of every vector, by their bits."""
    names = [*SHAPES, *(f"y{i}" for i in range(len(core.found)))]
    widths = [Shape.cast(getattr(core, name).shape()).width for name in names]
    lines = ["module tb;", *(f"reg [{w - 1}:0] {n};" for n, w in zip(SHAPES, widths, strict=False))]
    lines += [f"wire [{w - 1}:0] {n};" for n, w in list(zip(names, widths, strict=True))[len(SHAPES) :]]
    lines += [f"top dut({', '.join(f'.{n}({n})' for n in names)});", "initial begin"]
    shown = names[len(SHAPES) :]
    for vector in vectors:
        lines += [f"{n} = {v % 2 ** SHAPES[n].width};" for n, v in vector.items()]
        lines.append(f'#1 $display("{" ".join(["%b"] * len(shown))}", {", ".join(shown)});')
    return "\n".join([*lines, "end", "endmodule", ""])


@marked(needs_icarus)
@pytest.mark.contract("core.widths")
@pytest.mark.parametrize("seed", range(6))
def test_random_expressions_mean_in_verilog_what_they_mean_in_amaranth(seed, tmp_path):
    core, rng = Expressions(seed), random.Random(seed)
    ranges = {
        name: range(-(2 ** (s.width - 1)), 2 ** (s.width - 1)) if s.signed else range(2**s.width)
        for name, s in SHAPES.items()
    }
    vectors = [{name: rng.choice(values) for name, values in ranges.items()} for _ in range(60)]
    (tmp_path / "top.v").write_text(verilog_text(core, "top"))
    (tmp_path / "tb.v").write_text(bench_of(core, vectors))
    status, said = run_icarus(tmp_path, "top.v", "tb.v")
    assert status == 0, said
    shapes = [Shape.cast(each.shape()) for each in core.found]
    wanted = [
        " ".join(f"{value % 2**s.width:0{s.width}b}" for value, s in zip(row, shapes, strict=True))
        for row in in_amaranth(core, vectors)
    ]
    assert said.split("\n")[: len(wanted)] == wanted
    assert len(set(wanted)) > 10
    constants = ["-Wno-UNSIGNED", "-Wno-CMPCONST"]  # drawn ones may decide a comparison
    assert linted(*constants, "top.v", cwd=tmp_path) == CLEAN
