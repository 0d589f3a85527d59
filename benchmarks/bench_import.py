"""Time of `import sc_neurocore` over `import numpy`, in fresh processes: the median of several, with its spread."""

from __future__ import annotations

import statistics
import subprocess
import sys

ROUNDS = 11
CODE = "import time, numpy; start = time.perf_counter(); import sc_neurocore; print(time.perf_counter() - start)"


def main() -> None:
    """Print one line."""
    times = sorted(
        1e3 * float(subprocess.run([sys.executable, "-c", CODE], check=True, capture_output=True, text=True).stdout)
        for _ in range(ROUNDS)
    )
    print(
        f"import: {statistics.median(times):.1f} ms over NumPy ({times[0]:.1f} to {times[-1]:.1f}); the limit is 100 ms"
    )


if __name__ == "__main__":
    main()
