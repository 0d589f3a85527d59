"""The certificate and the result beside it: cut short anywhere, they never speak of two different runs."""

from __future__ import annotations

import json

from support.crash import FAULTS, cut_short

from sc_neurocore.cosim.verdict import report


def test_no_cut_leaves_a_certificate_of_another_result(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "certificate", lambda document: f"certificate {document['seed']}")
    out = tmp_path / "cosim"

    def write(seed):
        report.write_report(out, {"seed": seed}, {"sealed": seed})

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
