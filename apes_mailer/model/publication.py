"""A letter that can be read on the web."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

PlaceName = Literal["serve", "folder", "s3"]

ARCHIVE, FEED = "index.html", "atom.xml"
"""What stands beside the folders of letters and pictures, whatever the place."""


class Publication(BaseModel):
    """A web version: what the archive says of it, where it is, and which state of the issue it shows.

    ``id`` is that of its entry in the feed, which never changes again (RFC 4287, 4.2.6). ``title`` and ``summary`` are
    as everybody reads them. ``base`` is the address of the archive, without a slash at its end. ``digest`` is that of
    the page's template, ``issue_digest`` that of the issue with its pictures.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    id: str
    place: PlaceName
    base: str
    title: str
    summary: str = ""
    language: str
    date: dt.date | None = None
    published: AwareDatetime
    updated: AwareDatetime
    digest: str
    issue_digest: str

    @property
    def path(self) -> str:
        """Where the page is, from the archive on."""
        return page_path(self.name)

    @property
    def url(self) -> str:
        """The address of the page."""
        return f"{self.base}/{self.path}"

    @property
    def only_here(self) -> bool:
        """Whether it was published at ``serve`` while that had no public address, as before it is set up."""
        return self.place == "serve" and not self.base.startswith("https://")


def page_path(name: str) -> str:
    """Return where the web version of a campaign is, from the archive on."""
    return f"letters/{name}.html"


def picture_path(name: str) -> str:
    """Return where a picture is, from the archive on."""
    return f"pictures/{name}"
