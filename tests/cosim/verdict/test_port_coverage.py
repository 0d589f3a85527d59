"""The environment at the ports: what it reaches is measured, what it leaves is listed, and wrong cores are caught."""

from __future__ import annotations

import numpy as np
import pytest
from support.cores.fake_core import FakeCore, play
from support.cores.handmade_core import small_network

from sc_neurocore.cosim.drivers.driver import Driver, Outputs
from sc_neurocore.cosim.testplan.scenario import RESETS, build_script
from sc_neurocore.cosim.testplan.script import CROSSES, Record, Script, Segment
from sc_neurocore.cosim.verdict.compare import compare
from sc_neurocore.cosim.verdict.port_coverage import port_coverage

NETWORK = small_network([[[3, -2, 1], [5, 7, -4]]], [[0, 1]])


def answer(frame):
    codes = [word & 7 for word in frame]
    return [(codes[0] + 2 * codes[1] - codes[2]) % 256, (codes[2] - codes[0]) % 256]


class IdleLines(FakeCore):
    """Looks at lines that mean nothing: what most benches never show, because they hold 0."""

    def __init__(self, *arguments, lines, **more):
        self.lines, self.seen, self.long, self.held, self.frames = lines, 0, 0, 0, 0
        super().__init__(*arguments, **more)

    def edge(self, inputs, outputs):
        idle = not inputs.s_tvalid and not inputs.rst
        within = self.frame and self.waiting is None and not self.out  # a frame has begun, and waits for more
        match self.lines:
            case "idle tlast" if idle and inputs.s_tlast and within:
                self.frame = []
            case "idle data" if idle and self.frame:
                self.frame[-1] = inputs.s_tdata & 7
            case "beats under reset" if inputs.rst and inputs.s_tvalid:
                super().edge(inputs, outputs)
                self.frame.append(inputs.s_tdata & 7)
                return
            case "tready without tvalid" if inputs.m_tready and not outputs.m_tvalid and self.waiting == 1:
                self.lost = True
            case "long gap":
                self.long = self.long + 1 if idle and within else 0
                self.frame = [] if self.long > 256 else self.frame
            case "short reset" if inputs.rst:
                self.held += 1
                if self.held == 1 and self.seen:
                    return
            case _:
                pass
        self.seen += 1
        self.held = self.held if inputs.rst else 0
        super().edge(inputs, outputs)
        if self.lines == "tready without tvalid" and self.out and getattr(self, "lost", False):
            self.lost, self.out[0] = False, (self.out[0][0] ^ 1, self.out[0][1])


class MissesAReset(FakeCore):
    """Does not see a reset of one clock that comes in one clock of its work."""

    def __init__(self, *arguments, at, **more):
        self.at, self.before = at, False
        super().__init__(*arguments, **more)

    def edge(self, inputs, outputs):
        missed = inputs.rst and not self.before and self.waiting == self.at
        self.before = bool(inputs.rst)
        super().edge(inputs._replace(rst=0, s_tvalid=0) if missed else inputs, outputs)


def trial(core, *, seed=3, latency=5):
    rng = np.random.default_rng(seed)
    codes, episodes = rng.integers(0, 8, (6, 3)), rng.integers(0, 8, (6, 3))
    episodes[-1] = 0
    script = build_script(NETWORK, codes, episodes, stall=False, seed=seed, latency=latency, quiet_limit=200)
    record = play(core, script, sleep=True)
    words = np.array([answer([int(c) for c in row]) for row in [*codes, *episodes]])
    return script, record, compare(NETWORK, script, record, np.where(words > 127, words - 256, words))


@pytest.mark.contract("core.stall", "core.reset", "core.frames")
@pytest.mark.parametrize(
    "lines",
    ["idle tlast", "idle data", "beats under reset", "tready without tvalid", "long gap", "short reset"],
)
def test_a_core_that_looks_at_lines_that_mean_nothing_fails(lines):
    verdicts = [trial(IdleLines(3, answer, latency=5, lines=lines), seed=seed)[2].passed for seed in range(4)]
    assert verdicts == [False] * 4
    assert trial(IdleLines(3, answer, latency=5, lines="none"))[2].passed


@pytest.mark.contract("core.reset")
@pytest.mark.parametrize("at", range(1, 9))
def test_a_reset_comes_in_every_clock_of_a_short_sample(at):
    assert not trial(MissesAReset(3, answer, latency=8, at=at), latency=8)[2].passed


def test_every_situation_is_reached_but_long_runs_and_what_the_core_does_not_allow():
    _, record, _ = trial(FakeCore(3, answer, latency=5))
    script, _, findings = trial(FakeCore(3, answer, latency=5))
    assert findings.passed
    ports = port_coverage(NETWORK, script, record)
    assert ports["situations"] == ports["reached"] + len(ports["holes"]) > 30
    # one sample at a time: this core takes no beat while it puts out, and its runs are short here
    others = {name for name in ports["holes"] if "accepted while an output" not in name and "run of" not in name}
    assert others <= {"output stall of more than 256 clocks", "reset within a frame of inputs while an output waits"}
    assert ports["longest_gap"] == 1_100
    assert sum(record.crosses) == record.cycles


def test_nothing_driven_is_all_holes():
    ports = port_coverage(NETWORK, Script([], 0, 10), Record())
    assert ports["reached"] == 0
    assert len(ports["holes"]) == ports["situations"]
    assert len(Record().crosses) == CROSSES


def test_resets_have_every_length_and_are_noisy():
    script, _, _ = trial(FakeCore(3, answer, latency=5))
    assert {segment.reset_cycles for segment in script.segments} >= set(RESETS)
    driver = Driver(Script([Segment("samples", [], [], 0, reset_cycles=200)], seed=5, quiet_limit=10))
    lines = []
    for _ in range(200):
        lines.append(driver.drive())
        driver.observe(Outputs(0, 0, None, None, 0))
    assert all(inputs.rst for inputs in lines)
    for name in ("s_tvalid", "s_tlast", "m_tready"):
        assert 60 < sum(getattr(inputs, name) for inputs in lines) < 140
    assert len({inputs.s_tdata for inputs in lines}) > 190
    assert not any(inputs.s_tuser for inputs in lines)


def test_a_quiet_segment_holds_zeros():
    driver = Driver(Script([Segment("samples", [], [], 0, junk=False)], seed=5, quiet_limit=10))
    for _ in range(20):
        inputs = driver.drive()
        assert not any((inputs.s_tvalid, inputs.s_tdata, inputs.s_tlast, inputs.s_tuser))
        driver.observe(Outputs(0, 0, None, None, 0))
