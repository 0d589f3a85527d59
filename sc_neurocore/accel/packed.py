"""The whole contract on packed streams: 64 bits a word, AND or XNOR, popcount; every accumulator, every neuron.

Streams are made in windows of time and tiles of inputs and neurons that stay in cache; a window is read at its absolute
position, so tiles change no bit. Samples are shared out to threads; each adds to its own rows, so any number of threads
gives the same integers.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ..spec.codes import check_codes
from ..spec.layer import DenseLayer, Mux, Or
from ..spec.network import NetworkSpec
from ._driver import run_layers
from ._packed_kernels import count_bits, count_or, count_selected
from ._streams import pack_flags, packed_spikes, packed_streams, selected_streams, word_count
from ._threads import for_slices, slices
from ._words import source_words

TILE_WORDS = 2**16  # of weight streams: half a megabyte, which stays in a second-level cache
WINDOW_WORDS = 64  # of one stream
TILE_NEURONS = 256
SAMPLES = 128  # whose input streams one thread holds at a time


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
    checked = check_codes(network, codes)
    layers = [
        _PackedLayer(layer, weight.astype(np.int64))
        for layer, weight in zip(network.layers, network.weights, strict=True)
    ]
    return run_layers(network, checked, layers)


def describe(network: NetworkSpec, batch: int) -> list[dict[str, Any]]:
    """What this engine does with each layer: the path, and the bits it makes products of for a batch."""
    rows = []
    for layer in network.layers:
        inputs = 1 if isinstance(layer.accumulator, Mux) else layer.inputs
        bits = batch * network.time_steps * layer.neurons * inputs * layer.stream_length
        rows.append({"path": f"packed streams, {layer.accumulator.kind}", "product_bits": bits})
    return rows


class _PackedLayer:
    """Codes `(batch, inputs)` to counts `(batch, neurons)` of one layer."""

    def __init__(self, layer: DenseLayer, weights: np.ndarray) -> None:
        self.layer, self.weights = layer, weights
        self.magnitudes = np.abs(weights)
        self.bipolar = layer.input_encoding == "bipolar"

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        layer = self.layer
        a = np.zeros((len(codes), layer.neurons), dtype=np.int64)
        add, words = self._add_all, WINDOW_WORDS
        if isinstance(layer.accumulator, Mux):
            add = self._add_selected
        elif isinstance(layer.accumulator, Or):
            add, words = self._add_or, max(1, min(words, TILE_WORDS // layer.inputs))  # all inputs are held together
        for start in range(0, layer.stream_length, 64 * words):
            add(codes, start, min(64 * words, layer.stream_length - start), a)
        if self.bipolar and not isinstance(layer.accumulator, Mux):
            a *= 2
            a -= layer.inputs * layer.stream_length
        return a

    def _input_streams(self, codes: np.ndarray, start: int, length: int, lane: int = 0) -> np.ndarray:
        generator = self.layer.input_generator
        if generator is None:
            return packed_spikes(codes, length)
        streams = packed_streams(generator, np.abs(codes), self.layer.resolution_bits, start, length, lane)
        if self.bipolar:  # XNOR(x, w) = (NOT x) XOR w; the unused bits stay 0
            streams ^= packed_spikes(np.ones(1, dtype=np.int64), length)[0]
        return streams

    def _weight_streams(self, rows: slice, columns: slice, start: int, length: int) -> np.ndarray:
        n, codes = self.layer.resolution_bits, self.magnitudes[rows, columns]
        return packed_streams(self.layer.weight_generator, codes, n, start, length, columns.start)

    def _add_all(self, codes: np.ndarray, start: int, length: int, a: np.ndarray) -> None:
        """Add what a window adds under a parallel counter (bipolar: its ones)."""
        layer = self.layer
        neurons = min(layer.neurons, TILE_NEURONS)
        inputs = max(1, TILE_WORDS // (neurons * word_count(length)))
        for rows in slices(layer.neurons, neurons):
            for columns in slices(layer.inputs, inputs):
                streams = self._weight_streams(rows, columns, start, length)
                # (input, word, neuron): the kernel runs along neurons, and the sign masks lie beside them
                tile = np.ascontiguousarray(streams.transpose(1, 2, 0))
                masks = np.ascontiguousarray(-(self.weights[rows, columns] < 0).T.astype(np.int64))
                work = partial(
                    self._count_tile, codes[:, columns], start, length, columns.start, tile, masks, a[:, rows]
                )
                for_slices(work, len(codes), SAMPLES)

    def _count_tile(
        self,
        codes: np.ndarray,
        start: int,
        length: int,
        lane: int,
        tile: np.ndarray,
        masks: np.ndarray,
        a: np.ndarray,
        first: int,
        stop: int,
    ) -> None:
        pairs = -(-(stop - first) // 2) * 2
        part = np.zeros((pairs, codes.shape[1]), dtype=np.int64)  # an odd sample gets a companion of zeros
        part[: stop - first] = codes[first:stop]
        x = self._input_streams(part, start, length, lane)
        block = np.zeros((pairs, a.shape[1]), dtype=np.int64)
        count_bits(x, -(part < 0).astype(np.int64), tile, masks, self.bipolar, block)
        a[first:stop] += block[: stop - first]

    def _add_or(self, codes: np.ndarray, start: int, length: int, a: np.ndarray) -> None:
        layer, words = self.layer, word_count(length)
        for rows in slices(layer.neurons, max(1, TILE_WORDS // (layer.inputs * words))):
            w = self._weight_streams(rows, slice(0, layer.inputs), start, length)
            work = partial(self._or_tile, codes, start, length, w, self.weights[rows] < 0, a[:, rows])
            for_slices(work, len(codes), max(1, min(SAMPLES, 4 * TILE_WORDS // (layer.inputs * words))))

    def _or_tile(
        self,
        codes: np.ndarray,
        start: int,
        length: int,
        w: np.ndarray,
        negative: np.ndarray,
        a: np.ndarray,
        first: int,
        stop: int,
    ) -> None:
        part = codes[first:stop]
        count_or(self._input_streams(part, start, length), part < 0, w, negative, a[first:stop])

    def _add_selected(self, codes: np.ndarray, start: int, length: int, a: np.ndarray) -> None:
        """Add what a window adds under a mux: each operand is one stream a row, that of the inputs selected in turn."""
        layer = self.layer
        assert isinstance(layer.accumulator, Mux)
        select = source_words(layer.accumulator.select, layer.select_bits, start, length)
        valid = select < layer.inputs
        select = np.where(valid, select, -1)
        n = layer.resolution_bits
        w, negative_w = selected_streams(self.weights, select, layer.weight_generator, n, start)

        def work(first: int, stop: int) -> None:
            x, negative_x = selected_streams(codes[first:stop], select, layer.input_generator, n, start)
            count_selected(x, negative_x, w, negative_w, pack_flags(valid), self.bipolar, a[first:stop])

        for_slices(work, len(codes), SAMPLES)
