# amaranth: UnusedElaboratable=no
"""The stages of a serial core around its product: words of the program, the input port, the data memory."""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Const, Module, ResetSignal, Signal, Value

from ...components.activation.output_stage import LoadableOutputStage, OutputStage
from ...components.arithmetic.sign_magnitude import with_sign_above
from ...components.block import Block
from ...components.memory.memories import BankedRom, DataMemory, ProgramMemory, Rom, bank_sizes
from ...components.ports.core_ports import core_ports, input_bits, load_ports
from ...components.signals import delayed, index_shape, register
from ...plan.serial_plan import SerialPlan


class SerialPorts(Block):
    """Ports, numbers and output stages of a serial core: what its stages share."""

    def __init__(self, plan: SerialPlan) -> None:
        self.plan, self.network = plan, plan.network
        self.load_map: Any = plan.load_map  # asked for where it is loadable
        self.numbers, self.loadable, self.initialised = plan.numbers, plan.loadable, plan.initialised
        self.output_stages: list[OutputStage | LoadableOutputStage] = [
            LoadableOutputStage(stage.neuron, stage.width, stage.shift_limit)
            if plan.loadable
            else OutputStage(stage.neuron, stage.width)
            for stage in self.numbers.output_stages
        ]
        ports = core_ports(self.network)
        if self.load_map is not None:
            ports |= load_ports(self.load_map.address_bits)
        super().__init__(ports)


def fetch(m: Module, core: SerialPorts, go: Value, restart: Value) -> dict[str, Value]:
    """Program counter and memory: the fields of the word whose element is read in this clock.

    Args:
        m: the module that gets the gates.
        core: the core whose program is fetched.
        go: the pipeline moves.
        restart: the program starts anew.
    """
    fields = core.numbers.format.fields
    rows = core.numbers.rows(core.network)
    if core.loadable:
        rom = ProgramMemory(rows, core.numbers.format.row_bits, "block" if core.initialised else "spram")
    else:
        kind = Rom if len(bank_sizes(len(rows))) == 1 else BankedRom
        rom = kind(rows, core.numbers.format.row_bits)
    m.submodules.instructions = rom
    counter = Signal(index_shape(max(len(rows), 2)))
    known = Signal()  # the memory's word is of the address that the counter had, not of one before a restart
    word: dict[str, Value] = {}
    place = 0
    for name, width in fields:
        word[name] = rom.data[place : place + width]
        place += width
    m.d.comb += [rom.enable.eq(go), rom.address.eq(counter)]
    if core.loadable:
        bits, parts = core.load_map.index_bits, core.load_map.parts
        section = core.load_address[bits:] if core.load_map.address_bits > bits else Const(0, 1)
        m.d.comb += [
            rom.enable.eq(go & ~core.load_write),
            rom.write.eq(Cat(core.load_write & (section == part) for part in range(parts))),
            rom.write_address.eq(core.load_address[:bits]),
            rom.part.eq(core.load_data),
        ]
    with m.If(go):
        m.d.sync += [counter.eq(counter + 1), known.eq(1)]
    with m.If(restart | (go & known & word["jump"])):
        m.d.sync += counter.eq(0)
    with m.If(restart):
        m.d.sync += known.eq(0)
    word["known"] = known
    return word


def load_shifts(m: Module, core: SerialPorts) -> None:
    """A register for the shift of each layer that has one."""
    section, index = core.load_address[core.load_map.index_bits :], core.load_address[: core.load_map.index_bits]
    for i in core.load_map.shifts:
        stage = core.output_stages[i]
        held = Signal(
            len(stage.shift), name=f"shift{i}", init=core.numbers.loaded_shift(core.network, i), reset_less=True
        )
        with m.If(core.load_write & (section == core.load_map.parts) & (index == i)):
            m.d.sync += held.eq(core.load_data)
        m.d.comb += stage.shift.eq(held)


def filled(m: Module, validity: Value, restart: Value, stages: int) -> Value:
    """The word that is counted came from the program. Before it does, the counter holds what a memory without
    contents gave, and nobody waits for it.

    Args:
        m: the module that gets the gates.
        validity: whether the word that is fetched came from the program.
        restart: the program starts anew.
        stages: from there to the word that is counted.
    """
    for stage in range(stages):
        validity = register(m, validity & ~restart, f"filled_{stage}", reset=True)
    return validity


def take_frames(m: Module, core: SerialPorts, is_load: Value, last: Value, restart: Signal) -> None:
    """Frames and their lengths: a wrong one starts the program anew and is swallowed up to its end.

    Args:
        m: the module that gets the gates.
        core: the core whose port it is.
        is_load: the word in work waits for an input beat.
        last: that beat is a frame's last.
        restart: driven: the program starts anew.
    """
    discarding, error = Signal(), Signal()
    m.d.comb += [
        core.s_axis_tready.eq(is_load & ~ResetSignal()),
        core.frame_error.eq(error),
        restart.eq(_is_wrong(core, is_load, last, discarding)),
    ]
    with m.If(restart):
        m.d.sync += [discarding.eq(~core.s_axis_tlast), error.eq(1)]


def take_frames_or_hold(
    m: Module, core: SerialPorts, is_load: Value, last: Value, sent: Value, restart: Signal
) -> None:
    """The same of a loadable core: with `hold` no frame begins, and where none has begun, the program starts anew in
    every clock. `sent`: the last result of a frame is taken.

    Args:
        m: the module that gets the gates.
        core: the core whose ports they are.
        is_load: the word in work waits for an input beat.
        last: that beat is a frame's last.
        sent: the last result of a frame is taken.
        restart: driven: the program starts anew.
    """
    discarding, error, busy, parked, wrong = Signal(), Signal(), Signal(), Signal(), Signal()
    m.d.comb += [
        core.s_axis_tready.eq(is_load & ~parked & ~ResetSignal()),
        core.frame_error.eq(error),
        core.idle.eq(~busy),
        parked.eq(core.hold & ~busy),
        wrong.eq(_is_wrong(core, is_load, last, discarding)),
        restart.eq(wrong | parked),
    ]
    with m.If(is_load & core.s_axis_tvalid & ~parked):
        m.d.sync += busy.eq(1)
        with m.If(wrong):
            m.d.sync += [discarding.eq(~core.s_axis_tlast), error.eq(1), busy.eq(~core.s_axis_tlast)]
    with m.If(sent):
        m.d.sync += busy.eq(0)


def _is_wrong(core: SerialPorts, is_load: Value, last: Value, discarding: Value) -> Value:
    """This beat ends a frame too early or too late, or the rest of such a frame."""
    return is_load & core.s_axis_tvalid & ((last ^ core.s_axis_tlast) | (discarding & core.s_axis_tlast))


def write_elements(
    m: Module, core: SerialPorts, memory: DataMemory, total: Value, now: dict[str, Value], loads: Value, stores: Value
) -> None:
    """Input elements and stored results into the data memory, `write_behind` clocks later.

    Args:
        m: the module that gets the gates.
        core: the core whose elements they are.
        memory: the data memory.
        total: the accumulator.
        now: fields of the word in work.
        loads: an input element is accepted.
        stores: the word in work stores a result.
    """
    loaded: Value = _aligned(m, core, 0, core.s_axis_tdata[: input_bits(core.network)], "input")
    flags = Value.cast(Cat(loads, loads | stores))
    address, layer = now["address"], now.get("layer")
    for clock in range(core.numbers.write_behind):
        flags = register(m, flags, f"write_{clock}", reset=True)
        loaded = register(m, loaded, f"loaded_{clock}")
        address = register(m, address, f"write_address_{clock}")
        layer = None if layer is None else register(m, layer, f"write_layer_{clock}")
    element = Signal(memory.width)
    results = []
    for i, stage in enumerate(core.output_stages[:-1]):
        m.submodules[f"border{i}"] = stage
        m.d.comb += [stage.enable.eq(1), stage.total.eq(total.as_signed())]
        # as late as the slowest stage's
        result = delayed(m, stage.result, f"result{i}", core.numbers.write_behind - stage.latency)
        results.append(_aligned(m, core, i + 1, result, f"result{i}"))
    if layer is None:
        m.d.comb += [element.eq(result) for result in results]
    else:
        with m.Switch(layer):
            for i, result in enumerate(results):
                with m.Case(i) if i < len(results) - 1 else m.Default():
                    m.d.comb += element.eq(result)
    with m.If(flags[0]):
        m.d.comb += element.eq(loaded)
    m.d.comb += [memory.write.eq(flags[1]), memory.write_address.eq(address), memory.element.eq(element)]


def _aligned(m: Module, core: SerialPorts, i: int, code: Value, name: str) -> Value:
    """A code of layer i's inputs as the data memory keeps it: magnitude in the high bits, the sign above it."""
    layer = core.numbers.ranges[i].layer
    n = layer.resolution_bits
    if not layer.signed_inputs:
        return Value.cast(Cat(code[:n] << (core.numbers.n - n))[: core.numbers.n])
    split = with_sign_above(m, f"magnitude_{name}", code.as_signed(), n)
    aligned = Signal(core.numbers.n + 1, name=f"aligned_{name}")
    m.d.comb += aligned.eq(Cat((split[:n] << (core.numbers.n - n))[: core.numbers.n], split[n]))
    return aligned
