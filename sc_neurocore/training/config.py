"""What is trained, and how: one frozen, validated record that a checkpoint and a model folder carry."""

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    Strict,
    ValidationError,
    field_validator,
    model_serializer,
    model_validator,
)

from ..spec.base import one_line, refuse_sets
from ..spec.errors import OptionError
from ..spec.generator import DEFAULT_INPUT_GENERATOR, DEFAULT_WEIGHT_GENERATOR, Generator
from ..spec.keywords import KEYWORDS
from ..spec.layer import Accumulator, ParallelCounter
from .layer_list import Dense, Word, on_maps, parse

OPTIONS = frozenset(
    {"optimizer", "learning_rate_schedule", "warmup_epochs", "noise_on", "pixel_shift", "image_shape", "validation"}
    | {"sparsity", "init_from", "layers", "product_flips"}
)
"""Fields that a recipe's record holds only where they are used."""
MOST_EPOCHS = 100_000


class TrainConfig(BaseModel, frozen=True):
    """A network and its recipe.

    The defaults are the recipe of the accuracy figures: Adam 1e-2 with cosine decay to 0, 250 epochs, batch 64, input
    noise 0.1, border shift 1, weights held in [-1, 1].
    """

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    name: str = Field(default="network", pattern=r"^[a-z][a-z0-9_]{0,62}$")
    """Name of the network, and of its Verilog top module."""
    hidden: tuple[int, ...] = Field(default=(32,), strict=False)
    """Neurons of the hidden layers; inputs and classes come from the data."""
    forward: Literal["exact", "float"] = "exact"
    """`exact`: through the integers at `stream_length`; `float`: the real-valued network with the same ranges."""
    stream_length: int = Field(default=256, ge=1, le=2**20)
    resolution_bits: int | None = Field(default=None, ge=2, le=16)
    """Bits of codes; None: ceil(log2(stream_length)), at least 2."""
    encoding: Literal["sign_magnitude", "bipolar"] = "sign_magnitude"
    """`sign_magnitude`: unipolar activations and signed weights; `bipolar`: both bipolar (clamp neurons)."""
    input_generator: Generator = DEFAULT_INPUT_GENERATOR
    weight_generator: Generator = DEFAULT_WEIGHT_GENERATOR
    accumulator: Accumulator = ParallelCounter()
    neuron: Literal["relu", "lif"] = "relu"
    """Of the hidden layers. `relu`: a value each evaluation (clamp where bipolar); `lif`: spikes over `time_steps`."""
    time_steps: int = Field(default=1, ge=1, le=1024)
    """Steps T of a spiking network; the same input at each, the outputs summed."""
    leak_shift: int | None = Field(default=2, ge=1, le=31)
    """k in v ← v − (v >> k) + x·w + b; None: no leak."""
    v_threshold: float = Field(default=1.0, gt=0, le=1024)
    """Membrane at which a `lif` neuron fires, in units of x·w (to the power of two that a layer's counts offer)."""
    comparator: Literal["ge", "gt"] = "ge"
    reset: Literal["subtract", "zero"] = "subtract"
    surrogate: str = Field(default="Arctan(alpha=2.0)", max_length=200)
    """Slope of a spike in (v − v_threshold) / v_threshold: an entry of `training.surrogate.CATALOGUE`, as a call."""
    border_shift: int = Field(default=1, ge=0, le=15)
    """s in h = clip((x·w + b) / 2^s, 0, 1)."""
    learn_scale: Literal["none", "power_of_two", "multiplier"] = "none"
    """A learned factor on each hidden layer's border (of a `lif` layer: on its threshold), exact in the forward."""
    schedule: tuple[Annotated[tuple[int, int], Strict(False)], ...] = Field(default=(), strict=False)
    """Stream lengths while training: pairs (first epoch, L), from epoch 0 on. Empty: `stream_length` throughout. The
    network is measured and exported at `stream_length`: train long, deploy short."""
    logit_gain: float = Field(default=1.0, gt=0)
    """Factor on the outputs inside the loss; no bit of the network depends on it."""
    epochs: int = Field(default=250, ge=1, le=MOST_EPOCHS)
    batch_size: int = Field(default=64, ge=1)
    learning_rate: float = Field(default=1e-2, gt=0)
    input_noise: float = Field(default=0.1, ge=0)
    """Standard deviation of the noise added to inputs (in units of the input scale) while training."""
    label_smoothing: float = Field(default=0.0, ge=0, lt=1)
    seed: int = Field(default=0, ge=0, lt=2**31)
    optimizer: str = Field(default="adam", pattern=r"^[a-z][a-z0-9_]{0,62}$")
    """Of optax, by its name there: any that a gradient and a learning-rate schedule suffice for."""
    learning_rate_schedule: Literal["cosine", "linear", "constant"] = "cosine"
    """How the rate goes to 0 over the run; `constant`: it stays."""
    warmup_epochs: int = Field(default=0, ge=0)
    """Epochs over which the learning rate first rises from 0."""
    noise_on: Literal["all", "nonzero"] = "all"
    """`nonzero`: an input that is 0, as most pixels of a drawing are, gets no noise."""
    pixel_shift: int = Field(default=0, ge=0, le=16)
    """Each image is moved by up to so many pixels along both axes while training."""
    image_shape: tuple[int, ...] | None = Field(default=None, strict=False)
    """(height, width) or (height, width, channels) of images that are moved, or that layers take as maps; None: as the
    data has them."""
    validation: float = Field(default=0.0, ge=0, le=0.9)
    """Share of the training samples that is held out; the parameters of the epoch that does best on it are kept."""
    sparsity: float = Field(default=0.0, ge=0, le=0.99)
    """Share of the weights that is 0 in the end: see `training.pruning`."""
    layers: tuple[str, ...] = Field(default=(), strict=False)
    """Words of `training.layer_list` for layers on maps, in the place of `hidden`, the last one the classes."""
    product_flips: float = Field(default=0.0, ge=0, le=0.5)
    """Probability with which each bit of a product's stream is flipped while training: see `accel.jax.flips`."""
    init_from: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    """sha256 of the parameters that training started from: `train` fills it in where it is given a model."""

    def __init__(self, **data: Any) -> None:
        refuse_sets(data, OptionError)
        try:
            super().__init__(**data)
        except ValidationError as error:
            raise OptionError(one_line(error)) from None

    @field_validator("name")
    @classmethod
    def _name_is_identifier(cls, name: str) -> str:
        if name in KEYWORDS:
            raise ValueError(f"must be no keyword of Verilog, SystemVerilog or VHDL, got {name!r}")
        return name

    @field_validator("hidden")
    @classmethod
    def _hidden_sizes(cls, hidden: tuple[int, ...]) -> tuple[int, ...]:
        if len(hidden) > 63 or any(not 1 <= size <= 65_536 for size in hidden):
            raise ValueError(f"must hold at most 63 sizes of 1 to 65536 neurons, got {hidden}")
        return hidden

    @field_validator("layers")
    @classmethod
    def _layers_are_words(cls, layers: tuple[str, ...]) -> tuple[str, ...]:
        if len(layers) > 64:
            raise ValueError(f"must hold at most 64 layers, got {len(layers)}")
        if layers:
            parse(layers)
        return layers

    @field_validator("schedule")
    @classmethod
    def _schedule_ascends(cls, schedule: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        epochs = [epoch for epoch, _ in schedule]
        if schedule and (epochs[0] != 0 or any(a >= b for a, b in pairwise(epochs))):
            raise ValueError(f"must hold pairs (first epoch, stream length), epochs ascending from 0; got {schedule}")
        if any(not 1 <= length <= 2**20 for _, length in schedule):
            raise ValueError(f"must hold stream lengths of 1 to 2^20, got {schedule}")
        return schedule

    @model_validator(mode="after")
    def _time_fits(self) -> "TrainConfig":
        match self.neuron, self.encoding:
            case "lif", "bipolar":
                raise ValueError("encoding must be 'sign_magnitude' where neuron is 'lif', got 'bipolar'")
            case "relu", _ if self.time_steps > 1:
                rule = "time_steps must be 1 where neuron is 'relu'"
                raise ValueError(f"{rule}, got {self.time_steps}; take neuron 'lif'")
            case ("relu", _) | ("lif", "sign_magnitude"):
                pass
            case neuron, encoding:
                raise ValueError(f"training has no neuron {neuron!r} with encoding {encoding!r}")
        if self.schedule and self.forward == "float":
            raise ValueError("schedule must be empty where forward is 'float': it has no stream length")
        if self.product_flips:
            match self.neuron, self.accumulator:
                case "relu", ParallelCounter() if self.forward == "exact":
                    pass
                case neuron, accumulator:
                    rule = "product_flips must be 0 but for exact networks of relu neurons and parallel counters"
                    raise ValueError(f"{rule}, got neuron {neuron!r}, {accumulator.kind}, forward {self.forward!r}")
        if self.warmup_epochs >= self.epochs:
            raise ValueError(f"warmup_epochs must be fewer than the {self.epochs} epochs, got {self.warmup_epochs}")
        if self.product_flips and self.layers and on_maps(parse(self.layers)):
            raise ValueError(f"product_flips must be 0 where a layer takes a map, got {self.product_flips}")
        if self.layers and self.hidden != type(self).model_fields["hidden"].default:
            raise ValueError(f"hidden must not be given beside layers, got {self.hidden}")
        if self.image_shape is not None and not self.needs_image_shape:
            rule = "must be None where pixel_shift is 0 and no layer takes a map: nothing depends on it"
            raise ValueError(f"image_shape {rule}")
        return self

    @model_serializer(mode="wrap")
    def _without_unused_options(self, fields: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A recipe that does not use an option says nothing of it: files of older recipes stay as they are."""
        defaults = type(self).model_fields
        return {
            key: v
            for key, v in fields(self).items()
            if key not in OPTIONS or getattr(self, key) != defaults[key].default
        }

    @property
    def bits(self) -> int:
        """Resolution of codes n."""
        if self.resolution_bits is not None:
            return self.resolution_bits
        return min(16, max(2, (self.stream_length - 1).bit_length()))

    @property
    def needs_image_shape(self) -> bool:
        """Whether anything depends on where a feature lies in its image."""
        return self.pixel_shift > 0 or (bool(self.layers) and on_maps(parse(self.layers)))

    def words(self, classes: int) -> tuple[Word, ...]:
        """The layers in order, for data of so many classes.

        Raises:
            OptionError: the last of `layers` says another number of classes.
        """
        words = parse(self.layers) if self.layers else tuple(Dense(size) for size in (*self.hidden, classes))
        if words[-1] != Dense(classes):
            raise OptionError(f"layers must end in the data's number of classes, {classes}; got {self.layers[-1]!r}")
        return words

    def at_epoch(self, epoch: int) -> "TrainConfig":
        """The recipe that holds in an epoch (from 0): at the stream length that the schedule gives for it."""
        lengths = (length for first, length in reversed(self.schedule) if first <= epoch)
        length = next(lengths, self.stream_length)
        return self.replace(stream_length=length, schedule=())

    def replace(self, **changes: Any) -> "TrainConfig":
        """A copy with some fields changed, validated."""
        return TrainConfig(**({key: getattr(self, key) for key in type(self).model_fields} | changes))


RECIPES: dict[str, dict[str, Any]] = {
    "digits": {},
    "images": {
        "epochs": 40,
        "batch_size": 128,
        "learning_rate": 3e-3,
        "border_shift": 3,
        "input_noise": 0.0,
        "pixel_shift": 1,
    },
}
"""Recipes by name, as fields of `TrainConfig`: the default one, and one for tens of thousands of images of some hundred
pixels at 16 bits a stream or more (`benchmarks/mnist.py`, which takes border shift 2 and 5e-3 for shorter streams)."""
