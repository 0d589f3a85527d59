"""Harnesses that disturb the package from outside: cuts, signals, damage; each is a program that `make` runs."""
