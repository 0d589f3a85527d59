"""Torch modules come in by their forward pass: what the next one computes, or one error that names the operation."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from sc_neurocore.spec.errors import OptionError

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn.utils import parametrizations, prune  # noqa: E402

from sc_neurocore.importing.graph import Clip, Dense  # noqa: E402
from sc_neurocore.importing.probes import check_source, probes  # noqa: E402
from sc_neurocore.importing.torch.trained import refuse_trained, trained_layers  # noqa: E402
from sc_neurocore.importing.torch_graph import torch_graph  # noqa: E402


@pytest.fixture(autouse=True)
def _seeded():
    torch.manual_seed(0)


class Then(nn.Module):
    """A function behind a dense layer."""

    def __init__(self, function: Any, inputs: int = 8, outputs: int = 8) -> None:
        super().__init__()
        self.linear, self.function = nn.Linear(inputs, outputs), function

    def forward(self, x):
        return self.function(self.linear(x))


def same(module: nn.Module, error: float = 1e-12, **hints: Any):
    """The module's graph, which gives what the module itself gives."""
    graph = torch_graph(module, **hints)
    x = probes(graph, count=64)
    own = module.eval().double() if error < 1e-9 else module.eval()
    sample = hints.get("input_shape", (graph.features,))
    with torch.no_grad():
        want = own(torch.from_numpy(x).to(torch.float64 if error < 1e-9 else torch.float32).reshape(-1, *sample))
    want = want.double().numpy().reshape(len(x), -1)
    got = graph.run(x, tail=True)
    assert np.abs(want).max() > 0.01
    np.testing.assert_allclose(got, want, rtol=0, atol=error * np.abs(want).max())
    np.testing.assert_allclose(graph.evaluate(x), want, rtol=0, atol=error * np.abs(want).max())
    return graph


def refused(module: nn.Module, *words: str, **hints: Any) -> None:
    with pytest.raises(OptionError) as error:
        torch_graph(module, **hints)
    message = str(error.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_layer_that_is_used_twice_counts_twice():
    linear, activation = nn.Linear(8, 8), nn.ReLU()
    graph = same(nn.Sequential(linear, activation, linear, activation, nn.Linear(8, 4)))
    assert [type(node) for node in graph.nodes] == [Dense, Clip, Dense, Clip, Dense]
    assert (graph.framework, graph.features, graph.precision) == ("torch", 8, "float64")


def test_a_shared_norm_and_block_count_each_time():
    norm = nn.BatchNorm1d(8)
    norm.running_mean.normal_()
    norm.running_var.uniform_(0.2, 2)
    block = nn.Sequential(nn.Linear(8, 8), norm, nn.ReLU(inplace=True), nn.Dropout())
    same(nn.Sequential(nn.Flatten(), block, block, norm, nn.Linear(8, 3), nn.LogSoftmax(1)))


def test_a_subclass_computes_by_its_own_forward():
    class Opposite(nn.Sequential):
        def forward(self, input):
            return -super().forward(input)

    same(Opposite(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 4)))


def test_functions_plain_parameters_and_masks():
    class Own(nn.Module):
        def __init__(self):
            super().__init__()
            self.last = nn.Linear(5, 3)
            self.first = nn.Linear(8, 6)
            self.w = nn.Parameter(torch.randn(5, 6))
            self.mask = torch.tensor([1.0, 0, 1, 1, 0])

        def forward(self, x):
            x = torch.clamp(self.first(x.view(x.size(0), -1)), min=0, max=3)
            x = F.relu6(x @ self.w.t()) * self.mask
            x = x.unsqueeze(1).transpose(1, 2).squeeze(-1)[:, [4, 2, 1, 0, 3]]
            x = F.hardtanh_(torch.cat([x[:, 3:], x[:, :3]], dim=1), -2, 2)
            return F.log_softmax(self.last(x).flip(1), dim=-1)

    same(Own())


def test_hooks_belong_to_the_forward_pass_and_stay():
    module = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))
    module[0].register_forward_hook(lambda _, __, output: output * 2)
    module[2].register_forward_pre_hook(lambda _, args: (args[0] + 1,))
    module.register_forward_hook(lambda _, __, output: -output)
    same(module)
    assert (len(module[0]._forward_hooks), len(module[0]._forward_pre_hooks)) == (1, 0)


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_weights_that_hooks_compute_are_those_of_the_next_forward_pass():
    module = nn.Sequential(nn.utils.weight_norm(nn.Linear(8, 8)), nn.ReLU(), nn.Linear(8, 4))
    prune.l1_unstructured(module[2], "weight", amount=0.5)
    module(torch.ones(2, 8))
    with torch.no_grad():
        module[0].weight_g.mul_(-2)
        module[2].weight_orig.mul_(-2)
    stale = module[2].weight.detach().double().numpy()
    graph = same(module)
    last = graph.nodes[-1]
    assert isinstance(last, Dense)
    np.testing.assert_allclose(last.weight, -2 * stale)


def test_parametrizations():
    module = nn.Sequential(
        parametrizations.weight_norm(nn.Linear(4, 4)), nn.ReLU(), parametrizations.spectral_norm(nn.Linear(4, 4))
    )
    module(torch.ones(2, 4))
    same(module)


def test_the_module_is_not_changed():
    module = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(), nn.Linear(4, 2)).train()
    module[1].eval()
    before = copy.deepcopy(module.state_dict())
    torch_graph(module)
    assert [each.training for each in module.modules()] == [True, True, False, True, True]
    assert all(torch.equal(before[key], value) for key, value in module.state_dict().items())
    assert not any(each._forward_hooks or each._forward_pre_hooks for each in module.modules())


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x * (x > 0),
        lambda x: torch.where(x > 0, x, torch.zeros_like(x)),
        lambda x: x.masked_fill(x < 0, 0.0),
        lambda x: x.relu_().mul_(2).add_(1),
        lambda x: F.hardsigmoid(x),
        lambda x: F.threshold(x, 0.5, 0.5),
        lambda x: F.leaky_relu(x, 0.0),
        lambda x: torch.where(torch.arange(8) > 3, x, 1.5),
        lambda x: torch.exp(x) / torch.exp(x).sum(1, keepdim=True),
        lambda x: x - torch.logsumexp(x, 1, keepdim=True),
        lambda x: x.roll(1, 1)[:, :5].softmax(-1),
        lambda x: torch.sigmoid(x[:, :1]),
        lambda x: x.view(-1, 2, 4).permute(0, 2, 1).flatten(1),
        lambda x: x.unsqueeze(1).expand(-1, 2, -1).reshape(len(x), -1),
        lambda x: torch.max(x, 1).indices,
        lambda x: x.argmax(1, keepdim=True),
        lambda x: x[:, 0],
        lambda x: (x,)[0].chunk(2, 1)[1],
        lambda x: 1 - x / 3,
    ],
)
def test_functions(function):
    same(Then(function))


def test_constants_of_another_type_are_promoted_as_torch_does():
    graph = same(Then(lambda x: torch.einsum("bi,oi->bo", x, torch.ones(3, 8))), error=1e-5)
    assert graph.precision == "float32"  # the float64 copy does not run: the constant is float32


def test_a_cast_inside_limits_the_precision():
    assert same(Then(lambda x: x.float()), error=1e-5).precision == "float32"


UNSUPPORTED = {
    "tanh": (torch.tanh, ("tanh", "supported are")),
    "gelu": (F.gelu, ("gelu(approximate=none)", "supported are")),
    "leaky": (lambda x: F.leaky_relu(x, 0.1), ("leaky_relu(negative_slope=0.1)", "supported")),
    "threshold": (lambda x: F.threshold(x, 1, 0), ("threshold=1", "value=0")),
    "residual": (lambda x: x + F.relu(x), ("add", "two branches of the network join here")),
    "gate": (lambda x: x * torch.sigmoid(x), ("mul", "two branches")),
    "over time": (lambda x: F.linear(x.view(-1, 2, 4), torch.ones(3, 4)), ("linear", "shared by (2,) positions")),
    "samples mix": (lambda x: x.reshape(-1, 4), ("reshape", "samples of a batch")),
    "samples turn": (lambda x: x.flip(0), ("flip", "samples of a batch")),
    "over the batch": (lambda x: F.softmax(x, dim=0), ("softmax", "axis 0")),
    "batch last": (lambda x: x.T, ("batch on axis 1",)),
    "by data": (lambda x: x if x[0, 0] > 0 else -x, ("select", "samples of a batch")),
    "numbers": (lambda x: torch.tensor(x.numpy()), ("numpy",)),
    "list": (lambda x: torch.tensor(x.tolist()), ("tolist",)),
    "dropout": (F.dropout, ("dropout(p=0.5, train=True)", "random")),
    "noise": (lambda x: x + torch.randn_like(x), ("randn_like",)),
    "noise of samples": (lambda x: x + torch.randn(3, 8), ("differs between the samples",)),
    "half": (lambda x: x.half(), ("to(", "float16", "rounds")),
    "integers": (lambda x: x.long(), ("int64", "rounds")),
    "complex": (lambda x: x * torch.tensor([1j] * 8), ("mul", "complex64")),
    "batch statistics": (lambda x: F.batch_norm(x, None, None, training=True), ("batch_norm", "training=True")),
    "layer norm": (lambda x: F.layer_norm(x, (8,)), ("layer_norm", "eps=1e-05")),
    "dictionary": (lambda x: {"a": x}, ("dict",)),
    "constant": (lambda x: torch.ones(3, 2), ("does not depend",)),
    "maximum": (lambda x: x.amax(1), ("max", "part of a softmax")),
    "tail inside": (lambda x: F.relu(torch.softmax(x, 1)), ("softmax", "last operation only")),
    "device": (lambda x: x.to("meta"), ("meta",)),
    "wider": (lambda x: torch.maximum(x[:, :1], torch.zeros(8)), ("maximum", "(8,)", "(3, 1)")),
    "padding": (lambda x: F.pad(x, (1, 1)), ("pad", "a map must have a batch, rows, columns and channels")),
    "padding by ones": (lambda x: F.pad(x, (1, 1), value=1.0), ("pad", "[1, 1]", "something else than zeros")),
    "constant column": (lambda x: torch.cat([x, torch.ones(len(x), 1)], 1), ("cat",)),
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_what_is_not_supported_is_refused_by_name(name: str):
    function, words = UNSUPPORTED[name]
    refused(Then(function), *words)


def test_modules_are_named_by_their_path():
    refused(nn.Sequential(nn.Sequential(nn.Linear(8, 8), nn.Tanh()), nn.Linear(8, 2)), "0.1 (Tanh): tanh()")
    refused(
        nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 2)), "0 (Conv2d): conv2d:", "give input_shape="
    )
    refused(nn.LSTM(4, 4), "module (LSTM): lstm(")
    refused(nn.TransformerEncoderLayer(8, 2, batch_first=True), "self_attn (MultiheadAttention)")
    refused(nn.Sequential(nn.BatchNorm1d(8, track_running_stats=False), nn.Linear(8, 2)), "0 (BatchNorm1d)", "running")


def test_a_refusal_that_the_program_catches_is_one_still():
    def catches(x):
        try:
            return torch.tanh(x)
        except ValueError:
            return x

    refused(Then(catches), "tanh")


def test_a_tensor_that_was_written_through_a_view_is_out_of_date():
    def through_a_view(x):
        x.view(-1, 8).relu_()
        return x

    def a_part(x):
        x[:, :4].mul_(2)
        return x

    def a_column(x):
        x[:, 0] = 0
        return x

    refused(Then(through_a_view), "written in place")
    refused(Then(a_part), "written in place")
    refused(Then(a_column), "fill_")
    same(Then(lambda x: x.view(-1, 8).relu_().view(-1, 2, 4).flatten(1)))


def test_weights_that_hold_no_numbers():
    refused(nn.Sequential(nn.Linear(8, 4, device="meta")), "0.weight", "meta")
    refused(nn.LazyLinear(4), "not initialized")
    refused(nn.Linear(3, 2, dtype=torch.complex64), "weight", "complex64")
    module = nn.Linear(3, 2)
    with torch.no_grad():
        module.weight[1, 2] = float("nan")
    refused(module, "weight must be finite, got nan at (1, 2)")


def test_bfloat16_weights_are_exact_numbers():
    same(nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).to(torch.bfloat16))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_comes_in_by_its_operations():
    script = torch.jit.script  # deprecated, and in use
    same(script(nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))))
    refused(script(nn.Sequential(nn.Linear(8, 4), nn.Tanh())), "tanh")


def test_the_number_of_features():
    assert torch_graph(nn.Sequential(nn.BatchNorm1d(7), nn.ReLU(), nn.Linear(7, 2))).features == 7
    graph = same(nn.Sequential(nn.Flatten(), nn.Linear(24, 3)), input_shape=(2, 3, 4))
    assert graph.features == 24
    refused(nn.ReLU(), "features=N", "input_shape")
    assert torch_graph(nn.ReLU(), features=4).features == 4

    class First4(nn.Linear):
        def forward(self, input):
            return super().forward(input[:, :4])

    refused(First4(4, 2), "features=N")  # any number of features from 4 on would do
    assert torch_graph(First4(4, 2), features=6).features == 6
    refused(nn.Linear(8, 2), "(3, 9)", "linear", features=9)
    refused(nn.Linear(8, 2), "positive", features=0)
    refused(nn.Linear(8, 2), "not both", features=8, input_shape=(8,))


def test_the_input_is_not_written():
    class Overwrites(nn.Linear):
        def forward(self, input):
            return super().forward(input.relu_())

    graph = same(Overwrites(4, 2))
    x = probes(graph, count=8)
    kept = x.copy()
    assert graph.evaluate is not None
    graph.evaluate(x)
    np.testing.assert_array_equal(x, kept)


def test_networks_of_our_own_are_known_and_never_followed():
    from sc_neurocore.training import SCLinear, SCNetworkModule

    layer, last = SCLinear(8, 8), SCLinear(8, 3, neuron="linear")
    assert trained_layers(nn.Sequential(layer, nn.Dropout(), nn.Sequential(layer), last)) == [layer, layer, last]
    assert trained_layers(SCNetworkModule([layer, last])) == [layer, last]
    assert trained_layers(nn.Linear(8, 2)) is None
    refuse_trained(nn.Linear(8, 2))

    class Opposite(SCNetworkModule):
        def forward(self, x):
            return -super().forward(x)

    class Renamed(SCLinear):
        pass

    assert trained_layers(nn.Sequential(Renamed(8, 3))) is not None
    with pytest.raises(OptionError, match="Opposite, whose own forward may change what SCNetworkModule computes"):
        trained_layers(Opposite([layer, last]))
    with pytest.raises(OptionError, match=r"Sequential.1 \(ReLU\) cannot stand among SCLinear"):
        trained_layers(nn.Sequential(layer, nn.ReLU(), last))
    hooked = SCLinear(8, 8)
    hooked.register_forward_hook(lambda _, __, output: output * 2)
    with pytest.raises(OptionError, match="hooks"):
        trained_layers(nn.Sequential(hooked, last))
    refused(SCNetworkModule([layer, last]), "computes integers already")


def test_the_source_check_passes_for_a_whole_network():
    graph = torch_graph(nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2), nn.Softmax(1)))
    check = check_source(graph, probes(graph))
    assert check.checked
    assert check.relative_error is not None
    assert check.relative_error < 1e-12
    assert (check.framework, check.precision, check.probes, check.argmax_agreement) == ("torch", "float64", 256, 1.0)
