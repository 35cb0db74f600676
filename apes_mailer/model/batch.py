"""What a provider is handed: one batch of one letter."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from apes_mailer.model.message import MessageTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What is the same for every message of a campaign and not part of the letter itself.

    ``public_url`` is the address of the workspace's public pages, without a slash at its end. ``list_id`` is the
    value of the ``List-Id`` header (RFC 2919). ``subject_mark`` is put before the subject of a test. A letter that is
    published has the address of its web version in ``browser_url``, and its pictures at ``published_url``.
    """

    from_address: str
    from_name: str
    reply_to: str
    public_url: str
    list_id: str
    subject_mark: str = ""
    browser_url: str = ""
    published_url: str = ""

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

    def unsubscribe_url(self, token: str) -> str:
        """The link of one recipient: a page for people, and for mail programs the one-click address of RFC 8058."""
        return f"{self.public_url}/u/{token}"


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
    """

    campaign: str
    run: str
    attempt: str
    envelope: Envelope
    template: MessageTemplate
    recipients: Sequence[Recipient]
