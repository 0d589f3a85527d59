"""Runs of one component in Amaranth's simulator, clock by clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from amaranth.hdl import ClockDomain, Elaboratable, Fragment, Module, Signal
from amaranth.sim import Simulator


def simulate(component: Any, bench: Callable[[Any], Awaitable[None]], rst: Signal | None = None) -> None:
    """Run `bench` beside `component` until it returns; `rst` drives the synchronous reset."""
    top = Module()
    top.domains.sync = domain = ClockDomain()
    top.submodules.component = component
    top.d.comb += domain.rst.eq(rst if rst is not None else 0)
    simulator = Simulator(top)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()


def trace(component: Any, inputs: Mapping[str, Sequence[int]], outputs: Sequence[str]) -> dict[str, list[int]]:
    """Values of the outputs in each clock in which the inputs have the given values, one after the other.

    Value i of an output is what stands there while value i of the inputs is applied, before the clock edge that ends
    it. An input with fewer values than another keeps its last one.
    """
    clocks = max(len(values) for values in inputs.values())
    seen: dict[str, list[int]] = {name: [] for name in outputs}

    async def bench(ctx: Any) -> None:
        for clock in range(clocks):
            for name, values in inputs.items():
                ctx.set(getattr(component, name), values[min(clock, len(values) - 1)])
            for name in outputs:
                seen[name].append(ctx.get(getattr(component, name)))
            await ctx.tick()

    simulate(component, bench)
    return seen


class Opened(Elaboratable):
    """A component, elaborated, whose registers a bench may read and set.

    Args:
        component: the component; its ports are still the ones to drive.
    """

    def __init__(self, component: Any) -> None:
        self.fragment = Fragment.get(component, None)
        self.registers: tuple[Signal, ...] = tuple(_driven_by_the_clock(self.fragment))

    def elaborate(self, platform: object) -> Fragment:
        return self.fragment

    def state(self, ctx: Any) -> tuple[int, ...]:
        """What the registers hold."""
        return tuple(ctx.get(register) for register in self.registers)

    def load(self, ctx: Any, state: Sequence[int]) -> None:
        """Let the registers hold this."""
        for register, value in zip(self.registers, state, strict=True):
            ctx.set(register, value)


def _driven_by_the_clock(fragment: Fragment) -> list[Signal]:
    found = list(fragment.statements["sync"]._lhs_signals()) if "sync" in fragment.statements else []
    return found + [register for part, *_ in fragment.subfragments for register in _driven_by_the_clock(part)]
