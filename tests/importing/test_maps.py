"""Convolutions and pools as each framework writes them: equal to its own numbers, or refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sc_neurocore.importing.graph import Conv, Dense, FloatGraph, Pool, Reorder
from sc_neurocore.importing.objects import graph_of
from sc_neurocore.importing.probes import check_source, probes
from sc_neurocore.spec import OptionError

RNG = np.random.default_rng(11)


def arrays(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    return [RNG.normal(size=shape) for shape in shapes]


def equal(source: Any, shape: tuple[int, ...]) -> FloatGraph:
    graph = graph_of(source, input_shape=shape)
    assert graph is not None
    check = check_source(graph, probes(graph, count=24))
    assert check.checked
    assert check.relative_error is not None
    assert check.relative_error < 1e-5
    return graph


def refused(source: Any, shape: tuple[int, ...], *words: str) -> None:
    with pytest.raises(OptionError) as error:
        graph_of(source, input_shape=shape)
    for word in words:
        assert word in str(error.value)


# Torch


def torch_models():
    torch = pytest.importorskip("torch")
    from torch import nn

    torch.manual_seed(3)
    shared = nn.Conv2d(3, 3, 3, padding=1)
    return nn, {
        "unequal padding": nn.Sequential(nn.ZeroPad2d((1, 0, 2, 1)), nn.Conv2d(3, 4, 3), nn.Flatten()),
        "same": nn.Sequential(nn.Conv2d(3, 4, (2, 5), padding="same"), nn.Flatten()),
        "depthwise": nn.Sequential(nn.Conv2d(3, 6, 3, stride=(2, 1), groups=3), nn.ReLU6(), nn.Conv2d(6, 2, 1)),
        "shared": nn.Sequential(shared, nn.ReLU(), shared, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(48, 2)),
        "means": nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AvgPool2d(2, 1), nn.AdaptiveAvgPool2d(1)),
        "adaptive": nn.Sequential(nn.Conv2d(3, 4, 1), nn.AdaptiveAvgPool2d((4, None)), nn.ReLU(), nn.Flatten()),
        "largest": nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.AdaptiveMaxPool2d((4, 2)), nn.Flatten()),
        "unflatten": nn.Sequential(nn.Flatten(), nn.Unflatten(1, (3, 8, 8)), nn.Conv2d(3, 2, 3), nn.Flatten()),
        "softmax": nn.Sequential(nn.Conv2d(3, 4, 8), nn.Flatten(), nn.Softmax(1)),
        "divisor": nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(), nn.AvgPool2d(2, divisor_override=3), nn.Flatten()),
        "whole ceil": nn.Sequential(nn.Conv2d(3, 2, 1), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True), nn.Flatten()),
    }


@pytest.mark.parametrize(
    "name",
    [
        *("unequal padding", "same", "depthwise", "shared", "means", "adaptive", "largest", "unflatten", "softmax"),
        *("divisor", "whole ceil"),
    ],
)
def test_torch_modules_on_maps(name: str):
    _, models = torch_models()
    graph = equal(models[name], (3, 8, 8))
    assert isinstance(graph.nodes[0], Reorder)  # three channels that came first


def test_torch_modules_that_no_windows_express_are_refused():
    nn, _ = torch_models()
    shape = (2, 5, 5)

    class _Flip(nn.Module):
        def forward(self, x: Any) -> Any:
            return x.flip(1)

    refused(nn.Conv2d(2, 3, 3, dilation=2), shape, "module (Conv2d): conv2d", "dilation")
    refused(nn.Conv2d(2, 3, 3, padding=1, padding_mode="circular"), shape, "pad(mode=circular", "else than zeros")
    refused(nn.Conv2d(2, 3, 1, padding=1), shape, "padding must be below the kernel's 1 rows")
    refused(nn.ConvTranspose2d(2, 3, 3), shape, "conv_transpose2d", "is not supported")
    refused(nn.MaxPool2d(3, padding=1), shape, "max_pool2d", "windows that leave the map")
    refused(nn.AvgPool2d(3, padding=1, count_include_pad=False), shape, "windows that leave the map")
    refused(nn.MaxPool2d(2, ceil_mode=True), shape, "ceil_mode cuts windows at the edge")
    refused(nn.AdaptiveAvgPool2d(3), shape, "windows of several sizes")
    reshaped = nn.Sequential(nn.Conv2d(2, 4, 3), nn.Flatten(), nn.Unflatten(1, (1, 6, 6)), nn.Conv2d(1, 1, 2))
    refused(reshaped, shape, "nothing reshapes maps")
    refused(nn.Sequential(nn.Conv2d(2, 4, 3), nn.PixelShuffle(2)), shape, "pixel_shuffle", "is not supported")
    flipped = nn.Sequential(nn.Conv2d(2, 4, 3), _Flip(), nn.Conv2d(4, 4, 2, groups=2))
    refused(flipped, shape, "in groups on channels in another order")
    refused(
        nn.Sequential(nn.Flatten(), nn.Linear(50, 9), nn.Unflatten(1, (1, 3, 3)), nn.Conv2d(1, 1, 2)), shape, "no whole"
    )


# JAX


def test_flax_haiku_and_equinox_models_on_maps():
    jax, nn = pytest.importorskip("jax"), pytest.importorskip("flax.linen")
    import jax.numpy as jnp

    class Model(nn.Module):
        @nn.compact
        def __call__(self, x: Any, train: bool = False) -> Any:
            x = nn.BatchNorm(use_running_average=not train)(nn.Conv(4, (3, 2))(x))  # SAME: unequal for two columns
            x = nn.max_pool(nn.relu(x), (2, 2), strides=(2, 2))
            x = nn.avg_pool(nn.relu(nn.Conv(4, (3, 3), 2, feature_group_count=4)(x)), (2, 2))
            return nn.softmax(nn.Dense(3)(x.mean(axis=(1, 2))))

    model = Model()
    variables = model.init(jax.random.key(0), jnp.zeros((1, 8, 8, 2)))
    graph = equal((model, variables), (8, 8, 2))
    assert [node.window.padding for node in graph.nodes if isinstance(node, Conv)] == [(1, 1, 0, 1), (0, 1, 0, 1)]


def test_equinox_modules_take_one_sample_of_channels_first():
    jax, eqx = pytest.importorskip("jax"), pytest.importorskip("equinox")
    keys = jax.random.split(jax.random.key(1), 2)
    model = eqx.nn.Sequential(
        [
            eqx.nn.Conv2d(2, 3, 3, padding=1, key=keys[0]),
            eqx.nn.Lambda(jax.nn.relu),
            eqx.nn.MaxPool2d(2, 2),
            eqx.nn.Lambda(lambda x: x.ravel()),
            eqx.nn.Linear(27, 2, key=keys[1]),
        ]
    )
    assert isinstance(equal(model, (2, 6, 6)).nodes[0], Reorder)


def test_jax_functions_that_no_windows_express_are_refused():
    jax, nn = pytest.importorskip("jax"), pytest.importorskip("flax.linen")
    import jax.numpy as jnp

    kernel = jnp.ones((3, 3, 2, 2))
    layout = {"dimension_numbers": ("NHWC", "HWIO", "NHWC")}

    def convolved(**options: Any) -> Any:
        padding = ((1, 1), (1, 1))
        return lambda x: jax.lax.conv_general_dilated(x, kernel, (1, 1), padding, **layout, **options)

    shape = (6, 6, 2)
    refused(convolved(rhs_dilation=(2, 2)), shape, "conv_general_dilated", "has a dilation")
    refused(convolved(lhs_dilation=(2, 2)), shape, "is transposed")
    refused(lambda x: nn.max_pool(x, (3, 3), padding="SAME"), shape, "reduce_window_max", "windows that leave the map")
    refused(lambda x: nn.avg_pool(x, (1, 1, 2)[:2], padding=((1, 0), (0, 0))), shape, "windows that leave the map")
    refused(lambda x: convolved()(x).mean(axis=3), shape, "does not go over whole maps")
    refused(lambda x: convolved()(jnp.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=1)), shape, "else than")


# ONNX


def onnx_file(tmp_path: Any, nodes: list[Any], tensors: dict[str, np.ndarray], shape: tuple[int, ...]) -> Any:
    onnx = pytest.importorskip("onnx")
    from onnx import TensorProto, helper, numpy_helper

    initializers = [numpy_helper.from_array(value, name) for name, value in tensors.items()]
    double = TensorProto.DOUBLE
    ends = [helper.make_tensor_value_info(name, double, size) for name, size in (("x", ["N", *shape]), ("y", None))]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], initializers)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]), tmp_path / "m.onnx")
    return tmp_path / "m.onnx"


ONNX: dict[str, tuple[dict[str, Any], tuple[int, int, int, int]]] = {
    "SAME_UPPER": ({"auto_pad": "SAME_UPPER", "strides": [2, 2]}, (0, 1, 0, 1)),
    "SAME_LOWER": ({"auto_pad": "SAME_LOWER", "strides": [2, 2]}, (1, 0, 1, 0)),
    "VALID": ({"auto_pad": "VALID"}, (0, 0, 0, 0)),
    "pads": ({"pads": [1, 0, 2, 1]}, (1, 2, 0, 1)),
}


@pytest.mark.parametrize("name", ONNX)
def test_onnx_convolutions(name: str, tmp_path: Any):
    pytest.importorskip("onnx")
    from onnx.helper import make_node

    from sc_neurocore.importing.onnx_graph import read_onnx

    attributes, padding = ONNX[name]
    weight, bias = arrays((4, 2, 3, 3), (4,))
    nodes = [
        make_node("Conv", ["x", "w", "b"], ["c"], kernel_shape=[3, 3], **attributes),
        make_node("Relu", ["c"], ["r"]),
        make_node("GlobalMaxPool", ["r"], ["p"]),
        make_node("Flatten", ["p"], ["y"]),
    ]
    graph = read_onnx(onnx_file(tmp_path, nodes, {"w": weight, "b": bias}, (2, 6, 6)))
    assert [node.window.padding for node in graph.nodes if isinstance(node, Conv)] == [padding]
    error = check_source(graph, probes(graph, count=16)).relative_error
    assert error is not None
    assert error < 1e-9


@pytest.mark.parametrize(
    ("operation", "attributes", "says"),
    [
        ("MaxPool", {"kernel_shape": [2, 2], "auto_pad": "SAME_UPPER"}, "windows that leave the map"),
        ("MaxPool", {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}, "ceil_mode cuts windows"),
        ("MaxPool", {"kernel_shape": [2, 2], "dilations": [2, 2]}, "attribute 'dilations' must be 1"),
        ("AveragePool", {"kernel_shape": [2, 2], "pads": [1, 1, 0, 0], "count_include_pad": 1}, "leave the map"),
        ("MaxPool", {"kernel_shape": [2]}, "only maps of rows and columns"),
        ("AveragePool", {"kernel_shape": [2, 2], "auto_pad": "BOTH"}, "attribute 'auto_pad' must be NOTSET"),
        ("LpPool", {"kernel_shape": [2, 2]}, "operation 'LpPool' is not supported"),
        ("ReduceMean", {"axes": [1]}, "whole maps only"),
    ],
)
def test_onnx_pools_that_no_windows_express_are_refused_by_node(
    operation: str, attributes: dict[str, Any], says: str, tmp_path: Any
):
    pytest.importorskip("onnx")
    from onnx.helper import make_node

    from sc_neurocore.importing.onnx_graph import read_onnx

    nodes = [make_node(operation, ["x"], ["y"], name="the pool", **attributes)]
    with pytest.raises(OptionError, match=f"node 'the pool' \\({operation}\\): .*{says}"):
        read_onnx(onnx_file(tmp_path, nodes, {}, (2, 5, 5)))


# Keras


STEMS = {"Conv2D": "conv2d", "DepthwiseConv2D": "depthwise_conv2d", "Dense": "dense"}
"""Names under which Keras 3 writes the weights of a class."""
KerasLayer = tuple[str, dict[str, Any], list[np.ndarray]]


def keras_file(tmp_path: Any, layers: list[KerasLayer], shape: tuple[int, ...]) -> Any:
    """A `.keras` file as Keras 3 writes one: weights by number, in groups named by class."""
    import io
    import json
    import zipfile

    h5py = pytest.importorskip("h5py")
    layers = [("InputLayer", {"batch_shape": [None, *shape]}, []), *layers]
    described = [
        {"class_name": kind, "config": {"name": f"layer{index}", **config}}
        for index, (kind, config, _) in enumerate(layers)
    ]
    inner = io.BytesIO()
    with h5py.File(inner, "w") as file:
        for index, (_, _, weights) in enumerate(layers):
            stem = STEMS.get(layers[index][0], layers[index][0])
            count = sum(STEMS.get(kind, kind) == stem for kind, _, _ in layers[:index])
            group = file.create_group(f"layers/{stem}{f'_{count}' if count else ''}/vars")
            group.attrs["name"] = f"layer{index}"
            for number, value in enumerate(weights):
                group[str(number)] = value
    with zipfile.ZipFile(tmp_path / "m.keras", "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", json.dumps({"class_name": "Sequential", "config": {"layers": described}}))
        archive.writestr("model.weights.h5", inner.getvalue())
    return tmp_path / "m.keras"


def test_a_keras_model_on_maps_computes_what_torch_computes_of_it(tmp_path: Any):
    torch = pytest.importorskip("torch")
    import torch.nn.functional as F

    from sc_neurocore.importing.keras_model import read_keras

    kernel, bias, depthwise, dense = arrays((3, 2, 2, 4), (4,), (3, 3, 4, 2), (8, 3))
    path = keras_file(
        tmp_path,
        [
            ("Conv2D", {"filters": 4, "kernel_size": [3, 2], "padding": "same", "activation": "relu"}, [kernel, bias]),
            ("MaxPooling2D", {"pool_size": [2, 2], "padding": "valid"}, []),
            ("ZeroPadding2D", {"padding": [[1, 0], [0, 1]], "data_format": "channels_last"}, []),
            (
                "DepthwiseConv2D",
                {"kernel_size": 3, "strides": [1, 1], "depth_multiplier": 2, "use_bias": False, "activation": "relu"},
                [depthwise],
            ),
            ("AveragePooling2D", {"pool_size": 2, "strides": None}, []),
            ("SpatialDropout2D", {"rate": 0.5}, []),
            ("GlobalAveragePooling2D", {"keepdims": False}, []),
            ("Dense", {"units": 3, "use_bias": False}, [dense]),
        ],
        (8, 8, 2),
    )
    graph = read_keras(path)
    x = RNG.normal(size=(10, 8, 8, 2))
    t = torch.from_numpy(x).permute(0, 3, 1, 2)
    t = F.relu(F.conv2d(F.pad(t, (0, 1, 1, 1)), torch.from_numpy(kernel.transpose(3, 2, 0, 1)), torch.from_numpy(bias)))
    t = F.pad(F.max_pool2d(t, 2), (0, 1, 1, 0))
    by_channel = torch.from_numpy(depthwise.transpose(2, 3, 0, 1).reshape(8, 1, 3, 3))
    t = F.avg_pool2d(F.relu(F.conv2d(t, by_channel, groups=4)), 2)
    wanted = t.mean((2, 3)).numpy() @ dense
    assert np.allclose(graph.run(x.reshape(10, -1)), wanted, rtol=1e-12, atol=1e-12)
    assert [type(node) for node in graph.nodes if isinstance(node, Conv | Pool | Dense)][-1] is Dense


@pytest.mark.parametrize(
    ("layer", "config", "says"),
    [
        ("MaxPooling2D", {"pool_size": 3, "strides": 1, "padding": "same"}, "windows that leave the map"),
        ("MaxPooling2D", {"pool_size": 2, "data_format": "channels_first"}, "data_format must be 'channels_last'"),
        ("AveragePooling2D", {"pool_size": [2, 2, 2]}, "pool_size must be a whole number, or two"),
        ("Conv2D", {"filters": 1, "kernel_size": 1, "dilation_rate": 2}, "dilation_rate must be 1"),
        ("Conv2D", {"filters": 1, "kernel_size": 1, "padding": "causal"}, "padding must be valid or same"),
        ("UpSampling2D", {}, "this class is not supported"),
    ],
)
def test_keras_layers_that_no_windows_express_are_refused(layer: str, config: dict, says: str, tmp_path: Any):
    from sc_neurocore.importing.keras_model import read_keras

    weights = [np.ones((1, 1, 2, 1)), np.zeros(1)] if layer == "Conv2D" else []
    with pytest.raises(OptionError, match=f"layer 'layer1' \\({layer}\\): .*{says}"):
        read_keras(keras_file(tmp_path, [(layer, config, weights)], (5, 5, 2)))
