"""What lies in hdl/ is what the generator writes today, and its descriptions name files that are there."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest
import yaml

HDL = Path(__file__).parents[2] / "hdl"


def generate_script():
    spec = importlib.util.spec_from_file_location("hdl_generate", HDL / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.contract("core.identifiers")
def test_the_committed_verilog_is_what_is_generated_now(tmp_path):
    script = generate_script()
    script.main(tmp_path)
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    committed = sorted(path.relative_to(HDL / "rtl") for path in (HDL / "rtl").rglob("*") if path.is_file())
    assert written == committed != []
    for path in written:
        assert (tmp_path / path).read_bytes() == (HDL / "rtl" / path).read_bytes(), f"{path} drifted: run `make hdl`"


def test_the_fusesoc_core_names_files_that_are_there_and_the_top_module():
    text = (HDL / "sc_neurocore.core").read_text()
    assert text.startswith("CAPI=2:\n")
    core = yaml.safe_load(text.removeprefix("CAPI=2:\n"))
    files = [file for fileset in core["filesets"].values() for file in fileset["files"]]
    assert files
    assert all((HDL / file).is_file() for file in files)
    for target in core["targets"].values():
        assert set(target["filesets"]) <= set(core["filesets"])
        top = target["toplevel"]
        assert (HDL / "rtl" / top / f"{top}.v").read_text().startswith(f"module {top}(")


def test_the_readme_states_the_cores_own_timing():
    for name in generate_script().CORES:
        manifest = json.loads((HDL / "rtl" / name / "manifest.json").read_text())
        row = re.search(rf"^\| `{name}` \|.*$", (HDL / "README.md").read_text(), re.MULTILINE)
        assert row is not None
        assert f"| {manifest['latency_cycles']} | {manifest['cycles_per_inference']} |" in row[0]
