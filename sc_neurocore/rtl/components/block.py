"""The base of all components."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from amaranth.hdl import Module
from amaranth.lib.wiring import Component, In, Member, Out


class Block(Component):
    """A component whose gates `build` puts into one module; its signature says its ports."""

    def elaborate(self, platform: object) -> Module:
        """The module, as Amaranth asks for it."""
        m = Module()
        self.build(m)
        return m

    def build(self, m: Module) -> None:
        """Put the gates into the module."""
        raise NotImplementedError


def connect_ports(m: Module, outer: Any, inner: Any, names: Iterable[str], prefix: str = "") -> None:
    """Connect ports of a component with those of one in it, each in its direction.

    Args:
        m: the module of the outer component.
        outer: the component around.
        inner: the component in it.
        names: of the inner one's ports.
        prefix: before them, of the outer one's.
    """
    for name in names:
        ours, theirs = getattr(outer, prefix + name), getattr(inner, name)
        m.d.comb += theirs.eq(ours) if inner.signature.members[name].flow is In else ours.eq(theirs)


def flags_in(*names: str) -> dict[str, Member]:
    """Input ports of one bit each."""
    return {name: In(1) for name in names}


def flags_out(*names: str) -> dict[str, Member]:
    """Output ports of one bit each."""
    return {name: Out(1) for name in names}
