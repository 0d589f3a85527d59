"""How the words of a serial core's program lie in its memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...plan.shapes import index_shape
from .program import Op, Word


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
        if word.op is not Op.MAC:
            return word.payload
        return abs(word.payload) | (word.payload < 0) << self.n
