"""`import sc_neurocore` stays light, and the import laws hold something: each room they name exists."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import sc_neurocore

ROOT = Path(__file__).resolve().parents[1]
HEAVY = (
    "jax",
    "jaxlib",
    "torch",
    "numba",
    "pydantic",
    "amaranth",
    "cocotb",
    "matplotlib",
    "safetensors",
    "rich",
    "jinja2",
)


def python(code: str) -> str:
    """Output of a fresh interpreter."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout.strip()


def test_importing_the_package_loads_no_heavy_library():
    loaded = python("import sys, sc_neurocore; print(*sys.modules)").split()
    assert "sc_neurocore" in loaded
    assert sorted(set(HEAVY) & set(loaded)) == []


@pytest.mark.parametrize("name", sc_neurocore.__all__)
def test_every_public_name_loads(name: str):
    assert getattr(sc_neurocore, name) is not None


def test_public_names_are_listed():
    assert set(sc_neurocore.__all__) <= set(dir(sc_neurocore))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'no_such_name'"):
        sc_neurocore.no_such_name  # noqa: B018  (reading it is the test)


def test_the_laws_name_existing_rooms():
    with open(ROOT / "pyproject.toml", "rb") as file:
        laws = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    named = {module for law in laws for key in law if key.endswith("modules") for module in law[key]}
    assert len(named) > 5
    missing = [m for m in named if not any(Path(ROOT, *m.split(".")).with_suffix(s).exists() for s in ("", ".py"))]
    assert missing == []


def test_lint_sees_a_broken_law(tmp_path: Path):
    """The law between gates and model fails when it is broken on purpose."""
    package = tmp_path / "sc_neurocore"
    for room in ("rtl", "bitstream"):
        (package / room).mkdir(parents=True)
        (package / room / "__init__.py").write_text("")
    (package / "__init__.py").write_text("")
    (package / "rtl" / "__init__.py").write_text("import sc_neurocore.bitstream\n")
    (tmp_path / "laws.toml").write_text(
        '[tool.importlinter]\nroot_package = "sc_neurocore"\n'
        '[[tool.importlinter.contracts]]\nname = "gates"\ntype = "forbidden"\n'
        'source_modules = ["sc_neurocore.rtl"]\nforbidden_modules = ["sc_neurocore.bitstream"]\n'
    )
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--config", "laws.toml", "--no-cache"], cwd=tmp_path, capture_output=True, text=True, timeout=120,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""}, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "sc_neurocore.rtl -> sc_neurocore.bitstream" in done.stdout
