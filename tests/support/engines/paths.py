"""Make `counts` take a given path, whatever the cost model would say."""

from __future__ import annotations

import pytest

from sc_neurocore.accel import costs
from sc_neurocore.accel.counts import engine as counts
from sc_neurocore.accel.counts import selector, table_sums, vnni
from sc_neurocore.accel.counts.lookup import kernels, layers, shuffle_product, shuffles, whole
from sc_neurocore.accel.counts.lookup.whole_product import WholeTables
from sc_neurocore.accel.kinds import linear_in_bits, select_source, selects, unites
from sc_neurocore.spec import DenseLayer

from .processor import SHUFFLES, VBMI, VNNI

LOOKUPS = ["registers", "whole tables", "shuffles"]
"""The ways of the path `lookup`."""
TABLE_SUMS = {
    "look up": {"FEW": 0, "LOOK_UP_ENTRIES": 2**40},
    "near": {"FEW_NEAR": 0, "LOOK_UP_ENTRIES": 10},
    "tables": {"FEW": 2**40, "FEW_NEAR": 2**40},
    "rolling": {"FEW": 2**40, "FEW_NEAR": 2**40, "TABLE_ROWS": 0},
}
"""The ways of the path `rows`."""
PATHS = ["int8", "float32", *LOOKUPS, *TABLE_SUMS]
"""All ways that `counts` has of counting."""
_AVAILABLE = {
    "int8": vnni.available, "registers": kernels.available, "whole tables": whole.available, "shuffles": shuffles.width
}  # fmt: skip
MARKS = {"int8": VNNI, "registers": VBMI, "whole tables": VBMI, "shuffles": SHUFFLES}
"""Of tests that need a path: what the processor must have."""


def possible(path: str) -> bool:
    """Whether this machine can take it."""
    return bool(_AVAILABLE.get(path, lambda: True)())


def parameter(path: str):
    """The path as a test's parameter: skipped where the processor has not what it needs."""
    return pytest.param(path, marks=MARKS.get(path, []))


def takes(path: str, layer: DenseLayer) -> bool:
    """Whether a layer can be counted on a path."""
    if unites(layer.accumulator):
        return False
    if path in LOOKUPS:
        tables = layers.tables_of(layer)
        if tables is None or isinstance(tables, WholeTables):
            return tables is not None and path == "whole tables"
        return path == "registers" or (path == "shuffles" and shuffle_product.fits(tables, layer.signed_inputs))
    as_bits = linear_in_bits(layer.input_generator)
    if path == "int8":
        return as_bits and select_source(layer.accumulator) is None
    if path == "float32":
        return selector.fits(layer)
    if as_bits:
        return False
    few = select_source(layer.accumulator) is None and not selects(layer.weight_generator)
    small = layer.resolution_bits <= 9  # nobody makes whole tables of wider codes
    return few and (small or path == "near") if path in ("look up", "near") else True


def force(monkeypatch, path: str) -> None:
    """Take `path` in every layer that can, else the path that the model chooses."""
    fastest = costs.best
    name = "rows" if path in TABLE_SUMS else "lookup" if path in LOOKUPS else path
    monkeypatch.setattr(costs, "best", lambda layer, batch: name if takes(path, layer) else fastest(layer, batch))
    monkeypatch.setattr(counts, "_cache", type(counts._cache)())
    monkeypatch.setattr(counts, "_decided", {})
    if path == "shuffles":
        monkeypatch.setattr(kernels, "available", lambda: False)
    for key, value in TABLE_SUMS.get(path, {}).items():
        monkeypatch.setattr(table_sums, key, value)
