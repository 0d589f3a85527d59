"""The operators of the circuit contract once more, as plain Python: state in, bits in, bits out, state out.

Written from the table alone, for the tests of the gates; sources come from the outside oracle.
"""

from __future__ import annotations

from typing import Any

from support import oracle


def clip(value, low, high):
    return min(max(value, low), high)


def word(node, bits, t):
    return oracle.word(node["source"], bits, t)


def below(node, u, code):
    """[u < code], or [u <= code] of the source that never emits 0."""
    return int(u <= code if node["source"]["kind"] == "lfsr" else u < code)


class Rule:
    """An operator at work: `step(bits)` gives its output bits and goes on by a position."""

    def __init__(self, node, n, code=None):
        self.node, self.n, self.code = node, n, code
        self.state: Any = getattr(self, f"_{node['kind']}_start", lambda: None)()

    def step(self, bits):
        out = getattr(self, f"_{self.node['kind']}")(*bits)
        return out if isinstance(out, tuple) else (int(out),)

    def _not(self, a):
        return 1 - a

    def _and(self, *x):
        return min(x)

    def _or(self, *x):
        return max(x)

    def _xor(self, *x):
        return sum(x) % 2

    def _xnor(self, *x):
        return 1 - sum(x) % 2

    def _majority(self, *x):
        return 2 * sum(x) > len(x)

    def _select_start(self):
        return 0

    def _select(self, *x):
        width = 2
        while 2**width < len(x):
            width += 1
        u = word(self.node, width, self.state)
        self.state += 1
        return x[u] if u < len(x) else 0

    def _switch(self, s, a, b):
        return b if s else a

    def _delay_start(self):
        return [self.node["initial"]] * self.node["by"]

    def _delay(self, a):
        self.state.append(a)
        return self.state.pop(0)

    def _toggle_add_start(self):
        return self.node["initial"]

    def _toggle_add(self, a, b):
        out = a if a == b else self.state
        self.state = 1 - self.state if a != b else self.state
        return out

    def _scaled_add_start(self):
        return 0

    def _scaled_add(self, *x):
        out = int(self.state + sum(x) >= len(x))
        self.state += sum(x) - len(x) * out
        return out

    def _middle(self):
        return self.node["states"] // 2

    _stanh_start = _sexp_start = _btanh_start = _middle

    def _walk(self, by):
        self.state = clip(self.state + by, 0, self.node["states"] - 1)

    def _stanh(self, a):
        out = self.state >= self.node["states"] // 2
        self._walk(1 if a else -1)
        return out

    def _sexp(self, a):
        out = self.state < self.node["states"] - self.node["gain"]
        self._walk(1 if a else -1)
        return out

    def _btanh(self, *x):
        out = self.state >= self.node["states"] // 2
        self._walk(2 * sum(x) - len(x))
        return out

    def _umul_start(self):
        return 0

    def _umul(self, a):
        out = a & below(self.node, word(self.node, self.n, self.state), self.code)
        self.state += a
        return out

    def _umul_bipolar_start(self):
        return [0, 0]

    def _umul_bipolar(self, a):
        i, j = self.state
        out = below(self.node, word(self.node, self.n, i if a else j), self.code)
        self.state = [i + a, j + 1 - a]
        return out if a else 1 - out

    def _divide_start(self):
        return self.node["initial"]

    def _divide(self, a, b):
        self.state = a if b else self.state
        return self.state

    def _synchronizer_start(self):
        return 0

    def _synchronizer(self, a, b):
        depth, s = self.node["depth"], self.state
        if a == b:
            return a, b
        if a:
            self.state = s + 1 if s < depth else s
            return (1, 1) if s < 0 else (0, 0) if s < depth else (1, 0)
        self.state = s - 1 if s > -depth else s
        return (1, 1) if s > 0 else (0, 0) if s > -depth else (0, 1)

    def _desynchronizer_start(self):
        return 0

    def _desynchronizer(self, a, b):
        depth, s = self.node["depth"], self.state
        if (a, b) == (1, 1) and s < depth:
            self.state = s + 1
            return 1, 0
        if (a, b) == (0, 0) and s > 0:
            self.state = s - 1
            return 0, 1
        return a, b

    def _shuffle_start(self):
        return [0, [k % 2 for k in range(self.node["depth"])]]

    def _shuffle(self, a):
        t, cells = self.state
        cell = word(self.node, self.n, t) % len(cells)
        out, cells[cell] = cells[cell], a
        self.state = [t + 1, cells]
        return out

    def _bernstein(self, *x):
        degree = self.node["degree"]
        return x[degree + sum(x[:degree])]

    def _addie_start(self):
        return [0, 2 ** (self.node["bits"] - 1)]

    def _addie(self, a):
        t, s = self.state
        f = below(self.node, word(self.node, self.node["bits"], t), s)
        self.state = [t + 1, clip(s + a - f, 0, 2 ** self.node["bits"] - 1)]
        return f
