"""Calls of the cryptographic library on bytes from outside: warnings, crashes and odd errors stay inside."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cryptography.exceptions import UnsupportedAlgorithm

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def library_call() -> Iterator[None]:
    """Silence the library's warnings, and turn a crash inside it into an ordinary error.

    The library warns that a PKCS#12 file is BER, which is allowed (RFC 7292, section 4); a user who turns
    warnings into errors would see a foreign exception. A crash in its Rust code is a ``PanicException``: a
    ``BaseException``, which an ordinary ``except`` does not stop and whose class cannot be imported.

    Raises:
        ValueError: the library cannot read the bytes, or crashed.
        TypeError: the library wants a password, or none.
        UnsupportedAlgorithm: the library does not know an algorithm.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise
    except BaseException as error:
        # x509.InvalidVersion and others are plain Exceptions.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise ValueError(f"the library cannot read it: {error}") from error
        raise
