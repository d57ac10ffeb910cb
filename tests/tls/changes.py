"""What a bent machine says in place of a message: the building blocks of the probes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from simulator.entropy import SeededEntropy
from simulator.tls.crypto.signatures import sign
from simulator.tls.wire.extensions import Extension
from simulator.tls.wire.messages import CertificateVerify, Finished, Message
from simulator.tls.wire.transcript import certificate_verify_content
from simulator.tls.wire.version import Version
from tests.tls.openssl import identity
from tests.tls.probes import Change, Machine, Probe, Said, handshake

if TYPE_CHECKING:
    from collections.abc import Callable


def genuine(message: Message, _: Machine) -> tuple[Said, ...]:
    """The message as it is."""
    return (message,)


def instead(*said: Said) -> Change:
    """These in place of the message; nothing at all where none are given."""
    return lambda *_: said


def before(*said: Said) -> Change:
    """These, and then the message."""
    return lambda message, _: (*said, message)


def twice(message: Message, _: Machine) -> tuple[Said, ...]:
    """The message, and the same again."""
    return message, message


def both(first: Change, second: Change) -> Change:
    """One change's messages, and then another's."""
    return lambda message, machine: (*first(message, machine), *second(message, machine))


def body(change: Callable[[bytes], bytes]) -> Change:
    """The bytes of the genuine message's body, changed; the length in the header fits again."""
    return lambda message, _: (handshake(message.TYPE, change(message.encode())),)


def overwrite(at: int, value: bytes) -> Callable[[bytes], bytes]:
    """Write bytes over others."""
    return lambda data: data[:at] + value + data[at + len(value) :]


def flip(place: int) -> Callable[[bytes], bytes]:
    """Turn one bit over."""
    return lambda data: overwrite(place % len(data), bytes([data[place] ^ 1]))(data)


def finished_now(_: Message | None, machine: Machine) -> tuple[Message]:
    """The Finished that fits what this machine has said so far."""
    if machine.version is Version.TLS12:
        return (Finished(machine.finished_value(machine.machine.role)),)
    schedule = machine.schedule
    secret = (
        schedule.client_handshake_traffic_secret
        if machine.machine.role == "client"
        else schedule.server_handshake_traffic_secret
    )
    return (Finished(schedule.finished_mac(secret, machine.transcript.digest())),)


def proof_content(machine: Machine) -> bytes:
    """What this machine's CertificateVerify has to sign at this moment."""
    if machine.version is Version.TLS12:
        return bytes(machine.transcript.messages)
    return certificate_verify_content(machine.transcript.digest(), machine.machine.role)


def proof_now(_: Message | None, machine: Machine) -> tuple[Message]:
    """A true proof, by the P-256 identity, for what was said so far."""
    key = identity("P-256", machine.machine.role).private_key
    return (CertificateVerify(0x0403, sign(key, 0x0403, proof_content(machine), SeededEntropy("proofs"))),)


def finished_value(change: Callable[[bytes], bytes]) -> Change:
    """The genuine Finished with its bytes changed."""
    return lambda message, _: (handshake(message.TYPE, change(message.verify_data)),)


def raw(type_code: int, data: bytes = b"") -> Extension:
    """An extension with any bytes."""
    return Extension(type_code, data)


def fields(**changes: Any) -> Change:
    """The message with other fields."""
    return lambda message, _: (replace(message, **changes),)


def extended(*extensions: Extension) -> Change:
    """The message with these extensions, each in place of the one of its type or behind the others."""

    def change(message: Any, _: Machine) -> tuple[Said, ...]:
        new = {extension.type: extension for extension in extensions}
        kept = [new.pop(extension.type, extension) for extension in message.extensions]
        return (replace(message, extensions=(*kept, *new.values())),)

    return change


def without(*types: int) -> Change:
    """The message without these extensions."""
    return lambda message, _: (
        replace(message, extensions=tuple(e for e in message.extensions if e.type not in types)),
    )


def doubled(message: Any, _: Machine) -> tuple[Said, ...]:
    """The message with its first extension twice."""
    return (replace(message, extensions=(*message.extensions, message.extensions[0])),)


def flight_probes(version: Version, name: str, cases: dict[str, tuple[Any, ...]], **more: Any) -> list[Probe]:
    """The probes that bend one message of a server."""
    return [
        Probe(f"{name}: {claim}", version, {name: change}, *answers, bent="server", **more)
        for claim, (change, *answers) in cases.items()
    ]
