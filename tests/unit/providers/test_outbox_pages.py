"""The pages of the outbox: what a rehearsal was, and every message of it, to be looked at without a server."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from apes_mailer.model.batch import Batch
from apes_mailer.model.merge import ContactField
from apes_mailer.model.message import Context, Slot
from apes_mailer.model.submission import Submitted
from apes_mailer.providers import mime
from apes_mailer.providers.outbox import Outbox, index, pages, safe_name
from tests.unit.providers.parsed import Events, structure_of
from tests.unit.providers.samples import ENVELOPE, NASTY, TEMPLATE, batch, people, recipient

AT = dt.datetime(2027, 7, 1, 9, 30, tzinfo=dt.UTC)
PLAIN = dataclasses.replace(TEMPLATE, subject=("Ce qui a germé",))
ENGLISH = dataclasses.replace(PLAIN, language="en")


def written(folder: Path, *batches: Batch) -> Path:
    """The folder with the pages of one run."""
    provider = Outbox(folder / "outbox", pictures=folder / "published", clock=lambda: AT)
    for one in batches:
        assert isinstance(provider.submit(provider.payload(one)), Submitted)
    return provider.run_folder(batches[0].campaign, batches[0].run)


def page(folder: Path, number: int = 1) -> str:
    """A page as it was written."""
    return (folder / index.page_name(number)).read_text(encoding="utf-8")


def texts(html: str) -> str:
    """What a page says."""
    return " ".join(event[1] for event in Events(html).seen if event[0] == "text")


def links(html: str) -> list[str]:
    """Where a page leads."""
    return [event[2] for event in Events(html).seen if event[:2] in {("attribute", "href"), ("attribute", "src")}]


def files(*people: str) -> list[str]:
    """The files of people, as a page links them."""
    return [f"messages/{name}{suffix}" for name in people for suffix in (".html", ".txt", ".eml")]


@pytest.mark.parametrize(
    ("template", "says"),
    [
        (PLAIN, ("Rien n’a quitté cet ordinateur.", "jeudi 1er juillet 2027 à ", "Liste lettre", "2 messages")),
        (ENGLISH, ("Nothing left this computer.", "Thursday 1 July 2027 at ", "List lettre", "2 messages")),
    ],
    ids=["fr", "en"],
)
def test_page_says_in_the_language_of_the_letter_what_it_is(
    tmp_path: Path, template: mime.MessageTemplate, says: tuple[str, ...]
) -> None:
    html = page(written(tmp_path, batch(*people(2), template=template)))
    said = " ".join(texts(html).split())
    for wanted in (*says, "Ce qui a germé", "2027-07", "Les Semis d’Artois, lettre@semis.example"):
        assert wanted in said
    assert "https://lettre.semis.example" in said  # where the pictures of an .eml come from
    assert f'<html lang="{template.language}">' in html


def test_run_of_several_variants_has_one_page(tmp_path: Path) -> None:
    other = dataclasses.replace(PLAIN, html=("<p>Une variante</p>",))
    first, second, third = people(3)
    runs = [batch(first, template=PLAIN), batch(second, template=other), batch(third, template=PLAIN)]
    folder = written(tmp_path, *runs)
    assert "3 messages" in texts(page(folder))
    stems = [safe_name(each) for each in (first, second, third)]
    assert [link for link in links(page(folder)) if link in files(*stems)][:9] == files(*stems)
    shown = [(folder / "messages" / f"{stem}.html").read_text(encoding="utf-8") for stem in stems]
    assert ["Une variante" in each for each in shown] == [False, True, False]


def test_time_is_that_of_the_clock_on_the_wall(tmp_path: Path) -> None:
    html = page(written(tmp_path, batch(*people(1))))
    local = AT.astimezone()
    assert f"{local:%H:%M} (UTC" in html


def test_both_languages_have_the_same_words() -> None:
    french, english = pages.words("fr"), pages.words("en")
    assert french.keys() == english.keys()
    for name, words in french.items():
        assert re.findall(r"%(?:\(\w+\))?s", words) == re.findall(r"%(?:\(\w+\))?s", english[name])


def test_french_words_keep_their_punctuation() -> None:
    for name, words in pages.words("fr").items():
        for mark in (" :", " ;", " !", " ?", "« ", " »", "'"):
            assert mark not in words, f"{name}: {mark!r}"


def test_page_lists_every_message_of_every_batch_in_three_forms(tmp_path: Path) -> None:
    first, second = batch(*people(2)), batch(recipient("z@b.example", NOM="Zoé"), attempt="attempt-00000002")
    folder = written(tmp_path, first, second)
    everybody = [*first.recipients, *second.recipients]
    names = [safe_name(person) for person in everybody]
    assert links(page(folder)) == [*files(*names), f"messages/{names[0]}.html"]
    assert all((folder / link).is_file() for link in links(page(folder)))
    said = texts(page(folder))
    assert all(person.address in said for person in everybody)
    assert "3 messages" in said


def test_subject_is_repeated_only_where_it_is_personal(tmp_path: Path) -> None:
    everybody = people(2)
    splicer = mime.Splicer(TEMPLATE, ENVELOPE)
    personal = texts(page(written(tmp_path / "personal", batch(*everybody))))
    assert all(splicer.subject(person) in personal for person in everybody)
    assert "Bonjour, la lettre n° 12" in personal
    assert "<<" not in personal
    general = page(written(tmp_path / "general", batch(*everybody, template=PLAIN)))
    assert general.count("Ce qui a germé") == 2  # the title and the heading


def test_test_has_its_mark(tmp_path: Path) -> None:
    marked = dataclasses.replace(ENVELOPE, subject_mark="[Test] ")
    html = page(written(tmp_path, batch(*people(1), template=PLAIN, envelope=marked)))
    assert "<h1>[Test] Ce qui a germé</h1>" in html


def entry(number: int) -> index.Entry:
    """The message of a person with a number."""
    return index.Entry(address=f"p{number}@example.org", subject="", stem=f"p{number}", has_views=number < index.VIEWS)


def listed(folder: Path, count: int, size: int) -> range:
    """The numbers of the pages that list so many messages, written in batches of a size."""
    listing = index.Index(folder, batch(*people(1), template=PLAIN), at=AT)
    for start in range(0, count, size):
        listing.add([entry(number) for number in range(start, min(start + size, count))])
    return range(1, -(-count // index.PAGE) + 1)


@pytest.mark.parametrize("count", [250, 251, 500, 501, 1203])
@pytest.mark.parametrize("size", [7, 250, 400, 1000])
def test_pages_together_list_everybody_once_in_order(tmp_path: Path, count: int, size: int) -> None:
    numbers = listed(tmp_path, count, size)
    assert {path.name for path in tmp_path.iterdir()} == {index.page_name(number) for number in numbers}
    led = {number: links(page(tmp_path, number)) for number in numbers}
    assert [link for each in led.values() for link in each if link.endswith(".eml")] == [
        f"messages/p{number}.eml" for number in range(count)
    ]
    for number, each in led.items():
        assert all((tmp_path / link).is_file() for link in each if not link.startswith("messages/"))
        assert number == len(numbers) or index.page_name(number + 1) in each
        assert number == 1 or index.page_name(1) in each
    assert f"{count:,}".replace(",", "\u202f") + " messages" in texts(page(tmp_path))


def test_page_says_where_letters_for_the_browser_end(tmp_path: Path) -> None:
    listed(tmp_path, 1001, 1000)
    assert "Au-delà des 1\u202f000 premiers messages" in texts(page(tmp_path))
    assert [link for link in links(page(tmp_path, 5)) if link.startswith("messages/")] == ["messages/p1000.eml"]


def test_page_speaks_of_no_end_when_every_letter_can_be_read_in_the_browser(tmp_path: Path) -> None:
    listed(tmp_path, 1000, 1000)
    assert "Au-delà" not in texts(page(tmp_path))


@pytest.mark.parametrize("value", NASTY)
def test_no_value_can_leave_its_place_on_the_page(tmp_path: Path, value: str) -> None:
    harmless = page(written(tmp_path / "harmless", batch(recipient("a@b.example", NOM="Zoé"))))
    nasty = page(written(tmp_path / "nasty", batch(recipient("a@b.example", NOM=value))))
    assert structure_of(nasty) == structure_of(harmless)


def test_name_of_a_campaign_is_written_as_text(tmp_path: Path) -> None:
    html = page(written(tmp_path, dataclasses.replace(batch(*people(1)), campaign='<b>"x"')))
    assert '<b>"x"' in texts(html)


def test_page_needs_no_script_no_server_and_nothing_from_elsewhere(tmp_path: Path) -> None:
    html = page(written(tmp_path, batch(*people(3))))
    seen = Events(html).seen
    assert ("start", "script") not in seen
    assert not [event for event in seen if event[0] == "attribute" and event[1].startswith("on")]
    assert not [link for link in links(html) if ":" in link]
    assert "url(" not in html
    assert "@import" not in html


def test_what_is_listed_is_complete_even_after_a_batch_that_could_not_be_written(tmp_path: Path) -> None:
    provider = Outbox(tmp_path / "outbox", pictures=tmp_path / "published", clock=lambda: AT)
    good, bad = batch(*people(1)), batch(*people(3)[1:], attempt="attempt-00000002")
    folder = provider.run_folder(good.campaign, good.run)
    provider.submit(provider.payload(good))
    (folder / "messages" / f"{safe_name(bad.recipients[1])}.eml" / "in the way").mkdir(parents=True)
    provider.submit(provider.payload(bad))
    assert [link for link in links(page(folder)) if link.endswith(".eml")] == [
        f"messages/{safe_name(good.recipients[0])}.eml"
    ]


def test_page_of_a_campaign_leads_to_each_of_its_runs_the_last_one_first(tmp_path: Path) -> None:
    runs = [
        dataclasses.replace(
            batch(*people(1), template=PLAIN, envelope=dataclasses.replace(ENVELOPE, subject_mark=f"[TEST {name}] ")),
            run=f"2027-07-01-{number}",
        )
        for number, name in enumerate(("aisne", "somme", "others"))
    ]
    campaign = written(tmp_path, *runs).parent
    html = (campaign / "index.html").read_text(encoding="utf-8")
    assert links(html) == [f"2027-07-01-{number}/index.html" for number in (2, 1, 0)]
    assert all((campaign / link).is_file() for link in links(html))
    said = " ".join(texts(html).split())
    assert all(f"[TEST {name}] Ce qui a germé" in said for name in ("aisne", "somme", "others"))
    assert people(1)[0].address not in said


def test_run_that_somebody_has_deleted_is_listed_no_more(tmp_path: Path) -> None:
    first, second = (dataclasses.replace(batch(*people(1)), run=f"run-{number}") for number in (1, 2))
    campaign = written(tmp_path, first).parent
    shutil.rmtree(campaign / "run-1")
    written(tmp_path, second)
    assert links((campaign / "index.html").read_text(encoding="utf-8")) == ["run-2/index.html"]


def test_subject_that_is_nothing_but_a_tag_leaves_the_name_of_the_campaign(tmp_path: Path) -> None:
    bare = dataclasses.replace(TEMPLATE, subject=(Slot(ContactField("NOM", None), Context.HEADER),))
    assert "<h1>2027-07</h1>" in page(written(tmp_path, batch(*people(1), template=bare)))


@pytest.mark.parametrize(
    ("campaign", "says", "never"),
    [
        ("confirmations", ["Messages de confirmation", "Tous ces messages"], ["Liste", "lettre"]),
        ("2027-07", ["2027-07", "Toutes les répétitions de cette lettre", "Liste lettre"], ["confirmation"]),
    ],
)
def test_confirmations_are_no_rehearsals_of_one_letter(
    tmp_path: Path, campaign: str, says: list[str], never: list[str]
) -> None:
    folder = written(tmp_path, dataclasses.replace(batch(*people(1), template=PLAIN), campaign=campaign))
    said = texts((folder.parent / "index.html").read_text(encoding="utf-8"))
    for words in says:
        assert words in said
    for words in never:
        assert words not in said
