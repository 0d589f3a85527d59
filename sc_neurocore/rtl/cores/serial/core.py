# amaranth: UnusedElaboratable=no
"""The network core, architecture `serial`: one product unit and a program, the smallest of all (contract §9)."""

from __future__ import annotations

from collections.abc import Sequence

from amaranth.hdl import Const, EnableInserter, Module, ResetSignal, Signal, Value

from ...components.arithmetic.accumulators import PreloadAccumulator
from ...components.arithmetic.closed_form_multiplier import ClosedFormMultiplier, Radix2PartialProducts, shared_inputs
from ...components.arithmetic.sequential_products import CountdownProduct, GroupedProduct
from ...components.memory.memories import DataMemory
from ...components.signals import register
from ...plan.serial_program import Op
from .stages import SerialPorts, fetch, filled, load_shifts, take_frames, take_frames_or_hold, write_elements

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
        *shared_inputs(shares, product),
    ]
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


class SerialCore(SerialPorts):
    """Function    one frame of input codes in, one frame of the last layer's outputs out, for every sample.

    Structure   program memory → data memory → product → total → output stage → data memory or output port. The program
                is a word for each input beat, weight other than 0, stored result and output beat (`SerialProgram`), run
                over and over; the pipeline stands still while a port keeps its word waiting.
    Product     S = `plan.bits_per_clock`, a power of two. 1: one position of the stream per clock, |k| clocks for a
                weight k (`CountdownProduct`). The longest stream_length: the whole stream in one clock
                (`ClosedFormMultiplier`). Between them: ceil(|k| / S) clocks (`GroupedProduct`); a layer of a stream
                that is not longer than S has one clock a product. All give the same integers.
    Loadable    with `loadable` the program is in a memory that is written (`ProgramMemory`), shifts are in registers;
                both begin as the network's, but for the program in `memory` "spram". Any network of the same
                description with other weights, biases and shifts becomes a program of its own (`SerialLoadMap`).
                While `hold` is high and the core idle, the program waits before its first word, which is read anew.
    Latency     `timing.core_timing(self)`, exact: it depends on the weights, not on the data.
    Throughput  one frame in the clocks of all words.
    Reset       `rst`, synchronous: the program starts anew. `tready` and `tvalid` are low under it. What was loaded
                stays.

    Ports
        as `ports.core_ports`; with `loadable` those of `ports.load_ports`, too

    Args:
        plan: what to build.
    """

    def build(self, m: Module) -> None:
        numbers, grouped = self.numbers, self.numbers.group_bits > 0
        go, restart = Signal(), Signal()
        fetched = fetch(m, self, go, restart)
        stages = [fetched]
        advance = Signal() if grouped else go  # the last stage sees a word as often as it has groups
        for stage in range(numbers.read_ahead):
            moves = advance if stage == numbers.read_ahead - 1 else go
            stages.append(self._next_stage(m, stages[-1], stage, moves, restart))
        now = stages[-1]
        is_load, is_store, is_out = Signal(), Signal(), Signal()
        m.d.comb += [
            is_load.eq(now["op"] == Op.LOAD),
            is_store.eq(now["op"] == Op.STORE),
            is_out.eq(now["op"] == Op.OUT),
        ]
        memory = DataMemory(numbers.program.elements, numbers.n + numbers.with_signs)
        m.submodules.elements = memory
        m.d.comb += [memory.enable.eq(go), memory.read_address.eq(fetched["address"])]
        if self.loadable:
            load_shifts(m, self)
        if grouped:
            product = GroupedProduct(numbers.n, numbers.group_bits)
            parts = grouped_product(m, product, stages, memory.data, go, advance, with_signs=numbers.with_signs)
        else:
            parts = self._product(m, stages, memory.data, go)
        bits, ends, negative = parts
        total = PreloadAccumulator(len(bits), numbers.width, with_signs=numbers.with_signs)
        m.submodules.accumulator = total
        m.d.comb += [
            total.enable.eq(~(is_out & ~self.m_axis_tready)),
            total.load.eq(now["op"].any()),
            total.choose.eq(now["choose"]),
            total.value.eq(now["payload"]),
            total.product.eq(bits),
            total.negative.eq(negative),
        ]
        goes = ~(is_load & ~self.s_axis_tvalid) & ~(is_out & ~self.m_axis_tready)
        counting = stages[-2] if grouped else now
        finished = ends | counting["op"].any()
        if self.loadable and (grouped or numbers.streaming):
            finished = finished | ~filled(m, fetched["known"], restart, len(stages) - (2 if grouped else 1))
        if grouped:
            m.d.comb += [advance.eq(goes), go.eq(advance & finished)]
        else:
            m.d.comb += go.eq(goes & finished)
        if self.loadable:
            sent = is_out & self.m_axis_tready & now["last"]
            take_frames_or_hold(m, self, is_load, now["last"], sent, restart)
        else:
            take_frames(m, self, is_load, now["last"], restart)
        write_elements(m, self, memory, total.total, now, is_load & self.s_axis_tvalid, is_store)
        m.submodules.last_border = output = self.output_stages[-1]
        m.d.comb += [
            output.enable.eq(1),
            output.total.eq(total.total),
            self.m_axis_tdata.eq(output.result),
            self.m_axis_tvalid.eq(is_out & ~ResetSignal()),
            self.m_axis_tlast.eq(now["last"]),
        ]

    def _next_stage(self, m: Module, word: dict[str, Value], stage: int, go: Value, restart: Value) -> dict[str, Value]:
        """The word one clock later; after a restart the words on their way do nothing."""
        after: dict[str, Value] = {}
        for name in ("payload", "address", "layer", "last"):
            if name in word:
                after[name] = register(m, word[name], f"{name}_{stage}", enable=go)
        op = Signal(2, name=f"op_{stage}")
        with m.If(go):
            m.d.sync += op.eq(word["op"])
        with m.If(restart | ~word["known"] if "known" in word else restart):
            m.d.sync += op.eq(0)
        # beside the operation, in a register that synthesis takes for another one: see `PreloadAccumulator`
        choose = Signal(name=f"choose_{stage}", reset_less=True)
        with m.If(go):
            m.d.sync += choose.eq(word["op"].any())
        return after | {"op": op, "choose": choose}

    def _product(self, m: Module, stages: list[Word], element: Value, go: Value) -> Parts:
        """Product bits for the accumulator, whether they are the last, and their sign; of other products others."""
        product_of = streamed_product if self.numbers.streaming else closed_form_product
        return product_of(m, stages, element, go, self.numbers.n, with_signs=self.numbers.with_signs)
