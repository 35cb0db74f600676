"""What ``doctor`` says of lists: by which right each is mailed, and how many of it may be."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from apes_mailer.cli.app import run
from apes_mailer.contacts import consents, lists, suppressions
from apes_mailer.doctor import Grade, Report
from apes_mailer.ledger.census import Census
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.suppression import Cause
from tests.integration.doctor.workspaces import NOW, Place, said

LONG_AGO = NOW - dt.timedelta(days=4 * 365)
ADDRESSES = ("ana@exemple.fr", "bob@exemple.fr", "eve@exemple.fr", "luc@exemple.fr")


def _census(report: Report, name: str) -> Census:
    (found,) = [each for each in report.lists if each.list == name]
    return found.counted.census


def _told(place: Place, *, stored: bool) -> None:
    """Put four people on a list: one agreed, one agreed and is suppressed, one took it back, one said nothing."""
    app = place.application()
    key, at = app.keyring.contact_key, NOW
    with app.database.write() as connection:
        list_id = lists.find_or_add(connection, "tous", app.keyring, at)
        for address in ADDRESSES if stored else ():
            lists.join(connection, list_id, lists.know(connection, key(address), address))
        for address, state, basis in (
            ("ana@exemple.fr", State.GIVEN, "consentement"),
            ("bob@exemple.fr", State.GIVEN, ""),
            ("eve@exemple.fr", State.GIVEN, ""),
            ("eve@exemple.fr", State.WITHDRAWN, ""),
        ):
            proof = consents.Proof(source="le salon", basis=basis)
            consents.record(
                connection, key(address), list_id=list_id, purpose=Purpose.LETTER, state=state, at=at, proof=proof
            )
        proof = consents.Proof(source="le salon")
        consents.record(
            connection,
            key(ADDRESSES[0]),
            list_id=list_id,
            purpose=Purpose.CLICKS,
            state=State.GIVEN,
            at=at,
            proof=proof,
        )
        suppressions.add(connection, key("bob@exemple.fr"), list_id=list_id, cause=Cause.BOUNCED, at=at)
    app.database.close()
    if not stored:
        place.list("tous", *ADDRESSES)


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize(("policy", "mailable"), [("opposition", 3), ("opt-in", 1)])
def test_list_in_numbers_wherever_it_is_kept(place: Place, policy: str, mailable: int, *, stored: bool) -> None:
    _told(place, stored=stored)
    place.write(more=f'[lists.tous]\npolicy = "{policy}"')
    found = _census(place.examine(), "tous")
    assert found == Census(contacts=4, mailable=mailable, suppressed=1, agreed=1, with_basis=1, opens=0, clicks=1)


def test_whoever_may_be_mailed_is_who_a_send_mails(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    _told(place, stored=False)
    for policy in ("opposition", "opt-in"):
        place.write(more=f'[lists.tous]\npolicy = "{policy}"')
        assert (
            run(["--workspace", str(place.folder), "send", "premier-numero", "--to", "tous", "--dry-run", "--json"])
            == 0
        )
        recipients = json.loads(capsys.readouterr().out)["recipients"]
        assert _census(place.examine(), "tous").mailable == recipients


def test_opt_in_list_without_proofs_has_nobody_to_mail(place: Place) -> None:
    place.list("tous", *ADDRESSES)
    place.write(more='[lists.tous]\npolicy = "opt-in"')
    nobody, unproven = said(place.examine(), "list", Grade.WARNING)
    assert "nobody may be mailed" in nobody.message
    assert unproven.message.endswith("4")
    assert "take the file contacts/tous.csv out" in unproven.cure  # an import does not go into a list kept as a file
    (asked,) = said(place.examine(list_name="tous"), "list", Grade.ERROR)
    assert (asked.message, asked.where) == (nobody.message, "tous")


def test_what_a_policy_takes_for_granted_is_said_once_for_all_lists(place: Place) -> None:
    for name in ("adherents", "presse"):
        place.list(name, *ADDRESSES)
    (told,) = said(place.examine(), "list", Grade.INFO)
    assert (told.where, told.cure) == (
        "lists.adherents.policy, lists.presse.policy",
        'If people have to agree first: policy = "opt-in"',
    )
    (told,) = said(place.examine(list_name="presse"), "list", Grade.INFO)
    assert told.where == "lists.presse.policy"


def test_rows_that_are_no_contact_and_slips_are_told_with_their_line(place: Place) -> None:
    place.list("tous", "ana@exemple.fr", "zut", "bob@gmial.com", "ana@exemple.fr")
    rows, slip = said(place.examine(list_name="tous"), "list", Grade.WARNING)
    assert (rows.where, "no contact: 2" in rows.message) == ("contacts/tous.csv:3", True)
    assert (slip.where, slip.message) == ("contacts/tous.csv:4", "gmial.com: is gmail.com meant?")


def test_contacts_long_silent_are_told(place: Place) -> None:
    app = place.application()
    with app.database.write() as connection:
        list_id = lists.find_or_add(connection, "tous", app.keyring, LONG_AGO)
        for address in ADDRESSES:
            key = app.keyring.contact_key(address)
            lists.join(connection, list_id, lists.know(connection, key, address))
        consents.record(
            connection,
            app.keyring.contact_key(ADDRESSES[0]),
            list_id=list_id,
            purpose=Purpose.LETTER,
            state=State.GIVEN,
            at=NOW,
            proof=consents.Proof(source="le salon"),
        )
    app.database.close()
    report = place.examine(list_name="tous")
    assert report.lists[0].counted.stale == 3
    assert [each.message for each in said(report, "list", Grade.WARNING) if "3 years: 3" in each.message]


def test_list_that_is_not_there_or_not_readable_is_an_error_with_its_cure(place: Place) -> None:
    (found,) = said(place.examine(list_name="tousse"), "list", Grade.ERROR)
    assert "There is no list" in found.message
    place.list("casse", 'ana@exemple.fr;"sans fin')
    report = place.examine()
    (found,) = said(report, "list", Grade.ERROR)
    assert found.where == "casse"
    assert [each.list for each in report.lists] == ["staff"]


def test_workspace_without_a_list_says_so(place: Place) -> None:
    (place.folder / "contacts" / "staff.csv").unlink()
    (found,) = said(place.examine(), "list")
    assert found.grade is Grade.WARNING


def test_who_agreed_to_be_counted_is_told_where_something_is(place: Place) -> None:
    _told(place, stored=True)
    place.write(more="[tracking]\nclicks = true\nopens = true")
    told = [each.message for each in said(place.examine(list_name="tous"), "list", Grade.INFO)]
    assert "agreed to be counted: clicks: 1, opens: 0" in told
