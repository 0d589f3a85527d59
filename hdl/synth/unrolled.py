"""Measure unrolled cores, an inference a clock, of digits networks and a published jet tagger: unrolled.json.

Usage: python hdl/synth/unrolled.py                  measure what is missing
       python hdl/synth/unrolled.py --models DIR     the tagger's rows, too; DIR holds three_layer_keras.onnx of
                                                     fastmachinelearning/example-models
       python hdl/synth/unrolled.py --only NETWORK   only what is missing of one network
       python hdl/synth/unrolled.py --table          print the file as Markdown
       python hdl/synth/unrolled.py --stale          which rows are of gates that are no longer generated? status 1

Each network in `networks/` was trained once, with seed 0: `sc-neurocore train --stream-length 16 --sparsity 0.7` made
sparse4_70, with 0.8 sparse4_80, without --sparsity dense4; sparse3_70 has --stream-length 8. The tagger has no data
beside it: it is exported by calibration samples of a normal distribution, and made sparse by its magnitudes, so that
its rows say what gates take and nothing of accuracy. Each core is co-simulated with stalls and resets before it is
mapped. LUT4-equivalents are the tables and the two of each carry cell (one of each SB_LUT4, which has its carry in it).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from sc_neurocore import NetworkSpec, classify, cosim, infer, load_network, rtl, synth
from sc_neurocore.export import export
from sc_neurocore.spec import quantize_features
from sc_neurocore.training import load_data

FILE = Path(__file__).with_name("unrolled.json")
NETWORKS = Path(__file__).with_name("networks")
ROWS: tuple[tuple[str, str, int], ...] = (
    ("sparse4_70", "ecp5-25k", 1),
    ("sparse4_80", "ecp5-25k", 1),
    ("sparse3_70", "ecp5-25k", 1),
    ("sparse4_80", "up5k", 0),
    ("dense4", "ecp5-25k", 1),
    ("tagger_80", "ecp5-25k", 1),
    ("tagger", "ecp5-85k", 1),
)
"""Network, target, placement seeds; 0: counted, not placed."""
TAGGER = "three_layer_keras.onnx"
CALIBRATION = 2000
TIMEOUT_S = 6 * 3600.0
"""Of one run of a tool: nextpnr as WebAssembly is slow, and a shared processor is slower."""
SAMPLES = 1000
"""Random samples of a co-simulation, beside the directed ones."""
OPTIONS: dict[str, Any] = {"architecture": "unrolled"}
KEPT = ("luts", "carries", "ffs", "cells", "fits", "fmax_mhz", "fmax_per_seed_mhz", "seeds", "device", "note", "tools")
KEPT += ("cycles_per_inference", "inferences_per_second", "network_sha256")


def network_of(name: str, models: Path | None) -> NetworkSpec | None:
    """A network of a row; None of the tagger where its files are not there."""
    if not name.startswith("tagger"):
        return load_network(NETWORKS / name)
    if models is None:
        return None
    calibration = np.random.default_rng(0).normal(size=(CALIBRATION, 16))
    # its layers as published: a calibrated export may copy outlier neurons
    network = export(models / TAGGER, stream_length=16, calibration=calibration, split_outliers=False).network
    share = int(name.partition("_")[2] or 0) / 100
    return network if not share else sparse(network, share)


def sparse(network: NetworkSpec, share: float) -> NetworkSpec:
    """A network whose smallest weights are 0, so many of each layer.

    Args:
        network: of dense layers.
        share: of the weights that are to be 0.
    """
    weights = []
    for codes in network.weights:
        order = np.argsort(np.abs(codes), axis=None, kind="stable")
        kept = codes.copy().reshape(-1)
        kept[order[: round(share * codes.size)]] = 0
        weights.append(kept.reshape(codes.shape))
    return network.replace(weights=tuple(weights))


def accuracy(network: NetworkSpec) -> float:
    """Share of the 450 test images."""
    data = load_data("digits")
    codes = quantize_features(network, data.x_test * data.scale)[0]
    return float(np.mean(classify(infer(network, codes), network) == data.y_test))


def measured(name: str, target: str, seeds: int, network: NetworkSpec) -> dict[str, Any]:
    """One row: proved, mapped, placed."""

    def say(line: str) -> None:
        print(f"{name}, {target}: {line}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as folder:
        gates = Path(folder) / "rtl"
        manifest = rtl.generate(network, gates, **OPTIONS)
        proof = cosim.run(network, Path(folder) / "cosim", rtl=gates, stall="random", samples=SAMPLES, progress=say)
        how: dict[str, Any] = {"target": target, "seeds": seeds or 1, "place_and_route": seeds > 0}
        how["timeout_s"] = TIMEOUT_S
        found = synth.run(network, Path(folder) / "synth", rtl=gates, progress=say, **how)
    weights = [codes for codes in network.weights if codes.size]
    count = sum(codes.size for codes in weights)
    used = sum(int(np.count_nonzero(codes)) for codes in weights)
    carries = found["carries"] * 2 if target.startswith("ecp5") else 0
    return {
        "network": name,
        "target": target,
        "weights": count,
        "nonzero": used,
        "accuracy": None if name.startswith("tagger") else accuracy(network),
        "cosim": {key: proof.report[key] for key in ("verdict", "samples", "values_compared", "simulator")},
        "latency_cycles": manifest["latency_cycles"],
        "lut4_equivalents": found["luts"] + carries,
        **{key: found[key] for key in KEPT},
        "rtl_sha256": manifest["gates_sha256"],
    }


def complete(row: dict[str, Any], seeds: int) -> bool:
    """Whether a row has all placements that are asked of it; a placement that failed is a result, too."""
    return seeds == 0 or (row["fits"] is not None and len(row["seeds"]) >= seeds)


def rows() -> list[dict[str, Any]]:
    """What was measured."""
    return json.loads(FILE.read_text(encoding="utf-8")) if FILE.exists() else []


def table(found: list[dict[str, Any]]) -> str:
    """The rows as Markdown."""
    lines = [
        "| network | target | weights not 0 | accuracy | LUT4-equivalents | FF | latency | fmax, MHz | inferences/s |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in found:
        right = "–" if row["accuracy"] is None else f"{row['accuracy']:.2%}"
        clock = "–" if row["fmax_mhz"] is None else f"{row['fmax_mhz']:.1f}"
        rate = "–" if row["inferences_per_second"] is None else f"{row['inferences_per_second'] / 1e6:,.0f} M"
        used = f"{row['nonzero']:,} of {row['weights']:,}"
        counts = f"{row['lut4_equivalents']:,} | {row['ffs']:,} | {row['latency_cycles']} | {clock} | {rate}"
        lines.append(f"| {row['network']} | {row['target']} | {used} | {right} | {counts} |")
    return "\n".join(lines)


def stale(found: list[dict[str, Any]], models: Path | None) -> list[str]:
    """One line for each row whose Verilog is not what is generated today."""
    lines = []
    for row in found:
        network = network_of(row["network"], models)
        if network is None:
            continue
        with tempfile.TemporaryDirectory() as folder:
            if rtl.generate(network, folder, **OPTIONS)["gates_sha256"] != row["rtl_sha256"]:
                lines.append(f"{row['network']}, {row['target']}: other gates")
    return lines


def main() -> int:
    """Measure, or print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path)
    parser.add_argument("--only", metavar="NETWORK")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--stale", action="store_true")
    options = parser.parse_args()
    if options.table:
        print(table(rows()))
        return 0
    if options.stale:
        lines = stale(rows(), options.models)
        print("\n".join(lines) or "all rows are of today's gates")
        return 1 if lines else 0
    for name, target, seeds in ROWS:
        if options.only not in (None, name):
            continue
        network = network_of(name, options.models)
        old = [row for row in rows() if (row["network"], row["target"]) == (name, target)]
        if network is None or (old and complete(old[0], seeds)):
            continue
        row = measured(name, target, seeds, network)
        found = [each for each in rows() if (each["network"], each["target"]) != (name, target)] + [row]
        order = [row[:2] for row in ROWS]
        found.sort(key=lambda row: order.index((row["network"], row["target"])))
        FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
