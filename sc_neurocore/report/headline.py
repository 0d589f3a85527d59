"""What a user asks first: does it fit, how fast is it, how accurate, and how is that proved. One card an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .artifacts import Node
from .hardware import Area, Verdict

State = Literal["good", "bad", "open"]


@dataclass(frozen=True)
class Answer:
    """One card."""

    question: str
    word: str
    details: tuple[str, ...]
    state: State
    """`bad` is red; `open` is what nobody measured."""


def answers(
    rows: Sequence[Area],
    manifest: Node | None,
    accuracies: Sequence[dict[str, Any]],
    verdict: Verdict,
    verified: set[str | None],
) -> list[Answer]:
    """The four answers, and a red card more for every device that the core is too large for.

    Args:
        rows: areas and clocks, one for each synthesis.
        manifest: of the generated Verilog.
        accuracies: rows of the accuracy table, the float network first where it is there.
        verdict: of the co-simulations.
        verified: hashes of the Verilog that passed.
    """
    ours = [row for row in rows if row.stale is None]
    too_large = [row for row in ours if row.node.flag("fits") is False]
    placed = [row for row in ours if row not in too_large and row.node.number("fmax_mhz") is not None]
    counted = [row for row in ours if row not in too_large and row not in placed]
    # The smallest core, but one that was co-simulated before one that was not.
    placed.sort(key=lambda row: (row.node.text("rtl_sha256") not in verified, row.node.integer("luts") or 0))
    red = [_too_large(row) for row in too_large]
    if placed:
        fit = [_fits(placed[0])]
    elif counted:
        fit = [] if red else [_counted(counted[0])]
    else:
        fit = [] if red else [Answer("Does it fit?", "Not known", ("no synthesis was run",), "open")]
    first, *others = fit + red
    return [
        first,
        _speed(placed[0].node if placed else None, manifest),
        _accuracy(accuracies),
        _proof(verdict),
        *others,
    ]


def _fits(row: Area) -> Answer:
    node = row.node
    target = node.text("target") or "target unknown"
    cells = "" if row.share is None else f"{100 * row.share:.0f} % of {node.text('device') or target}"
    luts = f"{node.integer('luts') or 0:,} LUTs"
    counts = [
        f"{n:,} {what}" for key, what in (("brams", "block memories"), ("dsps", "DSP")) if (n := node.integer(key))
    ]
    return Answer("Does it fit?", f"Yes, {target}", (*filter(None, [cells]), ", ".join([luts, *counts])), "good")


def _too_large(row: Area) -> Answer:
    target = row.node.text("target") or "target unknown"
    luts = row.node.integer("luts")
    taken = () if luts is None else (f"{luts:,} LUTs",)
    return Answer("Does it fit?", f"No, {target}", (row.node.text("note") or "does not fit", *taken), "bad")


def _counted(row: Area) -> Answer:
    target = row.node.text("target") or "target unknown"
    luts = row.node.integer("luts")
    taken = () if luts is None else (f"{luts:,} LUTs",)
    return Answer("Does it fit?", "Not placed", (f"{target}: cells were counted alone", *taken), "open")


def _speed(node: Node | None, manifest: Node | None) -> Answer:
    question = "How fast?"
    if node is not None and (rate := node.number("inferences_per_second")) is not None:
        clocks, latency = node.integer("cycles_per_inference"), node.number("latency_us")
        clock = f"{node.number('fmax_mhz') or 0:.1f} MHz"
        words = [clock if clocks is None else f"{clock}, {clocks:,} clocks an inference"]
        words += [] if latency is None else [f"latency {latency:.3g} µs"]
        return Answer(question, f"{rate:,.0f} /s", (*words, "estimated by tools"), "good")
    if manifest is not None and (cycles := manifest.integer("cycles_per_inference")) is not None:
        return Answer(question, f"{cycles:,} clocks", ("an inference; no clock is known",), "open")
    return Answer(question, "Not known", ("no gates were generated",), "open")


def _accuracy(accuracies: Sequence[dict[str, Any]]) -> Answer:
    question = "How accurate?"
    exact = [row for row in accuracies if row["name"].startswith("exact")]
    floating = [row for row in accuracies if not row["name"].startswith("exact")]
    if exact:
        row = exact[0]
        words = [] if row["interval"] is None else [f"{row['interval']} (95 %, {row['samples']:,} samples)"]
        words += [f"{each['name']}: {each['value']}" for each in floating[:1]]
        return Answer(question, row["value"], tuple(words), "good")
    if floating:
        row = floating[0]
        return Answer(question, "Not known", (f"{row['name']}: {row['value']}; the integers were not scored",), "open")
    return Answer(question, "Not known", ("no accuracy was measured",), "open")


def _proof(verdict: Verdict) -> Answer:
    states: dict[str, State] = {"PASS": "good", "FAIL": "bad", "UNVERIFIED": "open"}
    words = [verdict.reason]
    if verdict.node is not None and verdict.word == "PASS":
        words += [f"small faults of the model: {verdict.mutants}"] if verdict.mutants else []
        samples, simulator = verdict.node.integer("samples"), verdict.node.text("simulator")
        words += [f"{samples:,} samples on {simulator}"] if samples and simulator else []
    return Answer("How proved?", verdict.word, tuple(words), states[verdict.word])
