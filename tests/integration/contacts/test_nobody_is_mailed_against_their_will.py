"""Whatever happens to lists and files, in whatever order: who said no is mailed again only after saying yes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from apes_mailer.campaign import erasure, preferences, unsubscribe
from apes_mailer.campaign.applying import Application
from apes_mailer.contacts import (
    block_lists,
    consents,
    importing,
    lists,
    opting_in,
    plan,
    reported,
    staging,
    suppressions,
    undoing,
    wishes,
)
from apes_mailer.contacts.consents import Proof
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.errors import ContactsError, UsageError
from apes_mailer.ledger import claims, freeze, permission
from apes_mailer.ledger.excluding import Excluding
from apes_mailer.ledger.freeze import Candidates, Preparation
from apes_mailer.ledger.sorting import Letter, Letters
from apes_mailer.ledger.states import Kind
from apes_mailer.model.consent import Policy, Purpose, State
from apes_mailer.model.keys import TokenContent
from apes_mailer.model.submission import NotAccepted, Submission, Submitted
from apes_mailer.model.suppression import NEEDS_REASON, NEVER_WITH_OTHERS, Cause
from apes_mailer.store import schema
from tests.integration.contacts.outside import BLOCK_LISTS, Outside
from tests.integration.contacts.world import (
    DAY,
    IMPORT,
    KEYRING,
    LINK,
    LISTS,
    NOW,
    PEOPLE,
    List,
    Person,
    Some,
    address,
    key,
)
from tests.support.ledgers import ENVELOPE, TEMPLATE

pytestmark = pytest.mark.slow


class Said(NamedTuple):
    """What a file says of the people in it: a word of its column ``STATUT``, days ago, or that they agreed."""

    word: str = ""
    cause: Cause | None = None
    days: int = 0
    yes: str = ""


NOTHING = Said()
SAID_IN_FILES = [
    NOTHING,
    Said(word="désinscrit", cause=Cause.IMPORTED),
    Said(word="désinscrit", cause=Cause.IMPORTED, days=3),
    Said(word="plainte", cause=Cause.COMPLAINED),
    Said(word="npai", cause=Cause.BOUNCED),
    Said(yes="oui"),
    Said(yes="oui", days=3),
]
SAID_OTHERWISE = [cause for cause in Cause if cause not in {Cause.PAUSED, Cause.ERASED}]


class Audience(Outside):
    """Does to a workspace whatever people, files, crashes and providers may do, and sends now and then."""

    @initialize()
    def begin(self) -> None:
        super().begin()
        self.open: tuple[int, str] | None = None  # a campaign that is being sent, and its list
        self.policy = Policy.OPPOSITION

    def file(self, numbers: list[int], said: Said = NOTHING) -> Path:
        path = self.folder / "contacts" / "liste.csv"
        on = f"{self.now - said.days * DAY:%Y-%m-%dT%H:%M:%SZ}" if said.days else ""
        left, agreed = (on, "") if said.cause else ("", on)
        rows = [f"{address(n)};P{n};{said.word};{left};{agreed};{said.yes}" for n in numbers]
        path.write_text(
            "\n".join(["EMAIL;PRENOM;STATUT;UNSUB_TIME;OPTIN_TIME;NEWSLETTER", *rows, ""]), encoding="utf-8"
        )
        return path

    @rule(numbers=Some, where=List, said=st.sampled_from(SAID_IN_FILES))
    def import_a_file(self, numbers: list[int], where: str, said: Said = NOTHING) -> None:
        path, list_id = self.file(numbers, said), self.lists[where]
        agreeing = {
            n for n in numbers if said.yes and not self.is_held(n, where) and not self.will.has_spoken(n, where)
        }
        with open_contacts_file(path) as file, self.database.bulk(cache_mb=2) as bulk, bulk.write() as connection:
            run = importing.Import(connection, KEYRING, lambda _reject: None, lambda _rows: None)
            run.run(file, importing.Source(path=path, list_id=list_id, at=self.now))
        path.unlink()
        with self.database.read() as connection:
            number = undoing.imports(connection)[-1].id
            erased = suppressions.erased_keys(connection)  # of whom nothing more is kept
        for each in agreeing:
            self.will.says(each, where, self.now - said.days * DAY, f"{IMPORT} {number}", yes=True)
        for each in numbers:
            if said.cause and key(each) not in erased:
                self.will.heard(each, where, said.cause, self.now - said.days * DAY, way=IMPORT)

    def is_held(self, number: int, where: str) -> bool:
        list_id = self.lists[where]
        with self.database.read() as connection:
            return bool(suppressions.holding(connection, key(number), at=self.now, list_id=list_id))

    @rule()
    def undo_the_last_import(self) -> None:
        with self.database.bulk(cache_mb=2) as bulk, bulk.write() as connection:
            try:
                last = undoing.standing(connection, None)
            except ContactsError:
                return
            undoing.undo(connection, last.id, at=self.now)
        self.will.unsay(f"{IMPORT} {last.id}")

    @rule(number=Person, where=List, undone=st.booleans())
    def follow_the_link(self, number: int, where: str, undone: bool) -> None:
        """Unsubscribe from all by the link of a letter, and perhaps take it back at once."""
        link = TokenContent(list_tag=KEYRING.list_tag(where), contact_key=key(number))
        unsubscribe.unsubscribe(self.database, link, self.now)
        self.will.no(number, None, Cause.UNSUBSCRIBED, way=LINK)
        self.will.says(number, None, self.now, LINK, yes=False)
        if undone:
            unsubscribe.undo(self.database, link, self.now)
            self.will.takes_back(number, None, {Cause.UNSUBSCRIBED}, way=LINK)
            self.will.unsay(LINK, number=number)

    @rule(number=Person, where=st.none() | List, cause=st.sampled_from(SAID_OTHERWISE))
    def something_else_says_no(self, number: int, where: str | None, cause: Cause) -> None:
        """A provider tells of it, the preference page, a file, or whoever keeps the lists."""
        self.suppress(number, where, cause)

    @rule(number=Person, where=st.none() | List, days=st.integers(1, 4))
    def pause(self, number: int, where: str | None, days: int) -> None:
        self.suppress(number, where, Cause.PAUSED, self.now + days * DAY)

    def suppress(self, number: int, where: str | None, cause: Cause, until: dt.datetime | None = None) -> None:
        scope, by = self.scope(where), suppressions.BY_HAND
        with self.database.write() as connection:
            suppressions.add(connection, key(number), list_id=scope, cause=cause, at=self.now, until=until, source=by)
        self.will.no(number, where, cause, until)

    def scope(self, where: str | None) -> int:
        return schema.ALL_LISTS if where is None else self.lists[where]

    @rule(number=Person, where=List)
    def sign_up(self, number: int, where: str) -> None:
        """With the link of the mail that answers, so it is the person."""
        list_id, proof = self.lists[where], Proof(source="sign-up form")
        with self.database.write() as connection:
            held = opting_in.opt_in(connection, key(number), list_id=list_id, at=self.now, proof=proof)
            member = {"list_id": list_id, "contact_id": lists.know(connection, key(number), address(number))}
            connection.execute(sa.insert(schema.member).prefix_with("OR IGNORE"), member)
        self.agree(number, where)
        assert bool(held) == self.will.forbids(number, where, self.now), "a yes is heard, and no more than it says"

    @rule(number=Person, where=st.none() | List, because=st.sampled_from(["", "asked by phone"]))
    def let_back_by_hand(self, number: int, where: str | None, because: str) -> None:
        scope = self.scope(where)
        try:
            with self.database.write() as connection:
                ended = opting_in.let_back(
                    connection, key(number), list_id=scope, cause=None, because=because, at=self.now
                )
        except UsageError:
            assert not because
            return
        assert because or not NEEDS_REASON.intersection(ended), "the word of a person ended without a reason"
        assert not NEVER_WITH_OTHERS.intersection(ended)
        self.will.takes_back(number, where, ended)
        if NEEDS_REASON.intersection(ended):
            self.will.says(number, where, self.now, suppressions.BY_HAND, yes=True)

    @rule(number=Person)
    def erase(self, number: int) -> None:
        erasure.erase(self.database, KEYRING, self.workspace, address(number), at=self.now)
        self.will.forget(number)
        self.will.no(number, None, Cause.ERASED)

    @rule(days=st.integers(1, 3))
    def time_goes_by(self, days: int) -> None:
        self.now += days * DAY

    @rule(where=List, policy=st.sampled_from(Policy), numbers=st.none() | Some)
    def prepare(self, where: str, policy: Policy, numbers: list[int] | None) -> None:
        """Freeze a campaign to a list, kept in the store or as a file with these people."""
        list_id = self.lists[where]
        with self.database.write() as connection:
            candidates = Candidates(accepted=lists.members(list_id))
            if numbers is not None:
                with open_contacts_file(self.file(numbers)) as file:
                    accepted, rejected = staging.stage(connection, file, KEYRING, list_id=list_id, at=self.now)
                candidates = Candidates(accepted=accepted, rejected=rejected)
            frozen = freeze.freeze(connection, _preparation(list_id, policy), candidates, at=self.now, actor="test")
            recipients = connection.execute(_RECIPIENTS, {"campaign": frozen.campaign_id}).scalars().all()
        (self.workspace.contacts / "liste.csv").unlink(missing_ok=True)
        self.open, self.policy = (frozen.campaign_id, where), policy
        self.require_willing(recipients)

    @rule(answers=st.lists(st.sampled_from([Submitted(), NotAccepted(cause="429")]), min_size=1, max_size=PEOPLE))
    def send_on(self, answers: list[Submission]) -> None:
        """The provider gets the next batches of the campaign, and takes them or not."""
        for answer in answers:
            found = None
            if self.open is not None:
                with self.database.write() as connection:
                    found = claims.claim(connection, self.open[0], owner="sender", at=self.now)
            if found is None:
                self.open = None
                return
            self.require_willing(found[1].addresses)
            with self.database.write() as connection:
                claims.record(connection, found[0], answer, owner="sender", at=self.now)

    def require_willing(self, addresses: Sequence[str]) -> None:
        assert self.open is not None
        _, where = self.open
        numbers = {address(number): number for number in range(PEOPLE)}
        for each in addresses:
            assert each in numbers, "somebody without an address is mailed"
            assert not self.will.forbids(numbers[each], where, self.now), "somebody is mailed who had said no"
            if self.policy is Policy.OPT_IN:
                assert self.will.agrees(numbers[each], where), "somebody is mailed without having agreed"


def _preparation(list_id: int, policy: Policy) -> Preparation:
    return Preparation(
        name="2027-03",
        kind=Kind.REHEARSAL,  # of which there may be many of one name; who may be mailed is the same for all kinds
        provider="local",
        list_id=list_id,
        envelope=ENVELOPE.to_json(),
        issue_digest="",
        letters=Letters(letter_of=lambda _: Letter(template=TEMPLATE)),
        batch_size=1,
        policy=policy,
    )


_RECIPIENTS = (
    sa.select(schema.contact.c.address)
    .join(schema.recipient, schema.recipient.c.contact_id == schema.contact.c.id)
    .where(schema.recipient.c.campaign_id == sa.bindparam("campaign"))
)

Audience.TestCase.settings = settings(max_examples=40, stateful_step_count=40)
TestAudience = Audience.TestCase


Story = Callable[[Audience], None]
Fault = Callable[[pytest.MonkeyPatch], None]


def _import_that_frees(monkeypatch: pytest.MonkeyPatch) -> None:
    carry_out = importing.Import.carry_out

    def fault(self: importing.Import, source: importing.Source) -> importing.Counts:
        connection = self._connection  # pyright: ignore[reportPrivateUsage] - a fault is planted inside
        connection.exec_driver_sql("DELETE FROM suppression WHERE key IN (SELECT key FROM temp.incoming)")
        return carry_out(self, source)

    monkeypatch.setattr(importing.Import, "carry_out", fault)


def _complaint_before_an_import(audience: Audience) -> None:
    audience.something_else_says_no(0, None, Cause.COMPLAINED)
    audience.import_a_file([0], "tous")
    audience.prepare("tous", Policy.OPPOSITION, None)


def _removal_of_every_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    remove = suppressions.remove

    def fault(connection: sa.Connection, key: bytes, *, list_id: int, **_which: object) -> bool:
        return remove(connection, key, list_id=list_id)

    monkeypatch.setattr(suppressions, "remove", fault)


def _undo_after_a_complaint(audience: Audience) -> None:
    audience.import_a_file([0], "tous")
    audience.something_else_says_no(0, None, Cause.COMPLAINED)
    audience.follow_the_link(0, "tous", undone=True)
    audience.prepare("tous", Policy.OPPOSITION, None)


def _yes_to_one_list_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(_connection: sa.Connection, _key: bytes, _held: suppressions.Suppression, *, than: int) -> None:
        """Keep nothing for the other lists ``than`` this one."""

    monkeypatch.setattr(opting_in, "_keep_for_others", fault)


def _coming_back_to_one_of_two(audience: Audience) -> None:
    for name in LISTS:
        audience.import_a_file([0], name)
    audience.follow_the_link(0, "tous", undone=False)
    audience.sign_up(0, "tous")
    audience.prepare("autres", Policy.OPPOSITION, None)


def _batch_that_does_not_ask_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(_batch: Excluding, _at: dt.datetime) -> None:
        """Exclude nobody."""

    monkeypatch.setattr(Excluding, "opted_out", fault)


def _leaving_during_a_send(audience: Audience) -> None:
    audience.import_a_file([0, 1], "tous")
    audience.prepare("tous", Policy.OPPOSITION, None)
    audience.follow_the_link(1, "tous", undone=False)
    audience.send_on([Submitted(), Submitted()])


def _erasure_that_forgets_the_no(monkeypatch: pytest.MonkeyPatch) -> None:
    add = suppressions.add

    def fault(*arguments: Any, cause: Cause, **named: Any) -> bool:
        return cause is not Cause.ERASED and add(*arguments, cause=cause, **named)

    monkeypatch.setattr(suppressions, "add", fault)


def _import_after_an_erasure(audience: Audience) -> None:
    audience.erase(0)
    audience.import_a_file([0], "tous")
    audience.prepare("tous", Policy.OPPOSITION, None)


def _proof_that_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(_key: sa.ColumnElement[bytes], _list_id: int, _purpose: Purpose) -> sa.ColumnElement[str]:
        return sa.literal("given")

    monkeypatch.setattr(permission, "consent", fault)


def _opt_in_list_without_a_yes(audience: Audience) -> None:
    audience.import_a_file([0], "tous")
    audience.prepare("tous", Policy.OPT_IN, None)


def _account_that_is_not_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(_connection: sa.Connection, _keyring: object, _source: object, _entries: object) -> int:
        """Read the block lists of a provider, and do nothing."""
        return 0

    monkeypatch.setattr(block_lists, "heed", fault)


def _complaint_that_only_the_provider_knows(audience: Audience) -> None:
    audience.import_a_file([0], "tous")
    audience.provider_lists_somebody(0, BLOCK_LISTS[1], loud=True)
    audience.sync()
    audience.prepare("tous", Policy.OPPOSITION, None)


def _report_that_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(_self: Application, _event: object, _about: object) -> None:
        """Keep what a provider reports, and do nothing."""

    monkeypatch.setattr(Application, "_act", fault)


def _complaint_that_is_reported_during_a_send(audience: Audience) -> None:
    audience.import_a_file([0, 1], "tous")
    audience.prepare("tous", Policy.OPPOSITION, None)
    audience.provider_reports(1, "spamreport", marked=False, late=False, copies=2)
    audience.send_on([Submitted(), Submitted()])


def _page_that_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(_connection: sa.Connection, _number: int, _key: bytes, _at: dt.datetime) -> None:
        """Forget what was chosen."""

    monkeypatch.setattr(preferences, "_stop", fault)


def _letter_that_is_not_chosen(audience: Audience) -> None:
    for name in LISTS:
        audience.import_a_file([0], name)
    audience.choose_letters(0, "tous", {"autres"})
    audience.prepare("tous", Policy.OPPOSITION, None)


def _confirmation_that_is_never_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(_connection: sa.Connection, _wish: object) -> None:
        """Let a link do its work again and again."""

    monkeypatch.setattr(wishes, "confirm", fault)


def _leaving_after_signing_up(audience: Audience) -> None:
    audience.ask_to_sign_up(0, "tous")
    audience.follow_a_confirmation(0)
    audience.follow_the_link(0, "tous", undone=False)
    audience.follow_a_confirmation(0)
    audience.prepare("tous", Policy.OPPOSITION, None)


def _list_that_knows_of_no_noes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "_HAND_ON_NOES", "SELECT :made, :later")


def _list_that_is_made_after_coming_back_to_another(audience: Audience) -> None:
    audience.follow_the_link(0, "tous", undone=False)
    audience.sign_up(0, "tous")
    audience.prepare("nouveaux", Policy.OPPOSITION, [0])


def _undo_that_agrees_to_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(connection: sa.Connection, key: bytes, *, list_id: int, source: str) -> None:
        proof = Proof(source=source)
        consents.record(
            connection, key, list_id=list_id, purpose=Purpose.LETTER, state=State.GIVEN, at=NOW, proof=proof
        )

    monkeypatch.setattr(consents, "undo_withdrawal", fault)


def _leaving_and_coming_back_without_having_agreed(audience: Audience) -> None:
    audience.import_a_file([0], "tous")
    audience.follow_the_link(0, "tous", undone=True)
    audience.prepare("tous", Policy.OPT_IN, None)


def _group_that_ends_what_the_account_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    remove = suppressions.remove

    def fault(connection: sa.Connection, key: bytes, *, source: str | None = None, **which: Any) -> bool:
        return remove(connection, key, **which) or source is None

    monkeypatch.setattr(suppressions, "remove", fault)


def _coming_back_to_a_group_after_leaving_the_account(audience: Audience) -> None:
    audience.import_a_file([0], "tous")
    audience.provider_lists_somebody(0, BLOCK_LISTS[2], loud=False)
    audience.sync()
    audience.provider_reports(0, "group_resubscribe", marked=True, late=False, copies=1)
    audience.prepare("tous", Policy.OPPOSITION, None)


def _claim_of_a_file_that_counts_as_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    statement = reported._ADD.replace("AND import_id IS NULL", "")  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(reported, "_ADD", statement)
    monkeypatch.setattr(plan, "TAKE_BACK", "SELECT :all_lists, :list_id, :at")


def _file_of_those_who_left_after_one_that_claims_consents(audience: Audience) -> None:
    audience.import_a_file([0], "tous", Said(yes="oui"))
    audience.time_goes_by(1)
    audience.import_a_file([0], "tous", Said(word="désinscrit", cause=Cause.IMPORTED, days=3))
    audience.prepare("tous", Policy.OPPOSITION, None)


def _proof_that_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(_batch: Excluding) -> None:
        """Exclude nobody."""

    monkeypatch.setattr(Excluding, "unproven", fault)


def _import_that_is_undone_during_a_send(audience: Audience) -> None:
    audience.import_a_file([0, 1], "tous", Said(yes="oui"))
    audience.prepare("tous", Policy.OPT_IN, None)
    audience.undo_the_last_import()
    audience.send_on([Submitted(), Submitted()])


STORIES: dict[Fault, Story] = {
    _list_that_knows_of_no_noes: _list_that_is_made_after_coming_back_to_another,
    _undo_that_agrees_to_everything: _leaving_and_coming_back_without_having_agreed,
    _group_that_ends_what_the_account_knows: _coming_back_to_a_group_after_leaving_the_account,
    _claim_of_a_file_that_counts_as_a_yes: _file_of_those_who_left_after_one_that_claims_consents,
    _proof_that_is_not_asked_for_again: _import_that_is_undone_during_a_send,
    _account_that_is_not_heeded: _complaint_that_only_the_provider_knows,
    _report_that_does_nothing: _complaint_that_is_reported_during_a_send,
    _page_that_changes_nothing: _letter_that_is_not_chosen,
    _confirmation_that_is_never_used_up: _leaving_after_signing_up,
    _import_that_frees: _complaint_before_an_import,
    _removal_of_every_cause: _undo_after_a_complaint,
    _yes_to_one_list_for_all: _coming_back_to_one_of_two,
    _batch_that_does_not_ask_again: _leaving_during_a_send,
    _erasure_that_forgets_the_no: _import_after_an_erasure,
    _proof_that_is_not_asked_for: _opt_in_list_without_a_yes,
}


@pytest.mark.parametrize("plant", STORIES, ids=lambda plant: plant.__name__.strip("_"))
def test_machine_sees_a_planted_fault_and_nothing_without_it(plant: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    _tell(STORIES[plant])
    plant(monkeypatch)
    with pytest.raises(AssertionError, match="somebody is mailed"):
        _tell(STORIES[plant])


def _tell(story: Story) -> None:
    audience = Audience()
    audience.begin()
    try:
        story(audience)
    finally:
        audience.teardown()
