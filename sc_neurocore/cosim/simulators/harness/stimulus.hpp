// Reads the stimulus file that `block_files.py` writes, without copying it.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>

#include "driver.hpp"

namespace sc {

[[noreturn]] inline void die(const char* text) {
    std::fprintf(stderr, "error: %s\n", text);
    std::exit(2);
}

inline const unsigned char* mapped(const char* path) {
    const int file = open(path, O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) die("cannot open the stimulus");
    void* data = mmap(nullptr, size_t(status.st_size), PROT_READ, MAP_PRIVATE, file, 0);
    if (data == MAP_FAILED) die("cannot map the stimulus");
    return static_cast<const unsigned char*>(data);
}

inline Script read_script(const char* path) {
    const int64_t* head = reinterpret_cast<const int64_t*>(mapped(path));
    if (*head++ != 0x53434e3b) die("not a stimulus file");
    Script script;
    const int64_t segments = *head++;
    script.quiet_limit = *head++;
    script.seed = uint32_t(*head++);
    script.control = int(*head++);
    for (uint32_t& state : script.random_state) state = uint32_t(*head++);
    script.random_index = int(*head++);
    const int64_t stride = *head++;
    for (int64_t i = 0; i < segments; ++i, head += 20) {
        Segment s{};
        s.words_count = head[0];
        s.stride = stride;
        s.expected_beats = head[1];
        s.reset_cycles = head[2];
        s.halvings = head[3];
        s.stall = head[4];
        s.settle = head[5];
        s.hold = head[6];
        s.junk = head[7];
        s.cut_after_beats = head[8];
        s.cut_after_outputs = head[9];
        s.cut_after_valid = head[10];
        s.cut_after_cycles = head[11];
        s.expected_clocks = head[12];
        s.accesses_count = head[13];
        s.beside = head[14];
        s.turns_count = head[15];
        s.reads_count = head[16];
        s.stops_count = head[17];
        s.pause = head[18];
        s.meet = head[19];
        script.segments.push_back(s);
    }
    for (Segment& s : script.segments) {
        s.accesses = head;
        head += s.accesses_count;
        s.turns = head;
        head += s.turns_count;
        s.reads = head;
        head += s.reads_count;
        s.stops = head;
        head += s.stops_count;
    }
    const uint32_t* words = reinterpret_cast<const uint32_t*>(head);
    for (Segment& s : script.segments) {
        s.words = words;
        words += s.words_count * stride;
    }
    return script;
}

}  // namespace sc
