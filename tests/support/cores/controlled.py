# amaranth: UnusedElaboratable=no
"""A core behind its AXI4-Lite port, with two networks to load, and what its static registers have to say."""

from __future__ import annotations

import random

import numpy as np

from sc_neurocore.rtl.control.controlled_core import ControlledCore
from sc_neurocore.rtl.loading.load_words import load_words

from ..simulation import axi_lite as axi
from ..simulation.channels import Sender, Taker
from .loadable_core import SumCore, sum_network

FIRST = sum_network()
OTHER = sum_network(((1, -2, 3), (-4, 5, 6)), (7, -8))
CODES = [[1, 0, 1], [0, 1, 1], [1, 1, 1]]


def controlled(**options):
    return ControlledCore(SumCore(FIRST, **options), "axi-lite")


def words_of(core, network):
    return load_words(core.load_map.image(network)).tolist()


def static_words(core):
    """The static registers from the network alone."""
    sha = core.network.sha256
    loadable = core.loadable
    words = {
        axi.IDENTITY: int.from_bytes(b"SCNC", "big"),
        axi.VERSION: 0x00010000,
        axi.CAPABILITIES: loadable | core.initialised << 1 | 1 << 8,
        axi.INPUT: 1 << 24 | 3,
        axi.OUTPUT: 1 << 31 | 7 << 24 | 2,
    }
    if loadable:
        words[axi.WORDS_EXPECTED] = 8 + 16
    value = int(sha, 16) if core.initialised else 0
    return words | {axi.HASH + 4 * i: value >> (224 - 32 * i) & 0xFFFFFFFF for i in range(8)}


def signed(taker, bits=8):
    values = [beat["data"] for _, beat in taker.taken]
    return np.reshape([v - (v >> (bits - 1) << bits) for v in values], (-1, 2)).tolist()


def stream(core, seed=None, chance=0.6):
    rng = random.Random(seed)
    chance = 1.0 if seed is None else chance
    return Sender(core, "s_axis_t", rng, chance), Taker(core, "m_axis_t", ("data", "last"), rng, chance)


def frames(rows):
    return [{"data": d, "last": int(i == len(row) - 1)} for row in rows for i, d in enumerate(row)]


def hash_of(network):
    return {axi.HASH + 4 * i: int(network.sha256, 16) >> (224 - 32 * i) & 0xFFFFFFFF for i in range(8)}


class Loading:
    """A driver that loads as the page says: begin, wait for idle, words, commit."""

    def __init__(self, master, words):
        self.master, self.words, self.step, self.done = master, words, 0, False

    def go_on(self):
        if self.master.busy or self.done:
            return
        if self.step == 0:
            self.master.write(axi.CONTROL, axi.BEGIN)
        elif self.step % 2:
            self.master.read(axi.STATUS)
        else:
            status = self.master.answers[-1][1]
            if status & (axi.IDLE | axi.LOADING) == axi.IDLE | axi.LOADING:
                for word in self.words:
                    self.master.write(axi.LOAD_WORD, word)
                self.master.write(axi.CONTROL, axi.COMMIT)
                self.done = True
        self.step += 1


def load_script(core, network, *, drop=0, extra=0):
    words = words_of(core, network)
    words = words[: len(words) - drop] + [5] * extra
    return [(axi.CONTROL, axi.BEGIN), *((axi.LOAD_WORD, word) for word in words), (axi.CONTROL, axi.COMMIT)]
