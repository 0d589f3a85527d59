"""Circuits written in Python: each operator is a method that takes streams and gives streams."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any, TypeVar

from ..spec.circuit import (
    Addie,
    And,
    Bernstein,
    Btanh,
    CircuitConstant,
    CircuitInput,
    CircuitOutput,
    CircuitSpec,
    Delay,
    Desynchronizer,
    Divide,
    Majority,
    Node,
    Not,
    Operator,
    Or,
    ScaledAdd,
    Select,
    Sexp,
    Shuffle,
    Stanh,
    Switch,
    Synchronizer,
    ToggleAdd,
    Umul,
    UmulBipolar,
    Xnor,
    Xor,
    save_circuit,
)
from ..spec.errors import OptionError

_N = TypeVar("_N", bound=Operator)


@dataclass(frozen=True, eq=False)
class Stream:
    """One stream of a circuit, by its name there."""

    circuit: Circuit
    name: str


class Code(Stream):
    """An input or a constant: a stream, unless it has no generator, and a code that products take."""


class Circuit:
    """A circuit that is being written; `spec` is its description.

    Each operator is a method: streams first, parameters by name, and `name` for the node, which otherwise is called by
    its kind and number. What breaks a rule of the contract raises `SpecError` in the call that breaks it, or in `spec`
    where the rule ties several parts together.

    Args:
        name: of the circuit, as a network's.
        stream_length: L, positions of an evaluation, 1 to 2^20.
        resolution_bits: n, bits of a code, 2 to 16.
    """

    def __init__(self, name: str, *, stream_length: int, resolution_bits: int) -> None:
        self.name, self.stream_length, self.resolution_bits = name, stream_length, resolution_bits
        self._inputs: list[CircuitInput] = []
        self._constants: list[CircuitConstant] = []
        self._nodes: list[Node] = []
        self._outputs: list[CircuitOutput] = []

    @property
    def spec(self) -> CircuitSpec:
        """The description as it stands.

        Raises:
            SpecError: it breaks a rule of the contract.
        """
        return CircuitSpec(
            name=self.name,
            stream_length=self.stream_length,
            resolution_bits=self.resolution_bits,
            inputs=tuple(self._inputs),
            constants=tuple(self._constants),
            nodes=tuple(self._nodes),
            outputs=tuple(self._outputs),
        )

    def save(self, path: Any) -> None:
        """Write the circuit folder; see `save_circuit`."""
        save_circuit(self, path)

    def input(self, name: str, *, generator: Any, encoding: Any = "unipolar") -> Code:
        """A code that comes with every evaluation, and its stream.

        Args:
            name: its name.
            generator: a generator, or a mapping as files have it; None: a code without a stream.
            encoding: "unipolar" or "bipolar"; it changes no bit.
        """
        self._inputs.append(CircuitInput(name=name, encoding=encoding, generator=generator))
        return Code(self, name)

    def constant(self, name: str, code: int, *, generator: Any, encoding: Any = "unipolar") -> Code:
        """A code that the circuit holds, and its stream.

        Args:
            name: its name.
            code: 0 ... 2^n - 1.
            generator: as for `input`.
            encoding: as for `input`.
        """
        self._constants.append(CircuitConstant(name=name, code=_integer(code), encoding=encoding, generator=generator))
        return Code(self, name)

    def output(self, name: str, of: Stream, read: Any = "count") -> None:
        """Read a stream.

        Args:
            name: of the output.
            of: the stream.
            read: "count" (its ones), "stream" (all its bits) or "state" (of an `addie`: S after the last position).
        """
        self._outputs.append(CircuitOutput(name=name, of=self._name_of(of), read=read))

    def _name_of(self, stream: Any) -> str:
        if not isinstance(stream, Stream):
            raise OptionError(f"a stream of this circuit is needed, got {type(stream).__name__}")
        if stream.circuit is not self:
            raise OptionError(f"stream {stream.name!r} must be of this circuit, {self.name!r}; got one of another")
        return stream.name

    def _add(self, kind: type[_N], of: tuple[Stream, ...], name: str | None, **parameters: Any) -> tuple[Stream, ...]:
        names = {each.name for group in (self._inputs, self._constants, self._nodes, self._outputs) for each in group}
        if name is None:
            stem, number = kind.model_fields["kind"].default, len(self._nodes)
            while f"{stem}_{number}" in names:
                number += 1
            name = f"{stem}_{number}"
        node: Any = kind(name=name, of=tuple(map(self._name_of, of)), **parameters)
        self._nodes.append(node)
        return tuple(Stream(self, each) for each in node.output_names)

    def not_(self, a: Stream, *, name: str | None = None) -> Stream:
        """¬a."""
        return self._add(Not, (a,), name)[0]

    def and_(self, *streams: Stream, name: str | None = None) -> Stream:
        """1 where all of 2 to 64 streams are."""
        return self._add(And, streams, name)[0]

    def or_(self, *streams: Stream, name: str | None = None) -> Stream:
        """1 where any of 2 to 64 streams is."""
        return self._add(Or, streams, name)[0]

    def xor(self, *streams: Stream, name: str | None = None) -> Stream:
        """Parity of 2 to 64 streams."""
        return self._add(Xor, streams, name)[0]

    def xnor(self, *streams: Stream, name: str | None = None) -> Stream:
        """The opposite of the parity of 2 to 64 streams; of two, the product of bipolar ones."""
        return self._add(Xnor, streams, name)[0]

    def majority(self, *streams: Stream, name: str | None = None) -> Stream:
        """1 where more than half of 3, 5 ... 63 streams are."""
        return self._add(Majority, streams, name)[0]

    def select(self, *streams: Stream, source: Any, name: str | None = None) -> Stream:
        """One of 2 to 64 streams at a position, chosen by the words of a source.

        Args:
            streams: the streams.
            source: any but `lfsr`, of max(2, ceil(log2 m)) bits a word.
            name: of the node.
        """
        return self._add(Select, streams, name, source=source)[0]

    def switch(self, s: Stream, a: Stream, b: Stream, *, name: str | None = None) -> Stream:
        """S ? b : a.

        Args:
            s: the stream that chooses.
            a: what comes out where s is 0.
            b: what comes out where s is 1.
            name: of the node.
        """
        return self._add(Switch, (s, a, b), name)[0]

    def delay(self, a: Stream, *, by: int, initial: int = 0, name: str | None = None) -> Stream:
        """a(t - by).

        Args:
            a: the stream.
            by: positions, 1 to 1,024.
            initial: what stands before the stream's first bit, 0 or 1.
            name: of the node.
        """
        return self._add(Delay, (a,), name, by=_integer(by), initial=_integer(initial))[0]

    def toggle_add(self, a: Stream, b: Stream, *, initial: int = 0, name: str | None = None) -> Stream:
        """(a + b) / 2 without a random source: a where they agree, else a bit that toggles.

        Args:
            a: a stream.
            b: another.
            initial: the toggling bit at first, 0 or 1.
            name: of the node.
        """
        return self._add(ToggleAdd, (a, b), name, initial=_integer(initial))[0]

    def scaled_add(self, *streams: Stream, name: str | None = None) -> Stream:
        """1/m of the sum of 2 to 64 streams, exact but for what does not make up a whole one at the end."""
        return self._add(ScaledAdd, streams, name)[0]

    def stanh(self, a: Stream, *, states: int, name: str | None = None) -> Stream:
        """About tanh(states/2 · v) of a bipolar stream of independent bits (Brown and Card 2001).

        Args:
            a: the stream.
            states: even, 2 to 4,096.
            name: of the node.
        """
        return self._add(Stanh, (a,), name, states=_integer(states))[0]

    def sexp(self, a: Stream, *, states: int, gain: int, name: str | None = None) -> Stream:
        """About exp(-2·gain·v) of a bipolar stream v > 0 of independent bits (Brown and Card 2001).

        Args:
            a: the stream.
            states: even, 2 to 4,096.
            gain: 1 to states - 1.
            name: of the node.
        """
        return self._add(Sexp, (a,), name, states=_integer(states), gain=_integer(gain))[0]

    def btanh(self, *streams: Stream, states: int, name: str | None = None) -> Stream:
        """The tanh of a sum of 1 to 64 bipolar streams by one counter (Kim and others 2016).

        Args:
            streams: the streams.
            states: even, 2 to 4,096.
            name: of the node.
        """
        return self._add(Btanh, streams, name, states=_integer(states))[0]

    def umul(self, a: Stream, code: Code, *, source: Any, name: str | None = None) -> Stream:
        """Unipolar product of a stream and a code, whose own stream advances where a is 1 (uGEMM).

        Args:
            a: the stream.
            code: an input or a constant.
            source: of the code's stream.
            name: of the node.
        """
        return self._add(Umul, (a,), name, code=self._coded(code), source=source)[0]

    def umul_bipolar(self, a: Stream, code: Code, *, source: Any, name: str | None = None) -> Stream:
        """Bipolar product of a stream and a code, with one source for ones and one for zeros (uGEMM).

        Args:
            a: the stream.
            code: an input or a constant.
            source: of the code's streams.
            name: of the node.
        """
        return self._add(UmulBipolar, (a,), name, code=self._coded(code), source=source)[0]

    def _coded(self, code: Any) -> str:
        if not isinstance(code, Code):
            raise OptionError(f"code must be an input or a constant of this circuit, got {type(code).__name__}")
        return self._name_of(code)

    def divide(self, a: Stream, b: Stream, *, initial: int = 0, name: str | None = None) -> Stream:
        """a / b of streams whose ones coincide: a where b is 1, else the last output (CORDIV, Chen and Hayes 2016).

        Args:
            a: the dividend.
            b: the divisor.
            initial: the output before b's first 1, 0 or 1.
            name: of the node.
        """
        return self._add(Divide, (a, b), name, initial=_integer(initial))[0]

    def synchronizer(self, a: Stream, b: Stream, *, depth: int, name: str | None = None) -> tuple[Stream, Stream]:
        """Both streams with their ones brought together (Lee, Alaghi and Ceze 2018).

        Args:
            a: a stream.
            b: another.
            depth: ones saved at most, 1 to 64.
            name: of the node.
        """
        first, second = self._add(Synchronizer, (a, b), name, depth=_integer(depth))
        return first, second

    def desynchronizer(self, a: Stream, b: Stream, *, depth: int, name: str | None = None) -> tuple[Stream, Stream]:
        """Both streams with their ones brought apart (Lee, Alaghi and Ceze 2018).

        Args:
            a: a stream.
            b: another, of which ones are saved.
            depth: ones saved at most, 1 to 64.
            name: of the node.
        """
        first, second = self._add(Desynchronizer, (a, b), name, depth=_integer(depth))
        return first, second

    def shuffle(self, a: Stream, *, depth: int, source: Any, name: str | None = None) -> Stream:
        """The bits of a stream in another order, out of a buffer (Lee, Alaghi and Ceze 2018).

        Args:
            a: the stream.
            depth: cells, a power of two up to min(256, 2^n).
            source: chooses the cell.
            name: of the node.
        """
        return self._add(Shuffle, (a,), name, depth=_integer(depth), source=source)[0]

    def bernstein(self, inputs: Any, coefficients: Any, *, name: str | None = None) -> Stream:
        """A Bernstein polynomial: at each position the coefficient whose number is the sum of the inputs.

        Args:
            inputs: 1 to 16 independent streams of the one variable.
            coefficients: streams, one more than the inputs.
            name: of the node.
        """
        return self._add(Bernstein, (*inputs, *coefficients), name, degree=len(inputs))[0]

    def addie(self, a: Stream, *, bits: int, source: Any, name: str | None = None) -> Stream:
        """The running mean of a stream, by a counter that its own stream drives down (Gaines 1969).

        Args:
            a: the stream.
            bits: of the counter, 2 to 16.
            source: of the counter's stream, with words of so many bits.
            name: of the node.
        """
        return self._add(Addie, (a,), name, bits=_integer(bits), source=source)[0]


def _integer(value: Any) -> Any:
    """NumPy's integers as Python's; what is no integer the description refuses."""
    return value if isinstance(value, bool | float | str) or not hasattr(value, "__index__") else operator.index(value)
