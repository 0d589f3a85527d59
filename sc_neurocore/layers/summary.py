"""A network in words: one line, a table, or the table as HTML."""

from __future__ import annotations

from html import escape

import numpy as np

from ..spec.layer import WeightedLayer
from ..spec.network import NetworkSpec

HEADINGS = ("layer", "kind", "size", "L", "n", "weights", "zeros", "neuron")


def one_line(network: NetworkSpec) -> str:
    """`NetworkSpec 'digits' 64-32-10, L = 16, sign_magnitude`: what a session prints for it."""
    sizes = "-".join(str(size) for size in (network.input.features, *(each.out_elements for each in network.layers)))
    lengths = {each.stream_length for each in network.layers if isinstance(each, WeightedLayer)}
    text = ", ".join(str(length) for length in sorted(lengths))
    steps = "" if network.time_steps == 1 else f", T = {network.time_steps}"
    return f"<NetworkSpec {network.name!r} {sizes}, L = {text}{steps}, {network.input.encoding} inputs>"


def rows(network: NetworkSpec) -> list[tuple[str, ...]]:
    """A row a layer, under `HEADINGS`."""
    rows_so_far = []
    for index, (layer, codes) in enumerate(zip(network.layers, network.weights)):
        length = weights = zeros = neuron = "–"
        if isinstance(layer, WeightedLayer):
            length, weights, neuron = str(layer.stream_length), str(codes.size), layer.neuron.kind
            zeros = f"{100 * float(np.mean(codes == 0)):.0f} %"
        size = f"{layer.in_elements} to {layer.out_elements}"
        rows_so_far.append((str(index), layer.kind, size, length, str(layer.resolution_bits), weights, zeros, neuron))
    return rows_so_far


def summary(network: NetworkSpec) -> str:
    """The table in columns, and below it what the whole takes and holds."""
    table = [HEADINGS, *rows(network)]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table]
    scales = "by feature" if network.input.per_feature else f"{network.input.scale:g} is the largest code"
    head = network.input
    return "\n".join(
        [
            one_line(network),
            *lines,
            f"input: {head.features} features of {head.resolution_bits} bits, {head.encoding}, scaled: {scales}",
            f"weights: {sum(codes.size for codes in network.weights)}; sha256 {network.sha256[:16]}",
        ]
    )


def as_html(network: NetworkSpec) -> str:
    """The table for notebooks."""

    def cells(row: tuple[str, ...], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>"

    body = "".join(cells(row, "td") for row in rows(network))
    return f"<table><caption>{escape(one_line(network))}</caption>{cells(HEADINGS, 'th')}{body}</table>"
