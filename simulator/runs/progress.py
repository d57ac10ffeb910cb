"""A progress bar on standard error for many runs, if that is a terminal."""

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
        results: the results.
        total: their number, or None if it is not known.
        what: a noun for them, in the plural.
        show: show the bar; None shows it if standard error is a terminal.
    """
    if not (sys.stderr.isatty() if show is None else show):
        yield from results
        return
    import click  # here: most programs that play many runs show no bar

    with click.progressbar(length=total or 0, label=what, file=sys.stderr, show_pos=True) as bar:
        for result in results:
            yield result
            bar.update(1)
