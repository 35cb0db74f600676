"""Before a letter goes to a list: every merge tag has something to say to each of its recipients."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import replace

from apes_mailer.campaign.compose import problem
from apes_mailer.campaign.order import Order
from apes_mailer.check import catalogue
from apes_mailer.errors import CheckFailedError, Problem
from apes_mailer.ledger import campaigns, merge_values
from apes_mailer.ledger.freeze import EmptyField
from apes_mailer.model import merge
from apes_mailer.model.field import EMAIL
from apes_mailer.model.finding import Finding
from apes_mailer.model.message import Context, Slot
from apes_mailer.model.walk import walk
from apes_mailer.render import fill
from apes_mailer.store.database import Connection


def require_filled_tags(connection: Connection, order: Order, campaign_id: int) -> None:
    """Raise ``CheckFailedError`` when a frozen recipient has nothing for a tag that has no words to fall back on."""
    bare: dict[str, dict[int, list[Slot]]] = {}
    for template_id, template in campaigns.templates(connection, campaign_id).items():
        for name, slots in template.fields().items():
            without = [slot for slot in slots if slot.must_be_filled]
            if without and name != EMAIL:
                bare.setdefault(name, {})[template_id] = without
    problems = [
        found for name, letters in bare.items() if (found := _problem(connection, order, campaign_id, name, letters))
    ]
    if problems:
        raise CheckFailedError(
            f'The list "{order.audience.name}" cannot fill every merge tag; nothing was sent.', problems
        )


def _problem(
    connection: Connection, order: Order, campaign_id: int, name: str, letters: dict[int, list[Slot]]
) -> Problem | None:
    count, first = merge_values.unfilled(connection, campaign_id, name, templates=letters)
    if count:
        return _unfilled(order, name, count, first)
    links = [number for number, slots in letters.items() if any(slot.context is Context.URL for slot in slots)]
    values = merge_values.field_values(connection, campaign_id, name, templates=links) if links else ()
    wrong = [address for address, value in values if not fill.is_url(value)]
    return _unfilled(order, name, len(wrong), wrong[:3], case="no-address-") if wrong else None


def empty_fields(
    connection: Connection, order: Order, campaign_id: int, columns: Callable[[], Sequence[str]]
) -> list[EmptyField]:
    """Return the fields of the letter in which no recipient has anything; ``columns`` gives those of the list."""
    letters = campaigns.templates(connection, campaign_id).values()
    fields = dict.fromkeys(name for template in letters for name in template.fields() if name != EMAIL)
    return [
        EmptyField(field=_place(order, name), name=name, meant=_meant(name, columns()))
        for name in fields
        if merge_values.nobody_has(connection, campaign_id, name)
    ]


def unheard_finding(empty: EmptyField) -> Finding:
    """Return what the checks say of a field in which no recipient has anything."""
    case = ".misspelt" if empty.meant else ".name"
    return catalogue.finding(f"merge-tag-unheard{case}", empty.field, name=empty.name, meant=empty.meant)


def _meant(name: str, columns: Sequence[str]) -> str:
    close = [] if name in columns else difflib.get_close_matches(name, columns, n=1)
    return close[0] if close else ""


def _place(order: Order, name: str, *, bare: bool = False) -> str:
    """Return the path of the first tag in the issue that names a field; ``bare``: and has no words to fall back on."""
    return next(
        (
            path
            for path, value in walk(order.composition.loaded.issue)
            if isinstance(value, str) and any(_names(tag, name, bare=bare) for tag in merge.find(value))
        ),
        "",
    )


def _unfilled(order: Order, name: str, count: int, first: Sequence[str], *, case: str = "") -> Problem:
    place = _place(order, name, bare=True)
    finding = catalogue.finding(
        f"merge-tag-unfilled.{case}{'one' if count == 1 else 'many'}",
        place,
        tag=f"<<contact.{name}>>",
        count=count,
        who=", ".join(first) + (", …" if count > len(first) else ""),
        example=f"<<contact.{name}|…>>",
    )
    told = problem(order.composition, finding)
    return told if place else replace(told, file="the theme or the settings")


def _names(tag: merge.TagMatch, name: str, *, bare: bool) -> bool:
    expression = tag.expression
    if not isinstance(expression, merge.ContactField) or expression.name != name:
        return False
    return expression.fallback is None or not bare
