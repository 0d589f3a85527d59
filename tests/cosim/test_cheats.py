"""A few of the hall of cheats, and the committed result of all of them (`make cheats`)."""

from __future__ import annotations

import json

import pytest
from cosim.cheats import ALL, HALL, RESULT, RIGHT, fingerprint, fits, play
from cosim.hall.cheat_kinds import Cheat
from support.verilog.simulators import QUICK

DRAWN = (
    ("serial", "ignores a reset while an output waits"),
    ("column", "looks at an idle tlast within a frame"),
    ("axi-lite", "static registers read 12345"),
    ("axi-lite", "a missing byte clears all the same"),
    ("loadable", "a bit of the load is lost"),
    ("loadable", "loaded falls with a reset"),
    ("loadable", "a load of less than a word is whole"),
    ("axi-lite", "a read asked while an answer waits is lost"),
    ("axi-lite", "keeps the address of a write over a reset"),
    ("axi-lite", "what is read beside a write is wrong"),
    ("registers", "a core without weights takes samples"),
    ("deep", "code 6 of hidden neuron 3 is read as 7"),
    ("anytime", "a bad frame fixes halvings for the next good one"),
    ("row", "frame_error falls after 256 bad frames"),
    ("axi-lite", "a register read beside a beat loses it"),
    ("map", "the padding is on the other side"),
    ("anytime", "halvings are those of the last reset"),
    ("loadable", "load_error stays over a reset"),
    ("loadable", "a load of 32 words more is whole"),
    ("loadable", "a loaded shift loses bit 5"),
    ("row", "the tenth good frame after a bad one is wrong"),
    ("row", "the lowest bit of element 0 is wrong behind a gap"),
)


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("architecture", "name"), DRAWN)
def test_a_cheat_fails(architecture, name, tmp_path):
    assert not play(architecture, ALL[name], tmp_path, QUICK).passed


def test_the_core_inside_is_right(tmp_path):
    """What fails above fails by the cheat, not by the module around the core."""
    assert play("anytime", RIGHT, tmp_path, QUICK).passed


def test_the_committed_result_is_of_these_cheats_and_none_got_away():
    rows = json.loads(RESULT.read_text(encoding="utf-8"))["rows"]
    played = {(row["architecture"], row["cheat"]): row["sha256"] for row in rows}
    assert len({row["judge"] for row in rows}) == 1
    architectures = {architecture for architecture, _ in played}
    assert architectures == set(HALL)
    assert played == {
        (architecture, name): fingerprint(architecture, cheat)
        for architecture in architectures
        for name, cheat in ALL.items()
        if fits(cheat, architecture)
    }
    assert {row["verdict"] for row in rows if row["cheat"]} == {"FAIL"}
    assert {row["verdict"] for row in rows if not row["cheat"]} == {"PASS"}


def test_verilog_that_does_not_build_is_no_cheat(tmp_path):
    with pytest.raises(AssertionError, match="does not build"):
        play("row", Cheat("reg before = 0;"), tmp_path, QUICK)  # a keyword of SystemVerilog
