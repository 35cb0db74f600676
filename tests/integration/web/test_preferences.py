"""The page behind the link of a letter: what a reader can choose there, and what it never shows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Generator
from pathlib import Path

import pytest
import sqlalchemy as sa

from apes_mailer.contacts import consents, lists, person
from apes_mailer.contacts.consents import Proof
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.suppression import Cause
from apes_mailer.store import schema
from apes_mailer.store.times import stamp
from tests.integration.web.running import request
from tests.integration.web.sites import ADDRESS, LISTS, NOW, Place, open_site, post, pressed


@pytest.fixture
def place(tmp_path: Path) -> Generator[Place]:
    with open_site(tmp_path, counts=True) as opened:
        yield opened


def preferences(place: Place, list_name: str = "mensuelle") -> str:
    return f"{place.know(list_name)}/preferences"


def chosen(text: str) -> dict[str, bool]:
    """Return the letters of a page, and which of them are ticked."""
    boxes = [tag for tag in text.split("<") if 'type="checkbox"' in tag]
    return {tag.partition('value="')[2].partition('"')[0]: " checked" in tag for tag in boxes}


@pytest.mark.parametrize("page", ["", "/undo"])
def test_the_pages_of_unsubscribing_lead_to_it(place: Place, page: str) -> None:
    link = place.know()
    assert 'preferences">N’en arrêter qu’une' in request(link).text
    text = post(f"{link}{page}").text
    assert 'preferences">Choisir mes lettres' in text


def test_it_shows_the_letters_that_come_and_those_open_to_all(place: Place) -> None:
    page = request(preferences(place))
    assert page.status == 200
    assert chosen(page.text) == {"mensuelle": True, "agenda": False}
    assert "L’agenda &lt;du réseau&gt;" in page.text
    assert chosen(request(preferences(place, "membres")).text) == {
        "mensuelle": True,
        "agenda": False,
        "membres": True,
    }


def test_it_never_shows_who_reads(place: Place) -> None:
    assert ADDRESS not in request(preferences(place)).text
    assert ADDRESS.partition("@")[0] not in request(preferences(place)).text


def test_looking_changes_nothing(place: Place) -> None:
    url = preferences(place)
    for method in ("GET", "HEAD"):
        assert request(f"{url}?do=stop&list=agenda", method).status == 200
    assert place.suppressions() == set()
    assert place.said(Purpose.LETTER) == []


def test_one_letter_is_stopped_and_another_begins_once_it_is_confirmed(place: Place) -> None:
    url = preferences(place)
    page = post(url, do="choose", list="agenda")
    assert "elles viendront quand vous aurez suivi son lien" in page.text
    assert place.suppressions() == {("mensuelle", Cause.UNSUBSCRIBED)}
    assert not place.comes("agenda"), "whoever holds the letter may have chosen"
    assert post(place.link()).status == 200
    assert place.comes("agenda")
    assert [(each.list_name, each.state) for each in place.said(Purpose.LETTER)] == [
        ("mensuelle", State.WITHDRAWN),
        ("agenda", State.GIVEN),
    ]


@pytest.mark.parametrize("what", ["return", "choose"])
def test_the_link_ends_no_unsubscription_that_came_from_elsewhere_but_sends_a_letter(place: Place, what: str) -> None:
    url = preferences(place)
    place.suppress(Cause.UNSUBSCRIBED)
    post(url.removesuffix("/preferences") + "/undo")
    assert "elles viendront quand" in post(url, do=what, list="mensuelle").text
    assert place.suppressions() == {("", Cause.UNSUBSCRIBED)}
    assert place.said(Purpose.LETTER) == []
    post(place.link())
    assert place.comes("mensuelle")


def test_what_the_link_did_long_ago_is_not_taken_back_by_it(place: Place) -> None:
    url = preferences(place)
    post(url, do="stop")
    place.clock.pass_by(days=31)
    post(url.removesuffix("/preferences") + "/undo")
    post(url, do="choose", list="mensuelle")
    assert not place.comes("mensuelle")


def test_an_old_link_brings_nobody_back_who_was_erased(place: Place) -> None:
    url = preferences(place)
    with place.site.database.write() as connection:
        person.erase(connection, place.key, at=NOW, keep_number=False)
    post(url, do="choose", list=["mensuelle", "agenda"])
    post(url, do="return")
    assert place.suppressions() == {("", Cause.ERASED)}
    assert place.said(Purpose.LETTER) == []
    place.no_letter()


def test_whoever_was_erased_is_told_that_nothing_comes_and_nothing_is_kept_again(place: Place) -> None:
    link = place.know()
    with place.site.database.write() as connection:
        person.erase(connection, place.key, at=NOW, keep_number=False)
    replies = [request(link), request(f"{link}/preferences")]
    replies += [
        post(f"{link}/preferences", do="allow", opens="yes"),
        post(f"{link}/preferences", do="pause", months="1"),
    ]
    for reply in replies:
        assert reply.status == 200
        assert "Vous ne recevez aucune de nos lettres" in reply.text
        assert "<form" not in reply.text
    assert place.said(Purpose.OPENS) == []
    assert place.suppressions() == {("", Cause.ERASED)}


def test_whoever_was_erased_and_signs_up_again_has_the_pages_again(place: Place) -> None:
    link = place.know()
    with place.site.database.write() as connection:
        person.erase(connection, place.key, at=NOW, keep_number=False)
    post(f"{place.url}/signup/mensuelle", email=ADDRESS)
    post(place.link())
    assert "Me désinscrire" in request(link).text
    assert chosen(request(f"{link}/preferences").text) == {"mensuelle": True, "agenda": False}


def test_undoing_an_unsubscription_agrees_to_nothing(place: Place) -> None:
    link = place.know()
    post(link)
    post(f"{link}/undo")
    assert place.suppressions() == set()
    assert State.GIVEN not in {each.state for each in place.said(Purpose.LETTER)}


def test_a_pause_that_was_kept_for_one_list_ends_on_its_page(place: Place) -> None:
    url = preferences(place)
    place.suppress(Cause.PAUSED, "mensuelle")
    post(url, do="resume")
    assert place.suppressions() == set()


def test_it_is_kept_from_where_a_reader_agrees(place: Place) -> None:
    post(preferences(place), do="allow", opens="yes")
    assert place.said(Purpose.OPENS)[0].proof.origin == f"network {place.site.keyring.origin('127.0.0.1')}"


def test_saving_the_page_as_it_stands_records_nothing(place: Place) -> None:
    url = preferences(place)
    pressed(request(url), url, "choose")
    assert place.suppressions() == set()
    assert place.said(Purpose.LETTER) == []


def test_who_stopped_everything_and_chooses_one_letter_gets_that_one_alone(place: Place) -> None:
    url = preferences(place)
    place.know("membres")
    assert "vous ne recevrez plus rien" in post(url, do="stop").text
    assert place.suppressions() == {("", Cause.UNSUBSCRIBED)}
    post(url, do="choose", list="mensuelle")
    assert place.comes("mensuelle")
    assert not place.comes("membres")


@pytest.mark.parametrize("name", ["inconnue", "staff", "membres"])
def test_nobody_gets_onto_a_list_that_was_not_offered(place: Place, name: str) -> None:
    with place.site.database.write() as connection:
        lists.find_or_add(connection, "membres", place.site.keyring, NOW)
    post(preferences(place), do="choose", list=["mensuelle", name])
    assert not place.comes(name)


def test_a_letter_that_is_the_only_one_has_a_button_instead_of_a_choice(tmp_path: Path) -> None:
    with open_site(tmp_path, lists=()) as place:
        url = preferences(place)
        page = request(url)
        assert chosen(page.text) == {}
        stopped = pressed(page, url, "stop")
        assert place.suppressions() == {("", Cause.UNSUBSCRIBED)}
        assert "Vous ne recevez plus" in stopped.text
        assert "Vous recevez" in pressed(stopped, url, "return").text
        assert place.suppressions() == set()


@pytest.mark.parametrize(("months", "until"), [(1, "2027-02-28"), (3, "2027-04-30"), (6, "2027-07-31")])
def test_a_pause_ends_by_itself(place: Place, months: int, until: str) -> None:
    url = preferences(place)
    place.clock.now = dt.datetime(2027, 1, 31, 9, 30, tzinfo=dt.UTC)
    page = post(url, do="pause", months=str(months))
    assert "Vous ne recevez rien jusqu’au" in page.text
    assert place.suppressions() == {("", Cause.PAUSED)}
    place.clock.now = dt.datetime.fromisoformat(f"{until}T09:29:59Z")
    assert not place.comes("mensuelle")
    place.clock.pass_by(seconds=1)
    assert place.comes("mensuelle")


def test_a_pause_can_be_ended_and_ends_nothing_else(place: Place) -> None:
    url = preferences(place)
    place.suppress(Cause.UNSUBSCRIBED, "agenda")
    page = post(url, do="pause", months="6")
    pressed(page, url, "resume")
    assert place.suppressions() == {("agenda", Cause.UNSUBSCRIBED)}


def test_a_new_pause_replaces_the_one_before(place: Place) -> None:
    url = preferences(place)
    post(url, do="pause", months="6")
    post(url, do="pause", months="1")
    place.clock.pass_by(days=40)
    assert place.comes("mensuelle")


@pytest.mark.parametrize("cause", [Cause.COMPLAINED, Cause.BOUNCED, Cause.MANUAL])
def test_what_the_reader_cannot_end_is_said_and_stays(place: Place, cause: Cause) -> None:
    url = preferences(place)
    place.suppress(cause)
    assert "une raison que vous ne pouvez pas lever" in request(url).text
    for fields in ({"do": "choose", "list": "mensuelle"}, {"do": "return"}, {"do": "resume"}):
        post(url, fields)
    assert ("", cause) in place.suppressions()


def test_being_counted_is_asked_with_nothing_ticked_and_each_purpose_by_itself(place: Place) -> None:
    url = preferences(place)
    page = request(url)
    radios = re.findall(r'<input type="radio" id="(?:opens|clicks)-[^>]*>', page.text)
    assert len(radios) == 4
    assert not any(" checked" in tag for tag in radios)
    post(url, do="allow", opens="yes")
    assert [each.state for each in place.said(Purpose.OPENS)] == [State.GIVEN]
    assert place.said(Purpose.CLICKS) == []
    assert "Rien n’est mesuré sans votre accord" in place.said(Purpose.OPENS)[0].proof.wording


def test_taking_a_consent_back_is_as_easy_as_giving_it(place: Place) -> None:
    url = preferences(place)
    for opens, clicks in (("yes", "no"), ("yes", "no"), ("no", "no"), ("no", "yes")):
        post(url, do="allow", opens=opens, clicks=clicks)
    assert [each.state for each in place.said(Purpose.OPENS)] == [State.GIVEN, State.WITHDRAWN]
    assert [each.state for each in place.said(Purpose.CLICKS)] == [State.REFUSED, State.GIVEN]


def test_where_nothing_is_counted_nobody_is_asked_but_who_agreed_once(tmp_path: Path) -> None:
    with open_site(tmp_path) as place:
        url = preferences(place)
        assert "Ce que nous comptons" not in request(url).text
        post(url, do="allow", opens="yes")
        assert "Ce que nous comptons" in request(url).text


def test_it_says_why_the_letter_comes(place: Place) -> None:
    url = preferences(place)
    assert "Nous n’avons pas gardé trace" in request(url).text
    with place.site.database.write() as connection:
        consents.record(
            connection,
            place.key,
            list_id=lists.number(connection, "mensuelle"),
            purpose=Purpose.LETTER,
            state=State.GIVEN,
            at=NOW,
            proof=Proof(source="bulletin d’adhésion <2027>", basis="adhésion"),
        )
    text = request(url).text
    assert "Vous êtes inscrit·e depuis le 1er\u00a0mars 2027, d’après nos registres." in text
    assert "bulletin" not in text, "what a file or a person here is called is not for readers"
    assert "adhésion." in text
    english = request(url, headers={"Accept-Language": "en"}).text
    assert "since 1\u00a0March 2027, as our records say." in english


def _import(place: Place, list_name: str, at: dt.datetime, did: int, *, undone: bool = False) -> None:
    """Record that an import named the reader, and what it did."""
    with place.site.database.write() as connection:
        number = lists.find_or_add(connection, list_name, place.site.keyring, NOW)
        values = {"list_id": number, "source": "trente.csv", "at": stamp(at), "counts": "{}"}
        row = sa.insert(schema.contact_import).values(values | {"undone_at": stamp(at) if undone else None})
        made = connection.execute(row.returning(schema.contact_import.c.id)).scalar_one()
        contact = lists.contact_id(connection, place.key)
        connection.execute(sa.insert(schema.mention).values(import_id=made, contact_id=contact, did=did))


def test_it_says_since_when_an_imported_address_is_there(place: Place) -> None:
    url = preferences(place)
    added, named = schema.ADDED_TO_LIST, 0
    _import(place, "mensuelle", NOW - dt.timedelta(days=60), added, undone=True)
    _import(place, "membres", NOW - dt.timedelta(days=50), added)  # which the reader has left
    _import(place, "mensuelle", NOW - dt.timedelta(days=40), named)
    assert "Nous n’avons pas gardé trace" in request(url).text
    _import(place, "mensuelle", NOW - dt.timedelta(days=28), added | schema.MADE_CONTACT)
    _import(place, "mensuelle", NOW, named)
    page = request(url).text
    assert "Votre adresse figure dans nos fichiers depuis le 1er\u00a0février 2027." in page
    assert "trente" not in page


@pytest.mark.parametrize("several", [True, False])
def test_whoever_was_taken_off_the_list_reads_of_no_letter_that_comes(tmp_path: Path, several: bool) -> None:
    with open_site(tmp_path, lists=LISTS if several else ()) as place:
        url = preferences(place)
        place.know(address="autre@exemple.example")
        assert "Pourquoi je reçois cette lettre" in request(url).text
        with place.site.database.write() as connection:
            contact = lists.contact_id(connection, place.key)
            assert contact
            lists.leave(connection, contact, lists.number(connection, "mensuelle"))
        page = request(url).text
        assert "Votre adresse n’est pas dans la liste de cette lettre." in page
        assert "Pourquoi je reçois cette lettre" not in page
        assert chosen(page) == ({"mensuelle": False, "agenda": False} if several else {})
        assert "Vous recevez «" not in page


def test_whoever_has_left_reads_when_and_how_and_of_no_letter_that_comes(place: Place) -> None:
    url = preferences(place)
    page = post(url, do="stop").text
    assert "Vous vous êtes désinscrit·e le 1er\u00a0mars 2027, par le lien d’une lettre." in page
    assert "Votre inscription" in page
    assert "Pourquoi je reçois cette lettre" not in page


def test_day_and_month_of_a_pause_stay_together(place: Place) -> None:
    place.clock.now = dt.datetime(2027, 1, 27, 9, 30, tzinfo=dt.UTC)
    assert "jusqu’au 27\u00a0février 2027." in post(preferences(place), do="pause", months="1").text


def test_a_choice_of_language_holds_while_the_reader_goes_on(place: Place) -> None:
    url = preferences(place)
    english = request(f"{url}?lang=en")
    assert '<html lang="en">' in english.text
    assert '<a href="?lang=fr" hreflang="fr" lang="fr">' in english.text
    assert "It is recorded" in pressed(english, url, "pause").text


@pytest.mark.parametrize("fields", [{}, {"do": "x"}, {"do": "pause"}, {"do": "pause", "months": "600"}])
def test_what_no_form_of_the_page_says_is_refused(place: Place, fields: dict[str, str]) -> None:
    assert post(preferences(place), fields).status == 400
    assert place.suppressions() == set()


def test_colleagues_who_try_the_page_of_a_test_pause_the_staff_list_only(place: Place) -> None:
    post(preferences(place, "staff"), do="pause", months="1")
    assert place.suppressions() == {("staff", Cause.PAUSED)}


def test_the_data_of_a_person_are_behind_a_link_that_goes_to_the_address(place: Place) -> None:
    url = preferences(place)
    assert "Un message avec le lien part" in post(url, do="data").text
    link = place.link()
    page = request(link).text
    assert ADDRESS in page
    assert "La lettre du mois" in page
    answer = request(f"{link}/data.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.text == '{\n  "address": "odile@exemple.example",\n  "lists": [\n    "mensuelle"\n  ]\n}\n'


def test_erasing_needs_a_button_of_its_own(place: Place) -> None:
    post(preferences(place), do="data")
    link = place.link()
    page = request(f"{link}/erase")
    assert place.erased == []
    assert pressed(page, f"{link}/erase").status == 200
    assert place.erased == [ADDRESS]


def test_the_link_to_the_data_expires(place: Place) -> None:
    post(preferences(place), do="data")
    link = place.link()
    place.clock.pass_by(hours=48)
    for path in ("", "/data.json", "/erase"):
        assert request(f"{link}{path}").status == 410
    assert post(f"{link}/erase").status == 410
    assert place.erased == []


def test_the_link_of_a_sign_up_shows_no_data_and_the_other_signs_nobody_up(place: Place) -> None:
    post(f"{place.url}/signup/mensuelle", email="autre@exemple.example")
    sign_up = place.link()
    post(preferences(place), do="data")
    data = place.link()
    assert request(sign_up.replace("/confirm/", "/data/")).status == 410
    assert post(data.replace("/data/", "/confirm/")).status == 410


def test_without_a_way_to_send_the_page_says_whom_to_write_to(tmp_path: Path) -> None:
    with open_site(tmp_path, confirmations=None) as place:
        url = preferences(place)
        assert "faire effacer\u00a0: écrivez-nous" in request(url).text
        assert post(url, do="data").status == 400
        assert request(f"{place.url}/signup/mensuelle").status == 404
