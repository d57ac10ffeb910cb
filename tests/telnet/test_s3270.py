"""s3270, a 3270 terminal that other people wrote, at our server; byte for byte our client is the same."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from simulator import catalogue
from simulator.command.certificate_files import issue_for_real_tools, write_certificates
from simulator.telnet.client import TelnetClient, Terminal
from simulator.telnet.events import LogonTyped, ScreenWanted, TelnetReceived, TelnetRefused
from simulator.telnet.logon import LogonScreen
from simulator.telnet.server import TelnetServer, TelnetServerConfig
from tests import peers
from tests.telnet.sessions import ANSWER, DECLINING, LOGON, OLD, SERVERS, Session
from tests.telnet.terminals import LoopbackServer, s3270

if TYPE_CHECKING:
    from pathlib import Path

LOG_ON = ('String("alice")', "Tab()", 'String("secret")', "Enter()", "Wait(5,Output)", "Ascii()", "Quit()")
READ = ("Wait(5,InputField)", "Ascii()", "Query(ConnectionState)", "Query(Tls)", "Query(LuName)")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates of the good handshake, valid at the machine's present moment."""
    folder = tmp_path_factory.mktemp("certificates")
    write_certificates(issue_for_real_tools(catalogue["valid-certificate"], seeded=False), folder)
    return folder


def server_context(folder: Path, tls: str, *, asks: bool = True) -> ssl.SSLContext:
    """A server's context for one version; it insists on a client's certificate if it asks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server-chain.pem", folder / "server-signs-with.key")
    context.minimum_version = context.maximum_version = ssl.TLSVersion[f"TLSv{tls.replace('.', '_')}"]
    if asks:
        context.load_verify_locations(folder / "server-trusts.pem")
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_options(folder: Path, *, certificate: bool = True) -> list[str]:
    """The options by which s3270 trusts the server, and holds a certificate."""
    own = ["-certfile", str(folder / "client-chain.pem"), "-keyfile", str(folder / "client-signs-with.key")]
    trust = ["-cafile", str(folder / "client-trusts.pem"), "-accepthostname", "telnet.example.com"]
    return trust + (own if certificate else [])


def ours(config: TelnetServerConfig, terminal: Terminal) -> dict[str, list[bytes]]:
    """What our server and our client say to each other in the same story."""
    return Session(TelnetClient(terminal), TelnetServer(config)).log_on().streams


@pytest.mark.parametrize(
    ("server", "prefix", "options", "terminal", "state"),
    [
        ("tn3270e", "", (), Terminal(), "connected-tn3270e"),
        ("tn3270e without BIND", "", (), Terminal(), "connected-tn3270e"),
        ("tn3270", "", (), Terminal(), "connected-3270"),
        ("tn3270e", "N:", (), OLD, "connected-3270"),
        ("tn3270e", "LU000001@", (), Terminal(resource="LU000001"), "connected-tn3270e"),
        ("START-TLS offered", "", ("-clear", "startTls"), DECLINING, "connected-tn3270e"),
    ],
)
def test_s3270_in_clear(
    server: str, prefix: str, options: tuple[str, ...], terminal: Terminal, state: str
) -> None:
    """It reads the level, types, and reads the answer; each byte of both sides is as with our own client."""
    path = peers.program("s3270")
    with LoopbackServer(SERVERS[server]) as host:
        said = s3270(path, *options, script=(f"Connect({prefix}127.0.0.1:{host.port})", *READ, *LOG_ON))
    assert f"Level......: {LOGON.level}" in said
    assert state in said
    assert "not secure" in said
    assert ANSWER.message in said
    assert LogonTyped("alice", "secret") in host.told
    assert ours(SERVERS[server], terminal) == host.streams


def test_s3270_skips_behind_a_full_field() -> None:
    """Eight letters fill a field, and the cursor goes to the next by itself: Enter sends where it is."""
    path = peers.program("s3270")
    typing = ('String("ALICESMI")', 'String("SECRET12")', "Enter()", "Wait(5,Output)", "Ascii()", "Quit()")
    with LoopbackServer(SERVERS["tn3270e"]) as host:
        said = s3270(path, script=(f"Connect(127.0.0.1:{host.port})", *READ, *typing))
    assert ANSWER.message in said
    played = Session(TelnetClient(Terminal()), TelnetServer(SERVERS["tn3270e"]))
    assert played.log_on("ALICESMI", "SECRET12").streams == host.streams


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize(
    ("config", "prefix"),
    [
        (SERVERS["tn3270e"], "L:"),
        (SERVERS["tn3270"], "L:"),
        (SERVERS["START-TLS"], ""),
        (SERVERS["START-TLS, tn3270"], ""),
    ],
)
def test_s3270_over_tls(certificates: Path, config: TelnetServerConfig, prefix: str, tls: str) -> None:
    """With TLS at once and by START-TLS, in both versions and with its certificate, all is as in clear."""
    path = peers.program("s3270")
    with LoopbackServer(config, server_context(certificates, tls)) as host:
        script = (f"Connect({prefix}127.0.0.1:{host.port})", *READ, *LOG_ON)
        said = s3270(path, *client_options(certificates), script=script)
    assert "secure host-verified" in said, said + host.problem
    assert f"Level......: {LOGON.level}" in said
    assert ANSWER.message in said
    assert LogonTyped("alice", "secret") in host.told
    assert ours(config, Terminal()) == host.streams


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize(("server", "prefix"), [("tn3270e", "L:"), ("START-TLS", "")])
def test_s3270_without_a_certificate(certificates: Path, server: str, prefix: str, tls: str) -> None:
    """A server that asks refuses it before any screen; one that does not ask shows it the lower level."""
    path = peers.program("s3270")
    options = client_options(certificates, certificate=False)
    with LoopbackServer(SERVERS[server], server_context(certificates, tls)) as host:
        said = s3270(path, *options, script=(f"Connect({prefix}127.0.0.1:{host.port})", "Quit()"))
    assert "PEER_DID_NOT_RETURN_A_CERTIFICATE" in host.problem
    assert not any(isinstance(event, ScreenWanted) for event in host.told)
    lower = LogonScreen(LOGON.host, "anonymous", "not asked for a certificate", "SERVER_AUTHENTICATED")
    context = server_context(certificates, tls, asks=False)
    with LoopbackServer(SERVERS[server], context, shows=(lower, ANSWER)) as host:
        script = (f"Connect({prefix}127.0.0.1:{host.port})", *READ, *LOG_ON)
        said = s3270(path, *options, script=script)
    assert "Level......: SERVER_AUTHENTICATED" in said


def test_s3270_that_declines_start_tls_is_refused_where_it_is_required() -> None:
    """The server sees WONT START-TLS, and closes before any screen."""
    path = peers.program("s3270")
    with LoopbackServer(SERVERS["START-TLS"]) as host:
        script = (f"Connect(127.0.0.1:{host.port})", "Quit()")
        s3270(path, "-clear", "startTls", "-set", "reconnect=false", script=script)
    assert "WONT START-TLS" in [event.words for event in host.told if isinstance(event, TelnetReceived)]
    assert any(isinstance(event, TelnetRefused) for event in host.told)


def test_s3270_as_a_terminal_of_plain_telnet() -> None:
    """It shows text, types character by character as our server echoes, and sends what our client sends."""
    path = peers.program("s3270")
    with LoopbackServer(SERVERS["plain"]) as host:
        typing = ('String("alice")', "Enter()", 'Expect("Password: ",5)', 'String("secret")', "Enter()")
        connect = (f"Connect(127.0.0.1:{host.port})", 'Expect("login: ",5)')
        said = s3270(path, script=(*connect, *typing, 'Expect("LOGGED ON",5)', "Ascii()", "Quit()"))
    assert f"Level......: {LOGON.level}" in said
    assert "login: alice" in said
    assert "secret" not in said
    assert LogonTyped("alice", "secret") in host.told
    assert ours(SERVERS["plain"], Terminal())["client"] == host.streams["client"]
