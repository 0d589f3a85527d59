"""Which bits of which nets are flipped in each clock of a stream: the model's draws, in the order of the gates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...accel.faults import Fault
from ...accel.faults.description import Site
from ...accel.faults.lines import SiteFaults
from ...accel.faults.philox import fill_masks
from ...rtl.plan.folded_layers import FoldedLayerNumbers

SITES: tuple[Site, ...] = ("input", "weight", "product")
"""Whose nets are known in the gates."""


def layer_masks(
    numbers: FoldedLayerNumbers, number: int, faults: Sequence[Fault], keys: np.ndarray, samples: int, steps: int
) -> np.ndarray:
    """The masks of one layer, a row for each clock in which a position is processed.

    Rows follow each other sample by sample, step by step, group by group, clock by clock. A row has the masks of the
    input streams and then, for each processing element, those of its weight streams and products; each is `words`
    positions of all inputs, input 0 of the first position first.

    Args:
        numbers: of the layer, all inputs at once.
        number: of the layer in the network.
        faults: of the model, flips of `SITES`.
        keys: of `philox.round_keys`.
        samples: how many are driven.
        steps: time steps of a sample.

    Returns:
        bool `(clocks, bits)`.
    """
    layer, folding, words = numbers.layer, numbers.folding, numbers.words
    inputs, pes, clocks = layer.inputs, folding.processing_elements, numbers.clocks
    site_faults = {site: SiteFaults(tuple(faults), site, number, keys) for site in SITES}
    out = np.zeros((samples, steps, folding.groups, clocks, (1 + 2 * pes), words, inputs), dtype=bool)
    for sample in range(samples):
        for step in range(steps):
            every = {site: _flips(site_faults[site], layer.stream_length, clocks * words, lines, sample, step)
                     for site, lines in (("input", inputs), ("weight", inputs * layer.neurons),
                                         ("product", inputs * layer.neurons))}  # fmt: skip
            place = out[sample, step]
            place[:, :, 0] = _by_clock(every["input"], clocks, words)
            for neuron in range(layer.neurons):
                group, pe = divmod(neuron, pes)
                lines = slice(neuron * inputs, (neuron + 1) * inputs)
                place[group, :, 1 + 2 * pe] = _by_clock(every["weight"][lines], clocks, words)
                place[group, :, 2 + 2 * pe] = _by_clock(every["product"][lines], clocks, words)
    return out.reshape(samples * steps * folding.groups * clocks, -1)


def _by_clock(flips: np.ndarray, clocks: int, words: int) -> np.ndarray:
    """`(lines, positions)` as `(clocks, words, lines)`."""
    return flips.T.reshape(clocks, words, -1)


def _flips(site: SiteFaults, length: int, padded: int, lines: int, sample: int, step: int) -> np.ndarray:
    """Whether each position of each line is flipped; bool `(lines, padded)`, none past the stream's end."""
    out = np.zeros((lines, padded), dtype=bool)
    if not site.thresholds.flip:
        return out
    masks = np.empty(lines, dtype=np.uint64)
    for word in range(-(-length // 64)):
        bits = min(64, length - 64 * word)
        fill_masks(0, word, bits, sample, site.flip_place(step), site.keys, site.flip, masks)
        out[:, 64 * word : 64 * word + bits] = masks[:, None] >> np.arange(bits, dtype=np.uint64) & np.uint64(1)
    return out
