"""A report in words: for people on a page and in a terminal, for programs as rows."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.campaign import report as reporting
from apes_mailer.cli.reports import report_json
from apes_mailer.ledger.states import CampaignState, Reason
from apes_mailer.model.consent import Policy
from apes_mailer.model.language import Language
from apes_mailer.model.report import Bounces, Opens, Pause, Report, Share
from apes_mailer.model.submission import NotAccepted, Unknown
from apes_mailer.model.suppression import Cause
from apes_mailer.providers.sendgrid.answer import outcome
from apes_mailer.render.report import chart, page, rows, text, words
from apes_mailer.render.report.places import Place, places
from tests.support.reported import LAST, NAME, rich

LANGUAGES: tuple[Language, ...] = ("fr", "en")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    ledger = rich(tmp_path_factory.mktemp("rich"))
    yield reporting.report(ledger.database, NAME, at=LAST)
    ledger.database.close()


def _words(language: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((words.FOLDER / f"strings.{language}.toml").read_text(encoding="utf-8"))


def test_both_languages_have_the_same_words_and_the_same_values_in_them() -> None:
    french, english = (
        {
            (section, name): sorted(re.findall(r"%\(\w+\)s", text))
            for section, of in found.items()
            for name, text in of.items()
        }
        for found in map(_words, LANGUAGES)
    )
    assert french == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_state_has_words(language: Language) -> None:
    own = _words(language)
    assert set(Reason) <= own["reasons"].keys()
    assert set(CampaignState) - {CampaignState.NONE} <= own["states"].keys()


def test_french_puts_a_no_break_space_before_double_signs() -> None:
    texts = [text for section in _words("fr").values() for text in section.values()]
    assert [text for text in texts if re.search(r" [:;!?»]|« |\S[;!?]", text)] == []


@pytest.mark.parametrize(
    ("count", "of", "shown"),
    [(3, 17, "3 sur 17"), (19, 19, "19 sur 19"), (0, 0, "0 sur 0"), (0, 20, "0 %"), (20, 20, "100 %")],
)
def test_no_rate_of_fewer_than_twenty(count: int, of: int, shown: str) -> None:
    assert re.sub(r"\s", " ", words.share(Share(count, of), "fr")) == shown


@given(of=st.integers(20, 10**7), data=st.data())
def test_rate_says_nobody_or_everybody_only_when_it_is_so(of: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, of))
    shown = words.share(Share(count, of), "en")
    assert (shown == "0%") == (count == 0)
    assert re.fullmatch(r"\d+(\.\d)?%", shown)
    assert shown.startswith("100") == (count == of)


@given(counts=st.lists(st.integers(1, 10**7), min_size=1, max_size=7))
def test_bar_is_filled_to_the_last_pixel_and_everybody_is_seen(counts: list[int]) -> None:
    found = chart.bar([(count, "good") for count in counts])
    assert found[0].x == 0
    assert found[-1].x + found[-1].width == chart.WIDTH
    assert all(each.width > 0 for each in found)
    assert all(one.x + one.width < other.x for one, other in itertools.pairwise(found))


@given(counts=st.lists(st.integers(0, 10**7), max_size=40))
def test_columns_stay_in_their_box_and_the_highest_fills_it(counts: list[int]) -> None:
    found = chart.columns(counts)
    assert len(found) == (len(counts) if sum(map(bool, counts)) > 1 else 0)
    assert all(each.x + each.width <= chart.WIDTH and each.y + each.height == chart.HEIGHT for each in found)
    assert not found or max(each.height for each in found) == chart.HEIGHT
    assert [bool(each.height) for each in found] == [bool(count) for count in counts][: len(found)]


def test_sums_hold(report: Report) -> None:
    assert report.candidates == report.recipients + sum(report.excluded.values())
    open_ = report.unknown + report.pending + report.submitting
    assert report.recipients == report.submitted + report.refused + open_
    told = report.feedback
    assert told is not None
    parts = told.delivered + told.bounced + told.soft_bounced + told.rejected + told.deferred + told.silent
    assert parts == told.submitted == report.submitted
    assert sum(letter.submitted for letter in report.letters) == report.submitted
    assert sum(each.submitted for each in report.sending.slices) == report.submitted


def test_numbers_of_a_campaign_with_every_kind_of_trouble(report: Report) -> None:
    numbers = {row.name: (row.count, row.of) for table in rows.tables(report, "en") for row in table.rows}
    assert numbers["candidates"] == (60, None)
    assert numbers["excluded.suppressed"] == (3, 60)
    assert numbers["refused"] == (1, 57)
    assert numbers["unknown"] == (10, 57)
    assert numbers["submitted"] == (46, 57)
    assert numbers["bounced"] == (2, 46)
    assert numbers["left.unsubscribed"] == (1, 46)
    assert numbers["part.Au jardin"] == (6, None)
    assert numbers["link.https://a.example/fete"] == (5, None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_needs_nothing_and_names_nobody(report: Report, language: Language) -> None:
    html = page.page(report, language)
    assert f'<html lang="{language}"' in html
    assert re.findall(r"<(?:script|img|link|iframe|object)\b|\burl\(|@import", html) == []
    assert "@" not in re.sub(r"@(?:media|page)", "", html)
    assert "Semer &amp; récolter &lt;en mars&gt;" in html
    assert "le logo est dessiné ainsi" in html
    for table in rows.tables(report, language):
        for row in table.rows:
            assert words.number(row.count, language) in html


def test_every_chart_stands_above_a_table_with_its_numbers(report: Report) -> None:
    html = page.page(report, "fr")
    sections = re.findall(r"<section.*?</section>", html, re.DOTALL)
    charted = [section for section in sections if "<svg" in section]
    assert len(charted) == 4
    assert all(re.search(r"</svg>.*<table", section, re.DOTALL) for section in charted)


def test_words_on_the_terminal_are_those_of_the_page(report: Report) -> None:
    lines = text.text(report, "fr")
    assert lines.splitlines()[0] == "2027-03: Semer & récolter <en mars>"
    for table in rows.tables(report, "fr"):
        assert f"  {table.title}\n" in lines
    assert "the provider refuses the key" in re.sub(r"\n +", " ", lines)


def test_rows_for_a_spreadsheet_have_every_number_once(report: Report) -> None:
    head, *found = text.table(report, "fr")
    assert len({tuple(row[:3]) for row in found}) == len(found)
    assert all(len(row) == len(head) for row in found)
    assert ["2027-03", "feedback", "bounced", "Rejets définitifs", "2", "46"] in found
    assert [row[4] for row in found if row[:3] == ["2027-02", "past", "candidates"]] == ["60"]


def test_nothing_told_is_said_and_shows_no_zeros(tmp_path: Path) -> None:
    ledger = rich(tmp_path)
    found = reporting.report(ledger.database, "2027-01", at=LAST)
    ledger.database.close()
    assert found.feedback is None
    assert "feedback" not in {table.name for table in rows.tables(found, "fr")}
    assert words.words("report", "fr")["no_feedback"] in page.page(found, "fr").replace("&#39;", "'")
    said = re.sub(r"\n +", " ", text.text(found, "fr"))
    assert words.words("report", "fr")["no_feedback"] in said
    assert re.search(r"Plaintes +inconnu\n", text.text(found, "fr"))
    assert ["2027-01", "left", "left.complained", "Plaintes", "", str(found.submitted)] in list(text.table(found, "fr"))
    assert '<span class="big">unknown</span> <span class="of">Complaints</span>' in page.page(found, "en")


def test_complaints_are_none_once_the_provider_was_heard(report: Report) -> None:
    found = replace(report, heard=True, left={})
    numbers = {row.name: row.count for table in rows.tables(found, "fr") for row in table.rows}
    assert numbers["left.complained"] == 0


def test_who_left_by_the_provider_is_in_the_one_number_of_tile_comparison_and_rows(report: Report) -> None:
    left = {"unsubscribed": 8, "unsubscribed at the provider": 8}
    found = replace(report, left=left, past=[*report.past[:-1], replace(report.past[-1], left=left)])
    shown = [(row.name, row.count, row.depth) for table in rows.tables(found, "fr") for row in table.rows]
    assert ("left.unsubscribed", 8, 0) in shown
    assert ("left.unsubscribed at the provider", 8, 1) in shown
    assert {row.name: row.count for row in rows.past_rows(found.past[-1], "fr")}["left.unsubscribed"] == 8
    assert re.search(r'<span class="big">8</span> <span class="of">Désinscrits', page.page(found, "fr"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("policy", Policy)
def test_by_which_right_the_list_was_mailed_is_said_in_every_form(
    report: Report, policy: Policy, language: Language
) -> None:
    found = replace(report, policy=policy)
    told = _words(language)["policies"][policy]
    assert told in page.page(found, language).replace("&#39;", "'")
    assert told in re.sub(r"\n +", " ", text.text(found, language))
    assert [NAME, "head", f"policy.{policy}", told, "", ""] in list(text.table(found, language))
    assert report_json(found)["policy"] == policy.value


def test_opens_are_told_with_whom_they_were_counted_of(report: Report) -> None:
    assert report.opens is None
    found = replace(report, opens=Opens(opens=31, readers=12))
    row = next(row for table in rows.tables(found, "fr") for row in table.rows if row.name == "opens")
    assert (row.count, row.of) == (31, None)
    assert "(12)" in row.meaning
    assert "Ouvertures" in page.page(found, "fr")


def test_clicks_that_nobody_made_are_not_clicks_that_nobody_counts(report: Report) -> None:
    assert "clicks" not in {table.name for table in rows.tables(replace(report, clicks=None), "fr")}
    none = rows.tables(replace(report, clicks=[]), "fr")
    assert [(row.label, row.count) for table in none if table.name == "clicks" for row in table.rows] == [("Clics", 0)]


@pytest.mark.parametrize(
    ("count", "said"), [(1, "Une seule requête, le "), (2, "2 requêtes, le "), (1200, "1\u202f200 requêtes, le ")]
)
def test_a_single_request_is_said_in_the_singular(report: Report, count: int, said: str) -> None:
    sending = replace(report.sending, requests=count)
    assert words.requests(sending, "fr").startswith(said)


@pytest.mark.parametrize(
    ("last", "said"),
    [
        ("2027-02-03T09:31:40", "le 3 février 2027 à 9 h 31"),
        ("2027-02-03T09:38:00", "le 3 février 2027, de 9 h 31 à 9 h 38"),
        ("2027-02-04T09:31:00", "du 3 février 2027 à 9 h 31 au 4 février 2027 à 9 h 31"),
    ],
)
def test_a_span_says_a_day_and_a_minute_once(last: str, said: str) -> None:
    first, last = (dt.datetime.fromisoformat(at).astimezone().isoformat() for at in ("2027-02-03T09:31:02", last))
    assert words.span(first, last, "fr").replace("\u00a0", " ") == said


@given(counts=st.lists(st.integers(0, 10**7), max_size=40))
def test_bars_of_a_comparison_are_as_long_as_their_counts(counts: list[int]) -> None:
    found = chart.rows(counts)
    assert [bool(bar.width) for bar in found] == [bool(count) for count in counts]
    assert not any(counts) or max(bar.width for bar in found) == chart.WIDTH
    assert [bar.tone for bar in found] == ["past"] * (len(found) - 1) + ["good"] * bool(found)


def test_a_pause_has_its_end_or_lasts() -> None:
    at, until = "2027-02-03T09:00:00.000000Z", "2027-02-03T10:00:00.000000Z"
    pause = Pause(at=at, by="ana", cause="a person paused it", until=until)
    assert re.fullmatch(r"Pause le 3.février 2027, de \d+.h.00 à \d+.h.00 \(.*\)\.", words.pause(pause, "fr"))
    assert words.pause(replace(pause, until=""), "fr").startswith("En pause depuis le 3\u00a0février 2027")


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_fits_a_terminal_that_nobody_has_made_wider(report: Report, language: Language) -> None:
    long = replace(report.past[-1], campaign="2027-03-assemblee-generale-extraordinaire", submitted=1_234_567)
    found = replace(report, past=[*report.past[:-1], long], opens=Opens(opens=1_234_567, readers=12))
    lines = text.text(found, language).splitlines()
    assert len(lines) > 40
    assert [line for line in lines if len(line) > 80] == []
    assert f"    {long.campaign}" in lines


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("as submitted", "tenu pour accepté"),
        ("as pending", "à envoyer de nouveau"),
        (
            "sendgrid reported delivered at 2027-02-03T09:00:00Z, event x1",
            "sendgrid a signalé «\u00a0arrivée\u00a0» le 2027-02-03T09:00:00Z (événement x1)",
        ),
        ("same address as line 3", "même adresse qu’à la ligne 3"),
    ],
)
def test_what_the_ledger_noted_is_said_in_french(note: str, said: str) -> None:
    assert words.note(note, "fr") == said
    assert words.note(note, "en") == note


def test_decisions_about_batches_are_said_in_french(report: Report) -> None:
    assert report.decisions
    assert "tenu pour accepté" in page.page(report, "fr")
    assert "as submitted" not in page.page(report, "fr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_why_one_person_was_left_out_has_words_for_one_person(language: Language) -> None:
    own = _words(language)
    assert set(Reason) == own["why_left_out"].keys()
    assert {cause.replace(" ", "_") for cause in Cause} <= own["why_in_detail"].keys()


def test_links_go_by_the_heading_above_them() -> None:
    html = (
        '<a href="https://a.example/top">Voir en ligne</a><h2>Au jardin</h2><p><a href="https://a.example/1">Lire</a>'
        '<a href="https://a.example/2"><img alt="La serre" src="x"></a></p><a href="https://a.example/1">Encore</a>'
        '<h3><a href="https://a.example/3">La fête</a></h3>'
    )
    assert places(html) == {
        "https://a.example/top": Place(words="Voir en ligne", part=""),
        "https://a.example/1": Place(words="Lire", part="Au jardin"),
        "https://a.example/2": Place(words="La serre", part="Au jardin"),
        "https://a.example/3": Place(words="La fête", part="La fête"),
    }


@pytest.mark.parametrize(
    ("reason", "label"),
    [
        ("5.1.1 Invalid Address", "définitif\u00a0: Adresse inexistante (5.1.1)"),
        ("Mailbox Unavailable", "définitif\u00a0: Boîte indisponible"),
        ("5.7.1", "définitif\u00a0: 5.7.1"),
        ("", "définitif\u00a0: raison non précisée"),
        ("no such user here", "définitif\u00a0: no such user here"),
    ],
)
def test_class_of_a_bounce_is_said_in_words(report: Report, reason: str, label: str) -> None:
    assert report.feedback is not None
    told = replace(report.feedback, bounces=[Bounces(hard=True, reason=reason, count=1)])
    found = rows.tables(replace(report, feedback=told), "fr")
    assert [row.label for table in found if table.name == "bounces" for row in table.rows] == [label]


def _pause_causes() -> Iterator[str]:
    """What the ledger keeps when a sending stops."""
    yield from ("a person paused it", "a person stopped it", "the outbox cannot be written: ENOSPC")
    yield "sendgrid refuses people in every request, and accepts nobody (Bad name)"
    for status in (200, 302, 400, 401, 402, 403, 404, 405, 413, 415, 429):
        answer = outcome(status, Message(), b"", 1)
        assert isinstance(answer, NotAccepted)
        yield answer.cause
    doubt = outcome(500, Message(), b"", 1)
    assert isinstance(doubt, Unknown)
    for why in (
        doubt.cause,
        "the connection broke while the request was on its way (reset)",
        "no answer came (timed out)",
    ):
        yield f"several batches are in doubt ({why})"


@pytest.mark.parametrize("cause", list(_pause_causes()))
def test_a_french_report_says_in_french_why_a_sending_stopped(cause: str) -> None:
    french = words.note(cause, "fr")
    assert french != cause
    assert not re.search(r"\b(?:answer(?:ed)?|the|is|in|it|to|not|nobody|no|may|batches|of|came)\b", french)
    assert words.note(cause, "en") == cause


def test_what_others_have_said_stays_as_they_said_it() -> None:
    told = words.note("SendGrid answered 401: the key is not valid (The provided key is gone)", "fr")
    assert told == "SendGrid a répondu 401\u00a0: la clé n’est pas valable (The provided key is gone)"
