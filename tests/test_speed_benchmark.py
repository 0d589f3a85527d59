"""The speed benchmark: a small run, its refusals, its C loop, and the committed figures and pages."""

from __future__ import annotations

import ctypes
import json
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from support.engines.processor import VPOPCNTDQ
from support.marks import marked

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "speed"
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "docs")]
try:
    import measured
    import speed
    import speed_machine
    import speed_ours
    import speed_targets
    import speed_timing
finally:
    del sys.path[:2]

TINY = {"inputs": 24, "neurons": 5, "length": 16, "batch": 3}
CANDIDATES = ["numpy", "jax matmul", "counts, default", "counts, sobol", "packed", "jax, default", "C loop"]


@pytest.fixture
def one_cell(monkeypatch, tmp_path):
    """The program with one tiny cell, not pinned, in a folder of its own."""
    cells = {"tiny": {**TINY, "ours": CANDIDATES, "public": ["public engine"]}}
    said = {"memory_kb": {"counts": 1}, "first_call_seconds": {}, "import_seconds": {"median": 0.01}}
    monkeypatch.setattr(speed, "matrix", lambda full: cells)
    monkeypatch.setattr(speed, "processes", lambda full, public: said)
    monkeypatch.setattr(speed, "pin", lambda: None)
    monkeypatch.setattr(speed, "LEAST_SECONDS", 1e-4)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_small_run_is_kept(one_cell, capsys, monkeypatch):
    monkeypatch.delenv("PUBLIC_VENV", raising=False)
    assert speed.main(["--rounds", "3", "--out", "out"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("\ntiny ") == len(CANDIDATES) + 1
    assert "skipped: the public package is not installed" in printed
    result = json.loads((one_cell / "out" / "speed.json").read_text())
    timed = {name: said for name, said in result["cells"]["tiny"]["candidates"].items() if "seconds" in said}
    assert set(timed) | {"C loop"} == set(CANDIDATES)
    for said in timed.values():
        assert len(said["seconds"]) == 3
        ratios = np.array(timed["numpy"]["seconds"]) / np.array(said["seconds"])
        assert said["ratio"]["median"] == pytest.approx(np.median(ratios), rel=2e-3)
        rate = 24 * 5 * 3 / np.median(said["seconds"]) / 1e9
        assert said["gmac_per_second"]["median"] == pytest.approx(rate, rel=2e-3)
    assert (one_cell / "out" / "speed.svg").stat().st_size > 1000
    assert speed.main(["--rounds", "3", "--out", "out"]) == 0
    assert "\ntiny " not in capsys.readouterr().out
    assert json.loads((one_cell / "out" / "speed.json").read_text())["cells"] == result["cells"]
    changed = {**result, "identity": {}}
    (one_cell / "out" / "speed.json").write_text(json.dumps(changed))
    assert speed.load(one_cell / "out" / "speed.json", result["identity"], restart=False)["cells"] == {}


def test_a_wrong_engine_is_not_timed(monkeypatch):
    right = speed_ours.inference.infer
    monkeypatch.setattr(speed_ours.inference, "infer", lambda *arguments: right(*arguments) + 1)
    for engine in ("counts", "packed"):
        with pytest.raises(AssertionError, match=f"{engine} is wrong"):
            speed_ours.infer(TINY, engine)
    with pytest.raises(AssertionError, match="disagree"):
        speed_ours.network_fn(TINY)


def test_the_time_is_that_of_one_call():
    calls = []
    start = time.process_time()
    seconds, waited = speed_timing.timed(lambda: calls.append(sum(range(1000))), 0.02)
    assert len(calls) > 1
    assert 0.02 <= seconds * len(calls) <= time.process_time() - start
    assert waited > 0.9


@marked(VPOPCNTDQ)
def test_the_c_loop_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    library = ctypes.CDLL(str(speed_machine.build_c_loop()))
    for samples, neurons, vectors in ((1, 1, 1), (5, 7, 3), (4, 6, 132), (9, 100, 263), (3, 13, 131)):
        x, w = speed_ours.aligned((samples, vectors)), speed_ours.aligned((neurons, vectors))
        w[:, :, 1:] ^= np.uint64(0xDEADBEEF)  # aligned() draws the same words for both
        out = np.full((samples, neurons), -1, dtype=np.int32)
        pointers = [ctypes.c_void_p(array.ctypes.data) for array in (x, w, out)]
        library.count_streams(*pointers[:2], *map(ctypes.c_int, (samples, neurons, vectors)), pointers[2])
        assert np.array_equal(out, np.bitwise_count(x[:, None] & w[None]).sum(axis=(2, 3), dtype=np.int64))


def test_targets_of_cells_that_are_not_there_are_not_met():
    rows = speed_targets.targets({"cells": {}})
    assert len(rows) > 15
    assert {row["met"] for row in rows} == {None}
    assert all(row["said"].startswith("not measured: ") for row in rows)


def test_targets_are_met_and_missed():
    def said(*seconds):
        return {"seconds": list(seconds), "ratio": {"median": 1 / seconds[0], "q1": 1.0, "q3": 1.0}}

    cells = {
        "surrogate": {"candidates": {"surrogate step": said(0.1, 0.1), "public surrogate step": said(6.0, 4.8, 99.0)}},
        "training": {"candidates": {"epoch, float": said(1.0, 1.0), "epoch, exact": said(3.1, 3.2)}},
        "784x128 L256 batch 2048": {
            "candidates": {"numpy": said(1.0), "counts, default": said(1.0), "counts, sobol": said(1.25)}
        },
    }
    rows = {row["what"]: row for row in speed_targets.targets({"cells": cells})}
    assert rows["surrogate gradient step over the public package's"]["met"] is True
    assert rows["surrogate gradient step over the public package's"]["said"].startswith("54 × (51 to 57)")
    assert rows["epoch of exact training over a float epoch, 64-32-10, L = 16"]["met"] is False
    assert rows["Sobol pair, n = 8"]["met"] is True
    assert rows["default pair, n = 8, over NumPy's float32 product"]["met"] is False
    assert rows["the same at 2048×2048"]["met"] is None


def test_tables_show_the_processor_itself():
    """Cells that were told to run as an older processor are of the same shape."""
    rows = measured.speed_table(784, 128, 2048)
    cells = json.loads((RESULTS / "speed.json").read_text())["cells"]
    told = [name for name, cell in cells.items() if "as" in cell]
    assert told
    for length in (16, 256):
        own = cells[f"784x128 L{length} batch 2048"]["candidates"]["counts, default"]["ratio"]["median"]
        (row,) = (row for row in rows if row.startswith("| exact counts, default pair"))
        assert f"| {own:.2f} |" in row or f"| {own:.2g} |" in row


def test_an_environment_without_the_public_package_is_refused(tmp_path, capsys):
    assert speed_machine.public_python(None) is None
    assert speed_machine.public_python(str(tmp_path)) is None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    assert speed_machine.public_python(str(tmp_path)) is None
    assert "holds no sc-neurocore 3.16.0" in capsys.readouterr().err


def test_committed_figures_follow_from_the_committed_times():
    result = json.loads((RESULTS / "speed.json").read_text())
    assert (RESULTS / "speed.svg").exists()
    assert result["targets"] == speed_targets.targets(result)
    assert {row["met"] for row in result["targets"]} <= {True, False}, "a full run measures every target"
    assert set(result["missing"]) == set(speed.matrix(True)) - set(result["cells"])
    compared = 0
    for cell in result["cells"].values():
        timed = {name: np.array(each["seconds"]) for name, each in cell["candidates"].items() if "seconds" in each}
        for name in timed.keys() & set(cell["candidates"]) if "numpy" in timed else ():
            both = min(len(timed["numpy"]), len(timed[name]))
            ratio = np.median(timed["numpy"][:both] / timed[name][:both])
            assert cell["candidates"][name]["ratio"]["median"] == pytest.approx(ratio, rel=1e-3)
            compared += 1
        assert all("seconds" in each or each["skipped"] for each in cell["candidates"].values())
    assert compared > 200


def test_the_speed_page_is_that_of_the_artifact():
    page = ROOT / "docs" / "explanation" / "speed.md"
    assert measured.speed_page() == page.read_text(encoding="utf-8"), "run: python docs/measured.py"
