"""The report of a comparison with OpenSSL, as a document and as text."""

from __future__ import annotations

import ssl
from dataclasses import asdict, dataclass
from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING, Literal

from simulator.oracle.extensions import ACCEPTED_EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulator.oracle.accepted import Accepted
    from simulator.oracle.observed import Mode
    from simulator.scenario import TlsVersion

RowResult = Literal["agrees", "differs", "accepted", "not played"]

WIDTH = 100  # of a line of text that is wrapped
WHO_PLAYED: dict[Mode | None, str] = {
    "both": "OpenSSL played both sides",
    "openssl-server": "OpenSSL played the server against our client",
    "openssl-client": "OpenSSL played the client against our server",
    None: "OpenSSL can play neither side",
}
NOT_IN_OPENSSL = "OpenSSL does no such thing"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference in words; ``what`` is a key of :data:`simulator.oracle.comparing.COMPARED`."""

    what: str
    simulated: str
    openssl: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """The comparison of one scenario in one TLS version.

    Attributes:
        scenario: its name; of one of several connections with its number.
        tls: the version.
        mode: the players: ``both``, ``openssl-server`` or ``openssl-client``, or None if not played.
        differences: what differs, accepted or not.
        accepted: the line of the table that accepts the differences, or None.
        not_played: why OpenSSL could not play it; empty if it did.
        in_openssl: False if OpenSSL does no such thing, so that no play was expected.
        not_compared: the part of the run in which OpenSSL has no part; empty if it has part in all.
    """

    scenario: str
    tls: TlsVersion
    mode: Mode | None
    differences: tuple[Difference, ...] = ()
    accepted: Accepted | None = None
    not_played: str = ""
    in_openssl: bool = True
    not_compared: str = ""

    @property
    def result(self) -> RowResult:
        """The result in a word or two."""
        if self.not_played:
            return "not played"
        if not self.differences:
            return "agrees"
        return "accepted" if self.accepted else "differs"

    def to_dict(self) -> dict[str, object]:
        """The row in the command's document."""
        row: dict[str, object] = {"scenario": self.scenario, "tls": self.tls, "mode": self.mode}
        if self.not_played:
            row["reason"] = self.not_played
        if self.not_compared:
            row["not_compared"] = self.not_compared
        if self.differences:
            row["differences"] = [asdict(one) for one in self.differences]
        if self.accepted:
            row |= {"accepted_as": self.accepted.name, "reason": self.accepted.reason}
        return row


@dataclass(frozen=True, slots=True)
class CheckReport:
    """All rows, and the OpenSSL that they were made with."""

    rows: tuple[CheckRow, ...]
    openssl: str = ssl.OPENSSL_VERSION

    def of(self, result: RowResult) -> tuple[CheckRow, ...]:
        """The rows with one result."""
        return tuple(row for row in self.rows if row.result == result)

    @property
    def agrees(self) -> bool:
        """Return True if no difference is a defect, and all was played that OpenSSL does at all."""
        return not self.of("differs") and not any(row.in_openssl for row in self.of("not played"))

    def to_dict(self) -> dict[str, object]:
        """The command's document; the four counts add up to ``total``."""
        return {
            "total": len(self.rows),
            "agree": len(self.of("agrees")),
            "differences": [row.to_dict() for row in self.of("differs")],
            "accepted_differences": [row.to_dict() for row in self.of("accepted")],
            "not_played": [row.to_dict() for row in self.of("not played")],
            "rows": [row.to_dict() | {"result": row.result} for row in self.rows],
            "accepted_extensions": [asdict(one) for one in ACCEPTED_EXTENSIONS],
            "openssl": self.openssl,
        }

    def text(self) -> str:
        """The report for people: a line for each row, then the details."""
        widest = max((len(row.scenario) for row in self.rows), default=0)
        lines = [
            f"{row.scenario:{widest}}  TLS {row.tls}  {row.result:10}  "
            + (WHO_PLAYED[row.mode] if row.in_openssl else NOT_IN_OPENSSL)
            for row in self.rows
        ]
        for row in self.rows:
            lines += _details(row)
        agree = len(self.of("agrees"))
        accepted = ", ".join(dict.fromkeys(one.extension for one in ACCEPTED_EXTENSIONS))
        lines += ["", *wrap(f"Accepted in extensions, with reasons in --json: {accepted}.", WIDTH)]
        for reason in dict.fromkeys(row.not_compared for row in self.rows if row.not_compared):
            count = sum(row.not_compared == reason for row in self.rows)
            lines += wrap(f"Not compared ({count} of the rows, named in --json): {reason}", WIDTH)
        return "\n".join([*lines, f"{agree} of {len(self.rows)} agree with {self.openssl}."])


def _details(row: CheckRow) -> Iterator[str]:
    """The differences of a row, or why it was not played; nothing if the two agree."""
    if row.result == "agrees":
        return
    yield ""
    yield f"{row.scenario}, TLS {row.tls}: {row.result}"
    if row.not_played:
        yield f"  {row.not_played}"
    if row.accepted:
        yield f"  Accepted as {row.accepted.name!r}. {row.accepted.reason}"
    for one in row.differences:
        simulated, openssl = _from_first_difference(one.simulated.split(", "), one.openssl.split(", "))
        yield f"  {one.what}"
        yield f"    simulation  {simulated}"
        yield f"    OpenSSL     {openssl}"


def _from_first_difference(simulated: list[str], openssl: list[str]) -> tuple[str, str]:
    """Two lists in words, from the first difference on."""
    pairs = enumerate(zip_longest(simulated, openssl))
    shared = next((place for place, (left, right) in pairs if left != right), len(simulated))
    begin = ["…"] if shared else []
    left, right = (", ".join([*begin, *words[shared:]]).strip() for words in (simulated, openssl))
    return left or "nothing", right or "nothing"
