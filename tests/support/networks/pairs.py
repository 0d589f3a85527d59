"""Pairs of generators beside the default one that many tests take."""

from __future__ import annotations

from sc_neurocore.spec import Comparator, Sobol

SOBOL = {
    "input_generator": Comparator(source=Sobol(dimension=1)),
    "weight_generator": Comparator(source=Sobol(dimension=2)),
}
