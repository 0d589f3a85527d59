"""Mean squared errors of whole multiplication tables, as the literature prints them (count / L against xw / 4^n)."""

from __future__ import annotations

import numpy as np
import pytest

from sc_neurocore.bitstream import scc, stream
from sc_neurocore.spec import (
    DEFAULT_INPUT_GENERATOR,
    DEFAULT_WEIGHT_GENERATOR,
    Comparator,
    Counter,
    Lfsr,
    Sobol,
    Source,
    VanDerCorput,
)


def compared(source: Source, n: int) -> np.ndarray:
    """Streams of [R < x] for all x over one period, the literature's comparator; floats, for a fast exact product."""
    codes = np.arange(2**n)
    if source.emits_zero:
        return stream(Comparator(source=source), codes, n, 2**n).astype(np.float64)
    # on a source without 0 the contract's [u <= x - 1] is [R < x]
    return stream(Comparator(source=source), np.maximum(codes - 1, 0), n, 2**n - 1).astype(np.float64)


def and_error(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    codes = np.arange(len(x))
    return x @ w.T / x.shape[1] - np.outer(codes, codes) / len(x) ** 2


SOBOL = [Sobol(dimension=d) for d in range(4)[1:]]


@pytest.mark.contract("source.sobol", "source.van_der_corput", "source.counter", "product.and")
@pytest.mark.parametrize(
    ("x", "w", "printed"),
    [
        (SOBOL[0], SOBOL[1], {4: 8.8120e-4, 6: 6.7696e-5, 8: 5.6275e-6, 10: 4.2199e-7}),
        (SOBOL[1], SOBOL[2], {4: 9.4223e-4, 6: 8.6859e-5, 8: 7.4091e-6, 10: 5.4468e-7}),
        (SOBOL[0], SOBOL[2], {4: 7.5150e-4, 6: 8.3551e-5, 8: 6.4395e-6, 10: 4.8333e-7}),
        (VanDerCorput(), Counter(), {4: 1.4915e-3, 6: 1.8226e-4, 8: 1.8862e-5, 10: 1.7650e-6}),
    ],
    ids=["sobol 1 2", "sobol 2 3", "sobol 1 3", "van der corput, ramp"],
)
def test_low_discrepancy_pairs(x, w, printed):
    for n, mse in printed.items():
        assert (and_error(compared(x, n), compared(w, n)) ** 2).mean() == pytest.approx(mse, rel=6e-5)


@pytest.mark.contract("source.lfsr", "source.taps", "source.skip")
@pytest.mark.parametrize(
    ("n", "mean", "best", "best_delay", "worst"),
    [(4, 2.72e-3, 1.28e-3, 2, 4.38e-3), (6, 4.30e-4, 1.14e-4, 60, 2.03e-3), (8, 9.06e-5, 1.0676e-5, 5, 2.57e-3)],
)
def test_lfsr_with_its_own_delayed_copy(n, mean, best, best_delay, worst):
    plain, period = compared(Lfsr(seed=1), n), 2**n - 1
    errors = [(and_error(compared(Lfsr(seed=1, skip=k), n), plain) ** 2).mean() for k in range(1, period)]
    assert np.mean(errors) == pytest.approx(mean, rel=2e-3)
    assert min(errors) == pytest.approx(best, rel=4e-3)
    assert best_delay in (
        np.argmin(errors) + 1,
        period - np.argmin(errors) - 1,
    )  # either operand may be the delayed one
    assert max(errors) == pytest.approx(worst, rel=2e-3)


@pytest.mark.contract("source.reverse", "source.taps")
@pytest.mark.parametrize(("n", "printed"), [(4, 7.76e-4), (6, 5.53e-5), (8, 5.3125e-6)])
def test_lfsr_with_its_bit_reversed_copy(n, printed):
    error = and_error(compared(Lfsr(seed=1), n), compared(Lfsr(seed=1, reverse=True), n))
    assert (error**2).mean() == pytest.approx(printed, rel=1e-3)


@pytest.mark.contract("product.and")
@pytest.mark.parametrize(("n", "printed"), [(4, 6.46e-3), (6, 9.65e-3), (8, 1.0727e-2)])
def test_one_lfsr_for_both_operands_stays_wrong(n, printed):
    x = compared(Lfsr(seed=1), n)
    assert (and_error(x, x) ** 2).mean() == pytest.approx(printed, rel=2e-3)


@pytest.mark.contract("generator.default_pair")
def test_default_pair_is_the_best_of_the_table():
    x = stream(DEFAULT_INPUT_GENERATOR, np.arange(256), 8, 256).astype(np.float64)
    w = stream(DEFAULT_WEIGHT_GENERATOR, np.arange(256), 8, 256).astype(np.float64)
    error = and_error(x, w)
    assert (error**2).mean() == pytest.approx(4.0192e-6, rel=2e-5)
    assert abs(error).mean() == pytest.approx(1.617e-3, rel=1e-3)
    assert abs(error).max() == pytest.approx(6.73e-3, rel=1e-3)


@pytest.mark.contract("generator.comparator", "source.counter")
@pytest.mark.parametrize(("source", "printed"), [(VanDerCorput(), 1.8862e-5), (Sobol(dimension=1), 5.5101e-6)])
def test_unary_inputs_give_the_conditional_multiplier(source, printed):
    # uGEMM's product is P_w(x) = number of j < x with R(j) < w; with all ones first it is a plain AND
    x, w = compared(Counter(), 8), compared(source, 8)
    prefix = np.concatenate([np.zeros((256, 1)), np.cumsum(w, axis=1)], axis=1)
    assert np.array_equal(x @ w.T, prefix[:, :256].T)
    assert (and_error(x, w) ** 2).mean() == pytest.approx(printed, rel=6e-5)


@pytest.mark.contract("product.xnor")
@pytest.mark.parametrize(
    ("x", "w", "printed"),
    [
        (SOBOL[0], SOBOL[1], {4: 1.41e-2, 6: 1.08e-3, 8: 9.0039e-5, 10: 6.75e-6}),
        (VanDerCorput(), Counter(), {4: 2.39e-2, 6: 2.92e-3, 8: 3.0178e-4, 10: 2.82e-5}),
    ],
    ids=["sobol 1 2", "van der corput, ramp"],
)
def test_bipolar_products(x, w, printed):
    for n, mse in printed.items():
        a, b = compared(x, n), compared(w, n)
        ones = a @ b.T + (1 - a) @ (1 - b).T
        value = 2 * np.arange(2**n) / 2**n - 1
        assert ((2 * ones / 2**n - 1 - np.outer(value, value)) ** 2).mean() == pytest.approx(mse, rel=4e-3)


@pytest.mark.parametrize(
    ("x", "w", "printed"),
    [
        (SOBOL[0], SOBOL[1], 0.025),
        (Lfsr(seed=1), Lfsr(seed=1, skip=5), 0.072),
        (Lfsr(seed=1), Lfsr(seed=1, skip=1), 0.66),
    ],
    ids=["sobol 1 2", "delay 5", "delay 1"],
)
def test_mean_correlation_on_a_grid(x, w, printed):
    grid = np.arange(8, 256, 8)
    between = scc(compared(x, 8)[grid][:, None], compared(w, 8)[grid][None])
    assert abs(between).mean() == pytest.approx(printed, abs=0.5 * 10 ** -len(str(printed).split(".")[1]))
