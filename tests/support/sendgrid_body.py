"""The shape of a POST /v3/mail/send body: which fields exist and of which type. What they say is judged elsewhere.

Written from the public API reference (docs.sendgrid.com/api-reference/mail-send). Strict: no unknown field, no
number where a string is due, no string where a flag is due, no key twice in one object.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, NoReturn, TypedDict

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError


class Violation(TypedDict):
    """One broken rule; `field` as SendGrid writes it (`personalizations.3.to.0.email`), None for the request."""

    message: str
    field: str | None


_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}")


def _address(value: str) -> str:
    if len(value) > 320 or not _ADDRESS.fullmatch(value):
        raise PydanticCustomError("address", "Does not contain a valid address.")
    return value


Address = Annotated[str, AfterValidator(_address)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _not_null(cls, value: object) -> object:
        if value is None:
            raise PydanticCustomError("null", "Invalid type. Leave the field out instead of giving null.")
        return value


class Person(_Part):
    """An address with an optional display name."""

    email: Address
    name: str | None = None


class Personalization(_Part):
    """What differs for one recipient."""

    to: list[Person] = Field(min_length=1)
    cc: list[Person] = []
    bcc: list[Person] = []
    from_: Person | None = Field(default=None, alias="from")
    subject: str | None = None
    headers: dict[str, str] = {}
    substitutions: dict[str, str] = {}
    dynamic_template_data: dict[str, object] | None = None
    custom_args: dict[str, str] = {}
    send_at: int | None = None


class Content(_Part):
    """One alternative of the body."""

    type: str
    value: str


class Attachment(_Part):
    """One file; `content` is base64."""

    content: str
    filename: str
    type: str | None = None
    disposition: str | None = None
    content_id: str | None = None


class Switch(_Part):
    """A setting that only goes on or off."""

    enable: bool


class Footer(Switch):
    """Text that SendGrid would append."""

    text: str | None = None
    html: str | None = None


class MailSettings(_Part):
    """Settings of the request; the four that bypass suppressions are known here to be refused by name."""

    sandbox_mode: Switch | None = None
    footer: Footer | None = None
    bypass_list_management: Switch | None = None
    bypass_spam_management: Switch | None = None
    bypass_bounce_management: Switch | None = None
    bypass_unsubscribe_management: Switch | None = None


class ClickTracking(Switch):
    """Whether links are rewritten, in HTML and in text."""

    enable_text: bool = False


class OpenTracking(Switch):
    """Whether a pixel is added."""

    substitution_tag: str | None = None


class SubscriptionTracking(Footer):
    """Whether SendGrid adds its own unsubscribe link and headers."""

    substitution_tag: str | None = None


class Analytics(Switch):
    """Whether `utm_` parameters are added to links."""

    utm_source: str | None = None
    utm_medium: str | None = None
    utm_term: str | None = None
    utm_content: str | None = None
    utm_campaign: str | None = None


class TrackingSettings(_Part):
    """The four kinds of tracking; what is left out follows the account's default."""

    click_tracking: ClickTracking | None = None
    open_tracking: OpenTracking | None = None
    subscription_tracking: SubscriptionTracking | None = None
    ganalytics: Analytics | None = None


class UnsubscribeGroup(_Part):
    """SendGrid's own unsubscribe groups."""

    group_id: int
    groups_to_display: list[int] = Field(default=[], max_length=25)


class Mail(_Part):
    """The whole request body."""

    personalizations: list[Personalization] = Field(min_length=1)
    from_: Person = Field(alias="from")
    reply_to: Person | None = None
    reply_to_list: list[Person] | None = Field(default=None, max_length=1000)
    subject: str | None = None
    content: list[Content] = []
    attachments: list[Attachment] = []
    template_id: str | None = None
    headers: dict[str, str] = {}
    categories: list[str] = []
    custom_args: dict[str, str] = {}
    send_at: int | None = None
    batch_id: str | None = None
    asm: UnsubscribeGroup | None = None
    ip_pool_name: str | None = Field(default=None, min_length=2, max_length=64)
    mail_settings: MailSettings = MailSettings()
    tracking_settings: TrackingSettings = TrackingSettings()

    @property
    def sandboxed(self) -> bool:
        """Whether the request is only to be validated."""
        return self.mail_settings.sandbox_mode is not None and self.mail_settings.sandbox_mode.enable


class _UnreadableError(ValueError):
    """The bytes are not the JSON that SendGrid reads."""


def read_mail(body: bytes | Mapping[str, object] | Mail) -> Mail | list[Violation]:
    """The body as a typed value, or everything that is wrong with its shape."""
    if isinstance(body, Mail):
        return body
    try:
        return Mail.model_validate(read_json(body if isinstance(body, bytes) else json.dumps(body).encode()))
    except _UnreadableError as error:
        return [Violation(message=f"Bad Request: {error}", field=None)]
    except ValidationError as error:
        return [
            Violation(message=fault["msg"], field=".".join(map(str, fault["loc"])) or None)
            for fault in error.errors(include_url=False, include_context=False, include_input=False)
        ]


def read_json(body: bytes) -> object:
    """Parse UTF-8 JSON; a key written twice, NaN, half a surrogate pair and broken UTF-8 raise ValueError."""
    try:
        value: object = json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_constant)
        if rb"\ud" in body.lower():
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (UnicodeError, json.JSONDecodeError) as error:
        raise _UnreadableError(str(error)) from error
    return value


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _UnreadableError(f"the key {twice!r} is written twice in one object")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise _UnreadableError(f"{name} is not JSON")
