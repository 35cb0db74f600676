"""Damage a good template in every way, at every place: each damage is seen, on its line. No damage makes it fail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apes_mailer.render.mjml_check import validate
from tests.support.mjml_page import PAGE, in_column, print_marked, problems

Mutation = tuple[str, str, int]  # what was done, the damaged template, the line

TAG = re.compile(r'<(?P<close>/?)(?P<name>[a-z][\w-]*)(?P<attributes>(?:[^"<>]|"[^"]*")*?)(?P<void>/?)>')
ATTRIBUTE = re.compile(r'\s(?P<name>[a-z-]+)="(?P<value>[^"{]*)"')
# Any value will do for these, and HTML attributes are not MJML's.
FREE = {"class", "content", "href", "name", "scope", "src", "style"}


def line_of(offset: int) -> int:
    return PAGE.count("\n", 0, offset) + 1


def replaced(start: int, end: int, text: str) -> str:
    return PAGE[:start] + text + PAGE[end:]


def pairs() -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """Yield each opening tag with its closing tag."""
    waiting: list[re.Match[str]] = []
    for tag in TAG.finditer(PAGE):
        if tag["close"]:
            yield waiting.pop(), tag
        elif not tag["void"]:
            waiting.append(tag)


def openings() -> Iterator[re.Match[str]]:
    return (tag for tag in TAG.finditer(PAGE) if not tag["close"])


def attributes() -> Iterator[tuple[int, int, str, str]]:
    for match in ATTRIBUTE.finditer(PAGE):
        if match["name"] not in FREE:
            yield match.start("name"), match.end(), match["name"], match["value"]


def closings_dropped() -> Iterator[Mutation]:
    for opening, closing in pairs():
        yield closing[0], replaced(*closing.span(), ""), line_of(opening.start())


def closings_misspelt() -> Iterator[Mutation]:
    for _, closing in pairs():
        yield closing[0], replaced(*closing.span(), f"</{closing['name']}x>"), line_of(closing.start())


def closings_doubled() -> Iterator[Mutation]:
    for _, closing in pairs():
        yield closing[0], replaced(*closing.span(), closing[0] * 2), line_of(closing.start())


def closings_cut() -> Iterator[Mutation]:
    for _, closing in pairs():
        yield closing[0], replaced(*closing.span(), closing[0][:-1]), line_of(closing.start())


def openings_misspelt() -> Iterator[Mutation]:
    for tag in openings():
        name = f"{tag['name']}zz"
        yield tag[0], replaced(tag.start("name"), tag.end("name"), name), line_of(tag.start())


def voids_left_open() -> Iterator[Mutation]:
    for tag in openings():
        if tag["void"]:
            yield tag[0], replaced(*tag.span("void"), ""), line_of(tag.start())


def attributes_misspelt() -> Iterator[Mutation]:
    for start, end, name, value in attributes():
        yield name, replaced(start, end, f'{name}x="{value}"'), line_of(start)


def attributes_doubled() -> Iterator[Mutation]:
    for start, end, name, value in attributes():
        yield name, replaced(start, end, f'{name}="{value}" {name}="{value}"'), line_of(start)


def quotes_dropped() -> Iterator[Mutation]:
    for start, end, name, value in attributes():
        for written in (f"{name}={value}", f'{name}="{value}', f'{name}={value}"'):
            yield written, replaced(start, end, written), line_of(start)


def values_damaged() -> Iterator[Mutation]:
    for start, end, name, value in attributes():
        if re.fullmatch(r"(.*\d(px|%)|#.*|rgb.*|left|top|white|fixed|horizontal|hamburger)", value):
            for bad in (f"{value}x", f"x{value}", "12pt", "red blue"):
                if name not in ("border-radius", "hamburger", "line-height"):
                    yield f"{name}={bad}", replaced(start, end, f'{name}="{bad}"'), line_of(start)


def components_misplaced() -> Iterator[Mutation]:
    for tag in openings():
        if tag["name"] != "mjml":
            yield tag[0], replaced(tag.start(), tag.start(), "<mj-selector />"), line_of(tag.start())


def text_left_loose() -> Iterator[Mutation]:
    for tag in openings():
        if tag["name"].startswith("mj"):
            yield tag[0], replaced(tag.start(), tag.start(), "loose "), line_of(tag.start())


MUTATIONS = [
    closings_dropped,
    closings_misspelt,
    closings_doubled,
    closings_cut,
    openings_misspelt,
    voids_left_open,
    attributes_misspelt,
    attributes_doubled,
    quotes_dropped,
    values_damaged,
    components_misplaced,
    text_left_loose,
]


@pytest.mark.parametrize("kind", MUTATIONS, ids=lambda kind: kind.__name__)
def test_every_damage_is_seen_on_its_line(kind: Callable[[], Iterator[Mutation]]) -> None:
    tried = [(done, line, problems(source)) for done, source, line in kind()]
    missed = [(done, line, found) for done, line, found in tried if line not in {problem.line for problem in found}]

    assert len(tried) > 5
    assert missed == []


@pytest.mark.parametrize("kind", [closings_dropped, attributes_misspelt, values_damaged], ids=lambda k: k.__name__)
def test_one_damage_gives_one_problem(kind: Callable[[], Iterator[Mutation]]) -> None:
    crowds = [(done, found) for done, source, _ in kind() if len(found := problems(source)) > 1]

    assert crowds == []


PIECES = [
    *(tag[0] for tag in TAG.finditer(PAGE)),
    *'<>/"=& \n',
    *("<!--", "-->", "<!--[if mso]>", "<![endif]-->", "<![CDATA[", "<?", "<<", ">>", "</", "/>", 'a="', "<é", "\x00"),
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_mixture_of_pieces_is_read(text: str) -> None:
    validate(text)
    validate(in_column(text))


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    validate(text)
    validate(f"<mjml><mj-body>{text}")


@settings(max_examples=50)
@given(st.integers(0, len(PAGE)), st.integers(0, 40), st.text(max_size=5))
def test_any_damage_to_a_page_is_read(start: int, length: int, text: str) -> None:
    marked = print_marked(PAGE)
    validate(marked[:start] + text + marked[start + length :])


def test_many_faults_take_no_time_to_speak_of() -> None:
    assert len(validate("<mjml><mj-body>" + "<" * 20_000)) > 2
    assert validate("<mjml><mj-body>" + "<b x" * 2_000)
    assert validate("<mjml><mj-body>" + "<mj-text></b>" * 500)
