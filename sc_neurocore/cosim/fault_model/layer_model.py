"""A layer as sums of table entries, so that thousands of slightly wrong layers can be evaluated at once.

Under a parallel counter a neuron's count is a' = b + Σ_i P[x_i, w_i], and a wrong weight, tap or seed only changes
entries of P. The tables here are made from the words of the sources (`bitstream.sources`), which is also where wrong
sources are put in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...bitstream.sources import sequence
from ...spec.encoding import code_range, zero_code
from ...spec.generator import Comparator, Generator, WeightedBinary
from ...spec.kinds import unknown_kind
from ...spec.layer import Clamp, DenseLayer, Lif, Linear, Mux, Neuron, Or, ParallelCounter, Relu
from ...spec.maps import AvgPool2dLayer, Conv2dLayer, MaxPool2dLayer
from ...spec.network import NetworkSpec

_ALL_CODES_UP_TO = 9  # bits; beyond, only the codes that occur get a table row
_CHUNK = 4096  # stream positions multiplied at a time


@dataclass(frozen=True)
class Streams:
    """How one operand's codes become streams: the source's words, and the rule that makes bits of them."""

    words: np.ndarray
    """u(t), one per stream position."""
    rule: str
    """lt, le, gt, ge (comparators, word against code), leading, lowest (weighted binary), level (spikes)."""

    def bits(self, codes: np.ndarray, start: int, stop: int) -> np.ndarray:
        """Stream bits (codes, positions) of unsigned codes, as float32 for the products.

        Args:
            codes: unsigned codes.
            start: first position.
            stop: position behind the last.
        """
        u, c = self.words[None, start:stop], codes[:, None]
        if self.rule == "level":
            bits = np.broadcast_to(c == 1, (len(codes), stop - start))
        elif self.rule in ("leading", "lowest"):
            one = u if self.rule == "leading" else u & -u
            place = np.frexp(one.astype(np.float64))[1] - 1
            bits = ((c >> np.maximum(place, 0)) & 1 == 1) & (u > 0)
        else:
            bits = {"lt": u < c, "le": u <= c, "gt": u > c, "ge": u >= c}[self.rule]
        return bits.astype(np.float32)


def operand_streams(generator: Generator | None, n: int, length: int) -> Streams:
    """The sound streams of a generator; None is a spike's constant level.

    Args:
        generator: the description; None: spikes.
        n: bits of a code.
        length: positions.

    Raises:
        OptionError: the kind of generator, or of its source, is unknown here.
    """
    if generator is None:
        return Streams(np.zeros(length, dtype=np.int64), "level")
    words = np.asarray(sequence(generator.source, n, length), dtype=np.int64)
    match generator:
        case Comparator(source=source):
            return Streams(words, "lt" if source.emits_zero else "le")
        case WeightedBinary():
            return Streams(words, "leading")
        case other:
            unknown_kind(other, "cosim coverage")


@dataclass(frozen=True)
class Requantizer:
    """From a' to the output code: clip(((a'·multiplier + rounding) >> shift) + offset, low, high), or a' itself."""

    clips: bool = True
    """False: a' itself."""
    multiplier: int = 1
    shift: int = 0
    rounding: int = 0
    low: int = 0
    high: int = 0
    offset: int = 0

    def __call__(self, a: np.ndarray) -> np.ndarray:
        """Output codes of counts."""
        if not self.clips:
            return a
        y = (a.astype(np.int64) * self.multiplier + self.rounding) >> self.shift
        return np.clip(y + self.offset, self.low, self.high)

    def smallest_count(self, y: int) -> int:
        """The smallest a' whose unclipped output is y or more."""
        return -((self.rounding - ((y - self.offset) << self.shift)) // self.multiplier)


def requantizer(neuron: Neuron) -> Requantizer | None:
    """The sound requantizer of a neuron; None of one that keeps a state.

    Raises:
        OptionError: the kind of neuron is unknown here.
    """
    match neuron:
        case Linear():
            return Requantizer(clips=False)
        case Relu(multiplier=multiplier, shift=shift) | Clamp(multiplier=multiplier, shift=shift):
            low, high = code_range(neuron.encoding, neuron.output_bits)
            zero = zero_code(neuron.encoding, neuron.output_bits)
            return Requantizer(True, multiplier, shift, 2**shift >> 1, low, high, zero)
        case Lif():
            return None
        case other:
            unknown_kind(other, "cosim coverage")


class LayerModel:
    """One layer as a table P (input codes × weight codes), its weights, biases and requantizer.

    Attributes:
        x_low: the input code of table row 0.
        w_codes: the weight codes that P knows, sorted.
        weight_indices: (neurons, inputs), the index of each weight in `w_codes`.
        bias: (neurons,).

    Args:
        layer: the description; its accumulator is a parallel counter, its neuron keeps no state.
        weights: codes (neurons, inputs).
        biases: (neurons,).
        w_codes: all weight codes that the table shall know, sorted.
    """

    def __init__(self, layer: DenseLayer, weights: np.ndarray, biases: np.ndarray, w_codes: np.ndarray) -> None:
        self.layer = layer
        self.weights = weights.astype(np.int64)
        self.bias = biases.astype(np.int64)
        self.x_low, self.x_high = code_range(layer.input_encoding, layer.resolution_bits)
        self.w_low, self.w_high = code_range(layer.weight_encoding, layer.resolution_bits)
        self.w_codes = w_codes
        self.weight_indices = np.searchsorted(w_codes, self.weights)
        n, length = layer.resolution_bits, layer.stream_length
        self.length = length
        self.x_streams = operand_streams(layer.input_generator, n, length)
        self.w_streams = operand_streams(layer.weight_generator, n, length)
        sound = requantizer(layer.neuron)
        assert sound is not None  # `covers` refuses such layers
        self.requantize = sound
        self._full = knows_all_codes(layer)
        self.all_codes = self._choose_codes()
        """Every input code, or a fair choice of them where there are very many."""
        self._table = self._rows(self.all_codes) if self._full else None
        self._lately: tuple[np.ndarray, np.ndarray] | None = None
        """Codes that were asked for last, and their rows: the neurons of a layer ask for the same ones in turn."""
        self._products: dict[int, np.ndarray] = {}

    def _choose_codes(self) -> np.ndarray:
        if self._full:
            return np.arange(self.x_low, self.x_high + 1)
        few = np.unique(np.linspace(self.x_low, self.x_high, 129).astype(np.int64))
        ends = np.array([self.x_low, self.x_high, 0, 1, self.x_high // 2 + 1, self.x_low + 1, self.x_high - 1])
        return np.unique(np.concatenate([few, ends]))

    @property
    def knows_all_codes(self) -> bool:
        """Whether `all_codes` is every code: only then does "no code makes a difference" prove anything."""
        return self._full

    def rows(self, x: np.ndarray, indices: np.ndarray) -> np.ndarray:
        """P[x, indices], broadcast; x are codes, indices those of `w_codes`."""
        if self._table is not None:
            return self._table[x - self.x_low, indices]
        unique = np.unique(x)
        if self._lately is None or not np.isin(unique, self._lately[0], assume_unique=True).all():
            self._lately = None  # before the next ones are made: they may be some hundred megabytes
            self._lately = unique, self._rows(unique)
        codes, table = self._lately
        return table[np.searchsorted(codes, x), indices]

    def products_of(self, index: int) -> np.ndarray:
        """P[all_codes, index]."""
        if index not in self._products:
            self._products[index] = self.rows(self.all_codes, np.full(len(self.all_codes), index))
        return self._products[index]

    def counts(self, x: np.ndarray) -> np.ndarray:
        """a' (batch, neurons) of codes (batch, inputs)."""
        total = np.repeat(self.bias[None, :], len(x), axis=0)
        for i in range(x.shape[1]):
            total += self.rows(x[:, i, None], self.weight_indices[None, :, i])
        return total

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Output codes of input codes."""
        return self.requantize(self.counts(x))

    def variant(self, *, x_streams: Streams | None = None, w_streams: Streams | None = None) -> LayerModel:
        """The same layer with other streams; only the products of its own weights are kept."""
        model = object.__new__(LayerModel)
        model.__dict__.update(self.__dict__)
        model.x_streams = x_streams or self.x_streams
        model.w_streams = w_streams or self.w_streams
        model.length = min(len(model.x_streams.words), len(model.w_streams.words))
        model.w_codes = np.unique(self.weights)
        model.weight_indices = np.searchsorted(model.w_codes, self.weights)
        model._lately, model._products = None, {}
        if self._full:
            model._table = model._rows(self.all_codes)
        return model

    def with_requantizer(self, requantizer: Requantizer) -> LayerModel:
        """The same layer with another requantizer."""
        model = object.__new__(LayerModel)
        model.__dict__.update(self.__dict__)
        model.requantize = requantizer
        return model

    def _rows(self, x: np.ndarray) -> np.ndarray:
        """The table's rows of these input codes."""
        w = self.w_codes
        x_signed, w_signed = self.x_low < 0, self.w_low < 0
        ones = np.zeros((len(x), len(w)), dtype=np.float64)
        bipolar = self.layer.bipolar
        x_ones, w_ones = np.zeros(len(x)), np.zeros(len(w))
        for start in range(0, self.length, _CHUNK):
            stop = min(start + _CHUNK, self.length)
            x_bits = self.x_streams.bits(np.abs(x), start, stop)
            w_bits = self.w_streams.bits(np.abs(w), start, stop)
            ones += x_bits @ w_bits.T
            if bipolar:
                x_ones += x_bits.sum(axis=1, dtype=np.float64)
                w_ones += w_bits.sum(axis=1, dtype=np.float64)
        table = ones.astype(np.int64)
        if bipolar:  # equal bits less different ones
            return self.length - 2 * (x_ones.astype(np.int64)[:, None] + w_ones.astype(np.int64)[None, :] - 2 * table)
        if x_signed:
            table[x < 0] *= -1
        if w_signed:
            table[:, w < 0] *= -1
        return table


def knows_all_codes(layer: DenseLayer) -> bool:
    """Whether the table of a layer has a row for every input code."""
    return layer.resolution_bits <= _ALL_CODES_UP_TO


def covers(network: NetworkSpec) -> bool:
    """Whether the tables describe every layer: dense, of parallel counters, no neuron with a state, one time step.

    Raises:
        OptionError: the kind of a layer, an accumulator or a neuron is unknown here.
    """
    described = []
    for layer in network.layers:
        match layer:
            case DenseLayer():
                described.append(_is_sum(layer) and requantizer(layer.neuron) is not None)
            case Conv2dLayer() | MaxPool2dLayer() | AvgPool2dLayer():
                described.append(False)
            case other:
                unknown_kind(other, "cosim coverage")
    return network.time_steps == 1 and all(described)


def _is_sum(layer: DenseLayer) -> bool:
    """Whether a count is a sum of one term a weight."""
    match layer.accumulator:
        case ParallelCounter():
            return True
        case Mux() | Or():
            return False
        case other:
            unknown_kind(other, "cosim coverage")
