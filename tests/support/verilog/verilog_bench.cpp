// A bench that knows the AXI4-Stream ports and nothing else. One build holds many cores; each plays its own
// script and writes its own log, all on one clock.
//
// Script, one operation a line:           Log, one event a line:
//   r N      reset for N cycles             reset
//   b D L G  a beat: data, last, idle gap   in CYCLE LAST
//   w N      idle for N cycles              out CYCLE DATA LAST
//   o N      wait for N beats out           error VALUE
//   e        log frame_error                fault TEXT
//   y P      tready high P % of cycles      done
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "Vbench.h"
#include "verilated.h"

struct Pins {
    bool rst = false, s_valid = false, s_last = false, m_ready = false;
    uint64_t s_data = 0;
    bool s_ready, m_valid, m_last, frame_error;
    uint64_t m_data;
};

struct Op {
    char kind;
    uint64_t a = 0, b = 0, c = 0;
};

struct Core {
    std::function<void(const Pins&)> drive;
    std::function<void(Pins&)> sample;
    std::vector<Op> script;
    std::ofstream log;
    Pins pins;
    size_t at = 0;
    uint64_t left = 0, waited = 0, received = 0, random = 1;
    unsigned ready_percent = 100;
    bool started = false, finished = false, held = false;
    uint64_t held_data = 0;
    bool held_last = false;

    uint64_t draw() {  // xorshift: the same stalls on every machine
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        return random;
    }

    // Choose the inputs of the coming cycle.
    void before() {
        pins.rst = pins.s_valid = false;
        pins.s_data = draw(), pins.s_last = draw() & 1;  // whatever stands there without tvalid must not matter
        while (at < script.size()) {
            const Op& op = script[at];
            if (!started) {
                started = true, waited = 0;
                left = op.kind == 'b' ? op.c : op.a;
            }
            if (op.kind == 'y') {
                ready_percent = op.a, next();
            } else if (op.kind == 'w' && left == 0) {
                next();
            } else if (op.kind == 'o' && received >= op.a) {
                next();
            } else if (op.kind == 'e') {
                break;  // logged after this cycle's outputs have settled
            } else {
                if (op.kind == 'r') pins.rst = true;
                if (op.kind == 'b' && left == 0) pins.s_valid = true, pins.s_data = op.a, pins.s_last = op.b;
                break;
            }
        }
        if (at >= script.size() && !finished) finished = true, log << "done\n";
        pins.m_ready = draw() % 100 < ready_percent;
    }

    void next() { at++, started = false; }

    // Look at the settled pins just before the rising edge, and account for what the edge will do.
    void after(uint64_t cycle) {
        if (pins.rst) {
            if (left == script[at].a) log << "reset\n";
            else if (pins.m_valid) log << "fault tvalid under reset\n";
            received = 0, held = false;
        } else {
            if (held && !(pins.m_valid && pins.m_data == held_data && pins.m_last == held_last))
                log << "fault an unaccepted beat changed at cycle " << cycle << "\n";
            held = pins.m_valid && !pins.m_ready;
            held_data = pins.m_data, held_last = pins.m_last;
            if (pins.m_valid && pins.m_ready) {
                received++;
                log << "out " << cycle << " " << pins.m_data << " " << pins.m_last << "\n";
            }
        }
        if (at >= script.size()) return;
        const Op& op = script[at];
        if (++waited > 2000000) log << "fault timeout\n", at = script.size(), finished = true;
        else if (op.kind == 'e') log << "error " << pins.frame_error << "\n", next();
        else if (op.kind == 'b' && left == 0) {
            if (pins.s_ready) log << "in " << cycle << " " << op.b << "\n", next();
        } else if (op.kind == 'r') { if (--left == 0) next(); }
        else if (op.kind != 'o') left--;
    }
};

int main(int argc, char** argv) {
    const std::string folder = argv[1];
    VerilatedContext context;
    context.randReset(2);  // registers start at random values: only the reset may be relied on
    context.randSeed(argc > 2 ? std::stoi(argv[2]) : 1);
    Vbench top{&context};
    std::vector<Core> cores(CORES);
#include "pins.inc"
    for (size_t i = 0; i < cores.size(); i++) {
        Core& core = cores[i];
        std::ifstream in(folder + "/script" + std::to_string(i));
        in >> core.random;
        for (Op op; in >> op.kind;) {
            op.a = op.b = op.c = 0;
            if (op.kind == 'b') in >> op.a >> op.b >> op.c;
            else if (op.kind != 'e') in >> op.a;
            core.script.push_back(op);
        }
        core.log.open(folder + "/log" + std::to_string(i));
    }
    int settle = 4000;  // cycles after the last script: surplus beats would show
    for (uint64_t cycle = 0; settle > 0; cycle++) {
        bool busy = false;
        for (Core& core : cores) core.before(), core.drive(core.pins), busy |= !core.finished;
        top.clk = 0;
        top.eval();
        for (Core& core : cores) core.sample(core.pins), core.after(cycle);
        top.clk = 1;
        top.eval();
        if (!busy) settle--;
    }
    return 0;
}
