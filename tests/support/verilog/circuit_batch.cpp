// Many circuits in one Verilated model, each with its own script and driver of the harness, clock by clock together.
//
//   batch FOLDER...   one folder a circuit: reads stimulus.bin, leaves record.json, beats.bin and streams.bin
#include <memory>
#include <string>
#include <vector>

#include "Vbatch.h"
#include "driver.hpp"
#include "stimulus.hpp"
#include "verilated.h"

namespace {

// One circuit's pins; driver.hpp asks for the rest, which the batch does for all circuits at once.
struct Core {
    virtual ~Core() = default;
    virtual void drive(const sc::Inputs& in) = 0;
    virtual sc::Outputs read() = 0;
    void drive_axil(const sc::AxilInputs&) {}
    sc::AxilOutputs read_axil() const { return {}; }
    void settle() {}
    void edge() {}
    bool ended() const { return false; }
    uint64_t toggles() const { return 0; }
};

#include "pins.inc"  // the circuits as derived classes, and `std::vector<std::unique_ptr<Core>> cores(Vbatch& top)`

std::FILE* opened(const std::string& path) {
    std::FILE* out = std::fopen(path.c_str(), "wb");
    if (!out) sc::die("cannot write the record");
    return out;
}

struct Run {
    sc::Script script;
    std::FILE* beats;
    std::FILE* streams;
    std::unique_ptr<sc::Driver<Core>> driver;
    sc::Inputs inputs;
};

}  // namespace

int main(int argc, char** argv) {
    VerilatedContext context;
    Vbatch top(&context);
    const auto circuits = cores(top);
    std::vector<std::unique_ptr<Run>> runs;
    for (size_t i = 0; i < circuits.size() && int(i) + 1 < argc; ++i) {
        const std::string folder = argv[i + 1];
        auto run = std::make_unique<Run>();
        run->script = sc::read_script((folder + "/stimulus.bin").c_str());
        run->beats = opened(folder + "/beats.bin");
        run->streams = opened(folder + "/streams.bin");
        run->driver = std::make_unique<sc::Driver<Core>>(*circuits[i], run->script, run->beats, run->streams);
        runs.push_back(std::move(run));
    }
    for (bool busy = true; busy;) {
        busy = false;
        for (auto& run : runs)
            if (!run->driver->done) run->inputs = run->driver->present();
        top.clk = 0;
        top.eval();
        for (size_t i = 0; i < runs.size(); ++i) {
            if (runs[i]->driver->done) continue;
            runs[i]->driver->observe(runs[i]->inputs, circuits[i]->read());
            busy |= !runs[i]->driver->done;
        }
        top.clk = 1;
        top.eval();
    }
    for (size_t i = 0; i < runs.size(); ++i) {
        std::FILE* out = opened(std::string(argv[i + 1]) + "/record.json");
        sc::write_record(out, *runs[i]->driver, 0.0, 0.0);
        std::fclose(out);
        std::fclose(runs[i]->beats);
        std::fclose(runs[i]->streams);
    }
    top.final();
}
