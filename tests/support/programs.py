"""Programs of the repository that belong to no package, as modules: those of `docs`, `hdl`, `sim` and `benchmarks`."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


def program(path: str | Path) -> ModuleType:
    """A new module of a program; as for a script, what lies beside it can be imported while it is loaded.

    Args:
        path: its file, from the root of the repository on or absolute.
    """
    file = ROOT / path
    name = "_".join(("program", *file.relative_to(ROOT).with_suffix("").parts))
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    sys.path.insert(0, str(file.parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(file.parent))
    return module
