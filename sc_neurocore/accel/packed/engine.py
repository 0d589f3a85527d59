"""The whole contract on packed streams: 64 bits a word, AND or XNOR, popcount; every accumulator, every neuron.

Streams are made in windows of time and tiles of inputs and neurons that stay in cache; a window is read at its absolute
position, so tiles change no bit. Under a parallel counter the stream of an input code is made once and read where it
lies, and several short streams share a word. Samples are shared out to threads; each adds to its own rows, so any
number of threads gives the same integers. `assembly` shows what the processor executes.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from threading import Lock
from typing import Any, NamedTuple

import numpy as np

from ...spec.codes import check_codes
from ...spec.layer import DenseLayer
from ...spec.network import NetworkSpec
from ..executor import run_layers
from ..kinds import known_layers, select_source, unites
from ..memory import aligned_zeros
from ..threads import for_slices, slices
from ..words import source_words
from .kernels import count_bits, count_or, count_selected, fill_tile, fill_tile_by_code, locate, mark
from .ones import BLOCK_NEURONS, ROWS
from .streams import pack_flags, packed_spikes, packed_streams, selected_streams, word_count

TILE_WORDS = 2**16  # of weight streams: half a megabyte, which stays in a second-level cache
WINDOW_WORDS = 64  # of one stream
TILE_NEURONS = 256
SAMPLES = 128  # whose input streams one thread holds at a time
ROW_WORDS = 2**18  # of the streams of all codes in a window: two megabytes
KEPT_WORDS = 2**21  # of a layer's weight streams, kept from call to call: 16 megabytes
KEPT_NETWORKS = 4
_kept: OrderedDict[str, list[_PackedLayer]] = OrderedDict()
_lock = Lock()


def run(network: NetworkSpec, codes: np.ndarray) -> np.ndarray:
    """Outputs of a network by packed streams; equal to `bitstream.run` in every integer.

    Args:
        network: description and tensors.
        codes: integer codes as `network.codes_shape` says.

    Returns:
        int64 of `network.output_shape`.

    Raises:
        CodesError: the codes have a shape, type or value that the network does not take.
    """
    counters = _layers(network)
    return run_layers(network, [counter.layer for counter in counters], check_codes(network, codes), counters)


def _layers(network: NetworkSpec) -> list[_PackedLayer]:
    with _lock:
        if network.sha256 in _kept:
            _kept.move_to_end(network.sha256)
            return _kept[network.sha256]
    described = known_layers(network, "engine packed")
    layers = [_PackedLayer(layer, w.astype(np.int64)) for layer, w in zip(described, network.weights, strict=True)]
    with _lock:
        _kept[network.sha256] = layers
        while len(_kept) > KEPT_NETWORKS:
            _kept.popitem(last=False)
    return layers


def describe(network: NetworkSpec, batch: int) -> list[dict[str, Any]]:
    """What this engine does with each layer: the path, and the bits it makes products of for a batch."""
    rows = []
    for layer in known_layers(network, "engine packed"):
        inputs = layer.inputs if select_source(layer.accumulator) is None else 1
        bits = batch * network.time_steps * layer.neurons * inputs * layer.stream_length
        rows.append({"path": f"packed streams, {layer.accumulator.kind}", "product_bits": bits})
    return rows


class _WeightTile(NamedTuple):
    """Weight streams of some neurons and inputs in a window, as `count_bits` reads them."""

    streams: np.ndarray
    """uint64 `(blocks, inputs, words, BLOCK_NEURONS)`, 0 beyond the neurons."""
    negative: np.ndarray
    """uint64 `(blocks, inputs, BLOCK_NEURONS)`: ones where a product is to be counted negatively."""
    excess: np.ndarray
    """What the negative ones add to each neuron's count of ones; int64 `(neurons,)`."""


class _PackedLayer:
    """Codes `(batch, inputs)` to counts `(batch, neurons)` of one layer."""

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
        self._rows: tuple[tuple[int, int], np.ndarray, np.ndarray] | None = None

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        layer = self.layer
        a = np.zeros((len(codes), layer.neurons), dtype=np.int64)
        if self.select is not None or self.unites:
            add, words = self._add_selected, WINDOW_WORDS
            if self.unites:  # all inputs are held together
                add, words = self._add_or, max(1, min(words, TILE_WORDS // layer.inputs))
            for start in range(0, layer.stream_length, 64 * words):
                add(codes, start, min(64 * words, layer.stream_length - start), a)
            return a
        self._add_all(codes, a)
        if self.bipolar:
            a *= 2
            a -= layer.inputs * layer.stream_length
        return a

    def _input_streams(self, codes: np.ndarray, start: int, length: int) -> np.ndarray:
        generator = self.layer.input_generator
        if generator is None:
            return packed_spikes(codes, length)
        return packed_streams(generator, np.abs(codes), self.layer.resolution_bits, start, length)

    def _weight_streams(self, rows: slice, columns: slice, start: int, length: int) -> np.ndarray:
        n, codes = self.layer.resolution_bits, self.magnitudes[rows, columns]
        return packed_streams(self.layer.weight_generator, codes, n, start, length, columns.start)

    # ------------------------------------------------------------------ parallel counter

    def _add_all(self, codes: np.ndarray, a: np.ndarray) -> None:
        """Add all products of all inputs (bipolar: their ones)."""
        layer = self.layer
        used = np.zeros(2**layer.resolution_bits if layer.input_generator is not None else 2, dtype=np.uint8)
        mark(codes, used)
        present, row_of_code = np.flatnonzero(used), np.maximum(np.cumsum(used, dtype=np.int64) - 1, 0)
        words = max(1, min(WINDOW_WORDS, word_count(layer.stream_length), ROW_WORDS // max(1, present.size)))
        neurons = min(layer.neurons, TILE_NEURONS)
        inputs = max(1, TILE_WORDS // (neurons * words)) * self.together
        for start in range(0, layer.stream_length, 64 * words):
            length = min(64 * words, layer.stream_length - start)
            rows = np.ascontiguousarray(self._input_streams(present[:, None], start, length)[:, 0])
            if self.bipolar:  # XNOR(x, w) = (NOT x) XOR w; the unused bits stay 0
                rows ^= packed_spikes(np.ones(1, dtype=np.int64), length)[0]
            for some in slices(layer.neurons, neurons):
                for columns in slices(layer.inputs, inputs):
                    tile = self._tile(some, columns, start, length)
                    work = partial(self._count_tile, codes[:, columns], rows, row_of_code, tile, length, a[:, some])
                    for_slices(work, len(codes), SAMPLES)

    def _tile(self, rows: slice, columns: slice, start: int, length: int) -> _WeightTile:
        key = (rows.start, rows.stop, columns.start, columns.stop, start, length)
        if key in self._tiles:
            return self._tiles[key]
        field = 2**64 - 1 if self.together == 1 else 2**length - 1
        negative = (self.weights[rows, columns] < 0) * np.uint64(field)
        words, blocks = word_count(length), -(-len(negative) // BLOCK_NEURONS)
        if self.together > 1:
            negative = self._share_words(negative)
        streams = aligned_zeros((blocks, negative.shape[1], words, BLOCK_NEURONS))
        signs = aligned_zeros((blocks, negative.shape[1], 1, BLOCK_NEURONS))
        fill_tile(negative[:, :, None], signs)
        if self.together > 1:
            shared = self._share_words(self._weight_streams(rows, columns, start, length)[..., 0])
            fill_tile(shared[:, :, None], streams)
        else:
            codes = self.magnitudes[rows, columns]
            table, row_of_code = self._weight_rows(start, length)
            fill_tile_by_code(codes, row_of_code, table, streams)
        excess = words * np.bitwise_count(negative).sum(axis=1, dtype=np.int64)
        tile = _WeightTile(streams, signs[:, :, 0], excess)
        if self._keep:
            self._tiles[key] = tile
        return tile

    def _weight_rows(self, start: int, length: int) -> tuple[np.ndarray, np.ndarray]:
        """The streams of all weight codes that occur, and the row of each; those of the last window are kept."""
        if self._rows is None or self._rows[0] != (start, length):
            used = np.zeros(2**self.layer.resolution_bits, dtype=np.uint8)
            mark(self.weights, used)
            n, present = self.layer.resolution_bits, np.flatnonzero(used)
            streams = packed_streams(self.layer.weight_generator, present[:, None], n, start, length)[:, 0]
            row_of_code = np.maximum(np.cumsum(used, dtype=np.int64) - 1, 0)
            self._rows = (start, length), np.ascontiguousarray(streams), row_of_code
        return self._rows[1:]

    def _share_words(self, streams: np.ndarray) -> np.ndarray:
        """Streams or masks of one word each, `(rows, inputs)`, beside each other in words `(rows, shared)`."""
        each, length = self.together, self.layer.stream_length
        groups = -(-streams.shape[1] // each)
        padded = np.zeros((len(streams), groups * each), dtype=np.uint64)
        padded[:, : streams.shape[1]] = streams
        shifts = np.arange(each, dtype=np.uint64) * np.uint64(length)
        return np.bitwise_or.reduce(padded.reshape(-1, groups, each) << shifts, axis=2)

    def _count_tile(
        self,
        codes: np.ndarray,
        rows: np.ndarray,
        row_of_code: np.ndarray,
        tile: _WeightTile,
        length: int,
        a: np.ndarray,
        first: int,
        stop: int,
    ) -> None:
        samples = -(-(stop - first) // ROWS) * ROWS
        part = codes[first:stop]
        index = np.zeros(
            (samples, codes.shape[1]), dtype=np.int64
        )  # the last samples get companions: any stream will do
        sign = np.zeros_like(index) if self.signed else index
        locate(part, row_of_code, self.signed, index, sign)
        if self.together > 1:
            if self.signed:
                sign = self._share_words(sign.view(np.uint64) & np.uint64(2**length - 1)).view(np.int64)
            rows = self._share_words(rows[index, 0]).reshape(-1, 1)
            index = np.arange(rows.size, dtype=np.int64).reshape(samples, -1)
        index *= 8 * rows.shape[1]
        block = np.zeros((samples, tile.streams.shape[0] * BLOCK_NEURONS), dtype=np.int64)
        kind = 2 if self.bipolar else 1 if self.signed else 0
        count_bits(rows, index, sign, tile.streams, tile.negative, kind, block)
        counted = block[: stop - first, : a.shape[1]]
        if kind == 0:
            counted -= tile.excess
        a[first:stop] += counted

    def _add_or(self, codes: np.ndarray, start: int, length: int, a: np.ndarray) -> None:
        """Add what a window adds under an `or`: one union of all inputs' products for each sign."""
        layer, words = self.layer, word_count(length)
        step = max(1, TILE_WORDS // (layer.inputs * words) // BLOCK_NEURONS) * BLOCK_NEURONS
        known = None
        if layer.input_generator is None or not layer.input_generator.source.lane_skip:
            used = np.zeros(2**layer.resolution_bits if layer.input_generator is not None else 2, dtype=np.uint8)
            mark(codes, used)
            present, row_of_code = np.flatnonzero(used), np.maximum(np.cumsum(used, dtype=np.int64) - 1, 0)
            known = np.ascontiguousarray(self._input_streams(present[:, None], start, length)[:, 0]), row_of_code
        for rows in slices(layer.neurons, step):
            streams = self._weight_streams(rows, slice(0, layer.inputs), start, length)
            blocks = -(-len(streams) // BLOCK_NEURONS)
            w = aligned_zeros((blocks, layer.inputs, words, BLOCK_NEURONS))
            masks = aligned_zeros((blocks, layer.inputs, 1, BLOCK_NEURONS))
            fill_tile(streams, w)
            fill_tile(((self.weights[rows] < 0) * np.uint64(2**64 - 1))[:, :, None], masks)
            work = partial(self._or_tile, codes, known, start, length, w, masks[:, :, 0], a[:, rows])
            for_slices(work, len(codes), max(ROWS, min(SAMPLES, 4 * TILE_WORDS // (layer.inputs * words))))

    def _or_tile(
        self,
        codes: np.ndarray,
        known: tuple[np.ndarray, np.ndarray] | None,
        start: int,
        length: int,
        w: np.ndarray,
        masks: np.ndarray,
        a: np.ndarray,
        first: int,
        stop: int,
    ) -> None:
        part = np.zeros((-(-(stop - first) // ROWS) * ROWS, codes.shape[1]), dtype=np.int64)
        part[: stop - first] = codes[first:stop]
        index, sign = np.empty_like(part), np.empty_like(part)
        if known is None:  # every lane reads its source elsewhere: each stream by itself
            streams = np.ascontiguousarray(self._input_streams(part, start, length))
            index[...] = np.arange(part.size).reshape(part.shape)
            sign[...] = part >> 63
        else:
            streams, row_of_code = known
            locate(part, row_of_code, True, index, sign)
        index *= 8 * word_count(length)
        block = np.zeros((len(part), w.shape[0] * BLOCK_NEURONS), dtype=np.int64)
        count_or(streams.reshape(-1, word_count(length)), index, sign, w, masks, block)
        a[first:stop] += block[: stop - first, : a.shape[1]]

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


def assembly() -> str:
    """The instructions of `packed`'s inner loop as this machine gets them, compiled afresh: evidence, not a claim."""
    import numba

    words, numbers = numba.uint64[:, ::1], numba.int64[:, ::1]
    fresh: Any = numba.njit(nogil=True, error_model="numpy")(count_bits.py_func)  # pyright: ignore
    fresh.compile((words, numbers, numbers, numba.uint64[:, :, :, ::1], numba.uint64[:, :, ::1], numba.int64, numbers))
    (text,) = fresh.inspect_asm().values()
    return text
