"""The small Markdown of letters, as HTML and as plain text."""

from __future__ import annotations

import re
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.render import markdown
from apes_mailer.render.text import TextLinks
from tests.unit.providers.parsed import Events

_source = st.text(st.sampled_from("ab é*_`#-+1.)([]<>&!\\|~\n\"':/") | st.characters(codec="utf-8"), max_size=80)
ALLOWED = {"p", "strong", "em", "a", "ul", "ol", "li", "br"}


def text_of(source: str, width: int = 72) -> str:
    """Plain text with links as words and address."""
    return markdown.to_text(source, width=width, link=lambda words, address: f"{words} <{address}>")


@pytest.mark.parametrize(
    ("source", "page", "text"),
    [
        ("un\ndeux", "<p>un<br />\ndeux</p>", "un\ndeux"),
        ("un  \ndeux", "<p>un<br />\ndeux</p>", "un\ndeux"),
        ("un\n\n\n\ndeux", "<p>un</p>\n<p>deux</p>", "un\n\ndeux"),
        (
            "**a** *b* __c__ _d_",
            "<p><strong>a</strong> <em>b</em> <strong>c</strong> <em>d</em></p>",
            "a b c d",
        ),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "- a\n- b"),
        ("* a\n  * b", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>", "- a\n  - b"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>', "3. a\n4. b"),
        ("1\\. a", "<p>1. a</p>", "1. a"),
        (
            "[a](https://b.example/?x=1&y=2)",
            '<p><a href="https://b.example/?x=1&amp;y=2">a</a></p>',
            "a <https://b.example/?x=1&y=2>",
        ),
        (
            "[**a** b](https://b.example)",
            '<p><a href="https://b.example"><strong>a</strong> b</a></p>',
            "a b <https://b.example>",
        ),
        ("# Titre\nsuite", '<p class="strong">Titre</p>\n<p>suite</p>', "Titre\n\nsuite"),
        ("`mot <b>`", "<p>mot &lt;b&gt;</p>", "mot <b>"),
        ("&amp; &copy; &#233;", "<p>&amp; © é</p>", "& © é"),
        ("\\*a\\* \\[b\\]", "<p>*a* [b]</p>", "*a* [b]"),
    ],
)
def test_what_an_author_writes(source: str, page: str, text: str) -> None:
    assert markdown.to_html(source) == page
    assert text_of(source) == text


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<b>gras</b> et <br>",
        "<!-- note -->",
        "<https://a.example>",
        "> citation",
        "---",
        "| a | b |\n|---|---|",
        "~~barré~~",
        "Titre\n=====",
        "```",
    ],
)
def test_what_is_no_part_of_the_dialect_is_shown_as_it_is_written(source: str) -> None:
    shown = "".join(event[1] for event in Events(markdown.to_html(source)).seen if event[0] == "text")
    assert shown == source
    assert text_of(source) == source


@given(_source)
def test_page_holds_only_what_mail_can_carry(source: str) -> None:
    page = markdown.to_html(source)
    for event in Events(page).seen:
        assert event[0] in {"start", "end", "attribute", "text"}
        if event[0] in {"start", "end"}:
            assert event[1] in ALLOWED
        if event[0] == "attribute":
            assert event[1] in {"href", "title", "start", "class"}
    assert "<br>" not in page
    assert not re.search(r'href="\s*(?!https?:|mailto:|tel:)[a-z][a-z0-9+.-]*:', page, re.IGNORECASE)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "&#106;avascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://a.example",
    ],
)
def test_link_with_another_scheme_is_no_link(address: str) -> None:
    assert "<a" not in markdown.to_html(f"[x]({address})")
    assert markdown.links(f"[x]({address})") == []
    assert len(markdown.forgotten_links(f"[x]({address})")) == 1


def test_links_are_listed_in_order_with_their_words() -> None:
    source = "[**a** b](https://a.example)\n\n- [c](mailto:c@d.example)\n- <x> [](#)"
    assert markdown.links(source) == [("a b", "https://a.example"), ("c", "mailto:c@d.example"), ("", "#")]


def test_link_that_would_show_its_brackets_is_told_with_its_line() -> None:
    source = "Bonjour\n[un](https://a.example/b c)\n\nsuite [deux](ici et là) fin\n- [bon](https://a.example)"
    assert markdown.forgotten_links(source) == [(1, "[un](https://a.example/b c)"), (3, "suite [deux](ici et là)")]
    assert markdown.forgotten_links("[bon](https://a.example) [simple] (parenthèse)") == []


@given(_source)
def test_text_is_never_wider_than_asked_but_for_long_words(source: str) -> None:
    for line in text_of(source, width=30).split("\n"):
        assert len(line) <= 30 or len(line.split(" ")) <= 3


def test_long_paragraph_is_folded_at_spaces_and_a_list_hangs() -> None:
    source = (
        "Le marché de juillet rassemble les producteurs du village.\n\n- Une farine de blé ancien, moulue à la meule"
    )
    assert text_of(source, width=24).split("\n") == [
        "Le marché de juillet",
        "rassemble les",
        "producteurs du village.",
        "",
        "- Une farine de blé",
        "  ancien, moulue à la",
        "  meule",
    ]


def test_no_break_space_does_not_break_and_a_long_address_stays_whole() -> None:
    source = "Prix\u00a0: dix\u00a0euros, voir [ici](https://a.example/une-tres-longue-adresse-sans-espace)"
    lines = text_of(source, width=20).split("\n")
    assert "Prix\u00a0: dix\u00a0euros," in lines
    assert any("https://a.example/une-tres-longue-adresse-sans-espace" in line for line in lines)


def test_several_paragraphs_in_one_point_of_a_list_stay_together() -> None:
    assert text_of("- a\n\n  b\n\n- c\n\nfin") == "- a\n  b\n- c\n\nfin"


def test_links_of_a_text_part_are_numbered_and_listed_once() -> None:
    links = TextLinks()
    first = links.markdown("[Le four](https://a.example) et [le pain](mailto:pain@a.example)")
    assert first == "Le four [1] et le pain [2]\n[1] https://a.example\n[2] mailto:pain@a.example"
    assert links.markdown("sans lien") == "sans lien"
    assert links.markdown("[fin](https://b.example)") == "fin [3]\n[3] https://b.example"


@pytest.mark.parametrize(
    "source",
    ["[https://a.example](https://a.example)", "[a@b.example](mailto:a@b.example)", "[+33320](tel:+33320)"],
)
def test_link_whose_words_are_its_address_needs_no_number(source: str) -> None:
    links = TextLinks()
    assert links.markdown(source) == source.partition("]")[0][1:]


def test_rendering_twice_gives_the_same() -> None:
    source = "# `a` [b](https://c.example)"
    assert markdown.to_html(source) == markdown.to_html(source)
    assert text_of(source) == text_of(source)


@pytest.mark.parametrize(
    ("source", "quoted"),
    [
        ("On **sème**.", "«On **sème**.»"),
        ("**On** sème", "«**On** sème»"),
        ("On sème.\n\nPuis on attend.", "«On sème.\n\nPuis on attend.»"),
        ("L’été « œuvré » d’ici", "«L’été « œuvré » d’ici»"),
        ("[Les copains d’](https://a.example)", "«[Les copains d’](https://a.example)»"),
    ],
)
def test_quote_is_put_between_quotation_marks(source: str, quoted: str) -> None:
    assert markdown.in_quotation_marks(source, "«", "»") == quoted


@pytest.mark.parametrize(
    "source",
    [
        "« On sème. »",
        "**« On sème**, dit-elle\u00a0».",
        "« Viens\u00a0! » et je suis venue",
        "Elle a dit « viens »\u00a0!",
        "“We sow”",
        "‘We sow’",
        '"On sème"',
        "&laquo; On sème",
        "- semer\n- attendre",
        "On sait\n\n1. semer\n2. attendre",
        "# On sème",
    ],
)
def test_quotation_marks_are_not_doubled_and_never_break_a_list(source: str) -> None:
    assert markdown.in_quotation_marks(source, "«", "»") == source


@given(_source)
def test_quotation_marks_leave_the_markdown_between_them_as_it_is(source: str) -> None:
    source = "".join(sign for sign in source if sign.isprintable() or sign == "\n").strip("\n ")
    quoted = markdown.in_quotation_marks(source, "«\u00a0", "\u00a0»")
    tags = [re.findall(r"<[^>]*>", markdown.to_html(text)) for text in (source, quoted)]
    assert tags[0] == tags[1]


@given(st.text(alphabet="ab \u00a0\t\n\r-é", max_size=30), st.integers(1, 40), st.sampled_from(["", "- ", "    "]))
def test_short_line_is_folded_as_a_long_one_would_be(text: str, width: int, first: str) -> None:
    slow = textwrap.fill(
        text,
        width=width,
        initial_indent=first,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    assert markdown.wrap(text, width, first, "  ") == slow
