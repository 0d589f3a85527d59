"""Random models in Torch and JAX: equal to their framework, or refused; 2,000 of them by `make front-door`."""

from __future__ import annotations

from collections import Counter
from importlib.util import find_spec

import pytest
from importing.fuzz import FRAMEWORKS, judge

PARTS = [("torch", range(80)), *(("jax", range(first, first + 8)) for first in (0, 8, 16))]
"""JAX's in parts, between which what was compiled is forgotten: that of two dozen models takes a third of a GB."""


@pytest.mark.one_in(1)
@pytest.mark.parametrize(("framework", "seeds"), PARTS, ids=str)
def test_random_models_come_in_whole_or_not_at_all(framework: str, seeds: range):
    if not find_spec(framework):
        pytest.skip(f"{framework} is not installed")
    counts: Counter[str] = Counter()
    for seed in seeds:
        case = FRAMEWORKS[framework](seed)
        outcome = judge(case)
        counts[outcome.kind] += 1
        assert outcome.kind in ("equal", "refused"), (framework, seed, outcome, case.description)
    assert counts["equal"] > len(seeds) / 3
    assert counts["refused"] > len(seeds) / 9


@pytest.mark.one_in(1)
@pytest.mark.parametrize(
    ("framework", "seeds"), [("torch", range(30)), ("onnx", range(30)), ("jax", range(3))], ids=str
)
def test_random_models_on_maps_come_in_whole_or_not_at_all(framework: str, seeds: range):
    from importing.fuzz_maps import MAP_FRAMEWORKS, judge_map

    if not find_spec(framework):
        pytest.skip(f"{framework} is not installed")
    counts: Counter[str] = Counter()
    for seed in seeds:
        case = MAP_FRAMEWORKS[f"{framework} maps"](seed)
        outcome = judge_map(case)
        counts[outcome.kind] += 1
        assert outcome.kind in ("equal", "refused"), (framework, seed, outcome, case.description)
    assert counts["equal"] > len(seeds) / 3
    assert counts["refused"] or len(seeds) < 10


@pytest.mark.parametrize("damage", ["channels", "padding", "pool"])
def test_the_judge_of_maps_sees_a_damaged_graph(damage: str, monkeypatch: pytest.MonkeyPatch):
    """Channels in another order, a shifted padding, and a mean in the place of the largest."""
    pytest.importorskip("torch")
    from dataclasses import replace

    import torch
    from importing import fuzz_maps
    from torch import nn

    from sc_neurocore.importing.graph import Conv, Pool

    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(27, 3)
    ).double()

    def own(x):
        with torch.no_grad():
            return module(torch.from_numpy(x).reshape(-1, 2, 6, 6)).numpy()

    case = fuzz_maps.MapCase([], module, {"input_shape": (2, 6, 6)}, own, "float64", True)
    assert fuzz_maps.judge_map(case).kind == "equal"

    def damaged_node(node):
        match node:
            case Conv() if damage == "channels":
                return replace(node, weight=node.weight[..., ::-1])
            case Conv() if damage == "padding":
                return replace(node, window=replace(node.window, padding=(2, 0, 1, 1)))
            case Pool() if damage == "pool":
                return replace(node, kind="avg")
            case _:
                return node

    real = fuzz_maps.graph_of

    def damaged(source, **hints):
        graph = real(source, **hints)
        assert graph is not None
        return replace(graph, nodes=tuple(map(damaged_node, graph.nodes)))

    monkeypatch.setattr(fuzz_maps, "graph_of", damaged)
    assert fuzz_maps.judge_map(case).kind == "different"


@pytest.mark.parametrize("damage", ["swap", "drop"])
def test_the_judge_sees_a_damaged_graph(damage: str, monkeypatch: pytest.MonkeyPatch):
    """A property whose judge accepts everything proves nothing."""
    pytest.importorskip("torch")
    from dataclasses import replace

    import torch
    from importing import fuzz
    from torch import nn

    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 4)).double()

    def own(x):
        with torch.no_grad():
            return module(torch.from_numpy(x)).numpy()

    case = fuzz.Case([], module, {}, own, "float64", True)
    assert judge(case).kind == "equal"
    order = {"swap": [2, 1, 0], "drop": [0, 2]}[damage]
    real = fuzz.graph_of

    def damaged(source, **hints):
        graph = real(source, **hints)
        assert graph is not None
        return replace(graph, nodes=tuple(graph.nodes[i] for i in order))

    monkeypatch.setattr(fuzz, "graph_of", damaged)
    assert judge(case).kind == "different"
