"""Where a finding stands in the letter that is shown: what its page has to be searched for."""

from __future__ import annotations

import re

from pydantic import BaseModel

from apes_mailer.campaign.compose import Composition
from apes_mailer.model.finding import Finding
from apes_mailer.model.issue import Article, Button, ContactPoint, Event, Image
from apes_mailer.model.text import Markdown
from apes_mailer.model.walk import walk
from apes_mailer.reading.verdicts import ancestors

_OF_A_BLOCK = (".title", ".heading", ".text", ".button.text", ".events[0].title", ".images[0]", ".logos[0]")

# A page shows neither tags nor addresses as they are written, and each line by itself.
_NOT_SHOWN = re.compile(r"<<[^<>\n]*>>|\{\{[^{}\n]*\}\}|\]\([^)\n]{0,4000}+\)|[\[\n]")


def sought(composition: Composition, finding: Finding) -> str:
    """Return words, an address of a link or the published name of a picture that stand where a finding does.

    They are those that the finding quotes, else those of its field, else of what the field is part of. Empty where the
    finding is about the whole letter, or about something that its page does not show, such as the subject.
    """
    if not finding.block:
        return ""
    values = dict(walk(composition.loaded.issue))
    text = values.get(finding.field)
    quoted = [value for value in finding.values.values() if isinstance(value, str) and value]
    if isinstance(text, Markdown) and (words := next((value for value in quoted if value in text), "")):
        return words
    places = [path for path in ancestors(finding.field) if path.startswith(finding.block)]
    return next((words for path in places if (words := _at(composition, values, path))), "")


def _at(composition: Composition, values: dict[str, object], path: str) -> str:
    match values.get(path):
        case Image() as image:
            renditions = composition.renditions.of(composition.letter).items()
            return next((made.name for place, made in renditions if place.file == image.file), "")
        case str() as text:
            return max(_NOT_SHOWN.split(text), key=len).strip()
        case Article() | Event() as titled:
            return titled.title
        case Button() as button:
            return button.text
        case ContactPoint() as contact:
            return contact.email
        case BaseModel():
            parts = (f"{path}{part}" for part in _OF_A_BLOCK)
            return next((words for part in parts if (words := _at(composition, values, part))), "")
        case _:
            return ""
