"""The verbs in the order of the data's way: where each lives, its sentence, an example; no library is loaded here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One verb, or a group of verbs under a name of their own."""

    name: str
    help: str
    example: str
    """A whole command line."""
    module: str = ""
    """Below `cli`; as the name where it is empty."""


VERBS = {
    entry.name: entry
    for entry in (
        Entry(
            "train",
            "train a network through its own integers",
            "sc-neurocore train --out model --stream-length 16",
        ),
        Entry(
            "export",
            "lower a trained model, or a file of another framework, to a network folder",
            "sc-neurocore export model.onnx --calibration x.npy --stream-length 16 --out network",
        ),
        Entry(
            "infer",
            "run a network on integer codes or real features",
            "sc-neurocore infer network --inputs x.npy --labels y.npy --out outputs.npy",
        ),
        Entry(
            "generate",
            "write the network's Verilog and manifest",
            "sc-neurocore generate network --target up5k --out rtl",
        ),
        Entry(
            "cosim",
            "compare the Verilog with the model, value by value",
            "sc-neurocore cosim network --rtl rtl --stall random --out verified",
        ),
        Entry(
            "verify",
            "recompute what a certificate says, and say what cannot be recomputed",
            "sc-neurocore verify verified/certificate.json --network network --rtl rtl",
        ),
        Entry(
            "synth",
            "estimate cells and clock on a device",
            "sc-neurocore synth network --target up5k --out synth",
        ),
        Entry(
            "deploy",
            "put a trained model onto a board: core, checks, pins, bitstream, the host's script",
            "sc-neurocore deploy model.onnx --board icebreaker --inputs x.npy --out deployed",
        ),
        Entry(
            "circuit",
            "run circuits of stream operators, and their gates",
            "sc-neurocore circuit cosim circuit --out verified",
        ),
        Entry(
            "sweep",
            "accuracy over stream lengths and generators, without training anew",
            "sc-neurocore sweep model --out sweep",
            "exploring.sweep",
        ),
        Entry(
            "faults",
            "accuracy against the probability of wrong bits, of streams and of binary hardware",
            "sc-neurocore faults model --out faults",
            "exploring.faults",
        ),
        Entry(
            "search",
            "rank all pairs of generators at n bits, for products or for a network's own weights",
            "sc-neurocore search --resolution-bits 4 --out pairs",
            "exploring.search",
        ),
        Entry(
            "report",
            "write one self-contained HTML page about a run folder",
            "sc-neurocore report run --out run/report.html",
        ),
        Entry(
            "run",
            "all verbs in one folder; an interrupted run continues",
            "sc-neurocore run --targets up5k,ecp5-25k --out run",
        ),
        Entry(
            "doctor",
            "say what is installed, what is missing and how to get it",
            "sc-neurocore doctor",
        ),
        Entry(
            "selftest",
            "show every checker right things and faults: it must pass the ones and see the others",
            "sc-neurocore selftest",
        ),
    )
}
"""By name."""
