"""The setup event: the actors and their settings, and the certificates of the world."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from simulator.actors.identity_header import TELLING
from simulator.engine.certificate_facts import held_certificates
from simulator.engine.link import latency_of
from simulator.engine.names import authorities_of, issuing_authorities, lane_name
from simulator.engine.revocation_lists import listed_in
from simulator.engine.roles import server_version
from simulator.scenario import ResponderSetup
from simulator.scenario.keeping import kept_in, unopened_file
from simulator.scenario.presets.departures import departures
from simulator.scenario.presets.table import presets
from simulator.scenario.responder_setup import responder_address
from simulator.scenario.setup import USUAL_HANDSHAKE_TIMEOUT
from simulator.scenario.words import write_duration
from simulator.tls.wire.version import Version
from simulator.trace.facts import Setup
from simulator.trace.setup import PASSES_ON, ActorSetup, ConnectionSetup, HeldCrl

if TYPE_CHECKING:
    from simulator.engine.world import Holding, World
    from simulator.pki.crl.revocation_list import RevocationList
    from simulator.scenario import ClientSetup, Scenario, ServerSetup, TlsVersion
    from simulator.scenario.whole import Between

UNITS = {"d": "day", "h": "hour", "m": "minute", "s": "second"}
KEEPING = {"file": "", "protected-file": "a file under a password", "device": "a security device"}
APPLICATIONS = {"line": "", "http": "HTTP", "telnet": "telnet", "tn3270": "TN3270"}
CLOSES = {"alert": "", "reset": "at once", "eof": "before its alert is sent"}
STARTS = {"at-once": "", "when-asked": "when asked by START-TLS", "never": "never"}
PORTS = {
    "secure": "SECURE, TLS alone",
    "negtsecure": "NEGTSECURE, TLS alone, by START-TLS",
    "any": "ANY, with TLS or in clear",
    "basic": "BASIC, in clear",
    "none": "NONE, no connections",
}
PICKS = {
    None: "",
    "named": "the one named, no other",
    "any-trusted": "the first from an authority that the server names",
}
PROMPTS = {
    None: "",
    "never": "never",
    "each-connection": "at each connection",
    "first-connection": "at the first connection",
}
HEED = {True: "obeyed", False: "ignored", None: ""}


def setup_of(
    scenario: Scenario,
    world: World,
    tls: TlsVersion,
    number: int,
    count: int,
    between: Between,
) -> Setup:
    """The world as it stands before the first message of a connection, with all that enrolment brought.

    Args:
        scenario: what is set up.
        world: what was made of it.
        tls: the version asked for.
        number: of the connection.
        count: how many connections there are.
        between: the party between client and server, if there is one.
    """
    return Setup(
        scenario=scenario.name,
        title=scenario.title,
        lesson=scenario.lesson,
        tls=tls,
        seed=scenario.seed,
        clock=_iso(scenario.clock),
        port=scenario.network.port,
        latency=latency_of(scenario),
        actors=tuple(_played(lane, number, between) for lane in lanes(scenario, world, tls)),
        connections=(ConnectionSetup(number, "client", "server", count),),
        certificates=held_certificates({name: one.certificate for name, one in world.issued.items()}),
        crls=tuple(_held_list(name, crl, scenario) for name, crl in world.crls.items()),
    )


def lanes(scenario: Scenario, world: World, tls: TlsVersion) -> tuple[ActorSetup, ...]:
    """The actors from left to right: the client's CAs, client, what passes records through, server, CAs."""
    client, server = _client_lane(scenario, world), _server_lane(scenario, world, Version(tls))
    of_client = issuing_authorities(scenario, scenario.client)
    left = [_authority_lane(scenario, name) for name in of_client]
    right = [_authority_lane(scenario, name) for name in authorities_of(scenario)[len(of_client) :]]
    between = scenario.between
    set_up = _with_values(("set up as", _set_up_as(between)))
    through = (ActorSetup(PASSES_ON, PASSES_ON, (), (), (), set_up),) if between.passes_through else ()
    return (*left, client, *through, server, *right)


def _played(lane: ActorSetup, number: int, between: Between) -> ActorSetup:
    """The lane with the party in between, if it plays it: the server first, and the client then."""
    if not between.ends_tls or lane.name != ("server" if number == 1 else "client"):
        return lane
    header = TELLING[between.writes_header] if between.writes_header else "no header"
    writes = (("names its client in", header),) if number == 2 and between.party == "proxy" else ()
    set_up = _with_values(("set up as", _set_up_as(between) if number == 1 else ""))
    return replace(lane, party=between.party or "", policy=(*set_up, *lane.policy, *writes))


def _client_lane(scenario: Scenario, world: World) -> ActorSetup:
    """The client with its unusual settings."""
    setup = scenario.client
    stolen = setup.certificate is not None and not setup.holds_key
    policy = _with_values(
        ("certificate", setup.certificate or "none"),
        ("may also send", ", ".join(setup.also_holds)),
        ("private key", "not the certificate's own" if stolen else ""),
        ("key kept in", _keeping(scenario, setup.certificate)),
        ("password", "wrong" if setup.password == "wrong" else ""),
        ("PIN", "wrong" if setup.pin == "wrong" else ""),
        ("when asked", "goes on without its certificate" if setup.withholds else ""),
        ("which certificate", PICKS[setup.picks]),
        ("looks for", ", ".join((*setup.wanted_key_usage, *setup.wanted_extended_key_usage))),
        ("asks its user", PROMPTS[setup.prompts]),
        ("its settings", "locked by the administrator" if setup.locked else ""),
        ("fetches its file by", setup.fetches or ""),
        ("what it signs", "not this handshake" if setup.corrupts_proof else ""),
        ("names in its own headers", setup.forges or ""),
        ("list of authorities", HEED[setup.obeys_ca_list]),
        ("verifies the server", "yes" if setup.verify_server else "no"),
        ("server name", setup.server_name),
        ("starts TLS", STARTS[setup.starts_tls]),
        *_settings_of_both(setup),
        ("writes", _writing(setup)),
        ("terminal's macro", _macro(setup)),
        ("key shares", str(setup.key_shares) if setup.key_shares != 1 else ""),
        ("profile", setup.profile),
    )
    sends = () if unopened_file(scenario) else _names(world, world.client)
    return ActorSetup("client", "client", sends, setup.trusts, (), policy)


def _server_lane(scenario: Scenario, world: World, requested: Version) -> ActorSetup:
    """The server with its unusual settings."""
    setup = scenario.server
    spoken, may = server_version(setup, requested), setup.authorized_users
    asks = f"{setup.client_authentication}, and insists on one" if setup.insists_on_any else ""
    policy = _with_values(
        ("set up as", _set_up_as(setup)),
        ("certificate", setup.certificate),
        ("key kept in", _keeping(scenario, setup.certificate)),
        ("client authentication", asks or setup.client_authentication),
        *_settings_of_both(setup),
        ("profile", setup.profile),
        ("speaks", f"TLS {spoken.value} only" if spoken is not requested else ""),
        ("having refused, closes", CLOSES[scenario.network.close]),
        ("application", APPLICATIONS[scenario.network.application]),
        *_port(setup, scenario),
        ("Express Logon", _express_logon(setup)),
        ("believes the header", TELLING[setup.believes_header] if setup.believes_header else ""),
        ("names these authorities", ", ".join(setup.ca_list)),
        *((f"user {user}", rule) for rule, user in setup.users_in_use.items()),
        ("table of users", "changed, and not loaded since" if setup.users_in_use != setup.users else ""),
        ("may use the resource", "" if may is None else ", ".join(may) or "no user"),
        ("lowest level", setup.minimum_level.value if setup.minimum_level is not None else ""),
    )
    reports = presets()[setup.preset].reports if setup.preset else ""
    sends = _names(world, world.server)
    return ActorSetup("server", "server", sends, setup.trusts, setup.holds, policy, reports=reports)


def _set_up_as(part: ServerSetup | Between) -> str:
    """The product that a part is set up as, and what it has otherwise; empty for none."""
    if part.preset is None:
        return ""
    preset = presets()[part.preset]
    otherwise = departures(preset, part)
    return preset.title + (f"; but {', '.join(otherwise)}" if otherwise else "")


def _port(setup: ServerSetup, scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """The way in which its port lets connections begin, where this one does not simply begin with TLS."""
    usual = (setup.port_security, scenario.client.starts_tls) == ("secure", "at-once")
    timeout = setup.handshake_timeout
    seconds = "" if timeout == USUAL_HANDSHAKE_TIMEOUT else f"{timeout.total_seconds():g} s"
    port = "" if usual else PORTS[setup.port_security]
    return ("port", port), ("waits for a silent client", seconds)


def _keeping(scenario: Scenario, name: str | None) -> str:
    """The place where the key of a certificate is kept, in words; empty for a plain file."""
    return "" if name is None else KEEPING[kept_in(scenario, name)]


def _writing(setup: ClientSetup) -> str:
    """The time over which a client writes, and its habit, if it does not write all at once."""
    blindly = "" if setup.looks_first else ", without looking at what arrives"
    return f"for {setup.writing_ms:g} ms{blindly}" if setup.writing_ms else ""


def _macro(setup: ClientSetup) -> str:
    """The words that the terminal's macro types, and the application; empty without a macro."""
    typed = " and ".join(setup.logon_macro)
    return f"logs on to {setup.express_logon}, types {typed}" if setup.express_logon else ""


def _express_logon(setup: ServerSetup) -> str:
    """The server's part in Express Logon, and what goes wrong with it; empty without one."""
    if not setup.express_logon:
        return ""
    found = ["offered"]
    if setup.passticket_applications is not None:
        found.append(f"PassTickets for {', '.join(setup.passticket_applications) or 'no application'}")
    if setup.passticket_service == "unreachable":
        found.append("the PassTicket service cannot be reached")
    found += {
        "expired": ["its PassTicket expires"],
        "used-before": ["it keeps a PassTicket that was used"],
    }.get(setup.passticket, [])
    return "; ".join(found)


def _settings_of_both(setup: ClientSetup | ServerSetup) -> tuple[tuple[str, str], ...]:
    """Clock, groups and signature schemes, if they are not the usual ones."""
    offset, pace = setup.clock_offset, "fast" if setup.clock_offset > timedelta() else "slow"
    return (
        ("clock", f"{span_in_words(abs(offset))} {pace}" if offset else ""),
        ("groups", ", ".join(setup.groups or ())),
        ("accepts signatures", ", ".join(setup.signature_schemes or ())),
        ("revocation", _lookup_in_words(setup)),
        ("revocation lists", ", ".join(setup.crls)),
    )


def _lookup_in_words(setup: ClientSetup | ServerSetup) -> str:
    """The way in which a side looks up revocation; empty where it does not."""
    if setup.revocation == "none":
        return ""
    which = "the leaf" if setup.revocation_scope == "leaf" else "every certificate"
    without = "refuses" if setup.revocation_failure == "hard" else "accepts"
    way = "asks by OCSP about" if setup.revocation == "ocsp" else "looks up"
    return f"{way} {which}; without an answer it {without}"


def _held_list(name: str, crl: RevocationList, scenario: Scenario) -> HeldCrl:
    """A revocation list as the trace has it."""
    sides = (("client", scenario.client), ("server", scenario.server))
    return HeldCrl(
        name,
        crl.der,
        crl.issuer_name.text,
        crl.number,
        _iso(crl.this_update),
        None if crl.next_update is None else _iso(crl.next_update),
        listed_in(scenario.crls[name], scenario),
        tuple(side for side, setup in sides if name in setup.crls),
    )


def _iso(moment: datetime) -> str:
    """A moment as ISO 8601 has it, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _with_values(*settings: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """The settings with a value."""
    return tuple(setting for setting in settings if setting[1])


def span_in_words(span: timedelta) -> str:
    """A span in words, ``400 days``, if one unit is enough; else as a scenario file writes it."""
    written = write_duration(span)
    unit = UNITS.get(written[-1], "") if written[:-1].isdigit() else ""
    return f"{written[:-1]} {unit}{'' if written[:-1] == '1' else 's'}" if unit else written


def _authority_lane(scenario: Scenario, name: str) -> ActorSetup:
    """A CA."""
    setup = scenario.certificates[name]
    sides = ((scenario.client, scenario.server), (scenario.server, scenario.client))
    asked = any(
        asker.revocation == "ocsp" and name in issuing_authorities(scenario, about) for about, asker in sides
    )
    responder = responder_address(name, scenario.responders.get(name, ResponderSetup()))
    policy = (
        ("certificate", name),
        ("online", "yes" if setup.online else "no"),
        *([("OCSP responder", responder)] if asked else []),
    )
    return ActorSetup(lane_name(name), "authority", (), (), (), policy)


def _names(world: World, holding: Holding) -> tuple[str, ...]:
    """Scenario names of the chain that a side presents."""
    names = {issued.certificate.der: name for name, issued in reversed(world.issued.items())}
    return tuple(names[der] for own in holding.credentials[:1] for der in own.chain)
