"""`sc-neurocore export`: a trained model, or a file of any framework that is read, lowered to a network folder."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import Any, get_args

from ..export.normalize import RELU_NAME, RequantizerForm
from ..spec.errors import OptionError
from .options import FORCE, PAIR, Option, Verb, given, number_or_numbers, pair, titled, words


def export(options: Namespace) -> int:
    """Write the network folder and print the report."""
    from ..export import export as export_network
    from ..spec import load_array

    arrays: dict[str, Any] = {
        key: load_array(path, key) for key, path in given(options, "calibration", "labels").items()
    }
    arguments = arrays | given(options, *EVERYWHERE, *FILES) | pair(options)
    if os.path.isdir(options.source):
        for name in ("calibration", "labels", "input_generator", *FILES):
            if name in arguments:
                option = "--keep-neurons" if name == "split_outliers" else name
                raise OptionError(f"{option} is for files of other programs; a trained model knows its own ranges")
    report = export_network(options.source, options.out, **arguments).report
    options.document = {"report": report.to_json()}
    print(report)
    return 0


def activations(text: str) -> list[str | tuple[float, float]]:
    """`relu,0:1.5,-1:1`: one a layer but the last, "relu" or LOW:HIGH."""
    parts = [(word, *word.partition(":")[::2]) for word in words(text)]
    return [word if word == RELU_NAME else (float(low), float(high)) for word, low, high in parts]


LOWERING = titled(
    "lowering of files",
    Option("--calibration", metavar="X.npy", help="real inputs on which ranges are searched"),
    Option("--labels", metavar="L.npy", help="their classes"),
    Option("--input-encoding", choices=("unipolar", "sign_magnitude", "spike"), help="spike: of spiking networks"),
    Option("--input-scale", type=float, help="real feature of the largest input code"),
    Option("--border", choices=get_args(RequantizerForm)),
    Option(
        "--keep-neurons",
        dest="split_outliers",
        action="store_const",
        const=False,
        help="split no outliers: every layer keeps its number of neurons",
    ),
    Option("--time-steps", type=int, metavar="T", help="of spiking networks"),
    Option("--leak", choices=("exact", "nearest"), help="of spiking networks: of decays that no shift makes"),
)
HINTS = titled(
    "what a file does not say",
    Option("--layers", type=words, metavar="NAME[,NAME...]", help="of named tensors: the layers in order"),
    Option("--activations", type=activations, metavar="A[,A...]", help="of their hidden layers: relu or LOW:HIGH"),
    Option("--weights", metavar="FILE", help="of a Keras JSON"),
    Option("--output", metavar="NAME", help="of an ONNX graph with several"),
    Option("--dt", type=float, metavar="SECONDS", help="of a NIR graph: one time step"),
    Option("--reset", choices=("subtract", "zero"), help="of a NIR graph: what a spike does"),
    Option("--comparator", choices=("ge", "gt"), help="of a NIR graph: how cells fire"),
)
EVERYWHERE = ("stream_length", "resolution_bits", "name")
FILES = tuple(
    option.key for group in (LOWERING, HINTS) for option in group.options if option.key not in ("calibration", "labels")
)
"""Options of files alone."""

VERB = Verb(
    "export",
    "lower a trained model, or a file of another framework, to a network folder",
    export,
    (
        Option("source", help="model folder, or a file: ONNX, Keras, NIR, safetensors, npz, Torch state dict"),
        Option("--out", metavar="DIR", required=True, help="network folder"),
        FORCE,
        Option("--stream-length", type=number_or_numbers, metavar="L[,L...]", help="of all layers, or of each"),
        Option("--resolution-bits", type=number_or_numbers, metavar="N[,N...]"),
        PAIR,
        Option("--name"),
        LOWERING,
        HINTS,
    ),
)
