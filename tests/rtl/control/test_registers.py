# amaranth: UnusedElaboratable=no
"""The register map's texts: SystemRDL that a compiler takes, C that a compiler takes and runs, and the gates behind."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from support.cores.loadable_core import SumCore, sum_network
from support.simulation.axi_lite import DECERR, OKAY, SLVERR, Master
from support.simulation.channels import run

from sc_neurocore.rtl.control.controlled_core import ControlledCore
from sc_neurocore.rtl.control.register_texts import TEXTS, registers_header, registers_markdown, registers_rdl
from sc_neurocore.rtl.control.registers import core_facts, register_map
from sc_neurocore.rtl.loading.load_words import load_words

FIRST = sum_network()
FACTS = {load: core_facts(SumCore(FIRST, load=load), 24 if load else 0) for load in (True, False)}


def compiled(facts, folder):
    """(address, readable, {field: (high, low, reset)}) of each word of the SystemRDL text."""
    systemrdl = pytest.importorskip("systemrdl", reason="systemrdl-compiler is not installed")
    path = folder / "registers.rdl"
    path.write_text(registers_rdl(facts))
    compiler = systemrdl.RDLCompiler()
    compiler.compile_file(str(path))
    words = {}
    for register in compiler.elaborate().top.registers(unroll=True):
        fields = {f.inst_name: (f.high, f.low, f.get_property("reset")) for f in register.fields()}
        words[register.absolute_address] = (register.inst_name, register.has_sw_readable, fields)
    return words


@pytest.mark.parametrize("load", [True, False])
def test_the_gates_answer_what_the_compiled_systemrdl_says(load, tmp_path):
    words = compiled(FACTS[load], tmp_path)
    core = ControlledCore(SumCore(FIRST, load=load), "axi-lite")
    master = Master(core)
    for address in range(0, 128, 4):
        master.read(address)
        master.write(address, 0)
    run(core, master.agents, until=lambda: not master.busy)
    for i, (response, data) in enumerate(master.answers):
        written = master.responses[i]
        if 4 * i not in words:
            assert response == written == DECERR
            continue
        name, readable, fields = words[4 * i]
        assert response == (OKAY if readable else SLVERR), name
        assert written == (SLVERR if readable or name == "load_word" else OKAY), name  # no load was begun
        for field, (high, low, reset) in fields.items():
            if readable and reset is not None:
                assert data >> low & ((2 << high - low) - 1) == reset, (name, field)
    assert len(words) == (22 if load else 19)
    assert ("load_word" in {name for name, _, _ in words.values()}) is load


def test_no_two_fields_share_a_bit_and_no_two_registers_an_address():
    for facts in FACTS.values():
        table = register_map(facts)
        addresses = [register.address + 4 * i for register in table for i in range(register.count)]
        assert addresses == sorted(set(addresses))
        for register in table:
            bits = [bit for field in register.fields for bit in range(field.low, field.high + 1)]
            assert len(bits) == len(set(bits))
            assert max(bits) < 32
            assert len({field.readable for field in register.fields}) == 1


PROGRAM = """\
#include <stdio.h>
#include "registers.h"
int main(void)
{
    uint32_t port[32] = {0};
    const uint32_t words[] = {WORDS};
    port[SUMS_STATUS / 4] = SUMS_STATUS_IDLE_MASK | SUMS_STATUS_LOADING_MASK | SUMS_STATUS_LOADED_MASK;
    printf("%d ", sums_load(port, words, sizeof words / sizeof *words));
    printf("%u %u ", (unsigned)port[SUMS_LOAD_WORD / 4], (unsigned)port[SUMS_CONTROL / 4]);
    port[SUMS_STATUS / 4] |= SUMS_STATUS_LOAD_ERROR_MASK;
    printf("%d ", sums_load(port, words, 1));
    port[SUMS_STATUS / 4] = SUMS_STATUS_IDLE_MASK | SUMS_STATUS_LOADING_MASK;
    printf("%d ", sums_load(port, words, 0));
    port[SUMS_CYCLES_LOW / 4] = 7;
    port[SUMS_CYCLES_HIGH / 4] = 3;
    printf("%llu ", (unsigned long long)sums_cycles(port));
    printf("%u\\n", (unsigned)((SUMS_INPUT_ELEMENTS_VALUE << SUMS_INPUT_ELEMENTS_SHIFT) & SUMS_INPUT_ELEMENTS_MASK));
    return 0;
}
"""


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
def test_the_header_compiles_without_a_warning_and_its_functions_do_what_they_say(tmp_path):
    words = load_words(ControlledCore(SumCore(FIRST), "axi-lite").load_map.image(FIRST)).tolist()
    (tmp_path / "registers.h").write_text(registers_header(FACTS[True]))
    (tmp_path / "main.c").write_text(PROGRAM.replace("WORDS}", ", ".join(f"{word}u" for word in words) + "}"))
    flags = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    subprocess.run(["gcc", *flags, "main.c", "-o", "main"], cwd=tmp_path, check=True, timeout=60)
    text = subprocess.run([tmp_path / "main"], capture_output=True, text=True, check=True, timeout=20).stdout
    assert text.split() == ["0", str(words[-1]), "2", "-1", "-1", str(3 << 32 | 7), "3"]
    (tmp_path / "registers.h").write_text(registers_header(FACTS[False]))
    (tmp_path / "other.c").write_text('#include "registers.h"\n#include "registers.h"\nint main(void) { return 0; }\n')
    subprocess.run(["gcc", *flags, "-fsyntax-only", "other.c"], cwd=tmp_path, check=True, timeout=60)
    assert "sums_load" not in registers_header(FACTS[False])


def test_the_header_and_the_page_name_every_register_and_field():
    header, page = registers_header(FACTS[True]), registers_markdown(FACTS[True])
    for register in register_map(FACTS[True]):
        assert re.search(rf"^#define SUMS_{register.name.upper()} 0x{register.address:02X}u$", header, re.M)
        assert f"`{register.name}" in page
        assert register.description in page
        for field in register.fields:
            mask = sum(1 << bit for bit in range(field.low, field.high + 1))
            name = f"SUMS_{register.name.upper()}_{field.name.upper()}"
            assert re.search(rf"^#define {name}_MASK 0x{mask:08X}u", header, re.M)
            assert f"`{field.name}`" in page


def test_the_texts_depend_on_the_facts_alone():
    for make in TEXTS.values():
        assert make(FACTS[True]) == make(core_facts(SumCore(FIRST), 24))
        assert make(FACTS[True]) != make(replace(FACTS[True], sha256="0" * 64))
        assert make(FACTS[True]).endswith("\n")
        assert max(map(len, make(FACTS[True]).splitlines())) < 200


def test_the_hash_stands_most_significant_word_first():
    words = FACTS[True].hash_words
    assert "".join(f"{word:08x}" for word in words) == FIRST.sha256
