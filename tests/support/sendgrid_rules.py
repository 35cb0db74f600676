"""The rules of SendGrid's v3 mail/send, and those this project adds to them, for one request body.

`violations` is what the local SendGrid answers 400 with. Sources: Twilio's pages "Mail Send errors" and
"Mail Send limitations", the public API reference, RFC 2369, RFC 8058; the rest protects readers: nobody sees
another recipient, nothing is tracked, no address in metadata, no merge mark left for a reader to see.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from tests.support import sendgrid_envelope, sendgrid_merge
from tests.support.sendgrid_body import Mail, Person, Violation, read_mail
from tests.support.sendgrid_merge import Letter, leftovers, merged

__all__ = ["MAX_BODY_BYTES", "MAX_RECIPIENTS", "Letter", "Violation", "advisories", "leftovers", "merged", "violations"]

MAX_BODY_BYTES = 30 * 1024 * 1024
MAX_RECIPIENTS = 1000

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def violations(
    body: bytes | Mapping[str, object] | Mail,
    *,
    now: float | None = None,
    batch_ids: Collection[str] = (),
    tracked: Collection[str] = (),
) -> list[Violation]:
    """Every broken rule, in the order of the rules; an empty list for a body that SendGrid would accept.

    `now`: epoch seconds that `send_at` is compared with. `batch_ids`: those that the account has been given.
    `tracked`: the kinds of tracking that may be on.
    A body whose shape is wrong is reported for its shape alone. Only bytes can be too long.
    """
    if isinstance(body, bytes) and len(body) >= MAX_BODY_BYTES:
        return [Violation(message="The whole email must be smaller than 30 MB.", field=None)]
    mail = read_mail(body)
    if not isinstance(mail, Mail):
        return mail
    found = [violation for rule in _RULES for violation in rule(mail)]
    found += sendgrid_envelope.tracking(mail, tracked=tracked)
    found += sendgrid_envelope.schedule(mail, time.time() if now is None else now, batch_ids)
    return found


def advisories(body: bytes | Mapping[str, object] | Mail) -> list[Violation]:
    """What an older SendGrid refused and today's accepts: `;` and `,` in display names."""
    mail = read_mail(body)
    people = _people(mail) if isinstance(mail, Mail) else ()
    return [
        Violation(message="Display names with ; or , were refused by older versions.", field=f"{path}.name")
        for path, person in people
        if person.name is not None and set(person.name) & set(";,")
    ]


def _recipients_within_limit(mail: Mail) -> Iterator[Violation]:
    total = sum(len(each.to) + len(each.cc) + len(each.bcc) for each in mail.personalizations)
    if total > MAX_RECIPIENTS:
        yield Violation(message=f"{total} recipients; a request takes 1000.", field="personalizations")


def _address_only_once(mail: Mail) -> Iterator[Violation]:
    seen: set[str] = set()
    for index, personalization in enumerate(mail.personalizations):
        for kind in ("to", "cc", "bcc"):
            people: list[Person] = getattr(personalization, kind)
            for position, person in enumerate(people):
                if person.email.lower() in seen:
                    yield Violation(
                        message="Each email address should be unique between to, cc and bcc of all personalizations.",
                        field=f"personalizations.{index}.{kind}.{position}.email",
                    )
                seen.add(person.email.lower())


def _recipients_do_not_see_each_other(mail: Mail) -> Iterator[Violation]:
    for index, personalization in enumerate(mail.personalizations):
        if len(personalization.to) + len(personalization.cc) + len(personalization.bcc) > 1:
            yield Violation(
                message="More than one person in a personalization: they would see each other's address.",
                field=f"personalizations.{index}.to",
            )


def _subject_present(mail: Mail) -> Iterator[Violation]:
    if not mail.subject and not all(each.subject for each in mail.personalizations):
        yield Violation(message="The subject is required.", field="subject")


def _text_then_html(mail: Mail) -> Iterator[Violation]:
    if mail.template_id is not None and not mail.content:
        return
    if not mail.content:
        yield Violation(message="The content is required unless there is a template_id.", field="content")
        return
    kinds = [part.type for part in mail.content]
    if kinds != ["text/plain", "text/html"]:
        yield Violation(message="The content must be text/plain, then text/html.", field="content")
    for index, part in enumerate(mail.content):
        if not part.value.strip():
            yield Violation(
                message="The content value must be a string at least one character in length.",
                field=f"content.{index}.value",
            )


def _header_fields_are_one_line(mail: Mail) -> Iterator[Violation]:
    for path, person in _people(mail):
        if _CONTROL.search(person.name or ""):
            yield Violation(message="A name may not hold a control character.", field=f"{path}.name")
    if _CONTROL.search(mail.subject or ""):
        yield Violation(message="The subject may not hold a control character.", field="subject")
    for index, personalization in enumerate(mail.personalizations):
        subject = personalization.subject or mail.subject or ""
        if _CONTROL.search(personalization.subject or ""):
            yield Violation(
                message="The subject may not hold a control character.",
                field=f"personalizations.{index}.subject",
            )
        for key, value in personalization.substitutions.items():
            if key in subject and _CONTROL.search(value):
                yield Violation(
                    message="A value that goes into the subject may not hold a control character.",
                    field=f"personalizations.{index}.substitutions.{key}",
                )


def _people(mail: Mail) -> Iterator[tuple[str, Person]]:
    yield "from", mail.from_
    if mail.reply_to is not None:
        yield "reply_to", mail.reply_to
    for index, personalization in enumerate(mail.personalizations):
        for position, person in enumerate(personalization.to):
            yield f"personalizations.{index}.to.{position}", person


_RULES: tuple[Callable[[Mail], Iterable[Violation]], ...] = (
    _recipients_within_limit,
    _address_only_once,
    _recipients_do_not_see_each_other,
    _subject_present,
    _text_then_html,
    _header_fields_are_one_line,
    *sendgrid_merge.RULES,
    *sendgrid_envelope.RULES,
)
