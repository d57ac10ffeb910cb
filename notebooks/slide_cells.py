"""From the cells of a notebook to its slides.

Cells say by Jupyter's own slide type where a slide begins and what is left out. Besides that:

- a question stands alone, save for a heading without text; its answer is computed and waits to be asked for,
- a picture stands alone, in as many parts as it needs,
- what is too high for a screen goes on on the next slide,
- code is kept and hidden, save where a cell shows nothing but what Python prints; an assertion is left out.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from html import escape
from typing import Any

import slide_text as text
from slide_pictures import parts

from simulator.lessons import ask, case

Cell = dict[str, Any]
LEFT_OUT = ("skip", "notes")


@dataclass(frozen=True)
class Slide:
    """One slide.

    Attributes:
        html: what stands on it.
        kind: ``title``, ``chapter`` (a heading alone), ``question``, ``picture`` or empty.
        caption: what is told at the edge of the screen while it is shown.
        answer: what is shown when the answer is asked for.
        right: the letter of the right option.
    """

    html: str
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

    def put(self, blocks: list[text.Block]) -> None:
        """Write blocks, each on the present slide if there is room, else on the next."""
        for block in blocks:
            filled = sum(one.height for one in self.written)
            room = text.FULL if filled < text.LITTLE else text.ROOM  # a line or two is not left alone
            if self.written and filled + block.height > room:
                self.close()
            self.written.append(block)

    def close(self) -> None:
        """End the present slide; one that has nothing but code, and perhaps a bare value, is dropped."""
        kinds = {block.kind for block in self.written} - {"code"}
        if kinds == {"plain"} and sum(block.height for block in self.written) < text.BARE:
            kinds.clear()
        html = "".join(block.html for block in self.written)
        self.written.clear()
        if kinds:
            kind = "chapter" if kinds == {"heading"} else ""
            self.slides.append(Slide(html, kind if self.slides else "title", self.section))

    def ask(self, html: str, answer: str, right: str) -> None:
        """A question, below the heading without text that came before it, if one did."""
        heading = ""
        if [block.kind for block in self.written] == ["heading"]:
            heading = self.written.pop().html
        self.close()
        self.slides.append(Slide(f"{heading}{html}\n", "question", self.section, answer, right))

    def show(self, output: Cell, source: str) -> None:
        """A picture, each of its parts on a slide of its own."""
        self.close()
        words = output.get("metadata", {})
        described = words.get("image/png", {}).get("alt") or "".join(output["data"]["text/plain"])
        encoded = "".join(output["data"]["image/png"])
        for part in parts(encoded, " ".join(described.split()), words.get("clientauth", {})):
            style = f"width: min({part.width}vw, {part.width * 16 / 9:.2f}vh)"
            size = f'width="{part.size[0]}" height="{part.size[1]}" style="{style}"'
            image = f'<img alt="{escape(part.alt)}" {size} src="data:image/png;base64,{part.encoded}">\n'
            code = text.code(source, shown=False).html
            self.slides.append(Slide(image + code, "picture", part.caption or self.section))


def slides_of(cells: list[Cell]) -> list[Slide]:
    """The slides of a notebook, in order."""
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
            _code_cell(deck, source, cell["outputs"])
    deck.close()
    return deck.slides


def _code_cell(deck: Deck, source: str, outputs: list[Cell]) -> None:
    """What a cell shows; its source where that says more."""
    told = without_assertions(source)
    if not outputs and told and deck.written:
        deck.put([text.code(told, shown=True)])
    for output in outputs:
        data = output.get("data", {"text/plain": output.get("text", "")})
        html = "".join(data.get("text/html", ""))
        reply = answer_to(source) if html else None
        if "image/png" in data:
            deck.show(output, told)
        elif reply:
            deck.ask(html + text.code(told, shown=False).html, *reply)
        elif html:
            deck.put([text.code(told, shown=False), *text.shown(html)])
        elif data.get("text/plain"):
            deck.put([text.code(told, shown=True), *text.plain("".join(data["text/plain"]))])


def without_assertions(source: str) -> str:
    """The source of a cell without the statements that only hold something up as true."""
    try:
        found = [node for node in ast.parse(source).body if isinstance(node, ast.Assert)]
    except SyntaxError:  # a cell may hold what is not Python
        return source
    lines = source.splitlines()
    for node in reversed(found):
        del lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(lines).strip()


def answer_to(source: str) -> tuple[str, str] | None:
    """The answer to the question that a cell asks, and the letter of the right option; None for no question.

    Both are found by playing the question's run now.
    """
    asked = re.search(r"""\bask\(\s*["']([\w-]+)["']\s*\)""", source)
    if asked:
        question = ask(asked[1])
        return question.answer(question.right).html, question.right
    puzzle = re.search(r"\bcase\(\s*(\d+)\s*\)", source)
    if puzzle:
        found = case(int(puzzle[1]))
        decision = found.run.outcome.decisive_check or "accept"
        lead = f"<p><strong>The right decision: {escape(decision)}.</strong></p>"
        return re.sub(r"<p><strong>.*?</strong></p>", lead, found.answer(decision).html, count=1), ""
    return None
