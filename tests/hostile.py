"""What must hold whatever a peer sends, and the making of attacks at random."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from simulator.errors import CertificateError
from simulator.pki import der
from simulator.pki.issuing import Issuer
from simulator.tls.events import AlertSent
from simulator.tls.states import State
from simulator.tls.wire.annotate import annotate_handshake
from simulator.tls.wire.messages import encode_handshake
from simulator.tls.wire.records import ContentType
from simulator.trust.judge import judge
from simulator.trust.profiles import PROFILES
from simulator.trust.verdict import CheckOutcome, Verdict
from tests.attack import KINDS, PLAYS, Attack, Edit, apply
from tests.hostile_actors import ACTOR_PLAYS, BEHIND, of_actors, stream_of_actor
from tests.pki.made_files import PASSWORD, READERS, STEADY_FILES, steady_file
from tests.pki.samples import subordinate
from tests.tampering import Tampered, genuine, genuine_messages, genuine_stream
from tests.tls.machines import record_for
from tests.tls.probes import bend
from tests.trust.worlds import HOST, NOW, Issued, contents, key

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping, Sequence

    from simulator.tls.wire.version import Side, Version

INTERESTING = (0x00, 0x01, 0x7F, 0x80, 0xFF)
CONTENT_TYPES = tuple(ContentType)


def problem_of(attack: Attack) -> str | None:
    """What should not have happened; None where all is well. Never raises."""
    try:
        return PROPERTIES[attack.kind](attack)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def of_stream(attack: Attack) -> str | None:
    """Bytes were changed on the way: nobody is deceived about what was said."""
    pair = Tampered(attack)
    pair.play_on()
    honest = genuine(attack.version, attack.play)
    return of_agreement(pair) or of_bounds(pair) or of_honesty(pair, honest)


def of_agreement(pair: Tampered) -> str | None:
    """Who is connected has seen what the other has said, and reads what the other writes."""
    for role, peer in (("client", "server"), ("server", "client")):
        if pair.was_connected(role) and not pair.has_said(peer, pair.confirmed(role)):  # type: ignore[arg-type]
            return f"the {role} is connected and has seen another handshake than the {peer}"
    for role, peer in (("client", "server"), ("server", "client")):
        if not pair.sent[peer].startswith(pair.received(role)):  # type: ignore[index, arg-type]
            return f"the {role} read data that nobody wrote"
    return None


def of_honesty(pair: Tampered, honest: Tampered) -> str | None:
    """Where both are connected they have said what they would have said unharmed."""
    if pair.was_connected("client") and pair.was_connected("server"):
        if pair.client.transcript.raw_messages != honest.client.transcript.raw_messages:
            return "both are connected by another handshake than the honest one"
        if pair.client.keylog != honest.client.keylog or pair.server.keylog != honest.server.keylog:
            return "both are connected with other keys than the honest ones"
    return None


def of_bounds(pair: Tampered) -> str | None:
    """No machine ends in pieces: it has said at most one fatal alert and keeps no heap of bytes."""
    for role in ("client", "server"):
        machine = pair.machine(role)  # type: ignore[arg-type]
        fatal = [
            event
            for who, event in pair.told
            if who == role and isinstance(event, AlertSent) and event.level == 2
        ]
        if len(fatal) > 1 or (fatal and machine.state is not State.FAILED):
            return f"the {role} goes on after a fatal alert"
        if len(machine.reassembler.buffer) > 2**17 + 4 + 2**14 or len(machine.reader.buffer) > 2**20:
            return f"the {role} keeps too much"
    return None


def of_message(attack: Attack) -> str | None:
    """A message is said wrongly, and all that follows fits it: the two still agree on what was said."""
    pair = Tampered(attack)
    said: list[bytes] = []

    def change(message: Any, _: Any) -> list[bytes]:
        raw = apply(attack.edits, encode_handshake(message))
        said.append(raw)
        return [raw] if raw else []  # an empty message is none

    bend(pair.machine(attack.role), attack.place, change)
    pair.play_on()
    return of_agreement(pair) or of_bounds(pair) or of_annotation(said, pair.version)


def of_annotation(said: list[bytes], version: Version) -> str | None:
    """Whatever was said can be shown, byte for byte."""
    for raw in said:
        leaves = [field.value for field in annotate_handshake(raw, version) if field.is_leaf]
        if b"".join(leaves) != raw:
            return "the annotated view does not show every byte once"
    return None


def of_records(attack: Attack) -> str | None:
    """A machine is given records that open under its keys: it answers, whatever they hold."""
    pair = Tampered(attack)
    for _ in range(int(attack.place)):
        pair.step()
    machine = pair.machine(attack.role)
    for content_type, _, content in attack.edits:
        record = record_for(machine, CONTENT_TYPES[content_type], bytes.fromhex(content))
        pair.take(attack.role, machine.receive(record))
    return of_bounds(pair)


def of_certificate(attack: Attack) -> str | None:
    """A certificate of a good chain is changed: the chain is refused, and the ledger says why."""
    good = world(attack.role)
    chain = list(good.presented)
    place = int(attack.place)
    chain[place] = apply(attack.edits, chain[place])
    verdict = judge(chain, good.policy(profile=attack.play), NOW, tls=attack.version)  # type: ignore[arg-type]
    if verdict.accepted and chain != good.presented:
        return "a certificate that was changed is accepted"
    return of_verdict(verdict)


def of_resigned(attack: Attack) -> str | None:
    """A certificate says anything at all under a true signature: there is a verdict that follows."""
    good = world(attack.role)
    chain = list(good.presented)
    place = int(attack.place)
    chain[place] = resigned(chain[place], place, attack.edits)
    verdict = judge(chain, good.policy(profile=attack.play), NOW, tls=attack.version)  # type: ignore[arg-type]
    return of_verdict(verdict)


def of_file(attack: Attack) -> str | None:
    """A file was changed: a reader gives a value, or an error of ours with its remedy."""
    data = apply(attack.edits, steady_file(attack.place))
    try:
        READERS[attack.play](data, PASSWORD)
    except BaseException as error:  # a crash of the library is no Exception
        if not isinstance(error, CertificateError) or not error.advice:
            return f"{type(error).__name__}: {error}"
    return None


def of_verdict(verdict: Verdict) -> str | None:
    """Accepted is what no check has failed; a refusal has its alert and its line for every check."""
    failed = [check for check in verdict.checks if check.outcome is CheckOutcome.FAIL]
    if verdict.accepted != (not failed):
        return "the verdict does not follow from its checks"
    if failed and (verdict.alert is None or len(failed) > 1):
        return "a refusal without an alert, or with two reasons"
    return None


def resigned(certificate: bytes, place: int, edits: Sequence[Edit]) -> bytes:
    """The certificate with the part that is signed changed, and signed by the key above it."""
    tbs, algorithm, _ = der.children(certificate, der.read_element(certificate))
    changed = apply(edits, certificate[tbs.start : tbs.end])
    issuer_key: Any = key("inter" if place == 0 else "root")
    signature = issuer_key.sign(changed, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    return der.sequence(changed, certificate[algorithm.start : algorithm.end], der.bit_string(signature))


PROPERTIES: Mapping[str, Callable[[Attack], str | None]] = {
    "stream": of_stream,
    "message": of_message,
    "records": of_records,
    "actors": of_actors,
    "certificate": of_certificate,
    "resigned": of_resigned,
    "file": of_file,
}


@cache
def world(role: Side) -> Issued:
    """A chain that is accepted in that role, with every extension that is looked at."""
    top = Issuer.self_signed(key("root"), contents("CN=Root", "ca"))
    middle = subordinate(
        top,
        key("inter"),
        contents(
            "CN=Intermediate,O=Example",
            "ca",
            further_extensions=(
                ("2.5.29.30", True, NAME_CONSTRAINTS),
                ("2.5.29.32", False, POLICIES),
                ("2.5.29.36", True, der.sequence(der.encode(0x80, b"\x05"))),
                ("2.5.29.33", False, der.sequence(der.sequence(POLICY, POLICY))),
            ),
        ),
    )
    leaf = middle.issue(
        key("leaf"),
        contents(
            f"CN={HOST},O=Example",
            role,
            alternative_names=(HOST, "192.0.2.7", "somebody@example.com", "https://example.com/x"),
            further_extensions=(
                ("2.5.29.32", False, POLICIES),
                ("2.5.29.31", False, REVOCATION_LIST),
                ("1.3.6.1.5.5.7.1.1", False, AUTHORITY_ACCESS),
            ),
        ),
    )
    chain = (leaf.certificate, middle.own.certificate)
    return Issued(role, chain, (top.own.certificate,), key("leaf"))


POLICY = der.object_identifier("1.3.6.1.4.1.55738.666.2")
POLICIES = der.sequence(der.sequence(POLICY))
NAME_CONSTRAINTS = x509.NameConstraints(
    [
        x509.DNSName("example.com"),
        x509.IPAddress(IPv4Network("192.0.2.0/24")),
        x509.RFC822Name("example.com"),
    ],
    [x509.DNSName("evil.example.com"), x509.DirectoryName(x509.Name.from_rfc4514_string("CN=evil"))],
).public_bytes()
REVOCATION_LIST = x509.CRLDistributionPoints(
    [x509.DistributionPoint([x509.UniformResourceIdentifier("http://example.com/crl")], None, None, None)]
).public_bytes()
AUTHORITY_ACCESS = x509.AuthorityInformationAccess(
    [
        x509.AccessDescription(
            x509.oid.AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://example.com")
        )
    ]
).public_bytes()


# Making them ----------------------------------------------------------------------------------------------


def random_attack(dice: random.Random) -> Attack:
    """An attack of any kind."""
    kind = dice.choice(KINDS)
    version, role = dice.choice(("1.3", "1.2")), dice.choice(("client", "server"))
    if kind == "file":
        name, reader = dice.choice(STEADY_FILES), dice.choice(sorted(READERS))
        return Attack(kind, version, reader, role, name, random_edits(dice, steady_file(name)))
    if kind in ("certificate", "resigned"):
        place = dice.randrange(2)
        certificate = world(role).presented[place]
        profile = dice.choice(sorted(PROFILES))
        edits = random_edits(dice, certificate) if kind == "certificate" else (regrown(dice, certificate),)
        return Attack(kind, version, profile, role, str(place), edits)
    if kind == "actors":
        return random_actors(dice, version, role)
    play = dice.choice([name for name in PLAYS if version == "1.3" or name != "retry"])
    if kind == "stream":
        return Attack(kind, version, play, role, "", random_edits(dice, genuine_stream(version, play, role)))
    messages = genuine_messages(version, play, dice.choice(("client", "server")))
    if kind == "records":
        contents_ = tuple(random_content(dice, messages) for _ in range(dice.choice((1, 1, 2, 5))))
        return Attack(kind, version, play, role, str(dice.randrange(30)), contents_)
    messages = genuine_messages(version, play, role)
    name = dice.choice(sorted(messages))
    return Attack(kind, version, play, role, name, random_edits(dice, messages[name]))


def random_actors(dice: random.Random, version: str, role: Side) -> Attack:
    """An attack on two actors: a stream is changed, or a message, which may carry another one."""
    play = dice.choice(sorted(ACTOR_PLAYS))
    if dice.random() < 0.4:
        edits = random_edits(dice, stream_of_actor(version, play, role))
        return Attack("actors", version, play, role, "", edits)
    messages = genuine_messages(version, "not asked" if play == "not asked" else "sends", role)
    name = dice.choice(sorted(messages))
    raw = messages[name]
    if dice.random() < 0.5:
        return Attack("actors", version, play, role, name, random_edits(dice, raw))
    more = random_content(dice, messages)[2]
    return Attack("actors", version, play, role, name, ((BEHIND, 0, more),))


def random_content(dice: random.Random, messages: dict[str, bytes]) -> Edit:
    """A record's content: a message of some sort, or rubbish."""
    content_type = dice.choice((0, 1, 2, 2, 2, 3))
    raw = messages[dice.choice(sorted(messages))]
    content = dice.choice(
        (
            apply(random_edits(dice, raw), raw),
            raw,
            dice.randbytes(dice.choice((1, 2, 4, 40))),
            bytes((dice.choice((1, 2)), dice.randrange(256))),
            b"\x01",
        )
    )
    return content_type, 0, content.hex()


def regrown(dice: random.Random, certificate: bytes) -> Edit:
    """A change of what is signed that keeps all lengths in order, as one edit."""
    tbs = der.children(certificate, der.read_element(certificate))[0]
    before = certificate[tbs.start : tbs.end]
    after = before
    for _ in range(dice.choice((1, 1, 2, 3))):
        after = grown(dice, after)
    return 0, len(before), after.hex()


def grown(dice: random.Random, data: bytes) -> bytes:
    """One DER value with something inside it changed, and the lengths around it made to fit."""
    tag, content = data[0], data[der.read_element(data).content :]
    parts = parts_of(tag, content)
    if parts is None or dice.random() < 0.03:
        tag = dice.choice((tag, tag, tag, dice.randrange(256)))
        return der.encode(tag, apply(random_edits(dice, content), content) if content else dice.randbytes(2))
    place = dice.randrange(len(parts))
    kind = dice.randrange(12)
    if kind == 0:
        del parts[place]
    elif kind == 1:
        parts.insert(dice.randrange(len(parts)), parts[place])
    elif kind == 2:
        dice.shuffle(parts)
    elif kind == 3:
        parts[place] = parts[dice.randrange(len(parts))]
    else:
        parts[place] = grown(dice, parts[place])
    return der.encode(tag, b"\x00" if tag == der.BIT_STRING else b"", *parts)


def parts_of(tag: int, content: bytes) -> list[bytes] | None:
    """The values inside one, also inside a string that holds one; None where there are none."""
    if not (tag & 0x20 or tag == der.OCTET_STRING):
        return None
    try:
        found = der.children(content, der.Element(tag, 0, 0, len(content)))
    except ValueError:
        return None
    return [content[part.start : part.end] for part in found] or None


def random_edits(dice: random.Random, base: bytes) -> tuple[Edit, ...]:
    """One to four changes of some bytes, each at a place of its own."""
    places = dice.sample(range(len(base)), min(len(base), dice.choice((1, 1, 1, 2, 4))))
    return tuple(random_edit(dice, base, at) for at in sorted(places))


def random_edit(dice: random.Random, base: bytes, at: int) -> Edit:
    """One change: a bit, a byte, a length off by one, something cut, put in, or put in twice."""
    byte = base[at]
    length = dice.choice((1, 2, 3, 4, 16, 64))
    kind = dice.randrange(8)
    if kind == 0:
        return at, 1, bytes([byte ^ 1 << dice.randrange(8)]).hex()
    if kind == 1:
        return at, 1, bytes([dice.choice(INTERESTING)]).hex()
    if kind == 2:
        return at, 1, bytes([(byte + dice.choice((-1, 1))) % 256]).hex()
    if kind == 3:
        return at, length, ""
    if kind == 4:
        return at, 0, dice.randbytes(length).hex()
    if kind == 5:
        return at, length, dice.randbytes(length).hex()
    other = dice.randrange(len(base))
    copied = base[other : other + length]
    return at, dice.choice((0, len(copied))), copied.hex()


def smaller(attack: Attack) -> Attack:
    """The attack with every edit left out that its finding does not need."""
    problem = problem_of(attack)
    for edit in attack.edits:
        candidate = replace(attack, edits=tuple(one for one in attack.edits if one != edit))
        if problem_of(candidate) == problem:
            attack = candidate
    return attack
