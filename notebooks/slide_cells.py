"""The slides of a notebook, made from its cells.

Cells say by Jupyter's own slide type where a slide begins and what is left out. Besides that:

- a question stands alone, save for a heading without text; its answer is computed and waits to be asked for,
- a picture stands alone, in as many parts as it needs; a short line before it stands above it where there is
  room, else at the edge of the screen,
- what is too high for a screen goes on on the next slide,
- code is kept and hidden, save where a cell shows nothing but what Python prints; an assertion is left out.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import slide_text as text
from slide_pictures import parts

from simulator.lessons import ask, case

Cell = dict[str, Any]
LEFT_OUT = ("skip", "notes")
SHORT = 75  # letters that do not make a slide before a picture,
LONG = 90  # and those of a line above one
LINE_ABOVE = 48  # pixels in height for that


@dataclass(frozen=True)
class Slide:
    """One slide.

    Attributes:
        html: what stands on it.
        title: its unique name in the list of slides.
        kind: ``title``, ``chapter`` (a heading alone), ``question``, ``picture`` or empty.
        caption: the words at the edge of the screen while it is shown.
        answer: what is shown when the answer is asked for.
        right: the letter of the right option.
    """

    html: str
    title: str
    kind: str = ""
    caption: str = ""
    answer: str = ""
    right: str = ""


class Deck:
    """The slides so far, and what stands on the one that is being written."""

    def __init__(self) -> None:
        self.slides: list[Slide] = []
        self.written: list[text.Block] = []
        self.section = ""
        self.named: Counter[str] = Counter()

    def put(self, blocks: list[text.Block]) -> None:
        """Write blocks, each on the present slide if there is room, else on the next."""
        for block in blocks:
            filled = sum(one.height for one in self.written)
            room = text.FULL if filled < text.LITTLE else text.ROOM  # a line or two is not left alone
            if self.written and filled + block.height > room:
                belongs = self._belongs_to_next()
                self.close()
                self.written += belongs
            self.written.append(block)

    def _belongs_to_next(self) -> list[text.Block]:
        """Take back the hidden code of what follows, and the line that introduces it if that is not all."""
        place = len(self.written)
        while place and self.written[place - 1].kind == "code":
            place -= 1
        if place > 1 and self.written[place - 1].leads:
            place -= 1
        taken = self.written[place:]
        del self.written[place:]
        return taken

    def close(self) -> None:
        """End the present slide; one that has nothing but code, and perhaps a bare value, is dropped."""
        kinds = {block.kind for block in self.written} - {"code"}
        if kinds == {"plain"} and sum(block.height for block in self.written) < text.BARE:
            kinds.clear()
        html = "".join(block.html for block in self.written)
        self.written.clear()
        if kinds:
            kind = "chapter" if kinds == {"heading"} else ""
            self._add(html, text.heading_of(html), kind if self.slides else "title", self.section)

    def ask(self, html: str, answer: str, right: str) -> None:
        """A question, below the heading without text that came before it, if one did."""
        heading = ""
        if [block.kind for block in self.written] == ["heading"]:
            heading = self.written.pop().html
        self.close()
        asked = re.search(r"<strong>(.*?)</strong>", html, re.S)
        section, question = text.heading_of(heading), text.words_of(asked[1]) if asked else ""
        colon = "" if not section or section.endswith("?") else ":"
        title = f"{section}{colon} {question}".strip()
        self._add(f"{heading}{html}\n", title, "question", self.section, answer, right)
        self.named[section] += 1  # what comes next below this heading goes on

    def show(self, output: Cell, source: str) -> None:
        """A picture, each of its parts on a slide of its own."""
        words = output.get("metadata", {})
        described = words.get("image/png", {}).get("alt") or "".join(output["data"]["text/plain"])
        encoded = "".join(output["data"]["image/png"])
        title = words.get("clientauth", {}).get("title", "")
        made = parts(encoded, " ".join(described.split()), words.get("clientauth", {}))
        heading, above, edge = self._note(made[0].free)
        self.close()
        for part in made:
            style = f"width: min({part.width}vw, {part.width * 16 / 9:.2f}vh)"
            size = f'width="{part.size[0]}" height="{part.size[1]}" style="{style}"'
            image = f'<img alt="{escape(part.alt)}" {size} src="data:image/png;base64,{part.encoded}">\n'
            code = text.code(source, shown=False).html
            place = part.caption.removeprefix(f"{title}, ") if edge else part.caption
            caption = " · ".join(filter(None, (edge, place))) or self.section
            self._add(above + image + code, heading or title, "picture", caption)
            above = edge = ""

    def _note(self, free: float) -> tuple[str, str, str]:
        """Take back what is before a picture and too little for a slide: a heading alone or a short line.

        Returns:
            The heading, what is to stand above the picture, and what is to be told at the edge of the screen.
        """
        html = "".join(block.html for block in self.written)
        words, heading = text.words_of(html), text.heading_of(html)
        line = (
            free >= LINE_ABOVE
            and len(words) <= LONG
            and re.fullmatch(r"\s*<p>((?!<p>).)*</p>\s*", html, re.S)
        )
        kinds = {one.kind for one in self.written}
        alone = kinds <= {"heading"} or (
            kinds <= {"text"} and not heading
        )  # a heading with words opens a part
        short = self.slides and len(words) <= SHORT and alone
        if not line and not short:
            return "", "", ""
        self.written.clear()
        return ("", html, "") if line else (heading, "", words)

    def _add(self, html: str, title: str, *rest: str) -> None:
        """A slide; where another is called the same, it is counted."""
        base = title or self.section
        self.named[base] += 1
        counted = f"{base} ({self.named[base]})" if self.named[base] > 1 else base
        self.slides.append(Slide(html, counted, *rest))


def slides_of(cells: list[Cell], folder: Path = Path()) -> list[Slide]:
    """The slides of a notebook, in order.

    Args:
        cells: its cells.
        folder: the folder in which it stands.
    """
    deck = Deck()
    for cell in cells:
        kind = cell["metadata"].get("slideshow", {}).get("slide_type", "-")
        if kind != "-":
            deck.close()  # also where something is left out: an answer does not stand under its question
        if kind in LEFT_OUT:
            continue
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            heading = re.match(r"##? +(.+)", source)
            deck.section = heading[1].strip() if heading else deck.section
            deck.put(text.markdown(source))
        elif cell["cell_type"] == "code":
            _code_cell(deck, source, cell["outputs"], folder)
    deck.close()
    return deck.slides


def _code_cell(deck: Deck, source: str, outputs: list[Cell], folder: Path) -> None:
    """Put the output of a cell, or its source if that says more."""
    told = without_assertions(source)
    if not outputs and told and deck.written:
        deck.put([text.code(told, shown=True)])
    for output in outputs:
        data = output.get("data", {"text/plain": output.get("text", "")})
        html = "".join(data.get("text/html", ""))
        reply = answer_to(source, folder) if html else None
        if "image/png" in data:
            deck.show(output, told)
        elif reply:
            deck.ask(html + text.code(told, shown=False).html, *reply)
        elif html:
            deck.put([text.code(told, shown=False), *text.shown(html)])
        elif data.get("text/plain"):
            deck.put([text.code(told, shown=True), *text.plain("".join(data["text/plain"]))])


def without_assertions(source: str) -> str:
    """The source of a cell without the lines that only hold something up as true."""
    try:
        nodes = ast.parse(source).body
    except SyntaxError:  # a cell may hold what is not Python
        return source
    lines = source.splitlines()
    kept = {line for node in nodes if not isinstance(node, ast.Assert) for line in _lines_of(node)}
    for node in reversed(nodes):
        if isinstance(node, ast.Assert) and not kept.intersection(_lines_of(node)):
            del lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(lines).strip()


def _lines_of(node: ast.stmt) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def answer_to(source: str, folder: Path) -> tuple[str, str] | None:
    """The answer to the question that a cell asks, and the letter of the right option; None for no question.

    Both are found by playing the question's run now.

    Args:
        source: the cell.
        folder: where a file of questions is looked for.
    """
    asked = _asked(source)
    if asked is None:
        return None
    function, given = asked
    if function == "case":
        return case(given["number"]).explained().html, ""
    file = given.get("file", "")
    question = ask(given["name"], str(folder / file) if file else "")
    return question.explained().html, question.right


ASKING = {"ask": ("name", "file"), "case": ("number",)}


def _asked(source: str) -> tuple[str, dict[str, Any]] | None:
    """The call of a cell that shows a question, and what it is given: ``x = ask("thief")``, ``case(3)``."""
    try:
        nodes = ast.parse(source).body
    except SyntaxError:
        return None
    for node in nodes:
        call = node.value if isinstance(node, ast.Assign | ast.Expr) else None
        if (
            not isinstance(call, ast.Call)
            or not isinstance(call.func, ast.Name)
            or call.func.id not in ASKING
        ):
            continue
        named = [*zip(ASKING[call.func.id], call.args, strict=False)]
        named += [(str(one.arg), one.value) for one in call.keywords]
        given = {name: value.value for name, value in named if isinstance(value, ast.Constant)}
        if ASKING[call.func.id][0] in given:
            return call.func.id, given
    return None
