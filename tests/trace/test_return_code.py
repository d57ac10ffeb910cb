"""The return code of a server of AT-TLS follows from what happened, and is where its administrator looks."""

from __future__ import annotations

import json
from itertools import product

from simulator.runs.run import simulate
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.trace.return_code import RETURN_CODES, code_words, return_code
from simulator.views.texts.terminal import story
from tests.peers import ROOT, shared

# The scenario, the ClientAuthType, and the code; None for no refusal, and for one without a documented code.
CASES: tuple[tuple[str, str, int | None], ...] = (
    ("no-certificate-refused", "required", 5001),
    ("no-certificate-refused", "safcheck", 5001),
    ("no-certificate-refused", "passthru-9285i", None),
    ("no-certificate-refused", "full", None),
    ("valid-certificate", "safcheck", 5002),
    ("valid-certificate", "required", None),
    # The application refuses, and AT-TLS has nothing to report.
    ("not-identified-refused", "required", None),
    ("certificate-expired", "required", 401),
    ("certificate-expired", "full", 401),
    ("certificate-not-yet-valid", "safcheck", 401),
    ("certificate-expired", "passthru", None),
    ("version-mismatch", "required", 412),
    ("untrusted-ca", "required", None),
    # The client refuses the server.
    ("server-expired", "required", None),
)


def test_the_code_follows_from_the_outcome() -> None:
    """The card has the code; without the preset the same run has none."""
    for (name, preset, code), tls in product(CASES, ["1.2", "1.3"]):
        run = simulate(catalogue[name].but({"server.preset": f"at-tls-{preset}"}), tls)
        assert run.card.return_code == code, (name, preset, code, tls)
        assert simulate(catalogue[name], tls).card.return_code is None, (name, preset, code, tls)


def test_a_server_that_shares_no_signature_scheme_reports_402() -> None:
    """It ends the handshake before it has sent a certificate."""
    changes = {"server.preset": "at-tls-full", "client.signature_schemes": ["ed448"]}
    for tls in ("1.2", "1.3"):
        run = simulate(catalogue["valid-certificate"].but(changes), tls)  # type: ignore[arg-type]
        assert (run.outcome.alert and run.outcome.alert.name, run.card.return_code) == (
            "handshake_failure",
            402,
        )


def test_a_client_that_does_not_begin_tls_is_reported_as_timed_out() -> None:
    """At a port that waits for TLS; where START-TLS comes at once, or TLS follows it, there is no code."""
    silent = {
        "network.application": "tn3270",
        "client.starts_tls": "never",
        "server.preset": "at-tls-required",
    }
    asked = {"server.port_security": "negtsecure"}
    codes = [
        simulate(catalogue["valid-certificate"].but(silent | more)).card.return_code
        for more in ({}, asked, {"client.starts_tls": "when-asked"})
    ]
    assert codes == [5004, None, None]


def test_the_administrator_sees_it_and_nobody_else() -> None:
    """Card, log and JSON have it; no byte on the wire is another one for the preset."""
    run = simulate("no-certificate-5001")
    said = story(run.trace, 100)
    assert "AT-TLS return code    5001: the client did not provide a certificate" in said
    log = said.partition("In the server's log")[2]
    assert "EZD1287I TTLS Error RC: 5001 …" in log
    assert "stunnel" not in log
    document = json.loads(json.dumps(run.to_dict()))
    assert document["server"]["return_code"] == 5001
    assert document["server"]["log"] == "EZD1287I TTLS Error RC: 5001 …"
    assert "return_code" not in simulate("no-certificate-refused").to_dict()["server"]
    assert "In the server's log" in story(simulate("saf-check-fails").trace, 100)


def test_every_row_has_a_document_that_names_its_code() -> None:
    """The page on scenarios lists the same codes, and the cited texts have each of them."""
    page = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    cited = [
        one
        for one in json.loads(shared("facts/error-texts.json").read_text(encoding="utf-8"))
        if "z/OS" in one["program"]
    ]
    for one in RETURN_CODES:
        assert f"| {one.code} | " in page
        assert any(f"RC {one.code}" in text["text"] for text in cited)
        assert one.source
        assert code_words(one.code) == f"{one.code}: {one.words}"


def test_a_server_without_such_codes_reports_none() -> None:
    """An outcome alone says nothing of them."""
    assert return_code(simulate("no-certificate-refused").outcome, "") is None
