"""The stated targets, each computed from the cells of a result: limit, what was measured, met or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Result = dict[str, Any]
Target = dict[str, Any]
AMX = "stated for AVX-512 with AMX-INT8"


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
    first, second = (np.array(candidate(result, cell, name)["seconds"]) for name in (theirs, ours))
    both = min(len(first), len(second))
    low, middle, high = np.percentile(first[:both] / second[:both], [25, 50, 75])
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

    def ours(cell: str) -> dict[str, float]:
        """The faster of the two forms of the bit-plane product."""
        found = []
        for name in ("counts, default", "jax, default"):
            try:
                found.append(candidate(result, cell, name)["ratio"])
            except Missing:
                continue
        if not found:
            raise Missing("its cell is not in this run")
        return max(found, key=lambda ratio: ratio["median"])

    usual, long, square = layer(784, 128, 256), layer(784, 128, 4096), layer(2048, 2048, 256)
    at_least("default pair, n = 8, over NumPy's float32 product", 1.0, lambda: ours(usual), AMX)
    at_least("the same by JAX alone", 0.8, lambda: candidate(result, usual, "jax, default")["ratio"], AMX)
    at_least("the same at 2048×2048", 0.6, lambda: ours(square), AMX)

    def over_public(cell: str) -> dict[str, float]:
        return times_faster(result, cell, "counts, default", "public engine")

    at_least("the same over the public engine", 100, lambda: over_public(usual), AMX)
    at_least("the same over the public engine at L = 4096 (n = 12)", 1000, lambda: over_public(long), AMX)

    def comparators(pair: str) -> tuple[bool, str]:
        """8 GMAC/s or 0.12 of the float32 product, whichever is less."""
        said = candidate(result, usual, f"counts, {pair}")
        floor = 8 / candidate(result, usual, "numpy")["gmac_per_second"]["median"]
        return said["ratio"]["median"] >= min(
            floor, 0.12
        ), f"{spread(said['ratio'])}, the lesser is {min(floor, 0.12):.3g} ×"

    def longer(pair: str) -> tuple[bool, str]:
        """The limit of n = 8 divided by 2.5, and what that is in time."""
        floor = min(8 / candidate(result, long, "numpy")["gmac_per_second"]["median"], 0.12) / 2.5
        short, lengthy = (candidate(result, cell, f"counts, {pair}")["ratio"] for cell in (usual, long))
        times = short["median"] / lengthy["median"]
        said = f"{spread(lengthy)}, the lesser is {floor:.3g} ×; {times:.3g} × the time at n = 8"
        return lengthy["median"] >= floor, said

    for pair, shown in (("sobol", "Sobol"), ("lfsr", "LFSR")):
        add(f"{shown} pair, n = 8, over the float32 product", "≥ 0.12 × or 8 GMAC/s", "", lambda p=pair: comparators(p))
        add(f"{shown} pair, n = 12", "≥ 0.048 × or 3.2 GMAC/s, 2.5 × less", "", lambda p=pair: longer(p))

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
        return kb <= 64_000, f"{kb / 1000:.0f} MB{beside}"

    add("peak memory, 784×128, L = 4096, batch 2048", "≤ 64 MB", "", memory)

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
