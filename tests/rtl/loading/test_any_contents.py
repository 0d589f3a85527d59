# amaranth: UnusedElaboratable=no
"""A whole load makes a core its network, whatever loads have written before, and at whatever addresses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.networks.map_cores import map_network_for_gates, random_options, without_large_biases
from support.networks.random_networks import RandomNetwork, random_codes, random_network
from support.networks.specs import spec_of
from support.networks.spiking_networks import random_spiking
from support.oracle import evaluate
from support.simulation.axis import Beat, beats, run_core

from sc_neurocore.rtl import build_core, plan_core
from sc_neurocore.rtl.loading.load_words import ADDRESS_WORD, FIRST_ADDRESS, load_bytes, load_words
from sc_neurocore.spec import OptionError, SpecError

MOST_ADDRESS_BITS, MOST_CLOCKS = 9, 400
LOADED = {"weights": "loadable", "control": "stream"}
JUNK = (0x7FFFFFFF, 0x2AAAAAAA, 0x55555555)
"""Data words: every bit of a memory, and every second one."""


def drawn(seed: int) -> tuple[RandomNetwork, list[dict[str, Any]]]:
    """A network on maps, a dense one, or one of the accumulator `mux`; and ways to build its core."""
    words = [{"architecture": word} for word in ("serial", "column", "row")]
    match seed % 3:
        case 0:
            net = without_large_biases(map_network_for_gates(seed))
            return net, [random_options(net, seed, loadable=True)]
        case 1:
            return without_large_biases(random_network(seed, gates=True)), words[seed // 3 % 3 :]
        case _:
            description, tensors = random_spiking(seed, ("mux",))
            net = without_large_biases(RandomNetwork(description, tensors, np.random.default_rng(seed)))
            return net, words[1 + seed // 3 % 2 :]


def case(seed: int) -> tuple[RandomNetwork, Any]:
    """The first network of a seed that can be loaded, with few addresses and clocks, and its core."""
    for net, ways in map(drawn, range(seed, seed + 600, 3)):
        for options in ways:
            network, asked = spec_of(net.description, net.tensors), options | LOADED
            try:
                plan: Any = plan_core(network, **asked)
            except (OptionError, SpecError):
                continue
            if plan.load_map.address_bits > MOST_ADDRESS_BITS:
                continue
            if plan.timing().cycles_per_inference <= MOST_CLOCKS:
                return net, build_core(network, **asked)[0]
    raise AssertionError("two hundred networks that are all large or slow")


def load_frame(words: np.ndarray) -> list[Beat]:
    data = load_bytes(words)
    return [(byte, i == len(data) - 1, True) for i, byte in enumerate(data)]


def check(seed: int) -> None:
    """A load of every address with junk, a whole load, samples."""
    net, core = case(seed)
    codes = random_codes(net.description, np.random.default_rng(seed), 4)
    addresses = 1 << core.load_map.address_bits
    junk = [ADDRESS_WORD | FIRST_ADDRESS, *[JUNK[seed // 1_000 % len(JUNK)]] * addresses]
    whole = load_words(core.load_map.image(spec_of(net.description, net.tensors)))
    rows = codes.reshape(-1, codes.shape[-1]).tolist()
    samples = [beat for row in rows for beat in beats(row, len(core.s_axis_tdata))]
    stimulus = [*load_frame(np.array(junk, dtype=np.uint32)), *load_frame(whole), *samples]
    wanted = evaluate(net.description, codes, net.tensors)
    wanted = wanted.reshape(-1, wanted.shape[-1]).tolist()
    seen = run_core(core, stimulus, frames=len(wanted), signed=core.network.output_signed, limit=100_000)
    assert seen.frames == wanted


@pytest.mark.one_in(8)
@pytest.mark.contract("core.frames")
@pytest.mark.parametrize("seed", range(0, 24_000, 1_000))
def test_a_whole_load_covers_all_that_is_read(seed):
    check(seed)


def test_a_select_word_that_names_no_input_counts_nothing_of_what_was_loaded_there():
    check(2_000)
