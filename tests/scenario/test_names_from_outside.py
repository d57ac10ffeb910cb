"""Names as the outside world writes them, in scenario files: subjects, users, hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator import catalogue, simulate
from simulator.errors import ScenarioError
from simulator.scenario.file import load
from simulator.security import SecurityLevel
from simulator.tls.wire.messages import decode_handshake
from simulator.tls.wire.version import Version
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


def server_names(run: Run) -> list[str]:
    """The names in the server_name extension of the ClientHello."""
    hello = next(one.fact.raw for one in run.trace.events if getattr(one.fact, "name", "") == "ClientHello")
    extensions = decode_handshake(hello, Version(run.tls)).extensions
    return [one.data[5:].decode() for one in extensions if one.type == 0]


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


@pytest.mark.parametrize("tls", VERSIONS)
@pytest.mark.parametrize("name", ["sni-ip-literal", "ipv6-address"])
def test_an_address_is_reached_and_not_sent_as_a_name(name: str, tls: TlsVersion) -> None:
    """A server reached by its address is verified by an iPAddress entry, and the ClientHello names nobody."""
    scenario = load(peers.shared(f"inputs/{name}.toml"))
    spellings = [scenario.client.server_name]
    if ":" in spellings[0]:
        spellings.append(f"[{spellings[0]}]")
    for host in spellings:
        run = simulate(scenario.but({"client.server_name": host}), tls=tls)
        assert run.card.level is SecurityLevel.CLIENT_AUTHENTICATED
        assert run.card.server_name_matched is True
        assert server_names(run) == []


def test_a_dot_at_the_end_is_not_sent() -> None:
    """server_name has no dot at its end; the certificate's name has none either, so it is another one."""
    run = simulate(load(peers.shared("inputs/sni-trailing-dot.toml")))
    assert server_names(run) == ["telnet.example.com"]
    assert run.outcome.decisive_check == "server-name"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("client.server_name", "127.1", "four decimal numbers"),
        ("certificates.server.dns_names", ["010.0.0.1"], "four decimal numbers"),
        ("certificates.server.dns_names", ["*.192.0.2.1"], "an address has no wildcard"),
        ("certificates.client-ca.excluded_dns_names", ["192.0.2.1"], "must be DNS names"),
    ],
)
def test_odd_hosts_are_mistakes(path: str, value: object, said: str) -> None:
    """A host that programs read in different ways is refused in words, wherever it stands."""
    with pytest.raises(ScenarioError, match=said):
        GOOD.but({path: value})
