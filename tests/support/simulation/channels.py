"""Handshakes in Amaranth's simulator: senders and takers with random pauses, any number of them beside each other."""

from __future__ import annotations

import random

from amaranth.hdl import Signal
from support.simulation.amaranth_runs import simulate


class Sender:
    """Offers payloads (dicts of port values) one after the other; an offered one stays until it is accepted."""

    def __init__(self, component, prefix, rng=None, chance=1.0):
        self.component, self.prefix, self.rng, self.chance = component, prefix, rng or random.Random(0), chance
        self.queue, self.offered, self.accepted = [], None, []

    def drive(self, ctx, clock):
        if self.offered is None and self.queue and self.rng.random() < self.chance:
            self.offered = self.queue.pop(0)
            for name, value in self.offered.items():
                ctx.set(getattr(self.component, self.prefix + name), value)
        ctx.set(getattr(self.component, f"{self.prefix}valid"), self.offered is not None)

    def sample(self, ctx, clock):
        if self.offered is not None and ctx.get(getattr(self.component, f"{self.prefix}ready")):
            self.accepted.append((clock, self.offered))
            self.offered = None

    def forget(self):
        self.queue.clear()
        self.offered = None

    @property
    def busy(self):
        return bool(self.queue) or self.offered is not None


class Taker:
    """Takes payloads and sees that an offered one neither goes nor changes before it is taken."""

    def __init__(self, component, prefix, names, rng=None, chance=1.0):
        self.component, self.prefix, self.names = component, prefix, names
        self.rng, self.chance = rng or random.Random(0), chance
        self.taken, self.waiting = [], None

    def drive(self, ctx, clock):
        ctx.set(getattr(self.component, f"{self.prefix}ready"), self.rng.random() < self.chance)

    def sample(self, ctx, clock):
        valid = ctx.get(getattr(self.component, f"{self.prefix}valid"))
        now = {name: ctx.get(getattr(self.component, self.prefix + name)) for name in self.names} if valid else None
        if self.waiting is not None:
            assert now == self.waiting, f"{self.prefix}: an offered beat went or changed"
        self.waiting = now
        if valid and ctx.get(getattr(self.component, f"{self.prefix}ready")):
            self.taken.append((clock, now))
            self.waiting = None

    def forget(self):
        self.waiting = None


def run(component, agents, *, until, reset_at=(), watch=None, limit=20_000):
    """Clock by clock: agents drive, then sample, `watch(ctx, clock)` looks on; until `until()` is true.

    In the clocks of `reset_at` `rst` is high and the agents forget what they had begun.
    """
    rst = Signal()

    async def bench(ctx):
        for clock in range(limit):
            reset = clock in reset_at
            ctx.set(rst, reset)
            for agent in agents:
                if reset:
                    agent.forget()
                agent.drive(ctx, clock)
            if watch is not None:
                watch(ctx, clock)
            for agent in agents:
                agent.sample(ctx, clock)
            await ctx.tick()
            if until():
                return
        raise AssertionError(f"not at its end after {limit} clocks")

    simulate(component, bench, rst)


def keeps_the_rules(core):
    """A `watch` that holds a controller to the rules of a loadable core: writes only while hold and idle are high."""

    def watch(ctx, clock):
        if ctx.get(core.load_write):
            assert ctx.get(core.hold), f"clock {clock}: a write without hold"
            assert ctx.get(core.idle), f"clock {clock}: a write while a sample is in work"

    return watch
