"""`sc-neurocore generate`: a network's Verilog, its manifest, and what lies beside a core on request."""

from __future__ import annotations

from argparse import Namespace

from ..spec.errors import OptionError
from .options import ARCHITECTURE, BUDGET, FORCE, NETWORK, OUT, TARGET, Option, Verb, architecture, given, titled


def generate(options: Namespace) -> int:
    """Write the core, or only the words that a core which is there loads."""
    from ..rtl import generate as generate_core
    from ..rtl import write_integration, write_load_image
    from ..spec import load_network

    network = load_network(options.network)
    budget = given(options, TARGET.key, *(option.key for option in BUDGET.options))
    if options.image_for is not None:
        conflicts = [
            *architecture(options),
            *budget,
            *(n for n in ("testbench", "cocotb", "integration") if getattr(options, n)),
        ]
        if conflicts:
            raise OptionError(
                f"image_for is of a core that is there; it cannot be combined with {', '.join(conflicts)}"
            )
        print(f"{write_load_image(network, options.image_for, options.out)} load words in {options.out}")
        return 0
    manifest = generate_core(network, options.out, **architecture(options), **budget)
    if options.testbench:
        from ..cosim import write_testbench

        write_testbench(network, options.out, samples=options.samples)
    if options.cocotb:
        from ..cosim import write_cocotb

        write_cocotb(network, options.out, samples=options.samples)
    if options.integration:
        write_integration(manifest, options.out)
    options.document = {"manifest": manifest}
    if "why" in manifest["parameters"]:
        print(f"{manifest['parameters']['architecture']}: {manifest['parameters']['why']}")
    for sentence in manifest.get("idle_options", ()):
        print(sentence)
    print(f"{manifest['verilog']} in {options.out}, {manifest['cycles_per_inference']} cycles an inference")
    return 0


BESIDE = titled(
    "beside the core",
    Option("--testbench", action="store_true", help="a bench in plain Verilog with its vectors"),
    Option("--cocotb", action="store_true", help="a cocotb test and its Makefile, with the same vectors"),
    Option("--samples", type=int, default=16, metavar="N", help="random samples of the benches"),
    Option("--integration", action="store_true", help="constraint stubs, VHDL component, FuseSoC core"),
    Option("--image-for", metavar="DIR", help="write only what the core in DIR loads, to the file --out"),
)
VERB = Verb(
    "generate",
    "write the network's Verilog and manifest",
    generate,
    (NETWORK, OUT, FORCE, TARGET, BUDGET, ARCHITECTURE, BESIDE),
)
