"""The letters by which wishes are confirmed: written by the theme like any other, and each sent at most once.

A letter is committed as on its way before the provider is asked. What the provider certainly did not take goes later;
what nobody can tell is not sent again: whoever misses it asks once more.
"""

from __future__ import annotations

import datetime as dt
import secrets
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never, get_args

from apes_mailer.contacts import provider_tasks, wishes
from apes_mailer.model.batch import CONFIRMATIONS, Batch, Envelope, Recipient
from apes_mailer.model.field import EMAIL
from apes_mailer.model.identity import Identity
from apes_mailer.model.issue import Issue
from apes_mailer.model.keys import Keyring
from apes_mailer.model.language import Language
from apes_mailer.model.merge import ContactField
from apes_mailer.model.message import MessageTemplate, Part, Slot
from apes_mailer.model.submission import NotAccepted, Refused, Submission, Submitted, Unknown
from apes_mailer.model.theme import Theme
from apes_mailer.model.wish import Wish, WishKind, WishState
from apes_mailer.providers.base import Provider
from apes_mailer.render import fill, letter
from apes_mailer.store.database import Database

NAME = CONFIRMATIONS
"""What stands for the name of a campaign."""

_LETTER, _LINK = "LETTER", "CONFIRM_LINK"
_PAGES: Mapping[WishKind, str] = {WishKind.SIGN_UP: "confirm", WishKind.RIGHTS: "data"}

Templates = Mapping[tuple[WishKind, Language], MessageTemplate]


def templates(theme: Theme, identity: Identity, lifetime: dt.timedelta) -> Templates:
    """Return the letter for each kind of wish in each language. Raises ``ThemeError``."""
    hours = str(int(lifetime / dt.timedelta(hours=1)))
    found: dict[tuple[WishKind, Language], MessageTemplate] = {}
    for language in get_args(Language):
        file = Path(__file__).with_name(f"{NAME}.{language}.toml")
        words = tomllib.loads(file.read_text(encoding="utf-8"))
        for kind in WishKind:
            said = words[kind.name.lower()]
            issue = _issue(said, language, theme.name, hours)
            own = identity.model_copy(update={"reason": said["reason"]})
            ours = {name: said[name] for name in ("sent_to", "unsubscribe")}
            found[kind, language] = letter.render(issue, theme, own, {}, words=ours).template
    return found


def _issue(said: Mapping[str, str], language: str, theme: str, hours: str) -> Issue:
    return Issue.model_validate(
        {
            "subject": said["subject"],
            "title": said["title"],
            "preheader": said["preheader"],
            "language": language,
            "theme": theme,
            "blocks": [
                {
                    "type": "editorial",
                    "text": said["text"].strip() % {"hours": hours},
                    "buttons": [{"text": said["button"], "link": f"<<contact.{_LINK}>>"}],
                }
            ],
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmations:
    """Sends the letters that are due; several programs may do so at the same time.

    ``title`` gives the name of a list as readers know it.
    """

    database: Database
    keyring: Keyring
    provider: Provider
    envelope: Envelope
    templates: Templates
    title: Callable[[str], str]
    clock: Callable[[], dt.datetime]

    def send_one(self) -> tuple[Wish, Submission] | None:
        """Send the letter that has waited longest, and return what became of it; None when none is due.

        Raises ``LedgerError`` when the database cannot be written.
        """
        with self.database.write() as connection:
            wish = wishes.claim(connection, self.clock())
            if wish is not None:
                provider_tasks.note_carrier(connection, self.provider.name)
        if wish is None:
            return None
        submission = self.provider.submit(self.provider.payload(self._batch(wish)))
        with self.database.write() as connection:
            if isinstance(submission, NotAccepted):
                wishes.put_back(connection, wish, at=self.clock())
            else:
                wishes.settle(connection, wish, _state(submission))
        return wish, submission

    def forget_expired(self) -> None:
        """Forget what can no longer be confirmed, with its addresses. Raises ``LedgerError``."""
        with self.database.write() as connection:
            wishes.forget_expired(connection, self.clock())

    def _batch(self, wish: Wish) -> Batch:
        token = self.keyring.wish_token(wish.id, wish.expires_at)
        recipient = Recipient(
            address=wish.address,
            mark=self.keyring.recipient_mark(wish.key),
            # Of no list: who never asked, and unsubscribes, does so from all of them.
            unsubscribe_url=self.envelope.unsubscribe_url(self.keyring.token(self.keyring.list_tag(NAME), wish.key)),
            values={
                EMAIL: wish.address,
                _LINK: f"{self.envelope.public_url}/{_PAGES[wish.kind]}/{token}",
            },
        )
        return Batch(
            campaign=NAME,
            # Of its own: in the outbox a second letter to somebody would take the place of the first.
            run=f"{self.clock():%Y-%m-%dT%H-%M-%S}-{wish.id}",
            attempt=secrets.token_urlsafe(15),
            envelope=self.envelope,
            template=_naming(self.title(wish.list_name), self.templates[wish.kind, wish.language]),
            recipients=[recipient],
        )


def _naming(title: str, template: MessageTemplate) -> MessageTemplate:
    """Return a template that names the letter of a list: no value of a reader, so the outbox can tell it in lists."""

    def named(part: Part) -> Part:
        if isinstance(part, Slot) and isinstance(part.expression, ContactField) and part.expression.name == _LETTER:
            return fill.contact_value(part.expression, part.context, {_LETTER: title})
        return part

    return replace(
        template,
        subject=tuple(map(named, template.subject)),
        html=tuple(map(named, template.html)),
        text=tuple(map(named, template.text)),
    )


def _state(submission: Submitted | Refused | Unknown) -> WishState:
    match submission:
        case Submitted():
            return WishState.SUBMITTED
        case Refused():
            return WishState.REFUSED
        case Unknown():
            return WishState.UNKNOWN
        case _:
            assert_never(submission)
