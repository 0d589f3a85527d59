"""Guessed invariants: what simulation never refuted helps proofs, and what is wrong proves nothing."""

from __future__ import annotations

import pytest

from sc_neurocore.cosim.gate_mutants import equivalence, invariants
from sc_neurocore.cosim.gate_mutants.aig import read_aag
from sc_neurocore.cosim.gate_mutants.circuits import GATES, abc_program
from sc_neurocore.cosim.gate_mutants.equivalence import ENGINES, prove_equivalent
from sc_neurocore.synth.flow import yosys

# The mutant's tick runs on while the core is idle, where nobody looks at it; a start clears it.
IDLE = """
module p(input clk, input rst, input start_tvalid, input [15:0] sc_mutant, output y);
  reg busy = 0;
  reg [3:0] tick = 0;
  wire over = tick == 12;
  always @(posedge clk) begin
    busy <= !rst && (busy ? !over : start_tvalid);
    tick <= rst ? 0 : !busy ? (start_tvalid || sc_mutant != 1 ? 0 : tick + 1) : tick + 1;
  end
  assign y = busy & tick[2] & tick[0];
endmodule
"""
# The same, but in the clock LATE of a run that lasts longer than the guesses are simulated, the tick is shown.
LATE = (
    IDLE.replace(" reg busy", " reg [11:0] clocks = 0;\n  reg busy")
    .replace("    busy <=", "    clocks <= rst ? 0 : clocks == 300 ? 300 : clocks + 1;\n    busy <=")
    .replace("y = busy &", "y = (busy | clocks == 300) &")
)


def circuit_of(text, folder):
    (folder / "p.v").write_text(text)
    yosys(folder, "read_verilog p.v; proc; write_rtlil p.il", "log", 600, None, "reading")
    yosys(folder, f"read_rtlil p.il; {GATES}; write_aiger -ascii -symbols p.aag", "log", 600, None, "gates")
    return read_aag((folder / "p.aag").read_text())


def test_a_register_is_equal_where_it_is_looked_at(tmp_path):
    circuit = circuit_of(IDLE, tmp_path)
    chosen = [{f"sc_mutant[{bit}]": number >> bit & 1 for bit in range(16)} for number in (0, 1)]
    found = invariants.guesses(circuit, *chosen)
    names = {line.split(" ", 1)[0]: line.split(" ", 1)[1] for line in (tmp_path / "p.aag").read_text().split("\n")[1:]
             if line[:1] == "l"}  # fmt: skip
    busy = next(circuit.latches[int(key[1:])][0] for key, name in names.items() if name == "busy")
    assert {names[f"l{place}"].partition("[")[0] for _, place in found} == {"tick"}
    for place in {place for _, place in found}:
        assert (busy,) in [literals for literals, each in found if each == place]
    assert not invariants.guesses(circuit, chosen[0], chosen[0])


@pytest.mark.skipif(abc_program() is None, reason="ABC is not installed: apt-get install berkeley-abc")
def test_what_is_guessed_is_proved_and_a_wrong_guess_proves_nothing(tmp_path, monkeypatch):
    for name, text, same in (("idle", IDLE, True), ("late", LATE, False)):
        (tmp_path / name).mkdir()
        circuit_of(text, tmp_path / name)
        proofs, _ = prove_equivalent(tmp_path / name / "p.il", "p", [1], seconds=5)
        assert (proofs[1] in ENGINES) is same, name
    # even of all registers in all states: "it is never different" is refuted
    every = [((), place) for place in range(17)]
    monkeypatch.setattr(equivalence, "guesses", lambda circuit, *_: every[: len(circuit.latches)])
    proofs, _ = prove_equivalent(tmp_path / "late" / "p.il", "p", [1], seconds=5)
    assert proofs[1] not in ENGINES
