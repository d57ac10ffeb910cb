"""The results that the matrix of stacks is made of."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from simulator.security import SecurityLevel
    from simulator.tls.wire.version import TlsVersion

Learns = Literal["in its handshake call", "after its handshake call"]


@dataclass(frozen=True, slots=True)
class StackCell:
    """The answer of one stack to one client in one version.

    Attributes:
        credential: what the client shows: the name of a row.
        stack: the stack profile that judges.
        tls: the version.
        scenario: the scenario that was played.
        set: what was set in it, as ``path=value``.
        accepted: the client is authenticated.
        alert: name of the first alert that refuses; None without one.
        level: what came out.
        decisive_check: the check that failed, or None.
        client_learns: when the client learns of its refusal; None where it is not refused.
        client_sees: what reaches it: an alert, a page, or the end of the connection; empty without a refusal.
        server_says: what the program writes into its log, as measured; empty where none was.
    """

    credential: str
    stack: str
    tls: TlsVersion
    scenario: str
    set: tuple[str, ...]
    accepted: bool
    alert: str | None
    level: SecurityLevel
    decisive_check: str | None
    client_learns: Learns | None
    client_sees: str
    server_says: str


@dataclass(frozen=True, slots=True)
class StackMatrix:
    """Every client before every stack.

    Attributes:
        cells: row by row, in each row stack by stack, in each stack version by version.
        rows: the name of a row → what its client shows, in words; by the title of its part.
        stacks: stack → what it is, in a sentence.
    """

    cells: tuple[StackCell, ...]
    rows: dict[str, dict[str, str]]
    stacks: dict[str, str]

    @property
    def words(self) -> dict[str, str]:
        """The name of every row → what its client shows."""
        return {name: words for part in self.rows.values() for name, words in part.items()}

    @property
    def versions(self) -> tuple[TlsVersion, ...]:
        """The versions, in order."""
        return tuple(dict.fromkeys(cell.tls for cell in self.cells))

    def cell(self, credential: str, stack: str, tls: TlsVersion) -> StackCell:
        """One cell.

        Raises:
            KeyError: there is none.
        """
        wanted = (credential, stack, tls)
        for cell in self.cells:
            if (cell.credential, cell.stack, cell.tls) == wanted:
                return cell
        raise KeyError(wanted)

    def both(self, credential: str, stack: str) -> tuple[StackCell, StackCell | None]:
        """The cell of the newest version, and that of the older one where the client sees something else."""
        newest = self.cell(credential, stack, self.versions[-1])
        older = self.cell(credential, stack, self.versions[0])
        differs = (older.accepted, older.client_sees) != (newest.accepted, newest.client_sees)
        return newest, older if differs else None

    def late_in(self, tls: TlsVersion) -> list[str]:
        """The stacks whose clients learn of a refusal after their handshake call."""
        late = {c.stack for c in self.cells if c.tls == tls and c.client_learns == "after its handshake call"}
        return [stack for stack in self.stacks if stack in late]

    def to_dict(self) -> dict[str, Any]:
        """The matrix as a document."""
        return {"cells": [asdict(cell) | {"level": cell.level.value} for cell in self.cells]}
