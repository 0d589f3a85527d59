"""The one loop over layers and time steps; engines supply a layer's counts and outputs, array libraries the scan.

NumPy's engines (`run_network`), JAX's integer network and gradient, the trainers' exact and real-valued forward passes
and Torch's module all run through `run_steps` (contract §6, "Time").
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np

from ..spec import maps
from ..spec.network import NetworkSpec
from .kinds import sums_steps

T = TypeVar("T")
_lock = Lock()
BYTES_AT_ONCE = 2**25
"""Of copied codes, and of sums between layers."""


class Layer(Protocol):
    """A layer as `run_steps` sees it; arrays are of any library, `(batch, …)`."""

    @property
    def layer(self) -> maps.Layer:
        """The description."""
        ...

    def counts(self, codes: Any, /) -> Any:
        """Sums of products of codes."""

    def outputs(self, counts: Any, state: Any, /) -> tuple[Any, Any]:
        """The outputs of counts, and the next state (None where the neuron keeps none)."""
        ...

    def start(self, codes: Any, /) -> Any:
        """The state before the first step."""


class Steps:
    """How a library goes through time; here NumPy's way, which JAX and Torch share where they unroll the steps."""

    def scan(self, step: Callable[[Any, Any], tuple[Any, Any]], carry: Any, inputs: Any, length: int) -> Any:
        """Run `step(carry, input) -> (carry, output)` `length` times; `inputs` None where there is one for all steps.

        Args:
            step: one step.
            carry: before the first.
            inputs: by step.
            length: number of steps.

        Returns:
            The last carry, and the outputs by step.
        """
        outputs = []
        for t in range(length):
            carry, output = step(carry, None if inputs is None else inputs[t])
            outputs.append(output)
        return carry, outputs

    def by_step(self, codes: Any) -> Any:
        """Codes `(batch, steps, features)` as inputs of `scan`."""
        return np.ascontiguousarray(codes.swapaxes(0, 1))

    def joined(self, outputs: Any) -> Any:
        """Outputs of `scan` as `(batch, steps, neurons)`."""
        return np.stack(outputs, axis=1)

    def no_sum(self, codes: Any, neurons: int) -> Any:
        """The sum of no outputs `(batch, neurons)` of codes."""
        return 0

    def add(self, total: Any, outputs: Any) -> Any:
        """A running sum and one step's outputs."""
        return total + outputs


class Time(NamedTuple):
    """How a network goes through time."""

    steps: int
    repeated: bool
    """One input for all steps, or there is a single step."""
    summed: bool

    @classmethod
    def of(cls, network: NetworkSpec) -> Time:
        """The time of a network."""
        steps = network.time_steps
        return cls(steps, steps == 1 or network.input.repeat, steps > 1 and sums_steps(network.output.reduce))


def run_steps(steps: Steps, layers: Sequence[Layer], codes: Any, time: Time) -> Any:
    """Outputs of all layers over all time steps.

    Args:
        steps: the array library's way through time.
        layers: in order.
        codes: `(batch, features)`, or `(batch, steps, features)` where each step has its own.
        time: number of steps, and what becomes of their outputs.

    Returns:
        `(batch, neurons)` of one step or summed, else `(batch, steps, neurons)`.
    """
    current = layers[0].counts(codes) if time.repeated else None  # the same at every step: counted once
    states = [layer.start(codes) for layer in layers]

    def step(states: list[Any], x: Any) -> tuple[list[Any], Any]:
        after = []
        for layer, state in zip(layers, states, strict=True):
            counts = current if current is not None and not after else layer.counts(x)
            x, state = layer.outputs(counts, state)
            after.append(state)
        return after, x

    def step_and_add(carry: tuple[list[Any], Any], x: Any) -> tuple[tuple[list[Any], Any], None]:
        states, outputs = step(carry[0], x)
        return (states, steps.add(carry[1], outputs)), None

    if time.steps == 1:
        return step(states, codes)[1]
    inputs = None if time.repeated else steps.by_step(codes)
    if time.summed:
        start = states, steps.no_sum(codes, layers[-1].layer.out_elements)
        return steps.scan(step_and_add, start, inputs, time.steps)[0][1]
    return steps.joined(steps.scan(step, states, inputs, time.steps)[1])


class _NumpySteps(Steps):
    """With sums that narrow outputs do not bound."""

    def no_sum(self, codes: Any, neurons: int) -> Any:
        return np.zeros((len(codes), neurons), dtype=np.int64)


NUMPY = _NumpySteps()


def run_network(network: NetworkSpec, layers: Sequence[Layer], codes: np.ndarray) -> np.ndarray:
    """Outputs of a batch of any size by NumPy's layers, in chunks of bounded memory.

    Args:
        network: the description.
        layers: its layers, see `output_stage.NumpyLayer`.
        codes: integers of `network.codes_shape`, in range, unless the first layer looks for itself.

    Returns:
        int64, of `network.output_shape`.
    """
    chunk, time = _at_once(layers), Time.of(network)
    if len(codes) <= chunk:  # the counts of a linear layer are the result: no copy
        return run_steps(NUMPY, layers, codes, time).astype(np.int64, copy=False)
    outputs = np.empty(network.output_shape(len(codes)), dtype=np.int64)
    for start in range(0, len(codes), chunk):
        outputs[start : start + chunk] = run_steps(NUMPY, layers, codes[start : start + chunk], time)
    return outputs


def _at_once(layers: Sequence[Any]) -> int:
    """Samples whose copies and sums between the layers take some `BYTES_AT_ONCE`; many share tables and threads."""
    copied = sum(8 * each.layer.in_elements for each in layers if not each.counts.reads_codes)
    between = sum(8 * each.layer.out_elements for each in layers[:-1])
    return max(1, BYTES_AT_ONCE // max(1, copied + between))


class ProgramCache(OrderedDict[Hashable, Any]):
    """What was prepared for the last few networks, by content; safe to ask from several threads."""

    def __init__(self, limit: int = 4) -> None:
        super().__init__()
        self.limit = limit

    def of(self, key: Hashable, prepare: Callable[[], T]) -> T:
        """What is kept under a key, prepared first where there is nothing."""
        with _lock:
            if key in self:
                self.move_to_end(key)
                return self[key]
        prepared = prepare()
        with _lock:
            self[key] = prepared
            while len(self) > self.limit:
                self.popitem(last=False)
        return prepared
