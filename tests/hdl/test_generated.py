"""What lies in hdl/ is what the generator writes today, and its descriptions name files that are there."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml
from support.marks import marked
from support.programs import program
from support.verilog.benches import run_bench
from support.verilog.fusesoc import FUSESOC, run_fusesoc
from support.verilog.icarus import needs_icarus

HDL = Path(__file__).parents[2] / "hdl"


def generate_script():
    return program(HDL / "generate.py")


@pytest.mark.contract("core.identifiers")
def test_the_committed_verilog_is_what_is_generated_now(tmp_path):
    script = generate_script()
    script.main(tmp_path)
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    committed = sorted(path.relative_to(HDL / "rtl") for path in (HDL / "rtl").rglob("*") if path.is_file())
    assert written == committed != []
    for path in written:
        assert (tmp_path / path).read_bytes() == (HDL / "rtl" / path).read_bytes(), f"{path} drifted: run `make hdl`"


def test_the_fusesoc_core_names_files_that_are_there_and_the_top_modules():
    text = (HDL / "sc_neurocore.core").read_text()
    assert text.startswith("CAPI=2:\n")
    core = yaml.safe_load(text.removeprefix("CAPI=2:\n"))
    files = {}
    for name, fileset in core["filesets"].items():
        files[name] = [path for file in fileset["files"] for path in ([file] if isinstance(file, str) else file)]
        assert files[name]
        assert all((HDL / path).is_file() for path in files[name])
    assert {"default", "lint", "sim", "sim_verilator", "synth_ecp5", "synth_up5k"} <= set(core["targets"])
    for target in core["targets"].values():
        sources = [HDL / path for name in target["filesets"] for path in files[name] if path.endswith(".v")]
        assert any(f"module {target['toplevel']}" in path.read_text() for path in sources)


def values(said):
    """How many values a bench says it compared, all equal; 0 where it says nothing of the kind."""
    passed = re.search(r"^PASS: (\d+) values$", said, re.MULTILINE)
    return 0 if passed is None else int(passed[1])


class TestBenches:
    @pytest.mark.parametrize("name", [pytest.param("digits", marks=pytest.mark.slow), "digits4_serial"])
    def test_a_committed_core_passes_its_bench_where_it_lies(self, name, tmp_path):
        shutil.copytree(HDL / "rtl" / name, tmp_path / name)
        status, said = run_bench(tmp_path / name, f"{name}.v", f"{name}_tb.v", top=f"{name}_tb")
        assert status == 0, said
        assert values(said) >= 1_000

    @marked(needs_icarus)
    @pytest.mark.skipif(not FUSESOC.is_file(), reason="FuseSoC is not installed")
    @pytest.mark.parametrize("target", ["lint", pytest.param("sim_small", marks=pytest.mark.slow)])
    def test_fusesoc_runs_its_targets(self, target, tmp_path):
        done = run_fusesoc(HDL, target, "sc_neurocore:cores:digits", tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert (values(done.stdout) >= 1_000) == (target != "lint")


def test_the_readme_states_the_cores_own_timing():
    for name in generate_script().CORES:
        manifest = json.loads((HDL / "rtl" / name / "manifest.json").read_text())
        row = re.search(rf"^\| `{name}` \|.*$", (HDL / "README.md").read_text(), re.MULTILINE)
        assert row is not None
        assert f"| {manifest['latency_cycles']} | {manifest['cycles_per_inference']} |" in row[0]
