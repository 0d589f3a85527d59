"""A random network with parts of every kind, run by all engines: the integers are equal, the times are not."""

from __future__ import annotations

import time
from typing import get_args

import numpy as np

import sc_neurocore as sc
from sc_neurocore.spec import (
    Comparator,
    Counter,
    DenseLayer,
    InputSpec,
    LfsrFull,
    Linear,
    NetworkSpec,
    OutputSpec,
    ParallelCounter,
    Relu,
    Sobol,
    VanDerCorput,
    WeightedBinary,
)

rng = np.random.default_rng(1)
n = 6


def layer(inputs: int, neurons: int, input_generator, weight_generator, neuron) -> DenseLayer:
    return DenseLayer(
        inputs=inputs,
        neurons=neurons,
        resolution_bits=n,
        stream_length=75,  # any length; this one is no period
        input_encoding="unipolar",
        weight_encoding="sign_magnitude",
        input_generator=input_generator,
        weight_generator=weight_generator,
        accumulator=ParallelCounter(),
        neuron=neuron,
        output_scale=1.0,
    )


first = layer(
    50,
    20,
    WeightedBinary(source=VanDerCorput(skip=1)),
    Comparator(source=Counter()),
    Relu(multiplier=5, shift=4, output_bits=n),
)
last = layer(20, 8, Comparator(source=Sobol(dimension=3)), Comparator(source=LfsrFull(seed=9, reverse=True)), Linear())
network = NetworkSpec(
    name="mixed",
    input=InputSpec(features=50, encoding="unipolar", resolution_bits=n, scale=1.0),
    output=OutputSpec(),
    layers=(first, last),
    weights=(rng.integers(-63, 64, (20, 50)), rng.integers(-63, 64, (8, 20))),
    biases=(rng.integers(-40, 40, 20), rng.integers(-40, 40, 8)),
)
codes = rng.integers(0, 2**n, (200, 50))
expected = None
for engine in get_args(sc.inference.Engine)[1:]:  # all but "auto", which takes one of them
    sc.infer(network, codes, engine=engine)  # once for compiling
    start = time.perf_counter()
    outputs = sc.infer(network, codes, engine=engine)
    print(f"{engine:>10}: {1e3 * (time.perf_counter() - start):8.2f} ms, first sample {outputs[0].tolist()}")
    expected = outputs if expected is None else expected
    assert np.array_equal(outputs, expected)
print(f"{expected.size} integers, equal in all engines; auto takes {sc.explain(network, len(codes))['engine']}")
