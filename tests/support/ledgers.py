"""A ledger in a file of its own, with a list of numbered contacts, driven step by step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from apes_mailer.contacts import consents, lists, suppressions
from apes_mailer.contacts.consents import Proof
from apes_mailer.ledger import claims, control, evidence, freeze, resizing, status
from apes_mailer.ledger.claims import Claim, Roll
from apes_mailer.ledger.control import Distrusted
from apes_mailer.ledger.freeze import Candidates, Frozen, Preparation
from apes_mailer.ledger.instance import Instance
from apes_mailer.ledger.sorting import Letter, Letters
from apes_mailer.ledger.states import AttemptState, BatchState, Kind
from apes_mailer.ledger.status import Status
from apes_mailer.model.batch import Envelope
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.keys import Keyring
from apes_mailer.model.merge import ContactField
from apes_mailer.model.message import Context, MessageTemplate, Slot
from apes_mailer.model.submission import Submission
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from apes_mailer.store.database import Database
from tests.support.databases import put_new_database

NOW = dt.datetime(2027, 3, 1, 9, 30, tzinfo=dt.UTC)
NAME = "2027-03"
SECRET = b"a secret for tests, 32 octets ok"
ENVELOPE = Envelope(
    from_address="lettre@exemple.example",
    from_name="La lettre",
    reply_to="",
    public_url="https://lettre.exemple.example",
    list_id="<adherents.exemple.example>",
)
TEMPLATE = MessageTemplate(subject=("Bonjour",), html=("<p>Bonjour</p>",), text=("Bonjour",), language="fr")


def letters_with(*fields: str) -> Letters:
    """One letter for everybody, whose text has a merge tag for each field."""
    slots = (Slot(ContactField(name), Context.PLAIN) for name in fields)
    template = replace(TEMPLATE, text=(*TEMPLATE.text, *slots))
    return Letters(letter_of=lambda _: Letter(template=template))


def address(number: int) -> str:
    """The address of a numbered contact."""
    return f"personne{number}@exemple.example"


@dataclass(slots=True)
class Ledger:
    """A database with the list "adherents"; campaigns are known by their name."""

    database: Database
    instance: Instance
    keyring: Keyring = field(default_factory=lambda: Keyring(SECRET))
    now: dt.datetime = NOW
    ids: dict[str, int] = field(default_factory=dict[str, int])

    @classmethod
    def create(cls, folder: Path, *, contacts: int, computer: str = "here", busy_seconds: float = 5) -> Ledger:
        """Make a ledger whose list holds contacts 0 to ``contacts`` - 1."""
        put_new_database(folder)
        ledger = cls.open(folder, computer=computer, busy_seconds=busy_seconds)
        ledger.join(range(contacts))
        return ledger

    @classmethod
    def open(cls, folder: Path, *, computer: str = "here", busy_seconds: float = 5) -> Ledger:
        """Open the ledger of a folder as a computer does."""
        database = Database("mailer.db", base=folder, busy_seconds=busy_seconds)
        ledger = cls(database, Instance(database.path, state_folder=folder / "state", computer=computer))
        ledger.instance.register(database, ledger.keyring.fingerprint())
        return ledger

    def join(self, numbers: Sequence[int], list_name: str = "adherents") -> None:
        """Put contacts on a list."""
        with self.database.write() as connection:
            list_id = lists.find_or_add(connection, list_name, self.keyring, self.now)
            ids = [lists.know(connection, self.key(number), address(number)) for number in numbers]
            if ids:
                rows = [{"list_id": list_id, "contact_id": contact_id} for contact_id in ids]
                connection.execute(sa.insert(schema.member), rows)

    def key(self, number: int) -> bytes:
        """The key of a contact."""
        return self.keyring.contact_key(address(number))

    def suppress(
        self, number: int, list_name: str = "", *, until: dt.datetime | None = None, cause: Cause = Cause.MANUAL
    ) -> None:
        """Suppress a contact on one list, or on all."""
        with self.database.write() as connection:
            scope = schema.ALL_LISTS
            if list_name:
                scope = lists.find_or_add(connection, list_name, self.keyring, self.now)
            suppressions.add(connection, self.key(number), list_id=scope, cause=cause, at=self.now, until=until)

    def say(self, number: int, *states: State, list_name: str = "", purpose: Purpose = Purpose.LETTER) -> None:
        """Let a contact say something, about one list or about all."""
        with self.database.write() as connection:
            scope = schema.ALL_LISTS
            if list_name:
                scope = lists.find_or_add(connection, list_name, self.keyring, self.now)
            key, proof = self.key(number), Proof(source="form")
            for state in states:
                consents.record(connection, key, list_id=scope, purpose=purpose, state=state, at=self.now, proof=proof)

    def prepare(
        self,
        name: str = NAME,
        *,
        batch_size: int = 2,
        kind: Kind = Kind.SEND,
        expected: int | None = None,
        list_name: str = "adherents",
        letters: Letters | None = None,
        **more: Any,
    ) -> Frozen:
        """Freeze a campaign to a list."""
        with self.database.write() as connection:
            list_id = lists.find_or_add(connection, list_name, self.keyring, self.now)
            preparation = Preparation(
                name=name,
                kind=kind,
                provider=more.pop("provider", "local"),
                list_id=list_id,
                envelope=ENVELOPE.to_json(),
                issue_digest="",
                letters=letters or Letters(letter_of=lambda _: Letter(template=TEMPLATE)),
                batch_size=batch_size,
                **more,
            )
            candidates = Candidates(accepted=lists.members(list_id))
            frozen = freeze.freeze(connection, preparation, candidates, at=self.now, actor="test", expected=expected)
        self.ids[name] = frozen.campaign_id
        return frozen

    def claim(self, name: str = NAME, owner: str = "sender") -> Claim:
        """Claim a batch that must be there."""
        found = self.try_claim(name, owner)
        assert found is not None, "nothing is pending"
        return found[0]

    def try_claim(self, name: str = NAME, owner: str = "sender") -> tuple[Claim, Roll] | None:
        """Claim a batch if one is pending."""
        with self.database.write() as connection:
            return claims.claim(connection, self.ids[name], owner=owner, at=self.now)

    def record(self, claim: Claim, submission: Submission, owner: str = "sender") -> None:
        """Record an outcome."""
        with self.database.write() as connection:
            claims.record(connection, claim, submission, owner=owner, at=self.now)

    def sweep(self, name: str = NAME) -> int:
        """Find what a dead owner left."""
        with self.database.write() as connection:
            return claims.sweep(connection, self.ids[name], actor="finder", at=self.now)

    def prove(self, mark: str) -> AttemptState | None:
        """Bring evidence that an attempt was accepted."""
        with self.database.write() as connection:
            return evidence.prove_accepted(connection, mark, actor="webhook", at=self.now)

    def resolve(self, batch_no: int, to: Any, name: str = NAME) -> None:
        """Settle a doubt as a person says."""
        with self.database.write() as connection:
            control.resolve(connection, self.ids[name], batch_no, to=to, actor="person", at=self.now)

    def cut(self, size: int, name: str = NAME) -> int:
        """Cut what is pending into batches of at most ``size``; return how many were cut."""
        with self.database.write() as connection:
            return resizing.cut_pending(connection, self.ids[name], size, actor="person", at=self.now)

    def pause(self, by: Any = "person", cause: str = "a person paused it", name: str = NAME) -> None:
        """Stop claims."""
        with self.database.write() as connection:
            control.pause(connection, self.ids[name], by=by, at=self.now, actor="person", cause=cause, cure="a cure")

    def unpause(self, name: str = NAME) -> None:
        """Allow claims."""
        with self.database.write() as connection:
            control.unpause(connection, self.ids[name], at=self.now, actor="person")

    def distrust(self, *touched_since: str) -> Distrusted:
        """Put in doubt what a copied ledger calls pending."""
        with self.database.write() as connection:
            return control.distrust(
                connection, touched_since=touched_since, actor="guard", at=self.now, why="it was copied"
            )

    def doubt(self) -> str:
        """Why the ledger is not to be trusted."""
        with self.database.read() as connection:
            return self.instance.doubt(connection)

    def remember(self) -> None:
        """Write the marks as a sender does after its first claim."""
        with self.database.write() as connection:
            self.instance.remember(self.instance.mark(connection))

    def status(self, name: str = NAME, *, alive: bool = False) -> Status:
        """Where a campaign stands; checks both sums."""
        with self.database.read() as connection:
            found = status.of(connection, self.ids[name], owner_alive=alive)
        assert found.candidates == found.recipients + sum(found.excluded.values())
        assert found.recipients == (
            found.pending + found.submitting + found.submitted + found.refused + found.unknown
        ), found
        return found

    def batch_states(self, name: str = NAME, *, alive: bool = False) -> list[BatchState]:
        """The states of the batches, in order."""
        return [batch.state for batch in self.status(name, alive=alive).batches]

    def attempt_states(self, name: str = NAME) -> list[str]:
        """The states of the attempts, oldest first."""
        rows = self.rows("SELECT state FROM attempt WHERE campaign_id = :id ORDER BY id", id=self.ids[name])
        return [str(row["state"]) for row in rows]

    def events(self, name: str = NAME) -> list[str]:
        """The words of the history, oldest first."""
        rows = self.rows("SELECT event FROM history WHERE campaign_id = :id ORDER BY id", id=self.ids[name])
        return [str(row["event"]) for row in rows]

    def rows(self, query: str, **values: object) -> list[Mapping[str, Any]]:
        """What a query finds."""
        with self.database.read() as connection:
            return [dict(row) for row in connection.execute(sa.text(query), values).mappings()]
