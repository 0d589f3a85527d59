# amaranth: UnusedElaboratable=no
"""The rectified neuron: scaled, then clipped to the unipolar range."""

from __future__ import annotations

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from .clip import clipped
from .requantizer import Requantizer


class ReluNeuron(wiring.Component):
    """result = clip(y, 0, 2^bits - 1), y from `Requantizer`.

    Latency     the requantizer's and 1 clock.
    Throughput  one value a clock.
    Reset       none: nothing but the pipeline holds state.

    Ports
        biased  in   signed, ±`magnitude`
        setting in   as `Requantizer`, where `shift` is None
        result  out  bits   unipolar code
    """

    def __init__(self, magnitude: int, multiplier: int, shift: int | None, bits: int) -> None:
        self.bits = bits
        self.requantizer = Requantizer(magnitude, multiplier, shift)
        self.latency = self.requantizer.latency + 1
        ports = {"biased": In(self.requantizer.biased.shape()), "result": Out(bits)}
        super().__init__(ports | {"setting": In(6)} if shift is None else ports)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.requantizer = requantizer = self.requantizer
        m.d.comb += requantizer.biased.eq(self.biased)
        if requantizer.loadable:
            m.d.comb += requantizer.setting.eq(self.setting)
        m.d.comb += self.result.eq(clipped(m, requantizer.scaled, 0, 2**self.bits - 1))
        return m
