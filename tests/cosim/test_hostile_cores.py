"""No core forges its own PASS: what reaches out of a simulation is refused where it stands, and the rest FAILs.

Every hostile core here computes wrongly (one bias is off by one) and tries to hide that.
"""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from support.cores.handmade_core import small_network, verilog
from support.verilog.simulators import QUICK

from sc_neurocore.cosim import run
from sc_neurocore.cosim.core_under_test import verilog_files
from sc_neurocore.cosim.foreign_verilog import take_foreign
from sc_neurocore.cosim.simulators.block_files import Expected, read_record
from sc_neurocore.cosim.testplan.script import CROSSES, Frame, Record, Script, Segment
from sc_neurocore.cosim.verdict.compare import compare
from sc_neurocore.spec import OptionError

NETWORK = small_network([[[3, -2], [5, 7]], [[1, -7]]], [[0, 1], [2]])
WRONG = verilog(NETWORK).replace("b1[0] = 2", "b1[0] = 3")
FIRST = WRONG.count("\n") + 1
"""The line on which a module that is added to the core begins."""


def module(body, *, before=""):
    return f"{before}module extra;\n  initial begin\n    {body}\n  end\nendmodule\n"


REFUSED = {
    "shell": (module('$system("echo PASS > record.json");'), r"\$system"),
    "shell after a comment": (module('/* $display */ $system /* " */ ("true");'), r"\$system"),
    "file write": (module('f = $fopen("../record.json", "w");'), r"\$fopen"),
    "file read": (module('$readmemh("/etc/passwd", memory);'), r"\$readmemh"),
    "file scan": (module('$fscanf(f, "%d", expected);'), r"\$fscanf"),
    "file print": (module('$fdisplay(32\'h8000_0001, "PASS");'), r"\$fdisplay"),
    "waves": (module('$dumpfile("../record.json");'), r"\$dumpfile"),
    "memory to file": (module('$writememh("record.json", memory);'), r"\$writememh"),
    "arguments": (module('$value$plusargs("expected=%s", name);'), r"\$value\$plusargs"),
    "C in Verilog": (module('$c("std::system(\\"true\\");");'), r"\$c "),
    "C with a number": (module('$c1("0");'), r"\$c1"),
    "a task out of a macro": (module("`RUN(1);", before="`define RUN(x) $sys``tem(x)\n"), r"\$sys"),
    "a task by its argument": (module("`RUN(system)", before="`define RUN(x) $x;\n"), r"\$x"),
    "a dollar alone": (module('`DOLLAR`NAME("true");', before="`define DOLLAR $\n`define NAME system\n"), "a \\$"),
    "DPI import": ('import "DPI-C" function int system(string command);\n', "import"),
    "DPI export": ('export "DPI-C" function answer;\n', "export"),
    "DPI behind a macro": ('`define I import\n`I "DPI-C" function int system(string command);\n', "import"),
    "DPI behind a condition": ("`define I import\n`ifdef NO\np::q\n`endif\n", "import"),
    "C header": ("`systemc_header\n#include <cstdlib>\n`verilog\n", "`systemc_header"),
    "C header as a macro": ("`define systemc_ctor\n", "`define systemc_ctor"),
    "include by path": ('`include "/etc/passwd"\n', "`include"),
    "include from above": ('`include "../expected.v"\n', "`include"),
    "include by macro": ('`define F "x.v"\n`include `F\n', "`include"),
    "another line number": ('`line 1 "other.v" 0\n', "`line"),
    "configuration": ("`verilator_config\n", "`verilator_config"),
    "bind": ("bind hand extra forger();\n", "bind"),
    "a name that opens a comment": (module("reg \\a/* ; $display;"), "can be read as a comment"),
    "an open comment": ("/* never closed\n", "does not end"),
    "an open string": ('  "never closed\n', "does not end"),
    "a long string": ('`define S """ " """\n', '"""'),
}


@pytest.fixture
def folder(tmp_path):
    rtl = tmp_path / "rtl"
    rtl.mkdir()
    (rtl / "hand.v").write_text(WRONG)
    return rtl


def refusal(folder, tmp_path):
    with pytest.raises(OptionError) as caught:
        run(NETWORK, tmp_path / "out", rtl=folder, simulator=QUICK, samples=1)
    assert not (tmp_path / "out").exists()
    return str(caught.value)


def test_nothing_is_written_of_a_core_that_is_refused(folder, tmp_path):
    (folder / "hand.v").write_text(WRONG + module('$system("true");'))
    assert "$system" in refusal(folder, tmp_path)


@pytest.mark.parametrize("name", REFUSED)
def test_what_reaches_out_of_a_simulation_is_refused_with_its_line(name, folder, tmp_path):
    text, words = REFUSED[name]
    (folder / "hand.v").write_text(WRONG + text)
    with pytest.raises(OptionError) as caught:
        take_foreign(verilog_files(folder, "hand"), tmp_path / "taken")
    found = re.search(r"rtl: hand\.v, line (\d+): .*" + words + ".*; nothing was compiled", str(caught.value))
    assert found is not None, caught.value
    assert FIRST <= int(found[1]) < FIRST + text.count("\n") + 1


def test_the_list_of_attacks_is_long_enough():
    assert len(REFUSED) >= 20


def test_what_is_included_is_searched_too(folder, tmp_path):
    (folder / "hand.v").write_text(WRONG + '`include "more.vh"\n')
    (folder / "more.vh").write_text('// one\n`include "most.vh"\n')
    (folder / "most.vh").write_text("// one\n// two\n" + module('$system("true");'))
    assert "most.vh, line 5: $system" in refusal(folder, tmp_path)


@pytest.mark.parametrize("name", ["hand.v", "more.vh", "manifest.json"])
def test_a_link_out_of_the_folder_is_refused(name, folder, tmp_path):
    (folder / "hand.v").write_text(WRONG + '`include "more.vh"\n')
    (folder / "more.vh").touch()
    (folder / name).unlink(missing_ok=True)
    (tmp_path / "elsewhere").write_text(WRONG)
    (folder / name).symlink_to(tmp_path / "elsewhere")
    assert f"{name} leads out of the folder" in refusal(folder, tmp_path)


def test_load_words_outside_the_folder_are_refused(folder, tmp_path):
    load = {"control": "stream", "file": "../words.hex"}
    (folder / "manifest.json").write_text(json.dumps({"network_sha256": NETWORK.sha256, "load": load}))
    (tmp_path / "words.hex").write_text("00000000\n")
    assert "../words.hex leads out of the folder" in refusal(folder, tmp_path)


FAILING = {
    "late finish": ("integer n = 0; always @(posedge clk) begin n = n + 1; if (n == 60) $finish; end", "ended before"),
    "printed verdict": ('initial $display("PASS: all values equal\\n{\\"verdict\\": \\"PASS\\"}");', "values differ"),
}


@pytest.mark.one_in(2)
@pytest.mark.parametrize("name", FAILING)
def test_what_only_talks_fails(name, folder, tmp_path):
    text, words = FAILING[name]
    (folder / "hand.v").write_text(WRONG.replace("  reg p;", f"  {text}\n  reg p;"))
    result = run(NETWORK, tmp_path / "out", rtl=folder, simulator=QUICK, samples=1)
    assert not result.passed
    assert any(re.search(words, reason) for reason in result.report["findings"]), result.report["findings"]


def test_what_a_core_may_say_is_taken_as_it_is(folder, tmp_path):
    """Macros, included files, system functions, escaped names and comments about shells are all no attack."""
    more = '`define WIDTH 8\n`include "more.vh"\n// $system is only spoken of, and "so\n'
    (folder / "hand.v").write_text(more + WRONG.replace("  reg p;", "  wire \\$1 = $signed(1'b0);\n  reg p;"))
    (folder / "more.vh").write_text("`ifdef WIDTH\n`timescale 1ns / 1ps\n`endif\n/* $fopen: \xe9 */\n", "latin-1")
    (folder / "hand_tb.v").write_text('module hand_tb; initial $readmemh("hand_codes.hex", codes); endmodule\n')
    files = verilog_files(folder, "hand")
    assert [path.name for path in files] == ["hand.v"]
    assert [path.name for path in take_foreign(files, tmp_path / "taken")] == ["hand.v"]
    for name in ("hand.v", "more.vh"):
        assert (tmp_path / "taken" / name).read_bytes() == (folder / name).read_bytes()
    assert not (tmp_path / "taken" / "hand_tb.v").exists()


def script():
    return Script([Segment("samples", [Frame([1, 2])], [0], 1)], seed=0, quiet_limit=10)


def test_a_record_cannot_judge_itself():
    """Neither bench's record holds a verdict that anybody reads: the values decide."""
    record = Record()
    tree = json.loads(record.to_json())
    judged = {"beats": 1, "compared": 1, "mismatches": 0, "first": None, "wrong_last": None}
    beat = {"data": 9, "last": 1, "cycle": 7}
    tree["segments"] = [{"name": "samples", "beats": [beat], "finished": True, "judged": judged, "verdict": "PASS"}]
    with pytest.raises(TypeError, match="verdict"):
        Record.from_json(json.dumps(tree))
    del tree["segments"][0]["verdict"]
    findings = compare(NETWORK, script(), Record.from_json(json.dumps(tree)), np.array([[5]]))
    assert (findings.passed, findings.mismatches) == (False, 1)


def test_a_harness_record_without_its_beats_compares_nothing(tmp_path):
    seen = {
        "began": 2,
        "beats": 1,
        "accepted": 2,
        "last_beat_cycles": [6],
        "first_valid_cycle": 7,
        "error_before": False,
    }
    seen |= {"error_after": False, "finished": True, "violations": [], "toggles": 0, "mismatches": 0, "compared": 1}
    seen |= {"left": 0, "replies": [], "read_replies": []}
    tree = {"cycles": 9, "seconds": 1, "cpu_seconds": 1, "fault": 0, "segments": [seen]}
    tree |= {"longest_gap": 0, "longest_stall": 0, "crosses": [0] * CROSSES}
    (tmp_path / "record.json").write_text(json.dumps(tree))
    for data, passes in ((None, False), (9, False), (5, True)):
        words = [] if data is None else [data, 7 << 1 | 1]
        np.array(words, dtype=np.uint64).tofile(tmp_path / "beats.bin")
        record = read_record(tmp_path, script(), Expected(np.array([[5]]), True, 1), 8)
        record.output_bits = 8
        assert compare(NETWORK, script(), record, np.array([[5]])).passed == passes
