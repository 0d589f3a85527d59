"""The options of a core: their legal values, and what they say of the layers of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from ..spec.coerce import choice, integer, number, short
from ..spec.errors import OptionError
from ..spec.network import NetworkSpec
from .plan.folding import automatic_parallelism
from .plan.supported import known_layers, neurons_at_a_position

ARCHITECTURES = ("serial", "column", "row", "unrolled")
"""Named points of the design space; each says how a layer is computed where nothing else is asked."""
WEIGHTS = ("rom", "loadable")
CONTROLS = ("stream", "axi-lite")
MEMORIES = ("block", "spram")
BUDGET = ("target", "max_luts", "min_rate")
OF_CLOSED_FORMS = ("product_table", "overlap", "logic_weights")
"""Options of a column core whose products all have a closed form."""
FREE = ("neurons_in_parallel", "stream_bits_per_cycle", "elements_per_beat", *OF_CLOSED_FORMS, "anytime")
"""Options that say how layers are computed, beside `architecture`."""


def check_control(control: str, *, loadable: bool) -> None:
    """Refuse a control port that there is not, or not around this core.

    Raises:
        OptionError: it is none of `CONTROLS`, or "stream" around a core that takes no loads.
    """
    choice("control", control, CONTROLS)
    if control == "stream" and not loadable:
        raise OptionError("control 'stream' carries loads, and this core's weights are fixed; choose 'axi-lite'")


@dataclass(frozen=True, kw_only=True)
class CoreOptions:
    """What is asked of the gates of one core.

    Raises:
        OptionError: an option has no such value, or two of them exclude each other.
    """

    architecture: str | Sequence[str] = "auto"
    """"serial" (one product at a time), "column" (all neurons at a time, one input after the other), "row" (all inputs
    at a time, any streams), one of them for each layer with weights, "unrolled" (every product at a time, a sample a
    clock), or "auto": what suits the device and the budget, or "row" where something else is asked of the layers."""
    neurons_in_parallel: str | int | Sequence[int] | None = None
    """Of "row" and "column": None or "auto" chooses ("column": all); an integer for all layers (at most each layer's
    neurons), or one integer per layer with weights. Of a convolution: channels of one of its groups, at a position."""
    stream_bits_per_cycle: int | Sequence[int] | None = None
    """Positions of a stream in one clock, 1 to the largest stream_length, or one integer a layer. None: the whole
    stream where "serial" and "column" know its closed form, else 1."""
    elements_per_beat: int | None = None
    """Of the input port, where the first layer is a "row": so many codes come in a beat, each in bytes of its own (at
    most the features). None: one; of "unrolled" all."""
    product_table: bool = False
    """Of "column": read products from block memory, 2^n rows per input, instead of computing them."""
    overlap: bool = False
    """Of "column": totals wait beside the accumulators, so that a vector takes as many clocks as elements."""
    logic_weights: bool = False
    """With overlap: weights in logic instead of block memory."""
    anytime: bool = False
    """Streams may be stopped early: a port `halvings` = k ends each after 1 / 2^k of its positions."""
    weights: str = "rom"
    """"rom" (constants), or "loadable": weights, biases, shifts and thresholds are written at run time."""
    control: str | None = None
    """"axi-lite" (registers; the default where weights are loadable), "stream" (load frames on the input port)."""
    memory: str = "block"
    """Of "serial" and "column" with loadable weights: "block", or "spram" (iCE40UP; it has no contents before a load),
    in a column for the weights of the largest layers that fit."""
    target: str | None = None
    """Device that "auto" chooses for, a key of `plan.estimates.DEVICES`; None: the first of its `DEFAULT_DEVICES` that
    holds a core."""
    max_luts: int | None = None
    """4-input tables that the core may take, by the plan's estimate."""
    min_rate: float | None = None
    """Inferences per second that it must reach, by the same estimate, where the device's clocks are known."""

    @classmethod
    def of(cls, options: dict[str, Any]) -> CoreOptions:
        """The options of a call.

        Raises:
            OptionError: there is no such option, or as the class says.
        """
        names = [field.name for field in fields(cls)]
        for name in options:
            choice("an option of a core", name, names)
        return cls(**options)

    def __post_init__(self) -> None:
        for name in (*OF_CLOSED_FORMS, "anytime"):
            if not isinstance(getattr(self, name), bool):
                raise OptionError(f"{name} must be True or False, got {short(getattr(self, name))}")
        if not isinstance(self.architecture, str | Sequence):
            raise OptionError(f"architecture must be a name, or one a layer, got {short(self.architecture)}")
        words = (self.architecture,) if isinstance(self.architecture, str) else self.architecture
        for word in words:
            choice("architecture", word, ARCHITECTURES if words is self.architecture else ("auto", *ARCHITECTURES))
        choice("weights", self.weights, WEIGHTS)
        if self.control is not None:
            check_control(self.control, loadable=self.loadable)
        budget = self.given(BUDGET)
        if budget and self.architecture != "auto":
            raise OptionError(f"{', '.join(budget)} let 'auto' choose; architecture is given, {self.architecture!r}")
        if budget and self.given(FREE):
            raise OptionError(f"{', '.join(budget)}: not together with {', '.join(FREE[:-1])} or {FREE[-1]}")
        for name in self.given(OF_CLOSED_FORMS):
            if set(words) != {"column"}:
                word = "row" if self.architecture == "auto" else self.architecture
                raise OptionError(f"{name} belongs to architecture 'column', not to {word!r}")
        if self.anytime and (self.loadable or self.control is not None):
            raise OptionError("anytime adds a port to a core without a control port; got weights or control beside it")
        choice("memory", self.memory, MEMORIES)
        if self.elements_per_beat is not None:
            integer("elements_per_beat", self.elements_per_beat, 1, rule="a positive integer")
            if self.elements_per_beat > 1 and (self.loadable or self.control is not None):
                raise OptionError("elements_per_beat: a core with a control port takes one element a beat")
        for name in ("max_luts", "min_rate"):
            if getattr(self, name) is not None:
                number(name, getattr(self, name), above=0, rule="a positive number")

    def given(self, names: Sequence[str]) -> list[str]:
        """Those of these options for which something is asked."""
        # by identity: 0 is a value, and an illegal one
        return [name for name in names if not any(getattr(self, name) is absent for absent in (None, False))]

    @property
    def loadable(self) -> bool:
        """Whether weights are written at run time."""
        return self.weights == "loadable"

    @property
    def chosen_by_hand(self) -> bool:
        """Whether something is asked of how layers are computed, so that nothing is left for a device to choose."""
        return self.architecture != "auto" or bool(self.given(FREE))

    def architectures(self, network: NetworkSpec) -> tuple[str, ...]:
        """The architecture of each layer.

        Raises:
            OptionError: not one per layer, or an option beside it that belongs to another one.
        """
        count, word = len(known_layers(network)), self.architecture
        words = tuple(word) if not isinstance(word, str) else ("row" if word == "auto" else word,) * count
        if len(words) != count:
            raise OptionError(f"architecture must be one word, or one a layer, {count} of them; got {words!r}")
        if self.memory != "block" and not (self.loadable and set(words) <= {"serial", "column"}):
            combination = f"weights {self.weights}, architecture {said(words)!r}"
            rule = f"memory {self.memory!r} belongs to loadable weights of architecture 'serial' or 'column'"
            raise OptionError(f"{rule}; got {combination}")
        return words

    def neurons(self, network: NetworkSpec) -> tuple[int, ...]:
        """Neurons in parallel of each layer.

        Raises:
            OptionError: as `resolve_neurons_in_parallel`, or several of a layer of architecture "serial".
        """
        words, request = self.architectures(network), self.neurons_in_parallel
        numbers = resolve_neurons_in_parallel(network, request)
        if request in (None, "auto"):
            limits = most_in_parallel(network)
            every = {"serial": (1,) * len(words), "column": limits, "row": numbers, "unrolled": limits}
            return tuple(every[word][i] for i, word in enumerate(words))
        if any(word == "serial" and neurons != 1 for word, neurons in zip(words, numbers, strict=True)):
            rule = "architecture 'serial' computes one product at a time"
            raise OptionError(f"neurons_in_parallel: {rule}; got {request!r}")
        return numbers

    def stream_bits(self, network: NetworkSpec) -> int | list[int] | None:
        """Stream bits per clock: None, one integer for all layers (a shorter stream is taken whole), or one per layer.

        Raises:
            OptionError: not a positive integer, not one number per layer, or more than a stream has.
        """
        what, bits = "stream_bits_per_cycle", self.stream_bits_per_cycle
        if bits is None:
            return None
        lengths = [layer.stream_length for layer in known_layers(network)]
        if isinstance(bits, Sequence) and not isinstance(bits, str):
            if len(bits) != len(lengths):
                rule = f"must be one integer, or one a layer, {len(lengths)} of them"
                raise OptionError(f"{what} {rule}; got {tuple(bits)!r}")
            bits = [_checked_bits(f"{what}[{i}]", *pair) for i, pair in enumerate(zip(bits, lengths, strict=True))]
            # what one integer says of all layers is said so
            return max(bits) if bits == [min(max(bits), length) for length in lengths] else bits
        return _checked_bits(what, bits, max(lengths))


def options_for(target: str, **options: Any) -> dict[str, Any]:
    """The options of a core that is to go onto a device: where they leave its form open, the device chooses.

    Args:
        target: the device.
        options: those of `CoreOptions`, as they were asked for.

    Raises:
        OptionError: there is no such option, or two of them exclude each other.
    """
    return options if CoreOptions.of(options).chosen_by_hand else {"target": target, **options}


def said(words: Sequence[str]) -> str | list[str]:
    """The architectures of the layers as an option says them: one word where one word says it."""
    return words[0] if len(set(words)) == 1 else list(words)


def most_in_parallel(network: NetworkSpec) -> list[int]:
    """The most neurons in parallel of each layer with weights."""
    return [neurons_at_a_position(layer) for layer in known_layers(network)]


def resolve_neurons_in_parallel(
    network: NetworkSpec, neurons_in_parallel: str | int | Sequence[int] | None
) -> tuple[int, ...]:
    """Neurons in parallel of each layer; None or "auto" chooses, one integer holds for all (at most a layer's neurons).

    Raises:
        OptionError: not a positive integer, not one number per layer, or more than the layer has neurons.
    """
    layers, limits = known_layers(network), most_in_parallel(network)
    if neurons_in_parallel is None or neurons_in_parallel == "auto":
        parts = zip(layers, limits, strict=True)
        return tuple(automatic_parallelism(x.inputs, neurons, x.stream_length) for x, neurons in parts)
    if isinstance(neurons_in_parallel, int) and not isinstance(neurons_in_parallel, bool):
        integer("neurons_in_parallel", neurons_in_parallel, 1, rule="a positive integer")
        widest = max(limits)
        if neurons_in_parallel > widest:
            raise OptionError(
                f"neurons_in_parallel must be at most the widest layer's neurons, {widest}; got {neurons_in_parallel}"
            )
        return tuple(min(neurons_in_parallel, neurons) for neurons in limits)
    if isinstance(neurons_in_parallel, str) or not isinstance(neurons_in_parallel, Sequence):
        rule = "must be 'auto', an integer, or one integer a layer"
        raise OptionError(f"neurons_in_parallel {rule}; got {neurons_in_parallel!r}")
    if len(neurons_in_parallel) != len(layers):
        rule = f"must be one integer a layer, {len(layers)} of them"
        raise OptionError(f"neurons_in_parallel {rule}; got {tuple(neurons_in_parallel)!r}")
    for i, (neurons, limit) in enumerate(zip(neurons_in_parallel, limits, strict=True)):
        integer(f"neurons_in_parallel[{i}]", neurons, 1, rule="a positive integer")
        if neurons > limit:
            limit = f"at most the layer's neurons, {limit}"
            raise OptionError(f"neurons_in_parallel[{i}] must be {limit}; got {neurons}")
    return tuple(int(neurons) for neurons in neurons_in_parallel)


def _checked_bits(what: str, bits: object, longest: int) -> int:
    bits = integer(what, bits)
    if not 1 <= bits <= longest:
        raise OptionError(f"{what} must be 1 to the longest stream_length, {longest}; got {bits}")
    return bits
