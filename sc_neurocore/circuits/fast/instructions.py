"""A circuit as instructions on numbered streams: what the interpreter reads, prepared once a circuit."""

from __future__ import annotations

from enum import IntEnum, auto
from itertools import count
from typing import Any, NamedTuple

import numpy as np

from ...accel.words import cycle
from ...spec.circuit import (
    Addie,
    And,
    Bernstein,
    Btanh,
    CircuitSpec,
    Delay,
    Desynchronizer,
    Divide,
    Majority,
    Node,
    Not,
    Or,
    ScaledAdd,
    Select,
    Sexp,
    Shuffle,
    Stanh,
    Switch,
    Synchronizer,
    ToggleAdd,
    Umul,
    UmulBipolar,
    Xnor,
    Xor,
)
from ...spec.generator import Comparator, Generator
from ...spec.kinds import unknown_kind
from ...spec.source import Source
from .machines import byte_table

BYTE_STATES = 256
"""States of a counter that still goes byte by byte."""


class Op(IntEnum):
    """What the interpreter does with a word."""

    AND = 0
    OR = auto()
    PARITY = auto()
    SELECT = auto()
    SWITCH = auto()
    DELAY = auto()
    TOGGLE_ADD = auto()
    DIVIDE = auto()
    COUNTER_BYTES = auto()
    UMUL = auto()
    UMUL_BIPOLAR = auto()
    SYNCHRONIZER = auto()
    DESYNCHRONIZER = auto()
    SHUFFLE = auto()
    ADDIE = auto()
    BERNSTEIN = auto()
    MAJORITY = auto()
    SCALED_ADD_BITS = auto()
    SCALED_ADD = auto()
    COUNTER = auto()


class CodedStream(NamedTuple):
    """A stream that is made from a code: that of an input or constant, or what an `umul` reads of one."""

    generator: Generator
    code: str


class Program(NamedTuple):
    """What `interpreter.execute` reads of a circuit; its arguments of these names."""

    code: np.ndarray
    of: np.ndarray
    numbers: np.ndarray
    cells: np.ndarray
    periods: np.ndarray
    masks: np.ndarray
    bytes_: np.ndarray
    coded_streams: tuple[CodedStream, ...]
    """The first `slots` of them are the circuit's first streams."""
    slots: int
    count_slots: np.ndarray
    stream_slots: np.ndarray
    state_slots: np.ndarray


class _Lowering:
    """Collects instructions and what they read."""

    def __init__(self, circuit: CircuitSpec) -> None:
        self.n = circuit.resolution_bits
        coded = [each for each in circuit.coded if each.generator is not None]
        self.coded_streams = [CodedStream(each.generator, each.name) for each in coded if each.generator is not None]
        self.slot = {each.name: i for i, each in enumerate(coded)}
        self.slots = len(coded)
        self.code: list[list[int]] = []
        self.of: list[int] = []
        self.numbers: list[int] = []
        self.cells: list[int] = []
        self.parts: dict[str, list[np.ndarray]] = {"periods": [], "masks": [], "bytes_": []}
        self.state: dict[str, int] = {}
        self._next_slot = count(self.slots)

    def add(self, node: Node, op: Op, parameters: tuple[int, ...] = (), numbers: tuple[int, ...] = (0,)) -> None:
        """One instruction.

        Args:
            node: whose streams it reads and writes.
            op: what it does.
            parameters: three at most.
            numbers: its state at first.
        """
        out = [next(self._next_slot) for _ in node.output_names]
        padded = [*parameters, 0, 0, 0][:3]
        self.code.append([op, len(self.of), len(node.of), out[0], len(self.numbers), *padded])
        self.of += [self.slot[name] for name in node.of]
        self.state[node.name] = len(self.numbers)
        self.numbers += numbers
        self.slot |= dict(zip(node.output_names, out, strict=True))

    def put(self, part: str, values: np.ndarray) -> int:
        """Where these values begin in a part of the program."""
        start = sum(map(len, self.parts[part]))
        self.parts[part].append(values)
        return start

    def put_cells(self, cells: list[int]) -> int:
        """Where these words begin."""
        self.cells += cells
        return len(self.cells) - len(cells)

    def period(self, source: Source, n: int) -> np.ndarray:
        """One period of a source's words as it is read, from its `skip` on."""
        words: Any = cycle(source, n)  # pyright: ignore[reportArgumentType]  # frozen, so hashable: `model_config`
        return np.roll(words, -(source.skip % len(words)))

    def coded_stream(self, source: Source, code: str) -> int:
        """The number of the stream [u(i) < w] of a code."""
        self.coded_streams.append(CodedStream(Comparator(source=source), code))
        return len(self.coded_streams) - 1

    def counter(self, node: Node, states: int, threshold: int, inverted: int) -> None:
        """A saturating counter.

        Args:
            node: whose it is.
            states: K; it starts at K/2.
            threshold: the state from which on the output is 1.
            inverted: 1 where it is inverted.
        """
        if len(node.of) == 1 and states <= BYTE_STATES:
            table = self.put("bytes_", byte_table(states, threshold, inverted))
            self.add(node, Op.COUNTER_BYTES, (table,), (states // 2,))
        else:
            self.add(node, Op.COUNTER, (states, threshold, inverted), (states // 2,))


def lower(circuit: CircuitSpec) -> Program:
    """The instructions of a circuit, in the order of its nodes."""
    lowering = _Lowering(circuit)
    for node in circuit.nodes:
        _lower_node(lowering, node)
    slots = {
        way: [lowering.slot[each.of] for each in circuit.outputs if each.read == way] for way in ("count", "stream")
    }
    state_slots = [lowering.state[each.of] for each in circuit.outputs if each.read == "state"]

    def joined(part: str, dtype: Any) -> np.ndarray:
        return np.concatenate([np.zeros(0, dtype), *lowering.parts[part]]).astype(dtype)

    return Program(
        np.array(lowering.code, dtype=np.int64).reshape(-1, 8),
        np.array(lowering.of, dtype=np.int64),
        np.array(lowering.numbers, dtype=np.int64),
        np.array(lowering.cells, dtype=np.uint64),
        joined("periods", np.int64),
        joined("masks", np.uint64),
        joined("bytes_", np.uint16),
        tuple(lowering.coded_streams),
        lowering.slots,
        np.array(slots["count"], dtype=np.int64),
        np.array(slots["stream"], dtype=np.int64),
        np.array(state_slots, dtype=np.int64),
    )


def _lower_node(lowering: _Lowering, node: Node) -> None:
    match node:
        case Not() | Xnor():
            lowering.add(node, Op.PARITY, (1,))
        case Xor():
            lowering.add(node, Op.PARITY)
        case And():
            lowering.add(node, Op.AND)
        case Or():
            lowering.add(node, Op.OR)
        case Majority():
            lowering.add(node, Op.MAJORITY, (len(node.of) // 2 + 1,))
        case Select():
            lowering.add(node, Op.SELECT, (lowering.put("masks", _select_masks(lowering, node)),))
        case Switch():
            lowering.add(node, Op.SWITCH)
        case Delay(by=by, initial=initial):
            ring = [initial * (2**64 - 1)] * (by // 64 + 2)
            lowering.add(node, Op.DELAY, (by, lowering.put_cells(ring), len(ring)))
        case ToggleAdd(initial=initial):
            lowering.add(node, Op.TOGGLE_ADD, numbers=(initial,))
        case ScaledAdd():
            m = len(node.of)
            bits = m.bit_length() - 1
            lowering.add(node, Op.SCALED_ADD_BITS, (bits,)) if m == 2**bits else lowering.add(node, Op.SCALED_ADD)
        case Stanh(states=states) | Btanh(states=states):
            lowering.counter(node, states, states // 2, 0)
        case Sexp(states=states, gain=gain):
            lowering.counter(node, states, states - gain, 1)
        case Umul(source=source, code=code):
            lowering.add(node, Op.UMUL, (lowering.coded_stream(source, code),))
        case UmulBipolar(source=source, code=code):
            lowering.add(node, Op.UMUL_BIPOLAR, (lowering.coded_stream(source, code),), (0, 0))
        case Divide(initial=initial):
            lowering.add(node, Op.DIVIDE, numbers=(initial,))
        case Synchronizer(depth=depth):
            lowering.add(node, Op.SYNCHRONIZER, (depth,))
        case Desynchronizer(depth=depth):
            lowering.add(node, Op.DESYNCHRONIZER, (depth,))
        case Shuffle(depth=depth, source=source):
            period = lowering.period(source, lowering.n) % depth
            cells = [0xAAAAAAAAAAAAAAAA] * -(-depth // 64)
            lowering.add(node, Op.SHUFFLE, (lowering.put("periods", period), len(period), lowering.put_cells(cells)))
        case Bernstein(degree=degree):
            lowering.add(node, Op.BERNSTEIN, (degree,))
        case Addie(bits=bits, source=source):
            period = lowering.period(source, bits) - (not source.emits_zero)  # [u <= S] is [u - 1 < S]
            place = lowering.put("periods", period)
            lowering.add(node, Op.ADDIE, (place, len(period), 2**bits - 1), (2 ** (bits - 1), 0))
        case other:
            unknown_kind(other, "engine fast")


def _select_masks(lowering: _Lowering, node: Select) -> np.ndarray:
    """For each input the positions of a word at which it is chosen; a period of 4 ... 64 words divides 64."""
    words = np.resize(lowering.period(node.source, node.word_bits(lowering.n)), 64)
    is_of_stream = words == np.arange(len(node.of))[:, None]
    return np.packbits(is_of_stream, axis=1, bitorder="little").view("<u8")[:, 0].astype(np.uint64)
