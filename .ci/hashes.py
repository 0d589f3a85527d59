"""`make hashes`: write into constraints.txt the SHA-256 of the wheel that pip takes for each of its pins.

Run it where `.ci/setup` checks them, on Linux x86-64 with CPython 3.11, after a pin was changed, and look at what
differs: another hash under an old version is a reason to stop.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PINS = Path(__file__).resolve().parents[1] / "constraints.txt"
PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>\S+)(?: --hash=\S+)*(?P<reason>.*)")


def plain(name: str) -> str:
    """A distribution's name as names of files have it."""
    return re.sub(r"[-_.]+", "_", name).lower()


def hashes(folder: Path) -> dict[tuple[str, str], str]:
    """SHA-256 of the wheels of a folder by name and version, a local version such as +cpu left out."""
    found = {}
    for wheel in folder.glob("*.whl"):
        name, version = wheel.name.split("-")[:2]
        found[plain(name), version.partition("+")[0]] = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return found


def main() -> None:
    """Download all, then write."""
    lines = PINS.read_text("utf-8").splitlines()
    pins = {line: match for line in lines if (match := PIN.fullmatch(line))}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plan = folder / "pins.txt"
        plan.write_text("".join(f"{pin['name']}=={pin['version']}\n" for pin in pins.values()))
        options = ["--no-deps", "--only-binary", ":all:", "-q", "-r", str(plan), "-d", str(folder)]
        subprocess.run([sys.executable, "-m", "pip", "download", *options], check=True)
        found = hashes(folder)
    for i, line in enumerate(lines):
        if line in pins:
            pin = pins[line]
            digest = found[plain(pin["name"]), pin["version"]]
            lines[i] = f"{pin['name']}=={pin['version']} --hash=sha256:{digest}{pin['reason']}"
    PINS.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
