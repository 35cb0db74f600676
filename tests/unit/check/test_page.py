"""What the rules make of finished pages, beyond one broken and one sound page each."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.check import rules
from apes_mailer.check.letter import CheckedLetter
from tests.support.goldens import GOLDENS
from tests.support.letters import UNSUBSCRIBE
from tests.unit.check.fixtures.page import HIDDEN, IMAGE, letter, with_part, with_rules
from tests.unit.check.judged import SOUND, findings, found, issue, messages, rendered, with_text

FAMILIES = {"structure", "outlook", "contrast", "sizes", "loading", "client_support"}
"""The modules whose rules look at finished pages."""


def names(page: CheckedLetter) -> list[str]:
    """What the rules of pages find."""
    rules_of_pages = [rule for rule in rules.RULES if rule.__module__.rpartition(".")[2] in FAMILIES]
    return [finding.name for rule in rules_of_pages for finding in rule(page)]


def test_sound_page_has_no_findings() -> None:
    assert names(letter()) == []


@pytest.mark.parametrize("golden", GOLDENS)
def test_our_themes_break_no_rule(golden: str) -> None:
    sent = GOLDENS[golden].sent()
    page = dataclasses.replace(
        SOUND,
        issue=GOLDENS[golden].issue,
        template=sent.letter.template,
        html=sent.html,
        unsubscribe_url=UNSUBSCRIBE,
        hosts=frozenset({"pictures.example"}),
    )
    assert names(page) == []


@pytest.mark.parametrize(
    "html", ["", "x", "<p>é", "<table>", "<a href=x><img><h9>", "<style>p{", "\x00", "<!--[if mso]>"]
)
def test_no_page_is_too_broken_to_look_at(html: str) -> None:
    assert "leftover-code.doctype" in names(dataclasses.replace(SOUND, html=html))


PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<table>", "<tr>", "<td bgcolor=x>", "</table>", "<h1>", "<h4>", "<th scope>", "<img alt>"),
        *(
            "<a href='",
            "'>",
            "<style>",
            "p{color:",
            "}</style>",
            "@media(",
            "<!--[if mso]>",
            "<v:rect>",
            "<![endif]-->",
        ),
        *(
            "é",
            "\u200c",
            "&",
            "&#0;",
            "\x00",
            "<",
            ">",
            '"',
            "font:0/0 a",
            "background:url(",
            "calc(1px + 1em)",
            "//x[",
        ),
        *(
            "<body style='font-size:0'>",
            "<div style='line-height:0;opacity:x'>",
            "<html lang>",
            "</html>",
            "<form on=x>",
        ),
    ]
)


@given(st.lists(PIECES, max_size=30))
def test_rules_have_something_to_say_of_any_page(pieces: list[str]) -> None:
    names(dataclasses.replace(SOUND, html="".join(pieces)))


def test_words_of_the_issue_are_found_in_it() -> None:
    page = dataclasses.replace(SOUND, html=SOUND.html.replace("color:#22302b", "color:#cccccc"))
    assert ("error", "blocks[0].text") in found(page, "contrast")


def test_words_around_others_are_found_in_the_issue_by_their_longest_piece() -> None:
    text = "Du pain, un [four commun](https://a.exemple.fr/3) et **deux** mains pour pétrir ce soir."
    page = rendered(issue({"type": "editorial", "text": text}))
    pale = dataclasses.replace(page, html=page.html.replace("color:#22302b", "color:#cccccc"))
    assert ("error", "blocks[0].text") in found(pale, "contrast")
    assert any("“Du pain, un … et … mains pour pétrir ce …”" in message for message in messages(pale, "contrast"))


def test_words_of_the_theme_have_no_place_in_the_issue() -> None:
    assert found(with_part('<p style="color:#cccccc">Mots du thème</p>'), "contrast") == [("error", "")]


def test_the_same_pair_of_colours_is_told_once_with_its_first_words_and_ratio() -> None:
    page = with_part('<p style="color:#aaaaaa">Premiers mots</p><p style="color:#aaaaaa">Autres mots</p>')
    (message,) = messages(page, "contrast")
    assert message == (
        "“Premiers mots” is hard to read: #aaaaaa on #ffffff, 2.32 to 1 where 4.5 is the least "
        "(as shown without `<style>`)"
    )


@pytest.mark.parametrize(
    ("style", "enough"),
    [
        ("color:#949494;font-size:24px", True),
        ("color:#949494;font-size:23px", False),
        ("color:#949494;font-size:19px;font-weight:700", True),
        ("color:#949494;font-size:18px;font-weight:700", False),
        ("color:#959595;font-size:24px", False),
        ("color:#000000;opacity:.4", False),
        ("color:#ffffff", False),
    ],
)
def test_large_words_need_less_contrast(style: str, *, enough: bool) -> None:
    assert (found(with_part(f'<p style="{style}">Une fournée</p>'), "contrast") == []) is enough


def test_ratio_is_never_told_as_if_it_were_enough() -> None:
    finding, *_ = findings(with_part('<p style="color:#777777">Une fournée</p>'), "contrast")
    assert (finding.values["ratio"], finding.values["least"]) == (4.47, 4.5)


def test_text_that_stands_in_for_a_picture_has_to_be_readable_too() -> None:
    page = with_part('<p style="color:#cccccc"><img src="https://lettre.semis.exemple.fr/x.png" alt="Le beffroi"></p>')
    assert "“Le beffroi”" in messages(page, "contrast")[0]
    decorative = with_part('<p style="color:#cccccc"><img src="https://lettre.semis.exemple.fr/x.png" alt=""></p>')
    assert found(decorative, "contrast") == []


def test_words_on_a_picture_are_judged_on_the_colour_below_it() -> None:
    behind = 'url(https://lettre.semis.exemple.fr/x.png)"'
    page = with_part(f'<p style="color:#ffffff;background:#eeeeee {behind}>Au four</p>')
    assert "on #eeeeee" in messages(page, "contrast")[0]


@pytest.mark.parametrize(
    "button",
    [
        '<a href="https://a.test" style="text-decoration:none;padding:10px;display:block;border:2px solid">Lire</a>',
        '<a href="https://a.test" style="text-decoration:none;padding:10px;display:block;background:#ffd">Lire</a>',
        '<p style="background:#ffd"><a href="https://a.test" style="text-decoration:none;padding:10px">Lire</a></p>',
    ],
)
def test_button_need_not_be_underlined(button: str) -> None:
    assert found(with_part(button), "link-underline") == []
    assert found(with_part(button), "button-size") == []
    assert found(with_part(button.replace("10px", "9px")), "button-size") == [("warning", "")]


@pytest.mark.parametrize(
    "link",
    [
        '<p style="border-bottom:1px solid"><a href="https://a.test" style="text-decoration:none">Lire</a></p>',
        '<div style="background:#ffd">Voir <a href="https://a.test" style="text-decoration:none">Lire</a></div>',
        '<p><a href="https://a.test" style="text-decoration:none"><b>Lire</b></a></p>',
    ],
)
def test_link_that_is_no_button_has_to_be_underlined(link: str) -> None:
    assert found(with_part(link), "link-underline") == [("error", "")]


def test_link_around_a_picture_alone_has_nothing_to_underline() -> None:
    assert (
        found(with_part(f'<a href="https://a.test" style="text-decoration:none">{IMAGE}</a>'), "link-underline") == []
    )


@pytest.mark.parametrize("missing", ["display:none", "max-height:0", "overflow:hidden", "mso-hide:all"])
def test_each_part_of_hiding_words_is_needed(missing: str) -> None:
    style = ";".join(part for part in HIDDEN.split(";") if part != missing)
    page = letter(HIDDEN, style)
    assert [finding.name for finding in findings(page, "hidden-words")] == ["hidden-words.incomplete"]


@pytest.mark.parametrize("style", ["font-size:1px", "color:#ffffff", "opacity:0"])
def test_hidden_words_are_not_disguised_besides(style: str) -> None:
    page = letter(HIDDEN, f"{HIDDEN};{style}")
    assert [finding.name for finding in findings(page, "hidden-words")] == ["hidden-words.disguised"]


def test_words_that_are_shown_in_one_pixel_are_disguised_and_nothing_else() -> None:
    page = with_part('<p style="font-size:1px;line-height:1px;color:#ffffff">adhérez adhérez</p>')
    assert names(page) == ["hidden-words.disguised"]


def test_spaces_that_are_hidden_or_tiny_are_no_words() -> None:
    assert names(with_part('<div style="height:16px;font-size:1px">\u200a</div>')) == []


def test_footer_begins_after_the_first_heading_and_ends_with_the_letter() -> None:
    assert found(letter("Les Semis d’Artois", '<b style="font-size:12px">Les Semis</b>'), "text-size") == []
    assert found(with_part('<p style="font-size:12px">Petit</p>'), "text-size") == [("warning", "")]
    no_footer = dataclasses.replace(letter(), unsubscribe_url="https://other.test")
    assert found(no_footer, "text-size") == [("warning", "")]


def test_raised_signs_may_be_small() -> None:
    assert found(with_part("<p>Le 1<sup>er</sup> juillet, CO<sub>2</sub></p>"), "text-size") == []


def test_small_size_on_phones_only_is_found() -> None:
    page = with_rules("@media (max-width:479px){h3{font-size:11px !important}}")
    assert found(page, "text-size") == [("warning", "")]


@pytest.mark.parametrize(
    "html",
    [
        '<link rel="stylesheet" href="https://lettre.semis.exemple.fr/x.css">',
        '<link rel="preload stylesheet" href="https://lettre.semis.exemple.fr/x.css">',
    ],
)
def test_style_sheet_from_elsewhere_is_found(html: str) -> None:
    assert "active-content.sheet" in names(letter("<style>", f"{html}<style>"))


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://pixel.test/x.gif" alt="">',
        '<img src="HTTPS://PIXEL.TEST/x.gif" alt="">',
        '<img src="//pixel.test/x.gif" alt="">',
        '<img src="https://lettre.semis.exemple.fr/x.png" srcset="https://pixel.test/x.png 2x" alt="">',
        '<table role="none" background="https://pixel.test/x.gif"><tr bgcolor="#ffffff"><td></td></tr></table>',
        "<p style=\"background-image:url( 'https://pixel.test/x.gif' )\"></p>",
        "<style>p{background:url(https://pixel.test/x.gif)}</style>",
        '<style>@import "https://pixel.test/x.css";</style>',
        '<link rel="icon" href="https://pixel.test/x.ico">',
        '<!--[if mso]><v:rect alt=""><v:fill src="https://pixel.test/x.png"/></v:rect><![endif]-->',
    ],
)
def test_whatever_is_loaded_from_elsewhere_is_found(html: str) -> None:
    assert [finding.values["host"] for finding in findings(with_part(html), "foreign-host")] == ["pixel.test"]
    allowed = dataclasses.replace(with_part(html), hosts=SOUND.hosts | {"pixel.test"})
    assert found(allowed, "foreign-host") == []


def test_link_is_not_loaded() -> None:
    assert found(with_part('<a href="https://elsewhere.test">Voir ailleurs</a>'), "foreign-host") == []


def test_host_is_told_once() -> None:
    image = '<img src="https://pixel.test/x.gif" alt="">'
    assert len(findings(with_part(image * 3), "foreign-host")) == 1


@pytest.mark.parametrize("tag", ["script", "form", "iframe", "video", "audio", "object", "input", "button", "base"])
def test_active_elements_are_refused(tag: str) -> None:
    (finding,) = (each for each in findings(with_part(f"<{tag}></{tag}>"), "active-content"))
    assert finding.values["tag"] == tag


@pytest.mark.parametrize("value", ["absolute", "FIXED", "sticky"])
def test_position_is_refused_wherever_it_stands(value: str) -> None:
    for page in (with_part(f'<p style="position:{value}">x</p>'), with_rules(f"p{{position:{value}}}")):
        assert [finding.values["value"] for finding in findings(page, "active-content")] == [value.lower()]


def test_table_in_a_table_has_headers_of_its_own() -> None:
    data = '<table><tr><th scope="col">Jour</th></tr></table>'
    assert found(with_part(f'<table role="none"><tr><td>{data}</td></tr></table>'), "table-role") == []


@pytest.mark.parametrize("levels", ["13", "14", "124"])
def test_level_that_is_skipped_is_told_and_going_back_is_not(levels: str) -> None:
    html = "".join(f"<h{level}>Titre {level}</h{level}>" for level in levels[1:] + "2")
    page = letter("<h2>Agenda</h2><h3>La fournée</h3>", html)
    assert [finding.name for finding in findings(page, "headings")] == ["headings.skipped"]


def test_link_without_words_that_the_author_wrote_is_judged_in_the_issue() -> None:
    html = '<a href="https://semis.exemple.fr/x"></a>'
    assert found(with_part(html), "link-silent") == [("error", "")]
    written = dataclasses.replace(with_part(html), issue=with_text("Voir [ ](https://semis.exemple.fr/x)").issue)
    assert found(written, "link-silent") == []
