// Both ends of the core's two streams: `driver.py` once more, for a loop that never leaves C++.
//
// Cycle for cycle the same as `Driver` (the tests hold the two against each other), but every cycle is watched, none is
// slept through. Output beats go into a file: what they should be is known to the process that reads it alone.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "load_flags.hpp"

namespace sc {

struct Inputs {
    bool rst = false, s_tvalid = false, s_tlast = false, m_tready = false, s_tuser = false;
    uint64_t s_tdata = 0;                // the low 29 bits
    const uint32_t* s_more = nullptr;    // the bits above them, where a beat has any
    int64_t halvings = 0;
    bool operator!=(const Inputs& o) const {
        return rst != o.rst || s_tvalid != o.s_tvalid || s_tlast != o.s_tlast || m_tready != o.m_tready ||
               s_tuser != o.s_tuser || s_tdata != o.s_tdata || s_more != o.s_more || halvings != o.halvings;
    }
};

struct Outputs {
    bool s_tready = false, m_tvalid = false, m_tlast = false, frame_error = false, loaded = false, load_error = false;
    bool stream_valid = false;
    uint64_t m_tdata = 0;              // the low 64 bits
    const uint64_t* m_more = nullptr;  // the `m_more_words` words above them, where the port has any
    int m_more_words = 0;
    const uint64_t* stream = nullptr;  // of a circuit, where stream_valid: its `stream_words` words
    int stream_words = 0;
};

// The AXI4-Lite port; read while a load goes over it.
struct AxilInputs {
    bool awvalid = false, wvalid = false, bready = false, arvalid = false, rready = false;
    uint32_t awaddr = 0, wdata = 0, wstrb = 0, araddr = 0;
};

struct AxilOutputs {
    bool awready = false, wready = false, bvalid = false, arready = false, rvalid = false;
    uint32_t bresp = 0, rdata = 0, rresp = 0;
};

// The script, as `block_files.py` writes it; beats stay in the mapped file.
struct Segment {
    const uint32_t* words;  // of a beat: tdata << 3 | load << 2 | tlast << 1 | good, then the bits of tdata from 29 up
    int64_t stride;         // words of a beat
    int64_t words_count;  // beats
    uint32_t beat(int64_t number) const { return words[number * stride]; }
    int64_t expected_beats, reset_cycles, halvings, stall, settle, hold, junk;
    int64_t cut_after_beats, cut_after_outputs, cut_after_valid, cut_after_cycles;  // -1: none
    int64_t expected_clocks;
    const int64_t* accesses;  // of registers: waits << 50 | ahead << 49 | writes << 48 | releases << 47 | opens << 46 |
                              // offered << 45 | at stop << 44 | strobes << 40 | address << 32 | data
    int64_t accesses_count, beside;
    const int64_t* reads;  // more of them, at the same time
    int64_t reads_count;
    const int64_t* stops;  // pairs: an input beat that waits, and output beats
    int64_t stops_count;   // numbers
    const int64_t* turns;  // halvings of one sample after the other, where they change between samples
    int64_t turns_count, pause, meet;
    bool cuts_accesses() const { return beside && cut_after_cycles >= 0; }
};

enum Control { NO_CONTROL = 0, STREAM, AXI_LITE };

struct Script {
    std::vector<Segment> segments;
    int control = NO_CONTROL;
    int64_t quiet_limit;
    uint32_t seed;
    uint32_t random_state[624];
    int random_index;
};

constexpr int64_t FRAMES_NOTED = 64;
constexpr int CROSSES = 256;

// An answer of a register: response, data, and the clock in which the address was taken.
struct Reply {
    uint32_t response, data;
    int64_t cycle;
};

// What was seen of one segment.
struct Seen {
    int64_t began = 0, beats = 0, clocks = 0, accepted = 0, frames = 0, last_beat_cycle = -1, first_valid_cycle = -1;
    bool error_before = false, error_after = false, finished = false;
    int left = 0;
    uint64_t toggles = 0;
    std::vector<int64_t> frame_cycles;  // of each frame's last beat, in segments of few frames
    std::vector<const char*> violations;
    std::vector<int64_t> violation_cycles;
    std::vector<Reply> replies, read_replies;
};

// What the streams and the accesses of a segment wait for from each other.
class Gates {
  public:
    void begin(const Segment* segment) {
        m_segment = segment;
        m_opened = 0;
        m_is_released = false;
    }
    // The input beat that waits; -1 where none does.
    int64_t limit() const { return stops() ? m_segment->stops[2 * m_opened] : -1; }
    // Whether no output is taken.
    bool holds() const { return m_segment->hold && !m_is_released; }
    // Whether an access waits for neither stream.
    bool may_begin(int64_t access, const Seen& seen) const {
        const bool is_late = seen.accepted >= limit() || (access >> 45 & 1);
        const bool comes_early = stops() && (!is_late || seen.beats < m_segment->stops[2 * m_opened + 1]);
        return !((access >> 44 & 1) && comes_early) && (seen.first_valid_cycle >= 0 || !(access >> 45 & 1));
    }
    // The answer to an access has been taken.
    void answered(int64_t access) {
        m_opened += access >> 46 & 1;
        m_is_released |= access >> 47 & 1;
    }
    // The accesses have come to their end, or to one without an answer: nothing waits for them any longer.
    void finish() {
        m_opened = m_segment->stops_count;
        m_is_released = true;
    }

  private:
    bool stops() const { return 2 * m_opened < m_segment->stops_count; }

    const Segment* m_segment = nullptr;
    int64_t m_opened = 0;
    bool m_is_released = false;
};

// Mersenne Twister, with the draws of Python's `random`: the stalls must fall into the same cycles as the driver's.
class Random {
  public:
    Random(const uint32_t* state, int index) : m_index(index) {
        for (int i = 0; i < 624; ++i) m_state[i] = state[i];
    }

    double random() {
        const uint32_t a = next() >> 5, b = next() >> 6;
        return (a * 67108864.0 + b) * (1.0 / 9007199254740992.0);
    }

    // randint(1, top)
    int64_t randint(uint32_t top) {
        int bits = 0;
        for (uint32_t rest = top; rest; rest >>= 1) ++bits;
        uint32_t draw;
        do draw = next() >> (32 - bits);
        while (draw >= top);
        return 1 + int64_t(draw);
    }

  private:
    uint32_t next() {
        if (m_index >= 624) {
            for (int i = 0; i < 624; ++i) {
                const uint32_t y = (m_state[i] & 0x80000000u) | (m_state[(i + 1) % 624] & 0x7fffffffu);
                m_state[i] = m_state[(i + 397) % 624] ^ (y >> 1) ^ ((y & 1) ? 0x9908b0dfu : 0u);
            }
            m_index = 0;
        }
        uint32_t y = m_state[m_index++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680u;
        y ^= (y << 15) & 0xefc60000u;
        return y ^ (y >> 18);
    }

    uint32_t m_state[624];
    int m_index;
};

// Accesses over AXI4-Lite: a load, or a list of reads and writes of registers; `axi_lite_load.py` and
// `register_accesses.py` once more.
class AxiLiteMaster {
  public:
    static constexpr const char* BAD_WRITE = "s_axil_bresp must be 0 for a write of a load";
    static constexpr const char* BAD_READ = "s_axil_rresp must be 0 for a read of the status";
    static constexpr const char* UNASKED = "an answer on AXI4-Lite to no access that was accepted";
    static constexpr const char* FELL = "an answer on AXI4-Lite fell before it was taken";
    static constexpr const char* CHANGED = "an answer on AXI4-Lite changed while it waited";

    bool active = false;
    int64_t words_sent = 0;

    // A load; `beats` are its bytes, one a beat, up to its tlast.
    template <class Draw>
    void begin(const uint32_t* beats, Draw draw) {
        m_beats = beats;
        m_count = 1;
        while (!(beats[m_count - 1] & 2)) ++m_count;
        m_good = beats[m_count - 1] & 1;
        m_count = (m_count + 3) / 4;
        words_sent = 0;
        restart();
        phase(BEGIN, draw);
    }

    // A list of accesses.
    template <class Draw>
    void begin(const int64_t* accesses, int64_t count, std::vector<Reply>* replies, Gates* gates, Draw draw) {
        m_accesses = accesses;
        m_gates = gates;
        m_count = count;
        m_replies = replies;
        m_cycle = m_waited = m_begun = words_sent = 0;
        m_accepted.assign(size_t(count), 0);
        restart();
        m_phase = LIST;
        listed(draw);
    }

    bool loads() const { return m_phase != LIST; }
    // Whether an access of a list has begun and has no answer.
    bool is_busy() const { return !loads() && !m_gaps.empty(); }

    AxilInputs inputs() const {
        AxilInputs in;
        const bool offers = m_address_left && !m_address_gap, takes = !m_gaps.empty() && !m_gaps.front();
        const uint32_t address = offers ? m_address : 0;
        if (!m_writes) {
            in.arvalid = offers;
            in.araddr = address;
            in.rready = takes;
            return in;
        }
        in.awvalid = offers;
        in.awaddr = address;
        in.wvalid = m_data_left && !m_data_gap;
        if (in.wvalid) {
            in.wdata = m_data;
            in.wstrb = m_strobes;
        }
        in.bready = takes;
        return in;
    }

    // What the core did wrong goes to `report`.
    template <class Draw, class Report>
    void observe(const AxilOutputs& out, const Seen& seen, Draw draw, Report report) {
        const AxilInputs in = inputs();
        const bool replies = m_writes ? out.bvalid : out.rvalid, ready = m_writes ? in.bready : in.rready;
        const bool other = m_writes ? out.rvalid : out.bvalid;
        const uint32_t response = m_writes ? out.bresp : out.rresp, data = m_writes ? 0 : out.rdata;
        ++m_cycle;
        m_waited += is_busy();
        if (m_phase == LIST && m_address_left) m_accepted[size_t(m_begun - 1)] = m_cycle;
        if (m_writes) {
            if (in.awvalid && out.awready) m_address_left = false;
            if (in.wvalid && out.wready) m_data_left = false;
        } else {
            if (in.arvalid && out.arready) m_address_left = false;
            m_data_left = m_address_left;
        }
        if (other || (replies && m_gaps.size() == size_t(open()))) report(UNASKED);
        if (m_held && (!replies || response != m_response || data != m_reply_data)) report(replies ? CHANGED : FELL);
        m_held = replies && !ready;
        m_response = response;
        m_reply_data = data;
        if (m_address_gap) --m_address_gap;
        if (m_data_gap) --m_data_gap;
        if (replies && !m_gaps.empty() && m_gaps.front()) --m_gaps.front();
        if (replies && ready) {
            m_gaps.erase(m_gaps.begin());
            m_phase == LIST ? note(out) : reply(out, draw, report);
        }
        if (m_phase != LIST) return;
        if (active && !open() && m_begun < m_count && (m_gaps.empty() || (m_accesses[m_begun] >> 49 & 1)) &&
            m_gates->may_begin(m_accesses[m_begun], seen))
            listed(draw);
        if (m_waited > PATIENCE) active = false;
    }

  private:
    enum Phase { BEGIN, POLL, WORD, COMMIT, CHECK, LIST };
    static constexpr int64_t PATIENCE = 1000, LONG_WAIT = 300;

    // What the lowest four bits of a wait say.
    static int64_t clocks(int64_t wait) { return (wait & 15) == 15 ? LONG_WAIT : wait & 15; }

    // Whether the last access that has begun is not yet accepted.
    bool open() const { return m_address_left || m_data_left; }

    void restart() {
        active = true;
        m_held = false;
        m_gaps.clear();
    }

    // `waits`: clocks that address, data and answer wait beyond what is drawn.
    template <class Draw>
    void access(bool writes, uint32_t address, uint32_t data, uint32_t strobes, int64_t waits, Draw draw) {
        m_writes = writes;
        m_address = address;
        m_data = data;
        m_strobes = strobes;
        m_address_left = m_data_left = true;
        m_address_gap = draw() + clocks(waits);
        m_data_gap = draw() + clocks(waits >> 4);
        m_gaps.push_back(draw() + clocks(waits >> 8));
    }

    template <class Draw>
    void phase(Phase phase, Draw draw) {
        static constexpr uint32_t ADDRESSES[] = {0x44, 0x40, 0x58, 0x44, 0x40};
        m_phase = phase;
        uint32_t data = phase == BEGIN ? 1 : 2;
        if (phase == WORD) {
            data = 0;
            for (int i = 0; i < 4; ++i) data |= ((m_beats[4 * words_sent + i] >> 3) & 255) << (8 * i);
        }
        access(phase == BEGIN || phase == WORD || phase == COMMIT, ADDRESSES[phase], data, 15, 0, draw);
    }

    template <class Draw>
    void listed(Draw draw) {
        const int64_t next = m_accesses[m_begun++];
        access(next >> 48 & 1, uint32_t(next >> 32) & 255, uint32_t(next), uint32_t(next >> 40) & 15, next >> 50, draw);
    }

    void note(const AxilOutputs& out) {
        const size_t place = m_replies->size();
        m_replies->push_back({m_writes ? out.bresp : out.rresp, m_writes ? 0 : out.rdata, m_accepted[place]});
        m_gates->answered(m_accesses[place]);
        m_waited = 0;
        if (int64_t(m_replies->size()) == m_count) active = false;
    }

    template <class Draw, class Report>
    void reply(const AxilOutputs& out, Draw draw, Report report) {
        if ((m_writes ? out.bresp : out.rresp) != 0) report(m_writes ? BAD_WRITE : BAD_READ);
        if (m_phase == BEGIN) {
            phase(POLL, draw);
        } else if (m_phase == POLL) {
            phase((out.rdata & 3) == 3 ? WORD : POLL, draw);
        } else if (m_phase == WORD) {
            phase(++words_sent == m_count ? COMMIT : WORD, draw);
        } else if (m_phase == COMMIT) {
            phase(CHECK, draw);
        } else {
            active = false;
            if ((out.rdata & 12) != (m_good ? 4u : 8u)) report(m_good ? LoadFlags::NOT_WHOLE : LoadFlags::NOT_REFUSED);
        }
    }

    const uint32_t* m_beats = nullptr;
    const int64_t* m_accesses = nullptr;
    std::vector<Reply>* m_replies = nullptr;
    Gates* m_gates = nullptr;
    int64_t m_count = 0, m_address_gap = 0, m_data_gap = 0, m_cycle = 0, m_waited = 0, m_begun = 0;
    std::vector<int64_t> m_gaps;      // clocks that answers will wait, of all accesses that have begun and have none
    std::vector<int64_t> m_accepted;  // when, by the place in the list
    uint32_t m_address = 0, m_data = 0, m_strobes = 0, m_response = 0, m_reply_data = 0;
    bool m_held = false;  // an answer waited in the clock before: these two
    Phase m_phase = BEGIN;
    bool m_good = false, m_writes = false, m_address_left = false, m_data_left = false;
};

enum Fault { NONE = 0, HANG, RUNS_AWAY, ENDED };

// Core: drive(Inputs), drive_axil(AxilInputs), settle(), read() -> Outputs, read_axil() -> AxilOutputs, edge(), ended(),
// toggles().
template <class Core>
class Driver {
  public:
    Driver(Core& core, const Script& script, std::FILE* beats, std::FILE* streams = nullptr)
        : m_core(core),
          m_script(script),
          m_random(script.random_state, script.random_index),
          m_beats(beats),
          m_streams(streams) {
        done = script.segments.empty();
        m_noise = script.seed * 0x9E3779B1u;
        if (!m_noise) m_noise = 1;
        if (!done) begin(0);
    }

    bool done;
    int64_t cycles = 0, quiet = 0, unasked = 0, longest_gap = 0, longest_stall = 0;
    int64_t crosses[CROSSES] = {};
    Fault fault = NONE;
    std::vector<Seen> record;

    // One clock cycle: inputs, settled outputs, rising edge.
    void cycle() {
        const Inputs inputs = present();
        m_core.settle();
        observe(inputs, m_core.read());
        m_core.edge();
        if (m_core.ended() && !done) {
            fault = ENDED;
            done = true;
        }
    }

    // The two halves of a cycle, for whoever settles several cores together: inputs put on the pins, and outputs taken.
    Inputs present() {
        const Inputs inputs = drive();
        if (inputs != m_on_pins || cycles == 0) {
            m_core.drive(inputs);
            m_on_pins = inputs;
        }
        if (m_script.control == AXI_LITE) {
            const AxilInputs offered = is_asked() && !inputs.rst ? axil_inputs() : AxilInputs{};
            m_core.drive_axil(noisy_lines(offered, m_segment->junk ? m_noise : 0));
        }
        return inputs;
    }

    void observe(const Inputs& inputs, const Outputs& outputs) {
        ++cycles;
        ++crosses[crossed(inputs, outputs)];
        make_noise(inputs);
        if (inputs.rst) {
            m_flags.reset();
            observe_reset(outputs);
            begin_load();
            return;
        }
        if (m_script.control == STREAM)
            if (const char* wrong = m_flags.observe(outputs.loaded, outputs.load_error)) violation(wrong);
        const bool accepted = inputs.s_tvalid && outputs.s_tready;
        if (accepted) accept();
        const bool worded = is_asked() && observe_load();
        const bool taken = observe_output(inputs, outputs);
        if (outputs.stream_valid) observe_streams(outputs);
        observe_error(outputs);
        m_previous = outputs;
        m_more.assign(outputs.m_more, outputs.m_more + outputs.m_more_words);
        m_seen_any = true;
        m_taken = taken;
        m_offers = inputs.s_tvalid && !accepted;
        pass();
        if (accepted || worded || taken) quiet = m_since = 0;
        unasked = accepted ? 0 : unasked + taken;
        // New stalls begin with the next cycle, after this cycle's countdown.
        if (m_segment->stall && accepted) m_s_gap = draw_input_gap();
        if (m_segment->stall && taken) m_m_gap = draw_output_stall();
        if (m_segment->stall && accepted && stall_before_load() > m_m_gap) {
            m_m_gap = stall_before_load();
            m_holds = true;
        }
        advance();
        begin_load();
    }

  private:
    static constexpr int64_t SETTLE = 32, LOAD_STALL_AT_MOST = 1000, NOISE_CYCLES = 32, TOGGLE_CYCLES = 64, LONG_GAP = 1100;
    static constexpr int64_t TURN_CLOCKS = 3;
    static constexpr int64_t BROKEN_BEATS = 8;  // bits of a turn below the beats of a frame of a wrong length
    static constexpr size_t VIOLATIONS_KEPT = 5;

    Inputs drive() const {
        Inputs inputs;
        const uint32_t noise = m_segment->junk ? m_noise : 0;
        inputs.halvings = halvings();
        inputs.s_tdata = noise >> 3;
        inputs.s_tlast = noise & 1;
        inputs.s_tuser = (noise & 2) && m_script.control == STREAM;
        if (m_reset_left) {
            inputs.rst = true;
            inputs.s_tvalid = noise & 16;
            inputs.m_tready = noise & 4;
            return inputs;
        }
        inputs.m_tready = !m_m_gap && !m_gates.holds();
        bool waits = m_s_gap || m_beat == m_segment->words_count || m_beat == m_gates.limit() || waits_for_turn();
        if (m_segment->meet) {
            inputs.m_tready = takes_for_meeting();
            waits = waits || waits_for_meeting();
        }
        if ((is_asked() && (m_load.loads() || !m_segment->beside)) || waits) return inputs;
        const uint32_t word = m_segment->beat(m_beat);
        // what a frame is, `tuser` says on its first beat alone
        const bool first = !m_beat || (m_segment->beat(m_beat - 1) & 2);
        inputs.s_tvalid = true;
        inputs.s_tdata = word >> 3;
        if (m_segment->stride > 1) inputs.s_more = m_segment->words + m_beat * m_segment->stride + 1;
        inputs.s_tlast = word & 2;
        if (first || !m_segment->junk) inputs.s_tuser = word & 4;
        return inputs;
    }

    // Where last beats are to meet: whether the next one is its frame's last, and what it waits for is there.
    bool ends() const { return m_beat == m_segment->words_count || (m_segment->beat(m_beat) & 2); }
    bool is_there() const { return m_seen_any && m_previous.m_tvalid && !m_taken; }
    bool is_last() const { return is_there() && m_previous.m_tlast; }

    bool waits_for_meeting() const {
        return ends() && !m_offers && m_seen->frames && !is_last() && m_since < m_segment->meet;
    }

    bool takes_for_meeting() const { return is_there() && (!is_last() || ends() || m_waited >= m_segment->meet); }

    // What stands on the AXI4-Lite port: noise on the lines of channels that offer nothing.
    static AxilInputs noisy_lines(AxilInputs in, uint32_t noise) {
        if (!in.awvalid) in.awaddr = noise >> 2 & 0x7F;
        if (!in.wvalid) {
            in.wdata = noise;
            in.wstrb = noise >> 5 & 0xF;
        }
        if (!in.arvalid) in.araddr = noise >> 9 & 0x7F;
        return in;
    }

    // A sample, or a frame of a wrong length, while `halvings` changes between them.
    struct Turn {
        int64_t index = 0, begin = 0, end = 0;
    };

    // Where `halvings` changes between samples, it does with a first beat.
    int64_t halvings() const {
        if (!m_segment->turns_count) return m_segment->halvings;
        const Turn turn = this->turn();
        return m_segment->turns[std::max(int64_t(0), turn.index - lingers(turn))] & ((1 << BROKEN_BEATS) - 1);
    }

    // Which turn is in work, or comes next: all beats and results of those before have passed.
    Turn turn() const {
        const int64_t* turns = m_segment->turns;
        int64_t samples = 0, beats = m_segment->words_count, due = 0;
        for (int64_t i = 0; i < m_segment->turns_count; ++i) {
            samples += turns[i] >> BROKEN_BEATS == 0;
            beats -= turns[i] >> BROKEN_BEATS;
        }
        Turn turn;
        for (int64_t i = 0; i < m_segment->turns_count; ++i) {
            if (i && (m_beat < turn.end || m_seen->beats < due)) break;
            const int64_t broken = turns[i] >> BROKEN_BEATS;
            turn = {i, turn.end, turn.end + (broken ? broken : beats / samples)};
            due += broken ? 0 : m_segment->expected_beats / samples;
        }
        return turn;
    }

    // Whether `halvings` stays for some clocks though the next turn could begin.
    bool lingers(const Turn& turn) const {
        return m_beat == turn.begin && m_since < (m_segment->pause ? m_segment->pause : turn.index % TURN_CLOCKS);
    }

    bool waits_for_turn() const {
        if (!m_segment->turns_count) return false;
        const Turn turn = this->turn();
        return m_beat >= turn.end || lingers(turn);
    }

    void begin(size_t index) {
        m_index = index;
        m_segment = &m_script.segments[index];
        record.emplace_back();
        m_seen = &record.back();
        m_beat = m_s_gap = m_m_gap = m_since = m_idle = m_waited = 0;
        m_holds = false;
        m_open = 1;
        m_reset_left = m_segment->reset_cycles;
        quiet = unasked = 0;
        m_ending = -1;
        m_bad_sent = m_error_seen = m_seen_any = m_taken = m_offers = false;
        m_longest = 0;
        m_long_stalls = 3;
        m_load.active = m_reads.active = m_accessed = false;
        m_gates.begin(m_segment);
    }

    void observe_reset(const Outputs& outputs) {
        m_seen->began = cycles;
        if (--m_reset_left) return;
        m_toggles_before = m_core.toggles();
        if (m_segment->reset_cycles == 1) return;
        if (outputs.m_tvalid) violation("m_axis_tvalid is 1 under reset, must be 0");
        if (outputs.frame_error) violation("frame_error is 1 under reset, must be 0");
        if (outputs.stream_valid) violation("stream_valid is 1 under reset, must be 0");
        if (m_script.control != AXI_LITE) return;
        const AxilOutputs axil = m_core.read_axil();
        if (axil.bvalid) violation("s_axil_bvalid is 1 under reset, must be 0");
        if (axil.rvalid) violation("s_axil_rvalid is 1 under reset, must be 0");
    }

    void accept() {
        const uint32_t word = m_segment->beat(m_beat);
        m_bad_sent |= !(word & 5);
        if (word & 4) m_flags.accept(word & 2, word & 1);
        ++m_beat;
        ++m_seen->accepted;
        if (word & 2) note_frame();
    }

    void note_frame() {
        ++m_seen->frames;
        m_seen->last_beat_cycle = cycles;
        if (m_seen->frames <= FRAMES_NOTED) m_seen->frame_cycles.push_back(cycles);
    }

    // Where the next beats are a load for the AXI4-Lite port, its accesses begin; the stream waits meanwhile.
    void begin_load() {
        if (m_script.control != AXI_LITE || is_asked() || done || m_reset_left || m_s_gap) return;
        if (m_segment->beside && !m_accessed && m_segment->accesses_count &&
            m_gates.may_begin(m_segment->accesses[0], *m_seen)) {
            begin_accesses();
            return;
        }
        if (m_beat == m_segment->words_count || !(m_segment->beat(m_beat) & 4)) return;
        m_load.begin(m_segment->words + m_beat, [this] { return draw_load_stall(); });
    }

    void begin_accesses() {
        m_accessed = true;
        const auto draw = [this] { return draw_load_stall(); };
        m_load.begin(m_segment->accesses, m_segment->accesses_count, &m_seen->replies, &m_gates, draw);
        if (m_segment->reads_count)
            m_reads.begin(m_segment->reads, m_segment->reads_count, &m_seen->read_replies, &m_gates, draw);
    }

    // Whether a load or accesses go over AXI4-Lite.
    bool is_asked() const { return m_load.active || m_reads.active; }

    AxilInputs axil_inputs() const {
        AxilInputs in = m_load.inputs();
        if (!m_segment->reads_count || m_load.loads()) return in;
        const AxilInputs reads = m_reads.inputs();
        in.arvalid = reads.arvalid;
        in.araddr = reads.araddr;
        in.rready = reads.rready;
        return in;
    }

    // Whether a load word was written in this cycle; its bytes count as accepted beats.
    bool observe_load() {
        const int64_t before = m_load.words_sent;
        const auto draw = [this] { return draw_load_stall(); };
        const auto report = [this](const char* text) { violation(text); };
        const AxilOutputs said = m_core.read_axil();
        AxilOutputs out = said;
        const bool both = m_segment->reads_count && !m_load.loads();
        if (both) out.rvalid = false;
        m_load.observe(out, *m_seen, draw, report);
        if (both) {
            out = said;
            out.bvalid = false;
            m_reads.observe(out, *m_seen, draw, report);
        }
        const bool worded = m_load.words_sent != before;
        if (worded) {
            m_beat += 4;
            m_seen->accepted += 4;
        }
        if (!m_load.active && m_load.loads()) note_frame();
        if (!is_asked() && !m_load.loads()) m_gates.finish();
        return worded;
    }

    bool observe_output(const Inputs& inputs, const Outputs& outputs) {
        if (m_seen_any && m_previous.m_tvalid && !m_taken) {
            if (!outputs.m_tvalid)
                violation("m_axis_tvalid fell before m_axis_tready was high");
            else if (outputs.m_tdata != m_previous.m_tdata || outputs.m_tlast != m_previous.m_tlast ||
                     !std::equal(m_more.begin(), m_more.end(), outputs.m_more))
                violation("m_axis_tdata or m_axis_tlast changed while the output was stalled");
        }
        if (!outputs.m_tvalid) return false;
        if (m_seen->first_valid_cycle < 0) m_seen->first_valid_cycle = cycles;
        if (!inputs.m_tready) return false;
        const uint64_t end = uint64_t(cycles) << 1 | outputs.m_tlast;
        std::fwrite(&outputs.m_tdata, sizeof outputs.m_tdata, 1, m_beats);
        if (outputs.m_more_words) std::fwrite(outputs.m_more, sizeof end, size_t(outputs.m_more_words), m_beats);
        std::fwrite(&end, sizeof end, 1, m_beats);
        ++m_seen->beats;
        if (m_seen->frames && cycles - m_seen->last_beat_cycle > m_longest)
            m_longest = cycles - m_seen->last_beat_cycle;
        return true;
    }

    void observe_streams(const Outputs& outputs) {
        const uint64_t cycle = uint64_t(cycles);
        std::fwrite(&cycle, sizeof cycle, 1, m_streams);
        std::fwrite(outputs.stream, sizeof *outputs.stream, size_t(outputs.stream_words), m_streams);
        ++m_seen->clocks;
        if (m_seen->frames && cycles - m_seen->last_beat_cycle > m_longest)
            m_longest = cycles - m_seen->last_beat_cycle;
    }

    void observe_error(const Outputs& outputs) {
        if (outputs.frame_error && !m_bad_sent)
            m_seen->error_before = true;
        else if (m_error_seen && !outputs.frame_error)
            violation("frame_error fell before a reset");
        m_error_seen |= outputs.frame_error;
    }

    void pass() {
        if (m_s_gap) --m_s_gap;
        const bool stalled = m_previous.m_tvalid && !m_taken;
        pass_stall(stalled);
        ++m_since;
        m_waited = stalled ? m_waited + 1 : 0;
        longest_stall = std::max(longest_stall, m_waited);
        if (m_ending > 0) --m_ending;
        const bool is_busy = is_asked() && (m_load.is_busy() || (m_segment->reads_count && m_reads.is_busy()));
        quiet = stalled || m_s_gap || m_ending >= 0 || is_busy || m_since < m_segment->pause ? 0 : quiet + 1;
    }

    void pass_stall(bool stalled) {
        const bool toggles = m_segment->stall && m_since < TOGGLE_CYCLES;
        if (m_m_gap) {
            if ((stalled || (toggles && !m_holds)) && !--m_m_gap) {
                m_holds = false;
                m_open = draw(0.0);
            }
        } else if (toggles && !m_previous.m_tvalid && --m_open <= 0) {
            m_m_gap = draw(0.0);
        }
    }

    void make_noise(const Inputs& inputs) {
        if (m_segment->junk && (inputs.rst || (!inputs.s_tvalid && m_idle < NOISE_CYCLES))) {
            m_noise ^= m_noise << 13;
            m_noise ^= m_noise >> 17;
            m_noise ^= m_noise << 5;
        }
        m_idle = inputs.rst || inputs.s_tvalid ? 0 : m_idle + 1;
    }

    int crossed(const Inputs& in, const Outputs& out) const {
        const bool bad = in.s_tvalid && !in.rst && !(m_segment->beat(m_beat) & 5);
        return in.rst | in.s_tvalid << 1 | (in.s_tvalid && out.s_tready) << 2 | in.s_tlast << 3 | out.m_tvalid << 4 |
               in.m_tready << 5 | bad << 6 |
               (out.m_tvalid && out.m_tlast) << 7;
    }

    void advance() {
        Seen& seen = *m_seen;
        if (m_ending < 0) {
            const bool all_sent =
                m_beat == m_segment->words_count && (!is_asked() || m_segment->cuts_accesses());
            if (m_segment->cut_after_beats >= 0) {
                if (seen.accepted >= m_segment->cut_after_beats) m_ending = 0;
            } else if (m_segment->cut_after_outputs >= 0) {
                if (seen.beats >= m_segment->cut_after_outputs) m_ending = 0;
            } else if (m_segment->cut_after_valid >= 0) {
                if (seen.first_valid_cycle >= 0) m_ending = m_segment->cut_after_valid;
            } else if (m_segment->cut_after_cycles >= 0) {
                if (all_sent) m_ending = m_segment->cut_after_cycles;
            } else if (all_sent && seen.beats >= m_segment->expected_beats &&
                       seen.clocks >= m_segment->expected_clocks) {
                m_ending = SETTLE + (m_segment->settle ? 2 * m_longest : 0);
            }
        }
        if (m_ending == 0 && m_segment->accesses_count && !m_accessed) begin_accesses();
        if (m_ending == 0 && (m_segment->cuts_accesses() || m_load.loads() || !is_asked())) {
            seen.finished = true;
            const bool within = m_beat && !(m_segment->beat(m_beat - 1) & 2), waits = m_previous.m_tvalid && !m_taken;
            seen.left = within | waits << 1 | (seen.beats > 0) << 2;
            seen.error_after = m_previous.frame_error;
            seen.toggles = m_core.toggles() - m_toggles_before;
            if (m_index + 1 < m_script.segments.size())
                begin(m_index + 1);
            else
                done = true;
        } else if (unasked > m_segment->expected_beats + m_script.quiet_limit) {
            fault = RUNS_AWAY;
            done = true;
        } else if (quiet >= m_script.quiet_limit) {
            fault = HANG;
            done = true;
        }
    }

    int64_t draw(double none) {
        const double chance = m_random.random();
        if (chance < none) return 0;
        return m_random.randint(chance < 0.95 ? 4 : 16);
    }

    // Results wait as long as a load behind them may take: a core that lets it in too early spoils them.
    int64_t stall_before_load() const {
        if (!(m_segment->beat(m_beat - 1) & 2) || m_beat == m_segment->words_count || !(m_segment->beat(m_beat) & 4))
            return 0;
        int64_t beats = 1;
        while (!(m_segment->beat(m_beat + beats - 1) & 2)) ++beats;
        return 2 * m_longest + 16 + std::min(beats, LOAD_STALL_AT_MOST);
    }

    int64_t draw_load_stall() { return m_segment->stall ? draw(0.6) : 0; }

    int64_t draw_input_gap() {
        const bool ends = m_segment->beat(m_beat - 1) & 2, alone = m_segment->beat(m_beat - (m_beat > 1 ? 2 : 1)) & 2;
        int64_t gap = draw(0.6);
        if (m_long_gaps && (!ends || alone) && m_random.random() < 0.2) {
            --m_long_gaps;
            gap = LONG_GAP;
        }
        bool within = m_load_gap && m_beat >= 6;  // a load, by a word and a half
        for (int64_t back = 1; within && back <= 6; ++back) within = (m_segment->beat(m_beat - back) & 6) == 4;
        if (within) {
            gap = std::max(gap, m_load_gap);
            m_load_gap = 0;
        }
        if (m_beat < m_segment->words_count) longest_gap = std::max(longest_gap, gap);
        return gap;
    }

    int64_t draw_output_stall() {
        const bool overdue = m_long_stalls == 3 && 2 * m_seen->beats >= m_segment->expected_beats;
        if (m_long_stalls && (m_random.random() < 0.1 || overdue)) {
            --m_long_stalls;
            m_holds = true;
            const int64_t least = m_long_hold;
            m_long_hold = 0;
            return std::max(least, 2 * m_longest + 16);
        }
        return draw(0.5);
    }

    void violation(const char* text) {
        if (m_seen->violations.size() >= VIOLATIONS_KEPT) return;
        m_seen->violations.push_back(text);
        m_seen->violation_cycles.push_back(cycles);
    }

    Core& m_core;
    const Script& m_script;
    Random m_random;
    std::FILE* m_beats;
    std::FILE* m_streams;
    Inputs m_on_pins;
    Outputs m_previous;
    std::vector<uint64_t> m_more;  // what the previous output's `m_more` was
    size_t m_index = 0;
    const Segment* m_segment = nullptr;
    Seen* m_seen = nullptr;
    int64_t m_beat = 0, m_reset_left = 0, m_s_gap = 0, m_m_gap = 0, m_longest = 0, m_long_stalls = 0;
    int64_t m_since = 0, m_open = 1, m_idle = 0, m_waited = 0, m_long_gaps = 1, m_long_hold = LONG_GAP, m_load_gap = 300;
    uint32_t m_noise = 1;
    bool m_holds = false;
    int64_t m_ending = -1;
    bool m_bad_sent = false, m_error_seen = false, m_seen_any = false, m_taken = false, m_offers = false;
    uint64_t m_toggles_before = 0;
    AxiLiteMaster m_load, m_reads;
    Gates m_gates;
    bool m_accessed = false;  // the segment's registers
    LoadFlags m_flags;  // of loads over the stream
};

inline void write_replies(std::FILE* out, const std::vector<Reply>& replies) {
    for (size_t i = 0; i < replies.size(); ++i)
        std::fprintf(out, "%s[%u, %u, %lld]", i ? ", " : "", replies[i].response, replies[i].data,
                     (long long)replies[i].cycle);
}

// The record as JSON; no text in it needs escaping.
template <class Core>
void write_record(std::FILE* out, const Driver<Core>& driver, double seconds, double cpu_seconds) {
    std::fprintf(out, "{\"cycles\": %lld, \"seconds\": %.9f, \"cpu_seconds\": %.9f, ", (long long)driver.cycles, seconds,
                 cpu_seconds);
    std::fprintf(out, "\"fault\": %d, \"quiet\": %lld, \"unasked\": %lld, ", int(driver.fault), (long long)driver.quiet,
                 (long long)driver.unasked);
    std::fprintf(out, "\"longest_gap\": %lld, \"longest_stall\": %lld, \"crosses\": [", (long long)driver.longest_gap,
                 (long long)driver.longest_stall);
    for (int i = 0; i < CROSSES; ++i) std::fprintf(out, "%s%lld", i ? ", " : "", (long long)driver.crosses[i]);
    std::fprintf(out, "], \"segments\": [");
    const char* comma = "";
    for (const Seen& s : driver.record) {
        std::fprintf(out, "%s\n{\"began\": %lld, \"beats\": %lld, \"clocks\": %lld, \"accepted\": %lld, \"last_beat_cycles\": [",
                     comma, (long long)s.began, (long long)s.beats, (long long)s.clocks, (long long)s.accepted);
        if (s.frames > FRAMES_NOTED) std::fprintf(out, "%lld", (long long)s.last_beat_cycle);
        for (size_t i = 0; s.frames <= FRAMES_NOTED && i < s.frame_cycles.size(); ++i)
            std::fprintf(out, "%s%lld", i ? ", " : "", (long long)s.frame_cycles[i]);
        std::fprintf(out, "], ");
        std::fprintf(out, "\"first_valid_cycle\": %lld, \"error_before\": %s, ", (long long)s.first_valid_cycle,
                     s.error_before ? "true" : "false");
        std::fprintf(out, "\"error_after\": %s, \"finished\": %s, \"left\": %d, \"toggles\": %llu, \"violations\": [",
                     s.error_after ? "true" : "false", s.finished ? "true" : "false", s.left,
                     (unsigned long long)s.toggles);
        for (size_t i = 0; i < s.violations.size(); ++i)
            std::fprintf(out, "%s\"%s (cycle %lld)\"", i ? ", " : "", s.violations[i],
                         (long long)s.violation_cycles[i]);
        std::fprintf(out, "], \"replies\": [");
        write_replies(out, s.replies);
        std::fprintf(out, "], \"read_replies\": [");
        write_replies(out, s.read_replies);
        std::fprintf(out, "]}");
        comma = ",";
    }
    std::fprintf(out, "]}\n");
}

}  // namespace sc
