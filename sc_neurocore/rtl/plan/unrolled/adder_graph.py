"""Sums of products with constant weights, as a graph of tables and adders: values, ranges, levels; no gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

TABLE_INPUTS = 4
"""Bits that one table reads: a 4-input table of logic for each bit that it puts out."""


@dataclass(frozen=True)
class Table:
    """A number that depends on some bits of the layer's input, written down for each of their values."""

    bits: tuple[int, ...]
    """Numbers of input bits, the one of the index's lowest place first."""
    values: tuple[int, ...]
    """2^bits of them."""

    @property
    def range(self) -> tuple[int, int]:
        """Least and largest value."""
        return min(self.values), max(self.values)

    @property
    def level(self) -> int:
        """Adders before it."""
        return 0

    def plus(self, offset: int, *, negative: bool = False) -> Table:
        """The table of its values, or their negatives, and a constant."""
        sign = -1 if negative else 1
        return Table(self.bits, tuple(sign * value + offset for value in self.values))

    def joined(self, other: Table) -> Table:
        """The table of the sum of two that read different bits."""
        values = tuple(mine + its for its in other.values for mine in self.values)
        return Table(self.bits + other.bits, values)

    @property
    def luts(self) -> int:
        """4-input tables of logic that it takes: none for a bit that is constant or an input bit as it is."""
        size = len(self.values)
        inputs = {sum(1 << i for i in range(size) if i >> place & 1) for place in range(len(self.bits))}
        costless = {0, (1 << size) - 1} | inputs
        each = 1 << max(0, len(self.bits) - TABLE_INPUTS)
        return each * len({truth for truth in self.truths() if truth not in costless})

    def truths(self) -> list[int]:
        """For each bit that it puts out, lowest first, an integer: in its place i the bit where the index is i."""
        return [sum((value >> bit & 1) << i for i, value in enumerate(self.values)) for bit in range(width_of(self))]


@dataclass(frozen=True)
class Sum:
    """The sum, or the difference, of two nodes."""

    left: int
    right: int
    subtracts: bool
    range: tuple[int, int]
    level: int


Node = Table | Sum


def width_of(node: Node) -> int:
    """Bits of a node: two's complement where it may be negative, else as few as its largest value needs."""
    low, high = node.range
    return bits_of(low, high)


def bits_of(low: int, high: int) -> int:
    """Bits of a number of this range; two's complement where `low` is negative."""
    if low >= 0:
        return high.bit_length()
    return max((-low - 1).bit_length(), max(high, 0).bit_length()) + 1


def adder_luts(width: int) -> int:
    """Tables of a carry chain: its cells have two each (ECP5)."""
    return 2 * -(-width // 2)


@dataclass
class AdderGraph:
    """Nodes, each of earlier ones alone; and which of them are the layer's totals."""

    nodes: list[Node] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    _numbers: dict[Node, int] = field(default_factory=dict)

    def add(self, node: Node) -> int:
        """The number of a node; equal ones are one."""
        number = self._numbers.setdefault(node, len(self.nodes))
        if number == len(self.nodes):
            self.nodes.append(node)
        return number

    def sum(self, left: int, right: int, *, subtracts: bool = False) -> int:
        """The number of the sum, or the difference, of two nodes.

        Args:
            left: number of a node.
            right: number of a node.
            subtracts: whether it is the difference.
        """
        a, b = self.nodes[left], self.nodes[right]
        low, high = b.range
        low, high = (-high, -low) if subtracts else (low, high)
        total = (a.range[0] + low, a.range[1] + high)
        return self.add(Sum(left, right, subtracts, total, max(a.level, b.level) + 1))

    @property
    def levels(self) -> int:
        """Adders one after the other, at most."""
        return max((self.nodes[number].level for number in self.outputs), default=0)

    def live(self) -> list[int]:
        """Numbers of the nodes that the outputs need, in order."""
        ancestors = set(self.outputs)
        for number in reversed(range(len(self.nodes))):
            node = self.nodes[number]
            if number in ancestors and isinstance(node, Sum):
                ancestors |= {node.left, node.right}
        return sorted(ancestors)

    def luts(self, *, carries: bool = True) -> int:
        """Tables of logic, roughly; those of carry cells only with `carries`."""
        tables: set[tuple[tuple[int, ...], int]] = set()
        adders = 0
        for number in self.live():
            node = self.nodes[number]
            if isinstance(node, Sum):
                adders += adder_luts(width_of(node))
            else:
                tables |= {(node.bits, truth) for truth in node.truths()}
        logic = sum(Table(bits, _values(truth, len(bits))).luts for bits, truth in tables)
        return logic + adders * carries

    def evaluate(self, bits: Sequence[int]) -> list[int]:
        """The outputs for values of the input bits."""
        values: list[int] = []
        for node in self.nodes:
            if isinstance(node, Sum):
                right = values[node.right]
                values.append(values[node.left] + (-right if node.subtracts else right))
            else:
                values.append(node.values[sum(bits[bit] << place for place, bit in enumerate(node.bits))])
        return [values[number] for number in self.outputs]


def _values(truth: int, places: int) -> tuple[int, ...]:
    return tuple(truth >> i & 1 for i in range(1 << places))
