"""One plan of a core: what can be said of it before a gate is built, and what its gates are built from."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

from ...spec.network import NetworkSpec
from ..options import CoreOptions
from .estimates import Device, Estimate
from .timing import CoreTiming


@dataclass(frozen=True)
class LayerPlan:
    """A point of the design space: how one layer is computed."""

    neurons_in_parallel: int
    inputs_in_parallel: Literal["all", "one"]
    stream_bits_per_cycle: int
    multiplier: Literal["stream", "closed_form", "table"]
    """Where a product comes from: the stream's bits, counted; its closed form, computed; a memory that holds it."""
    weight_storage: Literal["logic", "block", "single_port"]
    writable: bool = False
    double_buffered: bool = False
    """Whether a vector is added up while the results of the one before are handed on."""


@dataclass(frozen=True, kw_only=True)
class CorePlan(ABC):
    """A core of a network, layer by layer; a value, made and validated without any gate.

    A derived class is one way to put layers together. It says when it can do what is asked, and its clocks and areas.
    """

    network: NetworkSpec
    layers: tuple[LayerPlan, ...]
    control: str | None = None
    """The control port around the core, as `CoreOptions` has it."""
    why: str | None = None
    """Why it was chosen, where a budget chose it."""
    alternatives: dict[str, Any] | None = field(default=None, compare=False)
    """The budget and the plans among which it was chosen, for the manifest."""

    purpose: ClassVar[str]
    """Why this way exists beside the others, and what it saves."""

    @classmethod
    @abstractmethod
    def proposed(cls, network: NetworkSpec, options: CoreOptions) -> Self | None:
        """The plan of this kind that does what is asked; None where another kind does it.

        Raises:
            SpecError, OptionError: no kind does.
        """

    @classmethod
    @abstractmethod
    def candidates(cls, network: NetworkSpec, options: CoreOptions) -> Iterator[Self]:
        """The plans of this kind among which a budget chooses."""

    @abstractmethod
    def timing(self, halvings: int = 0) -> CoreTiming:
        """Latency and steady rate; `halvings`: of streams that may be stopped early."""

    @abstractmethod
    def area(self, device: Device) -> tuple[float, int]:
        """4-input tables and block memories, roughly."""

    @property
    @abstractmethod
    def clock(self) -> str:
        """Which of a device's clocks (`Device.clock_mhz`) cores of this kind reach."""

    @property
    @abstractmethod
    def choice(self) -> dict[str, Any]:
        """The options that describe this plan, as the manifest states them."""

    @property
    def loadable(self) -> bool:
        """Whether weights are written at run time."""
        return any(layer.writable for layer in self.layers)

    @cached_property
    def load_map(self) -> Any:
        """Where each loadable number goes; None where nothing is loaded."""
        return None

    @property
    def initialised(self) -> bool:
        """Whether the core computes its network before any load."""
        return all(layer.weight_storage != "single_port" for layer in self.layers)

    @property
    def beat(self) -> tuple[int, int]:
        """Elements in a beat of the input port, and of the output port."""
        return 1, 1

    @property
    def manifest_entries(self) -> dict[str, Any]:
        """What the manifest says of this core and not of others."""
        return {}

    @property
    def parameters(self) -> dict[str, Any]:
        """The options that are in force, and the reason where a budget chose them."""
        around = {"control": self.control, "weights": "loadable" if self.loadable else "rom"} if self.control else {}
        return self.choice | around | ({"why": self.why} if self.why else {})

    def estimate(self, device: Device) -> Estimate:
        """What the core would take on a device, without its control port."""
        (tables, memories), cycles = self.area(device), self.timing().cycles_per_inference
        rate = None if device.clock_mhz is None else device.clock_mhz[self.clock] * 1e6 / cycles
        return Estimate(self.choice, round(tables), memories, cycles, rate)
