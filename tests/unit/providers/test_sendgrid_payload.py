"""The request body for SendGrid: compared whole, held to its rules, and merged again as SendGrid does."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apes_mailer.model.address import AddressError, normalise
from apes_mailer.model.merge import ContactField, LinkTag, Special
from apes_mailer.model.message import Context, MessageTemplate, Slot
from apes_mailer.providers.sendgrid import SendGrid
from tests.support import sendgrid_rules
from tests.support.sendgrid_merge import KEY_PATTERN
from tests.unit.providers.requesting import NONCE, assert_sent_is_previewed, encoded, provider
from tests.unit.providers.samples import ENVELOPE, KEYRING, NASTY, TEMPLATE, batch, hostile, people, recipient

_address = st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,40}@([a-z0-9]{1,20}\.){1,3}example", fullmatch=True)
_values = st.fixed_dictionaries({}, optional=dict.fromkeys(("NOM", "VILLE", "SITE"), hostile))


def test_request_is_exactly_this() -> None:
    template = MessageTemplate(
        language="fr",
        subject=(Slot(ContactField("NOM", "Vous"), Context.HEADER), ", « juillet »"),
        text=(
            "Bonjour ",
            Slot(ContactField("NOM"), Context.PLAIN),
            "\n",
            Slot(LinkTag(Special.UNSUBSCRIBE), Context.PLAIN),
        ),
        html=(
            "<p>",
            Slot(ContactField("NOM"), Context.HTML),
            '</p><a href="',
            Slot(LinkTag(Special.UNSUBSCRIBE), Context.URL),
            '">x</a>',
        ),
    )
    first, second = recipient("aicha@mail.example", NOM="O'Brien & fils"), recipient("b@mail.example")
    nonce = KEYRING.substitution_nonce(template.digest)
    key = [f"-apes{nonce}{number:03d}-" for number in range(5)]
    one = batch(first, second, template=template, envelope=dataclasses.replace(ENVELOPE, subject_mark="[TEST] "))
    assert json.loads(encoded(one)) == {
        "from": {"email": "lettre@semis.example", "name": "Les Semis d’Artois"},
        "reply_to": {"email": "bonjour@semis.example"},
        "subject": f"[TEST] {key[0]}, « juillet »",
        "content": [
            {"type": "text/plain", "value": f"Bonjour {key[1]}\n{key[2]}"},
            {"type": "text/html", "value": f'<p>{key[3]}</p><a href="{key[4]}">x</a>'},
        ],
        "headers": {"List-Id": "<lettre.semis.example>"},
        "tracking_settings": {
            "click_tracking": {"enable": False, "enable_text": False},
            "open_tracking": {"enable": False},
            "subscription_tracking": {"enable": False},
            "ganalytics": {"enable": False},
        },
        "personalizations": [
            {
                "to": [{"email": "aicha@mail.example"}],
                "substitutions": {
                    key[0]: "O'Brien & fils",
                    key[1]: "O'Brien & fils",
                    key[2]: first.unsubscribe_url,
                    key[3]: "O&#x27;Brien &amp; fils",
                    key[4]: first.unsubscribe_url,
                },
                "headers": {
                    "List-Unsubscribe": f"<{first.unsubscribe_url}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                },
                "custom_args": {"apes_attempt": "attempt-00000001", "apes_recipient": first.mark},
            },
            {
                "to": [{"email": "b@mail.example"}],
                "substitutions": {
                    key[0]: "Vous",
                    key[1]: "",
                    key[2]: second.unsubscribe_url,
                    key[3]: "",
                    key[4]: second.unsubscribe_url,
                },
                "headers": {
                    "List-Unsubscribe": f"<{second.unsubscribe_url}>",
                    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                },
                "custom_args": {"apes_attempt": "attempt-00000001", "apes_recipient": second.mark},
            },
        ],
    }


@settings(max_examples=200)
@given(st.lists(_values, min_size=1, max_size=4))
def test_every_recipient_reads_what_the_preview_shows(values: list[Mapping[str, str]]) -> None:
    assert_sent_is_previewed(batch(*[recipient(f"p{at}@example.org", **each) for at, each in enumerate(values)]))


@pytest.mark.parametrize("value", [*NASTY, "Anne", "Éloïse d’Artois", "https://semis.example/a,b"])
def test_value_that_tries_to_break_out_is_sent_as_it_was_previewed(value: str) -> None:
    assert_sent_is_previewed(batch(recipient("a@example.org", NOM=value, VILLE=value, SITE=value)))


@settings(max_examples=30)
@given(st.integers(1, 1000), st.lists(_address, max_size=20), st.lists(_values, min_size=1, max_size=20))
def test_request_breaks_no_rule_of_sendgrid(count: int, addresses: list[str], values: list[dict[str, str]]) -> None:
    kept = {normal: None for address in addresses if (normal := _normal(address))}
    everybody = [*kept, *(f"p{number}@example.org" for number in range(1000))][:count]
    # The rule takes whatever looks like a key for one; ours hold letters that nobody outside can guess.
    harmless = [{name: re.sub(KEY_PATTERN, "", value) for name, value in each.items()} for each in values]
    persons = [recipient(address, **harmless[at % len(harmless)]) for at, address in enumerate(everybody)]
    size = provider().merge_size
    taken = [person for person in persons if size(TEMPLATE, person.values) <= 10_000]
    if taken:
        body = encoded(batch(*taken))
        assert sendgrid_rules.violations(body) == []
        assert sendgrid_rules.advisories(body) == []


def _normal(address: str) -> str:
    try:
        return normalise(address)
    except AddressError:
        return ""


def test_largest_batch_breaks_no_rule() -> None:
    assert sendgrid_rules.violations(encoded(batch(*people(1000)))) == []


@settings(max_examples=200)
@given(_values)
def test_merge_size_is_never_less_than_what_the_request_holds(values: Mapping[str, str]) -> None:
    person = recipient("aicha@mail.example", **values)
    held = json.loads(encoded(batch(person)))["personalizations"][0]["substitutions"]
    size = sum(len(f"{key}{value}".encode()) for key, value in held.items())
    assert size <= provider().merge_size(TEMPLATE, person.values) <= size + 2 * 500


def test_each_distinct_slot_is_sent_once_however_often_it_stands_in_the_letter() -> None:
    held = json.loads(encoded(batch(*people(1))))["personalizations"][0]["substitutions"]
    own = {slot for slot in TEMPLATE.slots() if isinstance(slot.expression, ContactField)}
    assert len(held) == len(own) + 2
    assert all(re.fullmatch(f"-apes{NONCE}[0-9]{{3}}-", key) for key in held)


def test_metadata_names_nobody() -> None:
    one = batch(recipient("aicha@mail.example", NOM="Aïcha", VILLE="Arras"))
    body: dict[str, Any] = json.loads(encoded(one))
    args = body["personalizations"][0]["custom_args"]
    assert args == {"apes_attempt": one.attempt, "apes_recipient": one.recipients[0].mark}
    assert set(body) == {"from", "reply_to", "subject", "content", "headers", "tracking_settings", "personalizations"}
    shown = json.dumps({name: value for name, value in body.items() if name != "personalizations"}) + json.dumps(args)
    assert not re.search("aicha|Aïcha|Arras", shown, re.IGNORECASE)


def test_every_kind_of_tracking_is_said_to_be_off() -> None:
    tracking: dict[str, dict[str, bool]] = json.loads(encoded(batch(*people(1))))["tracking_settings"]
    assert set(tracking) == {"click_tracking", "open_tracking", "subscription_tracking", "ganalytics"}
    assert not any(flag for setting in tracking.values() for flag in setting.values())


def test_same_batch_gives_the_same_bytes_whatever_was_encoded_in_between() -> None:
    way = provider()
    other = dataclasses.replace(TEMPLATE, subject=("Août",))
    one = batch(*people(3))
    first = encoded(one, way)
    for between in (
        batch(*people(2), template=other),
        batch(*people(2), envelope=dataclasses.replace(ENVELOPE, from_name="Autre")),
        batch(*people(1), attempt="attempt-00000002"),
    ):
        assert encoded(between, way) == encoded(between)
        assert encoded(one, way) == first
    back = batch(*people(3), template=MessageTemplate.from_json(TEMPLATE.to_json()))
    assert encoded(back) == first


def test_order_of_recipients_is_kept() -> None:
    body = json.loads(encoded(batch(*people(1000))))
    asked = [each["to"][0]["email"] for each in body["personalizations"]]
    assert asked == [person.address for person in people(1000)]


def test_letter_without_reply_address_has_none() -> None:
    body = json.loads(encoded(batch(*people(1), envelope=dataclasses.replace(ENVELOPE, reply_to=""))))
    assert "reply_to" not in body


def test_letter_without_tags_has_nothing_to_substitute() -> None:
    template = MessageTemplate(subject=("Juillet",), text=("Bonjour –\n",), html=("<p>Bonjour –</p>",), language="fr")
    one = batch(*people(2), template=template)
    assert [each["substitutions"] for each in json.loads(encoded(one))["personalizations"]] == [{}, {}]
    assert_sent_is_previewed(one)


def test_keys_are_not_to_be_guessed() -> None:
    other = SendGrid(api_key="SG.x", base_url="http://127.0.0.1:9", timeout=1, nonce=lambda _digest: "abcdef")
    keys = set(json.loads(encoded(batch(*people(1))))["personalizations"][0]["substitutions"])
    others = set(json.loads(encoded(batch(*people(1)), other))["personalizations"][0]["substitutions"])
    assert not keys & others
    assert all(key.startswith("-apesabcdef") for key in others)


def test_public_address_that_links_would_have_to_escape_is_refused() -> None:
    with pytest.raises(ValueError, match="needs escaping"):
        provider().payload(batch(*people(1), envelope=dataclasses.replace(ENVELOPE, public_url='https://a.example/"')))
