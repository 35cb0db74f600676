"""Signing up: form, letter, button; and what somebody can do who types the addresses of others."""

from __future__ import annotations

import re
from collections.abc import Generator
from html import unescape
from pathlib import Path

import pytest

from apes_mailer.campaign.wishes import LETTERS_A_DAY
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.submission import NotAccepted, Refused, Submission, Submitted, Unknown
from apes_mailer.model.suppression import Cause
from tests.integration.web.running import request
from tests.integration.web.sites import ADDRESS, Place, open_site, post, pressed
from tests.support.told_provider import ToldProvider

FRENCH, ENGLISH = {"Accept-Language": "fr"}, {"Accept-Language": "en"}


@pytest.fixture
def place(tmp_path: Path) -> Generator[Place]:
    with open_site(tmp_path) as opened:
        yield opened


def test_form_letter_and_button_put_somebody_on_the_list_with_the_proof(place: Place) -> None:
    headers = {"Origin": "https://www.semis.example", "X-Forwarded-For": "192.0.2.7"}
    asked = post(f"{place.url}/signup/mensuelle", headers=headers, email=f" {ADDRESS.upper()} ")
    assert asked.status == 200
    assert not place.comes("mensuelle")
    link = place.link()
    page = request(link)
    assert "La lettre du mois" in page.text
    assert not place.comes("mensuelle"), "looking at the link confirms nothing"
    done = pressed(page, link)
    assert done.status == 200
    assert place.comes("mensuelle")
    assert not place.comes("agenda")
    (said,) = place.said(Purpose.LETTER)
    assert (said.list_name, said.state, said.at) == ("mensuelle", State.GIVEN, "2027-03-01T09:30:00.000000Z")
    assert "www.semis.example" in said.proof.origin
    assert "192.0.2.7" not in said.proof.origin
    shown = re.search(r"<p>(En confirmant.*?)</p>", page.text)
    assert shown
    assert re.fullmatch(r"\[fr [0-9a-f]{8}\] " + re.escape(unescape(shown[1])), said.proof.wording)


def test_no_line_of_the_heading_ends_with_the_article_of_a_title(place: Place) -> None:
    assert "<h1>Recevoir «\u00a0La\u00a0lettre du mois\u00a0»</h1>" in request(f"{place.url}/signup/mensuelle").text
    assert "<h1>Recevoir «\u00a0L’agenda &lt;du réseau&gt;\u00a0»</h1>" in request(f"{place.url}/signup/agenda").text


def test_the_letter_goes_to_the_address_that_was_typed_and_names_the_list(place: Place) -> None:
    post(f"{place.url}/signup/mensuelle", email=ADDRESS)
    text = place.letter()
    assert "«\u00a0La lettre du mois\u00a0»" in text
    assert f"Ce message a été envoyé à l’adresse {ADDRESS}." in text
    assert f"\nConfirmez votre inscription\n{'=' * 27}\n" in text
    assert "bouton" not in text
    (batch,) = place.provider.batches
    (recipient,) = batch.recipients
    assert batch.template.subject == ("Confirmez votre inscription\u00a0: ", "La lettre du mois"), "as lists show it"
    assert recipient.address == ADDRESS
    assert ADDRESS not in recipient.mark + batch.attempt + batch.run
    # Who never asked can say so for good.
    assert request(recipient.unsubscribe_url.replace("https://lettre.semis.example", place.url), "POST").status == 200
    assert place.suppressions() == {("", Cause.UNSUBSCRIBED)}


@pytest.mark.parametrize(("headers", "words"), [(FRENCH, "Bonjour"), (ENGLISH, "Hello")])
def test_the_letter_speaks_the_language_of_the_form(place: Place, headers: dict[str, str], words: str) -> None:
    post(f"{place.url}/signup/mensuelle", headers=headers, email=ADDRESS)
    assert words in place.letter()


def test_confirming_twice_is_confirming_once(place: Place) -> None:
    post(f"{place.url}/signup/mensuelle", email=ADDRESS)
    link = place.link()
    assert post(link).status == post(link).status == 200
    assert len(place.said(Purpose.LETTER)) == 1
    page = request(link).text
    assert "C’est déjà confirmé" in page
    assert "<form" not in page


def test_a_link_that_was_used_brings_nobody_back_who_has_left_since(place: Place) -> None:
    post(f"{place.url}/signup/mensuelle", email=ADDRESS)
    link = place.link()
    post(link)
    place.suppress(Cause.UNSUBSCRIBED)
    assert request(link).status == post(link).status == 410
    assert place.suppressions() == {("", Cause.UNSUBSCRIBED)}


def test_a_link_expires(place: Place) -> None:
    post(f"{place.url}/signup/mensuelle", email=ADDRESS)
    link = place.link()
    place.clock.pass_by(hours=48)
    assert request(link).status == post(link).status == 410
    assert not place.comes("mensuelle")


def test_what_expired_is_forgotten_with_its_address(place: Place) -> None:
    post(f"{place.url}/signup/mensuelle", email=ADDRESS)
    place.letter()
    place.clock.pass_by(hours=49)
    post(f"{place.url}/signup/mensuelle", email="autre@exemple.example")
    place.letter()
    with place.site.database.read() as connection:
        kept = connection.exec_driver_sql("SELECT address FROM wish").scalars().all()
    assert kept == ["autre@exemple.example"]


def test_only_this_list_comes_back_to_somebody_who_had_left_them_all(place: Place) -> None:
    place.know("agenda")
    place.suppress(Cause.UNSUBSCRIBED)
    post(f"{place.url}/signup/mensuelle", email=ADDRESS)
    post(place.link())
    assert place.comes("mensuelle")
    assert not place.comes("agenda")


@pytest.mark.parametrize("cause", [Cause.COMPLAINED, Cause.BOUNCED, Cause.INVALID, Cause.MANUAL])
def test_nobody_is_written_to_whom_a_form_must_not_reach(place: Place, cause: Cause) -> None:
    place.suppress(cause)
    assert post(f"{place.url}/signup/mensuelle", email=ADDRESS).status == 200
    place.no_letter()


def test_a_complaint_that_came_meanwhile_holds(place: Place) -> None:
    post(f"{place.url}/signup/mensuelle", email=ADDRESS)
    link = place.link()
    place.suppress(Cause.COMPLAINED)
    assert "pour une autre raison" in post(link).text
    assert place.suppressions() == {("", Cause.COMPLAINED)}


def test_the_answer_is_the_same_whoever_is_asked_about(place: Place) -> None:
    place.know("mensuelle", "connue@exemple.example")
    place.suppress(Cause.COMPLAINED)
    typed = ["nouvelle@exemple.example", "connue@exemple.example", ADDRESS, "nouvelle@exemple.example"]
    replies = [post(f"{place.url}/signup/mensuelle", email=address) for address in typed]
    replies.append(post(f"{place.url}/signup/mensuelle", email="robot@exemple.example", website="x"))
    assert {(reply.status, reply.body) for reply in replies} == {(200, replies[0].body)}


def test_programs_that_fill_in_every_field_are_not_written_for(place: Place) -> None:
    assert post(f"{place.url}/signup/mensuelle", email=ADDRESS, website="x").status == 200
    place.no_letter()


@pytest.mark.parametrize(
    "typed", ["", "odile", "odile@", "a@b", "odile@exemple.example, x@y.example", "é@exemple.example", "x" * 9000]
)
def test_what_is_no_address_is_shown_again_with_what_is_wrong(place: Place, typed: str) -> None:
    reply = post(f"{place.url}/signup/mensuelle", email=typed)
    assert reply.status == 400
    assert 'role="alert"' in reply.text
    assert 'aria-invalid="true"' in reply.text
    place.no_letter()


def test_an_address_is_written_to_at_most_three_times_a_day(place: Place) -> None:
    for _ in range(LETTERS_A_DAY):
        post(f"{place.url}/signup/mensuelle", email=ADDRESS)
        place.letter()
        place.clock.pass_by(hours=1)
    assert post(f"{place.url}/signup/mensuelle", email=ADDRESS).status == 200
    place.no_letter()
    place.clock.pass_by(hours=24)
    post(f"{place.url}/signup/mensuelle", email=ADDRESS)
    place.letter()


def test_strangers_who_type_an_address_do_not_keep_its_owner_from_the_own_data(place: Place) -> None:
    link = place.know()
    for _ in range(3):
        post(f"{place.url}/signup/agenda", email=ADDRESS)
        place.letter()
        place.clock.pass_by(minutes=16)
    post(f"{link}/preferences", do="data")
    assert "/data/" in place.letter()


def test_what_expired_is_forgotten_though_nobody_else_asks(place: Place) -> None:
    post(f"{place.url}/signup/agenda", email=ADDRESS)
    place.letter()
    place.clock.pass_by(days=3)
    assert place.site.confirmations
    place.site.confirmations.forget_expired()
    with place.site.database.read() as connection:
        for table in ("wish", "wish_count"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0


def test_an_address_gets_no_second_letter_within_a_quarter_of_an_hour(place: Place) -> None:
    post(f"{place.url}/signup/mensuelle", email=ADDRESS)
    place.letter()
    place.clock.pass_by(minutes=14)
    post(f"{place.url}/signup/mensuelle", email=ADDRESS)
    place.no_letter()


def test_a_network_that_asks_too_often_has_to_wait_and_others_have_not(place: Place) -> None:
    def ask(host: str, number: int) -> int:
        headers = {"X-Forwarded-For": host}
        return post(f"{place.url}/signup/agenda", headers=headers, email=f"p{number}@exemple.example").status

    assert {ask(f"192.0.2.{number}", number) for number in range(30)} == {200}
    refused = post(
        f"{place.url}/signup/agenda", headers={"X-Forwarded-For": "192.0.2.99"}, email="encore@exemple.example"
    )
    assert refused.status == 429
    assert int(refused.headers["retry-after"]) > 0
    assert ask("198.51.100.1", 31) == 200
    assert ask("2001:db8:1::1", 32) == 200
    place.clock.pass_by(hours=1)
    assert ask("192.0.2.1", 33) == 200


def test_no_network_address_is_kept(place: Place) -> None:
    post(f"{place.url}/signup/mensuelle", headers={"X-Forwarded-For": "192.0.2.77"}, email=ADDRESS)
    post(place.link(), headers={"X-Forwarded-For": "192.0.2.78"})
    with place.site.database.read() as connection:
        dump = "\n".join(connection.connection.driver_connection.iterdump())  # pyright: ignore[reportOptionalMemberAccess]
    assert "mensuelle" in dump
    assert "192.0.2" not in dump


@pytest.mark.parametrize(
    ("answer", "letters"),
    [
        (Submitted(), 1),
        (Unknown(cause="cut"), 1),
        (Refused(reasons={0: "no such mailbox"}), 1),
        (NotAccepted(cause="no connection"), 2),
    ],
    ids=["accepted", "in doubt", "refused", "not accepted"],
)
def test_a_letter_leaves_once_and_again_only_if_it_certainly_did_not(
    tmp_path: Path, answer: Submission, letters: int
) -> None:
    with open_site(tmp_path, provider=ToldProvider([answer])) as place:
        post(f"{place.url}/signup/mensuelle", email=ADDRESS)
        place.letter()
        place.clock.pass_by(minutes=2)
        # Whatever is due leaves together with the letter that is asked for now.
        post(f"{place.url}/signup/mensuelle", email="autre@exemple.example")
        for _ in range(letters):
            place.letter()
        assert sorted(people[0] for people in place.provider.addresses).count(ADDRESS) == letters


def test_a_letter_that_was_on_its_way_when_the_program_died_is_not_sent_again(tmp_path: Path) -> None:
    with open_site(tmp_path) as place:
        post(f"{place.url}/signup/mensuelle", email=ADDRESS)
        place.letter()
        with place.site.database.write() as connection:
            connection.exec_driver_sql("UPDATE wish SET state = 'submitting'")
    with open_site(tmp_path) as place:
        place.no_letter()


def test_a_letter_that_had_not_left_when_the_program_ended_leaves_at_the_next_start(tmp_path: Path) -> None:
    with open_site(tmp_path, provider=ToldProvider([NotAccepted(cause="no connection")])) as place:
        post(f"{place.url}/signup/mensuelle", email=ADDRESS)
        place.letter()
    with open_site(tmp_path) as place:
        place.clock.pass_by(minutes=5)
        post(f"{place.url}/signup/mensuelle", email="autre@exemple.example")
        place.letter()
        place.letter()
        assert {people[0] for people in place.provider.addresses} == {ADDRESS, "autre@exemple.example"}


@pytest.mark.parametrize("name", ["membres", "inconnue", "staff", "x/y", "%00"])
def test_nobody_can_sign_up_for_a_list_that_is_not_open(place: Place, name: str) -> None:
    assert request(f"{place.url}/signup/{name}").status == 404
    assert post(f"{place.url}/signup/{name}", email=ADDRESS).status == 404


def test_a_token_of_a_letter_confirms_nothing(place: Place) -> None:
    token = place.know().rpartition("/")[2]
    assert post(f"{place.url}/confirm/{token}").status == 410
    assert request(f"{place.url}/confirm/{token[:-2]}").status == 410


def test_link_of_a_sign_up_that_was_asked_for_again_in_vain_knows_no_address_and_makes_no_contact(place: Place) -> None:
    post(f"{place.url}/signup/mensuelle", email=ADDRESS)
    link = place.link()
    place.clock.pass_by(minutes=20)
    place.suppress(Cause.BOUNCED)
    post(f"{place.url}/signup/mensuelle", email=ADDRESS)
    assert post(link).status == 410
    assert not place.comes("mensuelle")
    with place.site.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM contact WHERE address = ''").scalar() == 0
