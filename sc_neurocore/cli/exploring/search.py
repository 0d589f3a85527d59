"""`sc-neurocore search`: pairs of generators, ranked by bias, then error."""

from __future__ import annotations

from argparse import Namespace

from ..options import EXECUTOR, WORKERS, Option, Verb, numbers
from ..output import say


def search(options: Namespace) -> int:
    """Write pairs.json and print the first pairs."""
    from ...explore import search_pairs

    keys = "network", "stream_length", "sobol_dimensions", "best", "workers", "executor"
    arguments = {key: value for key in keys if (value := getattr(options, key)) is not None}
    document = search_pairs(options.resolution_bits, options.out, **arguments, progress=say)
    print(f"{document['searched']} pairs; by |bias|, then error, in counts:")
    for row in document["best"][:10]:
        print(f"bias {row['bias']:+.6f}  error {row['error']:.6f}  {row['input']} × {row['weight']}")
    return 0


VERB = Verb(
    "search",
    "rank all pairs of generators at n bits, for products or for a network's own weights",
    search,
    (
        Option("--resolution-bits", type=int, metavar="N", required=True, help="2 to 8"),
        Option("--out", metavar="DIR", required=True, help="folder for pairs.json; finished parts are kept"),
        Option("--network", metavar="DIR", help="rank by the error of its neurons' sums"),
        Option("--stream-length", type=int, metavar="L", help="2^N, the default, or 2^N - 1"),
        Option("--sobol-dimensions", type=numbers, metavar="D[,D...]", help="default: 1,2,3,4"),
        Option("--best", type=int, metavar="K", help="so many are listed; default: 100"),
        WORKERS,
        EXECUTOR,
    ),
)
