"""The cores that are compared, and what one of them takes on a device."""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from binary import BinaryColumnCore, BinarySerialCore

from sc_neurocore import load_network, synth
from sc_neurocore.rtl import ColumnCore, SerialCore
from sc_neurocore.rtl.emit.verilog import verilog_text
from sc_neurocore.rtl.plan.column_plan import ColumnPlan
from sc_neurocore.rtl.plan.serial_plan import SerialPlan
from sc_neurocore.rtl.plan.timing import CoreTiming, core_timing
from sc_neurocore.spec import NetworkSpec, write_atomic

HDL = Path(__file__).resolve().parents[1]

COLLAPSED, OPERATOR, CHAIN, DSP = "collapsed", "operator", "chain", "dsp"
"""The stream's product in one clock; exact products: a `*` made of tables by synthesis, chains of gated additions made
of tables by hand, a `*` in a multiplier block."""
BLOCKS = {"up5k": 8, "ecp5-25k": 28, "ecp5-85k": 156}
"""Multiplier blocks of the devices that have any."""
SMALLEST_BLOCK = {"up5k": 6, "ecp5-25k": 2, "ecp5-85k": 2}
"""Least n at which synthesis takes a multiplier block: on the iCE40 it wants a product of 11 bits."""


def kinds(n: int, target: str) -> list[str]:
    """The kinds of core that there are."""
    return [COLLAPSED, OPERATOR, CHAIN] + [DSP] * (target in BLOCKS and n >= SMALLEST_BLOCK[target])


def make(network: NetworkSpec, architecture: str, kind: str, target: str) -> ColumnCore | SerialCore:
    """A core. The column's DSP form has as many products in blocks as the device has blocks, the rest as chains."""
    if architecture == "serial":
        if kind == COLLAPSED:
            return SerialCore(SerialPlan.of(network))
        return BinarySerialCore(network, chain=kind == CHAIN)
    if kind == COLLAPSED:
        return ColumnCore(ColumnPlan.of(network))
    return BinaryColumnCore(network, operators={OPERATOR: None, CHAIN: 0, DSP: BLOCKS.get(target)}[kind])


@dataclass(frozen=True)
class Candidate:
    """One core to be measured."""

    network: str
    """Folder of the network, beneath hdl/."""
    architecture: str
    target: str
    kind: str
    seeds: tuple[int, ...] = ()
    """Of the placement; none: only counted."""

    @property
    def n(self) -> int:
        """Bits of a code."""
        return self.read().dense_layers("gates")[0].resolution_bits

    def read(self) -> NetworkSpec:
        """The network."""
        return load_network(HDL / self.network)

    def key(self) -> dict[str, str]:
        """What tells its row from others."""
        return {"network": self.network, "architecture": self.architecture, "target": self.target, "kind": self.kind}


def gates(candidate: Candidate) -> tuple[CoreTiming, str, str]:
    """Its timing, its Verilog, and the hash of that."""
    core = make(candidate.read(), candidate.architecture, candidate.kind, candidate.target)
    text = verilog_text(core, "core")
    return core_timing(core), text, hashlib.sha256(text.encode()).hexdigest()


def figures(candidate: Candidate) -> dict[str, Any]:
    """Cells of a core as Yosys counts them; with placement seeds also its packed cells and its clock."""
    (timing, text, sha256), seeds = gates(candidate), candidate.seeds
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "core.v"
        file.write_text(text)
        found = synth.implement(
            [file],
            "core",
            candidate.target,
            seeds=seeds or (1,),
            place_and_route=bool(seeds),
            dsp=candidate.kind == DSP,
            timeout_s=3600,
        )
    area, fmax = found.area, found.fmax_mhz
    row: dict[str, Any] = {key: getattr(area, key) for key in ("luts", "ffs", "carries", "brams", "dsps")}
    row |= {
        "cycles_per_inference": timing.cycles_per_inference,
        "latency_cycles": timing.latency_cycles,
        "rtl_sha256": sha256,
        "tools": found.tools,
    }
    if seeds:
        row |= {
            "cells": found.cells,
            "fits": found.fits,
            "note": found.note,
            "seeds": list(seeds),
            "fmax_mhz": fmax,
            "fmax_per_seed_mhz": [None if each is None else each.fmax_mhz for each in found.timings],
            "inferences_per_second": None if fmax is None else round(fmax * 1e6 / timing.cycles_per_inference),
        }
    return row


def tables(row: dict[str, Any]) -> int:
    """4-input tables that a core takes: on the ECP5 a carry cell has two, which Yosys does not count as LUT4."""
    return row["luts"] + 2 * row["carries"] * row["target"].startswith("ecp5")


def area_latency(row: dict[str, Any]) -> float | None:
    """Tables times the time from a frame's last beat to its first result, in microseconds; None: no clock is known."""
    return tables(row) * row["latency_cycles"] / row["fmax_mhz"] if row.get("fmax_mhz") else None


def rows_of(file: Path) -> list[dict[str, Any]]:
    """The rows measured so far."""
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else []


def fill(file: Path, candidates: Sequence[Candidate]) -> None:
    """Measure what the file lacks, row by row; a row of other gates, or not yet placed, is measured anew.

    A row of a candidate that is no longer asked for is dropped.
    """
    order = {json.dumps(each.key()): i for i, each in enumerate(candidates)}
    assert len(order) == len(candidates), "two candidates are the same"
    for each in candidates:
        rows = [row for row in rows_of(file) if json.dumps(_key(row)) in order]
        kept = next((row for row in rows if _key(row) == each.key()), None)
        if kept and set(kept.get("seeds", ())) >= set(each.seeds) and kept["rtl_sha256"] == gates(each)[2]:
            continue
        row = each.key() | {"n": each.n} | figures(each)
        told = f"{row['luts']} LUT4, {row['dsps']} DSP, {row.get('fmax_mhz') or '-'} MHz"
        print(f"{each.architecture} {each.network} {each.target} {each.kind}: {told}", file=sys.stderr, flush=True)
        rows = sorted([r for r in rows if r is not kept] + [row], key=lambda r: order[json.dumps(_key(r))])
        write_atomic(file, json.dumps(rows, indent=2, sort_keys=True) + "\n")


def stale(file: Path, candidates: Sequence[Candidate]) -> list[str]:
    """One line for each candidate without a row of today's gates."""
    rows = {json.dumps(_key(row)): row for row in rows_of(file)}
    none = {"rtl_sha256": ""}
    now = [each for each in candidates if rows.get(json.dumps(each.key()), none)["rtl_sha256"] != gates(each)[2]]
    return [f"{each.architecture}, {each.network}, {each.target}, {each.kind}: no row of these gates" for each in now]


def _key(row: dict[str, Any]) -> dict[str, str]:
    return {name: row[name] for name in ("network", "architecture", "target", "kind")}
