"""Make slides of the executed notebooks: one page for each, whole in itself, for a room without network.

    python notebooks/slides.py            # all of them, into slides/
    python notebooks/slides.py 03 05      # those whose names begin so
    python notebooks/slides.py --from executed --to pages 03

What a page shows is what the notebook shows; only the answers to its questions are computed. They are hidden
until the presenter asks for them.
"""

from __future__ import annotations

import json
import re
import sys
from html import escape
from pathlib import Path

from selection import chosen, command_line
from slide_cells import Slide, slides_of

from simulator.errors import SimulatorError

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "slides"
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def page(path: Path) -> str:
    """The slides of a notebook as one HTML page.

    Raises:
        SimulatorError: it cannot be read, or has no title.
    """
    try:
        slides = slides_of(json.loads(path.read_text(encoding="utf-8"))["cells"], path.parent)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SimulatorError(
            f"{path} cannot be read.", got=error, expected="an executed notebook of format 4"
        ) from error
    title = re.search(r"<h1>(.*?)</h1>", slides[0].html) if slides else None
    if title is None:
        raise SimulatorError(f"{path} has no title.", expected="a first cell that begins with # and a title")
    style, script = ((HERE / f"slides.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    return f"""<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title[1]}</title>
<style>
{style}</style>
<main>
{"".join(map(section, slides))}</main>
<p id="help" hidden>{HELP}</p>
<dialog id="list" aria-label="Slides"><ol></ol></dialog>
<nav><b>{title[1]}</b><i></i>
<button id="answer" hidden aria-pressed="false">Answer</button><output></output>
<button id="back">Back</button><button id="next">Next</button>
<button id="titles" aria-haspopup="dialog">Slides</button>
<button id="keys" aria-expanded="false" aria-controls="help" aria-label="Keys">?</button></nav>
<script type="module">
{script}</script>
</html>
"""


KEYS = (
    ("→ Space Enter PageDown", "on"),
    ("← b Shift+Space PageUp", "back"),
    ("Home End", "first, last"),
    ("7 Enter", "to slide 7"),
    ("o", "list of slides"),
    ("a", "answer"),
    ("c", "code"),
    ("f", "whole screen"),
    ("?", "these keys"),
)
HELP = " · ".join(
    f"<span>{' '.join(f'<kbd>{key}</kbd>' for key in keys.split())} {does}</span>" for keys, does in KEYS
)


def section(slide: Slide) -> str:
    """One slide as HTML; the answer is in it and hidden."""
    answer = (
        f'<aside class="answer" aria-live="polite" hidden>\n{slide.answer}</aside>\n' if slide.answer else ""
    )
    right = f' data-right="{slide.right}"' if slide.right else ""
    caption = escape(slide.caption)
    names = f'class="{slide.kind}" aria-label="{escape(slide.title)}" data-caption="{caption}"{right}'
    return f'<section {names} tabindex="-1">\n{slide.html}{answer}</section>\n'


def main(arguments: list[str]) -> int:
    """Write the slides that are asked for; the exit code is 2 where that cannot be done."""
    does = "Make pages of slides of the executed notebooks."
    parser = command_line("slides.py", does, TARGET, "the pages")
    asked = parser.parse_args(arguments)
    try:
        pages = {path.stem: page(path) for path in chosen(asked.source, asked.beginnings)}
        asked.target.mkdir(parents=True, exist_ok=True)
        for name, made in pages.items():
            target = asked.target / f"{name}.html"
            target.write_text(made, encoding="utf-8")
            print(target)
    except (SimulatorError, OSError) as error:
        print(f"slides.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
