"""A node of an ONNX graph with the values that it is given, and the tables of what nodes do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ...spec.errors import OptionError
from ..flow import Constant, Flow, Value
from .file import onnx


@dataclass
class Call:
    """One node, with the values that it is given."""

    operation: str
    at: str
    """The node by name, for errors and as the name of what it makes."""
    opset: int
    attributes: dict[str, Any]
    """`onnx.AttributeProto` by name."""
    inputs: list[Value | None]
    """None for one that is left out."""
    file_batch: int | None = None
    """The file's own batch size, for which the signal's may stand; None where the file leaves it open."""
    notes: list[str] = field(default_factory=list)
    fixed_batch: bool = False
    """Whether the node's result holds for the file's own batch size only."""
    batch_norm_axis: int = 1

    def attribute(self, name: str, kind: str, default: Any) -> Any:
        """An attribute's value, or the default; `kind` is its type's name in the format: INT, FLOAT, INTS …

        Args:
            name: the attribute's.
            kind: its type in the format.
            default: where the node does not say it.
        """
        attribute = self.attributes.get(name)
        if attribute is None:
            return default
        if attribute.type != getattr(onnx.AttributeProto, kind) or attribute.ref_attr_name:
            raise OptionError(f"{self.at}: attribute {name!r} must be of type {kind}")
        value = onnx.helper.get_attribute_value(attribute)
        return list(value) if kind.endswith("S") else value

    def legal(self, name: str, kind: str, default: Any, *legal: Any) -> Any:
        """An attribute's value, which must be one of these.

        Args:
            name: the attribute's.
            kind: its type in the format.
            default: where the node does not say it.
            legal: its legal values.
        """
        value = self.attribute(name, kind, default)
        if value not in legal:
            raise OptionError(f"{self.at}: attribute {name!r} must be {' or '.join(map(str, legal))}, got {value!r}")
        return value

    def value(self, index: int) -> Value:
        """An input that must be there."""
        if index >= len(self.inputs) or self.inputs[index] is None:
            raise OptionError(f"{self.at}: input {index} is missing")
        return self.inputs[index]  # type: ignore[return-value]  # None is refused above

    def constant(self, index: int) -> Constant:
        """An input that must be there and no signal."""
        value = self.value(index)
        if not isinstance(value, Constant):
            raise OptionError(f"{self.at}: input {index} must be a constant, not computed from the network's input")
        return value

    def optional(self, index: int) -> Constant | None:
        """A constant input that may be left out."""
        return None if index >= len(self.inputs) or self.inputs[index] is None else self.constant(index)

    def flow(self) -> Flow:
        """The first input, which must be the signal."""
        value = self.value(0)
        if not isinstance(value, Flow):
            raise OptionError(f"{self.at}: {self.operation} of a constant is not supported")
        return value

    def integers(self, index: int) -> list[int]:
        """A constant input as whole numbers."""
        values = self.constant(index)
        if values.dtype.kind not in "iu":
            raise OptionError(f"{self.at}: input {index} must hold integers, got {values.dtype}")
        return [int(value) for value in values.reshape(-1)]


Rule = Callable[[Call], Value]


@dataclass(frozen=True)
class Operation:
    """What one operation does, and what its nodes may have."""

    rule: Rule
    attributes: frozenset[str]
    most_inputs: int


Table = dict[str, Operation]
"""Operations by their names in the format."""


def adder(table: Table) -> Callable[..., Callable[[Rule], Rule]]:
    """A decorator that enters a rule into a table, under names, with its attributes and its most inputs."""

    def operation(*names: str, attributes: str = "", inputs: int = 1) -> Callable[[Rule], Rule]:
        def add(rule: Rule) -> Rule:
            table.update({name: Operation(rule, frozenset(attributes.split()), inputs) for name in names})
            return rule

        return add

    return operation
