"""What OpenSSL 3.0 was measured to do, row by row, and the scenario in which we must do the same.

The rows are those of the matrix in ``facts/tls-client-authentication-measured.md``, section 1.3, under
their own names. ``PLAYED`` has the rows that a scenario can show. ``OUT_OF_REACH`` has the others, each with
the reason: there is no row that stands in neither.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from simulator.scenario.catalogue.catalogue import catalogue
from tests.oracle.variations import INTERMEDIATE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.scenario import Scenario, TlsVersion

Policy = Literal["none", "optional", "required"]
ASKING: tuple[Policy, ...] = ("optional", "required")
EVERY_POLICY: tuple[Policy, ...] = ("none", "optional", "required")
REQUIRED: tuple[Policy, ...] = ("required",)
NONE: tuple[Policy, ...] = ("none",)
BOTH: tuple[TlsVersion, ...] = ("1.2", "1.3")


@dataclass(frozen=True)
class Accepted:
    """The handshake succeeded, and the server ended with this common name, or with none."""

    peer: str | None


@dataclass(frozen=True)
class Finding:
    """What a side found wrong.

    Attributes:
        verify: OpenSSL's number and words for it, or its word for an error that has no number.
        check: the check of ours that means the same.
        field: what that check looks at.
        words: words that our sentence says it with.
    """

    verify: str
    check: str
    field: str
    words: str


@dataclass(frozen=True)
class Refused:
    """A side sent an alert: which side, what alert, and what it had found."""

    sender: Literal["client", "server"]
    alert: str
    code: int
    finding: Finding


Ending = Accepted | Refused

NO_ISSUER = Finding(
    "20 unable to get local issuer certificate", "trust-anchor", "issuer", "was neither sent nor held"
)
NO_ISSUER_OF_ISSUER = Finding(
    "2 unable to get issuer certificate", "trust-anchor", "issuer", "is trusted, but not self-signed"
)
SELF_SIGNED = Finding("18 self-signed certificate", "trust-anchor", "issuer", "is self-signed")
EXPIRED = Finding("10 certificate has expired", "validity", "notAfter", "has expired")
NOT_YET_VALID = Finding("9 certificate is not yet valid", "validity", "notBefore", "is not valid yet")
PURPOSE = Finding("26 unsuitable certificate purpose", "extended-key-usage", "extKeyUsage", "was issued for")
KEY_PURPOSE = Finding("26 unsuitable certificate purpose", "key-usage", "keyUsage", "may not be used to sign")
WEAK_KEY = Finding("66 EE certificate key too weak", "key-strength", "subjectPublicKeyInfo", "is too weak")
WEAK_HASH = Finding(
    "68 CA signature digest algorithm too weak", "signature-algorithm", "signatureAlgorithm", "SHA1"
)
OTHER_HOST = Finding(
    "62 Hostname mismatch, certificate is not valid for 'server.example'.",
    "server-name",
    "subjectAltName",
    "was not issued for server.example",
)
ABSENT = Finding(
    "PEER_DID_NOT_RETURN_A_CERTIFICATE",
    "certificate-presented",
    "certificate_list",
    "sent no certificate",
)
BAD_SIGNATURE = Finding("BAD_SIGNATURE", "proof-of-possession", "CertificateVerify", "did not prove")


def of_server(alert: str, code: int, finding: Finding) -> Refused:
    """The server refuses the client."""
    return Refused("server", alert, code, finding)


def of_client(alert: str, code: int, finding: Finding) -> Refused:
    """The client refuses the server."""
    return Refused("client", alert, code, finding)


UNKNOWN_CA = of_server("unknown_ca", 48, NO_ISSUER)
UNSUITABLE = of_server("unsupported_certificate", 43, PURPOSE)
UNSUITABLE_KEY = of_server("unsupported_certificate", 43, KEY_PURPOSE)
SKIPPED_12 = of_server("handshake_failure", 40, ABSENT)
SKIPPED_13 = of_server("certificate_required", 116, ABSENT)


@dataclass(frozen=True)
class Row:
    """A row of the matrix.

    Attributes:
        name: as measured.
        scenario: the catalogue scenario that is nearest; changes: what is set in it.
        ending: what OpenSSL did.
        policies: the client authentication policies that it was measured under.
        versions: the versions that it was measured in.
        apart: where the ending was another: by version and policy.
        in_place_of_alice: the client holds this certificate, which a scenario would not let it hold.
    """

    name: str
    scenario: str
    ending: Ending
    policies: tuple[Policy, ...] = ASKING
    changes: Mapping[str, Any] = field(default_factory=dict)
    versions: tuple[TlsVersion, ...] = BOTH
    apart: Mapping[tuple[TlsVersion, Policy], Ending] = field(default_factory=dict)
    in_place_of_alice: str | None = None

    def ended(self, tls: TlsVersion, policy: Policy) -> Ending:
        """What OpenSSL did in this version under this policy."""
        return self.apart.get((tls, policy), self.ending)

    def played(self, policy: Policy) -> Scenario:
        """The scenario in which we must do the same."""
        changes = {"server.client_authentication": policy, **self.changes}
        scenario = catalogue[self.scenario].but(changes)
        if self.in_place_of_alice is None:
            return scenario
        return replace(scenario, client=replace(scenario.client, certificate=self.in_place_of_alice))


def named(subject: str) -> dict[str, Any]:
    """The client's certificate under the name that was measured."""
    return {"certificates.alice.subject": f"CN={subject}"}


OTHER_CA: dict[str, Any] = {"certificates.other-ca": {"role": "ca", "subject": "CN=Other CA"}}
BOB_OF_OTHER_CA = OTHER_CA | named("bob-ca2") | {"certificates.alice.issuer": "other-ca"}
VIA_INTERMEDIATE = INTERMEDIATE | named("alice-via-int")
SERVER_VIA_INTERMEDIATE: dict[str, Any] = {
    "certificates.server-mid": {"role": "ca", "subject": "CN=Server Intermediate CA", "issuer": "server-ca"},
    "certificates.server.issuer": "server-mid",
}

CLIENT_ROWS = (
    Row("not_requested_client_has_cert", "server-does-not-ask", Accepted(None), NONE),
    Row(
        "not_requested_client_has_none",
        "server-does-not-ask",
        Accepted(None),
        NONE,
        {"client.certificate": None},
    ),
    Row("policy_none_but_untrusted_cert_configured", "untrusted-ca", Accepted(None), NONE),
    Row("valid", "valid-certificate", Accepted("alice")),
    Row("valid_rsa2048", "rsa-certificate", Accepted("alice-rsa"), changes=named("alice-rsa")),
    Row("valid_p384", "p384-certificate", Accepted("alice-p384"), changes=named("alice-p384")),
    Row("valid_ed25519", "ed25519-certificate", Accepted("alice-ed"), changes=named("alice-ed")),
    Row(
        "skip",
        "no-certificate-refused",
        Accepted(None),
        apart={("1.2", "required"): SKIPPED_12, ("1.3", "required"): SKIPPED_13},
    ),
    Row("untrusted_ca", "untrusted-ca", UNKNOWN_CA),
    Row("server_has_no_trust_store", "valid-certificate", UNKNOWN_CA, changes={"server.trusts": []}),
    Row("expired", "certificate-expired", of_server("certificate_expired", 45, EXPIRED)),
    Row("not_yet_valid", "certificate-not-yet-valid", of_server("bad_certificate", 42, NOT_YET_VALID)),
    Row("wrong_eku_serverAuth_only", "wrong-purpose", UNSUITABLE),
    Row("no_eku", "no-purpose-stated", Accepted("alice-noeku"), changes=named("alice-noeku")),
    Row("any_eku_only", "any-purpose", UNSUITABLE),
    Row(
        "no_keyusage",
        "valid-certificate",
        Accepted("alice-noku"),
        changes=named("alice-noku") | {"certificates.alice.key_usage": "absent"},
    ),
    Row("keyusage_keyEncipherment_only", "key-usage-without-signing", UNSUITABLE_KEY),
    Row("self_signed", "self-signed", of_server("unknown_ca", 48, SELF_SIGNED)),
    Row(
        "self_signed_but_in_trust_store",
        "self-signed-trusted",
        Accepted("alice-selfsigned"),
        changes=named("alice-selfsigned"),
    ),
    Row(
        "client_cert_is_a_CA_self_signed",
        "untrusted-ca",
        of_server("unknown_ca", 48, SELF_SIGNED),
        in_place_of_alice="other-ca",
    ),
    Row("missing_intermediate", "missing-intermediate", UNKNOWN_CA),
    Row(
        "chain_with_intermediate",
        "valid-certificate",
        Accepted("alice-via-int"),
        changes=VIA_INTERMEDIATE,
    ),
    Row(
        "chain_with_intermediate_and_root",
        "valid-certificate",
        Accepted("alice-via-int"),
        changes=VIA_INTERMEDIATE | {"client.sends": ["alice", "mid", "client-ca"]},
    ),
    Row(
        "missing_intermediate_but_server_holds_it",
        "intermediate-held-by-server",
        Accepted("alice-via-int"),
        changes=named("alice-via-int"),
    ),
    Row(
        "trust_anchor_is_intermediate_only",
        "valid-certificate",
        of_server("unknown_ca", 48, NO_ISSUER_OF_ISSUER),
        changes=VIA_INTERMEDIATE | {"server.trusts": ["mid"]},
    ),
    Row(
        "trust_anchor_is_intermediate_only_PARTIAL_CHAIN",  # a flag there; here the habit of the profile
        "valid-certificate",
        Accepted("alice-via-int"),
        changes=VIA_INTERMEDIATE | {"server.trusts": ["mid"], "server.profile": "rfc5280"},
    ),
    Row(
        "revoked_but_no_crl_flag",
        "revoked-not-checked",
        Accepted("alice-revoked"),
        changes=named("alice-revoked"),
    ),
    Row("weak_rsa1024_client_seclevel0", "weak-rsa-key", of_server("bad_certificate", 42, WEAK_KEY)),
    Row("sha1_client_seclevel0", "sha1-signature", of_server("bad_certificate", 42, WEAK_HASH)),
    Row("ca_list_match", "valid-certificate", Accepted("alice"), changes={"server.ca_list": ["client-ca"]}),
    Row(
        "ca_list_no_match_but_trusted",
        "valid-certificate",
        Accepted("bob-ca2"),
        changes=BOB_OF_OTHER_CA
        | {"server.trusts": ["client-ca", "other-ca"], "server.ca_list": ["client-ca"]},
    ),
    Row(
        "ca_list_no_match_untrusted",
        "untrusted-ca",
        UNKNOWN_CA,
        changes={"server.ca_list": ["client-ca"]},
    ),
    Row(
        "ca_list_two",
        "valid-certificate",
        Accepted("bob-ca2"),
        changes=BOB_OF_OTHER_CA
        | {"server.trusts": ["client-ca", "other-ca"], "server.ca_list": ["client-ca", "other-ca"]},
    ),
    Row(
        "certificate_verify_last_byte_flipped",  # there a bit was changed on the way; here the signer errs
        "corrupted-proof",
        of_server("decrypt_error", 51, BAD_SIGNATURE),
        REQUIRED,
        versions=("1.2",),
    ),
)

SERVER_ROWS = (
    Row("server_cert_untrusted", "server-untrusted", of_client("unknown_ca", 48, NO_ISSUER), EVERY_POLICY),
    Row("server_cert_expired", "server-expired", of_client("certificate_expired", 45, EXPIRED), EVERY_POLICY),
    Row(
        "server_cert_not_yet_valid",
        "valid-certificate",
        of_client("bad_certificate", 42, NOT_YET_VALID),
        changes={"certificates.server.not_before": "1h"},
    ),
    Row(
        "server_hostname_mismatch",
        "server-wrong-name",
        of_client("bad_certificate", 42, OTHER_HOST),
        EVERY_POLICY,
        {"client.server_name": "server.example"},
    ),
    Row(
        "server_cert_no_san_cn_matches",
        "valid-certificate",
        Accepted("alice"),
        changes={"certificates.server.dns_names": "absent"},
    ),
    Row(
        "server_cert_clientAuth_only_eku",
        "server-wrong-purpose",
        of_client("unsupported_certificate", 43, PURPOSE),
    ),
    Row(
        "server_cert_self_signed",
        "valid-certificate",
        of_client("unknown_ca", 48, SELF_SIGNED),
        changes={"certificates.server.issuer": "server"},
    ),
    Row(
        "server_chain_incomplete",
        "valid-certificate",
        of_client("unknown_ca", 48, NO_ISSUER),
        EVERY_POLICY,
        SERVER_VIA_INTERMEDIATE | {"server.sends": ["server"]},
    ),
    Row(
        "server_chain_with_intermediate",
        "valid-certificate",
        Accepted("alice"),
        changes=SERVER_VIA_INTERMEDIATE,
    ),
    Row("client_does_not_verify_server", "server-not-checked", Accepted("alice"), REQUIRED),
    Row(
        "both_bad_server_untrusted_and_client_expired",
        "both-sides-bad",
        of_client("unknown_ca", 48, NO_ISSUER),
        REQUIRED,
    ),
    Row(
        "hello_retry_request",
        "hello-retry",
        Accepted("alice"),
        ("none", "required"),
        {"server.groups": ["secp384r1"]},
        ("1.3",),
        {("1.3", "none"): Accepted(None)},
    ),
)

PLAYED = {row.name: row for row in (*CLIENT_ROWS, *SERVER_ROWS)}

CRL = "no certificate revocation list is ever looked at; the ledger says that revocation was not evaluated"
LOCAL = "the library refuses to load it and sends nothing; our actors send what the scenario gives them"
LEVEL_0 = "security level 0 on the server; the openssl profile is security level 2"
RESUMPTION = "no session is resumed: tickets are sent and never used"

OUT_OF_REACH = {
    "client_ctx_autobuilds_chain_from_its_own_trust_store": (
        "our client sends the chain that the scenario gives it and takes nothing from its trust store; the "
        "oracle sets SSL_MODE_NO_AUTO_CHAIN, so that OpenSSL does not either"
    ),
    "revoked": CRL,
    "crl_check_good_cert": CRL,
    "crl_flag_but_no_crl_loaded": CRL,
    "crl_expired": CRL,
    "crl_check_chain_without_root_crl": CRL,
    "key_mismatch": LOCAL,
    "key_mismatch_same_type": LOCAL,
    "weak_rsa1024_default_client": LOCAL,
    "weak_rsa1024_both_seclevel0": LEVEL_0,
    "sha1_default_client": LOCAL,
    "sha1_both_seclevel0": LEVEL_0,
    "resume_after_client_auth/2nd": RESUMPTION,
    "resume_after_client_auth_no_tickets/2nd": RESUMPTION,
    "resume_no_cert_session_under_optional/2nd": RESUMPTION,
    "resume_none_then_policy_raised_to_required/2nd": RESUMPTION,
    "resume_optional_skipped_then_required/2nd": RESUMPTION,
    "resume_after_cert_was_revoked/2nd": RESUMPTION,
    "resume_client_switched_identity/2nd": RESUMPTION,
    "resume_offered_to_a_new_server_context": RESUMPTION,
}
