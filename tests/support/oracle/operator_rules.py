"""The operators of the circuit contract once more, as plain Python: state and bits in, bits and the next state out.

Written from the table alone, for the tests of the gates; words of sources come from the outside oracle. A state is
hashable, and positions in a source are kept within its period, so that an operator has finitely many states.
"""

from __future__ import annotations

from typing import Any

from support import oracle

State = Any


def clip(value, low, high):
    return min(max(value, low), high)


def below(node, u, code):
    """[u < code], or [u <= code] of the source that never emits 0."""
    return int(u <= code if node["source"]["kind"] == "lfsr" else u < code)


class Rule:
    """An operator: `start` is its state at position 0, `step(state, bits)` its output bits and its next state."""

    def __init__(self, node, n, code=None):
        self.node, self.n, self.code = node, n, code
        self.start: State = getattr(self, f"_{node['kind']}_start", lambda: None)()

    def step(self, state, bits):
        out, following = getattr(self, f"_{self.node['kind']}")(state, *bits)
        return (out if isinstance(out, tuple) else (int(out),)), following

    def _word(self, bits, t):
        return oracle.word(self.node["source"], bits, t)

    def _after(self, bits, t):
        """The position after t; the sequence begins again after 2^bits words, that of `lfsr` after one less."""
        return (t + 1) % (2**bits - (self.node["source"]["kind"] == "lfsr"))

    def _not(self, _, a):
        return 1 - a, None

    def _and(self, _, *x):
        return min(x), None

    def _or(self, _, *x):
        return max(x), None

    def _xor(self, _, *x):
        return sum(x) % 2, None

    def _xnor(self, _, *x):
        return 1 - sum(x) % 2, None

    def _majority(self, _, *x):
        return 2 * sum(x) > len(x), None

    def _select_start(self):
        return 0

    def _select(self, t, *x):
        width = 2
        while 2**width < len(x):
            width += 1
        u = self._word(width, t)
        return (x[u] if u < len(x) else 0), self._after(width, t)

    def _switch(self, _, s, a, b):
        return (b if s else a), None

    def _delay_start(self):
        return (self.node["initial"],) * self.node["by"]

    def _delay(self, kept, a):
        return kept[0], (*kept[1:], a)

    def _toggle_add_start(self):
        return self.node["initial"]

    def _toggle_add(self, q, a, b):
        return (a, q) if a == b else (q, 1 - q)

    def _scaled_add_start(self):
        return 0

    def _scaled_add(self, c, *x):
        out = int(c + sum(x) >= len(x))
        return out, c + sum(x) - len(x) * out

    def _middle(self):
        return self.node["states"] // 2

    _stanh_start = _sexp_start = _btanh_start = _middle

    def _moved(self, s, by):
        return clip(s + by, 0, self.node["states"] - 1)

    def _stanh(self, s, a):
        return s >= self.node["states"] // 2, self._moved(s, 1 if a else -1)

    def _sexp(self, s, a):
        return s < self.node["states"] - self.node["gain"], self._moved(s, 1 if a else -1)

    def _btanh(self, s, *x):
        return s >= self.node["states"] // 2, self._moved(s, 2 * sum(x) - len(x))

    def _umul_start(self):
        return 0

    def _umul(self, i, a):
        return a & below(self.node, self._word(self.n, i), self.code), self._after(self.n, i) if a else i

    def _umul_bipolar_start(self):
        return 0, 0

    def _umul_bipolar(self, state, a):
        i, j = state
        if a:
            return below(self.node, self._word(self.n, i), self.code), (self._after(self.n, i), j)
        return 1 - below(self.node, self._word(self.n, j), self.code), (i, self._after(self.n, j))

    def _divide_start(self):
        return self.node["initial"]

    def _divide(self, q, a, b):
        out = a if b else q
        return out, out

    def _synchronizer_start(self):
        return 0

    def _synchronizer(self, s, a, b):
        depth = self.node["depth"]
        if a == b:
            return (a, b), s
        if a:
            out = (1, 1) if s < 0 else (0, 0) if s < depth else (1, 0)
            return out, (s + 1 if s < depth else s)
        out = (1, 1) if s > 0 else (0, 0) if s > -depth else (0, 1)
        return out, (s - 1 if s > -depth else s)

    def _desynchronizer_start(self):
        return 0

    def _desynchronizer(self, s, a, b):
        if (a, b) == (1, 1) and s < self.node["depth"]:
            return (1, 0), s + 1
        if (a, b) == (0, 0) and s > 0:
            return (0, 1), s - 1
        return (a, b), s

    def _shuffle_start(self):
        return 0, tuple(k % 2 for k in range(self.node["depth"]))

    def _shuffle(self, state, a):
        t, cells = state
        cell = self._word(self.n, t) % len(cells)
        return cells[cell], (self._after(self.n, t), (*cells[:cell], a, *cells[cell + 1 :]))

    def _bernstein(self, _, *x):
        degree = self.node["degree"]
        return x[degree + sum(x[:degree])], None

    def _addie_start(self):
        return 0, 2 ** (self.node["bits"] - 1)

    def _addie(self, state, a):
        (t, s), m = state, self.node["bits"]
        f = below(self.node, self._word(m, t), s)
        return f, (self._after(m, t), clip(s + a - f, 0, 2**m - 1))
