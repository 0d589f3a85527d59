"""The gallery page tells what the code has: every form with its defaults, every constructor counted."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from sc_neurocore.training.surrogate import CATALOGUE, compat

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "surrogates.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_row_has_the_defaults(name):
    own = [f for f in fields(CATALOGUE[name]) if not f.kw_only]
    signature = ", ".join(f"{f.name}={f.default}" for f in own)
    assert f"| `{name}({signature})` |" in PAGE


def test_what_is_missing_is_told():
    for name in ("SSO", "logistic", "circ_dist", "MultiLevelSpikeCount", "PoissonPass"):
        assert f"`{name}`" in PAGE
        assert not any(key.endswith(f".{name}") for key in compat.REGISTRY)
