"""The client's identity in a header: written, overwritten, read strictly."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from simulator import catalogue
from simulator.actors.identity_header import NAMES, header_read, with_identity
from simulator.engine.world import issue_world
from simulator.entropy import SeededEntropy
from simulator.errors import ScenarioError
from simulator.scenario import ServerSetup

if TYPE_CHECKING:
    from simulator.scenario.setup import IdentityHeader

REQUEST = b"GET / HTTP/1.1\r\nHost: server\r\n\r\n"
USERS = ServerSetup(users={"CN=alice": "ALICE", "CN=BC": "BRIAN"})

# RFC 9440, appendix A, figure 2: the client certificate of the example.
EXAMPLE = (
    "MIIBqDCCAU6gAwIBAgIBBzAKBggqhkjOPQQDAjA6MRswGQYDVQQKDBJMZXQncyBBdXRoZW50aWNhdGUxGzAZBgNVBAMMEkxBIEludG"
    "VybWVkaWF0ZSBDQTAeFw0yMDAxMTQyMjU1MzNaFw0yMTAxMjMyMjU1MzNaMA0xCzAJBgNVBAMMAkJDMFkwEwYHKoZIzj0CAQYIKoZI"
    "zj0DAQcDQgAE8YnXXfaUgmnMtOXU/IncWalRhebrXmckC8vdgJ1p5Be5F/3YC8OthxM4+k1M6aEAEFcGzkJiNy6J84y7uzo9M6NyMH"
    "AwCQYDVR0TBAIwADAfBgNVHSMEGDAWgBRm3WjLa38lbEYCuiCPct0ZaSED2DAOBgNVHQ8BAf8EBAMCBsAwEwYDVR0lBAwwCgYIKwYB"
    "BQUHAwIwHQYDVR0RAQH/BBMwEYEPYmRjQGV4YW1wbGUuY29tMAoGCCqGSM49BAMCA0gAMEUCIBHda/r1vaL6G3VliL4/Di6YK0Q6bM"
    "jeSkC3dFCOOB8TAiEAx/kHSB4urmiZ0NX5r5XarmPk0wmuydBVoU4hBVZ1yhk="
)


def read(request: bytes, form: IdentityHeader = "client-cert") -> tuple[str | None, str | None]:
    """The name and the user that a server reads."""
    found = header_read(request, form, None, USERS, {})
    return found.names, found.user


def request(*lines: str) -> bytes:
    """A request with further header lines."""
    return REQUEST.removesuffix(b"\r\n") + "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def test_the_example_of_the_rfc() -> None:
    """A name in any letter case, and the certificate between colons."""
    assert read(request(f"client-cert: :{EXAMPLE}:")) == ("CN=BC", "BRIAN")


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (f"Client-Cert: {EXAMPLE}",),
        (f"Client-Cert: :{EXAMPLE[:-4]}:",),
        ("Client-Cert: ::",),
        ("Client-Cert: :AAAA:",),
        (f"Client-Cert: :{EXAMPLE}:", f"Client-Cert: :{EXAMPLE}:"),
        (f"Client-Cert: :{EXAMPLE}:, :{EXAMPLE}:",),
        (f"Client-Cert-Chain: :{EXAMPLE}:",),
    ],
)
def test_what_names_no_one(lines: tuple[str, ...]) -> None:
    """No header, no colons, no certificate, or more than one: the server reads no name."""
    assert read(request(*lines)) == (None, None)


@pytest.mark.parametrize(
    ("lines", "names", "user"),
    [
        (("X-SSL-Client-Verify: SUCCESS", "X-SSL-Client-S-DN: CN=alice"), "CN=alice", "ALICE"),
        (("X-SSL-Client-Verify: SUCCESS", "X-SSL-Client-S-DN: CN=alice,O=x"), "CN=alice,O=x", None),
        (("X-SSL-Client-Verify: SUCCESS", "X-SSL-Client-S-DN: alice"), "alice", None),
        (("X-SSL-Client-Verify: NONE", "X-SSL-Client-S-DN: CN=alice"), None, None),
        (("X-SSL-Client-S-DN: CN=alice",), None, None),
        (("X-SSL-Client-Verify: SUCCESS",), None, None),
    ],
)
def test_the_headers_of_nginx(lines: tuple[str, ...], names: str | None, user: str | None) -> None:
    """A subject counts only beside SUCCESS, and only a rule for a whole subject can fit it."""
    assert read(request(*lines), "nginx") == (names, user)


@pytest.mark.parametrize("form", NAMES)
def test_what_was_there_is_replaced(form: IdentityHeader) -> None:
    """Headers of that form go, however they are spelled; others, and a body, stay."""
    world = issue_world(catalogue["chain-with-intermediate"], SeededEntropy("1"))
    chain = [world[name].certificate for name in ("alice", "intermediate-ca")]
    forged = request(*(f"{name.upper()}: x" for name in NAMES[form]), "Accept: text/plain") + b"body"
    written = with_identity(forged, form, chain)
    head, _, body = written.partition(b"\r\n\r\n")
    assert body == b"body"
    assert head.split(b"\r\n")[:3] == [b"GET / HTTP/1.1", b"Host: server", b"Accept: text/plain"]
    assert len(head.split(b"\r\n")) == 5
    assert read(written, form) == ("CN=alice", "ALICE")
    if form == "client-cert":
        assert f"Client-Cert-Chain: :{base64.b64encode(chain[1].der).decode()}:".encode() in head


def test_without_an_identity() -> None:
    """RFC 9440 leaves the header out; nginx says that there is no certificate."""
    assert with_identity(REQUEST, "client-cert", []) == REQUEST
    assert with_identity(REQUEST, "nginx", []) == request("X-SSL-Client-Verify: NONE")


def test_a_line_has_no_headers() -> None:
    """The settings for headers need HTTP."""
    with pytest.raises(ScenarioError, match=r"needs a request with headers"):
        catalogue["valid-certificate"].but({"server.believes_header": "nginx"})
