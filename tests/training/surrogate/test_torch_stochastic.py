"""Forward passes that are streams, on Torch tensors."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from sc_neurocore.training.surrogate import BernoulliForward, ExpectationStraightThrough, Sigmoid

DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]


def generator(seed=5):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("length", [1, 4, 16, 1000])
def test_expectation_is_the_nearest_density(length):
    p = torch.linspace(-0.2, 1.2, 57)
    expected = [min(max(math.floor(v * length + 0.5), 0), length) / length for v in p.tolist()]
    np.testing.assert_allclose(ExpectationStraightThrough(length)(p).numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("form", [ExpectationStraightThrough(8), lambda p: BernoulliForward(stream_length=8)(p, None)])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_slope_is_one_inside_and_zero_outside(form, dtype):
    p = torch.tensor([-0.5, 0.0, 0.3, 1.0, 1.5], dtype=dtype, requires_grad=True)
    value = form(p)
    (slope,) = torch.autograd.grad(value.sum(), p)
    assert value.dtype == slope.dtype == dtype
    assert slope.tolist() == [0, 1, 1, 1, 0]
    assert value[[0, 1, 3, 4]].tolist() == [0, 0, 1, 1]
    assert torch.func.grad(lambda v: form(v).sum())(p.detach()).tolist() == [0, 1, 1, 1, 0]


def test_the_expectation_compiles():
    form = torch.compile(ExpectationStraightThrough(4), fullgraph=True, backend="aot_eager")
    p = torch.tensor([0.1, 0.4, 0.9, 1.2], requires_grad=True)
    value = form(p)
    value.sum().backward()
    assert value.tolist() == [0, 0.5, 1, 1]
    assert p.grad is not None
    assert p.grad.tolist() == [1, 1, 1, 0]
    torch._dynamo.reset()


@pytest.mark.parametrize("length", [1, 16])
def test_samples_have_the_expectation_and_the_generator_decides(length):
    form, p = BernoulliForward(stream_length=length), torch.full((40_000,), 0.3)
    samples = form(p, generator())
    np.testing.assert_allclose((samples * length).numpy(), np.round((samples * length).numpy()), atol=1e-5)
    assert abs(samples.mean().item() - 0.3) < 5 * math.sqrt(0.3 * 0.7 / length / 40_000)
    assert samples.var().item() == pytest.approx(0.21 / length, rel=0.05)
    assert torch.equal(samples, form(p, generator()))
    assert not torch.equal(samples, form(p, generator(6)))


def test_a_membrane_fires_with_the_surrogates_probability():
    x = torch.full((40_000,), 0.4, requires_grad=True)
    spikes = BernoulliForward(Sigmoid(alpha=2.0))(x, generator())
    assert set(spikes.unique().tolist()) == {0, 1}
    assert abs(spikes.mean().item() - 1 / (1 + math.exp(-0.8))) < 0.015
    (slope,) = torch.autograd.grad(spikes.sum(), x)
    s = 1 / (1 + math.exp(-0.8))
    np.testing.assert_allclose(slope.numpy(), 2 * s * (1 - s), rtol=1e-5)
