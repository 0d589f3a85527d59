"""The eighteen surrogates once more, from the published table, in plain math: the outside oracle of their forms."""

from __future__ import annotations

import math


def logistic(z):
    return 1 / (1 + math.exp(-z))


def normal(x, mean, sigma):
    return math.exp(-((x - mean) ** 2) / (2 * sigma**2)) / (sigma * math.sqrt(2 * math.pi))


def s2nn_fun(x, a=4, b=1, e=1e-8):
    return logistic(a * x) if x < 0 else b * math.log(abs(x + 1) + e) + 0.5


def quadratic_fun(x, a=1):
    return 0 if x < -1 / a else 1 if x > 1 / a else (1 - a * abs(x) / 2) * a * x + 0.5


def leaky_fun(x, c=0.01, w=1):
    return c * x + c * w if x < -w else x / (2 * w) + 0.5 if x <= w else c * x - c * w + 1


def q_fun(x, a=2):
    base = 1 + 2 * abs(x) / (a + 1)
    sign = math.copysign(1, x)
    return 0.5 + sign * (a + 1) / (2 * (1 - a)) * (base ** (1 - a) - 1)


def q_fun_at_one(x):
    return 0.5 + math.copysign(math.log(1 + abs(x)), x)


def multi_gaussian(x, h=0.15, s=6, sigma=0.5, scale=0.5):
    lobes = normal(x, sigma, s * sigma) + normal(x, -sigma, s * sigma)
    return scale * ((1 + h) * normal(x, 0, sigma) - h * lobes)


W = 2 * math.pi / 8
# name: (gradient, function or None), at the default parameters
TABLE = {
    "Sigmoid": (lambda x: 4 * logistic(4 * x) * (1 - logistic(4 * x)), lambda x: logistic(4 * x)),
    "PiecewiseQuadratic": (lambda x: 1 - abs(x) if abs(x) <= 1 else 0, quadratic_fun),
    "PiecewiseExp": (
        lambda x: 0.5 * math.exp(-abs(x)),
        lambda x: math.exp(x) / 2 if x < 0 else 1 - math.exp(-x) / 2,
    ),
    "SoftSign": (lambda x: 0.5 / (1 + abs(x)) ** 2, lambda x: x / (2 + 2 * abs(x)) + 0.5),
    "Arctan": (
        lambda x: 0.5 / (1 + (math.pi * x / 2) ** 2),
        lambda x: math.atan(math.pi * x / 2) / math.pi + 0.5,
    ),
    "NonzeroSignLog": (lambda x: 1 / (1 + abs(x)), lambda x: (-1 if x < 0 else 1) * math.log(abs(x) + 1)),
    "ERF": (lambda x: math.exp(-x * x) / math.sqrt(math.pi), lambda x: (1 - math.erf(-x)) / 2),
    "PiecewiseLeakyRelu": (lambda x: 0.01 if abs(x) > 1 else 0.5, leaky_fun),
    "SquarewaveFourierSeries": (
        lambda x: 0.5 * (math.cos(W * x) + math.cos(3 * W * x)),
        lambda x: 0.5 + 2 / math.pi * (math.sin(W * x) + math.sin(3 * W * x) / 3),
    ),
    "S2NN": (lambda x: 4 * logistic(4 * x) * (1 - logistic(4 * x)) if x < 0 else 1 / (x + 1), s2nn_fun),
    "QPseudoSpike": (lambda x: (1 + 2 * abs(x) / 3) ** -2, q_fun),
    "LeakyRelu": (lambda x: 0.1 if x < 0 else 1, lambda x: 0.1 * x if x < 0 else x),
    "LogTailedRelu": (
        lambda x: 0 if x <= 0 else 1 if x <= 1 else 1 / x,
        lambda x: 0 if x <= 0 else x if x <= 1 else 1 + math.log(x),
    ),
    "ReluGrad": (lambda x: max(0.3 - 0.3 * abs(x), 0), None),
    "GaussianGrad": (lambda x: 0.5 * normal(x, 0, 0.5), None),
    "InvSquareGrad": (lambda x: 1 / (100 * abs(x) + 1) ** 2, None),
    "MultiGaussianGrad": (multi_gaussian, None),
    "SlayerGrad": (lambda x: math.exp(-abs(x)), None),
}
