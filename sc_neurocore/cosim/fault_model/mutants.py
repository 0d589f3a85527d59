"""Small faults of a network, of the kinds that a flipped bit in its gates makes.

Two shapes: a *single* mutant changes one weight or the bias of one neuron; a *whole* mutant changes a layer (its
sources, comparators, stream length, requantizer, or all weights of one magnitude, which gates may share).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from ...bitstream.sources import reverse_bits, sequence, words_at
from ...spec.generator import Comparator, Generator, WeightedBinary
from ...spec.kinds import unknown_kind
from ...spec.layer import DenseLayer
from ...spec.source import Lfsr, LfsrFull, Sobol, Source
from ...spec.tables import LFSR_TAPS, joe_kuo_direction_words
from .layer_model import LayerModel, Requantizer, Streams, operand_streams


@dataclass(frozen=True)
class NeuronFaults:
    """Mutants of single neurons of one layer, one array element per mutant."""

    neuron: np.ndarray
    input: np.ndarray
    """-1: the bias."""
    wrong: np.ndarray
    """The wrong weight code, or the wrong bias."""


@dataclass
class LayerFault:
    """A mutant of a whole layer: with other streams or another requantizer, or all weights of a magnitude wrong."""

    name: str
    make: Callable[[], LayerModel] | None = None
    """Makes the wrong layer; a table is worth a few milliseconds, so only when it is looked at."""
    magnitudes: tuple[int, int] = (0, 0)
    """Without `make`: the magnitude and the wrong one."""

    @cached_property
    def model(self) -> LayerModel | None:
        """The wrong layer, or None where only a magnitude is wrong."""
        return None if self.make is None else self.make()


def wrong_codes(code: int, low: int, high: int, n: int) -> list[int]:
    """Codes one bit away from `code` in sign and magnitude or in two's complement, its neighbours, and its opposite.

    Args:
        code: the right one.
        low: the least legal code.
        high: the largest legal code.
        n: bits of a magnitude.
    """
    magnitude, sign = abs(code), -1 if code < 0 else 1
    wrong = {sign * (magnitude ^ (1 << bit)) for bit in range(n)}
    wrong |= {code - 1, code + 1}  # a comparator that is off by one
    if low < 0:
        width = n + 1
        raw = code & ((1 << width) - 1)
        flipped = (raw ^ (1 << bit) for bit in range(width))
        wrong |= {value - (1 << width) if value >> n else value for value in flipped}
        wrong.add(-code)
    return sorted(value for value in wrong if low <= value <= high and value != code)


def needed_codes(layer: DenseLayer, weights: np.ndarray, low: int, high: int) -> np.ndarray:
    """All weight codes that a layer and its mutants have.

    Args:
        layer: the description.
        weights: codes (neurons, inputs).
        low: the least legal code.
        high: the largest legal code.
    """
    codes = {int(code) for code in np.unique(weights)}
    codes |= {w for code in codes for w in wrong_codes(code, low, high, layer.resolution_bits)}
    if low < 0:
        codes |= {-code for code in codes}
    return np.array(sorted(codes), dtype=np.int64)


def neuron_faults(model: LayerModel) -> NeuronFaults:
    """Every single mutant of a layer: weights bit by bit, biases bit by bit up to what the layer's sums can reach."""
    n = model.layer.resolution_bits
    by_code = {int(c): wrong_codes(int(c), model.w_low, model.w_high, n) for c in np.unique(model.weights)}
    neuron, source, wrong = [], [], []
    for j, row in enumerate(model.weights):
        for i, code in enumerate(row):
            these = by_code[int(code)]
            neuron += [j] * len(these)
            source += [i] * len(these)
            wrong += these
    bits = (model.layer.inputs * model.layer.stream_length).bit_length()
    for j, bias in enumerate(model.bias):
        for bit in range(bits):
            neuron.append(j)
            source.append(-1)
            wrong.append(int(bias) ^ (1 << bit))
    return NeuronFaults(np.array(neuron), np.array(source), np.array(wrong, dtype=np.int64))


def layer_faults(model: LayerModel) -> Iterator[LayerFault]:
    """Every mutant of a layer as a whole, the cheap ones first."""
    yield from _wrong_requantizers(model)
    n, length = model.layer.resolution_bits, model.length
    for code in np.unique(np.abs(model.weights)):
        for wrong in wrong_codes(int(code), 0, model.w_high, n):
            yield LayerFault(f"weights of magnitude {code} as {wrong}", magnitudes=(int(code), wrong))
    for operand, generator in (("input", model.layer.input_generator), ("weight", model.layer.weight_generator)):
        if generator is None:
            continue
        sound = operand_streams(generator, n, length)
        for name, streams in _wrong_streams(generator, sound, n, length):
            key = "x_streams" if operand == "input" else "w_streams"
            yield LayerFault(f"{operand} {name}", partial(model.variant, **{key: streams}))
    for wrong_length in sorted({length ^ (1 << bit) for bit in range(length.bit_length())} | {length + 1, length - 1}):
        if wrong_length > 0:
            yield LayerFault(f"stream length {wrong_length}", partial(_with_length, model, wrong_length))


def _wrong_requantizers(model: LayerModel) -> Iterator[LayerFault]:
    sound = model.requantize
    if not sound.clips:
        return
    width = sound.high.bit_length() + (sound.low < 0)

    def wrong(name: str, **changes: int) -> LayerFault:
        return LayerFault(f"requantizer {name}", partial(model.with_requantizer, replace(sound, **changes)))

    for shift in {max(0, sound.shift - 1), sound.shift + 1} - {sound.shift}:
        yield wrong(f"shift {shift}", shift=shift)
        # A shifter of constant amount takes its rounding constant with it.
        yield wrong(f"shift {shift} with its rounding", shift=shift, rounding=1 << shift >> 1)
    for bit in range(sound.shift + 1):
        yield wrong(f"rounding bit {bit}", rounding=sound.rounding ^ (1 << bit))
    for bit in range(15):
        yield wrong(f"multiplier bit {bit}", multiplier=sound.multiplier ^ (1 << bit))
    for bit in range(width):
        if sound.high ^ (1 << bit) >= sound.low:
            yield wrong(f"upper bound bit {bit}", high=sound.high ^ (1 << bit))
        if sound.low ^ (1 << bit) <= sound.high:
            yield wrong(f"lower bound bit {bit}", low=sound.low ^ (1 << bit))
    if sound.low + 1 != sound.low ^ 1:  # of the upper bound, which is odd, bit 0 makes the code before it
        yield wrong("lower bound one too early", low=sound.low + 1)
    for end in ("lower", "upper"):
        short = _Short(**vars(sound), is_upper=end == "upper")
        yield LayerFault(f"requantizer code before the {end} bound beyond it", partial(model.with_requantizer, short))
    wrapping = _Wrapping(**vars(sound), width=width)
    yield LayerFault("requantizer wraps above", partial(model.with_requantizer, wrapping))


@dataclass(frozen=True)
class _Wrapping(Requantizer):
    """Cuts high bits off instead of clipping at the upper bound."""

    width: int = 0

    def __call__(self, a: np.ndarray) -> np.ndarray:
        y = ((a.astype(np.int64) * self.multiplier + self.rounding) >> self.shift) + self.offset
        output = np.maximum(y, self.low) & ((1 << self.width) - 1)
        return np.where(output > self.high, output - (1 << self.width), output) if self.low < 0 else output


@dataclass(frozen=True)
class _Short(Requantizer):
    """Puts out the code before a bound for what lies beyond it, and that bound itself for what meets it."""

    is_upper: bool = True

    def __call__(self, a: np.ndarray) -> np.ndarray:
        y = ((a.astype(np.int64) * self.multiplier + self.rounding) >> self.shift) + self.offset
        output = np.clip(y, self.low, self.high)
        if self.is_upper:
            return np.where(y > self.high, self.high - 1, output)
        return np.where(y < self.low, self.low + 1, output)


def _rules(generator: Generator) -> tuple[str, ...]:
    """The rules that gates of a generator may take for one another."""
    match generator:
        case Comparator():
            return ("lt", "le", "gt", "ge")
        case WeightedBinary():
            return ("leading", "lowest")
        case other:
            unknown_kind(other, "cosim mutants")


def _wrong_streams(generator: Generator, sound: Streams, n: int, length: int) -> Iterator[tuple[str, Streams]]:
    """Streams of a generator with one fault in its comparison or its source."""
    for rule in _rules(generator):
        if rule != sound.rule:
            yield f"rule {rule}", replace(sound, rule=rule)
    source = generator.source
    flipped = source.model_copy(update={"reverse": not source.reverse})
    yield "words reversed", replace(sound, words=np.asarray(sequence(flipped, n, length), dtype=np.int64))
    for bit in range(n):
        yield f"word bit {bit} inverted", replace(sound, words=sound.words ^ (1 << bit))
        yield f"word bit {bit} stuck at 0", replace(sound, words=sound.words & ~(1 << bit))
    for name, words in _wrong_words(source, n, length):
        yield name, replace(sound, words=reverse_bits(words, n) if source.reverse else words)


def _wrong_words(source: Source, n: int, length: int) -> Iterator[tuple[str, np.ndarray]]:
    """Words of a source with one fault in its start, its taps or its direction words, before any reversal.

    Of taps and direction words the model knows what a flipped bit makes; of any other source it knows the words, so
    that those have a wrong place to begin at, which every source has.
    """
    match source:
        case Lfsr(seed=seed):
            yield from _wrong_registers(seed, source.skip, False, n, length)
        case LfsrFull(seed=seed):
            yield from _wrong_registers(seed, source.skip, True, n, length)
        case Sobol(dimension=dimension):
            directions = list(joe_kuo_direction_words(dimension, n))
            for bit in range(n):
                yield f"start bit {bit}", _sobol(directions, source.skip, n, length) ^ (1 << bit)
                for k in range(n):
                    wrong = [*directions[:k], directions[k] ^ (1 << bit), *directions[k + 1 :]]
                    yield f"direction word {k} bit {bit}", _sobol(wrong, source.skip, n, length)
        case _:
            period, forwards = source.period(n), source.model_copy(update={"reverse": False})
            for bit in range((period - 1).bit_length()):
                beyond = ((source.skip % period) ^ (1 << bit)) - source.skip
                yield f"start bit {bit}", words_at(forwards, n, np.arange(length, dtype=np.int64) + beyond)


def _wrong_registers(seed: int, skip: int, full: bool, n: int, length: int) -> Iterator[tuple[str, np.ndarray]]:
    taps = sum(1 << (tap - 1) for tap in LFSR_TAPS[n])
    start = int(_shift_register(taps, full, seed, n, skip + 1)[-1])
    for bit in range(n):
        yield f"start bit {bit}", _shift_register(taps, full, start ^ (1 << bit), n, length)
        yield f"tap {bit + 1}", _shift_register(taps ^ (1 << bit), full, start, n, length)
    yield "zero joined or left out", _shift_register(taps, not full, start, n, length)


def _shift_register(taps: int, full: bool, state: int, n: int, length: int) -> np.ndarray:
    words = []
    for _ in range(length):
        words.append(state)
        feedback = (state & taps).bit_count() & 1
        feedback ^= full and state % 2 ** (n - 1) == 0
        state = (state << 1 | feedback) % 2**n
    return np.array(words, dtype=np.int64)


def _sobol(directions: list[int], skip: int, n: int, length: int) -> np.ndarray:
    words, word = [], 0
    position = 0
    while len(words) < length + skip % 2**n:
        words.append(word)
        position = (position + 1) % 2**n
        word = 0 if position == 0 else word ^ directions[(position & -position).bit_length() - 1]
    return np.array(words[skip % 2**n :], dtype=np.int64)


def _with_length(model: LayerModel, length: int) -> LayerModel:
    n, layer = model.layer.resolution_bits, model.layer
    return model.variant(
        x_streams=operand_streams(layer.input_generator, n, length),
        w_streams=operand_streams(layer.weight_generator, n, length),
    )
