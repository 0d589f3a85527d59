"""A mutant that hangs is ended alone: those behind it run, and none counts as killed that has not run."""

from __future__ import annotations

import pytest

from sc_neurocore.cosim.simulators import build
from sc_neurocore.cosim.simulators.block_worker import mutant_folder, run_mutants
from sc_neurocore.cosim.simulators.tools import Simulator
from sc_neurocore.cosim.testplan.script import Script
from sc_neurocore.spec import ToolError

HARNESS = """#!/bin/sh
for last; do :; done
if [ "$last" = 2 ]; then echo "half a record" > "$2"; exec sleep 60; fi
echo "record of $last" > "$2"
"""


def test_those_behind_it_run(tmp_path):
    harness = tmp_path / "harness"
    harness.write_text(HARNESS)
    harness.chmod(0o755)
    run_mutants(tmp_path, str(harness), "stimulus", [0, 1, 2, 3], least_seconds=0.5)
    left = {number: sorted(path.name for path in mutant_folder(tmp_path, number).iterdir()) for number in range(4)}
    assert left == {number: ["record.json", "simulation.log"][number == 2 :] for number in range(4)}
    assert (mutant_folder(tmp_path, 3) / "record.json").read_text() == "record of 3\n"
    assert "it was ended after" in (mutant_folder(tmp_path, 2) / "simulation.log").read_text()


def test_mutants_that_have_not_run_end_the_score(tmp_path, monkeypatch):
    def ended(_, __, work, *___):
        (work / "built").touch()
        (work / "worker.log").write_text("out of memory\n")
        mutant_folder(work, 0).mkdir()

    monkeypatch.setattr(build, "_run_worker", ended)
    source = tmp_path / "core.v"
    source.write_text("")
    (tmp_path / "work").mkdir()
    script, verilator = Script([], seed=0, quiet_limit=10), Simulator("verilator", "5")
    with pytest.raises(ToolError, match="did not all run: out of memory"):
        build.simulate_mutants(script, source, "core", verilator, tmp_path / "work", [0, 1], expected=None)
