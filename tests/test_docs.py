"""Every code block of README, docs and docstrings runs; the contract page and the tests name the same rules."""

from __future__ import annotations

import doctest
import importlib
import json
import pkgutil
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from support import documents
from support.programs import program

import sc_neurocore
from sc_neurocore.spec import save_network

ROOT = Path(__file__).resolve().parents[1]
CONTRACT = ROOT / "docs" / "reference" / "contract.md"
# The READMEs of hdl/ and sim/ speak to people with tools of their own; tests/hdl and tests/sim run what they name.
DOCUMENTS = [
    path
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*.md")])
    if not {"_build", "_generated"} & set(path.relative_to(ROOT).parts)
]
WITH_CODE = [path for path in DOCUMENTS if any(b.language in documents.RUN_LANGUAGES for b in documents.blocks(path))]
SLOW_PAGES = {"docs/how-to/cosim-in-ci.md", "docs/how-to/put-it-on-a-board.md", "docs/how-to/read-cosim-json.md"}
"""Pages that build simulators for the digits network; the tutorial, which does so too, is in every run."""
# Modules that only load inside a simulator.
UNLOADABLE = {"sc_neurocore.cosim.drivers.bench"}
MODULES = sorted(
    m.name for m in pkgutil.walk_packages(sc_neurocore.__path__, "sc_neurocore.") if m.name not in UNLOADABLE
)


def rule_scanner() -> ModuleType:
    """The docs' own reader of markers."""
    return program("docs/_ext/contract_rules.py")


@pytest.mark.one_in(2)
@pytest.mark.timeout(900)  # pages that build simulators, on a machine that may be busy
@pytest.mark.parametrize(
    "document",
    [
        pytest.param(path, id=name, marks=[pytest.mark.slow] if name in SLOW_PAGES else [])
        for path in WITH_CODE
        if (name := str(path.relative_to(ROOT)))
    ],
)
def test_blocks_run(document: Path, tmp_path: Path):
    shutil.copytree(ROOT / "tests" / "golden" / "digits", tmp_path / "network")
    assert documents.run(document, tmp_path) > 0


@pytest.mark.parametrize("module", MODULES)
def test_docstring_examples_run(module: str):
    assert doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS).failed == 0


@pytest.mark.one_in(6)
@pytest.mark.parametrize("script", sorted((ROOT / "docs" / "figures").glob("*.py")), ids=lambda path: path.name)
def test_a_figure_is_made_by_its_script(script: Path, tmp_path: Path):
    subprocess.run([sys.executable, script, tmp_path], check=True, timeout=120)
    made = {path.name for path in tmp_path.iterdir()}
    assert made
    assert made <= {path.name for path in script.parent.iterdir()}


def test_the_documents_are_there():
    names = {str(path.relative_to(ROOT)) for path in WITH_CODE}
    assert {"README.md", "docs/reference/contract.md"} | SLOW_PAGES <= names


def test_the_measured_tables_are_those_of_the_artifacts():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert program("docs/measured.py").readme() == text, "run: python docs/measured.py"
    binary = program("docs/measured_binary.py")
    assert binary.page() == binary.PAGE.read_text(encoding="utf-8"), "run: python docs/measured_binary.py"
    for path, wanted in program("docs/measured_faults.py").pages().items():
        assert wanted == path.read_text(encoding="utf-8"), "run: python docs/measured_faults.py"
    for path, wanted in program("docs/measured_maps.py").pages().items():
        assert wanted == path.read_text(encoding="utf-8"), "run: python docs/measured_maps.py"
    for path, wanted in program("docs/measured_imported.py").pages().items():
        assert wanted == path.read_text(encoding="utf-8"), "run: python docs/measured_imported.py"
    formal = program("docs/measured_formal.py")
    assert formal.page() == formal.PAGE.read_text(encoding="utf-8"), "run: python docs/measured_formal.py"
    survivors = program("docs/measured_survivors.py")
    assert survivors.page() == survivors.PAGE.read_text(encoding="utf-8"), "run: python docs/measured_survivors.py"
    install = program("docs/measured_install.py")
    assert install.page() == install.PAGE.read_text(encoding="utf-8"), "run: python docs/measured_install.py"
    regress = program("docs/measured_regress.py")
    assert regress.page() == regress.PAGE.read_text(encoding="utf-8"), "run: python docs/measured_regress.py"
    core = program("docs/measured_core.py")
    assert core.page() == core.PAGE.read_text(encoding="utf-8"), "run: python docs/measured_core.py"
    circuits = program("docs/measured_circuits.py")
    for page in circuits.PAGES:
        assert circuits.page(page) == page.read_text(encoding="utf-8"), "run: python docs/measured_circuits.py"


COMMANDS = ("make", "python", "sc-neurocore", "pip", "iverilog", "verilator", "fusesoc", "gtkwave", "sh", ".venv/bin/")


def unmarked(text: str) -> list[str]:
    """First lines of blocks that show commands which nobody runs, without the reason below."""
    blocks = re.finditer(r"^```text\n(.*?)^```\n(.*?\n.*?\n)", text, re.MULTILINE | re.DOTALL)
    shown = ((block[1].splitlines(), block[2]) for block in blocks)
    return [
        lines[0]
        for lines, below in shown
        if any(line.startswith(COMMANDS) for line in lines) and "(Not run here" not in below
    ]


@pytest.mark.one_in(1)
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_of_the_docs_is_run_or_says_why_not(document: Path):
    assert unmarked(document.read_text(encoding="utf-8")) == []


def test_a_command_that_nobody_runs_is_seen():
    block = "```text\nmake it\n```\n\n"
    assert unmarked(block + "Then go on.\n") == ["make it"]
    assert unmarked(block + "(Not run here: it takes a day.)\n") == []


def test_a_block_that_fails_is_seen(tmp_path: Path):
    wrong = (
        "```python\nassert 1 == 2\n```\n",
        "```python\n>>> 1 + 1\n3\n```\n",
        "```console\n$ false\n```\n",
        "```console\n$ echo one\ntwo\n```\n",
        "```console\n$ make no-such-target\n```\n",
        "```json\n{\n```\n",
        "```\na block without a language\n```\n",
    )
    for number, body in enumerate(wrong):
        document = tmp_path / f"{number}.md"
        document.write_text(body)
        with pytest.raises((AssertionError, json.JSONDecodeError)):
            documents.run(document, tmp_path)


@pytest.fixture
def held_rules(collected) -> set[str]:
    """Rules that tests of every run are marked with: those of this collection where it is whole, else of one for it."""
    if not set((ROOT / "tests").rglob("test_*.py")) <= {item.path for item in collected}:
        return set(rule_scanner().tests_by_rule())
    held: set[str] = set()
    for item in collected:
        if item.get_closest_marker("slow") is None:
            for marker in item.iter_markers("contract"):
                held.update(marker.args)
    return held


def test_markers_name_rules_of_the_contract(held_rules):
    known = rule_scanner().rules()
    assert len(known) == len(set(known)) > 50
    assert sorted(held_rules - set(known)) == []


def test_every_rule_is_held_by_a_test(held_rules):
    assert [rule for rule in rule_scanner().rules() if rule not in held_rules] == []


def test_the_contract_page_gives_the_tables_we_use():
    from sc_neurocore.spec import LFSR_TAPS

    text = CONTRACT.read_text(encoding="utf-8")
    section = text[text.index("{rule}`source.taps`") :].partition("**Sobol.**")[0]
    cells = [
        cell.strip() for line in section.splitlines() if line.startswith("| ") for cell in line.strip("|").split("|")
    ]
    pairs = [(cells[i], cells[i + 1]) for i in range(0, len(cells), 2) if cells[i].isdigit()]
    assert {int(n): tuple(int(tap) for tap in taps.split(",")) for n, taps in pairs} == LFSR_TAPS


@pytest.mark.contract("folder.read")
def test_the_example_of_the_contract_is_a_network(tmp_path: Path):
    """The page's example, with tensors beside it, is read; written, it has the page's keys and defaults."""
    examples = [b.text for b in documents.blocks(CONTRACT) if b.language == "json"]
    (example,) = (text for text in examples if '"format"' in text)
    tree = json.loads(example)
    from hashlib import sha256

    from safetensors.numpy import save

    tensors = {}
    for i, layer in enumerate(tree["layers"]):
        tensors[f"layer{i}.weight"] = np.ones((layer["neurons"], layer["inputs"]), np.int32)
        tensors[f"layer{i}.bias"] = np.zeros(layer["neurons"], np.int32)
    folder = tmp_path / "network"
    folder.mkdir()
    (folder / "weights.safetensors").write_bytes(save(tensors))
    digest = sha256(save(tensors)).hexdigest()
    (folder / "network.json").write_text(re.sub(r"<hash[^>]*>", digest, example))
    network = sc_neurocore.load_network(folder)
    save_network(network, tmp_path / "again")
    written = json.loads((tmp_path / "again" / "network.json").read_text())
    tree["tensors"]["sha256"] = written["tensors"]["sha256"]
    for layer in tree["layers"]:
        for generator in ("input_generator", "weight_generator"):
            layer[generator]["source"] = {"skip": 0, "reverse": False} | layer[generator]["source"]
    tree["layers"][1]["accumulator"]["select"] |= {"skip": 0, "reverse": False}
    assert written == tree
