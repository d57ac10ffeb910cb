"""Files written whole or not at all; a file with a key is readable by its owner alone.

This is the one place that writes files. A symbolic link is followed, as a shell's ``>`` does. What is no
regular file is never replaced: neither a folder, nor a device, nor a pipe.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from errno import EACCES, EISDIR, ELOOP, ENOENT, ENOTDIR, ENOTSUP
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING

from simulator.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

PRIVATE_MODE = 0o600


def write_private_file(path: Path | str, data: bytes) -> None:
    """Write a file that holds a secret: mode 0600 from its first moment, and whole or not at all.

    Raises:
        OutputError: the file cannot be written there.
    """
    write_files({}, {Path(path): data})


def write_public_file(path: Path | str, data: bytes) -> None:
    """Write a public file, whole or not at all; its mode follows the umask.

    Raises:
        OutputError: the file cannot be written there.
    """
    write_files({Path(path): data})


def write_files(public: Mapping[Path, bytes], private: Mapping[Path, bytes] | None = None) -> None:
    """Write files that belong together.

    Each is written beside its place first, and moved there when all are. So no half-written file is ever
    seen, and where one cannot be written the others keep what they had.

    Args:
        public: contents by path; a file keeps its mode, and that of a new one follows the umask.
        private: contents with secrets; from its first moment only the owner can read such a file.

    Raises:
        OutputError: a file cannot be written there.
    """
    drafts: dict[Path, Path] = {}
    wanted = [(path, data, False) for path, data in public.items()]
    wanted += [(path, data, True) for path, data in (private or {}).items()]
    try:
        for number, (path, data, is_private) in enumerate(wanted):
            with _told(path):
                target = _target(path)
                # Of this thread alone, so that one left behind by a program that was killed can go.
                draft = target.with_name(f".clientauth-{os.getpid()}-{get_ident()}-{number}")
                drafts[draft] = target  # before it exists, since an interrupt may come at any moment
                _write_draft(draft, data, PRIVATE_MODE if is_private else _usual_mode(target))
        for draft, target in drafts.items():
            with _told(target):
                draft.replace(target)
    finally:
        for draft in drafts:
            with suppress(OSError):
                draft.unlink()


def check_writable(paths: Iterable[Path]) -> None:
    """Check that files can be written, before the work that makes their contents.

    Raises:
        OutputError: a file cannot be written there, or one is named twice.
    """
    named: dict[Path, Path] = {}
    for path in paths:
        with _told(path):
            target = _target(path)
            _check_parent(target)
        if (first := named.setdefault(target.absolute(), path)) is not path:
            got, expected = f"{first} and {path}", "a file of its own for each form"
            advice = "Leave one of them out."
            raise OutputError("A file is named twice.", got=got, expected=expected, advice=advice)


def make_folder(directory: Path) -> None:
    """Make a folder to write to, unless it exists; the one around it is not made.

    Raises:
        OutputError: it cannot be made.
    """
    with _told_of_folder(directory):
        directory.mkdir(exist_ok=True)


def check_folder(directory: Path, names: Iterable[str], is_ours: Callable[[Path], bool]) -> None:
    """Check that files can be written into a folder without replacing anything of others.

    Args:
        directory: the folder; it may be missing.
        names: paths of the files in it, with ``/`` between their parts.
        is_ours: returns True for an existing file that this command wrote.

    Raises:
        OutputError: the folder cannot be made or written to, or a file of others is in the way.
    """
    if not directory.exists():
        with _told_of_folder(directory):
            _check_parent(directory)
        return
    paths = [directory / name for name in names]
    check_writable(path for path in paths if path.parent.is_dir())
    others = [str(path) for path in paths if path.exists() and not is_ours(path)]
    if others:
        raise OutputError(
            f"The folder {directory} has files that this command did not write.",
            got=", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else ""),
            expected="a new or empty folder, or one that this command has filled",
            advice="Choose another folder, or move these files away first.",
        )


def write_folder(
    directory: Path,
    files: Iterable[tuple[str, str | bytes]],
    is_ours: Callable[[Path], bool],
    earlier: Iterable[Path] = (),
    private: Collection[str] = (),
) -> list[Path]:
    """Write files that belong together into a folder.

    Args:
        directory: the folder; it is made if it is missing, and so are folders in it.
        files: the path in the folder, with ``/`` between its parts, and the contents of each file.
        is_ours: returns True for an existing file that this command wrote. Others are never replaced.
        earlier: files of an earlier set in it; they are removed unless they are written again.
        private: paths of those files that hold a secret.

    Returns:
        The files written, in order.

    Raises:
        OutputError: a folder cannot be made, a file cannot be written, or one of others is in the way.
    """
    written = {directory / name: data.encode() if isinstance(data, str) else data for name, data in files}
    check_folder(directory, [path.relative_to(directory).as_posix() for path in written], is_ours)
    for folder in dict.fromkeys([directory, *(path.parent for path in written)]):
        make_folder(folder)
    stale = [path for path in earlier if path not in written]
    secret = {directory / name for name in private}
    write_files(
        {path: data for path, data in written.items() if path not in secret},
        {path: data for path, data in written.items() if path in secret},
    )
    for path in stale:
        with _told(path):
            path.unlink(missing_ok=True)
    return list(written)


def filled_before(directory: Path, mark: str) -> Callable[[Path], bool]:
    """Return an ``is_ours`` for a folder: True for all its files if its index.html has this mark."""
    is_ours = has_mark(directory / "index.html", mark)
    return lambda _: is_ours


def has_mark(path: Path, mark: str) -> bool:
    """Return True if a file has these words among its first 4 KiB, as a page has its title."""
    try:
        with path.open("rb") as file:
            return mark.encode() in file.read(4096)
    except OSError:
        return False


def _write_draft(draft: Path, data: bytes, mode: int) -> None:
    """Write a new file, readable by its owner alone until it is whole."""
    draft.unlink(missing_ok=True)
    with open(
        draft, "xb", opener=lambda name, flags: os.open(name, flags, PRIVATE_MODE)
    ) as file:  # Path.open takes no opener
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if mode != PRIVATE_MODE:
        draft.chmod(mode)


def _target(path: Path) -> Path:
    """The file that is meant by a path: where a symbolic link leads.

    Raises:
        OSError: nothing can be written there.
    """
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    if target.is_symlink():
        raise OSError(ELOOP, "it is a symbolic link that leads to itself")
    if target.is_dir():
        raise IsADirectoryError(EISDIR, "it is a folder")
    if target.exists() and not target.is_file():
        raise OSError(ENOTSUP, "it is a device or a pipe, and no file")
    return target


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell what the system refuses as an OutputError that names the file."""
    try:
        yield
    except (OSError, ValueError) as error:
        message = f"The file {path} cannot be written: {_reason(error)}."
        expected = "a file in an existing folder that you may write to"
        advice = "Choose another place, or make the folder first."
        raise OutputError(message, got=str(path), expected=expected, advice=advice) from error


@contextmanager
def _told_of_folder(directory: Path) -> Iterator[None]:
    """Tell what the system refuses as an OutputError that names the folder."""
    try:
        yield
    except (OSError, ValueError) as error:
        got, expected = f"{directory}: {_reason(error)}", "a folder that exists, or a new name in one"
        advice = "Make the folder around it first, or name another."
        raise OutputError("The folder cannot be made.", got=got, expected=expected, advice=advice) from error


def _check_parent(path: Path) -> None:
    """Raise the OSError that making a file or a folder of this name would raise."""
    if not path.parent.exists():
        raise FileNotFoundError(ENOENT, os.strerror(ENOENT))
    if not path.parent.is_dir():
        raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR))
    if not os.access(path.parent, os.W_OK):
        raise PermissionError(EACCES, os.strerror(EACCES))


def _reason(error: OSError | ValueError) -> str:
    """The system's words for an error; a ValueError is a NUL in a path."""
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _usual_mode(path: Path) -> int:
    """The mode of the file that is replaced, or what the umask leaves of 0666 for a new one."""
    with suppress(OSError):
        return path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
