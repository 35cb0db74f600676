"""Links that lead somewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apes_mailer.model.merge import LinkTag, Special
from apes_mailer.model.message import Context, MessageTemplate, Slot
from tests.unit.check.judged import SOUND, found, messages, with_blocks, with_link, with_picture, with_text

RULES = ("link-empty", "link-relative")


NOWHERE = ["", "#", "#agenda", "https://", "HTTP://", "mailto:", "tel:"]
NOWHERE_FOR_STRANGERS = ["<<contact.SITE|>>", "mailto:<<contact.MAIL|>>", "https://{{contact.HOTE|}}"]


@pytest.mark.parametrize("link", [*NOWHERE, *NOWHERE_FOR_STRANGERS])
def test_link_that_leads_nowhere_is_an_error_also_when_it_does_for_strangers_only(link: str) -> None:
    assert found(with_link(link), "link-empty") == [("error", "blocks[0].button.link")]
    assert found(with_text(f"Voir [la page]({link}) ici"), "link-empty") == [("error", "blocks[0].text")]


@pytest.mark.parametrize(
    "text",
    [
        "[la page [1]](http://localhost/x)",
        "[Le [programme] du jour](http://localhost/a_(b)/c)",
        "[a \\] b](http://localhost/)",
        "[la page](http://localhost/x_(y))",
    ],
)
def test_link_with_brackets_in_its_words_or_parentheses_in_its_address_is_judged(text: str) -> None:
    assert found(with_text(f"Voir {text} ici"), "link-local") == [("error", "blocks[0].text")]
    assert found(with_text(f"Voir {text} ici"), "link-missing") == []


@pytest.mark.parametrize("words", ["→", "🙂", "...", "➡️", "cliquez ici"])
def test_words_that_say_nothing_are_found_in_texts_and_in_pictures(words: str) -> None:
    site = "https://a.exemple.fr"
    assert found(with_text(f"Voir [{words}]({site})"), "link-words-generic") == [("warning", "blocks[0].text")]
    picture = with_picture(alt=words, link=site)
    assert found(picture, "link-words-generic") == [("warning", "blocks[0].images[0].alt")]


@pytest.mark.parametrize("words", ["<<contact.PRENOM|>>", " {{contact.PRENOM| }} ", "<<contact.A|>><<contact.B|>>"])
def test_heading_link_or_picture_that_is_empty_for_whom_nothing_is_known_is_an_error(words: str) -> None:
    site, rule = "https://a.exemple.fr", "merge-tag-empty"
    assert found(with_blocks(subject=words), rule) == [("error", "subject")]
    assert found(with_text(f"Voir [{words}]({site})"), rule) == [("error", "blocks[0].text")]
    assert found(with_link(site, text=words), rule) == [("error", "blocks[0].button.text")]
    assert found(with_picture(alt=words, link=site), rule) == [("error", "blocks[0].images[0].alt")]


@pytest.mark.parametrize("link", ["/agenda", "../agenda", "?page=2", "//a.exemple.fr/x"])
def test_link_that_works_on_a_web_page_only_is_an_error(link: str) -> None:
    assert found(with_link(link), "link-relative") == [("error", "blocks[0].button.link")]
    assert found(with_text(f"Voir [la page]({link}) ici"), "link-relative") == [("error", "blocks[0].text")]


@pytest.mark.parametrize(
    "link",
    [
        "https://a.exemple.fr",
        "HTTP://a.exemple.fr/#x",
        "mailto:a@b.exemple.fr",
        "tel:+33320000000",
        "<<contact.SITE>>",
        "<<contact.SITE|https://a.exemple.fr/b c>>",
        "{{contact.SITE}}",
        "https://a.exemple.fr/<<contact.NOM>>",
    ],
)
def test_link_that_leads_somewhere_is_not_remarked_on(link: str) -> None:
    for rule in RULES:
        assert found(with_link(link), rule) == []
        assert found(with_text(f"Voir [la page]({link}) ici"), rule) == []


@pytest.mark.parametrize(
    "text",
    [
        "[x](<https://a.exemple.fr/a b>)",
        "[x]( https://a.exemple.fr )",
        "[x](https://a.exemple.fr 'titre')",
        "[x](https://fr.wiki.exemple.fr/Four_(cuisson))",
        "[x](https://a.exemple.fr) et [y](https://b.exemple.fr)",
        "un [crochet] seul (et une parenthèse)",
        "sans lien",
    ],
)
def test_way_markdown_writes_a_link_is_understood(text: str) -> None:
    for rule in RULES:
        assert found(with_text(text), rule) == []


def test_each_dead_link_of_a_text_is_told_with_its_words() -> None:
    letter = with_text("[un](#), [deux](https://a.exemple.fr), [trois](< >)")
    told = ['the link "un" leads nowhere: "#"', 'the link "trois" leads nowhere: ""']
    assert messages(letter, "link-empty") == told


def test_link_to_a_web_version_that_does_not_exist_is_an_error_where_it_is_written() -> None:
    letter = replace(with_text("Voir [en ligne](<<browser>>)"), template=_with_browser())
    assert found(letter, "link-web-version") == [("error", "blocks[0].text")]
    assert found(replace(letter, issue=SOUND.issue), "link-web-version") == [("error", "")]
    assert found(replace(letter, web_version=True), "link-web-version") == []


def _with_browser() -> MessageTemplate:
    slot = Slot(LinkTag(Special.BROWSER), Context.URL)
    return replace(SOUND.template, html=(*SOUND.template.html, slot))


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("https://forms.semis/abc", "https://autre.exemple.fr/abc"),
        ("https://pay.bank.app/x", "https://autre.exemple.fr/x"),
        ("semis.app", "https://autre.exemple.fr"),
        ("contact@semis.fr", "https://autre.exemple.fr"),
        ("www.semis.fr", "mailto:x@autre.exemple.fr"),
        ("bonjour@semis.fr", "mailto:x@autre.exemple.fr"),
    ],
)
def test_words_that_are_one_address_may_not_lead_to_another(words: str, address: str) -> None:
    assert found(with_text(f"Voir [{words}]({address})"), "link-words-other") == [("error", "blocks[0].text")]


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("https://semis.app/x", "https://www.semis.app/y"),
        ("bonjour@semis.fr", "mailto:Bonjour@semis.fr?subject=Four"),
        ("Semis.Bio", "https://autre.exemple.fr"),
    ],
)
def test_words_that_are_the_same_address_or_none_are_not_remarked_on(words: str, address: str) -> None:
    assert found(with_text(f"Voir [{words}]({address})"), "link-words-other") == []


@pytest.mark.parametrize(
    "words",
    (
        "Ici | En savoir plus ici | Plus de détails | Je clique | Toutes les infos ici | Cliquez ici pour"
        " lire la suite | Voir plus de détails | → Pour en savoir plus, c’est par ici ! | Read more here |"
        " Click here to find out more"
    ).split(" | "),
)
def test_words_that_say_nothing_are_found_in_every_combination(words: str) -> None:
    assert found(with_text(f"[{words}](https://a.exemple.fr)"), "link-words-generic") == [("warning", "blocks[0].text")]


@pytest.mark.parametrize(
    "words",
    (
        "En savoir plus sur le vélo | Lire la suite du récit | Adhérer en ligne | Voir le four ici | Infos d’accès"
        " | Accès | Télécharger le guide | Read the report | Plus on est de fous"
    ).split(" | "),
)
def test_words_among_which_one_says_something_are_left_alone(words: str) -> None:
    assert found(with_text(f"[{words}](https://a.exemple.fr)"), "link-words-generic") == []


@pytest.mark.parametrize(
    "link",
    [
        "https://docs.google.com/document/u/0/d/1aB/edit",
        "https://www.canva.com/design/DAF/x1/edit?utm_content=DAF",
        "https://mail.google.com/mail/u/0/#inbox/FM",
        "https://us5.admin.mailchimp.com/campaigns/edit?id=3",
        "https://us5.campaign-archive.com/?u=1&id=2&e=3f",
    ],
)
def test_place_where_somebody_works_is_no_page_for_readers(link: str) -> None:
    assert found(with_link(link), "link-workplace") == [("warning", "blocks[0].button.link")]


@pytest.mark.parametrize(
    "link",
    [
        "https://docs.google.com/document/d/e/2PACX/pub",
        "https://www.canva.com/design/DAF/x1/view",
        "https://us5.campaign-archive.com/?u=1&id=2",
        "https://semis.exemple.fr/docs.google.com/d/1/edit",
    ],
)
def test_page_for_readers_is_no_workplace(link: str) -> None:
    assert found(with_link(link), "link-workplace") == []


@pytest.mark.parametrize("number", ["03.21.00.00.00", "0321000000", "+33 3 21 00 00 00"])
def test_telephone_number_in_a_text_is_told_once(number: str) -> None:
    assert found(with_text(f"Appelez le {number}."), "link-missing") == [("info", "blocks[0].text")]


@pytest.mark.parametrize("words", ["RNA W621000000", "Siret 03210000000012", "03/21/00/00/00", "du 01 02 03 04 au 05"])
def test_other_numbers_are_no_telephone_numbers(words: str) -> None:
    assert found(with_text(words), "link-missing") == []


@pytest.mark.parametrize("number", ["abc", "0320112233lematin", "3", "12345678901234567"])
def test_link_that_dials_no_number_is_an_error(number: str) -> None:
    assert found(with_text(f"[appeler](tel:{number})"), "phone-link") == [("error", "blocks[0].text")]


@pytest.mark.parametrize("number", ["3919", "112", "0320112233", "+33320112233", "0032 2 555 12 34", "<<contact.TEL>>"])
def test_link_that_dials_a_number_is_not_remarked_on(number: str) -> None:
    assert found(with_text(f"[appeler](<tel:{number}>)"), "phone-link") == []
