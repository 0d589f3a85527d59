"""`python -m sc_neurocore.cli`."""

import sys

from . import program

if __name__ == "__main__":
    sys.exit(program())
