"""When the results of a column core come whose vectors overlap, by following its first samples through the layers."""

from __future__ import annotations

from collections.abc import Sequence

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
            first_out = shift + 1 + layer.border.latency
            end = quiet[i] = first_out + layer.layer.neurons
            last = end - 1
        sent.append((first_out, end))
    return loaded, sent
