# amaranth: UnusedElaboratable=no
"""The clamping neuron: scaled, then clipped to a range that is symmetric about 0."""

from __future__ import annotations

from amaranth.hdl import Module, Shape, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ....spec.encoding import Encoding, code_range, is_signed, zero_code
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
        encoding: Encoding,
    ) -> None:
        self.bits = bits
        self.encoding: Encoding = encoding
        self.requantizer = Requantizer(magnitude, multiplier, shift)
        self.latency = self.requantizer.latency + 1
        result: Shape = signed(bits + 1) if is_signed(encoding) else unsigned(bits)
        ports = {"biased": In(self.requantizer.biased.shape()), "result": Out(result)}
        super().__init__(ports | {"setting": In(6)} if shift is None else ports)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.requantizer = requantizer = self.requantizer
        m.d.comb += requantizer.biased.eq(self.biased)
        if requantizer.loadable:
            m.d.comb += requantizer.setting.eq(self.setting)
        low, high = code_range(self.encoding, self.bits)
        zero = zero_code(self.encoding, self.bits)
        value = requantizer.scaled + zero if zero else requantizer.scaled
        m.d.comb += self.result.eq(clipped(m, value, low, high))
        return m
