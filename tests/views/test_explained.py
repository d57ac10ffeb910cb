"""The page that explains the client's two messages: every byte is there, and OpenSSL says the same."""

from __future__ import annotations

import re
import subprocess
from html import unescape
from typing import TYPE_CHECKING

import pytest

from simulator import catalogue
from simulator.errors import OutputError
from simulator.runs.run import simulate
from simulator.tls.wire.codec import Field
from simulator.tls.wire.version import Version
from simulator.trace.facts import Sent
from simulator.views.explained.der_fields import CERTIFICATE, der_fields
from simulator.views.explained.page import NAMES, _opened, explained
from simulator.views.export import run_contents
from simulator.views.story.message_bytes import chain_of, fields_of
from simulator.views.story.reading import sendings, version_of
from tests.peers import program
from tests.pki.samples import KEY_TYPES
from tests.played import RUNS, VERSIONS, for_each, run_of, turn_of

if TYPE_CHECKING:
    from pathlib import Path

    from simulator.pki.keys import KeyType
    from simulator.scenario import TlsVersion
    from simulator.trace.facts import Event
    from simulator.trace.trace import Trace

every_run = for_each("name, tls", sorted(RUNS))
ROW = re.compile(r'<p class="bytes">(.*?)</p>')


def messages(trace: Trace) -> list[tuple[Event, Sent]]:
    """The client's Certificate and CertificateVerify of a run."""
    sent = [(event, fact) for event, fact in sendings(trace) if event.at >= 0 and event.actor == "client"]
    return [(event, fact) for event, fact in sent if isinstance(fact, Sent) and fact.name in NAMES]


def sent_certificate(trace: Trace) -> bytes | None:
    """The client's own certificate as it sent it, or None."""
    found = [chain_of(fact, version_of(trace)) for _, fact in messages(trace)]
    return next((chain[0] for chain in found if chain), None)


@every_run
def test_every_byte_is_on_the_page_once_and_in_order(name: str, tls: TlsVersion) -> None:
    """The rows of bytes of a message, one behind the other, are the message."""
    trace = run_of(name, tls).trace
    if sent_certificate(trace) is None:
        with pytest.raises(OutputError, match="no client's certificate"):
            explained(trace)
        return
    sections = re.findall(r'<section id="(\w+)">(.*?)</section>', explained(trace), re.DOTALL)
    assert [title for title, _ in sections] == [fact.name for _, fact in messages(trace)]
    for (_, body), (_, fact) in zip(sections, messages(trace), strict=True):
        fields = body.partition("What this signature covers")[0]
        shown = "".join(re.sub("<[^>]*>", "", row) for row in ROW.findall(fields))
        assert bytes.fromhex(shown) == fact.raw


@every_run
def test_every_field_is_explained(name: str, tls: TlsVersion) -> None:
    """Each field has its value in words or its purpose, apart from contents that are shown with them."""
    trace = run_of(name, tls).trace
    if sent_certificate(trace) is None:
        return
    page = explained(trace)
    bare = re.findall(
        r'<p class="name">(\w+) [^/]*</small></p>(?:<p class="bytes">.*?</p>)?</div><div></div>', page
    )
    told = {name for name in bare if not re.search(rf'<p class="name">{name} .*?<div><p', page)}
    assert set() == told


@every_run
def test_the_parts_of_a_certificate_are_those_that_openssl_finds(
    name: str, tls: TlsVersion, tmp_path: Path
) -> None:
    """Place and length of each value are those of ``openssl asn1parse``."""
    der = sent_certificate(run_of(name, tls).trace)
    if der is None:
        return
    (tmp_path / "der").write_bytes(der)
    command = [program("openssl"), "asn1parse", "-inform", "DER", "-in", str(tmp_path / "der")]
    printed = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30).stdout
    parsed = re.findall(r"^ *(\d+):d=\d+ +hl=(\d+) +l= *(\d+)", printed, re.MULTILINE)
    whole = Field("cert_data", 0, len(der), der, "", 0, is_leaf=True)
    ours = der_fields(whole, CERTIFICATE)
    if len(ours) == 1:  # rubbish in place of a certificate, which is shown as it is
        return
    values = {(one.offset, one.length) for one in ours if not one.is_leaf}
    assert {(int(at), int(head) + int(length)) for at, head, length in parsed} <= values


@pytest.mark.parametrize("key", KEY_TYPES)
@for_each("name", ["valid-certificate", "stolen-certificate", "corrupted-proof"])
def test_the_commands_come_to_the_same_verdict(name: str, key: KeyType, tmp_path: Path) -> None:
    """The page's own command lines, run by a shell, verify a good proof and refuse a bad one."""
    program("openssl")
    for tls in turn_of(VERSIONS, name, key.value):
        folder = tmp_path / f"{name}-{tls}"
        folder.mkdir()
        _verify(name, tls, key, folder)


def _verify(name: str, tls: TlsVersion, key: KeyType, folder: Path) -> None:
    """Run the commands of one page."""
    scenario = catalogue[name].but({"certificates.alice.key": key.value})
    page = explained(simulate(scenario, tls).trace)
    script = unescape(re.findall(r"<pre><code>(.*?)</code></pre>", page, re.DOTALL)[-1])
    done = subprocess.run(["sh", "-e", "-c", script], cwd=folder, capture_output=True, text=True, timeout=60)
    good = name == "valid-certificate"
    assert (done.returncode == 0) is good, done.stderr
    assert (re.search("Verified OK|Signature Verified Successfully", done.stdout) is not None) is good


def test_opened_fields_of_a_proof_are_its_two_numbers() -> None:
    """An ECDSA signature is shown as r and s."""
    trace = run_of("valid-certificate", "1.3").trace
    event, _ = messages(trace)[-1]
    names = [one.name for one in _opened(fields_of(event, Version.TLS13))]
    assert {"ECDSA-Sig-Value", "r", "s"} <= set(names)


def test_rubbish_is_shown_as_it_is() -> None:
    """Bytes that are no certificate stay one field, whatever they are."""
    for data in (b"", b"\x30", b"\x30\x80\0\0", b"\x30\x84\xff\xff\xff\xff", b"\x30\x03\x02\x05\x01", b"abc"):
        whole = Field("cert_data", 7, len(data), data, "", 3, is_leaf=True)
        assert der_fields(whole, CERTIFICATE) == (whole,)


def test_names_from_a_certificate_are_text(tmp_path: Path) -> None:
    """A subject that looks like a part of a page is shown, and does nothing."""
    scenario = catalogue["valid-certificate"].but(
        {"certificates.alice.subject": r"CN=\<script\>x\</script\>"}
    )
    page = run_contents(simulate(scenario, "1.3").trace, tmp_path / "page.html", view="bytes").decode()
    assert "&lt;script&gt;" in page
    assert "<script" not in page
