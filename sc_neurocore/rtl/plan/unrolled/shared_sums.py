"""Which two terms are added once for several neurons: the pair that saves most, again and again."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from itertools import combinations

from .adder_graph import TABLE_INPUTS, AdderGraph, Table, adder_luts, bits_of

MOST_PAIRS = 3_000_000
"""A layer with more pairs of terms is not searched: it is too large for any device that this form is made for."""

Terms = list[dict[int, int]]
"""For each neuron its nodes and their signs, 1 or -1."""
Pair = tuple[int, int, int]
"""Two nodes, the lower first, and the product of their signs."""


def share(graph: AdderGraph, neurons: Terms) -> None:
    """Replace pairs that several neurons add by nodes of the graph, where that takes fewer tables.

    The search is greedy: each step takes the pair whose sum saves most tables over all neurons. Two neurons that add
    a pair with opposite signs share it, too: the one has the other's sum with the sign turned.

    Args:
        graph: gets the nodes of the sums.
        neurons: the terms; changed in place.
    """
    if sum(len(terms) * (len(terms) - 1) // 2 for terms in neurons) > MOST_PAIRS:
        return
    search = _Search(graph, neurons)
    while (pair := search.best()) is not None:
        search.replace(pair)


class _Search:
    def __init__(self, graph: AdderGraph, neurons: Terms) -> None:
        self.graph, self.neurons = graph, neurons
        self.counts: Counter[Pair] = Counter()
        self.users: dict[int, set[int]] = defaultdict(set)
        for number, terms in enumerate(neurons):
            for node in terms:
                self.users[node].add(number)
            self.counts.update(_pair(terms, a, b) for a, b in combinations(terms, 2))
        self.heap = [self._entry(pair) for pair, count in self.counts.items() if count > 1]
        heapq.heapify(self.heap)

    def best(self) -> Pair | None:
        """The pair that saves most, None where none saves anything."""
        while self.heap:
            entry = heapq.heappop(self.heap)
            pair = entry[1]
            if self.counts[pair] > 1 and entry[0] < 0:
                fresh = self._entry(pair)
                if fresh[0] == entry[0]:
                    return pair
                if fresh[0] < 0:
                    heapq.heappush(self.heap, fresh)
        return None

    def replace(self, pair: Pair) -> None:
        """Give the pair a node, in every neuron that adds it."""
        a, b, sign = pair
        users = [
            number
            for number in sorted(self.users[a] & self.users[b])
            if self.neurons[number][a] * self.neurons[number][b] == sign
        ]
        node = self.graph.sum(a, b, subtracts=sign < 0)
        for number in users:
            terms = self.neurons[number]
            own = terms[a]
            for gone in (a, b):
                for other in terms:
                    if other != gone and not (gone == b and other == a):
                        self.counts[_pair(terms, gone, other)] -= 1
            del terms[a], terms[b]
            self.users[a].discard(number)
            self.users[b].discard(number)
            terms[node] = own
            self.users[node].add(number)
            for other in terms:
                if other != node:
                    each = _pair(terms, node, other)
                    self.counts[each] += 1
                    if self.counts[each] > 1:
                        heapq.heappush(self.heap, self._entry(each))
        self.counts[pair] = 0

    def _entry(self, pair: Pair) -> tuple[int, Pair]:
        """What a pair saves, negative, so that the most comes first."""
        return -(self.counts[pair] - 1) * self._cost(pair), pair

    def _cost(self, pair: Pair) -> int:
        """Tables of the pair's sum, in one neuron."""
        a, b = self.graph.nodes[pair[0]], self.graph.nodes[pair[1]]
        low, high = (-b.range[1], -b.range[0]) if pair[2] < 0 else b.range
        width = bits_of(a.range[0] + low, a.range[1] + high)
        if isinstance(a, Table) and isinstance(b, Table) and len(a.bits) + len(b.bits) <= TABLE_INPUTS:
            return max(0, width - a.luts - b.luts)
        return adder_luts(width)


def _pair(terms: dict[int, int], a: int, b: int) -> Pair:
    return (a, b, terms[a] * terms[b]) if a < b else (b, a, terms[a] * terms[b])
