"""The self-test: each checker sees the right thing, which must PASS, and copies with one change, which must FAIL."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..accel.threads import thread_count
from ..cosim.foreign_verilog import take_foreign
from ..cosim.simulators.tools import Simulator, find_simulator
from ..cosim.verdict.verify import run
from ..export.from_graph import export_graph
from ..importing.graph import Clip, Dense, FloatGraph, Node
from ..inference.engines import ConcreteEngine, infer
from ..rtl import generate
from ..spec.errors import SCError, ToolError
from ..spec.files.temporaries import scratch
from ..spec.folder import load_network, save_network
from ..spec.network import NetworkSpec
from .selftest_faults import CHEATS, CODES, GOLDEN, HOSTILE, VERILOG_FAULTS, around, small_network, with_another_weight

Verdict = Literal["PASS", "FAIL", "refused", "not checked"]


@dataclass(frozen=True)
class Check:
    """One thing that was shown to one checker."""

    checker: str
    shown: str
    """The right thing, or what was changed in a copy of it."""
    wanted: Verdict
    verdict: Verdict
    reason: str = ""

    @property
    def held(self) -> bool:
        """Whether the checker said what it had to."""
        return self.verdict == self.wanted

    def __str__(self) -> str:
        state = "ok" if self.held else "?" if self.verdict == "not checked" else "WRONG"
        return f"{state:6}{self.checker}: {self.shown}: {self.verdict}{self.reason and f' ({self.reason})'}"


def selftest(simulator: str = "auto") -> Iterator[Check]:
    """The checks, one after the other, as they end: about a minute on two processors, less with Icarus.

    Args:
        simulator: as for `cosim.run`; without one that takes Verilog the faults of the gates are `not checked`.

    Raises:
        ToolError: the named simulator is missing.
    """
    tool = _tool(simulator)
    network = small_network()
    with scratch("sc-selftest") as folder:
        yield from _engines(network)
        yield from _folders(network, folder)
        yield from _sources()
        yield from _gates(network, tool, folder)


def _tool(simulator: str) -> Simulator:
    """The named simulator; of `auto` one that takes Verilog, where there is any."""
    if simulator == "auto":
        with suppress(ToolError):
            return find_simulator(verilog=True)
    return find_simulator(simulator)


def _engines(network: NetworkSpec) -> Iterator[Check]:
    changed = GOLDEN.copy()
    changed[-1, -1] ^= 1
    changed_network = with_another_weight(network)
    engines: list[ConcreteEngine] = ["reference", "packed", "counts"]
    if importlib.util.find_spec("jax"):
        engines.append("jax")
    for engine in engines:
        shown: tuple[tuple[str, NetworkSpec, np.ndarray, Verdict], ...] = (
            ("the written outputs", network, GOLDEN, "PASS"),
            ("one bit of the written outputs", network, changed, "FAIL"),
            ("one weight", changed_network, GOLDEN, "FAIL"),
        )
        for what, shown_network, expected, wanted in shown:
            differ = int((infer(shown_network, CODES, engine) != expected).sum())
            reason = f"{differ} of {expected.size} values differ" if differ else ""
            yield Check(f"engine {engine}", what, wanted, "FAIL" if differ else "PASS", reason)


def _refused(checker: str, shown: str, action: Callable[[], object], because: str | None = None) -> Check:
    """What becomes of an action that must be refused in these words; None: that must not be refused."""
    wanted: Verdict = "PASS" if because is None else "refused"
    try:
        action()
    except SCError as error:
        return Check(checker, shown, wanted, "refused" if (because or "") in str(error) else "FAIL", str(error))
    return Check(checker, shown, wanted, "PASS")


def _folders(network: NetworkSpec, folder: Path) -> Iterator[Check]:
    """The reader of network folders, whose weights are hashed; and the hash of a network that was written anew."""
    home = folder / "network"
    save_network(network, home)
    yield _refused("network folder", "as it was written", lambda: load_network(home))
    tensors = home / "weights.safetensors"
    raw = bytearray(tensors.read_bytes())
    raw[raw.index(np.int32(5).tobytes(), 8 + int.from_bytes(raw[:8], "little"))] ^= 1
    tensors.write_bytes(raw)
    yield _refused("network folder", "one bit of a weight", lambda: load_network(home), "sha256")
    save_network(with_another_weight(network), home)
    is_equal = load_network(home).sha256 == network.sha256
    yield Check("network hash", "one weight, in a folder written anew", "FAIL", "PASS" if is_equal else "FAIL")


def _sources() -> Iterator[Check]:
    """The proof that an imported network is the one that its source computes."""
    rng = np.random.default_rng(0)
    weight, weight_2, bias = rng.normal(size=(4, 4)), rng.normal(size=(4, 4)), rng.normal(size=4)
    mask = rng.random((4, 4)) > 0.4

    def source(x: np.ndarray) -> np.ndarray:
        return np.maximum(x @ (weight * mask).T + bias, 0) @ weight_2.T

    pruned, relu, last = Dense("first", weight * mask, bias), Clip("relu", 0.0, None), Dense("last", weight_2, None)
    nodes_of_source = (pruned, relu, last)
    shown: dict[str, tuple[Node, ...]] = {
        "the whole network": nodes_of_source,
        "swapped layers": (last, relu, pruned),
        "a dropped activation": (pruned, last),
        "a stale mask": (Dense("first", weight, bias), relu, last),
    }
    for what, nodes in shown.items():
        graph = FloatGraph("numpy", 4, nodes, source, "float64")
        because = None if nodes is nodes_of_source else "is not the one that numpy computes"
        yield _refused("source proof", what, lambda graph=graph: export_graph(graph, stream_length=16), because)


def _gates(network: NetworkSpec, tool: Simulator, folder: Path) -> Iterator[Check]:
    generate(network, folder / "right", architecture="row")
    right = (folder / "right" / "selftest.v").read_text()
    shell = folder / "shell.v"
    shell.write_text(around(right, HOSTILE))
    yield _refused("foreign Verilog", "a call of a shell", lambda: take_foreign((shell,), folder / "taken"), "$system")
    cores = {"the right core": right}
    cores |= {what: re.sub(*change, right, count=1) for what, change in VERILOG_FAULTS.items()}
    cores |= {f"a core that {what}": around(right, cheat) for what, cheat in CHEATS.items()}

    def judged(numbered: tuple[int, str]) -> Check:
        number, what = numbered
        wanted: Verdict = "FAIL" if number else "PASS"
        verdict: Verdict = "not checked"
        reason = "the Verilog has no such place"
        if number and not tool.takes_verilog:
            reason = f"{tool.name} cannot read Verilog; doctor says how to get what can"
        elif not number or cores[what] != right:
            verdict, reason = _played(network, cores[what], tool, folder / str(number))
        return Check(f"gates on {tool.name}", what, wanted, verdict, reason)

    with ThreadPoolExecutor(min(4, thread_count())) as pool:  # what takes time are processes: compilers, simulators
        yield from pool.map(judged, enumerate(cores))


def _played(network: NetworkSpec, verilog: str, tool: Simulator, folder: Path) -> tuple[Verdict, str]:
    """How a core's co-simulation ends; Amaranth makes the right core anew and runs that."""
    folder.mkdir()
    (folder / "selftest.v").write_text(verilog)
    gates: dict[str, Any] = {"rtl": folder} if tool.takes_verilog else {"architecture": "row"}
    result = run(network, folder / "out", simulator=tool.name, samples=2, search_seconds=0, **gates)
    if result.passed:
        return "PASS", ""
    reason = str(result.reason)
    return "not checked" if "does not build" in reason else "FAIL", reason  # that would show nothing of the judge
