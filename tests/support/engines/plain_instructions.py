"""LLVM's processor instructions spelled out by their definitions, one element after the other, for any processor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir

_SHORT, _BYTE = ir.IntType(32), ir.IntType(8)


def _number(value: int) -> ir.Constant:
    return ir.Constant(_SHORT, value)


def _multiply_add(b: ir.IRBuilder, sums: Any, x: Any, c: Any) -> Any:
    """vpdpbusd: four unsigned bytes times four signed ones, added to a word."""
    for lane in map(_number, range(16)):
        total, x_word, c_word = (b.extract_element(each, lane) for each in (sums, x, c))
        for place in range(4):
            top = _number(24 - 8 * place)
            unsigned = b.lshr(b.shl(x_word, top), _number(24))
            total = b.add(total, b.mul(unsigned, b.ashr(b.shl(c_word, top), _number(24))))
        sums = b.insert_element(sums, total, lane)
    return sums


def _taken(b: ir.IRBuilder, index: Any, choose: Callable[[Any, int], Any]) -> Any:
    """For each byte of the index, `choose(byte as a word, its place)`."""
    out = index
    for i in range(index.type.count):
        place = b.zext(b.extract_element(index, _number(i)), _SHORT)
        out = b.insert_element(out, choose(place, i), _number(i))
    return out


def _permute(b: ir.IRBuilder, table: Any, index: Any) -> Any:
    """vpermb: the byte that the lowest six bits name."""
    return _taken(b, index, lambda place, _: b.extract_element(table, b.and_(place, _number(63))))


def _permute_two(b: ir.IRBuilder, low: Any, index: Any, high: Any) -> Any:
    """vpermi2b: the byte of either register that the lowest seven bits name."""

    def choose(place: Any, _: int) -> Any:
        within = b.and_(place, _number(63))
        upper = b.icmp_unsigned("!=", b.and_(place, _number(64)), _number(0))
        return b.select(upper, b.extract_element(high, within), b.extract_element(low, within))

    return _taken(b, index, choose)


def _shuffle(b: ir.IRBuilder, table: Any, index: Any) -> Any:
    """pshufb: the byte of the same sixteen that the lowest four bits name; 0 where bit 7 is set."""

    def choose(place: Any, i: int) -> Any:
        within = b.add(b.and_(place, _number(15)), _number(i // 16 * 16))
        cleared = b.icmp_unsigned("!=", b.and_(place, _number(128)), _number(0))
        return b.select(cleared, ir.Constant(_BYTE, 0), b.extract_element(table, within))

    return _taken(b, index, choose)


_DEFINITIONS = {
    "llvm.x86.avx512.vpdpbusd.512": _multiply_add,
    "llvm.x86.avx512.permvar.qi.512": _permute,
    "llvm.x86.avx512.vpermi2var.qi.512": _permute_two,
    "llvm.x86.ssse3.pshuf.b.128": _shuffle,
    "llvm.x86.avx2.pshuf.b": _shuffle,
}


def plain(builder: ir.IRBuilder, name: str, result: Any, arguments: list[Any]) -> Any:
    """In the place of `llvm.external`: a function that does what the instruction does."""
    own = "plain." + name
    known = builder.module.globals.get(own)
    if known is None:
        known = ir.Function(builder.module, ir.FunctionType(result, arguments), own)
        known.linkage = "internal"
        inside = ir.IRBuilder(known.append_basic_block())
        inside.ret(_DEFINITIONS[name](inside, *known.args))
    return known
