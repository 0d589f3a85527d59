"""Three operations on a photograph, each as the circuit of the tutorial and as a binary core.

A binary core has the ports and the buffer of a circuit's core around a function of whole codes, which takes one clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from amaranth.hdl import Array, Const, Module, Value, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from sklearn.datasets import load_sample_image

from sc_neurocore.circuits import Circuit, run
from sc_neurocore.rtl.components.memory.element_buffers import ElementBuffer
from sc_neurocore.rtl.components.ports.input_frames import FrameReader
from sc_neurocore.rtl.components.ports.output_frames import FrameWriter
from sc_neurocore.rtl.components.signals import port_bits
from sc_neurocore.spec import Comparator, LfsrFull, Sobol

BITS, DEGREE, POWER = 8, 6, 0.45
COEFFICIENTS = (22, 189, 86, 255, 182, 246, 255)
"""Of the polynomial, as the tutorial fits them, in parts of 256."""


def photograph() -> np.ndarray:
    """Codes of 8 bits `(107, 160)`."""
    grey = load_sample_image("china.jpg")[::4, ::4].mean(axis=2)
    return np.floor(grey * 255 / grey.max() + 0.5).astype(np.int64)


def windows(codes: np.ndarray, side: int) -> np.ndarray:
    """The codes of each window, row by row, `(windows, side * side)`."""
    rows, columns = (size - side + 1 for size in codes.shape)
    return np.stack([codes[i : i + rows, j : j + columns].ravel() for i in range(side) for j in range(side)], axis=1)


def gamma() -> Circuit:
    """x^0.45 as a Bernstein polynomial of degree 6."""
    c = Circuit("gamma", stream_length=1024, resolution_bits=BITS)
    copies = [c.input(f"x{i}", generator=Comparator(source=Sobol(dimension=i + 1))) for i in range(DEGREE)]
    weights = [
        c.constant(f"b{k}", code, generator=Comparator(source=LfsrFull(seed=17 * k + 1, skip=31 * k)))
        for k, code in enumerate(COEFFICIENTS)
    ]
    c.output("y", c.bernstein(copies, weights))
    return c


def roberts() -> Circuit:
    """(|a - d| + |b - c|) / 2 of streams from one source."""
    return _roberts("roberts", (1, 1, 1, 1))


def uncorrelated() -> Circuit:
    """The same gates with a source for each stream, which compute something else."""
    return _roberts("wrong", (1, 2, 3, 4))


def _roberts(name: str, dimensions: tuple[int, int, int, int]) -> Circuit:
    circuit = Circuit(name, stream_length=256, resolution_bits=BITS)
    sources = [Comparator(source=Sobol(dimension=each)) for each in dimensions]
    a, b, c, d = (circuit.input(each, generator=source) for each, source in zip("abcd", sources, strict=True))
    circuit.output("y", circuit.toggle_add(circuit.xor(a, d), circuit.xor(b, c)))
    return circuit


def mean() -> Circuit:
    """A ninth of nine streams from one source."""
    c = Circuit("mean", stream_length=256, resolution_bits=BITS)
    pixels = [c.input(f"p{i}", generator=Comparator(source=Sobol(dimension=1))) for i in range(9)]
    c.output("y", c.scaled_add(*pixels))
    return c


def binary_gamma(x: list[Value]) -> Value:
    """A table of 256 rows."""
    return Value.cast(Array(Const(int(row), BITS) for row in brightened(np.arange(256)))[x[0]])


def brightened(codes: np.ndarray) -> np.ndarray:
    """x^0.45 of codes that stand for x = code / 256, rounded to such codes."""
    return np.minimum(np.floor(256 * (codes / 256) ** POWER + 0.5), 255).astype(np.int64)


def binary_roberts(x: list[Value]) -> Value:
    """Two differences without their signs, and half their sum."""

    def apart(a: Value, b: Value) -> Value:
        difference = Value.cast(a - b)
        sign = Value.cast(difference[BITS])
        return Value.cast(((Value.cast(difference[:BITS]) ^ sign.replicate(BITS)) + sign)[:BITS])

    return (apart(x[0], x[3]) + apart(x[1], x[2])) >> 1


def binary_mean(x: list[Value]) -> Value:
    """A sum and a ninth of it, sum · 3641 / 2^15, exact up to 9 · 255."""
    return (sum(x[1:], x[0]) * 3641) >> 15


class BinaryCore(wiring.Component):
    """Function    one frame of codes in, a function of them out as a frame of one beat.

    Latency     2 clocks from the last beat in to the beat out.
    Throughput  one frame in `codes` + 1 clocks.
    Reset       as a circuit's core.

    Ports
        as a circuit's core without streams

    Args:
        codes: beats of an input frame.
        function: from codes to a result of 8 bits.
    """

    def __init__(self, codes: int, function: Callable[[list[Value]], Value]) -> None:
        self.codes, self.function = codes, function
        flags_in = {name: In(1) for name in ("s_axis_tvalid", "s_axis_tlast", "m_axis_tready")}
        flags_out = {name: Out(1) for name in ("s_axis_tready", "m_axis_tvalid", "m_axis_tlast", "frame_error")}
        data = {"s_axis_tdata": In(port_bits(BITS)), "m_axis_tdata": Out(port_bits(BITS))}
        super().__init__(data | flags_in | flags_out)

    def elaborate(self, platform: object) -> Module:
        """Reader, buffer, function, writer."""
        m = Module()
        m.submodules.reader = reader = FrameReader(self.codes, BITS)
        m.submodules.buffer = buffer = ElementBuffer(self.codes, BITS)
        m.submodules.writer = writer = FrameWriter(1, unsigned(BITS))
        for name in ("tdata", "tvalid", "tlast"):
            m.d.comb += getattr(reader, name).eq(getattr(self, f"s_axis_{name}"))
            m.d.comb += getattr(self, f"m_axis_{name}").eq(getattr(writer, name))
        starts = buffer.full & writer.vacant
        m.d.comb += [
            self.s_axis_tready.eq(reader.tready),
            self.frame_error.eq(reader.error),
            reader.ready.eq(buffer.vacant),
            buffer.push.eq(reader.push),
            buffer.data.eq(reader.data),
            buffer.commit.eq(reader.commit),
            buffer.vacate.eq(starts),
            writer.push.eq(starts),
            writer.commit.eq(starts),
            writer.data.eq(self.function([buffer.elements.word_select(i, BITS) for i in range(self.codes)])),
            writer.tready.eq(self.m_axis_tready),
        ]
        return m


@dataclass(frozen=True)
class Task:
    """One operation on a photograph, as a circuit and in binary."""

    circuit: Circuit
    codes: np.ndarray
    """Of every evaluation, as the circuit takes them."""
    binary_codes: int
    """Of an evaluation, as the binary core takes them: the first ones of the circuit's."""
    function: Callable[[list[Value]], Value]
    wanted: np.ndarray
    """What the result should stand for, 0 to 1, for each evaluation."""
    binary: np.ndarray
    """What the binary core puts out: codes that stand for code / 256."""

    def errors(self) -> dict[str, dict[str, float]]:
        """Mean and largest errors, of the circuit's counts and of the binary codes."""
        streams = run(self.circuit, self.codes)["y"] / self.circuit.stream_length
        kinds = {"streams": np.abs(streams - self.wanted), "binary": np.abs(self.binary / 256 - self.wanted)}
        return {
            kind: {"mean_error": round(float(error.mean()), 5), "largest_error": round(float(error.max()), 5)}
            for kind, error in kinds.items()
        }


def tasks() -> dict[str, Task]:
    """The three, on the photograph."""
    codes = photograph()
    pixels = codes.reshape(-1, 1)
    four, nine = windows(codes, 2), windows(codes, 3)
    edges = np.abs(four[:, 0] - four[:, 3]) + np.abs(four[:, 1] - four[:, 2])
    bright, copies = (codes.ravel() / 256) ** POWER, np.repeat(pixels, DEGREE, axis=1)
    return {
        "gamma": Task(gamma(), copies, 1, binary_gamma, bright, brightened(codes.ravel())),
        "roberts": Task(roberts(), four, 4, binary_roberts, edges / 512, edges // 2),
        "mean": Task(mean(), nine, 9, binary_mean, nine.mean(axis=1) / 256, nine.sum(axis=1) // 9),
    }
