"""The simulation against the tables in which OpenSSL 3.0 met itself and other stacks.

The matrix of :mod:`tests.oracle.measured` has the particulars of the same credentials; here are the short
tables: OpenSSL as a server, OpenSSL as a client that refuses its server, and an OpenSSL server that requires
a certificate of clients that heed its list of authorities, or pay no heed to it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.tls.wire.messages import Certificate12, Certificate13
from tests.oracle.measured import PLAYED, Policy
from tests.oracle.seen import fatal_alert, message
from tests.peers import shared
from tests.played import VERSIONS

if TYPE_CHECKING:
    from simulator.runs.run import Run
    from simulator.scenario import TlsVersion

FACTS = "facts/tls-client-authentication-measured.md"


def table(version: str, heading: str, row: str) -> list[str]:
    """The cells of a row of the facts: the first such row after a heading and a version's name."""
    text = shared(FACTS).read_text(encoding="utf-8")
    part = text[text.index(heading) :]
    part = part[part.index(version) :]
    line = next(line for line in part.splitlines() if line.startswith(f"| {row} |"))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


# As a server --------------------------------------------------------------------------------------------

SERVER_COLUMNS = {
    "valid": "valid",
    "skip": "skip",
    "untrusted_ca": "untrusted_ca",
    "expired": "expired",
    "not_yet_valid": "not_yet_valid",
    "wrong_eku": "wrong_eku_serverAuth_only",
    "any_eku": "any_eku_only",
    "no_eku": "no_eku",
    "self_signed": "self_signed",
    "missing_intermediate": "missing_intermediate",
    "chain_with_intermediate": "chain_with_intermediate",
}
# An asterisk: the client's handshake had already returned.
OF_SERVER: dict[tuple[str, Policy], tuple[str, ...]] = {
    ("1.2", "optional"): (
        "accepted",
        "accepted",
        "unknown_ca(48)",
        "certificate_expired(45)",
        "bad_certificate(42)",
        "unsupported_certificate(43)",
        "unsupported_certificate(43)",
        "accepted",
        "unknown_ca(48)",
        "unknown_ca(48)",
        "accepted",
    ),
    ("1.3", "optional"): (
        "accepted",
        "accepted",
        "unknown_ca(48) *",
        "certificate_expired(45) *",
        "bad_certificate(42) *",
        "unsupported_certificate(43) *",
        "unsupported_certificate(43) *",
        "accepted",
        "unknown_ca(48) *",
        "unknown_ca(48) *",
        "accepted",
    ),
}
OF_SERVER["1.2", "required"] = ("accepted", "handshake_failure(40)", *OF_SERVER["1.2", "optional"][2:])
OF_SERVER["1.3", "required"] = ("accepted", "certificate_required(116) *", *OF_SERVER["1.3", "optional"][2:])


@pytest.mark.parametrize(("tls", "policy"), OF_SERVER)
def test_openssl_as_a_server(tls: TlsVersion, policy: Policy) -> None:
    """Our server does with every credential what OpenSSL's did, and the client had returned where it had."""
    runs = [simulate(PLAYED[row].played(policy), tls) for row in SERVER_COLUMNS.values()]
    assert OF_SERVER[tls, policy] == tuple(answer(run, mark=" *") for run in runs)


@pytest.mark.parametrize(("tls", "policy"), OF_SERVER)
def test_the_servers_row_is_as_measured(tls: str, policy: str) -> None:
    """The row in this file is the one in the facts."""
    row = f"OpenSSL 3.0.22 / Python CERT_{policy.upper()}"
    assert list(OF_SERVER[tls, policy]) == table(f"## TLSv{tls}", "# as SERVER", row)  # type: ignore[index]  # the same keys


def answer(run: Run, mark: str = "") -> str:
    """What became of the client, as the tables say it; the mark where its handshake had returned before."""
    alert = run.outcome.alert
    if alert is None:
        return "accepted"
    return f"{alert.name}({alert.code})" + (mark if run.outcome.client.handshake == "ok" else "")


# As a client --------------------------------------------------------------------------------------------

CLIENT_COLUMNS = {
    "srv_untrusted": "server_cert_untrusted",
    "srv_expired": "server_cert_expired",
    "srv_notyet": "server_cert_not_yet_valid",
    "srv_wronghost": "server_hostname_mismatch",
    "srv_clienteku": "server_cert_clientAuth_only_eku",
    "srv_selfsigned": "server_cert_self_signed",
}
OF_CLIENT = (
    "unknown_ca(48)",
    "certificate_expired(45)",
    "bad_certificate(42)",
    "bad_certificate(42)",
    "unsupported_certificate(43)",
    "unknown_ca(48)",
)
CARRIER = "['alert/0303/2']"  # content type, version and length of the record, in both versions


@pytest.mark.parametrize("tls", VERSIONS)
def test_openssl_as_a_client(tls: TlsVersion) -> None:
    """Our client refuses every bad server with OpenSSL's alert, in a plain record of two bytes."""
    runs = [simulate(PLAYED[row].played("required"), tls) for row in CLIENT_COLUMNS.values()]
    assert tuple(answer(run) for run in runs) == OF_CLIENT
    assert {carrier(run) for run in runs} == {CARRIER}


@pytest.mark.parametrize("tls", VERSIONS)
def test_the_clients_row_is_as_measured(tls: str) -> None:
    """The row in this file is the one in the facts."""
    heading = "# client rejects the SERVER certificate"
    assert [*OF_CLIENT, CARRIER] == table(heading, heading, f"OpenSSL TLSv{tls}")


def carrier(run: Run) -> str:
    """The record of the first alert as the table says it."""
    alert = fatal_alert(run.trace)
    assert alert is not None
    kind = {21: "alert", 23: "application_data"}[alert.wire[0]]
    return f"['{kind}/{alert.wire[1:3].hex()}/{int.from_bytes(alert.wire[3:5])}']"


# A server that requires, and clients of other stacks -----------------------------------------------------

CREDENTIALS = {
    "valid": "valid-certificate",
    "skip": "no-certificate-refused",
    "untrusted_ca": "untrusted-ca",
    "expired": "certificate-expired",
    "wrong_eku": "wrong-purpose",
    "self_signed": "self-signed",
    "key_mismatch": "stolen-certificate",
}
LISTS = {"an EMPTY CA list": [], "CA list [Client Root CA]": ["client-ca"]}
HEEDING = ("jsse", "go")  # they withhold a certificate that comes from none of the listed authorities
HEEDLESS = ("gnutls", "tlslite_nocompress")
NOT_MEASURED = {("jsse", "key_mismatch"): "-"}
OUT_OF_REACH = {"tlslite": "it compresses its Certificate unasked, and OpenSSL answers unexpected_message"}

SKIPPED = {"1.2": "0 cert / handshake_failure(40)", "1.3": "0 cert / certificate_required(116)"}
SHOWN = {
    "valid": "1 cert / accepted",
    "untrusted_ca": "1 cert / unknown_ca(48)",
    "expired": "1 cert / certificate_expired(45)",
    "wrong_eku": "1 cert / unsupported_certificate(43)",
    "self_signed": "1 cert / unknown_ca(48)",
    "key_mismatch": "1 cert / decrypt_error(51)",
}
WITHHELD = ("untrusted_ca", "self_signed")
MEETINGS = [(tls, which, heeds) for tls in VERSIONS for which in LISTS for heeds in (True, False)]


def measured_meeting(tls: str, which: str, heeds: bool) -> list[str]:
    """What a client with one habit sent, what the server answered, and how the client's call ended."""
    cells = []
    for credential in CREDENTIALS:
        skips = credential == "skip" or (heeds and LISTS[which] and credential in WITHHELD)
        cell = SKIPPED[tls] if skips else SHOWN[credential]
        fails = tls == "1.2" and credential != "valid"
        cells.append(f"{cell} / client {'fails' if fails else 'ok'}")
    return cells


@cache
def meeting(tls: TlsVersion, which: str, heeds: bool) -> list[str]:
    """The same of our client with that habit and our server."""
    cells = []
    for scenario in CREDENTIALS.values():
        changes = {"client.obeys_ca_list": heeds, "server.ca_list": LISTS[which]}
        run = simulate(catalogue[scenario].but(changes), tls)
        shown = message(run, "Certificate", "client")
        assert isinstance(shown, Certificate12 | Certificate13)
        ended = "ok" if run.outcome.client.handshake == "ok" else "fails"
        cells.append(f"{len(shown.chain)} cert / {answer(run)} / client {ended}")
    return cells


@pytest.mark.parametrize(("tls", "which", "heeds"), MEETINGS)
def test_clients_that_heed_the_list_or_not(tls: TlsVersion, which: str, heeds: bool) -> None:
    """Our server answers both habits as OpenSSL's did; a withheld certificate turns into an empty one."""
    assert measured_meeting(tls, which, heeds) == meeting(tls, which, heeds)


@pytest.mark.parametrize(("tls", "which", "heeds"), MEETINGS)
def test_the_clients_rows_are_as_measured(tls: str, which: str, heeds: bool) -> None:
    """The rows in this file are those in the facts: every other stack has one of the two habits."""
    for client in HEEDING if heeds else HEEDLESS:
        expected = [
            NOT_MEASURED.get((client, credential), cell)
            for credential, cell in zip(CREDENTIALS, measured_meeting(tls, which, heeds), strict=True)
        ]
        assert expected == table(f"## TLSv{tls}, CertificateRequest with {which}", "# as CLIENT", client)


@pytest.mark.parametrize("client", OUT_OF_REACH)
def test_no_other_client_was_measured(client: str) -> None:
    """Every client in the facts is played, or is named here with its reason."""
    text = shared(FACTS).read_text(encoding="utf-8")
    part = text[text.index("# as CLIENT") : text.index("# client rejects the SERVER certificate")]
    found = {line.split("|")[1].strip() for line in part.splitlines() if line.startswith("| ")} - {"client"}
    assert {*HEEDING, *HEEDLESS, client} == found
