"""The checks of an export, read back from its folder."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from sc_neurocore.export import export, export_dense, source_proof
from sc_neurocore.spec import OptionError


def test_the_checks_are_those_of_the_report(tmp_path):
    torch.manual_seed(0)
    exported = export(nn.Linear(4, 3), tmp_path / "n", stream_length=64, input_encoding="sign_magnitude")
    proof = source_proof(tmp_path / "n")
    assert proof["source"] == exported.report.source.to_dict()
    assert proof["source"]["checked"]
    assert exported.report.integers is not None
    assert proof["integers"]["relative_error"] == exported.report.integers.relative_error


def test_without_a_report_nothing_was_checked(tmp_path):
    export_dense([np.ones((2, 2))], stream_length=4).save(tmp_path / "n")
    proof = source_proof(tmp_path / "n")
    assert not proof["source"]["checked"]
    assert "not checked against a source" in proof["source"]["note"]
    (tmp_path / "n" / "export.json").write_text("{}")
    with pytest.raises(OptionError, match="is no report of an export: source must hold"):
        source_proof(tmp_path / "n")


@pytest.mark.parametrize("said", ["5", '"text"', "[]", "null", "{}"])
def test_a_check_that_is_no_object_of_figures_is_refused(said, tmp_path):
    export_dense([np.ones((2, 2))], stream_length=4).save(tmp_path / "n")
    (tmp_path / "n" / "export.json").write_text(f'{{"source": {said}, "integers": null}}')
    with pytest.raises(OptionError, match="is no report of an export: source must hold"):
        source_proof(tmp_path / "n")
