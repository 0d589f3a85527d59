"""What the hand-written inner loops share: loads, stores, vectors of copies and counted loops in LLVM's own terms.

Of a loop in Python LLVM makes vectors of half the processor's width, and some instructions it never finds. So the
innermost loops are emitted as LLVM instructions; addresses are uint64, strides are bytes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from llvmlite import binding, ir
from numba.core import config, types
from numba.extending import intrinsic

WORD = ir.IntType(64)


@cache
def processor() -> frozenset[str]:
    """What the processor can do that kernels are compiled for, in LLVM's names: this one, or what Numba is told.

    Where Numba is told to compile nothing, there are no kernels in LLVM's terms, and no processor for them.
    """
    if config.DISABLE_JIT:  # pyright: ignore[reportAttributeAccessIssue]
        return frozenset()
    features = config.CPU_FEATURES  # pyright: ignore[reportAttributeAccessIssue]  set from NUMBA_CPU_FEATURES
    if features is None:
        return frozenset(name for name, there in binding.get_host_cpu_features().items() if there)
    return frozenset(name[1:] for name in features.split(",") if name.startswith("+"))


def inner_loop(arguments: str, emit: Callable[..., Any], returns: Any = types.void) -> Any:
    """A function for kernels whose body `emit(builder, *values)` writes.

    Args:
        arguments: a letter for each: "p" an address (uint64), "i" a number (int64), "b" a boolean.
        emit: writes the instructions; what it returns is the function's value.
        returns: the type of that value.
    """
    letters = {"p": types.uint64, "i": types.int64, "b": types.boolean}

    def definition(typing_context: Any, *_: Any) -> Any:
        def generate(context: Any, builder: ir.IRBuilder, signature: Any, args: Any) -> Any:
            value = emit(builder, *args)
            return context.get_dummy_value() if value is None else value

        return returns(*(letters[letter] for letter in arguments)), generate

    names = ["typing_context", *(f"a{i}" for i in range(len(arguments)))]
    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in names]
    definition.__signature__ = inspect.Signature(parameters)  # pyright: ignore[reportFunctionMemberAccess]
    return intrinsic(definition)


def one_of(*emits: Callable[..., Any]) -> Callable[..., Any]:
    """The body of a function whose first argument, a number, says which of these bodies runs."""

    def emit(b: ir.IRBuilder, which: Any, *values: Any) -> None:
        for i, each in enumerate(emits):
            with b.if_then(b.icmp_signed("==", which, number(i))):
                each(b, *values)

    return emit


def number(value: int) -> ir.Constant:
    """A constant of 64 bits."""
    return ir.Constant(WORD, value)


def step(b: ir.IRBuilder, base: Any, stride: Any, times: Any) -> Any:
    """base + stride·times; stride and times are values or numbers.

    Args:
        b: where the instructions go.
        base: an address.
        stride: bytes.
        times: how many strides.
    """
    stride, times = (number(each) if isinstance(each, int) else each for each in (stride, times))
    return b.add(base, b.mul(stride, times))


def load(b: ir.IRBuilder, address: Any, kind: Any, align: int = 8) -> Any:
    """The value of a kind that lies at an address.

    Args:
        b: where the instructions go.
        address: where the value lies.
        kind: its type.
        align: bytes to whose multiple the address is known to lie.
    """
    return b.load(b.inttoptr(address, kind.as_pointer()), align=align)


def store(b: ir.IRBuilder, value: Any, address: Any, align: int = 8) -> None:
    """Write a value to an address.

    Args:
        b: where the instructions go.
        value: of any type.
        address: where to.
        align: as in `load`.
    """
    b.store(value, b.inttoptr(address, value.type.as_pointer()), align=align)


def spread(b: ir.IRBuilder, value: Any, lanes: int) -> Any:
    """A vector of copies of a value.

    Args:
        b: where the instructions go.
        value: the element.
        lanes: how many copies.
    """
    undefined, short = ir.Constant(ir.VectorType(value.type, lanes), ir.Undefined), ir.IntType(32)
    lane = b.insert_element(undefined, value, ir.Constant(short, 0))
    return b.shuffle_vector(lane, undefined, ir.Constant(ir.VectorType(short, lanes), [0] * lanes))


def external(b: ir.IRBuilder, name: str, result: Any, arguments: list[Any]) -> Any:
    """An instruction of LLVM's that is called like a function.

    Args:
        b: where the instructions go.
        name: LLVM's name of the intrinsic.
        result: its type.
        arguments: their types.
    """
    return b.module.globals.get(name) or ir.Function(b.module, ir.FunctionType(result, arguments), name)


def loop(
    b: ir.IRBuilder,
    start: Any,
    stop: Any,
    carried: list[Any],
    body: Callable[[Any, list[Any]], list[Any]],
    never: bool = True,
) -> list[Any]:
    """Run `body(i, values) -> values` for i = start ... stop - 1; the values stay in registers.

    Args:
        b: where the instructions go.
        start: the first i, 64 bits.
        stop: one beyond the last.
        carried: the values before the first turn.
        body: writes one turn.
        never: whether there may be no turn at all; asking costs time in short loops.

    Returns:
        The values after the last turn.
    """
    entry, head, exit_block = b.block, b.append_basic_block("head"), b.append_basic_block("done")
    if never:
        b.cbranch(b.icmp_signed("<", start, stop), head, exit_block)
    else:
        b.branch(head)
    b.position_at_end(head)
    phis = [b.phi(value.type) for value in (start, *carried)]
    after = body(phis[0], phis[1:])
    following, end = b.add(phis[0], number(1)), b.block  # an inner loop may have moved on
    for phi, first, later in zip(phis, (start, *carried), (following, *after), strict=True):
        phi.add_incoming(first, entry)
        phi.add_incoming(later, end)
    b.cbranch(b.icmp_signed("<", following, stop), head, exit_block)
    b.position_at_end(exit_block)
    if not never:
        return after
    results = [b.phi(value.type) for value in carried]
    for result, first, later in zip(results, carried, after, strict=True):
        result.add_incoming(first, entry)
        result.add_incoming(later, end)
    return results
