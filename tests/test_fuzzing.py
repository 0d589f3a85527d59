"""What `make fuzz` must find, it finds; and a sample of it."""

from __future__ import annotations

import os
import time

import pytest
from fuzzing.trial import Target, Wrong, trials

from sc_neurocore.spec import OptionError

CASES = {"calls": 150, "sweep points": 10, "report folder": 2, "manifest.json, load": 8, "manifest.json, testbench": 4}
SLOW = {"commands", "checkpoint", "torch", "torch, old", "onnx", "h5", "keras", "nir", "manifest.json, cosim"}
"""What loads much, or starts processes; `make fuzz` has them."""


@pytest.mark.slow
def test_a_sample_of_malformed_inputs_is_refused(tmp_path):
    from fuzzing.targets import TARGETS  # loads the libraries of all formats

    for number, name in enumerate(sorted(TARGETS.keys() - SLOW)):
        folder, refused = tmp_path / str(number), 0
        folder.mkdir()
        TARGETS[name].prepare(folder)
        for tally, findings in trials(name, TARGETS[name], folder, 0, CASES.get(name, 60), 7):
            assert findings == []
            refused += tally.refused
        assert refused


def outcome(attempt, folder, cases=3):
    tallies, findings = zip(*trials("a", Target(attempt), folder, 0, cases, 0), strict=True)
    return sum(tally.cases for tally in tallies), [finding for part in findings for finding in part]


def kinds(attempt, folder):
    count, findings = outcome(attempt, folder)
    assert count == 3
    return {finding.kind for finding in findings}


def test_a_death_is_seen_and_the_next_case_goes_on(tmp_path):
    assert kinds(lambda rng, folder: os.kill(os.getpid(), 9), tmp_path) == {"crash"}


def test_a_traceback_is_seen(tmp_path):
    assert kinds(lambda rng, folder: 1 // 0, tmp_path) == {"traceback"}


def test_a_wrong_acceptance_is_seen(tmp_path):
    def attempt(rng, folder):
        raise Wrong("taken")

    assert kinds(attempt, tmp_path) == {"wrong"}


def test_a_claim_of_memory_is_seen(tmp_path):
    assert kinds(lambda rng, folder: bool(bytearray(1 << 30)), tmp_path) == {"memory"}


def test_what_reaches_out_is_seen(tmp_path):
    assert kinds(lambda rng, folder: bool(os.system("true")), tmp_path) == {"reach"}


def test_a_hang_is_seen(tmp_path, monkeypatch):
    monkeypatch.setattr("fuzzing.trial.SECONDS", 0.05)
    count, findings = outcome(lambda rng, folder: time.sleep(9) or True, tmp_path, cases=1)
    assert (count, findings[0].kind) == (1, "hang")


def test_a_refusal_is_counted_and_its_message_is_one_line(tmp_path):
    def attempt(rng, folder):
        raise OptionError("name\nmust be x" * 400)

    assert outcome(attempt, tmp_path) == (3, [])
    with pytest.raises(OptionError) as error:
        attempt(None, None)
    assert str(error.value).isprintable()
    assert len(str(error.value)) <= 2000
