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
from ..components.ports.output_frames import MapWriter
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
from .windows import PoolNumbers, WindowNumbers, held_windows, walk_area

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
        memory: str = "block",
        elements_per_beat: int = 1,
    ) -> FoldedPlan:
        """The plan of these numbers.

        Args:
            network: what to build.
            neurons_in_parallel: of each layer.
            architecture: "row", "column" or "serial", or one a layer with weights.
            bits_per_clock: stream bits per clock, see `stream_bits`; one number holds for all layers.
            loadable: weights are written at run time.
            anytime: streams may be stopped early.
            memory: of loadable weights, "block", or "spram" for those of the largest layers that fit there.
            elements_per_beat: of the input port.

        Raises:
            SpecError: an accumulator needs all inputs at once and its layer takes one.
            OptionError: more stream bits per clock than are unrolled, streams that cannot be halved, unknown kinds, no
                layer whose weights fit single-port memory.
        """
        layers = known_layers(network)
        words = (architecture,) * len(layers) if isinstance(architecture, str) else tuple(architecture)
        if isinstance(bits_per_clock, Sequence):
            bits_of_layers: Sequence[int | None] = bits_per_clock
        else:
            bits_of_layers = [1 if anytime and bits_per_clock is None else bits_per_clock] * len(layers)
        bits = [stream_bits(*each) for each in zip(layers, words, bits_of_layers, strict=True)]
        halvings = max_halvings(network, bits) if anytime else 0
        parts = zip(weighted_layers(network), words, neurons_in_parallel, bits, strict=True)
        kind = {"writable": loadable, "halved": halvings > 0}
        plans = tuple(_layer_plan(each.number, each.layer, word, n, b, **kind) for each, word, n, b in parts)
        _check_beat(network, plans[0], elements_per_beat)
        plan = cls(
            network=network, layers=plans, architectures=words, halvings=halvings, elements_per_beat=elements_per_beat
        )
        return plan if memory == "block" else plan._in_single_port_memory()

    def _in_single_port_memory(self) -> FoldedPlan:
        """The same with the weights of the largest layers that fit there in single-port memory."""
        sizes = []
        for how, numbers in zip(self.layers, self.numbers, strict=True):
            fits = how.weight_storage == "block" and isinstance(numbers, StreamedNumbers)
            sizes.append((numbers.rows, numbers.side_by_side) if fits else (0, 0))
        in_spram = single_port.fitting(sizes)
        if not in_spram:
            there = f"{single_port.MEMORIES} of {single_port.ROWS:,} rows of {single_port.BITS} bits"
            needs = ", ".join(f"{rows:,} rows of {width} bits" for rows, width in sizes)
            raise OptionError(f"memory 'spram': there are {there}, and no layer's weights fit; they are {needs}")
        layers = enumerate(self.layers)
        stored = tuple(replace(how, weight_storage="single_port") if i in in_spram else how for i, how in layers)
        return replace(self, layers=stored)

    @classmethod
    def proposed(cls, network: NetworkSpec, options: CoreOptions) -> FoldedPlan:
        """Takes whatever the others leave, but not what only they have."""
        for name in OF_CLOSED_FORMS:
            if getattr(options, name):
                needs = "needs constant weights, all neurons at a time and whole streams"
                raise OptionError(f"{name}: {why_network_has_no_closed_form(network) or needs}")
        words, bits = options.architectures(network), options.stream_bits(network)
        if options.memory != "block" and set(words) == {"serial"}:
            reason = why_network_has_no_closed_form(network) or "stream_bits_per_cycle must be a power of two"
            raise OptionError(f"memory {options.memory!r} needs a core whose program is one memory: {reason}")
        kinds: dict[str, Any] = {"loadable": options.loadable, "anytime": options.anytime, "memory": options.memory}
        kinds["elements_per_beat"] = options.elements_per_beat or 1
        return cls.of(network, options.neurons(network), architecture=words, bits_per_clock=bits, **kinds)

    @classmethod
    def candidates(cls, network: NetworkSpec, options: CoreOptions) -> Iterator[FoldedPlan]:
        """Rows and columns, a power of two of groups, some stream bits per clock."""
        layers = known_layers(network)
        # constants of `row` are a part of its gates; loaded, they would be memories as wide as all inputs
        words = ["column"] if options.loadable else ["row", "column"]
        if any(all_inputs_at_once(layer.accumulator) for layer in layers):
            words = ["row"]
        length, width = (max(getattr(x, name) for x in layers) for name in ("stream_length", "neurons"))
        several = [bits for bits in (4, 16) if bits <= length <= MAX_BITS]
        for word in words:
            for folds in (2**i for i in range(width.bit_length() + (width & (width - 1) > 0))):
                counts = [neurons_at_a_position(layer) for layer in layers]
                lanes = tuple(-(-count // min(folds, count)) for count in counts)
                for bits in (None, *several):
                    kinds = {"architecture": word, "bits_per_clock": bits, "loadable": options.loadable}
                    with suppress(OptionError):  # no layer of this folding fits single-port memory
                        yield cls.of(network, lanes, memory=options.memory, **kinds)

    @property
    def beat(self) -> tuple[int, int]:
        return self.elements_per_beat, 1

    @cached_property
    def stages(self) -> tuple[FoldedLayerNumbers | PoolNumbers, ...]:
        """The numbers of all layers, pools among them, in their order."""
        network = self.network
        weighted = iter(zip(weighted_layers(network), self.layers, strict=True))
        stages: list[FoldedLayerNumbers | PoolNumbers] = []
        for i, layer in enumerate(network.layers):
            reads = network.time_steps if i == 0 and network.input.repeat else 1
            match layer:
                case DenseLayer():
                    stages.append(self._weighted_numbers(*next(weighted), None))
                case Conv2dLayer():
                    windows = WindowNumbers.of(layer, first=i == 0, reads=reads)
                    stages.append(self._weighted_numbers(*next(weighted), windows))
                case MaxPool2dLayer() | AvgPool2dLayer():
                    stages.append(PoolNumbers(layer, WindowNumbers.of(layer, first=i == 0, reads=reads)))
                case other:
                    unknown_kind(other, "rtl")
        return tuple(stages)

    def _weighted_numbers(self, each: Weighted, how: LayerPlan, windows: WindowNumbers | None) -> FoldedLayerNumbers:
        limit = bias_limit(self.network, each.number, loadable=how.writable)
        kind = _numbers_type(each.layer, how)
        sizes = {"steps": self.network.time_steps, "bias_limit": limit, "halvings": self.halvings}
        return kind(each.layer, each.weights, each.biases, how, windows=windows, **sizes)

    @cached_property
    def numbers(self) -> tuple[FoldedLayerNumbers, ...]:
        """Of the layers with weights."""
        return tuple(stage for stage in self.stages if isinstance(stage, FoldedLayerNumbers))

    @cached_property
    def load_map(self) -> LoadMap | None:
        """The layers' sections, one after the other."""
        return LoadMap(self.network, [LayerLoad(each) for each in self.numbers]) if self.loadable else None

    @property
    def sums_steps(self) -> bool:
        """Whether the outputs of several time steps leave as one sum."""
        return sums_steps(self.network)

    @property
    def clock(self) -> str:
        """Rows have one of their own."""
        return "row" if set(self.architectures) == {"row"} else "folded"

    @property
    def choice(self) -> dict[str, Any]:
        """Architecture, neurons and stream bits of the layers."""
        choice: dict[str, Any] = {"architecture": said(self.architectures)}
        choice["neurons_in_parallel"] = [layer.neurons_in_parallel for layer in self.layers]
        choice["stream_bits_per_cycle"] = [layer.stream_bits_per_cycle for layer in self.layers]
        choice |= {"elements_per_beat": self.elements_per_beat} if self.elements_per_beat > 1 else {}
        choice |= {} if self.initialised else {"memory": "spram"}
        return choice | ({"anytime": True} if self.halvings else {})

    @property
    def manifest_entries(self) -> dict[str, Any]:
        """Of streams that may be stopped early: clocks by the number of halvings."""
        if not self.halvings:
            return {}
        return {"anytime": [{"halvings": k, **vars(self.timing(k))} for k in range(self.halvings + 1)]}

    def area(self, device: Device) -> tuple[float, int]:
        """The layers', their maps', and the ports'."""
        areas = [stage.area(device) for stage in self.stages]
        for stage in self.numbers:
            if stage.windows is not None:
                areas.append(walk_area(stage.windows, stage.element_bits, device))
                capacity = held_windows(stage.layer.inputs, addressed=stage.addressed)
                areas.append(written_memory(capacity * stage.layer.inputs, stage.element_bits, device))
        return 40.0 + sum(tables for tables, _ in areas), sum(memories for _, memories in areas)

    def timing(self, halvings: int = 0) -> CoreTiming:
        """By following the first samples through the layers."""
        return steady(*self.follow(8 + 4 * len(self.stages), halvings))

    def follow(self, samples: int, halvings: int = 0) -> tuple[list[int], list[tuple[int, int]]]:
        """What `steady` takes, without stalls on either port; see `flow`."""
        network, steps = self.network, self.network.time_steps
        frames = steps if steps > 1 and not self.sums_steps else 1
        output, stages = self._flow(halvings)
        loaded = []
        for _ in range(samples):
            came = []
            for _ in range(1 if network.input.repeat else steps):
                came.append(stages[0].vacant() + -(-network.input.features // self.elements_per_beat))
                for _ in range(_rows_before(network, 0)):
                    stages[0].take(came[-1])
                for stage in stages:
                    stage.run()
            loaded.append(came[-1 if self.sums_steps else 0] - 1)
        sent = output.sent
        return loaded, [(sent[i * frames][0], sent[(i + 1) * frames - 1][1]) for i in range(samples)]

    def _flow(self, halvings: int) -> tuple[FrameOutput | MapOutput, list[Stage]]:
        """What is followed: the frame writer, and the stages of the layers before it."""
        network = self.network
        rows, columns, channels = network.layers[-1].out_shape
        output: FrameOutput | MapOutput = FrameOutput(channels)
        if self.ends_in_map:
            output = MapOutput(rows, columns * channels, MapWriter.held_rows)
        sink: Sink = StepSum(output, rows, network.time_steps) if self.sums_steps else output
        stages: list[Stage] = []
        for i, numbers in reversed(list(enumerate(self.stages))):
            reads = network.time_steps if i == 0 and network.input.repeat else 1
            if isinstance(numbers, PoolNumbers):
                stage: Stage = PoolFlow(numbers, sink)
            elif numbers.windows is not None:
                stage = ConvolutionFlow(numbers, sink)
            else:
                stage = VectorFlow(numbers, sink, _rows_before(network, i), reads, halvings)
            stages.insert(0, stage)
            sink = stage
        return output, stages

    @property
    def ends_in_map(self) -> bool:
        """Whether the results leave in rows of a map, not as one vector."""
        last = self.stages[-1]
        return isinstance(last, PoolNumbers) or last.windows is not None


def _check_beat(network: NetworkSpec, first: LayerPlan, elements: int) -> None:
    """Refuse an input port of several elements a beat where the first layer could not take them.

    Raises:
        OptionError: it takes one input at a time, or windows of a map; or a sample has fewer elements.
    """
    if elements == 1:
        return
    features = network.input.features
    if elements > features:
        raise OptionError(f"elements_per_beat must be at most the features, {features}; got {elements}")
    if on_maps(network) is not None:
        raise OptionError(f"elements_per_beat: of networks of dense layers alone; {on_maps(network)}")
    if first.inputs_in_parallel != "all":
        raise OptionError("elements_per_beat: the first layer takes one input a clock; architecture 'row' takes all")


def _rows_before(network: NetworkSpec, i: int) -> int:
    """Rows in which layer i's elements come, where they come as rows: the first layer's come as one frame."""
    return network.layers[i - 1].out_shape[0] if i else 1


def stream_bits(layer: WeightedLayer, architecture: str, bits: int | None) -> int:
    """Stream bits per clock of one layer, of the `bits` that the core is asked for; its stream_length: the whole
    stream.

    None: the whole stream where it has a closed form and the architecture takes one input at a time, else 1. A shorter
    stream is taken whole; `mux` names one input per clock.

    Args:
        layer: the description.
        architecture: "row", "column" or "serial".
        bits: what the core is asked for; None chooses.
    """
    match layer.accumulator:
        case Mux():
            return 1
        case ParallelCounter() | Or():
            pass
        case other:
            unknown_kind(other, "rtl accumulators")
    if bits is None:
        closed = architecture != "row" and closed_factor(layer) is not None
        return layer.stream_length if closed else 1
    return min(bits, layer.stream_length)


def _layer_plan(
    i: int, layer: WeightedLayer, architecture: str, neurons: int, bits: int, *, writable: bool, halved: bool
) -> LayerPlan:
    """Where streams may be halved they are run, closed form or not."""
    row, accumulator = architecture == "row", layer.accumulator
    if not row and all_inputs_at_once(accumulator):
        rule = f"accumulator.kind {accumulator.kind!r} takes all inputs of a position at once; architecture 'row' does"
        raise SpecError(f"architecture {architecture!r}: layers[{i}].{rule}")
    closed = not row and not halved and bits == layer.stream_length and closed_factor(layer) is not None
    if not closed and bits > MAX_BITS:
        rule = f"at most {MAX_BITS} where a stream has no closed form"
        raise OptionError(f"stream_bits_per_cycle must be {rule}, got {bits} for layers[{i}]")
    storage: Literal["block", "logic"] = "logic"
    match accumulator:
        case ParallelCounter():
            storage = "logic" if row else "block"
        case Mux() | Or():
            pass
        case other:
            unknown_kind(other, "rtl accumulators")
    return LayerPlan(neurons, "all" if row else "one", bits, "closed_form" if closed else "stream", storage, writable)


def _numbers_type(layer: WeightedLayer, how: LayerPlan) -> type[FoldedLayerNumbers]:
    match layer.accumulator:
        case Mux():
            return MuxNumbers
        case Or():
            return OrNumbers
        case ParallelCounter():
            if how.inputs_in_parallel == "all":
                return ParallelNumbers
            return ClosedFormNumbers if how.multiplier == "closed_form" else StreamedNumbers
        case other:
            unknown_kind(other, "rtl accumulators")
