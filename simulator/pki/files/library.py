"""Calls of the cryptographic library on bytes from outside: its warnings and its crashes stay inside."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def library_call() -> Iterator[None]:
    """Silence the library's warnings, and turn a crash inside it into an ordinary error.

    The library warns that a PKCS#12 file is BER, which is allowed (RFC 7292, section 4); a user who turns
    warnings into errors would see a foreign exception. A crash in its Rust code is a ``PanicException``: a
    ``BaseException``, which an ordinary ``except`` does not stop and whose class cannot be imported.

    Raises:
        ValueError: the library crashed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise ValueError("the library cannot read it") from error
        raise
