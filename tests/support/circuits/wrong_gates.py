"""Operators in gates with the mistakes that are made: each is a method of a component, changed."""

from __future__ import annotations

from amaranth.hdl import Mux

from sc_neurocore.rtl.circuits import arithmetic, correlation, logic, walks


def held(change):
    """A fault of how a state is held: other arguments for `Operator._hold`."""

    def patched(old):
        return lambda self, m, state, first, following: old(self, m, state, *change(self, state, first, following))

    return "_hold", patched


def shown(change):
    """A fault of what is put out in a state."""
    return "output", lambda old: lambda self, state: change(self, state)


def over(m, statement):
    """The module with one more statement, which wins over those before it."""
    m.d.comb += statement(m)
    return m


FAULTS = {
    "an initial state off by one": ("stanh", walks.Walk, *held(lambda s, state, first, after: (first - 1, after))),
    "Mealy for Moore": (
        "stanh",
        walks.Stanh,
        *shown(lambda s, state: Mux(s.bits, state + 1, state - 1) >= s.states // 2),
    ),
    "a flipped comparison": ("stanh", walks.Stanh, *shown(lambda s, state: state > s.states // 2)),
    "a carry that begins as 1": (
        "scaled_add",
        arithmetic.ScaledAdd,
        *held(lambda s, state, first, after: (1, after)),
    ),
    "a flushed synchronizer": (
        "synchronizer",
        correlation.Synchronizer,
        *held(lambda s, state, first, after: (first, Mux(state == s.depth, 0, after))),
    ),
    "a state kept over evaluations": ("addie", walks.Addie, *held(lambda s, state, first, after: (state, after))),
    "an input for one that is not there": (
        "select",
        logic.Select,
        "elaborate",
        lambda old: (
            lambda self, platform: over(old(self, platform), lambda m: self.out.eq(self.bits[0] | self.bits[1]))
        ),
    ),
}
"""Kind, component, method, and what becomes of the method."""
