"""The plan of a network core: each layer folds its neurons as it likes, vectors wait between layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from ...spec.errors import OptionError, SpecError
from ...spec.kinds import unknown_kind
from ...spec.layer import DenseLayer, Mux, Or, ParallelCounter, WeightedLayer
from ...spec.maps import AvgPool2dLayer, Conv2dLayer, MaxPool2dLayer
from ...spec.network import NetworkSpec
from ..components.ports.map_frames import MapWriter
from ..loading.load_map import LayerLoad, LoadMap, bias_limit
from ..options import OF_CLOSED_FORMS, CoreOptions, said
from . import single_port
from .closed_forms import closed_factor, why_network_has_no_closed_form
from .core_plan import CorePlan, LayerPlan
from .estimates import Device, written_memory
from .flow import ConvolutionFlow, FrameOutput, MapOutput, PoolFlow, Sink, Stage, StepSum, VectorFlow
from .folded_layers import (
    ClosedFormNumbers,
    FoldedLayerNumbers,
    MuxNumbers,
    OrNumbers,
    ParallelNumbers,
    StreamedNumbers,
)
from .pools import PoolNumbers, walk_area
from .supported import (
    Weighted,
    all_inputs_at_once,
    known_layers,
    max_halvings,
    neurons_at_a_position,
    on_maps,
    sums_steps,
    weighted_layers,
)
from .timing import CoreTiming, steady
from .windows import WindowNumbers, held_windows

MAX_BITS = 256
"""Stream bits of a clock that are unrolled; beyond it a clock would be long and the core large for nothing."""


@dataclass(frozen=True, kw_only=True)
class FoldedPlan(CorePlan):
    """Layers of any streams, inputs, neurons and stream bits at a time, with buffers between them."""

    purpose = "runs whatever the contract has, each layer in a way of its own; the only one with loads beside a program"

    architectures: tuple[str, ...]
    """Of each layer, the word that was asked."""
    halvings: int = 0
    """How often the streams may be stopped at half of what they were; 0: the core has no such port."""
    elements_per_beat: int = 1
    """Of the input port."""

    @classmethod
    def of(
        cls,
        network: NetworkSpec,
        neurons_in_parallel: Sequence[int],
        *,
        architecture: str | Sequence[str] = "row",
        bits_per_clock: int | Sequence[int] | None = None,
        loadable: bool = False,
        anytime: bool = False,
        choice |= {"elements_per_beat": self.elements_per_beat} if self.elements_per_beat > 1 else {}
