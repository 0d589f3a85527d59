# amaranth: UnusedElaboratable=no
"""The clamping neuron: scaled, then clipped to a range that is symmetric about 0."""

from __future__ import annotations

from typing import Literal

from amaranth.hdl import Module, Shape, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from .clip import clipped
from .requantizer import Requantizer


class ClampNeuron(wiring.Component):
    """result = clip(y, -(2^bits - 1), 2^bits - 1) as sign_magnitude, or clip(y + 2^(bits - 1), 0, 2^bits - 1) as
    bipolar.

    Latency     the requantizer's and 1 clock.
    Throughput  one value a clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        biased  in   signed, ±`magnitude`
        setting in   as `Requantizer`, where `shift` is None
        result  out  bits + 1, two's complement (sign_magnitude) | bits (bipolar)
    """

    def __init__(
        self,
        magnitude: int,
        multiplier: int,
        shift: int | None,
        bits: int,
        encoding: Literal["sign_magnitude", "bipolar"],
    ) -> None:
        self.bits, self.encoding = bits, encoding
        self.requantizer = Requantizer(magnitude, multiplier, shift)
        self.latency = self.requantizer.latency + 1
        result: Shape = signed(bits + 1) if encoding == "sign_magnitude" else unsigned(bits)
        ports = {"biased": In(self.requantizer.biased.shape()), "result": Out(result)}
        super().__init__(ports | {"setting": In(6)} if shift is None else ports)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.requantizer = requantizer = self.requantizer
        m.d.comb += requantizer.biased.eq(self.biased)
        if requantizer.loadable:
            m.d.comb += requantizer.setting.eq(self.setting)
        full = 2**self.bits - 1
        if self.encoding == "sign_magnitude":
            m.d.comb += self.result.eq(clipped(m, requantizer.scaled, -full, full))
        else:
            m.d.comb += self.result.eq(clipped(m, requantizer.scaled + 2 ** (self.bits - 1), 0, full))
        return m
