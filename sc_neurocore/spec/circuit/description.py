"""A whole circuit: inputs, constants, operators and outputs, and the rules that tie them together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, Protocol, runtime_checkable

from pydantic import Field, ValidationInfo, field_validator, model_validator

from ..base import Description, Resolution, bounded
from ..errors import OptionError
from ..files.atomic import json_text
from ..generator import Generator
from ..keywords import checked_name
from ..kinds import unknown_kind
from .operator import MOST_NAME, CodedOperator, Operator, check_list, no_lane_skip
from .operators import Node

FORMAT = "sc-neurocore/circuit"
FORMAT_VERSION = 1

CircuitEncoding = Literal["unipolar", "bipolar"]
Read = Literal["count", "stream", "state"]
LENGTHS = {"inputs": (1, 256), "constants": (0, 256), "nodes": (0, 1_024), "outputs": (1, 256)}
"""Fewest and most of each list."""


class _Named(Description):
    """A name in the circuit's one space of names."""

    name: str

    @field_validator("name")
    @classmethod
    def _name_is_identifier(cls, name: str) -> str:
        return checked_name(name, MOST_NAME)


class _Coded(_Named):
    """A code of n bits, and how its stream is made; a bipolar code's stream is that of the unsigned code."""

    encoding: CircuitEncoding
    """What the code means; it changes no bit."""
    generator: Generator | None
    """None: the code has no stream, and only the field `code` of an operator may name it."""

    @field_validator("generator")
    @classmethod
    def _has_one_lane(cls, generator: Generator | None) -> Generator | None:
        if generator is not None:
            try:
                no_lane_skip(generator.source)
            except ValueError as error:
                raise ValueError(f"source.{error}") from None
        return generator


class CircuitInput(_Coded):
    """A code that comes with every evaluation."""


class CircuitConstant(_Coded):
    """A code that the circuit holds."""

    code: bounded(0, 2**16 - 1)  # type: ignore[valid-type]
    """0 ... 2^n - 1 (the upper bound is checked where n is known)."""


class CircuitOutput(_Named):
    """What is read of a stream: the number of its ones, all its bits, or the last state of an `addie`."""

    of: str
    """Name of an input, a constant or a node's output."""
    read: Read


class CircuitSpec(Description):
    """A circuit's description; valid by construction, immutable, comparable and hashable by its content."""

    name: str
    stream_length: bounded(1, 2**20)  # type: ignore[valid-type]
    """L, positions of an evaluation."""
    resolution_bits: Resolution  # type: ignore[valid-type]
    """n, bits of a code and of the words of a generator's source."""
    inputs: Annotated[tuple[CircuitInput, ...], Field(strict=False)]
    constants: Annotated[tuple[CircuitConstant, ...], Field(strict=False)]
    nodes: Annotated[tuple[Node, ...], Field(strict=False)]
    """Operators; each names only what stands before it."""
    outputs: Annotated[tuple[CircuitOutput, ...], Field(strict=False)]

    @field_validator("name")
    @classmethod
    def _name_is_identifier(cls, name: str) -> str:
        return checked_name(name, 63)

    @field_validator("inputs", "constants", "nodes", "outputs", mode="before")
    @classmethod
    def _so_many(cls, value: Any, info: ValidationInfo) -> Any:
        assert info.field_name is not None
        return check_list(value, *LENGTHS[info.field_name], info.field_name)

    @model_validator(mode="after")
    def _hangs_together(self) -> CircuitSpec:
        self._check_names()
        self._check_codes()
        streams = {each.name: each for each in self.coded if each.generator is not None}
        scope: dict[str, Any] = dict(streams)
        for i, node in enumerate(self.nodes):
            for name in node.of:
                self._check_stream(f"nodes[{i}].of", name, scope)
            self._check_node(f"nodes[{i}]", node)
            scope |= dict.fromkeys(node.output_names, node)
        for i, output in enumerate(self.outputs):
            self._check_stream(f"outputs[{i}].of", output.of, scope)
            source = scope[output.of]
            if output.read == "state" and not (isinstance(source, Operator) and source.state_bits):
                raise ValueError(f"outputs[{i}].of must name an addie where read is 'state', got {output.of!r}")
        return self

    def _check_names(self) -> None:
        place_of: dict[str, str] = {}
        for place, name in self._places():
            if name in place_of:
                raise ValueError(f"{place}.name must be unlike all others, got {name!r}, which {place_of[name]} has")
            place_of[name] = place

    def _places(self) -> Iterator[tuple[str, str]]:
        """Where each name stands, and the name."""
        for key in LENGTHS:
            for i, each in enumerate(getattr(self, key)):
                yield f"{key}[{i}]", each.name

    def _check_codes(self) -> None:
        top = 2**self.resolution_bits - 1
        for i, constant in enumerate(self.constants):
            if constant.code > top:
                rule = f"must be 0 to 2^{self.resolution_bits} - 1 = {top}"
                raise ValueError(f"constants[{i}].code {rule}, got {constant.code}")
        for key, group in (("inputs", self.inputs), ("constants", self.constants)):
            for i, each in enumerate(group):
                if each.generator is not None:
                    _check_width(f"{key}[{i}].generator.source", each.generator.source, self.resolution_bits)

    def _check_stream(self, place: str, name: str, scope: dict[str, Any]) -> None:
        """A name in an `of` is that of a stream which stands before."""
        if name in scope:
            return
        shown = name[:80]
        if any(each.name == name for each in self.coded):
            raise ValueError(f"{place} must name streams, got {shown!r}, which has no generator: it is a code only")
        for node in self.nodes:
            if name == node.name and name not in node.output_names:
                legal = " or ".join(map(repr, node.output_names))
                raise ValueError(f"{place} must name one output of {shown!r}, {legal}, got {shown!r}")
            if name in node.output_names:
                raise ValueError(f"{place} must name earlier nodes, got {shown!r}, which comes at or after it")
        raise ValueError(f"{place} must name inputs, constants or earlier nodes, got {shown!r}")

    def _check_node(self, place: str, node: Node) -> None:
        """What a node asks of the circuit beyond its streams."""
        if isinstance(node, CodedOperator) and all(each.name != node.code for each in self.coded):
            raise ValueError(f"{place}.code must name an input or a constant, got {node.code[:80]!r}")
        try:
            node.check_resolution(self.resolution_bits)
        except ValueError as error:
            raise ValueError(f"{place}.{error}") from None

    @property
    def coded(self) -> tuple[CircuitInput | CircuitConstant, ...]:
        """Inputs, then constants: all that has a code."""
        return (*self.inputs, *self.constants)

    @property
    def stream_outputs(self) -> tuple[CircuitOutput, ...]:
        """Outputs of which every bit is read, in their order; each has a port of its own in gates."""
        return tuple(each for each in self.outputs if each.read == "stream")

    @property
    def frame_outputs(self) -> tuple[CircuitOutput, ...]:
        """Outputs that are one number an evaluation, in their order: the beats of the output frame in gates."""
        return tuple(each for each in self.outputs if each.read != "stream")

    def output_bits(self, output: CircuitOutput) -> int:
        """Bits of a number that is read: enough for L of a count, those of the `addie` of a state; 1 of a stream."""
        match output.read:
            case "stream":
                return 1
            case "count":
                return self.stream_length.bit_length()
            case "state":
                return next(node.state_bits for node in self.nodes if node.name == output.of and node.state_bits)
            case other:
                unknown_kind(other, "CircuitSpec")

    @property
    def frame_bits(self) -> int:
        """The one width of the output frame's numbers, that of the widest; 0 where there is no output frame."""
        return max(map(self.output_bits, self.frame_outputs), default=0)

    @cached_property
    def json_bytes(self) -> bytes:
        """Content of circuit.json in its written form: sorted keys, two-space indent, final newline."""
        tree = self.model_dump(mode="json") | {"format": FORMAT, "format_version": FORMAT_VERSION}
        return json_text(tree).encode()

    @cached_property
    def sha256(self) -> str:
        """Hash of `json_bytes`: equal exactly for equal circuits."""
        return hashlib.sha256(self.json_bytes).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CircuitSpec) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)


def _check_width(place: str, source: Any, n: int) -> None:
    try:
        source.check_width(n)
    except ValueError as error:
        raise ValueError(f"{place}.{error}") from None


@runtime_checkable
class Described(Protocol):
    """What holds a circuit and can describe it: the builder."""

    @property
    def spec(self) -> CircuitSpec:
        """The description."""
        ...


def circuit_spec(circuit: Any, *, or_network: bool = False) -> CircuitSpec:
    """The description of what a verb was given for a circuit.

    Args:
        circuit: a description or a builder.
        or_network: whether the verb's argument is called `network` and takes networks, too; for the message.

    Raises:
        OptionError: it is neither a description nor a builder.
        SpecError: it breaks a rule of the contract.
    """
    if isinstance(circuit, CircuitSpec):
        return circuit
    spec = circuit.spec if isinstance(circuit, Described) else None
    if not isinstance(spec, CircuitSpec):
        rule = "network must be a NetworkSpec," if or_network else "circuit must be"
        raise OptionError(f"{rule} a CircuitSpec or a circuits.Circuit, got {type(circuit).__name__}")
    return spec
