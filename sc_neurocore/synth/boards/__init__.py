"""Boards as data files, and what puts a core onto one: top module, pins, Makefile, bitstream, the host's script."""

from __future__ import annotations

from .bitstream import make_bitstream
from .board import Board, board_names, get_board
from .design import DESIGN_FILES, write_design

__all__ = ["DESIGN_FILES", "Board", "board_names", "get_board", "make_bitstream", "write_design"]
