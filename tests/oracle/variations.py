"""Scenarios beside the catalogue's: the good handshake with other things changed, one or two at a time."""

from __future__ import annotations

from typing import Any

from simulator.scenario import Scenario

INTERMEDIATE: dict[str, Any] = {
    "certificates.mid": {"role": "ca", "subject": "CN=mid", "issuer": "client-ca"},
    "certificates.alice.issuer": "mid",
}
ALICE_IS_A_USER = {"server.users": {"CN=alice": "ALICE"}}

CHANGES: dict[str, dict[str, Any]] = {
    "no ticket": {"server.tickets": 0},
    "five tickets": {"server.tickets": 5},
    "authorities named": {"server.ca_list": ["client-ca", "server-ca"]},
    "another authority named": {"server.ca_list": ["server-ca"]},
    "certificate withheld": {"client.withholds": True},
    "certificate withheld, optional": {
        "client.withholds": True,
        "server.client_authentication": "optional",
    },
    "stolen, unverified": {"client.holds_key": False, "server.client_authentication": "unverified"},
    "none, unverified": {"client.certificate": None, "server.client_authentication": "unverified"},
    "expired, unverified": {
        "certificates.alice.not_after": "-1h",
        "server.client_authentication": "unverified",
    },
    "expired, optional": {"certificates.alice.not_after": "-1h", "server.client_authentication": "optional"},
    "a leaf trusted": {"server.trusts": ["alice"]},
    "a leaf trusted, expired": {"server.trusts": ["alice"], "certificates.alice.not_after": "-1h"},
    "a leaf trusted, wrong purpose": {
        "server.trusts": ["alice"],
        "certificates.alice.extended_key_usage": ["serverAuth"],
    },
    "a self-signed leaf trusted, expired": {
        "certificates.alice.issuer": "alice",
        "server.trusts": ["alice"],
        "certificates.alice.not_after": "-1h",
    },
    "the server's leaf trusted": {"client.trusts": ["server"]},
    "server trusts nobody": {"server.trusts": []},
    "client trusts nobody": {"client.trusts": []},
    "valid from this second": {"certificates.alice.not_before": "0s"},
    "expired a second ago": {"certificates.alice.not_after": "-1s"},
    "ends in the next second": {"certificates.alice.not_after": "1s"},
    "ends while the message is under way": {
        "certificates.alice.not_after": "2s",
        "network.latency_ms": 1500,
    },
    "any purpose": {"certificates.alice.extended_key_usage": ["anyExtendedKeyUsage"]},
    "no purpose": {"certificates.alice.extended_key_usage": "absent"},
    "expired, and the alert is not sent": {
        "certificates.alice.not_after": "-1h",
        "network.close": "eof",
    },
    "a client that writes slowly": {"client.writing_ms": 50, "network.application": "http"},
    "no key usage": {"certificates.alice.key_usage": "absent"},
    "key usage without signatures": {"certificates.alice.key_usage": ["keyEncipherment"]},
    "server for clients only": {"certificates.server.extended_key_usage": ["clientAuth"]},
    "server without names": {"certificates.server.dns_names": "absent"},
    "server with a wildcard": {"certificates.server.dns_names": ["*.example.com"]},
    "host in capitals": {"client.server_name": "TELNET.example.com"},
    "host by address": {"client.server_name": "10.0.0.1"},
    "host by address of version 6": {
        "client.server_name": "[2001:db8::1]",
        "certificates.server.dns_names": ["2001:db8::1"],
    },
    "HTTP inside": {"network.application": "http"},
    "HTTP inside, and a refusal": {
        "network.application": "http",
        "server.minimum_level": "CLIENT_IDENTIFIED",
    },
    "telnet inside": {"network.application": "telnet"},
    "TN3270 inside": {"network.application": "tn3270"},
    "TN3270 inside, and a refusal": {
        "network.application": "tn3270",
        "server.minimum_level": "CLIENT_IDENTIFIED",
    },
    "server self-signed": {"certificates.server.issuer": "server"},
    "server not yet valid": {"certificates.server.not_before": "1h"},
    "both expired": {"certificates.alice.not_after": "-1h", "certificates.server.not_after": "-1h"},
    "weak key of the client": {"certificates.alice.key": "RSA-1024"},
    "weak key of the server": {"certificates.server.key": "RSA-1024"},
    "weak key of the CA": {"certificates.client-ca.key": "RSA-1024"},
    "CA expired": {"certificates.client-ca.not_after": "-1h"},
    "keys of many kinds": {
        "certificates.client-ca.key": "RSA-2048",
        "certificates.alice.key": "Ed25519",
        "certificates.server-ca.key": "Ed25519",
        "certificates.server.key": "P-384",
    },
    "roots sent along": {"server.sends": ["server", "server-ca"], "client.sends": ["alice", "client-ca"]},
    "intermediate alone trusted": INTERMEDIATE | {"server.trusts": ["mid"]},
    "intermediate held by the server": INTERMEDIATE | {"server.holds": ["mid"], "client.sends": ["alice"]},
    "chain in disorder": INTERMEDIATE | {"client.sends": ["alice", "client-ca", "mid"]},
    "path too long": INTERMEDIATE | {"certificates.client-ca.path_length": 0},
    "intermediate expired": INTERMEDIATE | {"certificates.mid.not_after": "-1h"},
    "intermediate may not issue": INTERMEDIATE | {"certificates.mid.key_usage": ["digitalSignature"]},
    "issued by a leaf": {
        "certificates.mallory": {"role": "client", "subject": "CN=mallory", "issuer": "client-ca"},
        "certificates.alice.issuer": "mallory",
    },
    "weak keys on both sides": {"certificates.alice.key": "RSA-1024", "certificates.server.key": "RSA-1024"},
    "weak server, client from a weak CA": {
        "certificates.server.key": "RSA-1024",
        "certificates.client-ca.key": "RSA-1024",
        "client.verify_server": False,
    },
    "SHA-1 on the server": {"certificates.server.signature_hash": "sha1"},
    "SHA-1 on the intermediate": INTERMEDIATE | {"certificates.mid.signature_hash": "sha1"},
    "SHA-1 on the root": {"certificates.client-ca.signature_hash": "sha1"},
    "an unusual hash": {"certificates.alice.signature_hash": "sha512"},
    "client's clock slow": {"client.clock_offset": "-60d"},
    "client's clock fast": {"client.clock_offset": "400d"},
    "server's clock slow": {"server.clock_offset": "-60d"},
    "server's clock slow by minutes": {"server.clock_offset": "-5m"},
    "name permitted": INTERMEDIATE
    | {"certificates.mid.permitted_dns_names": ["example.org"]}
    | {"certificates.alice.dns_names": ["alice.example.org"]},
    "name excluded": INTERMEDIATE
    | {"certificates.mid.excluded_dns_names": ["example.org"]}
    | {"certificates.alice.dns_names": ["alice.example.org"]},
    "no name to constrain": INTERMEDIATE | {"certificates.mid.permitted_dns_names": ["example.org"]},
    "server's name excluded by its root": {"certificates.server-ca.excluded_dns_names": ["example.com"]},
    "list obeyed, certificate on it": {"client.obeys_ca_list": True, "server.ca_list": ["client-ca"]},
    "list obeyed, optional": {
        "client.obeys_ca_list": True,
        "server.ca_list": ["server-ca"],
        "server.client_authentication": "optional",
    },
    "empty list obeyed": {"client.obeys_ca_list": True},
    "list obeyed by the intermediate": INTERMEDIATE
    | {"client.obeys_ca_list": True, "server.ca_list": ["client-ca"]},
    "another key chosen for the schemes": {
        "certificates.alice.key": "RSA-2048",
        "certificates.bob": {"role": "client", "key": "Ed25519"},
        "client.also_holds": ["bob"],
        "server.signature_schemes": ["ed25519"],
    },
    "no common scheme, optional": {
        "server.signature_schemes": ["rsa_pss_rsae_sha256"],
        "server.client_authentication": "optional",
    },
    "RSA with another hash": {
        "certificates.alice.key": "RSA-2048",
        "server.signature_schemes": ["rsa_pss_rsae_sha512", "ecdsa_secp256r1_sha256"],
    },
    "no scheme for the server": {"client.signature_schemes": ["ed25519"]},
    "one scheme for the server": {"client.signature_schemes": ["ecdsa_secp256r1_sha256"]},
    "no common group": {"client.groups": ["secp256r1"], "server.groups": ["x25519"]},
    "client prefers another group": {"client.groups": ["secp384r1", "secp256r1"]},
    "retry with secp384r1": {"server.groups": ["secp384r1"]},
    "a client key on a curve without key exchange": {"server.groups": ["x25519"]},
    "a server key on a curve without key exchange": {"client.groups": ["x25519"]},
    "two key shares": {"client.key_shares": 2, "server.groups": ["secp256r1"]},
    "no key share": {"client.key_shares": 0},
    "server speaks 1.2": {"server.speaks": "1.2"},
    "server speaks 1.3": {"server.speaks": "1.3"},
    "proof corrupted, unverified": {
        "client.corrupts_proof": True,
        "server.client_authentication": "unverified",
    },
    "cross-signed, both roots trusted": {
        "certificates.older-ca": {"role": "ca", "subject": "CN=Older CA"},
        "certificates.cross": {
            "role": "ca",
            "subject": "CN=Client CA",
            "issuer": "older-ca",
            "key_of": "client-ca",
        },
        "client.sends": ["alice", "cross"],
        "server.trusts": ["client-ca", "older-ca"],
    },
    "known user": ALICE_IS_A_USER,
    "authorised user": ALICE_IS_A_USER | {"server.authorized_users": ["ALICE"]},
    "another user authorised": ALICE_IS_A_USER | {"server.authorized_users": ["BOB"]},
    "the last second": {"certificates.alice.not_after": "0s"},
    "the first second": {"certificates.alice.not_before": "0s"},
    "unknown user": {"server.minimum_level": "CLIENT_IDENTIFIED"},
    "level too low": {
        "client.certificate": None,
        "server.client_authentication": "optional",
        "server.minimum_level": "CLIENT_AUTHENTICATED",
    },
}

# One scenario for every line of the table of accepted differences.
CHOSEN: dict[str, dict[str, Any]] = {
    "another profile": {
        "server.profile": "rfc5280",
        "certificates.alice.extended_key_usage": ["anyExtendedKeyUsage"],
    },
    "a dot at the end of the host": {"client.server_name": "telnet.example.com."},
    "a server key that is not for signing": {"certificates.server.key_usage": ["keyEncipherment"]},
}


def varied(changes: dict[str, Any]) -> Scenario:
    """The good handshake with these changes."""
    return Scenario().but(changes)
