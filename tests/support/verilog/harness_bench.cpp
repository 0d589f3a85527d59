// The harness's driver around a core in Python: every settle and every edge is a call back.
#include "driver.hpp"
#include "stimulus.hpp"

typedef void (*Settle)(const uint64_t* inputs, uint64_t* outputs);
typedef void (*Edge)();

struct Core {
    Settle settle_in_python;
    Edge edge_in_python;
    uint64_t inputs[15] = {}, outputs[15] = {}, calls = 0;

    void drive(const sc::Inputs& in) {
        const uint64_t fresh[6] = {in.rst, in.s_tvalid, in.s_tdata, in.s_tlast, in.m_tready, in.s_tuser};
        for (int i = 0; i < 6; ++i) inputs[i] = fresh[i];
    }
    void drive_axil(const sc::AxilInputs& in) {
        const uint64_t fresh[9] = {in.awvalid, in.awaddr, in.wvalid,  in.wdata, in.wstrb,
                                   in.bready,  in.arvalid, in.araddr, in.rready};
        for (int i = 0; i < 9; ++i) inputs[6 + i] = fresh[i];
    }
    void settle() { settle_in_python(inputs, outputs); ++calls; }
    sc::Outputs read() const {
        sc::Outputs out;
        out.s_tready = outputs[0];
        out.m_tvalid = outputs[1];
        out.m_tdata = outputs[2];
        out.m_tlast = outputs[3];
        out.frame_error = outputs[4];
        out.loaded = outputs[5];
        out.load_error = outputs[6];
        return out;
    }
    sc::AxilOutputs read_axil() const {
        sc::AxilOutputs out;
        out.awready = outputs[7];
        out.wready = outputs[8];
        out.bvalid = outputs[9];
        out.bresp = uint32_t(outputs[10]);
        out.arready = outputs[11];
        out.rvalid = outputs[12];
        out.rdata = uint32_t(outputs[13]);
        out.rresp = uint32_t(outputs[14]);
        return out;
    }
    void edge() { edge_in_python(); }
    bool ended() const { return false; }
    uint64_t toggles() const { return calls; }
};

extern "C" void play(const char* stimulus, const char* record, const char* beats_file, Settle settle, Edge edge) {
    const sc::Script script = sc::read_script(stimulus);
    Core core{settle, edge};
    std::FILE* beats = std::fopen(beats_file, "wb");
    sc::Driver<Core> driver(core, script, beats);
    while (!driver.done) driver.cycle();
    std::fclose(beats);
    std::FILE* out = std::fopen(record, "w");
    sc::write_record(out, driver, 1, 1);
    std::fclose(out);
}
