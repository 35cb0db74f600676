"""Email Logs: which messages SendGrid has accepted for an address, and with which attempt.

Source: the provider's pages on Email Logs. A query may name the address and a time; ``custom_args`` come only with a
single message. Messages are kept for 30 days, and are found some time after they were accepted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

from apes_mailer.model.account import LoggedMessage, Trace
from apes_mailer.providers.sendgrid.answer import presentable
from apes_mailer.providers.sendgrid.asking import Asking, Matter, not_understood

MATTER = Matter(what="what it has accepted", scope="messages.read", right="Email Activity: Read Access")
_MOST_FOUND, _MOST_READ = 100, 10
_WRONG_CLOCK = dt.timedelta(hours=26)  # the clock of this computer, or its time zone, may have been wrong


def messages(asking: Asking, address: str, at: dt.datetime) -> list[LoggedMessage]:
    """Return the messages to an address that were accepted around a time, the nearest first, ten at most.

    None found proves nothing: logs lag. Raises what asking raises.
    """
    query = (
        f'to_email = "{address}"'
        f" AND sg_message_id_created_at >= {_timestamp(at - _WRONG_CLOCK)}"
        f" AND sg_message_id_created_at <= {_timestamp(at + _WRONG_CLOCK)}"
    )
    told = asking.ask(MATTER, ["logs"], body={"query": query, "limit": _MOST_FOUND})
    found = _mapping(told.value).get("messages")
    if not isinstance(found, list):
        raise not_understood(MATTER)
    logged = [_message(_mapping(each)) for each in cast("list[Any]", found)]
    return sorted(logged, key=lambda message: abs(message.at - at))[:_MOST_READ]


def trace(asking: Asking, message: LoggedMessage) -> Trace | None:
    """Return which attempt a message came with; None when it is not one of ours, or has just left the log."""
    told = asking.ask(MATTER, ["logs", quote(message.entry, safe="")], accept=(200, 404))
    if told.status == 404:
        return None
    whole = _mapping(told.value)
    arguments = whole.get("custom_args")
    attempt = cast("Mapping[str, object]", arguments).get("apes_attempt") if isinstance(arguments, Mapping) else None
    if not attempt:
        return None
    return Trace(
        attempt=str(attempt),
        entry=presentable(message.entry),
        submission=presentable(message.entry.partition(".")[0]),
        at=message.at,
        status=presentable(whole.get("status") or ""),
    )


def _timestamp(at: dt.datetime) -> str:
    return f'TIMESTAMP "{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"'


def _message(found: Mapping[str, object]) -> LoggedMessage:
    try:
        at = dt.datetime.fromisoformat(str(found.get("sg_message_id_created_at")))
    except ValueError as error:
        raise not_understood(MATTER) from error
    return LoggedMessage(str(found.get("sg_message_id") or ""), at if at.tzinfo else at.replace(tzinfo=dt.UTC))


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise not_understood(MATTER)
    return cast("Mapping[str, object]", value)
