"""`sc-neurocore synth`: cells and clock of a network's core on a device."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from ..synth.flow import DSP_REFUSED
from ..synth.targets import TARGETS
from .options import ARCHITECTURE, BUDGET, FORCE, NETWORK, RTL, Option, Verb, architecture, given, number_or_numbers
from .output import say

SHOWN = (
    *("luts", "ffs", "brams", "dsps", "fmax_mhz", "cycles_per_inference", "inferences_per_second"),
    *("latency_us", "area_latency_lut_us", "area_time_lut_us"),
)


def synth(options: Namespace) -> int:
    """Write synth.json and print its figures; status 1 where the core does not fit."""
    from ..spec import load_network
    from ..synth import run

    figures = run(
        load_network(options.network),
        options.out,
        target=options.target,
        seeds=options.seeds,
        rtl=options.rtl,
        place_and_route=not options.count_only,
        progress=say,
        **architecture(options),
        **given(options, *(option.key for option in BUDGET.options)),
    )
    options.document = {"figures": figures}
    return print_figures(figures)


def print_figures(figures: Mapping[str, Any]) -> int:
    """Print the figures of a core; 1, and the reason, where it does not fit its device."""
    for key in SHOWN:
        print(f"{key:<22} {'not measured' if figures[key] is None else figures[key]}")
    if figures.get("dsp_refused"):
        print(f"{figures['device']}: {DSP_REFUSED}", file=sys.stderr)
    if figures["fits"] is False:
        print(f"{figures['device']}: {figures['note']}", file=sys.stderr)
        return 1
    return 0


PLACEMENT = (
    Option("--target", choices=tuple(TARGETS), required=True),
    Option("--out", metavar="DIR", required=True, help="folder for synth.json and the tools' logs"),
    FORCE,
    RTL,
    Option(
        "--seeds",
        type=number_or_numbers,
        default=(1,),
        metavar="N | S,S[,S...]",
        help="how many placements, or their seeds",
    ),
    Option("--count-only", action="store_true", help="cells alone, no placement"),
)
"""What is asked of any core, a network's or a circuit's."""
VERB = Verb(
    "synth",
    "estimate cells and clock on a device",
    synth,
    (NETWORK, *PLACEMENT, BUDGET, ARCHITECTURE),
)
