"""`write_integration`: constraint stubs, a VHDL component and a FuseSoC core, made from a manifest."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from support.cores.handmade_core import small_network
from support.verilog.fusesoc import FUSESOC, run_fusesoc
from support.verilog.icarus import needs_icarus

from sc_neurocore.cosim.testbench import write_testbench
from sc_neurocore.rtl import generate
from sc_neurocore.rtl.emit.fusesoc import LINT_EXCEPTIONS
from sc_neurocore.rtl.emit.integration import INTEGRATION_SUFFIXES, TESTBENCH_SUFFIXES, write_integration
from sc_neurocore.spec import OptionError

LINT = Path(__file__).parents[3] / "hdl" / "lint"
GHDL = shutil.which("ghdl")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A core with its bench and everything around it, at 25 MHz."""
    folder = tmp_path_factory.mktemp("rtl")
    network = small_network([[[1, -2, 3]]], [[1]])
    manifest = generate(network, folder)
    write_testbench(network, folder, samples=3)
    assert write_integration(manifest, folder, clock_mhz=25) == ["hand" + suffix for suffix in INTEGRATION_SUFFIXES]
    return folder


@pytest.fixture(scope="module")
def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def port_bits(manifest) -> list[str]:
    return [
        port["name"] + (f"[{i}]" if port["width"] > 1 else "")
        for port in manifest["ports"]
        for i in range(port["width"])
    ]


@pytest.mark.parametrize(
    ("suffix", "clock", "place"),
    [
        (".xdc", "create_clock -name clk -period 40.000 [get_ports clk]", r"\[get_ports \{(\S+)\}\]"),
        (".pcf", "set_frequency clk 25", r"set_io (\S+) \?"),
        (".lpf", 'FREQUENCY PORT "clk" 25 MHZ;', r'LOCATE COMP "(\S+)" SITE "\?"; IOBUF PORT "\1" IO_TYPE=LVCMOS33;'),
    ],
)
def test_stubs_name_the_clock_and_every_port_bit_in_a_comment(folder, manifest, suffix, clock, place):
    lines = (folder / f"hand{suffix}").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [clock]
    comments = [match[1] for line in lines if line.startswith("#") if (match := re.search(place, line))]
    assert comments == port_bits(manifest) != []


def test_the_sdc_constrains_the_clock(folder):
    lines = (folder / "hand.sdc").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "create_clock -name clk -period 40.000 [get_ports clk]"
    ]


def test_the_vhdl_component_has_the_ports_of_the_manifest(folder, manifest):
    text = (folder / "hand_component.vhd").read_text()
    found = re.findall(r"^ +(\w+) +: (in|out) +(std_logic(?:_vector\((\d+) downto 0\))?)", text, re.MULTILINE)
    assert [(name, direction, int(high or 0) + 1) for name, direction, _, high in found] == [
        (port["name"], port["direction"], port["width"]) for port in manifest["ports"]
    ]


VHDL_USER = """\
library ieee;
use ieee.std_logic_1164.all;
use work.{package}.all;
entity user is end entity;
architecture rtl of user is
  signal clk, rst, valid, ready : std_logic := '0';
begin
  core : {name} port map (
    clk => clk, rst => rst, s_axis_tdata => x"01", s_axis_tvalid => valid, s_axis_tready => ready,
    s_axis_tlast => '0', m_axis_tdata => open, m_axis_tvalid => open, m_axis_tready => '1',
    m_axis_tlast => open, frame_error => open);
end architecture;
"""


@pytest.mark.optional
@pytest.mark.skipif(GHDL is None, reason="ghdl is not installed")
@pytest.mark.parametrize("name", ["hand", "a__b", "net_"])  # the last two are no basic identifiers of VHDL
def test_ghdl_takes_the_component(name, manifest, tmp_path):
    write_integration(manifest | {"top": name, "verilog": f"{name}.v"}, tmp_path)
    names = {"name": name, "package": f"{name}_component"}
    if name != "hand":
        names = {key: f"\\{value}\\" for key, value in names.items()}
    (tmp_path / "user.vhd").write_text(VHDL_USER.format(**names))
    assert GHDL is not None
    for arguments in (["-a", f"{name}_component.vhd", "user.vhd"], ["-e", "user"]):
        done = subprocess.run([GHDL, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        # elaboration finds no entity for the component, which is Verilog: a warning, no error
        assert done.returncode == 0, done.stdout + done.stderr


def read_core(path: Path) -> dict:
    text = path.read_text()
    assert text.startswith("CAPI=2:\n")
    return yaml.safe_load(text.removeprefix("CAPI=2:\n"))


def test_the_fusesoc_core_names_files_that_are_there(folder):
    core = read_core(folder / "hand.core")
    files = [file for fileset in core["filesets"].values() for file in fileset["files"]]
    names = [name for file in files for name in ([file] if isinstance(file, str) else file)]
    assert all((folder / name).is_file() for name in names)
    assert {"hand.v", *("hand" + suffix for suffix in TESTBENCH_SUFFIXES)} <= set(names)
    assert set(core["targets"]) == {"default", "lint", "synth_up5k", "synth_ecp5", "sim", "sim_verilator"}
    for target in core["targets"].values():
        assert set(target["filesets"]) <= set(core["filesets"])


def test_without_a_bench_nothing_simulates(manifest, tmp_path):
    write_integration(manifest, tmp_path)
    core = read_core(tmp_path / "hand.core")
    assert set(core["targets"]) == {"default", "lint", "synth_up5k", "synth_ecp5"}
    assert "bench" not in core["filesets"]


def test_its_lint_exceptions_are_the_reasoned_ones():
    texts = [path.read_text() for path in LINT.glob("*.vlt")]
    rules = [rule for text in texts for rule in re.findall(r"^lint_off -rule (\w+)$", text, re.MULTILINE)]
    assert sorted(LINT_EXCEPTIONS) == sorted(rules)


def fusesoc(folder: Path, target: str, build: Path, *arguments: str):
    return run_fusesoc(folder, target, "sc_neurocore:cores:hand", build, *arguments)


class TestFuseSoC:
    pytestmark = [
        *needs_icarus,
        pytest.mark.skipif(not FUSESOC.is_file(), reason="FuseSoC is not installed"),
    ]

    def test_lint_is_clean_and_would_not_be_with_a_fault(self, folder, tmp_path):
        shutil.copytree(folder, tmp_path / "core")
        done = fusesoc(tmp_path / "core", "lint", tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        verilog = tmp_path / "core" / "hand.v"
        verilog.write_text(verilog.read_text().replace("endmodule", "  wire a;\n  wire b = a;\nendmodule", 1))
        assert fusesoc(tmp_path / "core", "lint", tmp_path).returncode != 0

    def test_sim_passes_and_would_not_with_other_vectors(self, folder, tmp_path):
        shutil.copytree(folder, tmp_path / "core")
        done = fusesoc(tmp_path / "core", "sim", tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "PASS: " in done.stdout
        expected = tmp_path / "core" / "hand_expected.hex"
        expected.write_text(f"{int(expected.read_text()[0], 16) ^ 1:x}{expected.read_text()[1:]}")
        done = fusesoc(tmp_path / "core", "sim", tmp_path, "--clean")
        assert done.returncode != 0
        assert "FAIL: " in done.stdout

    @pytest.mark.parametrize("target", ["synth_up5k", "synth_ecp5"])
    def test_synthesis_can_be_set_up(self, target, folder, tmp_path):
        done = fusesoc(folder, target, tmp_path, "--setup")
        assert done.returncode == 0, done.stdout + done.stderr
        made = "".join(path.read_text() for path in tmp_path.rglob("Makefile"))
        assert {"synth_up5k": "--up5k", "synth_ecp5": "--25k"}[target] in made
        assert {"synth_up5k": "hand.pcf", "synth_ecp5": "hand.lpf"}[target] in made
        # nothing there would notice a block that Yosys connects wrongly
        assert "-dsp" not in "".join(
            path.read_text() for path in tmp_path.rglob("*") if path.suffix in (".tcl", ".mk", ".ys")
        )

    @pytest.mark.slow
    def test_sim_in_verilator(self, folder, tmp_path):
        done = fusesoc(folder, "sim_verilator", tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "PASS: " in done.stdout


@pytest.mark.parametrize("clock", [0, -3.0, True, "48", float("nan"), 1e6])
def test_a_clock_is_a_positive_number(clock, manifest, tmp_path):
    with pytest.raises(OptionError, match=f"clock_mhz must be a positive number below 100,000, got {clock!r}"):
        write_integration(manifest, tmp_path, clock_mhz=clock)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_refused(manifest, tmp_path):
    with pytest.raises(OptionError, match="cannot write"):
        write_integration(manifest, tmp_path / "none")
