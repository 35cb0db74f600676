"""What templates see of an issue: the same names, with tags as words and Markdown as asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from pydantic import BaseModel

from apes_mailer.model.issue import Quote
from apes_mailer.model.picture import Picture, Place
from apes_mailer.model.text import Line, MailAddress, Markdown, PictureFile
from apes_mailer.render.markdown import in_quotation_marks


def texts(value: object) -> list[str]:
    """Return every string of an issue or an identity, in document order."""
    if isinstance(value, BaseModel):
        return [text for name in type(value).model_fields for text in texts(getattr(value, name))]
    if isinstance(value, (list, tuple)):
        return [text for item in cast("list[object]", value) for text in texts(item)]
    return [value] if isinstance(value, str) else []


def is_prose(text: str) -> bool:
    """Whether a text of an issue is words to read, and not an address or a name."""
    return isinstance(text, Line) and not isinstance(text, MailAddress)


class View:
    """Turns model values into plain dictionaries for templates."""

    def __init__(
        self,
        pictures: Mapping[str, Picture],
        picture_url: Callable[[Place], str],
        line: Callable[[str], str],
        markdown: Callable[[str], str],
        quotation_marks: tuple[str, str],
    ) -> None:
        self._pictures = pictures
        self._picture_url = picture_url
        self._line = line
        self._markdown = markdown
        self._quotation_marks = quotation_marks

    def of(self, value: object) -> Any:
        """Return the view of a value; models become dictionaries."""
        match value:
            case Quote():
                words = in_quotation_marks(value.text, *self._quotation_marks)
                return {**self._fields(value), "text": self.of(Markdown(words))}
            case BaseModel():
                return self._fields(value)
            case PictureFile():
                return self._picture(value)
            case Markdown():
                return self._markdown(value)
            case str():
                return self._line(value)
            case list() | tuple():
                return [self.of(item) for item in cast("list[object]", value)]
            case _:
                return value

    def _fields(self, value: BaseModel) -> dict[str, Any]:
        return {name: self.of(getattr(value, name)) for name in type(value).model_fields if name != "note"}

    def _picture(self, file: PictureFile) -> dict[str, Any]:
        picture = self._pictures[file]

        def at(width: float) -> str:
            return self._picture_url(Place(file, max(1, round(width))))

        return {"width": picture.width, "height": picture.height, "at": at}
