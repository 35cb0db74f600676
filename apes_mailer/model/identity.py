"""Who sends: the identity that every letter shows in its header and footer."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from apes_mailer.model.text import Line, Link


class SocialLink(BaseModel):
    """A place where the organisation can be followed; shown as text, never as a foreign icon."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Line
    link: Link


class Identity(BaseModel):
    """The organisation behind the letter."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Line
    letter: Line | None = None
    tagline: Line | None = None
    postal_address: Line | None = None
    website: Link | None = None
    contact: Line | None = None
    reason: Line | None = None
    social: tuple[SocialLink, ...] = Field(default=())
