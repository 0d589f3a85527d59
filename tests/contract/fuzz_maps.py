"""Random networks over the whole of version 2: every engine, JAX's and Torch's forward passes, and the outside oracle.

    python tests/contract/fuzz_maps.py --count 2000 --out benchmarks/results/maps.json

Progress is kept beside the result and taken up again; delete it to start anew.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import jax
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from support import oracle
from support.networks.random_maps import random_map_network

import sc_neurocore
from sc_neurocore.accel.counts import engine as counts_engine
from sc_neurocore.spec import write_atomic
from sc_neurocore.spec.files.atomic import json_text
from sc_neurocore.training import SCNetworkModule

COMMAND = "python tests/contract/fuzz_maps.py --count {count} --out benchmarks/results/maps.json"
FIRST_SEED, BATCH = 200_000, 6


def judge(seed: int, folder: Path) -> Counter[str]:
    """Runs one random network everywhere; what was compared, and `different in …` where integers differ."""
    net = random_map_network(seed)
    network = sc_neurocore.load_network(net.write(folder))
    codes = net.codes(BATCH)
    expected = oracle.evaluate(folder, codes)
    runs = {
        name: lambda name=name: sc_neurocore.infer(network, codes, engine=name)
        for name in ("reference", "packed", "jax")
    }
    if counts_engine.supports(network) is None:
        runs["counts"] = lambda: sc_neurocore.infer(network, codes, engine="counts")
    runs["torch"] = lambda: SCNetworkModule.from_network(network).integers(codes).numpy()
    seen = Counter({"networks": 1})
    seen.update(f"layers of {layer.kind}" for layer in network.layers)
    seen.update(
        {f"accumulator {layer['accumulator']['kind']}" for layer in net.description["layers"] if "accumulator" in layer}
    )
    for name, run in runs.items():
        got = run()
        assert got.shape == expected.shape, (seed, name)
        seen[f"networks in {name}"] += 1
        seen["values compared"] += expected.size
        different = int((got != expected).sum())
        if different:
            print(f"seed {seed}: {different} values differ in {name}", file=sys.stderr, flush=True)
        seen[f"different in {name}"] += different
    return seen


def main() -> int:
    """Runs them all and writes the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    kept = options.out.with_suffix(".partial.json")
    done = json.loads(kept.read_text()) if kept.exists() else {"next": 0, "seen": {}}
    seen, reported = Counter(done["seen"]), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for index in range(done["next"], options.count):
            seen.update(judge(FIRST_SEED + index, Path(folder) / str(index)))
            if index % 50 == 49:
                jax.clear_caches()  # each network's compiled code would stay
            if time.monotonic() - reported > 10:
                reported = time.monotonic()
                print(f"{index + 1} of {options.count} networks", file=sys.stderr, flush=True)
                write_atomic(kept, json_text({"next": index + 1, "seen": seen}))
    different = {key.removeprefix("different in "): n for key, n in seen.items() if key.startswith("different in ")}
    result = {
        "command": COMMAND.format(count=options.count),
        "statement": "reference, packed, counts, JAX's and Torch's integers = those of the outside oracle",
        "networks": seen["networks"],
        "networks_by_engine": {
            k.removeprefix("networks in "): n for k, n in seen.items() if k.startswith("networks in ")
        },
        "networks_with_accumulator": {k.split()[-1]: n for k, n in seen.items() if k.startswith("accumulator ")},
        "layers_by_kind": {k.removeprefix("layers of "): n for k, n in seen.items() if k.startswith("layers of ")},
        "values_compared": seen["values compared"],
        "values_different": sum(different.values()),
        "numpy": np.__version__,
    }
    write_atomic(options.out, json_text(result))
    kept.unlink(missing_ok=True)
    print(f"{result['networks']} networks, {result['values_compared']} values, {result['values_different']} different")
    return 1 if result["values_different"] or not result["values_compared"] else 0


if __name__ == "__main__":
    sys.exit(main())
