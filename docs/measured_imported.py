"""Write what was measured of imported networks, and of MNIST, into their pages; a test holds that they agree.

Usage: python docs/measured_imported.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from marked import filled

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
IMPORTED_PAGE = ROOT / "docs" / "how-to" / "from-onnx-keras-sklearn.md"
TRAINING_PAGE = ROOT / "docs" / "explanation" / "training.md"
MARKS = "<!-- measured: python docs/measured_imported.py -->\n", "\n\n<!-- measured imported ends -->"


def _result(name: str) -> dict[str, Any]:
    return json.loads((RESULTS / f"{name}.json").read_text("utf-8"))


def _length(name: str) -> tuple[int, str]:
    """Sort key of a row: its stream length, and what is no length at the end."""
    digits = name.removeprefix("L").partition(",")[0]
    return (int(digits), name) if digits.isdigit() else (2**20, name)


def imported() -> str:
    """Pipelines on raw features, and published taggers."""
    told = _result("imported")
    rows = [
        f"Scikit-learn pipelines of a scaler and an MLP of 32 neurons, raw features, means of {told['splits']} "
        "stratified splits (`make imported`, `benchmarks/results/imported.json`):",
        "",
        "| data | scikit-learn | L = 16 | L = 64 |",
        "|---|---|---|---|",
    ]
    for name, row in told["pipelines"].items():
        means = row["mean_accuracy_percent"]
        rows.append(f"| {name} | {means['float']:.2f} % | {means['16']:.2f} % | {means['64']:.2f} % |")
    rows += [
        "",
        "Published models of fastmachinelearning/example-models, calibrated on "
        f"{told['calibration_samples']:,} standard normal inputs without labels: classes that agree with the float "
        f"network's on {told['test_samples']:,} others (`make imported MODELS=folder`). The folded network differs "
        "from the source by less than 1e-5 of the outputs, relatively:",
        "",
        "| model | L = 256 | L = 1024 | smallest class | core at L = 256, co-simulated |",
        "|---|---|---|---|---|",
    ]
    for name, row in told["taggers"].items():
        assert row["source_relative_error"] <= 1e-5
        core = row.get("cosim")
        seen = f"{core['verdict']}, {core['cycles']:,} clocks" if core else "not built"
        agreement = row["agreement"]
        rows.append(
            f"| {name} | {100 * agreement['256']:.2f} % | {100 * agreement['1024']:.2f} % "
            f"| {100 * row['smallest_class']:.1f} % | {seen} |"
        )
    return "\n".join(rows)


def mnist() -> str:
    """Accuracies of each recipe on MNIST, means over seeds."""
    told = _result("mnist")
    rows = [
        f"{told['network']}, {told['data']['test_samples']:,} test images (`benchmarks/results/mnist.json`):",
        "",
        "| network | seeds | accuracy, mean | weights that are zero |",
        "|---|---|---|---|",
    ]
    for name, row in sorted(told["rows"].items(), key=lambda item: _length(item[0])):
        seeds, means = len(row["per_seed"]), row["means"]
        if name == "imported":
            for length, accuracy in sorted(means.items(), key=lambda item: _length(item[0])):
                what = "ordinary, float" if length == "float" else f"ordinary, imported at L = {length[1:]}"
                rows.append(f"| {what} | {seeds} | {accuracy:.2f} % | |")
        else:
            zero = f"{100 * means['zero_weights']:.0f} %"
            rows.append(f"| trained exactly, L = {name[1:]} | {seeds} | {means['accuracy']:.2f} % | {zero} |")
    return "\n".join([*rows, "", gates()])


def gates() -> str:
    """The network of 16 bits per stream on its devices."""
    told = _result("mnist_gates")
    text = f"In gates, the first seed at L = 16 ({told['accuracy']:.2f} %; `make mnist-gates`, three placements):"
    for row in told["cores"].values():
        core, run = row["synth"], row["cosim"]
        assert (run["verdict"], run["mismatches"], core["fits"]) == ("PASS", 0, True)
        memories = f"{core['brams']} block memories" + f" and {core['sprams']} single-port ones" * bool(core["sprams"])
        text += (
            f" {core['luts']:,} LUT4 and {memories} of an {core['device'].split('-')[0]} at "
            f"{core['fmax_mhz']:.1f} MHz, {core['inferences_per_second']:,} images a second, "
            f"{run['values_compared']:,} values compared over {run['cycles']:,} clocks;"
        )
    return text.rstrip(";") + ". No device was involved."


def pages() -> dict[Path, str]:
    """Both pages as they should be."""
    return {
        IMPORTED_PAGE: filled(IMPORTED_PAGE, MARKS, imported()),
        TRAINING_PAGE: filled(TRAINING_PAGE, MARKS, mnist()),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
