"""Requests to SendGrid as the provider makes them, and as they read once SendGrid has merged them."""

from __future__ import annotations

from apes_mailer.model.batch import Batch, Envelope, Recipient
from apes_mailer.model.message import MessageTemplate
from apes_mailer.providers.sendgrid import SendGrid
from apes_mailer.render import fill
from tests.support import sendgrid_rules
from tests.unit.providers.samples import KEYRING, TEMPLATE

NONCE = KEYRING.substitution_nonce(TEMPLATE.digest)


def provider() -> SendGrid:
    """SendGrid as wiring makes it; nothing is called."""
    return SendGrid(api_key="SG.x", base_url="http://127.0.0.1:9", timeout=1, nonce=KEYRING.substitution_nonce)


def encoded(one: Batch, way: SendGrid | None = None) -> bytes:
    """The request body for a batch."""
    payload = (way or provider()).payload(one)
    assert isinstance(payload.content, bytes)
    assert payload.size == len(one.recipients)
    return b"".join([payload.content])


def previewed(template: MessageTemplate, envelope: Envelope, person: Recipient) -> sendgrid_rules.Letter:
    """What the preview shows of a letter to a person."""
    links = fill.links_of(envelope)
    subject, text, html = (
        fill.fill(parts, person.values, links, person.unsubscribe_url)
        for parts in (template.subject, template.text, template.html)
    )
    return {"subject": envelope.subject_mark + subject, "text": text, "html": html}


def assert_sent_is_previewed(one: Batch) -> None:
    """Each recipient reads, byte for byte, what the preview shows."""
    body = encoded(one)
    for number, person in enumerate(one.recipients):
        assert sendgrid_rules.merged(body, number) == previewed(one.template, one.envelope, person)
