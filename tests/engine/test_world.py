import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from simulator.actors import authority
from simulator.actors.authority import SEED_MARK
from simulator.engine.enrolment import enrol
from simulator.engine.preparation import KEPT_PREPARATIONS, KEPT_SCENARIOS, episodes_of
from simulator.engine.world import Holding, World, issue_world
from simulator.entropy import SeededEntropy
from simulator.errors import ScenarioError
from simulator.pki.bundles import load_certificates
from simulator.pki.certificate import Certificate
from simulator.pki.key_files import load_private_key
from simulator.pki.keys import KeyType, PrivateKey
from simulator.runs.files import write_private_file, write_public_file
from simulator.scenario import CertificateSetup, ClientSetup, Scenario, ServerSetup, good_certificates
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.schedule.episodes import episodes
from tests.peers import ROOT
from tests.pki.samples import KEY_TYPES, openssl

SEED = SeededEntropy("1")
REMEMBERED = (
    authority.certification_request,
    authority.self_signed,
    authority._certified,
    authority._made,
)
RELEASE_DIGEST = "71885d28d097e3abbd8a28e9f4d92873f0abb03c2196dfe1c52740977bb1921f"


def changed(certificates: dict[str, CertificateSetup] | None = None, **parts: object) -> Scenario:
    """The good handshake with certificates added or replaced, and other parts changed."""
    return replace(Scenario(), certificates={**good_certificates(), **(certificates or {})}, **parts)  # type: ignore[arg-type]  # any part of a scenario


def with_intermediate() -> Scenario:
    """Alice's certificate comes from an intermediate CA that the server does not hold."""
    return changed(
        {
            "client-issuing-ca": CertificateSetup("CN=Issuing CA", "ca", "client-ca", path_length=0),
            "alice": CertificateSetup("CN=alice", "client", "client-issuing-ca"),
        }
    )


def chain(holding: Holding) -> tuple[Certificate, ...]:
    """The certificates that a side presents, leaf first."""
    return tuple(Certificate.parse(der) for der in holding.credentials[0].chain)


def public(private_key: PrivateKey) -> bytes:
    """The public half of a key, for comparing."""
    return private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def forget() -> None:
    """Empty every cache of the process, as in a fresh one."""
    for remembered in REMEMBERED:
        remembered.cache_clear()


def signed() -> int:
    """How often a key has signed in this process."""
    return sum(remembered.cache_info().misses for remembered in REMEMBERED)


def every_kind() -> Scenario:
    """A world with every kind of key, both ways of delivery and an intermediate."""
    return changed(
        {
            "client-ca": CertificateSetup("CN=Client CA", "ca", "client-ca", KeyType.RSA2048),
            "middle": CertificateSetup("CN=Middle", "ca", "client-ca", KeyType.P384),
            "alice": CertificateSetup("CN=alice", "client", "middle", KeyType.ED25519, delivery="pkcs12"),
            "old": CertificateSetup("CN=old", "client", "client-ca", KeyType.RSA1024),
        },
        server=ServerSetup(trusts=("client-ca", "old")),
    )


def digest_of(world: World) -> str:
    """One number for all files of a world: certificates, requests and keys."""
    digest = hashlib.sha256()
    for file in world.files():
        digest.update(f"{file.name} {len(file.data)}\n".encode() + file.data)
    return digest.hexdigest()


def test_the_good_handshake_has_its_four_certificates() -> None:
    """Root and leaf on each side, from different CAs, each side trusting the other's."""
    world = issue_world(Scenario(), SEED)
    assert set(world.issued) == {"client-ca", "alice", "server-ca", "server"}
    assert chain(world.client) == (world["alice"].certificate,)
    assert chain(world.server) == (world["server"].certificate,)
    assert world.client.store.authorities == (world["server-ca"].certificate,)
    assert world.server.store.authorities == (world["client-ca"].certificate,)
    assert world["client-ca"].certificate.self_signed
    assert world["alice"].certificate.signature_problem(world["client-ca"].certificate) is None
    assert world["server"].certificate.subject_alternative_name is not None
    assert world["alice"].certificate.subject_alternative_name is None
    assert world.name_of(world["server"].certificate) == "server"
    assert public(world.client.credentials[0].private_key) == world["alice"].certificate.public_key_info


def test_every_seeded_ca_is_marked_and_so_is_what_it_signs() -> None:
    """A CA's name says that its keys are no secret, unless asked for without; a leaf's name is its own."""
    scenario = with_intermediate()
    marked, plain = issue_world(scenario, SEED), issue_world(scenario, SEED, marked=False)
    for name, issued in marked.issued.items():
        setup = scenario.certificates[name]
        mark = f",{SEED_MARK}" if setup.role == "ca" else ""
        assert issued.certificate.subject == setup.subject + mark
        assert issued.certificate.issuer.endswith(SEED_MARK)
        assert plain[name].certificate.subject == setup.subject


def test_nothing_is_issued_that_the_scenario_does_not_use() -> None:
    """A certificate that nobody holds, sends, trusts or names is not made; issuers of used ones are."""
    extra = {
        "unused": CertificateSetup("CN=unused", "client", "client-ca"),
        "other-ca": CertificateSetup("CN=Other", "ca", "other-ca"),
        "other": CertificateSetup("CN=other", "ca", "other-ca"),
        "hinted": CertificateSetup("CN=hinted", "ca", "hinted"),
        "held": CertificateSetup("CN=held", "ca", "client-ca"),
    }
    server = ServerSetup(trusts=("other",), ca_list=("hinted",), holds=("held",))
    world = issue_world(changed(extra, server=server, client=ClientSetup(certificate=None)), SEED)
    assert set(world.issued) == {"server-ca", "server", "other-ca", "other", "hinted", "client-ca", "held"}
    assert world.server.authorities == (world["hinted"].certificate,)
    assert world.server.held == (world["held"].certificate,)
    assert (world.client.names, world.client.credentials) == ((), ())


def test_a_chain_is_leaf_and_intermediates_or_what_the_scenario_sends() -> None:
    """By default the root stays at home; an explicit list is presented as it is."""
    scenario = with_intermediate()
    world = issue_world(scenario, SEED)
    assert chain(world.client) == (world["alice"].certificate, world["client-issuing-ca"].certificate)
    everything = ("alice", "client-ca", "client-issuing-ca")
    sends = replace(scenario, client=ClientSetup(sends=everything))
    assert chain(issue_world(sends, SEED).client) == tuple(world[name].certificate for name in everything)
    bare = replace(scenario, client=ClientSetup(sends=("alice",)))
    assert chain(issue_world(bare, SEED).client) == (world["alice"].certificate,)


def test_a_thief_has_another_key_of_the_same_type() -> None:
    """Without the certificate's own key the client signs with a different one of its type."""
    for key_type in KEY_TYPES:
        alice = {"alice": CertificateSetup("CN=alice", "client", "client-ca", key_type)}
        world = issue_world(changed(alice, client=ClientSetup(holds_key=False)), SEED)
        assert public(world.client.credentials[0].private_key) != world["alice"].certificate.public_key_info
        assert type(world.client.credentials[0].private_key) is type(world["alice"].private_key)
        assert public(world["alice"].private_key) == world["alice"].certificate.public_key_info


def test_delivery_decides_whether_there_is_a_request() -> None:
    """A client that made its own key sent a request; one that was handed a PKCS#12 did not."""
    pkcs12 = {"alice": CertificateSetup("CN=alice", "client", "client-ca", delivery="pkcs12")}
    by_request, handed = issue_world(Scenario(), SEED), issue_world(changed(pkcs12), SEED)
    assert by_request["alice"].request is not None
    assert handed["alice"].request is None
    assert by_request["client-ca"].request is None
    assert handed["alice"].certificate == by_request["alice"].certificate


def test_a_store_sorts_by_the_role_the_scenario_gives() -> None:
    """A leaf in a trust store is trusted for itself alone."""
    self_signed = {"partner": CertificateSetup("CN=partner", "client", "partner")}
    world = issue_world(changed(self_signed, server=ServerSetup(trusts=("partner", "client-ca"))), SEED)
    assert world.server.store.directly_trusted == (world["partner"].certificate,)
    assert world.server.store.authorities == (world["client-ca"].certificate,)
    assert world["partner"].certificate.self_signed


def test_a_setup_can_replace_and_leave_out_extensions() -> None:
    """None is the role's default and an empty tuple is absence."""
    alice = CertificateSetup("CN=alice", "client", "client-ca", key_usage=(), extended_key_usage=())
    bare = issue_world(changed({"alice": alice}), SEED)["alice"].certificate
    assert (bare.key_usage, bare.extended_key_usage) == (None, None)
    wrong = replace(alice, key_usage=("keyEncipherment",), extended_key_usage=("serverAuth",))
    other = issue_world(changed({"alice": wrong}), SEED)["alice"].certificate
    assert (other.key_usage, other.extended_key_usage) == (frozenset({"keyEncipherment"}), ("serverAuth",))


def test_a_leaf_can_play_the_authority() -> None:
    """A certificate issued by a leaf is made as asked; refusing it is the verifier's business."""
    forged = {"mallory": CertificateSetup("CN=mallory", "client", "alice")}
    world = issue_world(changed(forged, client=ClientSetup(certificate="mallory")), SEED)
    assert chain(world.client) == (world["mallory"].certificate, world["alice"].certificate)
    assert world["mallory"].certificate.signature_problem(world["alice"].certificate) is None


def test_one_certificate_does_not_depend_on_the_others() -> None:
    """Adding certificates, and changing what is in one, leaves every other key and certificate alone."""
    plain = issue_world(Scenario(), SEED)
    expired = {"alice": CertificateSetup("CN=alice", "client", "client-ca", not_after=timedelta(days=-1))}
    other = issue_world(changed(expired), SEED)
    assert other["server"].certificate == plain["server"].certificate
    assert other["client-ca"].certificate == plain["client-ca"].certificate
    assert other["alice"].certificate != plain["alice"].certificate
    assert public(other["alice"].private_key) == public(plain["alice"].private_key)
    assert issue_world(Scenario(), SeededEntropy("2"))["alice"].certificate != plain["alice"].certificate


def test_issuing_again_costs_nothing() -> None:
    """The same certificate in a later world is the same object; nothing is signed a second time."""
    forget()
    first = issue_world(every_kind(), SEED)
    made = signed()
    again = issue_world(replace(every_kind(), name="another name"), SeededEntropy("1"))
    assert all(again[name].certificate is issued.certificate for name, issued in first.issued.items())
    assert signed() == made


def test_the_whole_catalogue_is_kept_ready() -> None:
    """Played in turn, in both versions, no connection of the catalogue is forgotten before it comes again."""
    connections = sum(len(episodes_of(scenario)) for scenario in catalogue.values())
    assert len(catalogue) <= KEPT_SCENARIOS
    assert 2 * connections <= KEPT_PREPARATIONS


def test_another_process_makes_the_same_bytes() -> None:
    """Certificates, requests and keys of a fresh process, with another hash seed, are equal to ours."""
    forget()
    code = "from tests.engine.test_world import *; print(digest_of(issue_world(every_kind(), SEED)))"
    environment = {**os.environ, "PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo"}
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == digest_of(issue_world(every_kind(), SEED))


def test_the_bytes_are_those_of_this_release() -> None:
    """All files of a world with every kind of key have the digest that was noted for this release."""
    forget()
    assert digest_of(issue_world(every_kind(), SEED)) == RELEASE_DIGEST


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (changed(client=ClientSetup(certificate="alicia")), "no certificate 'alicia'"),
        (changed(client=ClientSetup(trusts=("nobody",))), "no certificate 'nobody'"),
        (changed(server=ServerSetup(certificate="nobody")), "no certificate 'nobody'"),
        (changed(server=ServerSetup(sends=("server", "nobody"))), "no certificate 'nobody'"),
        (
            changed({"alice": CertificateSetup("CN=alice", "client", "nobody")}),
            "no certificate 'nobody', the issuer of certificate 'alice'",
        ),
        (
            changed(
                {
                    "alice": CertificateSetup("CN=alice", "client", "a"),
                    "a": CertificateSetup("CN=a", "ca", "b"),
                    "b": CertificateSetup("CN=b", "ca", "a"),
                }
            ),
            "issuers of certificate 'a' go in a circle. Got: a is issued by b is issued by a",
        ),
        (changed({"alice": CertificateSetup("alice", "client", "client-ca")}), "'alice' cannot be issued"),
        (changed({"alice": CertificateSetup("CN=a\\", "client", "client-ca")}), "'alice' cannot be issued"),
        (
            changed({"alice": CertificateSetup("CN=a", "client", "client-ca", key_usage=("sign",))}),
            "'alice' cannot be issued: There is no such key usage",
        ),
        (
            changed({"alice": replace(good_certificates()["alice"], not_after=timedelta(days=10**7))}),
            "'alice' cannot be issued",
        ),
        (
            changed({"alice": replace(good_certificates()["alice"], not_after=timedelta(days=-99))}),
            "'alice' cannot be issued",
        ),
    ],
)
def test_what_cannot_be_issued_is_named(scenario: Scenario, said: str) -> None:
    """Unknown names, circles, impossible contents are errors that name the certificate; at enrolment too."""
    for issuing in (
        issue_world,
        lambda scenario, entropy: enrol(World(scenario, entropy), *episodes(scenario)),
    ):
        with pytest.raises(ScenarioError) as raised:
            issuing(scenario, SEED)
        assert said in str(raised.value)
        assert raised.value.advice


@pytest.mark.parametrize("scenario", [Scenario(), with_intermediate(), every_kind()])
def test_the_files_work_with_openssl(scenario: Scenario, tmp_path: Path) -> None:
    """OpenSSL verifies each side's chain against the other side's trust store, from the files alone."""
    world = issue_world(scenario, SEED)
    for file in world.files():
        (write_private_file if file.is_private else write_public_file)(tmp_path / file.name, file.data)
    at = str(int(scenario.clock.timestamp()))
    for side, other in (("client", "server"), ("server", "client")):
        chain, trusted = tmp_path / f"{side}-chain.pem", tmp_path / f"{other}-trusts.pem"
        purpose = ("-purpose", f"ssl{side}", "-trusted", trusted, "-untrusted", chain)
        result = openssl("verify", "-attime", at, *purpose, chain)
        assert result.returncode == 0, result.stderr
        own = load_private_key((tmp_path / f"{side}-signs-with.key").read_bytes())
        assert public(own) == load_certificates(chain.read_bytes())[0].public_key_info
    request = tmp_path / "server.csr"
    assert b"verify OK" in openssl("req", "-verify", "-noout", "-in", request).stderr


def test_only_files_with_keys_are_private() -> None:
    """A file is called private exactly where a private key is inside."""
    for file in issue_world(every_kind(), SEED).files():
        assert file.is_private == (b"PRIVATE KEY" in file.data)


def test_secrets_do_not_show_in_a_representation() -> None:
    """Printing a world shows names and certificates and no key."""
    world = issue_world(Scenario(), SEED)
    assert "PrivateKey" not in repr(world)
    assert "PRIVATE" not in repr(world.files())


def cross_signed() -> Scenario:
    """The client's CA has a second certificate for its key, from an older CA."""
    return Scenario().but(
        {
            "certificates.client-ca.key": "P-384",
            "certificates.older-ca": {"role": "ca", "subject": "CN=Older CA"},
            "certificates.cross": {
                "role": "ca",
                "subject": "CN=Client CA",
                "issuer": "older-ca",
                "key_of": "client-ca",
            },
            "client.sends": ["alice", "cross"],
        }
    )


def test_a_cross_signed_certificate_has_the_key_of_another() -> None:
    """Both certificates of the CA hold one key and one name, so either verifies what the CA has issued."""
    world = issue_world(cross_signed(), SEED)
    own, cross, alice = (world[name].certificate for name in ("client-ca", "cross", "alice"))
    assert (cross.public_key_info, cross.subject_der) == (own.public_key_info, own.subject_der)
    assert cross.signature_problem(world["older-ca"].certificate) is None
    assert alice.signature_problem(own) is None
    assert alice.signature_problem(cross) is None
    assert chain(world.client) == (alice, cross)


def test_a_setup_says_with_which_hash_its_issuer_signs() -> None:
    """One certificate's signature changes and nothing else of the world; the issuer's key is the same."""
    plain = issue_world(Scenario(), SEED)
    world = issue_world(Scenario().but({"certificates.alice.signature_hash": "sha1"}), SEED)
    assert (world["alice"].certificate.signature_hash, plain["alice"].certificate.signature_hash) == (
        "sha1",
        "sha256",
    )
    assert world["alice"].certificate.signature_problem(world["client-ca"].certificate) is None
    assert world["client-ca"].certificate == plain["client-ca"].certificate


def test_a_ca_can_be_given_a_name_space() -> None:
    """Permitted and excluded names stand in a critical extension of that CA's certificate alone."""
    given = {"permitted_dns_names": ["example.org"], "excluded_dns_names": ["secret.example.org"]}
    world = issue_world(Scenario().but({"certificates.client-ca": given}), SEED)
    constraints = x509.load_der_x509_certificate(world["client-ca"].certificate.der).extensions
    found = constraints.get_extension_for_class(x509.NameConstraints)
    expected = x509.NameConstraints([x509.DNSName("example.org")], [x509.DNSName("secret.example.org")])
    assert (found.value, found.critical) == (expected, True)
    assert world["server-ca"].certificate.name_constraints is None


def test_a_client_may_hold_further_certificates() -> None:
    """Each comes with its chain and its own key, in the scenario's order, its first certificate apart."""
    changes = {
        "certificates.mid": {"role": "ca", "issuer": "client-ca"},
        "certificates.bob": {"role": "client", "issuer": "mid"},
        "certificates.carol.role": "client",
        "client.also_holds": ["bob", "carol"],
    }
    world = issue_world(Scenario().but(changes), SEED)
    assert world.client.names == ("alice", "bob", "carol")
    assert [own.chain for own in world.client.credentials[1:]] == [
        (world["bob"].certificate.der, world["mid"].certificate.der),
        (world["carol"].certificate.der,),
    ]
    for name, own in zip(world.client.names, world.client.credentials, strict=True):
        assert public(own.private_key) == world[name].certificate.public_key_info
    assert "PrivateKey" not in repr(world.client)


def test_keys_that_are_shared_are_shared_with_fresh_randomness_too() -> None:
    """A cross-signed certificate has its CA's key also where every draw of random bytes is another."""
    world = issue_world(cross_signed(), lambda label, length: os.urandom(length), marked=False)  # noqa: ARG005
    own, cross = (world[name].certificate for name in ("client-ca", "cross"))
    assert cross.public_key_info == own.public_key_info
    assert world["alice"].certificate.signature_problem(cross) is None
