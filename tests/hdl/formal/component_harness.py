"""Components of cores with monitors around them: what is in `hdl/formal/parts`, and which component goes into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from amaranth.hdl import Elaboratable, Shape
from support.oracle.network import word

from sc_neurocore.rtl.components.arithmetic.accumulators import Accumulator, RestartingAccumulator
from sc_neurocore.rtl.components.memory.element_buffers import ElementBuffer, ElementMemory
from sc_neurocore.rtl.components.ports.input_frames import FrameReader, NumberedReader, StepRepeater
from sc_neurocore.rtl.components.ports.output_frames import FrameWriter, MapWriter, ResultShifter, RowCollector
from sc_neurocore.rtl.components.streams.sources import LfsrFullSource, LfsrSource, SobolSource
from sc_neurocore.rtl.control.axi_lite import AxiLiteSlave
from sc_neurocore.rtl.control.registers import CoreFacts, register_map
from sc_neurocore.rtl.emit.verilog import verilog_text
from sc_neurocore.rtl.loading.load_gates import LoadDecoder, LoadInterlock, StreamLoader

PARTS = Path(__file__).parents[3] / "hdl" / "formal" / "parts"


class Part(NamedTuple):
    """A component, the file of its harness, and what is proved of it; bug number i + 1 breaks property i."""

    make: Callable[[], Elaboratable]
    harness: str
    properties: dict[str, str]
    constants: dict[str, int] = {}
    others: Callable[[], dict[str, str]] = dict
    """Further texts, such as tables."""


_READER = {
    "push": "an element is handed on exactly with each accepted beat of a frame that is not known to be wrong",
    "commit": "a frame is committed exactly with the last beat of one of the right length",
    "error": "error is high exactly from a frame of a wrong length on, until reset",
}
_BUFFER = {
    "state": "it is exactly one of vacant, reserved and full, as the strobes say",
    "data": "once full, it holds what was pushed last, in order",
}
_SOURCE = {"word": "the word is the sequence's at its position, and position 0 comes after restart"}


def _sequence(kind: dict[str, Any], n: int) -> Callable[[], dict[str, str]]:
    """A table of u(t) over a period, from streams that the outside oracle counts."""

    def text() -> dict[str, str]:
        words = [word(kind, n, t) for t in range(2**n)]
        lines = [f"module sequence_of (input [{n - 1}:0] place, output reg [{n - 1}:0] word);", "  always @*"]
        lines += ["    case (place)", *(f"      {n}'d{t}: word = {n}'d{u};" for t, u in enumerate(words))]
        return {"sequence.v": "\n".join([*lines, "    endcase", "endmodule", ""])}

    return text


_FACTS = CoreFacts(
    name="tiny",
    sha256="0" * 64,
    loadable=False,
    initialised=True,
    load_words=0,
    input_elements=2,
    input_bits=2,
    input_signed=False,
    output_elements=1,
    output_bits=4,
    output_signed=True,
    time_steps=1,
    repeat=False,
    sums_steps=False,
)

COMPONENTS: dict[str, Part] = {
    "frame reader": Part(lambda: FrameReader(3, 2, observed=True), "frame_reader.v", _READER, {"LENGTH": 3}),
    "frame reader of one beat": Part(
        lambda: FrameReader(1, 2, observed=True), "frame_reader.v", _READER, {"LENGTH": 1}
    ),
    "numbered reader": Part(
        lambda: NumberedReader(3, 2),
        "numbered_reader.v",
        {
            "push": "an element is handed on with its number exactly with each beat of a frame not known to be wrong",
            "last": "`last` comes exactly with the beat that completes a frame of the right length",
            "abandon": "`abandon` comes exactly with the beat by which a frame turns out to be wrong",
            "error": _READER["error"],
        },
        {"LENGTH": 3},
    ),
    "step repeater": Part(
        lambda: StepRepeater(3),
        "step_repeater.v",
        {"vacate": "`vacate` comes exactly with every third read after reset"},
    ),
    "frame writer": Part(
        lambda: FrameWriter(2, Shape(3, signed=True)),
        "frame_writer.v",
        {
            "stable": "a beat that waits stays as it is",
            "last": "tlast comes with the second beat of a frame alone",
            "value": "the beats are the results that were pushed, sign-extended, in order",
            "state": "it is vacant exactly when nothing is reserved or to be sent",
        },
    ),
    "map writer": Part(
        lambda: MapWriter(2, 1, Shape(3, signed=True)),
        "map_writer.v",
        {
            "stable": "a beat that waits stays as it is",
            "last": "tlast comes with the last row of a map alone",
            "value": "the beats are the results that were pushed, in order",
            "held": "no row is taken without room for it",
        },
    ),
    "row collector": Part(
        lambda: RowCollector(3),
        "row_collector.v",
        {
            "complete": "`complete` comes exactly with every third committed row",
            "state": "a row is reserved from `reserve` to `commit`, and none is vacant meanwhile",
        },
    ),
    "element buffer": Part(lambda: ElementBuffer(2, 2), "element_buffer.v", _BUFFER),
    "element memory": Part(lambda: ElementMemory(2, 2), "element_memory.v", _BUFFER),
    "result shifter": Part(
        lambda: ResultShifter(3, Shape(2)),
        "result_shifter.v",
        {"first": "after a load the totals come lane by lane, one for each shift"},
    ),
    "load interlock": Part(
        lambda: LoadInterlock(2, 1, 3),
        "load_interlock.v",
        {
            "idle": "idle is high exactly if no sample has begun and all results of those before are taken",
            "stop": "no sample begins while `hold`, and none that has begun is stopped",
        },
    ),
    "load decoder": Part(
        lambda: LoadDecoder(3, 3),
        "load_decoder.v",
        {
            "complete": "a load is complete exactly if it had three data words, whatever stood before it",
            "address": "data words are written at the address that was told last, counted up by one each",
        },
    ),
    "stream loader": Part(
        lambda: StreamLoader(SimpleNamespace(address_bits=2, words=2), initialised=False),
        "stream_loader.v",
        {
            "loaded": "loaded is high exactly from an image of two whole data words to the first word of the next load",
            "refused": "load_error is high exactly from another load on, until a good one or reset",
            "kept_apart": "beats of a load come in while the core is idle alone, and never reach it",
            "swallowed": "frames of codes before a load are swallowed, and frame_error says so until reset",
            "write": "a data word is written with its fourth byte, as it came",
        },
    ),
    "axi-lite port": Part(
        lambda: AxiLiteSlave(register_map(_FACTS)),
        "axi_lite.v",
        {
            "answer": "each write and each read is answered once, and nothing else is",
            "read": "a register reads as it was when its address came; none reads at addresses without one",
            "write": "a write is done once, whole, where it may be, and only then answered by OKAY",
            "held": "an answer that waits stays as it is",
        },
    ),
    "accumulator": Part(
        lambda: Accumulator(3, 4),
        "accumulator.v",
        {"total": "the total is the exact sum of the counts, as long as four are: it cannot wrap"},
        {"COUNT": 2, "TOTAL": 4, "LENGTH": 4, "MOST": 3, "SIGNED": 0},
    ),
    "signed accumulator": Part(
        lambda: Accumulator(3, 4, with_signs=True),
        "accumulator.v",
        {"total": "the total is the exact sum of the counts, as long as four are: it cannot wrap"},
        {"COUNT": 3, "TOTAL": 5, "LENGTH": 4, "MOST": 3, "SIGNED": 1},
    ),
    "restarting accumulator": Part(
        lambda: RestartingAccumulator(2, 6, with_signs=True),
        "restarting_accumulator.v",
        {"sum": "the sum is that of the signed products since `clear`, modulo 2^6"},
    ),
    **{
        f"lfsr of {n} bits": Part(
            lambda n=n: LfsrSource(n, 1),
            "nonzero.v",
            {"zero": "from the first restart on the word is never 0"},
            {"N": n},
        )
        for n in (2, 5, 8, 12, 16)
    },
    "full lfsr of 4 bits": Part(
        lambda: LfsrFullSource(4, 5),
        "source.v",
        _SOURCE,
        {"N": 4},
        _sequence({"kind": "lfsr_full", "seed": 5}, 4),
    ),
    "sobol source of 4 bits": Part(
        lambda: SobolSource(4, 3), "source.v", _SOURCE, {"N": 4}, _sequence({"kind": "sobol", "dimension": 3}, 4)
    ),
}


def component_sources(name: str, bug: str | None) -> dict[str, str]:
    """The texts of a component's harness, whose top module is `harness`.

    Args:
        name: of the component.
        bug: of which property; None: the component as it is.
    """
    part = COMPONENTS[name]
    number = 0 if bug is None else 1 + list(part.properties).index(bug)
    text = (PARTS / part.harness).read_text(encoding="utf-8")
    for key, value in (part.constants | {"BUG": number}).items():
        before = f"localparam {key} = 0;"
        assert text.count(before) == 1, (name, key)
        text = text.replace(before, f"localparam {key} = {value};")
    return {"part.v": verilog_text(part.make(), "part"), **part.others(), "harness.v": text}
