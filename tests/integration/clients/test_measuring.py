"""The measures of letters in a browser find what they are for: one page for each thing that may be wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.support.letter_pictures import picture
from tools.clients import known
from tools.clients.chromium import PICTURES, Article, ShownLetter, View, Window, look
from tools.clients.judgement import shortcomings
from tools.clients.simulated import Client

pytestmark = pytest.mark.slow

WIDE = Window(width=640)
PHONE = Window(width=375)
DARK = Window(width=640, dark=True)


def page(body: str, *, sheet: str = "", hidden: str = "", buttons: str = "") -> ShownLetter:
    """A letter with this body."""
    html = f"<!DOCTYPE html><style>{sheet}</style><body style='margin:0;background:#fff;color:#222'>{body}</body>"
    return ShownLetter(html=html, picture=picture, hidden=[hidden], buttons=[buttons])


def columns(body: str, *articles: Article) -> ShownLetter:
    """A letter with articles that should stand beside something."""
    return ShownLetter(html=f"<!DOCTYPE html><body>{body}</body>", picture=picture, articles=articles)


def wrong(browser: Browser, letter: ShownLetter, window: Window = WIDE) -> list[str]:
    """What is wrong with a letter where everything is understood, without the words."""
    view = look(browser, letter, known.EVERYTHING, window)
    return [fault.split(":")[0] for fault in shortcomings(view, known.EVERYTHING, window)]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("contrast", '<p style="color:#777">Bonjour</p>'),
        ("contrast", '<p style="color:#999;font-size:24px">Bonjour</p>'),
        ("contrast", '<p style="opacity:.5">Bonjour</p>'),
        ("contrast", '<div style="background:#333"><p>Bonjour</p></div>'),
        ("contrast", '<table bgcolor="#333333"><tr><td style="color:#222">Bonjour</td></tr></table>'),
        ("contrast", '<div style="background:#fff"><p style="color:rgba(0,0,0,.3)">Bonjour</p></div>'),
        ("on a picture", f'<div style="background:#fff url({PICTURES}wide.jpg)">Bonjour</div>'),
        ("hidden", '<p style="display:none">Bonjour</p>'),
        ("hidden", '<p style="visibility:hidden">Bonjour</p>'),
        ("hidden", '<p style="font-size:0">Bonjour</p>'),
        ("clipped", '<div style="height:9px;overflow:hidden"><p style="margin:0">Bonjour</p></div>'),
        ("clipped", '<div style="width:30px;overflow:hidden;white-space:nowrap">Bonjour à vous</div>'),
        ("off the screen", '<p style="position:absolute;left:-200px">Bonjour</p>'),
        ("off the screen", '<p style="margin-top:-200px">Bonjour</p>'),
        ("covered", '<p>Bonjour</p><div style="position:absolute;inset:0;background:#fff"></div>'),
        ("small button", '<a style="display:inline-block;background:#fea;padding:4px">Adhérer</a>'),
        ("sideways", '<div style="width:900px">Bonjour</div>'),
        ("asked of a foreign host", '<link rel="stylesheet" href="https://fonts.example/a.css"><p>Bonjour</p>'),
    ],
)
def test_fault_is_found(browser: Browser, kind: str, body: str) -> None:
    assert set(wrong(browser, page(body, buttons="Adhérer"))) == {kind}


@pytest.mark.parametrize(
    "body",
    [
        '<p style="color:#767676">Bonjour</p>',
        '<p style="color:#949494;font-size:24px">Bonjour</p>',
        '<p style="color:#949494;font-size:19px;font-weight:700">Bonjour</p>',
        '<div style="background:#222"><p style="color:#fff">Bonjour</p></div>',
        "<p>Bonjour <b>à <i>vous</i></b><br>\u00a0</p>",
        '<a style="display:inline-block;background:#fea;padding:14px">Adhérer</a>',
        f'<p>Bonjour</p><img src="{PICTURES}wide.jpg" width="200" alt="Un marché">',
    ],
)
def test_page_without_a_fault_has_none(browser: Browser, body: str) -> None:
    assert wrong(browser, page(body, buttons="Adhérer")) == []


def test_page_without_a_text_is_blank(browser: Browser) -> None:
    assert wrong(browser, page("<p>\u200c\u00a0</p>")) == ["blank"]


def test_preheader_may_be_hidden_and_must_be(browser: Browser) -> None:
    hidden = '<div style="{}">Du pain\u200c\u00a0\u200c</div><p>Bonjour</p>'
    for style in ("display:none", "max-height:0;overflow:hidden"):
        assert wrong(browser, page(hidden.format(style), hidden="Du pain")) == []
    assert wrong(browser, page(hidden.format("color:#222"), hidden="Du pain")) == ["shown"]


def test_dark_is_measured_in_the_letters_own_palette(browser: Browser) -> None:
    sheet = "@media (prefers-color-scheme:dark){body{background:#222 !important}p{color:%s !important}}"
    assert wrong(browser, page("<p>Bonjour</p>", sheet=sheet % "#fff"), DARK) == []
    assert wrong(browser, page("<p>Bonjour</p>", sheet=sheet % "#333"), DARK) == ["contrast"]
    assert wrong(browser, page("<p>Bonjour</p>", sheet=sheet % "#333"), WIDE) == []


@pytest.mark.parametrize(
    "client", [known.GMAIL, known.GMAIL_FOREIGN, known.WORD_OUTLOOK], ids=lambda client: client.name
)
def test_inverted_colours_are_measured(browser: Browser, client: Client) -> None:
    on = '<div style="background:{}"><p style="color:{}">Bonjour</p></div>'
    assert _faults(browser, page(on.format("#fff", "#222")), client) == []
    assert _faults(browser, page(on.format("#1f5c4a", "#fff")), client) == []
    # Grey upon white can just be read; grey upon dark grey cannot.
    assert wrong(browser, page(on.format("#fff", "#767676"))) == []
    assert [fault.split(":")[0] for fault in _faults(browser, page(on.format("#fff", "#767676")), client)] == [
        "contrast"
    ]


def _faults(browser: Browser, letter: ShownLetter, client: Client) -> list[str]:
    return list(look(browser, letter, client, DARK).faults)


def test_outlook_on_the_web_takes_the_palette_that_asks_for_its_attributes(browser: Browser) -> None:
    sheet = "[data-ogsc] p{color:#333 !important}"
    letter = page('<div style="background:#fff"><p style="color:#222">Bonjour</p></div>', sheet=sheet)
    assert [fault.split(":")[0] for fault in _faults(browser, letter, known.OUTLOOK_COM)] == ["contrast"]


def test_blocked_picture_leaves_words_that_are_measured(browser: Browser) -> None:
    def faults(style: str) -> list[str]:
        letter = page(f'<p>Bonjour</p><img src="{PICTURES}wide.jpg" width="300" alt="Un marché" style="{style}">')
        return [fault.split(":")[0] for fault in look(browser, letter, known.PICTURES_BLOCKED, WIDE).faults]

    assert faults("") == []
    assert faults("color:#ccc") == ["contrast"]
    assert "clipped" in faults("display:block;height:9px")


def test_picture_that_is_not_there_is_told(browser: Browser) -> None:
    letter = page('<p>Bonjour</p><img src="cid:photo" width="300" alt="Un marché">')
    assert "pictures" in wrong(browser, letter)


TWO = "<table><tr><td width='300'><h3>Un</h3>a</td><td width='300'><h3>Deux</h3>b</td></tr></table>"
STACKED = "<p>Deux</p><h3>Un</h3>a<h3>Deux</h3>b"
PAIR = (Article(title="Un", second=False, picture=None), Article(title="Deux", second=True, picture=None))


def test_columns_stand_beside_each_other_or_are_told(browser: Browser) -> None:
    assert wrong(browser, columns(TWO, *PAIR)) == []
    assert wrong(browser, columns(STACKED, *PAIR)) == ["stacked"]
    assert wrong(browser, columns(STACKED, *PAIR), PHONE) == []
    assert wrong(browser, columns(TWO.replace("300", "90"), *PAIR), PHONE) == ["narrow"]
    assert "missing" in wrong(browser, columns(STACKED.replace("<h3>Deux</h3>", ""), *PAIR))


def test_picture_stands_beside_the_text_of_its_article_or_is_told(browser: Browser) -> None:
    image = f'<img src="{PICTURES}small.png" alt="Un four" width="90">'
    article = Article(title="Un", second=False, picture="Un four")
    beside = f"<h3>Un</h3><table><tr><td>{image}</td><td width='300'>Du pain</td></tr></table><h3>Deux</h3>"
    assert wrong(browser, columns(beside, article)) == []
    assert wrong(browser, columns(f"<h3>Un</h3>{image}<p>Du pain</p>", article)) == ["stacked"]


def test_word_is_not_asked_to_be_as_narrow_as_a_phone(browser: Browser) -> None:
    view = look(browser, page('<table width="600"><tr><td>Bonjour</td></tr></table>'), known.WORD_OUTLOOK, PHONE)
    assert isinstance(view, View)
    assert shortcomings(view, known.WORD_OUTLOOK, PHONE) == []
    assert shortcomings(view, known.SFR, PHONE) != []
