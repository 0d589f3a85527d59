"""The register map for people and programs: SystemRDL, a C header, Markdown."""

from __future__ import annotations

from collections.abc import Callable

from .registers import ADDRESS_BITS, CoreFacts, Field, Register, register_map

_RDL_ACCESS = {
    "constant": "sw = r; hw = na;",
    "loaded": "sw = r; hw = w;",
    "status": "sw = r; hw = w;",
    "pulse": "sw = w; hw = r; singlepulse;",
    "window": "sw = w; hw = r;",
}


def registers_rdl(facts: CoreFacts) -> str:
    """SystemRDL 2.0: an address map `<name>_registers`."""
    lines = [
        f"// Registers of the core {facts.name}",
        f"addrmap {facts.name}_registers {{",
        f'    name = "{facts.name}";',
        f'    desc = "AXI4-Lite port of the core {facts.name}; its network has the sha256 {facts.sha256}.";',
        "    default regwidth = 32;",
        "    default accesswidth = 32;",
    ]
    for register in register_map(facts):
        lines += ["", "    reg {", f'        desc = "{register.description}";']
        for field in register.fields:
            lines += [
                "        field {",
                f'            desc = "{field.description}";',
                f"            {_RDL_ACCESS[field.access]}",
                f"        }} {field.name}[{field.high}:{field.low}]{_rdl_reset(field)};",
            ]
        array = f"[{register.count}]" if register.count > 1 else ""
        step = " += 0x4" if register.count > 1 else ""
        lines.append(f"    }} {register.name}{array} @ 0x{register.address:02X}{step};")
    return "\n".join([*lines, "};", ""])


def _rdl_reset(field: Field) -> str:
    if field.access == "pulse":  # SystemRDL wants a value to fall back to
        return " = 0"
    return "" if field.reset is None or not field.readable else f" = 0x{field.reset:X}"


def registers_header(facts: CoreFacts) -> str:
    """A C header (C99): addresses, masks and places of the fields, and functions for what takes several accesses."""
    prefix = facts.name.upper()
    guard = f"{prefix}_REGISTERS_H"
    lines = [
        f"/* Registers of the core {facts.name} on its AXI4-Lite port; its network has the sha256",
        f"   {facts.sha256}. */",
        f"#ifndef {guard}",
        f"#define {guard}",
        "",
        "#include <stddef.h>",
        "#include <stdint.h>",
    ]
    for register in register_map(facts):
        name = f"{prefix}_{register.name.upper()}"
        lines += ["", f"/* {register.description} */", f"#define {name} 0x{register.address:02X}u"]
        if register.count > 1:
            lines.append(f"#define {name}_WORDS {register.count}u")
        for field in register.fields:
            mask = ((1 << field.width) - 1) << field.low
            lines += [
                f"#define {name}_{field.name.upper()}_MASK 0x{mask:08X}u /* {field.description} */",
                f"#define {name}_{field.name.upper()}_SHIFT {field.low}",
            ]
            if field.access == "constant" and field.reset is not None:
                lines.append(f"#define {name}_{field.name.upper()}_VALUE 0x{field.reset:X}u")
    functions = [_C_CYCLES, *([_C_LOAD] if facts.loadable else [])]
    for text in functions:
        lines += ["", text.replace("@P", prefix).replace("@n", facts.name)]
    return "\n".join([*lines, "", f"#endif /* {guard} */", ""])


_C_CYCLES = """\
/* Clocks since reset or clear. */
static inline uint64_t @n_cycles(volatile const uint32_t *base)
{
    uint32_t high, low, again = base[@P_CYCLES_HIGH / 4];
    do {
        high = again;
        low = base[@P_CYCLES_LOW / 4];
        again = base[@P_CYCLES_HIGH / 4];
    } while (again != high);
    return (uint64_t)high << 32 | low;
}"""

_C_LOAD = """\
/* Load an image: `words` are its load words. Waits until all samples in work have left the core, so their results must
   be taken meanwhile. Returns 0, or -1 if the core found the load not whole: it then computes nothing until it is
   loaded again. */
static inline int @n_load(volatile uint32_t *base, const uint32_t *words, size_t count)
{
    const uint32_t ready = @P_STATUS_IDLE_MASK | @P_STATUS_LOADING_MASK;
    const uint32_t good = @P_STATUS_LOADED_MASK;
    base[@P_CONTROL / 4] = @P_CONTROL_BEGIN_LOAD_MASK;
    while ((base[@P_STATUS / 4] & ready) != ready) {
    }
    for (size_t i = 0; i < count; ++i) {
        base[@P_LOAD_WORD / 4] = words[i];
    }
    base[@P_CONTROL / 4] = @P_CONTROL_COMMIT_MASK;
    return (base[@P_STATUS / 4] & (good | @P_STATUS_LOAD_ERROR_MASK)) == good ? 0 : -1;
}"""


def registers_markdown(facts: CoreFacts) -> str:
    """A page with a table of the registers, and how a load goes."""
    lines = [
        f"# Registers of `{facts.name}`",
        "",
        f"AXI4-Lite, 32 bits of data, {ADDRESS_BITS} bits of address (bytes). A write with a byte strobe low, a write",
        "of a register that is read, and a read of one that is written are answered by SLVERR and do nothing;",
        "other addresses by DECERR.",
        "",
        f"The network that the core was generated from has the sha256 `{facts.sha256}`.",
        "",
        "| address | register | access | bits | field | after reset | |",
        "|---|---|---|---|---|---|---|",
    ]
    for register in register_map(facts):
        lines += _rows(register)
    if facts.loadable:
        lines += [
            "",
            "## A load",
            "",
            "1. Write `control.begin_load`: no sample begins any more.",
            "2. Read `status` until `idle` and `loading` are 1: the samples in work have left.",
            "3. Write the load words to `load_word`, one after the other. One with bit 31 set sets the address;",
            "   another one is data for it, in two's complement of 31 bits, and the address counts up.",
            "4. Write `control.commit`: `status.loaded` becomes 1 if `words_taken` equals `words_expected`, else",
            "   `status.load_error` becomes 1 and no sample begins before a good load.",
        ]
    return "\n".join([*lines, ""])


def _rows(register: Register) -> list[str]:
    address = f"0x{register.address:02X}"
    name = f"`{register.name}`"
    if register.count > 1:
        address += f" … 0x{register.address + 4 * (register.count - 1):02X}"
        name = f"`{register.name}[0]` … `[{register.count - 1}]`"
    rows = [f"| {address} | {name} | {'read' if register.readable else 'write'} | | | | {register.description} |"]
    for field in register.fields:
        bits = f"{field.high}:{field.low}" if field.width > 1 else f"{field.low}"
        reset = "" if field.reset is None or not field.readable else f"0x{field.reset:X}"
        rows.append(f"| | | | {bits} | `{field.name}` | {reset} | {field.description} |")
    return rows


TEXTS: dict[str, Callable[[CoreFacts], str]] = {
    "{name}_registers.rdl": registers_rdl,
    "{name}_registers.h": registers_header,
    "{name}_registers.md": registers_markdown,
}
"""File names, to be formatted with the network's name, and what makes their contents."""
