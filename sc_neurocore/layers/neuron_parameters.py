"""The constants of the leaky integrate-and-fire neurons of `JaxSCDenseLayer`, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..spec.coerce import number
from ..spec.errors import OptionError


@dataclass(frozen=True)
class NeuronParameters:
    """Constants of a leaky integrate-and-fire neuron; times in milliseconds."""

    v_rest: float = 0.0
    v_reset: float = 0.0
    v_threshold: float = 1.0
    tau_mem: float = 20.0
    resistance: float = 1.0
    noise_std: float = 0.02
    dt_ms: float = 1.0

    def __post_init__(self) -> None:
        for f in fields(self):
            above = 0.0 if f.name in ("tau_mem", "dt_ms") else None
            name = f.name if f.name == "dt_ms" else f"neuron_params[{f.name!r}]"
            value = number(name, getattr(self, f.name), above=above)
            if f.name == "noise_std" and value < 0:
                raise OptionError(f"{name} must be 0 or more, got {value!r}")
            object.__setattr__(self, f.name, value)

    @classmethod
    def from_mapping(cls, parameters: Mapping[str, Any] | None, dt_ms: Any) -> NeuronParameters:
        """Defaults with some constants replaced; an unknown name is an error."""
        names = [f.name for f in fields(cls) if f.name != "dt_ms"]
        if parameters is not None and not isinstance(parameters, Mapping):
            raise OptionError(f"neuron_params must be a dict or None, got {parameters!r}")
        unknown = [name for name in parameters or {} if name not in names]
        if unknown:
            raise OptionError(f"neuron_params must have names among {', '.join(names)}; got {unknown[0]!r}")
        return cls(**{**(parameters or {}), "dt_ms": dt_ms})
