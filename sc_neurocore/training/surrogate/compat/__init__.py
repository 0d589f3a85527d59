"""Other libraries' surrogates by their own names, parameters, defaults and tie rules.

The same name means different numbers in different libraries: the arc tangent's slope at x = 0.5 is 0.288 in snnTorch
and 0.029 in Spyx. A constructor takes its library's parameters and gives a catalogue entry with that library's numbers:

>>> snntorch.atan()
Arctan(gain=1.0, comparator='gt', alpha=2.0)
>>> REGISTRY["spyx.arctan"](k=2) == spyx.arctan()
True
"""

from collections.abc import Callable

from ..base import Formula
from . import norse, snntorch, spikingjelly, spyx

REGISTRY: dict[str, Callable[..., Formula]] = {
    f"{library.__name__.rpartition('.')[2]}.{name}": getattr(library, name)
    for library in (snntorch, norse, spikingjelly, spyx)
    for name in library.__all__
}
"""All constructors, by `library.name`."""

__all__ = ["REGISTRY", "norse", "snntorch", "spikingjelly", "spyx"]
