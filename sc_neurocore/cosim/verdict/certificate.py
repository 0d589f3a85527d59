"""The certificate for programs: hashes, tools, stimulus and results of one co-simulation in one file of one form.

There is one way to write a content, and the content carries its own hash: whoever changes a byte is found out. Whoever
writes a certificate anew is not; no key of ours signs it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from ... import __version__
from ...spec.base import Description
from ...spec.errors import SpecError
from ...spec.files.atomic import sha256_file
from ...spec.files.json_object import parse_object, read_limited
from ..core_under_test import CoreUnderTest

FORMAT = "sc-neurocore/certificate"
FORMAT_VERSION = 1
NOT_RUN = "not run"
_WHAT = "the certificate"
MOST_BYTES = 16 << 20
"""More is no certificate of ours, whose longest part is a list of mutants."""
FIGURES = (
    *("verdict", "reason", "findings", "samples", "cycles", "values_compared", "mismatches", "first_mismatch"),
    *("episodes", "latency_cycles", "features", "port_coverage", "model_faults", "load", "netlist", "switching"),
)
"""Keys of `cosim.json` that a certificate takes over as they are: all results that do not depend on the machine."""

Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class Subject(Description):
    """What the gates were compared with."""

    kind: Literal["network", "circuit"]
    name: str
    sha256: Hash


class Proof(Description):
    """What the export that made the network proved, as `cosim.json` has it."""

    source: dict[str, Any]
    integers: dict[str, Any] | None


class Gates(Description):
    """What was simulated, or mapped to what was."""

    files: dict[str, Hash]
    """Every Verilog file that was compiled, by name; none where the components themselves were simulated."""
    sha256: Hash | None
    """As in `cosim.json`."""
    manifest_sha256: Hash | None
    """Of what the manifest beside them says, in canonical form; None: nothing was taken from one."""


class Tools(Description):
    """What made and ran the gates, and who drove them."""

    simulator: Literal["verilator", "icarus", "amaranth"]
    mode: Literal["block", "cocotb", "amaranth"]
    versions: dict[str, str]


class Driven(Description):
    """The samples, and what all the rest was drawn from."""

    sha256: Hash
    """Of the samples' shape and codes."""
    samples: dict[str, Count]
    """How many there are of each origin."""
    seed: Count
    stall: Literal["none", "random"]
    search_seconds: Annotated[float, Field(ge=0)]


class Results(Description):
    """What `cosim.json` says under the same names."""

    verdict: Literal["PASS", "FAIL"]
    reason: str | None
    findings: list[str]
    samples: Count
    cycles: Count
    values_compared: Count
    mismatches: Count
    first_mismatch: dict[str, Any] | None
    episodes: dict[str, Count]
    latency_cycles: Count | None
    features: dict[str, dict[str, Any]]
    port_coverage: dict[str, Any]
    model_faults: dict[str, int | str]
    load: dict[str, Any] | None
    netlist: dict[str, Any] | None
    switching: dict[str, Any] | None
    gate_mutants: dict[str, Any] | Literal["not run"]


class Certificate(Description):
    """The content of `certificate.json`."""

    format: Literal["sc-neurocore/certificate"]
    format_version: Literal[1]
    subject: Subject
    export: Proof | None
    """None of a circuit."""
    rtl: Gates
    tools: Tools
    stimulus: Driven
    results: Results
    sha256: Hash
    """Of the canonical form of all other keys."""


def canonical(document: Mapping[str, Any]) -> bytes:
    """The one way to write a document: ASCII, sorted keys, no spaces, one newline at the end.

    Raises:
        SpecError: it is nested too deeply.
    """
    try:
        text = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except RecursionError:
        raise SpecError("a certificate must not be nested so deeply") from None
    return f"{text}\n".encode()


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """A content with its own hash in the key `sha256`, in the place of any that it has."""
    bare = {key: value for key, value in content.items() if key != "sha256"}
    return {**bare, "sha256": hashlib.sha256(canonical(bare)).hexdigest()}


def name_of(path: Path) -> str:
    """A file's name as a certificate writes it: what is no text on this system is escaped."""
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")


def digest(manifest: Mapping[str, Any]) -> str | None:
    """Hash of what a manifest says, whatever its form; None where it says nothing."""
    return hashlib.sha256(canonical(manifest)).hexdigest() if manifest else None


def gates(core: CoreUnderTest, files: Iterable[Path]) -> dict[str, Any]:
    """The key `rtl` of a certificate.

    Args:
        core: the gates.
        files: their Verilog, with what it includes.
    """
    hashes = {name_of(path): sha256_file(path) for path in files}
    return {"files": hashes, "sha256": core.sha256, "manifest_sha256": digest(core.manifest)}


def certificate_of(
    report: Mapping[str, Any], core: CoreUnderTest, rtl: dict[str, Any], codes: np.ndarray, search_seconds: float
) -> dict[str, Any]:
    """The content of `certificate.json`, sealed.

    Args:
        report: the content of `cosim.json`.
        core: the gates.
        rtl: what `gates` says of them.
        codes: the samples, int64.
        search_seconds: the bound on the search for samples.
    """
    kind = "circuit" if "circuit" in report else "network"
    stated = core.manifest.get("tools")
    makers = {key: text for key, text in stated.items() if isinstance(text, str)} if isinstance(stated, dict) else {}
    mappers = {} if report["netlist"] is None else report["netlist"]["tools"]
    ours = {"sc-neurocore": __version__, "numpy": version("numpy"), report["simulator"]: report["simulator_version"]}
    samples = hashlib.sha256(f"{codes.shape}\n".encode() + codes.astype("<i8").tobytes()).hexdigest()
    content = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "subject": {"kind": kind, "name": report[kind], "sha256": report[f"{kind}_sha256"]},
        "export": report.get("export"),
        "rtl": rtl,
        "tools": {
            "simulator": report["simulator"],
            "mode": report["mode"],
            "versions": {**makers, **mappers, **ours},
        },
        "stimulus": {
            "sha256": samples,
            "samples": report["stimulus"],
            "seed": report["seed"],
            "stall": report["stall"],
            "search_seconds": float(search_seconds),
        },
        "results": {**{key: report[key] for key in FIGURES}, "gate_mutants": report["gate_mutants"] or NOT_RUN},
    }
    return sealed(content)


def read_certificate(path: str | os.PathLike[str]) -> tuple[dict[str, Any], str | None]:
    """What `parse_certificate` says of a file.

    Raises:
        SpecError: it is no certificate, or too large for one.
    """
    return parse_certificate(read_limited(path, MOST_BYTES, _WHAT))


def parse_certificate(raw: bytes) -> tuple[dict[str, Any], str | None]:
    """The content of a certificate, and how it was damaged; None where it is as it was written.

    Raises:
        SpecError: it is none, or has keys or values that no certificate has, though its hash is right.
    """
    tree = parse_object(raw, _WHAT)
    if tree.get("format") != FORMAT or tree.get("format_version") != FORMAT_VERSION:
        raise SpecError(f"{_WHAT} must have format {FORMAT!r}, format_version {FORMAT_VERSION}")
    resealed = sealed(tree)
    if tree.get("sha256") != resealed["sha256"]:
        return tree, "its content is not the one that its sha256 was made of"
    if raw != canonical(resealed):
        return tree, "it is not in canonical form"
    Certificate.model_validate(tree)
    return tree, None
