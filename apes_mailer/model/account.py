"""What a provider's account tells when it is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from apes_mailer.model.suppression import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockList:
    """A list of addresses that a provider keeps; ``name`` is the provider's own word for it.

    ``cause`` is why nobody on it may be mailed again. It is None for a list that says nothing about later letters: its
    entries are counted, and suppress nobody. A ``timeless`` one comes whole each time, and does not say since when.
    """

    name: str
    cause: Cause | None
    timeless: bool = False


class Listed(NamedTuple):
    """An entry of a block list: an address as the provider writes it, since when, and why in the provider's words.

    ``at`` is None in a timeless list, and where the provider does not tell.
    """

    address: str
    at: dt.datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some entries of a block list. ``next`` asks for those that follow; None when these are the last.

    ``at`` is the time of the answer by the provider's clock.
    """

    entries: Sequence[Listed]
    next: object | None
    at: dt.datetime


class LoggedMessage(NamedTuple):
    """A message that the provider has accepted: its name there, and when by the provider's clock."""

    entry: str
    at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Proof that the provider has accepted an attempt: a message that carries its mark.

    ``entry`` is the provider's name of the message, ``submission`` that of the request it came with, ``at`` when it was
    accepted by the provider's clock, ``status`` the provider's word for what became of it.
    """

    attempt: str
    entry: str
    submission: str
    at: dt.datetime
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """A provider's promise to erase what it knows of some addresses: its number, and those that it calls no address."""

    job: str
    no_address: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """A right that a key may have: what the account calls it, its names in the API, and what is not done without it."""

    name: str
    scopes: Sequence[str]
    without: str
    to_send: bool = False
    """Whether nothing can be sent without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What a key may do: the useful rights that it lacks, and the names in the API of what nobody here needs."""

    missing: Sequence[Right]
    surplus: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DnsRecord:
    """A record that the DNS of a domain should have, as the provider wants it."""

    kind: str
    host: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an account knows of a sender's address.

    ``domain`` is the authenticated domain that covers it, empty when there is none; ``missing`` are records that the
    DNS of its own domain still lacks. ``alone``: the address by itself is verified.
    """

    domain: str = ""
    missing: Sequence[DnsRecord] = ()
    alone: bool = False
