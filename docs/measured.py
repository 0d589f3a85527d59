"""Write the measured tables of README and the speed page from the committed artifacts; a test holds that they agree.

Usage: python docs/measured.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import measured_binary
import measured_trust
import measured_unrolled
from marked import filled

ROOT = Path(__file__).resolve().parents[1]
ACCURACY = ROOT / "benchmarks" / "results" / "accuracy" / "accuracy.json"
README = ROOT / "README.md"
MARKS = "<!-- measured: python docs/measured.py -->\n", "\n\n<!-- measured ends -->"
CORES = ROOT / "hdl" / "synth" / "architectures.json"
SPEED = ROOT / "benchmarks" / "results" / "speed" / "speed.json"
SPEED_PAGE = ROOT / "docs" / "explanation" / "speed.md"
SPEED_ROWS = {
    "counts, default": "exact counts, default pair",
    "jax, default": "the same as a JAX function",
    "counts, sobol": "exact counts, Sobol pair",
    "packed": "packed streams",
    "C loop": "C loop over ready streams",
    "public engine": "public engine 3.15.7",
    "jax matmul": "float32 product by JAX",
}


def accuracy_table() -> list[str]:
    """One row a network and stream length."""
    rows = [
        "| network | bits per stream | float | exact integers | difference, points | 95 % interval |",
        "|---|---|---|---|---|---|",
    ]
    for network, lengths in json.loads(ACCURACY.read_text(encoding="utf-8"))["networks"].items():
        for length, row in sorted(lengths.items(), key=lambda item: int(item[0])):
            low, high = row["difference_95"]
            assert row["integers_compared"] > 0, "a row of unchecked integers"
            assert row["integers_different"] == 0, "the exported integers are not the trained ones"
            rows.append(
                f"| {network} | {length} | {row['float_mean']:.2f} % | {row['accuracy_mean']:.2f} % "
                f"| {row['difference_mean']:+.2f} | {low:+.2f} to {high:+.2f} |"
            )
    return rows


def cores_table() -> list[str]:
    """One row a core: what it takes on a device, and how fast it is there."""
    rows = [
        "| device | bits per stream | architecture | LUT4 | logic cells | clock | clocks | inferences per second |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in json.loads(CORES.read_text(encoding="utf-8")):
        how = row["architecture"]["architecture"]
        how += ", one stream bit per clock" if row["architecture"]["stream_bits_per_cycle"] == 1 else ", whole stream"
        told = {"product_table": "product table", "overlap": "overlapping", "logic_weights": "weights in logic"}
        how += "".join(f", {text}" for name, text in told.items() if row["architecture"].get(name))
        how += ", the demo's network" if row["network"].startswith("demo") else ""
        bits = max(row["architecture"]["stream_bits_per_cycle"], 2 ** int(row["network"][-1]))
        rows.append(
            f"| {row['device']} | {bits} | {how} | {row['luts']:,} | {row['cells']:,} | {row['fmax_mhz']:.1f} MHz "
            f"| {row['cycles_per_inference']:,} | {row['inferences_per_second']:,} |"
        )
    return rows


def speed_result() -> dict[str, Any]:
    """The committed result."""
    return json.loads(SPEED.read_text(encoding="utf-8"))


def speed_table(inputs: int, neurons: int, batch: int) -> list[str]:
    """Medians of the ratios to NumPy's float32 product: one row a candidate, one column a stream length."""
    cells = {
        cell["length"]: cell["candidates"]
        for cell in speed_result()["cells"].values()
        if (cell.get("inputs"), cell.get("neurons"), cell.get("batch")) == (inputs, neurons, batch)
        and "length" in cell
        and "as" not in cell  # told to run as another processor
    }
    lengths = sorted(cells)
    assert lengths, f"no cell of {inputs}×{neurons}, batch {batch}"
    rows = ["| engine | " + " | ".join(f"L = {n}" for n in lengths) + " |", "|---|" + "---|" * len(lengths)]
    for name, shown in SPEED_ROWS.items():
        ratios = [_ratio(cells[n].get(name, {})) for n in lengths]
        rows.append(f"| {shown} | " + " | ".join(ratios) + " |")
    return rows


def _ratio(said: dict[str, Any]) -> str:
    if "ratio" not in said:
        return "–"
    median = said["ratio"]["median"]
    return f"{median:.2f}" if median >= 0.1 else f"{median:.2g}" if median >= 1e-4 else f"{median:.1e}"


def targets_table() -> list[str]:
    """What was aimed at, what was measured."""
    verdicts = {True: "met", False: "**missed**", None: "not measured"}
    rows = ["| target | limit | measured, median (quartiles) | |", "|---|---|---|---|"]
    for row in speed_result()["targets"]:
        note = f" ({row['note']})" if row["note"] else ""
        rows.append(f"| {row['what']} | {row['limit']}{note} | {row['said']} | {verdicts[row['met']]} |")
    return rows


def speed_machine() -> str:
    """Where it was measured, in one paragraph."""
    result = speed_result()
    machine, versions = result["identity"]["machine"], result["identity"]["versions"]
    told = ", ".join(f"{name} {version}" for name, version in sorted(versions.items()) if version)
    family = ", ".join(
        f"{key} {value}" for key, value in zip(("family", "model", "stepping"), machine["family_model_stepping"])
    )
    return (
        f"Measured on: {machine['processor']} ({family}), {machine['processors']} processors, one of them used. "
        f"It has {', '.join(machine['has'])}; it has no {', '.join(machine['has_not']) or 'lack of those asked for'}. "
        f"Load average before {result['load_before']}, after {result['load_after']}. Versions: {told}."
        + "".join(f" **Not measured: {name}.**" for name in result["missing"])
    )


def processes_table() -> list[str]:
    """Memory and first calls, which only a fresh process shows."""
    said = speed_result()["processes"]
    rows = [
        "| engine | peak memory, 784×128, L = 4096, batch 2048 | first call, L = 256, median (quartiles) |",
        "|---|---|---|",
    ]
    for engine, kb in said["memory_kb"].items():
        call = said["first_call_seconds"][engine]
        rows.append(
            f"| {engine} | {kb / 1000:.0f} MB | {call['median']:.2g} s ({call['q1']:.2g} to {call['q3']:.2g}) |"
        )
    command = said["command_seconds"]
    product = command["product"]
    rest = command["seconds"] - command["imports"] - product
    return [
        *rows,
        "",
        f"`sc-neurocore infer` on files, 784×128, L = 256, batch 2048, takes {command['seconds']:.2g} s of a processor "
        f"in a fresh process: {command['imports']:.2g} s of imports, {rest:.2g} s of reading, checks and loading "
        f"kernels, and {1000 * product:.2g} ms of the product, {product / command['seconds']:.1%}.",
    ]


def speed_processor() -> str:
    """The processor of the committed result, and whether it has the instructions that look-ups like best."""
    machine = speed_result()["identity"]["machine"]
    with_or_without = "with" if "avx512vbmi" in machine["has"] else "without"
    family, model, _ = machine["family_model_stepping"]
    return f"{machine['processor']} (family {family}, model {model}, {with_or_without} AVX-512 VBMI)"


def speed_measured() -> str:
    """The tables of the speed page."""
    parts = [speed_machine(), "", *targets_table(), "", *processes_table()]
    parts += ["", "Ratios to NumPy's float32 product of the same shape and batch, medians:"]
    for inputs, neurons in ((64, 32), (784, 128), (2048, 2048)):
        for batch in (1, 256, 2048):
            parts += ["", f"**{inputs}×{neurons}, batch {batch}**", "", *speed_table(inputs, neurons, batch)]
    return "\n".join(parts)


def measured() -> str:
    """The tables of the README, each with what it is and the command that made it."""
    parts = [
        "Accuracy on 450 test images of scikit-learn's digits, means over 10 seeds; every network is trained through "
        "its own integers. `make accuracy` made `benchmarks/results/accuracy/accuracy.json`:",
        "",
        *accuracy_table(),
        "",
        f"Speed over NumPy's float32 matrix product of the same shape, one thread of {speed_processor()}, 784×128, "
        "batch 2048, medians of ratios within one run; without AVX-512 VBMI exact counts are about as fast as "
        "float32 at L = 256. `make bench-full` made `benchmarks/results/speed/speed.json`; "
        "[how, and what falls short](docs/explanation/speed.md):",
        "",
        *speed_table(784, 128, 2048),
        "",
        "The 64-32-10 digits network as a core, streaming in and out. Area and clock are estimates of Yosys and "
        "nextpnr, medians of three placements; no device was involved. `python hdl/synth/architectures.py` made "
        "`hdl/synth/architectures.json`. Zero weights cost nothing in a serial core: at 16 bits a quarter of them were "
        "set to zero, as `python hdl/synth/prune.py` does to the demo's network, whose own rows say so; "
        "`sc-neurocore train --sparsity 0.5` trains a sparse one; [more cores](hdl/README.md):",
        "",
        *cores_table(),
        "",
        "The same shell around exact binary multipliers, at equal n, in 4-input tables (on the ECP5 with those of the "
        "carry cells): a `*` of which Yosys makes tables, a chain of gated additions written by hand, or as many DSP "
        "blocks as the device has; `python hdl/baselines/measure.py` made `hdl/baselines/relative.json`:",
        "",
        *measured_binary.table(),
        "",
        "At equal accuracy, both trained through their own integers, means of ten seeds; `python "
        "benchmarks/binary_accuracy.py` and `python hdl/baselines/equal_accuracy.py` made "
        "`benchmarks/results/accuracy_binary/binary_accuracy.json` and `hdl/baselines/equal_accuracy.json`:",
        "",
        *measured_binary.equal_table(),
        "",
        "The product of a whole stream in one clock is a truncated binary multiplier, and a binary designer may "
        "truncate too. Against exact products made of tables it wins at equal n, and at equal accuracy, since networks "
        "that are trained through their own integers are about as accurate in either arithmetic. An n beyond what the "
        "task needs throws that away; and with a free DSP block for every product binary is the smaller, but for the "
        "column at n = 4, where it is level. [What was compared, and what was not](docs/explanation/binary.md).",
        "",
        *measured_unrolled.text(),
        "",
        measured_trust.paragraph(),
    ]
    return "\n".join(parts)


def readme() -> str:
    """The README as it should be."""
    return filled(README, MARKS, measured())


def speed_page() -> str:
    """The speed page as it should be."""
    return filled(SPEED_PAGE, MARKS, speed_measured())


if __name__ == "__main__":
    README.write_text(readme(), encoding="utf-8")
    SPEED_PAGE.write_text(speed_page(), encoding="utf-8")
