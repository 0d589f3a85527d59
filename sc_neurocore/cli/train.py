"""`sc-neurocore train`: a network trained through its own integers."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from typing import get_args

from ..training.config import RECIPES, TrainConfig
from .options import FORCE, PAIR, Option, Verb, numbers, pair
from .output import say


def train(options: Namespace) -> int:
    """Write the model folder and print its accuracies."""
    from ..training import train as train_network

    recipe = {key: value for key in TrainConfig.model_fields if (value := getattr(options, key, None)) is not None}
    if options.leak_shift == "none":
        recipe["leak_shift"] = None
    config = TrainConfig(**(RECIPES[options.recipe] | recipe), **pair(options))
    arguments = {"data": options.data, "init_from": options.init_model, "resume": not options.restart}
    model = train_network(config, options.out, **arguments, progress=say)
    accuracies = (f"{name} {value:.2%}" for name, value in sorted(model.accuracy.items()) if value is not None)
    print(f"{options.out}: {', '.join(accuracies)}")
    return 0


def named(field: str) -> tuple[str, ...]:
    """The names that a field of the recipe takes."""
    return get_args(TrainConfig.model_fields[field].annotation)


def number_or_none(text: str) -> int | str:
    """`2`, or `none`, which the verb turns into None."""
    return "none" if text == "none" else numbers(text)[0]


def words(text: str) -> tuple[str, ...]:
    """`conv6k5,pool2,10`: words of `training.layer_list`."""
    return tuple(text.split(","))


def schedule(text: str) -> tuple[tuple[int, int], ...]:
    """`0:64,100:16`: pairs of a first epoch and a stream length."""
    try:
        pairs = tuple(tuple(int(number) for number in part.split(":")) for part in text.split(","))
        return tuple((epoch, length) for epoch, length in pairs)
    except ValueError:
        raise ArgumentTypeError(f"must be EPOCH:LENGTH pairs with commas between, got {text!r}") from None


VERB = Verb(
    "train",
    "train a network through its own integers",
    train,
    (
        Option("--out", metavar="DIR", required=True, help="model folder"),
        FORCE,
        Option(
            "--data",
            metavar="PATH",
            help=".npz (x, y, x_test, y_test), .csv, or a folder of .npy, IDX or .csv files; default: digits",
        ),
        Option("--recipe", choices=[*RECIPES], default="digits", help="images: for tens of thousands of larger images"),
        Option("--stream-length", type=int, metavar="L"),
        Option("--resolution-bits", type=int, metavar="N", help="default: ceil(log2 L)"),
        PAIR,
        Option("--hidden", type=numbers, metavar="H[,H...]", help="neurons of the hidden layers"),
        Option(
            "--layers",
            type=words,
            metavar="WORD[,WORD...]",
            help="in the place of --hidden, up to the classes, as conv6k5p2,pool2,conv16k5,pool2,120,84,10",
        ),
        Option("--encoding", choices=named("encoding")),
        Option("--neuron", choices=named("neuron"), help="lif: a spiking network over --time-steps"),
        Option("--time-steps", type=int, metavar="T", help="the input is repeated, the outputs are summed"),
        Option("--leak-shift", type=number_or_none, metavar="K", help="v loses v >> K at each step; 'none': no leak"),
        Option("--v-threshold", type=float, help="in units of x·w; default 1"),
        Option("--comparator", choices=named("comparator")),
        Option("--reset", choices=named("reset")),
        Option("--surrogate", metavar="CALL", help="slope of a spike, as 'Sigmoid(alpha=4.0)'"),
        Option("--learn-scale", choices=named("learn_scale"), help="of each hidden layer"),
        Option(
            "--schedule",
            type=schedule,
            metavar="E:L[,E:L...]",
            help="stream lengths from epoch E on; deploy at --stream-length",
        ),
        Option("--forward", choices=named("forward"), help="float: the real-valued reference"),
        Option("--name", help="of the network and its Verilog top module"),
        *(Option(f"--{name}", type=int) for name in ("epochs", "batch-size", "border-shift", "seed")),
        *(
            Option(f"--{name}", type=float)
            for name in ("learning-rate", "input-noise", "label-smoothing", "logit-gain")
        ),
        Option("--optimizer", metavar="NAME", help="of optax; default: adam"),
        Option("--learning-rate-schedule", choices=named("learning_rate_schedule"), help="default: cosine"),
        Option("--warmup-epochs", type=int, metavar="N", help="the learning rate rises from 0"),
        Option("--noise-on", choices=named("noise_on"), help="nonzero: inputs that are 0 get no noise"),
        Option("--pixel-shift", type=int, metavar="K", help="images move by up to K pixels while training"),
        Option("--image-shape", type=numbers, metavar="H,W[,C]", help="default: as the data has it"),
        Option("--validation", type=float, metavar="SHARE", help="held out; the epoch that does best there is kept"),
        Option("--sparsity", type=float, metavar="SHARE", help="of the weights become 0, gradually"),
        Option("--product-flips", type=float, metavar="P", help="each bit of a product is flipped so often"),
        Option(
            "--init-from", dest="init_model", metavar="DIR", help="model folder whose parameters training starts from"
        ),
        Option("--restart", action="store_true", help="forget the checkpoint of an interrupted run"),
    ),
)
