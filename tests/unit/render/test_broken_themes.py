"""Mistakes that people make in themes, one by one: what is told, on which line, and the way out.

The generated damage of ``test_theme_mutations.py`` is larger; here stand the words.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from apes_mailer.errors import Problem, ThemeError
from apes_mailer.model.theme import Theme, ThemeFile
from apes_mailer.render.letter import render
from apes_mailer.workspace import Workspace
from tests.support.letters import IDENTITY, PICTURES, everything

_IN_COLUMN = "<mj-section><mj-column>\n{}\n</mj-column></mj-section>\n"
_IN_TEXT = "<mj-section><mj-column><mj-text>\n{}\n</mj-text></mj-column></mj-section>\n"
_IN_BODY = "{{# Line 1 #}}\n{}\n"
_IN_CSS = ".card { color: #222222; }\n%s\np { margin: 0; }\n"


def apes() -> Theme:
    """The theme to damage."""
    return Workspace(Path("no-workspace")).theme("apes")


def told(theme: Theme) -> list[Problem]:
    """What is told of a theme."""
    with pytest.raises(ThemeError) as caught:
        render(everything(), theme, IDENTITY, PICTURES)
    assert "Traceback" not in str(caught.value)
    return caught.value.problems


def with_file(name: str, text: str) -> Theme:
    """The theme with another text in one of its files."""
    theme = apes()
    path = theme.files[name].path if name in theme.files else f"templates/apes/{name}"
    return replace(theme, files={**theme.files, name: ThemeFile(path=path, text=text)})


def edited(name: str, old: str, new: str) -> tuple[Theme, int]:
    """The theme with other words in a file, and the line where they begin."""
    text = apes().files[name].text
    assert text.count(old) >= 1
    return with_file(name, text.replace(old, new, 1)), text.count("\n", 0, text.index(old)) + 1


def check(theme: Theme, file: str, line: int, says: str, cure: str) -> None:
    """Fail unless a problem at this place says what is wrong and what to do."""
    there = [problem for problem in told(theme) if (problem.file, problem.line) == (file, line)]
    assert there, [str(problem) for problem in told(theme)]
    assert any(says in problem.message and cure in problem.hint for problem in there), there


@pytest.mark.parametrize(
    ("inside", "says", "cure"),
    [
        ("<mj-txt>x</mj-txt>", "there is no tag <mj-txt>", "<mj-text>"),
        ("<mj-text>x", "<mj-text> is never closed", "Add </mj-text>"),
        ("x</mj-text>", "</mj-text> closes nothing", "Remove it, or add the opening tag"),
        ("<mj-text>x</mj-txt>", "</mj-txt> closes the <mj-text>", "Write </mj-text>"),
        ("<mj-section></mj-section>", "<mj-section> cannot stand in <mj-column>", "It goes into <mj-body>"),
        ("<mj-column></mj-column>", "<mj-column> cannot stand in <mj-column>", "<mj-section>"),
        ("<mj-text><mj-text>x</mj-text></mj-text>", "<mj-text> cannot stand in <mj-text>", "<mj-column>"),
        ("<p>x</p>", "<p> cannot stand in <mj-column>", "HTML goes into <mj-text>"),
        ("loose words", 'the text "loose words" stands loose', "Text goes into <mj-text>"),
        ('<mj-text colour="#222222">x</mj-text>', 'no attribute "colour"', '"color"'),
        ('<mj-text color="22302">x</mj-text>', '"22302" is not a value for "color"', "a colour"),
        ('<mj-text color="#1b6e5">x</mj-text>', '"#1b6e5" is not a value', "a colour"),
        ('<mj-text color="grean">x</mj-text>', '"grean" is not a value', "a colour"),
        ('<mj-text font-size="16">x</mj-text>', '"16" is not a value for "font-size"', 'font-size="16px"'),
        ('<mj-text font-size="12pt">x</mj-text>', '"12pt" is not a value', "a number with px"),
        ('<mj-text font-size="-3px">x</mj-text>', '"-3px" is not a value', "a number with px"),
        ('<mj-text padding="1px 2px 3px 4px 5px">x</mj-text>', '"1px 2px 3px 4px 5px"', "up to 4 of them"),
        ('<mj-text align="middle">x</mj-text>', '"middle" is not a value for "align"', "center"),
        ('<mj-text font-family="Georgia, Garamond">x</mj-text>', '"Georgia, Garamond" is not a value', "sans-serif"),
        ('<mj-text font-weight="heavy">x</mj-text>', '"heavy" is not a value for "font-weight"', "Look for a slip"),
        ('<mj-text css-class="12quux">x</mj-text>', '"12quux" cannot be a class', "a letter first"),
        ('<mj-text mj-class="soft">x</mj-text>', 'there is no mj-class "soft"', "Define it with <mj-class>"),
        ('<mj-text color="#222222" color="#333333">x</mj-text>', '"color" stands twice', "Keep one"),
        ("<mj-text color=#222222>x</mj-text>", 'the value of "color" is not quoted', 'color="#222222"'),
        ('<mj-text color="#222222>x</mj-text>', 'the value of "color" has no closing quote', "Add the quote"),
        ("<mj-text color>x</mj-text>", 'the attribute "color" has no value', 'color="…"'),
        ('<mj-text background-color="#ffffff">x</mj-text>', 'ignores "background-color"', "container-background-color"),
        ('<mj-image src="https://a.example/x.png" />', "no alternative text", 'Add alt="…"'),
        ('<mj-image src="https://a.example/x.png" alt="" width="wide" />', '"wide" is not a value', "a number with px"),
        ('<mj-image src="x.png" alt="" />', '"x.png" is no address', "from https:// on"),
        ('<mj-image src="https://a.example/x.png" alt="">', "<mj-image> is never closed", "<mj-image … />"),
        ('<mj-divider border-width="4" border-color="#222222" />', '"4" is not a value', '"4px"'),
        ('<mj-divider border-style="dotty" />', '"dotty" is not a value for "border-style"', "Look for a slip"),
        ('<mj-spacer height="tall" />', '"tall" is not a value for "height"', "a number with px"),
        ('<mj-button href="/adherer">x</mj-button>', '"/adherer" is no address', "from https:// on"),
        ("<mj-include path='x.mjml' />", "<mj-include> cannot be used", "{% include"),
        ("<mj-social><mj-social-element name='facebook'>x</mj-social-element></mj-social>", "foreign host", "src"),
    ],
)
def test_mistake_in_a_column_is_told(inside: str, says: str, cure: str) -> None:
    theme = with_file("gap.mjml", _IN_COLUMN.format(inside))
    there = [problem for problem in told(theme) if problem.file.endswith("/gap.mjml") and problem.line in {2, 3}]
    assert any(says in problem.message and cure in problem.hint for problem in there), told(theme)


@pytest.mark.parametrize(
    ("inside", "says", "cure"),
    [
        ("<spann>x</spann>", "there is no tag <spann>", "<span>"),
        ("<b>x", "<b> is never closed", "Add </b>"),
        ("un<br>deux", "<br> is not closed", "<br … />"),
        ('<a herf="https://a.example/">x</a>', 'no attribute "herf"', '"href"'),
        ("<a>x</a>", "it has no href", 'Add href="…"'),
        ('<a href="programme.pdf">x</a>', '"programme.pdf" is no address', "from https:// on"),
        ('<a href="mailto:">x</a>', '"mailto:" is no address', "from https:// on"),
        ('<a href="https://a.test/"><a href="#b">x</a></a>', "a link cannot stand in a link", "Add </a>"),
        ('<img src="https://a.example/x.png" />', "no alternative text", 'Add alt="…"'),
        ('<img alt="x" />', "it has no src", 'Add src="…"'),
        ('<img src="https://a.test/x" alt="" width="100px" />', '"100px" is not a value for "width"', "without px"),
        ('<img src="https://a.example/x.png" alt="" width="0" />', '"0" is not a value for "width"', "pixels"),
        ("<p><div>x</div></p>", "<div> cannot stand in <p>", "Add </p>"),
        ("<h2><h3>x</h3></h2>", "<h3> cannot stand in <h2>", "Add </h2>"),
        ("<td>x</td>", "<td> cannot stand in <mj-text>", "It goes into <tr>"),
        ("<ul><p>x</p></ul>", "<p> cannot stand in <ul>", "Put it into <li>"),
        ("<li>x</li>", "<li> cannot stand in <mj-text>", "It goes into <ul>"),
        ('<p style="colour: red">x</p>', 'no property "colour"', '"color"'),
        ('<p style="color: reed">x</p>', '"reed" is not a value for "color"', "a slip"),
        ('<p style="margin: 0 0 8">x</p>', '"0 0 8" is not a value for "margin"', "px"),
        ('<p style="color #222222">x</p>', "is not a property with its value", "property: value;"),
        ('<p style="color: {{ unsubscribe }}">x</p>', "<<unsubscribe>> stands inside the attribute", "Move the tag"),
        ('<p role="presentaton">x</p>', '"presentaton" is not a value for "role"', "presentation"),
        ('<p dir="right">x</p>', '"right" is not a value for "dir"', "ltr"),
        ('<p lang="français">x</p>', '"français" is not a value for "lang"', "such as fr"),
        ("<p class='1er'>x</p>", '"1er" cannot be a class', "a letter first"),
        ("<<contact.PRENOM>>", "stands raw in the MJML", "Print merge tags"),
        ("{{ issue.subjet }}", 'there is no "subjet"', '"subject"'),
        ("{{ titel }}", 'there is no "titel"', '"title"'),
        ("{{ t.unsubscrib }}", 'there is no "t.unsubscrib"', '"unsubscribe"'),
        ("{{ theme.color.grean }}", 'there is no "theme.color.grean"', '"green"'),
        ("{{ theme.colour.green }}", 'there is no "theme.colour"', '"color"'),
        ("{{ title }", "unexpected '}'", "closing braces"),
        ("{ title }}", "}} stands alone", "both braces"),
        ("{% if title %}x", "this {% if %} has no end", "{% endif %}"),
        ("{% for x in issue.blocks %}x{% endif %}", "this {% for %} has no end", "{% endfor %}"),
        ("x{% endif %}", "unknown tag 'endif'", "its end"),
        ("{% if %}x{% endif %}", "Expected an expression", "closing braces"),
        ("{% iff title %}x{% endif %}", "unknown tag 'iff'", "closing braces"),
        ("{{ title | uper }}", "No filter named 'uper'", "closing braces"),
        ("{{ title + 1 }}", "can only concatenate str", "Correct the name"),
        ("{{ 1 / 0 }}", "division by zero", "Correct the name"),
        ('{% include "gapp.mjml" %}', "the template gapp.mjml does not exist", '"gap.mjml"'),
        ('{% import "macro.mjml" as x %}', "the template macro.mjml does not exist", '"macros.mjml"'),
    ],
)  # fmt: skip
def test_mistake_in_a_text_is_told(inside: str, says: str, cure: str) -> None:
    check(with_file("gap.mjml", _IN_TEXT.format(inside)), "templates/apes/gap.mjml", 2, says, cure)


@pytest.mark.parametrize(
    ("inside", "says", "cure"),
    [
        (".card { colour: red; }", 'no property "colour"', '"color"'),
        (".card { color: #22302; }", '"#22302" is not a value for "color"', "a slip"),
        (".card { margin: 0 0 8; }", '"0 0 8" is not a value for "margin"', "a forgotten unit such as px"),
        (".card { margin: 0 color: red; }", '"0 color: red" is not a value for "margin"', "a forgotten ;"),
        (".card { color #222222; }", '"color #222222" is not a property with its value', "property: value;"),
        (".card { color: ; }", '"color" has no value', "after the colon"),
        (".card { color: red;", "this { is never closed", "Add }"),
        (".card color: red; }", "this } closes nothing", "the { of its rule"),
        (".card { color: red; } }", "this } closes nothing", "Remove it"),
        (".card { h2 { color: red; } }", "this { is never closed", "Add }"),
        (".crad { color: red; }", 'no template has the class "crad"', '".card"'),
        ("blockqoute { color: red; }", 'there is no tag "blockqoute"', '"blockquote"'),
        ("h2, { color: red; }", '"h2," is no selector', "tags such as h2"),
        ("..card { color: red; }", '"..card" is no selector', "classes such as .card"),
        ("@medai print { p { color: red; } }", "@medai has no place", '"@media"'),
        ('@import "x.css";', "@import has no place in a letter", "Remove it"),
        ("@media (max-widht: 479px) { p { color: red; } }", '"max-widht"', '"max-width"'),
        ("p { font-family: Georgia; }", '"Georgia" is a font that not everybody has', "sans-serif, serif"),
        ("p { color: {{ theme.color.grean }}; }", 'there is no "theme.color.grean"', '"green"'),
        ("p { color: { theme.color.green }; }", "this { is never closed", "Add }"),
        ("{% if theme %}", "this {% if %} has no end", "{% endif %}"),
    ],
)
def test_mistake_in_the_styles_is_told(inside: str, says: str, cure: str) -> None:
    check(with_file("theme.css", _IN_CSS % inside), "templates/apes/theme.css", 2, says, cure)


@pytest.mark.parametrize(
    ("inside", "says", "cure"),
    [
        ("<mj-style>.card{colour:red}</mj-style>", 'no property "colour"', '"color"'),
        ("<mj-style>.card{color:red</mj-style>", "this { is never closed", "Add }"),
        ('<mj-style inline="inline">p{color:red}</mj-style>', "does not inline", "CSS file"),
        ('<mj-font name="x" href="https://a.example/x.css" />', "call a foreign host", "fonts that readers have"),
        ('<mj-raw><meta name="color-sheme" content="light" /></mj-raw>', '"color-sheme"', '"color-scheme"'),
        ("<mj-preview>x</mj-preview><mj-preview>y</mj-preview>", "a second <mj-preview>", "Keep one"),
        ("<mj-attributes><mj-class color='#222222' /></mj-attributes>", "has no name", 'name="…"'),
    ],
)
def test_mistake_in_the_head_is_told(inside: str, says: str, cure: str) -> None:
    check(with_file("head.mjml", _IN_BODY.format(inside)), "templates/base/head.mjml", 2, says, cure)


@pytest.mark.parametrize(
    ("name", "old", "new", "says", "cure"),
    [
        ("theme.toml", 'ink = "#22302b"', 'ink = "#22302"', '"#22302" cannot be used here', "a colour"),
        ("theme.toml", 'ink = "#22302b"', "ink = 22302", "22302 cannot be used here", "a colour"),
        ("theme.toml", 'ink = "#22302b"', 'inc = "#22302b"', 'no template uses "inc"', '"ink"'),
        ("theme.toml", 'ink = "#22302b"', 'ink = "#22302b', "Illegal", "with the quotes"),
        ("theme.toml", 'ink = "#22302b"', "ink = #22302b", "Invalid value", "with the quotes"),
        ("theme.toml", 'ink = "#22302b"', 'ink "#22302b"', "Expected '='", "name ="),
        ("theme.toml", "[color]", "[color", "Expected ']'", "[name]"),
        ("theme.toml", "[dark]", "[color]", "Cannot declare", "[name]"),
        ("theme.toml", "gap = 16", 'gap = "16px"', '"16px" cannot be used here', "without px"),
        ("theme.toml", "gap = 16", "gap = -16", "-16 cannot be used here", "a number from 0"),
        ("theme.toml", "gap = 16", "gap = 16000", "16000 cannot be used here", "to 2000"),
        ("theme.toml", "gap = 16", "gap = true", "true cannot be used here", "a number"),
        ("theme.toml", "sans-serif", "sans-seri", "cannot be used here", "names of fonts"),
        ("strings.fr.toml", 'place = "Lieu"', 'place = ""', "is empty", "Write the words"),
        ("strings.fr.toml", 'place = "Lieu"', "place = 3", "3 is no text", 'place = "…"'),
        ("strings.fr.toml", 'place = "Lieu"', 'plaec = "Lieu"', 'no template uses "plaec"', '"place"'),
        ("strings.fr.toml", "du %s au %s", "du %s", "has not the places", "%s 2 times"),
        ("strings.fr.toml", "du %s au %s", "du %s au %d", "has not the places", "%s 2 times"),
        ("strings.fr.toml", "<<contact.EMAIL>>", "<<contac.EMAIL>>", "<<contac.EMAIL>> is no merge tag", "Correct it"),
        ("strings.fr.toml", "quote_open", "quote_opn", '"quote_open" is missing beside', "leave both empty"),
        ("letter.txt", "{{ long_date(issue.date) }}", "{{ long_dat(issue.date) }}", '"long_dat"', '"long_date"'),
        ("letter.txt", "{{ long_date(issue.date) }}", "{{ long_date(title) }}", "cannot be worked out", "Correct"),
        ("letter.txt", "{{ long_date(issue.date) }}", "{{ long_date(issue.date) }", "unexpected '}'", "braces"),
        ("footer.txt", "{{ unsubscribe }}", "{ unsubscribe }}", "}} stands alone", "both braces"),
    ],
)
def test_mistake_in_values_and_plain_text_is_told_on_its_line(
    name: str, old: str, new: str, says: str, cure: str
) -> None:
    theme, line = edited(name, old, new)
    there = [problem for problem in told(theme) if problem.file == theme.files[name].path]
    assert any(says in f"{each.message}" and cure in each.hint and each.line == line for each in there), told(theme)


def test_nothing_of_this_is_told_of_a_sound_theme() -> None:
    render(everything(), apes(), IDENTITY, PICTURES)
