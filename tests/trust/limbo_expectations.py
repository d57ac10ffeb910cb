"""x509-limbo under our profiles: which check decides, and each difference with the rule that it rests on.

``DECISIVE`` has, for every case that must be refused, the check that its description is about, as ``strict``
finds it. Reviewed against the descriptions. Where a case cannot be refused for its own reason, the note says
why.
"""

from __future__ import annotations

# A field of the trusted certificate itself is not encoded as prescribed, as the description says.
MISENCODED_ANCHOR = {
    "rfc5280::nc::invalid-dnsname-wildcard",
    "rfc5280::nc::invalid-ipv4-address",
    "rfc5280::nc::invalid-ipv6-address",
}

DECISIVE = {
    "crl::revoked-certificate-with-crl": "revocation",
    "crl::crlnumber-missing": "revocation",
    "crl::crlnumber-critical": "revocation",
    "crl::issuer-missing-crlsign": "revocation",
    "cve::cve-2025-61727": "name-constraints",
    "cve::cve-2025-61727-nc-permits-variant": "name-constraints",
    "invalid::invalid-issuer-key": "key-strength",  # the issuer's key is no key at all
    "pathlen::intermediate-pathlen-too-long": "path-length",
    "pathlen::intermediate-violates-pathlen-0": "path-length",
    "pathlen::max-chain-depth-0-exhausted": "chain-depth",
    "pathlen::max-chain-depth-1-exhausted": "chain-depth",
    "pathological::intermediate-cycle-distinct-cas": "trust-anchor",
    "pathological::intermediate-cycle-distinct-cas-max-depth": "trust-anchor",
    "pathological::intermediate-cycle-same-logical-ca": "trust-anchor",
    "pathological::nc-dos-1": "name-constraints",
    "pathological::nc-dos-2": "name-constraints",
    "pathological::pathological-chain-distinct-subject-distinct-key": "trust-anchor",
    "pathological::pathological-chain-distinct-subject-same-key": "trust-anchor",
    "pathological::pathological-chain-same-subject-distinct-key": "trust-anchor",
    "pathological::pathological-chain-same-subject-same-key": "trust-anchor",
    "rfc5280::aki::critical-aki": "authority-key-identifier",
    "rfc5280::aki::cross-signed-root-missing-aki": "authority-key-identifier",
    "rfc5280::aki::intermediate-missing-aki": "authority-key-identifier",
    "rfc5280::aki::leaf-missing-aki": "authority-key-identifier",
    "rfc5280::ca-as-leaf-wrong-san": "server-name",
    "rfc5280::ca-empty-subject": "distinguished-names",
    "rfc5280::chain-untrusted-root": "trust-anchor",
    "rfc5280::duplicate-extensions": "readable",  # two extensions of one kind cannot be told apart
    "rfc5280::ee-critical-aia-invalid": "extension-rules",
    "rfc5280::ee-empty-issuer": "distinguished-names",
    "rfc5280::eku::ee-eku-empty": "readable",  # the list must have an entry, says its ASN.1
    "rfc5280::eku::ee-wrong-eku": "extended-key-usage",
    # The vector leaves the intermediate CA out that its description is about.
    "rfc5280::ica-ku-keycertsign": "trust-anchor",
    "rfc5280::intermediate-ca-missing-basic-constraints": "trust-anchor",
    "rfc5280::intermediate-ca-without-ca-bit": "basic-constraints",
    "rfc5280::leaf-ku-keycertsign": "extension-rules",
    "rfc5280::mismatching-signature-algorithm": "signature-algorithm",
    "rfc5280::nc::excluded-dn-match": "name-constraints",
    "rfc5280::nc::excluded-dn-match-sub-mismatch": "name-constraints",
    "rfc5280::nc::excluded-dns-match": "name-constraints",
    "rfc5280::nc::excluded-dns-match-second": "name-constraints",
    "rfc5280::nc::excluded-ipv4-match": "name-constraints",
    "rfc5280::nc::excluded-ipv6-match": "name-constraints",
    "rfc5280::nc::excluded-match-permitted-and-excluded": "name-constraints",
    "rfc5280::nc::excluded-self-issued-leaf": "name-constraints",
    "rfc5280::nc::intermediate-with-san-rejected-by-intermediate-nc": "name-constraints",
    "rfc5280::nc::intermediate-with-san-rejected-by-root-nc": "name-constraints",
    "rfc5280::nc::invalid-dnsname-leading-period": "name-constraints",
    "rfc5280::nc::invalid-dnsname-wildcard": "extension-rules",
    "rfc5280::nc::invalid-email-address": "name-constraints",
    "rfc5280::nc::invalid-ipv4-address": "extension-rules",
    "rfc5280::nc::invalid-ipv6-address": "extension-rules",
    "rfc5280::nc::nc-forbids-dnsname-wildcard-san": "name-constraints",
    "rfc5280::nc::nc-forbids-othername": "name-constraints",
    "rfc5280::nc::nc-permits-email-literal-asterisk-rejects-subdomain": "name-constraints",
    "rfc5280::nc::nc-permits-email-literal-asterisk-rejects-user": "name-constraints",
    "rfc5280::nc::nc-permits-email-literal-double-asterisk-rejects-single": "name-constraints",
    "rfc5280::nc::nc-permits-invalid-dns-san": "subject-alternative-name",
    "rfc5280::nc::nc-permits-invalid-email-san": "subject-alternative-name",
    "rfc5280::nc::nc-permits-invalid-ip-san": "subject-alternative-name",
    "rfc5280::nc::not-allowed-in-ee-critical": "extension-rules",
    "rfc5280::nc::not-allowed-in-ee-noncritical": "extension-rules",
    "rfc5280::nc::permitted-dn-match-subject-san-mismatch": "name-constraints",
    "rfc5280::nc::permitted-dn-mismatch": "name-constraints",
    "rfc5280::nc::permitted-dns-match-noncritical": "extension-rules",
    "rfc5280::nc::permitted-dns-mismatch": "name-constraints",
    "rfc5280::nc::permitted-ip-mismatch": "name-constraints",
    "rfc5280::nc::restrictive-permits-in-intermediates-narrows": "name-constraints",
    "rfc5280::nc::restrictive-permits-in-intermediates-widens": "name-constraints",
    "rfc5280::pc::ica-noncritical-pc": "extension-rules",
    "rfc5280::root-inconsistent-ca-extensions": "extension-rules",  # its keyUsage has no bit
    "rfc5280::root-missing-basic-constraints": "basic-constraints",
    "rfc5280::root-non-critical-basic-constraints": "extension-rules",
    "rfc5280::san::ip-in-dns": "subject-alternative-name",
    "rfc5280::san::malformed": "readable",
    "rfc5280::san::noncritical-with-empty-subject": "subject-alternative-name",
    "rfc5280::san::underscore-dns": "subject-alternative-name",
    "rfc5280::serial::negative": "serial-number",
    "rfc5280::serial::too-long": "serial-number",
    "rfc5280::serial::zero": "serial-number",
    "rfc5280::ski::critical-ski": "subject-key-identifier",
    "rfc5280::ski::intermediate-missing-ski": "subject-key-identifier",
    "rfc5280::ski::root-missing-ski": "subject-key-identifier",
    "rfc5280::unknown-critical-extension-ee": "critical-extensions",
    "rfc5280::unknown-critical-extension-intermediate": "critical-extensions",
    "rfc5280::unknown-critical-extension-root": "critical-extensions",
    "rfc5280::validity::expired-1-second": "validity",
    "rfc5280::validity::expired-5-seconds": "validity",
    "rfc5280::validity::expired-intermediate": "validity",
    "rfc5280::validity::expired-leaf": "validity",
    "rfc5280::validity::expired-root": "validity",
    "rfc5280::validity::not-yet-valid-1-second": "validity",
    "rfc5280::validity::not-yet-valid-5-seconds": "validity",
    "rfc5280::validity::notbefore-fractional": "validity",
}

_ANCHOR = "§6.1: the trust anchor is not part of the path"
_ANCHOR_NAMES = "§6.1: name constraints of the trust anchor are no input (RFC 5937 adds them)"
# Cases that ``rfc5280`` accepts and limbo refuses: what limbo demands, and where RFC 5280 has it. Path
# validation demands none of it: it is a duty of the CA that issues, or about the trust anchor.
ACCEPTED_BY_RFC5280 = {
    "crl::crlnumber-missing": "§5.2.3: a conforming issuer includes it in every list",
    "crl::crlnumber-critical": "§5.2.3: a conforming issuer marks it non-critical",
    "pathological::nc-dos-1": _ANCHOR_NAMES,
    "pathological::nc-dos-2": _ANCHOR_NAMES,
    "rfc5280::aki::critical-aki": "§4.2.1.1: a conforming CA marks it non-critical",
    "rfc5280::aki::leaf-missing-aki": "§4.2.1.1: a conforming CA includes the key identifier",
    "rfc5280::aki::intermediate-missing-aki": "§4.2.1.1: a conforming CA includes the key identifier",
    "rfc5280::aki::cross-signed-root-missing-aki": "§4.2.1.1: a conforming CA includes the key identifier",
    "rfc5280::nc::permitted-dns-match-noncritical": "§4.2.1.10: a conforming CA marks it critical",
    "rfc5280::nc::excluded-dns-match-second": _ANCHOR_NAMES,
    "rfc5280::nc::permitted-ip-mismatch": _ANCHOR_NAMES,
    "rfc5280::nc::excluded-ipv4-match": _ANCHOR_NAMES,
    "rfc5280::nc::excluded-ipv6-match": _ANCHOR_NAMES,
    "rfc5280::nc::excluded-self-issued-leaf": _ANCHOR_NAMES,
    "rfc5280::nc::excluded-match-permitted-and-excluded": _ANCHOR_NAMES,
    "rfc5280::nc::invalid-dnsname-leading-period": _ANCHOR_NAMES,
    **dict.fromkeys(sorted(MISENCODED_ANCHOR), _ANCHOR),
    "rfc5280::nc::invalid-email-address": _ANCHOR_NAMES,
    "rfc5280::nc::intermediate-with-san-rejected-by-root-nc": _ANCHOR_NAMES,
    "rfc5280::nc::not-allowed-in-ee-noncritical": "§4.2.1.10: only in a CA certificate",
    "rfc5280::nc::not-allowed-in-ee-critical": "§4.2.1.10: only in a CA certificate",
    "rfc5280::pc::ica-noncritical-pc": "§4.2.1.11: a conforming CA marks it critical",
    "rfc5280::san::noncritical-with-empty-subject": "§4.2.1.6: critical if the subject is empty",
    "rfc5280::san::underscore-dns": "§4.2.1.6: the preferred name syntax",
    "rfc5280::serial::too-long": "§4.1.2.2: a conforming CA uses at most 20 octets",
    "rfc5280::serial::zero": "§4.1.2.2: the CA makes it positive",
    "rfc5280::ski::critical-ski": "§4.2.1.2: a conforming CA marks it non-critical",
    "rfc5280::ski::root-missing-ski": "§4.2.1.2: in all conforming CA certificates",
    "rfc5280::ski::intermediate-missing-ski": "§4.2.1.2: in all conforming CA certificates",
    "rfc5280::validity::expired-root": _ANCHOR,
    "rfc5280::ca-empty-subject": "§4.1.2.6: the subject of a CA is not empty",
    "rfc5280::unknown-critical-extension-root": _ANCHOR,
    "rfc5280::root-missing-basic-constraints": _ANCHOR,
    "rfc5280::root-non-critical-basic-constraints": _ANCHOR,
    "rfc5280::root-inconsistent-ca-extensions": _ANCHOR,
    "rfc5280::leaf-ku-keycertsign": "§4.2.1.3: keyCertSign only beside cA=TRUE",
    "rfc5280::ee-critical-aia-invalid": "§4.2.2.1: a conforming CA marks it non-critical",
}

_COPY = "BR 7.1.4.3: a common name copies a subjectAltName entry; webpki::cn::not-in-san demands it"
_NO_CA = "BR 7.1.2.7.8: a leaf is no CA; webpki::ca-as-leaf demands it"
# Cases of limbo's RFC 5280 part in which ``webpki`` decides otherwise than limbo expects, on the ground of a
# rule that limbo's own WebPKI part asks for.
OTHERWISE_IN_WEBPKI = {
    "pathlen::validation-ignores-pathlen-in-leaf": _NO_CA,
    "rfc5280::ca-as-leaf": _NO_CA,
    "rfc5280::eku::ee-without-eku": "BR 7.1.2.7.10: purposes; webpki::eku::ee-without-eku demands it",
    "rfc5280::nc::permitted-dns-match-noncritical": (
        "BR 7.1.2.5.2: need not be critical; webpki::nc::permitted-dns-match-noncritical demands it"
    ),
    "rfc5280::nc::permitted-dns-match-more": _COPY,
    "rfc5280::nc::permitted-ipv4-match": _COPY,
    "rfc5280::nc::permitted-ipv6-match": _COPY,
    "rfc5280::nc::permitted-dn-match": _COPY,
}
# Only servers' names are bound by the Baseline Requirements.
OF_SERVERS_ONLY = {name for name, reason in OTHERWISE_IN_WEBPKI.items() if reason is _COPY}

# The same in limbo's WebPKI part: three cases that have a common name of another spelling or kind.
OTHERWISE_IN_ITS_OWN_PART = {
    "webpki::nc::nc-permits-dns-san-pattern": _COPY,
    "webpki::san::exact-localhost-ip-san": _COPY,
    "webpki::san::leftmost-wildcard-san": _COPY,
}
# Cases of that part that ``rfc5280`` accepts and limbo refuses, by the section of the Baseline Requirements.
WEBPKI_ALONE = {
    "webpki::aki::root-with-aki-missing-keyidentifier": "7.1.2.1.3",
    "webpki::aki::root-with-aki-all-fields": "7.1.2.1.3",
    "webpki::aki::root-with-aki-ski-mismatch": "7.1.2.1.3",
    "webpki::cn::ipv4-hex-mismatch": "7.1.4.3",
    "webpki::cn::ipv4-leading-zeros-mismatch": "7.1.4.3",
    "webpki::cn::ipv6-uppercase-mismatch": "7.1.4.3",
    "webpki::cn::ipv6-uncompressed-mismatch": "7.1.4.3",
    "webpki::cn::ipv6-non-rfc5952-mismatch": "7.1.4.3",
    "webpki::cn::punycode-not-in-san": "7.1.4.3",
    "webpki::cn::utf8-vs-punycode-mismatch": "7.1.4.3",
    "webpki::cn::not-in-san": "7.1.4.3",
    "webpki::cn::case-mismatch": "7.1.4.3",
    "webpki::eku::ee-anyeku": "7.1.2.7.10",
    "webpki::eku::ee-critical-eku": "7.1.2.7.6",
    "webpki::eku::ee-without-eku": "7.1.2.7.10",
    "webpki::eku::root-has-eku": "7.1.2.1.2",
    "webpki::san::public-suffix-multi-label-wildcard-san": "3.2.2.6",
    "webpki::san::public-suffix-private-namespace-wildcard-san": "3.2.2.6",
    "webpki::san::san-critical-with-nonempty-subject": "7.1.2.7.12",
    "webpki::forbidden-p192-root": "7.1.3.1",
    "webpki::forbidden-p192-leaf": "7.1.3.1",
    "webpki::forbidden-weak-rsa-key-in-root": "6.1.5",
    "webpki::forbidden-weak-rsa-in-leaf": "6.1.5",
    "webpki::forbidden-rsa-not-divisible-by-8-in-root": "6.1.5",
    "webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf": "6.1.5",
    "webpki::ee-basicconstraints-ca": "7.1.2.7.8",
    "webpki::ca-as-leaf": "7.1.2.7.8",
    "webpki::aki::root-with-aki-authoritycertissuer": "7.1.2.1.3",
    "webpki::aki::root-with-aki-authoritycertserialnumber": "7.1.2.1.3",
    "webpki::nc::intermediate-permitted-excluded-subtrees-both-null": "7.1.2.5.2",
    "webpki::nc::intermediate-permitted-excluded-subtrees-both-empty-sequences": "7.1.2.5.2",
    "webpki::malformed-aia": "7.1.2.7.7",
}
