"""Registers over AXI4-Lite: what is asked of them, where in the streams, and what each access must be answered."""

from __future__ import annotations
