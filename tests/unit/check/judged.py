"""A letter in which the rules find nothing, and what they find once it is changed."""

from __future__ import annotations

import dataclasses
from typing import Any

from apes_mailer.check import rules
from apes_mailer.check.letter import CheckedLetter
from apes_mailer.model.merge import ContactField, Expression, LinkTag, Special
from apes_mailer.model.message import Context, MessageTemplate, Slot
from tests.support.letters import issue_of

UNSUBSCRIBE = LinkTag(Special.UNSUBSCRIBE)


def template(*, text: Expression = UNSUBSCRIBE, html: Expression = UNSUBSCRIBE) -> MessageTemplate:
    """A template whose parts show these links."""
    return MessageTemplate(
        subject=("Ce qui lève",),
        text=("–\n", Slot(text, Context.PLAIN)),
        html=('<p>– <a href="', Slot(html, Context.URL), '">x</a></p>'),
        language="fr",
    )


SOUND = CheckedLetter(
    issue=issue_of({"type": "editorial", "text": "Bonjour."}),
    template=template(),
    html="<p>–</p>",
    text="–\n",
)
NO_LINK = ContactField("SITE")


def found(letter: CheckedLetter) -> list[tuple[str, str, str]]:
    """(rule, severity, field) of each finding."""
    return [(finding.rule, finding.severity.value, finding.field) for finding in rules.findings(letter)]


def with_blocks(*blocks: dict[str, Any], subject: str = "Ce qui lève") -> CheckedLetter:
    """The sound letter with other blocks."""
    return dataclasses.replace(SOUND, issue=issue_of(*blocks, subject=subject))
