"""Looking at a letter as one contact of a list will read it, before anything is sent."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from apes_mailer.campaign import audience
from apes_mailer.campaign.audience import Audience
from apes_mailer.contacts import file_list, lists
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.contacts.lists import StoredContact
from apes_mailer.errors import ContactsError
from apes_mailer.model import address as addresses
from apes_mailer.model.batch import Envelope
from apes_mailer.model.field import EMAIL
from apes_mailer.model.keys import Keyring
from apes_mailer.model.message import Context, MessageTemplate, Parts
from apes_mailer.render import fill, slots
from apes_mailer.store.database import Database
from apes_mailer.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A contact whom the letter is looked at as; ``values`` are those of the merge tags, ``EMAIL`` among them."""

    list_name: str
    address: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The letter as somebody reads it.

    ``unfilled`` names the merge tags for which this contact has nothing and the author gave no words instead: a send
    refuses to start while there is one.
    """

    subject: str
    preheader: str
    html: str
    text: str
    unfilled: list[str]


def list_names(workspace: Workspace, database: Database) -> list[str]:
    """Return the names of the lists kept as files or in the store, sorted."""
    with database.read() as connection:
        stored = [found.name for found in lists.stored(connection)]
    return sorted({*workspace.list_files(), *stored})


def search(workspace: Workspace, database: Database, list_name: str, words: str, *, limit: int = 20) -> list[str]:
    """Return the first addresses of a list that contain ``words``, in any letter case.

    Raises ``ContactsError`` or ``UsageError`` when there is no such list or its file cannot be read.
    """
    found = audience.find(workspace, database, list_name)
    if found.file is None:
        return _search_stored(database, found, words, limit)
    wanted = words.strip().casefold()
    known = (contact.address for contact in _contacts(found))
    return list(islice((address for address in known if wanted in address), limit))


def find_reader(workspace: Workspace, database: Database, list_name: str, address: str) -> Reader:
    """Return a contact of a list with the values that a send would use.

    Raises ``ContactsError`` when nobody on the list has this address, and as :func:`search` does.
    """
    found = audience.find(workspace, database, list_name)
    fields = wanted = None
    with contextlib.suppress(addresses.AddressError):
        wanted = addresses.normalise(address)
        fields = _file_fields(found, wanted) if found.file else _stored_fields(database, found, wanted)
    if wanted is None or fields is None:
        raise ContactsError(f'{address} is not on the list "{list_name}".', hint="Choose an address that is.")
    return Reader(list_name=list_name, address=wanted, values={**fields, EMAIL: wanted})


def values_on_list(
    workspace: Workspace, database: Database, list_name: str, fields: Sequence[str]
) -> list[tuple[tuple[str, ...], int]]:
    """Return what the contacts of a list have in these fields, each combination with how many have it.

    Whoever is suppressed is counted too. Raises as :func:`search` does.
    """
    found = audience.find(workspace, database, list_name)
    if found.file is None:
        with database.read() as connection:
            return lists.count_values(connection, lists.number(connection, found.name), fields)
    counts: Counter[tuple[str, ...]] = Counter()
    for contact in _contacts(found):
        counts[tuple(contact.fields.get(field, "") for field in fields)] += 1
    return list(counts.items())


def copy_for(
    reader: Reader, template: MessageTemplate, preheader: str, envelope: Envelope, keyring: Keyring, *, pictures: str
) -> Copy:
    """Return the letter that a contact would get; only the pictures come from another place, ``pictures``."""
    links = fill.links_of(envelope, pictures=pictures)
    token = keyring.token(keyring.list_tag(reader.list_name), keyring.contact_key(reader.address))
    unsubscribe = envelope.unsubscribe_url(token)

    def filled(parts: Parts) -> str:
        return fill.fill(parts, reader.values, links, unsubscribe)

    return Copy(
        subject=filled(template.subject),
        preheader=filled(slots.of_line(preheader, Context.HEADER)),
        html=filled(template.html),
        text=filled(template.text),
        unfilled=_unfilled(template, reader.values),
    )


def copy_with_tags(template: MessageTemplate, preheader: str, envelope: Envelope, *, pictures: str) -> Copy:
    """Return the letter with the merge tags shown as the author wrote them."""
    links = fill.links_of(envelope, pictures=pictures)
    return Copy(
        subject=fill.show_tags(template.subject, links),
        preheader=preheader,
        html=fill.show_tags(template.html, links),
        text=fill.show_tags(template.text, links),
        unfilled=[],
    )


def _contacts(found: Audience) -> Iterator[StoredContact]:
    """Yield the contacts of a list kept as a file, as a send takes them."""
    if found.file is None:
        return
    with open_contacts_file(found.file, shown=found.shown) as file:
        yield from file_list.contacts(file, lambda _reject: None)


def _file_fields(found: Audience, wanted: str) -> Mapping[str, str] | None:
    return next((contact.fields for contact in _contacts(found) if contact.address == wanted), None)


def _stored_fields(database: Database, found: Audience, wanted: str) -> dict[str, str] | None:
    with database.read() as connection:
        return lists.fields_of(connection, lists.number(connection, found.name), wanted)


def _search_stored(database: Database, found: Audience, words: str, limit: int) -> list[str]:
    with database.read() as connection:
        return lists.search(connection, lists.number(connection, found.name), words.strip(), limit=limit)


def _unfilled(template: MessageTemplate, values: Mapping[str, str]) -> list[str]:
    tags: list[str] = []
    for name, places in template.fields().items():
        for slot in places:
            if slot.must_be_filled:
                value = fill.clean(values.get(name, ""))
                if not value or (slot.context is Context.URL and not fill.is_url(value)):
                    tags.append(str(slot.expression))
    return list(dict.fromkeys(tags))
