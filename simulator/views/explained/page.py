"""The page that explains every byte of the client's Certificate and CertificateVerify.

Each field has its bytes, its value and its purpose; commands at the end of a message redo it with OpenSSL.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from simulator.errors import OutputError
from simulator.tls.wire.codec import Field
from simulator.trace.connections import must_be_one
from simulator.trace.facts import Sent
from simulator.views.drawing.web_page import web_page
from simulator.views.explained.commands import certificate_commands, proof_commands
from simulator.views.explained.der_fields import CERTIFICATE, ECDSA_SIGNATURE, der_fields
from simulator.views.pictures.signed_bytes import RECEIVER, TITLE, parts, signed_words
from simulator.views.story.lanes import run_name
from simulator.views.story.message_bytes import chain_of, fields_of, signed_by
from simulator.views.story.reading import sendings, version_of
from simulator.views.story.words import PROTECTION_WORDS, clean, moment, size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from simulator.tls.wire.version import Version
    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace

NAMES = ("Certificate", "CertificateVerify")
HEADER, CONTENTS = "tag and length", ("contents", "unused bits")
STYLE = resources.files("simulator.views.explained").joinpath("page.css")
POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(slots=True)
class Explained:
    """A field with all that it holds.

    Attributes:
        field: its name, place and bytes.
        purpose: what it is for; may be empty.
        parts: the fields inside.
    """

    field: Field
    purpose: str
    parts: list[Explained]


def explained(trace: Trace) -> str:
    """The client's Certificate and CertificateVerify of a run as one HTML page without script or network.

    Raises:
        OutputError: the client sent no certificate in this run, or it has several connections.
    """
    must_be_one(trace)
    sent = [
        (event, fact)
        for event, fact in sendings(trace)
        if event.at >= 0 and event.actor == "client" and isinstance(fact, Sent) and fact.name in NAMES
    ]
    version = version_of(trace)
    chain = next((chain_of(fact, version) for _, fact in sent if fact.name == "Certificate"), ())
    if not chain:
        got = f"{run_name(trace)}: the client sent no certificate"
        advice = "Choose a scenario in which the client sends one, as valid-certificate."
        raise OutputError("There is no client's certificate to explain.", got=got, advice=advice)
    sections = "".join(_message(trace, event, fact, version, chain) for event, fact in sent)
    title = f"{run_name(trace)}: the client's certificate and its proof, byte by byte"
    body = f"""<body>
<header>
<h1>How this client proves who it is</h1>
<p class="run">{_text(run_name(trace))}</p>
<p>A client that is asked answers with two messages. <b>Certificate</b> says who it is; it is public, and
others could send a copy. <b>CertificateVerify</b> proves it: a signature over this handshake, which only
the holder of the private key can make. Below is every byte of both, as they were before encryption.</p>
</header>
<main>
{sections}</main>
</body>"""
    style = f"<style>\n{STYLE.read_text(encoding='utf-8')}</style>\n"
    return web_page(clean(title), body, policy=POLICY, head=style)


def _message(trace: Trace, event: Event, fact: Sent, version: Version, chain: Sequence[bytes]) -> str:
    """One message: its fields, what is signed, and the commands that redo it."""
    about = f"{size(len(fact.raw))}, sent at {moment(event.at)}, {PROTECTION_WORDS[fact.protection]}."
    body = "".join(map(_html, _tree(event, version)))
    signed = signed_by(trace, event, version)
    if signed is not None:
        rows = "".join(
            f'<li><div class="row"><div><p class="name">{name} <small>{size(len(data))}</small></p>'
            f"{_bytes(data, b'')}</div><div><p>{_text(meaning)}</p></div></div></li>\n"
            for name, data, meaning in parts(signed)
        )
        words = _text(signed_words(signed).removesuffix(RECEIVER))
        body += f'<li><h3>{TITLE}</h3><p>{words} {RECEIVER}</p><ol class="fields">{rows}</ol></li>'
    lines = (
        certificate_commands(chain) if signed is None else proof_commands(chain, signed, fact.raw, version)
    )
    commands = "\n".join(lines)
    return f"""<section id="{escape(fact.name)}">
<h2>{_text(fact.name)}</h2>
<p>{about}</p>
<ol class="fields">
{body}</ol>
<h3>Do it again with OpenSSL</h3>
<pre><code>{escape(commands)}</code></pre>
</section>
"""


def _tree(event: Event, version: Version) -> list[Explained]:
    """The fields of a message, each inside the one that holds it; a purpose is told once."""
    root = Explained(Field("", 0, 0, b"", "", -1, is_leaf=False), "", [])
    way = [root]
    told: set[str] = set()
    for one in _opened(fields_of(event, version)):
        del way[one.depth + 1 :]
        is_der = any(holder.field.name in ("cert_data", "ASN.1Cert") for holder in way)
        purpose = _purpose(one.name, way[-1].field.name, is_der=is_der)
        part = Explained(one, "" if purpose in told else purpose, [])
        if one.depth:  # the message itself has no row
            told.add(purpose)
        way[-1].parts.append(part)
        way.append(part)
    return root.parts[0].parts


def _opened(fields: Sequence[Field]) -> Iterator[Field]:
    """The fields, with the parts of each certificate and of an ECDSA signature after it."""
    is_ecdsa = any(one.name == "algorithm" and one.meaning.startswith("ecdsa") for one in fields)
    for one in fields:
        if one.is_leaf and one.name in ("cert_data", "ASN.1Cert"):
            yield from der_fields(one, CERTIFICATE)
        elif one.is_leaf and one.name == "signature" and is_ecdsa:
            yield from der_fields(one, ECDSA_SIGNATURE)
        else:
            yield one


@cache
def _prose() -> Mapping[str, Mapping[str, str]]:
    text = resources.files("simulator.views.explained").joinpath("prose.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _purpose(name: str, holder: str, *, is_der: bool) -> str:
    """The purpose of a field; a name that has two uses is told apart by what holds it."""
    tables = (
        ("certificate", "signature", "any") if is_der else ("handshake", "certificate", "signature", "any")
    )
    known = [_prose()[table] for table in tables]
    return next((one[key] for key in (f"{holder}/{name}", name) for one in known if key in one), "")


def _html(part: Explained) -> str:
    """A field and all that it holds. A value stands in one row with its own type and length."""
    one, inside = part.field, part.parts
    header = inside[0].field.value if inside and inside[0].field.name in (HEADER, "length") else b""
    inside = inside[1:] if header else inside
    if len(inside) == 1 and inside[0].field.name == one.name:  # a length, then what has this length
        part.purpose, inside = part.purpose or inside[0].purpose, inside[0].parts or inside
    is_value = all(held.field.is_leaf and held.field.name in (*CONTENTS, one.name) for held in inside)
    shown = one.value if is_value else header
    meaning = inside[-1].field.meaning if is_value and inside else one.meaning
    nested = "" if is_value else f'<ol class="fields">{"".join(map(_html, inside))}</ol>'
    value = f'<p class="value">{_text(meaning)}</p>' if meaning else ""
    purpose = f"<p>{_text(part.purpose)}</p>" if part.purpose else ""
    place = f"<small>{size(one.length)}, from byte {one.offset}</small>"
    row = f'<div><p class="name">{_text(one.name)} {place}</p>{_bytes(shown, header)}</div>'
    return f'<li><div class="row">{row}<div>{value}{purpose}</div></div>{nested}</li>\n'


def _bytes(data: bytes, header: bytes) -> str:
    """Bytes in hexadecimal; those that only say type and length are quieter."""
    head = f"<i>{header.hex(' ')}</i> " if header else ""
    return f'<p class="bytes">{head}{data[len(header) :].hex(" ")}</p>' if data else ""


def _text(words: str) -> str:
    return escape(clean(words))
