// The compiled harness: a Verilated core, its clock, and the stimulus mapped into memory, in one loop.
//
//   harness STIMULUS RECORD BEATS STREAMS LIFE [MUTANT]   drive the script; leave the record, all output beats, all
//                                clocks of streams; rewrite LIFE now and then; MUTANT is which fault of a mutated core
//   harness free CYCLES RECORD   the clock alone, after a reset: what the same model does without us
//
// ports.hpp is generated for each core: INPUT_BITS, OUTPUT_BITS, NETS where the core shows its nets, HALVINGS where it
// has that port, MUTANTS where faults are selected, and the port that loads go through, LOADS_OVER_STREAM or
// LOADS_OVER_AXI_LITE. For a circuit STREAMS, which names its streams, STREAM_WORDS, and NO_FRAMES where it has no output
// frames.
#include <time.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "Vtop.h"
#include "driver.hpp"
#include "ports.hpp"
#include "stimulus.hpp"
#include "verilated.h"

namespace {

constexpr int64_t BLOCK = 8192;  // cycles between two looks at the wall clock
constexpr double LIFE_SECONDS = 0.2;

template <class T>
uint64_t word(const T& port) {
    return uint64_t(port);
}
template <std::size_t N>
uint64_t word(const VlWide<N>& port) {
    return uint64_t(port.at(1)) << 32 | port.at(0);
}
// The 64 bits of a wide port from place 64·(number + 1) up.
template <class T>
uint64_t more(const T&, int) {
    return 0;
}
template <std::size_t N>
uint64_t more(const VlWide<N>& port, int number) {
    const std::size_t low = 2 * std::size_t(number + 1);
    return (low + 1 < N ? uint64_t(port.at(low + 1)) << 32 : 0) | (low < N ? port.at(low) : 0);
}
template <class T>
void put(T& port, uint64_t value) {
    port = T(value);
}
template <std::size_t N>
void put(VlWide<N>& port, uint64_t value) {
    port.at(0) = uint32_t(value);
    port.at(1) = uint32_t(value >> 32);
}
// 32 bits of a beat from place 32·number up: its low 29 bits, and the words of the bits above them.
uint32_t piece(uint64_t low, const uint32_t* above, int number, int bits) {
    const int words = (bits - 29 + 31) / 32;
    uint32_t found = number == 0 ? uint32_t(low) : above && number <= words ? above[number - 1] >> 3 : 0;
    if (above && number < words) found |= above[number] << 29;
    const int left = bits - 32 * number;
    return left >= 32 ? found : left <= 0 ? 0 : found & ((uint32_t(1) << left) - 1);
}
template <class T>
void put_beat(T& port, uint64_t low, const uint32_t* above, int bits) {
    port = T(uint64_t(piece(low, above, 1, bits)) << 32 | piece(low, above, 0, bits));
}
template <std::size_t N>
void put_beat(VlWide<N>& port, uint64_t low, const uint32_t* above, int bits) {
    for (std::size_t i = 0; i < N; ++i) port.at(i) = piece(low, above, int(i), bits);
}

double now(clockid_t clock) {
    timespec t;
    clock_gettime(clock, &t);
    return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

class Core {
  public:
    Core() : m_top(new Vtop(&m_context)) {
        m_top->clk = 0;
        drive(sc::Inputs{});
        m_top->eval();
    }
    ~Core() { m_top->final(); }

    void select(int64_t mutant) {
#ifdef MUTANTS
        put(m_top->sc_mutant, uint64_t(mutant));
        m_top->eval();
#else
        (void)mutant;
#endif
    }
    void drive(const sc::Inputs& in) {
        put(m_top->rst, in.rst);
        put(m_top->s_axis_tvalid, in.s_tvalid);
        put_beat(m_top->s_axis_tdata, in.s_tdata, in.s_more, INPUT_BITS);
        put(m_top->s_axis_tlast, in.s_tlast);
#ifndef NO_FRAMES
        put(m_top->m_axis_tready, in.m_tready);
#endif
#ifdef HALVINGS
        put(m_top->halvings, uint64_t(in.halvings));
#endif
#ifdef LOADS_OVER_STREAM
        put(m_top->s_axis_tuser, in.s_tuser);
#endif
    }
    void drive_axil(const sc::AxilInputs& in) {
#ifdef LOADS_OVER_AXI_LITE
        put(m_top->s_axil_awvalid, in.awvalid);
        put(m_top->s_axil_awaddr, in.awaddr);
        put(m_top->s_axil_wvalid, in.wvalid);
        put(m_top->s_axil_wdata, in.wdata);
        put(m_top->s_axil_wstrb, in.wstrb);
        put(m_top->s_axil_bready, in.bready);
        put(m_top->s_axil_arvalid, in.arvalid);
        put(m_top->s_axil_araddr, in.araddr);
        put(m_top->s_axil_rready, in.rready);
#else
        (void)in;
#endif
    }
    void settle() {
        m_top->clk = 0;
        m_top->eval();
        count();
    }
    sc::Outputs read() const {
        sc::Outputs out;
        out.s_tready = word(m_top->s_axis_tready) != 0;
        out.frame_error = word(m_top->frame_error) != 0;
#ifndef NO_FRAMES
        out.m_tvalid = word(m_top->m_axis_tvalid) != 0;
        if (out.m_tvalid) {
            out.m_tdata = word(m_top->m_axis_tdata);
            for (int i = 0; i < MORE; ++i) m_more[i] = more(m_top->m_axis_tdata, i);
            out.m_more = m_more;
            out.m_more_words = MORE;
            out.m_tlast = word(m_top->m_axis_tlast) != 0;
        }
#endif
#ifdef STREAMS
        out.stream_valid = word(m_top->stream_valid) != 0;
        if (out.stream_valid) {
            for (uint64_t& bits : m_stream) bits = 0;
#define BIT(place, port) m_stream[place / 64] |= (word(m_top->port) & 1) << (place % 64);
            STREAMS(BIT)
#undef BIT
            out.stream = m_stream;
            out.stream_words = STREAM_WORDS;
        }
#endif
#ifdef LOADS_OVER_STREAM
        out.loaded = word(m_top->loaded) != 0;
        out.load_error = word(m_top->load_error) != 0;
#endif
        return out;
    }
    sc::AxilOutputs read_axil() const {
        sc::AxilOutputs out;
#ifdef LOADS_OVER_AXI_LITE
        out.awready = word(m_top->s_axil_awready) != 0;
        out.wready = word(m_top->s_axil_wready) != 0;
        out.bvalid = word(m_top->s_axil_bvalid) != 0;
        out.bresp = uint32_t(word(m_top->s_axil_bresp));
        out.arready = word(m_top->s_axil_arready) != 0;
        out.rvalid = word(m_top->s_axil_rvalid) != 0;
        out.rdata = uint32_t(word(m_top->s_axil_rdata));
        out.rresp = uint32_t(word(m_top->s_axil_rresp));
#endif
        return out;
    }
    void edge() {
        m_top->clk = 1;
        m_top->eval();
    }
    bool ended() const { return m_context.gotFinish(); }
    uint64_t toggles() const { return m_toggles; }

  private:
    static constexpr int MORE = OUTPUT_BITS > 64 ? (OUTPUT_BITS - 1) / 64 : 0;
    mutable uint64_t m_more[MORE ? MORE : 1] = {};

#ifdef NETS
    // Bits of the mapped netlist that differ from the last settled state.
    void count() {
        for (int i = 0; i < (NETS + 31) / 32; ++i) {
            const uint32_t net = m_top->sc_nets[i];
            m_toggles += uint64_t(__builtin_popcount(net ^ m_nets[i]));
            m_nets[i] = net;
        }
    }
    uint32_t m_nets[(NETS + 31) / 32] = {};
#else
    void count() {}
#endif

#ifdef STREAMS
    mutable uint64_t m_stream[STREAM_WORDS] = {};
#endif

    VerilatedContext m_context;
    std::unique_ptr<Vtop> m_top;
    uint64_t m_toggles = 0;
};

void write_life(const char* path, int64_t cycles, int64_t frames) {
    const std::string fresh = std::string(path) + ".new";
    if (std::FILE* out = std::fopen(fresh.c_str(), "w")) {
        std::fprintf(out, "{\"cycles\": %lld, \"frames\": %lld}", (long long)cycles, (long long)frames);
        std::fclose(out);
        std::rename(fresh.c_str(), path);
    }
}

std::FILE* opened(const char* path) {
    std::FILE* out = std::fopen(path, "wb");
    if (!out) sc::die("cannot write the record");
    return out;
}

void closed(std::FILE* out) {
    if (std::fclose(out)) sc::die("cannot write the record");
}

int free_run(int64_t cycles, const char* record) {
    Core core;
    sc::Inputs inputs;
    for (int i = 0; i < 4; ++i) {
        inputs.rst = i < 3;
        core.drive(inputs);
        core.settle();
        core.edge();
    }
    const double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    for (int64_t i = 0; i < cycles; ++i) {
        core.settle();
        core.edge();
    }
    std::FILE* out = opened(record);
    std::fprintf(out, "{\"cycles\": %lld, \"cpu_seconds\": %.9f, \"seconds\": %.9f}", (long long)cycles,
                 now(CLOCK_PROCESS_CPUTIME_ID) - cpu, now(CLOCK_MONOTONIC) - wall);
    closed(out);
    return 0;
}

int run(const char* stimulus, const char* record, const char* beats_file, const char* streams_file, const char* life,
        int64_t mutant) {
    const sc::Script script = sc::read_script(stimulus);
    Core core;
    core.select(mutant);
    std::FILE* beats = opened(beats_file);
    std::FILE* streams = opened(streams_file);
    sc::Driver<Core> driver(core, script, beats, streams);
    const double start = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    double told = start;
    write_life(life, 0, 0);
    while (!driver.done) {
        for (int64_t i = 0; i < BLOCK && !driver.done; ++i) driver.cycle();
        const double time = now(CLOCK_MONOTONIC);
        if (time - told > LIFE_SECONDS) {
            told = time;
            write_life(life, driver.cycles, driver.record.back().frames);
        }
    }
    closed(beats);
    closed(streams);
    std::FILE* out = opened(record);
    sc::write_record(out, driver, now(CLOCK_MONOTONIC) - start, now(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    closed(out);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 4 && !std::strcmp(argv[1], "free")) return free_run(std::atoll(argv[2]), argv[3]);
    if (argc == 6 || argc == 7)
        return run(argv[1], argv[2], argv[3], argv[4], argv[5], argc == 7 ? std::atoll(argv[6]) : 0);
    sc::die("usage: harness STIMULUS RECORD BEATS STREAMS LIFE [MUTANT] | harness free CYCLES RECORD");
}
