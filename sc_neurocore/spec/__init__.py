"""The contract as frozen, validated types; knows nothing of the rest of the package."""

from .codes import check_codes, load_array
from .encoding import Encoding, code_range, dequantize, element_width, is_signed, quantize
from .errors import (
    CodesError,
    ComparisonError,
    MissingExtraError,
    OptionError,
    SaturationWarning,
    SCError,
    SpecError,
    ToolError,
    require_extra,
)
from .features import quantize_features, scaled_features
from .files.atomic import sha256_file, write_atomic, written_folder
from .folder import load_network, save_network
from .generator import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR, Comparator, Generator, WeightedBinary
from .kinds import kinds, unknown_kind
from .layer import (
    Accumulator,
    Clamp,
    DenseLayer,
    Lif,
    Linear,
    Mux,
    Neuron,
    Or,
    ParallelCounter,
    Relu,
    WeightedLayer,
)
from .maps import AvgPool2dLayer, Conv2dLayer, Layer, MaxPool2dLayer
from .network import InputSpec, NetworkSpec, OutputSpec
from .source import Counter, Lfsr, LfsrFull, Sobol, Source, VanDerCorput
from .tables import LFSR_TAPS, joe_kuo_direction_words

__all__ = [
    "DEFAULT_INPUT_GENERATOR",
    "DEFAULT_WEIGHT_GENERATOR",
    "LFSR_TAPS",
    "Accumulator",
    "AvgPool2dLayer",
    "Clamp",
    "CodesError",
    "Comparator",
    "ComparisonError",
    "Conv2dLayer",
    "Counter",
    "DenseLayer",
    "Encoding",
    "Generator",
    "InputSpec",
    "Layer",
    "Lfsr",
    "LfsrFull",
    "Lif",
    "Linear",
    "MaxPool2dLayer",
    "MissingExtraError",
    "Mux",
    "NetworkSpec",
    "Neuron",
    "OptionError",
    "Or",
    "OutputSpec",
    "ParallelCounter",
    "Relu",
    "SCError",
    "SaturationWarning",
    "Sobol",
    "Source",
    "SpecError",
    "ToolError",
    "VanDerCorput",
    "WeightedBinary",
    "WeightedLayer",
    "check_codes",
    "code_range",
    "dequantize",
    "element_width",
    "is_signed",
    "joe_kuo_direction_words",
    "kinds",
    "load_array",
    "load_network",
    "quantize",
    "quantize_features",
    "require_extra",
    "save_network",
    "scaled_features",
    "sha256_file",
    "unknown_kind",
    "write_atomic",
    "written_folder",
]
