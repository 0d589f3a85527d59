"""The committed changes of the core, each noticed by a test or named with its reason; and how they are made."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

from mutating.__main__ import RESULT, core_files
from mutating.carry import carried, is_renamed
from mutating.changes import changes, drawn
from mutating.reach import choose
from mutating.rows import ROOMS, SURVIVORS, document, key_of
from mutating.trial import in_a_fork

DOCUMENT = json.loads(RESULT.read_text(encoding="utf-8"))
TOY = '''
"""A docstring with 1."""
from typing import TYPE_CHECKING
LIMIT: int | None = 3
if TYPE_CHECKING:
    SEEN = 1 < 2


@cache(size=4)
def f(a: int = 1, *, whole: bool = True) -> int | None:
    """Another."""
    if a < LIMIT and not whole:
        raise ValueError(f"{a + 1}")
    total = a * 2
    total += 1
    log(total)
    return [each - 1 for each in range(a) if each]
'''


def test_nine_in_ten_are_noticed_and_each_other_says_why():
    rows = DOCUMENT["rows"]
    assert document(rows, DOCUMENT["seed"]) == DOCUMENT
    assert len(rows) == len({key_of(row) for row in rows}) >= 300
    for room in ROOMS:
        assert DOCUMENT["totals"][room]["made"] >= 75
    assert DOCUMENT["totals"]["all"]["killed_of_real"] >= 0.9
    for row in rows:
        assert (row["by"] is not None) == (row["verdict"] == "killed")
        assert row["verdict"] == "killed" or len(row["why"]) > 20
    known = json.loads(SURVIVORS.read_text(encoding="utf-8"))
    assert set(known) <= {key_of(row) for row in rows}
    assert DOCUMENT["totals"]["all"]["equivalent"] == sum(why.startswith("equivalent: ") for why in known.values())


def test_a_file_is_changed_where_a_run_depends_on_it_and_nowhere_else():
    source = TOY.encode()
    assert [each.shown(source) for each in changes(source)] == [
        "3 -> 2",
        "3 -> 4",
        "1 -> 0",
        "1 -> 2",
        "True -> False",
        "a < LIMIT and not whole -> (not (a < LIMIT and not whole))",
        "< -> <=",
        "and -> or",
        "not -> ",
        'raise ValueError(f"{a + 1}") -> pass',
        "* -> +",
        "2 -> 1",
        "2 -> 3",
        "total += 1 -> pass",
        "+= -> -=",
        "1 -> 0",
        "1 -> 2",
        "log(total) -> pass",
        "- -> +",
        "1 -> 0",
        "1 -> 2",
        "each -> (not (each))",
    ]
    for each in changes(source):
        assert each.apply(source) != source
        compile(each.apply(source), "toy", "exec")
        assert each.function in ("", "f")


def test_the_same_seed_draws_the_same_changes_at_different_places():
    files = core_files(("bitstream",))
    first = list(drawn(files, 40, "a"))
    assert first == list(drawn(files, 40, "a")) != list(drawn(files, 40, "b"))
    assert len({(name, each.start, each.end, each.kind) for name, each in first}) == 40


def test_tests_that_enter_the_function_come_first_the_quickest_before_others():
    tests = {
        "t::slow": {"seconds": 3.0, "entered": ["a/b.py:9"]},
        "t::quick": {"seconds": 0.1, "entered": ["a/b.py:9", "a/c.py:1"]},
        "t::file": {"seconds": 0.2, "entered": ["a/b.py:90"]},
        "t::other": {"seconds": 0.1, "entered": ["d/e.py:9"]},
    }
    (change,) = (each for each in changes(b"\n" * 8 + b"def f():\n    return a < b\n"))
    assert choose(tests, "a/b.py", change, 1.0) == ["t::quick"]
    assert choose(tests, "a/b.py", change, 10.0) == ["t::quick", "t::slow"]
    assert choose(tests, "a/x.py", change, 10.0) == ["t::quick", "t::file", "t::slow"]


def test_rows_go_over_renames_and_over_nothing_else():
    old = b"def f(a, b):\n    if a < b:\n        return a\n    return b - a\n"
    new = (
        b'def f(left, right):\n    """A part."""\n    if left < right:\n        return left\n    return right - left\n'
    )
    change = next(each for each in changes(old) if each.shown(old) == "- -> +")
    row = {"line": 4, "column": 13, "kind": change.kind, "change": "- -> +", "verdict": "killed"}
    row["sha256"] = hashlib.sha256(old).hexdigest()[:16]
    place = {"line": 5, "column": 17, "function": "f", "sha256": hashlib.sha256(new).hexdigest()[:16]}
    assert carried(row, old, new) == row | place
    assert carried(row | {"sha256": "of another"}, old, new)["sha256"] == "of another"
    for text in (new.replace(b"<", b"<="), new.replace(b"right - left", b"left - left"), new + b"a = 1\n"):
        assert not is_renamed(old, text)
        assert carried(row, old, text) == row


def test_what_runs_for_ever_is_ended(tmp_path):
    assert in_a_fork(lambda: {"a": 1}, tmp_path, "log", cpu=10, wall=60) == {"a": 1}
    assert in_a_fork(lambda: time.sleep(60), tmp_path, "log", cpu=10, wall=0.3) is None


def test_a_change_is_noticed_by_a_test_that_looks_and_by_no_other(tmp_path):
    package, tests = tmp_path / "sc_neurocore", tmp_path / "tests"
    for file, text in {
        package / "__init__.py": "",
        package / "accel" / "__init__.py": "",
        package / "accel" / "kernel_cache.py": "",
        package / "spec" / "__init__.py": "",
        package / "spec" / "rule.py": "def top(n):\n    return 2**n - 1\n",
        tests
        / "test_rule.py": "from sc_neurocore.spec.rule import top\n\n\ndef test_looks():\n    assert top(3) == 7\n\n\n"
        "def test_runs():\n    assert top(3)\n",
    }.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    rule = package / "spec" / "rule.py"
    source = rule.read_bytes()
    (change,) = (each for each in changes(source) if each.shown(source) == "- -> +")
    rule.write_bytes(change.apply(source))
    program = (
        "import json, sys\nfrom pathlib import Path\nfrom mutating.trial import run_tests\n"
        "print(json.dumps(run_tests(Path(sys.argv[1]), sys.argv[2:], 30, 'x', None)))"
    )
    for test, failed in {"test_runs": None, "test_looks": "tests/test_rule.py::test_looks"}.items():
        command = [sys.executable, "-c", program, str(tmp_path), f"tests/test_rule.py::{test}"]
        done = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout.splitlines()[-1]) == {"failed": failed, "passed": int(failed is None)}
