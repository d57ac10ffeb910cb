"""Make slides of the executed notebooks: one page for each, whole in itself, for a room without network.

    python notebooks/slides.py            # all of them, into slides/
    python notebooks/slides.py 03 05      # those whose names begin so

Cells say by Jupyter's own slide type where a slide begins and what is left out. A picture gets a slide of its
own. What a page shows is what the notebook shows, nothing is executed.
"""

from __future__ import annotations

import base64
import io
import json
import re
import sys
from html import escape
from pathlib import Path
from typing import Any

import mistune
from PIL import Image

HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "slides"
LOW = 0.62  # a picture no higher than this part of its width fits on a screen as a whole
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

Cell = dict[str, Any]


def page(path: Path) -> str:
    """The slides of a notebook as one HTML page."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    slides = slides_of(notebook["cells"])
    title = re.search(r"<h1>(.*?)</h1>", slides[0])
    assert title, f"{path.name} has no title"
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
{"".join(slides)}</main>
<nav><b>{title[1]}</b><output></output><button id="back">Back</button><button id="on">On</button></nav>
<script type="module">
{script}</script>
</html>
"""


def slides_of(cells: list[Cell]) -> list[str]:
    """The slides as sections, in order."""
    slides: list[str] = []
    written: list[str] = []

    def close() -> None:
        if written:
            kind = "" if slides else "title"
            slides.append(section("".join(written), kind))
            written.clear()

    for cell in cells:
        kind = cell["metadata"].get("slideshow", {}).get("slide_type", "-")
        if kind != "-":
            close()  # also where something is left out: an answer does not stand under its question
        if kind in ("skip", "notes"):
            continue
        if cell["cell_type"] == "markdown":
            written.append(markdown("".join(cell["source"])))
            continue
        written.append(f"<pre><code>{escape(''.join(cell['source']))}</code></pre>\n")
        for output in cell["outputs"]:
            data = output.get("data", {"text/plain": output.get("text", "")})
            if "image/png" in data:
                code = written.pop() if len(written) == 1 else ""  # nothing but the cell: it goes along
                close()
                slides.append(picture_slide(data, code))
            else:
                written.append(shown(data))
    close()
    return slides


def section(content: str, kind: str = "") -> str:
    """One slide."""
    return f'<section class="{kind}" tabindex="-1">\n{content}</section>\n'


def picture_slide(data: Cell, code: str = "") -> str:
    """A slide that is a picture, with the cell that made it below."""
    encoded = "".join(data["image/png"])
    width, height = Image.open(io.BytesIO(base64.b64decode(encoded))).size
    described = escape(" ".join("".join(data["text/plain"]).split()), quote=True)
    size = f'width="{width}" height="{height}"'
    picture = f'<img alt="{described}" {size} src="data:image/png;base64,{encoded.strip()}">\n'
    return section(picture + code, "picture low" if height <= LOW * width else "picture")


def shown(data: Cell) -> str:
    """What a cell shows besides pictures."""
    if "text/html" in data:
        return "".join(data["text/html"]) + "\n"
    return f"<pre>{escape(''.join(data['text/plain']))}</pre>\n"


def markdown(text: str) -> str:
    """Markdown as HTML; HTML inside it is shown as text."""
    return str(mistune.create_markdown(escape=True, plugins=["table"])(text))


def main(beginnings: list[str]) -> None:
    """Write the slides of the notebooks whose names begin so; of all where none is named."""
    TARGET.mkdir(exist_ok=True)
    for path in sorted(HERE.glob("[0-9][0-9]-*.ipynb")):
        if not beginnings or path.name.startswith(tuple(beginnings)):
            target = TARGET / f"{path.stem}.html"
            target.write_text(page(path), encoding="utf-8")
            print(target.relative_to(HERE.parent))


if __name__ == "__main__":
    main(sys.argv[1:])
