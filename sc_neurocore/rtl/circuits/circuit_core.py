# amaranth: UnusedElaboratable=no
"""The core of a circuit: a frame of codes in, streams past the ports, a frame of numbers out."""

from __future__ import annotations

from amaranth.hdl import Cat, Const, Module, ResetSignal, Signal, Value

from ...spec.circuit import CircuitSpec, CodedOperator
from ..components.block import Block, connect_ports
from ..components.memory.element_buffers import ElementBuffer
from ..components.ports.core_ports import STREAM
from ..components.ports.input_frames import FrameReader
from ..components.signals import register
from ..plan.timing import CoreTiming
from .evaluation import EvaluationSequencer, ResultFrame, StreamBank
from .make import make_operator
from .operator import Operator
from .ports import STREAM_VALID, bit_port, circuit_ports, circuit_timing


class CircuitCore(Block):
    """Function    one frame of codes in, one evaluation of L positions, one frame of numbers out (where any are read).

    Structure   reader → buffer → codes → streams → operators, each reading those before it in the same clock → ports
                and numbers. The buffer takes the next frame while an evaluation runs. An evaluation starts in the
                first clock in which a frame is there and the one before, with its output frame, is through.
    Latency     `circuit_timing`, also stated in the manifest.
    Throughput  one position a clock; the same.
    Reset       `rst`, synchronous: drops all frames and state. `tready`, `tvalid` and `stream_valid` are low under it.

    Ports
        as `ports.circuit_ports`

    Args:
        circuit: what to build.
    """

    def __init__(self, circuit: CircuitSpec) -> None:
        self.circuit = circuit
        super().__init__(circuit_ports(circuit))

    @property
    def timing(self) -> CoreTiming:
        """Clocks of an evaluation."""
        return circuit_timing(self.circuit)

    def build(self, m: Module) -> None:
        circuit = self.circuit
        m.submodules.sequencer = sequencer = EvaluationSequencer(circuit.stream_length)
        start = Signal()
        codes = self._codes(m, start)
        m.d.comb += [
            sequencer.start.eq(start),
            getattr(self, STREAM_VALID).eq(sequencer.positions & ~ResetSignal()),
        ]
        streams = self._streams(m, sequencer, codes)
        operators = self._operators(m, sequencer, codes, streams)
        for output in circuit.stream_outputs:
            m.d.comb += getattr(self, bit_port(output.name)).eq(streams[output.of])
        waits: Value = Const(0, 1)
        if circuit.frame_outputs:
            waits = self._results(m, sequencer, streams, operators)
        m.d.comb += start.eq(m.submodules.buffer.full & ~sequencer.busy & ~waits)

    def _codes(self, m: Module, start: Signal) -> dict[str, Value]:
        """The codes by name: of inputs the ones that stood in the buffer at `start`, for the whole evaluation."""
        circuit, n = self.circuit, self.circuit.resolution_bits
        m.submodules.reader = reader = FrameReader(len(circuit.inputs), n)
        m.submodules.buffer = buffer = ElementBuffer(len(circuit.inputs), n)
        connect_ports(m, self, reader, STREAM, "s_axis_")
        m.d.comb += [
            self.frame_error.eq(reader.error),
            reader.ready.eq(buffer.vacant),
            buffer.push.eq(reader.push),
            buffer.data.eq(reader.data),
            buffer.commit.eq(reader.commit),
            buffer.vacate.eq(start),
        ]
        names_in_use = self._used()
        codes: dict[str, Value] = {each.name: Const(each.code, n) for each in circuit.constants}
        for i, each in enumerate(circuit.inputs):
            if each.name in names_in_use:
                codes[each.name] = register(m, buffer.elements.word_select(i, n), f"code{i}", enable=start)
        return codes

    def _used(self) -> set[str]:
        """Names of inputs and constants that something reads; the others keep their beat and cost no gates."""
        circuit = self.circuit
        names = {name for node in circuit.nodes for name in node.of} | {output.of for output in circuit.outputs}
        return names | {node.code for node in circuit.nodes if isinstance(node, CodedOperator)}

    def _streams(self, m: Module, sequencer: EvaluationSequencer, codes: dict[str, Value]) -> dict[str, Value]:
        """The streams of the codes that are read as streams, by name."""
        circuit = self.circuit
        stream_names = {name for node in circuit.nodes for name in node.of} | {output.of for output in circuit.outputs}
        coded = [each for each in circuit.coded if each.name in stream_names]
        generators = [each.generator for each in coded if each.generator is not None]
        assert len(generators) == len(coded), "a code without a stream is read as one"
        if not coded:
            return {}
        m.submodules.streams = bank = StreamBank(circuit.resolution_bits, generators)
        m.d.comb += [
            bank.restart.eq(sequencer.start),
            bank.enable.eq(sequencer.words),
            bank.codes.eq(Cat(codes[each.name] for each in coded)),
        ]
        return {each.name: bank.bits[i] for i, each in enumerate(coded)}

    def _operators(
        self, m: Module, sequencer: EvaluationSequencer, codes: dict[str, Value], streams: dict[str, Value]
    ) -> dict[str, Operator]:
        """The operators by name; their outputs join `streams`."""
        operators: dict[str, Operator] = {}
        for i, node in enumerate(self.circuit.nodes):
            operator = make_operator(node, self.circuit.resolution_bits)
            m.submodules[f"node{i}"] = operators[node.name] = operator
            m.d.comb += operator.bits.eq(Cat(streams[name] for name in node.of))
            if operator.stateful:
                m.d.comb += [operator.clear.eq(sequencer.clear), operator.enable.eq(sequencer.positions)]
            if isinstance(node, CodedOperator):
                m.d.comb += operator.code.eq(codes[node.code])
            for place, name in enumerate(node.output_names):
                streams[name] = operator.out[place]
        return operators

    def _results(
        self,
        m: Module,
        sequencer: EvaluationSequencer,
        streams: dict[str, Value],
        operators: dict[str, Operator],
    ) -> Value:
        """Connect the output frame; whether one waits."""
        outputs = self.circuit.frame_outputs
        follows = [output.read == "state" for output in outputs]
        m.submodules.results = results = ResultFrame(follows, width := self.circuit.frame_bits)
        m.d.comb += [
            results.clear.eq(sequencer.clear),
            results.enable.eq(sequencer.positions),
            results.last.eq(sequencer.last),
            results.bits.eq(
                Cat(Const(0, 1) if state else streams[o.of] for o, state in zip(outputs, follows, strict=True))
            ),
            results.tready.eq(self.m_axis_tready),
        ]
        if any(follows):
            states = [operators[o.of].following for o, state in zip(outputs, follows, strict=True) if state]
            m.d.comb += results.states.eq(
                Cat(Cat(state, Const(0, width - len(state))) if len(state) < width else state for state in states)
            )
        for name in ("tdata", "tvalid", "tlast"):
            m.d.comb += getattr(self, f"m_axis_{name}").eq(getattr(results, name))
        return results.full
