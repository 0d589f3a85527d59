"""When a core's results come: latency and throughput in clocks, derived from its parts."""

from __future__ import annotations

from dataclasses import dataclass

from ..components.activation.time_step_accumulator import TimeStepAccumulator
from ..components.arithmetic.bias import Bias
from ..control.controlled_core import ControlledCore
from ..cores.column_core import ColumnCore
from ..cores.folded_layer import FoldedLayer
from ..cores.network_core import NetworkCore
from ..cores.serial.core import SerialCore
from .column_timing import follow_column


@dataclass(frozen=True)
class CoreTiming:
    """Clocks of one inference, without stalls on either port."""

    latency_cycles: int
    """From the clock edge that accepts a frame's last beat to the first with `m_axis_tvalid` high; core idle before.

    Of a sample of several frames it is the first one's, or the last one's where the outputs of the steps are summed.
    """
    cycles_per_inference: int
    """Between the results of samples, when frames follow each other without a pause."""


def core_timing(core: NetworkCore | ColumnCore | SerialCore | ControlledCore, halvings: int = 0) -> CoreTiming:
    """Latency and steady rate of a core, by following its first samples through the pipeline.

    `halvings`: of a `NetworkCore` whose streams may be stopped early.
    """
    if isinstance(core, ControlledCore):  # both streams pass through it without a clock
        return core_timing(core.core, halvings)
    if isinstance(core, SerialCore):
        return CoreTiming(core.latency_cycles, core.cycles_per_inference)
    samples = 8 + 4 * len(core.layers)
    loaded, sent = follow_column(core, samples) if isinstance(core, ColumnCore) else _follow(core, samples, halvings)
    return CoreTiming(latency_cycles=sent[0][0] - loaded[0], cycles_per_inference=sent[-1][1] - sent[-2][1])


def _follow(core: NetworkCore, samples: int, halvings: int) -> tuple[list[int], list[tuple[int, int]]]:
    """The clock in which the last beat is accepted that each sample's first output needs, and (clock of its first
    output beat, first clock after its last).

    The recurrences are those of `FrameReader`, `RowSequencer`, `FoldedLayer`, `TimeStepAccumulator` and `FrameWriter`;
    `vacant[i]` is the first clock in which buffer i (the last: the frame writer) may be written again, `free[i]` the
    first in which sequencer i may look for work.
    """
    features, outputs = core.layers[0].layer.inputs, core.layers[-1].folding.neurons
    steps, repeat = core.network.time_steps, core.network.input.repeat
    vacant, free = [0] * (len(core.layers) + 1), [0] * len(core.layers)
    loaded, sent = [], []
    for _ in range(samples):
        frames, results = [], []
        for step in range(steps):
            if not (step and repeat):
                frames.append(vacant[0] + features)
            full = frames[-1]
            for i, layer in enumerate(core.layers):
                summed = core.sums_steps and i == len(core.layers) - 1
                begin = max(full, free[i]) + 1
                needs_room = not summed or step == steps - 1
                read, stream_end, full = _pass(layer, begin, vacant[i + 1] if needs_room else 0, halvings)
                if i or not repeat or step == steps - 1:
                    vacant[i] = read
                full += TimeStepAccumulator.latency * summed
                free[i] = max(stream_end, full)
            if not core.sums_steps or step == steps - 1:
                vacant[-1] = full + outputs
                results.append(full)
        loaded.append(frames[-1 if core.sums_steps else 0] - 1)
        sent.append((results[0], vacant[-1]))
    return loaded, sent


def _pass(layer: FoldedLayer, begin: int, sink_vacant: int, halvings: int) -> tuple[int, int, int]:
    """One vector through a layer: when its buffer is vacant, its sequencer idle, and its sink full."""
    folding, period = layer.folding, layer.sequencer.period_after(halvings)
    first_end = begin + period - 1
    granted = max(begin, sink_vacant)
    last_end = first_end if folding.groups == 1 else max(first_end, granted) + (folding.groups - 1) * period
    idle = max(last_end, granted) + 1
    hand_on = last_end + layer.total_latency + 1
    if folding.groups == 1:
        hand_on = max(hand_on, granted + 1)
    in_last_group = folding.neurons - (folding.groups - 1) * folding.processing_elements
    committed = hand_on + in_last_group - 1 + Bias.latency + layer.neuron.latency
    return last_end + 3, idle, committed + 1
