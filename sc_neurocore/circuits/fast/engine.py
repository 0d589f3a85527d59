"""A circuit on batches: its streams of codes, its instructions, and the threads that share out the samples."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...accel.executor import ProgramCache
from ...accel.jit import require_compiler
from ...accel.packed.streams import packed_streams, word_count
from ...accel.threads import for_slices, slices, thread_count
from ...spec.circuit import CircuitSpec
from .instructions import CodedStream, Program, lower
from .interpreter import execute
from .words import deposit_table

ALL_CODES_WORDS = 2**16
"""Words of the streams of all codes of an input up to which they are made once a circuit: half a megabyte."""
CHUNK_WORDS = 2**22
"""Words of the streams of some samples that are held at a time: 32 megabytes."""
SAMPLES = 64
"""Of a thread, at least: fewer are done before a thread is there."""
_cache = ProgramCache()


class _Prepared(NamedTuple):
    """What is made once a circuit."""

    program: Program
    deposit: np.ndarray
    fixed: np.ndarray
    """Streams that depend on no sample, uint64 `(rows, words + 1)`."""
    row_of_stream: dict[int, int]
    """Row of `fixed` at which the streams of one code begin: its only stream, or those of all codes in their order."""


def run(circuit: CircuitSpec, codes: np.ndarray) -> dict[str, np.ndarray]:
    """Outputs of a circuit; equal to `reference.run` in every bit.

    Args:
        circuit: its description.
        codes: checked int64 codes `(batch, inputs)`.

    Returns:
        As `engines.run`.

    Raises:
        ToolError: Numba is told to compile nothing.
    """
    require_compiler("engine fast")
    prepared = _cache.of(circuit.sha256, lambda: _prepare(circuit))
    varying = len(prepared.program.coded_streams) - len(prepared.row_of_stream)
    chunk = CHUNK_WORDS // (varying * prepared.fixed.shape[1]) if varying else len(codes)
    some = list(slices(len(codes), max(1, chunk))) or [slice(0, 0)]
    parts = [_run_chunk(circuit, prepared, codes[each]) for each in some]
    return _results(circuit, *(np.concatenate(each, axis=1) for each in zip(*parts)))


def _prepare(circuit: CircuitSpec) -> _Prepared:
    program = lower(circuit)
    n, words = circuit.resolution_bits, word_count(circuit.stream_length) + 1
    constants = {each.name: each.code for each in circuit.constants}
    rows: list[np.ndarray] = [np.zeros((0, words), dtype=np.uint64)]
    row_of_stream: dict[int, int] = {}
    for i, coded in enumerate(program.coded_streams):
        if coded.code in constants:
            present = np.array([constants[coded.code]])
        elif 2**n * words <= ALL_CODES_WORDS:
            present = np.arange(2**n)
        else:
            continue
        row_of_stream[i] = sum(map(len, rows))
        rows.append(_streams(circuit, coded, present))
    return _Prepared(program, deposit_table(), np.concatenate(rows), row_of_stream)


def _streams(circuit: CircuitSpec, coded: CodedStream, codes: np.ndarray) -> np.ndarray:
    """The packed streams of some codes, and a word behind each, `(codes, words + 1)`."""
    streams = packed_streams(coded.generator, codes[:, None], circuit.resolution_bits, 0, circuit.stream_length)
    return np.pad(streams[:, 0], ((0, 0), (0, 1)))


def _run_chunk(
    circuit: CircuitSpec, prepared: _Prepared, codes: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts, packed streams and states of some samples, `(outputs, samples, ...)` each."""
    program, table, length = prepared.program, [prepared.fixed], circuit.stream_length
    rows = np.zeros((len(program.coded_streams), len(codes)), dtype=np.int64)
    input_of = {each.name: i for i, each in enumerate(circuit.inputs)}
    for i, coded in enumerate(program.coded_streams):
        if i not in prepared.row_of_stream:
            present, place = np.unique(codes[:, input_of[coded.code]], return_inverse=True)
            rows[i] = place + sum(map(len, table))
            table.append(_streams(circuit, coded, present))
        elif coded.code in input_of:
            rows[i] = codes[:, input_of[coded.code]] + prepared.row_of_stream[i]
        else:
            rows[i] = prepared.row_of_stream[i]
    all_streams = np.concatenate(table) if len(table) > 1 else prepared.fixed
    counts = np.zeros((program.count_slots.size, len(codes)), dtype=np.int64)
    streams = np.zeros((program.stream_slots.size, len(codes), word_count(length)), dtype=np.uint64)
    states = np.zeros((program.state_slots.size, len(codes)), dtype=np.int64)

    def work(start: int, stop: int) -> None:
        inputs = *program[:7], prepared.deposit, all_streams, rows, program.slots, length
        outputs = program.count_slots, counts, program.stream_slots, streams, program.state_slots, states
        execute(*inputs, *outputs, start, stop)

    for_slices(work, len(codes), max(SAMPLES, -(-len(codes) // (2 * thread_count()))))
    return counts, streams, states


def _results(
    circuit: CircuitSpec, counts: np.ndarray, streams: np.ndarray, states: np.ndarray
) -> dict[str, np.ndarray]:
    rows = {"count": iter(counts), "state": iter(states), "stream": iter(streams)}
    results = {}
    for output in circuit.outputs:
        row = next(rows[output.read])
        if output.read == "stream":
            octets = row.astype("<u8").view(np.uint8).reshape(len(row), 8 * row.shape[1])
            row = np.unpackbits(octets, axis=1, count=circuit.stream_length, bitorder="little")
        results[output.name] = row
    return results
