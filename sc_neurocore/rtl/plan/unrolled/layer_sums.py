"""The totals of a layer with constant weights, as a graph of tables and adders (contract §3 to §5)."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from ..closed_forms import closed_form
from .adder_graph import TABLE_INPUTS, AdderGraph, Sum, Table, width_of
from .shared_sums import Terms, share


def layer_graph(
    weights: np.ndarray, starts: Sequence[int], n: int, *, signed_inputs: bool, shared: bool = True
) -> AdderGraph:
    """The totals of all neurons: what each starts from and the sum of its products.

    Input j has the bits j·b …, lowest first, b = n; with signed inputs b = n + 1 and the sign is above the magnitude.
    A product of the default pair is linear in the bits of the input, so that some bits of one input are a term by
    themselves: one table for each weight magnitude, of as many bits as a table of logic reads.

    Args:
        weights: codes (neurons, inputs).
        starts: of each neuron.
        n: bits of a magnitude.
        signed_inputs: whether inputs have a sign.
        shared: whether sums that several neurons have are searched for.
    """
    graph = AdderGraph()
    neurons: Terms = []
    constants = [int(start) for start in starts]
    for number, row in enumerate(weights):
        terms: dict[int, int] = {}
        for j in np.flatnonzero(row):
            for table, offset in _products(int(j), int(abs(row[j])), n, signed_inputs):
                sign = 1 if row[j] > 0 else -1
                terms[graph.add(table)] = sign
                constants[number] += sign * offset
        neurons.append(terms)
    if shared:
        share(graph, neurons)
    uses = np.bincount([node for terms in neurons for node in terms], minlength=len(graph.nodes))
    for terms, constant in zip(neurons, constants, strict=True):
        own = {node: sign for node, sign in terms.items() if uses[node] == 1}
        common = {node: sign for node, sign in terms.items() if uses[node] > 1}
        graph.outputs.append(_total(graph, own, common, constant))
    return graph


@lru_cache(maxsize=65_536)
def _products(j: int, magnitude: int, n: int, signed_inputs: bool) -> tuple[tuple[Table, int], ...]:
    """The product of input j and a positive weight: tables whose least value is 0, and what each is less than it is."""
    room, width = TABLE_INPUTS - signed_inputs, n + signed_inputs
    tables = []
    for top in range(n, 0, -room):
        places = range(max(0, top - room), top)
        codes = np.array(
            [sum((i >> k & 1) << place for k, place in enumerate(places)) for i in range(1 << len(places))]
        )
        values = [int(closed_form(np.array([magnitude]), int(code), n)[0]) for code in codes]
        bits = [j * width + place for place in places]
        if signed_inputs:
            values, bits = values + [-value for value in values], [*bits, j * width + n]
        bits, values = _needed(bits, values)
        minimum = min(values)
        if bits:
            tables.append((Table(tuple(bits), tuple(value - minimum for value in values)), minimum))
    return tuple(tables)


def _needed(bits: list[int], values: list[int]) -> tuple[list[int], list[int]]:
    """The bits on which the values depend, and the values of those."""
    for place in reversed(range(len(bits))):
        pairs = [(values[i], values[i | 1 << place]) for i in range(len(values)) if not i >> place & 1]
        if all(low == high for low, high in pairs):
            bits, values = bits[:place] + bits[place + 1 :], [low for low, _ in pairs]
    return bits, values


def _total(graph: AdderGraph, own: dict[int, int], common: dict[int, int], constant: int) -> int:
    """The node of one neuron's total.

    Its own tables are joined where one table of logic reads the bits of several, and the constant goes into one of
    them. Then the two that are narrowest are added, until one is left; what is subtracted is added by itself.
    """
    sums = [(node, sign) for node, sign in own.items() if isinstance(graph.nodes[node], Sum)]
    tables = [each.plus(0, negative=own[node] < 0) for node in own if isinstance(each := graph.nodes[node], Table)]
    if not tables and constant:  # a copy of a table that others have, for the constant
        for node in sorted(common):
            if isinstance(each := graph.nodes[node], Table):
                tables = [each.plus(0, negative=common[node] < 0)]
                common = {other: sign for other, sign in common.items() if other != node}
                break
    positive, negative = _turned(_packed(tables), constant)
    plus, minus = ([graph.add(table) for table in side] for side in (positive, negative))
    for node, sign in [*sums, *common.items()]:
        (plus if sign > 0 else minus).append(node)
    if not plus:
        plus.append(graph.add(Table((), (0,))))
    total = _tree(graph, plus)
    return graph.sum(total, _tree(graph, minus), subtracts=True) if minus else total


def _turned(tables: list[Table], constant: int) -> tuple[list[Table], list[Table]]:
    """Tables without negative values, to be added and to be subtracted, that make the sum of these and the constant.

    A table takes the side on which it needs less logic; the one of fewest bits takes what is left of the constant.
    """
    positive, negative = [], []
    tables = sorted(tables, key=lambda table: (len(table.bits), table.values))
    for table in tables[1:]:
        low, high = table.range
        forward, back = table.plus(-low), table.plus(high, negative=True)
        if back.luts < forward.luts:
            negative.append(back)
            constant += high
        else:
            positive.append(forward)
            constant += low
    if not tables:
        positive += [Table((), (constant,))] if constant else []
    elif tables[0].range[1] + constant <= 0:
        negative.append(tables[0].plus(-constant, negative=True))
    else:
        positive.append(tables[0].plus(constant))
    return positive, negative


def _packed(tables: list[Table]) -> list[Table]:
    """The tables, joined where a table of logic has room for the bits of several: the largest first."""
    bins: list[Table] = []
    for table in sorted(tables, key=lambda each: (-len(each.bits), each.bits)):
        room = [i for i, there in enumerate(bins) if len(there.bits) + len(table.bits) <= TABLE_INPUTS]
        fitting = max(room, key=lambda i: len(bins[i].bits), default=None)
        if fitting is None:
            bins.append(table)
        else:
            bins[fitting] = bins[fitting].joined(table)
    return bins


def _tree(graph: AdderGraph, nodes: list[int]) -> int:
    """The sum of the nodes, the narrowest two first."""

    def entry(number: int) -> tuple[int, int, int]:
        node = graph.nodes[number]
        return width_of(node), node.level, number

    heap = [entry(number) for number in nodes]
    heapq.heapify(heap)
    while len(heap) > 1:
        left, right = heapq.heappop(heap)[2], heapq.heappop(heap)[2]
        heapq.heappush(heap, entry(graph.sum(left, right)))
    return heap[0][2]
