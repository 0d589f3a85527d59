"""The self-test sees a checker that is asleep, and one that cries at everything; and ours are neither."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from support import oracle
from support.verilog.simulators import QUICK

from sc_neurocore import cli, infer, save_network
from sc_neurocore.cosim import find_simulator
from sc_neurocore.workflows import selftest
from sc_neurocore.workflows.selftest import Check
from sc_neurocore.workflows.selftest_faults import CHEATS, CODES, GOLDEN, VERILOG_FAULTS, small_network

FAULTS = len(CHEATS) + len(VERILOG_FAULTS)


def judge(monkeypatch, *, passes):
    """A co-simulation that ends in the same way whatever it is given."""
    result = SimpleNamespace(passed=passes, reason=None if passes else "no")
    monkeypatch.setattr(selftest, "run", lambda *_, **__: result)


def gates(tmp_path, simulator=QUICK):
    return list(selftest._gates(small_network(), find_simulator(simulator), tmp_path))


def test_the_written_outputs_are_those_of_the_outside_oracle(tmp_path):
    save_network(small_network(), tmp_path / "net")
    np.testing.assert_array_equal(oracle.evaluate(tmp_path / "net", CODES), GOLDEN)
    np.testing.assert_array_equal(infer(small_network(), CODES, "reference"), GOLDEN)


def test_folders_and_sources_hold(tmp_path):
    checks = [*selftest._folders(small_network(), tmp_path), *selftest._sources()]
    assert [str(check) for check in checks if not check.held] == []
    assert [check.wanted for check in checks].count("PASS") == 2


def test_a_proof_that_sleeps_or_refuses_all_is_wrong(monkeypatch):
    monkeypatch.setattr(selftest, "export_graph", lambda *_, **__: None)
    assert [check.held for check in selftest._sources()] == [True, False, False, False]

    def refuse(*_, **__):
        raise selftest.SCError("never")

    monkeypatch.setattr(selftest, "export_graph", refuse)
    assert not any(check.held for check in selftest._sources())


def test_an_engine_with_a_wrong_value_is_wrong(monkeypatch):
    monkeypatch.setattr(selftest, "infer", lambda *_: GOLDEN + 1)
    assert {check.held for check in selftest._engines(small_network()) if check.wanted == "PASS"} == {False}


def test_a_judge_that_passes_all_is_wrong(monkeypatch, tmp_path):
    judge(monkeypatch, passes=True)
    refusal, right, *faults = gates(tmp_path)
    assert refusal.held
    assert right.held
    assert len(faults) == FAULTS
    assert {check.verdict for check in faults} == {"PASS"}


def test_a_judge_that_passes_nothing_is_wrong(monkeypatch, tmp_path):
    judge(monkeypatch, passes=False)
    assert [check.shown for check in gates(tmp_path) if not check.held] == ["the right core"]


def test_without_a_simulator_of_verilog_the_faults_are_said_to_be_unchecked(monkeypatch, tmp_path):
    judge(monkeypatch, passes=True)
    refusal, right, *faults = gates(tmp_path, "amaranth")
    assert refusal.held
    assert right.held
    assert {(check.verdict, check.reason) for check in faults} == {
        ("not checked", "amaranth cannot read Verilog; doctor says how to get what can")
    }


def test_a_fault_that_the_verilog_has_no_place_for_is_not_taken_for_caught(monkeypatch, tmp_path):
    judge(monkeypatch, passes=False)
    monkeypatch.setitem(VERILOG_FAULTS, "a comparison", ("nowhere", ""))
    missed = [check for check in gates(tmp_path) if check.verdict == "not checked"]
    assert [check.shown for check in missed] == ["a comparison"]


@pytest.mark.parametrize(
    ("verdicts", "status"), [(("PASS", "FAIL"), 0), (("PASS", "not checked"), 2), (("FAIL", "not checked"), 1)]
)
def test_the_command_ends_with_0_only_if_all_was_caught(verdicts, status, monkeypatch, capsys):
    checks = [Check("gates", "x", wanted, verdict) for wanted, verdict in zip(("PASS", "FAIL"), verdicts, strict=True)]
    monkeypatch.setattr(selftest, "selftest", lambda simulator: iter(checks))
    assert cli.main(["selftest"]) == status
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"2 checks, {int(status == 1)} wrong, {verdicts.count('not checked')} not checked"
    assert cli.main(["selftest", "--json"]) == status
    assert [each["verdict"] for each in json.loads(capsys.readouterr().out)["checks"]] == list(verdicts)


def test_one_fault_is_seen_in_earnest(monkeypatch, tmp_path):
    monkeypatch.setattr(selftest, "CHEATS", {})
    monkeypatch.setattr(selftest, "VERILOG_FAULTS", dict([*VERILOG_FAULTS.items()][:1]))
    checks = gates(tmp_path)
    assert len(checks) == 3
    assert all(check.held for check in checks), [str(check) for check in checks]


@pytest.mark.slow  # a dozen cores are built
def test_all_checkers_hold():
    checks = list(selftest.selftest(QUICK))
    assert [str(check) for check in checks if not check.held] == []
    assert len(checks) >= 9 + 3 + 4 + 2 + FAULTS
