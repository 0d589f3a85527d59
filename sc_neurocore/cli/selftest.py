"""`sc-neurocore selftest`: whether the checkers of this installation see faults, and pass what is right."""

from __future__ import annotations

import json
from argparse import Namespace

from .cosim import SIMULATOR
from .options import Option, Verb


def selftest(options: Namespace) -> int:
    """Print a line a check; status 1 where a checker was wrong, 2 where one could not be tried."""
    from dataclasses import asdict

    from ..workflows.selftest import selftest

    checks = []
    for check in selftest(options.simulator):
        checks.append(check)
        if not options.json:
            print(check, flush=True)
    untried = sum(check.verdict == "not checked" for check in checks)
    wrong = sum(not check.held for check in checks) - untried
    if options.json:
        print(json.dumps({"checks": [asdict(each) for each in checks], "wrong": wrong, "not_checked": untried}))
    else:
        print(f"{len(checks)} checks, {wrong} wrong, {untried} not checked")
    return 1 if wrong else 2 if untried else 0


VERB = Verb(
    "selftest",
    "show every checker right things and faults: it must pass the ones and see the others",
    selftest,
    (SIMULATOR, Option("--json", action="store_true", help="print the checks as JSON")),
)
