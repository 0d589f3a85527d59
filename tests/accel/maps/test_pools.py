"""Pools on codes against the oracle, with sides and strides that differ from each other."""

from __future__ import annotations

import numpy as np
import pytest
from support.networks.map_descriptions import avg_pool2d, max_pool2d
from support.oracle import maps as oracle

from sc_neurocore.accel.maps.pools import PoolCounts
from sc_neurocore.spec import AvgPool2dLayer, MaxPool2dLayer

SHAPES = [
    ([6, 7, 2], (2, 3), [3, 2]),
    ([5, 9, 3], (3, 2), [1, 4]),
    ([4, 4, 1], (1, 4), [2, 1]),
    ([3, 8, 5], (3, 1), [5, 3]),
]
CODES = {"unipolar": (0, 16), "sign_magnitude": (-15, 16), "bipolar": (0, 16)}


@pytest.mark.contract("pool.max", "pool.avg", "pool.avg_bipolar")
@pytest.mark.parametrize("encoding", CODES)
@pytest.mark.parametrize(("shape", "kernel", "stride"), SHAPES)
def test_pools_are_the_oracles(shape, kernel, stride, encoding):
    changes = {"stride": stride, "encoding": encoding}
    codes = np.random.default_rng(len(shape)).integers(*CODES[encoding], (4, int(np.prod(shape))))
    largest, average = max_pool2d(shape, kernel, 4, **changes), avg_pool2d(shape, kernel, 4, shift=3, **changes)
    for description, kind in ((largest, MaxPool2dLayer), (average, AvgPool2dLayer)):
        expected = oracle.pool(description, codes)
        assert len(np.unique(expected)) > 2
        assert np.array_equal(PoolCounts(kind.model_validate(description, strict=False))(codes), expected)
