"""Trust anchors and old forms as OpenSSL has them: error number, alert in a handshake, and our sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.pki.stores import TrustStore
from simulator.trust.judge import judge
from simulator.trust.policy import TrustPolicy
from tests.played import for_each
from tests.trust.handshakes import MACHINE_NOW, openssl_alert
from tests.trust.openssl_verify import openssl_verify
from tests.trust.small_pkis import Draft, signed
from tests.trust.worlds import HOST, NOW, Issued, key

if TYPE_CHECKING:
    from datetime import datetime

    from simulator.pki.certificate import Certificate

NO_CONSTRAINTS = {"ca_flag": None}


@dataclass(frozen=True)
class Case:
    """A root, an intermediate and a leaf with changes, and what comes of it.

    Attributes:
        number: OpenSSL's error number, or 0.
        says: a part of the sentence of our decisive check, or of its basicConstraints line if accepted.
        root, middle, leaf: changes of the three.
        trusts: the certificates in the store.
        sends: the certificates that are sent, besides the leaf.
    """

    number: int
    says: str
    root: dict[str, Any] = field(default_factory=dict)
    middle: dict[str, Any] = field(default_factory=dict)
    leaf: dict[str, Any] = field(default_factory=dict)
    trusts: tuple[str, ...] = ("root",)
    sends: tuple[str, ...] = ("middle",)


CASES = {
    "root of version 1": Case(0, "it is a self-signed version 1 certificate", root={"version_1": True}),
    "root with keyCertSign alone": Case(
        0, "its key usage says keyCertSign", root=NO_CONSTRAINTS | {"key_usage": "certificates"}
    ),
    "root with Netscape's SSL CA alone": Case(
        0, "its Netscape certificate type says SSL CA", root=NO_CONSTRAINTS | {"netscape": 0x04}
    ),
    "root with Netscape's S/MIME CA alone": Case(
        26, "allows S/MIME CA, not SSL CA", root=NO_CONSTRAINTS | {"netscape": 0x02}
    ),
    "root that does not say CA": Case(
        79, "Root is in the trust store, but cannot be used as a CA", root=NO_CONSTRAINTS
    ),
    "root that says it is no CA": Case(
        79, "Root is in the trust store, but cannot be used as a CA", root={"ca_flag": False}
    ),
    "intermediate of version 1": Case(79, "does not say that it is a CA", middle={"version_1": True}),
    "intermediate with keyCertSign alone": Case(
        79, "does not say that it is a CA", middle=NO_CONSTRAINTS | {"key_usage": "certificates"}
    ),
    "root whose authority key identifier names another key": Case(
        2,
        "Root is trusted, but does not count as self-signed: the authority key identifier",
        root={"authority_key": "other"},
    ),
    "intermediate whose authority key identifier names another key": Case(
        20,
        "A certificate of that name is in the trust store, but the authority key identifier of Middle names",
        middle={"authority_key": "other"},
    ),
    "trusted intermediate whose issuer was only sent": Case(
        2,
        "its issuer CN=Root was sent, but is not in the trust store",
        trusts=("middle",),
        sends=("middle", "root"),
    ),
    "trusted intermediate without its issuer": Case(
        2, "its issuer CN=Root was not found", trusts=("middle",), sends=()
    ),
    "root that was sent and is not trusted": Case(
        19, "which is self-signed and not trusted", trusts=(), sends=("middle", "root")
    ),
    "nothing trusted": Case(20, "neither sent nor held", trusts=()),
    "explicit curve of the leaf": Case(94, "writes out the parameters", leaf={"explicit_curve": True}),
    "explicit curve of the intermediate": Case(94, "writes out the", middle={"explicit_curve": True}),
    "explicit curve of the root": Case(94, "writes out the parameters", root={"explicit_curve": True}),
    "Netscape type for servers": Case(26, "allows SSL server, not SSL client", leaf={"netscape": 0x40}),
    "Netscape type for clients": Case(0, "Middle is a CA", leaf={"netscape": 0x80}),
    "proxy certificate": Case(40, "is a proxy certificate", leaf={"proxy": True, "alternative_name": False}),
    "proxy certificate with an alternative name": Case(
        20, "cannot be part of a path: its proxyCertInfo says", leaf={"proxy": True}
    ),
    "another algorithm outside": Case(
        7, "is not the one outside", leaf={"algorithm_outside": "1.2.840.10045.4.3.3"}
    ),
}

# A context does not load the first, and cannot be filled with an empty store.
NOT_SHOWN = (
    "proxy certificate with an alternative name",
    "nothing trusted",
    "root that was sent and is not trusted",
)


def issued(case: Case, moment: datetime = NOW) -> Issued:
    """The certificates of a case, valid around a moment."""
    root, middle = (
        Draft("CN=Root", key("root"), True, 1, ca_flag=True),
        Draft("CN=Middle", key("inter"), True, 2),
    )
    middle.ca_flag = True
    leaf = Draft(f"CN={HOST}", key("leaf"), False, 3)
    for draft, changes in ((root, case.root), (middle, case.middle), (leaf, case.leaf)):
        for name, value in changes.items():
            setattr(draft, name, value)
    made: dict[str, Certificate] = {"root": signed(root, root, None, moment)}
    made["middle"] = signed(middle, root, made["root"], moment)
    chain = (signed(leaf, middle, made["middle"], moment), *(made[name] for name in case.sends))
    return Issued("client", chain, tuple(made[name] for name in case.trusts), key("leaf"))


@for_each("name", CASES)
def test_openssls_number_and_our_sentence(name: str) -> None:
    """OpenSSL reports the number, our verdict agrees, and its sentence says what stands in the way."""
    case = CASES[name]
    world = issued(case)
    assert openssl_verify(world.chain, world.trusted, NOW).error == case.number
    for store in (TrustStore(world.trusted), TrustStore.of(world.trusted)):
        verdict = judge(world.presented, TrustPolicy("client", store), NOW, tls="1.3")
        lines = [verdict.decisive] if verdict.decisive else list(verdict.checks)
        assert verdict.accepted == (case.number == 0)
        assert any(case.says in line.sentence for line in lines), lines


@for_each("tls", ["1.2", "1.3"])
@for_each("name", [name for name in CASES if name not in NOT_SHOWN])
def test_openssls_alert(name: str, tls: str) -> None:
    """In a handshake OpenSSL's server sends the alert that our verdict has."""
    case = CASES[name]
    world = issued(case, MACHINE_NOW)
    ours = judge(world.presented, world.policy(), MACHINE_NOW, tls=tls).alert  # type: ignore[arg-type]
    assert ours == openssl_alert(world, tls)
