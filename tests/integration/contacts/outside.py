"""What comes from outside, by the doors it comes by: the provider's account and reports, and the public pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import rule

from apes_mailer.campaign import syncing
from apes_mailer.campaign.feedback import Feedback
from apes_mailer.campaign.preferences import MONTHS, Preferences, PublicList
from apes_mailer.campaign.syncing import Desk
from apes_mailer.campaign.wishes import Outcome, Visitor, Wishing
from apes_mailer.contacts import lists, suppressions
from apes_mailer.model.account import BlockList, Listed, Page
from apes_mailer.model.address import Address
from apes_mailer.model.keys import TokenContent
from apes_mailer.model.suppression import ENDED_BY_OPTING_IN, Cause
from apes_mailer.providers.sendgrid.webhook import Webhook
from apes_mailer.store import schema
from tests.integration.contacts.world import (
    ACCOUNT,
    DAY,
    KEYRING,
    LINK,
    LISTS,
    NOW,
    PAGE,
    PROVIDER,
    List,
    Person,
    World,
    address,
    key,
)
from tests.support.feedback import KEY
from tests.support.reporting import notice, reported
from tests.support.told_provider import ToldProvider

BLOCK_LISTS = (
    BlockList(name="bounces", cause=Cause.BOUNCED),
    BlockList(name="spam_reports", cause=Cause.COMPLAINED),
    BlockList(name="unsubscribes", cause=Cause.AT_PROVIDER),  # of the whole account, not of one group
    BlockList(name="blocks", cause=None),
)
GROUP = 7
REPORTS: Mapping[str, tuple[Cause | None, Mapping[str, Any]]] = {
    "delivered": (None, {}),
    "deferred": (None, {"response": "450 later"}),
    "bounce": (Cause.BOUNCED, {"type": "bounce", "reason": "550 no such user"}),
    "spamreport": (Cause.COMPLAINED, {}),
    "dropped": (Cause.BOUNCED, {"reason": "Bounced Address"}),
    "group_unsubscribe": (Cause.AT_PROVIDER, {"asm_group_id": GROUP}),
}
BACK = "group_resubscribe"
PUBLIC = tuple(PublicList(name=name, title=name, about="", open=name == LISTS[0]) for name in LISTS)


class Account(ToldProvider):
    """A provider's account with block lists, which it gives out one entry at a time."""

    account = "an account"
    block_lists: Sequence[BlockList] = BLOCK_LISTS

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.entries: dict[str, list[Listed]] = {each.name: [] for each in BLOCK_LISTS}

    def blocked(self, block_list: BlockList, *, since: dt.datetime | None, page: object | None) -> Page:
        """Return the next entry."""
        start = page if isinstance(page, int) else 0
        found = [each for each in self.entries[block_list.name] if each.at and (since is None or each.at >= since)]
        following = start + 1 if start + 1 < len(found) else None
        return Page(entries=found[start : start + 1], next=following, at=self.now)


class Outside(World):
    """Rules for the provider and for the people who read: each by the code that the program runs for them."""

    def begin(self) -> None:
        super().begin()
        self.account = Account()
        self.heeded: dict[tuple[str, int], dt.datetime] = {}
        self.posted: list[bytes] = []
        self.links: list[tuple[int, str, str]] = []
        self.used = set[tuple[int, str]]()  # who has confirmed the last that was asked for, and for which list
        self.moment = int(NOW.timestamp())
        self.desk = Desk(database=self.database, keyring=KEYRING, clock=lambda: self.now)
        self.feedback = Feedback(
            database=self.database,
            keyring=KEYRING,
            webhook=Webhook([KEY.public], group=GROUP),
            clock=lambda: self.now,
            keep=30 * DAY,
        )
        self.preferences = Preferences(database=self.database, keyring=KEYRING, lists=PUBLIC)
        self.wishing = Wishing(database=self.database, keyring=KEYRING, lifetime=2 * DAY)

    @rule(number=Person, block_list=st.sampled_from(BLOCK_LISTS), loud=st.booleans())
    def provider_lists_somebody(self, number: int, block_list: BlockList, loud: bool) -> None:
        """The provider puts somebody on a list of its own, of which nobody here knows yet."""
        written = address(number).upper() if loud else address(number)
        kept = self.account.entries[block_list.name]
        kept[:] = [each for each in kept if each.address.lower() != address(number)]
        kept.append(Listed(written, self.now, "550 no"))

    @rule()
    def sync(self) -> None:
        self.account.now = self.now
        with self.database.read() as connection:
            erased = suppressions.erased_keys(connection)  # of whom nothing more is kept
        synced = syncing.sync(self.desk, self.account, seconds=60)
        assert synced is not None
        assert synced.troubles == []
        for block_list in BLOCK_LISTS:
            for entry in self.account.entries[block_list.name]:
                number = _number(entry.address.lower())
                before = self.heeded.get((block_list.name, number))
                if entry.at is not None and (before is None or entry.at > before):
                    self.heeded[block_list.name, number] = entry.at
                    if block_list.cause is not None and key(number) not in erased:
                        self.will.heard(number, None, block_list.cause, entry.at, way=ACCOUNT)

    @rule(
        number=Person,
        kind=st.sampled_from([*REPORTS, BACK]),
        marked=st.booleans(),
        late=st.booleans(),
        copies=st.integers(1, 2),
    )
    def provider_reports(self, number: int, kind: str, marked: bool, late: bool, copies: int) -> None:
        """A signed notice comes, with our mark of the person or without, of what is new or was said before."""
        cause, more = REPORTS.get(kind, (None, {"asm_group_id": GROUP}))
        with self.database.read() as connection:
            known = lists.contact_id(connection, key(number)) is not None
            erased = key(number) in suppressions.erased_keys(connection)
        self.moment = max(self.moment + 1, 0 if late else int(self.now.timestamp()))
        mark = KEYRING.recipient_mark(key(number)) if marked else ""
        event = reported(kind, address(number), recipient=mark, timestamp=self.moment, **more)
        body = notice([event] * copies)
        self.posted.append(body)
        self.feedback.take(KEY.headers(body, self.now), body)
        said = dt.datetime.fromtimestamp(self.moment, dt.UTC)
        if cause is not None and (known or marked) and not erased:
            for name in self.will.heard(number, None, cause, said, way=PROVIDER):
                if cause is Cause.AT_PROVIDER and known:
                    self.will.says(number, name, said, PROVIDER, yes=False)
        elif known and kind == BACK:
            self.will.takes_back(number, None, {Cause.AT_PROVIDER}, way=PROVIDER)
            self.will.unsay(PROVIDER, number=number)

    @rule(pick=st.integers(0, 9))
    def provider_repeats_itself(self, pick: int) -> None:
        """What was heard before says nothing new, whatever was said since."""
        if self.posted:
            body = self.posted[pick % len(self.posted)]
            self.feedback.take(KEY.headers(body, self.now), body)
            more = notice([{"event": "processed", "email": "autre@exemple.example", "timestamp": self.moment}])
            repeated = body.rstrip()[:-1] + b"," + more.lstrip(b"[")
            self.feedback.take(KEY.headers(repeated, self.now), repeated)

    @rule(number=Person, where=List, wanted=st.sets(List))
    def choose_letters(self, number: int, where: str, wanted: set[str]) -> None:
        """The page behind the link of a letter is sent off as it was filled in."""
        link = _link(number, where)
        choices = self.preferences.standing(link, self.now).choices
        to_confirm = self.preferences.choose(link, wanted, "", self.now)
        for choice in choices:
            name = choice.list.name
            if name in wanted and not choice.chosen and name not in to_confirm:
                beyond = self.will.ways(number, name, ENDED_BY_OPTING_IN - {Cause.PAUSED}) - {LINK, PAGE}
                assert not beyond, "the link of a letter ends what no such link had said"
                self.agree(number, name)
            elif name not in wanted and choice.chosen:
                self.will.no(number, name, Cause.UNSUBSCRIBED, way=PAGE)
                self.will.says(number, name, self.now, PAGE, yes=False)

    @rule(number=Person, where=List, months=st.sampled_from(MONTHS), ended=st.booleans())
    def pause_on_the_page(self, number: int, where: str, months: int, ended: bool) -> None:
        link = _link(number, where)
        self.preferences.pause(link, months, self.now)
        self.will.no(number, None, Cause.PAUSED, self.now + 28 * months * DAY)
        if ended:
            self.preferences.end_pause(link)
            self.will.takes_back(number, None, {Cause.PAUSED})

    @rule(number=Person, where=List)
    def ask_to_sign_up(self, number: int, where: str) -> None:
        """Somebody types the address, and a link goes to the person, unless nothing may."""
        visitor = Visitor(host="192.0.2.7", form="https://semis.example/", language="fr")
        self.wishing.sign_up(where, Address(address(number)), visitor, self.now)
        wish = schema.wish
        mine = sa.and_(wish.c.key == key(number), wish.c.list_id == self.lists[where], wish.c.state != "withheld")
        with self.database.read() as connection:
            row = connection.execute(sa.select(wish.c.id, wish.c.expires_at).where(mine)).first()
        if row is not None:
            token = KEYRING.wish_token(row.id, dt.datetime.fromisoformat(row.expires_at))
            self.links.append((number, where, token))
            self.used.discard((number, where))

    @rule(pick=st.integers(0, 9))
    def follow_a_confirmation(self, pick: int) -> None:
        """The link of a confirmation is followed and its button pressed, once more maybe, or long after."""
        if self.links:
            number, where, token = self.links[pick % len(self.links)]
            used = (number, where) in self.used
            outcome = self.wishing.confirm_sign_up(token, "Oui", "192.0.2.7", self.now)
            if outcome is not Outcome.GONE and not used:
                self.agree(number, where)
                self.used.add((number, where))


def _number(written: str) -> int:
    return int(written.removeprefix("personne").partition("@")[0])


def _link(number: int, where: str) -> TokenContent:
    return TokenContent(list_tag=KEYRING.list_tag(where), contact_key=key(number))
