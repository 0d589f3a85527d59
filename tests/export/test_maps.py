"""Float convolutional networks as integers: folded exactly, equalized exactly, calibrated; and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.oracle.network import evaluate

import sc_neurocore as sc
from sc_neurocore import cli
from sc_neurocore.export.calibration import search
from sc_neurocore.export.calibration.equalize import equalized
from sc_neurocore.export.calibration.slopes import squared_slopes
from sc_neurocore.export.folding import fold
from sc_neurocore.export.from_graph import export_graph
from sc_neurocore.export.lower import Lowering, lower_network
from sc_neurocore.export.plan import Setting, lower_layer
from sc_neurocore.importing.graph import Clip, Conv, Dense, FloatGraph, Node, Pad, Pool, Scale
from sc_neurocore.importing.maps import Window
from sc_neurocore.spec import OptionError

RNG = np.random.default_rng(7)


def conv(shape: tuple[int, int, int], out: int, kernel: int = 3, padding: int = 0, groups: int = 1) -> Conv:
    window = Window(shape, (kernel, kernel), (1, 1), (padding,) * 4)
    weight = RNG.normal(size=(out, kernel, kernel, shape[2] // groups)) / kernel
    return Conv("conv", weight, RNG.normal(size=out) * 0.1, window, groups)


def pool(shape: tuple[int, int, int], kind: Any, side: int = 2) -> Pool:
    return Pool(f"{kind} pool", kind, Window(shape, (side, side), (side, side)))


def dense(inputs: int, neurons: int) -> Dense:
    return Dense("dense", RNG.normal(size=(neurons, inputs)) / inputs**0.5, RNG.normal(size=neurons) * 0.1)


def scale(shape: tuple[int, int, int], factor: Any, offset: Any) -> Scale:
    """By channel."""
    elements = shape[0] * shape[1]
    factors, offsets = (np.broadcast_to(np.asarray(each, float), shape[2:]) for each in (factor, offset))
    return Scale("norm", np.tile(factors, elements), np.tile(offsets, elements))


RELU = Clip("relu", 0.0, None)
SMALL = [conv((6, 6, 2), 3), RELU, pool((4, 4, 3), "max"), conv((2, 2, 3), 4, 2, 1), RELU, dense(36, 3)]


def folded_equals(nodes: list[Node], features: int) -> None:
    x = RNG.uniform(-1, 1, (9, features))
    wanted = FloatGraph("arrays", features, tuple(nodes), None).run(x)
    got = fold(nodes).pre_activations(x)[-1].reshape(9, -1)  # type: ignore[arg-type]  # all are stages
    assert np.abs(got - wanted).max() <= 1e-12 * np.abs(wanted).max()


@pytest.mark.parametrize(
    "nodes",
    [
        SMALL,
        [conv((6, 6, 2), 3), pool((4, 4, 3), "max"), scale((2, 2, 3), [1, 2, 0.5], 0.3), RELU, dense(12, 2)],
        [conv((6, 6, 2), 3), scale((4, 4, 3), [-1, 2, 0.5], 0.3), pool((4, 4, 3), "avg"), RELU, dense(12, 2)],
        [conv((6, 6, 2), 3), RELU, scale((4, 4, 3), [1, 2, 0.5], 0.3), pool((4, 4, 3), "max"), conv((2, 2, 3), 2, 2)],
        [conv((6, 6, 2), 3), RELU, pool((4, 4, 3), "avg"), scale((2, 2, 3), [1, -2, 0.5], [0.1, 0, -1]), dense(12, 2)],
        [conv((6, 6, 2), 4, padding=1, groups=2), pool((6, 6, 4), "avg", 6)],
        [pool((6, 6, 2), "avg"), conv((3, 3, 2), 2), RELU, dense(2, 2)],
        [scale((6, 6, 2), [2, 3], 0.5), conv((6, 6, 2), 3, padding=1), RELU, dense(108, 2)],
    ],
    ids=["small", "pool first", "mean first", "norm behind", "norm behind a mean", "mean last", "input", "padded"],
)
def test_folding_changes_nothing(nodes: list[Node]):
    folded_equals(nodes, 72)


@pytest.mark.parametrize(
    ("nodes", "says"),
    [
        ([Pad("pad", (6, 6, 2), (1, 1, 1, 1)), RELU], "pad: zeros are put around a map"),
        ([conv((6, 6, 2), 3), conv((4, 4, 3), 2)], "without ReLU or Hardtanh between"),
        (
            [conv((6, 6, 2), 3), RELU, scale((4, 4, 3), 1, 0.5), conv((4, 4, 3), 2, padding=1)],
            "norm adds something in front of the zeros around the map of conv",
        ),
        (
            [conv((6, 6, 2), 3), pool((4, 4, 3), "max"), scale((2, 2, 3), [1, -1, 1], 0), RELU, dense(12, 2)],
            "norm multiplies by a negative factor behind a max pool",
        ),
        (
            [conv((6, 6, 2), 3), Scale("by pixel", RNG.random(48), np.zeros(48)), RELU, dense(48, 2)],
            "by pixel differs between the positions of a map",
        ),
        ([conv((6, 6, 2), 3), RELU, pool((4, 4, 3), "avg"), Clip("cut", 0.0, 0.5), dense(12, 2)], "narrows the act"),
        ([conv((6, 6, 2), 3), pool((4, 4, 3), "max")], "the network ends in max pool"),
        ([conv((6, 6, 2), 3), RELU], "the network ends in relu"),
    ],
)
def test_rows_without_a_folded_form_are_refused_by_name(nodes: list[Any], says: str):
    with pytest.raises(OptionError, match=says):
        fold(nodes)


def test_equalization_by_channel_changes_nothing_that_the_network_computes():
    nodes = [conv((6, 6, 2), 4), RELU, pool((4, 4, 4), "max"), conv((2, 2, 4), 4, 2, 1, 2), RELU, dense(36, 3)]
    nodes[0].weight[1] *= 40  # type: ignore[union-attr]  # a channel that takes all the codes
    floats, x = fold(nodes), RNG.uniform(size=(30, 72))
    sums = floats.pre_activations(x)
    balanced = equalized(floats, sums, 1.0)
    assert balanced is not None
    got = balanced.pre_activations(x)
    assert np.allclose(got[-1], sums[-1], rtol=1e-9, atol=1e-12)
    sizes = [np.abs(each.weights[0]).max(axis=1) for each in (floats, balanced)]
    assert sizes[1].max() / sizes[1].min() < 0.5 * sizes[0].max() / sizes[0].min()


@pytest.mark.parametrize("kind", ["max", "avg"])
def test_slopes_are_those_of_a_small_step(kind: Any):
    nodes = [conv((6, 6, 1), 2, padding=1), RELU, pool((6, 6, 2), kind), conv((3, 3, 2), 3, 2), RELU, dense(12, 2)]
    floats, x, step = fold(nodes), RNG.uniform(size=(3, 36)), 1e-6
    sums = floats.pre_activations(x)
    wanted = np.zeros(2)
    for position in range(36):
        for channel in range(2):
            moved = sums[0].reshape(3, 36, 2).copy()
            moved[:, position, channel] += step
            hidden = np.maximum(moved, 0).reshape(3, -1)
            last = floats.sums(2, np.maximum(floats.sums(1, hidden), 0).reshape(3, -1))
            wanted[channel] += (((last - sums[-1]) / step) ** 2).sum() / 3
    assert np.allclose(squared_slopes(floats, sums)[0], wanted, rtol=1e-4)


@pytest.mark.parametrize(
    ("nodes", "inputs"),
    [
        (SMALL, "unipolar"),
        ([scale((6, 6, 2), [2, -3], -1), conv((6, 6, 2), 3, padding=1), RELU, dense(108, 2)], "sign_magnitude"),
        ([conv((6, 6, 2), 4, groups=2), RELU, pool((4, 4, 4), "avg", 4), dense(4, 3)], "unipolar"),
    ],
    ids=["max", "normalized input", "means"],
)
def test_integers_are_near_the_float_network_and_the_oracle_agrees(nodes: list[Node], inputs: str, tmp_path: Path):
    x = np.random.default_rng(1).uniform(size=(80, 72))
    exported = export_graph(FloatGraph("arrays", 72, tuple(nodes), None), stream_length=64, calibration=x)
    network, integers = exported.network, exported.report.integers
    assert integers is not None
    assert integers.relative_error < 0.06
    assert network.input.encoding == inputs
    assert network.input.shape == (6, 6, 2)
    codes = network.quantize(x[:3])
    sc.save_network(network, tmp_path / "network")
    wanted = evaluate(tmp_path / "network", codes)
    for engine in ("reference", "packed", "counts", "jax"):
        assert np.array_equal(sc.infer(network, codes, engine=engine), wanted), engine  # type: ignore[arg-type]


def test_codes_of_both_signs_are_kept_from_layers_with_padding():
    floats = fold(SMALL)
    x = np.random.default_rng(2).uniform(size=(60, 72))
    network = lower_network(floats, Lowering(stream_length=64, calibration=x)).network
    assert network.layers[0].output_encoding == "unipolar"  # zeros around the next layer's map are the code 0


def test_a_scale_of_the_input_that_a_padded_layer_cannot_take_is_refused():
    nodes = [conv((6, 6, 2), 3, padding=1), RELU, dense(108, 2)]
    options = {"stream_length": 16, "input_scale": np.ones(72), "input_offset": np.full(72, 0.5)}
    with pytest.raises(OptionError, match="sees zeros around its map, so the code 0 must stand for the 0"):
        lower_network(fold(nodes), Lowering(**options))
    options["input_scale"] = RNG.random(72) + 0.5
    with pytest.raises(OptionError, match="must be the same for all positions of a channel"):
        lower_network(fold(nodes), Lowering(**options))


def test_an_onnx_file_goes_from_the_command_to_outputs_and_gates(tmp_path: Path):
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper, numpy_helper

    tensors = {"w": RNG.normal(size=(3, 2, 3, 3)) / 4, "v": RNG.normal(size=(2, 27)) / 5}
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["c"], ["r"]),
            helper.make_node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
            helper.make_node("Flatten", ["p"], ["f"]),
            helper.make_node("Gemm", ["f", "v"], ["y"], transB=1),
        ],
        "small",
        [helper.make_tensor_value_info("x", TensorProto.DOUBLE, ["N", 2, 6, 6])],
        [helper.make_tensor_value_info("y", TensorProto.DOUBLE, None)],
        [numpy_helper.from_array(value, name) for name, value in tensors.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]), tmp_path / "m.onnx")
    images = RNG.uniform(size=(30, 2, 6, 6))
    turned = images.transpose(0, 2, 3, 1).reshape(30, -1)
    np.save(tmp_path / "x.npy", images)
    np.save(tmp_path / "turned.npy", turned)
    path = {name: str(tmp_path / name) for name in ("m.onnx", "x.npy", "turned.npy", "network", "y.npy", "rtl")}
    command = ["export", path["m.onnx"], "--out", path["network"], "--calibration", path["x.npy"]]
    assert cli.main([*command, "--stream-length", "256"]) == 0
    assert cli.main(["infer", path["network"], "--inputs", path["turned.npy"], "--out", path["y.npy"]]) == 0
    assert cli.main(["generate", path["network"], "--out", path["rtl"]]) == 0
    network = sc.load_network(path["network"])
    outputs = np.load(path["y.npy"]) * network.layers[-1].output_scale
    hidden = np.zeros((30, 3, 6, 6))
    padded = np.pad(images, ((0, 0), (0, 0), (1, 1), (1, 1)))
    for row in range(6):
        for column in range(6):
            window = padded[:, None, :, row : row + 3, column : column + 3]
            hidden[:, :, row, column] = np.maximum((window * tensors["w"]).sum(axis=(2, 3, 4)), 0)
    wanted = hidden.reshape(30, 3, 3, 2, 3, 2).max(axis=(3, 5)).reshape(30, -1) @ tensors["v"].T
    assert np.sqrt(np.mean((outputs - wanted) ** 2)) < 0.03 * np.sqrt(np.mean(wanted**2))


def test_a_normalization_beside_a_first_pool_is_folded_behind_it():
    shape, small = (6, 6, 2), (3, 3, 2)
    behind = [pool(shape, "avg"), scale(small, [2.0, 0.5], [0.1, -0.2]), conv(small, 3, 2), RELU, dense(12, 3)]
    before = [scale(shape, [2.0, 0.5], [0.1, -0.2]), pool(shape, "max"), conv(small, 3, 2), RELU, dense(12, 3)]
    into_dense = [scale(shape, 3.0, 0.5), pool(shape, "max"), dense(18, 4), RELU, dense(4, 3)]
    for nodes in (behind, before, into_dense):
        folded_equals(nodes, 72)
    with pytest.raises(OptionError, match="adds something in front of the zeros around the map"):
        fold([*behind[:2], conv(small, 3, 3, 1), RELU, dense(27, 3)])


def test_a_mean_over_any_number_of_positions_does_not_saturate():
    """1/11 is no power of two: rounded to 1/8, bright inputs would be cut at three quarters of the codes."""
    shape = (2, 11, 1)
    nodes = [
        Pool("mean", "avg", Window(shape, (1, 11), (1, 11))), conv((2, 1, 1), 2, 1), RELU, dense(4, 2),
    ]  # fmt: skip
    x = RNG.uniform(0.8, 1.0, (20, 22))
    graph = FloatGraph("arrays", 22, tuple(nodes), None)
    network = export_graph(graph, stream_length=1024).network
    reals = graph.run(x)
    outputs = sc.infer(network, sc.spec.quantize_features(network, x)[0]) * network.layers[-1].output_scale
    assert np.abs(outputs - reals).max() <= 0.02 * np.abs(reals).max()


@pytest.mark.parametrize(("kind", "gains"), [("avg", {1.0, 8.0}), ("max", {1.0})])
def test_gains_are_searched_behind_means_alone(kind: Any, gains: set[float], monkeypatch: pytest.MonkeyPatch):
    seen: set[float] = set()

    def lowered(plan: Any, index: int, reach: float, setting: Setting) -> Any:
        seen.add(setting.pool_gain)
        return lower_layer(plan, index, reach, setting)

    monkeypatch.setattr(search, "lower_layer", lowered)
    # Zeros around the map keep the codes behind the first layer from having both signs.
    nodes = [conv((4, 4, 1), 2, 1), RELU, pool((4, 4, 2), kind), conv((2, 2, 2), 2, 3, 1), RELU, dense(8, 3)]
    export_graph(
        FloatGraph("arrays", 16, tuple(nodes), None), stream_length=64, calibration=RNG.uniform(0, 1, (40, 16))
    )
    assert gains <= seen
    assert len(gains) > 1 or seen == gains


def test_labels_are_classes_of_the_source_whatever_the_order_of_its_outputs():
    torch = pytest.importorskip("torch")

    class Flipped(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.c = torch.nn.Conv2d(1, 3, 3)

        def forward(self, x: Any) -> Any:
            return self.c(x).mean((2, 3)).flip(1)

    torch.manual_seed(2)
    module = Flipped().eval()
    x = RNG.random((60, 1, 5, 5)).astype(np.float32)
    module.c.bias.data -= module(torch.tensor(x)).mean(0).detach().flip(0)  # so that every class occurs
    with torch.no_grad():
        labels = module(torch.tensor(x)).argmax(1).numpy()
    assert len(set(labels)) == 3
    report = sc.export.export(module, stream_length=1024, calibration=x, labels=labels).report
    assert report.float_accuracy == 1.0
    assert report.output_order == (2, 1, 0)
    assert report.input_order is None
