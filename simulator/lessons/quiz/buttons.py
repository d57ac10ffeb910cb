"""A question in a notebook: buttons, and a page for a notebook without anywidget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from simulator.lessons.quiz.clickable import Judge


def with_buttons(
    still: Mapping[str, str], ask: str, options: Sequence[tuple[str, str]], judge: Judge, above: str = ""
) -> dict[str, Any]:
    """The bundle of a question with a button for each option.

    Args:
        still: the bundle of its page.
        ask: the question.
        options: letter and text of each.
        judge: takes a letter; returns the reply as HTML, and ``right`` or ``wrong`` for each letter judged.
        above: what stands above the question, as HTML.
    """
    try:
        from simulator.lessons.quiz.clickable import ClickableQuestion
    except ImportError:  # anywidget is an extra
        return dict(still)
    bundle = ClickableQuestion(ask, options, judge, above)._repr_mimebundle_()
    return {**(bundle[0] if bundle else {}), **still}
