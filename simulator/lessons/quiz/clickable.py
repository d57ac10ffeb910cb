"""A question in a notebook whose options are buttons.

The kernel judges a choice, so the page never holds the right letter. This module imports anywidget; a reader
without it gets the question as text.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Judge = Callable[[str], tuple[str, dict[str, str]]]


def _resource(name: str) -> str:
    return resources.files(__package__).joinpath("web", name).read_text(encoding="utf-8")


class ClickableQuestion(anywidget.AnyWidget):
    """A question with a button for each option.

    Args:
        ask: the question.
        options: letter and text of each.
        judge: takes a letter; returns the reply as HTML, and ``right`` or ``wrong`` for each letter judged.
        above: what stands above the question, as HTML.

    Attributes:
        chosen: the letter that the reader has just pressed.
        reply: the reply to it, as HTML.
        marks: ``right`` or ``wrong`` by letter.
    """

    _esm = _resource("question.js")
    _css = _resource("question.css")
    above = traitlets.Unicode().tag(sync=True)
    ask = traitlets.Unicode().tag(sync=True)
    options: Any = traitlets.List().tag(sync=True)
    chosen = traitlets.Unicode().tag(sync=True)
    reply = traitlets.Unicode().tag(sync=True)
    marks: Any = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        ask: str,
        options: Sequence[tuple[str, str]],
        judge: Judge,
        above: str = "",
    ) -> None:
        self._judge = judge
        super().__init__(ask=ask, options=[list(one) for one in options], above=above)

    @traitlets.observe("chosen")
    def _was_chosen(self, change: Any) -> None:
        with self.hold_sync():  # one message: the reply never comes beside older marks
            self.reply, self.marks = self._judge(change["new"])
