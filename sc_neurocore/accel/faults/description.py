"""What can go wrong, where, and how often: the description that the fault model, its oracle and the gates share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ...spec.coerce import choice, number, short
from ...spec.errors import OptionError

Site = Literal["input", "weight", "product", "accumulator", "stored_weight"]
"""Whose bits: input streams, weight streams, products, the final sum before the bias, the weight memory."""
Kind = Literal["flip", "stuck_at_0", "stuck_at_1"]
"""`flip` is drawn anew in every sample and time step (in the weight memory once for all); the others are permanent."""
Hardware = Literal["streams", "closed_form", "binary"]
"""What a product is: L stream bits, their number as one binary word, or the exact product of two binary codes."""

SITES: tuple[Site, ...] = get_args(Site)
KINDS: tuple[Kind, ...] = get_args(Kind)
HARDWARE: tuple[Hardware, ...] = get_args(Hardware)


@dataclass(frozen=True)
class Fault:
    """Each bit of a site goes wrong with a probability, independently of all others.

    Raises:
        OptionError: an unknown site or kind, or no probability.
    """

    site: Site
    probability: float
    kind: Kind = "flip"

    def __post_init__(self) -> None:
        choice("site", self.site, SITES)
        choice("kind", self.kind, KINDS)
        number("probability", self.probability, 0.0, 1.0)

    @property
    def threshold(self) -> int:
        """A bit goes wrong where its random word of 32 bits is below this: round(probability · 2^32)."""
        return round(float(self.probability) * 2**32)

    @property
    def text(self) -> str:
        """As a label: `product flip 0.01`."""
        return f"{self.site} {self.kind} {self.probability:g}"


@dataclass(frozen=True)
class SiteThresholds:
    """The thresholds of one site, by kind; 0 where there is no such fault."""

    flip: int
    stuck_at_0: int
    stuck_at_1: int

    @property
    def permanent(self) -> bool:
        """Whether some bits may be stuck."""
        return bool(self.stuck_at_0 or self.stuck_at_1)

    @property
    def any(self) -> bool:
        """Whether anything may go wrong here."""
        return bool(self.flip) or self.permanent


def check_faults(faults: Any) -> tuple[Fault, ...]:
    """Some faults, each site and kind at most once.

    Raises:
        OptionError: something else, or one twice.
    """
    if isinstance(faults, Fault):
        faults = (faults,)
    if not isinstance(faults, Sequence) or not all(isinstance(each, Fault) for each in faults):
        raise OptionError(f"faults must be a Fault or a sequence of Faults, got {short(faults)}")
    names = [(each.site, each.kind) for each in faults]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise OptionError(f"faults must name each site and kind once, got {' '.join(twice)} twice")
    return tuple(faults)


def thresholds_of(faults: Sequence[Fault], site: Site) -> SiteThresholds:
    """What goes wrong at a site."""
    of_kind = {each.kind: each.threshold for each in faults if each.site == site}
    return SiteThresholds(*(of_kind.get(kind, 0) for kind in KINDS))
