"""What a provider is handed: one batch of one letter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple
from urllib.parse import quote

from apes_mailer.model.message import MessageTemplate
from apes_mailer.model.tracking import NOTHING, Tracking

CONFIRMATIONS = "confirmations"
"""What stands for the name of a campaign in the messages by which wishes are confirmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What is the same for every message of a campaign and not part of the letter itself.

    ``public_url`` is the address of the workspace's public pages, without a slash at its end. ``list_id`` is the
    value of the ``List-Id`` header (RFC 2919). ``subject_mark`` is put before the subject of a test. A letter that is
    published has the address of its web version in ``browser_url``, and its pictures at ``published_url``.

    Readers unsubscribe by a page of ours, unless they write to ``mailto``, or the provider does it: then
    ``provider_group`` is its number for those who said no, and ``provider_link`` the text in whose place it puts each
    reader's own link. Where there is no page, ``public_url`` may be empty. ``also_mailto`` may be beside the page.
    """

    from_address: str
    from_name: str
    reply_to: str
    public_url: str
    list_id: str
    subject_mark: str = ""
    browser_url: str = ""
    published_url: str = ""
    mailto: str = ""
    also_mailto: str = ""
    provider_group: int = 0
    provider_link: str = ""

    def by_page(self) -> Envelope:
        """Return the envelope of letters that our own pages send: there readers unsubscribe, whatever campaigns do."""
        return replace(self, mailto="", provider_group=0, provider_link="")

    def to_json(self) -> str:
        """Return the form in which a campaign keeps its envelope."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Envelope:
        """Rebuild an envelope from :meth:`to_json`."""
        return cls(**json.loads(text))

    @property
    def pictures_url(self) -> str:
        """What stands before the name of a picture."""
        return f"{self.published_url or self.public_url}/pictures/"

    @property
    def has_page(self) -> bool:
        """Whether the link of a recipient leads to a page of ours, which is a one-click address of RFC 8058 too."""
        return not (self.mailto or self.provider_link)

    @property
    def headers_unsubscribe(self) -> bool:
        """Whether a message has a ``List-Unsubscribe`` of ours (RFC 2369): not where the provider writes its own."""
        return not self.provider_link

    def unsubscribe_url(self, token: str) -> str:
        """The link of one recipient, which ends with the token; empty when the provider puts it in."""
        if self.provider_link:
            return ""
        if self.mailto:
            return _by_mail(self.mailto, token)
        return f"{self.public_url}/u/{token}"

    def list_unsubscribe(self, url: str) -> str:
        """The ``List-Unsubscribe`` of a message with this :meth:`unsubscribe_url`.

        The page comes first, since a reader may take the first that it knows (RFC 2369 2); beside it one address to
        write to is allowed (RFC 8058 3.1), which helps where mail programs know no other.
        """
        if not self.also_mailto:
            return f"<{url}>"
        return f"<{url}>, <{_by_mail(self.also_mailto, url.rpartition('/')[2])}>"


def _by_mail(address: str, token: str) -> str:
    return f"mailto:{quote(address, safe='@+')}?subject=unsubscribe%20{token}"  # RFC 6068


class Recipient(NamedTuple):
    """One person of a batch; ``mark`` is the opaque name by which the provider may know this recipient."""

    address: str
    mark: str
    unsubscribe_url: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One request: the letter, its envelope, and who gets it.

    ``run`` tells one preparation of a campaign from another, ``attempt`` is opaque and names this request alone.
    ``tracking`` is what the provider may count of these recipients, all of whom agreed to it.
    """

    campaign: str
    run: str
    attempt: str
    envelope: Envelope
    template: MessageTemplate
    recipients: Sequence[Recipient]
    tracking: Tracking = NOTHING
