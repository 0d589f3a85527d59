"""Which judge made a result: rows of another stimulus, or of proofs made otherwise, are not taken up again."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

COSIM = Path(__file__).parents[2] / "sc_neurocore" / "cosim"
_PROVERS = ("aig.py", "circuits.py", "environment.py", "equivalence.py", "invariants.py")
PROVER = tuple(COSIM / "gate_mutants" / name for name in _PROVERS)
"""What decides which survivors are proved the same, and nothing else does."""
_KINDS = {".py", ".hpp", ".cpp", ".jinja"}


@cache
def judge_sha256(*programs: Path) -> str:
    """Of the sources of the judge without its prover, and of the programs that made the rows.

    Args:
        programs: files beside the judge that decide what a row says.
    """
    files = [path for path in sorted(COSIM.rglob("*")) if path.suffix in _KINDS and path not in PROVER]
    return files_sha256(*files, *programs)


@cache
def prover_sha256() -> str:
    """Of the sources of the proofs, and of what draws the mutants: a number must mean the same one."""
    return files_sha256(*PROVER, COSIM / "gate_mutants" / "netlist.py")


def files_sha256(*files: Path) -> str:
    """Of some files together, each with its name, in 16 digits.

    Args:
        files: in the order that is hashed.
    """
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]
