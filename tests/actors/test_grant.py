"""What a server grants: users, rights and the lowest level, one after the other."""

from __future__ import annotations

import pytest

from simulator.actors.grant import ClientProof, common_name, grant_of
from simulator.scenario import ServerSetup
from simulator.security import SecurityLevel as L

SUBJECT = "CN=alice,O=Example"
USERS = {SUBJECT: "ALICE"}


CASES = [
    # standing, users, who may, lowest level → level, refused at
    (ClientProof.ANONYMOUS, {}, None, None, L.SERVER_AUTHENTICATED, None),
    (ClientProof.CLAIMED, USERS, None, None, L.SERVER_AUTHENTICATED, None),
    (ClientProof.PROVED, {}, None, None, L.CLIENT_AUTHENTICATED, None),
    (ClientProof.PROVED, {"CN=bob": "BOB"}, None, None, L.CLIENT_AUTHENTICATED, None),
    (ClientProof.PROVED, USERS, None, None, L.CLIENT_IDENTIFIED, None),
    (ClientProof.PROVED, USERS, ("ALICE",), None, L.CLIENT_AUTHORIZED, None),
    (ClientProof.PROVED, USERS, ("BOB",), None, L.CLIENT_IDENTIFIED, "application"),
    (ClientProof.PROVED, USERS, (), None, L.CLIENT_IDENTIFIED, "application"),
    (ClientProof.PROVED, {}, ("ALICE",), None, L.CLIENT_AUTHENTICATED, "identity"),
    (ClientProof.CLAIMED, USERS, ("ALICE",), None, L.SERVER_AUTHENTICATED, "identity"),
    (ClientProof.ANONYMOUS, USERS, ("ALICE",), None, L.SERVER_AUTHENTICATED, "identity"),
    (ClientProof.ANONYMOUS, {}, None, L.SERVER_AUTHENTICATED, L.SERVER_AUTHENTICATED, None),
    (ClientProof.ANONYMOUS, {}, None, L.CLIENT_AUTHENTICATED, L.SERVER_AUTHENTICATED, "application"),
    (ClientProof.CLAIMED, {}, None, L.CLIENT_AUTHENTICATED, L.SERVER_AUTHENTICATED, "application"),
    (ClientProof.PROVED, {}, None, L.CLIENT_AUTHENTICATED, L.CLIENT_AUTHENTICATED, None),
    (ClientProof.PROVED, {}, None, L.CLIENT_IDENTIFIED, L.CLIENT_AUTHENTICATED, "identity"),
    (ClientProof.PROVED, USERS, None, L.CLIENT_IDENTIFIED, L.CLIENT_IDENTIFIED, None),
    (ClientProof.PROVED, USERS, None, L.CLIENT_AUTHORIZED, L.CLIENT_IDENTIFIED, "application"),
    (ClientProof.PROVED, USERS, ("ALICE",), L.CLIENT_AUTHORIZED, L.CLIENT_AUTHORIZED, None),
]


@pytest.mark.parametrize(("standing", "users", "may", "least", "level", "refused_at"), CASES)
def test_level_and_refusal(
    standing: ClientProof,
    users: dict[str, str],
    may: tuple[str, ...] | None,
    least: L | None,
    level: L,
    refused_at: str | None,
) -> None:
    """The level is what the facts allow; the rules then say whether it is enough, and at which layer not."""
    subject = None if standing is ClientProof.ANONYMOUS else SUBJECT
    grant = grant_of(standing, subject, ServerSetup(users=users, authorized_users=may, minimum_level=least))
    assert (grant.level, grant.refusal_layer if grant.refused else None) == (level, refused_at)
    assert grant.user == (users.get(SUBJECT) if standing is ClientProof.PROVED else None)
    assert grant.reason.endswith(".")


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("CN=alice,O=Example", "alice"),
        ("O=Example,CN=alice", "alice"),
        (r"CN=Smith\, John,O=Example", r"Smith\, John"),
        ("UID=7+CN=alice,O=Example", "alice"),
        ("O=CN=alice", "client"),
        (None, "client"),
    ],
)
def test_common_name(subject: str | None, name: str) -> None:
    """The common name is found wherever it stands, and an escaped comma does not end it."""
    assert common_name(subject) == name


def test_the_server_speaks_of_what_it_knows() -> None:
    """A grant does not say that the client verified the server, and a name nobody can read stays unnamed."""
    proved = grant_of(ClientProof.PROVED, SUBJECT, ServerSetup())
    assert proved.reason.endswith("whether the client verified the server, the server cannot know.")
    unreadable = grant_of(ClientProof.CLAIMED, None, ServerSetup())
    assert unreadable.standing == "claims a name that cannot be read; not verified"
    assert unreadable.level is L.SERVER_AUTHENTICATED
