"""Torch modules whose forward pass is the exact integer network: train them in a loop of one's own, then export.

>>> import torch
>>> from sc_neurocore.training import SCLinear, SCNetworkModule
>>> net = SCNetworkModule([SCLinear(3, 5, stream_length=16), SCLinear(5, 2, stream_length=16, neuron="linear")])
>>> x = torch.rand(4, 3)
>>> torch.nn.functional.cross_entropy(net(x), torch.tensor([0, 1, 1, 0])).backward()
>>> net.to_network(name="tiny").layers[0].stream_length
16
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np

from ...accel.exact_layer import quantize
from ...accel.executor import Time, run_steps
from ...accel.kinds import known_layers, map_before, sums_steps
from ...spec.encoding import dequantize
from ...spec.errors import CodesError, OptionError, require_extra
from ...spec.layer import WeightedLayer
from ...spec.maps import Layer
from ...spec.network import InputSpec, NetworkSpec, OutputSpec
from ..architecture import InputEncoding, bias_scale, input_encoding_for, layers_of
from ..config import TrainConfig
from ..spikes import surrogate_of

require_extra("torch", "torch")

import torch  # noqa: E402 -- after the check, so that a missing torch is an error that names the extra
from torch import Tensor, nn  # noqa: E402

from ...accel.torch.ops import TORCH  # noqa: E402
from .layer import LearnScale, SCLayer, SCLinear, real_outputs, smooth_step  # noqa: E402
from .maps import SCModule, flat_maps, module_of  # noqa: E402


class SCNetworkModule(nn.Module):
    """A network of `SCLinear`, `SCConv2d` and pools over one or several time steps; its integers are those of `infer`.

    `forward` takes real features and gives real outputs (logits), `integers` takes codes and gives the contract's
    integers, `to_network` gives the description for `infer`, `network_fn` and `generate`.
    """

    _scale: Tensor
    """float64 `(features,)`, beside `_offset`; only where `input_scale` is None."""
    _offset: Tensor

    def __init__(
        self,
        layers: Iterable[SCModule],
        *,
        time_steps: int = 1,
        repeat: bool | None = None,
        reduce: Literal["none", "sum"] | None = None,
        input_scale: float | np.ndarray = 1.0,
        input_offset: np.ndarray | None = None,
    ) -> None:
        """A network.

        Args:
            layers: in order; each one's outputs must be of the next one's input encoding and bits.
            time_steps: T.
            repeat: one vector of features for all steps; None: where there are several steps.
            reduce: sum the outputs over the steps; None: where there are several steps.
            input_scale: real feature of the largest input code; or, with an offset, one a feature.
            input_offset: real feature of the code 0, one a feature; None: 0 for all.

        Raises:
            OptionError: a layer is none of these.
            SpecError: the layers do not fit together; the message names the border.
        """
        super().__init__()
        self.layers = nn.ModuleList(layers)
        if not len(self.layers):
            raise OptionError("layers must hold at least one layer, got none")
        for i, layer in enumerate(self.layers):
            if not isinstance(layer, SCModule):
                names = ", ".join(kind.__name__ for kind in get_args(SCModule))
                raise OptionError(f"layers[{i}] must be one of {names}; got {type(layer).__name__}")
        self.time_steps = time_steps
        self.input_scale = float(input_scale) if np.ndim(input_scale) == 0 and input_offset is None else None
        """None where each feature has a scale and an offset of its own."""
        if self.input_scale is None:
            features = self._layers()[0].description.in_elements
            for name, numbers in (("_scale", input_scale), ("_offset", 0.0 if input_offset is None else input_offset)):
                values = np.broadcast_to(np.asarray(numbers, np.float64), features).copy()
                self.register_buffer(name, torch.from_numpy(values), persistent=False)
        self._shape: tuple[int, int, int] | None = None  # of the network's sample, where it came from one
        self.repeat = time_steps > 1 if repeat is None else repeat
        self._input_bits = 0  # 0: those of the first layer, as the contract wants them unless inputs are spikes
        self.reduce: Literal["none", "sum"] = reduce or ("sum" if time_steps > 1 else "none")
        self.to_network()  # refuses what is not legal, before anything is trained

    @classmethod
    def from_config(
        cls,
        config: TrainConfig,
        features: int,
        classes: int,
        *,
        input_encoding: InputEncoding | None = None,
        input_scale: float = 1.0,
    ) -> SCNetworkModule:
        """The network that a recipe describes, as the JAX trainer builds it.

        Args:
            config: sizes, stream length, neurons, surrogate.
            features: inputs of the first layer.
            classes: neurons of the last.
            input_encoding: None: the recipe's.
            input_scale: real feature of the largest input code.
        """
        encoding = input_encoding or input_encoding_for(config, signed=False)
        spike = surrogate_of(config)
        layers = layers_of(config, features, classes, encoding)
        return cls(
            (module_of(x, learn_scale=config.learn_scale, surrogate_fn=spike) for x in layers),
            time_steps=config.time_steps,
            input_scale=input_scale,
        )

    def at(self, descriptions: Sequence[Layer]) -> SCNetworkModule:
        """A module of other descriptions (another stream length) on the same parameters: training either trains both.

        Args:
            descriptions: one a layer, of the same sizes and kinds.
        """
        layers = []
        for old, layer in zip(self._layers(), descriptions, strict=True):
            new = module_of(layer, learn_scale=old.learn_scale, surrogate_fn=old.surrogate_fn)
            if isinstance(new, SCLayer) and isinstance(old, SCLayer):
                new.weight, new.bias, new.scale = old.weight, old.bias, old.scale
            layers.append(new)
        scale, offset = self._feature_arrays()
        module = SCNetworkModule(
            layers,
            time_steps=self.time_steps,
            repeat=self.repeat,
            reduce=self.reduce,
            input_scale=scale if self.input_scale is None else self.input_scale,  # type: ignore[arg-type]
            input_offset=offset,
        )
        module._input_bits, module._shape = self._input_bits, self._shape
        return module

    def _feature_arrays(self) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Scale and offset of each feature, float64; None where one scale holds for all."""
        if self.input_scale is not None:
            return None, None
        scale, offset = (getattr(self, name).double().cpu().numpy() for name in ("_scale", "_offset"))
        return scale, offset

    @classmethod
    def from_network(cls, network: NetworkSpec, *, learn_scale: LearnScale = "none") -> SCNetworkModule:
        """A module that computes this network's integers, to look at or to train further."""
        layers = []
        for layer, codes, counts in zip(known_layers(network, "SCNetworkModule"), network.weights, network.biases):
            module = module_of(layer, learn_scale=learn_scale)
            layers.append(module)
            if not isinstance(module, SCLayer) or not isinstance(layer, WeightedLayer):
                continue
            weight = torch.tensor(dequantize(codes, layer.weight_encoding, layer.resolution_bits), dtype=torch.float32)
            module.weight = nn.Parameter(module._as_parameter(weight).contiguous())
            bias = torch.tensor(counts / bias_scale(layer))  # a power of two: exact in float64
            module.bias = nn.Parameter(bias.float() if torch.equal(bias.float().double(), bias) else bias)
        head = network.input
        network_module = cls(
            layers,
            time_steps=head.time_steps,
            repeat=head.repeat,
            reduce=network.output.reduce,
            input_scale=network.input_scale if head.scale is None else head.scale,  # type: ignore[arg-type]
            input_offset=network.input_offset,
        )
        network_module._input_bits, network_module._shape = head.resolution_bits, head.shape
        return network_module

    def clip_(self) -> None:
        """`SCLinear.clip_` of all layers; call it after each optimizer step."""
        for layer in self._layers():
            layer.clip_()

    def _layers(self) -> Sequence[SCModule]:
        return tuple(self.layers)  # type: ignore[arg-type]

    def _outputs(self, codes: Tensor) -> Tensor:
        """The contract's outputs of codes, differentiable: float64 counts, or float32 codes."""
        layers = self._layers()
        time = Time(
            self.time_steps, self.time_steps == 1 or self.repeat, self.time_steps > 1 and sums_steps(self.reduce)
        )
        sample = ((self.time_steps,) if not time.repeated else ()) + (layers[0].description.in_elements,)
        if tuple(codes.shape[1:]) != sample:
            raise CodesError(
                f"inputs must have shape ({', '.join(map(str, ('batch', *sample)))}), got {tuple(codes.shape)}"
            )
        return run_steps(TORCH, [layer.exact() for layer in layers], codes, time)

    def forward(self, x: Tensor) -> Tensor:
        """Real outputs, float32, of real features.

        Args:
            x: `(batch, features)`, or `(batch, time_steps, features)` where each step has its own; where the first
                layer takes a map also `(batch, channels, rows, columns)`.
        """
        layers = self._layers()
        if x.ndim == 4:
            x = flat_maps(x, layers[0].description)
        entry, output = layers[0].description, layers[-1].description
        if self.input_scale is None:
            x = (x.double() - self._offset) / self._scale
        else:
            x = x / self.input_scale
        outputs = self._outputs(quantize(TORCH, x, entry.input_encoding, entry.resolution_bits))
        return real_outputs(output, outputs, last=True).to(torch.float32)

    @torch.no_grad()
    def integers(self, codes: Any) -> Tensor:
        """Integer outputs, int64, of integer codes: what `infer` gives for `to_network()`."""
        device = next(self.parameters()).device
        return self._outputs(torch.as_tensor(codes, device=device).to(torch.float32)).to(torch.int64)

    @torch.no_grad()
    def to_network(self, name: str = "network") -> NetworkSpec:
        """The integer network of the present parameters.

        Raises:
            SpecError: parameters have left what the contract allows (a bias of 2^30 counts, NaN).
        """
        entry = self._layers()[0].description
        scale, offset = self._feature_arrays()
        weights, biases = [], []
        for i, layer in enumerate(self._layers()):
            if not isinstance(layer, SCLayer):
                weights.append(np.zeros(layer.description.weight_shape, dtype=np.int64))
                biases.append(np.zeros(layer.description.bias_shape, dtype=np.int64))
                continue
            for parameter in ("weight", "bias"):
                if not torch.isfinite(getattr(layer, parameter)).all():
                    raise OptionError(f"layers[{i}].{parameter} must be finite; did training diverge?")
            weight, bias = layer.integer_parameters()
            weights.append(weight.cpu().numpy().astype(np.int64))
            biases.append(bias.cpu().numpy().astype(np.int64))
        return NetworkSpec(
            name=name,
            input=InputSpec(
                features=entry.in_elements,
                encoding=entry.input_encoding,
                resolution_bits=self._input_bits or entry.resolution_bits,
                shape=map_before(entry) or self._shape,
                per_feature=self.input_scale is None,
                scale=self.input_scale,
                time_steps=self.time_steps,
                repeat=self.repeat,
            ),
            output=OutputSpec(reduce=self.reduce),
            layers=tuple(layer.layer for layer in self._layers()),
            weights=tuple(weights),
            biases=tuple(biases),
            input_scale=scale,
            input_offset=offset,
        )


def spiking_layers(sizes: Sequence[int], *, stream_length: int = 16, **options: Any) -> list[SCLinear]:
    """A spiking network's layers: `lif` between them, the last one linear (its sum over the steps decides).

    Args:
        sizes: features, neurons of each hidden layer, classes.
        stream_length: of every layer.
        options: `neuron`, `learn_scale`, `surrogate_fn`, `resolution_bits` … of `SCLinear`, for all hidden layers.
    """
    layers = []
    for i, (inputs, neurons) in enumerate(pairwise(sizes)):
        fields: dict[str, Any] = {"neuron": "lif", **options, "stream_length": stream_length}
        if i == len(sizes) - 2:
            fields = {k: v for k, v in fields.items() if k not in ("learn_scale", "surrogate_fn")} | {
                "neuron": "linear"
            }
        if i > 0:
            fields["input_encoding"] = "spike"
        layers.append(SCLinear(inputs, neurons, **fields))
    return layers


__all__ = ["SCLinear", "SCNetworkModule", "smooth_step", "spiking_layers"]
