"""A plain JAX MLP, trained without knowing of streams, becomes integers: rounded only, and calibrated."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import optax

import sc_neurocore as sc
from sc_neurocore.export import export
from sc_neurocore.training import load_data

data = load_data("digits")
x, y = jnp.asarray(data.x_train, jnp.float32), jnp.asarray(data.y_train)


def init(key, sizes):
    keys = jax.random.split(key, len(sizes) - 1)
    shapes = zip(keys, sizes[:-1], sizes[1:], strict=True)
    return [(jax.random.normal(k, (i, o)) * (2 / i) ** 0.5, jnp.zeros(o)) for k, i, o in shapes]


def mlp(params, x):
    for w, b in params[:-1]:
        x = jax.nn.relu(x @ w + b)
    w, b = params[-1]
    return x @ w + b


def loss(params, rows):
    return optax.softmax_cross_entropy_with_integer_labels(mlp(params, x[rows]), y[rows]).mean()


params = init(jax.random.key(0), (64, 32, 10))
optimizer = optax.adam(optax.cosine_decay_schedule(1e-2, 60 * 21))
state = optimizer.init(params)


@jax.jit
def epoch(params, state, key):
    def step(carry, rows):
        params, state = carry
        updates, state = optimizer.update(jax.grad(loss)(params, rows), state)
        return (optax.apply_updates(params, updates), state), None

    order = jax.random.permutation(key, len(x))[: 21 * 64].reshape(21, 64)
    return jax.lax.scan(step, (params, state), order)[0]


for number in range(60):
    params, state = epoch(params, state, jax.random.key(number))
predicted = np.asarray(mlp(params, jnp.asarray(data.x_test)).argmax(1))
print(f"float network: {100 * (predicted == data.y_test).mean():.2f} % of {len(data.y_test)} test images")

for name, options in {
    "rounded only": {},
    "calibrated": {"calibration": data.x_train},
    "calibrated with labels": {"calibration": data.x_train, "labels": data.y_train},
}.items():
    exported = export(params, stream_length=16, name="jax_mlp", **options)
    codes, _ = sc.spec.quantize_features(exported.network, data.x_test)
    accuracy = (sc.classify(sc.infer(exported.network, codes)) == data.y_test).mean()
    print(f"integers, 16 bits a stream, {name}: {100 * accuracy:.2f} %")
print(exported.report)
