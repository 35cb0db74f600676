"""What the events of one notice do: to attempts in doubt, to what is known of recipients, and to suppressions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from apes_mailer.campaign.audience import STAFF
from apes_mailer.campaign.letter_links import LetterLinks
from apes_mailer.contacts import consents, let_backs, lists, reported, suppressions
from apes_mailer.contacts.reported import Found
from apes_mailer.contacts.suppressions import ALL_LISTS, LATER_LISTS
from apes_mailer.ledger import events, evidence, notices
from apes_mailer.ledger.events import About, KnownAttempt
from apes_mailer.ledger.notices import Counts, Notice
from apes_mailer.ledger.states import ACCEPTED
from apes_mailer.model import address, mentions
from apes_mailer.model.event import NEVER_KEPT, Event, EventKind
from apes_mailer.model.keys import Keyring
from apes_mailer.model.suppression import Cause
from apes_mailer.providers.base import Reading
from apes_mailer.store.database import Connection
from apes_mailer.store.times import stamp


class Application:
    """One notice while it is applied, in one transaction."""

    def __init__(self, connection: Connection, keyring: Keyring, notice: Notice, now: dt.datetime) -> None:
        self._connection = connection
        self._keyring = keyring
        self._number = notice.id
        self._provider = notice.provider
        self._received_at = notice.received_at
        self._now = now
        self._staff = lists.find(connection, STAFF)
        self._links = LetterLinks(connection)

    def of(self, read: Reading) -> Counts:
        """Apply the events of the notice, those that are new; return what they were."""
        marks = {event.attempt for event in read.events if event.attempt}
        attempts = events.attempts_of(self._connection, marks)
        self._prove(read.events, attempts)
        pairs = self._without_erased(list(zip(read.events, self._about(read.events, attempts), strict=True)))
        pairs = [(self._without_old_no(event, about), about) for event, about in pairs]
        ours = [(event, about) for event, about in pairs if _is_ours(event, about)]
        new = self._keep([(event, about) for event, about in ours if event.kind not in NEVER_KEPT])
        for event, about in new:
            self._act(event, about)
        return Counts(events=len(pairs), kept=len(new), foreign=len(pairs) - len(ours), unreadable=read.unreadable)

    def _without_erased(self, pairs: list[tuple[Event, About]]) -> list[tuple[Event, About]]:
        """Take out whoever was erased, of the notice too: a report may come long after that."""
        strangers = {about.contact_key for _, about in pairs if about.contact_id is None and about.contact_key}
        erased = suppressions.erased_among(self._connection, strangers)
        if not erased:
            return pairs
        kept: list[tuple[Event, About]] = []
        for event, about in pairs:
            if about.contact_key not in erased:
                kept.append((event, about))
                continue
            mark = self._keyring.recipient_mark(about.contact_key)
            notices.take_out(self._connection, mentions.pattern_with(event.address, mark), number=self._number)
            kept.append(
                (event._replace(address="", recipient="", reason=""), replace(about, contact_key=b"", marked=False))
            )
        return kept

    def _without_old_no(self, event: Event, about: About) -> Event:
        """Return an event without the no that it repeats, when the person has come back here since.

        A provider that drops a letter goes by what it was told before; it has still to be told of the newer word.
        """
        if event.kind is not EventKind.REJECTED or event.cause is not Cause.AT_PROVIDER:
            return event
        if not self._came_back(about):
            return event
        let_backs.queue(self._connection, about.contact_key, {Cause.AT_PROVIDER}, at=self._now)
        return event._replace(cause=None, detail="")

    def _came_back(self, about: About) -> bool:
        list_id = (about.attempt and about.attempt.list_id) or ALL_LISTS
        return let_backs.came_back(self._connection, about.contact_key, list_id, provider=self._provider)

    def _prove(self, told: Sequence[Event], attempts: Mapping[str, KnownAttempt]) -> None:
        """Settle the attempts that these events show to have been accepted: one event of anybody in it is enough."""
        doubtful = {mark for mark, attempt in attempts.items() if attempt.state not in ACCEPTED}
        for event in told:
            if event.attempt in doubtful:
                doubtful.discard(event.attempt)
                seen = f"{self._provider} reported {event.kind} at {stamp(event.at or self._received_at)}"
                seen += f", event {event.number}" if event.number else ""
                evidence.prove_accepted(
                    self._connection, event.attempt, actor=self._provider, at=self._now, evidence=seen
                )

    def _about(self, told: Sequence[Event], attempts: Mapping[str, KnownAttempt]) -> list[About]:
        """Return what each event is about: by our marks, or by the address where the provider left them out."""
        marked = [Keyring.read_recipient_mark(event.recipient) or b"" for event in told]
        known = lists.contact_ids(self._connection, set(marked))
        unmarked = {event.address for event, key in zip(told, marked, strict=True) if key not in known}
        by_address = self._keys_of(unmarked)
        known |= lists.contact_ids(self._connection, set(by_address.values()))
        found = [
            (mark if mark in known else by_address.get(event.address, mark), mark)
            for event, mark in zip(told, marked, strict=True)
        ]
        return [
            About(attempt=attempts.get(event.attempt), contact_id=known.get(key), contact_key=key, marked=bool(mark))
            for event, (key, mark) in zip(told, found, strict=True)
        ]

    def _keys_of(self, addresses: Collection[str]) -> dict[str, bytes]:
        keys: dict[str, bytes] = {}
        for each in addresses:
            try:
                keys[each] = self._keyring.contact_key(address.normalise(each))
            except address.AddressError:
                continue  # an address that nobody here can have
        return keys

    def _keep(self, pairs: Sequence[tuple[Event, About]]) -> list[tuple[Event, About]]:
        """Keep what was not reported before; return it."""
        by_identity = {
            events.identity(self._provider, event, about.contact_key): (event, about) for event, about in pairs
        }
        unknown = events.unknown_among(self._connection, by_identity)
        new = {known_by: pair for known_by, pair in by_identity.items() if known_by in unknown}
        rows = [
            events.row(self._provider, self._links.impersonal(event, about), about, known_by, self._received_at)
            for known_by, (event, about) in new.items()
        ]
        events.keep(self._connection, rows)
        return list(new.values())

    def _act(self, event: Event, about: About) -> None:
        """Do at once what an event means for the address."""
        follows = event.kind is EventKind.RESUBSCRIBED or event.cause is Cause.AT_PROVIDER
        if follows and about.contact_id is not None:
            self._follow(event, about, about.contact_id)
        elif event.cause is not None and (about.marked or about.contact_id is not None):
            said = event.at or self._received_at
            self._suppress(event, about, self._scope(about.attempt and about.attempt.list_id), event.cause, said)

    def _follow(self, event: Event, about: About, contact_id: int) -> None:
        """Let the last word that the contact said to the provider hold, in whatever order the words come."""
        left = events.left_lists(self._connection, contact_id)
        said = {
            scope: max(left[each] for each in left if self._scope(each) == scope) for scope in map(self._scope, left)
        }
        for scope, at in said.items():
            suppressed = self._suppress(event, about, scope, Cause.AT_PROVIDER, dt.datetime.fromisoformat(at))
            for list_id in suppressed:
                self._withdraw(event, about, list_id)
            if not suppressed and self._came_back(about):
                let_backs.queue(self._connection, about.contact_key, {Cause.AT_PROVIDER}, at=self._now)
        key, source = about.contact_key, self._provider
        for scope in {ALL_LISTS, self._scope(self._staff)} - said.keys():
            # Only what reports had told: what is on the provider's list for all senders is not taken back in a group.
            if suppressions.remove(self._connection, key, list_id=scope, cause=Cause.AT_PROVIDER, source=source):
                consents.undo_withdrawal(self._connection, key, list_id=scope, source=source)

    def _suppress(self, event: Event, about: About, scope: int, cause: Cause, said: dt.datetime) -> list[int]:
        words = " ".join(filter(None, (event.kind, event.detail, event.reason)))
        found = Found(about.contact_key, cause, said, words)
        return reported.add(self._connection, found, list_id=scope, at=self._now, source=self._provider)

    def _withdraw(self, event: Event, about: About, list_id: int) -> None:
        if list_id != LATER_LISTS:
            said = event.at or self._received_at
            consents.withdraw(self._connection, about.contact_key, list_id=list_id, at=said, source=self._provider)

    def _scope(self, list_id: int | None) -> int:
        # Colleagues who try what a test offers leave the staff list only, as with the link in the letter.
        return ALL_LISTS if list_id is None or list_id != self._staff else list_id


def _is_ours(event: Event, about: About) -> bool:
    """Whether an event is about a letter of ours, or tells of an address of ours what holds for every sender."""
    means_something = event.cause is not None or event.kind is EventKind.RESUBSCRIBED
    # A confirmation carries our mark of somebody who may be no contact: such a letter can be called spam too.
    return about.attempt is not None or (means_something and (about.contact_id is not None or about.marked))
