"""What a user asks first: does it fit, how fast is it, how accurate, and how is that proved. One card an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .artifacts import Node
from .hardware import Area, Verdict
from .tables import per_second

State = Literal["good", "bad", "open"]


@dataclass(frozen=True)
class Answer:
    """One card."""

    question: str
    word: str
    details: tuple[str, ...]
    state: State
    """`bad` is red; `open` is what nobody measured, or measured of another network or of other gates."""


def answers(
    rows: Sequence[Area],
    manifest: Node | None,
    stale_manifest: str | None,
    accuracies: Sequence[dict[str, Any]],
    verdict: Verdict,
    verified: set[str | None],
) -> list[Answer]:
    """The four answers, and a red card more for every device that the core is too large for.

    Args:
        rows: areas and clocks, one for each synthesis.
        manifest: of the generated Verilog.
        stale_manifest: why that is not about this network; None where it is.
        accuracies: rows of the accuracy table, the float network first where it is there.
        verdict: of the co-simulations.
        verified: hashes of the Verilog that passed.
    """
    ours = [row for row in rows if row.stale is None]
    misfits = [row for row in ours if row.node.flag("fits") is False or (row.share or 0) > 1]
    layouts = [row for row in ours if row not in misfits and row.node.amount("fmax_mhz") is not None]
    netlists = [row for row in ours if row not in misfits and row not in layouts]

    # The gates at hand before others, co-simulated ones before others, then the smallest core.
    def order(row: Area) -> tuple[bool, bool, float]:
        luts, passed = row.node.count("luts"), row.node.text("rtl_sha256") in verified
        return row.other is not None, not passed, float("inf") if luts is None else luts

    layouts.sort(key=order)
    misfits.sort(key=order)
    netlists.sort(key=order)
    fit = [(row, _fits(row)) for row in layouts[:1]] + [(row, _too_large(row)) for row in misfits]
    if not fit:
        fit = [(row, _counted(row)) for row in netlists[:1]]
    fit.sort(key=lambda each: each[0].other is not None)
    cards = [card for _, card in fit] or [Answer("Does it fit?", "Not known", ("no synthesis was run",), "open")]
    return [
        cards[0],
        _speed(layouts[0] if layouts else None, manifest, stale_manifest),
        _accuracy(accuracies),
        _proof(verdict),
        *cards[1:],
    ]


def _about(row: Area, state: State) -> tuple[State, list[str]]:
    """The state that a row's answer may have, and why it is another."""
    return (state, []) if row.other is None else ("open", [f"not the gates in rtl/: {row.other}"])


def _fits(row: Area) -> Answer:
    node = row.node
    target = node.word("target") or "target unknown"
    state, words = _about(row, "good")
    words += [] if row.share is None else [f"{100 * row.share:.0f} % of {node.word('device') or target}"]
    counts = [
        f"{n:,} {what}"
        for key, what in (("luts", "LUTs"), ("brams", "block memories"), ("dsps", "DSP"))
        if (n := node.count(key)) or (n == 0 and key == "luts")
    ]
    words += [", ".join(counts)] if counts else []
    words += [note] if (note := node.text("note")) else []
    return Answer("Does it fit?", f"Yes, {target}", tuple(words), state)


def _too_large(row: Area) -> Answer:
    target = row.node.word("target") or "target unknown"
    state, words = _about(row, "bad")
    share = "" if row.share is None else f": {100 * row.share:.0f} % of {row.node.word('device') or target}"
    words += [row.node.text("note") or f"does not fit{share}", *_luts(row)]
    return Answer("Does it fit?", f"No, {target}", tuple(words), state)


def _counted(row: Area) -> Answer:
    target = row.node.word("target") or "target unknown"
    words = [*_about(row, "open")[1], f"{target}: cells were counted alone", *_luts(row)]
    return Answer("Does it fit?", "Not placed", tuple(words), "open")


def _luts(row: Area) -> list[str]:
    luts = row.node.count("luts")
    return [] if luts is None else [f"{luts:,} LUTs"]


def _speed(row: Area | None, manifest: Node | None, stale_manifest: str | None) -> Answer:
    question, node = "How fast?", None if row is None else row.node
    clocks = None if node is None else node.count("cycles_per_inference")
    fmax = None if node is None else node.amount("fmax_mhz")
    if row is not None and node is not None and (rate := node.amount("inferences_per_second")) is not None:
        state, words = _about(row, "good")
        clock = f"{fmax or 0:.1f} MHz"
        words += [clock if clocks is None else f"{clock}, {clocks:,} clocks an inference"]
        words += [] if (latency := node.amount("latency_us")) is None else [f"latency {latency:.3g} µs"]
        return Answer(question, f"{per_second(rate)} /s", (*words, "estimated by tools"), state)
    there = None if manifest is None else manifest.count("cycles_per_inference")
    of_manifest = clocks is None and there is not None
    stale = [f"not this network: {stale_manifest}"] if of_manifest and stale_manifest is not None else []
    at = "no clock is known" if row is None or fmax is None else f"{fmax:.1f} MHz, and no rate is stated"
    stale += [] if row is None or fmax is None else _about(row, "open")[1]
    if clocks is not None or there is not None:
        return Answer(question, f"{(clocks or there or 0):,} clocks", (*stale, f"an inference; {at}"), "open")
    if fmax is not None:
        return Answer(question, f"{fmax:.1f} MHz", (*stale, "clocks an inference are not known"), "open")
    nothing = "no gates were generated" if manifest is None else "clocks an inference are not known"
    return Answer(question, "Not known", (nothing,), "open")


def _accuracy(accuracies: Sequence[dict[str, Any]]) -> Answer:
    question = "How accurate?"
    exact = sorted((row for row in accuracies if row["exact"]), key=lambda row: row["stale"] is not None)
    floating = [row for row in accuracies if not row["exact"] and row["stale"] is None]
    if exact:
        row = exact[0]
        words = [] if row["stale"] is None else [f"not this network: {row['stale']}"]
        words += [] if row["interval"] is None else [f"{row['interval']} (95 %, {row['samples']:,} samples)"]
        words += [f"{each['name']}: {each['value']}" for each in floating[:1]]
        return Answer(question, row["value"], tuple(words), "good" if row["stale"] is None else "open")
    if floating:
        row = floating[0]
        return Answer(question, "Not known", (f"{row['name']}: {row['value']}; the integers were not scored",), "open")
    return Answer(question, "Not known", ("no accuracy was measured",), "open")


def _proof(verdict: Verdict) -> Answer:
    states: dict[str, State] = {"PASS": "good", "FAIL": "bad", "UNVERIFIED": "open"}
    words = [verdict.reason]
    if verdict.node is not None and verdict.word == "PASS":
        words += [f"small faults of the model: {verdict.mutants}"] if verdict.mutants else []
        samples, simulator = verdict.node.count("samples"), verdict.node.word("simulator")
        words += [f"{samples:,} samples on {simulator}"] if samples and simulator else []
    return Answer("How proved?", verdict.word, tuple(words), states[verdict.word])
