"""The form in which a network is calibrated: there are several that compute the same, and codes serve one best.

The network is searched as it is or with its neurons equalized, with hidden codes of one sign or of both, whatever
rounds better; and, where that loses classes, once more with outlier neurons split. With labels it is then searched for
them, too, and what serves the samples better is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ...inference.engines import classes_of
from ...spec.errors import OptionError, SpecError
from ..float_network import FloatNetwork
from ..plan import LoweredLayer, Plan
from .equalize import equalized
from .search import Calibration, Candidate, reach_of, rounded, searched
from .split import split, staggered

WORTH_SIGNS = 1.5
"""Hidden codes of both signs have one bit more in the core: they are taken where the loss falls by this factor."""

WORTH_SPLIT = 1.25
"""Copies of neurons make the core larger: outliers are split where the loss falls by this factor."""

FEWEST_SAMPLES = 100
"""With fewer samples the search learns them by heart, and a smaller loss on them is no reason for a larger core."""

KEPT_CLASSES = 0.99
"""Share of the samples whose class is the float network's: with as many, no neuron is copied."""

Criterion = Literal["agreement", "labels"]
"""What the kept network was searched for: outputs like the float network's, or the right classes."""


@dataclass(frozen=True)
class Calibrated:
    """What the search kept."""

    plan: Plan
    layers: list[LoweredLayer]
    outputs: np.ndarray
    """Integers on the calibration samples."""
    criterion: Criterion
    equalized: bool
    split: tuple[int, ...]
    """Neurons that each hidden layer gained because outliers were split; empty: none."""


@dataclass(frozen=True)
class _Form:
    """A network that computes the same in other numbers."""

    plan: Plan
    data: Calibration
    equalized: bool = False
    growth: tuple[int, ...] = ()
    worth: float = 1.0
    """Its loss has to be less by this factor than that of the network as it is."""

    def of(self, floats: FloatNetwork, **changes: Any) -> _Form:
        """Another form, in these numbers."""
        sums = floats.pre_activations(self.plan.inputs.features(self.data.x))
        data, plan = replace(self.data, pre_activations=sums), replace(self.plan, floats=floats)
        return replace(self, plan=plan, data=data, **changes)


def _forms(form: _Form) -> list[_Form]:
    """A form as it is, equalized, and either of them with hidden codes of both signs."""
    forms = [form]
    balanced = equalized(form.plan.floats, form.data.pre_activations, form.plan.inputs.peak)
    if balanced is not None:
        forms.append(form.of(balanced, equalized=True))
    for each in tuple(forms):
        both = replace(each.plan, two_sided=True)
        if any(both.centred(index) for index in range(both.depth - 1)):
            forms.append(replace(each, plan=both, worth=WORTH_SIGNS))
    return forms


def _best_of(forms: Sequence[_Form]) -> _Form:
    """The form that loses least by rounding alone."""
    return min(forms, key=lambda each: _loss_of(each.plan, each.data) * each.worth)


def _loss_of(plan: Plan, data: Calibration) -> float:
    try:
        return rounded(plan, data, [reach_of(plan, data, index) for index in range(plan.depth)]).loss
    except (OptionError, SpecError):  # a requantizer out of reach, or a layer that is not legal
        return float("inf")


def calibrate(plan: Plan, data: Calibration, *, split_outliers: bool = True) -> Calibrated:
    """The best lowering found on the calibration samples.

    Args:
        plan: the export.
        data: its calibration data.
        split_outliers: whether hidden neurons may be copied.
    """
    base = _Form(plan, replace(data, labels=None))
    form = _best_of(_forms(base))
    winner = searched(form.plan, form.data)
    classes, parts = classes_of(data.outputs, winner.layers[-1].layer, 1), None
    agreements = int(winner.is_right(classes).sum())
    if split_outliers and len(data.x) >= FEWEST_SAMPLES and agreements < KEPT_CLASSES * len(data.x):
        parts = split(plan.floats, data.pre_activations, plan.inputs.peak)
    if parts is not None:
        grown = _forms(base.of(parts.floats, growth=parts.growth))
        rival = _best_of([each.of(staggered(each.plan.floats, parts.copies)) for each in grown])
        with suppress(OptionError, SpecError):  # larger layers may have no integers, or not be legal
            candidate = searched(rival.plan, rival.data)
            if candidate.loss * WORTH_SPLIT < winner.loss and candidate.is_right(classes).sum() > agreements:
                form, winner = rival, candidate
    plan, unlabelled = form.plan, form.data
    criterion: Criterion = "agreement"
    if data.labels is not None:
        candidate = searched(plan, replace(unlabelled, labels=data.labels))
        if _clearly_better(candidate, winner, data.labels):
            winner, criterion = candidate, "labels"
    return Calibrated(plan, winner.layers, winner.codes[-1], criterion, form.equalized, form.growth)


def _clearly_better(candidate: Candidate, winner: Candidate, labels: np.ndarray) -> bool:
    """Whether more classes are right, by more than two standard errors of the paired difference.

    The search for labels has seen these very labels; within the noise of the samples, agreement is the safer guide.
    """
    right, before = candidate.is_right(labels), winner.is_right(labels)
    won, lost = int((right & ~before).sum()), int((before & ~right).sum())
    return won - lost > 2 * (won + lost) ** 0.5
