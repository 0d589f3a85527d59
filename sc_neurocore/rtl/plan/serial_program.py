"""The program of a serial core: what its one product unit does, word by word, and how the words lie in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from ...spec.network import NetworkSpec
from ..components.arithmetic.sign_magnitude import sign_magnitude
from ..components.signals import index_shape
from .closed_forms import AccumulatorRange


class Op(IntEnum):
    """What a word does when it is executed."""

    MAC = 0
    """Add the product of element `address` with the weight in the payload; an all-zero word adds nothing."""
    LOAD = 1
    """Wait for an input beat, keep it at `address`; the total becomes the payload."""
    STORE = 2
    """Keep the stage's result of the total at `address`; the total becomes the payload."""
    OUT = 3
    """Wait until the output beat is taken; the total becomes the payload."""


@dataclass(frozen=True)
class Word:
    """One word; `payload` is a weight's code (MAC) or the starting value of the next neuron, modulo 2^width."""

    op: Op = Op.MAC
    address: int = 0
    payload: int = 0
    layer: int = 0
    last: bool = False
    """Of LOAD and OUT: the frame's last beat."""


@dataclass(frozen=True)
class SerialProgram:
    """The words of a network, in the order in which they are executed, over and over.

    Weights of 0 have no word. Where a word would read an element that is still on its way to the memory, words that do
    nothing stand before it.
    """

    network: NetworkSpec
    ranges: Sequence[AccumulatorRange]
    """Of the layers."""
    preloads: Sequence[Sequence[int]]
    """What the totals of each layer's neurons begin with."""
    read_ahead: int
    """Clocks from the reading of an element to the execution of its word."""
    write_behind: int
    """Clocks from the execution of LOAD or STORE to the clock that writes the element."""
    output_latency: int
    """Clocks from a total of the last layer to its result at the port."""

    @property
    def elements(self) -> int:
        """Elements that the data memory holds: the inputs of all layers."""
        return sum(each.layer.inputs for each in self.ranges)

    def words(self) -> list[Word]:
        """The program."""
        following = iter([*[preload for layer in self.preloads for preload in layer][1:], 0])
        features = self.network.input.features
        words = [Word(Op.LOAD, j, self.preloads[0][0], last=j == features - 1) for j in range(features)]
        ready_at = {j: j + self.write_behind for j in range(features)}
        base = 0
        for i, totals in enumerate(self.ranges):
            layer = totals.layer
            for neuron, row in enumerate(totals.weights.tolist()):
                for j, code in enumerate(row):
                    if code:  # read after the clock that wrote it
                        words += [Word()] * (ready_at[base + j] + 1 + self.read_ahead - len(words))
                        words.append(Word(Op.MAC, base + j, code, i))
                if i == len(self.ranges) - 1:
                    words += [Word()] * self.output_latency
                    words.append(Word(Op.OUT, 0, next(following), i, neuron == layer.neurons - 1))
                else:
                    ready_at[base + layer.inputs + neuron] = len(words) + self.write_behind
                    words.append(Word(Op.STORE, base + layer.inputs + neuron, next(following), i))
            base += layer.inputs
        return words


def program_clocks(words: Sequence[Word], bits_per_clock: int) -> int:
    """Clocks of a program where neither port stalls: one a word, or as many as a weight's positions need."""
    weights = (abs(word.payload) if word.op is Op.MAC else 1 for word in words)
    return sum(max(1, -(-weight // bits_per_clock)) for weight in weights)


def program_latency(words: Sequence[Word], bits_per_clock: int) -> int:
    """Clocks of a program from the last input beat to the first output beat."""
    last = next(i for i, word in enumerate(words) if word.op is Op.LOAD and word.last)
    first = next(i for i, word in enumerate(words) if word.op is Op.OUT)
    return program_clocks(words[last:first], bits_per_clock)


@dataclass(frozen=True)
class WordFormat:
    """The fields of a row, and words as rows."""

    width: int
    """Bits of a total: the payload of all words but MAC."""
    n: int
    """Bits of a weight's magnitude, the payload of MAC; its sign is above them."""
    elements: int
    """Of the data memory."""
    layers: int

    @property
    def fields(self) -> list[tuple[str, int]]:
        """Names and widths, from the low bits up; a name without bits is left out."""
        layer_bits = (self.layers - 2).bit_length() if self.layers > 2 else 0
        address = index_shape(max(self.elements, 2)).width
        layer = [("layer", layer_bits)] if layer_bits else []
        return [("payload", self.width), ("address", address), *layer, ("op", 2), ("last", 1), ("jump", 1)]

    @property
    def row_bits(self) -> int:
        """Bits of a row."""
        return sum(width for _, width in self.fields)

    def rows(self, words: Sequence[Word]) -> list[int]:
        """The words of a program, the last one but one with the jump: the word behind it is read in its clock."""
        return [self._row(word, jump=i == (len(words) - 2) % len(words)) for i, word in enumerate(words)]

    def _row(self, word: Word, *, jump: bool) -> int:
        values: dict[str, int] = {
            "payload": self._payload(word),
            "address": word.address,
            "layer": word.layer if word.op is Op.STORE else 0,
            "op": int(word.op),
            "last": int(word.last),
            "jump": int(jump),
        }
        row = shift = 0
        for name, width in self.fields:
            row |= values[name] << shift
            shift += width
        return row

    def _payload(self, word: Word) -> int:
        return sign_magnitude(word.payload, self.n) if word.op is Op.MAC else word.payload
