"""The outside oracle: the contract once more, from its text alone, on raw JSON and arrays (see `network`)."""

from .network import (
    TAPS,
    activate,
    evaluate,
    lif_step,
    read_folder,
    read_safetensors,
    requantize,
    stream_bits,
    word,
)
from .values import classes, quantize_features

__all__ = [
    "TAPS",
    "activate",
    "classes",
    "evaluate",
    "lif_step",
    "quantize_features",
    "read_folder",
    "read_safetensors",
    "requantize",
    "stream_bits",
    "word",
]
