"""How a verb's options are described, the options that several verbs share, and how their texts become values."""

from __future__ import annotations

import argparse
import io
import json
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

from ..explore import PAIRS
from ..spec.errors import OptionError
from ..spec.files.atomic import keeping_others
from ..synth.targets import TARGETS
from . import output
from .command.formatting import PlainHelp, default_text_of


class Option:
    """One argument: name and keywords as `argparse` takes them."""

    def __init__(self, name: str, **keywords: Any) -> None:
        self.name, self.keywords = name, keywords

    @property
    def key(self) -> str:
        """Name of its value among the parsed ones."""
        return self.keywords.get("dest") or self.name.lstrip("-").replace("-", "_")

    def add_to(self, parser: Any) -> None:
        """Declare it on a parser or a group."""
        help_text = {} if "help" in self.keywords else {"help": default_text_of(self.keywords.get("default"))}
        parser.add_argument(self.name, **self.keywords, **help_text)


@dataclass(frozen=True)
class Group:
    """Options that belong together, and how a parser makes room for them."""

    options: Sequence[Option]
    room: Callable[[argparse.ArgumentParser], Any]

    def add_to(self, parser: argparse.ArgumentParser) -> None:
        """Declare them on a parser."""
        room = self.room(parser)
        for option in self.options:
            option.add_to(room)


def titled(title: str, *options: Option, description: str | None = None) -> Group:
    """Options that the help shows under a title of their own.

    Args:
        title: the title.
        options: what stands under it.
        description: what stands between; None: nothing.
    """
    return Group(options, lambda parser: parser.add_argument_group(title, description))


def one_of(*options: Option, required: bool = False) -> Group:
    """Options of which at most one may be given, or exactly one."""
    return Group(options, lambda parser: parser.add_mutually_exclusive_group(required=required))


@dataclass(frozen=True)
class Verb:
    """One verb: its name, the sentence of the help, what it does, and its options in the order of the help."""

    name: str
    help: str
    action: Callable[[argparse.Namespace], int]
    options: Sequence[Option | Group] = ()

    def add_to(self, verbs: Any, example: str = "") -> None:
        """Declare it among the command's verbs; the example stands at the end of its help."""
        epilog = f"example:\n  {example}" if example else None
        parser = verbs.add_parser(
            self.name, help=self.help, description=self.help, epilog=epilog, formatter_class=PlainHelp
        )
        parser.set_defaults(verb=self.run)
        for option in self.options:
            option.add_to(parser)
        group = parser.add_argument_group("what is said")
        if "--json" not in parser.options():
            group.add_argument(
                "--json", dest="as_json", action="store_true", help="print the results as one JSON object"
            )
        group.add_argument("-q", "--quiet", action="store_true", help="no progress, results alone")
        group.add_argument("-v", "--verbose", action="store_true", help="progress with the time of day")
        parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)

    def run(self, options: argparse.Namespace) -> int:
        """Do what it does, with as much said as was asked for; returns the exit status."""
        output.VOICE.set(quiet=options.quiet, verbose=options.verbose)
        try:
            with keeping_others(getattr(options, "force", False)):
                if not getattr(options, "as_json", False):
                    return self.action(options)
                shown = io.StringIO()
                with redirect_stdout(shown):
                    status = self.action(options)
        finally:
            output.VOICE.set()
        document = {"verb": self.name, "status": status, "output": shown.getvalue().splitlines()}
        print(json.dumps(document | getattr(options, "document", {}), sort_keys=True, default=str))
        return status


@dataclass(frozen=True)
class VerbGroup:
    """Verbs under a name of their own: `sc-neurocore circuit run`."""

    name: str
    help: str
    verbs: Sequence[Verb]

    def add_to(self, verbs: Any, example: str = "") -> None:
        """Declare them among the command's verbs; the example stands at the end of its help."""
        epilog = f"example:\n  {example}" if example else None
        parser = verbs.add_parser(
            self.name, help=self.help, description=self.help, epilog=epilog, formatter_class=PlainHelp
        )
        own = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
        for verb in self.verbs:
            verb.add_to(own)


def numbers(text: str) -> tuple[int, ...]:
    """`64`, or several: `64,32`."""
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be integers with commas between them, got {text!r}") from None


def number_or_numbers(text: str) -> int | tuple[int, ...]:
    """`4`, or one number a layer: `8,10`."""
    values = numbers(text)
    return values[0] if len(values) == 1 else values


def words(text: str) -> tuple[str, ...]:
    """`a`, or several: `a,b`."""
    return tuple(part for part in text.split(",") if part)


def word_or_words(text: str) -> str | tuple[str, ...]:
    """`column`, or one word a layer: `column,row`."""
    values = words(text)
    return values[0] if len(values) == 1 else values


NETWORK = Option("network", help="network folder")
OUT = Option("--out", metavar="DIR", required=True)
FORCE = Option(
    "--force", action="store_true", help="write into a folder that holds other files, too; they stay as they are"
)
DATA = Option("--data", metavar="PATH", help="as for train")
WORKERS = Option("--workers", type=int, default=0, help="processes; 0: none but this one")
EXECUTOR = Option("--executor", metavar="dask:ADDRESS", help="a Dask scheduler instead of processes")
PAIR = Option("--generators", metavar="PAIR", help=f"one of {', '.join(PAIRS)}")
RTL = Option("--rtl", metavar="DIR", help="take the Verilog in DIR as it lies there")


def parallelism(help: str) -> tuple[Option, Option]:
    """`--neurons-in-parallel` with this help, and the older name that it had."""
    keywords = {"dest": "neurons_in_parallel", "type": number_or_numbers, "metavar": "P[,P...]"}
    older = Option("--lanes", **keywords, help=argparse.SUPPRESS)
    return Option("--neurons-in-parallel", **keywords, help=help), older


ARCHITECTURE = titled(
    "architecture",
    Option(
        "--architecture",
        type=word_or_words,
        metavar="A[,A...]",
        help="auto, unrolled (an inference a clock), serial, column, row, or one of the last three a layer",
    ),
    *parallelism("neurons computed at a time"),
    Option(
        "--stream-bits-per-cycle",
        type=number_or_numbers,
        metavar="S[,S...]",
        help="stream positions a clock, up to all",
    ),
    Option("--elements-per-beat", type=int, metavar="E", help="of row: codes in a beat of the input port, up to all"),
    Option("--product-table", action="store_true", default=None, help="of column: products from block memory"),
    Option("--overlap", action="store_true", default=None, help="of column: the next vector at once"),
    Option("--logic-weights", action="store_true", default=None, help="with --overlap: no block memory"),
    Option("--anytime", action="store_true", default=None, help="a port that stops streams early"),
    Option("--weights", choices=("rom", "loadable"), help="loadable: written at run time; default: rom"),
    Option("--control", choices=("axi-lite", "stream"), help="registers, or load frames on the input port"),
    Option("--memory", choices=("block", "spram"), help="of loadable serial and column cores; spram: iCE40UP alone"),
)
"""The options that `generate`, `cosim` and `synth` share."""
TARGET = Option("--target", choices=tuple(TARGETS), help="device that architecture 'auto' chooses a core for")
BUDGET = titled(
    "budget",
    Option("--max-luts", type=int, metavar="N", help="4-input tables that the core may take, estimated"),
    Option("--min-rate", type=float, metavar="R", help="inferences per second to reach, estimated"),
    description="what 'auto' keeps within on the target: the smallest core that is fast enough, else the fastest",
)


def given(options: argparse.Namespace, *keys: str) -> dict[str, Any]:
    """The options of these keys that were given; the others are left to their defaults."""
    return {key: value for key in keys if (value := getattr(options, key)) is not None}


def architecture(options: argparse.Namespace) -> dict[str, Any]:
    """What of `ARCHITECTURE` was given."""
    return given(options, *(option.key for option in ARCHITECTURE.options))


def pair(options: argparse.Namespace) -> dict[str, Any]:
    """The pair of generators that `--generators` names; nothing where it is not given."""
    if options.generators is None:
        return {}
    if options.generators not in PAIRS:
        raise OptionError(f"generators must be one of {', '.join(PAIRS)}; got {options.generators!r}")
    return dict(zip(("input_generator", "weight_generator"), PAIRS[options.generators], strict=True))
