"""Tables and adders of an unrolled layer: the sums that they stand for, and what sharing them saves."""

from __future__ import annotations

import numpy as np
import pytest
from support.networks.descriptions import dense, network
from support.oracle import evaluate

from sc_neurocore.rtl.plan.unrolled.adder_graph import AdderGraph, Sum, Table, bits_of, width_of
from sc_neurocore.rtl.plan.unrolled.layer_sums import layer_graph
from sc_neurocore.rtl.plan.unrolled.shared_sums import share


def bits_of_codes(codes: np.ndarray, n: int, *, signed: bool) -> list[int]:
    """The input bits as the layer has them: magnitudes, lowest first, and signs above them."""
    found = []
    for code in codes.tolist():
        found += [abs(code) >> place & 1 for place in range(n)] + [int(code < 0)] * signed
    return found


@pytest.mark.one_in(4)
@pytest.mark.contract("generator.default_pair", "accumulator.width")
@pytest.mark.parametrize("n", [2, 3, 4, 5, 8])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("density", [0.2, 1.0])
def test_the_graph_has_the_totals_of_the_oracle(n, signed, density):
    rng = np.random.default_rng([n, signed, int(density * 10)])
    full = 2**n - 1
    weights = rng.integers(-full, full + 1, (7, 9)) * (rng.random((7, 9)) < density)
    biases = rng.integers(-4 * full, 4 * full, 7)
    encoding = "sign_magnitude" if signed else "unipolar"
    tree = network(dense(9, 7, n, 2**n, input_encoding=encoding))
    codes = rng.integers(-full if signed else 0, full + 1, (20, 9))
    codes[:3] = [[0] * 9, [full] * 9, [-full if signed else 0] * 9]
    wanted = evaluate(tree, codes, {"layer0.weight": weights, "layer0.bias": biases}).tolist()
    for shared in (False, True):
        graph = layer_graph(weights, biases.tolist(), n, signed_inputs=signed, shared=shared)
        assert [graph.evaluate(bits_of_codes(row, n, signed=signed)) for row in codes] == wanted
        for number, values in zip(graph.outputs, np.transpose(wanted), strict=True):
            low, high = graph.nodes[number].range
            assert low <= min(values)
            assert max(values) <= high


@pytest.mark.parametrize("seed", range(4))
def test_sharing_takes_no_more_tables_and_often_fewer(seed):
    rng = np.random.default_rng(seed)
    weights = rng.integers(-3, 4, (12, 16))
    apart, together = (layer_graph(weights, [0] * 12, 4, signed_inputs=False, shared=way) for way in (False, True))
    assert together.luts() < apart.luts()


def test_neurons_with_opposite_weights_share_one_sum():
    weights = np.array([[9, 11, 13], [-9, -11, -13], [9, 11, 0]])
    graph = layer_graph(weights, [0, 0, 0], 4, signed_inputs=False)
    sums = [number for number in graph.live() if isinstance(graph.nodes[number], Sum)]
    # 9 and 11 once; with 13 once; turned once; alone it is the third neuron's total
    assert len(sums) <= 3


def test_zero_weights_and_wires_cost_nothing():
    graph = layer_graph(np.array([[0, 1, 0], [0, 15, 0]]), [0, 0], 4, signed_inputs=False)
    assert graph.luts() == 0
    assert graph.evaluate([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0]) == [1, 15]


def test_a_pair_is_shared_only_where_signs_agree():
    graph = AdderGraph()
    a, b = (graph.add(Table((i,), (0, 9))) for i in (0, 1))
    neurons = [{a: 1, b: 1}, {a: -1, b: -1}, {a: 1, b: -1}]
    share(graph, neurons)
    (node,) = neurons[0]
    assert neurons == [{node: 1}, {node: -1}, {a: 1, b: -1}]


@pytest.mark.parametrize(
    ("low", "high", "width"), [(0, 0, 0), (0, 1, 1), (0, 8, 4), (-1, 0, 1), (-8, 7, 4), (-9, 0, 5)]
)
def test_widths(low, high, width):
    assert bits_of(low, high) == width
    assert width_of(Table((0,), (low, high))) == width
