"""All pairs of generators at n = 8, ranked for products and for the weights of the digits network.

    python benchmarks/pairs.py                      # what `make pairs` runs: some minutes, resumable
    python benchmarks/pairs.py --bits 4 --out build/pairs4.json

Figures are those of `sc-neurocore search`: bias and error in counts. The network is the golden one, whose resolution
is the n of its search.
"""

from __future__ import annotations

import argparse
import json
import platform
import shlex
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from sc_neurocore import __version__, load_network
from sc_neurocore.explore import search_pairs
from sc_neurocore.spec import write_atomic

RESULTS = Path(__file__).parent / "results"
GOLDEN = Path(__file__).resolve().parents[1] / "tests" / "golden" / "digits"
LISTED = 20


def shortened(document: dict[str, Any]) -> dict[str, Any]:
    """What is committed of a search: the first pairs in few words."""
    keys = "resolution_bits", "stream_length", "network_sha256", "searched"
    lists = {
        name: [[row["bias"], row["error"], row["input"], row["weight"]] for row in document[name][:LISTED]]
        for name in ("best", "best_by_error", "front")
    }
    return {key: document[key] for key in keys} | lists


def main(arguments: list[str] | None = None) -> int:
    """Search what is missing and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bits", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--build", type=Path, default=Path("build") / "pairs", help="where finished parts are kept")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    out = options.out or RESULTS / f"pairs{options.bits}.json"
    network = load_network(GOLDEN)
    bits = network.layers[0].resolution_bits
    result: dict[str, Any] = {
        "command": shlex.join(["python", "benchmarks/pairs.py", *(arguments or sys.argv[1:])]),
        "versions": {"sc_neurocore": __version__, "numpy": np.__version__, "python": platform.python_version()},
    }
    searches = {"products": (options.bits, None), "digits": (bits, network)}
    for name, (n, whose) in searches.items():
        began = time.monotonic()
        document = search_pairs(n, options.build / f"{name}{n}", network=whose, workers=options.workers)
        print(f"{name}, n = {n}: {document['searched']} pairs, {time.monotonic() - began:.0f} s", flush=True)
        result[name] = shortened(document)
    write_atomic(out, json.dumps(result, indent=1, sort_keys=True) + "\n")
    print(f"wrote {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
