"""Turn every addition of a core's Verilog into a subtraction, one at a time, under its bench; `make additions`.

One simulation holds them all: each `a + b` becomes a choice by the bench's own number of the wrong one. What passes is
listed with its line, to be looked at: it may be an addition of 0.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from sc_neurocore.cosim.simulators.tools import simulator_environment
from sc_neurocore.cosim.testbench import write_testbench
from sc_neurocore.rtl import generate
from sc_neurocore.spec import NetworkSpec, load_network
from sc_neurocore.spec.files.atomic import json_text, write_atomic

ROOT = Path(__file__).parents[3]
RESULT = ROOT / "benchmarks" / "results" / "additions.json"
NETWORK = ROOT / "hdl" / "synth" / "networks" / "dense4"
"""The demo's."""
ADDITION = re.compile(r"^(\s*assign .*? = )([^?]*?) \+ ([^?]*);$")


def instrumented(verilog: str, bench: str, top: str) -> tuple[str, str, list[str]]:
    """Core and bench in which `+mutant=N` makes addition N a subtraction, and the additions, each with its module.

    Args:
        verilog: the core.
        bench: of `generate --testbench`.
        top: the core's module.

    Raises:
        ValueError: there is an addition of another form.
    """
    lines, found, module = [], [], ""
    for line in verilog.splitlines():
        match, begins = ADDITION.match(line), re.match(r"module (\w+)", line)
        module = begins[1] if begins else module
        if match is None:
            if " + " in line.partition("//")[0]:
                raise ValueError(f"an addition of another form: {line}")
            lines.append(line)
            continue
        head, left, right = match.groups()
        wrong = f"{top}_tb.mutant == {len(found)}"
        lines.append(f"{head}({wrong}) ? ({left} - {right}) : ({left} + {right});")
        found.append(f"{module}: {line.strip()}")
    head, rest = bench.split(f"module {top}_tb;", 1)
    number = '\n  integer mutant;\n  initial if (!$value$plusargs("mutant=%d", mutant)) mutant = -1;\n'
    return "\n".join(lines) + "\n", f"{head}module {top}_tb;{number}{rest}", found


def written(network: NetworkSpec, folder: Path, **options: Any) -> tuple[dict[str, Any], list[str]]:
    """A core and its bench in a folder, with every addition's wrong twin; the manifest and the additions.

    Args:
        network: of the core.
        folder: gets the files.
        options: those of `CoreOptions`.
    """
    manifest = generate(network, folder, **options)
    write_testbench(network, folder)
    core, bench = folder / manifest["verilog"], folder / f"{network.name}_tb.v"
    texts = instrumented(core.read_text(), bench.read_text(), network.name)
    core.write_text(texts[0])
    bench.write_text(texts[1])
    return manifest, texts[2]


def passes(command: list[str], folder: Path, mutant: int) -> bool:
    """Whether a run of the bench says PASS; -1 is the core as it is."""
    done = subprocess.run(
        [*command, f"+mutant={mutant}"], cwd=folder, capture_output=True, text=True, timeout=600, check=False
    )
    return any(line.startswith("PASS") for line in done.stdout.splitlines())


def scored(name: str, network: NetworkSpec, **options: Any) -> dict[str, Any]:
    """The row of one core, by Verilator."""
    with tempfile.TemporaryDirectory(prefix="sc-additions-") as place:
        folder = Path(place)
        manifest, additions = written(network, folder, **options)
        build = ["verilator", "--binary", "--timing", "-Wno-fatal", f"{network.name}_tb.v", manifest["verilog"]]
        subprocess.run(build, cwd=folder, env=simulator_environment("verilator"), capture_output=True, check=True)
        run = [f"obj_dir/V{network.name}_tb"]
        assert passes(run, folder, -1), "the core itself fails"
        left = [line for i, line in enumerate(additions) if passes(run, folder, i)]
    row = {"core": name, "network_sha256": network.sha256, "gates_sha256": manifest["gates_sha256"]}
    return row | {"additions": len(additions), "failed": len(additions) - len(left), "passed": left}


def main() -> int:
    """Score the demo's cores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=RESULT)
    options = parser.parse_args()
    network = load_network(NETWORK)
    cores: dict[str, dict[str, Any]] = {"the demo's": {}, "serial": {"architecture": "serial"}}
    rows = []
    for name, asked in cores.items():
        rows.append(scored(name, network, **asked))
        print(f"{name}: {rows[-1]['failed']} of {rows[-1]['additions']} fail", file=sys.stderr, flush=True)
    write_atomic(options.out, json_text(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
