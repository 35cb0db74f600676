"""How the letters of every theme look: what stands out, where it stands, how large it is."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import css_inline
import pytest

from apes_mailer.workspace import bundled
from tests.support.letters import BUTTONS, FULL, IMAGE, THEMES, Page, Sent, everything, issue_of

MODES = ("light", "dark", "outlook")


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def design_tokens(theme: str) -> dict[str, Any]:
    return tomllib.loads((bundled("templates") / theme / "theme.toml").read_text(encoding="utf-8"))


def in_mode(html: str, mode: str) -> str:
    """The letter as a mail program shows it: in light colours, in dark ones, or in those of Outlook on the web."""
    if mode == "light":
        return html
    if mode == "dark":
        match = re.search(r"@media \(prefers-color-scheme:dark\)\{(.*?\})\s*\}</style>", html, re.DOTALL)
    else:
        match = re.search(r"<style>(\[data-ogsc\].*?)</style>", html, re.DOTALL)
    assert match is not None
    palette = re.sub(r"\[data-ogs[bc]\] ", "", match[1])
    return css_inline.inline(html, inline_style_tags=False, extra_css=palette)


def colours_of(theme: str, mode: str) -> dict[str, str]:
    return design_tokens(theme)["color" if mode == "light" else "dark"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("theme", THEMES)
def test_every_word_stands_out_from_what_is_behind_it(theme: str, mode: str) -> None:
    html = Sent(theme, everything(), web_version=True).html
    page = Page(in_mode(html, mode))
    ink = colours_of(theme, mode)["ink"]
    assert sum(colour == ink for _, colour, _ in page.texts) > 50
    faint = [(text, one, other) for text, one, other in page.texts if contrast(one, other) < 4.5]
    assert faint == []


@pytest.mark.parametrize("theme", THEMES)
def test_buttons_are_high_enough_for_a_thumb(theme: str) -> None:
    leading = design_tokens(theme)["size"]["leading"]
    buttons = [
        link["style"] for link in Sent(theme, everything()).page.all("a") if "inline-block" in link.get("style", "")
    ]
    assert len(buttons) > 10
    for style in buttons:
        padding = re.search(r"padding:(\d+)px", style)
        assert padding is not None
        assert 2 * int(padding[1]) + leading >= 44


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("theme", THEMES)
def test_buttons_are_seen_to_be_buttons_or_are_underlined(theme: str, mode: str) -> None:
    html = Sent(theme, issue_of({"type": "gallery", "images": IMAGE, "buttons": BUTTONS})).html
    elements = Page(in_mode(html, mode)).elements
    colours = colours_of(theme, mode)
    ground = colours.get("card", colours["page"])
    cells = {
        part["class"]: place for place, (_, part) in enumerate(elements) if part.get("class") in {"first", "second"}
    }
    assert len(cells) == 2
    for place in cells.values():
        (_, cell), (_, link) = elements[place : place + 2]
        seen = re.findall(r"(?:border-color|border|background-color):[^;]*?(#[0-9a-f]{6})", cell.get("style", ""))
        assert "underline" in link["style"] or max(contrast(colour, ground) for colour in seen) >= 3, cell


@pytest.mark.parametrize("theme", THEMES)
def test_words_of_a_button_too_long_for_one_line_are_centred(theme: str) -> None:
    button = {"text": "Lire", "link": "https://a.example/2"}
    link = Sent(theme, issue_of({"type": "banner", "text": "Bonjour", "button": button})).page.all("a")[0]
    assert "text-align:center" in link["style"]
    assert "padding:10px 18px" in link["style"]


@pytest.mark.parametrize("theme", THEMES)
def test_pictures_are_never_shown_larger_than_they_are(theme: str) -> None:
    images = [{"file": name, "alt": name} for name in ("small.png", "tall.jpg", "wide.jpg")]
    page = Sent(theme, issue_of(*({"type": "editorial", "text": "Bonjour", "images": image} for image in images))).page
    small, tall, wide = page.all("img")
    assert small["width"] == "90"
    assert "max-width:90px" in small["style"]
    assert int(tall["width"]) * 2 <= 560
    assert 380 <= int(wide["width"]) <= 552


def order_of_articles(theme: str, columns: int, *layouts: str) -> list[str]:
    """Titles, pictures and buttons of a section, as phones and screen readers meet them."""
    article = {"title": "Le four", "text": "Bonjour", "images": {"file": "wide.jpg", "alt": "Un four"}}
    articles = [{**article, "buttons": BUTTONS[0], "layout": layout} for layout in layouts]
    section = {"type": "section", "title": "À la une", "columns": columns, "articles": articles}
    page = Sent(theme, issue_of(section)).page
    wanted = [part for part in page.elements if part[0] in {"h3", "img"} or part[1].get("class") == "button"]
    return [tag for tag, _ in wanted]


@pytest.mark.parametrize(
    "layouts",
    [("top", "top"), ("left", "right", "left"), ("top", "left", "top", "right")],
    ids=["above", "beside", "mixed"],
)
@pytest.mark.parametrize("theme", THEMES)
def test_title_of_an_article_stands_above_its_pictures_wherever_they_are(theme: str, layouts: tuple[str, ...]) -> None:
    assert order_of_articles(theme, 1, *layouts) == ["h3", "img", "table"] * len(layouts)


@pytest.mark.parametrize("theme", THEMES)
def test_longer_title_does_not_push_down_the_picture_of_one_of_two_articles_abreast(theme: str) -> None:
    assert order_of_articles(theme, 2, "top", "top", "top") == ["img", "h3", "table"] * 3


@pytest.mark.parametrize("theme", THEMES)
def test_article_beside_its_picture_keeps_more_than_half_of_the_width(theme: str) -> None:
    images = {"file": "wide.jpg", "alt": "Un four"}
    articles = [{"title": "Le four", "images": images, "layout": layout} for layout in ("top", "left", "right")]
    above, *beside = Sent(theme, issue_of({"type": "section", "title": "Ici", "articles": articles})).page.all("img")
    assert int(above["width"]) >= 530
    assert all(200 <= int(image["width"]) <= int(above["width"]) // 2 - 16 for image in beside)


@pytest.mark.parametrize("theme", THEMES)
def test_caption_does_not_touch_its_picture(theme: str) -> None:
    sent = Sent(theme, issue_of({"type": "gallery", "images": IMAGE}))
    assert re.search(r'<p [^>]*style="margin:0 0 6px">\s*<a [^>]*><img [^>]*></a></p>\s*<p [^>]*><small', sent.html)


@pytest.mark.parametrize("theme", THEMES)
def test_title_of_a_section_is_larger_than_those_of_its_articles(theme: str) -> None:
    page = Sent(theme, issue_of({"type": "section", "title": "Ici", "articles": [{"title": "Seul"}]})).page
    section, article = (
        int(found[1])
        for title in page.all("h2", "h3")
        if (found := re.search(r"font(?:-size)?:[^;]*?(\d+)px", title["style"]))
    )
    assert section >= article + 5


@pytest.mark.parametrize("divided", [False, True])
def test_line_between_two_parts_is_not_doubled(divided: bool) -> None:
    section = {"type": "section", "title": "Ici", "articles": [{"title": "Seul"}]}
    blocks = [section, {"type": "divider"}, section] if divided else [section, section]
    html = Sent("sobre", issue_of(*blocks)).html
    assert html.count("border-top:1px solid") == (1 if divided else 2)


@pytest.mark.parametrize("last", [FULL[0], {"type": "divider"}], ids=["banner", "divider"])
def test_footer_of_sobre_stands_below_one_line_and_above_empty_space(last: dict[str, Any]) -> None:
    sent = Sent("sobre", issue_of(last))
    shown = re.sub(r"<!--.*?-->", "", sent.html, flags=re.DOTALL)
    assert len(re.findall("3px double|double 3px", shown)) == 2  # the masthead's, and one before the footer
    wrapper = re.search(r'<mj-wrapper[^>]* padding-bottom="(\d+)px"', sent.letter.mjml)
    assert wrapper is not None
    assert int(wrapper[1]) >= 48


def test_footer_has_the_round_corners_of_every_card() -> None:
    html = Sent("apes", everything()).html
    corners = re.findall(r"border-radius:(14px[^;\"]*)", html[html.index("<blockquote") :])
    assert corners[-1] == "14px"


def test_cards_that_touch_the_edge_of_a_phone_have_square_corners() -> None:
    html = Sent("apes", everything()).html
    narrow = re.search(r"@media \(max-width:479px\)\{(.*?\})\s*\}", html, re.DOTALL)
    assert narrow is not None
    phone = Page(css_inline.inline(html, inline_style_tags=False, extra_css=narrow[1]))
    cards = [part for part in phone.all("div", "table") if "border-radius" in part.get("style", "")]
    assert len(cards) > 10
    assert {re.findall(r"border-radius:\s*([^;!]*)", part["style"])[-1].strip() for part in cards} == {"0"}


@pytest.mark.parametrize("layout", ["left", "right"])
@pytest.mark.parametrize("theme", THEMES)
def test_two_columns_fill_the_width_by_their_own_widths_and_by_outlooks_table(theme: str, layout: str) -> None:
    size = design_tokens(theme)["size"]
    article = {"title": "Le four", "images": {"file": "wide.jpg", "alt": "Un four"}, "text": "Bon", "layout": layout}
    html = Sent(theme, issue_of({"type": "section", "title": "Ici", "articles": [article]})).html
    columns = re.findall(r'<div class="column" dir="ltr" style="([^"]*)"', html)
    cells = re.findall(r'<td dir="ltr" valign="top" width="(\d+)" style="padding-right:(\d+)px"><!\[endif\]-->', html)
    assert all("display:inline-block;width:100%;vertical-align:top" in style for style in columns)
    assert [f"max-width:{width}px" for width, _ in cells] == [style.split(";")[-1] for style in columns]
    assert sum(int(width) for width, _ in cells) == size["width"] - 2 * size["gutter"]
    gaps = [str(size["gap"]), "0"]  # the gap belongs to the column on the left
    assert [gap for _, gap in cells] == (gaps if layout == "left" else gaps[::-1])
    assert html.count('<div dir="rtl">') == (layout == "right")
    between = html.split('<div class="column"')[1].rpartition("</div>")[2]
    assert not re.sub(r"<!--.*?-->", "", between, flags=re.DOTALL), "white space would push one below the other"
