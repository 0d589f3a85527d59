"""The certificate for programs: changed bytes, mixed-up files and figures that no other run gives are all told."""

from __future__ import annotations

import json
import shutil
from collections import Counter

import pytest
from support.cores.handmade_core import small_network, verilog
from support.verilog.simulators import QUICK

from sc_neurocore import cli
from sc_neurocore.cosim import run, verify_certificate
from sc_neurocore.cosim.verdict.certificate import MOST_BYTES, canonical, parse_certificate, sealed
from sc_neurocore.cosim.verdict.recheck import REACH
from sc_neurocore.export import source_proof
from sc_neurocore.importing.probes import SourceCheck
from sc_neurocore.spec import OptionError, SpecError

HAND = small_network([[[3, -2], [5, 7]], [[1, -7]]], [[0, 1], [2]])
CODES = [[5, 6], [1, 2]]


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    """A co-simulation of a stranger's core with an include; its network was held against a source."""
    home = tmp_path_factory.mktemp("certified")
    HAND.save(home / "net")
    proof = {"source": SourceCheck("torch", True, "checked against torch (float64)").to_dict(), "integers": None}
    (home / "net" / "export.json").write_text(json.dumps(proof))
    (home / "rtl").mkdir()
    text = verilog(HAND)
    assert "b1[0] = 2" in text
    (home / "rtl" / "core.v").write_text('`include "bias.vh"\n' + text.replace("b1[0] = 2", "b1[0] = `BIAS"))
    (home / "rtl" / "bias.vh").write_text("`define BIAS 2\n")
    options = {"rtl": home / "rtl", "simulator": QUICK, "codes": CODES, "samples": 1, "search_seconds": 0}
    result = run(HAND, home / "out", **options, stall="random", seed=3, proof=proof)
    assert result.passed, result.reason
    return home


@pytest.fixture
def raw(certified):
    return (certified / "out" / "certificate.json").read_bytes()


@pytest.fixture
def home(certified, tmp_path):
    """A copy that a test may spoil."""
    return shutil.copytree(certified, tmp_path / "copy")


def is_rejected(content: bytes) -> bool:
    try:
        return parse_certificate(content)[1] is not None
    except SpecError:
        return True


def reseal(home, change):
    path = home / "out" / "certificate.json"
    tree = json.loads(path.read_text())
    change(tree)
    path.write_bytes(canonical(sealed(tree)))


def verify(home, **options):
    given = {"network": home / "net", "rtl": home / "rtl", "proof": source_proof(home / "net")} | options
    return {item.name: item for item in verify_certificate(home / "out" / "certificate.json", **given)}


def differing(home, **options):
    return [name for name, item in verify(home, **options).items() if item.state == "differs"]


def test_a_change_of_any_byte_is_rejected(raw):
    """Every bit flipped, every byte left out, doubled, or replaced by what JSON may take for something else."""
    assert not is_rejected(raw)
    changed = 0
    for at, byte in enumerate(raw):
        head, tail = raw[:at], raw[at + 1 :]
        others = {bytes([byte ^ 1 << bit]) for bit in range(8)} | {bytes([each]) for each in b"0 ,}\n"}
        for other in (others - {bytes([byte])}) | {b"", bytes([byte, byte])}:
            changed += 1
            assert is_rejected(head + other + tail), (at, other)
    assert changed > 10 * len(raw)


def test_the_same_content_in_another_form_is_rejected(raw):
    tree = json.loads(raw)
    forms = {
        "indented": json.dumps(tree, sort_keys=True, indent=2).encode() + b"\n",
        "spaced": json.dumps(tree, sort_keys=True).encode() + b"\n",
        "reordered": json.dumps(dict(reversed(tree.items())), separators=(",", ":")).encode() + b"\n",
        "a real number": raw.replace(b'"seed":3', b'"seed":3.0'),
        "an exponent": raw.replace(b'"search_seconds":0.0', b'"search_seconds":0e0'),
        "a key twice": raw.replace(b'"seed":3', b'"seed":3,"seed":3'),
        "an escape": raw.replace(b'"stall":"random"', b'"stall":"r\\u0061ndom"'),
        "no newline": raw[:-1],
        "two newlines": raw + b"\n",
        "a mark before it": b"\xef\xbb\xbf" + raw,
        "a hash in capitals": raw.replace(tree["sha256"].encode(), tree["sha256"].upper().encode()),
    }
    assert all(content != raw for content in forms.values())
    assert [name for name, content in forms.items() if not is_rejected(content)] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tree: tree.update(signed=True), "signed is not a known key"),
        (lambda tree: tree["rtl"].update(path="/"), "rtl.path is not a known key"),
        (lambda tree: tree.pop("tools"), "tools is required"),
        (lambda tree: tree["subject"].update(kind="model"), "subject.kind must be 'network' or 'circuit'"),
        (lambda tree: tree["stimulus"].update(seed=True), "stimulus.seed must be"),
        (lambda tree: tree["rtl"]["files"].update({"a.v": "0"}), "rtl.files.*match pattern"),
        (lambda tree: tree["export"].update(source=3), "export.source must be"),
    ],
)
def test_what_no_certificate_says_is_refused_by_name(change, words, home):
    reseal(home, change)
    with pytest.raises(SpecError, match=words):
        verify(home)


def test_what_is_no_certificate_is_bad_input(home, capsys):
    assert cli.main(["verify", str(home / "out" / "cosim.json")]) == 2
    assert "format 'sc-neurocore/certificate'" in capsys.readouterr().err
    with open(home / "large", "wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(SpecError, match="at most"):
        verify_certificate(home / "large")
    with pytest.raises(SpecError, match="nested"):
        parse_certificate(b'{"a":' * 100_000)
    with pytest.raises(OptionError, match="rerun must have both network and rtl"):
        verify(home, rtl=None, rerun=True)


def test_what_is_there_is_checked_and_the_rest_is_named(home, capsys):
    path = str(home / "out" / "certificate.json")
    assert cli.main(["verify", path]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    assert last == REACH
    assert lines[0] == "canonical form and own sha256: checked"
    assert all(": not checked: " in line for line in lines[1:])
    assert cli.main(["verify", path, "--network", str(home / "net"), "--rtl", str(home / "rtl")]) == 0
    lines = capsys.readouterr().out.splitlines()
    checked = {line.removesuffix(": checked") for line in lines if line.endswith(": checked")}
    named = {"network hand", "export", "rtl core.v", "rtl bias.vh", "manifest"}
    assert checked == named | {"canonical form and own sha256"}
    (home / "out" / "certificate.json").write_bytes((home / "out" / "certificate.json").read_bytes() + b" ")
    assert cli.main(["verify", path]) == 1
    assert capsys.readouterr().out.startswith("canonical form and own sha256: differs: it is not in canonical form\n")


def test_mixed_up_files_differ_by_name(home):
    assert differing(home) == []
    (home / "rtl" / "bias.vh").write_text("`define BIAS 3\n")
    (home / "rtl" / "more.v").write_text("module more; endmodule\n")
    assert differing(home) == ["rtl bias.vh", "rtl more.v"]
    assert verify(home, rerun=True, codes=CODES)["results"].note == "rtl bias.vh differs"
    (home / "rtl" / "bias.vh").unlink()
    (home / "rtl" / "more.v").unlink()
    (home / "rtl" / "manifest.json").write_text(json.dumps({"network_sha256": HAND.sha256, "latency_cycles": 1}))
    assert differing(home) == ["rtl bias.vh", "manifest"]
    shutil.rmtree(home / "net")
    small_network([[[3, -2], [5, 7]], [[1, -6]]], [[0, 1], [2]]).save(home / "net")
    assert differing(home) == ["network hand", "export", "rtl bias.vh"]


def test_a_figure_that_another_run_does_not_give_differs(home):
    assert "2 samples are the user's" in str(verify(home, rerun=True)["results"])
    reseal(home, lambda tree: tree["results"].update(cycles=tree["results"]["cycles"] + 1))
    items = verify(home, rerun=True, codes=CODES)
    assert [item.name for item in items.values() if item.state == "differs"] == ["cycles"]
    assert Counter(item.state for item in items.values()) == {"checked": len(items) - 2, "differs": 1, "not checked": 1}
    assert str(items["gate_mutants"]) == "gate_mutants: not checked: none were made"
    assert {"stimulus", "tools", "verdict", "port_coverage"} <= items.keys()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tree: tree["results"]["model_faults"].update(search="out of time"), "depends on the machine"),
        (lambda tree: tree["stimulus"]["samples"].update(random=10**9), "1 to 1000000 random samples"),
        (lambda tree: tree["rtl"].update(files={}), "the components themselves were simulated"),
    ],
)
def test_what_cannot_be_repeated_is_said(change, words, home):
    reseal(home, change)
    items = verify(home, rerun=True, codes=CODES)
    assert {items[name].state for name in ("tools", "stimulus", "results")} == {"not checked"}
    assert words in str(items["results"])


def test_a_name_cannot_write_lines_of_its_own(home):
    reseal(home, lambda tree: tree["subject"].update(name="x: checked\nresults: checked"))
    assert "\n" not in str(verify(home)["network x: checked\nresults: checked"])
