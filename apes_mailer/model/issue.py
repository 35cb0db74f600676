"""The schema of an issue: what a letter says, as typed values.

``campaigns/<name>/issue.yaml`` is read into :class:`Issue`. A new kind of content is one class here, listed in
``Block``, with one partial in each theme and one in ``templates/base``.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from apes_mailer.model.text import Line, Link, Markdown, PictureFile


def _one_or_many(value: object) -> object:
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType] - any input


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    note: str | None = Field(default=None, description="A note between colleagues; never sent.")


class Image(_Part):
    """A picture of the campaign's ``images`` folder."""

    file: PictureFile
    alt: Line | None = Field(default=None, description="What the picture shows, for those who do not see it.")
    decorative: bool = Field(default=False, description="true: the picture says nothing the text does not say.")
    caption: Line | None = None
    link: Link | None = None


class Button(_Part):
    """A link that asks for a click."""

    text: Line
    link: Link


class ContactPoint(_Part):
    """Somebody readers can turn to."""

    name: Line | None = None
    email: Line
    phone: Line | None = None


Images = Annotated[list[Image], BeforeValidator(_one_or_many)]
Buttons = Annotated[list[Button], BeforeValidator(_one_or_many)]


class Article(_Part):
    """A piece of news: title, pictures, text, a contact, buttons."""

    title: Line
    link: Link | None = Field(default=None, description="Makes the title a link.")
    images: Images = Field(default_factory=list[Image])
    layout: Literal["top", "left", "right"] = Field(default="top", description="Where the first picture stands.")
    text: Markdown | None = None
    contact: ContactPoint | None = None
    buttons: Buttons = Field(default_factory=list[Button])


class Event(_Part):
    """A date to keep."""

    title: Line
    date: dt.date
    end_date: dt.date | None = None
    time: Line | None = Field(default=None, description='Written as readers read it: "9 h 30 - 12 h".')
    place: Line | None = None
    text: Markdown | None = None
    link: Link | None = None


class Banner(_Part):
    """A call to action that stands out."""

    type: Literal["banner"]
    title: Line | None = None
    text: Markdown | None = None
    button: Button | None = None


class Editorial(_Part):
    """The opening words, with an optional signature."""

    type: Literal["editorial"]
    heading: Line | None = None
    title: Line | None = None
    images: Images = Field(default_factory=list[Image])
    text: Markdown
    signature: Line | None = None
    buttons: Buttons = Field(default_factory=list[Button])


class Section(_Part):
    """A heading with articles under it, in one column or two."""

    type: Literal["section"]
    title: Line
    text: Markdown | None = None
    columns: Literal[1, 2] = 1
    articles: list[Article] = Field(min_length=1)


class Events(_Part):
    """Dated events."""

    type: Literal["events"]
    title: Line
    events: list[Event] = Field(min_length=1)


class Gallery(_Part):
    """Several pictures, two abreast."""

    type: Literal["gallery"]
    title: Line | None = None
    text: Markdown | None = None
    images: Images = Field(min_length=1)
    buttons: Buttons = Field(default_factory=list[Button])


class Quote(_Part):
    """Somebody's words."""

    type: Literal["quote"]
    text: Markdown
    author: Line | None = None
    role: Line | None = None


class Logos(_Part):
    """The logos of partners or funders."""

    type: Literal["logos"]
    title: Line | None = None
    logos: Images = Field(min_length=1)


class Divider(_Part):
    """A line between two parts."""

    type: Literal["divider"]


Block = Annotated[
    Banner | Editorial | Section | Events | Gallery | Quote | Logos | Divider,
    Field(discriminator="type"),
]


class Issue(_Part):
    """The authored content of one letter."""

    subject: Line
    preheader: Line | None = Field(default=None, description="The line that mail programs show after the subject.")
    title: Line | None = Field(default=None, description="The letter's main heading; the subject when left out.")
    language: Literal["fr", "en"] = "fr"
    date: dt.date | None = Field(default=None, description="The issue's date, shown under the title.")
    theme: str = Field(default="apes", pattern=r"^[a-z0-9][a-z0-9_-]*$", description="A folder of templates/.")
    blocks: list[Block] = Field(min_length=1)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``issue.yaml``, for editors that complete and check while typing."""
    schema = Issue.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "apes-mailer issue", **schema}
