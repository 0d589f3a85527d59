"""Where a bench runs: Verilator, Icarus or Amaranth, built and watched from outside."""
