"""Closed kinds: how a program asks which kind it holds, and what happens to one that it does not know.

Every list of kinds in the contract is closed. A room tells kinds apart by a `match` whose last case is
`case other: unknown_kind(other, "the room")`. The type checker accepts that call only where every kind has a case
before it, and at run time a kind that was added to the description alone is refused by name.
"""

from __future__ import annotations

from typing import Any, Literal, Never, get_args

from .coerce import short
from .errors import OptionError


def unknown_kind(value: Never, room: str) -> Never:
    """Refuse a kind that has no case in a `match`.

    Args:
        value: the description, or the name, that no case took; to the type checker there is none such.
        room: who does not know it, as the subject of the message.

    Raises:
        OptionError: always.
    """
    kind: Any = value
    raise OptionError(f"{room} has no case for the kind {getattr(kind, 'kind', kind)!r}")


def kinds(union: Any) -> dict[str, type]:
    """The classes of a tagged union by the name that a file gives each, in the order of the union.

    Args:
        union: `Source`, `Generator`, `Accumulator`, `Neuron` or `Layer`.
    """
    classes = get_args(get_args(union)[0]) or (get_args(union)[0],)
    return {each.model_fields["kind"].default: each for each in classes}


def of_kind(name: str, value: Any, union: Any) -> None:
    """Refuse a value that is no description of some kind.

    Args:
        name: the argument's name, for the message.
        value: the description.
        union: as in `kinds`.

    Raises:
        OptionError: it is none.
    """
    legal = kinds(union)
    if type(value) not in legal.values():
        raise OptionError(
            f"{name} must be one of {', '.join(each.__name__ for each in legal.values())}, got {short(value)}"
        )


def strict(comparator: Literal["ge", "gt"]) -> bool:
    """Whether a spike needs a state above the threshold, rather than at it."""
    match comparator:
        case "gt":
            return True
        case "ge":
            return False
        case other:
            unknown_kind(other, "strict")
