"""Letters as messages, the way providers that write them do."""

from __future__ import annotations

import datetime as dt

from apes_mailer.model.batch import Envelope, Recipient
from apes_mailer.model.message import MessageTemplate
from apes_mailer.providers import mime

_SENT = dt.datetime(2027, 7, 1, 9, tzinfo=dt.UTC)


def eml(template: MessageTemplate, *, public_url: str = "https://lettre.semis.example", name: str = "Aïcha") -> bytes:
    """Return the message that one recipient gets, who has this name in every field; pictures are at ``public_url``."""
    envelope = Envelope(
        from_address="lettre@semis.example",
        from_name="Les Semis d’Artois",
        reply_to="bonjour@semis.example",
        public_url=public_url,
        list_id="<lettre.semis.example>",
        browser_url=f"{public_url}/b/juillet",
    )
    values = dict.fromkeys(template.fields(), name)
    recipient = Recipient("aicha@mail.example", "m1", envelope.unsubscribe_url("x" * 55), values)
    identity = mime.message_id(template.digest[:32], envelope.from_address)
    return mime.Splicer(template, envelope).message(recipient, message_id=identity, date=_SENT)
