"""What every provider offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from apes_mailer.model.batch import Batch
from apes_mailer.model.message import MessageTemplate
from apes_mailer.model.submission import Submission


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may hold. ``merge_bytes`` bounds one recipient's merge values, None: no bound."""

    recipients: int
    merge_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """One request, ready to leave: its encoded body, or the batch itself when nothing has to be encoded.

    ``size`` is its number of recipients.
    """

    content: bytes | Batch
    size: int


class Provider(Protocol):
    """A way out for letters; safe to use from several threads."""

    @property
    def name(self) -> str:
        """The name by which settings and the ledger know it."""
        ...

    @property
    def limits(self) -> Limits:
        """What one request may hold."""
        ...

    @property
    def rehearsal(self) -> bool:
        """True when nothing leaves this computer."""
        ...

    def merge_size(self, template: MessageTemplate, values: Mapping[str, str]) -> int:
        """The bytes that one recipient's merge values take in a request."""
        ...

    def payload(self, batch: Batch) -> Payload:
        """Return the request for a batch; pure. Apart from ``submit``, so that nothing else waits in memory."""
        ...

    def submit(self, payload: Payload) -> Submission:
        """Make one request. Never raises for what the network or the provider does: that is a value."""
        ...
