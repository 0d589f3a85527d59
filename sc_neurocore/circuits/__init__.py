"""Stream operators and circuits of them, executed bit by bit or fast; their gates are made by `rtl`."""

from ..spec.circuit import CircuitSpec, load_circuit, save_circuit
from . import measures, pictures
from .builder import Circuit, Code, Stream
from .engines import run
from .faults import run_with_faults

__all__ = [
    "Circuit",
    "CircuitSpec",
    "Code",
    "Stream",
    "load_circuit",
    "measures",
    "pictures",
    "run",
    "run_with_faults",
    "save_circuit",
]
