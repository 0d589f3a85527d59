"""Windows as the fast copy makes them, as NumPy alone does, and as the contract counts their inputs."""

from __future__ import annotations

import numpy as np
import pytest
from support.networks.map_descriptions import conv2d
from support.oracle import maps as oracle

from sc_neurocore.accel.maps import unfold
from sc_neurocore.accel.maps.unfold import Unfold
from sc_neurocore.spec import Conv2dLayer

SHAPES = {
    "one channel": conv2d([7, 9, 1], kernel=(3, 5), padding=[1, 2, 4, 0]),
    "rows of a piece": conv2d([5, 6, 8], kernel=(2, 2), stride=[2, 1]),
    "rows beyond a piece": conv2d([6, 5, 7], kernel=(3, 3), padding=[2, 0, 1, 1]),
    "long rows": conv2d([4, 11, 13], kernel=(2, 6), padding=[0, 1, 5, 5], stride=[1, 3]),
    "groups": conv2d([5, 5, 6], out_channels=3, kernel=(3, 2), groups=3, padding=[1, 1, 0, 1]),
    "depthwise": conv2d([4, 4, 5], out_channels=5, kernel=(3, 3), groups=5, padding=[1, 1, 1, 1]),
    "steps beyond the kernel": conv2d([9, 9, 2], kernel=(2, 1), stride=[3, 4]),
    "a point": conv2d([1, 1, 1], kernel=(1, 1)),
    "wide codes": conv2d([5, 6, 3], kernel=(3, 3), n=11, padding=[1, 1, 1, 1]),
    "signed codes": conv2d(
        [5, 6, 3], kernel=(3, 3), n=8, padding=[1, 1, 1, 1], input_encoding="sign_magnitude",
        weight_encoding="sign_magnitude",
    ),
    "the middle code outside": conv2d(
        [3, 4, 2], kernel=(2, 3), padding=[1, 1, 2, 1], input_encoding="bipolar", weight_encoding="bipolar"
    ),
}  # fmt: skip


@pytest.mark.contract("conv.window", "conv.padding", "conv.groups")
@pytest.mark.parametrize("compiled", [True, False], ids=["copied in pieces", "by NumPy"])
@pytest.mark.parametrize("name", SHAPES)
def test_windows_are_the_oracles(name, compiled, monkeypatch):
    if not compiled:
        monkeypatch.setattr(unfold, "compiles", lambda: False)
    description = SHAPES[name]
    layer = Conv2dLayer.model_validate(description, strict=False)
    rng = np.random.default_rng(len(name))
    low = -(2**layer.resolution_bits - 1) if layer.signed_inputs else 0
    made = Unfold(layer, samples=5)
    for count in (5, 3):  # a tile that is not full, after one that was
        codes = rng.integers(low, 2**layer.resolution_bits, (count, layer.in_elements))
        made.take(codes)
        for group in range(layer.groups):
            expected = oracle.windows(description, codes, group).reshape(-1, layer.inputs)
            assert np.array_equal(made.windows(count, group), expected), group
