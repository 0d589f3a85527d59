"""Rows are kept by a hash of the judge that made them: every source of it counts."""

from __future__ import annotations

import shutil

from support import judge


def test_every_source_of_the_judge_changes_its_hash(monkeypatch, tmp_path):
    here = tmp_path / "cosim"
    shutil.copytree(judge.COSIM, here, ignore=shutil.ignore_patterns("__pycache__"))
    prover = tuple(here / path.relative_to(judge.COSIM) for path in judge.PROVER)
    assert all(path.is_file() for path in prover)
    monkeypatch.setattr(judge, "COSIM", here)
    monkeypatch.setattr(judge, "PROVER", prover)
    program = tmp_path / "program.py"
    program.write_text("")
    whole, proofs = judge.judge_sha256.__wrapped__(program), judge.prover_sha256.__wrapped__()
    sources = [path for path in here.rglob("*") if path.is_file()]
    assert {path.suffix for path in sources} <= {".py", ".hpp", ".cpp", ".jinja"}
    for path in (*sources, program):
        text = path.read_bytes()
        path.write_bytes(text + b"\n")
        assert (judge.judge_sha256.__wrapped__(program) == whole) is (path in prover), path
        changes_proofs = path in prover or path == here / "gate_mutants" / "netlist.py"
        assert (judge.prover_sha256.__wrapped__() != proofs) is changes_proofs, path
        path.write_bytes(text)
    assert judge.judge_sha256.__wrapped__() != whole
