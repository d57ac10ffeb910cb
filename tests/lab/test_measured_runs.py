"""Runs with the profiles of other stacks against the tables in which the stacks were measured.

The rows are those of ``facts/tls-client-authentication-measured.md``, part 2, of
``facts/domain-measured.md``, sections 1.3 and 1.4, and of ``facts/stacks-2026.md``, section 1.4. A row that
no scenario can show is named here with its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulator.actors.choosing.choice import obeys_ca_list
from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.security import SecurityLevel
from simulator.trace.facts import Alert, Checked, Decided, Received
from simulator.views.story.beat_kinds import Decision
from simulator.views.story.beats import beats, with_proofs
from tests.oracle.measured import PLAYED
from tests.oracle.measured_revocation import (
    EXPIRED,
    NO_LIST,
    REVOKED,
    STALE,
    WRONG_PURPOSE,
    good_lists,
)
from tests.oracle.seen import fatal_alert
from tests.oracle.test_measured_stacks import (
    CLIENT_COLUMNS,
    HEEDING,
    SERVER_COLUMNS,
    SKIPPED,
    answer,
    table,
)
from tests.peers import shared
from tests.played import VERSIONS, some

if TYPE_CHECKING:
    from simulator.runs.run import Run
    from simulator.scenario import Scenario, TlsVersion
    from simulator.trust.verdict import Verdict

# As a server ----------------------------------------------------------------------------------------------

OK = "accepted"
# The policies that were measured, by the name of the row, and the settings that mean them.
OPTIONAL, REQUIRED = ({"server.client_authentication": policy} for policy in ("optional", "required"))
ASKS: dict[str, Any] = {"server.client_authentication": "unverified"}
INSISTS: dict[str, Any] = {**ASKS, "server.insists": True}


def judged(untrusted: str, expired: str, early: str, purpose: str, any_purpose: str) -> dict[str, str]:
    """The answers of a server that judges certificates, by column."""
    alone = dict.fromkeys(("untrusted_ca", "self_signed", "missing_intermediate"), untrusted)
    return alone | {
        "expired": expired,
        "not_yet_valid": early,
        "wrong_eku": purpose,
        "any_eku": any_purpose,
    }


DENIED, UNKNOWN, BAD = "access_denied(49)", "certificate_unknown(46)", "bad_certificate(42)"
BY_GNUTLS = judged(DENIED, DENIED, DENIED, OK, OK)
BY_JSSE = judged(UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, OK)
BY_GO = judged(BAD, BAD, BAD, BAD, OK)
SKIP_GNUTLS = {"1.2": "decode_error(50)", "1.3": "certificate_required(116)"}
SKIP_BAD = {"1.2": BAD, "1.3": BAD}
# Row of the facts → profile, settings, what a judged certificate gets, what a missing one gets.
SERVERS: dict[str, tuple[str, dict[str, Any], dict[str, str], dict[str, str]]] = {
    "gnutls request(default,no verify)": ("gnutls", ASKS, {}, {}),
    "gnutls optional(--verify-client-cert)": ("gnutls", OPTIONAL, BY_GNUTLS, {}),
    "gnutls required(-r)": ("gnutls", INSISTS, {}, SKIP_GNUTLS),
    "gnutls required(-r --verify-client-cert)": ("gnutls", REQUIRED, BY_GNUTLS, SKIP_GNUTLS),
    "jsse optional(wantClientAuth)": ("jsse", OPTIONAL, BY_JSSE, {}),
    "jsse required(needClientAuth)": ("jsse", REQUIRED, BY_JSSE, SKIP_BAD),
    "go RequestClientCert": ("go", ASKS, {}, {}),
    "go RequireAnyClientCert": ("go", INSISTS, {}, SKIP_BAD),
    "go optional(VerifyClientCertIfGiven)": ("go", OPTIONAL, BY_GO, {}),
    "go required(RequireAndVerifyClientCert)": ("go", REQUIRED, BY_GO, SKIP_BAD),
}
NOT_PLAYED = {
    "tlslite": "it judges no certificate, and has no profile",
    "none": "no certificate is asked for, so no profile judges one",
}


def server_row(name: str, tls: TlsVersion) -> list[str]:
    """The row as it was measured; an asterisk where the client's handshake had returned before."""
    _, _, answers, skipped = SERVERS[name]
    cells = [
        skipped.get(tls, OK) if column == "skip" else answers.get(column, OK) for column in SERVER_COLUMNS
    ]
    return [cell + " *" if tls == "1.3" and cell != OK else cell for cell in cells]


@pytest.mark.parametrize("tls", VERSIONS)
@pytest.mark.parametrize("name", SERVERS)
def test_a_server_of_another_stack(name: str, tls: TlsVersion) -> None:
    """A run with the stack's profile ends as the row says, column by column."""
    profile, settings, _, _ = SERVERS[name]
    columns = dict(zip(SERVER_COLUMNS, server_row(name, tls), strict=True))
    for column in some(SERVER_COLUMNS, 3):
        scenario = (
            PLAYED[SERVER_COLUMNS[column]].played("required").but({**settings, "server.profile": profile})
        )
        assert columns[column] == answer(simulate(scenario, tls), mark=" *"), column


@pytest.mark.parametrize("tls", VERSIONS)
def test_the_rows_of_servers_are_as_measured(tls: TlsVersion) -> None:
    """The rows in this file are those in the facts, and every other row has its reason."""
    for name in SERVERS:
        assert server_row(name, tls) == table(f"## TLSv{tls}", "# as SERVER", name), name
    text = shared("facts/tls-client-authentication-measured.md").read_text(encoding="utf-8")
    part = text[text.index("# as SERVER") : text.index("# as CLIENT")]
    part = part[part.index(f"## TLSv{tls}") :]
    lines = part.partition("\n## ")[0].splitlines()
    found = {line.split("|")[1].strip() for line in lines if line.startswith("| ")} - {"server, policy"}
    others = {name for name in found - set(SERVERS) if not name.startswith("OpenSSL")}
    assert all(any(word in name.split() for word in NOT_PLAYED) for name in others), others


# As a client that refuses its server ----------------------------------------------------------------------

CLIENTS: dict[tuple[str, TlsVersion], tuple[str, ...]] = {
    ("gnutls", "1.2"): (BAD,) * 6,
    ("gnutls", "1.3"): (BAD,) * 6,
    ("go", "1.2"): (BAD,) * 6,
    ("go", "1.3"): (BAD,) * 6,
    ("jsse", "1.2"): (UNKNOWN, "certificate_expired(45)", BAD, UNKNOWN, UNKNOWN, UNKNOWN),
    ("jsse", "1.3"): (UNKNOWN,) * 6,
}


@pytest.mark.parametrize(("profile", "tls"), CLIENTS)
def test_a_client_of_another_stack_refuses_its_server(profile: str, tls: TlsVersion) -> None:
    """A client refuses every bad server with its stack's alert, under the handshake's keys in TLS 1.3."""
    found = []
    for row in CLIENT_COLUMNS.values():
        run = simulate(PLAYED[row].played("required").but({"client.profile": profile}), tls)
        alert = fatal_alert(run.trace)
        assert alert is not None
        assert alert.wire[0] == {"1.2": 21, "1.3": 23}[tls]
        found.append(answer(run))
    assert CLIENTS[profile, tls] == tuple(found)


@pytest.mark.parametrize(("profile", "tls"), CLIENTS)
def test_the_rows_of_clients_are_as_measured(profile: str, tls: TlsVersion) -> None:
    """The rows in this file are those in the facts, without the carrier: JSSE pads its records."""
    heading = "# client rejects the SERVER certificate"
    assert list(CLIENTS[profile, tls]) == table(heading, heading, f"{profile} TLSv{tls}")[:6]


@pytest.mark.parametrize("profile", ["openssl", "gnutls", "jsse", "go"])
def test_who_heeds_the_list_of_authorities(profile: str) -> None:
    """A client withholds a certificate of an unlisted issuer if its stack does."""
    scenario = catalogue["untrusted-ca"].but({"client.profile": profile, "server.ca_list": ["client-ca"]})
    assert obeys_ca_list(scenario.client) == (profile in HEEDING)
    withheld = answer(simulate(scenario, "1.3"))
    assert withheld == (SKIPPED["1.3"].split(" / ")[1] if profile in HEEDING else "unknown_ca(48)")


# When a server decides ------------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", VERSIONS)
@pytest.mark.parametrize("profile", ["openssl", "gnutls", "jsse", "go"])
def test_the_message_after_which_a_server_refuses(profile: str, tls: TlsVersion) -> None:
    """Every server decides at Certificate; GnuTLS of TLS 1.3 at CertificateVerify, if one comes."""
    changes = {"server.profile": profile}
    assert last_read(simulate(catalogue["untrusted-ca"].but(changes), tls)) == (
        "CertificateVerify" if (profile, tls) == ("gnutls", "1.3") else "Certificate"
    )
    assert last_read(simulate(catalogue["no-certificate-refused"].but(changes), tls)) == "Certificate"


def last_read(run: Run) -> str:
    """The last handshake message that the server read before its alert."""
    names: list[str] = []
    for event in run.trace.events:
        match event.fact:
            case Alert(direction="sent") if event.actor == "server":
                return names[-1]
            case Received(protocol="handshake", name=name) if event.actor == "server":
                names.append(name)
    raise AssertionError("the server sent no alert")


def verdicts_on_client(run: Run) -> list[Verdict]:
    """The verdicts on the client, in order."""
    facts = [event.fact for event in run.trace.events]
    return [fact.verdict for fact in facts if isinstance(fact, Checked) and fact.verdict.role == "client"]


def test_a_proof_that_comes_first_stands_before_the_certificate() -> None:
    """A GnuTLS server's ledger has the proof before the path, and a thief is refused for it there."""
    for scenario, decisive, alert in (
        ("valid-certificate", None, None),
        ("stolen-certificate", "proof-of-possession", "decrypt_error"),
        ("key-usage-without-signing", "key-usage", "internal_error"),
        ("certificate-expired", "validity", "access_denied"),
    ):
        run = simulate(catalogue[scenario].but({"server.profile": "gnutls"}), "1.3")
        verdicts = verdicts_on_client(run)
        names = [check.name for check in verdicts[-1].checks]
        assert len(verdicts) == 1
        assert names.index("key-usage") < names.index("proof-of-possession") < names.index("trust-anchor")
        found = verdicts[-1].decisive
        assert (found.name if found else None, run.outcome.alert and run.outcome.alert.name) == (
            decisive,
            alert,
        )


def test_a_story_shows_the_one_decision_on_certificate_and_proof() -> None:
    """In the story of a GnuTLS server the decision has its choice, and the proof among its checks."""
    run = simulate(catalogue["valid-certificate"].but({"server.profile": "gnutls"}), "1.3")
    decisions = [
        beat
        for beat in with_proofs(beats(run.trace))
        if isinstance(beat.event.fact, Decided) and beat.event.fact.decision == "accept-client"
    ]
    assert [beat.choice for beat in decisions if isinstance(beat, Decision)] == ["accept"]
    assert all("proof-of-possession" in str(beat.grounds) for beat in decisions if isinstance(beat, Decision))


# Refusals above TLS ----------------------------------------------------------------------------------------

# With these a server is asked for a certificate that it does not accept; the answers in TLS, by profile.
ABOVE_TLS = {
    "valid-certificate": (OK, OK),
    "no-certificate-refused": (OK, {"1.2": "handshake_failure(40)", "1.3": "certificate_required(116)"}),
    "certificate-expired": (OK, OK),
    "untrusted-ca": (OK, OK),
    "wrong-purpose": (OK, OK),
    "stolen-certificate": ("decrypt_error(51)", "decrypt_error(51)"),
}


@pytest.mark.parametrize("tls", VERSIONS)
@pytest.mark.parametrize("scenario", ABOVE_TLS)
def test_nginx_and_node_refuse_above_tls(scenario: str, tls: TlsVersion) -> None:
    """Both finish the handshake with a bad certificate; Node alone insists in TLS that there is one."""
    for profile, cell in zip(("nginx", "node"), ABOVE_TLS[scenario], strict=True):
        changes = {"server.profile": profile, "server.client_authentication": "deferred"}
        run = simulate(catalogue[scenario].but(changes), tls)
        assert answer(run) == (cell if isinstance(cell, str) else cell[tls]), profile
        assert (run.outcome.level is SecurityLevel.REFUSED) == (scenario != "valid-certificate")


# Purposes: seven certificates ------------------------------------------------------------------------------

PURPOSES: dict[str, dict[str, Any]] = {
    "clientAuth": {},
    "both": {"certificates.alice.extended_key_usage": ["clientAuth", "serverAuth"]},
    "absent": {"certificates.alice.extended_key_usage": "absent"},
    "serverAuth only": {"certificates.alice.extended_key_usage": ["serverAuth"]},
    "anyExtendedKeyUsage": {"certificates.alice.extended_key_usage": ["anyExtendedKeyUsage"]},
    "another purpose": {"certificates.alice.extended_key_usage": ["emailProtection"]},
    "intermediate for servers": {
        "certificates.mid": {"role": "ca", "issuer": "client-ca", "extended_key_usage": ["serverAuth"]},
        "certificates.alice.issuer": "mid",
    },
}
UNSUPPORTED = "unsupported_certificate(43)"
# By stack: the answers to the last four; the first three are accepted everywhere.
ANSWERS = {
    "openssl": (UNSUPPORTED,) * 4,
    "node": (UNSUPPORTED,) * 4,
    "boringssl": (UNSUPPORTED,) * 4,
    "go-1.27": (BAD, OK, BAD, BAD),
    "jsse": (UNKNOWN, OK, UNKNOWN, OK),
    "gnutls": (OK,) * 4,
}


@pytest.mark.parametrize("stack", ANSWERS)
def test_seven_certificates_and_their_purposes(stack: str) -> None:
    """Each stack accepts and refuses as it was measured, for the purpose and with its alert."""
    for purpose, expected in zip(PURPOSES, (OK, OK, OK, *ANSWERS[stack]), strict=True):
        changes = {**PURPOSES[purpose], "server.profile": stack}
        run = simulate(catalogue["valid-certificate"].but(changes), "1.3")
        assert answer(run) == expected, purpose
        assert run.outcome.decisive_check == (None if expected == OK else "extended-key-usage"), purpose


# Two faults, and revocation --------------------------------------------------------------------------------

UNTRUSTED = {"server.trusts": ["server-ca"]}
NO_SIGNING = {"certificates.alice.key_usage": ["keyEncipherment"]}
# Case → settings, and by profile the decisive check; None where the certificate is accepted.
FAULTS: dict[str, tuple[dict[str, Any], dict[str, str | None]]] = {
    "expired + untrusted": (
        {**EXPIRED, **UNTRUSTED},
        {"openssl": "trust-anchor", "jsse": "trust-anchor", "go": "validity"},
    ),
    "expired + wrong purpose": (
        {**EXPIRED, **WRONG_PURPOSE},
        {"openssl": "extended-key-usage", "jsse": "validity", "go": "validity"},
    ),
    "untrusted + wrong purpose": (
        {**UNTRUSTED, **WRONG_PURPOSE},
        {"openssl": "trust-anchor", "jsse": "trust-anchor", "go": "trust-anchor"},
    ),
    "expired + revoked": (
        {**EXPIRED, **REVOKED},
        {"openssl": "revocation", "jsse": "validity", "go": "validity"},
    ),
    "wrong purpose + revoked": (
        {**WRONG_PURPOSE, **REVOKED},
        {"openssl": "extended-key-usage", "jsse": "revocation", "go": "extended-key-usage"},
    ),
    "key usage without digitalSignature": (
        NO_SIGNING,
        {"openssl": "key-usage", "jsse": "key-usage", "go": None, "gnutls": "key-usage"},
    ),
    "the same + expired": (
        {**NO_SIGNING, **EXPIRED},
        {"openssl": "key-usage", "jsse": "validity", "go": "validity", "gnutls": "key-usage"},
    ),
    "revoked": (
        REVOKED,
        {
            "openssl": "revocation",
            "jsse": "revocation",
            "gnutls": "revocation",
            "nginx": "revocation",
            "node": "revocation",
            "go": None,
        },
    ),
    "CRL of another CA": (
        NO_LIST,
        {
            "openssl": "revocation",
            "jsse": "revocation",
            "gnutls": None,
            "nginx": "revocation",
            "node": "revocation",
            "go": None,
        },
    ),
    "stale": (
        STALE,
        {
            "openssl": "revocation",
            "jsse": "revocation",
            "gnutls": None,
            "nginx": "revocation",
            "node": "revocation",
            "go": None,
        },
    ),
}
ALERTS = {"jsse": "certificate_unknown", "go": "bad_certificate", "gnutls": "access_denied"}


@pytest.mark.parametrize("case", FAULTS)
def test_which_of_two_faults_decides(case: str) -> None:
    """With lists of revoked certificates at hand, each stack decides by the fault that it did."""
    settings, deciding = FAULTS[case]
    for profile, check in deciding.items():
        run = simulate(scenario_of(profile, settings), "1.3")
        assert run.outcome.decisive_check == check, profile
        if check and profile in ALERTS:
            alone = (profile, check) == ("gnutls", "key-usage")
            assert run.outcome.alert is not None
            assert run.outcome.alert.name == ("internal_error" if alone else ALERTS[profile])


def scenario_of(profile: str, settings: dict[str, Any]) -> Scenario:
    """A server of the profile that looks certificates up in lists, as far as its stack does."""
    return good_lists().but({"server.profile": profile, **settings})


def test_go_says_that_it_looks_up_no_revocation() -> None:
    """A Go server that is set up with lists has a line that says so, and never one that passed."""
    run = simulate(scenario_of("go", REVOKED), "1.3")
    lines = [check for check in verdicts_on_client(run)[-1].checks if check.name == "revocation"]
    assert [(line.outcome.value, line.sentence) for line in lines] == [
        ("not evaluated", "Not checked: Go does not look up revocation, by lists or by OCSP.")
    ]
