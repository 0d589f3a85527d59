"""`sc-neurocore verify`: whether a certificate still says what it said, and what it says can be found again."""

from __future__ import annotations

from argparse import Namespace

from .cosim import CODES
from .options import Option, Verb
from .output import say


def verify(options: Namespace) -> int:
    """Print a line per item; status 1 where one differs."""
    from ..cosim import verify_certificate
    from ..cosim.verdict.recheck import REACH
    from ..export.proof import source_proof
    from ..spec import load_array

    items = verify_certificate(
        options.certificate,
        network=options.network,
        rtl=options.rtl,
        proof=None if options.network is None else source_proof(options.network),
        codes=None if options.codes is None else load_array(options.codes, "codes"),
        rerun=options.rerun,
        progress=say,
    )
    for item in items:
        print(item)
    print(REACH)
    return int(any(item.state == "differs" for item in items))


VERB = Verb(
    "verify",
    "recompute what a certificate says, and say what cannot be recomputed",
    verify,
    (
        Option("certificate", metavar="CERT", help="certificate.json of a co-simulation"),
        Option("--network", metavar="DIR", help="the network, or circuit, that it should speak of"),
        Option("--rtl", metavar="DIR", help="the Verilog that it should speak of"),
        Option("--rerun", action="store_true", help="repeat the co-simulation, and compare its figures"),
        CODES,
    ),
)
