"""`make sbom`: what `constraints.txt` installs, with versions and licences, as a CycloneDX document.

The licences are those that the installed distributions state; a test holds each against the list below.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution, requires
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[\w.]+) --hash=sha256:(?P<sha256>[0-9a-f]{64})(?:  # .+)?")
OURS = "sc-neurocore-cosim"
ALLOWED = {
    *("0BSD", "AFL-2.1", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD", "BSD-2-Clause", "BSD-3-Clause"),
    *("BSL-1.0", "CC0-1.0", "ISC", "MIT", "MIT-CMU", "MPL-2.0", "PSF-2.0", "Zlib"),
}
"""Licences that any dependency may have."""
NAMES = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "BSD-2-clause": "BSD-2-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""Older names of licences: as SPDX has them."""
SAID_ELSEWHERE = {"cocotb-bus": ("BSD-3-Clause", "its LICENSE file; its metadata say nothing")}
"""Distributions without a licence in their metadata."""
EXCEPTIONS = {
    "scapy": ("GPL-2.0-only", "cocotbext-axi asks for it; tests alone, never a part of what users install"),
    "docutils": ("BSD", "in the public domain but for files under BSD and, unused by us, an Emacs mode under the GPL"),
    "pytest-timeout": ("MIT", "a further classifier says that Debian would take it"),
}
"""Distributions that the list alone would refuse: the licence that we use them under, and why that is right."""


def pins() -> list[re.Match[str]]:
    """The lines of `constraints.txt` that name a distribution: name, version, SHA-256 of the file."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    found = {line: PIN.fullmatch(line) for line in lines if not line.startswith("#")}
    for line, match in found.items():
        if match is None:
            raise ValueError(f"{line!r} in constraints.txt is no pin with a hash")
    return [match for match in found.values() if match is not None]


def pinned() -> dict[str, str]:
    """Names and versions of `constraints.txt`."""
    return {match["name"]: match["version"] for match in pins()}


def canonical(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub("[-_.]+", "-", name).lower()


def installed(name: str) -> Distribution | None:
    """The distribution of that name, if it is there."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def stated(found: Distribution) -> list[str]:
    """Licences that a distribution states: its SPDX expression, else its classifiers, else its licence field."""
    metadata = found.metadata
    expression = metadata.get("License-Expression")
    if expression:
        return re.split(r" (?:AND|OR) ", expression.replace("(", "").replace(")", ""))
    classifiers = [
        each.split(" :: ")[-1] for each in metadata.get_all("Classifier") or [] if each.startswith("License")
    ]
    lines = (metadata.get("License") or "").splitlines()
    texts = classifiers or re.split(" OR ", lines[0] if lines else "")
    return [NAMES.get(text, text) for text in texts if text]


def licence(found: Distribution) -> str:
    """The licence that we use a distribution under, as an SPDX expression.

    Raises:
        ValueError: it has one that is neither allowed nor an exception with a reason.
    """
    name = canonical(found.metadata["Name"])
    if name in EXCEPTIONS:
        return EXCEPTIONS[name][0]
    said = stated(found) or [SAID_ELSEWHERE[name][0]] if name in SAID_ELSEWHERE else stated(found)
    if not said or not set(said) <= ALLOWED:
        raise ValueError(f"{name} states {said or 'no licence'}, which is not on the list in {Path(__file__).name}")
    return found.metadata.get("License-Expression") or " AND ".join(said)


def needed(*extras: str) -> set[str]:
    """Distributions that the package with these extras asks for, and what those ask for, as far as installed."""
    found: set[str] = set()
    waiting = [(OURS, {*extras})]
    while waiting:
        name, chosen = waiting.pop()
        for requirement in (requires(name) if installed(name) else None) or []:
            wanted = re.match(r"[A-Za-z0-9_.-]+", requirement)
            marker = re.search(r"extra == ['\"]([^'\"]+)['\"]", requirement)
            if wanted is None or (marker and marker[1] not in chosen) or canonical(wanted[0]) in found:
                continue
            found.add(canonical(wanted[0]))
            inner = re.search(r"\[([^\]]+)\]", requirement.partition(";")[0])
            waiting.append((wanted[0], set(inner[1].split(",")) if inner else set()))
    return found


def document() -> dict[str, Any]:
    """The bill of materials."""
    components = []
    required = needed()
    for pin in sorted(pins(), key=lambda pin: canonical(pin["name"])):
        name, version = pin["name"], pin["version"]
        found = installed(name)
        component: dict[str, Any] = {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{canonical(name)}@{version}",
            "scope": "required" if canonical(name) in required else "optional",
            "hashes": [{"alg": "SHA-256", "content": pin["sha256"]}],
        }
        if found is not None:
            component["licenses"] = [{"expression": licence(found)}]
        components.append(component)
    about = {"type": "library", "name": OURS, "licenses": [{"expression": "Apache-2.0"}]}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": about},
        "components": components,
    }


def main() -> int:
    """Write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(document(), indent=2) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
