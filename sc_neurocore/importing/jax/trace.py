"""Follows a jaxpr: constants are evaluated by JAX, and the signal goes through the primitives of a table.

Functions that a jaxpr calls (jit, custom derivatives, rematerialization) are followed inside. Primitives that only move
elements are done to the elements' numbers. One that is in no table is refused, with its parameters and the line that
calls it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any, Never

import jax
import numpy as np
from jax.extend import core
from jax.extend.source_info_util import summarize

from ...spec.errors import OptionError
from .. import flow as f
from .. import softmax
from ..flow import Flow, Mask
from ..softmax import Part
from . import maps

SUPPORTED = (
    "supported are dense layers over all features (dot_general with a constant), convolutions, pools and means of "
    "maps, zero padding before a convolution, additions of and multiplications by constants, ReLU and clips (max, min, "
    "clamp, where), reshapes, transposes, selections, and at the end softmax, log_softmax, logistic or argmax"
)

CALLS = (
    "jit",
    "pjit",
    "custom_jvp_call",
    "custom_vjp_call",
    "closed_call",
    "core_call",
    "remat2",
    "remat",
    "checkpoint",
)
"""Primitives that call another jaxpr with their own operands."""

MOVES = frozenset(
    (
        *("reshape", "transpose", "squeeze", "expand_dims", "broadcast_in_dim", "slice", "dynamic_slice", "rev"),
        *("gather", "concatenate", "stack", "split"),
    )
)
"""Primitives that move elements and change none."""

JOINS = ("concatenate", "stack")
"""Those whose operands are all the signal; behind the others' first one stand indices."""

SAME = frozenset(
    ("copy", "copy_p", "stop_gradient", "device_put", "sharding_constraint", "name", "optimization_barrier")
)
"""Primitives whose results are their operands."""


class Call:
    """One equation, with the values of its operands."""

    def __init__(self, equation: Any, values: Sequence[Any], path: str = "", line: str = "") -> None:
        """An equation in its place.

        Args:
            equation: of a jaxpr.
            values: of its operands.
            path: names of the scopes and functions around it.
            line: that called the function around it, if the equation itself has none.
        """
        self.equation, self.values = equation, values
        self.name: str = equation.primitive.name
        self.params: dict[str, Any] = equation.params
        scopes = str(equation.source_info.name_stack).split("/")
        self.path = "/".join(filter(None, (path, *(scope for scope in scopes if "()" not in scope))))
        self.line = _line(equation) or line
        self.at = f"{self.path}: {self.name}" if self.path else f"{self.name} at {self.line or 'no line'}"

    def value(self, index: int) -> Any:
        """An operand as a value of the flow's algebra."""
        value = self.values[index]
        return value if isinstance(value, (Flow, Mask, Part)) else constant(value, self.at)

    def flow(self) -> Flow:
        """The first operand, which must be the signal."""
        value = self.values[0]
        return value if isinstance(value, Flow) else self.refuse()

    def refuse(self, why: str = "is not supported") -> Never:
        """Raises the error that names the primitive, its parameters, its line and what is supported."""
        parameters = ", ".join(f"{name}={value}" for name, value in self.params.items() if _short(value))
        where = f" at {self.line}" if self.line and self.path else ""
        raise OptionError(f"{self.at}({parameters}){where} {why}; {SUPPORTED}")

    def inner_path(self) -> str:
        """The scopes and functions around what it calls."""
        name = str(self.params.get("name", ""))
        return self.path if not name or name.startswith(("_", "<")) else "/".join(filter(None, (self.path, name)))


def _short(value: Any) -> bool:
    return isinstance(value, (bool, int, float, str, np.dtype)) or (
        isinstance(value, tuple) and all(isinstance(each, (int, np.integer)) for each in value)
    )


def _line(equation: Any) -> str:
    """File and line, without the folders, which differ between machines."""
    place, _, function = summarize(equation.source_info).partition(" ")
    path, _, rest = place.partition(":")
    return f"{PurePath(path).name}:{rest.partition(':')[0]} {function}".strip() if path else ""


def constant(value: Any, at: str) -> np.ndarray:
    """A JAX array as NumPy has it."""
    if not isinstance(value.dtype, np.dtype):  # random keys have a type of their own
        raise OptionError(f"{at}: the signal meets a constant of type {value.dtype}")
    return np.asarray(jax.device_get(value))


class Interpreter:
    """Follows one function."""

    def __init__(self) -> None:
        self.steps = 0

    def run(self, jaxpr: Any, constants: Sequence[Any], arguments: Sequence[Any], *around: str) -> list[Any]:
        """The results of a jaxpr.

        Args:
            jaxpr: an open one.
            constants: JAX arrays for its constants.
            arguments: signals and JAX arrays.
            around: path and line of the equation that calls it.
        """
        environment = dict(zip([*jaxpr.constvars, *jaxpr.invars], [*constants, *arguments], strict=True))

        def read(atom: Any) -> Any:
            if not isinstance(atom, core.Literal):
                return environment[atom]
            return jax.device_put(np.asarray(atom.val, getattr(atom.aval, "dtype", None)))

        for equation in jaxpr.eqns:
            values = [read(atom) for atom in equation.invars]
            environment.update(zip(equation.outvars, self._results(equation, values, *around), strict=True))
        return [read(atom) for atom in jaxpr.outvars]

    def _results(self, equation: Any, values: Sequence[Any], *around: str) -> Sequence[Any]:
        call = Call(equation, values, *around)
        inside = (call.inner_path(), call.line)
        if call.name in CALLS:
            inner = call.params["call_jaxpr"] if "call_jaxpr" in call.params else call.params["jaxpr"]
            return self.run(getattr(inner, "jaxpr", inner), getattr(inner, "consts", ()), values, *inside)
        if not any(isinstance(value, (Flow, Mask, Part)) for value in values):
            return _applied(equation, values)
        self.steps += 1
        if call.name == "cond" and not isinstance(values[0], (Flow, Mask, Part)):
            branch = call.params["branches"][int(constant(values[0], call.at))]
            return self.run(branch.jaxpr, branch.consts, values[1:], *inside)
        if call.name in SAME:
            return values
        if call.name in MOVES:
            return [_moved(call, index) for index in range(len(equation.outvars))]
        primitive = PRIMITIVES.get(call.name)
        return call.refuse() if primitive is None else [primitive(call)]


def _applied(equation: Any, operands: Sequence[Any]) -> Sequence[Any]:
    """One equation evaluated by JAX, in the context in which it was traced; of operands of whatever type."""
    with equation.ctx.manager:
        outputs = equation.primitive.bind(*operands, **equation.params)
    return outputs if equation.primitive.multiple_results else [outputs]


def _moved(call: Call, index: int) -> Any:
    moving = [value for value in call.values if isinstance(value, (Flow, Mask, Part))]
    count = len(call.values) if call.name in JOINS else 1
    if not all(isinstance(value, (Flow, Mask, Part)) for value in call.values[:count]) or len(moving) > count:
        call.refuse("joins the signal with a constant" if call.name in JOINS else "is led by the signal")

    def how(*numbers: np.ndarray) -> np.ndarray:
        operands = [*(jax.device_put(each) for each in numbers), *call.values[count:]]
        return np.asarray(jax.device_get(_applied(call.equation, operands)[index]))

    match moving:
        case [Part() as part]:
            return softmax.move_part(part, how, call.at)
        case [Mask() as mask]:
            return replace(mask, flow=f.move([mask.flow], how, call.at))
        case _:
            flows = [value for value in moving if isinstance(value, Flow)]
            return f.move(flows, how, call.at) if len(flows) == len(moving) else call.refuse()


def _binary(operation: Callable[[Any, Any, str], Any], step: Callable[..., Any] | None = None) -> Callable[[Call], Any]:
    """left ∘ right by the flow's algebra, or by a softmax's where one of them is a part of it."""

    def primitive(call: Call) -> Any:
        left, right = call.value(0), call.value(1)
        if isinstance(left, Part) or isinstance(right, Part):
            return step(left, right, call.at) if step else call.refuse()
        return operation(left, right, call.at)

    return primitive


def _dot(call: Call) -> Any:
    (left_axes, right_axes), batches = call.params["dimension_numbers"]
    left, right = call.value(0), call.value(1)
    if any(batches) or not isinstance(left, Flow) ^ isinstance(right, Flow) or {type(left), type(right)} & {Mask, Part}:
        return f.matmul(left, right, call.at) if not any(batches) else call.refuse("multiplies sample by sample")
    flow, axes = (left, left_axes) if isinstance(left, Flow) else (right, right_axes)
    array, inputs = (right, right_axes) if isinstance(left, Flow) else (left, left_axes)
    rest = [axis for axis in range(len(flow.shape)) if axis not in axes]
    outputs = [axis for axis in range(array.ndim) if axis not in inputs]
    size = int(np.prod([flow.shape[axis] for axis in axes]))
    sizes = [flow.shape[axis] for axis in rest]
    rows = f.reshape(f.transpose(flow, [*rest, *axes], call.at), [*sizes, size], call.at)
    product = f.matmul(rows, array.transpose([*inputs, *outputs]).reshape(size, -1), call.at)
    assert isinstance(product, Flow)
    product = f.reshape(product, [*sizes, *(array.shape[axis] for axis in outputs)], call.at)
    if flow is left:
        return product
    return f.transpose(product, [*range(len(sizes), len(product.shape)), *range(len(sizes))], call.at)


def _extreme(operation: Callable[[Any, Any, str], Any]) -> Callable[[Call], Any]:
    def primitive(call: Call) -> Any:
        left, right = call.value(0), call.value(1)
        for part, other in ((left, right), (right, left)):
            # A maximum starts from −∞, as JAX writes it.
            if isinstance(part, Part) and isinstance(other, np.ndarray) and part.kind == "max":
                return part if operation is f.maximum and (other == -np.inf).all() else call.refuse()
        return operation(left, right, call.at)

    return primitive


def _clamp(call: Call) -> Any:
    low, signal, high = (call.value(index) for index in range(3))
    return f.clip(signal, low, high, call.at) if isinstance(signal, Flow) else call.refuse()


def _compare(side: Any) -> Callable[[Call], Any]:
    return lambda call: f.compare(call.value(0), call.value(1), side, call.at)


def _select(call: Call) -> Any:
    mask = call.value(0)
    if len(call.values) != 3:
        call.refuse()
    if isinstance(mask, np.ndarray) and (mask.all() or not mask.any()):  # the same for all elements
        return call.values[2 if mask.all() else 1]
    no, yes = call.value(1), call.value(2)
    return f.where(mask, yes, no, call.at)


def _convert(call: Call) -> Any:
    value, dtype = call.value(0), call.params["new_dtype"]
    if isinstance(value, Mask) or dtype in (np.float32, np.float64) or dtype == call.equation.invars[0].aval.dtype:
        return value
    return call.refuse("rounds the signal to another type")


def _argmax(call: Call) -> Any:
    (axis,) = call.params["axes"]
    return f.move([f.tail(call.flow(), "argmax", axis, call.at)], lambda numbers: numbers.squeeze(axis), call.at)


def _log(call: Call) -> Any:
    value = call.value(0)
    return softmax.log(value, call.at) if isinstance(value, Part) else call.refuse()


def _positive(result: Callable[[Part], Any], *kinds: str) -> Callable[[Call], Any]:
    """What a function gives that only looks at a sign, or for infinities: the parts of these kinds are known there."""

    def primitive(call: Call) -> Any:
        value = call.value(0)
        return result(value) if isinstance(value, Part) and value.kind in kinds else call.refuse()

    return primitive


def _power(call: Call) -> Any:
    return call.flow() if call.params["y"] == 1 else call.refuse()


PRIMITIVES: dict[str, Callable[[Call], Any]] = {
    "dot_general": _dot,
    **dict.fromkeys(("add", "add_any"), _binary(f.add, softmax.add)),
    "sub": _binary(f.subtract, softmax.subtract),
    "mul": _binary(f.multiply),
    "div": _binary(f.divide, softmax.divide),
    "neg": lambda call: f.scale(call.flow(), -1.0, 0.0, call.at),
    "max": _extreme(f.maximum),
    "min": _extreme(f.minimum),
    "clamp": _clamp,
    **dict.fromkeys(("gt", "ge"), _compare("above")),
    **dict.fromkeys(("lt", "le"), _compare("below")),
    "select_n": _select,
    "convert_element_type": _convert,
    "integer_pow": _power,
    "logistic": lambda call: f.tail(call.flow(), "sigmoid", None, call.at),
    "argmax": _argmax,
    "exp": lambda call: softmax.exp(call.value(0), call.at),
    "log": _log,
    "abs": _positive(lambda part: part, "exp", "sum"),
    "sign": _positive(lambda part: jax.device_put(np.ones(part.value.shape)), "exp", "sum"),
    "is_finite": _positive(lambda part: jax.device_put(np.ones(part.value.shape, bool)), "max", "sum"),
    **maps.PRIMITIVES,
}
"""By primitive name."""
