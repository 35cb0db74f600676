"""Rules about what surrounds the text of a mail: headers, metadata, settings, schedule, attachments."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from tests.support.sendgrid_body import Mail, Personalization, Violation
from tests.support.sendgrid_merge import KEY_PATTERN

MAX_CUSTOM_ARGS_BYTES = 10_000
SCHEDULE_SECONDS = 72 * 3600
ONE_CLICK = "List-Unsubscribe=One-Click"
GROUP_LINK = "<%asm_group_unsubscribe_raw_url%>"
"""In its place SendGrid puts the link of a recipient out of the group of the request."""

_RESERVED_HEADERS = frozenset(
    {
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    }
)
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")
_URI_LIST = re.compile(r"<[^<>\s]+>(?:,\s*<[^<>\s]+>)*")
_WEB_LINK = re.compile(r"(?:https://[A-Za-z0-9.-]+|http://(?:127\.0\.0\.1|localhost|\[::1\]))(?::[0-9]+)?(?:[/?].*)?")
_OPAQUE_MAIL = re.compile(r"<mailto:[^<>?\s]+@[^<>?\s]+\?subject=unsubscribe%20[A-Za-z0-9_-]{20,64}>")
_CUSTOM_ARGS = {"apes_attempt", "apes_recipient"}
_OPAQUE = re.compile(r"[A-Za-z0-9_-]{8,64}")
_MERGE_MARK = re.compile(rf"<<|\{{\{{|{KEY_PATTERN}")


def schedule(mail: Mail, now: float, batch_ids: Collection[str]) -> Iterator[Violation]:
    """`send_at` lies ahead, by at most 72 hours; `batch_id` is one of the account's and comes with `send_at`."""
    times = [("send_at", mail.send_at)]
    times += [(f"personalizations.{at}.send_at", each.send_at) for at, each in enumerate(mail.personalizations)]
    for field, time in times:
        if time is not None and not now < time <= now + SCHEDULE_SECONDS:
            yield Violation(message="send_at must lie in the next 72 hours.", field=field)
    if mail.batch_id is None:
        return
    if mail.send_at is None:
        yield Violation(message="batch_id needs send_at.", field="batch_id")
    if mail.batch_id not in batch_ids:
        yield Violation(message="This batch_id was never created.", field="batch_id")


def _headers_are_allowed(mail: Mail) -> Iterator[Violation]:
    for path, headers in _header_sets(mail):
        for name, value in headers.items():
            field = f"{path}.{name}"
            if name.lower() in _RESERVED_HEADERS:
                yield Violation(message="This header is reserved.", field=field)
            if not _HEADER_NAME.fullmatch(name):
                yield Violation(message="A header name holds only token characters.", field=field)
            if not _HEADER_VALUE.fullmatch(value):
                yield Violation(message="A header value is one line of ASCII.", field=field)


def _headers_are_literal(mail: Mail) -> Iterator[Violation]:
    keys = {key for each in mail.personalizations for key in each.substitutions if key}
    mark = re.compile("|".join([_MERGE_MARK.pattern, *map(re.escape, sorted(keys))]))
    for path, headers in _header_sets(mail):
        for name, value in headers.items():
            if match := mark.search(value):
                yield Violation(
                    message=f"Substitutions do not reach headers: {match[0]!r} would stay.",
                    field=f"{path}.{name}",
                )


def _everybody_can_unsubscribe(mail: Mail) -> Iterator[Violation]:
    for name in mail.headers:
        if name.lower().startswith("list-unsubscribe"):
            yield Violation(message="This header belongs into each personalization.", field=f"headers.{name}")
    yield from _unsubscribe_by_group(mail) if mail.asm else _unsubscribe_by_header(mail)


def _unsubscribe_by_group(mail: Mail) -> Iterator[Violation]:
    """SendGrid writes the headers and puts the link in; ours beside them would be two of each."""
    for index, personalization in enumerate(mail.personalizations):
        for name in personalization.headers:
            if name.lower().startswith("list-unsubscribe"):
                yield Violation(
                    message="With a group SendGrid writes this header.",
                    field=f"personalizations.{index}.headers.{name}",
                )
    for index, part in enumerate(mail.content):
        if GROUP_LINK not in part.value:
            yield Violation(message="SendGrid would add a footer of its own.", field=f"content.{index}.value")


def _unsubscribe_by_header(mail: Mail) -> Iterator[Violation]:
    for index, part in enumerate(mail.content):
        if "<%asm_" in part.value:
            yield Violation(message="Nothing fills this without a group.", field=f"content.{index}.value")
    owners: dict[str, int] = {}
    for index, personalization in enumerate(mail.personalizations):
        field = f"personalizations.{index}.headers.List-Unsubscribe"
        links = _values(personalization, "list-unsubscribe")
        by_mail = len(links) == 1 and _OPAQUE_MAIL.fullmatch(links[0]) is not None
        if len(links) != 1 or not (by_mail or _is_one_https_link(links[0])):
            yield Violation(message="Exactly one List-Unsubscribe with one <https://…> is due.", field=field)
        elif owners.setdefault(links[0], index) != index:
            yield Violation(
                message=f"The same link as in personalization {owners[links[0]]}: it must name one recipient.",
                field=field,
            )
        one_click = _values(personalization, "list-unsubscribe-post")
        if one_click != ([] if by_mail else [ONE_CLICK]):
            yield Violation(message=f"List-Unsubscribe-Post must be {ONE_CLICK}.", field=f"{field}-Post")


def _is_one_https_link(value: str) -> bool:
    if not _URI_LIST.fullmatch(value):
        return False
    web = [uri for uri in value[1:-1].split(">") if not uri.lstrip(", <").startswith("mailto:")]
    return len(web) == 1 and _WEB_LINK.fullmatch(web[0].lstrip(", <")) is not None


def _metadata_is_opaque(mail: Mail) -> Iterator[Violation]:
    if mail.custom_args:
        yield Violation(message="custom_args belong into each personalization.", field="custom_args")
    for index, personalization in enumerate(mail.personalizations):
        path = f"personalizations.{index}.custom_args"
        found = personalization.custom_args
        if set(found) != _CUSTOM_ARGS:
            yield Violation(message="custom_args must be exactly apes_attempt and apes_recipient.", field=path)
        size = sum(len(f"{name}{value}".encode()) for name, value in found.items())
        if size > MAX_CUSTOM_ARGS_BYTES:
            yield Violation(message=f"custom_args take {size} bytes; the limit is 10000.", field=path)
        for name, value in found.items():
            if not _OPAQUE.fullmatch(value):
                yield Violation(message="A custom argument is 8 to 64 letters, digits, _ or -.", field=f"{path}.{name}")


def _one_attempt_many_recipients(mail: Mail) -> Iterator[Violation]:
    attempts: set[str] = set()
    recipients: set[str] = set()
    for index, personalization in enumerate(mail.personalizations):
        path = f"personalizations.{index}.custom_args"
        attempt = personalization.custom_args.get("apes_attempt")
        recipient = personalization.custom_args.get("apes_recipient")
        if attempts and attempt is not None and attempt not in attempts:
            yield Violation(message="A request is one attempt.", field=f"{path}.apes_attempt")
        if recipient is not None and recipient in recipients:
            yield Violation(message="Two people have the same mark.", field=f"{path}.apes_recipient")
        attempts |= {attempt} if attempt is not None else set()
        recipients |= {recipient} if recipient is not None else set()


def _categories_within_limits(mail: Mail) -> Iterator[Violation]:
    if len(mail.categories) > 10:
        yield Violation(message="At most 10 categories.", field="categories")
    if len(set(mail.categories)) < len(mail.categories):
        yield Violation(message="Categories must be unique.", field="categories")
    for index, category in enumerate(mail.categories):
        if not category.isascii() or not 0 < len(category) <= 255:
            yield Violation(message="A category is 1 to 255 ASCII characters.", field=f"categories.{index}")


def _one_kind_of_reply_to(mail: Mail) -> Iterator[Violation]:
    if mail.reply_to is not None and mail.reply_to_list is not None:
        yield Violation(message="Use reply_to or reply_to_list, not both.", field="reply_to_list")


def _attachments_are_base64(mail: Mail) -> Iterator[Violation]:
    for index, attachment in enumerate(mail.attachments):
        path = f"attachments.{index}"
        try:
            empty = not base64.b64decode(attachment.content, validate=True)
        except (binascii.Error, ValueError):
            empty = True
        if empty:
            yield Violation(message="The attachment must be base64.", field=f"{path}.content")
        if not attachment.filename.isascii() or not attachment.filename.isprintable():
            yield Violation(message="A file name in ASCII is due.", field=f"{path}.filename")


def tracking(mail: Mail, *, tracked: Collection[str] = ()) -> Iterator[Violation]:
    """All four switches are there, and off but for those that may be on: `click_tracking`, `open_tracking`."""
    settings = mail.tracking_settings
    for name, setting in (
        ("click_tracking", settings.click_tracking),
        ("open_tracking", settings.open_tracking),
        ("subscription_tracking", settings.subscription_tracking),
        ("ganalytics", settings.ganalytics),
    ):
        path = f"tracking_settings.{name}"
        # This one tracks nobody: with a group it makes SendGrid write the headers to unsubscribe by.
        due = name == "subscription_tracking" and mail.asm is not None
        if setting is None:
            yield Violation(message="Say explicitly that this tracking is off.", field=path)
        elif setting.enable is not due and name not in tracked:
            yield Violation(message=f"Must be {due}.", field=f"{path}.enable")
    if settings.click_tracking is not None and settings.click_tracking.enable_text:
        yield Violation(message="Tracking must be off.", field="tracking_settings.click_tracking.enable_text")


def _suppressions_are_not_bypassed(mail: Mail) -> Iterator[Violation]:
    for name in sorted(mail.mail_settings.model_fields_set):
        if name.startswith("bypass_"):
            yield Violation(message="Suppressions are never bypassed.", field=f"mail_settings.{name}")


def _header_sets(mail: Mail) -> Iterator[tuple[str, Mapping[str, str]]]:
    yield "headers", mail.headers
    for index, personalization in enumerate(mail.personalizations):
        yield f"personalizations.{index}.headers", personalization.headers


def _values(personalization: Personalization, name: str) -> list[str]:
    return [value for key, value in personalization.headers.items() if key.lower() == name]


RULES: tuple[Callable[[Mail], Iterable[Violation]], ...] = (
    _headers_are_allowed,
    _headers_are_literal,
    _everybody_can_unsubscribe,
    _metadata_is_opaque,
    _one_attempt_many_recipients,
    _categories_within_limits,
    _one_kind_of_reply_to,
    _attachments_are_base64,
    _suppressions_are_not_bypassed,
)
