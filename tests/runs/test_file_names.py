"""Names of files that every system can keep side by side."""

from __future__ import annotations

import pytest

from simulator.errors import OutputError
from simulator.runs.file_names import MOST_OCTETS, check_file_names


def test_usual_names_go_together() -> None:
    """Names that differ, of a length that fits, are allowed."""
    check_file_names(
        (name, "something") for name in ("alice.pem", "alice.key", "console.pem", "a" * MOST_OCTETS)
    )


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["alice.pem", "alice.pem"], "Two files would have one name. Got: alice.pem for"),
        (["alice.pem", "Alice.pem"], "one name on macOS and Windows"),
        (["straße.pem", "STRASSE.pem"], "one name on macOS and Windows"),
        (["Jo\u0308rg.pem", "J\u00f6rg.pem", "jörg.pem"], "one name on macOS and Windows"),
        (["con.pem"], "cannot be the name of a file on Windows"),
        (["NUL.pem"], "cannot be the name of a file on Windows"),
        (["Com1.key"], "cannot be the name of a file on Windows"),
        (["lpt9"], "cannot be the name of a file on Windows"),
        (["a" * 252 + ".pem"], "would be too long. Got: 256 octets"),
        (["ö" * 126 + ".pem"], "would be too long. Got: 256 octets"),
    ],
)
def test_names_that_a_system_would_lose_are_refused(names: list[str], said: str) -> None:
    """Two names for one file, a device of Windows, or a name that no disk holds: the message says which."""
    with pytest.raises(OutputError, match=said) as raised:
        check_file_names((name, f"content {place}") for place, name in enumerate(names))
    assert raised.value.advice
    assert "content" in str(raised.value)
