"""The measurement of pages in Chromium, as far as it goes without one; `make report-widths` runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "report_widths.py"


def test_where_no_chromium_is_it_says_so(tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<p>a page</p>")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(page)],
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout.startswith("skipped: none of chromium")


def test_what_a_browser_finds_is_the_status(tmp_path):
    """A stand-in for Chromium that says one finding at a phone's width."""
    page, browser = tmp_path / "page.html", tmp_path / "chromium"
    page.write_text("<p>a page</p>")
    browser.write_text(
        f"#!{sys.executable}\n"
        "import sys, urllib.request\n"
        "text = urllib.request.urlopen(sys.argv[-1]).read().decode()\n"
        "wide = 390 if 'width:390px' in text else 1400\n"
        "found = ['reaches over the edge: p'] if wide == 390 else []\n"
        "import json\n"
        "said = json.dumps({'wide': wide, 'looked': 3, 'scrolling': 0, 'found': found})\n"
        "print('<pre id=\"found\">' + said + '</pre>')\n"
    )
    browser.chmod(0o755)
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(page)],
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "1400 px: 3 parts, 0 of them scroll, 0 findings" in done.stdout
    assert "390 px: 3 parts, 0 of them scroll, 1 findings\n  reaches over the edge: p" in done.stdout
