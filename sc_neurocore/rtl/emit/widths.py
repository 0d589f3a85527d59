"""RTLIL whose operators have operands as wide as they compute, so that Verilog says every extension.

Yosys' operators extend their operands by themselves, and Verilog's do, too; linters warn wherever that happens unsaid.
"""

from __future__ import annotations

import re

_CELL = re.compile(r"^  cell \$(\w+) (\S+)\n((?:    .*\n)*)  end\n", re.MULTILINE)
_MODULAR = ("add", "sub", "mul")
"""Of a result of so many bits only as many bits of each operand matter, whatever their signs."""
_COMPARING = ("eq", "ne", "lt", "le", "gt", "ge")
_SHIFTING = ("shl", "shr", "sshr", "shift", "shiftx")
"""The amount stands alone; what is shifted is as wide as itself or the result."""


def with_equal_widths(text: str) -> str:
    """The same design, RTLIL as Amaranth writes it."""
    return _CELL.sub(_widened, text)


def _widened(cell: re.Match[str]) -> str:
    kind, name, body = cell.groups()
    parameters = {key: int(value) for key, value in re.findall(r"parameter \\(\w+) (\d+)\n", body)}
    signals = dict(re.findall(r"connect \\(\w) (.*)\n", body))
    if kind in _MODULAR:
        operands, width = "AB", parameters["Y_WIDTH"]
    elif kind in _COMPARING:
        operands, width = "AB", max(parameters["A_WIDTH"], parameters["B_WIDTH"])
    elif kind in _SHIFTING:
        operands, width = "A", max(parameters["A_WIDTH"], parameters["Y_WIDTH"])
    else:
        return cell[0]
    # an operator is signed where both operands are
    signed = all(parameters[f"{operand}_SIGNED"] for operand in operands)
    for operand in operands:
        own = parameters[f"{operand}_WIDTH"]
        if own < width:
            signals[operand] = _extended(signals[operand], own, width, signed)
            parameters[f"{operand}_WIDTH"] = width
    if kind in _MODULAR and all(parameters[f"{operand}_WIDTH"] == width for operand in operands):
        parameters |= {"A_SIGNED": 0, "B_SIGNED": 0}
    before = after = ""
    if kind in _SHIFTING and parameters["Y_WIDTH"] < width:  # a wire holds all bits; the result takes the lowest
        wire, cut = f"$whole{name}", parameters["Y_WIDTH"]
        before = f"  wire width {width} {wire}\n"
        after = f"  connect {signals['Y']} {wire} [{cut - 1}:0]\n"
        signals["Y"], parameters["Y_WIDTH"] = wire, width
    lines = [f"    parameter \\{key} {value}\n" for key, value in parameters.items()]
    lines += [f"    connect \\{key} {signal}\n" for key, signal in signals.items()]
    return f"{before}  cell ${kind} {name}\n{''.join(lines)}  end\n{after}"


def _extended(signal: str, own: int, width: int, signed: bool) -> str:
    """A signal of `own` bits with copies of its highest bit, or zeros, in front."""
    constant = re.fullmatch(r"\d+'([01]+)", signal)
    if constant:
        bits = constant[1]
        return f"{width}'{(bits[0] if signed else '0') * (width - own)}{bits}"
    highest = f"{signal} [{own - 1}]" if signed else "1'0"
    return f"{{ {' '.join([highest] * (width - own))} {signal} }}"
