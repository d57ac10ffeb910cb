"""The built-in scenarios: the good handshake with one thing changed, each with its lesson.

Every scenario is a small TOML file in the folder of its topic, read as a user's file is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from simulator.errors import ScenarioError, unknown_name
from simulator.scenario import Scenario
from simulator.scenario.file import load as load_file
from simulator.scenario.file import loads

# The order in which to teach them, a row for each question. First one connection, whose outcome the
# handshake alone decides.
_BASIC_ROWS = (
    # a certificate that is accepted, of every kind
    "valid-certificate chain-with-intermediate rsa-certificate p384-certificate ed25519-certificate",
    # who asks, and who answers
    "server-does-not-ask unverified-certificate no-certificate-lower-level no-certificate-refused",
    "ca-list-guides-client ca-list-excludes-certificate ca-list-ignored no-common-signature-scheme",
    # whom the server trusts
    "untrusted-ca self-signed self-signed-trusted missing-intermediate intermediate-held-by-server",
    # what can be wrong with the client's certificate: dates, purposes, the path, the key, the proof
    "certificate-expired certificate-not-yet-valid server-clock-wrong",
    "wrong-purpose any-purpose no-purpose-stated key-usage-without-signing",
    "issuer-is-not-a-ca path-too-long name-constraint-violated",
    "weak-rsa-key sha1-signature",
    "stolen-certificate corrupted-proof",
    # what can be wrong with the server's certificate
    "server-untrusted server-expired server-wrong-name server-wrong-purpose",
    "both-sides-bad server-not-checked",
    # what a CA does and does not do
    "ca-switched-off revoked-not-checked expired-ca cross-signed",
    # what only the messages show
    "hello-retry version-mismatch",
)
# Then what goes on for longer, or above the handshake.
_FURTHER_ROWS: tuple[str, ...] = (
    # the life of a certificate: several connections, and what happens between them
    "delivered-as-pkcs12 pkcs12-wrong-password key-in-device device-wrong-pin",
    "renewed-in-time renewed-too-late renewed-with-the-same-key old-certificate-still-used",
    "renewed-without-client-purpose ca-rollover trust-store-updated-late",
    # from certificate to user: identified or not, allowed or not, and rules that say too much or too little
    "authenticated-not-identified not-identified-refused identified-not-authorized authorized",
    "identity-from-uri over-broad-anchor same-name-other-ca",
    "renewed-and-not-mapped mapping-not-refreshed",
    # what reaches the client: an alert that gets lost or not, or a page in place of one
    "refusal-arrives-as-reset refusal-read-by-looking-first deferred-no-certificate deferred-bad-certificate",
    # revocation lists: looked into, and what can be wrong with a list
    "crl-good revoked-by-crl crl-missing crl-stale crl-stale-and-revoked crl-not-yet-valid crl-forged",
    "intermediate-revoked intermediate-revoked-leaf-checked expired-and-revoked",
    "revoked-after-crl-was-fetched hold-released",
    # a responder of the CA is asked while the handshake waits
    "revoked-by-ocsp ocsp-answer-stale ocsp-wrong-signer ocsp-good-answer-replayed",
    "ocsp-unreachable-hard-fail ocsp-unreachable-soft-fail ocsp-slow",
    # in between: a party that is server of one connection and client of the next
    "redirector-passes-through redirector-in-between redirector-that-asks",
    "redirector-client-side redirector-host-side",
    "proxy-forwards-certificate proxy-header-spoofed two-tiers-of-trust",
    # at the terminal: telnet and TN3270 inside TLS, up to the logon screen
    "secure-port certificate-maps-to-user terminal-without-certificate",
    "express-logon express-logon-not-mapped express-logon-ticket-used-twice",
    # connections that begin in clear, and those that stay so
    "starttls secure-port-silent-client starttls-declined-refused starttls-declined-in-clear clear-port",
    # servers of z/OS, and what their administrators see
    "passthru-two-readings saf-check-fails no-certificate-5001",
    # which certificate the terminal sends, and whether its user is asked
    "certificate-not-sent-by-setting first-certificate-the-server-trusts asked-once-a-day",
)

#: The scenarios of the demonstration, the gallery, the classroom's pages and the first lessons.
BASICS = tuple(name for row in _BASIC_ROWS for name in row.split())
TEACHING_ORDER = (*BASICS, *(name for row in _FURTHER_ROWS for name in row.split()))


class UnknownScenarioError(ScenarioError, KeyError):
    """Unknown scenario; a KeyError too, since the catalogue is a mapping."""


class Catalogue(Mapping[str, Scenario]):
    """The built-in scenarios by name, in teaching order. A file is read when it is first asked for."""

    __hash__ = object.__hash__  # it never changes; a Mapping that defines == would have none

    def __getitem__(self, name: str) -> Scenario:
        if name not in TEACHING_ORDER:
            raise _unknown(name, "a name in the catalogue; load() also takes the path of a .toml file")
        return _built_in(name)

    def __contains__(self, name: object) -> bool:
        return name in TEACHING_ORDER

    def __iter__(self) -> Iterator[str]:
        return iter(TEACHING_ORDER)

    def __len__(self) -> int:
        return len(TEACHING_ORDER)


def load(name_or_path: str | Path) -> Scenario:
    """A scenario by its catalogue name, or from a file.

    Args:
        name_or_path: a catalogue name, or a path; text is a path if it ends in ``.toml`` or contains a
            directory.

    Raises:
        ScenarioError: the scenario is unknown, or the file has mistakes.
    """
    if isinstance(name_or_path, str) and name_or_path in catalogue:
        return catalogue[name_or_path]
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and path.suffix != ".toml" and path.name == name_or_path:
        raise _unknown(name_or_path, "a name in the catalogue, or the path of a .toml file")
    return load_file(path)


@cache
def _built_in(name: str) -> Scenario:
    file = next(Path(__file__).parent.glob(f"*/{name}.toml"))
    return loads(file.read_text(encoding="utf-8"), source=file.name, name=name)


def _unknown(name: object, expected: str) -> UnknownScenarioError:
    otherwise = "list(catalogue) has all names, and so has the command clientauth list."
    return unknown_name(
        UnknownScenarioError, "scenario", name, TEACHING_ORDER, expected=expected, otherwise=otherwise
    )


catalogue = Catalogue()
