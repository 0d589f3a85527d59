"""Small changes of the Python core, drawn by seed, each of which some test must notice; `make core-mutants`."""
