"""Looking at campaigns: where they stand, and what was rehearsed."""

from __future__ import annotations

from collections.abc import Collection

from apes_mailer.ledger import campaigns, events, notices, status
from apes_mailer.ledger import rehearsals as rehearsed
from apes_mailer.ledger.campaigns import Sent
from apes_mailer.ledger.notices import Overview
from apes_mailer.ledger.owner import OwnerLock, lock_name
from apes_mailer.ledger.rehearsals import Rehearsal
from apes_mailer.ledger.states import Kind
from apes_mailer.ledger.status import Status
from apes_mailer.model.event import EventKind
from apes_mailer.store.database import Database


def of_campaign(database: Database, name: str) -> Status:
    """Return where the campaign of a name stands."""
    alive = OwnerLock(database.path, name).alive()
    with database.read() as connection:
        found = campaigns.find(connection, name)
        return status.none(name) if found is None else status.of(connection, found, owner_alive=alive)


def sends_of_letters(database: Database, digests: Collection[str]) -> list[Sent]:
    """Return the sends of exactly one of these letters under whatever campaign name, oldest first."""
    with database.read() as connection:
        return campaigns.sends_of_letters(connection, digests)


def rehearsals(database: Database, name: str) -> list[Rehearsal]:
    """Return the rehearsals of a campaign, oldest first."""
    alive = OwnerLock(database.path, lock_name(name, Kind.REHEARSAL)).alive()
    with database.read() as connection:
        return rehearsed.of_name(connection, name, owner_alive=alive)


def feedback(database: Database, name: str) -> dict[EventKind, int]:
    """Return of how many recipients of a campaign each kind of event was reported."""
    with database.read() as connection:
        found = campaigns.find(connection, name)
        return {} if found is None else events.counts(connection, found)


def reported(database: Database) -> Overview:
    """Return what came from providers' webhooks lately."""
    with database.read() as connection:
        return notices.overview(connection)
