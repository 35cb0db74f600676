"""Rendering a letter: the same each time, whole, and every fault of a theme with its file and line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from apes_mailer.errors import ThemeError
from apes_mailer.model.issue import Issue
from apes_mailer.model.merge import LinkTag, Special
from apes_mailer.model.message import Context, Slot
from apes_mailer.model.picture import Picture, Place
from apes_mailer.model.theme import Theme, ThemeFile
from apes_mailer.render import fill
from apes_mailer.render.letter import Letter, render
from apes_mailer.workspace import Workspace
from tests.support.letters import FULL, IDENTITY, LANGUAGES, PICTURES, THEMES, everything, issue_of

LINKS = fill.Links(pictures="images/")


def theme(name: str = "apes", **changed: str | None) -> Theme:
    """A theme; ``changed`` replaces the text of a file (``letter_mjml``), or takes the file away."""
    found = Workspace(Path("no-workspace")).theme(name)
    files: dict[str, ThemeFile] = dict(found.files)
    for key, text in changed.items():
        file = key.replace("_", ".")
        files.pop(file, None)
        if text is not None:
            files[file] = ThemeFile(path=f"templates/{name}/{file}", text=text)
    return Theme(name=name, files=files)


def rendered(issue: Issue | None = None, of: Theme | None = None, *, web_version: bool = False) -> Letter:
    """A letter."""
    return render(issue or everything(), of or theme(), IDENTITY, PICTURES, web_version=web_version)


def text_of(letter: Letter) -> str:
    """The plain text with its tags shown."""
    return fill.show_tags(letter.template.text, LINKS)


def html_of(letter: Letter) -> str:
    """The HTML with its tags shown."""
    return fill.show_tags(letter.template.html, LINKS)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_same_issue_gives_the_same_bytes(name: str, language: str) -> None:
    first = rendered(everything(language), theme(name))
    rendered(issue_of({"type": "divider"}), theme(name))
    again = rendered(everything(language), theme(name))
    assert again.template.to_json() == first.template.to_json()
    assert again.mjml == first.mjml
    assert again.template.digest == first.template.digest


@pytest.mark.parametrize("name", THEMES)
def test_no_word_that_stands_for_a_tag_is_left(name: str) -> None:
    issue = issue_of(
        {"type": "editorial", "text": "Bonjour <<contact.NOM|à vous>> <<oops>>"},
        subject="<<contact.NOM>>",
        preheader="{{browser}}",
    )
    letter = rendered(issue, theme(name), web_version=True)
    literals = [
        part for parts in (letter.template.subject, letter.template.text, letter.template.html) for part in parts
    ]
    assert not re.search(r"z[qxjkw][0-9]{4}", "".join(part for part in literals if isinstance(part, str)))
    assert not re.search(r"z[qxjkw][0-9]{4}", letter.mjml)
    assert "<<contact.NOM|à vous>>" in letter.mjml


def test_tag_that_nobody_understands_is_shown_as_it_is_written() -> None:
    letter = rendered(issue_of({"type": "editorial", "text": "Bonjour <<oops>>"}, subject="<<nom>>"))
    assert "&lt;&lt;oops&gt;&gt;" in html_of(letter)
    assert "<<oops>>" in text_of(letter)
    assert letter.template.subject == ("<<nom>>",)


def test_note_between_colleagues_is_never_sent() -> None:
    blocks = [{**block, "note": "TOPSECRET"} for block in FULL]
    letter = rendered(issue_of(*blocks, note="TOPSECRET"))
    assert "TOPSECRET" not in html_of(letter) + text_of(letter) + letter.mjml


def test_what_an_author_writes_as_html_is_shown_as_text() -> None:
    evil = "<script>alert(1)</script>"
    letter = rendered(issue_of({"type": "editorial", "title": evil, "text": evil, "signature": evil}, subject=evil))
    assert "<script" not in html_of(letter)
    assert html_of(letter).count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4
    assert letter.template.subject == (evil,)
    assert evil in text_of(letter)


@pytest.mark.parametrize("name", THEMES)
def test_plain_text_has_no_wide_lines_but_addresses_and_no_double_gaps(name: str) -> None:
    text = text_of(rendered(everything(), theme(name)))
    wide = [line for line in text.split("\n") if len(line) > 72 and not re.search(r"https?://|<<", line)]
    assert wide == []
    assert "\n\n\n" not in text
    assert text == text.strip("\n") + "\n"
    assert not [line for line in text.split("\n") if line != line.rstrip()]
    assert "<p>" not in text
    assert "&amp;" not in text


def test_language_of_the_letter_is_that_of_the_issue() -> None:
    assert rendered(everything("en")).template.language == "en"
    assert 'lang="en"' in html_of(rendered(everything("en")))


def test_web_version_is_linked_only_when_there_is_one() -> None:
    slot = Slot(LinkTag(Special.BROWSER), Context.URL)
    assert slot not in rendered().template.html
    assert slot in rendered(web_version=True).template.html


def test_picture_is_a_slot_because_preview_and_letter_find_it_in_different_places() -> None:
    letter = rendered()
    names = {place: f"{place.width}-{place.file}" for place in letter.places}
    named = letter.with_pictures(names)
    assert set(named.template.pictures()) == set(names.values())
    assert 'src="images/536-wide.jpg"' in html_of(named)
    assert "<<picture.536-wide.jpg>>" in named.mjml
    assert "536/" not in named.mjml


def test_theme_says_how_wide_it_shows_each_picture_wherever_it_is_read() -> None:
    beside = {"title": "x", "layout": "left", "images": [{"file": "wide.jpg"}]}
    logos = {"type": "logos", "logos": [{"file": "small.png"}, {"file": "wide.jpg"}]}
    pair = {"type": "gallery", "images": [{"file": "wide.jpg"}, {"file": "small.png"}]}
    places = {
        kind: rendered(issue_of(block)).places
        for kind, block in {
            "lead": {"type": "editorial", "text": "x", "images": {"file": "wide.jpg"}},
            "tall": {"type": "editorial", "text": "x", "images": {"file": "tall.jpg"}},
            "beside": {"type": "section", "title": "x", "articles": [beside]},
            "pair": pair,
            "logos": logos,
        }.items()
    }
    assert places == {
        "lead": [Place("wide.jpg", 536)],
        "tall": [Place("tall.jpg", 280)],  # half as wide as high: no higher than the theme likes
        "beside": [Place("wide.jpg", 400)],  # 209 on a screen, but a phone gives it its whole width
        "pair": [Place("wide.jpg", 260), Place("small.png", 260)],  # two abreast on phones too
        "logos": [Place("small.png", 96), Place("wide.jpg", 113)],  # fitted into 140 by 64
    }


def fault(changed: Mapping[str, str | None], name: str = "apes") -> tuple[str, int | None, str]:
    """(file, line, message) of the one fault of a theme with these files."""
    with pytest.raises(ThemeError) as caught:
        rendered(of=theme(name, **changed))
    (problem,) = caught.value.problems
    return problem.file, problem.line, problem.message


MJML = "<mjml>\n<mj-body>\n<mj-section>\n<mj-column>\n{}\n</mj-column>\n</mj-section>\n</mj-body>\n</mjml>\n"


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("<mj-text>{{ tilte }}</mj-text>", 'there is no "tilte"'),
        ("<mj-text>{{ issue.tilte }}</mj-text>", 'there is no "tilte"'),
        ("<mj-text>{% if %}</mj-text>", "Expected an expression, got 'end of statement block'"),
        ("<mj-text>{{ title | oops }}</mj-text>", "No filter named 'oops'."),
        ("<mj-text>{{ 1 / 0 }}</mj-text>", "division by zero"),
        ("<mj-text>{{ title + 1 }}</mj-text>", "can only concatenate str"),
        ("<mj-text>{{ 'x' | round }}</mj-text>", "__round__"),
        ("<mj-text>{{ ['%z' % title] }}</mj-text>", "unsupported format character"),
        ('{% include "letter.mjml" %}', "maximum recursion depth exceeded"),
        ("<mj-txt>a</mj-txt>", "mj-txt"),
        ('<mj-text colour="red">a</mj-text>', "colour"),
        ("<p>a</p>", "p"),
    ],
)
def test_fault_in_a_template_is_told_with_file_and_line(inside: str, message: str) -> None:
    file, line, told = fault({"letter_mjml": MJML.format(inside)})
    assert message in told
    assert (file, line) == ("templates/apes/letter.mjml", 5)


def test_tag_where_no_value_is_safe_is_a_fault_of_the_theme() -> None:
    message = fault({"letter_mjml": MJML.format('<mj-text><p style="color:{{ unsubscribe }}">a</p></mj-text>')})[2]
    assert message == '<<unsubscribe>> stands inside the attribute "style", where no value is safe'


def test_fault_in_the_template_of_the_text_is_told_with_file_and_line() -> None:
    assert fault({"letter_txt": "a\n{{ oops }}\n{{ t.contents }}{{ t.browser }}"}) == (
        "templates/apes/letter.txt",
        2,
        'there is no "oops"',
    )
    assert fault({"letter_txt": "a\n\n{% for %}\n"})[:2] == ("templates/apes/letter.txt", 3)


def test_fault_in_the_styles_is_told_with_file_and_line() -> None:
    assert fault({"theme_css": "p { }\na { color: {{ theme.oops }} }"})[:2] == ("templates/apes/theme.css", 2)


def test_template_that_does_not_exist_is_named() -> None:
    file, _, message = fault({"letter_mjml": MJML.format('{% include "oops.mjml" %}')})
    assert "oops.mjml does not exist" in message
    assert "apes" in file


def test_faulty_design_tokens_are_told_with_file_and_line() -> None:
    assert fault({"theme_toml": "[color]\nink = \n"})[:2] == ("templates/apes/theme.toml", 2)


def test_theme_without_words_in_the_language_of_the_issue_says_which_it_has() -> None:
    with pytest.raises(ThemeError) as caught:
        rendered(everything("en"), theme(strings_en_toml=None))
    assert "no words in this language (en)" in caught.value.problems[0].message
    assert caught.value.problems[0].hint == "Write strings.en.toml, or use one of: fr."


def test_every_fault_of_the_mjml_is_told_at_once() -> None:
    with pytest.raises(ThemeError) as caught:
        rendered(of=theme(letter_mjml=MJML.format("<mj-txt>a</mj-txt>\n<mj-text colour='red'>b</mj-text>")))
    assert [problem.line for problem in caught.value.problems] == [5, 6]


def test_word_that_one_part_says_and_the_other_does_not_is_told_unless_the_theme_means_it() -> None:
    silent = {"contents_mjml": "<p>{{ contents | length }}</p>"}
    file, line, told = fault(silent)
    assert (file, line, told) == (
        "templates/base/letter.txt",
        16,
        '"contents" is printed here, and not in the HTML (.mjml)',
    )
    tokens = f'unsaid = "contents"\n{theme("apes").files["theme.toml"].text}'
    assert rendered(of=theme("apes", **silent, theme_toml=tokens)).template


def test_word_that_no_part_says_is_told_where_it_is_written() -> None:
    words = theme("apes").files["strings.fr.toml"].text
    file, line, told = fault({"strings_fr_toml": f'{words}\nwelcome = "Bienvenue"\n'})
    assert (file, told) == ("templates/apes/strings.fr.toml", 'no template prints "welcome"')
    assert line == len(words.splitlines()) + 2


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("size", [(1, 4000), (4000, 1), (1, 1)])
def test_picture_of_any_shape_has_a_place(name: str, size: tuple[int, int]) -> None:
    thin = {"trait.png": Picture(width=size[0], height=size[1])}
    image = {"file": "trait.png", "alt": "Un trait"}
    article = {"title": "Le trait", "text": "Voici.", "images": [image, image], "layout": "left"}
    issue = issue_of(
        {"type": "gallery", "images": [image]},
        {"type": "logos", "logos": [image, image]},
        {"type": "section", "title": "Le dessin", "articles": [article]},
    )
    assert all(place.width >= 1 for place in render(issue, theme(name), IDENTITY, thin).places)


def test_address_is_written_alike_in_texts_and_in_fields_and_in_both_parts() -> None:
    link = "https://été.example/à?n=<<contact.NOM|é>>&c=ç%20d"
    issue = issue_of(
        {"type": "editorial", "text": f"Voir [le jardin]({link})"},
        {"type": "banner", "button": {"text": "Voir la serre", "link": link}},
    )
    letter = rendered(issue)
    written = "https://xn--t-9fab.example/%C3%A0?n=<<contact.NOM|é>>&{}c=%C3%A7%20d"
    assert html_of(letter).count(written.format("amp;").replace("<", "&lt;").replace(">", "&gt;")) == 2
    assert text_of(letter).count(written.format("")) == 2
