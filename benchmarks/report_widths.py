"""Measure how report pages lie at the width of a desk and of a phone, in headless Chromium.

    python benchmarks/report_widths.py PAGE [PAGE...]     status 1 where something is found

Found is: a page that scrolls sideways as a whole, anything that reaches over its right edge outside a part that
scrolls, a text that is cut off, a table that scrolls at 1,400 px, one that scrolls at 390 px and does not say so, and
a text of a figure outside its frame. Where no Chromium is, nothing is measured, which is said, with status 0.

The page is not changed: it lies in a frame of the width asked for, and the page around it looks into it.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WIDTHS = (1400, 390)
"""Pixels; nothing may scroll at the first."""
TRIES = 5
"""Beside other work it now and then ends before it has drawn the frames in which hints on scrolling come up."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOOK = """
const view = document.getElementById('page').contentDocument, wide = view.documentElement.clientWidth, found = [];
const name = (e) => [e.tagName.toLowerCase(), ...e.classList].join('.')
  + ' "' + (e.textContent || '').replace(/[ \\n]+/g, ' ').trim().slice(0, 30) + '"';
const all = view.documentElement.scrollWidth;
if (all > wide) found.push('the page scrolls sideways: ' + all + ' px');
let looked = 0, scrolling = 0;
for (const e of view.body.querySelectorAll('*')) {
  const box = e.getBoundingClientRect();
  if (!box.width) continue;
  looked += 1;
  const cut = view.defaultView.getComputedStyle(e).overflowX;
  if (!e.closest('.scroll') && box.right > wide + 1) found.push('reaches over the edge: ' + name(e));
  const beyond = e.scrollWidth > e.clientWidth + 1;
  if (cut === 'hidden' && e.textContent.trim() && beyond) found.push('is cut off: ' + name(e));
}
for (const e of view.querySelectorAll('.scroll')) {
  if (e.scrollWidth <= e.clientWidth + 1) continue;
  scrolling += 1;
  if (wide >= 1000) found.push('scrolls: ' + name(e));
  const said = view.defaultView.getComputedStyle(e, '::after');
  if (said.content === 'none' || said.opacity === '0') found.push('scrolls and does not say so: ' + name(e));
}
for (const e of view.querySelectorAll('svg text')) {
  const box = e.getBoundingClientRect(), frame = e.ownerSVGElement.getBoundingClientRect();
  const beside = box.left < frame.left - 1 || box.right > frame.right + 1;
  if (beside || box.top < frame.top - 2 || box.bottom > frame.bottom + 2)
    found.push('a text of a figure outside its frame: ' + name(e));
}
document.getElementById('found').textContent = JSON.stringify({wide, looked, scrolling, found});
"""


def browser() -> str | None:
    """The first Chromium on the path."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def measured(chromium: str, page: str, width: int) -> dict:
    """What was found in a page of one width.

    Args:
        chromium: the program.
        page: text of the page.
        width: pixels.
    """
    frame = f'<iframe id="page" style="border:0;width:{width}px;height:900px" srcdoc="{html.escape(page)}"></iframe>'
    around = f'<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">{frame}<pre id="found"></pre>'
    around += f"<script>onload = () => requestAnimationFrame(() => requestAnimationFrame(() => {{{LOOK}}}))</script>"
    heard = ""
    for _ in range(TRIES):
        done = shown(chromium, around, max(width, 500))
        said = re.search(r'<pre id="found">(\{.*?\})</pre>', done.stdout, re.DOTALL)
        if said is not None:
            return json.loads(html.unescape(said.group(1)))
        heard = f"status {done.returncode}: {done.stderr[-300:]}"
    raise SystemExit(f"{chromium} said nothing, {TRIES} times; {heard}")


def shown(chromium: str, text: str, width: int) -> subprocess.CompletedProcess[str]:
    """What Chromium has made of a page.

    Args:
        chromium: the program.
        text: of the page.
        width: of the window, pixels.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file = Path(folder) / "around.html"
        file.write_text(text, encoding="utf-8")
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        command += [f"--user-data-dir={folder}/profile", f"--window-size={width},1000", "--virtual-time-budget=5000"]
        command += ["--dump-dom", file.as_uri()]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def main(pages: list[str]) -> int:
    """Print what is found; 1 where something is."""
    if not pages:
        print(__doc__)
        return 2
    chromium = browser()
    if chromium is None:
        print(f"skipped: none of {', '.join(BROWSERS)} is installed, so no width was measured")
        return 0
    status = 0
    for page in pages:
        for width in WIDTHS:
            result = measured(chromium, Path(page).read_text(encoding="utf-8"), width)
            if result["wide"] != width or not result["looked"]:
                raise SystemExit(f"{page} was not shown at {width} px: {result}")
            found = result["found"]
            parts = f"{result['looked']:,} parts, {result['scrolling']} of them scroll"
            print(f"{page}, {width} px: {parts}, {len(found)} findings")
            print("".join(f"  {each}\n" for each in found), end="")
            status |= bool(found)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
