"""A bar on standard error that says how far many runs are; nothing where that is no terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Result = TypeVar("Result")


def counted(
    results: Iterable[Result], total: int | None, what: str, *, show: bool | None = None
) -> Iterator[Result]:
    """The same results, with a bar that grows as they are read.

    Args:
        results: what is read.
        total: how many there will be, or None if that is not known.
        what: what they are, in the plural.
        show: show the bar; None shows it where standard error is a terminal.
    """
    if not (sys.stderr.isatty() if show is None else show):
        yield from results
        return
    import click  # here: most programs that play many runs show no bar

    with click.progressbar(length=total or 0, label=what, file=sys.stderr, show_pos=True) as bar:
        for result in results:
            yield result
            bar.update(1)
