"""Damaged version 2 folders: keys, kinds, values and tensors of maps that must be refused in one clear line."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import save as safetensors_bytes
from support.networks.descriptions import REMOVE, dense, edited
from support.networks.folders import changed, refused, rewrite, with_tensors
from support.networks.map_descriptions import LIF, RELU, avg_pool2d, conv2d, map_network, map_tensors, max_pool2d
from support.networks.random_networks import write_folder

from sc_neurocore.spec import load_network

WHOLE = map_network(
    conv2d([6, 6, 2], 4, [3, 3], groups=2, padding=[1, 0, 1, 0], neuron=RELU),
    avg_pool2d([5, 5, 4]),
    conv2d([2, 2, 4], 3, [2, 2], neuron=LIF),
    max_pool2d([1, 1, 3], [1, 1], n=5, encoding="spike"),
    dense(3, 2, 4, input_encoding="spike"),
    time_steps=2,
)
SCALED = map_network(*WHOLE["layers"], time_steps=2, per_feature=True)
LAYERS = {0: "conv2d", 1: "avg_pool2d", 2: "conv2d", 3: "max_pool2d", 4: "dense"}


def written(folder, description=WHOLE):
    return write_folder(folder / "net", description, map_tensors(description))


def test_the_undamaged_folders_are_legal(tmp_path):
    assert [layer.kind for layer in load_network(written(tmp_path / "a")).layers] == list(LAYERS.values())
    load_network(written(tmp_path / "b", SCALED))


# ---------------------------------------------------------------- keys and kinds


def keys(number):
    return list(WHOLE["layers"][number])


@pytest.mark.contract("folder.keys", "conv.fields", "pool.fields")
def test_every_required_key_of_every_layer_is_missed(tmp_path):
    tried = 0
    for number, kind in LAYERS.items():
        optional = {"multiplier", "shift"} if kind == "avg_pool2d" else set()
        for key in set(keys(number)) - optional:
            refused(changed(written(tmp_path), f"layers.{number}.{key}", REMOVE), key)
            tried += 1
    assert tried > 55


@pytest.mark.contract("folder.keys", "conv.fields", "pool.fields")
def test_keys_of_other_kinds_are_unknown(tmp_path):
    """Every key that another kind of layer has is refused where this kind does not have it."""
    everywhere = {key: layer[key] for layer in WHOLE["layers"] for key in layer}
    tried = 0
    for number in LAYERS:
        for key in sorted(set(everywhere) - set(keys(number)) - {"input_generator"}):
            refused(changed(written(tmp_path), f"layers.{number}.{key}", everywhere[key]), key)
            tried += 1
    assert tried > 40
    for number in (1, 3):
        refused(changed(written(tmp_path), f"layers.{number}.input_generator", None), "input_generator")
        refused(changed(written(tmp_path), f"layers.{number}.padding", [0, 0, 0, 0]), "padding")
    refused(changed(written(tmp_path), "layers.3.multiplier", 1), "multiplier")
    refused(changed(written(tmp_path), "layers.3.shift", 0), "shift")


@pytest.mark.contract("folder.keys")
def test_unknown_keys_are_refused_in_every_layer(tmp_path):
    for number in LAYERS:
        for key in ("extra", "Kernel", "dilation", "bias", "channels", "_", ""):
            refused(changed(written(tmp_path), f"layers.{number}.{key}", 1), key)
    for key in ("height", "offset", "per_channel", "Shape"):
        refused(changed(written(tmp_path), f"input.{key}", 1), key)


@pytest.mark.contract("folder.keys")
def test_the_new_keys_stand_once(tmp_path):
    text = (written(tmp_path) / "network.json").read_text()
    for key in ("in_shape", "out_channels", "kernel", "stride", "padding", "groups", "shape", "encoding"):
        before, found, after = text.partition(f'"{key}":')
        assert found
        refused(rewrite(tmp_path / "net", f'{before}"{key}": 1, {found}{after}'), key, "twice")


@pytest.mark.contract("kinds.closed")
@pytest.mark.parametrize(
    "kind",
    ["conv1d", "conv", "Conv2d", "conv2d ", "avgpool2d", "min_pool2d", "flatten", "", "con\nv2d", 2, None, True, []],
)
def test_other_kinds_of_layers_are_refused(tmp_path, kind):
    for number in LAYERS:
        message = refused(changed(written(tmp_path), f"layers.{number}.kind", kind), "kind")
        assert message.isprintable()


@pytest.mark.contract("kinds.closed")
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("layers.0.input_generator.source", "halton"),
        ("layers.2.weight_generator.source", "halton3"),
        ("layers.0.weight_generator", "comparators"),
        ("layers.2.accumulator", "apc"),
        ("layers.0.neuron", "tanh"),
        ("layers.4.neuron", "izhikevich"),
    ],
)
def test_other_kinds_within_a_layer_are_refused(tmp_path, path, kind):
    refused(changed(written(tmp_path), f"{path}.kind", kind), kind)


@pytest.mark.contract("kinds.closed", "pool.encoding")
def test_other_encodings_are_refused(tmp_path):
    for number in (1, 3):
        for encoding in ("Unipolar", "ternary", "", None, 1):
            refused(changed(written(tmp_path), f"layers.{number}.encoding", encoding), "encoding")


# ---------------------------------------------------------------- values

LISTS = {"in_shape": 3, "kernel": 2, "stride": 2, "padding": 4}
PLACES = [
    *(f"layers.{i}.{key}.{k}" for i in (0, 1, 3) for key in LISTS if key in keys(i) for k in range(LISTS[key])),
    *(f"input.shape.{k}" for k in range(3)),
    *("layers.0.groups", "layers.0.out_channels", "layers.1.multiplier", "layers.1.shift"),
    *("layers.1.resolution_bits", "layers.3.resolution_bits"),
]


def word_of(path):
    parts = path.split(".")
    return parts[-2] if parts[-1].isdigit() else parts[-1]


@pytest.mark.contract("folder.values", "conv.fields", "pool.fields")
@pytest.mark.parametrize("path", PLACES)
def test_only_integers_stand_for_integers(tmp_path, path):
    at = WHOLE
    for part in path.split("."):
        at = at[int(part) if part.isdigit() else part]
    for value in (True, False, float(at), 1.5, str(at), None, [at], {"a": at}, 2**63, -(2**64), 10**300, -1):
        refused(changed(written(tmp_path), path, value), word_of(path))


@pytest.mark.contract("folder.values", "conv.fields", "pool.fields", "maps.shape")
def test_lists_have_their_length(tmp_path):
    for path in [*(f"layers.{i}.{key}" for i in (0, 1, 3) for key in LISTS if key in keys(i)), "input.shape"]:
        size = {"shape": 3, **LISTS}[path.rpartition(".")[2]]
        for value in (
            [1] * (size - 1),
            [1] * (size + 1),
            [],
            1,
            "111",
            None,
            {},
            {"0": 1},
            [[1] * size],
            [None] * size,
        ):
            refused(changed(written(tmp_path), path, value), word_of(path))


@pytest.mark.contract("folder.values", "folder.scales")
@pytest.mark.parametrize("number", [0, 1, 3])
def test_output_scales_of_maps(tmp_path, number):
    path = f"layers.{number}.output_scale"
    for i, scale in enumerate((1, 16.0, 1e-300)):
        load_network(changed(written(tmp_path / f"{i}"), path, scale))
    for scale in (0, -1.0, True, "1", None, 10**400):
        refused(changed(written(tmp_path), path, scale), "output_scale")
    text = json.dumps(edited(json.loads((written(tmp_path) / "network.json").read_text()), path, 4711.5))
    for number_text in ("NaN", "Infinity", "1e999"):
        refused(rewrite(tmp_path / "net", text.replace("4711.5", number_text)))


# ---------------------------------------------------------------- features of their own scale


@pytest.mark.contract("input.per_feature")
def test_per_feature_and_one_scale_exclude_each_other(tmp_path):
    refused(changed(written(tmp_path, SCALED), "input.scale", 1.0), "scale")
    refused(changed(written(tmp_path), "input.scale", REMOVE), "scale")
    refused(
        changed(changed(written(tmp_path, SCALED), "input.per_feature", False), "input.scale", 1.0), "tensor", "input."
    )
    refused(changed(written(tmp_path, SCALED), "input.per_feature", False), "scale")
    for value in (1, 0, "true", None, [True]):
        refused(changed(written(tmp_path, SCALED), "input.per_feature", value), "per_feature")


@pytest.mark.contract("input.per_feature", "folder.tensors")
@pytest.mark.parametrize("name", ["input.scale", "input.offset"])
def test_the_tensors_of_per_feature(tmp_path, name):
    folder, arrays = written(tmp_path, SCALED), map_tensors(SCALED)

    def replaced(value):
        return with_tensors(folder, safetensors_bytes({**arrays, name: value}))

    load_network(replaced(arrays[name] + 0.25))
    refused(with_tensors(folder, safetensors_bytes({k: v for k, v in arrays.items() if k != name})), name)
    for dtype in (np.float32, np.float16, np.int32, np.int64, np.bool_):
        refused(replaced(arrays[name].astype(dtype)), name, "float64")
    for shape in ((), (1,), (71,), (73,), (72, 1), (1, 72), (6, 6, 2), (0,)):
        refused(replaced(np.ones(shape)), name, "shape")
    for value in (np.nan, np.inf, -np.inf):
        damaged = arrays[name].copy()
        damaged[70] = value
        refused(replaced(damaged), name, "finite")


@pytest.mark.contract("input.per_feature", "folder.scales")
def test_scales_of_features_are_positive_and_offsets_are_any(tmp_path):
    folder, arrays = written(tmp_path, SCALED), map_tensors(SCALED)
    for value in (0.0, -0.0, -1.0, -5e-324):
        damaged = arrays["input.scale"].copy()
        damaged[3] = value
        refused(with_tensors(folder, safetensors_bytes({**arrays, "input.scale": damaged})), "input.scale")
    for value in (5e-324, 1.7976931348623157e308):
        ones = np.ones(72)
        ones[3] = value
        load_network(with_tensors(folder, safetensors_bytes({**arrays, "input.scale": ones, "input.offset": -ones})))


@pytest.mark.contract("folder.tensors", "input.per_feature")
def test_tensors_of_features_belong_to_per_feature_alone(tmp_path):
    for name in ("input.scale", "input.offset"):
        raw = safetensors_bytes({**map_tensors(WHOLE), name: np.ones(72)})
        refused(with_tensors(written(tmp_path), raw), name)


# ---------------------------------------------------------------- tensors of windows


@pytest.mark.contract("folder.tensors", "conv.window")
@pytest.mark.parametrize("name", ["layer0.weight", "layer0.bias", "layer2.weight", "layer2.bias", "layer4.weight"])
def test_each_tensor_is_needed_in_its_type_and_shape(tmp_path, name):
    folder, arrays = written(tmp_path), map_tensors(WHOLE)
    assert name in arrays

    def replaced(value):
        return with_tensors(folder, safetensors_bytes({**arrays, name: value}))

    load_network(replaced(arrays[name]))
    refused(with_tensors(folder, safetensors_bytes({k: v for k, v in arrays.items() if k != name})), name)
    for dtype in (np.int64, np.uint32, np.int16, np.float32, np.float64, np.bool_):
        refused(replaced(arrays[name].astype(dtype)), name, "int32")
    shape = arrays[name].shape
    for other in ((*shape, 1), (1, *shape), (shape[0] + 1, *shape[1:]), (int(np.prod(shape)) + 1,), (), (0,)):
        refused(replaced(np.zeros(other, np.int32)), name, "shape")


@pytest.mark.contract("folder.tensors", "conv.window", "conv.groups")
def test_other_orders_of_a_kernel_are_refused(tmp_path):
    """[M, C/g, kh, kw] as other frameworks have it, flat rows, and the channels of all groups."""
    arrays = map_tensors(WHOLE)
    assert arrays["layer0.weight"].shape == (4, 3, 3, 1)
    for shape in ((4, 1, 3, 3), (4, 9), (4, 3, 3, 2), (3, 3, 1, 4), (36,)):
        raw = safetensors_bytes({**arrays, "layer0.weight": np.ones(shape, np.int32)})
        refused(with_tensors(written(tmp_path), raw), "layer0.weight", "shape")


@pytest.mark.contract("folder.tensors", "pool.fields")
@pytest.mark.parametrize("name", ["layer1.weight", "layer1.bias", "layer3.weight", "layer5.weight", "layer1.scale"])
def test_pools_have_numbers_and_no_tensors(tmp_path, name):
    raw = safetensors_bytes({**map_tensors(WHOLE), name: np.ones(1, np.int32)})
    refused(with_tensors(written(tmp_path), raw), name)


@pytest.mark.contract("folder.tensors")
def test_numbers_that_leave_pools_out_are_refused(tmp_path):
    arrays = map_tensors(WHOLE)
    arrays["layer1.weight"], arrays["layer1.bias"] = arrays.pop("layer2.weight"), arrays.pop("layer2.bias")
    refused(with_tensors(written(tmp_path), safetensors_bytes(arrays)), "layer")


@pytest.mark.contract("limits", "conv.window")
def test_codes_and_biases_of_windows_stay_in_range(tmp_path):
    folder, arrays = written(tmp_path), map_tensors(WHOLE)
    for name, index, legal, illegal in (
        ("layer0.weight", (3, 2, 1, 0), (7, -7), (8, -8, 2**31 - 1)),
        ("layer2.bias", (2,), (2**30 - 1, -(2**30) + 1), (2**30, -(2**30), -(2**31))),
    ):
        for value in (*legal, *illegal):
            array = arrays[name].copy()
            array[index] = value
            changed_folder = with_tensors(folder, safetensors_bytes({**arrays, name: array}))
            if value in legal:
                load_network(changed_folder)
            else:
                refused(changed_folder, name)
