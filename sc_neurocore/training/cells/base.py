"""What all spiking cells share: constants, learned or not, states that start at 0, the spike and its reset."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature, signature
from typing import Any, ClassVar

from ...spec.errors import OptionError
from ..surrogate import Comparator, atan_surrogate
from ..surrogate.parameters import number
from .comparator import Tensor, torch, with_comparator

LEARNED_RANGES: dict[str, tuple[float, float | None]] = {"beta": (0.0, 1.0), "threshold": (1e-3, None)}
"""A learned constant is clamped to its range in use: with a threshold of 0 every neuron would fire at every step."""


class SpikingCell(torch.nn.Module):
    """One time step of spiking neurons: s = [v ≥ level], then v ← v − s·level, through which no gradient passes.

    A subclass is a table of constants and one equation, `_step`. It is made with its constants, in the table's order or
    by name, and with the options of all cells; it is called with its signals, and gives the spikes and the new states.
    A state that is left out is 0; all are in the shape and dtype of the first signal, the input current.

    Constants are buffers, or parameters where they are learned, so that they travel with `state_dict` and `to`. Each is
    used in the dtype of the current. A learned `beta` is held in [0, 1], a learned `threshold` above 1e-3.

    Args:
        surrogate_fn: spikes of v − level; any callable with a derivative of its own.
        learn_beta: make beta a parameter, where the cell has one.
        learn_threshold: make threshold a parameter.
        comparator: "ge" or "gt", whether a membrane exactly at the level fires; None: that of `surrogate_fn`.

    Raises:
        OptionError: an argument breaks its rule; the message names it.
    """

    constants: ClassVar[dict[str, tuple[float, str]]] = {"threshold": (1.0, "positive")}
    """Default and rule (`surrogate.parameters.RULES`) of each constant."""
    signals: ClassVar[tuple[str, ...]] = ("current", "v")
    """What the cell is called with: the input current first, then what may be left out."""
    _step: Callable[..., tuple[Tensor, ...]]
    """`_step(*signals, **constants)`: the spikes and the new states of one time step."""

    comparator: Comparator
    """Whether a membrane exactly at the level fires ("ge") or not ("gt"); the export carries it."""
    threshold: Tensor
    beta: Tensor

    def __init_subclass__(cls) -> None:
        options = {"surrogate_fn": atan_surrogate, "learn_beta": False, "learn_threshold": False}
        if "beta" not in cls.constants:
            del options["learn_beta"]
        defaults = {name: default for name, (default, _) in cls.constants.items()} | options
        cls._options = Signature(
            [
                *(Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=value) for name, value in defaults.items()),
                Parameter("comparator", Parameter.KEYWORD_ONLY, default=None),
            ]
        )
        own = [p for p in signature(cls.__init__).parameters.values() if p.kind is Parameter.POSITIONAL_OR_KEYWORD]
        cls.__signature__ = cls._options.replace(parameters=[*own[1:], *cls._options.parameters.values()])

    def __init__(self, *constants: Any, **options: Any) -> None:
        super().__init__()
        binding = self._options.bind(*constants, **options)
        binding.apply_defaults()
        arguments = binding.arguments
        for name in dict.fromkeys(["threshold", *self.constants]):  # the threshold first, as in older state dicts
            value = float(number(name, arguments[name], self.constants[name][1]))
            if arguments.get(f"learn_{name}"):
                self.register_parameter(name, torch.nn.Parameter(torch.tensor(value)))
            else:
                self.register_buffer(name, torch.tensor(value, dtype=torch.float64))
        self.surrogate_fn, self.comparator = with_comparator(arguments["surrogate_fn"], arguments["comparator"])

    def _in_use(self, name: str) -> Tensor:
        constant = getattr(self, name)
        return constant.clamp(*LEARNED_RANGES[name]) if isinstance(constant, torch.nn.Parameter) else constant

    def decay(self) -> Tensor:
        """The factor `beta` in use."""
        return self._in_use("beta")

    def level(self) -> Tensor:
        """The threshold in use."""
        return self._in_use("threshold")

    def _fire(self, v: Tensor, level: Tensor) -> tuple[Tensor, Tensor]:
        """Spikes, and the membrane less the level where there is one."""
        spikes = self.surrogate_fn(v - level)
        return spikes, v - spikes.detach() * level

    def forward(self, *signals: Tensor | None, **keyword_signals: Tensor | None) -> tuple[Tensor, ...]:
        """The spikes and the new states of one time step.

        Raises:
            OptionError: the current is no floating-point tensor, or a state has another shape.
            TypeError: there is no such signal.
        """
        values = {**dict(zip(self.signals, signals)), **keyword_signals}
        if len(values) < len(signals) + len(keyword_signals) or any(
            name not in self.signals for name in keyword_signals
        ):
            raise TypeError(f"{type(self).__name__} takes the signals {', '.join(self.signals)}, each once")
        head, *states = self.signals
        current = current_of(head, values.get(head))
        constants = {name: self._in_use(name).to(current.dtype) for name in self.constants}
        return self._step(current, *[state_of(name, values.get(name), current) for name in states], **constants)

    def extra_repr(self) -> str:
        """The constants, learned ones last, and the comparator."""
        constants = {**dict(self.named_buffers(recurse=False)), **dict(self.named_parameters(recurse=False))}
        return ", ".join([*(f"{name}={value.item():.6g}" for name, value in constants.items()), self.comparator])


def current_of(name: str, value: Any) -> Tensor:
    """An input current as it is.

    Raises:
        OptionError: it is no floating-point tensor.
    """
    if not isinstance(value, Tensor) or not value.is_floating_point():
        kind = value.dtype if isinstance(value, Tensor) else type(value).__name__
        raise OptionError(f"{name} must be a floating-point torch.Tensor, got {kind}")
    return value


def state_of(name: str, value: Tensor | None, current: Tensor) -> Tensor:
    """A state in the current's shape; 0 where it is not given.

    Args:
        name: the state, for the message.
        value: the state; None: 0.
        current: the input current.

    Raises:
        OptionError: the state has another shape.
    """
    if value is None:
        return torch.zeros_like(current)
    if not isinstance(value, Tensor):
        raise OptionError(f"{name} must be a torch.Tensor or None, got {type(value).__name__}")
    if value.shape != current.shape:
        try:
            return value.expand_as(current)
        except RuntimeError:
            raise OptionError(
                f"{name} must have the current's shape {tuple(current.shape)}, got {tuple(value.shape)}"
            ) from None
    return value
