"""Names of files that every system can keep side by side: Windows, macOS and Linux."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from simulator.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_OCTETS = 255  # of one name on ext4, XFS, APFS and NTFS, which counts UTF-16 units
# Windows reserves these for devices, whatever suffix follows and in any letter case.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
)


def check_file_names(files: Iterable[tuple[str, str]]) -> None:
    """Make sure that files can lie in one folder, before the first is written.

    Args:
        files: the name of each file, and its content in words for a message.

    Raises:
        OutputError: two names are the same or differ in letter case alone, Windows reserves a name for a
            device, or a name is too long.
    """
    taken: dict[str, tuple[str, str]] = {}
    for name, content in files:
        device = name.split(".")[0].rstrip().casefold()
        if device in _DEVICES:
            raise OutputError(
                f"{name} cannot be the name of a file on Windows.",
                got=f"{name} for {content}",
                expected="a name that Windows does not reserve for a device",
                advice="Give the certificate another name.",
            )
        if (octets := len(name.encode("utf-8", "surrogateescape"))) > MOST_OCTETS:
            raise OutputError(
                "The name of a file would be too long.",
                got=f"{octets} octets for {content}",
                expected=f"at most {MOST_OCTETS} octets",
                advice="Give the certificate a shorter name.",
            )
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in taken:
            other, its_content = taken[folded]
            raise OutputError(
                "Two files would have one name."
                if name == other
                else "Two files would have one name on macOS and Windows, where letter case does not count.",
                got=f"{other} for {its_content}, and {name} for {content}",
                expected="names that differ, and not in letter case alone",
                advice="Give one of the certificates another name.",
            )
        taken[folded] = name, content
