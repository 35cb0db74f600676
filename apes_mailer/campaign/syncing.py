"""Heeding what the provider knows of people, and telling it what it must forget: with each send, or on demand.

It is also told who has come back here, since its own lists would go on holding the letters back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from apes_mailer.campaign.patience import Patience
from apes_mailer.contacts import block_lists, let_backs, provider_tasks
from apes_mailer.contacts.block_lists import Source
from apes_mailer.contacts.provider_tasks import Task
from apes_mailer.errors import AccountError, AccountRefusedError, AccountUnclearError, KeyRefusedError
from apes_mailer.model.account import BlockList
from apes_mailer.model.keys import Keyring
from apes_mailer.model.suppression import Cause
from apes_mailer.providers.base import ErasesPeople, KeepsBlockLists, LetsBack, Provider
from apes_mailer.store.database import Database

BEFORE_SENDING, ON_DEMAND = 60.0, 3600.0
"""Most seconds that all questions take together."""

# Entries get their time from many computers of the provider, and may show up late.
_OVERLAP = dt.timedelta(days=1)
_AT_ONCE = 500  # entries in one transaction
_MOST_UNCLEAR = 40
"""Answers to one sync that do not say whom of an order they refuse: with half as many each time, enough to find two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A block list that was read: its entries since the last time, and how many of them were news."""

    list: str
    cause: Cause | None
    read: int
    new: int


@dataclass(slots=True, kw_only=True)
class Synced:
    """What became of asking a provider.

    ``new`` are addresses newly suppressed, ``let_back`` those that the provider mails again, ``erased`` people whom it
    has taken the order to erase, ``jobs`` its numbers of these orders. ``troubles`` say what was not answered,
    ``unclear`` counts the orders that were refused without saying because of whom.
    """

    provider: str
    lists: list[Read] = field(default_factory=list[Read])
    let_back: int = 0
    erased: int = 0
    jobs: list[str] = field(default_factory=list[str])
    troubles: list[AccountError] = field(default_factory=list[AccountError])
    unclear: int = 0

    @property
    def new(self) -> int:
        """How many addresses are newly suppressed."""
        return sum(each.new for each in self.lists if each.cause is not None)

    @property
    def refused_key(self) -> KeyRefusedError | None:
        """That the provider took the key for nothing at all; None when it answered a question, or did not answer."""
        refused = [error for error in self.troubles if isinstance(error, KeyRefusedError)]
        return refused[0] if refused and len(refused) == len(self.troubles) and not self.lists else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What asking needs on this side."""

    database: Database
    keyring: Keyring
    clock: Callable[[], dt.datetime]


def sync(
    desk: Desk, provider: Provider, *, seconds: float, whole: bool = False, only_read: bool = False
) -> Synced | None:
    """Read the provider's block lists from where they were read to, or ``whole``, and work off what waits for it.

    With ``only_read`` nothing changes there: what waits goes on waiting. Return None for a provider that can do
    nothing of it. What is not answered within ``seconds`` is a trouble: what was read until then counts, and the list
    is read again next time.
    """
    if not isinstance(provider, KeepsBlockLists | LetsBack | ErasesPeople):
        return None
    synced, patience = Synced(provider=provider.name), Patience(seconds)
    try:
        if isinstance(provider, KeepsBlockLists):
            for block_list in provider.block_lists:
                with _going_on(synced):
                    synced.lists.append(_read(desk, provider, provider.name, block_list, patience, whole=whole))
        if isinstance(provider, LetsBack) and not only_read:
            with _going_on(synced):
                _let_back(desk, provider, synced, patience, unread=_unread(provider, synced))
        if isinstance(provider, ErasesPeople) and not only_read:
            _erase(desk, provider, synced, patience)
    except AccountError as error:
        synced.troubles.append(error)
    return synced


@contextmanager
def _going_on(synced: Synced) -> Generator[None, None, None]:
    """Note a trouble that is about one thing only: a right that the key lacks, an answer that cannot be read."""
    try:
        yield
    except (AccountRefusedError, AccountUnclearError) as error:
        synced.troubles.append(error)


def _read(
    desk: Desk, provider: KeepsBlockLists, name: str, block_list: BlockList, patience: Patience, *, whole: bool
) -> Read:
    with desk.database.read() as connection:
        read_to = None if whole else block_lists.read_to(connection, name, provider.account, block_list)
    since = None if read_to is None else read_to - _OVERLAP
    source = Source(provider=name, block_list=block_list, at=desk.clock())
    page = patience.ask(partial(provider.blocked, block_list, since=since, page=None))
    began, read, new = page.at, 0, 0
    while True:
        # A few at a time: a group comes whole, and others want to write too.
        for start in range(0, len(page.entries), _AT_ONCE):
            with desk.database.write() as connection:
                new += block_lists.heed(connection, desk.keyring, source, page.entries[start : start + _AT_ONCE])
        read += len(page.entries)
        if page.next is None:
            with desk.database.write() as connection:
                if block_list.timeless:
                    block_lists.forget_unseen(connection, source)
                block_lists.remember(connection, name, provider.account, block_list, up_to=began)
            return Read(list=block_list.name, cause=block_list.cause, read=read, new=new)
        page = patience.ask(partial(provider.blocked, block_list, since=since, page=page.next))


def _unread(provider: Provider, synced: Synced) -> set[Cause | None]:
    """Return the causes of the lists of a provider that were not read to their end."""
    kept = provider.block_lists if isinstance(provider, KeepsBlockLists) else ()
    read = {each.list for each in synced.lists}
    return {each.cause for each in kept if each.name not in read}


def _let_back(
    desk: Desk, provider: LetsBack, synced: Synced, patience: Patience, *, unread: Collection[Cause | None]
) -> None:
    with desk.database.read() as connection:
        waiting = let_backs.waiting(connection, synced.provider)
    timeless = [each for each in provider.block_lists if each.timeless] if isinstance(provider, KeepsBlockLists) else []
    for each in waiting:
        if each.cause in unread:
            continue  # there may be a newer no on that list
        patience.ask(partial(provider.let_back, each.address, each.cause))
        with desk.database.write() as connection:
            let_backs.finish(connection, synced.provider, each)
            for block_list in timeless:
                if block_list.cause is each.cause:
                    block_lists.forget(connection, synced.provider, block_list, each.key)
        synced.let_back += 1


def _erase(desk: Desk, provider: ErasesPeople, synced: Synced, patience: Patience) -> None:
    read_to = 0
    while True:
        with desk.database.read() as connection:
            found = provider_tasks.waiting(connection, synced.provider, most=provider.most_erased, after=read_to)
        if not found:
            return
        read_to, orders = found[-1].id, [found]
        while orders:
            tasks = orders.pop()
            try:
                erasure = patience.ask(partial(provider.erase, [task.address for task in tasks]))
            except AccountUnclearError as error:
                orders += _halves(tasks, synced, error)
                continue
            with desk.database.write() as connection:
                provider_tasks.finish(connection, tasks, reference=erasure.job, at=desk.clock())
            synced.erased += len(tasks)
            synced.jobs.append(erasure.job)
        desk.database.empty_log()  # the addresses stand there too


def _halves(tasks: list[Task], synced: Synced, error: AccountUnclearError) -> list[list[Task]]:
    """Return what to order instead of an order that was refused without a name, so that nobody keeps others waiting."""
    synced.unclear += 1
    if synced.unclear > _MOST_UNCLEAR:
        raise error
    if len(tasks) == 1:
        synced.troubles.append(error)
        return []
    half = len(tasks) // 2
    return [tasks[:half], tasks[half:]]


def news(synced: Synced) -> str:
    """Return what was new, in words; empty when nothing was."""
    by_cause: dict[str, int] = {}
    for each in synced.lists:
        if each.cause is not None and each.new:
            by_cause[each.cause] = by_cause.get(each.cause, 0) + each.new
    told: list[str] = []
    if by_cause:
        detail = ", ".join(f"{count:,} {cause}" for cause, count in by_cause.items())
        told.append(f"{synced.new:,} newly suppressed ({detail})")
    if synced.let_back:
        told.append(f"{synced.let_back:,} mailed again there")
    if synced.erased:
        told.append(f"{synced.erased:,} erased there on demand")
    return ", ".join(told)


def trouble(synced: Synced) -> str:
    """Return what was not answered, in words, once for each cause; empty when everything was."""
    by_cause: dict[str, list[AccountError]] = {}
    for error in synced.troubles:
        cause = f"{type(error)} {error.right}" if isinstance(error, AccountRefusedError) else str(error.message)
        by_cause.setdefault(cause, []).append(error)
    return " ".join(_sentence(errors) for errors in by_cause.values())


def _sentence(errors: Sequence[AccountError]) -> str:
    """Return what was not answered for one cause: the first question, and how many more."""
    first, more = errors[0], len(errors) - 1
    others = [f"The same goes for {more} more {'question' if more == 1 else 'questions'}."] if more else []
    return " ".join([first.message, *others, first.hint]).rstrip()
