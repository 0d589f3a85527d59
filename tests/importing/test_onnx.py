"""ONNX files as exporters write them: each enters as the format's own evaluator computes it, or is refused by node."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from sc_neurocore.importing.graph import Clip, Dense, Tail
from sc_neurocore.importing.onnx_graph import read_onnx
from sc_neurocore.spec import OptionError

RNG = np.random.default_rng(3)
W1, B1 = RNG.normal(size=(6, 5)), RNG.normal(size=6)
W2, B2 = RNG.normal(size=(4, 6)), RNG.normal(size=4)
X = RNG.normal(size=(33, 5))


def node(op, inputs, output, **attributes):
    return helper.make_node(op, inputs, [output], name=attributes.pop("name", f"{op}_{output}"), **attributes)


def saved(
    tmp_path, nodes, tensors, *, opset, batch=None, features=(5,), output="y", dtype=np.float32, also_inputs=False
):
    initializers = [
        numpy_helper.from_array(
            np.asarray(value).astype(dtype if np.asarray(value).dtype.kind == "f" else np.int64), key
        )
        for key, value in tensors.items()
    ]
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    inputs = [helper.make_tensor_value_info("x", kind, [batch or "N", *features])]
    if also_inputs:
        inputs += [helper.make_tensor_value_info(each.name, each.data_type, list(each.dims)) for each in initializers]
    graph = helper.make_graph(nodes, "g", inputs, [helper.make_tensor_value_info(output, kind, None)], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    onnx.save_model(model, tmp_path / "m.onnx")
    return tmp_path / "m.onnx"


def agrees(path, x=X, **hints):
    graph = read_onnx(path, **hints)
    got, want = graph.run(x, tail=True), graph.evaluate(x)
    assert got.shape == want.shape
    assert np.abs(got - want).max() <= 1e-9 * np.abs(want).max()
    return graph


def mlp(tail="Softmax", **old):
    return [
        node("Gemm", ["x", "w1", "b1"], "h", transB=1, **old),
        node("Relu", ["h"], "r"),
        node("Gemm", ["r", "w2", "b2"], "z", transB=1, alpha=0.5, beta=2.0, **old),
        node(tail, ["z"], "y"),
    ]


PARAMETERS = {"w1": W1, "b1": B1, "w2": W2, "b2": B2}


@pytest.mark.parametrize("opset", [6, 9, 12, 13, 21])
@pytest.mark.parametrize("batch", [None, 1, 789_444])
def test_gemm_networks_of_all_opsets_and_batches_enter_whole(tmp_path, opset, batch):
    nodes = mlp(broadcast=1) if opset == 6 else mlp()
    graph = agrees(saved(tmp_path, nodes, PARAMETERS, opset=opset, batch=batch, also_inputs=opset < 9))
    assert [type(each) for each in graph.nodes[:3]] == [Dense, Clip, Dense]
    want = np.maximum(X @ W1.astype("f4").T + B1.astype("f4"), 0) @ (0.5 * W2.astype("f4")).T + 2 * B2.astype("f4")
    assert np.allclose(graph.run(X), want, rtol=1e-12, atol=1e-12)  # not the evaluator's word alone
    assert (graph.framework, graph.features, graph.precision, len(graph.sha256)) == ("onnx", 5, "float64", 64)


@pytest.mark.parametrize("tail", ["Softmax", "LogSoftmax", "Sigmoid"])
def test_tails_are_the_last_node(tmp_path, tail):
    graph = agrees(saved(tmp_path, mlp(tail), PARAMETERS, opset=13))
    assert isinstance(graph.nodes[-1], Tail)


@pytest.mark.parametrize("keepdims", [0, 1])
def test_argmax_gives_one_class(tmp_path, keepdims):
    nodes = [
        *mlp("Identity")[:3],
        node("ArgMax", ["z"], "a", axis=1, keepdims=keepdims),
        node("Cast", ["a"], "y", to=7),
    ]
    graph = agrees(saved(tmp_path, nodes, PARAMETERS, opset=13))
    assert graph.run(X, tail=True).shape == (33, 1)


def test_before_opset_13_a_softmax_goes_over_all_axes_behind_its_own(tmp_path):
    nodes = [*mlp()[:3], node("Unsqueeze", ["z"], "u", axes=[1]), node("Softmax", ["u"], "y")]
    assert isinstance(agrees(saved(tmp_path, nodes, PARAMETERS, opset=11)).nodes[-1], Tail)
    nodes[-2] = node("Unsqueeze", ["z", "one"], "u")
    agrees(saved(tmp_path, nodes, PARAMETERS | {"one": np.array([1])}, opset=13))
    nodes[-1] = node("Softmax", ["u"], "y", axis=1)
    with pytest.raises(OptionError, match="does not go over all outputs"):
        read_onnx(saved(tmp_path, nodes, PARAMETERS | {"one": np.array([1])}, opset=13))


NORM = {"g": RNG.normal(size=6), "o": RNG.normal(size=6), "m": RNG.normal(size=6), "v": RNG.random(6) + 0.1}
NORM_INPUTS = ["g", "o", "m", "v"]


def normed(before, norm, after):
    return [
        node("MatMul", ["x", "k1"], "p"),
        node("Add", ["p", "b1"], "h"),
        *before,
        *norm,
        *after,
        node("Relu", ["t"], "r"),
        node("MatMul", ["r", "k2"], "y"),
    ]


@pytest.mark.parametrize(
    ("opset", "attributes"),
    [
        (6, {"is_test": 1}),
        (7, {"momentum": 0.8, "spatial": 1}),
        (9, {}),
        (13, {"epsilon": 1e-2}),
        (14, {"training_mode": 0}),
    ],
)
@pytest.mark.parametrize("around", ["nothing", "transposes", "squeezes"])
def test_batch_normalizations_enter_as_trained(tmp_path, opset, attributes, around):
    tensors = {"k1": W1.T, "b1": B1, "k2": W2.T, **NORM}
    if around == "nothing":
        nodes = normed([], [node("BatchNormalization", ["h", *NORM_INPUTS], "t", **attributes)], [])
    elif around == "transposes":
        nodes = normed(
            [node("Transpose", ["h"], "u")],
            [node("BatchNormalization", ["u", *NORM_INPUTS], "s", **attributes)],
            [node("Transpose", ["s"], "t", perm=[1, 0])],
        )
    else:
        axes = ({"axes": [2]}, []) if opset < 13 else ({}, ["two"])
        tensors["two"] = np.array([2])
        nodes = normed(
            [node("Unsqueeze", ["h", *axes[1]], "u", **axes[0])],
            [node("BatchNormalization", ["u", *NORM_INPUTS], "s", **attributes)],
            [node("Squeeze", ["s", *axes[1]], "t", **axes[0])],
        )
    for batch in (None, 1):
        graph = agrees(saved(tmp_path, nodes, tensors, opset=opset, batch=batch))
        f = {key: np.asarray(value, np.float32).astype(float) for key, value in tensors.items()}
        deviation = np.sqrt(f["v"] + np.float32(attributes.get("epsilon", 1e-5)))
        h = (X @ f["k1"] + f["b1"] - f["m"]) / deviation * f["g"] + f["o"]
        assert np.allclose(graph.run(X), np.maximum(h, 0) @ f["k2"], rtol=1e-10, atol=1e-10)
        assert bool(graph.notes) == (around == "transposes")


@pytest.mark.parametrize(("opset", "attributes"), [(6, {}), (14, {"training_mode": 1})])
def test_a_batch_normalization_in_training_is_refused(tmp_path, opset, attributes):
    nodes = normed([], [node("BatchNormalization", ["h", *NORM_INPUTS], "t", name="bn", **attributes)], [])
    with pytest.raises(
        OptionError, match=r"node 'bn' \(BatchNormalization\): attribute '(is_test|training_mode)' must be"
    ):
        read_onnx(saved(tmp_path, nodes, {"k1": W1.T, "b1": B1, "k2": W2.T, **NORM}, opset=opset))


def test_shapes_constants_and_scales_on_the_way_are_followed(tmp_path):
    nodes = [
        node("Shape", ["image"], "shape"),
        node("Gather", ["shape", "zero"], "first", axis=0),
        node("Concat", ["first", "rest"], "wanted", axis=0),
        node("Sub", ["x", "mean"], "centred"),
        node("Div", ["centred", "spread"], "scaled"),
        node("Reshape", ["scaled", "grid"], "image"),
        node("Transpose", ["image"], "turned", perm=[0, 2, 1]),
        node("Reshape", ["turned", "wanted"], "flat"),
        node("Dropout", ["flat"], "kept"),
        node("Constant", [], "w", value=numpy_helper.from_array(W1[:, [0, 2, 4, 1]].astype("f4"))),
        node("Gemm", ["kept", "w"], "h", transB=1),
        node("Clip", ["h", "", "six"], "c"),
        node("Max", ["c", "nought"], "y"),
    ]
    nodes = nodes[3:6] + nodes[:3] + nodes[6:]
    tensors = {
        "zero": np.array([0]), "rest": np.array([-1]), "mean": np.arange(4.0), "spread": np.arange(1.0, 5.0),
        "grid": np.array([0, 2, 2]), "six": np.array(6.0), "nought": np.array(0.0),
    }  # fmt: skip
    graph = agrees(saved(tmp_path, nodes, tensors, opset=13, features=(4,)), X[:, :4])
    h = ((X[:, :4] - np.arange(4)) / np.arange(1, 5))[:, [0, 2, 1, 3]] @ W1[:, [0, 2, 4, 1]].astype("f4").T
    assert np.allclose(graph.run(X[:, :4]), np.clip(h, 0, 6))


@pytest.mark.parametrize("batch", [4, 1, 50])
def test_a_fixed_batch_is_the_file_s_business(tmp_path, batch):
    nodes = [node("Reshape", ["x", "shape"], "f"), *mlp()]
    nodes[1].input[0] = "f"
    path = saved(tmp_path, nodes, PARAMETERS | {"shape": np.array([batch, 5])}, opset=13, batch=batch, features=(5, 1))
    assert agrees(path).features == 5


@pytest.mark.parametrize("dtype", [np.float16, np.float64, "bfloat16"])
def test_weights_of_other_precisions_are_exact(tmp_path, dtype):
    if dtype == "bfloat16":
        import ml_dtypes

        dtype = ml_dtypes.bfloat16
    graph = agrees(saved(tmp_path, mlp(), PARAMETERS, opset=13, dtype=dtype))
    assert (graph.nodes[0].weight == W1.astype(dtype).astype(float)).all()


@pytest.mark.parametrize(
    ("nodes", "says"),
    [
        ([node("Tanh", ["x"], "y", name="t")], r"node 't' \(Tanh\): operation 'Tanh' is not supported; .*Gemm"),
        ([node("Relu", ["x"], "y", name="r", leak=2)], r"node 'r' \(Relu\): attribute 'leak' \(2\) is not supported"),
        ([node("Add", ["x", "x"], "y", name="a")], r"node 'a' \(Add\): two branches of the network join here"),
        ([node("Relu", ["x"], "h"), node("Add", ["h", "x"], "y", name="a")], "two branches"),
        ([node("Concat", ["x", "x"], "y", name="c", axis=1)], r"node 'c' \(Concat\): branches of the network join"),
        ([node("Relu", ["z"], "y", name="r")], r"node 'r' \(Relu\): its input 'z' is made by no node before it"),
        ([node("Cast", ["x"], "y", name="c", to=TensorProto.INT8)], r"node 'c' \(Cast\): the signal is cast to INT8"),
        ([node("Gather", ["x", "i"], "y", name="g")], r"node 'g' \(Gather\): samples of the batch are selected"),
        ([node("Softmax", ["x"], "s"), node("Relu", ["s"], "y")], "supported as the last operation only"),
    ],
)  # fmt: skip
def test_what_is_not_supported_is_named(tmp_path, nodes, says):
    path = saved(tmp_path, nodes, {"i": np.array([0])}, opset=13)
    with pytest.raises(OptionError, match=says) as caught:
        read_onnx(path)
    assert "\n" not in str(caught.value)


def test_a_foreign_domain_is_named(tmp_path):
    foreign = helper.make_node("Quant", ["x"], ["y"], name="q", domain="qonnx.custom_op.general")
    with pytest.raises(OptionError, match=r"node 'q' \(Quant\): operation 'Quant' of domain 'qonnx.custom_op.general'"):
        read_onnx(saved(tmp_path, [foreign], {}, opset=13))


def test_the_opset_is_checked(tmp_path):
    with pytest.raises(OptionError, match="opset 5 is not supported; supported are 6 to"):
        read_onnx(saved(tmp_path, mlp(), PARAMETERS, opset=5))


def test_external_data_is_refused(tmp_path):
    path = saved(tmp_path, mlp(), PARAMETERS, opset=13)
    onnx.save_model(onnx.load(path), path, save_as_external_data=True, location="w.bin", size_threshold=0)
    with pytest.raises(
        OptionError, match=r"initializer 'w1': its data lie in another file; write the model as one file"
    ):
        read_onnx(path)


def test_a_claimed_size_is_not_believed(tmp_path):
    path = saved(tmp_path, mlp(), PARAMETERS, opset=13)
    model = onnx.load(path)
    model.graph.initializer[0].dims[:] = [2**40, 5]
    path.write_bytes(model.SerializeToString())
    with pytest.raises(OptionError, match=r"initializer 'w1': the shape \(1099511627776, 5\) has .* the data 30"):
        read_onnx(path)


def test_one_of_several_outputs_is_chosen_by_name(tmp_path):
    path = saved(tmp_path, mlp(), PARAMETERS, opset=13)
    model = onnx.load(path)
    model.graph.output.append(helper.make_tensor_value_info("z", TensorProto.FLOAT, None))
    onnx.save_model(model, path)
    with pytest.raises(OptionError, match=r"the graph has 2 outputs; choose one with output=…: y, z"):
        read_onnx(path)
    assert not any(isinstance(each, Tail) for each in agrees(path, output="z").nodes)
    with pytest.raises(OptionError, match="output must be one of y, z; got 'q'"):
        read_onnx(path, output="q")


def test_the_source_sees_a_changed_graph(tmp_path):
    """The evaluation must not follow the imported graph: a lost activation is a difference."""
    graph = read_onnx(saved(tmp_path, mlp(), PARAMETERS, opset=13))
    lost = type(graph)("onnx", 5, tuple(each for each in graph.nodes if not isinstance(each, Clip)), graph.evaluate)
    assert np.abs(lost.run(X, tail=True) - graph.evaluate(X)).max() > 0.05


def test_an_operation_s_name_cannot_break_the_line(tmp_path):
    with pytest.raises(OptionError, match=r"node 'n' \(Ta\\nnh\): operation 'Ta\\nnh' is not supported") as caught:
        read_onnx(saved(tmp_path, [node("Ta\nnh", ["x"], "y", name="n")], {}, opset=13))
    assert len(str(caught.value).splitlines()) == 1
