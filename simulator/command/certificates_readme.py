"""The README beside a scenario's certificates: each file, and commands for the programs to test with.

A password stands in no command: other users of a machine can read the words of every process.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from simulator.pki.host import read_host
from simulator.visible import clean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from simulator.engine.world import World, WorldFile

MARK = "Made by `clientauth certificates`"  # by which the file is known again
_ROW = re.compile(r"^\| `([^`/]+)` \|", re.MULTILINE)
PORT = 8443  # a port that every user may open, which the scenario's own may not be


class _Policy(NamedTuple):
    """A client authentication policy in the words of other programs; None: the program has no such policy.

    ``nginx_rule`` is a further line for nginx, which then refuses above TLS.
    """

    openssl: str
    nginx: str
    haproxy: str
    postgresql: str | None
    mosquitto: tuple[str, ...] | None
    nginx_rule: str = ""


# mosquitto from version 2 on refuses every client of a listener that does not say which clients may connect.
_BY_CERTIFICATE = ("require_certificate true", "use_identity_as_username true")
_ANYBODY = ("require_certificate false", "allow_anonymous true")
_POLICIES = {
    "none": _Policy("", "off", "verify none", "", _ANYBODY),
    "unverified": _Policy(
        " -verify 8", "optional_no_ca", "verify optional ca-ignore-err all crt-ignore-err all", None, None
    ),
    "optional": _Policy(" -verify 8 -verify_return_error", "optional", "verify optional", "", _ANYBODY),
    "required": _Policy(
        " -Verify 8 -verify_return_error", "on", "verify required", " clientcert=verify-ca", _BY_CERTIFICATE
    ),
    "deferred": _Policy(
        " -verify 8",
        "on",
        "verify optional ca-ignore-err all crt-ignore-err all\n"
        "http-request deny deny_status 400 unless { ssl_c_used } { ssl_c_verify 0 }",
        None,
        None,
    ),
}
_INSISTING = _Policy(
    " -Verify 8",
    "optional_no_ca",
    "verify optional ca-ignore-err all crt-ignore-err all\n"
    "http-request deny deny_status 400 unless { ssl_c_used }",
    None,
    None,
    "if ($ssl_client_verify = NONE) { return 400; }",
)
_NO_SUCH_POLICY = "It has no policy like that of this scenario's server."


def readme_of(world: World, files: Sequence[WorldFile], *, seeded: bool) -> str:
    """Write the README of a folder of certificates.

    Args:
        world: the certificates and the scenario they belong to.
        files: the other files of the folder.
        seeded: the certificates are dated by the scenario's clock.
    """
    names = {file.name for file in files}
    rows = [f"| `{file.name}` | {file.content}{' (secret)' if file.is_private else ''} |" for file in files]
    parts = [
        f"# Certificates of {clean(world.scenario.name) or 'a scenario'}",
        f"{MARK} for tests and teaching.",
        *_warnings(world, seeded),
        "\n".join(["| File | Content |", "|---|---|", *rows]),
        "The commands below run in this folder. `password.txt` stands for a file of yours with the password "
        "of the PKCS#12 and JKS files in its first line: a password in a command can be read by every user "
        "of the machine. Java wants six characters at least.",
        *_sections(world, names, seeded),
    ]
    return "\n\n".join(parts) + "\n"


def files_of_readme(text: str) -> tuple[str, ...]:
    """The names of the files that a README lists."""
    return tuple(_ROW.findall(text))


def _warnings(world: World, seeded: bool) -> Iterator[str]:
    """The things that keep a real tool from doing as expected."""
    if seeded:
        moment = world.scenario.clock.strftime("%Y-%m-%d")
        yield (
            "The keys follow from the scenario's seed: anyone can make the same ones. The certificates are "
            f"valid around {moment}, so programs that take no other time may refuse them today."
        )
    if not world.scenario.client.holds_key:
        yield (
            "The client is a thief: `client-signs-with.key` is not the key of its certificate. Programs that "
            "compare the two refuse to start with them (`key values mismatch`)."
        )
    if world.client.store.directly_trusted or world.server.store.directly_trusted:
        yield (
            "A side trusts a certificate that is no CA. OpenSSL accepts one that is not self-signed only "
            "with `-partial_chain`."
        )


def _sections(world: World, names: Collection[str], seeded: bool) -> Iterator[str]:
    """A section for each program."""
    scenario = world.scenario
    policy = _POLICIES.get(scenario.server.client_authentication, _POLICIES["required"])
    policy = _INSISTING if scenario.server.insists_on_any else policy
    has_client = any(own.chain for own in world.client.credentials[:1])
    when = f" -attime {round(scenario.clock.timestamp())}" if seeded else ""
    yield from _openssl(world, policy, when, has_client=has_client)
    yield _curl(world, has_client=has_client)
    yield _java(world, names)
    yield _browsers(world, names, has_client=has_client)
    yield from _servers(world, policy, names, has_client=has_client)


def _openssl(world: World, policy: _Policy, when: str, *, has_client: bool) -> Iterator[str]:
    """Judging the chains, and both sides of a handshake."""
    host = read_host(world.scenario.client.server_name)
    # An address is never sent as server_name (RFC 6066, section 3) and is compared with other entries.
    name = f"-verify_ip {host.address}"
    if host.sni is not None:
        name = f"-servername {host.sni} -verify_hostname {host.sni}"
    at_hand = "".join(f" -untrusted {world.name_of(one)}.pem" for one in world.server.held)
    judged = [("server", "client")] + ([("client", "server")] if has_client else [])
    verify = [
        f"openssl verify{when} -purpose ssl{side} -CAfile {_anchors(world, other)} "
        f"-untrusted {side}-chain.pem{at_hand if side == 'client' else ''} {side}-chain.pem"
        for side, other in judged
    ]
    yield _section("openssl: judge the chains", verify)
    own = (
        " -cert client-chain.pem -key client-signs-with.key -chainCAfile client-chain.pem"
        if has_client
        else ""
    )
    yield _section(
        "openssl: a server, and in another window a client",
        [
            f"openssl s_server -accept {PORT} -www -cert server-chain.pem -key server-signs-with.key "
            f"-chainCAfile server-chain.pem -CAfile {_anchors(world, 'server')}{policy.openssl}{when}",
            f"openssl s_client -connect 127.0.0.1:{PORT} {name} -CAfile {_anchors(world, 'client')} "
            f"-verify_return_error{own}{when}",
        ],
    )


def _anchors(world: World, side: str) -> str:
    """The file of what a side trusts, and the option that makes OpenSSL look into the lists in it."""
    setup = world.scenario.client if side == "client" else world.scenario.server
    if setup.revocation != "crl":
        return f"{side}-trusts.pem"
    flag = "-crl_check" if setup.revocation_scope == "leaf" else "-crl_check_all"
    return f"{side}-trusts{'-and-crls' if setup.crls else ''}.pem {flag}"


def _curl(world: World, *, has_client: bool) -> str:
    """A client for the server of the section above."""
    host = read_host(world.scenario.client.server_name)
    bare = host.sni or (
        f"[{host.address}]" if host.address and host.address.version == 6 else f"{host.address}"
    )
    own = " --cert client-chain.pem --key client-signs-with.key" if has_client else ""
    command = f"curl --connect-to ::127.0.0.1:{PORT} --cacert client-trusts.pem{own} https://{bare}:{PORT}/"
    return _section("curl", [command])


def _java(world: World, names: Collection[str]) -> str:
    """Key stores and trust stores, and the options that name them."""
    lines = []
    for side in ("client", "server"):
        stores = [name for name in (f"{side}-trusts.p12", f"{side}-trusts.jks") if name in names]
        lines += [f"keytool -list -keystore {name} -storepass:file password.txt" for name in stores]
        if not stores:
            lines += [
                f"keytool -importcert -noprompt -alias {name} -file {name}.pem "
                f"-keystore {side}-trusts.p12 -storetype PKCS12 -storepass:file password.txt"
                for one in (world.client if side == "client" else world.server).store
                if (name := world.name_of(one)) is not None
            ]
    for name in (*world.client.names[:1], *world.server.names[:1]):
        if f"{name}.p12" in names:
            lines.append(f"keytool -list -keystore {name}.p12 -storepass:file password.txt")
        else:
            lines.append(_to_pkcs12(world, name))
    advice = (
        "A program takes them from a file of options that its owner alone can read, "
        "`java @options.txt Program`, with the lines `-Djavax.net.ssl.keyStore=`, "
        "`-Djavax.net.ssl.keyStorePassword=`, `-Djavax.net.ssl.trustStore=` and "
        "`-Djavax.net.ssl.trustStorePassword=`."
    )
    return f"{_section('keytool and Java', lines)}\n\n{advice}"


def _to_pkcs12(world: World, name: str) -> str:
    """The command that makes a PKCS#12 file of a certificate, its chain and its own key."""
    chain = " ".join(f"{world.name_of(one)}.pem" for one in world[name].presented)
    options = f"-inkey {name}.key -name {name} -passout file:password.txt -out {name}.p12"
    if world[name].chain:
        return f"cat {chain} | openssl pkcs12 -export {options}"
    return f"openssl pkcs12 -export -in {chain} {options}"


def _browsers(world: World, names: Collection[str], *, has_client: bool) -> str:
    """The import of certificate and CAs."""
    lines = ["## Browsers"]
    if has_client:
        name = world.client.names[0]
        made = f"`{name}.p12`" + ("" if f"{name}.p12" in names else " (made by the command above)")
        older = f"`{name}-older.p12`" if f"{name}-older.p12" in names else "the form `older-pkcs12`"
        lines.append(
            f"Import {made}. Firefox: Settings, Privacy & Security, View Certificates, Your Certificates, "
            "Import. Chrome and Edge on Windows: open the file; on macOS: open it with Keychain Access; on "
            "Linux: chrome://certificate-manager. Older systems that call the password wrong take "
            f"{older}."
        )
    lines.append(
        "For the server, import the CAs of `client-trusts.pem` as authorities that identify web sites, and "
        "take them out again after the test."
    )
    return "\n\n".join(lines)


def _servers(world: World, policy: _Policy, names: Collection[str], *, has_client: bool) -> Iterator[str]:
    """The settings of servers that ask for certificates, and their clients."""
    both = "server-chain-and-key.pem"
    looks_up = world.scenario.server.revocation == "crl" and bool(world.scenario.server.crls)
    join = "" if both in names else f"# cat server-chain.pem server-signs-with.key > {both}\n"
    postgresql = (
        _NO_SUCH_POLICY
        if policy.postgresql is None
        else _code(
            "# postgresql.conf",
            "ssl = on",
            "ssl_cert_file = 'server-chain.pem'",
            "ssl_key_file = 'server-signs-with.key'",
            "ssl_ca_file = 'server-trusts.pem'",
            "# pg_hba.conf",
            f"hostssl all all all scram-sha-256{policy.postgresql}",
        )
    )
    mosquitto = (
        _NO_SUCH_POLICY
        if policy.mosquitto is None
        else _code(
            "# mosquitto.conf",
            "listener 8883",
            "certfile server-chain.pem",
            "keyfile server-signs-with.key",
            "cafile server-trusts.pem",
            *policy.mosquitto,
        )
    )
    nginx = _code(
        f"listen {PORT} ssl;",
        "ssl_certificate server-chain.pem;",
        "ssl_certificate_key server-signs-with.key;",
        "ssl_client_certificate server-trusts.pem;",
        f"ssl_verify_client {policy.nginx};",
        *filter(None, [policy.nginx_rule]),
        "ssl_verify_depth 8;",
        *(["ssl_crl server-crls.pem;  # needs the list of every CA in the path"] if looks_up else []),
    )
    listed = " crl-file server-crls.pem" if looks_up else ""
    haproxy = _code(f"{join}bind :{PORT} ssl crt {both} ca-file server-trusts.pem{listed} {policy.haproxy}")
    yield "## Servers\n\nGive each path in full."
    yield f"nginx, in `server`:\n\n{nginx}"
    yield f"HAProxy, in `frontend`:\n\n{haproxy}"
    yield f"PostgreSQL:\n\n{postgresql}"
    yield f"mosquitto:\n\n{mosquitto}"
    host = read_host(world.scenario.client.server_name)
    name = host.sni or f"{host.address}"
    psql = " sslcert=client-chain.pem sslkey=client-signs-with.key" if has_client else ""
    publish = " --cert client-chain.pem --key client-signs-with.key" if has_client else ""
    clients = _code(
        f'psql "host={name} sslmode=verify-full sslrootcert=client-trusts.pem{psql}"',
        f"mosquitto_pub -h {name} -p 8883 --cafile client-trusts.pem{publish} -t test -m hello",
    )
    yield f"Clients of the last two, where {name} leads to the server:\n\n{clients}"


def _section(title: str, commands: Sequence[str]) -> str:
    """A heading with commands."""
    return f"## {title}\n\n{_code(*commands)}"


def _code(*lines: str) -> str:
    """Lines as a block of code."""
    return "\n".join(["```", *lines, "```"])
