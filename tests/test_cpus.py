"""`tests/cpus.py`: a setting without effect fails, one that cannot run is skipped by name, no tests are no success."""

from __future__ import annotations

import os

import cpus
from support.engines.processor import needs
from support.marks import marked


def test_every_setting_tells_every_library():
    told = [set(setting["environment"]) for setting in cpus.SETTINGS.values()]
    assert len(told) >= 3
    assert all(names == told[0] for names in told)
    assert len({str(setting["found"]) for setting in cpus.SETTINGS.values()}) == len(told)


@marked(needs("avx2" in cpus.processor_flags(), "AVX2, without which there is nothing to go without"))
def test_a_setting_without_effect_is_told_library_by_library(monkeypatch):
    told = {*cpus.SETTINGS["sse4.2"]["environment"], "NPY_DISABLE_CPU_FEATURES"}
    plain = {key: value for key, value in os.environ.items() if key not in told}
    monkeypatch.setattr(cpus, "environment", lambda setting: plain)
    libraries = {line.split()[0] for line in cpus.disobeyed("sse4.2")}
    assert libraries == {"torch", "oneDNN", "numba", "xla", "openblas", "glibc", "numpy"}


def test_what_the_processor_lacks_is_named_and_running_nothing_is_no_success(monkeypatch, capsys):
    monkeypatch.setattr(cpus, "processor_flags", lambda: {"sse4_2", "popcnt", "avx2", "fma", "f16c"})
    assert cpus.missing("avx2", cpus.processor_flags()) == ["bmi2"]
    assert cpus.main(["--setting", "avx2"]) == 1
    assert capsys.readouterr().out == ("cpus: avx2: skipped, this processor lacks bmi2\ncpus: 0 of 0 settings passed\n")


def test_a_run_of_no_tests_fails(monkeypatch, tmp_path):
    monkeypatch.setattr(cpus, "disobeyed", lambda setting: [])
    monkeypatch.setattr(cpus, "BUILD", tmp_path)
    (tmp_path / "test_nothing.py").write_text("import pytest\n\n\n@pytest.mark.skip\ndef test_one(): ...\n")
    arguments = [str(tmp_path / "test_nothing.py"), "-p", "no:cacheprovider"]
    assert cpus.run("sse4.2", arguments) is False
    (tmp_path / "test_nothing.py").write_text("def test_one(): ...\n")
    assert cpus.run("sse4.2", arguments) is True


def test_a_setting_that_is_not_followed_fails_before_its_tests(monkeypatch, capsys):
    monkeypatch.setattr(cpus, "disobeyed", lambda setting: ["numba takes znver4, not haswell"])
    assert cpus.run("avx2", ["no such file"]) is False
    assert capsys.readouterr().out == "cpus: avx2: without effect: numba takes znver4, not haswell\n"
