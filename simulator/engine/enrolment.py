"""Enrolment: keys, requests, certificates, revocations, and CAs that go away before the connection.

It is played once for a scenario, on a clock of its own: the CAs sign when they are asked, and the world has
their certificates afterwards. Every run of the scenario then records what happened. All of it has negative
times, however slow the network is; once the connection begins, no CA sends or reads anything, unless its OCSP
responder is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from simulator.actors.authority import apply_for, take_bundle, take_certificate
from simulator.engine.kernel import Kernel
from simulator.engine.names import authorities_of, lane_name, names_held
from simulator.pki.keys import describe_key
from simulator.scenario.changes import written
from simulator.scenario.keeping import fetched_file, file_to_open, kept_in, unopened_file
from simulator.scenario.mistakes.mistake import split_path
from simulator.scenario.schedule.episodes import LOADED_USERS
from simulator.trace.facts import Noted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from simulator.actors.authority import CertificateAuthority
    from simulator.engine.world import World
    from simulator.pki.certificate import Certificate
    from simulator.scenario import Scenario
    from simulator.scenario.schedule.episodes import Episode, SettingChange
    from simulator.trace.facts import Fact

MICROSECOND = timedelta(microseconds=1)
MINUTE = 60_000_000
HOUR = 60 * MINUTE
# What a changed setting means, where it can be said better than by its name.
CHANGED = {
    "certificate": "From now on the {part} uses the certificate {value}.",
    "sends": "From now on the {part} sends {chain}.",
    "trusts": "From now on the {part} trusts {names}.",
    "password": "From now on the {part} enters the {value} password.",
    "pin": "From now on the {part} enters the {value} PIN.",
    "preset": "From now on the {part} is set up as {value}.",
    "passticket": "From now on the PassTicket of the telnet {part} is: {value}.",
}
SWITCHED_OFF_AT = -10 * MINUTE
FETCHED_AT = -2_000_000
OPENED_AT = -1_000_000  # a second before it connects, and after every entry of a schedule


@dataclass(frozen=True, slots=True)
class Happening:
    """The facts of an actor at one moment of the enrolment.

    Attributes:
        at: microseconds of virtual time, negative.
        actor: its lane.
        facts: in the order in which they happened.
        fresh: nothing before made it happen.
    """

    at: int
    actor: str
    facts: list[Fact]
    fresh: bool


@dataclass(frozen=True, slots=True)
class Beginning:
    """The beginning of one certificate's way to its holder.

    Attributes:
        at: when it begins, in microseconds of virtual time, negative.
        holder: ``client`` or ``server``.
        name: scenario name of the certificate.
        stolen: the holder has a copy of the certificate without its key.
    """

    at: int
    holder: str
    name: str
    stolen: bool


def table_in_words(users: Mapping[str, str] | None) -> str:
    """A table of users as rules, quoted, with their users."""
    return ", ".join(f'"{rule}" is {user}' for rule, user in (users or {}).items()) or "no rule"


def microseconds(moment: timedelta) -> int:
    """A duration in whole microseconds."""
    return moment // MICROSECOND


def beginnings(scenario: Scenario) -> list[Beginning]:
    """The beginnings for all certificates of client and server, in order of time.

    Each begins when its certificate becomes valid, but an hour or more before the connection: a certificate
    that is not valid yet was issued all the same. Two never overlap.
    """
    spacing = enrolment_spacing(scenario)
    sides = (("client", scenario.client), ("server", scenario.server))
    wanted = [(holder, name) for holder, setup in sides for name in names_held(setup)]
    # The last is over before a CA is switched off, even if all begin one after another at the latest time.
    latest = min(-HOUR, SWITCHED_OFF_AT - len(wanted) * spacing)
    thief = None if scenario.client.holds_key else ("client", scenario.client.certificate)
    found = [
        Beginning(
            min(microseconds(scenario.certificates[name].not_before), latest),
            holder,
            name,
            stolen=(holder, name) == thief,
        )
        for holder, name in wanted
    ]
    found.sort(key=lambda one: one.at)
    for place in range(1, len(found)):
        earliest = found[place - 1].at + spacing
        found[place] = replace(found[place], at=max(found[place].at, earliest))
    return found


def enrolment_spacing(scenario: Scenario) -> int:
    """The time from the beginning of one enrolment to that of the next, in microseconds.

    A minute, or on a slow network twice as long as an enrolment takes: there, processing, and back.
    """
    network = scenario.network
    return max(MINUTE, 2 * (2 * round(network.latency_ms * 1000) + round(network.thinking_ms * 1000)))


def enrol(world: World, episode: Episode) -> list[Happening]:
    """Play what comes before a connection; afterwards all certificates of its world have been issued.

    Args:
        world: as it is set up.
        episode: the connection.

    Returns:
        The happenings, in order.

    Raises:
        ScenarioError: a certificate cannot be issued.
    """
    return Enrolment(world, episode).play()


class Enrolment:
    """The enrolment before one connection.

    Args:
        world: as it is set up.
        episode: the connection.

    Attributes:
        happenings: what happened so far, in order.
    """

    def __init__(self, world: World, episode: Episode) -> None:
        network = world.scenario.network
        self.happenings: list[Happening] = []
        self._world = world
        self._episode = episode
        self._latency = round(network.latency_ms * 1000)
        self._processing = round(network.thinking_ms * 1000)
        self._kernel = Kernel()

    def play(self) -> list[Happening]:
        """Let everything happen that comes before the connection; return it in order."""
        episode, scenario = self._episode, self._world.scenario
        with_lane = authorities_of(scenario)
        begun = [(one.at, partial(self._begin, one)) for one in self._beginnings()]
        begun += [(microseconds(one.at), partial(self._change, one)) for one in episode.changes]
        begun += self._of_the_register(episode.revoked, "revoked", self._revoke, with_lane)
        begun += self._of_the_register(episode.released, "released", self._release, with_lane)
        begun += [
            (microseconds(scenario.crls[name].this_update), partial(self._publish, name))
            for name in episode.published
            if scenario.crls[name].issuer in with_lane
        ]
        begun += [
            (SWITCHED_OFF_AT, partial(self._switch_off, name))
            for name in with_lane
            if episode.number == 1 and not scenario.certificates[name].online
        ]
        if words := self._fetching():
            begun.append((FETCHED_AT, partial(self._record, "client", [Noted(words)])))
        if words := self._opening():
            begun.append((OPENED_AT, partial(self._record, "client", [Noted(words)])))
        self._kernel = Kernel(min((at for at, _ in begun), default=0))
        for at, action in begun:
            self._kernel.schedule(at - self._kernel.now, action)
        while self._kernel.step():
            pass
        return self.happenings

    def _of_the_register(
        self, names: Iterable[str], key: str, action: Callable[[str], None], with_lane: Collection[str]
    ) -> list[tuple[int, partial[None]]]:
        """The entries of CAs with a lane about their certificates, each with its moment."""
        scenario = self._world.scenario
        entered = [
            (microseconds(getattr(setup, key)), lane_name(setup.issuer), setup.subject, name)
            for name, setup in ((name, scenario.certificates[name]) for name in names)
            if name in self._world.names and setup.issuer != name and setup.issuer in with_lane
        ]
        return [(at, partial(action, name)) for at, _, _, name in sorted(entered)]

    def _beginnings(self) -> list[Beginning]:
        """The beginnings to tell: all certificates for the first connection, the renewals for a later one."""
        renewals, told = self._episode.renewals, []
        names = {one.name for one in renewals}
        if self._episode.number == 1:
            told = [one for one in beginnings(self._world.scenario) if one.name not in names]
        renewed = [Beginning(microseconds(one.at), one.holder, one.name, stolen=False) for one in renewals]
        return [*told, *renewed]

    def _fetching(self) -> str:
        """The way in which the client gets the file with its key, and who else has it then; or empty."""
        way = self._world.scenario.client.fetches
        if way is None:
            return ""
        file = fetched_file(self._world.scenario)
        if way == "https":
            return f"The client fetches its {file} by https, and opens it on its own machine."
        has = "can try passwords on it without end"
        if not file_to_open(self._world.scenario):
            has = "has the private key"
        return f"The client fetches its {file} by {way}, in clear: whoever reads along {has}."

    def _opening(self) -> str:
        """The client's way to its key before the connection, in words; empty if it need not open a file."""
        scenario, episode = self._world.scenario, self._episode
        file, changed = file_to_open(scenario), [change.path for change in episode.changes]
        # A PKCS#12 file is opened once, when it is delivered, or again with another password.
        if not file or (file == "PKCS#12 file" and "client.password" not in changed):
            return ""
        if unopened_file(scenario):
            return f"The client cannot open its {file}, since its password is wrong."
        return f"The client opens its {file} with the right password."

    def _change(self, change: SettingChange) -> None:
        """A setting changes."""
        part, *outer, key = split_path(change.path)
        value = written(change.path, change.value)
        if part == "certificates":
            scenario = self._world.scenario
            issuer = scenario.certificates[outer[0]].issuer
            actor = lane_name(issuer) if issuer in authorities_of(scenario) else "client"
            text = f"From the next renewal of {outer[0]} on: {key} is {value}."
        elif key == "crls":
            lists = ", ".join(change.value) or "none"
            actor, text = part, f"From now on the {part} holds these revocation lists: {lists}."
        else:
            actor = "client" if part == "network" else part
            words = CHANGED.get(key, "The {part}'s setting {key} is now {value}.")
            chain = "the chain of its certificate" if value == "default" else value[1:-1]
            text = words.format(part=part, key=key, value=value, names=value[1:-1] or "nothing", chain=chain)
            if change.path == LOADED_USERS:
                text = (
                    f"The server loads the table of users as it stands now: {table_in_words(change.value)}."
                )
            elif change.path == "server.users":
                waits = self._world.scenario.server.loaded_users is not None
                text = f"The table of users is changed: {table_in_words(change.value)}."
                text += " The server has not loaded it yet." * waits
        self._record(actor, [Noted(text)])

    def _begin(self, one: Beginning) -> None:
        """The holder asks for its certificate, or the CA makes key and certificate, or neither."""
        setup = self._world.scenario.certificates[one.name]
        if one.stolen:
            self._stolen(one, self_signed=setup.issuer == one.name)
        elif setup.issuer == one.name:
            made = self._world[one.name] if one.name in self._world else self._world.issue(one.name)
            subject = made.certificate.subject
            own = f"The {one.holder} makes a key and signs the certificate of {subject} itself"
            self._record(one.holder, [Noted(f"{own}: no CA vouches for it.")])
        elif setup.delivery == "csr":
            authority, request = self._world.authority_of(one.name), self._world.request(one.name)
            key, kept = (
                describe_key(self._world.public_key(one.name)),
                kept_in(self._world.scenario, one.name),
            )
            self._record(one.holder, apply_for(one.holder, authority.name, key, request, kept))
            self._kernel.schedule(self._latency, partial(self._request_arrives, one, authority, request))
        else:
            self._issue(one, self._world.authority_of(one.name), None)

    def _stolen(self, one: Beginning, *, self_signed: bool) -> None:
        """The holder has a copy of a certificate that was issued to another."""
        certificate = self._world[one.name].certificate
        if not self_signed:
            authority = self._world.authority_of(one.name)
            self._record(authority.name, authority.issued_to_its_holder(certificate))
        copy = f"The {one.holder} has a copy of the certificate of {certificate.subject}"
        self._record(one.holder, [Noted(f"{copy}, but not its private key.")])

    def _request_arrives(self, one: Beginning, authority: CertificateAuthority, request: bytes) -> None:
        """The CA reads the request and processes it."""
        self._record(authority.name, authority.receive(one.holder, request))
        self._kernel.schedule(self._processing, partial(self._issue, one, authority, request))

    def _issue(self, one: Beginning, authority: CertificateAuthority, request: bytes | None) -> None:
        """The CA signs, and what it issued is on its way."""
        certificate = self._world.sign(one.name, request)
        if request is None:
            self._record(authority.name, authority.issue_bundle(one.holder, certificate))
        else:
            self._record(authority.name, authority.issue(one.holder, certificate), fresh=False)
        arrives = partial(self._delivered, one, authority, certificate, request)
        self._kernel.schedule(self._latency, arrives)

    def _delivered(
        self, one: Beginning, authority: CertificateAuthority, certificate: Certificate, request: bytes | None
    ) -> None:
        """The holder has what it asked for."""
        self._world.hand_over(one.name, certificate, request)
        if request is None:
            opens = one.holder == "server" or not unopened_file(self._world.scenario)
            facts = take_bundle(one.holder, authority.name, password_is_right=opens)
            self._record(one.holder, facts)
        else:
            self._record(one.holder, take_certificate(authority.name, certificate))

    def _revoke(self, name: str) -> None:
        """The CA takes a certificate back, even one that it has not issued yet."""
        made = self._world[name] if name in self._world else self._world.issue(name)
        authority = self._world.authority_of(name)
        why = self._world.scenario.certificates[name].revocation_reason
        self._record(authority.name, authority.revoke(made.certificate, why))

    def _release(self, name: str) -> None:
        """The CA ends the revocation of a certificate."""
        made = self._world[name] if name in self._world else self._world.issue(name)
        authority = self._world.authority_of(name)
        self._record(authority.name, authority.release(made.certificate))

    def _publish(self, name: str) -> None:
        """The CA publishes a revocation list."""
        authority = self._world.authority(self._world.scenario.crls[name].issuer)
        listed = self._world.subjects_in(name)
        self._record(authority.name, authority.publish(self._world.crl(name), listed))

    def _switch_off(self, name: str) -> None:
        """A CA leaves the network."""
        authority = self._world.authority(name)
        self._record(authority.name, authority.switch_off())

    def _record(self, actor: str, facts: list[Fact], *, fresh: bool = True) -> None:
        """Note a beginning, or a reading, which knows its own cause."""
        self.happenings.append(Happening(self._kernel.now, actor, facts, fresh))
