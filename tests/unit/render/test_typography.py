"""French spaces and apostrophes: where they are set, and what is never touched."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.render import markdown, typography
from apes_mailer.render.tokens import Tokens

NO_BREAK = "\u00a0"


def _seen(text: str) -> str:
    """Return the text with ~ for each no-break space."""
    return typography.french(text).replace(NO_BREAK, "~")


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Prêt ? Partez ! Enfin : venez ; voilà", "Prêt~? Partez~! Enfin~: venez~; voilà"),
        ("« Oui » dit-elle", "«~Oui~» dit-elle"),
        ("l'ESS d'aujourd'hui", "l’ESS d’aujourd’hui"),
        ("de 8 h 30 à 12 h", "de 8~h~30 à 12~h"),
        ("6 400 emplois, 1 250 000 €, 50 %", "6~400 emplois, 1~250~000~€, 50~%"),
        ("le n° 12, M. Petit et Mme Roux", "le n°~12, M.~Petit et Mme~Roux"),
        ("déjà\u00a0: fait\u202f!", "déjà~: fait~!"),
        ("03 20 11 22 33 ou +33 3 20 11 22 33", "03~20~11~22~33 ou +33~3~20~11~22~33"),
        ("à 20 °C, d'1 heure", "à 20~°C, d’1 heure"),
        ("(de 10 %), (vraiment ?), 50 %/an !", "(de 10~%), (vraiment~?), 50~%/an~!"),
        ("(voir l'« Agenda »), « oui »-même", "(voir l’«~Agenda~»), «~oui~»-même"),
        ("L'<<contact.STRUCTURE>>, l'{{contact.NOM}}", "L’<<contact.STRUCTURE>>, l’{{contact.NOM}}"),
    ],
)
def test_spaces_and_apostrophes_that_are_there_become_french(typed: str, set_: str) -> None:
    assert _seen(typed) == set_


@pytest.mark.parametrize(
    "typed",
    [
        "Bonjour! Sans espace: rien",
        "10:30, 5'30, 3/4",
        "https://exemple.fr/a?b=c&d:e et www.exemple.fr/l'eau",
        "bonjour@exemple.fr",
        "12 34 56 78 90",
        "adhérent·e·s, tou·te·s, étudiant(e)s",
        "<<contact.PRENOM|l'ami ! et : la suite>>",
        "rock 'n' roll",
        "merci :) ou ;-) ou :/",
        "le 12, 13 et 14",
        "",
    ],
)
def test_what_stands_for_something_else_or_lacks_a_space_stays_as_it_is(typed: str) -> None:
    assert typography.french(typed) == typed


def test_only_french_is_set_so() -> None:
    assert typography.of("an ! 6 400", "en") == "an ! 6 400"
    assert typography.of("l'an !", "fr") == f"l’an{NO_BREAK}!"


def test_signs_beside_markup_are_set_and_addresses_and_code_are_not() -> None:
    html = markdown.to_html("**Prêt** ! [L'an : ici](https://exemple.fr/l'an?a=:) « *oui* » `l'a : b`", "fr")
    assert html.replace(NO_BREAK, "~") == (
        "<p><strong>Prêt</strong>~! <a href=\"https://exemple.fr/l'an?a=:\">L’an~: ici</a> «~<em>oui</em>~» l'a : b</p>"
    )
    assert "Prêt !" in markdown.to_html("Prêt !", "en")


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("l'**ESS** et d'*autres*", "l’<strong>ESS</strong> et d’<em>autres</em>"),
        ("**L**'été, **6** 400 voix", "<strong>L</strong>’été, <strong>6</strong>~400 voix"),
        (
            "[Voir](https://exemple.fr) : « **oui** »",
            '<a href="https://exemple.fr">Voir</a>~: «~<strong>oui</strong>~»',
        ),
        ("le `a : b` !", "le a : b~!"),
        ("<<contact.PRENOM|l'ami !>> : l'<<contact.NOM>> !", "zq0000qz~: l’zq0001qz~!"),
        ("dit-il\n: non", "dit-il<br />\n: non"),
        ("https://exemple.fr/l'an : là", "https://exemple.fr/l'an~: là"),
    ],
)
def test_signs_are_set_across_bold_links_code_and_merge_tags(typed: str, html: str) -> None:
    words = Tokens([typed]).replace(typed)
    assert markdown.to_html(words, "fr").replace(NO_BREAK, "~") == f"<p>{html}</p>"


def _without_differences(text: str) -> str:
    return re.sub("[ \u00a0\u202f]", " ", text).replace("’", "'")


_SIGNS = st.text(alphabet="aéZ09 \u00a0\u202f:;!?»«%€'’.,()/@h°n·-\n", max_size=60)


@given(_SIGNS | st.text(max_size=60))
def test_nothing_but_spaces_and_apostrophes_ever_changes_and_twice_is_once(text: str) -> None:
    once = typography.french(text)
    assert _without_differences(once) == _without_differences(text)
    assert len(once) == len(text)
    assert typography.french(once) == once


@given(_SIGNS)
def test_links_are_never_touched(text: str) -> None:
    link = "https://exemple.fr/" + re.sub(r"\s", "", text)
    assert typography.french(f"avant {link} après").split(" ")[1] == link


@given(_SIGNS | st.text(alphabet="aé '!:«»*`[]()_\n", max_size=60))
def test_markdown_set_in_french_differs_in_spaces_and_apostrophes_only(text: str) -> None:
    plain, french = markdown.to_html(text), markdown.to_html(text, "fr")
    assert _without_differences(french) == _without_differences(plain)
    assert re.findall('href="[^"]*"', french) == re.findall('href="[^"]*"', plain)


@given(st.from_regex(r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?", fullmatch=True), st.sampled_from(["fr", "en"]))
def test_times_are_never_touched(time: str, language: str) -> None:
    assert typography.of(f"à {time} ou {time}", language) == f"à {time} ou {time}"


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("It's \"busy\" -- and you've time", "It’s “busy” – and you’ve time"),
        ("the members' room, the 1990's, the '90s", "the members’ room, the 1990’s, the ’90s"),
        ("rock 'n' roll, 'tis true for members' rooms", "rock ’n’ roll, ’tis true for members’ rooms"),
        ('("Yes," she said, "and \'no\'.")', "(“Yes,” she said, “and ‘no’.”)"),
        ("'busy'", "‘busy’"),
        ("a dash--as here---or 2010--2014 --- done", "a dash—as here—or 2010–2014 — done"),
        ("-- Aïcha", "– Aïcha"),
        ('"see https://a.example/it\'s--so"', "“see https://a.example/it's--so”"),
        ("\"<<contact.NAME|it's>>\" isn't", "“<<contact.NAME|it's>>” isn’t"),
        ('write to "o\'brien@a.example".', "write to “o'brien@a.example”."),
    ],
)
def test_quotes_apostrophes_and_dashes_become_english(typed: str, set_: str) -> None:
    assert typography.of(typed, "en") == set_


@pytest.mark.parametrize(
    "typed",
    [
        "6' 2\" tall, a 5\" pipe, 5'30",
        "“It’s set” – already",
        "---",
        "<!-- note -->",
        "run it with --dry-run, or well-known",
        "https://a.example/?q='a'--\"b\"&c",
        "(https://a.example/?q='a')",
        "a ' b \" c",
        "",
    ],
)
def test_what_is_no_quotation_stays_as_it_is_in_english(typed: str) -> None:
    assert typography.of(typed, "en") == typed


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ('"**Yes**" -- `it\'s--"code"`', "<p>“<strong>Yes</strong>” – it's--&quot;code&quot;</p>"),
        ('say\n"yes"', "<p>say<br />\n“yes”</p>"),
        (
            "[It's \"here\"](https://a.example/it's--%22) --\nnow",
            '<p><a href="https://a.example/it\'s--%22">It’s “here”</a> –<br />\nnow</p>',
        ),
        ("it'*s*", "<p>it’<em>s</em></p>"),
        ("<b title='a'>", "<p>&lt;b title=’a’&gt;</p>"),
    ],
)
def test_english_is_set_across_bold_links_code_and_lines(typed: str, html: str) -> None:
    assert markdown.to_html(typed, "en") == html


_TYPED = st.text(alphabet="aé1 \u00a0\n\"'“”‘’-–—.,()[/@:!", max_size=60)


def _typed_again(text: str) -> str:
    return re.sub("[“”]", '"', re.sub("[‘’]", "'", re.sub("[-–—]+", "-", text)))


@given(_TYPED | st.text(max_size=60))
def test_nothing_but_marks_and_dashes_ever_changes_in_english_and_twice_is_once(text: str) -> None:
    once = typography.of(text, "en")
    assert _typed_again(once) == _typed_again(text)
    assert typography.of(once, "en") == once


@given(_TYPED)
def test_links_are_never_touched_in_english(text: str) -> None:
    link = "https://exemple.fr/" + re.sub(r"\s", "", text) + "x"
    assert typography.of(f'"before" {link} -- after', "en").split(" ")[1] == link


@given(_TYPED | st.text(alphabet="a '\"-*`[]()_\n", max_size=60))
def test_markdown_set_in_english_differs_in_marks_and_dashes_only(text: str) -> None:
    plain, english = markdown.to_html(text), markdown.to_html(text, "en")
    assert _typed_again(english.replace("&quot;", '"')) == _typed_again(plain.replace("&quot;", '"'))
    assert re.findall('href="[^"]*"', english) == re.findall('href="[^"]*"', plain)
