"""Who a letter is for: a list by name, kept as a file or in the store; or those who got the letter that it corrects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from apes_mailer.contacts import lists, segments, staging
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.contacts.slips import Domains
from apes_mailer.errors import ContactsError, UsageError
from apes_mailer.ledger import campaigns, control, corrections
from apes_mailer.ledger.freeze import Candidates
from apes_mailer.model.keys import Keyring
from apes_mailer.model.segment import Condition
from apes_mailer.model.slip import Slip
from apes_mailer.store.database import Connection, Database
from apes_mailer.workspace import Workspace
from apes_mailer.workspace.names import did_you_mean

_MOST_SLIPS = 5  # that are named; one is as well looked up with the others in the file
_SAMPLED = 10_000  # contacts that show what the columns of a list are

STAFF = "staff"
"""The list that ``test`` uses by default: colleagues, who may get a letter without further questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """The campaign that a letter corrects, and whether those go with the others who only perhaps got it."""

    campaign: str
    with_doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """A list that exists; ``file`` is None when it is kept in the store, ``shown`` is what messages call it.

    Of a correction it is the list of the campaign that is ``corrected``: opting out and the fields go by it.
    """

    name: str
    file: Path | None
    shown: str = ""
    where: Condition | None = None
    """The segment of the list that is meant; None: all of it."""

    corrected: Corrected | None = None

    @property
    def words(self) -> str:
        """What it is, at the beginning of a sentence."""
        return f'The campaign "{self.corrected.campaign}"' if self.corrected else f'The list "{self.name}"'


def find(
    workspace: Workspace, database: Database, name: str, *, where: Condition | None = None, may_be_made: bool = True
) -> Audience:
    """Return the list of a name, or a segment of it. Raises ``ContactsError`` when there is none, or two.

    ``may_be_made``: to make a list of this name is another way to what the person wants.
    """
    file = workspace.list_file(name)
    with database.read() as connection:
        list_id = lists.find(connection, name)
        is_stored = list_id is not None and lists.has_members(connection, list_id)
        stored = [found.name for found in lists.stored(connection)] if not (file or is_stored) else []
    if file and is_stored:
        raise ContactsError(
            f'Two lists are called "{name}": the file {workspace.shown(file)}, and one imported into the store.',
            hint="Rename the file, so that it is clear who is meant.",
        )
    if not file and not is_stored:
        raise no_list(workspace, name, stored, may_be_made=may_be_made)
    return Audience(name=name, file=file, shown=workspace.shown(file) if file else "", where=where)


def of_corrected(workspace: Workspace, database: Database, corrected: Corrected) -> Audience:
    """Return the audience of a correction. Raises ``UsageError`` when the campaign was not handed to a provider."""
    name = corrected.campaign
    with database.read() as connection:
        found = campaigns.find(connection, name)
        if found is None or not campaigns.is_begun(connection, found):
            raise UsageError(
                f'"{name}" has not been sent: nobody has got it, so there is nobody to write a correction to.',
                hint=f"Correct campaigns/{name}/issue.yaml itself, and send it.",
            )
        list_name = campaigns.load(connection, found).list_name
    file = workspace.list_file(list_name)
    shown = workspace.shown(file) if file else ""
    return Audience(name=list_name, file=file, shown=shown, corrected=corrected)


def notice(audience: Audience) -> str:
    """Return what a person should know of how the file of a list is read: which column was taken; mostly nothing.

    Raises ``ContactsError`` when the file cannot be read.
    """
    if audience.file is None:
        return ""
    with open_contacts_file(audience.file, shown=audience.shown) as file:
        return file.notice


def no_list(workspace: Workspace, name: str, stored: Sequence[str], *, may_be_made: bool) -> ContactsError:
    """Return what is said of a name that is no list; ``stored`` are the lists of the store."""
    message, known = f'There is no list "{name}".', sorted({*workspace.list_files(), *stored})
    if document := workspace.other_document(name):
        return ContactsError(message, hint=document)
    unusable = "".join(f"\n{cure}" for cure in workspace.unusable_lists())
    here = f"{did_you_mean(name, known)}Lists here: {', '.join(known) or 'none yet'}."
    if not may_be_made:
        return ContactsError(message, hint=f"{here}{unusable}")
    return ContactsError(
        message,
        hint=f"{here} "
        f"Put a file contacts/{name}.csv there, or import one: "
        f"apes-mailer contacts import FILE --list {name}{unusable}",
    )


@contextmanager
def candidates(
    connection: Connection, audience: Audience, keyring: Keyring, at: dt.datetime
) -> Generator[tuple[int, Candidates, Sequence[Slip]], None, None]:
    """Yield the number of the list, its candidates, and likely slips of its file, inside the freezing transaction.

    Who is on the list and outside the segment is a candidate, rejected for that.
    """
    list_id = lists.find_or_add(connection, audience.name, keyring, at)
    if audience.corrected is not None:
        yield list_id, _of_corrected(connection, audience, audience.corrected, keyring, list_id=list_id, at=at), ()
        return
    domains = Domains()
    if audience.file is None:
        accepted, rejected = lists.members(list_id), None
    else:
        with open_contacts_file(audience.file, shown=audience.shown) as file:
            accepted, rejected = staging.stage(connection, file, keyring, list_id=list_id, at=at, domains=domains)
    if audience.where is not None:
        accepted, rejected = segments.part(connection, accepted, rejected, audience.where)
    yield list_id, Candidates(accepted=accepted, rejected=rejected), list(islice(domains.slips(), _MOST_SLIPS))


def _of_corrected(
    connection: Connection, audience: Audience, corrected: Corrected, keyring: Keyring, *, list_id: int, at: dt.datetime
) -> Candidates:
    campaign_id = control.campaign_id_of(connection, corrected.campaign)
    today = None
    if audience.file is not None:
        with open_contacts_file(audience.file, shown=audience.shown) as file:
            today, _ = staging.stage(connection, file, keyring, list_id=list_id, at=at)
    return corrections.candidates(connection, campaign_id, today, with_doubtful=corrected.with_doubtful)


def count(connection: Connection, audience: Audience) -> segments.Count:
    """Count the contacts of a list, and those of them that the segment means.

    Raises ``ContactsError`` when the list cannot be read, or has none of the columns that the segment asks for.
    """
    if audience.file is None:
        list_id = lists.number(connection, audience.name)
        return segments.count(connection, lists.members(list_id), audience.where)
    with open_contacts_file(audience.file, shown=audience.shown) as file:
        return segments.count_file(file, audience.where)


def columns(connection: Connection, audience: Audience, list_id: int) -> list[str]:
    """Return the names of the columns of a list, sorted, as far as its first contacts show them."""
    if audience.file is None:
        return lists.field_names(connection, list_id, among_first=_SAMPLED)
    with open_contacts_file(audience.file, shown=audience.shown) as file:
        return sorted(file.fields)
