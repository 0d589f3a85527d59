"""The pace of samples that nobody holds up: neither slower nor, at the end of a long run, faster than stated."""

from __future__ import annotations

import pytest

from sc_neurocore.cosim.testplan.script import COURSE, FULL_PACE, Frame, Record, Script, Segment, SegmentRecord
from sc_neurocore.cosim.verdict.pace import pace_findings

SAMPLE = Frame([1, 2])


def findings(name, ends, *, frames=1, interval=5, **how):
    parts = how.pop("parts", [SAMPLE] * len(ends))
    segment = Segment(name, parts, list(range(len(ends) // frames)), 1, **how)
    record = Record(segments=[SegmentRecord(name, last_beat_cycles=list(ends))])
    return pace_findings(Script([segment], 0, 10), record, interval)


@pytest.mark.parametrize("name", ["any", FULL_PACE])
def test_a_pace_that_is_kept_is_right(name):
    assert findings(name, [3, 5, 8, 13, 18]) == []  # the first samples only fill the core


@pytest.mark.parametrize("name", ["any", FULL_PACE])
@pytest.mark.parametrize("ends", [[3, 8, 14], [3, 9, 14, 19]])
def test_a_clock_too_many_is_found(name, ends):
    assert findings(name, ends) == ["samples without a stall came in 6 cycles apart; the manifest says 5"]


def test_a_clock_too_few_is_found_where_the_core_is_full():
    assert findings(FULL_PACE, [3, 8, 12]) == ["samples at full pace came in 4 cycles apart; the manifest says 5"]
    assert findings("any", [3, 8, 12]) == []


def test_a_core_whose_results_keep_the_pace_may_take_in_samples_faster_until_it_is_full():
    """Network 265 of the regression: its first layer takes 70 clocks, its last one 72."""
    segment = Segment(FULL_PACE, [SAMPLE] * 3, [0, 1, 2], 6)
    for outputs, passes in (([5, 6, 10, 11, 15, 16], True), ([5, 6, 10, 11, 14, 15], False)):
        record = Record(segments=[SegmentRecord(FULL_PACE, last_beat_cycles=[3, 7, 11], output_cycles=outputs)])
        assert (pace_findings(Script([segment], 0, 10), record, 5) == []) is passes


def test_of_an_upper_bound_a_faster_core_is_right():
    segment = Segment(FULL_PACE, [SAMPLE] * 3, [0, 1, 2], 1)
    script = Script([segment], 0, 10)
    record = Record(segments=[SegmentRecord(FULL_PACE, last_beat_cycles=[3, 8, 12])])
    assert pace_findings(script, record, 5, exact=False) == []
    assert pace_findings(script, record, 4, exact=False) != []


def test_the_last_frame_of_a_sample_counts():
    assert findings("any", [1, 3, 5, 6, 8, 10], frames=3) == []
    assert findings("any", [1, 3, 5, 6, 8, 11], frames=3) != []


@pytest.mark.parametrize(
    "how",
    [
        {"stall": True},
        {"hold": True},
        {"turns": [0, 1]},
        {"beside": True},
        {"parts": [SAMPLE, Frame([1], good=False), SAMPLE]},
        {"parts": [SAMPLE, Frame([1, 2, 3, 4], load=True), SAMPLE]},
        {"parts": [SAMPLE] * 4},  # the bench has not kept all of them
    ],
)
def test_what_holds_samples_up_does_not_count(how):
    assert findings("any", [3, 30, 60], **how) == []


def test_what_is_drawn_does_not_count():
    assert findings(COURSE, [3, 30, 60]) == []
