"""How many faults in the gates co-simulations see: mutants of tiny cores of every architecture; `make mutants`.

Two passes, each written to the result core by core: first the mutants of a core are run, then proofs are tried for
those that survived, which are made again for that. What is there of the same network, gates, settings and judge is not
done again. A survivor is proved to be the same core, or stands in the row with cell, line and what is known of it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from support.judge import judge_sha256, prover_sha256
from support.networks.mutated_cores import mutated_cores

from sc_neurocore import load_network
from sc_neurocore.cosim import find_simulator, run
from sc_neurocore.cosim.core_under_test import generated_core
from sc_neurocore.cosim.gate_mutants import score as scoring
from sc_neurocore.cosim.gate_mutants.equivalence import UNPROVED, prove_equivalent
from sc_neurocore.cosim.gate_mutants.netlist import mutate
from sc_neurocore.spec import NetworkSpec
from sc_neurocore.spec.files.atomic import json_text, write_atomic

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "benchmarks" / "results" / "mutants.json"
DEMO = "demo"
SETTINGS: dict[str, Any] = {"samples": 64, "stall": "random", "search_seconds": 4.0, "seed": 0}
MADE = ("made", "killed", "equivalent", "unresolved")


@cache
def cores() -> dict[str, tuple[NetworkSpec, dict[str, Any]]]:
    """The tiny ones, and the core of `make demo`'s network as it is committed."""
    return mutated_cores() | {DEMO: (load_network(ROOT / "tests" / "golden" / "digits"), {"architecture": "row"})}


def simulate(name: str, mutants: int) -> dict[str, Any]:
    """The row of a core whose mutants have been run, and none of which is proved anything."""
    network, options = cores()[name]
    before = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="sc-mutants-") as folder,
        mock.patch.object(scoring, "prove_equivalent", lambda _, __, left, **___: (dict.fromkeys(left, UNPROVED), ())),
    ):
        result = run(network, folder, simulator="verilator", mutants=mutants, **SETTINGS, **options)
    assert result.passed, (name, result.reason)
    row = {"core": name, "network_sha256": network.sha256, "rtl_sha256": result.report["rtl_sha256"]}
    row |= {"judge": judge_sha256(Path(__file__)), "prover": prover_sha256()}
    row |= {"asked": mutants, "settings": SETTINGS, "cycles": result.report["cycles"]} | result.report["gate_mutants"]
    survived = [mutant["number"] for mutant in row["survivors"]]
    return row | {
        "survived": survived,
        "proved": {},
        "seconds": round(time.monotonic() - before, 1),
        "proof_seconds": 0,
    }


def prove(row: dict[str, Any], seconds: int) -> dict[str, Any]:
    """The row with proofs for what survived; what this very prover has proved before is not proved again."""
    network, options = cores()[row["core"]]
    before = time.monotonic()
    known = row["proved"] if row["prover"] == prover_sha256() else {}
    with tempfile.TemporaryDirectory(prefix="sc-mutants-") as name:
        folder = Path(name)
        core = generated_core(network, folder / "rtl", find_simulator("verilator"), options, lambda _: None)
        assert core.sha256 == row["rtl_sha256"], row["core"]
        made = mutate(core.sources, network.name, row["asked"], folder, seed=SETTINGS["seed"], progress=None)
        by_number = {mutant.number: mutant.to_json() for mutant in made.mutants}
        assert all(by_number[each["number"]].items() <= each.items() for each in row["survivors"]), row["core"]
        numbers = [number for number in row["survived"] if str(number) not in known]
        proofs, engines = prove_equivalent(made.rtlil, network.name, numbers, seconds=seconds)
    known = known | {str(number): why for number, why in proofs.items() if why in engines}
    left = [by_number[number] | {"why": proofs[number]} for number in numbers if proofs[number] not in engines]
    spent = round(row["seconds"] + time.monotonic() - before, 1)
    done = row | {"prover": prover_sha256(), "proof_seconds": seconds, "seconds": spent, "engines": list(engines)}
    return with_proofs(done | {"survivors": left}, known)


def with_proofs(row: dict[str, Any], proved: dict[str, str]) -> dict[str, Any]:
    """A row whose survivors are what nothing is proved of.

    Args:
        row: with `survived`, the numbers of all that the stimulus has not seen.
        proved: the engine by the number of a mutant, as text.
    """
    # no stimulus may see what is proved: a proof or the simulation of such a mutant would be wrong
    assert not proved.keys() - set(map(str, row["survived"])), (row["core"], proved.keys())
    left = [each for each in row["survivors"] if str(each["number"]) not in proved]
    return row | {"equivalent": len(proved), "unresolved": len(left), "survivors": left, "proved": proved}


def again(row: dict[str, Any], asked: int) -> dict[str, Any]:
    """A row by the stimulus of today, with the proofs of an old row of the same mutants by the same prover.

    Where all that is left was left before, too, what was found of it in the time of that row stands in the new one.
    """
    new = simulate(row["core"], asked)
    keys = ("rtl_sha256", "asked", "settings", "made", "prover")
    if {key: row.get(key) for key in keys} != {key: new[key] for key in keys}:
        return new
    new = with_proofs(new | {"engines": row["engines"]}, row["proved"])
    tries = {each["number"]: each for each in row["survivors"]}
    if not all(each["number"] in tries for each in new["survivors"]):
        return new
    survivors = [tries[each["number"]] for each in new["survivors"]]
    return new | {"survivors": survivors, "proof_seconds": row["proof_seconds"]}


def simulated(row: dict[str, Any], asked: int) -> bool:
    """Whether a row is of the network, the gates, the number of mutants, the settings and the judge of today."""
    network, options = cores()[row["core"]]
    if row.get("judge") != judge_sha256(Path(__file__)) or (row["asked"], row["settings"]) != (asked, SETTINGS):
        return False
    with tempfile.TemporaryDirectory(prefix="sc-mutants-") as folder:
        core = generated_core(network, Path(folder) / "rtl", find_simulator("verilator"), options, lambda _: None)
    return (row["network_sha256"], row["rtl_sha256"]) == (network.sha256, core.sha256)


def proved(row: dict[str, Any], seconds: int) -> bool:
    """Whether proofs have been tried for all that survived, by the prover of today, and so long at least."""
    return (
        not seconds
        or not row["survived"]
        or (row["prover"] == prover_sha256() and (not row["survivors"] or row["proof_seconds"] >= seconds))
    )


def totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows together."""
    added: dict[str, Any] = {key: sum(row[key] for row in rows) for key in MADE}
    share = added["killed"] / max(1, added["made"] - added["equivalent"])
    return {"cores": len(rows), **added, "killed_of_different": round(share, 5)}


def result(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The whole file: the tiny cores together, the demo's core beside them."""
    tiny = [row for row in rows if row["core"] != DEMO]
    demo = [row for row in rows if row["core"] == DEMO]
    missing = [name for name in cores() if name not in {row["core"] for row in rows}]
    return {"command": "make mutants", **totals(tiny), "demo": totals(demo), "missing": missing, "rows": rows}


def main() -> int:
    """Score cores until all have their rows, or the time is over; status 1 where a survivor is left."""
    parser = argparse.ArgumentParser(description="Mutants of gates: killed, proved the same, or listed.")
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--mutants", type=int, default=125, help="of each tiny core")
    parser.add_argument("--demo", type=int, default=312, help="of the demo's core")
    parser.add_argument("--seconds", type=int, default=10, help="for the last proof engine, a survivor; 0: no proofs")
    parser.add_argument("--only", nargs="*", choices=list(cores()), default=list(cores()))
    parser.add_argument("--minutes", type=float, default=1e9, help="begin nothing further after that time")
    options = parser.parse_args()
    rows: dict[str, Any] = {}
    others: dict[str, Any] = {}
    if options.out.exists():  # what another judge made is not left beside what this one makes
        for row in json.loads(options.out.read_text(encoding="utf-8"))["rows"]:
            (rows if row.get("judge") == judge_sha256(Path(__file__)) else others)[row["core"]] = row
    began = time.monotonic()
    for place, name in enumerate(options.only, 1):
        asked = options.demo if name == DEMO else options.mutants
        ready = name in rows and simulated(rows[name], asked)
        if time.monotonic() - began > 60 * options.minutes or (ready and proved(rows[name], options.seconds)):
            continue
        steps = [lambda: again(others.get(name, {"core": name}), asked), lambda: prove(rows[name], options.seconds)]  # noqa: B023
        for step in steps[ready : 1 + (options.seconds > 0)]:
            rows[name] = step()
            write_atomic(options.out, json_text(result([rows[key] for key in cores() if key in rows])))
        row = rows[name]
        print(
            f"{place}/{len(options.only)} {name:28} {row['made']:4} made {row['killed']:4} killed "
            f"{row['equivalent']:3} the same {row['unresolved']:3} left, {row['seconds']} s",
            flush=True,
        )
    whole = result(list(rows.values()))
    print({key: whole[key] for key in ("cores", *MADE, "killed_of_different", "demo")})
    return int(any(row["unresolved"] for row in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
