"""The certificate and the result beside it: cut short anywhere, they never speak of two different runs."""

from __future__ import annotations

import json

import pytest
from support.crash import FAULTS, contents, cut_short

from sc_neurocore.cosim.verdict import report


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write the result of a seed."""
    monkeypatch.setattr(report, "certificate", lambda document: f"certificate {document['seed']}")
    return lambda seed: report.write_report(tmp_path / "cosim", {"seed": seed}, {"sealed": seed})


def test_no_cut_leaves_a_part_of_a_result(write, tmp_path):
    out = tmp_path / "cosim"
    write(2)
    new = contents(out)
    for fault in FAULTS:
        write(1)
        old, cuts = contents(out), 0
        assert old != new
        for _ in cut_short(lambda: write(2), tmp_path, fault):
            cuts += 1
            assert contents(out) in (old, new)
            write(2)
            assert contents(tmp_path) == {f"cosim/{name}": content for name, content in new.items()}
            write(1)
        assert cuts >= 5


def test_no_cut_leaves_a_certificate_of_another_result_among_other_files(write, tmp_path):
    out = tmp_path / "cosim"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    for fault in FAULTS:
        write(1)
        cuts = 0
        for _ in cut_short(lambda: write(2), out, fault):
            cuts += 1
            seed = json.loads((out / report.RESULT_FILE).read_text())["seed"]
            certificate = out / report.CERTIFICATE_FILE
            document = out / report.CERTIFICATE_JSON
            assert not certificate.exists() or certificate.read_text() == f"certificate {seed}"
            assert not document.exists() or json.loads(document.read_text()) == {"sealed": seed}
            write(2)
            assert certificate.read_text() == "certificate 2"
            assert json.loads(document.read_text()) == {"sealed": 2}
            write(1)
        assert cuts >= 6
    assert (out / "notes.txt").read_text() == "mine"
