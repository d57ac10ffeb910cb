"""Scenario files: read with all mistakes told at once, and written so that reading gives the same again."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import ScenarioError
from simulator.scenario import CertificateSetup, Expectation, Scenario
from simulator.scenario.catalogue.catalogue import catalogue
from simulator.scenario.changes import apply_table, parse_assignment
from simulator.scenario.file import MOST_MISTAKES, load, loads
from simulator.scenario.network import Network
from simulator.scenario.schema import PATH, json_schema, schema_text
from simulator.scenario.setup import ClientSetup, ServerSetup
from simulator.scenario.toml_text import LARGEST_FILE_BYTES, key_lines
from simulator.scenario.values import field_types, read_table, type_at
from simulator.scenario.whole import ScenarioSetup
from simulator.scenario.words import read_duration, write_duration
from simulator.security import SecurityLevel
from tests.played import for_each
from tests.scenario.writing import dump

if TYPE_CHECKING:
    from simulator.scenario.mistakes.mistake import Problem

BAD = """\
# eighteen mistakes
tile = "A title"
clock = "today"
seed = 5

[network]
latency_ms = -3
port = 70000
latncy_ms = 2

[certificates.alice]
not_after = "3 days"
key = "P256"
key_usage = ["digitalSignatur"]

[server]
client_authentication = "requird"
trusts = [
  "client-ca", # a ] that closes nothing
  7,
]
ca_list = ["clint-ca"]

[client]
certificate = "alise"
holds_key = "no"

[expect]
levl = "REFUSED"
alert = "unknwn_ca"
"1.4" = {level = "REFUSED"}

[fault]
"""

BAD_LINES = [
    "bad.toml:2: tile: there is no such setting here; there are name, title, topic, lesson, seed, clock, "
    "network, certificates, crls, responders, client, server, between, schedule, expect (got 'A title'). "
    "Did you mean 'title'?",
    "bad.toml:3: clock: must be a date and time, as in 2030-03-04T09:00:00Z (got 'today').",
    "bad.toml:4: seed: must be text (got 5).",
    "bad.toml:7: network.latency_ms: must be from 0 to 86400000 milliseconds (got -3.0).",
    "bad.toml:8: network.port: must be a TCP port, 1 to 65535 (got 70000).",
    "bad.toml:9: network.latncy_ms: there is no such setting here; there are latency_ms, thinking_ms, port, "
    "application, close (got 2). Did you mean 'latency_ms'?",
    "bad.toml:12: certificates.alice.not_after: must be a span such as -30d, 335d, -1h, 10y or 1d12h "
    "(y has 365 days; w, d, h, m, s) (got '3 days').",
    "bad.toml:13: certificates.alice.key: must be one of P-256, P-384, P-521, Ed25519, Ed448, "
    "RSA-2048, RSA-3072, RSA-4096, RSA-1024 (got 'P256'). Did you mean 'P-256'?",
    "bad.toml:17: server.client_authentication: must be one of none, unverified, optional, required, "
    "deferred (got 'requird'). Did you mean 'required'?",
    'bad.toml:18: server.trusts: must be a list of texts, as in ["a", "b"] (got [\'client-ca\', 7]).',
    "bad.toml:22: server.ca_list: must be the name of a certificate, one of client-ca, alice, server-ca, "
    "server (got 'clint-ca'). Did you mean 'client-ca'?",
    "bad.toml:25: client.certificate: must be the name of a certificate, one of alice, server "
    "(got 'alise'). Did you mean 'alice'?",
    "bad.toml:26: client.holds_key: must be true or false (got 'no').",
    "bad.toml:29: expect.levl: there is no such setting here; there are level, decisive_check, alert, 1.2, "
    "1.3 (got 'REFUSED'). Did you mean 'level'?",
]


def test_all_mistakes_are_told_with_line_path_and_nearest_word(tmp_path: Path) -> None:
    """One reading tells every mistake, in the order of the file."""
    path = tmp_path / "bad.toml"
    path.write_text(BAD, encoding="utf-8")

    with pytest.raises(ScenarioError) as caught:
        load(path)

    lines = str(caught.value).replace(f"{tmp_path}/", "").splitlines()
    key_usage, alert, version, fault = (
        next(line for line in lines if f":{number}:" in line) for number in (14, 30, 31, 33)
    )
    assert [line for line in lines if line not in (key_usage, alert, version, fault)] == BAD_LINES
    assert key_usage.endswith("(got 'digitalSignatur'). Did you mean 'digitalSignature'?")
    assert alert.endswith("(got 'unknwn_ca'). Did you mean 'unknown_ca'?")
    assert version.startswith('bad.toml:31: expect."1.4": ')
    assert fault.startswith("bad.toml:33: fault: there is no such setting here")


@pytest.mark.parametrize("text", ["", "\n", "# nothing but a remark\n", "\ufeff"])
def test_an_empty_file_is_the_good_handshake(text: str, tmp_path: Path) -> None:
    """A file that says nothing differs in nothing, not even in name; it only expects nothing."""
    path = tmp_path / "empty.toml"
    path.write_text(text, encoding="utf-8")

    assert replace(Scenario(), expect={}) == load(path)


def test_a_file_without_expectation_expects_nothing(tmp_path: Path) -> None:
    """It goes by its file's name; one that changes only the words is no test of the good handshake either."""
    path = tmp_path / "mine.toml"
    path.write_text('[client]\ncertificate = "none"\n', encoding="utf-8")
    mine = load(path)

    assert (mine.name, mine.title, mine.lesson, dict(mine.expect)) == ("mine", "mine", "", {})
    assert {} == loads('title = "Mine"').expect


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a = [1", "x.toml:1:7: ", "Unclosed array"),
        ("\nb = \n", "x.toml:2:5: ", "Invalid value"),
        ("seed = '1'\nseed = '2'\n", "x.toml:2:11: ", "Cannot overwrite"),
        ("[a", "x.toml:1:3: ", "Expected ']'"),
        ("a=" + "[" * 20_000, "x.toml: ", "nested too deeply"),
        ("a" + ".a" * 100_000 + "=1", "x.toml: ", "nested too deeply"),
        ("['a'" + " . 'a'" * 40 + "]", "x.toml: ", "nested too deeply"),
        ("a=" + "9" * 5_000, "x.toml:1: ", "a number is too long"),
        ("a=\x00", "x.toml:1:3: ", "not TOML"),
    ],
)
def test_text_that_is_no_toml_is_told_with_line_and_column(text: str, place: str, words: str) -> None:
    """Syntax errors carry file, line and column where TOML knows them; nothing ends in a traceback."""
    with pytest.raises(ScenarioError) as caught:
        loads(text, source="x.toml")

    assert str(caught.value).startswith(place)
    assert words in str(caught.value)


def test_of_very_many_mistakes_the_first_are_told() -> None:
    """The first fifty in the order of the file, and how many more there are."""
    with pytest.raises(ScenarioError) as caught:
        loads("".join(f"k{number}=1\n" for number in range(1000)), source="x.toml")

    lines = str(caught.value).splitlines()
    assert len(lines) == MOST_MISTAKES + 1
    assert lines[0].startswith("x.toml:1: k0: ")
    assert lines[-1] == f"x.toml:{MOST_MISTAKES + 1}: and {1000 - MOST_MISTAKES} more mistakes."


def test_what_is_no_readable_file_is_told(tmp_path: Path) -> None:
    """A directory, a missing file, rubbish, another encoding, a huge file, an odd path: all told apart."""
    rubbish, latin, huge = tmp_path / "rubbish.toml", tmp_path / "latin.toml", tmp_path / "huge.toml"
    rubbish.write_bytes(bytes(range(256)))
    latin.write_bytes("title = 'é'".encode("latin-1"))
    huge.write_bytes(b"#" * (LARGEST_FILE_BYTES + 1))
    expected = {
        str(tmp_path): "it is a directory",
        str(tmp_path / "absent.toml"): "No such file",
        str(rubbish): "not text in UTF-8: byte 128 is 0x80",
        str(latin): "not text in UTF-8: byte 9 is 0xe9",
        str(huge): "too large",
        "a\0b.toml": "cannot be read",
    }

    for path, words in expected.items():
        with pytest.raises(ScenarioError, match=words):
            load(path)


@given(st.binary(max_size=200))
def test_no_bytes_end_in_a_traceback(data: bytes) -> None:
    """Whatever text a file holds, it is a scenario or a ScenarioError."""
    with suppress(ScenarioError):
        assert isinstance(loads(data.decode("utf-8", "replace")), Scenario)


# Every setting with values of every kind.
PARTS = {"network": Network, "client": ClientSetup, "server": ServerSetup}
VALUES: list[Any] = [
    *("alice", "none", "absent", "default", "never", "not-asked", "optional", "ca", "P-384", "-1d12h", ""),
    *("openssl", "validity", "unknown_ca", "REFUSED", "csr", "sha1", "other", "1.2"),
    *(0, 1, -5, 2.5, float("nan"), True, [], ["alice"], [1], {}, {"CN=alice": "A"}, {"CN=alice": 1}),
    *(datetime(2031, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC).date()),
]
SETTINGS = [
    *[(key,) for key in field_types(ScenarioSetup)],
    *[(part, key) for part, kind in PARTS.items() for key in field_types(kind)],
    *[("certificates", "alice", key) for key in field_types(CertificateSetup)],
    *[("expect", key) for key in field_types(Expectation)],
    *[("expect", "1.3", key) for key in field_types(Expectation)],
    ("certificates", "alice"),
    ("expect", "1.2"),
    ("nonsense",),
    ("server", "nonsense"),
    ("certificates", "alice", "nonsense"),
]


def nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A document with one setting."""
    for key in reversed(path):
        value = {key: value}
    return value


@for_each("path", SETTINGS)
def test_a_value_is_read_or_reported_at_its_place(path: tuple[str, ...]) -> None:
    """Any value is either a problem at its path or below, or reads as itself when it is read again."""
    for value in VALUES:
        problems: list[Problem] = []
        table = read_table(nested(path, value), problems)
        for problem in problems:
            assert problem.path[: len(path)] == path or problem.message == "needs a level", value
            assert problem.message
            assert str(problem)
        if not problems and path[0] != "expect" and value == value and path != ("certificates", "alice"):
            changed = apply_table(ScenarioSetup(), table)
            found: list[Problem] = []
            again = read_table({key: getattr(changed, key) for key in field_types(ScenarioSetup)}, found)
            assert found == []
            assert apply_table(ScenarioSetup(), again) == changed, value


def test_what_is_written_reads_the_same() -> None:
    """``loads(dump(scenario))`` is the scenario, for every one of the catalogue, changed and unchanged."""
    for name in catalogue:
        scenario = catalogue[name]
        changed = scenario.but(seed="another", server={"profile": "rfc5280"})

        assert loads(dump(scenario)) == scenario, name
        assert loads(dump(changed)) == changed, name


texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
spans = st.integers(-86_400 * 3000, 86_400 * 3000).map(lambda seconds: timedelta(seconds=seconds))


@given(
    title=texts,
    seed=texts,
    before=spans,
    length=st.integers(0, 10**8),
    user=texts,
    words=st.sampled_from([None, (), ("digitalSignature",)]),
    obeys=st.sampled_from([None, False, True]),
    groups=st.sampled_from([None, ("x25519",), ("secp256r1", "x25519")]),
    offset=spans,
    speaks=st.sampled_from(["requested", "other", "1.2", "1.3"]),
    expect=st.dictionaries(
        st.sampled_from(["1.2", "1.3"]),
        st.builds(
            Expectation,
            st.sampled_from(SecurityLevel),
            st.sampled_from([None, "validity"]),
            st.sampled_from([None, "unknown_ca"]),
        ),
    ),
)
def test_odd_values_survive_writing_and_reading(
    title: str,
    seed: str,
    before: timedelta,
    length: int,
    user: str,
    words: tuple[str, ...] | None,
    obeys: bool | None,
    groups: tuple[str, ...] | None,
    offset: timedelta,
    speaks: str,
    expect: dict[Any, Expectation],
) -> None:
    """Quotes, backslashes, long spans, words for nothing and any mixture of expectations come back."""
    scenario = Scenario().but(
        seed=seed,
        certificates={
            "alice": {
                "not_before": before,
                "not_after": before + timedelta(seconds=length),
                "key_usage": words,
            },
            "new-ca": {
                "role": "ca",
                "path_length": 3,
                "key_of": "client-ca",
                "signature_hash": "sha384",
                "permitted_dns_names": ["example.org"],
            },
            "server-ca": {"revoked": before},
        },
        client={"obeys_ca_list": obeys, "groups": groups, "clock_offset": offset},
        server={
            "users": {"CN=alice": user},
            "authorized_users": [user],
            "minimum_level": "ENCRYPTED",
            "speaks": speaks,
            "signature_schemes": ["ed25519"],
        },
    )
    scenario = replace(scenario, title=title, expect=expect)

    assert loads(dump(scenario)) == scenario


@given(spans)
def test_a_span_reads_as_it_was_written(span: timedelta) -> None:
    """Writing a span and reading it gives the span, in every length."""
    assert read_duration(write_duration(span)) == span


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("-30d", timedelta(days=-30)),
        ("335d", timedelta(days=335)),
        ("-1h", timedelta(hours=-1)),
        ("10y", timedelta(days=3650)),
        ("+1d12h", timedelta(hours=36)),
        ("2w", timedelta(days=14)),
        ("90m", timedelta(minutes=90)),
        ("0s", timedelta()),
    ],
)
def test_spans_have_their_plain_meaning(text: str, span: timedelta) -> None:
    """Sign, number and unit mean what they say; a year has 365 days."""
    assert read_duration(text) == span


@pytest.mark.parametrize("text", ["", "d", "1", "-", "1 d", "1.5h", "1D", "--1d", "٣d", "999999999y"])
def test_what_is_no_span_is_refused(text: str) -> None:
    """Half a span, another alphabet's digits and times beyond counting are refused."""
    with pytest.raises(ValueError, match="is"):
        read_duration(text)


ASSIGNMENTS = [
    ("server.client_authentication=optional", "server.client_authentication", "optional"),
    ("client.certificate=none", "client.certificate", None),
    ("client.verify_server=false", "client.verify_server", False),
    ("seed=2", "seed", "2"),
    ('seed="2"', "seed", "2"),
    ("name=1.5", "name", "1.5"),
    ("server.tickets = 0", "server.tickets", 0),
    ("network.latency_ms=5", "network.latency_ms", 5.0),
    ("server.trusts=client-ca, server-ca", "server.trusts", ("client-ca", "server-ca")),
    ('server.trusts=["client-ca"]', "server.trusts", ("client-ca",)),
    ("server.trusts=[client-ca]", "server.trusts", ("client-ca",)),
    ("server.trusts=", "server.trusts", ()),
    ("server.trusts=[]", "server.trusts", ()),
    ("server.trusts=[client-ca, server-ca]", "server.trusts", ("client-ca", "server-ca")),
    ("client.sends=default", "client.sends", None),
    ("certificates.alice.not_after=-1d", "certificates.alice.not_after", timedelta(days=-1)),
    ("certificates.alice.key_usage=absent", "certificates.alice.key_usage", ()),
    ("clock=2031-01-01T00:00:00Z", "clock", datetime(2031, 1, 1, tzinfo=UTC)),
    ("server.speaks=1.2", "server.speaks", "1.2"),
    ("server.speaks=other", "server.speaks", "other"),
    ("server.clock_offset=400d", "server.clock_offset", timedelta(days=400)),
    ("server.groups=secp256r1", "server.groups", ("secp256r1",)),
    ("client.signature_schemes=default", "client.signature_schemes", None),
    ("client.obeys_ca_list=true", "client.obeys_ca_list", True),
    ("client.obeys_ca_list=default", "client.obeys_ca_list", None),
    ("client.also_holds=server", "client.also_holds", ("server",)),
    ("certificates.alice.signature_hash=sha1", "certificates.alice.signature_hash", "sha1"),
    ("certificates.alice.key_of=none", "certificates.alice.key_of", None),
    (
        "certificates.client-ca.permitted_dns_names=example.org",
        "certificates.client-ca.permitted_dns_names",
        ("example.org",),
    ),
    ('server.users."CN=alice"=ALICE', 'server.users."CN=alice"', "ALICE"),
]


def test_an_assignment_is_read_as_a_setting() -> None:
    """Bare words, TOML values and lists by commas are read by the setting's type; ``but`` takes the pair."""
    for text, path, value in ASSIGNMENTS:
        assert parse_assignment(text) == (path, value), text
        Scenario().but(dict([parse_assignment(text)]))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "server.client_authentication=opional",
            "--set: server.client_authentication: must be one of none, unverified, optional, required, "
            "deferred (got 'opional'). Did you mean 'optional'?",
        ),
        ("server.tickets=many", "--set: server.tickets: must be a whole number (got 'many')."),
        (
            "nope",
            "--set: must be a path, '=' and a value, as in server.client_authentication=optional "
            "(got 'nope').",
        ),
        *(
            (
                f"server.trusts={text}",
                "--set: server.trusts: must be a list in brackets, as in [client-ca, other-ca], or its words "
                f"without brackets (got '{text}').",
            )
            for text in ("[", "[client-ca,server-ca", "client-ca]")
        ),
        (
            "expect.level=REFUSED",
            "--set: expect.level: cannot be set: what is expected belongs to a scenario file.",
        ),
    ],
)
def test_a_wrong_assignment_is_told_as_in_a_file(text: str, message: str) -> None:
    """The message names ``--set``, the path, what is allowed and the nearest word."""
    with pytest.raises(ScenarioError) as caught:
        parse_assignment(text)

    assert str(caught.value) == message


@pytest.mark.parametrize(
    "text", ["server=1", "x.y.z=1", "certificates=1", "certificates.alice=1", "=", "a..b=1"]
)
def test_assignments_to_no_setting_are_refused(text: str) -> None:
    """Tables, unknown paths and malformed ones are refused with a sentence."""
    with pytest.raises(ScenarioError, match="--set: "):
        parse_assignment(text)


def test_lines_are_found_whatever_the_values_look_like() -> None:
    """Strings with brackets, long strings, arrays over lines and inline tables do not lead astray."""
    text = '''
a = """x ] = [
b = 1 \\""" """
"c d" = [ # ]
  "]", 'x = [',
] # e = 1
[t.'u v'] # [x]
f.g = {h = "}", i = [1]}
j = "#"
[[k]]
l = \'\'\'
m = 1\'\'\'
n = 1'''
    expected = {
        ("a",): 2,
        ("c d",): 4,
        ("t",): 7,
        ("t", "u v"): 7,
        ("t", "u v", "f"): 8,
        ("t", "u v", "f", "g"): 8,
        ("t", "u v", "j"): 9,
        ("k",): 10,
        ("k", "1"): 10,
        ("k", "1", "l"): 11,
        ("k", "1", "n"): 13,
    }
    tomllib.loads(text)

    assert key_lines(text) == expected


def test_the_schema_in_the_package_is_current() -> None:
    """``make schema`` writes the file; every platform makes the same text."""
    assert PATH.read_text(encoding="utf-8") == schema_text(), "run `make schema`"


def test_the_schema_accepts_every_scenario_of_the_catalogue() -> None:
    """An editor finds no mistake in the catalogue's files, nor in what is written from them."""
    validator = jsonschema.Draft4Validator(json_schema())
    for name in catalogue:
        (file,) = Path(str(files("simulator.scenario.catalogue"))).glob(f"*/{name}.toml")

        assert list(validator.iter_errors(tomllib.loads(file.read_text(encoding="utf-8")))) == [], name
        assert list(validator.iter_errors(tomllib.loads(dump(catalogue[name])))) == [], name


def test_the_schema_describes_every_setting_and_nothing_else() -> None:
    """Each part of the schema has exactly the settings of the scenario's part, each with its description."""
    schema = json_schema()
    jsonschema.Draft4Validator.check_schema(schema)
    settings = schema["properties"]
    parts = {
        **{key: (settings[key], kind) for key, kind in PARTS.items()},
        "certificates": (settings["certificates"]["additionalProperties"]["anyOf"][0], CertificateSetup),
        "version": (settings["expect"]["properties"]["1.3"], Expectation),
        "all": (schema, ScenarioSetup),
    }

    for part, kind in parts.values():
        assert set(part["properties"]) == set(field_types(kind))
        assert part["additionalProperties"] is False
        assert all(setting.get("description") for setting in part["properties"].values())
    assert set(settings["expect"]["properties"]) == {*field_types(Expectation), "1.2", "1.3"}
    assert {"default": 992, "type": "integer"}.items() <= settings["network"]["properties"]["port"].items()


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    """For values that JSON can write, an editor's verdict is the reader's."""
    validator = jsonschema.Draft4Validator(json_schema())
    for path in SETTINGS:
        for value in VALUES:
            if hasattr(value, "isoformat") or type_at(path) is datetime or value != value:
                continue  # JSON has no times and no NaN
            problems: list[Problem] = []
            read_table(nested(path, value), problems)
            refused = [problem for problem in problems if problem.message != "needs a level"]
            assert validator.is_valid(nested(path, value)) == (not refused), (path, value)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ('[certificates.sub]\nrol = "ca"\nissuer = "client-ca"\npath_length = 0\nonline = false\n', 1),
        ('[certificates.alice]\nnot_befor = "-400d"\nnot_after = "-390d"\n', 1),
        ('[client]\ncertificate = 5\nsends = ["bob"]\n', 1),
        ('[certificates.alice]\nkey = "P256"\nkey_usage = ["x"]\npath_length = 1\n', 3),
    ],
)
def test_a_mistake_is_not_told_again_by_its_consequences(text: str, count: int) -> None:
    """What is only the result of a setting that could not be read is left out; everything else is told."""
    with pytest.raises(ScenarioError) as caught:
        loads(text)

    assert len(str(caught.value).splitlines()) == count, str(caught.value)


def test_a_name_with_a_line_break_stays_on_its_line() -> None:
    """What a user named is shown on one line, whatever is in it."""
    with pytest.raises(ScenarioError) as caught:
        loads('[crls."a\\nb"]\nissuer = "client-ca"\n')
    assert '"a\\nb"' in str(caught.value)
    assert 1 == len(str(caught.value).splitlines())
