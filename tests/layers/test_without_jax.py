"""Without JAX everything imports that needs none, and what needs it names the extra."""

from __future__ import annotations

import subprocess
import sys


def run(code):
    code = "import sys; sys.modules['jax'] = None\n" + code
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True).stdout


def test_the_numpy_layers_work():
    out = run(
        "from sc_neurocore.layers import SCDenseLayer\n"
        "layer = SCDenseLayer(2, 1, length=256)\n"
        "layer.set_weights([[0.5, -1.0]])\n"
        "print(layer.forward([1.0, 0.25]).round(2))"
    )
    assert out.strip() == "[0.25]"


def test_what_needs_jax_names_the_extra():
    out = run(
        "import sc_neurocore.layers, sc_neurocore.adapters.holonomic, sc_neurocore.accel.jax_backend as backend\n"
        "print(backend.JAX_SURROGATE_PATHS)\n"
        "for call in (\n"
        "    lambda: sc_neurocore.layers.JaxSCDenseLayer,\n"
        "    lambda: sc_neurocore.adapters.holonomic.L1_QuantumAdapter,\n"
        "    lambda: backend.network_fn,\n"
        "    lambda: backend.jax_surrogate_loss([], [], []),\n"
        "):\n"
        "    try: call()\n"
        "    except ImportError as e: print(type(e).__name__, e)\n"
    )
    assert out.splitlines()[0] == "('custom_vjp', 'legacy_stop_gradient')"
    assert out.count("MissingExtraError jax is not installed; install it with: pip install") == 4
