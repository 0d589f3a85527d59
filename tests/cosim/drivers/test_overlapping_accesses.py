"""Accesses of registers that overlap, and resets among them: both drivers make them alike and see what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from support.cores.fake_core import FakeCore, play
from support.verilog.harness_bench import compile_bench, play_compiled

from sc_neurocore.cosim.drivers.axi_lite_load import CHANGED, FELL, UNASKED, AxilOutputs
from sc_neurocore.cosim.testplan.registers.accesses import READS
from sc_neurocore.cosim.testplan.registers.episodes import (
    AFTER,
    AHEAD,
    BOTH,
    WITHIN,
    register_accesses_beyond,
    register_episodes,
)
from sc_neurocore.cosim.testplan.registers.findings import register_findings
from sc_neurocore.cosim.testplan.script import Script
from sc_neurocore.rtl.control.registers import CoreFacts

VALUES = {"name": "n", "sha256": "ab" * 32, "loadable": False, "initialised": True, "load_words": 0}
VALUES |= {f"{end}_{key}": 3 for end in ("input", "output") for key in ("elements", "bits")}
VALUES |= dict.fromkeys(("input_signed", "output_signed", "repeat", "sums_steps"), False) | {"time_steps": 1}
FACTS = CoreFacts(**VALUES)
WORDS = {0x00: 0x53434E43, 0x04: 0x10000, 0x0C: 3 << 24 | 3, 0x10: 3 << 24 | 3}
WORDS |= {0x20 + 4 * i: 0xABABABAB for i in range(8)}
CONTROL, CYCLES = 0x44, 0x50
WORDS |= dict.fromkeys((0x48, 0x4C, CYCLES, 0x54), 0)


class Registers(FakeCore):
    """The static registers and one that is written, from their page; takes `depth` accesses of a kind at once."""

    def __init__(self, depth, fault=None):
        self.depth, self.waited, self.clocks = depth, 0, 0
        self.alone = 0
        self.queues = [], [], []  # addresses and words of writes, answers to reads
        super().__init__(3, lambda frame: frame, fault=fault)

    def reset(self):
        super().reset()
        self.clocks = self.clocks if self.fault == "keeps the clocks" else 0
        kept = {"keeps an address": 0, "keeps a word": 1, "keeps a read": 2}.get(self.fault)
        self.queues = tuple(queue if i == kept else [] for i, queue in enumerate(self.queues))

    def outputs(self, inputs):
        addresses, words, answers = self.queues
        writes = min(len(addresses), len(words))
        reply = self._reply(addresses[0], words[0]) if writes else 0
        valid, data = bool(answers), answers[0][1] if answers else 0
        if self.fault == "falls" and self.waited == 2:
            valid = False
        if {"changes": self.waited == 2, "forgets what was read": self.waited > 99}.get(self.fault):
            data ^= 1
        axil = AxilOutputs(
            awready=int(len(addresses) < self.depth),
            wready=int(len(words) < self.depth),
            bvalid=int(bool(writes)),
            bresp=reply,
            arready=int(len(answers) < self.depth or self.fault == "loses a read"),
            rvalid=int(valid),
            rdata=data,
            rresp=answers[0][0] if answers else 0,
        )
        if self.fault == "answers at once":
            axil = axil._replace(bvalid=int(bool(addresses)), bresp=0)
        return super().outputs(inputs)._replace(axil=axil)

    def edge(self, inputs, outputs):
        axil, said = inputs.axil, outputs.axil
        addresses, words, answers = self.queues
        self.waited = self.waited + 1 if said.rvalid and not axil.rready else 0
        if not inputs.rst:
            self.alone = self.alone + 1 if addresses and not words else 0
            if self.fault == "forgets an address" and self.alone > 200:
                addresses[0] = 0x7C
            if said.bvalid and axil.bready:
                del addresses[0]
                del words[:1]
            if said.rvalid and axil.rready:
                del answers[0]
                if self.fault == "mixes reads up":
                    answers.reverse()
            if axil.awvalid and said.awready:
                addresses.append(axil.awaddr)
            if axil.wvalid and said.wready:
                words.append(axil.wstrb)
            if axil.arvalid and said.arready and len(answers) < self.depth:
                known = axil.araddr & ~3 in WORDS
                word = self.clocks if axil.araddr & ~3 == CYCLES else WORDS.get(axil.araddr & ~3, 0)
                answers.append((0 if known else 3, word ^ (self.fault == "mixes kinds up" and axil.awvalid)))
            self.clocks += 1
        super().edge(inputs, outputs)

    @staticmethod
    def _reply(address, strobes):
        if address & ~3 == CONTROL:
            return 0 if strobes == 15 else 2
        return 2 if address & ~3 in WORDS else 3


FAULTS = {
    "keeps an address": "after a reset",
    "keeps a word": "after a reset",
    "keeps a read": "s_axil_rvalid is 1 under reset, must be 0",
    "falls": FELL,
    "changes": CHANGED,
    "answers at once": UNASKED,
    "loses a read": "accesses have no answer",
    "keeps the clocks": "which is no count of the clocks",
    "mixes kinds up": "must be",
    "forgets an address": "write of identity: response 3, must be 2",
    "forgets what was read": "after long waits",
    "mixes reads up": "must be",
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    return compile_bench(tmp_path_factory.mktemp("harness"))


def replies(segment):
    return [tuple(reply) for reply in segment.replies + segment.read_replies]


def played(bench, folder, **core):
    """What is found by the driver in Python and by that in C++, which see the same."""
    script = Script(list(register_episodes(FACTS)), 5, 3_000, control="axi-lite")
    records = [play(Registers(**core), script, sleep=sleep) for sleep in (False, True)]
    values = np.zeros((0, 2), dtype=int)
    records.append(play_compiled(bench, Registers(**core), script, values, folder, signed=True, neurons=2))
    kept = [
        (each.cycles, each.fault, [(s.name, s.began, s.violations, s.finished, replies(s)) for s in each.segments])
        for each in records
    ]
    assert kept[0] == kept[1] == kept[2]
    assert records[0].fault is not None or len(records[0].segments) == len(script.segments)
    accesses = register_accesses_beyond(FACTS)
    found = [f"{s.name}: {text}" for s in records[0].segments for text in s.violations]
    return found + register_findings(accesses, script, records[0], 2), records[0]


@pytest.mark.parametrize("depth", [1, 2, 10])
def test_a_right_slave_passes_however_many_accesses_it_takes_at_once(depth, bench, tmp_path):
    found, record = played(bench, tmp_path, depth=depth)
    assert found == []
    counts = {name: [len(s.replies) for s in record.segments if s.name == name] for name in (AHEAD, WITHIN, AFTER)}
    known = register_accesses_beyond(FACTS)
    assert counts[AHEAD] == [len(known[AHEAD])]
    assert set(counts[AFTER]) == {len(known[AFTER])}
    both = next(s for s in record.segments if s.name == BOTH)
    assert (len(both.replies), len(both.read_replies)) == (len(known[BOTH]), len(known[BOTH + READS]))
    assert len(counts[AFTER]) == len(counts[WITHIN]) == 24
    assert set(counts[WITHIN]) == {0}  # each reset cuts off what has not been answered


@pytest.mark.parametrize("fault", FAULTS)
def test_what_a_slave_does_wrong_is_found(fault, bench, tmp_path):
    depth = 3 if fault == "mixes reads up" else 2  # the waiting one stays the first
    found, _ = played(bench, tmp_path, depth=depth, fault=fault)
    assert any(FAULTS[fault] in text for text in found), found


def test_accesses_that_overlap_are_of_one_kind_and_change_nothing():
    for accesses in register_accesses_beyond(FACTS).values():
        for before, access in zip([None, *accesses], accesses):
            assert not access.ahead or access.writes == before.writes
            assert access.code >> 48 & 1 == access.writes
            assert not access.writes or access.response != 0 or access.data == 0 or access.name == "clear beside reads"
