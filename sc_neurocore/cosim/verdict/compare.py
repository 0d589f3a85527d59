"""Holds what a bench recorded against what the model says. Nothing compared, nothing proved: that is a FAIL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...rtl.plan.supported import on_maps
from ...spec.network import NetworkSpec
from ..design import Design, place_of
from ..testplan.script import LONE, MAIN, Record, Script, Segment, SegmentRecord
from .first_results import early_results
from .judge import beat_array, decoded, judge
from .pace import pace_findings
from .streams import Streams, judge_streams, stream_latency


@dataclass
class Comparison:
    """The findings; `passed` only if values were compared and nothing at all was found."""

    values_compared: int = 0
    """Outputs of the main run that were compared."""
    episode_values_compared: int = 0
    mismatches: int = 0
    first_mismatch: dict[str, Any] | None = None
    reasons: list[str] = field(default_factory=list)
    """Everything that speaks against the core, in words, the most telling first."""

    @property
    def passed(self) -> bool:
        """Whether the core did everything right that was looked at."""
        return not self.reasons and not self.mismatches and self.values_compared > 0


def compare(
    network: Design,
    script: Script,
    record: Record,
    expected: np.ndarray,
    *,
    latency: int | None = None,
    interval: int | None = None,
    streams: Streams | None = None,
) -> Comparison:
    """Compare every output beat with the model.

    Args:
        network: gives the width and signedness of an element.
        script: what was driven.
        record: what came out.
        expected: the model's outputs, one row per sample, of the main run and then of the episodes.
        latency: clock cycles that the core's manifest states; None where nobody stated any.
        interval: likewise, from one sample's last result to the next one's when inputs never wait.
        streams: of a circuit: what its streams must be.
    """
    findings = Comparison()
    if record.fault is not None:
        findings.reasons.append(record.fault)
    port = -(-network.output_width // 8) * 8 * script.output_elements
    if streams is not None:
        _compare_streams(script, record, streams, findings)
    if record.output_bits is not None and record.output_bits != port:
        findings.reasons.append(f"m_axis_tdata is {record.output_bits} bits wide, must be {port}")
    values = expected.reshape(len(expected), int(np.prod(expected.shape[1:])))
    beats = -(-network.input.features // script.input_elements)
    for segment, outcome in zip(script.segments, record.segments, strict=False):
        bits = record.output_bits or port
        _compare_segment(network, segment, outcome, values, (bits, script.output_elements), findings)
        if outcome.finished and not outcome.error_after and _is_broken(segment, outcome.beats_accepted, beats):
            reason = "frame_error is low after a frame of a wrong length"
            findings.reasons.append(f"segment {segment.name!r}: {reason}")
    if record.fault is None and len(record.segments) < len(script.segments):
        findings.reasons.append("the run ended before all of it was driven")
    if latency is not None and record.fault is None:
        _compare_latency(network, script, record, latency, findings)
    if not findings.reasons:  # a wrong latency, and a run that broke off, are said already
        findings.reasons += early_results(network, script, record.segments, latency)
    if interval is not None and record.fault is None:
        is_exact = isinstance(network, NetworkSpec) and not on_maps(network)
        findings.reasons += pace_findings(script, record, interval, exact=is_exact)
    if findings.mismatches and findings.first_mismatch is not None:
        findings.reasons.insert(0, _explained(findings))
    if not findings.values_compared:
        findings.reasons.append("no output value was compared")
    return findings


def _compare_streams(script: Script, record: Record, streams: Streams, findings: Comparison) -> None:
    for segment, judged in judge_streams(script, record, streams):
        findings.reasons += [f"segment {segment.name!r}: {reason}" for reason in judged.reasons]
        findings.mismatches += judged.mismatches
        findings.first_mismatch = findings.first_mismatch or judged.mismatch
        if segment.name == MAIN:
            findings.values_compared += judged.compared
        else:
            findings.episode_values_compared += judged.compared
    measured = stream_latency(script, record)
    if streams.latency is not None and measured not in (None, streams.latency):
        findings.reasons.append(f"the streams began after {measured} cycles; the manifest says {streams.latency}")


def _compare_segment(
    network: Design,
    segment: Segment,
    outcome: SegmentRecord,
    values: np.ndarray,
    port: tuple[int, int],
    findings: Comparison,
) -> None:
    """`port`: bits of the output port, and elements of a beat."""

    def add_reason(text: str) -> None:
        findings.reasons.append(f"segment {segment.name!r}: {text}")

    neurons, elements = network.output_neurons, port[1]
    bits = port[0] // elements
    expected = values[segment.samples].reshape(-1)
    judged = outcome.judged or judge(
        beat_array(outcome.beats, *port), expected, bits, signed=network.output_signed, neurons=neurons
    )
    if segment.name == MAIN:
        findings.values_compared += judged.compared
    else:
        findings.episode_values_compared += judged.compared
    findings.mismatches += judged.mismatches
    if judged.first is not None and findings.first_mismatch is None:
        index, data, cycle = judged.first
        sample, place = divmod(index, values.shape[1])
        findings.first_mismatch = {
            "sample": segment.samples[sample],
            **place_of(network, place % neurons),
            "expected": int(expected[index]),
            "got": decoded(data, bits, network.output_signed),
            "segment": segment.name,
            "cycle": cycle,
        }
        if network.output_shape(1)[1:-1]:
            findings.first_mismatch["time_step"] = place // neurons
    if judged.wrong_last is not None:
        index, flag = judged.wrong_last
        beat, beats = index // elements, neurons // elements
        add_reason(f"m_axis_tlast is {'X' if flag is None else flag} on output beat {beat}, with {beats} beats a frame")
    if judged.beats > len(expected):
        more, beats = (judged.beats - len(expected)) // elements, len(expected) // elements
        add_reason(f"{more} output beats more than the {beats} of its samples")
    elif outcome.finished and judged.beats < segment.expected_beats * elements:
        missing = segment.expected_beats - judged.beats // elements
        add_reason(f"{missing} of {segment.expected_beats} output beats are missing")
    if outcome.error_before:
        add_reason("frame_error was high though every frame so far had the right length")
    for violation in outcome.violations[:1]:
        add_reason(violation)


def _is_broken(segment: Segment, accepted: int, beats: int) -> bool:
    """Whether a frame of more or less than `beats` was among what was accepted, so far that it could be told."""
    before, all_of_it = 0, segment.cut_after_beats is None and segment.cut_after_valid is None
    for frame in segment.frames:
        detection = before + min(len(frame.beats), beats)
        before += len(frame.beats)
        if not frame.good and not frame.load and (accepted > detection or (all_of_it and accepted >= detection)):
            return True
    return False


def _compare_latency(network: Design, script: Script, record: Record, latency: int, findings: Comparison) -> None:
    measured = measured_latency(script, record, each_step=len(network.output_shape(1)) == 3)
    if measured is not None and measured != latency:
        findings.reasons.append(f"the first output came after {measured} cycles; the manifest says {latency}")


def measured_latency(script: Script, record: Record, *, each_step: bool = False) -> int | None:
    """Cycles from the acceptance of a lone sample's last beat to its first valid output, the core idle before.

    `each_step`: the outputs of every time step leave by themselves, so the first frame's last beat counts; None where
    the bench did not note it.

    Args:
        script: what was driven.
        record: what came out.
        each_step: the outputs of every time step leave by themselves, so the first frame's last beat counts.
    """
    for segment, outcome in zip(script.segments, record.segments, strict=False):
        if segment.name == LONE and outcome.first_valid_cycle is not None and outcome.last_beat_cycles:
            if not each_step:
                return outcome.first_valid_cycle - outcome.last_beat_cycles[-1]
            if len(outcome.last_beat_cycles) == len(segment.frames):
                return outcome.first_valid_cycle - outcome.last_beat_cycles[0]
    return None


def _explained(findings: Comparison) -> str:
    mismatch = findings.first_mismatch
    assert mismatch is not None  # there are mismatches, so there is a first one
    got = "X" if mismatch["got"] is None else mismatch["got"]
    names = {"time_step": "time step", "layer": "layer", "neuron": "neuron", "output": "output", "position": "position"}
    place = "".join(f", {name} {mismatch[key]}" for key, name in names.items() if key in mismatch)
    total = findings.values_compared + findings.episode_values_compared
    return (
        f"{findings.mismatches} of {total} values differ, first: sample {mismatch['sample']}{place}: "
        f"expected {mismatch['expected']}, got {got}"
    )
