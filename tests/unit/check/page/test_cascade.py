"""The look of elements: which declaration wins, what is inherited, what is behind words."""

from __future__ import annotations

import pytest

from apes_mailer.check.page import cascade, document
from apes_mailer.check.page.cascade import Look, Palette, Scene

WIDE = Scene(Palette.LIGHT, 640)


def look(html: str, css: str = "", scene: Scene = WIDE) -> Look:
    """The look of the element with the id ``x``."""
    page = document.read(f"<html><head><style>{css}</style></head><body>{html}</body></html>")
    (element,) = (each for each in page.elements if each.attributes.get("id") == "x")
    return cascade.looks(page, scene)[element.index]


@pytest.mark.parametrize(
    ("css", "style", "winner"),
    [
        ("p{color:red}", "color:blue", "#0000ff"),
        ("p{color:red !important}", "color:blue", "#ff0000"),
        ("p{color:red !important}", "color:blue !important", "#0000ff"),
        ("#x{color:red} .y{color:blue} p{color:lime}", "", "#ff0000"),
        (".y{color:red} .y{color:blue}", "", "#0000ff"),
        ("p.y{color:red} .y{color:blue}", "", "#ff0000"),
        ("b{color:red}", "", "#000000"),
        ("p{color:nonsense}", "", "#000000"),
    ],
)
def test_declaration_that_wins_is_that_of_the_cascade(css: str, style: str, winner: str) -> None:
    assert str(look(f'<p id="x" class="y" style="{style}">x</p>', css).colour) == winner


def test_colour_and_font_are_inherited_and_boxes_are_not() -> None:
    around = "color:red;font-size:20px;font-weight:bold;line-height:1.5;padding:9px;border:1px solid"
    found = look(f'<div style="{around}"><i><span id="x">x</span></i></div>')
    assert (str(found.colour), found.size, found.weight, found.line_height) == ("#ff0000", 20, 700, 30)
    assert (found.padding, found.bordered) == (0, False)


@pytest.mark.parametrize(
    ("html", "background"),
    [
        ('<p id="x">x</p>', "#ffffff"),
        ('<div style="background:#111"><p id="x">x</p></div>', "#111111"),
        ('<div style="background:#111"><p id="x" style="background:transparent">x</p></div>', "#111111"),
        ('<div style="background:#000"><p id="x" style="background:rgba(255,255,255,.5)">x</p></div>', "#808080"),
        ('<table bgcolor="#222222"><tr><td id="x">x</td></tr></table>', "#222222"),
        ('<table bgcolor="red"><tr bgcolor="blue"><td id="x">x</td></tr></table>', "#0000ff"),
        ('<table bgcolor="red"><tr><td id="x" style="background-color:lime">x</td></tr></table>', "#00ff00"),
        ('<p id="x" style="background:#333 url(a.png) no-repeat 0 / 10px">x</p>', "#333333"),
        ('<p id="x" style="background-color:#333;background:none">x</p>', "#ffffff"),
    ],
)
def test_background_is_what_lies_behind_words(html: str, background: str) -> None:
    assert str(look(html).background) == background


@pytest.mark.parametrize(
    ("html", "over"),
    [
        ('<p id="x" style="background:url(a.png)">x</p>', True),
        ('<p id="x" style="background:#fff url(a.png)">x</p>', False),
        ('<p id="x" style="background:linear-gradient(red,blue)">x</p>', True),
        ('<table background="a.png"><tr><td id="x">x</td></tr></table>', True),
        ('<table background="a.png" bgcolor="#fff"><tr><td id="x">x</td></tr></table>', False),
        ('<table background="a.png"><tr><td id="x" bgcolor="#fff">x</td></tr></table>', False),
    ],
)
def test_words_on_a_picture_are_told_from_those_on_a_colour(html: str, *, over: bool) -> None:
    assert look(html).over_picture is over


@pytest.mark.parametrize(
    ("style", "size"),
    [
        ("font-size:18px", 18),
        ("font-size:12pt", 16),
        ("font-size:1.5em", 30),
        ("font-size:50%", 10),
        ("font-size:2rem", 32),
        ("font-size:small", 13),
        ("font-size:auto", 20),
        ("font:bold 15px/20px serif", 15),
        ("", 20),
    ],
)
def test_size_of_words_is_told_in_pixels(style: str, size: float) -> None:
    assert look(f'<div style="font-size:20px"><p id="x" style="{style}">x</p></div>').size == pytest.approx(size)


@pytest.mark.parametrize(
    ("style", "height"),
    [
        ("line-height:24px", 24),
        ("line-height:1.5", 24),
        ("line-height:150%", 24),
        ("line-height:1.5em", 24),
        ("", 19.2),
    ],
)
def test_height_of_lines_is_told_in_pixels(style: str, height: float) -> None:
    assert look(f'<p id="x" style="{style}">x</p>').line_height == pytest.approx(height)


def test_factor_of_lines_is_inherited_as_such_and_a_length_as_a_length() -> None:
    inside = '<p id="x" style="font-size:10px">x</p>'
    assert look(f'<div style="line-height:1.5">{inside}</div>').line_height == pytest.approx(15)
    assert look(f'<div style="line-height:150%">{inside}</div>').line_height == pytest.approx(24)


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ('<p id="x">x</p>', True),
        ('<p id="x" style="display:none">x</p>', False),
        ('<div style="display:none"><p id="x" style="display:block">x</p></div>', False),
        ('<p id="x" style="visibility:hidden">x</p>', False),
        ('<p id="x" style="max-height:0;overflow:hidden">x</p>', False),
        ('<p id="x" style="max-height:0">x</p>', True),
        ('<p id="x" hidden>x</p>', False),
    ],
)
def test_what_is_hidden_is_known(html: str, *, shown: bool) -> None:
    assert look(html).shown is shown


DARK = "@media (prefers-color-scheme:dark){p{color:#eee}} @media (max-width:479px){p{color:#00f}}"
OUTLOOK = "[data-ogsc] p{color:#ddd} p[data-ogsb]{background:#222}"


@pytest.mark.parametrize(
    ("scene", "colour"),
    [
        (Scene(Palette.BARE, 640), "#000000"),
        (Scene(Palette.LIGHT, 640), "#000000"),
        (Scene(Palette.LIGHT, 375), "#0000ff"),
        (Scene(Palette.DARK, 640), "#eeeeee"),
        (Scene(Palette.OUTLOOK, 640), "#dddddd"),
    ],
)
def test_each_scene_has_its_own_rules(scene: Scene, colour: str) -> None:
    found = look('<p id="x">x</p>', DARK + OUTLOOK, scene)
    assert str(found.colour) == colour
    assert str(found.background) == ("#222222" if scene.palette is Palette.OUTLOOK else "#ffffff")


def test_only_scenes_that_a_page_has_rules_for_are_looked_at() -> None:
    def palettes(css: str) -> set[Palette]:
        return {scene.palette for scene in cascade.scenes(document.read(f"<style>{css}</style><p>x</p>"))}

    assert palettes("p{margin:0}") == {Palette.BARE, Palette.LIGHT}
    assert palettes(DARK) == {Palette.BARE, Palette.LIGHT, Palette.DARK}
    assert palettes(OUTLOOK) == {Palette.BARE, Palette.LIGHT, Palette.OUTLOOK}


def test_page_that_knows_how_to_be_dark_lies_on_a_dark_ground() -> None:
    dark = Scene(Palette.DARK, 640)
    meta = '<meta name="color-scheme" content="light dark">'
    assert look(f'{meta}<p id="x">x</p>', DARK, dark).background != look('<p id="x">x</p>', DARK, dark).background


@pytest.mark.parametrize(
    ("html", "underlined"),
    [
        ('<a id="x" href="https://a.test">x</a>', True),
        ('<a id="x">x</a>', False),
        ('<a id="x" href="https://a.test" style="text-decoration:none">x</a>', False),
        ('<u><b id="x">x</b></u>', True),
        ('<p style="text-decoration:underline"><span id="x" style="display:inline-block">x</span></p>', False),
    ],
)
def test_underlines_are_known(html: str, *, underlined: bool) -> None:
    assert look(html).underlined is underlined


@pytest.mark.parametrize(
    ("style", "padding", "bordered"),
    [
        ("padding:10px", 20, False),
        ("padding:10px 5px", 20, False),
        ("padding:10px 5px 4px", 14, False),
        ("padding:1px 2px 3px 4px", 4, False),
        ("padding:10px;padding-top:0", 10, False),
        ("border:2px solid #000", 0, True),
        ("border-bottom:2px solid #000", 0, False),
        ("border:0", 0, False),
        ("border:none", 0, False),
    ],
)
def test_boxes_are_measured(style: str, padding: float, *, bordered: bool) -> None:
    found = look(f'<p id="x" style="{style}">x</p>')
    assert (found.padding, found.bordered) == (padding, bordered)
