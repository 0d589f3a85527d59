"""Both ends of the core's two streams as one state machine, without any simulator in it.

A bench calls, once per clock cycle, `drive()` for what to put on the core's inputs and then, when everything has
settled before the rising edge, `observe()` with what stands on its outputs. `spare()` says how many cycles may then
pass unwatched (a computing core, a long stall), so that a fast simulator is not slowed down by Python. What happens in
which cycle never depends on that: the random stalls are drawn at handshakes, so every simulator sees the same cycles.

`harness/driver.hpp` is this machine once more, for the compiled harness: a change here is a change there.
"""

from __future__ import annotations

import random
from itertools import islice

from ..testplan.script import Beat, Record, Script, SegmentRecord
from .axi_lite_load import AxilInputs, AxiLiteLoad
from .faults import hang, runaway
from .laws import crossed, drawn_stall, meeting, noise_after, noisy_lines, turn_of
from .load_flags import LoadFlags
from .pins import Inputs, Outputs, low_under_reset, shown
from .register_accesses import Gates, RegisterAccesses, WritesAndReads

_VIOLATIONS_KEPT, _LOAD_STALL_AT_MOST = 5, 1_000
_SETTLE = 32  # cycles after the last expected output of a segment, in case more come
_NOISE_CYCLES = 32  # of an idle input in which its lines change; then they stand, so that time may pass unwatched
_TOGGLE_CYCLES = 64  # after a handshake in which m_axis_tready changes though no output is there
_LONG_GAP = 1_100  # more than a counter of ten bits counts


class Driver:
    """Drives a `Script` and fills a `Record`."""

    def __init__(self, script: Script) -> None:
        self.record = Record()
        self.done = not script.segments
        self._script = script
        self._random = random.Random(script.seed)
        self._long_gaps, self._load_gap = 1, 300  # of the whole run; clocks of the one gap within a load
        self._long_hold = _LONG_GAP  # of the first long stall
        self._noise = script.seed * 0x9E3779B1 % 2**32 or 1
        self._flags = LoadFlags()  # of loads over the stream
        self._over_axi_lite, self._over_stream = script.control == "axi-lite", int(script.control == "stream")
        if not self.done:
            self._begin(0)

    @property
    def frames_sent(self) -> int:
        """Frames of the running segment that were accepted whole, for progress lines."""
        return len(self._seen.last_beat_cycles)

    @property
    def halvings(self) -> int:
        """What must stand on the port of this name."""
        return self._turn[0]

    @property
    def _turn(self) -> tuple[int, bool]:
        return turn_of(self._segment, self._beat, len(self._words), len(self._seen.beats), self._since)

    @property
    def loads_over_axi_lite(self) -> bool:
        """Whether the AXI4-Lite port is in use; else its outputs need not be read."""
        return self._load is not None or (self._over_axi_lite and self._reset_left > 0)

    def drive(self) -> Inputs:
        """Inputs for the coming rising edge."""
        noise = self._noise if self._segment.junk else 0
        data, last, user = noise >> 3, noise & 1, noise >> 1 & self._over_stream
        axil = AxilInputs() if self._load is None or self._reset_left else self._load.inputs()
        axil = noisy_lines(axil, noise) if self._over_axi_lite else axil
        if self._reset_left:
            return Inputs(1, noise >> 4 & 1, data, last, noise >> 2 & 1, user, axil)
        tready = int(not self._m_gap and not self._gates.holds)
        waits = self._s_gap or self._beat in (len(self._words), self._gates.limit) or self._turn[1]
        if self._segment.meet:
            is_held, tready = self._meeting()
            waits = waits or is_held
        if (self._load is not None and (self._load.loads or not self._segment.beside)) or waits:
            return Inputs(0, 0, data, last, tready, user, axil)
        word, last, _, load = self._words[self._beat]
        if self._segment.junk and self._beat and not self._words[self._beat - 1][1]:
            load = user  # what a frame is, its first beat alone says
        return Inputs(0, 1, word, last, tready, load, axil)

    def _meeting(self) -> tuple[bool, int]:
        """Whether the next beat waits, and `m_axis_tready`, where last beats are to meet."""
        ends = self._beat == len(self._words) or bool(self._words[self._beat][1])
        is_first = not self._seen.last_beat_cycles
        before = None if self._taken else self._previous
        is_held, is_ready = meeting(self._segment, (ends, self._offers or is_first, self._since), before, self._waited)
        return is_held, int(is_ready)

    def observe(self, outputs: Outputs) -> None:
        """Take the settled outputs of this cycle and go on to the next one."""
        inputs = self.drive()
        self.record.cycles += 1
        self._cross = crossed(inputs, outputs, self._words[self._beat : self._beat + 1])
        self.record.crosses[self._cross] += 1
        self._make_noise(inputs)
        if inputs.rst:
            self._flags.reset()
            self._observe_reset(outputs)
            self._begin_load()
            return
        if self._over_stream and (wrong := self._flags.observe(outputs.loaded, outputs.load_error)):
            self._violation(wrong)
        accepted = self._observe_input(inputs, outputs)
        worded = self._observe_load(outputs)
        is_taken = self._observe_output(inputs, outputs)
        self._observe_streams(outputs)
        self._observe_error(outputs)
        self._previous, self._taken, self._driven = outputs, is_taken, inputs
        self._offers = bool(inputs.s_tvalid and not accepted)
        self._pass(1)
        if accepted or worded or is_taken:
            self._quiet = self._since = 0
        self._unasked = 0 if accepted else self._unasked + is_taken
        # New stalls begin with the next cycle, after this cycle's countdown.
        if self._segment.stall and accepted:
            self._s_gap = self._draw_input_gap()
        if self._segment.stall and is_taken:
            self._m_gap = self._draw_output_stall()
        if self._segment.stall and accepted and (before_load := self._stall_before_load()) > self._m_gap:
            self._m_gap, self._m_holds = before_load, True
        self._advance()
        self._begin_load()

    def spare(self) -> int:
        """Cycles that may now pass unwatched, unless `s_axis_tready` or `m_axis_tvalid` rises from 0 before that."""
        before = self._previous
        if self._script.streams is not None or self._segment.turns or self._segment.meet:  # each clock counts
            return 0
        if self.done or before is None or self._taken or self.drive() != self._driven:
            return 0
        if self._load is not None or self._flags.fresh:
            return 0
        if self._segment.stall and self._since < _TOGGLE_CYCLES:
            return 0
        offering = self._beat < len(self._words) and not self._s_gap
        if (offering and before.s_tready != 0) or (before.m_tvalid != 0 and not self._m_gap):
            return 0
        waits = [self._script.quiet_limit - self._quiet]
        waits += [wait for wait in (self._s_gap, self._ending) if wait]
        if before.m_tvalid:
            waits.append(self._m_gap)
        return max(0, min(waits) - 1)

    def skip(self, cycles: int) -> None:
        """`cycles` cycles have passed, as `spare` allowed."""
        self.record.cycles += cycles
        self.record.crosses[self._cross] += cycles
        if self._driven is not None and not self._driven.s_tvalid:
            self._idle += cycles
        self._pass(cycles)

    def stop(self, fault: str) -> None:
        """End here; the record says why."""
        self.record.fault = fault
        self.done = True

    def _begin(self, index: int) -> None:
        self._index = index
        self._segment = segment = self._script.segments[index]
        self._words = [
            (word, int(i == len(frame.beats) - 1), frame.good, int(frame.load))
            for frame in segment.frames
            for i, word in enumerate(frame.beats)
        ]
        self._seen = SegmentRecord(segment.name)
        self.record.segments.append(self._seen)
        self._beat = 0  # the next word to send
        self._reset_left = segment.reset_cycles
        self._quiet = 0  # cycles since the last handshake that we were ready for
        self._unasked = 0  # output beats since the last input beat
        self._s_gap = self._m_gap = 0  # cycles that we stall
        self._m_holds = False  # this stall passes only while an output waits
        self._m_open = 1  # cycles until the next stall, if no output comes
        self._since = 0  # cycles since the last handshake
        self._idle = 0  # cycles without s_axis_tvalid
        self._waited = 0  # cycles that the output has waited
        self._ending: int | None = None  # cycles until the segment ends, once that is clear
        self._bad_sent = self._error_seen = False
        self._offers = False  # a beat that is not accepted
        self._previous: Outputs | None = None
        self._driven: Inputs | None = None
        self._taken = False  # the output beat of the last watched cycle was taken
        self._longest = 0  # from a frame's last beat to an output
        self._long_stalls = 3
        self._load: AxiLiteLoad | RegisterAccesses | WritesAndReads | None = None  # what goes over AXI4-Lite now
        self._accesses, self._gates = segment.accesses, Gates(segment, self._seen)  # accesses still to be made

    def _observe_reset(self, outputs: Outputs) -> None:
        self._reset_left -= 1
        self._seen.began = self.record.cycles
        if self._reset_left or self._segment.reset_cycles == 1:
            return  # the first edge under reset is still to come, and brings the registers out of X
        for name, value in low_under_reset(outputs):
            if value != 0:
                self._violation(f"{name} is {shown(value)} under reset, must be 0")

    def _observe_input(self, inputs: Inputs, outputs: Outputs) -> bool:
        if outputs.s_tready is None:
            self._violation("s_axis_tready is X")
        if not (inputs.s_tvalid and outputs.s_tready):
            return False
        _, last, good, load = self._words[self._beat]
        self._bad_sent |= not good and not load
        if load:
            self._flags.accept(last, good)
        self._beat += 1
        self._seen.beats_accepted += 1
        if last:
            self._seen.last_beat_cycles.append(self.record.cycles)
        return True

    def _begin_load(self) -> None:
        """Where the next beats are a load for the AXI4-Lite port, its accesses begin; the stream waits meanwhile."""
        idle = self._load is None and not self.done and not self._reset_left and not self._s_gap
        if self._segment.beside and self._accesses and idle and self._gates.may_begin(self._accesses[0]):
            return self._begin_accesses()
        if not self._over_axi_lite or not idle or self._beat == len(self._words) or not self._words[self._beat][3]:
            return None
        end = next(i for i in range(self._beat, len(self._words)) if self._words[i][1]) + 1
        data, good = bytes(word for word, *_ in self._words[self._beat : end]), self._words[end - 1][2]
        words = [int.from_bytes(data[i : i + 4], "little") for i in range(0, len(data), 4)]
        self._load = AxiLiteLoad(words, good, self._draw_load_stall, self._violation)

    def _begin_accesses(self) -> None:
        how = self._gates, self._draw_load_stall, self._violation
        accesses, self._accesses = RegisterAccesses(self._accesses, *how), []
        self._load, self._seen.replies = accesses, accesses.replies
        if self._segment.reads:
            reads = RegisterAccesses(self._segment.reads, *how)
            self._load, self._seen.read_replies = WritesAndReads(accesses, reads), reads.replies

    def _observe_load(self, outputs: Outputs) -> bool:
        """Whether a load word was written in this cycle; its bytes count as accepted beats."""
        if self._load is None:
            return False
        before = self._load.words_sent
        self._load.observe(outputs.axil)
        if worded := self._load.words_sent != before:
            self._beat += 4
            self._seen.beats_accepted += 4
        if self._load.done:
            if self._load.loads:
                self._seen.last_beat_cycles.append(self.record.cycles)
            else:
                self._gates.finish()
            self._load = None
        return worded

    def _observe_output(self, inputs: Inputs, outputs: Outputs) -> bool:
        before = self._previous
        if before is not None and before.m_tvalid and not self._taken:
            if outputs.m_tvalid != 1:
                self._violation("m_axis_tvalid fell before m_axis_tready was high")
            elif (outputs.m_tdata, outputs.m_tlast) != (before.m_tdata, before.m_tlast):
                self._violation("m_axis_tdata or m_axis_tlast changed while the output was stalled")
        if outputs.m_tvalid is None:
            self._violation("m_axis_tvalid is X")
        if not outputs.m_tvalid:
            return False
        if self._seen.first_valid_cycle is None:
            self._seen.first_valid_cycle = self.record.cycles
        if not inputs.m_tready:
            return False
        self._seen.beats.append(Beat(outputs.m_tdata, outputs.m_tlast, self.record.cycles))
        if self._seen.last_beat_cycles:
            self._longest = max(self._longest, self.record.cycles - self._seen.last_beat_cycles[-1])
        return True

    def _observe_streams(self, outputs: Outputs) -> None:
        if outputs.stream_valid is None:
            self._violation("stream_valid is X")
        if outputs.stream_valid:
            self._seen.stream_cycles.append(self.record.cycles)
            self._seen.stream_words.append(outputs.stream_word)
            if self._seen.last_beat_cycles:
                self._longest = max(self._longest, self.record.cycles - self._seen.last_beat_cycles[-1])

    def _observe_error(self, outputs: Outputs) -> None:
        if outputs.frame_error is None:
            self._violation("frame_error is X")
        elif outputs.frame_error and not self._bad_sent:
            self._seen.error_before = True
        elif self._error_seen and not outputs.frame_error:
            self._violation("frame_error fell before a reset")
        self._error_seen |= bool(outputs.frame_error)

    def _pass(self, cycles: int) -> None:
        """Let the countdowns run over cycles in which the core showed the same outputs."""
        self._s_gap -= min(cycles, self._s_gap)
        stalled = self._previous is not None and bool(self._previous.m_tvalid) and not self._taken
        self._pass_stall(cycles, stalled)
        self._since += cycles
        self._waited = self._waited + cycles if stalled else 0
        self.record.longest_stall = max(self.record.longest_stall, self._waited)
        if self._ending is not None:
            self._ending -= min(cycles, self._ending)
        is_asked = self._load is not None and self._load.is_busy
        ours = stalled or self._s_gap or self._ending is not None or is_asked or self._since < self._segment.pause
        self._quiet = 0 if ours else self._quiet + cycles

    def _pass_stall(self, cycles: int, stalled: bool) -> None:
        """`m_axis_tready`: what it waits for, and, soon after a handshake, changes that no output is there to see."""
        toggles = self._segment.stall and self._since < _TOGGLE_CYCLES
        if self._m_gap:
            if stalled or (toggles and not self._m_holds):
                self._m_gap -= min(cycles, self._m_gap)
                if not self._m_gap:
                    self._m_holds, self._m_open = False, self._draw(0.0)
        elif toggles and self._previous is not None and not self._previous.m_tvalid:
            self._m_open -= cycles
            if self._m_open <= 0:
                self._m_gap = self._draw(0.0)

    def _make_noise(self, inputs: Inputs) -> None:
        """Other noise on the lines that mean nothing: under reset, and in the first cycles of an idle input."""
        if self._segment.junk and (inputs.rst or (not inputs.s_tvalid and self._idle < _NOISE_CYCLES)):
            self._noise = noise_after(self._noise)
        self._idle = 0 if inputs.rst or inputs.s_tvalid else self._idle + 1

    def _advance(self) -> None:
        """End the segment when it is over, or the whole run when the core hangs."""
        segment, outcome = self._segment, self._seen
        if self._ending is None:
            all_sent = self._beat == len(self._words) and (self._load is None or segment.cuts_accesses)
            if segment.cut_after_beats is not None:
                self._ending = 0 if outcome.beats_accepted >= segment.cut_after_beats else None
            elif segment.cut_after_outputs is not None:
                self._ending = 0 if len(outcome.beats) >= segment.cut_after_outputs else None
            elif segment.cut_after_valid is not None:
                self._ending = None if outcome.first_valid_cycle is None else segment.cut_after_valid
            elif segment.cut_after_cycles is not None:
                self._ending = segment.cut_after_cycles if all_sent else None
            elif (
                all_sent
                and len(outcome.beats) >= segment.expected_beats
                and len(outcome.stream_cycles) >= segment.expected_clocks
            ):
                self._ending = _SETTLE + (2 * self._longest if segment.settle else 0)
        if self._ending == 0 and self._accesses:
            self._begin_accesses()
        if self._ending == 0 and (segment.cuts_accesses or self._load is None or self._load.loads):
            outcome.finished = True
            within = bool(self._beat and not self._words[self._beat - 1][1])
            waits = bool(self._previous and self._previous.m_tvalid and not self._taken)
            outcome.left = within | waits << 1 | bool(outcome.beats) << 2
            outcome.error_after = bool(self._previous and self._previous.frame_error)
            if self._index + 1 < len(self._script.segments):
                self._begin(self._index + 1)
            else:
                self.done = True
        elif self._unasked > segment.expected_beats + self._script.quiet_limit:
            self.stop(runaway(segment, self._unasked, outcome.beats_accepted, len(outcome.beats)))
        elif self._quiet >= self._script.quiet_limit:
            self.stop(hang(segment, self._quiet, outcome.beats_accepted, len(outcome.beats)))

    def _draw(self, none: float) -> int:
        return drawn_stall(self._random, none)

    def _stall_before_load(self) -> int:
        # Results wait as long as a load behind them may take: a core that lets it in too early spoils them.
        if not self._words[self._beat - 1][1] or self._beat == len(self._words) or not self._words[self._beat][3]:
            return 0
        beats = next(i for i, word in enumerate(islice(self._words, self._beat, None), 1) if word[1])
        return 2 * self._longest + 16 + min(beats, _LOAD_STALL_AT_MOST)

    def _draw_load_stall(self) -> int:
        return self._draw(0.6) if self._segment.stall else 0

    def _draw_input_gap(self) -> int:
        # Within a frame, if it has more than one beat: between frames most cores have nothing to forget.
        ends = [last for _, last, _, _ in self._words[max(0, self._beat - 2) : self._beat]]
        gap = self._draw(0.6)
        if self._long_gaps and (not ends[-1] or ends[0]) and self._random.random() < 0.2:
            self._long_gaps -= 1
            gap = _LONG_GAP
        if self._load_gap and [word[1::2] for word in self._words[max(0, self._beat - 6) : self._beat]] == 6 * [(0, 1)]:
            gap, self._load_gap = max(gap, self._load_gap), 0
        if self._beat < len(self._words):
            self.record.longest_gap = max(self.record.longest_gap, gap)
        return gap

    def _draw_output_stall(self) -> int:
        # A few are so long that the core must finish the next sample, and hold it, behind the stalled one. One at least
        # in each segment of many outputs, and the first of all longer than counters of eight bits count.
        overdue = self._long_stalls == 3 and 2 * len(self._seen.beats) >= self._segment.expected_beats
        if self._long_stalls and (self._random.random() < 0.1 or overdue):
            self._long_stalls -= 1
            self._m_holds = True
            minimum, self._long_hold = self._long_hold, 0
            return max(minimum, 2 * self._longest + 16)
        return self._draw(0.5)

    def _violation(self, text: str) -> None:
        if len(self._seen.violations) < _VIOLATIONS_KEPT:
            self._seen.violations.append(f"{text} (cycle {self.record.cycles})")
