"""What every provider offers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from apes_mailer.model.account import BlockList, Erasure, LoggedMessage, Page, Rights, Standing, Trace
from apes_mailer.model.batch import Batch
from apes_mailer.model.event import Event
from apes_mailer.model.message import MessageTemplate
from apes_mailer.model.submission import Submission
from apes_mailer.model.suppression import Cause


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


# What only some providers can. One that has the methods is asked; each makes one request, and raises ``AccountError``
# when it is not answered, ``AccountRefusedError`` without the right to ask, ``AccountBusyError`` when it is too early.


@runtime_checkable
class KeepsBlockLists(Protocol):
    """A provider that tells whom it no longer mails."""

    @property
    def account(self) -> str:
        """What tells one account, or one key to it, from another; no secret."""
        ...

    @property
    def block_lists(self) -> Sequence[BlockList]:
        """The lists that it keeps."""
        ...

    def blocked(self, block_list: BlockList, *, since: dt.datetime | None, page: object | None) -> Page:
        """Return the entries made since a time (all for None), or the next of them, for a ``Page.next``.

        An entry may come twice; none that stays on the list is left out.
        """
        ...


@runtime_checkable
class LetsBack(Protocol):
    """A provider that mails somebody again on demand."""

    def let_back(self, address: str, cause: Cause) -> None:
        """Take an address off the block lists with this cause; one that is on none of them is no error."""
        ...


@runtime_checkable
class KeepsLogs(Protocol):
    """A provider that tells which messages it has accepted."""

    def messages(self, address: str, *, at: dt.datetime) -> Sequence[LoggedMessage]:
        """Return some messages to an address that were accepted around a time, the nearest first.

        None proves nothing: a log may lag, or end.
        """
        ...

    def trace(self, message: LoggedMessage) -> Trace | None:
        """Return which attempt a message came with; None when it is not one of ours."""
        ...


@runtime_checkable
class ErasesPeople(Protocol):
    """A provider that erases on demand what it knows of people."""

    @property
    def most_erased(self) -> int:
        """Addresses that one order may name."""
        ...

    def erase(self, addresses: Sequence[str]) -> Erasure:
        """Order that everything about these addresses is erased."""
        ...


@runtime_checkable
class TellsOfItself(Protocol):
    """A provider that tells what our key may do, and how it knows our address."""

    def rights(self) -> Rights:
        """Return what the key may do."""
        ...

    def standing(self, address: str) -> Standing:
        """Return what the account knows of a sender's address. It makes two requests at most."""
        ...


class NotSignedError(Exception):
    """A notice that is not from the provider, or not from now; the message says what is wrong with it.

    ``genuine``: the provider did sign it, only its time is wrong.
    """

    def __init__(self, message: str, *, genuine: bool = False) -> None:
        super().__init__(message)
        self.genuine = genuine


class MalformedError(ValueError):
    """The body of a request that is no notice."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The events of a notice, and how many of its parts are none."""

    events: Sequence[Event]
    unreadable: int


class Webhook(Protocol):
    """What a provider that reports events posts to us; safe to use from several threads."""

    @property
    def name(self) -> str:
        """The name of the provider."""
        ...

    def claims(self, headers: Mapping[str, str]) -> bool:
        """Whether a request bears what one of the provider's would; nothing is proved by that."""
        ...

    def require_signed(self, headers: Mapping[str, str], body: bytes, *, now: dt.datetime) -> None:
        """Raise ``NotSignedError`` unless the provider has posted this just now."""
        ...

    def read(self, body: bytes) -> Reading:
        """Read a notice, whatever its events hold. Raises ``MalformedError`` for what is none."""
        ...
