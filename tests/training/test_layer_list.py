"""Architectures as lists of words."""

from __future__ import annotations

import pytest

from sc_neurocore.spec import OptionError
from sc_neurocore.training import TrainConfig
from sc_neurocore.training.architecture import average_factor, layers_of
from sc_neurocore.training.layer_list import Conv, Dense, Pool, on_maps, parse

LENET = ("conv6k5p2", "pool2", "conv16k5", "pool2", "120", "84", "10")


def test_words_say_what_the_table_says():
    assert parse(LENET)[:3] == (
        Conv(6, (5, 5), (1, 1), 2, 1),
        Pool(False, (2, 2), (2, 2)),
        Conv(16, (5, 5), (1, 1), 0, 1),
    )
    assert parse(("conv8k3x1s2x1p1g4", "7")) == (Conv(8, (3, 1), (2, 1), 1, 4), Dense(7))
    assert parse(("avgpool3s1", "maxpool2x4", "1"))[:2] == (Pool(True, (3, 3), (1, 1)), Pool(False, (2, 4), (2, 4)))
    assert on_maps(parse(LENET))
    assert not on_maps(parse(("120", "10")))


@pytest.mark.parametrize(
    "word",
    [
        "conv",
        "conv6",
        "k5",
        "conv6k",
        "pool",
        "Pool2",
        "conv6k5g2p1",
        "-3",
        "3.0",
        "lstm4",
        "",
        "avgpool0",
        "pool2x0",
        "conv0k3",
        "conv٣k3",
        "0",
    ],
)
def test_any_other_word_is_refused_by_name(word):
    with pytest.raises(OptionError, match=f"layers must hold words as .*; got '{word}'"):
        TrainConfig(layers=(word, "10"))


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"layers": ("conv6k5", "pool2")}, "must end in the number of classes"),
        ({"layers": ("10",) * 65}, "at most 64 layers"),
        ({"layers": ("8", "10"), "hidden": (8,)}, "hidden must not be given beside layers"),
        ({"image_shape": (8, 8)}, "image_shape must be None where pixel_shift is 0 and no layer takes a map"),
        ({"layers": LENET, "product_flips": 0.1}, "product_flips must be 0 where a layer takes a map"),
    ],
)
def test_what_does_not_go_together_is_refused(changes, rule):
    with pytest.raises(OptionError, match=rule):
        TrainConfig(**changes)


def test_the_network_of_a_list():
    config = TrainConfig(layers=LENET, stream_length=16, image_shape=(28, 28))
    layers = layers_of(config, 784, 10, "unipolar")
    assert [layer.kind for layer in layers] == ["conv2d", "max_pool2d", "conv2d", "max_pool2d", *["dense"] * 3]
    assert [layer.out_shape for layer in layers] == [
        (28, 28, 6), (14, 14, 6), (10, 10, 16), (5, 5, 16), (1, 1, 120), (1, 1, 84), (1, 1, 10)
    ]  # fmt: skip
    assert layers[1].output_scale == layers[0].output_scale
    with pytest.raises(OptionError, match=r"layers must end in the data's number of classes, 7; got '10'"):
        layers_of(config, 784, 7, "unipolar")
    with pytest.raises(OptionError, match=r"image_shape of the data's 783 features, got \(28, 28\)"):
        layers_of(config, 783, 10, "unipolar")
    with pytest.raises(OptionError, match="image_shape of the data's 784 features, got None"):
        layers_of(TrainConfig(layers=LENET), 784, 10, "unipolar")


@pytest.mark.parametrize("elements", [1, 2, 3, 4, 6, 9, 25, 49, 4096])
def test_an_average_is_one_to_two_to_the_minus_14(elements):
    multiplier, shift = average_factor(elements)
    assert multiplier * elements / 2**shift == pytest.approx(1, rel=2**-14)
    assert 1 <= multiplier < 2**15
    assert 0 <= shift <= 46
    assert elements & (elements - 1) or multiplier == 1
