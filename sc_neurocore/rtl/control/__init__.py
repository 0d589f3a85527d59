"""A core behind AXI4-Lite: registers from one table, status, counters."""
