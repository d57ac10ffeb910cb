"""Files written whole or not at all; a file with a key is readable by its owner alone."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from errno import EISDIR, ELOOP
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable

PRIVATE_MODE = 0o600
_MOST_OF_A_NAME = 50  # letters that a hidden file takes from the name of the one it becomes


def write_private_file(path: Path | str, data: bytes) -> None:
    """Write a file that holds a secret: mode 0600 from its first moment, and whole or not at all.

    Raises:
        OutputError: the file cannot be written there.
    """
    _replace(Path(path), data, PRIVATE_MODE)


def write_public_file(path: Path | str, data: bytes) -> None:
    """Write a public file, whole or not at all; its mode follows the umask.

    Raises:
        OutputError: the file cannot be written there.
    """
    _replace(Path(path), data, None)


def make_folder(directory: Path) -> None:
    """Make a folder to write to, unless it exists; the one around it is not made.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        directory.mkdir(exist_ok=True)
    except OSError as error:
        got, expected = f"{directory}: {error.strerror}", "a folder that exists, or a new name in one"
        advice = "Make the folder around it first, or name another."
        raise OutputError("The folder cannot be made.", got=got, expected=expected, advice=advice) from error


def write_folder(directory: Path, files: Iterable[tuple[str, str]]) -> None:
    """Write texts into a folder, each whole or not at all; other files in it stay.

    Args:
        directory: the folder; it is made before the first text is asked for.
        files: the path in the folder, with ``/`` between its parts, and the text of each file.

    Raises:
        OutputError: a folder cannot be made, or a file cannot be written.
    """
    make_folder(directory)
    for place, text in files:
        make_folder((directory / place).parent)
        write_public_file(directory / place, text.encode())


def _replace(path: Path, data: bytes, mode: int | None) -> None:
    """Write beside the file and move it into place, so that no half-written file is ever seen."""
    try:
        path = _followed(path)
        if path.is_dir():
            raise IsADirectoryError(EISDIR, "it is a folder")
        # mkstemp makes the file 0600, so a secret is never readable in between. It adds letters to the name.
        handle, beside = tempfile.mkstemp(prefix=f".{path.name[:_MOST_OF_A_NAME]}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if mode is None:
                Path(beside).chmod(_usual_mode(path))
            Path(beside).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(beside).unlink()
            raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        message = f"The file {path} cannot be written: {reason}."
        expected = "a file in an existing folder that you may write to"
        advice = "Choose another place, or make the folder first."
        raise OutputError(message, got=str(path), expected=expected, advice=advice) from error


def _followed(path: Path) -> Path:
    """The file that a symbolic link leads to, as for every program that opens one to write; the link stays.

    Raises:
        OSError: the link leads to itself.
    """
    if not path.is_symlink():
        return path
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(ELOOP, "it is a link that leads to itself")
    return target


def _usual_mode(path: Path) -> int:
    """The mode of the file that is replaced, or what the umask leaves of 0666 for a new one."""
    with suppress(OSError):
        return path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
