"""Which links of a letter are the same for everybody: only these may be counted under their address."""

from __future__ import annotations

import html

from apes_mailer.ledger import campaigns
from apes_mailer.ledger.events import About
from apes_mailer.model.event import Event
from apes_mailer.store.database import Connection


class LetterLinks:
    """The links of campaigns, looked up as they are needed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._shared: dict[int, str] = {}

    def impersonal(self, event: Event, about: About) -> Event:
        """Return an event without the address that was clicked, unless it stands in everybody's letter as it is.

        What is made for one reader, such as an unsubscribe link, would tell who clicked.
        """
        if not event.url or (about.attempt and event.url in self._literals(about.attempt.campaign_id)):
            return event
        return event._replace(url="")

    def _literals(self, campaign_id: int) -> str:
        if campaign_id not in self._shared:
            templates = campaigns.templates(self._connection, campaign_id).values()
            parts = [part for each in templates for part in (*each.html, *each.text) if isinstance(part, str)]
            parts.append(campaigns.load(self._connection, campaign_id).envelope.browser_url)
            self._shared[campaign_id] = "\0".join(html.unescape(part) for part in parts)
        return self._shared[campaign_id]
