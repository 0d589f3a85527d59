"""From a core to files: Verilog, manifest, and what surrounds a core in a flow without Python."""
