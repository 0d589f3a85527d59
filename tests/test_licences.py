"""Every dependency has a licence on the list, and what users install has none that binds them further."""

from __future__ import annotations

import pytest
from support.licences import (
    EXCEPTIONS,
    ROOT,
    SAID_ELSEWHERE,
    canonical,
    document,
    installed,
    licence,
    needed,
    pinned,
    pins,
    stated,
)

FOR_USERS = ("jax", "torch", "onnx", "keras", "nir", "cosim", "synth", "cluster")


def test_every_pinned_distribution_has_a_licence_on_the_list():
    found = [each for name in pinned() if (each := installed(name)) is not None]
    assert len(found) > 40
    assert all(licence(each) for each in found)


def test_every_pin_has_the_hash_of_its_file(monkeypatch, tmp_path):
    hashes = [pin["sha256"] for pin in pins()]
    assert len(hashes) == len({*hashes}) > 100
    monkeypatch.setattr("support.licences.ROOT", tmp_path)
    (tmp_path / "constraints.txt").write_text("# all\nnumpy==2.4.6\n")
    with pytest.raises(ValueError, match=r"numpy==2\.4\.6"):
        pins()


def test_the_set_up_takes_these_files_alone():
    """Checked hashes, no other source of a distribution, and no build outside the pinned environment."""
    lines = [line for line in (ROOT / ".ci" / "setup").read_text().splitlines() if '"${pip[@]}"' in line]
    checked, unchecked = (
        [line for line in lines if ("--require-hashes" in line) is each and "-r" in line] for each in (True, False)
    )
    assert len(checked) == 2
    assert len(unchecked) == 1  # on a platform whose files have other hashes
    assert all("--no-deps" in line for line in (*checked, *unchecked))
    (ours,) = (line for line in lines if " -e " in line)
    assert "--no-deps --no-build-isolation" in ours


def test_every_exception_is_needed_and_pinned():
    names = {canonical(name) for name in pinned()}
    assert {*EXCEPTIONS, *SAID_ELSEWHERE} <= names


def test_a_licence_that_is_not_listed_is_refused(monkeypatch):
    pytest.importorskip("scapy", reason="the dev extra is not installed")
    monkeypatch.delitem(EXCEPTIONS, "scapy")
    with pytest.raises(ValueError, match="scapy states"):
        licence(installed("scapy"))


@pytest.mark.parametrize("extra", ["", *FOR_USERS])
def test_what_users_install_is_under_no_gpl(extra):
    names = needed(extra)
    assert "numpy" in names
    assert "scapy" not in names
    there = [each for name in names if (each := installed(name)) is not None]
    assert not any("GPL" in each for found in there for each in stated(found))


def test_the_bill_of_materials_lists_what_is_pinned():
    components = document()["components"]
    assert {each["name"]: each["version"] for each in components} == pinned()
    assert {each["scope"] for each in components} == {"required", "optional"}
    assert [each["purl"] for each in components if each["name"] == "numpy"] == [f"pkg:pypi/numpy@{pinned()['numpy']}"]
