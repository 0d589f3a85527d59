"""A core in Python, cycle by cycle, with faults on request: what the driver and the comparison must notice."""

from __future__ import annotations

from sc_neurocore.cosim.drivers.driver import Driver, Inputs, Outputs
from sc_neurocore.cosim.testplan.script import Record, Script


class FakeCore:
    """Takes frames of `features` beats, answers after `latency` cycles with `answer(frame)`; one sample at a time."""

    def __init__(self, features, answer, *, latency=4, fault=None):
        self.features, self.answer, self.latency, self.fault = features, answer, latency, fault
        self.results = 0
        self.reset()

    def reset(self):
        self.frame, self.waiting, self.out = [], None, []
        self.error, self.skipping = 0, False
        self.stalled = 0

    def outputs(self, inputs: Inputs) -> Outputs:
        ready = int(self.waiting is None and not self.out)
        valid = int(bool(self.out))
        if self.fault == "combinational ready":  # legal: ready only where valid is
            ready &= inputs.s_tvalid
        if self.fault == "valid drops" and self.stalled == 2:
            valid = 0
        data = self.out[0][0] if self.out else 0
        if self.fault == "data changes" and self.stalled == 2:
            data ^= 1
        last = self.out[0][1] if self.out else 0
        if self.fault == "x" and self.results == 2:
            data = None
        return Outputs(ready, valid, data if valid else None, last if valid else None, self.error)

    def edge(self, inputs: Inputs, outputs: Outputs):
        if inputs.rst:
            if self.fault != "no reset":
                self.reset()
            return
        if outputs.m_tvalid and inputs.m_tready:
            taken = self.out.pop(0)
            self.stalled = 0
            if self.fault == "never stops" and self.results == 4:
                self.out.append(taken)
        elif outputs.m_tvalid:
            self.stalled += 1
        if inputs.s_tvalid and outputs.s_tready:
            self._take(inputs)
        elif self.waiting is not None:
            self.waiting -= 1
            if self.waiting == 0:
                self.waiting = None
                self._finish()

    def _take(self, inputs):
        self.frame.append(inputs.s_tdata)
        if self.skipping or (len(self.frame) == self.features) != bool(inputs.s_tlast):
            self.error = int(self.fault != "no frame_error")
            self.skipping = not inputs.s_tlast
            self.frame = []
        elif inputs.s_tlast:
            self.waiting = self.latency
            if self.fault == "hangs" and self.results == 3:
                self.waiting = -1

    def _finish(self):
        self.results += 1
        words = self.answer(self.frame)
        self.frame = []
        self.out = [(word, int(i == len(words) - 1)) for i, word in enumerate(words)]
        if self.fault == "drops a beat" and self.results == 3:
            del self.out[0]
        if self.fault == "extra beat" and self.results == 3:
            self.out.append(self.out[-1])
        if self.fault == "early tlast" and self.results == 3:
            self.out[0] = (self.out[0][0], 1)
        if self.fault == "wrong value" and self.results == 3:
            self.out[-1] = (self.out[-1][0] ^ 1, 1)
        if self.fault == "silent" and self.results:
            self.out = []
        if self.fault == "false error":
            self.error = 1


def play(core: FakeCore, script: Script, *, sleep: bool) -> Record:
    """Run to the end; `sleep` lets the driver miss the cycles that it says it can, as the cocotb bench does."""
    driver = Driver(script)
    driver.record.output_bits = 8
    while not driver.done:
        inputs = driver.drive()
        outputs = core.outputs(inputs)
        driver.observe(outputs)
        core.edge(inputs, outputs)
        spare = driver.spare() if sleep else 0
        slept = 0
        while slept < spare:
            now = core.outputs(inputs)
            if (now.s_tready and not outputs.s_tready) or (now.m_tvalid and not outputs.m_tvalid):
                break
            core.edge(inputs, now)
            slept += 1
        driver.skip(slept)
        assert driver.record.cycles < 200_000
    return driver.record
