"""Settings: the file, the environment that beats it, and what is said of a mistake in either."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from apes_mailer import settings
from apes_mailer.errors import SettingsError
from apes_mailer.model.consent import Policy
from apes_mailer.settings import Settings, toml_text

SENDER = '[sender]\nname = "Le Jardin"\naddress = "Lettre@Jardin.example"\n'
KEY = "SG.not-a-real-key"
WEBHOOK_KEY = "A" * 124


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Settings]:
    """Load settings from text and an environment."""

    def load(text: str | bytes = SENDER, **environment: str) -> Settings:
        file = tmp_path / "apes-mailer.toml"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return settings.load(file, environment)

    return load


def _fault(load: Callable[..., Settings], text: str | bytes = SENDER, **environment: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load(text, **environment)
    assert caught.value.exit_code == 4
    assert caught.value.hint
    return caught.value


def test_a_sender_is_enough(load: Callable[..., Settings]) -> None:
    found = load()
    assert found.sender.address == "lettre@jardin.example"
    assert (found.send.provider, found.send.batch_size, found.send.in_flight, found.send.timeout) == (
        "outbox",
        1000,
        8,
        60.0,
    )
    assert (found.public_url, found.database_url, found.sendgrid.base_url) == ("", "", None)


def test_policy_is_that_of_the_list_and_opposition_by_default(load: Callable[..., Settings]) -> None:
    found = load(f'{SENDER}[lists.adherents]\npolicy = "opt-in"\n')
    assert (found.policy_of("adherents"), found.policy_of("autres")) == (Policy.OPT_IN, Policy.OPPOSITION)


ENVIRONMENT = {
    "APES_MAILER_LANGUAGE": ("fr", 'language = "en"'),
    "APES_MAILER_PROVIDER": ("sendgrid", '[send]\nprovider = "outbox"'),
    "APES_MAILER_PUBLIC_URL": ("https://b.example", 'public_url = "https://a.example"'),
    "APES_MAILER_DATABASE_URL": ("b.db", 'database_url = "a.db"'),
    "APES_MAILER_BATCH_SIZE": ("10", "[send]\nbatch_size = 20"),
    "APES_MAILER_IN_FLIGHT": ("2", "[send]\nin_flight = 3"),
    "APES_MAILER_TIMEOUT": ("1.5", "[send]\ntimeout = 9"),
    "APES_MAILER_SENDGRID_BASE_URL": ("http://127.0.0.1:9", '[sendgrid]\nbase_url = "https://a.example"'),
    "APES_MAILER_SENDGRID_WEBHOOK_KEYS": (WEBHOOK_KEY, f"[sendgrid]\nwebhook_keys = ['{'B' * 124}']"),
    "APES_MAILER_PUBLISH_TO": ("folder", '[publish]\nto = "s3"'),
    "APES_MAILER_PUBLISH_URL": ("https://b.example", '[publish]\nurl = "https://a.example"'),
    "APES_MAILER_PUBLISH_FOLDER": ("b", '[publish]\nfolder = "a"'),
    "APES_MAILER_PUBLISH_BUCKET": ("b", '[publish]\nbucket = "a"'),
    "APES_MAILER_PUBLISH_ENDPOINT_URL": ("https://b.example", '[publish]\nendpoint_url = "https://a.example"'),
    "SENDGRID_API_KEY": (KEY, ""),
    "AWS_ACCESS_KEY_ID": (KEY, ""),
    "AWS_SECRET_ACCESS_KEY": (KEY, ""),
}


def _value(found: Settings, variable: str) -> str:
    value: Any = found
    for name in settings.ENVIRONMENT[variable]:
        value = getattr(value, name)
    if isinstance(value, tuple):
        return " ".join(value)  # pyright: ignore[reportUnknownArgumentType]
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "fr_BE.UTF-8", "LC_ALL": ""}, "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "fr_CA"}, "fr"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows says its language in another way")
def test_language_is_that_of_the_computer(environment: dict[str, str], language: str) -> None:
    assert settings.language_of(environment) == language


def test_each_variable_is_tested() -> None:
    assert ENVIRONMENT.keys() == settings.ENVIRONMENT.keys()


@pytest.mark.parametrize("variable", ENVIRONMENT)
def test_environment_beats_the_file(load: Callable[..., Settings], variable: str) -> None:
    value, written = ENVIRONMENT[variable]
    text = f"{written}\n{SENDER}"
    assert _value(load(text), variable) != value
    assert _value(load(text, **{variable: value}), variable) == value
    assert _value(load(SENDER, **{variable: f" {value} "}), variable) == value, "without the setting in the file"
    assert _value(load(text, **{variable: ""}), variable) == _value(load(text), variable), "an empty variable is none"


def test_every_fault_is_told_at_once_with_its_place(load: Callable[..., Settings]) -> None:
    error = _fault(
        load,
        'public_url = "ftp://x"\n[sender]\nname = ""\naddress = "zut"\n[send]\nbatch_size = 5000\n',
        APES_MAILER_TIMEOUT="soon",
    )
    head, *lines = error.message.splitlines()
    assert head == "The settings cannot be used: 5 faults."
    assert lines == [
        "  apes-mailer.toml:3 sender.name: is empty; write something or remove the line",
        "  apes-mailer.toml:4 sender.address: is not an email address: An email address must have an @-sign.",
        "  apes-mailer.toml:1 public_url: must be a web address such as https://lettre.example.org",
        "  apes-mailer.toml:6 send.batch_size: must be 1000 or less",
        "  APES_MAILER_TIMEOUT: must be a number",
    ]


@pytest.mark.parametrize(
    ("timeout", "said"), [("601", "APES_MAILER_TIMEOUT: must be 600 or less"), ("0", "must be 0.1 or more")]
)
def test_limits_are_written_as_people_write_them(load: Callable[..., Settings], timeout: str, said: str) -> None:
    assert _fault(load, APES_MAILER_TIMEOUT=timeout).message.splitlines()[1].endswith(said)


@pytest.mark.parametrize("size", ["0", "1001", "5000", "-1", "ten"])
def test_batch_size_is_from_1_to_1000(load: Callable[..., Settings], size: str) -> None:
    assert "APES_MAILER_BATCH_SIZE" in _fault(load, APES_MAILER_BATCH_SIZE=size).message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'publik_url = ""\n{SENDER}', ':1 publik_url: is not a setting\n    Replace line 1 with: public_url = ""'),
        (
            f'{SENDER}reply = "a@b.fr"\n',
            ':4 sender.reply: is not a setting\n    Replace line 4 with: reply_to = "a@b.fr"',
        ),
        (f'{SENDER}nom = "x"\n', ':4 sender.nom: is not a setting\n    Replace line 4 with: name = "x"'),
        (f"{SENDER}[sned]\n", ":4 sned: is not a setting\n    Replace line 4 with: [send]"),
        (f"{SENDER}[envoi]\nx = 1\n", ":4 envoi: is not a setting\n    Replace line 4 with: [send]"),
        (f'provider = "outbox"\n{SENDER}', ":1 provider: is not a setting\n    It belongs below the line [send]."),
        (
            f'{SENDER}public_url = "https://a.example"\n',
            ":4 sender.public_url: is not a setting\n    It belongs at the top of the file",
        ),
        (
            f"qwerty = 1\n{SENDER}",
            ":1 qwerty: is not a setting\n    Settings and sections: sender, language, public_url, ",
        ),
        (
            f"{SENDER}[serve]\nqwerty = 1\n",
            ":5 serve.qwerty: is not a setting\n    Settings below [serve]: host, port, trusted_proxies.",
        ),
        (f"{SENDER}social = [{{nme = 'x', link = 'https://x.fr'}}]\n", ":4 sender.social.0.nme: is not a setting"),
        ("[sender]\nname = 'x'\n", ':1 sender.address: is missing\n    Write: address = "lettre@example.org"'),
        ("", " sender: is missing\n    Write: [sender] on a line of its own"),
        (f"send = 3\n{SENDER}", ":1 send: must be a section\n    Write [send] on a line of its own"),
        (
            f'{SENDER}[send]\nprovider = "SendGird"  # so\n',
            ':5 send.provider: must be "outbox" or "sendgrid"\n    Replace line 5 with: provider = "sendgrid"',
        ),
        (
            f"{SENDER}letter = 2027  # so\n",
            ':4 sender.letter: must be text in quotes\n    Replace line 4 with: letter = "2027"',
        ),
        (
            f'{SENDER}[lists.tous]\npolicy = "optin"\n',
            ':5 lists.tous.policy: must be "opposition" or "opt-in"\n    Replace line 5 with: policy = "opt-in"',
        ),
        (
            f'{SENDER}[lists.tous]\npolcy = "opt-in"\n',
            ':5 lists.tous.polcy: is not a setting\n    Replace line 5 with: policy = "opt-in"',
        ),
        (
            f"{SENDER}[lists.tous]\nqwerty = 1\n",
            ":5 lists.tous.qwerty: is not a setting\n    Settings below [lists.tous]: policy",
        ),
        (f"{SENDER}[serve]\nport = 'x'\n", ":5 serve.port: must be a whole number"),
        (f"{SENDER}[send]\nbatch_size = 1.5\n", ":5 send.batch_size: must be a whole number"),
        (f"{SENDER}[send]\ntimeout = 0\n", ":5 send.timeout: must be 0.1 or more"),
        (
            f"{SENDER}social = 'x'\n",
            ":4 sender.social: must be a list\n    Begin each entry with a line [[sender.social]]",
        ),
        (
            f"{SENDER}[check]\nhosts = 'images.example.org'\n",
            ':5 check.hosts: must be a list\n    Write: hosts = ["images.example.org"]',
        ),
        (
            f"{SENDER}[sendgrid]\nwebhook_keys = 5\n",
            ":5 sendgrid.webhook_keys: must be a list\n    Write: webhook_keys",
        ),
        (f"{SENDER}[serve]\ntrusted_proxies = 5\n", ":5 serve.trusted_proxies: must be a list\n    Write: trusted"),
        (f"{SENDER}[check]\nclients = 3\n", ':5 check.clients: must be a list\n    Write: clients = ["gmail"'),
        (
            f"{SENDER}[check]\nclients = ['gmial']\n",
            ":5 check.clients.0: is no mail program that is known here; write one of aol, apple-mail, ",
        ),
        (
            f"{SENDER}[check]\nhosts = ['https://images.example.org/']\n",
            ":5 check.hosts.0: must be the name of a host alone",
        ),
        (f"{SENDER}[[sender.social]]\nname = 'x'\n", ":4 sender.social.0.link: is missing\n    Write: link"),
    ],
)
def test_mistake_in_the_file_comes_with_its_line_and_its_cure(
    load: Callable[..., Settings], text: str, said: str
) -> None:
    assert f"apes-mailer.toml{said}" in _fault(load, text).message


def test_section_that_is_none_is_reported_also_with_a_variable(load: Callable[..., Settings]) -> None:
    assert "must be a section" in _fault(load, f"send = 3\n{SENDER}", APES_MAILER_PROVIDER="outbox").message


@pytest.mark.parametrize(
    ("written", "better"),
    [
        ("letter = Le Jardin", 'letter = "Le Jardin"'),
        ("letter = L’été “fleuri”  # so", 'letter = "L’été “fleuri"  # so'),
        ("letter = «\u00a0Le Jardin\u00a0»", 'letter = "Le Jardin"'),
        ("letter: Le Jardin", 'letter = "Le Jardin"'),
        ('letter = "Le Jardin', 'letter = "Le Jardin"'),
        ("letter = ", 'letter = ""'),
        (r'letter = "C:\Users\marie"', r"letter = 'C:\Users\marie'"),
        ("[send", "[send]"),
        ("[[sender.social]", "[[sender.social]]"),
    ],
)
def test_line_that_is_no_toml_comes_with_the_line_to_write(
    load: Callable[..., Settings], written: str, better: str
) -> None:
    message = _fault(load, f"{SENDER}{written}\n").message
    assert "apes-mailer.toml:4: cannot be read" in message
    assert f"Replace line 4 with: {better}" in message.splitlines()[2]


def test_every_faulty_line_is_told_at_once_with_the_faulty_settings(load: Callable[..., Settings]) -> None:
    error = _fault(load, "[sender]\nname = Le Jardin\naddress = a@b.example\n[send]\nbatch_size = 0\n")
    assert [line.split()[0] for line in error.message.splitlines() if ".toml:" in line] == [
        "apes-mailer.toml:2:",
        "apes-mailer.toml:3:",
        "apes-mailer.toml:5",
    ]


@pytest.mark.parametrize("text", [f"{SENDER}address = 'a@b.example'\n", f"{SENDER}[sender]\n"])
def test_setting_or_section_that_is_there_twice_is_named(load: Callable[..., Settings], text: str) -> None:
    assert "apes-mailer.toml:4: is there for the second time" in _fault(load, text).message


@pytest.mark.parametrize("text", [f"{SENDER}?\n", f"{SENDER}été = 1\n"])
def test_line_that_nobody_understands_says_how_lines_are_written(load: Callable[..., Settings], text: str) -> None:
    message = _fault(load, text).message
    assert "apes-mailer.toml:4: cannot be read" in message
    assert 'A setting is written so: name = "Le Jardin"' in message


_LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ["[sender]", "[[sender.social]]", "[send", 'name = "x"', "name = x y", "a: b", 'c = """', "d = '", "]"]
        ),
        st.text("abé=:[]{}\"'#\\., 1-\t\r\u00a0“”", max_size=12),
    ),
    max_size=6,
)


@given(lines=_LINES)
def test_any_text_is_read_or_each_of_its_faults_is_told_and_corrections_heal(lines: list[str]) -> None:
    read = toml_text.parse("\n".join(lines), shown="apes-mailer.toml")
    assert read.data is not None or read.problems
    healed = toml_text.parse("\n".join(read.lines), shown="apes-mailer.toml")
    assert (healed.data, len(healed.problems)) == (read.data, 0 if read.data is not None else 1)


@pytest.mark.parametrize("corrected", [True, False])
def test_correction_that_is_pasted_heals_the_line(load: Callable[..., Settings], *, corrected: bool) -> None:
    text = '[sender]\nname = "L’Été  \naddress: lettre@jardin.example\nletter = 2027\n'
    for _ in range(9 if corrected else 0):
        try:
            load(text)
        except SettingsError as error:
            lines = text.splitlines()
            for number, better in re.findall(r"Replace line (\d+) with: (.*)", error.message):
                lines[int(number) - 1] = better
            text = "\n".join(lines)
    if corrected:
        assert load(text).sender.letter == "2027"
    else:
        assert len(re.findall(r"Replace line", _fault(load, text).message)) == 3


def test_file_of_windows_notepad_is_read(load: Callable[..., Settings]) -> None:
    assert load(b"\xef\xbb\xbf" + SENDER.replace("\n", "\r\n").encode()).sender.name == "Le Jardin"


def test_file_in_another_encoding_is_told_so(load: Callable[..., Settings]) -> None:
    assert "is not UTF-8" in _fault(load, SENDER.replace("Jardin", "Forêt").encode("cp1252")).message


def test_secret_in_the_file_is_refused_and_not_shown(load: Callable[..., Settings]) -> None:
    error = _fault(load, f'sendgrid_api_key = "{KEY}"\n{SENDER}')
    assert "SENDGRID_API_KEY" in error.hint
    assert KEY not in str(error)


def test_secret_is_never_shown(load: Callable[..., Settings]) -> None:
    found = load(SENDER, SENDGRID_API_KEY=KEY)
    assert KEY not in repr(found) + str(found) + found.model_dump_json()


@pytest.mark.parametrize("name", ["Le Jardin\\r\\nBcc: x@y.example", "Le\\n\\nJardin", "Le\\tJardin"])
def test_sender_name_is_one_line(load: Callable[..., Settings], name: str) -> None:
    found = load(f'[sender]\nname = "{name}"\naddress = "a@b.example"\n').sender.name
    assert found.split() == name.replace("\\r\\n", " ").replace("\\n", " ").replace("\\t", " ").split()
    assert found.isprintable()


@pytest.mark.parametrize("text", ["a\\u0000b", "a\\u001bb", " ", ""])
def test_sender_name_without_anything_to_show_is_refused(load: Callable[..., Settings], text: str) -> None:
    assert "sender.name" in _fault(load, f'[sender]\nname = "{text}"\naddress = "a@b.example"\n').message


@pytest.mark.parametrize("field", ["address", "reply_to"])
@pytest.mark.parametrize("value", ["a@b.example\\r\\nBcc: x@y.example", "Jo <a@b.example>", "a@b.example, c@d.example"])
def test_addresses_of_the_sender_are_single_and_plain(load: Callable[..., Settings], field: str, value: str) -> None:
    text = SENDER if field != "address" else '[sender]\nname = "x"\n'
    assert f"sender.{field}: is not an email address" in _fault(load, f'{text}{field} = "{value}"\n').message


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://lettre.example.org", "must begin with https://"),
        ("lettre.example.org", "must be a web address"),
        ("https://", "must be a web address"),
        ("ftp://lettre.example.org", "must be a web address"),
        ("https://lettre.example.org/?a=1", "must be a web address"),
        ("https://lettre.example.org/#x", "must be a web address"),
        ("https://lettre.example.org:port", "has no valid port"),
        ("https://lettre.example.org:0", "has no valid port"),
        ("https://lettre.example.org:65536", "has no valid port"),
        ("https://été.example.org", "punycode"),
        ("https://lettre.example.org/a b", "punycode"),
    ],
)
def test_public_url_is_one_that_mail_programs_can_call(load: Callable[..., Settings], url: str, said: str) -> None:
    assert said in _fault(load, APES_MAILER_PUBLIC_URL=url).message


@pytest.mark.parametrize("url", ["http://127.0.0.1:8025", "http://localhost:8025", "https://a.example/sous/dossier"])
def test_public_url_on_this_computer_may_be_http(load: Callable[..., Settings], url: str) -> None:
    assert load(SENDER, APES_MAILER_PUBLIC_URL=f"{url}/").public_url == url


@pytest.mark.parametrize(
    "url", ["http://api.example.org", "http://127.0.0.1.example.org", "api.example.org", "https://x.example/?a"]
)
def test_key_never_travels_in_the_open(load: Callable[..., Settings], url: str) -> None:
    assert "APES_MAILER_SENDGRID_BASE_URL" in _fault(load, APES_MAILER_SENDGRID_BASE_URL=url).message


@pytest.mark.parametrize(
    "url", ["http://lettres.example.org", "lettres.example.org", "https://a.example/?b", "ftp://a"]
)
def test_published_pages_are_reached_over_https(load: Callable[..., Settings], url: str) -> None:
    assert "APES_MAILER_PUBLISH_URL" in _fault(load, APES_MAILER_PUBLISH_URL=url).message


@pytest.mark.parametrize(("written", "prefix"), [("", ""), ("lettre", "lettre/"), ("a/b/", "a/b/")])
def test_prefix_in_a_bucket_ends_in_a_slash(load: Callable[..., Settings], written: str, prefix: str) -> None:
    assert load(f'[publish]\nprefix = "{written}"\n{SENDER}').publish.prefix == prefix


@pytest.mark.parametrize("written", ["/lettre", "../lettre", "a/../../b"])
def test_prefix_stays_in_its_bucket(load: Callable[..., Settings], written: str) -> None:
    assert "must be the beginning of names" in _fault(load, f'[publish]\nprefix = "{written}"\n{SENDER}').message


@pytest.mark.parametrize("name", ["aws_access_key_id", "aws_secret_access_key"])
def test_key_to_a_bucket_does_not_belong_in_the_file(load: Callable[..., Settings], name: str) -> None:
    fault = _fault(load, f'{name} = "{KEY}"\n{SENDER}')
    assert name.upper() in fault.hint
    assert KEY not in fault.message


def test_identity_of_a_letter_is_what_the_sender_says(load: Callable[..., Settings]) -> None:
    text = f'{SENDER}tagline = "Semer"\nsocial = [{{name = "Mastodon", link = "https://m.example/@j"}}]\n'
    identity = load(text).sender.identity()
    assert (identity.name, identity.tagline, identity.social[0].name) == ("Le Jardin", "Semer", "Mastodon")


def test_settings_do_not_change(load: Callable[..., Settings]) -> None:
    with pytest.raises(ValidationError):
        setattr(load().send, "batch_size", 1)  # noqa: B010 - the type checker would refuse the plain form
