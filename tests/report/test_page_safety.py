"""Hostile and damaged folders: nothing is loaded, nothing runs, and wrong files are told."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sc_neurocore.report import write
from sc_neurocore.spec import CodesError, OptionError, SpecError
from tests.support.pages import change, render

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=y>&$\\frac{1}{$ {{ 123 * 457 }}"


def test_nothing_is_loaded_and_nothing_runs(run):
    text, page = render(run)
    assert page.count("script") == 0
    assert page.count("link") == 0
    assert not [attributes for _, attributes in page.tags if {"src", "onload", "onclick"} & set(attributes)]
    references = [attributes["href"] for _, attributes in page.tags if attributes.get("href")]
    assert all(reference.startswith("#") for reference in references)
    assert "@import" not in text
    assert set(re.findall(r"url\((.)", text)) <= {"#"}
    policy = next(a["content"] for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "http://" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)
    assert "https://" not in text


def test_hostile_strings_stay_strings(run):
    change(run, "cosim/cosim.json", simulator=HOSTILE, verdict="FAIL", mismatches=1, first_mismatch={HOSTILE: HOSTILE})
    change(
        run,
        "sweep.json",
        points=[{"stream_length": 8, "accuracy": 0.5, "generators": HOSTILE + str(i)} for i in (1, 2)],
    )
    change(run, "synth-up5k/synth.json", target=HOSTILE, device=HOSTILE, note=HOSTILE, basis=HOSTILE, shell=HOSTILE)
    change(run, "synth-up5k/synth.json", tools={HOSTILE: HOSTILE}, architecture={HOSTILE: [HOSTILE]})
    change(run, "rtl/manifest.json", top=HOSTILE, parameters={HOSTILE: HOSTILE}, rtl_sha256=HOSTILE)
    change(run, "export.json", layers=[{HOSTILE: HOSTILE}], method=HOSTILE, notes=[HOSTILE])
    change(run, "model/model.json", config={HOSTILE: HOSTILE}, data={"name": HOSTILE})
    text, page = render(run)
    assert page.count("script") == 0
    assert page.count("img") == 0
    assert not [a for _, a in page.tags if any(key.startswith("on") for key in a)]
    assert "{{ 123 * 457 }}" in page.text
    assert "56211" not in text
    # 12 places at least hold the text, and each of them unchanged.
    assert page.text.count(re.sub(r"\s+", " ", HOSTILE)) >= 12
    assert "<script>alert" not in text


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("cosim/cosim.json", {"mismatches": "0"}, "cosim/cosim.json: mismatches must be an integer"),
        ("cosim/cosim.json", {"verdict": "GREAT"}, "verdict must be PASS or FAIL, got 'GREAT'"),
        ("infer.json", {"accuracy": 97.0}, "infer.json: accuracy must be a number from 0 to 1"),
        ("sweep.json", {"points": {}}, "sweep.json: points must be a list"),
        ("sweep.json", {"points": [{"stream_length": 0, "accuracy": 0}]}, "stream_length must be positive, got 0"),
        ("synth-up5k/synth.json", {"luts": 1.5}, "synth-up5k/synth.json: luts must be an integer"),
        ("synth-up5k/synth.json", {"fmax_mhz": True}, "fmax_mhz must be a number"),
        ("rtl/manifest.json", {"ports": ["clk"]}, r"ports\[0\] must be an object"),
        ("model/model.json", {"accuracy": 0.5}, "model/model.json: accuracy must be an object"),
        ("export.json", {"layers": 3}, "export.json: layers must be a list"),
    ],
)
def test_wrong_types_are_told_and_nothing_is_written(run, name, values, message):
    change(run, name, **values)
    with pytest.raises(SpecError, match=message):
        write(run, run.parent / "report.html")
    assert not (run.parent / "report.html").exists()


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("labels.npy", np.zeros(20), "labels.npy must be integers"),
        ("labels.npy", np.zeros((20, 1), int), "labels.npy must be integers of shape"),
        ("labels.npy", np.full(20, 3), "classes 0 to 2, got 3 to 3"),
        ("labels.npy", np.zeros(19, int), "outputs.npy must be integers of shape"),
        ("outputs.npy", np.zeros((20, 3)), "outputs.npy must be integers"),
        ("codes.npy", np.zeros((19, 16), int), "codes.npy must be integers"),
    ],
)
def test_arrays_that_do_not_belong_together(run, name, array, message):
    np.save(run / name, array)
    with pytest.raises(SpecError, match=message):
        write(run, run.parent / "report.html")


def test_a_pickled_array_is_not_opened(run):
    np.save(run / "labels.npy", np.array([{}] * 20, dtype=object), allow_pickle=True)
    with pytest.raises(CodesError, match="labels"):
        write(run, run.parent / "report.html")


def test_no_folder(tmp_path):
    with pytest.raises(OptionError, match=r"folder must be a run folder, got .*absent"):
        write(tmp_path / "absent", tmp_path / "report.html")


def test_only_a_page_of_ours_is_replaced(tmp_path):
    (tmp_path / "run").mkdir()
    page, thesis = tmp_path / "page.html", tmp_path / "thesis.tex"
    first = write(tmp_path / "run", page).read_bytes()
    assert write(tmp_path / "run", page).read_bytes() == first
    thesis.write_text("\\chapter{Three years}")
    with pytest.raises(OptionError, match=r"cannot replace .*thesis\.tex: it is no file that this command wrote"):
        write(tmp_path / "run", thesis)
    assert thesis.read_text() == "\\chapter{Three years}"
