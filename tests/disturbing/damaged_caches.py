"""`make caches`: `infer` with a damaged cache of compiled kernels gives the same integers and ends with 0.

A warm cache is kept; for each case one of its files is spoiled (a bit, a cut, emptied, lengthened, zeroed, another
file's bytes), and a child that has compiled nothing yet runs the command.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
PLACE = tempfile.TemporaryDirectory()
os.environ["NUMBA_CACHE_DIR"] = str(Path(PLACE.name, "cache"))  # read when Numba is imported

import numpy as np  # noqa: E402
from support.crash import in_child  # noqa: E402

from disturbing.crash_verbs import network  # noqa: E402
from sc_neurocore import cli, save_network  # noqa: E402
from sc_neurocore.accel import jit  # noqa: E402, F401 -- the children fork what is imported

FORMAT, FORMAT_VERSION = "sc-neurocore/damaged-caches", 1
ENGINES = ("packed", "counts")
DAMAGES = ("bit", "bit", "cut", "empty", "longer", "zeros", "exchanged")


def damaged(content: bytes, kind: str, other: bytes, rng: random.Random) -> bytes:
    """A file's bytes after damage.

    Args:
        content: the file.
        kind: of `DAMAGES`.
        other: another file of the cache.
        rng: draws the place.
    """
    at = rng.randrange(len(content))
    match kind:
        case "bit":
            return content[:at] + bytes([content[at] ^ 1 << rng.randrange(8)]) + content[at + 1 :]
        case "cut":
            return content[:at]
        case "empty":
            return b""
        case "longer":
            return content + rng.randbytes(rng.randrange(1, 100))
        case "zeros":
            return bytes(len(content))
        case "exchanged":
            return other
    raise ValueError(f"{kind} is no damage")


def infer(folder: Path, engine: str) -> Any:
    """One run of the command in a child; its outputs, or its exit status where that is not 0."""
    out = folder / "y.npy"
    out.unlink(missing_ok=True)
    command = ["infer", str(folder / "net"), "--codes", str(folder / "codes.npy"), "--out", str(out)]

    def run() -> None:
        status = cli.main([*command, "--engine", engine])
        if status:
            raise SystemExit(status)

    status = in_child(run)
    return status if status else np.load(out)


def cases(count: int, folder: Path) -> list[dict[str, Any]]:
    """Damage the cache so many times."""
    cache = Path(os.environ["NUMBA_CACHE_DIR"])
    save_network(network(1), folder / "net")
    np.save(folder / "codes.npy", np.random.default_rng(0).integers(0, 8, (64, 5)))
    expected = {engine: infer(folder, engine) for engine in ENGINES}
    assert all(isinstance(each, np.ndarray) and each.any() for each in expected.values())
    whole = {path: path.read_bytes() for path in sorted(cache.rglob("*.nb?"))}
    assert len(whole) >= 4, "the engines keep no kernels"
    done = []
    for number in range(count):
        rng = random.Random(f"caches {number}")
        for path, content in whole.items():
            path.write_bytes(content)
        path, other = rng.sample(list(whole), 2)
        kind, engine = rng.choice(DAMAGES), rng.choice(ENGINES)
        path.write_bytes(damaged(whole[path], kind, whole[other], rng))
        outputs = infer(folder, engine)
        right = isinstance(outputs, np.ndarray) and np.array_equal(outputs, expected[engine])
        done.append({"case": number, "damage": kind, "file": path.suffix[1:], "engine": engine, "right": right})
        if not right or number % 20 == 19:
            print(f"{number + 1} of {count}: {'right' if right else done[-1]}", flush=True)
    return done


def main() -> int:
    """Run all; returns 0 if every run gave the same integers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="result as JSON")
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args()
    with PLACE as name:
        done = cases(options.count, Path(name))
    wrong = [each for each in done if not each["right"]]
    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "command": "make caches",
        "caches": len(done),
        "by_damage": Counter(each["damage"] for each in done),
        "by_file": Counter(each["file"] for each in done),
        "wrong": wrong,
    }
    Path(options.out).write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")
    print(f"{len(done)} damaged caches, {len(wrong)} wrong")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
