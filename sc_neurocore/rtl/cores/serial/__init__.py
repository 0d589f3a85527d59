"""The serial core: one product unit that runs a program."""
