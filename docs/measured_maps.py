"""Write the figures of the page about convolutions, and the README's, from the committed results; a test holds them.

Usage: python docs/measured_maps.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from marked import filled

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
PAGE = ROOT / "docs" / "how-to" / "convolutions.md"
README = ROOT / "README.md"
MARKS = "<!-- measured: python docs/measured_maps.py -->\n", "\n\n<!-- measured maps end -->"


def result(name: str) -> dict[str, Any]:
    """A committed result."""
    return json.loads((RESULTS / f"{name}.json").read_text("utf-8"))


def accuracies() -> list[str]:
    """One row a stream length, means of the seeds."""
    rows = result("lenet")["rows"]
    lines = ["| stream length L | accuracy, mean of three seeds | each seed |", "|---|---|---|"]
    for name, shown in (("L4", "4"), ("L8", "8"), ("L16", "16"), ("float", "float, the same ranges and recipe")):
        row = rows[name]
        assert len(row["per_seed"]) == 3, name
        lines.append(f"| {shown} | {row['mean']:.2f} % | {', '.join(f'{seed:.2f}' for seed in row['per_seed'])} |")
    larger = rows["larger, L16"]
    words = ",".join(larger["recipe"]["layers"])
    return [*lines, "", f"A larger network, `{words}`, reaches {larger['mean']:.2f} % at L = 16 (one seed)."]


def gates() -> str:
    """The core of LeNet-5 in one paragraph."""
    told = result("lenet_gates")
    cosim, synth, loaded = told["cosim"], told["synth"], told["up5k"]
    assert (cosim["verdict"], cosim["mismatches"], synth["fits"]) == ("PASS", 0, True)
    return (
        f"In gates (`{told['core']['architecture']}`, one processing element for each channel, "
        f"`benchmarks/results/lenet_gates.json`) the network at L = 8 with {told['accuracy']:.2f} % takes "
        f"{synth['luts']:,} "
        f"LUT4, {synth['ffs']:,} flip-flops and {synth['brams']} block memories of an "
        f"{synth['device'].split('-')[0]}, whose "
        f"clock nextpnr estimates at {synth['fmax_mhz']:.1f} MHz: {synth['cycles_per_inference']:,} clocks an "
        f"image, the first "
        f"after {synth['latency_cycles']:,}, {synth['inferences_per_second']:,} images a second. No device was "
        f"involved. "
        f"Its co-simulation on {told['images']} test images, with stalls, resets and frames of a wrong length, "
        f"compared "
        f"{cosim['values_compared']:,} values over {cosim['cycles']:,} clocks: {cosim['verdict']}. Loadable, with the "
        f"larger layers' weights in single-port memory (`--memory spram`), it takes {loaded['luts']:,} LUT4, "
        f"{loaded['brams']} of 30 block memories and {loaded['sprams']} of 4 single-port memories of an UP5K, and "
        f"{loaded['cycles_per_inference']:,} clocks an image; its cells were counted, not placed."
    )


def speed() -> str:
    """Inference and training against floating point."""
    told = result("convolution")
    rows = told["rows"]
    vbmi = "with" if "avx512vbmi" in told["machine"]["has"] else "without"
    memory = rows["inference"]["memory_bytes"] / 1e6
    return (
        f"10,000 images take {rows['inference']['ratio']:.2f} times the processor time of Torch's float32 "
        f"forward pass of the "
        f"same network, at L = 16, with arrays of {memory:.0f} MB at most; an epoch of exact training takes "
        f"{rows['epoch']['ratio']:.2f} times the float one (one thread, medians of ratios in one run, a "
        f"processor {vbmi} "
        "AVX-512 VBMI; `make bench-maps` made `benchmarks/results/convolution.json`)."
    )


def compared() -> str:
    """The random networks."""
    told = result("maps")
    assert told["values_different"] == 0
    return (
        f"`make maps` held {told['networks']:,} random networks on maps against the outside oracle, in every "
        f"engine and in "
        f"Torch's forward pass: {told['values_compared']:,} values, none differs (`benchmarks/results/maps.json`)."
    )


def imported() -> list[str]:
    """An ordinary Torch network that was imported, length by length."""
    told = result("imported_lenet")
    lost = told["points_lost"]
    assert lost["32"] <= told["allowed_at_32"]
    seeds = len(told["seeds"])
    whose = "one seed" if seeds == 1 else f"means of {seeds} seeds"
    lines = [
        f"An ordinary LeNet-5 of Torch, trained in floating point without any of this in mind ({whose}, "
        f"{told['float_mean']:.2f} %), imported with {told['calibration_samples']:,} training images as calibration; "
        "`make imported-lenet MNIST=folder` made `benchmarks/results/imported_lenet.json`:",
        "",
        "| stream length L | accuracy | points lost |",
        "|---|---|---|",
    ]
    return [*lines, *(f"| {key} | {told['means'][key]:.2f} % | {lost[key]:+.2f} |" for key in sorted(lost, key=int))]


def small() -> list[str]:
    """Networks on the bundled digits, from training to gates."""
    lines = [
        "Smaller ones on the bundled digits, counted by Yosys for an ECP5 (`make small-convnets` made "
        "`benchmarks/results/small_convnets.json`; `counts`, `packed` and `jax` give the same integers on all test "
        "images, and `reference` on 20 of them):",
        "",
        "| network | weights | L | accuracy | LUT4 | clocks an image | co-simulation |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, row in result("small_convnets")["rows"].items():
        cosim, synth, proved = row.get("cosim"), row["synth"], "—"
        assert all(row["engines_equal"].values())
        if cosim is not None:
            assert (cosim["verdict"], cosim["mismatches"]) == ("PASS", 0)
            proved = f"{cosim['verdict']}, {cosim['values_compared']:,} values, {cosim['cycles']:,} clocks"
        of = f" (float {row['float_accuracy']:.2f} %)" if "float_accuracy" in row else ""
        lines.append(
            f"| {name} | {row['weights']:,} | {row['stream_length']} | {row['accuracy']:.2f} %{of} | "
            f"{synth['luts']:,} | {synth['cycles_per_inference']:,} | {proved} |"
        )
    return lines


def front_door() -> str:
    """Random models that were imported."""
    told = result("front_door")["maps"]
    assert (told["silent_differences"], told["wrongly_refused"]) == (0, 0)
    equal = sum(row["equal"] for row in told["counts"].values())
    return (
        f"`make front-door` imported {told['models']} random convolutional models of Torch, JAX and ONNX "
        f"(`benchmarks/results/front_door.json`): {equal} came in as their frameworks compute them, and into integers; "
        f"the others, which hold what is not supported, were refused by name."
    )


def on_page() -> str:
    """What the page says."""
    parts = [[*accuracies()], [speed()], [gates()], [compared()], imported(), small(), [front_door()]]
    return "\n\n".join("\n".join(lines) for lines in parts)


def in_readme() -> str:
    """What the README says."""
    rows, core = result("lenet")["rows"], result("lenet_gates")["synth"]
    means = ", ".join(f"{rows[name]['mean']:.2f} % at L = {name[1:]}" for name in ("L4", "L8", "L16"))
    return (
        f"LeNet-5 on MNIST's 10,000 test images, trained through its integers, means of three seeds: {means}; "
        f"the float network "
        f"of the same recipe {rows['float']['mean']:.2f} %. At L = 8 its core takes {core['luts']:,} LUT4 and "
        f"{core['brams']} block "
        f"memories of an ECP5, estimated at {core['inferences_per_second']:,} images a second "
        "([all figures, and their commands](docs/how-to/convolutions.md))."
    )


def pages() -> dict[Path, str]:
    """Both pages as they should be."""
    return {PAGE: filled(PAGE, MARKS, on_page()), README: filled(README, MARKS, in_readme())}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
