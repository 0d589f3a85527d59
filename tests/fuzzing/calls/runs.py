"""Legal calls of the other rooms: sweeps, layers, bitstreams, training, reports."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from sc_neurocore import bitstream, explore, layers, report, spec, training

from .legal import Call
from .models import BIASES, WEIGHTS
from .wrong_arrays import array, no_bits, no_codes, no_labels, no_sizes
from .wrong_values import Thing, flag, function, integer, kind, name, net, no_mapping, nowhere, number, path, title


def runs(n: spec.NetworkSpec, folder: Path, codes: np.ndarray) -> dict[str, Call]:
    """They need nothing in the folder."""
    w, b, default = WEIGHTS, BIASES, spec.DEFAULT_INPUT_GENERATOR
    layer = {
        "n_inputs": integer(1, 65_536),
        "n_neurons": integer(1, 65_536),
        "length": integer(1, 2**20),
    }
    sources = {"source": net, "n": integer(2, 16), "length": integer(0, 2**20), "lane": integer(0, 2**31)}
    points = [{"stream_length": 4, "accuracy": 0.5, "generators": "default"}]
    return {
        "sweep": Call(
            explore.sweep,
            {"source": (w, b), "out": folder / "sweep", "features": np.zeros((6, 3)), "labels": np.array([0, 1] * 3)},
            {
                "source": net,
                "out": path,
                "features": array(6, 3),
                "labels": no_labels,
                "stream_lengths": integer(1, 2**20, lists=False),
                "generators": name("default", "sobol", optional=True),
                "resolution_bits": integer(2, 16, optional=True),
                "engine": name("auto", "reference"),
                "workers": integer(0, 2**62, huge=False),
                "progress": function,
                "nonsense": integer(1, 2),
                "border": name("shift", "multiplier"),
            },
            40,
        ),
        "pareto_front": Call(
            explore.pareto_front,
            {"points": points},
            {"points": net, "cost": name("stream_length"), "value": name("accuracy")},
            10,
        ),
        "plot_sweep": Call(
            explore.plot_sweep,
            {"document": {"points": points}, "out": folder / "s.svg"},
            {"document": net, "out": path},
            5,
        ),
        "SCDenseLayer": Call(
            layers.SCDenseLayer,
            {"n_inputs": 3, "n_neurons": 2},
            {
                **layer,
                "resolution_bits": integer(2, 16, optional=True),
                "input_encoding": name("unipolar", "bipolar", "sign_magnitude"),
                "weight_encoding": name("bipolar", "sign_magnitude", optional=True),
                "input_generator": kind(optional=True),
                "weight_generator": kind(),
                "accumulator": kind(optional=True),
                "input_scale": number(0),
                "engine": name("auto", "reference", "packed", "counts", "jax"),
                "name": title,
            },
            40,
        ),
        "VectorizedSCLayer": Call(
            layers.VectorizedSCLayer,
            {"n_inputs": 3, "n_neurons": 2},
            {
                **layer,
                "sc_mode": name("unipolar", "bipolar"),
                "seed": integer(0, 2**63, optional=True, huge=False),
                "bias": array(2, optional=True),
                "nonsense": integer(1, 2),
            },
            20,
        ),
        "sequence": Call(bitstream.sequence, {"source": spec.Counter(), "n": 4, "length": 8}, sources, 20),
        "stream": Call(
            bitstream.stream,
            {"generator": default, "codes": codes, "n": 3, "length": 8},
            {
                "generator": net,
                "codes": no_codes,
                "n": integer(2, 16),
                "length": integer(0, 2**20),
                "lane": integer(0, 2**31),
            },
            20,
        ),
        "pack": Call(bitstream.pack, {"streams": np.zeros((2, 64), bool)}, {"streams": no_bits}, 20),
        "unpack": Call(
            bitstream.unpack,
            {"words": np.zeros((2, 1), np.uint64), "length": 64},
            {"words": net, "length": integer(0, 64)},
            20,
        ),
        "scc": Call(
            bitstream.scc, {"x": np.zeros((2, 8), bool), "w": np.zeros((2, 8), bool)}, {"x": no_bits, "w": no_bits}, 20
        ),
        "bitstream.run": Call(
            bitstream.run, {"network": n, "codes": codes}, {"network": net, "codes": array(2, 3, integers=(0, 7))}, 20
        ),
        "TrainConfig": Call(
            training.TrainConfig,
            {},
            {
                "name": title,
                "hidden": no_sizes,
                "forward": name("exact", "float"),
                "stream_length": integer(1, 2**20, lists=False),
                "resolution_bits": integer(2, 16, optional=True, lists=False),
                "encoding": name("sign_magnitude", "bipolar"),
                "epochs": integer(1, 10**6),
                "batch_size": integer(1, 10**6, huge=False),
                "seed": integer(0, 2**31),
                "learning_rate": number(0),
                "nonsense": integer(1, 2),
            },
            60,
        ),
        "train": Call(
            training.train,
            {},
            {
                "config": no_mapping,
                "data": nowhere,
                "out": lambda rng: rng.choice((0, [], Thing(), "\x00")),
                "init_from": nowhere,
                "checkpoint_every": integer(1, 10**5),
                "resume": flag,
                "progress": function,
            },
            10,
        ),
        "load_model": Call(training.load_model, {"path": "/dev/null/x"}, {"path": path}, 10),
        "load_data": Call(training.load_data, {}, {"source": nowhere}, 10),
        "report.write": Call(
            report.write, {"folder": folder, "out": folder / "r.html"}, {"folder": path, "out": path}, 5
        ),
    }
