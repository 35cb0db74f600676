"""From an order to letters handed over: guard the ledger, hold the campaign's lock, prepare, send."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from apes_mailer.campaign import overview, pictures, reconciling, syncing
from apes_mailer.campaign.order import Order
from apes_mailer.campaign.prepare import prepare
from apes_mailer.campaign.send import Progress, Records, Sender, Surroundings
from apes_mailer.campaign.syncing import Desk
from apes_mailer.errors import ApesMailerError, LedgerError, SettingsError
from apes_mailer.ledger import campaigns, claims, control, resizing, status
from apes_mailer.ledger.campaigns import Campaign
from apes_mailer.ledger.freeze import Frozen
from apes_mailer.ledger.owner import OwnerLock, lock_name
from apes_mailer.ledger.states import Kind
from apes_mailer.ledger.status import Status
from apes_mailer.pictures.cache import PictureCache
from apes_mailer.providers.base import KeepsLogs
from apes_mailer.reading.issue import load_issue
from apes_mailer.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How the person at the keyboard follows and stops a send.

    ``prepared`` gets what was frozen, then ``sender`` the sender, whose ``stop`` ends it cleanly, ``progress`` each
    batch, ``warn`` a line to show at once.
    """

    prepared: Callable[[Frozen], None]
    progress: Callable[[Progress], None]
    sender: Callable[[Sender], None]
    warn: Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """How a send ended."""

    status: Status
    refused_credentials: bool
    stopped_by_person: bool
    run: str


def send(around: Surroundings, workspace: Workspace, order: Order, watch: Watch, *, expected: int | None) -> Dispatched:
    """Prepare and send. Raises what :func:`apes_mailer.campaign.prepare.prepare` raises, ``AlreadyRunningError``."""
    name = order.composition.name
    with _owned(around, name, order.kind, watch) as owner:
        frozen = prepare(
            around.records.database,
            order,
            around.keyring,
            around.records.instance,
            around.records.clock(),
            expected=expected,
            # `resume` puts none, so a campaign that is prepared has all of them: also those of letters that only this
            # list asks for.
            ready=lambda: pictures.publish(order.composition.renditions, workspace.pictures),
        )
        return _run(around, frozen.campaign_id, owner, watch, frozen=frozen)


def resume(around: Surroundings, workspace: Workspace, name: str, watch: Watch) -> Dispatched:
    """Go on with a campaign from its frozen letter and recipients.

    Raises ``LedgerError`` when it was never prepared, ``SettingsError`` when the provider is not its own,
    ``AlreadyRunningError`` when it is being sent at this moment.
    """
    with around.records.database.read() as connection:
        campaign = campaigns.load(connection, control.campaign_id_of(connection, name))
    if campaign.provider != around.provider.name:
        raise SettingsError(
            f'"{name}" goes out through {campaign.provider}, and the provider asked for is {around.provider.name}.',
            hint=f"Resume it with: apes-mailer resume {name} --provider {campaign.provider}",
        )
    with _owned(around, name, Kind.SEND, watch) as owner:
        with around.records.database.read() as connection:  # it may have been prepared anew until the lock was free
            campaign = campaigns.load(connection, control.campaign_id_of(connection, name))
        _face_what_was_left(around, campaign, owner, watch)
        with around.records.database.write() as connection:
            waiting = claims.waiting(connection, campaign.id)
            corrections = campaigns.corrections(connection, campaign.id)
            size = min(around.batch_size, around.provider.limits.recipients)
            resizing.cut_pending(connection, campaign.id, size, actor=owner, at=around.records.clock())
            control.unpause(connection, campaign.id, at=around.records.clock(), actor=owner)
        if waiting:
            _tell_of_corrections(corrections, watch)
            _tell_if_changed(workspace, name, campaign.issue_digest, watch)
        return _run(around, campaign.id, owner, watch, frozen=None)


def _face_what_was_left(around: Surroundings, campaign: Campaign, owner: str, watch: Watch) -> None:
    """Put in doubt what a dead sender left; then ask the provider what it knows of that, and of opt-outs."""
    records, provider = around.records, around.provider
    with records.database.write() as connection:
        control.campaign_id_of(connection, campaign.name)  # a copy of the ledger has just lost what was only prepared
        found = claims.sweep(connection, campaign.id, actor=owner, at=records.clock())
    if found:
        many = found > 1
        watch.warn(
            f"{found} {'batches were' if many else 'batch was'} being submitted when the program stopped: "
            f"{'they are' if many else 'it is'} in doubt now."
        )
    if isinstance(provider, KeepsLogs):
        reconciling.reconcile(records, campaign.id, provider, provider.name, actor=owner, warn=watch.warn)
    desk = Desk(database=records.database, keyring=around.keyring, clock=records.clock)
    synced = syncing.sync(desk, provider, seconds=syncing.BEFORE_SENDING)
    for line in filter(None, (syncing.news(synced), syncing.trouble(synced)) if synced else ()):
        watch.warn(f"{provider.name}: {line}")


def guard(records: Records, actor: str) -> list[str]:
    """Put in doubt what a copied or restored ledger cannot know; return what to tell the person."""
    with records.database.read() as connection:
        if not records.instance.doubt(connection):
            return []
    with records.database.write() as connection:
        why = records.instance.doubt(connection)
        if not why:
            return []  # another program has dealt with it
        touched = records.instance.touched_since(connection)
        found = control.distrust(connection, touched_since=touched, actor=actor, at=records.clock(), why=why)
        records.instance.adopt(connection)
    return [
        why,
        *(
            f'What was still pending of "{name}" is in doubt now: it may have been sent since this copy was made.'
            for name in found.in_doubt
        ),
        *(
            f'What was in doubt of "{name}" may have been settled, and sent again, since this copy was made.'
            for name in found.doubted_before
        ),
        *(
            f'"{name}" was prepared and not begun when this copy was made; it may have been sent since. '
            "The preparation was dropped: if it was not sent, send it from here."
            for name in found.dropped
        ),
    ]


_AFTER_A_DOUBT = (
    "If you have a newer mailer.db, bring it back: only there is it known who has left since. If this is the newest, "
    "ask your provider with: apes-mailer suppressions sync, suppress whoever has written to you, "
    "and give the same command again."
)


@contextmanager
def _owned(around: Surroundings, name: str, kind: Kind, watch: Watch) -> Generator[str, None, None]:
    """Hold the lock of a campaign, or of its rehearsals, with a ledger that may be trusted.

    Raises ``LedgerError`` once when the ledger is older than what was done here: a person has to see what it does not
    know. Of a copy that may be the newest there is, a warning says so.
    """
    with OwnerLock(around.records.database.path, lock_name(name, kind)).held() as owner:
        with around.records.database.read() as connection:
            older = around.records.instance.older(connection)
        found = guard(around.records, owner)
        if found and older:
            raise LedgerError("\n".join([*found, "Nothing was sent."]), hint=_AFTER_A_DOUBT)
        for line in found:
            watch.warn(line)
        yield owner


def _run(around: Surroundings, campaign_id: int, owner: str, watch: Watch, *, frozen: Frozen | None) -> Dispatched:
    sender = Sender(around, campaign_id, owner, watch.progress)
    if frozen is not None:
        watch.prepared(frozen)
    watch.sender(sender)
    sender.run()
    with around.records.database.read() as connection:
        ended = status.of(connection, campaign_id, owner_alive=False)
    if sender.stopped_by_person and ended.pending and not ended.cause:
        with around.records.database.write() as connection:
            control.pause(
                connection,
                campaign_id,
                by="person",
                at=around.records.clock(),
                actor=owner,
                cause="a person stopped it",
            )
        with around.records.database.read() as connection:
            ended = status.of(connection, campaign_id, owner_alive=False)
    return Dispatched(
        status=ended,
        refused_credentials=sender.refused_credentials,
        stopped_by_person=sender.stopped_by_person,
        run=sender.run_name,
    )


def _tell_of_corrections(names: Iterable[str], watch: Watch) -> None:
    for name in names:
        watch.warn(
            f"{name} corrected this letter for those who had it by then. Who gets the letter from now on gets it "
            "without that correction."
        )


def _tell_if_changed(workspace: Workspace, name: str, digest: str, watch: Watch) -> None:
    folder, cache = workspace.campaigns / name, PictureCache(workspace.picture_cache)
    try:
        now = load_issue(folder, shown=workspace.shown(folder / "issue.yaml"), cache=cache).digest
    except (ApesMailerError, OSError):
        now = ""
    if now != digest:
        how = "or a picture of it has" if now else "it is broken or gone"
        watch.warn(
            f"campaigns/{name}/issue.yaml has changed since this campaign was prepared, {how}. "
            "What goes out is the letter as it was then."
        )


def pause(records: Records, name: str, *, actor: str) -> Status:
    """Stop a campaign's claims; return where it stands."""
    with records.database.write() as connection:
        campaign_id = control.campaign_id_of(connection, name)
        control.pause(connection, campaign_id, by="person", at=records.clock(), actor=actor, cause="a person paused it")
    return overview.of_campaign(records.database, name)


def resolve(
    records: Records, name: str, batch_no: int, *, to: Literal["submitted", "pending"], expected: int | None, actor: str
) -> Status:
    """Settle a batch in doubt. ``expected`` is the typed number of recipients that may be mailed again.

    Raises ``CancelledError`` when it differs, ``UsageError`` when the batch is not in doubt, and what
    :func:`face_doubts` raises.
    """
    face_doubts(records, name, actor=actor)
    with records.database.write() as connection:
        campaign_id = control.campaign_id_of(connection, name)
        if to == "pending":
            control.require_count(connection, campaign_id, batch_no, expected)
        control.resolve(connection, campaign_id, batch_no, to=to, actor=actor, at=records.clock())
    return overview.of_campaign(records.database, name)


def face_doubts(records: Records, name: str, *, actor: str) -> None:
    """Put in doubt what a dead sender left behind; leave everything alone while a sender lives.

    Raises ``LedgerError`` when the ledger turns out to be a copy: a person has to see what that puts in doubt before
    settling any of it.
    """
    lock = OwnerLock(records.database.path, name)
    if lock.alive():
        return
    with lock.held():
        found = guard(records, actor)
        if found:
            raise LedgerError(
                "\n".join([*found, "Nothing was resolved."]),
                hint=f"Look at every batch in doubt once more, with your provider and with: apes-mailer status {name}",
            )
        with records.database.write() as connection:
            claims.sweep(connection, control.campaign_id_of(connection, name), actor=actor, at=records.clock())
