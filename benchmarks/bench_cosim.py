"""How fast a co-simulation runs, against the same compiled core with nothing but a clock.

    python benchmarks/bench_cosim.py                              # `make bench-cosim`: a minute or two
    python benchmarks/bench_cosim.py --samples 20000 --stall
    python benchmarks/bench_cosim.py --network NETWORK --rtl DIR  # another core

Three rates of one core in Verilator, in clock cycles a second of processor time: `free`, the harness's own program
toggling the clock after a reset; `block`, the same program driving and comparing every sample of a long script; and
`cocotb`, the bench in Python on a build of its own. Free and block runs alternate, and a ratio is taken within its
round, so that a busy machine slows both alike; the median is printed. Exit status 1 if a value differs from the model
or the ratio is below 0.7.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from sc_neurocore import infer, load_network
from sc_neurocore.cosim.simulators.block_files import Expected
from sc_neurocore.cosim.simulators.build import simulate
from sc_neurocore.cosim.simulators.tools import find_simulator
from sc_neurocore.cosim.testplan.scenario import EPISODE_SAMPLES, build_script
from sc_neurocore.cosim.testplan.script import Record, Script
from sc_neurocore.cosim.testplan.stimulus import random_codes
from sc_neurocore.cosim.verdict.compare import compare
from sc_neurocore.spec import NetworkSpec

ROOT = Path(__file__).resolve().parents[1]
WANTED = 0.7
COCOTB_SAMPLES = 300


def script_of(network: NetworkSpec, samples: int, stall: bool) -> tuple[Script, np.ndarray]:
    """Random samples, the episodes, and the model's outputs of both."""
    rng = np.random.default_rng(0)
    codes, episodes = random_codes(network, samples, rng), random_codes(network, EPISODE_SAMPLES, rng)
    script = build_script(network, codes, episodes, stall=stall, seed=0, latency=100, quiet_limit=1_000_000)
    return script, infer(network, np.concatenate([codes, episodes]))


def rate(record: Record | dict[str, Any]) -> float:
    """Cycles a second of processor time."""
    cycles, seconds = (
        (record.cycles, record.cpu_seconds) if isinstance(record, Record) else (record["cycles"], record["cpu_seconds"])
    )
    return cycles / seconds if seconds else float("nan")


def harness(program: Path, *arguments: str | Path, record: Path) -> dict[str, Any]:
    """One run of the compiled harness."""
    subprocess.run([program, *arguments], check=True)
    return json.loads(record.read_text())


def measure(network: NetworkSpec, sources: list[Path], samples: int, stall: bool, rounds: int) -> dict[str, Any]:
    """The three rates, and the median of block / free."""
    simulator = find_simulator("verilator")
    with tempfile.TemporaryDirectory(prefix="sc-bench-") as name:
        block, cocotb = Path(name) / "block", Path(name) / "cocotb"
        block.mkdir()
        cocotb.mkdir()
        script, expected = script_of(network, samples, stall)
        held = Expected(expected, network.output_signed, network.output_neurons)
        first = simulate(script, sources, network.name, simulator, block, expected=held)
        verdicts = [compare(network, script, first, expected)]
        program, record = block / "build" / "harness", block / "record.json"
        found = []
        for _ in range(rounds):
            free = rate(harness(program, "free", str(first.cycles), record, record=record))
            files = (block / "stimulus.bin", record, block / "beats.bin", block / "life.json")
            busy = rate(harness(program, *files, record=record))
            found.append((free, busy, busy / free))
        short, values = script_of(network, min(samples, COCOTB_SAMPLES), stall)
        python = simulate(short, sources, network.name, simulator, cocotb)
        verdicts.append(compare(network, short, python, values))
    free, busy, ratio = (statistics.median(column) for column in zip(*found))
    return {
        "core": network.name,
        "samples": samples,
        "stall": stall,
        "cycles": first.cycles,
        "values_compared": verdicts[0].values_compared,
        "free_cycles_per_second": round(free),
        "block_cycles_per_second": round(busy),
        "block_over_free": round(ratio, 3),
        "block_over_free_rounds": [round(row[2], 3) for row in found],
        "cocotb_cycles_per_second": round(rate(python)),
        "passed": all(verdict.passed for verdict in verdicts),
        "simulator": f"{simulator.name} {simulator.version}",
    }


def main() -> int:
    """Measure, print, and write JSON where asked."""
    parser = argparse.ArgumentParser(description="Rates of a co-simulation against the free-running compiled core.")
    parser.add_argument("--network", type=Path, default=ROOT / "tests" / "golden" / "digits")
    parser.add_argument("--rtl", type=Path, default=ROOT / "hdl" / "rtl" / "digits")
    parser.add_argument("--samples", type=int, default=3000)
    parser.add_argument("--stall", action="store_true", help="random stalls on both streams")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, help="write the figures as JSON")
    options = parser.parse_args()
    network = load_network(options.network)
    figures = measure(network, sorted(options.rtl.glob("*.v")), options.samples, options.stall, options.rounds)
    for key, value in figures.items():
        print(
            f"{key:<26} {value:,}" if isinstance(value, int) and not isinstance(value, bool) else f"{key:<26} {value}"
        )
    if options.out is not None:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return int(not figures["passed"] or figures["block_over_free"] < WANTED)


if __name__ == "__main__":
    sys.exit(main())
