"""Legal calls of the rooms of networks: what holds, runs and exports them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import sc_neurocore as sc
from sc_neurocore import export as exporting
from sc_neurocore import inference, spec

from .legal import Call
from .wrong_arrays import array, no_numbers, no_outputs, no_weights
from .wrong_values import Thing, flag, integer, kind, name, net, no_mapping, number, path, random_text, strange, title

WEIGHTS, BIASES = [np.ones((4, 3)), np.ones((2, 4))], [np.zeros(4), np.zeros(2)]
"""A network of floats 3-4-2."""


def models(n: spec.NetworkSpec, folder: Path, codes: np.ndarray) -> dict[str, Call]:
    """They need the network `net` and the model `model` in the folder."""
    outputs, w, b = np.zeros((2, 2), np.int64), WEIGHTS, BIASES
    options = {
        "stream_length": integer(1, 2**20, lists=False),
        "resolution_bits": integer(2, 16, optional=True, lists=False),
        "calibration": array(5, 3, optional=True),
        "input_scale": number(0, optional=True),
        "input_encoding": name("unipolar", "sign_magnitude", optional=True),
        "name": title,
        "input_generator": kind(),
        "weight_generator": kind(),
        "accumulator": kind(optional=True),
        "border": name("shift", "multiplier"),
        "nonsense": integer(1, 2),
    }
    return {
        "infer": Call(
            sc.infer,
            {"network": n, "codes": codes},
            {
                "network": net,
                "codes": array(2, 3, integers=(0, 7)),
                "engine": name("auto", "reference", "packed", "counts", "jax"),
            },
            40,
        ),
        "classify": Call(
            sc.classify, {"outputs": outputs, "network": n}, {"outputs": no_outputs, "network": no_mapping}, 20
        ),
        "explain": Call(sc.explain, {"network": n}, {"network": net, "batch": integer(0, 2**62)}, 10),
        "load_network": Call(sc.load_network, {"path": folder / "net"}, {"path": path}, 20),
        "save_network": Call(
            sc.save_network, {"network": n, "path": folder / "saved"}, {"network": net, "path": path}, 10
        ),
        "check_codes": Call(
            spec.check_codes,
            {"network": n, "codes": codes},
            {"network": net, "codes": array(2, 3, integers=(0, 7))},
            40,
        ),
        "load_array": Call(spec.load_array, {"path": folder / "codes.npy", "what": "codes"}, {"path": path}, 10),
        "code_range": Call(
            spec.code_range,
            {"encoding": "unipolar", "n": 3},
            {"encoding": name("unipolar", "bipolar", "sign_magnitude", "spike"), "n": integer(1, 62)},
            20,
        ),
        "element_width": Call(
            spec.element_width,
            {"encoding": "unipolar", "n": 3},
            {"encoding": name("unipolar", "bipolar", "sign_magnitude", "spike"), "n": integer(1, 62)},
            20,
        ),
        "is_signed": Call(
            spec.is_signed,
            {"encoding": "unipolar"},
            {"encoding": name("unipolar", "bipolar", "sign_magnitude", "spike")},
            10,
        ),
        "quantize": Call(
            spec.quantize,
            {"values": np.zeros((2, 3)), "encoding": "unipolar", "n": 3},
            {
                "values": no_numbers,
                "encoding": name("unipolar", "bipolar", "sign_magnitude", "spike"),
                "n": integer(1, 62),
            },
            40,
        ),
        "dequantize": Call(
            spec.dequantize,
            {"codes": codes, "encoding": "unipolar", "n": 3},
            {
                "codes": no_numbers,
                "encoding": name("unipolar", "bipolar", "sign_magnitude", "spike"),
                "n": integer(1, 62),
            },
            40,
        ),
        "quantize_features": Call(
            spec.quantize_features,
            {"network": n, "features": np.zeros((2, 3))},
            {"network": net, "features": array(2, 3)},
            30,
        ),
        "scaled_features": Call(
            spec.scaled_features,
            {"network": n, "features": np.zeros((2, 3))},
            {"network": net, "features": array(2, 3)},
            30,
        ),
        "joe_kuo_direction_words": Call(
            spec.joe_kuo_direction_words,
            {"dimension": 2, "n": 4},
            {"dimension": integer(1, 1111), "n": integer(1, 62)},
            10,
        ),
        "Relu": Call(
            spec.Relu,
            {"output_bits": 4},
            {"multiplier": integer(1, 2**15 - 1), "shift": integer(0, 46), "output_bits": integer(2, 16)},
            30,
        ),
        "Lif": Call(
            spec.Lif,
            {"leak_shift": 2, "v_threshold": 5, "state_bits": 8},
            {
                "leak_shift": integer(1, 7, optional=True),
                "v_threshold": integer(1, 127),
                "comparator": name("ge", "gt"),
                "reset": name("subtract", "zero"),
                "state_bits": integer(2, 32),
            },
            30,
        ),
        "Sobol": Call(
            spec.Sobol,
            {"dimension": 3},
            {
                "dimension": integer(1, 1111),
                "skip": integer(0, 65_535),
                "reverse": flag,
                "lane_skip": integer(0, 65_535),
            },
            30,
        ),
        "Lfsr": Call(
            spec.Lfsr, {"seed": 3}, {"seed": integer(1, 65_535), "skip": integer(0, 65_535), "reverse": flag}, 20
        ),
        "Comparator": Call(
            spec.Comparator,
            {"source": spec.Counter()},
            {"source": lambda rng: rng.choice((None, 0, "counter", {"kind": "x"}, [], Thing(), random_text(rng)))},
            20,
        ),
        "DenseLayer": Call(
            spec.DenseLayer,
            dict(n.layers[0]),
            {
                "inputs": integer(1, 65_536),
                "neurons": integer(1, 65_536),
                "resolution_bits": integer(2, 16),
                "stream_length": integer(1, 2**20),
                "input_encoding": name("unipolar", "bipolar", "sign_magnitude", "spike"),
                "weight_encoding": name("unipolar", "bipolar", "sign_magnitude", "spike"),
                "output_scale": number(0),
            },
            60,
        ),
        "InputSpec": Call(
            spec.InputSpec,
            dict(n.input),
            {
                "features": integer(1, 2**20),
                "encoding": name("unipolar", "bipolar", "sign_magnitude", "spike"),
                "resolution_bits": integer(2, 16),
                "time_steps": integer(1, 2**16, huge=False),
                "repeat": flag,
            },
            30,
        ),
        "NetworkSpec": Call(
            spec.NetworkSpec,
            {"name": "net", "input": n.input, "layers": n.layers, "weights": n.weights, "biases": n.biases},
            {"name": title, "input": kind(), "layers": strange, "weights": strange, "biases": strange},
            20,
        ),
        "explanation": Call(inference.explanation, {"network": n}, {"network": net, "batch": integer(0, 2**62)}, 5),
        "export_dense": Call(
            exporting.export_dense,
            {"weights": w, "biases": b},
            {"weights": no_weights, "biases": no_weights, **options},
            40,
        ),
        "lower_dense": Call(
            exporting.lower_dense,
            {"weights": w, "biases": b},
            {"weights": no_weights, "biases": no_weights, **options},
            20,
        ),
        "export": Call(
            exporting.export, {"source": {"0.weight": w[0], "1.weight": w[1]}}, {"source": net, **options}, 20
        ),
        "export_model": Call(
            exporting.export_model,
            {"model": folder / "model"},
            {
                "model": path,
                "stream_length": integer(1, 2**20, optional=True),
                "resolution_bits": integer(2, 16, optional=True),
            },
            10,
        ),
        "export_sc_weights": Call(exporting.export_sc_weights, {"exported": {}}, {"exported": net}, 5),
        "source_proof": Call(
            exporting.source_proof,
            {"folder": folder / "net"},
            {"folder": lambda rng: rng.choice((None, 0, [], Thing(), "\x00", b"x"))},
            5,
        ),
        "read_safetensors": Call(
            exporting.read_safetensors, {"path": folder / "net" / "weights.safetensors"}, {"path": path}, 10
        ),
    }
