"""From a described operator to its component."""

from __future__ import annotations

from ...spec import circuit as spec
from ...spec.kinds import unknown_kind
from . import arithmetic, correlation, logic, storage, walks
from .operator import Operator


def make_operator(node: spec.Node, n: int) -> Operator:
    """The component of a node.

    Args:
        node: the description.
        n: bits of a code in its circuit.

    Raises:
        OptionError: there is no component for this kind of operator.
    """
    match node:
        case spec.Not():
            return logic.Not(1)
        case spec.And(of=of):
            return logic.And(len(of))
        case spec.Or(of=of):
            return logic.Or(len(of))
        case spec.Xor(of=of):
            return logic.Xor(len(of))
        case spec.Xnor(of=of):
            return logic.Xnor(len(of))
        case spec.Majority(of=of):
            return logic.Majority(len(of))
        case spec.Select(of=of, source=source):
            return logic.Select(len(of), source)
        case spec.Switch():
            return logic.Switch()
        case spec.Bernstein(degree=degree):
            return logic.Bernstein(degree)
        case spec.Delay(by=by, initial=initial):
            return storage.Delay(by, initial)
        case spec.Shuffle(depth=depth, source=source):
            return storage.Shuffle(depth, source, node.word_bits(n))
        case spec.ToggleAdd(initial=initial):
            return arithmetic.ToggleAdd(initial)
        case spec.ScaledAdd(of=of):
            return arithmetic.ScaledAdd(len(of))
        case spec.Stanh(states=states):
            return walks.Stanh(states)
        case spec.Sexp(states=states, gain=gain):
            return walks.Sexp(states, gain)
        case spec.Btanh(of=of, states=states):
            return walks.Btanh(len(of), states)
        case spec.Umul(source=source):
            return arithmetic.Umul(source, node.word_bits(n))
        case spec.UmulBipolar(source=source):
            return arithmetic.UmulBipolar(source, node.word_bits(n))
        case spec.Divide(initial=initial):
            return storage.Divide(initial)
        case spec.Synchronizer(depth=depth):
            return correlation.Synchronizer(depth)
        case spec.Desynchronizer(depth=depth):
            return correlation.Desynchronizer(depth)
        case spec.Addie(bits=bits, source=source):
            return walks.Addie(bits, source)
        case other:
            unknown_kind(other, "rtl operators")
