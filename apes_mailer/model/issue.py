"""The schema of an issue: what a letter says, as typed values.

``campaigns/<name>/issue.yaml`` is read into :class:`Issue`. A new kind of content is one class here, listed in
``Block``, with one partial in each theme and one in ``templates/base``.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from apes_mailer.model.text import ColumnName, ColumnValue, Line, Link, MailAddress, Markdown, PictureFile

# "14 h 30 - 16 h", "9:30 à 12:00"; hours of a twelve-hour clock are left alone.
_FROM_TO = re.compile(
    r"(?<!\d)(\d{1,2})\s?[h:]\s?(\d{2})?\s?(?:-|–|—|à|to|until)\s?(\d{1,2})\s?[h:]\s?(\d{2})?(?!\d|\s?[ap]\.?m)",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?<!\d)(\d{1,2})\s?[h:]\s?(\d{2})(?!\d)", re.IGNORECASE)
_MORNING, _EVENING = 8, 20


def _one_or_many(value: object) -> object:
    return value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType] - any input


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    note: str | None = Field(default=None, description="A note between colleagues; never sent.")


Audience = dict[ColumnName, Annotated[list[ColumnValue], BeforeValidator(_one_or_many)]]


class _ForSome(_Part):
    """A part that may be for some readers only: those who have one of the values in each of the columns."""

    audience: Audience | None = Field(
        default=None, description="Who gets this part, by the columns of the list; everybody when left out."
    )
    web: bool = Field(default=False, description="true: the public web version shows it, whoever gets it by mail.")

    @field_validator("audience")
    @classmethod
    def _means_somebody(cls, audience: Audience | None) -> Audience | None:
        if audience is not None and not (audience and all(audience.values())):
            raise PydanticCustomError(
                "audience_empty",
                "names nobody; write a column and what stands in it, as in {territoire: [Aisne, Somme]}",
            )
        return audience


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
    email: MailAddress
    phone: Line | None = None


Images = Annotated[list[Image], BeforeValidator(_one_or_many)]
Buttons = Annotated[list[Button], BeforeValidator(_one_or_many)]


class Article(_ForSome):
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

    @field_validator("end_date")
    @classmethod
    def _ends_after_it_begins(cls, end: dt.date | None, info: ValidationInfo) -> dt.date | None:
        start: dt.date | None = info.data.get("date")
        if start is not None and end is not None and end < start:
            raise PydanticCustomError(
                "end_before_start",
                "is before the date of the event, {start}; "
                "write date: {end} and end_date: {start}, or correct the year",
                {"start": start.isoformat(), "end": end.isoformat()},
            )
        return end

    @field_validator("time")
    @classmethod
    def _is_on_a_clock(cls, time: Line | None) -> Line | None:
        for match in _CLOCK.finditer(time or ""):
            if (int(match[1]), int(match[2])) > (24, 0) or int(match[2]) > 59:
                written = {"written": match.group()}
                raise PydanticCustomError("no_time", "{written} is on no clock; write it as 9 h 30", written)
        return time

    @field_validator("time")
    @classmethod
    def _closes_after_it_opens(cls, time: Line | None, info: ValidationInfo) -> Line | None:
        """Refuse ``14 h - 9 h`` of a single day; what ends in the night or begins in the evening may be meant."""
        if time is None or info.data.get("end_date") not in {None, info.data.get("date")}:
            return time
        for match in _FROM_TO.finditer(time):
            start, end = (int(match[1]), int(match[2] or 0)), (int(match[3]), int(match[4] or 0))
            if end < start and start[0] < _EVENING and end[0] >= _MORNING:
                raise PydanticCustomError(
                    "end_before_start",
                    "ends before it begins ({written}); exchange the two hours, or give the last day in end_date",
                    {"written": match.group()},
                )
        return time


class Banner(_ForSome):
    """A call to action that stands out."""

    type: Literal["banner"]
    title: Line | None = None
    text: Markdown | None = None
    button: Button | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.title is None and self.text is None and self.button is None:
            raise PydanticCustomError("banner_empty", "says nothing; give it a title, a text or a button")
        return self


class Editorial(_ForSome):
    """The opening words, with an optional signature."""

    type: Literal["editorial"]
    heading: Line | None = None
    title: Line | None = None
    images: Images = Field(default_factory=list[Image])
    text: Markdown
    signature: Line | None = None
    buttons: Buttons = Field(default_factory=list[Button])


class Section(_ForSome):
    """A heading with articles under it, in one column or two."""

    type: Literal["section"]
    title: Line
    text: Markdown | None = None
    columns: Literal[1, 2] = 1
    articles: list[Article] = Field(min_length=1)


class Events(_ForSome):
    """Dated events."""

    type: Literal["events"]
    title: Line
    events: list[Event] = Field(min_length=1)


class Gallery(_ForSome):
    """Several pictures, two abreast."""

    type: Literal["gallery"]
    title: Line | None = None
    text: Markdown | None = None
    images: Images = Field(min_length=1)
    buttons: Buttons = Field(default_factory=list[Button])


class Quote(_ForSome):
    """Somebody's words."""

    type: Literal["quote"]
    text: Markdown
    author: Line | None = None
    role: Line | None = None


class Logos(_ForSome):
    """The logos of partners or funders."""

    type: Literal["logos"]
    title: Line | None = None
    logos: Images = Field(min_length=1)


class Divider(_ForSome):
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
    contents: bool | None = Field(
        default=None, description="Whether the letter begins with a list of its parts; left out: from six parts on."
    )
    theme: str = Field(default="apes", pattern=r"^[a-z0-9][a-z0-9_-]*$", description="A folder of templates/.")
    correction_of: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$",
        description="The campaign that this letter corrects: it goes to those who got that one, and to nobody else.",
    )
    blocks: list[Block] = Field(min_length=1)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``issue.yaml``, for editors that complete and check while typing."""
    schema = Issue.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "apes-mailer issue", **schema}
