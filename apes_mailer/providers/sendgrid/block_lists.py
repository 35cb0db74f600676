"""SendGrid's lists of addresses that get no more mail, and what each of them means here.

Source: the provider's pages on Suppressions (``start_time``, ``end_time``, ``limit`` up to 500, ``offset``) and on
Unsubscribe Groups (a group comes whole, and without times). An entry is deleted by its address; what is not there is
answered by 404.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import quote

from apes_mailer.errors import AccountError
from apes_mailer.model.account import BlockList, Listed, Page
from apes_mailer.model.suppression import Cause
from apes_mailer.providers.sendgrid.answer import presentable
from apes_mailer.providers.sendgrid.asking import LATER, Asking, Matter, not_understood

ENTRIES = 500
"""The most entries of one answer."""

LISTS = (
    BlockList(name="unsubscribes", cause=Cause.AT_PROVIDER),
    BlockList(name="spam_reports", cause=Cause.COMPLAINED),
    BlockList(name="bounces", cause=Cause.BOUNCED),
    BlockList(name="invalid_emails", cause=Cause.INVALID),
    # Turned away for the moment: a full mailbox, a busy server, a bad reputation. SendGrid goes on mailing them.
    BlockList(name="blocks", cause=None),
)
GROUP = BlockList(name="unsubscribe group", cause=Cause.AT_PROVIDER, timeless=True)

_MOST_RESTARTS = 3
_DELETED_BY = {"unsubscribes": "asm.suppressions.global.delete", GROUP.name: "asm.groups.suppressions.delete"}
"""The right to take an address off a list, where it is not one of that list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cursor:
    """Where a page begins: at the last entry of the page before, which has to be there again."""

    end: dt.datetime
    last: Listed
    offset: int
    restarts: int = 0


def page(asking: Asking, name: str, since: dt.datetime | None, cursor: object | None) -> Page:
    """Return a page of a list, from the one whose :attr:`Page.next` is ``cursor``; the first one for None.

    Pages overlap by one entry. When it is not there again, an entry was taken off the list meanwhile and others have
    moved up unseen: then the list is read anew. Raises ``AccountError`` when that goes on, and what asking raises.
    """
    matter = matter_of(name)
    at = cursor if isinstance(cursor, _Cursor) else None
    query: dict[str, str | int] = {"limit": ENTRIES, "offset": at.offset if at else 0}
    if since is not None:
        query["start_time"] = int(since.timestamp())
    if at is not None:
        query["end_time"] = int(at.end.timestamp())
    told = asking.ask(matter, ["suppression", name], query=query)
    entries = [_entry(matter, each) for each in _array(matter, told.value)]
    follows = at is not None and entries[:1] == [at.last]
    if at is not None and at.offset and not follows:
        if at.restarts == _MOST_RESTARTS:
            raise AccountError(
                f"SendGrid did not tell {matter.what}: it changes faster than it can be read.", hint=LATER
            )
        return Page(entries=[], next=replace(at, offset=0, restarts=at.restarts + 1), at=at.end)
    end, restarts = (at.end, at.restarts) if at else (told.at, 0)
    offset = int(query["offset"]) + len(entries) - 1
    fresh = entries[1:] if follows else entries
    # It may show fewer than it was asked for: the end is only where nothing comes after the entry that is known.
    more = _Cursor(end=end, last=entries[-1], offset=offset, restarts=restarts) if fresh else None
    return Page(entries=fresh, next=more, at=end)


def group(asking: Asking, group_id: int) -> Page:
    """Return everybody who has unsubscribed from a group, in one page. Raises what asking raises."""
    matter = group_matter(group_id)
    told = asking.ask(matter, ["asm", "groups", str(group_id), "suppressions"])
    entries = [Listed(str(address)) for address in _array(matter, told.value)]
    return Page(entries=entries, next=None, at=told.at)


def let_back(asking: Asking, address: str, cause: Cause, *, group_id: int) -> None:
    """Take an address off the lists that have this cause, and off the group of letters that name one.

    Raises what asking raises.
    """
    quoted = quote(address, safe="@")
    for each in LISTS:
        if each.cause is cause:
            path = ("asm", "suppressions", "global") if each.name == "unsubscribes" else ("suppression", each.name)
            asking.delete(let_back_matter(each), [*path, quoted])
    if group_id and cause is GROUP.cause:
        asking.delete(let_back_matter(GROUP), ["asm", "groups", str(group_id), "suppressions", quoted])


def let_back_matter(block_list: BlockList) -> Matter:
    """Return what is asked for when an address is taken off a list."""
    scope = _DELETED_BY.get(block_list.name, f"suppression.{block_list.name}.delete")
    right = "Unsubscribe Groups: Full Access" if scope.startswith("asm.") else "Suppressions: Full Access"
    return Matter(what="that it mails again who has come back", scope=scope, right=right)


def matter_of(name: str) -> Matter:
    """Return what is asked for when a list is read."""
    return Matter(what=f"its list {name}", scope=f"suppression.{name}.read", right="Suppressions: Read Access")


def group_matter(group_id: int) -> Matter:
    """Return what is asked for when a group is read."""
    return Matter(
        what=f"who left the unsubscribe group {group_id}",
        scope="asm.groups.suppressions.read",
        right="Unsubscribe Groups: Read Access",
    )


def _array(matter: Matter, value: object) -> list[Any]:
    if not isinstance(value, list):
        raise not_understood(matter)
    return cast("list[Any]", value)


def _entry(matter: Matter, value: object) -> Listed:
    """Return an entry; one that does not tell since when counts from the moment that it is seen first."""
    if not isinstance(value, Mapping):
        raise not_understood(matter)
    entry = cast("Mapping[str, object]", value)
    try:
        at = dt.datetime.fromtimestamp(float(str(entry.get("created"))), dt.UTC)
    except (ValueError, OverflowError, OSError):
        at = None
    reason = presentable(" ".join(str(entry.get(word) or "") for word in ("status", "reason")))
    return Listed(str(entry.get("email") or ""), at, reason)
