"""What is wrong with a scenario: cross-references that lead nowhere and combinations nobody can play.

One function looks, :func:`scenario_problems`; whoever changes or reads a scenario asks it. A refused
certificate is no problem, it is a lesson: only what cannot be set up at all is found here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING

from simulator.errors import CertificateError, ScenarioError
from simulator.pki.contents import parse_name
from simulator.pki.extensions import EXTENDED_KEY_USAGES, KEY_USAGES
from simulator.scenario.setup import TLS_VERSIONS
from simulator.scenario.words import (
    ALERT_NAMES,
    CHECK_NAMES,
    PROFILES,
    nearest_word,
)
from simulator.security import SecurityLevel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from simulator.scenario.setup import CertificateSetup, ClientSetup, Scenario, ServerSetup

LANES = ("client", "server", "world")  # a CA's lane goes by its certificate's name: these are taken
MOST_TICKETS = 16
LONGEST_WAIT_MS = 86_400_000  # one day

_CERTIFICATE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(\.(?!-)[A-Za-z0-9_-]{1,63})*\.?")
_WILDCARD_HOST = re.compile(r"(\*\.)?" + _HOST.pattern)
_OBJECT_IDENTIFIER = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+")


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake, and where it is.

    Attributes:
        path: the keys that lead to it, outermost first.
        message: what is wrong, and what is allowed in its place.
        got: what was found, as the user wrote it; empty where that says nothing.
        nearest: the right word nearest to it; None where none is near.
    """

    path: tuple[str, ...]
    message: str
    got: str = ""
    nearest: str | None = None

    def __str__(self) -> str:
        return self.text()

    def text(self, place: str = "") -> str:
        """The mistake in one line.

        Args:
            place: what stands in front: ``file.toml:8``; empty for nothing.
        """
        parts = [part for part in (place, written_path(self.path)) if part]
        line = ": ".join([*parts, self.message])
        line += f" (got {self.got})." if self.got else "."
        return f"{line} Did you mean '{self.nearest}'?" if self.nearest else line


class ScenarioProblemsError(ScenarioError):
    """A scenario has mistakes: all of them at once, one to a line.

    Args:
        problems: the mistakes.
        places: for each of them what its line begins with; empty for nothing.
    """

    def __init__(self, problems: Sequence[Problem], places: Sequence[str] = ()) -> None:
        self.problems = tuple(problems)
        self.places = tuple(places) or ("",) * len(self.problems)
        lines = [problem.text(place) for problem, place in zip(self.problems, self.places, strict=True)]
        super().__init__("\n".join(lines))


def written_path(path: Iterable[str]) -> str:
    """A key path as TOML writes it: ``server.users."CN=alice"``."""
    return ".".join(key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"' for key in path)


def not_one_of(path: tuple[str, ...], got: object, allowed: Iterable[str], what: str = "one of") -> Problem:
    """The problem of a word that is not in a list; names the list and the nearest of it."""
    words = tuple(allowed)
    listed = ", ".join(words) if words else "nothing: there is none"
    message = f"must be {what} {listed}"
    return Problem(path, message, repr(got), nearest_word(got, words) if isinstance(got, str) else None)


def scenario_problems(scenario: Scenario) -> list[Problem]:
    """Everything that keeps a scenario from being played; an empty list where nothing does.

    Args:
        scenario: a scenario whose values have the right types.
    """
    return [
        *_text_problems(scenario),
        *_network_problems(scenario),
        *_certificates_problems(scenario),
        *_client_problems(scenario.client, scenario),
        *_server_problems(scenario.server, scenario),
        *_expectation_problems(scenario),
    ]


def _text_problems(scenario: Scenario) -> Iterator[Problem]:
    for key in ("name", "title", "topic", "lesson", "seed"):
        text = getattr(scenario, key)
        if not text.strip() and key in ("name", "title", "topic"):
            yield Problem((key,), "must not be empty", repr(text))
        if not text.replace("\n", " ").isprintable() or ("\n" in text and key != "lesson"):
            yield Problem(
                (key,), "must be printable text" + ("" if key == "lesson" else " on one line"), repr(text)
            )
    if scenario.clock.utcoffset() is None:
        yield Problem(("clock",), "needs a time zone, as in 2030-03-04T09:00:00Z", str(scenario.clock))


def _network_problems(scenario: Scenario) -> Iterator[Problem]:
    network = scenario.network
    for key in ("latency_ms", "thinking_ms"):
        value = getattr(network, key)
        if not isfinite(value) or not 0 <= value <= LONGEST_WAIT_MS:
            yield Problem(("network", key), f"must be from 0 to {LONGEST_WAIT_MS} milliseconds", str(value))
    if not 1 <= network.port <= 65535:
        yield Problem(("network", "port"), "must be a TCP port, 1 to 65535", str(network.port))


def _certificates_problems(scenario: Scenario) -> Iterator[Problem]:
    for name, certificate in scenario.certificates.items():
        path = ("certificates", name)
        if not _CERTIFICATE_NAME.fullmatch(name):
            yield Problem(path, "a certificate's name has letters, digits, '-' and '_' only", repr(name))
        if certificate.role == "ca" and name in LANES:
            yield Problem(path, f"'{name}' names another actor; give this CA another name")
        yield from _issuer_problems(name, scenario)
        yield from _certificate_problems(path, certificate)
        if scenario.clock.utcoffset() is not None:
            yield from _validity_problems(path, certificate, scenario.clock)


def _issuer_problems(name: str, scenario: Scenario) -> Iterator[Problem]:
    certificates = scenario.certificates
    path = ("certificates", name, "issuer")
    issuer = certificates[name].issuer
    if issuer not in certificates:
        yield not_one_of(path, issuer, certificates, "the name of the issuing certificate, one of")
        return
    climbed = [name]
    while issuer in certificates and issuer != climbed[-1]:
        if issuer == name:
            loop = " → ".join([*climbed, name])
            yield Problem(
                path, f"the issuers go round in a circle, {loop}; a root names itself as its issuer"
            )
            return
        if issuer in climbed:  # a circle further up: reported at its own members
            return
        climbed.append(issuer)
        issuer = certificates[issuer].issuer


def _certificate_problems(path: tuple[str, ...], certificate: CertificateSetup) -> Iterator[Problem]:
    yield from _name_problems((*path, "subject"), certificate.subject)
    for host in certificate.dns_names or ():
        if not _WILDCARD_HOST.fullmatch(host):
            yield Problem((*path, "dns_names"), "must be DNS names, as in telnet.example.com", repr(host))
    if certificate.dns_names == ():
        yield Problem((*path, "dns_names"), "must not be an empty list; write 'absent' for no extension")
    for usage in certificate.key_usage or ():
        if usage not in KEY_USAGES:
            yield not_one_of((*path, "key_usage"), usage, KEY_USAGES)
    for usage in certificate.extended_key_usage or ():
        if usage not in EXTENDED_KEY_USAGES and not _OBJECT_IDENTIFIER.fullmatch(usage):
            key = (*path, "extended_key_usage")
            yield not_one_of(key, usage, EXTENDED_KEY_USAGES, "a dotted object identifier or one of")
    if certificate.path_length is not None:
        if certificate.role != "ca":
            yield Problem((*path, "path_length"), "only a CA has a path length", str(certificate.path_length))
        elif not 0 <= certificate.path_length <= 255:
            yield Problem((*path, "path_length"), "must be from 0 to 255", str(certificate.path_length))
    if certificate.role != "ca" and not certificate.online:
        yield Problem((*path, "online"), "only a CA can be switched off", "false")
    if certificate.role == "ca" and certificate.delivery != "csr":
        yield Problem(
            (*path, "delivery"), "only a client or a server is handed a PKCS#12", certificate.delivery
        )


def _validity_problems(
    path: tuple[str, ...], certificate: CertificateSetup, clock: datetime
) -> Iterator[Problem]:
    if certificate.not_after < certificate.not_before:
        yield Problem((*path, "not_after"), "must not be before not_before", str(certificate.not_after))
    # RFC 5280 §4.1.2.5 counts from 1950 (UTCTime) to 9999 (GeneralizedTime).
    earliest, latest = datetime(1950, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
    for key in ("not_before", "not_after", "revoked"):
        offset: timedelta | None = getattr(certificate, key)
        if offset is not None and offset.microseconds:
            yield Problem(
                (*path, key), "must be whole seconds: a certificate knows no shorter time", str(offset)
            )
        elif offset is not None and not earliest - clock <= offset <= latest - clock:
            yield Problem(
                (*path, key), "must fall into the years 1950 to 9999, counted from the clock", str(offset)
            )


def _name_problems(path: tuple[str, ...], subject: str) -> Iterator[Problem]:
    try:
        empty = not list(parse_name(subject))
    except CertificateError:
        empty = True
    if empty or not subject.isprintable():
        yield Problem(path, "must be an RFC 4514 name, as in CN=alice", repr(subject))


def _unknown_names(
    path: tuple[str, ...],
    names: Iterable[str],
    known: Iterable[str],
    what: str = "the name of a certificate, one of",
) -> Iterator[Problem]:
    words = tuple(known)
    return (not_one_of(path, name, words, what) for name in names if name not in words)


def _side_problems(side: str, setup: ClientSetup | ServerSetup, scenario: Scenario) -> Iterator[Problem]:
    """What is asked of both sides: a leaf of one's own, a chain that begins with it, names that exist."""
    certificates = scenario.certificates
    leaf = setup.certificate
    if leaf is not None:
        leaves = [name for name, certificate in certificates.items() if certificate.role != "ca"]
        if leaf in certificates and certificates[leaf].role == "ca":
            advice = "belongs to a CA; a CA's key signs certificates, not handshakes. Use one of "
            yield Problem((side, "certificate"), advice + ", ".join(leaves), repr(leaf))
        else:
            yield from _unknown_names((side, "certificate"), (leaf,), leaves)
    if setup.sends is not None and leaf is None:
        yield Problem((side, "sends"), f"needs a certificate; the {side} has none", repr(list(setup.sends)))
    elif setup.sends is not None:
        yield from _unknown_names((side, "sends"), setup.sends, certificates)
        if not setup.sends or setup.sends[0] != leaf:
            yield Problem(
                (side, "sends"), f"must begin with the {side}'s certificate", repr(list(setup.sends))
            )
    yield from _unknown_names((side, "trusts"), setup.trusts, certificates)
    if setup.profile not in PROFILES:
        yield not_one_of((side, "profile"), setup.profile, PROFILES)


def _client_problems(client: ClientSetup, scenario: Scenario) -> Iterator[Problem]:
    if client.certificate is None:
        if client.withholds:
            yield Problem(("client", "withholds"), "needs a certificate; the client has none", "true")
        if not client.holds_key:
            yield Problem(("client", "holds_key"), "needs a certificate; the client has none", "false")
    yield from _side_problems("client", client, scenario)
    if not _HOST.fullmatch(client.server_name) or len(client.server_name) > 253:
        message = "must be a host name, as in telnet.example.com"
        yield Problem(("client", "server_name"), message, repr(client.server_name))


def _server_problems(server: ServerSetup, scenario: Scenario) -> Iterator[Problem]:
    if server.certificate in ("", "none") and server.certificate not in scenario.certificates:
        yield Problem(("server", "certificate"), "a TLS server needs a certificate", repr(server.certificate))
    else:
        yield from _side_problems("server", server, scenario)
    yield from _unknown_names(("server", "holds"), server.holds, scenario.certificates)
    yield from _unknown_names(("server", "ca_list"), server.ca_list, scenario.certificates)
    if not 0 <= server.tickets <= MOST_TICKETS:
        yield Problem(("server", "tickets"), f"must be from 0 to {MOST_TICKETS}", str(server.tickets))
    for subject, user in server.users.items():
        yield from _name_problems(("server", "users", subject), subject)
        if not user.strip() or not user.isprintable():
            yield Problem(("server", "users", subject), "must be a user's name", repr(user))
    if server.minimum_level is SecurityLevel.REFUSED:
        levels = ", ".join(level.value for level in SecurityLevel if level is not SecurityLevel.REFUSED)
        yield Problem(("server", "minimum_level"), f"must be a rung of the ladder: {levels}", "'REFUSED'")


def _expectation_problems(scenario: Scenario) -> Iterator[Problem]:
    for version, expectation in scenario.expect.items():
        path = ("expect", version)
        if version not in TLS_VERSIONS:
            yield not_one_of(path, version, TLS_VERSIONS)
        for key, words in (("decisive_check", CHECK_NAMES), ("alert", ALERT_NAMES)):
            word = getattr(expectation, key)
            if word is not None and word not in words:
                yield not_one_of((*path, key), word, words)
