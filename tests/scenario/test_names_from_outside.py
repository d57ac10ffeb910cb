"""Names as the outside world writes them, in scenario files: subjects, users, hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator import catalogue, simulate
from simulator.errors import ScenarioError
from simulator.scenario.file import load
from simulator.security import SecurityLevel
from tests import peers
from tests.played import VERSIONS

if TYPE_CHECKING:
    from simulator.runs.run import Run
    from simulator.scenario import TlsVersion

GOOD = catalogue["valid-certificate"]


def subject_of(run: Run, name: str) -> str:
    """The subject of the certificate with this scenario name, as the trace has it."""
    (held,) = (one for one in run.trace.setup.certificates if one.name == name)
    assert held.facts is not None
    return held.facts.subject


@pytest.mark.parametrize("name", ["users-multivalued", "users-escape", "users-dotted-type"])
@pytest.mark.parametrize("tls", VERSIONS)
def test_users_are_found_whatever_the_spelling(name: str, tls: TlsVersion) -> None:
    """A user is looked up by distinguished name, not by its text."""
    run = simulate(load(peers.shared(f"inputs/{name}.toml")), tls=tls)
    assert run.card.level is SecurityLevel.CLIENT_IDENTIFIED


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("subject-lowercase-type", "CN=alice,OU=staff"),
        ("subject-email", "CN=alice,1.2.840.113549.1.9.1=alice@example.com"),
    ],
)
def test_subjects_are_read_as_they_are_written(name: str, subject: str) -> None:
    """Types in small letters and the names that OpenSSL prints make the certificate they mean."""
    run = simulate(load(peers.shared(f"inputs/{name}.toml")))
    assert subject_of(run, "alice") == subject


@pytest.mark.parametrize("subject", ["/O=Example/CN=Other CA", "O = Example, CN = Other CA"])
def test_a_seeded_authority_is_marked_at_its_root(subject: str) -> None:
    """The mark of a seeded CA stands at the root of its name, in whatever order the name was written."""
    run = simulate(GOOD.but({"certificates.client-ca.subject": subject}))
    marked = "CN=Other CA,O=Example,O=clientauth teaching - not secret"
    assert subject_of(run, "client-ca") == marked


def test_two_spellings_of_one_user_are_a_mistake() -> None:
    """A name that is listed twice in two spellings is reported: which user is meant cannot be known."""
    with pytest.raises(ScenarioError, match="is the same distinguished name as 'CN=alice,O=x'"):
        GOOD.but({"server.users": {"CN=alice,O=x": "A", "cn=Alice,o=X": "B"}})


def test_an_unknown_type_is_told_with_those_that_are_known() -> None:
    """The mistake names the word that is unknown and lists what is known."""
    with pytest.raises(ScenarioError, match=r"attribute type 'foo' is unknown; known are CN, SN") as refused:
        GOOD.but({"certificates.alice.subject": "CN=alice,foo=x"})
    assert "certificates.alice.subject: must be a distinguished name" in str(refused.value)
