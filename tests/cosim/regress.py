"""Random networks in gates, in every simulator: plans, ports, generators, encodings, accumulators, neurons, stalls.

`make regress` goes on where it was stopped, over several processes; a row is written as soon as it is there.
Beside the rows a page (`build/regress.html`) shows how many networks of each kind were verified, and how.
"""

from __future__ import annotations

import argparse
import html
import json
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any

from support.judge import judge_sha256
from support.networks.random_networks import RandomNetwork, random_network
from support.networks.specs import spec_of

from sc_neurocore.cosim import run
from sc_neurocore.rtl import generate, plan_core
from sc_neurocore.spec import NetworkSpec, OptionError, SpecError
from sc_neurocore.spec.files.atomic import json_text, write_atomic

RESULT = Path(__file__).parents[2] / "benchmarks" / "results" / "regress.json"
PAGE = Path(__file__).parents[2] / "build" / "regress.html"
WAYS = ("verilator", "icarus", "amaranth", "verilator", "verilator") * 4 + (
    "verilator",
    "icarus",
    "verilator",
    "amaranth",
    "netlist",
)
"""How networks are simulated, in turn; "netlist" is one that was mapped to the tables of an UP5K."""
SAMPLES = {"icarus": 6, "amaranth": 2, "netlist": 2}
"""Random samples where a clock is dear."""
CLOCKS, FEWEST, MOST = 1_000_000, 400, 3_000
"""Of Verilator: about how many clocks the random samples shall take, and the bounds on how many there are."""
SHORT = 150
"""Clocks of an inference that the simulators which interpret a core are given, where one of some draws has so few."""
DRAWS = 8
PORTS: dict[str, dict[str, Any]] = {
    "streams": {},
    "registers": {"control": "axi-lite"},
    "loads over AXI4-Lite": {"weights": "loadable", "control": "axi-lite"},
    "loads over the stream": {"weights": "loadable", "control": "stream"},
    "halvings": {"anytime": True},
    "several elements a beat": {"elements_per_beat": 2},
}
"""What a core may have at its ports, and the options that ask for it; half of all are drawn without."""
AXES = ("way", "architecture", "ports", "generators", "encoding", "accumulators", "neurons", "stall", "time_steps")


def way_of(seed: int) -> str:
    """How the network of a seed is simulated."""
    return WAYS[seed % len(WAYS)]


def drawn(seed: int, *, small: bool) -> Iterator[tuple[RandomNetwork, NetworkSpec, dict[str, Any], int]]:
    """Networks of a seed with options that they can be built with, and the clocks of an inference."""
    most = {"most_inputs": 4, "most_neurons": 3} if small else {"most_inputs": 6, "most_neurons": 4}
    for i in range(DRAWS):
        net = random_network(seed + 1_000_003 * i, gates=seed % 2 == 0, **most)
        network = spec_of({**net.description, "name": "net"}, net.tensors)
        draw = random.Random(f"options {seed} {i}")
        words = ["row", "column", "serial", ["row", "column", "serial", "unrolled"][seed % 4]]
        for word in draw.sample(words, len(words)):
            options: dict[str, Any] = {"architecture": word}
            if word in ("row", "column"):
                options["neurons_in_parallel"] = draw.choice([None, 1, "auto"])
            ports = draw.choice([*PORTS.values(), *len(PORTS) * [{}]])
            for asked in ([options | ports] if ports else []) + [options]:  # not every core can have every port
                try:
                    plan = plan_core(network, **asked)
                    _ = plan.load_map  # or a number of the network is larger than what can be loaded
                except (OptionError, SpecError):
                    continue
                yield net, network, asked, plan.timing().cycles_per_inference
                break


def case(seed: int) -> tuple[RandomNetwork, NetworkSpec, dict[str, Any], int]:
    """A small network, options that it can be built with, and the clocks of an inference."""
    small = way_of(seed) != "verilator"
    draws = drawn(seed, small=small)
    first = next(draws)
    if not small or first[3] <= SHORT:
        return first
    return next((each for each in draws if each[3] <= SHORT), first)


def ports_of(options: dict[str, Any]) -> str:
    """The ports for which a core's options ask: of all that fit, the one that asks for most."""
    return max((name for name in PORTS if PORTS[name].items() <= options.items()), key=lambda name: len(PORTS[name]))


def axes(seed: int, description: dict[str, Any], options: dict[str, Any]) -> dict[str, str]:
    """Of which kinds a network and its core are."""
    layers = description["layers"]
    pairs = {
        f"{layer['input_generator']['kind']} {layer['input_generator']['source']['kind']} x "
        f"{layer['weight_generator']['kind']} {layer['weight_generator']['source']['kind']}"
        for layer in layers
        if "input_generator" in layer
    }
    return {
        "way": way_of(seed),
        "architecture": options["architecture"],
        "ports": ports_of(options),
        "generators": "; ".join(sorted(pairs)) or "weights alone",
        "encoding": description["input"]["encoding"],
        "accumulators": ", ".join(sorted({layer["accumulator"]["kind"] for layer in layers})),
        "neurons": ", ".join(sorted({layer["neuron"]["kind"] for layer in layers})),
        "stall": "random" if seed % 3 else "none",
        "time_steps": "several" if description["input"]["time_steps"] > 1 else "one",
    }


def gates_of(network: NetworkSpec, options: dict[str, Any]) -> str:
    """The hash of a core's gates; Amaranth's simulator, too, runs what they are made of."""
    with tempfile.TemporaryDirectory(prefix="sc-regress-") as folder:
        return generate(network, Path(folder) / "rtl", **options)["gates_sha256"]


def verify(seed: int) -> dict[str, Any]:
    """The row of one network."""
    net, network, options, clocks = case(seed)
    kinds = axes(seed, net.description, options)
    way = {"simulator": "icarus", "netlist": "up5k"} if kinds["way"] == "netlist" else {"simulator": kinds["way"]}
    samples = SAMPLES.get(kinds["way"]) or min(max(CLOCKS // clocks, FEWEST), MOST)
    with tempfile.TemporaryDirectory(prefix="sc-regress-") as folder:
        amount = {"samples": samples, "search_seconds": 0.1, "seed": seed, "stall": kinds["stall"]}
        report = run(network, folder, **way, **amount, **options).report
    row = {"seed": seed, "network_sha256": network.sha256, "gates_sha256": gates_of(network, options)}
    row |= {"judge": judge_sha256(Path(__file__)), **kinds, "options": options}
    return row | {key: report[key] for key in ("verdict", "reason", "cycles", "values_compared", "mismatches")}


def same(row: dict[str, Any]) -> bool:
    """Whether a row is of the network and the options that its seed stands for."""
    net, network, options, _ = case(row["seed"])
    kinds = axes(row["seed"], net.description, options)
    return row["network_sha256"] == network.sha256 and row["options"] == options and kinds.items() <= row.items()


def taken_up(row: dict[str, Any]) -> bool:
    """Whether a row need not be made anew: of the same network, options and gates, and by the judge of today."""
    if row.get("judge") != judge_sha256(Path(__file__)) or not same(row):
        return False
    _, network, options, _ = case(row["seed"])
    return row["gates_sha256"] == gates_of(network, options)


def totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """All rows together."""
    return {
        "networks": len(rows),
        "passed": sum(row["verdict"] == "PASS" for row in rows),
        "mismatches": sum(row["mismatches"] for row in rows),
        "cycles": sum(row["cycles"] for row in rows),
        "values_compared": sum(row["values_compared"] for row in rows),
        "ways": dict(sorted(Counter(row["way"] for row in rows).items())),
    }


def page(rows: list[dict[str, Any]]) -> str:
    """A table an axis: each kind with its networks, those that passed, and their clocks."""
    parts = ["<!doctype html><meta charset=utf-8><title>Regression</title>"]
    parts.append("<style>body{font:15px sans-serif;margin:2em}td,th{padding:.1em .8em;text-align:left}</style>")
    parts.append(f"<h1>{len(rows):,} networks</h1><pre>{html.escape(json.dumps(totals(rows), indent=1))}</pre>")
    for axis in AXES:
        parts.append(f"<h2>{axis}</h2><table><tr><th>kind<th>networks<th>passed<th>clocks</tr>")
        for kind, count in Counter(row[axis] for row in rows).most_common():
            own = [row for row in rows if row[axis] == kind]
            passed, clocks = sum(row["verdict"] == "PASS" for row in own), sum(row["cycles"] for row in own)
            parts.append(f"<tr><td>{html.escape(kind)}<td>{count}<td>{passed}<td>{clocks:,}</tr>")
        parts.append("</table>")
    failed = [row for row in rows if row["verdict"] != "PASS"]
    parts += [f"<p>seed {row['seed']}: {html.escape(str(row['reason']))}" for row in failed]
    return "\n".join([*parts, ""])


def write(out: Path, rows: dict[int, dict[str, Any]]) -> None:
    """The rows so far, and their page."""
    found = [rows[seed] for seed in sorted(rows)]
    write_atomic(out, json_text({"command": "make regress", "totals": totals(found), "rows": found}))
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(PAGE, page(found))


def main() -> int:
    """Verify networks until all have their rows; status 1 where one does not pass."""
    parser = argparse.ArgumentParser(description="Random networks against their gates in every simulator.")
    parser.add_argument("--out", type=Path, default=RESULT)
    parser.add_argument("--networks", type=int, default=1_025)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    rows: dict[int, dict[str, Any]] = {}
    if options.out.exists():
        known = json.loads(options.out.read_text(encoding="utf-8"))["rows"]
        rows = {row["seed"]: row for row in known if taken_up(row)}
    todo = iter([seed for seed in range(options.networks) if seed not in rows])
    with ProcessPoolExecutor(options.jobs) as pool:
        running = {pool.submit(verify, seed) for _, seed in zip(range(options.jobs), todo, strict=False)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for each in done:
                row = each.result()
                rows[row["seed"]] = row
                if (seed := next(todo, None)) is not None:
                    running.add(pool.submit(verify, seed))
                if row["verdict"] != "PASS":
                    print(f"\nseed {row['seed']}: {row['reason']}", flush=True)
            write(options.out, rows)
            count = totals(list(rows.values()))
            print(f"\r{count['networks']:5} networks, {count['passed']:5} passed, {count['cycles']:13,} clocks, "
                  f"{count['ways']}", end="", flush=True)  # fmt: skip
    print()
    return int(any(row["verdict"] != "PASS" for row in rows.values()))


if __name__ == "__main__":
    raise SystemExit(main())
