"""Gates as the page shows them: verdicts, areas and clocks, and whether they are about this network at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sc_neurocore.spec import sha256_file
from sc_neurocore.spec.errors import SpecError

from .artifacts import Node, read_json


@dataclass(frozen=True)
class Verdict:
    """One co-simulation, judged: a PASS that is not about these gates proves nothing about them."""

    word: str
    """PASS, FAIL or UNVERIFIED."""
    reason: str
    node: Node | None

    @property
    def mutants(self) -> str | None:
        """Faulty models that these samples would have shown, where they were counted."""
        if self.node is None:
            return None
        count, kills = self.node.count("mutants"), self.node.count("mutants_killed")
        if count is None or kills is None:
            return None
        if not count:
            search = self.node.text("mutation_search")
            return "none, for they were not searched for" + (f" ({search})" if search else "")
        text = f"{kills:,} of {count:,} killed"
        for key, what in (("mutants_equivalent", "provably the same network"), ("mutants_unresolved", "unresolved")):
            number = self.node.count(key)
            text += f", {number:,} {what}" if number else ""
        return text


@dataclass(frozen=True)
class Area:
    """One row of the area table."""

    node: Node
    share: float | None
    """Packed logic cells over those of the device."""
    stale: str | None
    """Why the row is not about this network; None where it is."""
    other: str | None = None
    """Why it is not about the gates in `rtl/`, though perhaps about others of this network; None where it is."""


def judge(node: Node | None, network_sha: str | None, rtl_sha: str | None) -> Verdict:
    """The verdict that may be shown for one `cosim.json`.

    Args:
        node: the document; None: there is none.
        network_sha: hash of the network at hand, if there is one.
        rtl_sha: hash of the Verilog at hand.
    """
    if node is None:
        return Verdict("UNVERIFIED", "no co-simulation was run", None)
    word = node.text("verdict")
    if word not in ("PASS", "FAIL"):
        raise SpecError(f"{node.where}: verdict must be PASS or FAIL, got {node.tree.get('verdict')!r}")
    compared, mismatches = node.count("values_compared"), node.count("mismatches")
    if word == "FAIL":
        return Verdict("FAIL", node.text("reason") or f"{mismatches or 0:,} of {compared or 0:,} values differ", node)
    if not compared:
        return Verdict("UNVERIFIED", "no value was compared", node)
    if mismatches is None:
        return Verdict("UNVERIFIED", "the number of mismatches is missing", node)
    if mismatches:
        return Verdict("FAIL", f"says PASS, but {mismatches:,} of {compared:,} values differ", node)
    if not node.has("rtl_sha256"):
        return Verdict("UNVERIFIED", "the components passed, but no Verilog was simulated", node)
    different = other(node, network_sha, rtl_sha)
    if different is not None:
        return Verdict("UNVERIFIED", different, node)
    return Verdict("PASS", f"{compared:,} values compared, no difference", node)


def overall(verdicts: list[Verdict]) -> Verdict:
    """The worst of several: one failure is a failure."""
    order = {"FAIL": 0, "UNVERIFIED": 1, "PASS": 2}
    return min(verdicts, key=lambda verdict: order[verdict.word])


def areas(nodes: list[Node], network_sha: str | None, rtl_sha: str | None = None) -> list[Area]:
    """Rows of the area table; a row about other gates is marked, not left out.

    A synthesis may fold the network otherwise than `rtl/` does: another Verilog is no fault there, another network is.

    Args:
        nodes: every `synth.json`.
        network_sha: hash of the network at hand, if there is one.
        rtl_sha: hash of the Verilog at hand.
    """
    rows = []
    for node in nodes:
        utilization = node.node("utilization")
        share = None
        for cell in ("ICESTORM_LC", "TRELLIS_COMB"):
            row = utilization.node(cell) if utilization is not None else None
            if row is not None:
                cells, capacity = row.count("used"), row.count("available")
                share = cells / capacity if cells is not None and capacity else None
        rows.append(Area(node, share, other(node, network_sha), other(node, None, rtl_sha)))
    return rows


def read_rtl(folder: Path) -> tuple[Node | None, str | None]:
    """The manifest of the generated Verilog, and the hash of the Verilog file that lies beside it."""
    manifest = read_json(folder / "rtl" / "manifest.json", folder)
    if manifest is None:
        return None, None
    name = manifest.text("verilog")
    if name is None or Path(name).name != name or not (folder / "rtl" / name).is_file():
        return manifest, None
    return manifest, sha256_file(folder / "rtl" / name)


def other(node: Node, network_sha: str | None, rtl_sha: str | None = None) -> str | None:
    """Why a result is not about the network and the Verilog at hand; None where it is.

    Args:
        node: the result.
        network_sha: hash of the network; None: any.
        rtl_sha: hash of the Verilog; None: any.
    """
    for key, here, what in (("network_sha256", network_sha, "network"), ("rtl_sha256", rtl_sha, "Verilog")):
        there = node.text(key)
        if here is not None and there != here:
            return f"it is about another {what} ({(there or 'no hash')[:12]}, here {here[:12]})"
    return None
