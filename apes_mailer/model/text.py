"""The kinds of text that an issue is made of.

Each kind is a ``str`` of its own class, so that whoever renders it knows by its type what may be inside.
All kinds but :class:`PictureFile` may hold merge tags such as ``<<contact.PRENOM>>``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, Self
from urllib.parse import unquote

from pydantic_core import PydanticCustomError, core_schema

from apes_mailer.model import address as addresses
from apes_mailer.model import c1
from apes_mailer.model.field import EMAIL, field_named
from apes_mailer.model.spelling import alike

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

# From a word processor, a PDF, or half of an emoji escaped in YAML: no reader ever sees them, some mail clients choke
# on them, and no feed may hold them (XML 1.0, 2.2).
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FILE_ENDINGS = (
    "pdf|docx?|xlsx?|pptx?|od[tspg]|rtf|txt|csv|zip|jpe?g|png|gif|webp|svg|heic|html?|ics|mp[34]|mov|eml|indd|pages"
)
# Not after the name of a host: exemple.fr/plan.pdf is an address that lacks its https://.
_FILE = re.compile(
    rf"[a-z]:[\\/].*|(?!www\.|[\w-]+(?:\.[\w-]+)+/)[^:<>{{}}?#]+\.(?:{_FILE_ENDINGS})(?:[?#].*)?", re.IGNORECASE
)
# Spaces of all kinds, and what has no width: a heading or a link of these would be there for nobody.
_NOTHING = re.compile(r"[\s\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]*")
_TAG = re.compile(r"<<.*?>>|\{\{.*?\}\}")
_UNSAFE_SCHEME = re.compile(r"\s*(?!https?:|mailto:|tel:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def _mailbox(text: str) -> str:
    """Return an address without what was copied along with it, or raise ``PydanticCustomError``."""
    try:
        return addresses.normalise(text)
    except addresses.AddressError as error:
        raise PydanticCustomError(
            "mail_address",
            "{address} is no mail address ({reason}); write it as in bonjour@exemple.fr",
            {"address": text, "reason": error.reason.rstrip(".")},
        ) from error


class _Text(str):
    __slots__ = ()
    description: ClassVar[str] = ""

    @classmethod
    def parse(cls, value: str) -> Self:
        """Return the cleaned text, or raise ``PydanticCustomError`` with a message for the author."""
        value = c1.repaired(value)
        if _CONTROL.search(value):
            raise PydanticCustomError("control_character", "has an invisible control character; type the text again")
        return cls(value)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: object, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(
            cls.parse,
            core_schema.str_schema(strict=True),
            metadata={"pydantic_js_updates": {"description": cls.description}},
            serialization=core_schema.to_string_ser_schema(),
        )


class Line(_Text):
    """One line of plain text."""

    __slots__ = ()
    description = "One line of plain text. Merge tags such as <<contact.PRENOM>> are allowed."

    @classmethod
    def parse(cls, value: str) -> Self:
        text = re.sub(r"[ \t\r\n\u2028\u2029]+", " ", super().parse(value)).strip(" ")
        if _NOTHING.fullmatch(text):
            raise PydanticCustomError("empty", "is empty; write something or remove the line")
        return cls(text)


class MailAddress(Line):
    """An address that readers can write to."""

    __slots__ = ()
    description = "A mail address: bonjour@exemple.fr. Merge tags are allowed."

    @classmethod
    def parse(cls, value: str) -> Self:
        text = super().parse(value)
        return text if _TAG.search(text) else cls(_mailbox(text))


class Markdown(_Text):
    """Several paragraphs: bold, emphasis, links and lists in Markdown."""

    __slots__ = ()
    description = "Text in Markdown: **bold**, *emphasis*, [link](https://…), lists. Merge tags are allowed."

    @classmethod
    def parse(cls, value: str) -> Self:
        text = super().parse(value).replace("\r\n", "\n").replace("\r", "\n").strip("\n ")
        if _NOTHING.fullmatch(text):
            raise PydanticCustomError("empty", "is empty; write something or remove the line")
        return cls(text)


class Link(_Text):
    """Where a click leads: ``https:``, ``http:``, ``mailto:``, ``tel:`` or a merge tag.

    An empty link or ``#`` is accepted while a letter is being written; a check refuses it before the send.
    """

    __slots__ = ()
    description = "A web address (https://…), mailto:…, tel:… or a merge tag."

    @classmethod
    def parse(cls, value: str) -> Self:
        text = super().parse(value).strip()
        if _FILE.fullmatch(text):
            raise PydanticCustomError(
                "link_file",
                "names a file, and a letter can only link to the web; put the file online and write its "
                "address, from https:// on",
            )
        if _UNSAFE_SCHEME.match(text):
            raise PydanticCustomError("link_scheme", "only https:, http:, mailto: and tel: links work in a letter")
        outside_tags = _TAG.sub("", text)
        if re.search(r"\s", outside_tags):
            raise PydanticCustomError("link_space", "has a space in the address; write %20 instead of each space")
        if re.fullmatch(r"(?:www\.)?[\w-]+(?:\.[\w-]+)+(?:/.*)?", text):
            raise PydanticCustomError("link_scheme", "does not say https://; write https://{link}", {"link": text})
        scheme, _, receivers = text.partition("?")[0].partition(":")
        if scheme.lower() == "mailto" and receivers and not _TAG.search(receivers):
            for receiver in receivers.split(","):
                _mailbox(unquote(receiver))
        return cls(text)


class PictureFile(_Text):
    """The name of a picture in the campaign's ``images`` folder."""

    __slots__ = ()
    description = "File name of a picture in the images folder of this campaign."

    @classmethod
    def parse(cls, value: str) -> Self:
        text = super().parse(value).strip().removeprefix("./").removeprefix("images/")
        if not text:
            raise PydanticCustomError("empty", "is empty; give the name of a file in the images folder")
        if text.startswith(("/", "\\", "~")) or ".." in text.split("/") or ":" in text:
            raise PydanticCustomError(
                "picture_outside", "must be the name of a file in the images folder; copy the picture there"
            )
        return cls(text)


class ColumnName(_Text):
    """The name of a column of a list of contacts, such as ``territoire``."""

    __slots__ = ()
    description = "The name of a column of the list, in small or capital letters, with or without accents."

    @classmethod
    def parse(cls, value: str) -> Self:
        text = super().parse(value).strip()
        field = field_named(text)
        if not field:
            raise PydanticCustomError("column_name", "names no column; write the name of a column of your list")
        if field == EMAIL:
            raise PydanticCustomError(
                "column_address", "chooses by address; put these people on a list of their own, and send to that list"
            )
        return cls(text)

    @property
    def field(self) -> str:
        """The field of a contact that is meant: ``TERRITOIRE`` for ``territoires``."""
        return field_named(self)


class ColumnValue(Line):
    """What stands in a column, such as ``Aisne``."""

    __slots__ = ()
    description = "What stands in this column, in small or capital letters, with or without accents."

    @classmethod
    def parse(cls, value: str) -> Self:
        text = super().parse(value)
        if not alike(text):
            raise PydanticCustomError(
                "column_value", "has neither a letter nor a digit; write what stands in the column"
            )
        return text
