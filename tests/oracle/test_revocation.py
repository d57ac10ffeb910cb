"""Revocation lists: the simulation does what OpenSSL was measured to do, row by row, and so does OpenSSL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from simulator import simulate
from simulator.oracle import check
from simulator.oracle.reasons import REASONS, reason_of_verdict
from simulator.trace.facts import Checked
from tests.oracle.measured_revocation import ALERT_OF_CODE, ROWS, Row, good_lists, scenario_of
from tests.played import EVERYTHING

if TYPE_CHECKING:
    from simulator.scenario import TlsVersion

CASES = pytest.mark.parametrize("row", ROWS, ids=[row.case for row in ROWS])
OPENSSL_IN: tuple[TlsVersion, ...] = ("1.2", "1.3") if EVERYTHING else ("1.3",)


@CASES
def test_code_and_alert_as_measured(row: Row) -> None:
    """The decisive line means OpenSSL's error number, and the alert is the measured one."""
    run = simulate(scenario_of(row))
    judged = next(fact for event, fact in run.trace.facts(Checked) if event.actor == "server")
    alert = run.outcome.alert
    if row.code is None:
        assert judged.verdict.accepted
        assert alert is None
    else:
        (codes,) = (one.codes for one in REASONS if one.words == reason_of_verdict(judged))
        assert row.code in codes
        assert alert is not None
        assert ALERT_OF_CODE[row.code] == alert.name


@CASES
@pytest.mark.parametrize("tls", OPENSSL_IN)
def test_openssl_does_the_same(row: Row, tls: TlsVersion) -> None:
    """OpenSSL with the same lists and flags agrees in reason, alert and everything else that is compared."""
    assert () == check(scenario_of(row), tls).differences


@pytest.mark.parametrize("scope", ["leaf", "chain"])
def test_a_client_looks_the_server_up(scope: str) -> None:
    """A client with a list of the server's CA refuses a revoked server, as OpenSSL's client does."""
    scenario = good_lists().but(
        {
            "crls.server-crl": {"issuer": "server-ca"},
            "certificates.server.revoked": "-2d",
            "client.revocation": "crl",
            "client.revocation_scope": scope,
            "client.crls": ["server-crl"],
        }
    )
    run = simulate(scenario)
    assert run.outcome.judged_by == "client"
    assert run.outcome.alert is not None
    assert ("certificate_revoked", "client") == (run.outcome.alert.name, run.outcome.alert.sender)
    assert () == check(scenario, "1.3").differences


def test_a_soft_failure_is_not_openssls() -> None:
    """OpenSSL has no soft failure, so our actor plays that server; a client of OpenSSL agrees with it."""
    scenario = good_lists().but({"server.revocation_failure": "soft", "server.crls": []})
    row = check(scenario, "1.3")
    assert ("openssl-client", ()) == (row.mode, row.differences)
    assert simulate(scenario).outcome.alert is None
