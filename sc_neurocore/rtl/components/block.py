"""The base of all components."""

from __future__ import annotations

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


def flags_in(*names: str) -> dict[str, Member]:
    """Input ports of one bit each."""
    return {name: In(1) for name in names}


def flags_out(*names: str) -> dict[str, Member]:
    """Output ports of one bit each."""
    return {name: Out(1) for name in names}
