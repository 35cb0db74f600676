"""What a check looks at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from apes_mailer.check.clients import support
from apes_mailer.model.c1 import Repair
from apes_mailer.model.identity import Identity
from apes_mailer.model.issue import Issue
from apes_mailer.model.message import MessageTemplate
from apes_mailer.model.picture import Picture, Place, Rendition
from apes_mailer.model.piece import Piece
from apes_mailer.model.walk import walk


@dataclass(frozen=True, kw_only=True)
class CheckedLetter:
    """An issue, the template it became, and its HTML and text as a recipient would read them.

    ``identity`` is who the letter shows as its sender, ``sender`` the address that it comes from. ``pictures`` is by
    file name as the issue has it, ``renditions`` by the places that the theme gives them. ``today`` is the day on which
    dates are judged, ``pieces`` what the letter has to say, ``repairs`` what was put right while it was read,
    ``blanks`` the fields with nothing after their colon. ``web_version`` says whether the letter can be read on the web
    too, ``web_version_is_old`` whether it was another state of the issue that was published. ``unsubscribe_url`` is the
    link of this recipient, ``hosts`` are those that the letter may load something from, ``clients`` the mail programs
    of its readers by their names in the figures. ``nowhere`` says that readers could load no picture: there is no
    server, and the letter is not published elsewhere; ``mailed`` that it is to leave this computer. ``tracking`` says
    that opens or clicks are counted of some, and ``has_page`` that a reader's own links lead to a page of ours.
    """

    issue: Issue
    template: MessageTemplate
    html: str
    text: str
    identity: Identity
    sender: str
    today: dt.date
    pictures: Mapping[str, Picture] = field(default_factory=dict[str, Picture])
    renditions: Mapping[Place, Rendition] = field(default_factory=dict[Place, Rendition])
    pieces: Sequence[Piece] = ()
    repairs: Sequence[Repair] = ()
    blanks: Sequence[str] = ()
    web_version: bool = False
    web_version_is_old: bool = False
    unsubscribe_url: str = ""
    nowhere: bool = False
    mailed: bool = False
    tracking: bool = False
    has_page: bool = True
    hosts: frozenset[str] = frozenset()
    clients: tuple[str, ...] = support.USUAL

    @cached_property
    def values(self) -> Sequence[tuple[str, object]]:
        """Every value of the issue with its path, in document order; notes between colleagues are left out."""
        return [(path, value) for path, value in walk(self.issue) if not path.endswith("note")]
