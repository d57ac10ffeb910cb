"""What people see of a refusal: texts that belong to this refusal, and to no other."""

from __future__ import annotations

from simulator import catalogue, simulate
from simulator.command.options import scenario_from
from simulator.error_texts.causes import causes
from simulator.error_texts.lookup import look_up
from simulator.views.texts.shown_errors import shown_errors
from simulator.views.texts.terminal import SEEN, story
from tests.played import RUNS, for_each, run_of

SAME_TEXT = {"key-usage": "extended-key-usage"}  # OpenSSL's error 26 stands for both


@for_each("name, tls", RUNS)
def test_a_shown_text_leads_back_to_the_refusal(name: str, tls: str) -> None:
    """The refusing side's text leads to the check that decided, the refused side's to the alert."""
    outcome = run_of(name, tls).outcome
    for side, program, text in shown_errors(run_of(name, tls).trace):
        found = look_up(text, side)
        assert outcome.alert is not None
        if side == outcome.alert.sender:
            check = outcome.decisive_check or ""
            assert SAME_TEXT.get(check, check) in {match.cause.check for match in found.matches[:3]}, text
        elif found.alert is not None:
            assert outcome.alert.name == found.alert.rfc_name
        assert any(
            program.startswith(one.partition(" (")[0]) for match in found.matches for one in match.programs
        )


@for_each(
    "name, page, log",
    [
        ("deferred-no-certificate", "No required SSL certificate was sent", "client sent no required SSL"),
        ("deferred-bad-certificate", "The SSL certificate error", "(10:certificate has expired)"),
    ],
)
def test_a_deferred_refusal_shows_page_and_log_of_nginx(name: str, page: str, log: str) -> None:
    """Over HTTP the client reads nginx's page, and its log has the reason; another application has none."""
    client, server = shown_errors(run_of(name, "1.3").trace)
    assert (client.text, client.side, server.side) == (f"400 {page}", "client", "server")
    assert log in server.text
    assert [] == shown_errors(simulate(name).but({"network.application": "line"}).trace)


def test_a_bad_proof_after_a_deferred_refusal_is_not_laid_to_the_certificate() -> None:
    """The alert comes from the proof, so the log of an expired certificate is not shown."""
    shown = shown_errors(simulate("deferred-bad-certificate").but({"client.holds_key": False}).trace)
    assert all("expired" not in one.text for one in shown)


def test_a_session_and_a_refusal_of_a_user_show_no_text() -> None:
    """Only the refusal of a certificate was measured in this way."""
    refused_later = simulate("valid-certificate").but(
        {"server.users": {"CN=bob": "BOB"}, "server.minimum_level": "CLIENT_IDENTIFIED"}
    )
    for run in (run_of("valid-certificate", "1.3"), refused_later):
        assert [] == shown_errors(run.trace)
        assert SEEN not in story(run.trace)


def test_both_sides_are_shown_and_the_versions_differ() -> None:
    """TLS 1.2 tells telnet the alert, TLS 1.3 only closes; the server's log is the same."""
    by_version = {
        tls: {
            (one.side, one.program): one.text
            for one in shown_errors(run_of("certificate-expired", tls).trace)
        }
        for tls in ("1.2", "1.3")
    }
    telnet, stunnel = ("client", "telnet-ssl 0.17.41"), ("server", "stunnel 5.68")
    assert (
        "SSL: sslv3 alert certificate expired\n…: Error during SSL negotiation." == by_version["1.2"][telnet]
    )
    assert "Connection closed by foreign host." == by_version["1.3"][telnet]
    assert by_version["1.2"][stunnel] == by_version["1.3"][stunnel]
    assert "certificate has expired" in by_version["1.3"][stunnel]


def test_another_profile_has_no_text_of_openssl() -> None:
    """A server that judges by RFC 5280 is no OpenSSL: its log is not shown, the client's text is."""
    run = simulate("certificate-expired").but({"server.profile": "rfc5280"})
    assert {"client"} == {one.side for one in shown_errors(run.trace)}


def test_the_story_has_the_texts_at_its_end() -> None:
    """The terminal's story ends with them, in every width; an overview has none."""
    trace = run_of("certificate-expired", "1.3").trace
    for width in (60, 80, 120):
        told = story(trace, width)
        assert told.index(SEEN) > told.index("Refused at layer")
        assert "In the server's log" in told
    assert SEEN not in story(trace, detail="overview")


@for_each("cause", ["revoked", "crl-missing", "crl-stale"])
def test_revocation_lists_have_the_text_of_their_own_trouble(cause: str) -> None:
    """The server's log tells a revoked certificate, a missing list and a stale one apart."""
    played = causes()[cause]
    run = simulate(scenario_from(played.scenario, played.settings))
    log = next(one.text for one in shown_errors(run.trace) if one.side == "server")
    assert cause == look_up(log, "server").matches[0].cause.name


@for_each(
    "scenario, setting, log",
    [
        ("untrusted-ca", {}, "unable to get local issuer certificate"),
        ("self-signed", {}, "self-signed certificate"),
        ("untrusted-ca", {"client.sends": ["alice", "other-ca"]}, None),
        ("chain-with-intermediate", {"server.trusts": ["intermediate-ca"]}, None),
        ("chain-with-intermediate", {"certificates.intermediate-ca.not_after": "-1d"}, None),
    ],
)
def test_only_what_was_measured_is_shown(scenario: str, setting: dict[str, object], log: str | None) -> None:
    """An unknown root that was sent, a trusted intermediate, an expired CA: OpenSSL has other words."""
    run = simulate(catalogue[scenario].but(setting))
    assert run.outcome.refused_at == "tls"
    shown = [one.text for one in shown_errors(run.trace) if one.side == "server"]
    assert (log is None) == (shown == [])
    assert all(log in text for text in shown if log)
