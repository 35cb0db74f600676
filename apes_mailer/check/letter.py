"""What a check looks at."""

from __future__ import annotations

from dataclasses import dataclass

from apes_mailer.model.issue import Issue
from apes_mailer.model.message import MessageTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedLetter:
    """An issue, the template it became, and its HTML and text as a recipient would read them.

    ``web_version`` says whether the letter can be read on the web too, ``sender`` the address that it comes from.
    """

    issue: Issue
    template: MessageTemplate
    html: str
    text: str
    web_version: bool = False
    sender: str = ""
