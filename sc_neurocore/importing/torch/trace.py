"""A tensor without numbers that is handed through a module: what Torch does to it is told here, call by call.

Torch hands each operation on a `Signal` to `__torch_dispatch__`. Operations that only move elements are done to the
elements' numbers; the others are those of the table that the `Tracer` is given. One that it does not hold is taken
apart as Torch itself does; one that Torch does not take apart either is refused, with the module that calls it and its
arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Never

import numpy as np
import torch

from ...spec.errors import OptionError
from .. import flow as f
from .. import softmax
from ..flow import Flow, Mask
from ..graph import Tail
from ..softmax import Part

SUPPORTED = (
    "supported are dense layers over all features (Linear, linear, matmul, addmm), Conv2d, MaxPool2d, AvgPool2d and "
    "AdaptiveAvgPool2d, zero padding before a convolution, BatchNorm1d and BatchNorm2d in evaluation, ReLU, ReLU6, "
    "Hardtanh, clamp, additions of and multiplications by constants, reshapes, transposes, selections, Dropout in "
    "evaluation, and at the end Softmax, LogSoftmax, Sigmoid or argmax"
)

MOVES = frozenset(
    (
        *("view", "reshape", "_unsafe_view", "view_as", "reshape_as", "flatten", "unflatten", "ravel", "contiguous"),
        *("t", "numpy_T", "matrix_H", "mT", "transpose", "swapaxes", "swapdims", "permute", "movedim", "moveaxis"),
        *("squeeze", "unsqueeze", "atleast_2d", "expand", "expand_as", "broadcast_to", "detach", "alias", "positive"),
        *("select", "slice", "narrow", "split", "split_with_sizes", "tensor_split", "chunk", "unbind"),
        *("clone", "index", "index_select", "gather", "flip", "fliplr", "roll", "repeat", "tile"),
        *("cat", "concat", "stack", "hstack"),
    )
)
"""Operations that move elements and change none."""

COPIES = frozenset(("clone", "index", "index_select", "gather", "flip", "fliplr", "roll", "repeat", "cat", "stack"))
"""Moves whose result shares no memory with their argument."""

LIKE = frozenset(("zeros_like", "ones_like", "full_like", "new_zeros", "new_ones", "new_full", "new_tensor"))
"""Constants that take the signal's shape and nothing else."""

ON_DATA = frozenset(
    ("item", "is_nonzero", "_local_scalar_dense", "equal", "allclose", "nonzero", "masked_select", "argwhere", "unique")
)
"""Operations that hand the signal's numbers to the program, which then chooses by them."""

WHOLE = (
    *("conv", "_conv", "lstm", "gru", "rnn", "scaled_dot_product", "layer_norm", "group_norm", "instance_norm"),
    *("rms_norm", "cosine_similarity", "pairwise_distance", "bilinear", "embedding", "max_pool", "avg_pool"),
    *("adaptive_", "cdist", "pad", "celu", "selu", "softplus", "silu", "mish"),
)
"""Beginnings of operations that are refused by their own name, not by that of a piece."""


class Memory:
    """What views of the same numbers share: after one was written in place, the older others are out of date."""

    def __init__(self) -> None:
        self.version = 0


class Signal(torch.Tensor):
    """A tensor without numbers: a value on its way through the module."""

    value: Flow | Mask | Part
    tracer: Tracer
    memory: Memory
    version: int
    """Of the memory, when this value was known."""

    @staticmethod
    def __new__(
        cls: type[Signal], value: Any, tracer: Tracer, dtype: torch.dtype, memory: Memory | None = None
    ) -> Signal:
        """A tensor of its value's shape; views give the memory that they share."""
        shape = value.flow.shape if isinstance(value, Mask) else getattr(value, "value", value).shape
        self = torch.Tensor._make_wrapper_subclass(cls, shape, dtype=dtype, device=torch.device("cpu"))
        self.value, self.tracer, self.memory = value, tracer, memory or Memory()
        self.version = self.memory.version
        return self

    def current(self, at: str) -> Any:
        """Its value.

        Raises:
            OptionError: the numbers were written through another view of them since.
        """
        if self.version != self.memory.version:
            raise OptionError(f"{at}: reads a tensor that was written in place through another view of it")
        return self.value

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return f"Signal{tuple(self.shape)}"

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        call = Call(func, args, kwargs or {})
        tracer = call.signals[0].tracer
        try:
            return tracer.operation(call)
        except OptionError as error:
            tracer.refusal = tracer.refusal or error
            raise


class Call:
    """One operation with its arguments by name.

    Args:
        func: the overload that Torch dispatches.
        args: its arguments by position.
        kwargs: its arguments by name.
    """

    def __init__(self, func: Any, args: Any, kwargs: Any) -> None:
        schema = func._schema
        self.func, self.args, self.kwargs = func, args, kwargs
        self.name: str = func.overloadpacket.__name__
        self.writes: bool = schema.is_mutable
        self.many = "List" in str(schema.returns[0].type)
        defaults = {each.name: each.default_value for each in schema.arguments if each.has_default_value()}
        positions = {each.name: value for each, value in zip(schema.arguments, args, strict=False)}
        self.arguments: dict[str, Any] = defaults | positions | kwargs
        self.signals = [each for value in self.arguments.values() for each in flat(value) if isinstance(each, Signal)]
        self.at = self.name

    def value(self, name: str = "self") -> Any:
        """An argument as a value of the flow's algebra; None where it is absent."""
        argument = self.arguments.get(name)
        return (
            argument.value
            if isinstance(argument, Signal)
            else None
            if argument is None
            else constant(argument, self.at)
        )

    def flow(self, name: str = "self") -> Flow:
        """An argument that must be the signal."""
        value = self.value(name)
        return value if isinstance(value, Flow) else self.refuse()

    def refuse(self, why: str = "is not supported") -> Never:
        """Raises the error that names the module, the operation, its arguments and what is supported."""
        set_arguments = {
            name: value for name, value in self.arguments.items() if value is not None and not any(tensors(value))
        }
        arguments = ", ".join(f"{name}={value}" for name, value in set_arguments.items())
        raise OptionError(f"{self.at}({arguments}) {why}; {SUPPORTED}")


def flat(value: Any) -> list[Any]:
    """A value, or those of nested lists in order."""
    return [each for item in value for each in flat(item)] if isinstance(value, (list, tuple)) else [value]


def tensors(value: Any) -> list[bool]:
    """Which of these are tensors."""
    return [isinstance(each, torch.Tensor) for each in flat(value)]


def constant(value: Any, at: str) -> np.ndarray:
    """A tensor or a number as a float64 array."""
    if not isinstance(value, torch.Tensor):
        return np.asarray(value, np.float64)
    if value.device.type != "cpu":
        raise OptionError(f"{at}: a constant {tuple(value.shape)} is on the {value.device.type} device, not on the CPU")
    if value.is_complex():
        raise OptionError(f"{at}: constants must be real, got one of {value.dtype}")
    dense = value.detach().to_dense() if value.layout is not torch.strided else value.detach()
    return dense.to(torch.float64).numpy()


class Tracer:
    """Follows one forward pass."""

    def __init__(self, operations: Mapping[str, Callable[[Call], Any]]) -> None:
        self._operations = operations
        self.steps = 0
        self.refusal: OptionError | None = None
        self._path: list[str] = []

    def enter(self, path: str) -> None:
        """A module's forward pass begins."""
        self._path.append(path)

    def leave(self) -> None:
        """It ends."""
        self._path.pop()

    def place(self) -> str:
        """The module whose forward pass runs now."""
        return self._path[-1]

    def operation(self, call: Call) -> Any:
        """One operation, as `__torch_dispatch__` gives it."""
        self.steps += 1
        call.at = f"{self.place()}: {call.name}"
        for signal in call.signals:
            signal.current(call.at)
        base = call.name
        if call.writes:
            if not base.endswith("_") or not isinstance(call.args[0], Signal):
                call.refuse("writes the signal into another tensor")
            base = base.removesuffix("_")
        if base in MOVES:
            return self._move(call, base)
        if base in LIKE or (base.endswith("_as") and not isinstance(call.args[0], Signal)):
            blank = [
                torch.empty(each.shape, dtype=each.dtype) if isinstance(each, Signal) else each for each in call.args
            ]
            return call.func(*blank, **call.kwargs)
        if base in ON_DATA:
            call.refuse("reads the signal's numbers, so the program depends on the data")
        operation = self._operations.get(base)
        if operation is None:
            apart = NotImplemented
            if not call.writes and not base.startswith(WHOLE):
                apart = call.func.decompose(*call.args, **call.kwargs)
            return call.refuse() if apart is NotImplemented else apart
        result = operation(call)
        if call.writes:
            return self._write(call.args[0], result)
        if isinstance(result, list):
            return tuple(self._signal(each, call) for each in result)
        return self._signal(result, call)

    def _signal(self, value: Any, call: Call) -> Signal:
        dtype = call.arguments.get("dtype") or call.signals[0].dtype
        if isinstance(value, Mask):
            dtype = torch.bool
        elif isinstance(value, Flow) and value.nodes[-1:] and value.nodes[-1] == Tail(call.at, "argmax"):
            dtype = torch.int64
        is_alias = call.name in ("dropout", "to", "type_as") and value is call.signals[0].value
        return Signal(value, self, dtype, call.signals[0].memory if is_alias else None)

    def _write(self, signal: Signal, result: Any) -> Signal:
        signal.memory.version += 1
        signal.value, signal.version = result, signal.memory.version
        return signal

    def _move(self, call: Call, base: str) -> Any:
        """Moves by doing the operation itself on the numbers of the elements."""
        moving = flat(call.args[0])
        if call.writes or not all(isinstance(each, Signal) for each in moving):
            call.refuse()
        values = [each.value for each in moving]

        def results(*numbers: np.ndarray) -> list[np.ndarray]:
            result = call.func(_replaced(call.args[0], iter(numbers)), *_shapes(call.args[1:]), **call.kwargs)
            return [each.numpy() for each in (result if isinstance(result, (list, tuple)) else [result])]

        def moved(index: int) -> Signal:
            def how(*numbers: np.ndarray) -> np.ndarray:
                return results(*numbers)[index]

            match values:
                case [Part() as part]:
                    value = softmax.move_part(part, how, call.at)
                case [*flows] if all(isinstance(each, Flow) for each in flows):
                    value = f.move(flows, how, call.at)
                case _:
                    call.refuse()
            return Signal(value, self, moving[0].dtype, None if base in COPIES else moving[0].memory)

        if not call.many:
            return moved(0)
        return tuple(moved(index) for index in range(len(results(*(np.zeros(tuple(each.shape)) for each in moving)))))


def _shapes(args: Any) -> list[Any]:
    """Further arguments, of which a signal can only give its shape: view_as, expand_as."""
    return [torch.empty(each.shape) if isinstance(each, Signal) else each for each in args]


def _replaced(value: Any, numbers: Any) -> Any:
    """The arguments with a tensor of numbers in the place of each signal."""
    if isinstance(value, (list, tuple)):
        return type(value)(_replaced(each, numbers) for each in value)
    return torch.from_numpy(np.ascontiguousarray(next(numbers))) if isinstance(value, Signal) else value
