"""A few of the hall of cheats, and the committed result of all of them (`make cheats`)."""

from __future__ import annotations

import json

import pytest
from cosim.cheats import CHEATS, RESULT, RIGHT, fits, play, small
from support.verilog.simulators import QUICK

DRAWN = (("serial", "ignores a reset while an output waits"), ("column", "looks at an idle tlast within a frame"))


@pytest.mark.parametrize(("architecture", "name"), DRAWN)
def test_a_cheat_fails(architecture, name, tmp_path):
    assert not play(small(), architecture, CHEATS[name], tmp_path, QUICK).passed


def test_the_core_inside_is_right(tmp_path):
    """What fails above fails by the cheat, not by the module around the core."""
    assert play(small(), "anytime", RIGHT, tmp_path, QUICK).passed


def test_the_committed_result_is_of_these_cheats_and_none_got_away():
    rows = json.loads(RESULT.read_text(encoding="utf-8"))["rows"]
    played = [(row["architecture"], row["cheat"]) for row in rows]
    architectures = dict(played)
    assert len(architectures) >= 2
    assert sorted(played) == sorted(
        (architecture, name)
        for architecture in architectures
        for name, cheat in {"": RIGHT, **CHEATS}.items()
        if fits(cheat, architecture)
    )
    assert {row["verdict"] for row in rows if row["cheat"]} == {"FAIL"}
    assert {row["verdict"] for row in rows if not row["cheat"]} == {"PASS"}
