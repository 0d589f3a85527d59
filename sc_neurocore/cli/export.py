"""`sc-neurocore export`: a trained model or a file of float weights lowered to a network folder."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import Any, get_args

from ..export.normalize import RELU_NAME, Border
from ..spec.errors import OptionError
from .options import PAIR, Option, Verb, given, pair, words


def export(options: Namespace) -> int:
    """Write the network folder and print the report."""
    from ..export import export as export_network
    from ..spec import load_array

    arrays: dict[str, Any] = {
        key: load_array(path, key) for key, path in given(options, "calibration", "labels").items()
    }
    keys = "stream_length", "resolution_bits", "name", "input_scale", "border", "layers", "activations"
    arguments = arrays | given(options, *keys) | pair(options)
    if os.path.isdir(options.source):
        for name in ("calibration", "labels", "input_scale", "border", "layers", "activations", "input_generator"):
            if name in arguments:
                raise OptionError(f"{name} is for safetensors files; a trained model knows its own ranges")
    print(export_network(options.source, options.out, **arguments).report)
    return 0


def activations(text: str) -> list[str | tuple[float, float]]:
    """`relu,0:1.5,-1:1`: one a layer but the last, "relu" or LOW:HIGH."""
    parts = [(word, *word.partition(":")[::2]) for word in words(text)]
    return [word if word == RELU_NAME else (float(low), float(high)) for word, low, high in parts]


VERB = Verb(
    "export",
    "lower a trained model or a safetensors file to a network folder",
    export,
    (
        Option("source", help="model folder, or .safetensors file with (neurons, inputs) weights"),
        Option("--out", metavar="DIR", required=True, help="network folder"),
        Option("--stream-length", type=int, metavar="L"),
        Option("--resolution-bits", type=int, metavar="N"),
        PAIR,
        Option("--name"),
        Option("--layers", type=words, metavar="NAME[,NAME...]", help="layers of the file, in order"),
        Option(
            "--activations", type=activations, metavar="A[,A...]", help="of a file's hidden layers: relu or LOW:HIGH"
        ),
        Option("--input-scale", type=float, help="real feature of the largest input code"),
        Option("--border", choices=get_args(Border)),
        Option("--calibration", metavar="X.npy", help="real inputs on which ranges are searched"),
        Option("--labels", metavar="L.npy", help="their classes"),
    ),
)
