"""Everything that is kept of one person, for the person to see (GDPR, articles 15 and 20)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from apes_mailer.contacts import file_erasing, lists, provider_tasks
from apes_mailer.contacts import person as of_lists
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.errors import ContactsError
from apes_mailer.ledger import campaigns, events, person, traces
from apes_mailer.model.batch import Recipient
from apes_mailer.model.keys import Keyring
from apes_mailer.providers import mime
from apes_mailer.providers.outbox import erasing as outbox
from apes_mailer.store.database import Connection, Database
from apes_mailer.workspace import Workspace


def export(
    database: Database, keyring: Keyring, workspace: Workspace, address: str, *, at: dt.datetime
) -> dict[str, Any]:
    """Return all that is kept of an address, in normal form, as plain data for JSON; times are UTC.

    ``unreadable`` names the files of ``contacts/``, and what there is in the outbox, into which nobody could look.
    """
    key = keyring.contact_key(address)
    with database.read() as connection:
        held = of_lists.held(connection, key)
        contact_id = lists.contact_id(connection, key)
        sent = [] if contact_id is None else list(_campaigns(connection, keyring, contact_id))
        erasures = provider_tasks.of_address(connection, address)
        events = [] if contact_id is None else person.events_of(connection, contact_id)
    unreadable: list[str] = []
    return {
        "address": address,
        "exported_at": at.isoformat(timespec="seconds"),
        "fields": held.fields,
        "earlier_fields": list(held.before),
        "lists": list(held.lists),
        "files": list(_files(workspace, address, unreadable)),
        "imports": list(held.imports),
        "consents": [_plain(each) for each in held.consents],
        "suppressions": [_plain(each) for each in held.suppressions],
        "wishes": list(held.wishes),
        "block_lists": list(held.block_lists),
        "to_ask_of_providers": [*held.to_ask, *erasures],
        "campaigns": sent,
        "events": events,
        "outbox": list(_messages(workspace, keyring, address, unreadable)),
        "unreadable": unreadable,
    }


def _plain(value: Any) -> dict[str, Any]:
    """Return a consent or a suppression as data: ``list`` is null when it is for every list."""
    body = asdict(value)
    body.pop("address", None)
    body |= body.pop("proof", {})
    return {"list": body.pop("list_name") or None, **body}


def _files(workspace: Workspace, address: str, unreadable: list[str]) -> Iterator[dict[str, Any]]:
    rejected = [("", path) for path in sorted(workspace.rejected.glob("*.csv"))]
    for name, path in [*workspace.list_files().items(), *rejected]:
        shown = workspace.shown(path)
        try:
            with open_contacts_file(path, shown=shown) as file:
                for row in file_erasing.rows_of(file, address):
                    said = {field: value for field, value in zip(file.fields, row.values, strict=False) if value}
                    yield {"list": name, "file": shown, "line": row.line, "fields": said}
        except (ContactsError, OSError):
            unreadable.append(shown)


def _campaigns(connection: Connection, keyring: Keyring, contact_id: int) -> Iterator[dict[str, Any]]:
    for number in person.campaigns_of(connection, contact_id):
        campaign = campaigns.load(connection, number)
        told: dict[str, Any] = {
            "campaign": campaign.name,
            "kind": campaign.kind,
            "list": campaign.list_name,
            "provider": campaign.provider,
            "prepared_at": campaign.prepared_at,
        }
        frozen = traces.recipient(connection, number, contact_id)
        if frozen is None:
            excluded = traces.exclusion(connection, number, contact_id)
            yield {**told, "verdict": "excluded", "reason": excluded.reason if excluded else ""}
            continue
        recipient = Recipient(frozen.address, keyring.recipient_mark(frozen.key), "", frozen.values)
        yield {
            **told,
            "verdict": frozen.outcome or frozen.batch_state,
            "reason": frozen.reason,
            "subject": mime.Splicer(frozen.template, campaign.envelope).subject(recipient),
            "values": dict(frozen.values),
            "requests": [each.started_at for each in traces.attempts(connection, number, frozen)],
            "events": [asdict(each) for each in events.of_contact(connection, number, contact_id)],
        }


def _messages(workspace: Workspace, keyring: Keyring, address: str, unreadable: list[str]) -> Iterator[dict[str, str]]:
    mark, closed = keyring.recipient_mark(keyring.contact_key(address)), list[Path]()
    for path in outbox.messages(workspace.outbox, address, mark, closed):
        try:
            message = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            closed.append(path)
        else:
            yield {"file": workspace.shown(path), "message": message}
    unreadable.extend(map(workspace.shown, closed))
