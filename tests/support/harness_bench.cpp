// The harness's driver around a core in Python: every settle and every edge is a call back.
#include "driver.hpp"
#include "stimulus.hpp"

typedef void (*Settle)(const uint64_t* inputs, uint64_t* outputs);
typedef void (*Edge)();

struct Core {
    Settle settle_in_python;
    Edge edge_in_python;
    uint64_t inputs[5] = {}, outputs[5] = {}, calls = 0;

    void drive(const sc::Inputs& in) {
        const uint64_t fresh[5] = {in.rst, in.s_tvalid, in.s_tdata, in.s_tlast, in.m_tready};
        for (int i = 0; i < 5; ++i) inputs[i] = fresh[i];
    }
    void settle() { settle_in_python(inputs, outputs); ++calls; }
    sc::Outputs read() const {
        sc::Outputs out;
        out.s_tready = outputs[0];
        out.m_tvalid = outputs[1];
        out.m_tdata = outputs[2];
        out.m_tlast = outputs[3];
        out.frame_error = outputs[4];
        return out;
    }
    void edge() { edge_in_python(); }
    bool ended() const { return false; }
    uint64_t toggles() const { return calls; }
};

extern "C" void play(const char* stimulus, const char* record, int bits, Settle settle, Edge edge) {
    const sc::Script script = sc::read_script(stimulus);
    Core core{settle, edge};
    sc::Driver<Core> driver(core, script, bits);
    while (!driver.done) driver.cycle();
    std::FILE* out = std::fopen(record, "w");
    sc::write_record(out, driver.record, driver.cycles, driver.fault, driver.quiet, driver.unasked, 1, 1);
    std::fclose(out);
}
