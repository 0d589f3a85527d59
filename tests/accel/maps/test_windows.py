"""Convolutions on the fast engines: tiles, threads, memory, and what is asked of them beside the integers."""

from __future__ import annotations

import numpy as np
import pytest
from support import oracle
from support.networks.map_descriptions import conv2d, map_network, max_pool2d
from support.networks.specs import spec_of

from sc_neurocore import explain, infer
from sc_neurocore.accel import costs
from sc_neurocore.accel.maps import windows

RELU = {"kind": "relu", "multiplier": 3, "shift": 5, "output_bits": 3}


def small(length: int = 8, n: int = 3, **changes):
    """Two convolutions about a pool: description and tensors."""
    rng = np.random.default_rng(n + length)
    first = conv2d([8, 7, 2], 3, (3, 3), n=n, stream_length=length, padding=[1, 1, 1, 1], neuron=RELU, **changes)
    first["neuron"] = RELU | {"output_bits": n}
    layers = [first, max_pool2d([8, 7, 3], n=n), conv2d([4, 3, 3], 4, (2, 3), n=n, stream_length=length)]
    description = map_network(*layers)
    top = 2**n
    tensors = {
        "layer0.weight": rng.integers(1 - top, top, (3, 3, 3, 2)),
        "layer0.bias": rng.integers(-9, 9, 3),
        "layer2.weight": rng.integers(1 - top, top, (4, 2, 3, 3)),
        "layer2.bias": rng.integers(-9, 9, 4),
    }
    return description, {key: value.astype(np.int32) for key, value in tensors.items()}


@pytest.mark.parametrize("engine", ["counts", "packed"])
@pytest.mark.parametrize(("length", "n"), [(8, 3), (100, 6), (700, 9)])
def test_tiles_and_threads_change_no_integer(engine, length, n, monkeypatch):
    case = small(length, n)
    spec = spec_of(*case)
    codes = np.random.default_rng(1).integers(0, 2**n, (9, 112))
    expected = oracle.evaluate(case[0], codes, case[1])
    for tile in (1, 3 * 56 * 18, 2**18):
        monkeypatch.setattr(windows, "TILE_CODES", tile)
        for threads in ("1", "3"):
            monkeypatch.setenv("NUMBA_NUM_THREADS", threads)
            # another name is another network: none that was prepared for other tiles is taken
            other = spec.replace(name=f"tile{tile}_{threads}")
            assert np.array_equal(infer(other, codes, engine=engine), expected), (tile, threads)


def test_several_streams_of_one_thread_do_not_meet_those_of_another(monkeypatch):
    """Windows of time of packed weight streams are kept from tile to tile; threads may be in different ones."""
    monkeypatch.setenv("NUMBA_NUM_THREADS", "4")
    monkeypatch.setattr(windows, "TILE_CODES", 1)  # a tile a sample
    case = small(9000, 6)
    codes = np.random.default_rng(2).integers(0, 64, (12, 112))
    for engine in ("packed", "counts"):
        assert np.array_equal(infer(spec_of(*case), codes, engine=engine), oracle.evaluate(case[0], codes, case[1]))


def test_an_empty_batch_has_no_outputs():
    spec = spec_of(*small())
    for engine in ("reference", "packed", "counts", "auto"):
        assert infer(spec, np.zeros((0, 112), dtype=np.int64), engine=engine).shape == (0, 12)
    pytest.importorskip("jax", reason="the jax extra is not installed")
    assert infer(spec, np.zeros((0, 112), dtype=np.int64), engine="jax").shape == (0, 12)


def test_what_auto_does_with_a_map_is_said():
    spec = spec_of(*small())
    said = explain(spec, 20)
    assert [row["path"].split(":")[0] for row in said["layers"]] == [
        "56 windows",
        "12 windows of codes, max_pool2d",
        "3 windows" if said["engine"] == "counts" else "packed streams, parallel_counter",
    ]
    assert said["layers"][1]["estimates"].keys() == {"pool"}
    assert {"packed", "float32"} <= said["layers"][0]["estimates"].keys()


def test_a_convolution_costs_its_windows_in_each_group():
    whole, halves = (spec_of(*small(groups=1)).layers[0], spec_of(*_in_groups()).layers[0])
    for batch in (1, 100):
        one, two = ({e.path: e.seconds for e in costs.estimates(layer, batch)} for layer in (whole, halves))
        assert one.keys() == two.keys()
        assert one["packed"] > costs.FIXED["packed"]
        assert two["packed"] > 2 * costs.FIXED["packed"]


def _in_groups():
    description, tensors = small()
    description["layers"][0] |= {"groups": 2, "out_channels": 4}
    description["layers"][1] |= {"in_shape": [8, 7, 4]}
    description["layers"][2] |= {"in_shape": [4, 3, 4]}
    tensors |= {"layer0.weight": np.ones((4, 3, 3, 1), np.int32), "layer0.bias": np.zeros(4, np.int32)}
    return description, tensors | {"layer2.weight": np.ones((4, 2, 3, 4), np.int32)}


def test_codes_that_no_window_sees_are_checked_all_the_same():
    from sc_neurocore.spec import CodesError

    layer = conv2d([5, 5, 1], kernel=(1, 1), stride=[4, 4])
    description = map_network(layer)
    tensors = {"layer0.weight": np.ones((1, 1, 1, 1), np.int32), "layer0.bias": np.zeros(1, np.int32)}
    spec = spec_of(description, tensors)
    codes = np.zeros((1, 25), dtype=np.int64)
    codes[0, 7] = 8
    for engine in ("reference", "packed", "counts"):
        with pytest.raises(CodesError, match=r"at sample 0|\[0, 7\]|8"):
            infer(spec, codes, engine=engine)
