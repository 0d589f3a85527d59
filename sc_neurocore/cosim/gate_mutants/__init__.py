"""How many faults in the gates themselves a co-simulation would have seen: mutants of the Verilog, run and proved."""
