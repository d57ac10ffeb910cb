"""An attack: one hostile input as a small value, which stands in a JSON file and can be played again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulator.tls.wire.version import Side

Edit = tuple[int, int, str]  # at this offset, this many bytes give way to these (hexadecimal)
KINDS = ("stream", "message", "records", "actors", "certificate", "resigned", "file")
PLAYS: dict[str, dict[str, Any]] = {
    "sends": {},
    "skips": {"sends": False},
    "not asked": {"asks": False},
    "retry": {"server_changes": {"groups": (0x0017,)}},
}


@dataclass(frozen=True)
class Attack:
    """One hostile input.

    Attributes:
        kind: ``stream``: bytes are changed on the way; ``message``: a machine says one message wrongly, and
            its keys and transcript follow; ``records``: a machine is given records that open under its keys;
            ``actors``: two actors talk, and one's bytes are changed on the way or one says a message wrongly;
            ``certificate``: a certificate is changed; ``resigned``: and then signed by its issuer again;
            ``file``: a file of certificates or keys is changed.
        version: ``1.3`` or ``1.2``.
        play: one of :data:`PLAYS`; for actors, one of theirs; for certificates, the profile; for files,
            the reader.
        role: whose bytes are changed: the client's or the server's. For records, who is given them.
        place: the message, or nothing where an actor's bytes are changed on the way; the number of the
            certificate in its chain; the steps before the records; the name of the file.
        edits: the changes; for records, the content type, 0, and the content of each.
    """

    kind: str
    version: str
    play: str
    role: Side
    place: str
    edits: tuple[Edit, ...]

    def to_json(self) -> str:
        """The attack as a small file."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @staticmethod
    def from_json(text: str) -> Attack:
        """Read what :meth:`to_json` wrote."""
        fields = json.loads(text)
        return Attack(**{**fields, "edits": tuple(tuple(edit) for edit in fields["edits"])})


def apply(edits: Sequence[Edit], data: bytes, offset: int = 0) -> bytes:
    """Change some bytes that begin at this offset of what the edits count."""
    for at, remove, insert in sorted(edits, reverse=True):
        if offset <= at < offset + len(data):
            start = at - offset
            data = data[:start] + bytes.fromhex(insert) + data[start + remove :]
    return data
