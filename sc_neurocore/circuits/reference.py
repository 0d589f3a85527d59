"""What every bit of a circuit is, position by position in plain Python, written to be read beside the contract.

One function an operator: from the input streams of one sample, lists of zeros and ones, to its output streams. Inside,
names are those of the contract: the state stands before the loop, an output before its "then".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ..bitstream.generators import stream
from ..bitstream.sources import sequence
from ..spec.circuit import (
    Addie,
    And,
    Bernstein,
    Btanh,
    CircuitSpec,
    Delay,
    Desynchronizer,
    Divide,
    Majority,
    Node,
    Not,
    Or,
    ScaledAdd,
    Select,
    Sexp,
    Shuffle,
    SourcedOperator,
    Stanh,
    Switch,
    Synchronizer,
    ToggleAdd,
    Umul,
    UmulBipolar,
    Xnor,
    Xor,
)
from ..spec.kinds import unknown_kind
from ..spec.source import Source

Bits = list[int]


class _Words(NamedTuple):
    """The words u(0) ... u(L - 1) of a node's source, and whether 0 is among what the source emits."""

    u: list[int]
    emits_zero: bool

    def below(self, t: int, w: int) -> int:
        """[u(t) < w], which is [u(t) ≤ w] where the source does not emit 0."""
        return int(self.u[t] < w if self.emits_zero else self.u[t] <= w)


def _unchanged(sample: int, name: str, bits: Bits) -> Bits:
    return bits


def run(
    circuit: CircuitSpec, codes: np.ndarray, change: Callable[[int, str, Bits], Bits] = _unchanged
) -> dict[str, np.ndarray]:
    """Outputs of a circuit, each bit made by itself.

    Args:
        circuit: its description.
        codes: checked int64 codes `(batch, inputs)`.
        change: what becomes of a sample's stream of that name before anybody reads it (see `faults`).

    Returns:
        As `engines.run`.
    """
    n, length = circuit.resolution_bits, circuit.stream_length
    results = {
        each.name: np.zeros((len(codes), length), np.uint8) if each.read == "stream" else np.zeros(len(codes), np.int64)
        for each in circuit.outputs
    }
    words = {
        node.name: _words(node.source, node.word_bits(n), length)
        for node in circuit.nodes
        if isinstance(node, SourcedOperator)
    }
    for sample, row in enumerate(codes.tolist()):
        code_of = {each.name: code for each, code in zip(circuit.inputs, row)}
        code_of |= {each.name: each.code for each in circuit.constants}
        streams = {
            each.name: change(sample, each.name, stream(each.generator, code_of[each.name], n, length).tolist())
            for each in circuit.coded
            if each.generator is not None
        }
        states: dict[str, int] = {}
        for node in circuit.nodes:
            outputs, states[node.name] = _execute(node, [streams[name] for name in node.of], words, code_of, length)
            pairs = zip(node.output_names, outputs, strict=True)
            streams |= {name: change(sample, name, bits) for name, bits in pairs}
        for output in circuit.outputs:
            match output.read:
                case "count":
                    results[output.name][sample] = sum(streams[output.of])
                case "stream":
                    results[output.name][sample] = streams[output.of]
                case "state":
                    results[output.name][sample] = states[output.of]
                case other:
                    unknown_kind(other, "engine reference")
    return results


def _words(source: Source, n: int, length: int) -> _Words:
    return _Words(sequence(source, n, length).tolist(), source.emits_zero)


def _clip(v: int, low: int, high: int) -> int:
    return min(max(v, low), high)


def _execute(
    node: Node, ins: list[Bits], words: dict[str, _Words], code_of: dict[str, int], length: int
) -> tuple[tuple[Bits, ...], int]:
    """The output streams of one operator, and its state after the last position, which is read of an `addie` alone."""
    match node:
        case Not():
            return ([1 - a for a in ins[0]],), 0
        case And():
            return (_gate(ins, lambda bits: int(all(bits))),), 0
        case Or():
            return (_gate(ins, lambda bits: int(any(bits))),), 0
        case Xor():
            return (_gate(ins, lambda bits: sum(bits) % 2),), 0
        case Xnor():
            return (_gate(ins, lambda bits: 1 - sum(bits) % 2),), 0
        case Majority():
            return (_gate(ins, lambda bits: int(2 * sum(bits) > len(bits))),), 0
        case Select():
            u, m = words[node.name].u, len(ins)
            return ([ins[u[t]][t] if u[t] < m else 0 for t in range(length)],), 0
        case Switch():
            return ([b if s else a for s, a, b in zip(*ins)],), 0
        case Delay(by=d, initial=initial):
            return ([ins[0][t - d] if t >= d else initial for t in range(length)],), 0
        case ToggleAdd(initial=initial):
            return (_toggle_add(ins, initial),), 0
        case ScaledAdd():
            return (_scaled_add(ins),), 0
        case Stanh(states=k):
            return (_counter(ins, k, lambda s: s >= k // 2),), 0
        case Sexp(states=k, gain=g):
            return (_counter(ins, k, lambda s: s < k - g),), 0
        case Btanh(states=k):
            return (_counter(ins, k, lambda s: s >= k // 2),), 0
        case Umul(code=code):
            return (_umul(ins[0], words[node.name], code_of[code]),), 0
        case UmulBipolar(code=code):
            return (_umul_bipolar(ins[0], words[node.name], code_of[code]),), 0
        case Divide(initial=initial):
            return (_divide(ins, initial),), 0
        case Synchronizer(depth=depth):
            return _bit_by_bit(ins, lambda s, a, b: _synchronize(s, a, b, depth)), 0
        case Desynchronizer(depth=depth):
            return _bit_by_bit(ins, lambda s, a, b: _desynchronize(s, a, b, depth)), 0
        case Shuffle(depth=depth):
            return (_shuffle(ins[0], words[node.name].u, depth),), 0
        case Bernstein(degree=m):
            return ([ins[m + sum(bits[:m])][t] for t, bits in enumerate(zip(*ins))],), 0
        case Addie(bits=m):
            result, state = _addie(ins[0], words[node.name], m)
            return (result,), state
        case other:
            unknown_kind(other, "engine reference")


def _gate(ins: list[Bits], rule: Callable[[Sequence[int]], int]) -> Bits:
    """One gate, without state."""
    return [rule(bits) for bits in zip(*ins)]


def _toggle_add(ins: list[Bits], initial: int) -> Bits:
    q, result = initial, []
    for a, b in zip(*ins):
        result.append(a if a == b else q)
        if a != b:
            q = 1 - q
    return result


def _scaled_add(ins: list[Bits]) -> Bits:
    m, c, result = len(ins), 0, []
    for bits in zip(*ins):
        total = c + sum(bits)
        result.append(int(total >= m))
        c = total - m * result[-1]
    return result


def _counter(ins: list[Bits], k: int, rule: Callable[[int], bool]) -> Bits:
    """A saturating counter that each of m inputs moves by one, up or down; with one input that is S ± 1."""
    m, s, result = len(ins), k // 2, []
    for bits in zip(*ins):
        result.append(int(rule(s)))
        s = _clip(s + 2 * sum(bits) - m, 0, k - 1)
    return result


def _umul(a: Bits, words: _Words, w: int) -> Bits:
    i, result = 0, []
    for bit in a:
        result.append(bit & words.below(i, w))
        i += bit
    return result


def _umul_bipolar(a: Bits, words: _Words, w: int) -> Bits:
    i, j, result = 0, 0, []
    for bit in a:
        if bit:
            result.append(words.below(i, w))
            i += 1
        else:
            result.append(1 - words.below(j, w))
            j += 1
    return result


def _divide(ins: list[Bits], initial: int) -> Bits:
    q, result = initial, []
    for a, b in zip(*ins):
        result.append(a if b else q)
        q = result[-1]
    return result


def _bit_by_bit(ins: list[Bits], rule: Callable[[int, int, int], tuple[int, int, int]]) -> tuple[Bits, Bits]:
    """Two streams through a rule (s, a, b) -> (output a, output b, next s) from s = 0."""
    s, first, second = 0, [], []
    for a, b in zip(*ins):
        out_a, out_b, s = rule(s, a, b)
        first.append(out_a)
        second.append(out_b)
    return first, second


def _synchronize(s: int, a: int, b: int, depth: int) -> tuple[int, int, int]:
    if a == b:
        return a, b, s
    if a:
        if s < 0:
            return 1, 1, s + 1
        return (0, 0, s + 1) if s < depth else (1, 0, s)
    if s > 0:
        return 1, 1, s - 1
    return (0, 0, s - 1) if s > -depth else (0, 1, s)


def _desynchronize(s: int, a: int, b: int, depth: int) -> tuple[int, int, int]:
    if a and b:
        return (1, 0, s + 1) if s < depth else (1, 1, s)
    if not a and not b:
        return (0, 1, s - 1) if s > 0 else (0, 0, s)
    return a, b, s


def _shuffle(a: Bits, u: list[int], depth: int) -> Bits:
    cells, result = [k % 2 for k in range(depth)], []
    for t, bit in enumerate(a):
        cell = u[t] % depth
        result.append(cells[cell])
        cells[cell] = bit
    return result


def _addie(a: Bits, words: _Words, m: int) -> tuple[Bits, int]:
    s, result = 2 ** (m - 1), []
    for t, bit in enumerate(a):
        result.append(words.below(t, s))
        s = _clip(s + bit - result[-1], 0, 2**m - 1)
    return result, s
