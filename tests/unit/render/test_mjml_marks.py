"""Marks tell the template line of whatever was printed, and leave no trace."""

from __future__ import annotations

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.render.mjml_marks import mark_lines, strip_marks
from tests.support.mjml_page import FILE, PAGE, print_marked

FRAGMENTS = [
    "<mj-text>",
    "</mj-text>",
    '<mj-image src="{{ a }}"\n  alt="x"\n\n  width="1px" />',
    "<mj-text{{ {'color': a}|xmlattr }}\n>",
    "<mj-{{ kind }}\n  a='{{ a }}'>",
    "<h{{ 2 }}>",
    "<{{ kind }}>",
    "<a{% if a %}\n b='1'{% endif %}>",
    "{{ '<mj-text>' }}",
    '{{ {"}}": {"<b>": a}}["}}"]["<b>"] }}',
    "{# <mj-text> '\n{{ #}",
    "{% raw %}<mj-text>{{ \n{# <b> {% endraw %}",
    "{%- if a -%}\n<b\n c='1'> \n{%- endif -%}\n",
    "{% for i in (1, 2) %}\n<i>\n{% endfor %}",
    '{% set x = "%}<b>" %}',
    "{{ 7 % 3 }}",
    "\n",
    " \r\n",
    "é 😀",
    '"',
    "'",
    "<",
    "<<contact.X>>",
    "a < b > c",
    "<!-- <b> -->",
]


def place(source: str, printed: str, name: str = FILE) -> tuple[str, int] | None:
    text, index = strip_marks(jinja2.Template(mark_lines(source, name)).render(a="1", kind="text", more="\nb\nc"))
    return index.at(text.index(printed))


@given(st.lists(st.sampled_from(FRAGMENTS)).map("".join))
def test_a_marked_template_prints_the_same_once_stripped(source: str) -> None:
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)

    def printed(template: str) -> list[str]:
        return environment.from_string(template).render(a="1", kind="text").split()

    marked = mark_lines(source, FILE)
    text, _ = strip_marks("".join(environment.from_string(marked).generate(a="1", kind="text")))

    assert text.split() == printed(source)
    assert strip_marks(marked)[0] == source


@given(st.text(), st.text())
def test_any_text_can_be_marked_and_stripped(source: str, name: str) -> None:
    marked = mark_lines(source, name)

    assert strip_marks(marked)[0] == source
    assert marked.count("\n") == source.count("\n")


@given(st.text(), st.integers(-5, 50))
def test_stripping_and_asking_never_fail(text: str, offset: int) -> None:
    for marked in (text, f'<b apes-at="{text}">{text}', f'{text} apes-at="a:1{text}"'):
        _, index = strip_marks(marked)
        index.at(offset)
        index.at_byte(offset)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_file_name_survives(name: str) -> None:
    assert place("\n<b>x</b>", "<b>", name) == (name, 2)


@pytest.mark.parametrize(
    ("source", "printed", "line"),
    [
        ("<b>\n<i>\n</i>\n</b>", "<b>", 1),
        ("<b>\n<i>\n</i>\n</b>", "</b>", 4),
        ("<b>\r\n<i>\r\n</i>", "<i>", 2),
        ("<b\n  c='1'\n\n  d='{{ a }}'\n  e='2'>", "c=", 2),
        ("<b\n  c='1'\n\n  d='{{ a }}'\n  e='2'>", "e=", 5),
        ("<b\n  d='{{ more }}'\n  e='2'>", "e=", 3),
        ("<b\n  c=1'\n  d='2'>", "d=", 3),
        ("<b>\nx\ny\n</b>", "y", 3),
        ("<b>\nx {{ more }} y\nz\n</b>", "c", 2),
        ("<b>\n{{ more }}\n<i>z</i></b>", "z", 3),
        ("{#\n\n#}\n<b>x</b>", "x", 4),
        ("{% set y %}\n\n{% endset %}\n<b>x</b>", "x", 4),
        ("<a{{ {'c': a}|xmlattr }}>\n<mj-{{ kind }}>\n</mj-{{ kind }}>", "<mj-text>", 2),
        ("<a\n{{ {'c': a}|xmlattr }}>\n</a>", "<a", 1),
        ("<b>\n<h{{ a }}>x</h1></b>", "<h1", 2),
        ("{% raw %}\n<b>{{</b>{% endraw %}\n<i>", "<b>", 2),
        ("{% raw %}\n<b>{{</b>{% endraw %}\n<i>", "<i>", 3),
        ("{% for i in (1,) %}\n<b>\n{% endfor %}\n<i>", "<i>", 4),
        ("<b>\n\n  {%- if a %}x{% endif %}", "x", 1),
    ],
)
def test_the_line_is_that_of_the_template(source: str, printed: str, line: int) -> None:
    assert place(source, printed) == (FILE, line)


def test_each_template_has_its_own_lines() -> None:
    marked = print_marked('<b>\n{% include "other.mjml" %}\n<i>', other="\n\n<u>x</u>")
    text, index = strip_marks(marked)

    assert [index.at(text.index(tag)) for tag in ("<b>", "<u>", "<i>")] == [(FILE, 1), ("other.mjml", 3), (FILE, 3)]


def test_nothing_is_known_before_the_first_mark() -> None:
    _, index = strip_marks(mark_lines("abc <b>", FILE))

    assert index.at(3) is None
    assert index.at(4) == (FILE, 1)


def test_offsets_may_be_counted_in_bytes() -> None:
    text, index = strip_marks(mark_lines("<b>é😀é\n</b>\n<i>", FILE))

    assert index.at_byte(len(text[: text.index("<i>")].encode())) == (FILE, 3)
    assert index.at_byte(len(text[: text.index("</b>")].encode())) == (FILE, 2)
    assert index.at_byte(10_000) == (FILE, 3)


def test_template_code_stays_as_it_is() -> None:
    source = "{{ '<b>' }}{# <b> #}{% set x = '<b>' %}{{ {'a': {'b': '<b>'}} }}"

    assert mark_lines(source, FILE) == source


def test_a_tag_carries_one_mark_with_its_place() -> None:
    assert mark_lines("\n<mj-text>", "a b.mjml") == '\n<mj-text apes-at="a%20b.mjml:2">'
    assert PAGE.count("<mj-section") == mark_lines(PAGE, FILE).count(f'<mj-section apes-at="{FILE}:')
