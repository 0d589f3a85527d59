"""Loads by single writes of registers, as software makes them: out of turn, anew, over resets, while codes wait.

What `status`, `words_taken` and the hash must say in each state is known from the map of the registers alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ....rtl.control.registers import CoreFacts, register_map
from ...drivers.loads import Loads
from ..frames import FrameMaker
from ..loads.episodes import FEW_WORDS, data_words
from ..script import Segment
from .accesses import OKAY, SLVERR, WRONG, Access
from .counts import CountedFrames
from .episodes import static_reads

ANEW = "a load that is begun anew, while codes wait"
WITHOUT_WORDS = "a load without words, and one that a reset ends"
NOT_LOADED = "codes before a core without weights"
BESIDE_READS = "a load while registers are read"
HELD = "registers while a result waits"
WITHIN_A_SAMPLE = "registers within a sample"
LAST = "registers after a reset within a load"
_BEGIN, _COMMIT, _CLEAR = 1, 2, 4
_IDLE, _LOADING, _LOADED, _LOAD_ERROR, _FRAME_ERROR = (1 << bit for bit in range(5))
_PREFIX = 64
"""Words of a load that is given up, at most."""
_FEW = 3
_WORDS_BESIDE_READS = 256
"""Longer loads are not made while registers are read."""


class _Questions:
    """Accesses in their order, by the names of registers."""

    def __init__(self, facts: CoreFacts) -> None:
        table = register_map(replace(facts, initialised=True))
        self._addresses = {register.name: register.address for register in table}
        self.accesses: list[Access] = []

    def read(self, name: str, value: int, *, mask: int = 0xFFFFFFFF, place: int = 0) -> None:
        """What must be read."""
        self.accesses.append(Access(name, self._addresses[name] + 4 * place, OKAY, value, mask=mask))

    def status(self, value: int, *, times: int = 1, mask: int = 0xFFFFFFFF) -> None:
        """What `status` must be."""
        for _ in range(times):
            self.read("status", value, mask=mask)

    def pause(self, **how: bool) -> None:
        """Reads of what is always the same: time for the core; `how`: fields of the first."""
        first = len(self.accesses)
        for _ in range(4):
            self.read("identity", 0x53434E43)
        self.accesses[first] = replace(self.accesses[first], **how)

    def mark(self, **how: bool) -> None:
        """Fields of the access before."""
        self.accesses[-1] = replace(self.accesses[-1], **how)

    def command(self, data: int, response: int = OKAY) -> None:
        """A write of `control`."""
        name = f"write of {data} to control"
        self.accesses.append(Access(name, self._addresses["control"], response, writes=True, data=data))

    def words(self, words: np.ndarray, response: int = OKAY) -> None:
        """Writes of `load_word`."""
        address = self._addresses["load_word"]
        self.accesses += [Access("load_word", address, response, writes=True, data=word) for word in words.tolist()]

    def refused(self) -> None:
        """Writes of load words to where none are taken."""
        for name, address in self._addresses.items():
            if name in ("identity", "words_expected", "words_taken"):
                what: dict[str, Any] = {"writes": True, "data": WRONG}
                self.accesses.append(Access(f"write of {name} within a load", address, SLVERR, **what))

    def sha256(self, digest: str) -> None:
        """Reads of the network's hash."""
        for place in range(8):
            self.read("network_hash", int(digest[8 * place : 8 * place + 8], 16), place=place)


def register_load_episodes(
    maker: FrameMaker, codes: np.ndarray, first_row: int, facts: CoreFacts, loads: Loads | None, frames: int
) -> Iterator[tuple[Segment, Sequence[Access]]]:
    """The segments, and what each access must be answered, those of `reads` behind the others.

    At the end the network under test is in the core.

    Args:
        maker: makes the frames.
        codes: samples.
        first_row: of the network's outputs of these; the rows of the other network follow.
        facts: of the core.
        loads: of a loadable core.
        frames: output frames of a sample.
    """
    if loads is not None and facts.loadable and len(loads.words) <= FEW_WORDS:
        yield from _loads(maker, codes, first_row, facts, loads, frames)
        if len(loads.words) <= _WORDS_BESIDE_READS:
            yield from _beside_reads(facts, loads)
    yield _held(CountedFrames(maker, codes, first_row, frames), facts)
    yield from _within(CountedFrames(maker, codes, first_row, frames), maker, facts)
    counted, questions = CountedFrames(maker, codes, first_row, frames), _Questions(facts)
    questions.status(_IDLE | _LOADED if facts.loadable else 0)
    counted.samples(2)
    counted.stop()
    questions.pause(at_stop=True)
    questions.read("results", 2 * frames)
    yield counted.segment(LAST, questions.accesses, reset_cycles=2), questions.accesses


def _loads(
    maker: FrameMaker, codes: np.ndarray, first_row: int, facts: CoreFacts, loads: Loads, frames: int
) -> Iterator[tuple[Segment, Sequence[Access]]]:
    there = first_row, loads.words, facts.sha256
    if loads.other_words is not None and loads.other is not None:
        there = first_row + len(codes), loads.other_words, loads.other.sha256
    here, behind = (CountedFrames(maker, codes, row, frames) for row in (first_row, there[0]))
    here.samples(1)
    here.wrong(maker.wrong_length)
    here.stop()
    behind.samples(2)
    here.frames += behind.frames
    here.rows += behind.rows
    here.stop()
    questions = _anew(_Questions(facts), *there[1:], 2 * frames)
    yield here.segment(ANEW, questions), questions
    for name, row, questions in (
        (WITHOUT_WORDS, there[0], _without_words(_Questions(facts), loads.words[:_FEW], there[2])),
        (NOT_LOADED, first_row, _not_loaded(_Questions(facts), loads.words, facts.sha256)),
    ):
        counted = CountedFrames(maker, codes, row, frames)
        counted.stop()
        counted.samples(2)
        counted.stop()
        yield counted.segment(name, questions, reset_cycles=1), questions


def _beside_reads(facts: CoreFacts, loads: Loads) -> Iterator[tuple[Segment, Sequence[Access]]]:
    """What is written and what is read may share a memory; the next segments' samples show what is in the core."""
    questions = _Questions(facts)
    questions.command(_BEGIN)
    questions.words(loads.words)
    questions.command(_COMMIT)
    reads = [read for read in static_reads(facts) if read.name != "network_hash"]
    reads *= max(1, len(questions.accesses) // len(reads))
    codes = [[access.code for access in accesses] for accesses in (questions.accesses, reads)]
    segment = Segment(BESIDE_READS, [], [], 0, accesses=codes[0], reads=codes[1], beside=True)
    yield segment, [*questions.accesses, *reads]


def _anew(questions: _Questions, words: np.ndarray, sha256: str, results: int) -> Sequence[Access]:
    """Two loads that are given up, the second one with a `commit` that is ignored, and a whole one; codes wait."""
    error = _FRAME_ERROR
    questions.pause(at_stop=True)
    questions.status(error | _IDLE | _LOADED)
    questions.command(_BEGIN | _CLEAR)
    questions.read("results", 0)
    questions.read("frame_errors", 0)
    questions.read("words_taken", 0)
    questions.status(error | _IDLE | _LOADING | _LOADED)
    questions.mark(opens=True)
    questions.status(error | _IDLE | _LOADING | _LOADED, times=4)
    for begin, some in ((_BEGIN, words[:_FEW]), (_BEGIN | _COMMIT, words[:_PREFIX])):
        questions.words(some)
        questions.refused()
        questions.read("words_taken", data_words(some))
        questions.status(error | _IDLE | _LOADING)
        questions.command(begin)
        questions.read("words_taken", 0)
        questions.status(error | _IDLE | _LOADING)
    _whole(questions, words, sha256, error)
    questions.pause(at_stop=True)
    questions.status(error | _IDLE | _LOADED)
    questions.read("results", results)
    questions.read("frame_errors", 0)
    return questions.accesses


def _without_words(questions: _Questions, few: np.ndarray, sha256: str) -> Sequence[Access]:
    """A load without words takes nothing of what is loaded; samples; and one that the next reset ends."""
    questions.status(_IDLE | _LOADED)
    questions.read("words_taken", 0)
    questions.command(_BEGIN)
    questions.command(_COMMIT)
    questions.status(_IDLE | _LOADED | _LOAD_ERROR)
    questions.sha256(sha256)
    questions.mark(opens=True)
    questions.pause(at_stop=True)
    questions.status(_IDLE | _LOADED | _LOAD_ERROR)
    for commands in ((_BEGIN, _COMMIT | _CLEAR), (_BEGIN,)):
        questions.command(commands[0])
        questions.words(few)
        questions.read("words_taken", data_words(few))
        questions.status(_IDLE | _LOADING | _LOAD_ERROR)
        for command in commands[1:]:
            questions.command(command)
            questions.read("results", 0)
            questions.status(_IDLE | _LOAD_ERROR)
    return questions.accesses


def _not_loaded(questions: _Questions, words: np.ndarray, sha256: str) -> Sequence[Access]:
    """Nothing is loaded and no load begun: codes wait, as they do behind a wrong load, for a whole one."""
    few = words[:_FEW]
    questions.status(_IDLE)
    questions.read("words_taken", 0)
    questions.words(few, SLVERR)
    questions.command(_COMMIT, SLVERR)
    questions.read("words_taken", 0)
    questions.mark(opens=True)
    questions.status(_IDLE, times=6)
    questions.command(_BEGIN)
    questions.words(few)
    questions.command(_COMMIT)
    questions.status(_IDLE | _LOAD_ERROR, times=6)
    questions.read("words_taken", data_words(few))
    questions.words(few[:1], SLVERR)
    questions.command(_BEGIN)
    questions.status(_IDLE | _LOADING | _LOAD_ERROR)
    _whole(questions, words, sha256, 0)
    questions.pause(at_stop=True)
    questions.status(_IDLE | _LOADED)
    return questions.accesses


def _whole(questions: _Questions, words: np.ndarray, digest: str, error: int) -> None:
    """The words of an image and its end, behind which waiting codes come in at once."""
    questions.words(words)
    questions.read("words_taken", data_words(words))
    questions.command(_COMMIT)
    questions.status(error | _LOADED, mask=~_IDLE)
    questions.read("words_taken", data_words(words))
    questions.sha256(digest)


def _refused_load(questions: _Questions, facts: CoreFacts) -> None:
    """Begin a load while a sample is in work: its words and its end are refused."""
    if not facts.loadable:
        return
    questions.command(_BEGIN)
    questions.status(_LOADING | _LOADED)
    questions.words(np.array([5], dtype=np.uint32), SLVERR)
    questions.command(_COMMIT, SLVERR)
    questions.words(np.array([1 << 31], dtype=np.uint32), SLVERR)
    questions.read("words_taken", 0)
    questions.status(_LOADING | _LOADED)


def _held(counted: CountedFrames, facts: CoreFacts) -> tuple[Segment, Sequence[Access]]:
    questions = _Questions(facts)
    counted.samples(1)
    counted.stops += [len(counted.frames[0].beats), 0]
    for state, how in ((_LOADED, {"at_stop": True}), (_LOADED | _LOADING, {"offered": True})):
        questions.pause(**how)
        questions.status(state if facts.loadable else 0, times=3)
        questions.command(_CLEAR)
        _refused_load(questions, facts)
        questions.mark(opens="at_stop" in how)
    questions.read("results", 0)
    questions.mark(releases=True)
    questions.pause(at_stop=True)
    questions.status(_IDLE | _LOADING | _LOADED if facts.loadable else 0)
    counted.stop()
    questions.read("results", counted.counts[-1][1])
    return counted.segment(HELD, questions.accesses, reset_cycles=1, hold=True), questions.accesses


def _within(counted: CountedFrames, maker: FrameMaker, facts: CoreFacts) -> Iterator[tuple[Segment, Sequence[Access]]]:
    """Within the first frame of a sample, if that has some beats, and between time steps; then another sample waits."""
    counted.samples(1)
    questions, frames = _Questions(facts), [*counted.frames]
    counted.stop()
    (_, outputs_of_one), counted.stops = counted.stops, []
    is_first = True
    places = [(maker.beats_in - 1, 0)] if maker.beats_in > 1 else []
    if len(frames) > 1:
        outputs = maker.beats_out // len(frames) if counted.counts[-1][1] == len(frames) else 0
        places.append((maker.beats_in, outputs))
    for beats, outputs in places:
        counted.stops += [beats, outputs]
        questions.pause(at_stop=True)
        if facts.loadable:
            questions.status(_LOADED if is_first else _LOADED | _LOADING)
        questions.command(_CLEAR)
        _refused_load(questions, facts)
        questions.pause()
        questions.mark(opens=True)
        is_first = False
    if not places:
        return
    counted.samples(1)
    counted.stop()
    counted.stops[-1] = outputs_of_one
    questions.pause(at_stop=True, offered=True)
    if facts.loadable:
        questions.status(_IDLE | _LOADING | _LOADED, times=4)
        questions.command(_COMMIT)  # of no words: what is loaded stays
        questions.status(_LOADED | _LOAD_ERROR, mask=~_IDLE)
    yield counted.segment(WITHIN_A_SAMPLE, questions.accesses, reset_cycles=1), questions.accesses
