"""The command line with spoiled files and options: a status that is told, one line, and nothing else."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from random import Random

import numpy as np
from support import foreign_models

from sc_neurocore import cli

from .artifacts import document_of, models
from .data import array_bytes
from .held import HELD, put
from .mutations import spoiled_bytes
from .networks import networks, spoiled_tensors
from .trial import Target, Wrong

VALUES = (
    "",
    "-1",
    "0",
    "nan",
    "inf",
    "1e999",
    "9" * 400,
    "x",
    "1,2",
    ",",
    "a=b",
    "é",
    "\x1b[2J",
    "--",
    "/dev/null",
    "../x",
)
OPTIONS = {
    "infer": ("--engine", "--chunk", "--threads", "--codes", "--inputs", "--labels", "--out"),
    "generate": (
        "--architecture",
        "--neurons-in-parallel",
        "--stream-bits-per-cycle",
        "--weights",
        "--control",
        "--out",
    ),
    "cosim": ("--simulator", "--mode", "--samples", "--seed", "--stall", "--rtl"),
    "synth": ("--target", "--seeds", "--rtl"),
    "export": (
        "--stream-length",
        "--resolution-bits",
        "--input-scale",
        "--layers",
        "--calibration",
        "--name",
        "--output",
    ),
    "train": ("--epochs", "--hidden", "--seed", "--stream-length", "--learning-rate", "--optimizer", "--data"),
    "sweep": ("--stream-lengths", "--generators", "--data", "--workers"),
    "report": ("--out",),
}


def prepare(folder: Path) -> None:
    networks(folder)
    models(folder)
    np.save(folder / "codes.npy", np.zeros((4, 3), np.int64))
    for name, write in (
        ("m.onnx", foreign_models.onnx_file),
        ("m.safetensors", foreign_models.safetensors_file),
        ("m.pt", foreign_models.torch_file),
    ):
        write(folder / name)
    HELD["commands"] = {name: (folder / name).read_bytes() for name in ("m.onnx", "m.safetensors", "m.pt")}


def command(rng: Random, folder: Path) -> bool:
    """One run of the command in this process, on a spoiled file or with a spoiled option."""
    out = folder / "out"
    _, document, raw = HELD["networks"][1]
    net, array = folder / "net", folder / "given.npy"
    net.mkdir(exist_ok=True)
    verb = rng.choice(list(OPTIONS))
    spoiled_file = rng.random() < 0.6
    put(net / "weights.safetensors", raw)
    put(net / "network.json", document_of(rng, document)[1] if spoiled_file else json.dumps(document))
    put(array, array_bytes(rng, np.arange(12).reshape(4, 3) % 8))
    match verb:
        case "infer":
            arguments = [str(net), "--codes", str(array), "--out", str(folder / "y.npy")]
        case "generate" | "cosim":
            arguments = [str(net), "--out", str(out)]
        case "synth":
            arguments = [str(net), "--target", "hx8k", "--out", str(out)]
        case "export":
            name = rng.choice(list(HELD["commands"]))
            whole = HELD["commands"][name]
            changed = spoiled_tensors(rng, whole) if name.endswith("tensors") else spoiled_bytes(rng, whole)
            put(folder / "x", changed if spoiled_file else whole)
            arguments = [str(folder / "x"), "--out", str(out)]
        case "train":
            put(folder / "data.npz", spoiled_bytes(rng, b"PK\x03\x04" + bytes(200)))
            arguments = ["--data", str(folder / "data.npz"), "--out", str(out)]
        case "sweep":
            put(folder / "data.csv", spoiled_bytes(rng, b"a,b,c\n1,2,3\n"))
            arguments = [str(net), "--data", str(folder / "data.csv"), "--out", str(out)]
        case _:
            arguments = [str(net / "network.json"), "--out", str(out)]
    if not spoiled_file:
        arguments += [rng.choice(OPTIONS[verb]), rng.choice(VALUES)]
    said, told = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(told):
        try:
            status = cli.main([verb, *arguments])
        except SystemExit as error:  # of argparse, after its usage
            status = error.code
    lines = told.getvalue().splitlines()
    shown = f"{verb} {arguments[-2:]}: status {status}, {told.getvalue()[-300:]!r}"
    if status not in (0, 1, 2) or "Traceback" in told.getvalue():
        raise Wrong(shown)
    if status == 2 and not (lines and "error: " in lines[-1] and lines[-1].isprintable()):
        raise Wrong(shown)
    if status == 2:
        raise cli.SCError("refused")
    return True


COMMANDS = {"commands": Target(command, prepare, 2, processes=True)}
