"""The whole contract on packed streams: 64 bits a word, AND or XNOR, popcount; every accumulator, every neuron.

Streams are made in windows of time and tiles of inputs and neurons that stay in cache; a window is read at its absolute
position, so tiles change no bit. Under a parallel counter the stream of an input code is made once and read where it
lies, and several short streams share a word. Samples are shared out to threads; each adds to its own rows, so any
number of threads gives the same integers. `assembly` shows what the processor executes.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from ...spec.codes import codes_in_range
from ...spec.generator import Generator
from ...spec.layer import DenseLayer, WeightedLayer
from ...spec.network import NetworkSpec
from ..executor import ProgramCache, run_network
from ..jit import require_compiler
from ..kinds import known_layers, select_source, unites
from ..maps.layers import Prepared, numpy_layer
from ..maps.pools import PoolCounts
from ..memory import aligned_zeros
from ..threads import for_slices, slices
from ..words import source_words
from .kernels import count_bits, count_selected, fill_tile, fill_tile_by_code, locate
from .ones import AND, BLOCK_NEURONS, ROWS, SIGNED_AND, UNION, XOR
from .streams import pack_flags, packed_spikes, packed_streams, rows_of_codes, selected_streams, word_count

ROOM = "engine packed"
TILE_WORDS = 2**16  # of weight streams: half a megabyte, which stays in a second-level cache
WINDOW_WORDS = 64  # of one stream
TILE_NEURONS = 256
SAMPLES = 128  # whose input streams one thread holds at a time
ROW_WORDS = 2**18  # of the streams of all codes in a window: two megabytes
KEPT_WORDS = 2**21  # of a layer's weight streams, kept from call to call: 16 megabytes
_cache = ProgramCache()


def run(network: NetworkSpec, codes: np.ndarray) -> np.ndarray:
    """Outputs of a network by packed streams; equal to `bitstream.run` in every integer.

    Args:
        network: description and tensors.
        codes: integer codes as `network.codes_shape` says.

    Returns:
        int64 of `network.output_shape`.

    Raises:
        CodesError: the codes have a shape, type or value that the network does not take.
        ToolError: Numba is told to compile nothing.
    """
    require_compiler(ROOM)
    layers = _cache.of(network.sha256, lambda: _prepared(network))
    return run_network(network, layers, codes_in_range(network, codes))


def _prepared(network: NetworkSpec) -> list[Prepared]:
    parts = zip(known_layers(network, ROOM), network.weights, network.biases, strict=True)
    return [
        numpy_layer(*part, lambda layer, w, b: (PackedCounts(layer, w), b), i == 0 and network.input.repeat)
        for i, part in enumerate(parts)
    ]


def describe(network: NetworkSpec, batch: int) -> list[dict[str, Any]]:
    """What this engine does with each layer: the path, and the bits it makes products of for a batch."""
    rows = []
    for layer in known_layers(network, ROOM):
        if not isinstance(layer, WeightedLayer):
            rows.append(PoolCounts(layer).describe(batch))
            continue
        inputs = layer.inputs if select_source(layer.accumulator) is None else 1
        bits = batch * network.time_steps * layer.out_elements * inputs * layer.stream_length
        rows.append({"path": f"packed streams, {layer.accumulator.kind}", "product_bits": bits})
    return rows


class _Rows(NamedTuple):
    """Streams of codes in a window."""

    start: int
    streams: np.ndarray
    """uint64 `(rows, words)`."""
    row_of_code: np.ndarray
    """Which row is each code's, int64."""


class _WeightTile(NamedTuple):
    """Weight streams of some neurons and inputs in a window, as `count_bits` reads them."""

    streams: np.ndarray
    """uint64 `(blocks, inputs, words, BLOCK_NEURONS)`, 0 beyond the neurons."""
    negative: np.ndarray
    """uint64 `(blocks, inputs, BLOCK_NEURONS)`: ones where a product is to be counted negatively."""
    excess: np.ndarray
    """What the negative ones add to each neuron's count of ones; int64 `(neurons,)`."""


class PackedCounts:
    """Codes `(batch, inputs)` to counts `(batch, neurons)` of one layer."""

    reads_codes = False
    """Takes checked codes, of which it makes int64 copies where they are narrower."""

    def __init__(self, layer: DenseLayer, weights: np.ndarray) -> None:
        self.layer, self.weights = layer, weights
        self.magnitudes = np.abs(weights)
        self.bipolar, self.signed = layer.bipolar, layer.signed_inputs
        self.select, self.unites = select_source(layer.accumulator), unites(layer.accumulator)
        # so many inputs share a word
        self.together = max(1, min(64 // layer.stream_length, layer.inputs))
        self._tiles: dict[tuple[int, ...], _WeightTile] = {}
        words = layer.neurons * layer.inputs * word_count(layer.stream_length) // self.together
        self._keep = words <= KEPT_WORDS
        self._rows: _Rows | None = None  # of the weights, in the last window

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """Counts of codes of any integer type, int64."""
        layer, codes = self.layer, np.ascontiguousarray(codes, dtype=np.int64)
        a = np.zeros((len(codes), layer.neurons), dtype=np.int64)
        if self.select is not None or self.unites:
            add, words = self._add_selected, WINDOW_WORDS
            if self.unites:  # all inputs lie together
                add, words = self._add_or, max(1, min(words, TILE_WORDS // layer.inputs))
            for start in range(0, layer.stream_length, 64 * words):
                add(codes, start, min(64 * words, layer.stream_length - start), a)
            return a
        self._add_all(codes, a)
        if self.bipolar:
            a *= 2
            a -= layer.inputs * layer.stream_length
        return a

    def _present(self, generator: Generator | None, codes: np.ndarray, start: int, length: int) -> _Rows:
        """The streams of all magnitudes that occur among some codes, in a window."""
        present, row_of_code = rows_of_codes(codes, self.layer.resolution_bits)
        streams = packed_streams(generator, present[:, None], self.layer.resolution_bits, start, length)[:, 0]
        return _Rows(start, np.ascontiguousarray(streams), row_of_code)

    def _weight_streams(self, rows: slice, columns: slice, start: int, length: int) -> np.ndarray:
        n, codes = self.layer.resolution_bits, self.magnitudes[rows, columns]
        return packed_streams(self.layer.weight_generator, codes, n, start, length, columns.start)

    # ------------------------------------------------------------------ parallel counter

    def _add_all(self, codes: np.ndarray, a: np.ndarray) -> None:
        """Add all products of all inputs (bipolar: their ones)."""
        layer = self.layer
        present = rows_of_codes(codes, layer.resolution_bits)[0]
        words = max(1, min(WINDOW_WORDS, word_count(layer.stream_length), ROW_WORDS // max(1, present.size)))
        neurons = min(layer.neurons, TILE_NEURONS)
        inputs = max(1, TILE_WORDS // (neurons * words)) * self.together
        for start in range(0, layer.stream_length, 64 * words):
            length = min(64 * words, layer.stream_length - start)
            rows = self._present(layer.input_generator, present[:, None], start, length)
            if self.bipolar:  # XNOR(x, w) = (NOT x) XOR w; the unused bits stay 0
                rows.streams[...] ^= packed_spikes(np.ones(1, dtype=np.int64), length)[0]
            for some in slices(layer.neurons, neurons):
                for columns in slices(layer.inputs, inputs):
                    tile = self._tile(some, columns, start, length)
                    work = partial(self._count_tile, codes[:, columns], rows, tile, length, a[:, some])
                    for_slices(work, len(codes), SAMPLES)

    def _tile(self, rows: slice, columns: slice, start: int, length: int) -> _WeightTile:
        key = (rows.start, rows.stop, columns.start, columns.stop, start, length)
        if key in self._tiles:
            return self._tiles[key]
        negative = (self.weights[rows, columns] < 0) * np.uint64(2**64 - 1 if self.together == 1 else 2**length - 1)
        words, blocks = word_count(length), -(-len(negative) // BLOCK_NEURONS)
        if self.together > 1:
            negative = self._share_words(negative)
            streams = _filled(self._share_words(self._weight_streams(rows, columns, start, length)[..., 0])[:, :, None])
        else:
            present = self._rows  # once: another thread may be in another window
            if present is None or (present.start, present.streams.shape[1]) != (start, words):
                present = self._rows = self._present(self.layer.weight_generator, self.weights, start, length)
            streams = aligned_zeros((blocks, negative.shape[1], words, BLOCK_NEURONS))
            fill_tile_by_code(self.magnitudes[rows, columns], present.row_of_code, present.streams, streams)
        excess = words * np.bitwise_count(negative).sum(axis=1, dtype=np.int64)
        tile = _WeightTile(streams, _filled(negative[:, :, None])[:, :, 0], excess)
        if self._keep:
            self._tiles[key] = tile
        return tile

    def _share_words(self, streams: np.ndarray) -> np.ndarray:
        """Streams or masks of one word each, `(rows, inputs)`, beside each other in words `(rows, shared)`."""
        each, length = self.together, self.layer.stream_length
        groups = -(-streams.shape[1] // each)
        padded = np.zeros((len(streams), groups * each), dtype=np.uint64)
        padded[:, : streams.shape[1]] = streams
        shifts = np.arange(each, dtype=np.uint64) * np.uint64(length)
        return np.bitwise_or.reduce(padded.reshape(-1, groups, each) << shifts, axis=2)

    def _count_tile(
        self, codes: np.ndarray, rows: _Rows, tile: _WeightTile, length: int, a: np.ndarray, first: int, stop: int
    ) -> None:
        part, streams = codes[first:stop], rows.streams
        index = np.zeros((-(-len(part) // ROWS) * ROWS, codes.shape[1]), dtype=np.int64)
        sign = np.zeros_like(index) if self.signed else index
        locate(part, rows.row_of_code, self.signed, index, sign)  # the last samples get companions: any stream will do
        if self.together > 1:
            if self.signed:
                sign = self._share_words(sign.view(np.uint64) & np.uint64(2**length - 1)).view(np.int64)
            streams = self._share_words(streams[index, 0]).reshape(-1, 1)
            index = np.arange(streams.size, dtype=np.int64).reshape(len(index), -1)
        kind = XOR if self.bipolar else SIGNED_AND if self.signed else AND
        totals = _counted(kind, streams, index, sign, tile)[: len(part), : a.shape[1]]
        a[first:stop] += totals - tile.excess if kind == AND else totals

    def _add_or(self, codes: np.ndarray, start: int, length: int, a: np.ndarray) -> None:
        """Add what a window adds under an `or`: one union of all inputs' products for each sign."""
        layer, words = self.layer, word_count(length)
        step = max(1, TILE_WORDS // (layer.inputs * words) // BLOCK_NEURONS) * BLOCK_NEURONS
        common_rows = None
        if layer.input_generator is None or not layer.input_generator.source.lane_skip:
            common_rows = self._present(layer.input_generator, codes, start, length)
        for rows in slices(layer.neurons, step):
            streams = self._weight_streams(rows, slice(0, layer.inputs), start, length)
            negative = (self.weights[rows] < 0) * np.uint64(2**64 - 1)
            tile = _WeightTile(_filled(streams), _filled(negative[:, :, None])[:, :, 0], np.zeros(0, dtype=np.int64))
            work = partial(self._or_tile, codes, common_rows, start, length, tile, a[:, rows])
            for_slices(work, len(codes), max(ROWS, min(SAMPLES, 4 * TILE_WORDS // (layer.inputs * words))))

    def _or_tile(
        self,
        codes: np.ndarray,
        common_rows: _Rows | None,
        start: int,
        length: int,
        tile: _WeightTile,
        a: np.ndarray,
        first: int,
        stop: int,
    ) -> None:
        part = np.zeros((-(-(stop - first) // ROWS) * ROWS, codes.shape[1]), dtype=np.int64)
        part[: stop - first] = codes[first:stop]
        index, sign = np.arange(part.size).reshape(part.shape), part >> 63
        if common_rows is None:  # every lane reads its source elsewhere: each stream by itself
            layer = self.layer
            streams = packed_streams(layer.input_generator, np.abs(part), layer.resolution_bits, start, length)
        else:
            streams = common_rows.streams
            locate(part, common_rows.row_of_code, False, index, sign)
        totals = _counted(UNION, streams.reshape(-1, word_count(length)), index, sign, tile)
        a[first:stop] += totals[: stop - first, : a.shape[1]]

    def _add_selected(self, codes: np.ndarray, start: int, length: int, a: np.ndarray) -> None:
        """Add what a window adds under a mux: each operand is one stream a row, that of the inputs selected in turn."""
        layer = self.layer
        assert self.select is not None, "a mux has a source of its own"
        select = source_words(self.select, layer.select_bits, start, length)
        valid = select < layer.inputs
        select = np.where(valid, select, -1)
        n = layer.resolution_bits
        w, negative_w = selected_streams(self.weights, select, layer.weight_generator, n, start)

        def work(first: int, stop: int) -> None:
            x, negative_x = selected_streams(codes[first:stop], select, layer.input_generator, n, start)
            count_selected(x, negative_x, w, negative_w, pack_flags(valid), self.bipolar, a[first:stop])

        for_slices(work, len(codes), SAMPLES)


def _filled(words: np.ndarray) -> np.ndarray:
    """Words `(neurons, inputs, words)` as `(blocks, inputs, words, BLOCK_NEURONS)`."""
    tile = aligned_zeros((-(-len(words) // BLOCK_NEURONS), *words.shape[1:], BLOCK_NEURONS))
    fill_tile(words, tile)
    return tile


def _counted(kind: int, streams: np.ndarray, index: np.ndarray, sign: np.ndarray, tile: _WeightTile) -> np.ndarray:
    """What `count_bits` adds for samples whose inputs' streams are rows `index` of `streams`."""
    block = np.zeros((len(index), tile.streams.shape[0] * BLOCK_NEURONS), dtype=np.int64)
    index *= 8 * streams.shape[1]
    count_bits(streams, index, sign, tile.streams, tile.negative, kind, block)
    return block


def assembly() -> str:
    """The instructions of `packed`'s inner loop as this machine gets them, compiled afresh: evidence, not a claim."""
    import numba

    words, numbers = numba.uint64[:, ::1], numba.int64[:, ::1]
    dispatcher: Any = numba.njit(nogil=True, error_model="numpy")(count_bits.py_func)  # pyright: ignore
    dispatcher.compile(
        (words, numbers, numbers, numba.uint64[:, :, :, ::1], numba.uint64[:, :, ::1], numba.int64, numbers)
    )
    (text,) = dispatcher.inspect_asm().values()
    return text
