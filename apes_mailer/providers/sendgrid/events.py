"""What SendGrid's Event Webhook posts, in words of our own.

Source: the provider's Event Webhook reference. Our own marks come back at the top level of an event, beside its fields;
some bounces that arrive late come without them.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from apes_mailer.model.event import Event, EventKind
from apes_mailer.model.suppression import Cause
from apes_mailer.providers.base import MalformedError, Reading
from apes_mailer.providers.sendgrid.answer import presentable

_KINDS: Mapping[str, EventKind] = {
    "processed": EventKind.PROCESSED,
    "dropped": EventKind.REJECTED,
    "delivered": EventKind.DELIVERED,
    "deferred": EventKind.DEFERRED,
    "bounce": EventKind.BOUNCED,
    "spamreport": EventKind.COMPLAINED,
    "unsubscribe": EventKind.UNSUBSCRIBED,
    "group_unsubscribe": EventKind.UNSUBSCRIBED,
    "group_resubscribe": EventKind.RESUBSCRIBED,
    "open": EventKind.OPENED,
    "click": EventKind.CLICKED,
}
_SOFT = {"blocked", "expired"}  # kinds of bounces that say nothing about the address
_CAUSES: Mapping[EventKind, Cause] = {
    EventKind.BOUNCED: Cause.BOUNCED,
    EventKind.COMPLAINED: Cause.COMPLAINED,
    EventKind.UNSUBSCRIBED: Cause.AT_PROVIDER,
}
# A message is dropped for what SendGrid knew before; these reasons are about the address.
_DROPPED: Mapping[str, Cause] = {
    "bounced address": Cause.BOUNCED,
    "spam reporting address": Cause.COMPLAINED,
    "unsubscribed address": Cause.AT_PROVIDER,
    "invalid": Cause.INVALID,
}
_ATTEMPT = re.compile(r"[A-Za-z0-9_-]{20}")
_RECIPIENT = re.compile(r"[A-Za-z0-9_-]{22}")
_NUMBER = re.compile(r"[A-Za-z0-9_.=+/-]{1,100}")
_LAST_MOMENT = 253_402_300_799  # the end of the year 9999, in seconds
_LONGEST_URL = 2000


def read(body: bytes, *, group: int = 0) -> Reading:
    """Read the body of a notice, whatever its events hold; of unsubscribe groups only ours counts, if there is one.

    Raises ``MalformedError`` when it is no list in JSON.
    """
    try:
        posted = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedError("the body is not JSON") from error
    if not isinstance(posted, list):
        raise MalformedError("the body is not a list of events")
    parts = cast("list[Any]", posted)
    events = [_event(cast("dict[str, Any]", part), group) for part in parts if isinstance(part, dict)]
    return Reading(events, len(parts) - len(events))


def _event(part: dict[str, Any], group: int) -> Event:
    kind = _kind(part, group)
    address = _text(part, "email")[:320]
    moment = part.get("timestamp")
    return Event(
        kind=kind,
        at=_time(moment),
        moment=str(moment)[:40] if isinstance(moment, int | float | str) else "",
        attempt=_matching(_ATTEMPT, part, "apes_attempt"),
        recipient=_matching(_RECIPIENT, part, "apes_recipient"),
        address=address,
        cause=_cause(kind, part),
        reason=_reason(kind, part, address),
        detail=_DETAILS[kind](part) if kind in _DETAILS else "",
        url=_text(part, "url")[:_LONGEST_URL] if kind is EventKind.CLICKED else "",
        number=_matching(_NUMBER, part, "sg_event_id"),
    )


def _kind(part: Mapping[str, Any], group: int) -> EventKind:
    name = _text(part, "event")
    if group and name.startswith("group_") and part.get("asm_group_id") != group:
        return EventKind.OTHER  # of another letter of the account, left by the page that lists them all
    kind = _KINDS.get(name, EventKind.OTHER)
    return EventKind.BLOCKED if kind is EventKind.BOUNCED and _text(part, "type") in _SOFT else kind


def _cause(kind: EventKind, part: Mapping[str, Any]) -> Cause | None:
    if kind is EventKind.REJECTED:
        return _DROPPED.get(_text(part, "reason").strip().lower())
    return _CAUSES.get(kind)


def _reason(kind: EventKind, part: Mapping[str, Any], address: str) -> str:
    """Return what the other side said, without the address and without the name before its @."""
    if kind in {EventKind.DELIVERED, EventKind.PROCESSED}:
        return ""
    said = _text(part, "reason") or _text(part, "response")
    local = address.partition("@")[0]
    if said and len(local) > 2:
        said = re.sub(rf"(?<!\w){re.escape(local)}(?!\w)", "(address)", said[:4000], flags=re.IGNORECASE)
    return presentable(said)


def _delivery_class(part: Mapping[str, Any]) -> str:
    said = (_text(part, "status"), _text(part, "bounce_classification"))
    return presentable(" ".join(filter(None, said)))[:80]


def _group(part: Mapping[str, Any]) -> str:
    group = part.get("asm_group_id")
    return f"group {group}" if isinstance(group, int) and 0 <= group < 1 << 62 else ""


def _left(part: Mapping[str, Any]) -> str:
    return "unsubscribed" if _cause(EventKind.REJECTED, part) is Cause.AT_PROVIDER else ""


def _machine(part: Mapping[str, Any]) -> str:
    return "machine" if part.get("sg_machine_open") is True else ""


_DETAILS: Mapping[EventKind, Callable[[Mapping[str, Any]], str]] = {
    EventKind.BOUNCED: _delivery_class,
    EventKind.BLOCKED: _delivery_class,
    EventKind.UNSUBSCRIBED: _group,
    EventKind.RESUBSCRIBED: _group,
    EventKind.REJECTED: _left,
    EventKind.OPENED: _machine,
}


def _text(part: Mapping[str, Any], name: str) -> str:
    value = part.get(name)
    return value if isinstance(value, str) else ""


def _matching(form: re.Pattern[str], part: Mapping[str, Any], name: str) -> str:
    value = _text(part, name)
    return value if form.fullmatch(value) else ""


def _time(moment: object) -> dt.datetime | None:
    if isinstance(moment, str) and moment.isascii() and moment.isdigit() and len(moment) < 12:
        moment = int(moment)
    if not isinstance(moment, int | float) or not 0 < moment <= _LAST_MOMENT:  # neither is what is no number
        return None
    return dt.datetime.fromtimestamp(moment, dt.UTC)
