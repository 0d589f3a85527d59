"""Networks with faults against plain loops over bits, and what must not change them: batch, threads, order."""

from __future__ import annotations

import numpy as np
import pytest
from support.faults import oracle
from support.networks.random_networks import random_network
from support.oracle import evaluate

from sc_neurocore import infer, load_network
from sc_neurocore.accel import threads
from sc_neurocore.accel.faults import HARDWARE, KINDS, SITES, Fault, run
from sc_neurocore.accel.faults.philox import philox, round_keys
from sc_neurocore.spec import CodesError, OptionError

PUBLISHED = [
    ((0, 0, 0, 0), 0, (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, 2**64 - 1, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        0x299F31D0A4093822,
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]
"""Counter, key and words of the known-answer tests that Random123 publishes for philox4x32 with 10 rounds."""


@pytest.mark.parametrize(("counter", "key", "words"), PUBLISHED)
def test_random_words_are_those_that_are_published(counter, key, words):
    assert tuple(map(int, philox(*map(np.uint64, counter), round_keys(key)))) == words
    assert oracle.philox(key, *counter) == words


def short_network(seed: int, longest: int = 40):
    """The first random network from a seed on whose streams are not long for loops in Python."""
    while True:
        made = random_network(seed)
        if all(layer["stream_length"] <= longest for layer in made.description["layers"]):
            return made
        seed += 1000


def has_hardware(description, hardware: str) -> bool:
    """Words are products of AND, added exactly; binary cores round once, unsigned."""
    if hardware == "streams":
        return True
    layers = description["layers"]
    words = all(
        each["accumulator"]["kind"] == "parallel_counter" and each["input_encoding"] != "bipolar"
        and each["resolution_bits"] <= 13 for each in layers
    )  # fmt: skip
    no_lanes = not any(
        each.get(f"{side}_generator", {"source": {}})["source"].get("lane_skip")
        for each in layers
        for side in ("input", "weight")
    )
    if hardware == "closed_form":
        return words and no_lanes
    return words and all(each["neuron"]["kind"] in ("relu", "linear") for each in layers)


def drawn_faults(rng: np.random.Generator) -> list[tuple[str, str, float]]:
    probabilities = (0.0, 0.03, 0.3, 1.0)
    return [(s, k, float(rng.choice(probabilities))) for s in SITES for k in KINDS if rng.random() < 0.3]


def as_faults(drawn: list[tuple[str, str, float]]) -> list[Fault]:
    return [Fault(site, probability, kind) for site, kind, probability in drawn]


@pytest.mark.one_in(3)
@pytest.mark.parametrize("seed", range(48))
def test_random_networks_equal_the_loops_over_bits(seed, tmp_path):
    made = short_network(seed)
    network, codes = load_network(made.write(tmp_path / "n")), made.codes(3)
    drawn, key = drawn_faults(np.random.default_rng(seed)), seed * 2**33 + 5
    compared = 0
    for hardware in HARDWARE:
        if hardware == "closed_form" and any(layer["resolution_bits"] > 4 for layer in made.description["layers"]):
            continue  # the loops would count the stream of every product there is
        if not has_hardware(made.description, hardware):
            with pytest.raises(OptionError, match=f"hardware {hardware}"):
                run(network, codes, (), hardware=hardware)
            continue
        found = run(network, codes, as_faults(drawn), seed=key, hardware=hardware, first_sample=seed)
        wanted = oracle.evaluate(made.description, made.tensors, codes, drawn, key, hardware, seed)
        assert np.array_equal(found, wanted), hardware
        compared += found.size
    assert compared


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hardware", HARDWARE)
def test_each_site_and_kind_changes_the_outputs_as_the_loops_do(site, kind, hardware, tmp_path):
    made = one_layer_network()
    network, codes = load_network(made.write(tmp_path / "n")), made.codes(8)
    found = run(network, codes, Fault(site, 0.2, kind), seed=9, hardware=hardware)
    wanted = oracle.evaluate(made.description, made.tensors, codes, [(site, kind, 0.2)], 9, hardware)
    assert np.array_equal(found, wanted)
    assert (found != run(network, codes, (), hardware=hardware)).any()


def one_layer_network():
    """Two layers of the default pair at L = 2^n, which all hardware takes."""
    made = random_network(3)
    generators = {
        "input_generator": {"kind": "weighted_binary", "source": {"kind": "van_der_corput", "skip": 1}},
        "weight_generator": {"kind": "comparator", "source": {"kind": "counter"}},
        "accumulator": {"kind": "parallel_counter"},
        "resolution_bits": 4,
        "stream_length": 16,
        "input_encoding": "unipolar",
        "weight_encoding": "sign_magnitude",
        "output_scale": 1.0,
    }
    relu = {"kind": "relu", "multiplier": 1, "shift": 2, "output_bits": 4}
    sizes, layers, tensors = (7, 5, 3), [], {}
    rng = np.random.default_rng(1)
    for i, neuron in enumerate((relu, {"kind": "linear"})):
        sides = {"kind": "dense", "inputs": sizes[i], "neurons": sizes[i + 1]}
        layers.append({**generators, **sides, "neuron": neuron})
        tensors[f"layer{i}.weight"] = rng.integers(-15, 16, (sizes[i + 1], sizes[i])).astype(np.int32)
        tensors[f"layer{i}.bias"] = rng.integers(-20, 21, sizes[i + 1]).astype(np.int32)
    head = {"features": 7, "encoding": "unipolar", "resolution_bits": 4, "scale": 1.0, "time_steps": 1, "repeat": False}
    description = {**made.description, "format_version": 1, "input": head, "layers": layers}
    description["output"] = {"reduce": "none"}
    return made._replace(description=description, tensors=tensors)


@pytest.mark.parametrize("seed", range(6))
def test_without_faults_the_integers_are_those_of_infer_and_of_the_contract(seed, tmp_path):
    made = short_network(seed, 300)
    network, codes = load_network(made.write(tmp_path / "n")), made.codes(3)
    zeros = [Fault(site, 0.0, kind) for site in SITES for kind in KINDS]
    for faults in ((), zeros):
        found = run(network, codes, faults, seed=seed)
        assert np.array_equal(found, infer(network, codes))
        assert np.array_equal(found, evaluate(made.description, codes, made.tensors))


def test_with_probability_one_products_are_complements(tmp_path):
    """Of N·L product bits, z of them 0: a' = Σ σ·L − a before the bias, of one linear layer."""
    made = one_layer_network()
    made.description["layers"] = made.description["layers"][1:]
    made.description["input"]["features"] = 5
    tensors = {"layer0.weight": made.tensors["layer1.weight"], "layer0.bias": made.tensors["layer1.bias"]}
    made = made._replace(tensors=tensors)
    network, codes = load_network(made.write(tmp_path / "n")), made.codes(6)
    weight, bias = tensors["layer0.weight"], tensors["layer0.bias"]
    a = infer(network, codes) - bias
    signs = np.where(weight < 0, -1, 1).sum(axis=1)
    assert np.array_equal(run(network, codes, Fault("product", 1.0)) - bias, 16 * signs - a)
    assert np.array_equal(run(network, codes, Fault("product", 1.0, "stuck_at_1")) - bias, 0 * a + 16 * signs)
    assert np.array_equal(run(network, codes, Fault("product", 1.0, "stuck_at_0")) - bias, 0 * a)
    assert np.array_equal(run(network, codes, Fault("accumulator", 1.0)) - bias, -1 - a)


@pytest.fixture
def sums(tmp_path):
    made = one_layer_network()
    network = load_network(made.write(tmp_path / "n"))
    codes = np.random.default_rng(0).integers(0, 16, (300, 7))
    faults = [Fault(site, 0.05) for site in SITES]
    return network, codes, faults


@pytest.mark.parametrize("hardware", HARDWARE)
def test_no_batch_and_no_number_of_threads_changes_anything(sums, hardware, monkeypatch):
    network, codes, faults = sums
    whole = run(network, codes, faults, seed=4, hardware=hardware)
    for cuts in ([1, 2, 17], [256, 299], [150]):
        parts, first = [], 0
        for part in np.split(codes, cuts):
            parts.append(run(network, part, faults, seed=4, hardware=hardware, first_sample=first))
            first += len(part)
        assert np.array_equal(np.concatenate(parts), whole)
    for count in (1, 2, 5):
        monkeypatch.setattr(threads, "thread_count", lambda: count)  # noqa: B023 -- used now
        assert np.array_equal(run(network, codes, faults, seed=4, hardware=hardware), whole)


def test_seed_sample_layer_and_site_each_draw_their_own(sums):
    network, codes, _ = sums
    same = np.repeat(codes[:1], 200, axis=0)
    found = run(network, same, Fault("product", 0.1))
    assert len(np.unique(found, axis=0)) > 150  # every sample has faults of its own
    assert (found != run(network, same, Fault("product", 0.1), seed=2**32)).any()  # the seed's upper half counts
    assert (found != run(network, same, Fault("product", 0.1), seed=1)).any()
    permanent = run(network, same, [Fault("stored_weight", 0.1), Fault("product", 0.1, "stuck_at_1")])
    assert len(np.unique(permanent, axis=0)) == 1


def test_the_share_of_flips_is_the_probability():
    """Of 4·10^6 bits; the bound is six standard deviations."""
    from sc_neurocore.accel.faults.philox import fill_masks

    for probability in (1e-4, 0.01, 0.3):
        masks, ones = np.empty(1000, dtype=np.uint64), 0
        for sample in range(62):
            fill_masks(0, 3, 64, sample, 77, round_keys(11), np.uint64(round(probability * 2**32)), masks)
            ones += sum(int(mask).bit_count() for mask in masks)
        bits = 62 * 64_000
        assert abs(ones - bits * probability) < 6 * (bits * probability * (1 - probability)) ** 0.5


def test_long_streams_are_cut_into_windows_without_a_trace(tmp_path, monkeypatch):
    from sc_neurocore.accel.faults import streams

    made = one_layer_network()
    for layer in made.description["layers"]:
        layer["stream_length"] = 200
    network, codes = load_network(made.write(tmp_path / "n")), made.codes(3)
    drawn = [(site, kind, 0.05) for site in SITES for kind in KINDS]
    whole = run(network, codes, as_faults(drawn))
    assert np.array_equal(whole, oracle.evaluate(made.description, made.tensors, codes, drawn, 0))
    monkeypatch.setattr(streams, "WINDOW_WORDS", 1)
    monkeypatch.setattr(streams, "TILE_WORDS", 14)
    assert np.array_equal(run(network, codes, as_faults(drawn)), whole)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((("product", 0.1),), "faults must be a Fault or a sequence of Faults"),
        (([Fault("product", 0.1), Fault("product", 0.2)],), "product flip twice"),
        (((), {"seed": -1}), "seed must be an integer, 0 to 18446744073709551615"),
        (((), {"seed": True}), "seed must be an integer"),
        (((), {"hardware": "quantum"}), "hardware must be one of streams, closed_form, binary"),
        (((), {"first_sample": 2**32}), "first_sample must be an integer"),
    ],
)
def test_what_is_no_argument_is_refused(sums, arguments, text):
    network, codes, _ = sums
    faults, options = (*arguments, {})[:2]
    with pytest.raises(OptionError, match=text):
        run(network, codes, faults, **options)
    with pytest.raises(CodesError):
        run(network, codes + 99, ())


@pytest.mark.parametrize("fields", [("bias", 0.1), ("product", 1.5), ("product", np.nan), ("product", 0.1, "glitch")])
def test_what_is_no_fault_is_refused(fields):
    with pytest.raises(OptionError):
        Fault(*fields)
