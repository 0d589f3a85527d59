"""Random circuits over all operators: reference, fast engine and outside oracle agree on every bit.

    python tests/circuits/fuzz.py --count 3000 --out benchmarks/results/circuits.json

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

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.circuits import oracle
from support.circuits.random_circuits import random_circuit

from sc_neurocore.circuits import load_circuit, run
from sc_neurocore.spec import write_atomic
from sc_neurocore.spec.files.atomic import json_text

COMMAND = "python tests/circuits/fuzz.py --count {count} --out benchmarks/results/circuits.json"


def judge(seed: int, folder: Path) -> Counter[str]:
    """Runs one random circuit three times; what was compared, and `different: output of kind` where bits differ."""
    circuit, codes = random_circuit(seed)
    (folder / "circuit.json").write_text(json.dumps(circuit))
    spec = load_circuit(folder)
    expected = oracle.run(circuit, codes)
    counts = Counter({"circuits": 1, "nodes": len(circuit["nodes"])})
    counts.update({f"nodes of {node['kind']}": 1 for node in circuit["nodes"]})
    for engine in ("reference", "fast"):
        given = run(spec, codes, engine=engine)
        assert list(given) == list(expected), seed
        for name, right in expected.items():
            assert given[name].shape == right.shape, (seed, name)
            assert given[name].dtype == right.dtype, (seed, name)
            counts["values compared"] += right.size
            counts[f"different in {engine}"] += int((given[name] != right).sum())
    return counts


def main() -> int:
    """Runs them all and writes the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    kept = options.out.with_suffix(".partial.json")
    done = json.loads(kept.read_text()) if kept.exists() else {"next": 0, "counts": {}}
    counts, reported = Counter(done["counts"]), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(done["next"], options.count):
            counts.update(judge(seed, Path(folder)))
            if time.monotonic() - reported > 10:
                reported = time.monotonic()
                print(f"{seed + 1} of {options.count} circuits", file=sys.stderr, flush=True)
                write_atomic(kept, json_text({"next": seed + 1, "counts": counts}))
    different = sum(value for key, value in counts.items() if key.startswith("different"))
    kinds = {key.removeprefix("nodes of "): value for key, value in counts.items() if key.startswith("nodes of ")}
    result = {
        "command": COMMAND.format(count=options.count),
        "statement": "reference = fast = outside oracle on every bit of every output",
        "circuits": counts["circuits"],
        "nodes": counts["nodes"],
        "nodes_by_kind": kinds,
        "values_compared": counts["values compared"],
        "values_different": different,
        "numpy": np.__version__,
    }
    write_atomic(options.out, json_text(result))
    kept.unlink(missing_ok=True)
    print(json_text({key: result[key] for key in ("circuits", "values_compared", "values_different")}), end="")
    return int(different > 0 or set(kinds) != set(oracle.OPERATORS))


if __name__ == "__main__":
    sys.exit(main())
