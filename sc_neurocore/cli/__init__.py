"""The command `sc-neurocore`: one file a verb, with its options beside the call of the package that it stands for."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Sequence
from contextlib import suppress


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit status and lets no error through as a traceback, unless `--debug` asks for it.

    The parser is imported here, so that what fails while it is imported is told in one line too.
    """
    debug = "--debug" in (sys.argv[1:] if arguments is None else arguments)
    try:
        from .parser import parser, verb_of
        from .signals import ended_by_signals

        words = sys.argv[1:] if arguments is None else arguments
        with ended_by_signals():
            options = parser(verb_of(words) or "").parse_args(words)
            return options.verb(options)
    except KeyboardInterrupt as interruption:
        number = getattr(interruption, "number", 2)  # of the signal; 2 is that of Ctrl-C
        print("sc-neurocore: interrupted", file=sys.stderr)
        return 128 + number
    except Exception as error:
        if debug:
            raise
        return _tell(error)


def program() -> int:
    """What the installed command runs: `main`, and after a signal an end without the interpreter's own.

    Threads of a library may still compute when a training is interrupted; the interpreter takes their memory away.
    """
    status = main()
    if status > 128:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # a reader that has gone, a closed stream
                stream.flush()
        os._exit(status)
    return status


def _tell(error: Exception) -> int:
    """Say an error in one line; returns the exit status."""
    from ..spec.errors import ComparisonError, SCError

    if isinstance(error, BrokenPipeError):  # the reader of our output has gone: what a signal would have ended
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + 13
    if isinstance(error, SCError | MemoryError):
        _print_error(str(error) or "out of memory")
        return 1 if isinstance(error, ComparisonError) else 2
    if isinstance(error, OSError):
        _print_error(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
        return 2
    _print_error(f"an error of this program, {type(error).__name__}: {error}; --debug shows where")
    return 3


def _print_error(text: str) -> None:
    """One printable line, whatever names a damaged file brought into the message."""
    line = "".join(c if c.isprintable() else repr(c)[1:-1] for c in " ".join(text.split()))
    print(f"sc-neurocore: error: {line}", file=sys.stderr)
