"""The request body for SendGrid where readers unsubscribe without a server: by a group of SendGrid's, or by mail."""

from __future__ import annotations

import dataclasses
import json
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.model.batch import Envelope
from apes_mailer.model.merge import LinkTag, Special
from apes_mailer.model.message import Context, MessageTemplate, Slot
from tests.support import sendgrid_rules
from tests.unit.providers.requesting import assert_sent_is_previewed, encoded, provider
from tests.unit.providers.samples import ENVELOPE, KEYRING, batch, people, recipient

SHORT = MessageTemplate(
    language="fr",
    subject=("Juillet",),
    text=("Ne plus recevoir : ", Slot(LinkTag(Special.UNSUBSCRIBE), Context.PLAIN), "\n"),
    html=('<p>œ</p><a href="', Slot(LinkTag(Special.UNSUBSCRIBE), Context.URL), '">x</a>'),
)
TAG = "<%asm_group_unsubscribe_raw_url%>"
BY_GROUP = dataclasses.replace(ENVELOPE, public_url="", provider_group=4321, provider_link=TAG)
BY_MAIL = dataclasses.replace(ENVELOPE, public_url="", mailto="non+lettre@semis.example")
BOTH = dataclasses.replace(ENVELOPE, also_mailto="non+lettre@semis.example")


def _whole(**more: object) -> dict[str, object]:
    """What all requests for the short letter have in common."""
    off = {"enable": False}
    tracking = {"click_tracking": {**off, "enable_text": False}, "open_tracking": off, "ganalytics": off}
    return {
        "from": {"email": "lettre@semis.example", "name": "Les Semis d’Artois"},
        "reply_to": {"email": "bonjour@semis.example"},
        "subject": "Juillet",
        "headers": {"List-Id": "<lettre.semis.example>"},
        "tracking_settings": {**tracking, "subscription_tracking": {"enable": False}},
        **more,
    }


def test_request_that_leaves_unsubscribing_to_a_group_is_exactly_this() -> None:
    person = recipient("aicha@mail.example")._replace(unsubscribe_url=BY_GROUP.unsubscribe_url("x"))
    whole = _whole()
    assert isinstance(whole["tracking_settings"], dict)
    assert json.loads(encoded(batch(person, template=SHORT, envelope=BY_GROUP))) == whole | {
        "content": [
            {"type": "text/plain", "value": f"Ne plus recevoir : {TAG}\n"},
            {"type": "text/html", "value": f'<p>œ</p><a href="{TAG}">x</a>'},
        ],
        "asm": {"group_id": 4321},
        "tracking_settings": whole["tracking_settings"] | {"subscription_tracking": {"enable": True}},
        "personalizations": [
            {
                "to": [{"email": "aicha@mail.example"}],
                "substitutions": {},
                "custom_args": {"apes_attempt": "attempt-00000001", "apes_recipient": person.mark},
            }
        ],
    }


def test_request_that_lets_readers_write_is_exactly_this() -> None:
    token = KEYRING.token(KEYRING.list_tag("lettre"), KEYRING.contact_key("aicha@mail.example"))
    link = f"mailto:non+lettre@semis.example?subject=unsubscribe%20{token}"
    person = recipient("aicha@mail.example")._replace(unsubscribe_url=BY_MAIL.unsubscribe_url(token))
    nonce = KEYRING.substitution_nonce(SHORT.digest)
    key = [f"-apes{nonce}{number:03d}-" for number in range(2)]
    assert json.loads(encoded(batch(person, template=SHORT, envelope=BY_MAIL))) == _whole(
        content=[
            {"type": "text/plain", "value": f"Ne plus recevoir : {key[0]}\n"},
            {"type": "text/html", "value": f'<p>œ</p><a href="{key[1]}">x</a>'},
        ],
        personalizations=[
            {
                "to": [{"email": "aicha@mail.example"}],
                "substitutions": {key[0]: link, key[1]: link},
                "headers": {"List-Unsubscribe": f"<{link}>"},
                "custom_args": {"apes_attempt": "attempt-00000001", "apes_recipient": person.mark},
            }
        ],
    )


@pytest.mark.parametrize("envelope", [BY_GROUP, BY_MAIL, BOTH], ids=["provider", "mail", "page and mail"])
def test_letters_without_a_server_read_as_previewed_and_break_no_rule(envelope: Envelope) -> None:
    one = batch(*people(3, envelope), envelope=envelope)
    assert sendgrid_rules.violations(encoded(one)) == []
    assert_sent_is_previewed(one)


@given(st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}@([a-z0-9]{1,60}\.){3}example", fullmatch=True))
def test_any_address_to_write_to_fits_into_a_link_and_into_the_limit(address: str) -> None:
    envelope = dataclasses.replace(BY_MAIL, mailto=address)
    one = batch(*people(1, envelope), template=SHORT, envelope=envelope)
    held = json.loads(encoded(one))["personalizations"][0]["substitutions"]
    assert sum(len(f"{key}{value}".encode()) for key, value in held.items()) <= provider().merge_size(SHORT, {})
    parts = urlsplit(one.recipients[0].unsubscribe_url)
    assert (parts.scheme, unquote(parts.path)) == ("mailto", address)
