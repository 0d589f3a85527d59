"""An AXI4-Lite master in Amaranth's simulator, and the register map once more in plain Python."""

from __future__ import annotations

import random

from support.simulation.channels import Sender, Taker

OKAY, SLVERR, DECERR = 0, 2, 3
IDENTITY, VERSION, CAPABILITIES, INPUT, OUTPUT, WORDS_EXPECTED, HASH = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x18, 0x20
STATUS, CONTROL, FRAME_ERRORS, RESULTS, CYCLES_LOW, CYCLES_HIGH = 0x40, 0x44, 0x48, 0x4C, 0x50, 0x54
LOAD_WORD, WORDS_TAKEN = 0x58, 0x5C
BEGIN, COMMIT, CLEAR = 1, 2, 4
IDLE, LOADING, LOADED, LOAD_ERROR, FRAME_ERROR = 1, 2, 4, 8, 16


class Master:
    """Five channels, each at its own random pace."""

    def __init__(self, core, seed=None):
        rng, chance = random.Random(seed), 1.0 if seed is None else 0.5
        self.aw, self.w, self.ar = (Sender(core, f"s_axil_{c}", rng, chance) for c in ("aw", "w", "ar"))
        self.b = Taker(core, "s_axil_b", ("resp",), rng, chance)
        self.r = Taker(core, "s_axil_r", ("data", "resp"), rng, chance)
        self.agents = [self.aw, self.w, self.ar, self.b, self.r]
        self.asked = [0, 0]

    def write(self, address, data, strb=0xF):
        self.aw.queue.append({"addr": address})
        self.w.queue.append({"data": data, "strb": strb})
        self.asked[0] += 1

    def read(self, address):
        self.ar.queue.append({"addr": address})
        self.asked[1] += 1

    @property
    def busy(self):
        return [len(self.b.taken), len(self.r.taken)] != self.asked

    @property
    def responses(self):
        return [beat["resp"] for _, beat in self.b.taken]

    @property
    def answers(self):
        """(response, data) of the reads."""
        return [(beat["resp"], beat["data"]) for _, beat in self.r.taken]


class PlainRegisters:
    """The register map of a core that is always idle, written anew from its page."""

    def __init__(self, static, loadable, words, address_bits, loaded=True):
        self.static, self.loadable, self.words, self.address_bits = dict(static), loadable, words, address_bits
        self.loading = self.load_error = False
        self.loaded = loaded
        self.taken, self.address, self.memory = 0, 0, {}

    def read(self, address):
        address &= ~3
        if address in self.static:
            return OKAY, self.static[address]
        if address == STATUS:
            bits = (IDLE, LOADING * self.loading, LOADED * self.loaded, LOAD_ERROR * self.load_error)
            return OKAY, sum(bits) if self.loadable else 0
        if address in (FRAME_ERRORS, RESULTS, CYCLES_LOW, CYCLES_HIGH):  # what cycles_low holds, no test asks here
            return OKAY, 0
        if address == WORDS_TAKEN and self.loadable:
            return OKAY, self.taken % (1 << self.words.bit_length())
        if address == CONTROL or (address == LOAD_WORD and self.loadable):
            return SLVERR, 0
        return DECERR, 0

    def write(self, address, data, strb):
        address &= ~3
        if address not in (CONTROL, *([LOAD_WORD] if self.loadable else [])):
            return self.read(address)[0] or SLVERR
        if strb != 0xF:
            return SLVERR
        if address == CONTROL:
            return self._control(data) if self.loadable else OKAY
        if not self.loading:
            return SLVERR
        self.loaded = False
        if data >> 31:
            self.address = data % (1 << self.address_bits)
            return OKAY
        self._store(data)
        return OKAY

    def _control(self, data):
        if data & BEGIN:
            self.loading, self.taken, self.address = True, 0, 0
        elif data & COMMIT:
            if not self.loading:
                return SLVERR
            self.loading, self.load_error = False, self.taken != self.words
            self.loaded |= self.taken == self.words
        return OKAY

    def _store(self, data):
        value = data - 2**31 if data >> 30 else data
        if self.address >> (self.address_bits - 1):
            place = HASH + 4 * (self.address // 2 % 8)
            low = self.address % 2
            old, half = self.static[place], value % 2**16
            self.static[place] = (old & 0xFFFF0000) | half if low else (old & 0xFFFF) | half << 16
        else:
            self.memory[self.address] = value
        self.taken += 1
        self.address = (self.address + 1) % (1 << self.address_bits)
