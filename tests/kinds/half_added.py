"""Run in a process of its own, on a copy of the package whose description knows one kind more than its rooms.

`python half_added.py '{"source": {"kind": …}, …}'` puts each new kind where it may stand and asks every room for an
answer. A room that answers has taken the unknown kind for a known one; a room that refuses it must name it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from support.networks.descriptions import comparator, dense, network, tensors
from support.networks.specs import spec_of

import sc_neurocore
from sc_neurocore import cosim, rtl
from sc_neurocore.spec import NetworkSpec, SCError

Json = dict[str, Any]


def layers(place: str, kind: Json) -> Iterator[tuple[str, Json]]:
    """Layers with the kind in each place of that name."""
    if place == "source":
        yield "inputs", dense(input_generator=comparator(kind))
        yield "weights", dense(weight_generator=comparator(kind))
        yield "select", dense(accumulator={"kind": "mux", "select": kind})
        yield "lanes", dense(accumulator={"kind": "or"}, weight_generator=comparator(kind | {"lane_skip": 1}))
        yield "weights of spikes", dense(input_encoding="spike", weight_generator=comparator(kind))
    elif place == "generator":
        yield "inputs", dense(input_generator=kind)
        yield "weights", dense(weight_generator=kind)
        yield "weights of spikes", dense(input_encoding="spike", weight_generator=kind)
        yield "weights under or", dense(accumulator={"kind": "or"}, weight_generator=kind)
        yield (
            "weights under mux",
            dense(accumulator={"kind": "mux", "select": {"kind": "counter"}}, weight_generator=kind),
        )
    elif place == "accumulator":
        yield "accumulator", dense(accumulator=kind)
        yield "accumulator of spikes", dense(input_encoding="spike", accumulator=kind)
        yield (
            "accumulator of bipolar codes",
            dense(input_encoding="bipolar", weight_encoding="bipolar", accumulator=kind),
        )
    else:
        assert place == "neuron", place
        yield "neuron", dense(neuron=kind)


def rooms(net: NetworkSpec, codes: np.ndarray, folder: Path) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Everything that could answer for a network, by name."""
    from sc_neurocore.accel.jax_backend import network_fn
    from sc_neurocore.training import SCNetworkModule

    for engine in ("reference", "packed", "counts", "jax", "auto"):
        yield f"engine {engine}", lambda engine=engine: sc_neurocore.infer(net, codes, engine=engine)
    yield "network_fn", lambda: np.asarray(network_fn(net)(codes))
    yield "torch", lambda: SCNetworkModule.from_network(net).integers(codes)
    for architecture in ("auto", "row", "column", "serial"):
        options = {"architecture": architecture}
        yield f"generate {architecture}", lambda options=options: rtl.generate(net, folder / "rtl", **options)
    yield "cosim", lambda: cosim.run(net, folder / "cosim", simulator="amaranth", samples=1)


def refusal(call: Callable[[], object]) -> str | None:
    """What the call says where it is refused; another error than ours ends the program."""
    try:
        call()
    except SCError as error:
        return str(error)
    return None


def refusals(place: str, kind: Json) -> int:
    """Refusals of the kind in its places; a room that answers, or refuses without the kind's name, ends the program."""
    count = 0
    for where, layer in layers(place, kind):
        description = network(layer)
        net = spec_of(description, tensors(description))
        codes = np.ones((2, 2), dtype=np.int64)
        with tempfile.TemporaryDirectory() as folder:
            for room, call in rooms(net, codes, Path(folder)):
                message = refusal(call)
                assert message is not None, f"{room} answers for {kind['kind']} as {where}"
                # `counts` may name what it runs with no kind at all: the `or` around it.
                assert kind["kind"] in message or "'or'" in message, f"{room}: {where}: {message}"
                count += 1
    return count


def main() -> int:
    print(json.dumps({place: refusals(place, kind) for place, kind in json.loads(sys.argv[1]).items()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
