"""What a serial core writes into its data memory: input codes and stored results, all aligned alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amaranth.hdl import Cat, Module, Signal, Value

from ...components.activation.loadable_output_stage import LoadableOutputStage
from ...components.activation.output_stage import OutputStage
from ...components.arithmetic.sign_magnitude import SignMagnitude
from ...components.memory.data_memory import DataMemory

if TYPE_CHECKING:
    from .core import SerialCore


def write_elements(
    m: Module, core: SerialCore, memory: DataMemory, total: Value, now: dict[str, Value], loads: Value, stores: Value
) -> None:
    """Input elements and stored results into the data memory, `write_behind` clocks later."""
    loaded: Value = _aligned(m, core, 0, core.s_axis_tdata[: core.input_bits], "input")
    flags = Value.cast(Cat(loads, loads | stores))
    address, layer = now["address"], now.get("layer")
    for clock in range(core.write_behind):
        flags = _held(m, flags, f"write_{clock}", reset=True)
        loaded = _held(m, loaded, f"loaded_{clock}")
        address = _held(m, address, f"write_address_{clock}")
        layer = None if layer is None else _held(m, layer, f"write_layer_{clock}")
    element = Signal(memory.width)
    results = []
    for i, border in enumerate(core.borders[:-1]):
        m.submodules[f"border{i}"] = border
        m.d.comb += [border.enable.eq(1), border.total.eq(total.as_signed())]
        results.append(_aligned(m, core, i + 1, _waiting(m, core, i, border), f"result{i}"))
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


def _held(m: Module, value: Value, name: str, *, reset: bool = False) -> Value:
    held = Signal(len(value), name=name, reset_less=not reset)
    m.d.sync += held.eq(value)
    return held


def _waiting(m: Module, core: SerialCore, i: int, border: OutputStage | LoadableOutputStage) -> Value:
    """The border's result, as late as the slowest border's."""
    result: Value = border.result
    for clock in range(core.write_behind - border.latency):
        held = Signal(result.shape(), name=f"result{i}_{clock}", reset_less=True)
        m.d.sync += held.eq(result)
        result = held
    return result


def _aligned(m: Module, core: SerialCore, i: int, code: Value, name: str) -> Value:
    """A code of layer i's inputs as the data memory keeps it: magnitude in the high bits, the sign above it."""
    layer = core.totals[i].layer
    n = layer.resolution_bits
    if not layer.signed_inputs:
        return Value.cast(Cat(code[:n] << (core.n - n))[: core.n])
    split = SignMagnitude(n)
    m.submodules[f"magnitude_{name}"] = split
    m.d.comb += split.code.eq(code.as_signed())
    aligned = Signal(core.n + 1, name=f"aligned_{name}")
    m.d.comb += aligned.eq(Cat((split.magnitude << (core.n - n))[: core.n], split.negative))
    return aligned
