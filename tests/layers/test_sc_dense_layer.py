"""The dense layers with real ends: exact on the network they describe, close to W·x, loud about what does not fit."""

from __future__ import annotations

import math

import numpy as np
import pytest
from support import oracle
from support.networks.pairs import SOBOL

from sc_neurocore.inference.engines import infer
from sc_neurocore.layers import SCDenseLayer, VectorizedSCLayer
from sc_neurocore.spec import (
    CodesError,
    Comparator,
    Counter,
    Lfsr,
    LfsrFull,
    Mux,
    OptionError,
    Or,
    SpecError,
    VanDerCorput,
    save_network,
)

RNG = np.random.default_rng(11)


def random_case(encoding, shape, rng=RNG):
    low = 0 if encoding in ("unipolar", "spike") else -1
    values = rng.uniform(low, 1, shape)
    return np.round(values).clip(low, 1) if encoding == "spike" else values


CASES = {
    "default": {},
    "unipolar": {"weight_encoding": "unipolar"},
    "bipolar": {"input_encoding": "bipolar"},
    "signed": {"input_encoding": "sign_magnitude"},
    "spike": {"input_encoding": "spike"},
    "coarse": {"resolution_bits": 3},
    "sobol": SOBOL,
    "registers": {
        "input_encoding": "bipolar",
        "input_generator": Comparator(source=LfsrFull(seed=5)),
        "weight_generator": Comparator(source=VanDerCorput()),
    },
    "mux": {"accumulator": Mux(select=Counter())},
    "or": {
        "accumulator": Or(),
        "input_generator": Comparator(source=Lfsr(seed=3, lane_skip=7)),
        "weight_generator": Comparator(source=Lfsr(seed=9, lane_skip=3)),
    },
}


@pytest.mark.parametrize("length", [16, 100])
@pytest.mark.parametrize("case", CASES)
def test_counts_are_the_oracles(case, length, tmp_path):
    """`counts` and `forward` are the network's integers, made a second time by the outside oracle from the folder."""
    layer = SCDenseLayer(n_inputs=5, n_neurons=3, length=length, **CASES[case])
    network_input = layer._layer.input_encoding
    weights = random_case(layer._layer.weight_encoding, (3, 5)) * 2.5
    layer.set_weights(weights, scale=2.5, bias=[0.5, -1.0, 0.0])
    x = random_case(network_input, (4, 5))
    save_network(layer.network(), tmp_path / "network")
    expected = oracle.evaluate(tmp_path / "network", layer.encode(x))
    np.testing.assert_array_equal(layer.counts(x), expected)
    np.testing.assert_array_equal(layer.forward(x), expected * layer.network().layers[0].output_scale)
    for engine in ("reference", "packed"):
        np.testing.assert_array_equal(infer(layer.network(), layer.encode(x), engine=engine), expected)
    assert np.abs(expected).max() > 0


@pytest.mark.parametrize("case", ["default", "unipolar", "bipolar", "signed", "spike"])
def test_forward_tends_to_the_product(case):
    """RMS error of a sum of 12 products at L = 2^n, in counts a product: rounding alone makes about half a count.

    XNOR streams of the default pair are not as well matched: twice that, of counts worth twice as much.
    """
    scale = 3.0 if case == "default" else 1.0
    for length in (64, 1024):
        layer = SCDenseLayer(n_inputs=12, n_neurons=20, length=length, **CASES[case])
        weights = random_case(layer._layer.weight_encoding, (20, 12))
        layer.set_weights(weights, scale=scale)
        x = random_case(layer._layer.input_encoding, (30, 12))
        error = layer.forward(x) - x @ weights.T
        bound = (6 if case == "bipolar" else 1.5) * scale * math.sqrt(12) / length
        assert 0 < np.sqrt((error**2).mean()) < bound


def test_forward_is_a_sum_with_bias_and_scales():
    layer = SCDenseLayer(n_inputs=2, n_neurons=1, length=4096, input_scale=10.0)
    layer.set_weights([[3.0, -1.5]], scale=4.0, bias=[2.0])
    assert layer.forward([5.0, 8.0])[0] == pytest.approx(3 * 5 - 1.5 * 8 + 2, abs=0.05)
    assert layer.bias[0] == pytest.approx(2.0, abs=layer.count_value)
    np.testing.assert_allclose(layer.weights, [[3.0, -1.5]], atol=4.0 / 4096)


def test_shapes_and_kinds_of_arrays():
    layer = SCDenseLayer(n_inputs=3, n_neurons=2)
    layer.set_weights(np.full((2, 3), 0.5, np.float32))
    one = layer.forward([1, 0, 1])
    assert one.shape == (2,)
    assert one.dtype == np.float64
    batch = layer(np.array([[1, 0, 1], [0, 0, 0]]))
    assert batch.shape == (2, 2)
    np.testing.assert_array_equal(batch[0], one)
    np.testing.assert_array_equal(batch[1], 0)
    assert layer.forward(np.zeros((0, 3))).shape == (0, 2)


def test_a_result_depends_on_its_sample_alone():
    layer = SCDenseLayer(n_inputs=6, n_neurons=4, length=64)
    layer.set_weights(RNG.uniform(-1, 1, (4, 6)))
    x = RNG.uniform(0, 1, (9, 6))
    together = layer.forward(x)
    np.testing.assert_array_equal([layer.forward(row) for row in x[::-1]], together[::-1])


def test_both_orders_of_weights():
    w = RNG.uniform(-1, 1, (2, 5))
    layer = SCDenseLayer(n_inputs=5, n_neurons=2)
    results = []
    for weights, layout in ((w, None), (w.T, None), (w, "out_in"), (w.T, "in_out")):
        layer.set_weights(weights, layout)
        results.append(layer.network())
    assert len(set(results)) == 1


def test_a_square_matrix_needs_its_layout():
    w = np.array([[0.5, 0.0], [1.0, -0.25]])
    layer = SCDenseLayer(n_inputs=2, n_neurons=2)
    with pytest.raises(OptionError, match=r"layout must be given for a square matrix \(2, 2\)"):
        layer.set_weights(w)
    layer.set_weights(w, layout="out_in")
    rows = layer.weights
    layer.set_weights(w, layout="in_out")
    np.testing.assert_array_equal(layer.weights, rows.T)
    assert (rows != rows.T).any()


def dense(**options):
    layer = SCDenseLayer(n_inputs=3, n_neurons=2, length=64, **options)
    layer.set_weights(np.full((2, 3), 0.5))
    return layer


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: SCDenseLayer(0, 2), OptionError, "n_inputs must be an integer, 1 to 65536, got 0"),
        (lambda: SCDenseLayer(3, 2.0), OptionError, "n_neurons must be an integer, 1 to 65536, got 2.0"),
        (lambda: SCDenseLayer(3, 2, length=0), OptionError, "length must be an integer, 1 to 1048576, got 0"),
        (lambda: SCDenseLayer(3, 2, resolution_bits=17), OptionError, "resolution_bits must be an integer, 2 to 16"),
        (lambda: SCDenseLayer(3, 2, input_encoding="ternary"), OptionError, "input_encoding must be one of unipolar"),
        (
            lambda: SCDenseLayer(3, 2, input_scale=0.0),
            OptionError,
            "input_scale must be a finite number above 0, got 0",
        ),
        (lambda: SCDenseLayer(3, 2, weight_encoding="bipolar"), SpecError, "must be one of"),
        (
            lambda: SCDenseLayer(3, 2).forward([0, 0, 0]),
            OptionError,
            r"weights are not set; call set_weights\(weights\)",
        ),
        (lambda: dense().set_weights(np.ones((2, 4))), CodesError, r"shape \(2, 3\) or \(3, 2\), got \(2, 4\)"),
        (lambda: dense().set_weights(np.ones((2, 3)), "in_out"), CodesError, r"shape \(3, 2\) in layout 'in_out', got"),
        (lambda: dense().set_weights(np.ones((2, 3)), "rows"), OptionError, "layout must be 'out_in' .* got 'rows'"),
        (
            lambda: dense().set_weights([[0.5, 0, 0], [0, 0, -1.25]]),
            CodesError,
            r"weights must lie in \[-1, 1\] \(sign_magnitude\), got -1.25 at index \(1, 2\); give scale=",
        ),
        (
            lambda: dense().set_weights([[0.5, 0, 0], [0, float("nan"), 0]]),
            CodesError,
            r"finite, got nan at index \(1, 1\)",
        ),
        (lambda: dense().set_weights(np.ones((2, 3)), scale=-1), OptionError, "scale must be a finite number above 0"),
        (
            lambda: dense().set_weights(np.ones((2, 3)), bias=[1.0]),
            CodesError,
            r"bias must have shape \(2,\), got \(1,\)",
        ),
        (lambda: dense().set_weights(np.ones((2, 3)), bias=[0, 1e12]), CodesError, r"2\^30 counts .* at index \(1,\)"),
        (lambda: dense().set_weights("no numbers"), CodesError, "weights must hold real numbers, got dtype"),
        (
            lambda: dense().forward([0.5, 1.5, 0]),
            CodesError,
            r"x must lie in \[0, 1\] \(unipolar\), got 1.5 at index \(1,\)",
        ),
        (lambda: dense().forward([[0, 0, 0], [0, 0, -0.1]]), CodesError, r"got -0.1 at index \(1, 2\)"),
        (lambda: dense().forward([0.5, np.inf, 0]), CodesError, r"x must be finite, got inf at index \(1,\)"),
        (lambda: dense().forward([0.5, 0.5]), CodesError, r"x must have shape \(3,\) or \(batch, 3\), got \(2,\)"),
        (lambda: dense(input_encoding="bipolar").forward([0, 0, 1.01]), CodesError, r"\[-1, 1\] \(bipolar\), got 1.01"),
        (lambda: dense(engine="fast").forward([0, 0, 0]), OptionError, "engine must be one of"),
        (lambda: VectorizedSCLayer(3, 2, sc_mode="spike"), OptionError, "sc_mode must be one of unipolar, bipolar"),
        (lambda: VectorizedSCLayer(3, 2, seed=-1), OptionError, "seed must be an integer"),
        (
            lambda: VectorizedSCLayer.from_exported_weights({"weight": [[1]]}),
            OptionError,
            "must have the key 'encoding'",
        ),
        (
            lambda: VectorizedSCLayer.from_exported_weights({"weight": [1], "encoding": "bipolar"}),
            OptionError,
            r"\(n_neurons, n_inputs\), got \(1,\)",
        ),
    ],
)
def test_errors_name_argument_rule_value_and_place(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("mode", ["unipolar", "bipolar", "sign_magnitude"])
def test_vectorized_layer_is_deterministic(mode):
    one, same = (VectorizedSCLayer(6, 3, length=128, sc_mode=mode, seed=4) for _ in range(2))
    other = VectorizedSCLayer(6, 3, length=128, sc_mode=mode, seed=5)
    assert one.network() == same.network() != other.network()
    x = random_case(mode, (7, 6))
    np.testing.assert_array_equal(one.forward(x), same.forward(x))
    np.testing.assert_array_equal(one.forward(x), one.forward(x))
    packed = VectorizedSCLayer(6, 3, length=128, sc_mode=mode, seed=4, engine="packed")
    np.testing.assert_array_equal(one.forward(x), packed.forward(x))
    np.testing.assert_allclose(one.forward(x), x @ one.weights.T, atol=0.25)


def test_weight_streams_take_one_bit_a_bit():
    layer = VectorizedSCLayer(6, 3, length=100, seed=1)
    words = layer.weight_streams()
    assert words.shape == (3, 6, 2)
    assert words.dtype == np.uint64
    ones = np.bitwise_count(words).sum(axis=-1)
    codes = layer.network().weights[0]
    np.testing.assert_array_equal(ones, [[sum(t % 128 < c for t in range(100)) for c in row] for row in codes.tolist()])


def test_a_bias_stays_until_another_comes():
    layer = VectorizedSCLayer(2, 1, length=64, bias=[1.0])
    layer.set_weights([[0.0, 0.0]])
    assert layer.forward([1, 1])[0] == pytest.approx(1.0, abs=0.02)
    layer.set_weights([[0.0, 0.0]], bias=[0.5])
    assert layer.forward([1, 1])[0] == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("encoding", ["unipolar", "bipolar", "sign_magnitude"])
def test_exported_weights_keep_scale_offset_sign_and_bias(encoding):
    real = RNG.uniform(-0.35, 0.35, (4, 8))
    if encoding == "unipolar":  # normalized to [0, 1]: scale and offset must come back
        offset, scale = real.min(), real.max() - real.min()
    else:
        offset, scale = 0.0, np.abs(real).max()
    bias = RNG.uniform(-1, 1, 4)
    exported = {
        "weight": (real - offset) / scale,
        "encoding": encoding,
        "weight_scale": scale,
        "weight_offset": offset,
        "bias": bias,
        "beta": 0.9,
    }
    layer = VectorizedSCLayer.from_exported_weights(exported, length=4096)
    x = RNG.uniform(0, 1, (50, 8))
    expected = x @ real.T + bias
    assert np.abs(layer.forward(x) - expected).max() < 0.01 * np.ptp(expected)
    assert isinstance(VectorizedSCLayer.from_exported_weights([exported, exported], length=16), list)
