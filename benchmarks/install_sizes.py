"""How large what the extras bring is, as installed: benchmarks/results/install_sizes.json, and from it a page's column.

    python benchmarks/install_sizes.py            measure the environment that it runs in
    python docs/measured_install.py               write the page

Of every distribution that an extra needs, and all that these need, the files that its list of installed files names
are added up, without compiled Python files: bytes on the disk of this system, not of a download. What the package needs
without extras is counted once, in the first row; what two extras share is in both.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import platform
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks" / "results" / "install_sizes.json"
PACKAGE = "sc-neurocore-cosim"
MEGABYTE = 10**6


def needed(name: str, extras: tuple[str, ...], seen: set[tuple[str, str]]) -> None:
    """Collect what a distribution needs with some of its extras, itself included.

    Args:
        name: of the distribution, which is installed.
        extras: of it.
        seen: pairs of a name and an extra ("" for none); grows.
    """
    name = canonicalize_name(name)
    for extra in ("", *extras):
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for text in distribution(name).requires or ():
            each = Requirement(text)
            asked = each.marker is None or each.marker.evaluate({"extra": extra})
            plain = each.marker is None or each.marker.evaluate({"extra": ""})
            if asked and (not extra or not plain):
                needed(each.name, tuple(sorted(each.extras)), seen)


def brought(extra: str | None = None) -> set[str]:
    """Names of what the package brings with an extra, or with none, but for the package."""
    seen: set[tuple[str, str]] = set()
    needed(PACKAGE, () if extra is None else (extra,), seen)
    return {name for name, _ in seen} - {canonicalize_name(PACKAGE)}


def size(found: Distribution) -> int:
    """Bytes of the files that a distribution has installed, without compiled Python files."""
    paths = [Path(str(found.locate_file(each))) for each in found.files or () if each.suffix != ".pyc"]
    there = [path.stat().st_size for path in paths if path.is_file()]
    if not there:
        raise SystemExit(f"{found.metadata['Name']} says of no file that it installed it")
    return sum(there)


def measured() -> dict[str, Any]:
    """Megabytes of the package's needs, and of every extra's beyond them."""
    base = brought()
    sizes = {name: size(distribution(name)) for name in base}
    rows = {"": sum(sizes.values())}
    for extra in sorted(distribution(PACKAGE).metadata.get_all("Provides-Extra") or ()):
        names = brought(extra) - base
        sizes |= {name: size(distribution(name)) for name in names - set(sizes)}
        rows[extra] = sum(sizes[name] for name in names)
    return {
        "megabytes": {extra: round(count / MEGABYTE, 1) for extra, count in rows.items()},
        "largest": {
            name: round(count / MEGABYTE, 1) for name, count in sorted(sizes.items(), key=lambda each: -each[1])[:10]
        },
        "distributions": len(sizes),
        "system": f"{platform.system()} {platform.machine()}, Python {'.'.join(map(str, sys.version_info[:2]))}",
        "measured_on": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "constraints_sha256": hashlib.sha256((ROOT / "constraints.txt").read_bytes()).hexdigest(),
    }


if __name__ == "__main__":
    RESULT.write_text(json.dumps(measured(), indent=1) + "\n", encoding="utf-8")
