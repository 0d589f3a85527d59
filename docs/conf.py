"""Sphinx settings; `make docs` builds with every warning an error."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "_ext"))

import sc_neurocore  # noqa: E402  (after the path is set)

project = "SC-NeuroCore Co-Simulation"
author = "the SC-NeuroCore contributors"
copyright = author
release = version = sc_neurocore.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "contract_rules", "generated_pages"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_generated"]
nitpicky = False

html_theme = "furo"
html_title = project
html_static_path = ["_static"]
(HERE / "_generated").mkdir(exist_ok=True)
html_extra_path = ["_generated"]  # the schema is published beside the pages
html_css_files = ["docs.css"]

default_role = "code"  # docstrings write `name`, as Markdown does
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"
