"""The product unit of a serial core, for one, some or all stream bits per clock, in the core's pipeline of words."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Const, EnableInserter, Module, Signal, Value

from ...components.arithmetic.closed_form_multiplier import ClosedFormMultiplier, Radix2PartialProducts
from ...components.arithmetic.sequential_products import CountdownProduct, GroupedProduct

Word = dict[str, Value]
"""The fields of a program word in one stage of the pipeline."""
Parts = tuple[Value, Value, Value]
"""Product bits for the accumulator; whether they are the last; their sign."""


def streamed_product(
    m: Module, stages: Sequence[Word], element: Value, go: Value, n: int, *, with_signs: bool
) -> Parts:
    """One position per clock, in the stage in which the element comes.

    Args:
        m: the module that gets the gates.
        stages: fields of the program words, by stage of the pipeline.
        element: what the data memory reads.
        go: the pipeline moves.
        n: bits of a magnitude.
        with_signs: whether an input may be negative.
    """
    m.submodules.multiplier = streamed = CountdownProduct(n)
    m.d.comb += [
        streamed.load.eq(go),
        streamed.k.eq(stages[0]["payload"][:n]),
        streamed.x.eq(element[:n]),
    ]
    sign = Value.cast(stages[1]["payload"][n])
    if with_signs:
        sign = sign ^ Value.cast(element[n])
    return streamed.product, streamed.done, Value.cast(sign[0])


def grouped_product(
    m: Module,
    product: GroupedProduct,
    stages: Sequence[Word],
    element: Value,
    go: Value,
    advance: Value,
    *,
    with_signs: bool,
) -> Parts:
    """A group per clock, in the stage before the last; the last stage, which moves with `advance`, has its ones.

    Args:
        m: the module that gets the gates.
        product: the product unit.
        stages: fields of the program words, by stage of the pipeline.
        element: what the data memory reads.
        go: the pipeline moves.
        advance: the last stage moves.
        with_signs: whether an input may be negative.
    """
    n, j = product.n, product.j
    m.submodules.multiplier = product
    m.d.comb += [
        product.advance.eq(advance),
        product.load.eq(go),
        product.groups.eq(stages[-3]["payload"][j:n]),
        product.rest.eq(stages[1]["payload"][:j]),
        product.x.eq(element[:n]),
    ]
    sign = Value.cast(stages[-1]["payload"][n])
    if with_signs:
        sign = sign ^ _later(m, Value.cast(element[n]), [*[go] * product.lead, advance])
    return product.product, product.done, sign


def closed_form_product(
    m: Module, stages: Sequence[Word], element: Value, go: Value, n: int, *, with_signs: bool
) -> Parts:
    """All positions in the last stage.

    Args:
        m: the module that gets the gates.
        stages: fields of the program words, by stage of the pipeline.
        element: what the data memory reads.
        go: the pipeline moves.
        n: bits of a magnitude.
        with_signs: whether an input may be negative.
    """
    shares, product = Radix2PartialProducts(n), ClosedFormMultiplier(n)
    m.submodules.shares = EnableInserter(go)(shares)
    m.submodules.multiplier = EnableInserter(go)(product)
    m.d.comb += [
        shares.x.eq(element[:n]),
        product.k.eq(stages[2]["payload"][:n]),
        product.leading.eq(shares.leading),
    ]
    m.d.comb += [getattr(product, f"share_{q}").eq(getattr(shares, f"share_{q}")) for q in range(2, n)]
    sign = Value.cast(stages[-1]["payload"][n])
    if with_signs:
        sign = sign ^ _later(m, Value.cast(element[n]), [go] * (len(stages) - 2))
    return product.product, Const(1, 1), sign


def _later(m: Module, input_sign: Value, enables: Sequence[Value]) -> Value:
    """The sign of an element, as many stages later; each stage moves with its enable."""
    for clock, enable in enumerate(enables):
        after = Signal(name=f"input_sign_{clock}", reset_less=True)
        with m.If(enable):
            m.d.sync += after.eq(input_sign)
        input_sign = after
    return Value.cast(input_sign)
