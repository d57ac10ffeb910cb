"""A CA, a certificate of it, and OCSP answers that are good but for one thing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from simulator.pki.issuing import Issued, Issuer
from simulator.pki.key_types import KeyType
from simulator.pki.ocsp.answer import SingleAnswer
from simulator.pki.ocsp.certificate_id import CertificateId, identify
from simulator.pki.ocsp.writing import write_ocsp_answer, write_ocsp_error
from tests.pki.samples import contents, key, root

if TYPE_CHECKING:
    from collections.abc import Mapping

# `openssl ocsp` compares the times of an answer with the machine's clock, so answers are made for its now.
MACHINE_NOW = datetime.now(UTC).replace(microsecond=0)
HOUR, YEAR = timedelta(hours=1), timedelta(days=365)
SPAN = {"not_before": MACHINE_NOW - YEAR, "not_after": MACHINE_NOW + YEAR}
NONCE = bytes(range(16))


class Hierarchy(NamedTuple):
    """A CA, a leaf of it, and responders: one appointed, one without the purpose, one expired."""

    ca: Issuer
    leaf: Issued
    responder: Issued
    without_purpose: Issued
    expired: Issued

    @property
    def asked(self) -> CertificateId:
        """The name of the leaf in OCSP."""
        return identify(self.leaf.certificate, self.ca.own.certificate)


@cache
def hierarchy(kind: KeyType = KeyType.P256, subject: str = "CN=Root,O=Example") -> Hierarchy:
    """A hierarchy whose CA has a key of that kind, valid around the machine's now."""
    ca = root(kind, subject, **SPAN)

    def below(name: str, number: int, **changes: Any) -> Issued:
        wanted = contents(f"CN={name}", "client", serial_number=number, **{**SPAN, **changes})
        return ca.issue(key(KeyType.P256, f"{subject}/{name}"), wanted)

    return Hierarchy(
        ca,
        below("alice", 4712),
        below("responder", 4713, extended_key_usage=("OCSPSigning",)),
        below("not appointed", 4714),
        below(
            "retired", 4715, extended_key_usage=("OCSPSigning",), not_after=MACHINE_NOW - timedelta(days=1)
        ),
    )


def single(status: str = "good", **changes: Any) -> SingleAnswer:
    """An answer about the leaf, an hour old and good for another."""
    usual = {
        "certificate": hierarchy().asked,
        "status": status,
        "this_update": MACHINE_NOW - HOUR,
        "next_update": MACHINE_NOW + HOUR,
    }
    if status == "revoked":
        usual |= {"revoked_at": MACHINE_NOW - 2 * HOUR, "reason": "keyCompromise"}
    return SingleAnswer(**{**usual, **changes})


def answer(about: SingleAnswer | None = None, signer: Issued | None = None, **changes: Any) -> bytes:
    """An answer for the leaf, signed by its CA an hour ago."""
    usual = {"produced_at": MACHINE_NOW - HOUR, **changes}
    return write_ocsp_answer([about or single()], signer or hierarchy().ca.own, **usual)


@cache
def odd_answers() -> Mapping[str, bytes]:
    """Answers by what is odd about them; each key is a row of the tests."""
    good, other = hierarchy(), hierarchy(subject="CN=Other,O=Example")

    def by(signer: Issued) -> bytes:
        return answer(signer=signer, certificates=(signer.certificate,))

    return {
        "good": answer(),
        "good, by key": answer(by_key=True),
        "good, appointed responder": by(good.responder),
        "revoked": answer(single("revoked")),
        "revoked without a reason": answer(single("revoked", reason=None)),
        "unknown": answer(single("unknown")),
        "without nextUpdate": answer(single(next_update=None)),
        "out of date": answer(single(next_update=MACHINE_NOW - HOUR)),
        "within tolerance": answer(single(next_update=MACHINE_NOW - timedelta(seconds=120))),
        "from tomorrow": answer(
            single(this_update=MACHINE_NOW + 24 * HOUR, next_update=MACHINE_NOW + 48 * HOUR)
        ),
        "next before this": answer(single(this_update=MACHINE_NOW, next_update=MACHINE_NOW - HOUR / 60)),
        "another certificate": answer(
            single(certificate=identify(good.responder.certificate, good.ca.own.certificate))
        ),
        "another hash": answer(
            single(certificate=identify(good.leaf.certificate, good.ca.own.certificate, "sha256"))
        ),
        "responder without the purpose": by(good.without_purpose),
        "responder of another CA": by(other.responder),
        "expired responder": by(good.expired),
        "another CA": by(other.ca.own),
        "unnamed responder": answer(signer=good.responder),
        "another key": answer(signer=Issued(good.ca.own.certificate, (), key(KeyType.P256, "another key"))),
        "tryLater": write_ocsp_error("tryLater"),
        "unauthorized": write_ocsp_error("unauthorized"),
        "malformedRequest": write_ocsp_error("malformedRequest"),
        "internalError": write_ocsp_error("internalError"),
        "sigRequired": write_ocsp_error("sigRequired"),
        "garbage": b"<html>It works!</html>",
    }
