"""When the results of a column core come, by following its first samples through the layers."""

from __future__ import annotations

from collections.abc import Sequence

from ..cores.column_core import ColumnCore
from ..cores.dense_column import DenseColumn
from ..cores.overlap_column import OverlapColumn


def follow_overlap(layers: Sequence[OverlapColumn], samples: int) -> tuple[list[int], list[tuple[int, int]]]:
    """As `column_timing.follow_column`: (clocks in which the last beats are accepted, (first output, end) of each).

    The recurrences are those of `OverlapSequencer`: `ready[i]` is the first clock in which layer i takes elements of
    the next vector, `released[i]` the first in which its chain can be claimed again, `quiet[i]` the first in which it
    may ask whether its sink has room.
    """
    ready, released, quiet = ([0] * len(layers) for _ in range(3))
    loaded, sent = [], []
    for _ in range(samples):
        last = ready[0] + layers[0].layer.inputs - 1
        loaded.append(last)
        first_out = end = 0
        for i, layer in enumerate(layers):
            granted = max(last, released[i])
            ready[i] = granted + 1
            shift = granted + layer.depth + 1
            if i + 1 < len(layers):
                shift = max(shift, ready[i + 1] + 1, quiet[i] + 1)
            released[i] = shift + layer.layer.neurons - layer.sequencer.early
            first_out = shift + 1 + layer.output_stage.latency
            end = quiet[i] = first_out + layer.layer.neurons
            last = end - 1
        sent.append((first_out, end))
    return loaded, sent


def follow_column(core: ColumnCore, samples: int) -> tuple[list[int], list[tuple[int, int]]]:
    """The clock in which each sample's last beat is accepted, and (clock of its first output beat, first clock after
    its last), without stalls on either port.

    The recurrences are those of `ColumnSequencer`: `ready[i]` is the first clock in which layer i takes elements again,
    `quiet[i]` the first in which it may look whether its sink has room.
    """
    overlapping = [layer for layer in core.layers if isinstance(layer, OverlapColumn)]
    if overlapping:
        return follow_overlap(overlapping, samples)
    layers = [layer for layer in core.layers if isinstance(layer, DenseColumn)]
    # after reset, silent shifts: steps in clocks 0 …, each shift one clock after its step
    ready = [_reloaded(layer, 1) for layer in layers]
    if core.waits_after_reset:
        ready[0] = max(ready) + 1
    quiet = [0] * len(layers)
    loaded, sent = [], []
    for _ in range(samples):
        last = ready[0] + layers[0].layer.inputs - 1
        loaded.append(last)
        first_out = end = 0
        for i, layer in enumerate(layers):
            look = last + layer.depth - 1
            if i + 1 < len(layers):
                look = max(look, quiet[i], ready[i + 1])
            shift = look + 2
            ready[i] = _reloaded(layer, shift)
            first_out = shift + layer.output_stage.latency
            end = first_out + layer.layer.neurons
            quiet[i] = end
            last = end - 1
        sent.append((first_out, end))
    return loaded, sent


def _reloaded(layer: DenseColumn, shift: int) -> int:
    """The first clock in which a layer takes elements again, when its shifts begin in clock `shift`."""
    lanes = layer.layer.neurons
    return shift + lanes if layer.output else shift + lanes - layer.sequencer.early
