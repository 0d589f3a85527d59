"""The stated targets, each computed from the cells of a result: limit, what was measured, met or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Result = dict[str, Any]
Target = dict[str, Any]
VBMI = "stated for AVX-512 with VBMI and VNNI"


class Missing(Exception):
    """A cell or candidate that was not measured."""


def candidate(result: Result, cell: str, name: str) -> dict[str, Any]:
    """A candidate's figures."""
    said = result["cells"].get(cell, {}).get("candidates", {}).get(name, {"skipped": "its cell is not in this run"})
    if "skipped" in said:
        raise Missing(said["skipped"])
    return said


def times_faster(result: Result, cell: str, ours: str, theirs: str) -> dict[str, float]:
    """Quartiles over rounds of their time divided by ours."""
    return times_faster_of(*(candidate(result, cell, name)["seconds"] for name in (ours, theirs)))


def times_faster_of(ours: list[float], theirs: list[float], share: float = 1.0) -> dict[str, float]:
    """Quartiles over rounds of their seconds divided by ours, which were for one `share`-th of the work."""
    both = min(len(ours), len(theirs))
    ratios = np.array(theirs[:both]) / (share * np.array(ours[:both]))
    low, middle, high = np.percentile(ratios, [25, 50, 75])
    return {"median": float(middle), "q1": float(low), "q3": float(high)}


def layer(inputs: int, neurons: int, length: int, batch: int = 2048) -> str:
    """Name of a cell."""
    return f"{inputs}x{neurons} L{length} batch {batch}"


def spread(values: dict[str, float]) -> str:
    """`1.23 × (1.20 to 1.25)`, whole numbers from a hundred on."""

    def short(value: float) -> str:
        return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"

    return f"{short(values['median'])} × ({short(values['q1'])} to {short(values['q3'])})"


def targets(result: Result) -> list[Target]:
    """All of them, in the order in which they are stated; `met` is None where the cells are not there."""
    rows: list[Target] = []

    def at_least(what: str, limit: float, value: Callable[[], dict[str, float]], note: str = "") -> None:
        add(what, f"≥ {limit:,g} ×", note, lambda: ((found := value())["median"] >= limit, spread(found)))

    def add(what: str, limit: str, note: str, value: Callable[[], tuple[bool, str]]) -> None:
        try:
            met, said = value()
        except (Missing, KeyError) as reason:
            met, said = None, f"not measured: {str(reason).strip(chr(39))}"
        rows.append({"what": what, "limit": limit, "said": said, "met": met, "note": note})

    def ratio(cell: str, name: str) -> Callable[[], dict[str, float]]:
        return lambda: candidate(result, cell, name)["ratio"]

    usual, long, square = layer(784, 128, 256), layer(784, 128, 4096), layer(2048, 2048, 256)
    at_least("default pair, n = 8, over NumPy's float32 product", 1.3, ratio(usual, "counts, default"), VBMI)
    at_least("the same at 2048×2048", 1.2, ratio(square, "counts, default"), VBMI)
    for pair, shown in (("default", "default"), ("sobol", "Sobol"), ("lfsr", "LFSR")):
        at_least(f"{shown} pair, n = 4", 2.8, ratio(layer(784, 128, 16), f"counts, {pair}"), VBMI)
    for pair, shown in (("sobol", "Sobol"), ("lfsr", "LFSR")):
        at_least(f"{shown} pair, n = 8", 0.8, ratio(usual, f"counts, {pair}"), VBMI)
    at_least("default pair, n = 12", 0.6, ratio(long, "counts, default"), VBMI)
    at_least("default pair, n = 8, both as on a processor with AVX2", 0.5, ratio("AVX2 L256", "counts, default"))

    def smaller(inputs: int, neurons: int) -> Callable[[], dict[str, float]]:
        """Speed at batch 256 over that at 2048."""
        few, many = (candidate(result, layer(inputs, neurons, 256, batch), "counts, default") for batch in (256, 2048))
        return lambda: times_faster_of(few["seconds"], many["seconds"], 8)

    at_least("default pair, n = 8, speed at batch 256 over 2048", 0.85, lambda: smaller(784, 128)())
    at_least("the same at 2048×2048", 0.7, lambda: smaller(2048, 2048)())

    def two_threads() -> tuple[bool, str]:
        found = result["processes"]["two_threads"]
        gains = {name: times[0] / times[1] for name, times in found.items()}
        share = gains["counts, default"] / gains["numpy"]
        return share >= 0.9, f"{share:.3g} ({gains['counts, default']:.3g} × by two threads, {gains['numpy']:.3g} ×)"

    add("gain by two threads over float32's, batch 16,384", "≥ 0.9", "", two_threads)

    def over_public(cell: str) -> dict[str, float]:
        return times_faster(result, cell, "counts, default", "public engine")

    at_least("default pair, n = 8, over the public engine", 100, lambda: over_public(usual))
    at_least("the same at L = 4096 (n = 12)", 1500, lambda: over_public(long))

    def longer(pair: str) -> tuple[bool, str]:
        """0.048 of the float32 product or 3.2 GMAC/s, whichever is less."""
        floor = min(3.2 / candidate(result, long, "numpy")["gmac_per_second"]["median"], 0.048)
        said = candidate(result, long, f"counts, {pair}")["ratio"]
        return said["median"] >= floor, f"{spread(said)}, the lesser is {floor:.3g} ×"

    for pair, shown in (("sobol", "Sobol"), ("lfsr", "LFSR")):
        add(f"{shown} pair, n = 12, over the float32 product", "≥ 0.048 × or 3.2 GMAC/s", "", lambda p=pair: longer(p))

    def c_loop() -> tuple[bool, str]:
        rate = candidate(result, usual, "C loop")["gmac_per_second"]["median"] * 256 / 1000
        return rate >= 0.9, f"{rate:.3g} Tbit/s"

    at_least("packed streams over the 512-bit C loop", 0.45, lambda: times_faster(result, usual, "packed", "C loop"))
    add("the C loop itself", "≥ 0.9 Tbit/s", "", c_loop)

    def lengths() -> tuple[bool, str]:
        found = times_faster(result, "lengths", "counts, n = 8", "counts, n = 12")
        return found["median"] <= 3.5, spread(found)

    add("default pair, time at n = 12 over n = 8", "≤ 3.5 ×", "", lengths)

    def latency() -> tuple[bool, str]:
        one = layer(784, 128, 256, 1)
        ours, theirs = (np.array(candidate(result, one, name)["seconds"]) for name in ("counts, default", "numpy"))
        both = min(len(ours), len(theirs))
        share = float(np.median(ours[:both] / (3 * theirs[:both] + 100e-6)))
        return share <= 1, f"{share:.3g} × that"

    add("one sample, 784×128", "≤ 3 NumPy matrix-vector products + 100 µs", "", latency)

    def memory() -> tuple[bool, str]:
        kb = result["processes"]["memory_kb"]["counts"]
        public = result["processes"].get("public_memory_kb")
        beside = "" if public is None else f"; the public layer {public / 1e6:.1f} GB"
        return kb <= 13_000, f"{kb / 1000:.0f} MB{beside}"

    add("peak memory, 784×128, L = 4096, batch 2048", "≤ 13 MB", "", memory)

    def first() -> tuple[bool, str]:
        found = result["processes"]["first_call_seconds"]["counts"]
        return found["median"] <= 1, f"{found['median']:.2g} s ({found['q1']:.2g} to {found['q3']:.2g})"

    def unwritable() -> tuple[bool, str]:
        found = result["processes"]["first_call_read_only_cache_seconds"]  # a process that fails ends the bench
        return found > 0, f"works; compiles anew, {found:.2g} s"

    add("first call of a process, caches warm", "≤ 1 s over the imports", "", first)
    add("the same where no cache can be written", "works", "", unwritable)

    def imports() -> tuple[bool, str]:
        found = result["processes"]["import_seconds"]
        return found["median"] <= 0.1, f"{1000 * found['median']:.2g} ms"

    add("import over NumPy's", "≤ 100 ms", "", imports)

    def training() -> tuple[bool, str]:
        found = times_faster(result, "training", "epoch, float", "epoch, exact")
        return found["median"] <= 3, spread(found)

    add("epoch of exact training over a float epoch, 64-32-10, L = 16", "≤ 3 ×", "", training)
    at_least(
        "surrogate gradient step over the public package's",
        50,
        lambda: times_faster(result, "surrogate", "surrogate step", "public surrogate step"),
    )
    return rows
