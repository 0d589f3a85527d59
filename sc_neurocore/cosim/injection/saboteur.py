"""Verilog of a core, changed in one way: at named nets the bits of a mask are flipped, a row of masks a clock."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ...spec.errors import SpecError

STREAM_CLOCKS, PRODUCT_CLOCKS = 2, 3
"""Clocks from a position to its stream bits and to its products, as the data sheet of `ParallelDatapath` says."""


def write_masks(file: Path, masks: np.ndarray) -> None:
    """A row of bits a line, as `$readmemh` reads it: the first bit is the lowest.

    Args:
        file: to write.
        masks: bool `(rows, bits)`.
    """
    octets = np.packbits(masks, axis=1, bitorder="little")[:, ::-1]
    file.write_text("\n".join(row.tobytes().hex() for row in octets) + "\n")


def sabotage(text: str, top: str, layer: int, elements: int, width: int, masks: Path, rows: int) -> str:
    """The core with masks at the streams and products of one layer.

    Args:
        text: Verilog of a core of architecture `row` under parallel counters.
        top: its name.
        layer: number of the layer.
        elements: its processing elements.
        width: bits of one mask.
        masks: the file of the masks, of `(1 + 2·elements)·width` bits a row.
        rows: how many.

    Raises:
        SpecError: the nets do not have the names that they should have.
    """
    name = f"{top}_layer{layer}_lanes"
    for pe in range(elements):
        text = _with_masked_streams(text, name, pe, width)
    begin = _module(text, name)
    body = begin[0]
    for pe in range(elements):
        products, counter = f"{name}_products_{pe} products_{pe}", f"{name}_counter_{pe} counter_{pe}"
        of_x, of_w = (f"sc_mask_{STREAM_CLOCKS}[{_bits(place, width)}]" for place in (0, 1 + 2 * pe))
        body = body.replace(f"  {products} (\n", f"  {products} (\n    .sc_x({of_x}),\n    .sc_w({of_w}),\n")
        body = _flipped(body, counter, "bits", f"sc_mask_{PRODUCT_CLOCKS}[{_bits(2 + 2 * pe, width)}]")
    bits = (1 + 2 * elements) * width
    stages = range(1, PRODUCT_CLOCKS + 1)
    lines = [
        "  integer sc_row = 0;",
        f"  reg [{bits - 1}:0] sc_masks [0:{rows - 1}];",
        f'  initial $readmemh("{masks}", sc_masks);',
        *(f"  reg [{bits - 1}:0] sc_mask_{stage} = 0;" for stage in stages),
        "  always @(posedge clk) if (enable) sc_row <= sc_row + 1;",
        "  always @(posedge clk) sc_mask_1 <= sc_masks[sc_row];",
        *(f"  always @(posedge clk) sc_mask_{stage} <= sc_mask_{stage - 1};" for stage in stages[1:]),
        "endmodule",
    ]
    body = body.removesuffix("endmodule") + "\n".join(lines)
    return text[: begin.start()] + body + text[begin.end() :]


def _module(text: str, name: str) -> re.Match[str]:
    """The text of a module.

    Raises:
        SpecError: there is none of that name.
    """
    match = re.search(rf"^module {name}\(.*?^endmodule$", text, re.MULTILINE | re.DOTALL)
    if match is None:
        raise SpecError(f"the Verilog has no module {name}")
    return match


def _with_masked_streams(text: str, lanes: str, pe: int, width: int) -> str:
    """The products' module with masks on both sides of its AND or XNOR.

    There, and not at its ports: what is constant or comes twice on the weights' side has no port of its own.
    """
    module = _module(text, f"{lanes}_products_{pe}")
    product = r"^(  assign _\d+_ = )(x|\{[^}]*\}) ([&^]) (.*);$"
    text_of_module, times = re.subn(product, r"\1((\2) ^ sc_x) \3 ((\4) ^ sc_w);", module[0], flags=re.MULTILINE)
    if times != 1:
        raise SpecError(f"the Verilog has no product of streams in {lanes}_products_{pe}")
    head, rest = text_of_module.split(");\n", 1)
    ports = f"  input [{width - 1}:0] sc_x;\n  input [{width - 1}:0] sc_w;\n"
    return f"{text[: module.start()]}{head}, sc_x, sc_w);\n{ports}{rest}{text[module.end() :]}"


def _bits(place: int, width: int) -> str:
    return f"{(place + 1) * width - 1}:{place * width}"


def _flipped(body: str, instance: str, port: str, mask: str) -> str:
    """The module with a mask on what one port of an instance is connected to."""
    match = re.search(rf"^  {instance} \((.*?)^  \);", body, re.MULTILINE | re.DOTALL)
    connection = None if match is None else re.search(rf"^    \.{port}\((.*)\)(,?)$", match[1], re.MULTILINE)
    if match is None or connection is None:
        raise SpecError(f"the Verilog has no instance {instance} with a port {port}")
    line = f"    .{port}(({connection[1]}) ^ {mask}){connection[2]}"
    ports = match[1][: connection.start()] + line + match[1][connection.end() :]
    return body[: match.start(1)] + ports + body[match.end(1) :]
