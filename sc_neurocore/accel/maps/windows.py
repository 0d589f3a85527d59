"""`conv2d` by the counters of dense layers: every window of a tile of samples is one more sample (contract §5a).

Codes are windowed a tile at a time and stay codes, as narrow as their range; whatever a counter makes of them (bits,
planes, streams) is made of a tile alone, so memory does not grow with the batch. Where a neuron keeps no state, its
outputs are made of a tile's counts, too, and counts never lie in memory.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...spec.maps import Conv2dLayer
from ..kinds import requantizing
from ..output_stage import NumpyLayer
from ..threads import for_slices
from .unfold import Unfold

TILE_CODES = 2**18
"""Codes of windows that a thread holds at a time, about; one sample's may be more."""


class WindowCounts:
    """Codes `(batch, in_elements)` to counts of a `conv2d` layer, or to output codes, `(batch, out_elements)`.

    Args:
        layer: the description.
        counters: of each group, from its windows `(samples, inputs)` to counts `(samples, M/g)`, a fresh array.
        stage: what makes outputs of counts.
        finishes: whether it is asked here.
    """

    reads_codes = False
    """Takes checked codes: a stride beyond the kernel would leave some unseen."""

    def __init__(
        self,
        layer: Conv2dLayer,
        counters: Sequence[Callable[[np.ndarray], np.ndarray]],
        stage: NumpyLayer,
        finishes: bool,
    ) -> None:
        self.layer, self.counters, self.stage, self.finishes = layer, counters, stage, finishes
        self.tile = max(1, TILE_CODES // (layer.positions * layer.inputs))
        self._own = threading.local()

    def __call__(self, codes: np.ndarray) -> np.ndarray:
        """Counts, int64, or codes as narrow as their range, of codes of any integer type: a fresh array."""
        dtype = self.stage.codes if self.finishes else np.int64
        out = np.empty((len(codes), self.layer.out_elements), dtype=dtype)
        for_slices(lambda first, stop: self._tile(codes[first:stop], out[first:stop]), len(codes), self.tile)
        return out

    def _tile(self, codes: np.ndarray, out: np.ndarray) -> None:
        layer = self.layer
        unfold = getattr(self._own, "unfold", None)
        if unfold is None:
            unfold = self._own.unfold = Unfold(layer, self.tile)
        unfold.take(codes)
        counts = [counter(unfold.windows(len(codes), group)) for group, counter in enumerate(self.counters)]
        every = counts[0] if len(counts) == 1 else np.stack(counts, axis=1)
        every = every.reshape(out.shape)
        out[...] = self.stage.outputs(every, None)[0] if self.finishes else every

    def describe(self, batch: int) -> dict[str, Any]:
        """What `infer --explain` says of the layer."""
        counter: Any = self.counters[0]
        groups = "" if self.layer.groups == 1 else f" of {self.layer.groups} groups"
        described = counter.describe(batch * self.layer.positions)
        return described | {"path": f"{self.layer.positions} windows{groups}: {described['path']}"}


class ConvLayer:
    """A `conv2d` layer for `executor.run_steps`.

    Args:
        layer: the description.
        bias: integers `(out_channels,)` that are added to the counts: zeros where the counters have added them.
        counters: see `WindowCounts`.
        repeated: whether the same counts enter the neuron at several steps.
    """

    def __init__(
        self,
        layer: Conv2dLayer,
        bias: np.ndarray,
        counters: Sequence[Callable[[np.ndarray], np.ndarray]],
        repeated: bool,
    ) -> None:
        self.layer, self.finishes = layer, requantizing(layer.neuron) is not None
        self.stage = NumpyLayer(layer, bias, None, repeated)
        self.counts = WindowCounts(layer, counters, self.stage, self.finishes)

    def outputs(self, counts: np.ndarray, state: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
        """Outputs and state after a step, of what `counts` gave: outputs themselves, where the neuron has no state."""
        return (counts, state) if self.finishes else self.stage.outputs(counts, state)

    def start(self, codes: np.ndarray) -> np.ndarray | None:
        """The state before the first step."""
        return self.stage.start(codes)
