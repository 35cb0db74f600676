"""Before a letter goes to a list: every merge tag has something to say to each of its recipients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from apes_mailer.campaign.compose import problem
from apes_mailer.campaign.order import Order
from apes_mailer.check import catalogue
from apes_mailer.errors import CheckFailedError, Problem
from apes_mailer.ledger import campaigns, merge_values
from apes_mailer.model import merge
from apes_mailer.model.field import EMAIL
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


def _unfilled(order: Order, name: str, count: int, first: Sequence[str], *, case: str = "") -> Problem:
    place = next(
        (
            path
            for path, value in walk(order.composition.loaded.issue)
            if isinstance(value, str) and any(_means(tag, name) for tag in merge.find(value))
        ),
        "",
    )
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


def _means(tag: merge.TagMatch, name: str) -> bool:
    expression = tag.expression
    return isinstance(expression, merge.ContactField) and expression.name == name and expression.fallback is None
