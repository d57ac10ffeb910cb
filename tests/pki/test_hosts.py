"""A host is a name or an address, decided once, and server_name follows from it."""

from __future__ import annotations

import ssl
from ipaddress import ip_address

import pytest

from simulator.errors import SimulatorError
from simulator.pki.host import read_host
from simulator.tls.wire.messages import decode_handshake
from simulator.tls.wire.version import Version

HOSTS = [
    # text, address, name in server_name
    ("telnet.example.com", None, "telnet.example.com"),
    ("telnet.example.com.", None, "telnet.example.com"),
    ("localhost", None, "localhost"),
    ("x_1.example", None, "x_1.example"),
    ("xn--mller-kva.example", None, "xn--mller-kva.example"),
    ("1.2.3.example", None, "1.2.3.example"),
    ("192.0.2.1", "192.0.2.1", None),
    ("2001:db8::1", "2001:db8::1", None),
    ("[2001:db8::1]", "2001:db8::1", None),
    ("2001:0DB8:0::1", "2001:db8::1", None),
    ("::ffff:192.0.2.1", "::ffff:192.0.2.1", None),
]


@pytest.mark.parametrize(("text", "address", "name"), HOSTS)
def test_a_host_is_a_name_or_an_address(text: str, address: str | None, name: str | None) -> None:
    """An address has no server_name, and a name has none of the dot at its end (RFC 6066, section 3)."""
    host = read_host(text)
    assert (host.address, host.sni) == (None if address is None else ip_address(address), name)


@pytest.mark.parametrize(
    "text", ["telnet.example.com", "x_1.example", "1.2.3.example", "192.0.2.1", "2001:db8::1"]
)
def test_python_sends_the_same_server_name(text: str) -> None:
    """Python's ssl leaves server_name out for exactly the hosts that are addresses here."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    sent = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), sent, server_hostname=text)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    hello = decode_handshake(sent.read()[5:], Version.TLS13)
    named = [one for one in hello.extensions if one.type == 0]
    assert [one.data[5:].decode() for one in named] == [read_host(text).sni] * len(named)
    assert bool(named) is (read_host(text).sni is not None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        *(
            (odd, "four decimal numbers")
            for odd in ("127.1", "0x7f.1", "010.0.0.1", "2130706433", "1.2.3.4.")
        ),
        *((odd, "four decimal numbers") for odd in ("256.0.0.1", "1.2.3.4.5", "a.0x", "a.7")),
        ("fe80::1%eth0", "a zone means something on one machine"),
        ("müller.example", "Write it as xn--mller-kva.example"),
        ("straße.example", "Write its labels as xn--"),
        *(
            (odd, "no host name")
            for odd in ("", "a..b", "-a", "a b", "a:992", "[192.0.2.1]", "[::1", "a" * 64)
        ),
        (".".join(["a" * 60] * 5), "253 characters"),
    ],
)
def test_what_is_no_host(text: str, said: str) -> None:
    """What programs read in different ways, and what is no host at all, is refused with the remedy."""
    with pytest.raises(SimulatorError) as refused:
        read_host(text)
    assert said in str(refused.value)
