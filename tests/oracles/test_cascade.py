"""The looks that the checks compute are those of a browser, for every golden letter and in every scene."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from apes_mailer.check.page import cascade, colour, document
from apes_mailer.check.page.cascade import Look, Palette, Scene
from tests.support.browsing import shown
from tests.support.goldens import GOLDENS, Golden

pytestmark = pytest.mark.slow

_LOOKS = """(palette) => {
    if (palette === "bare") document.querySelectorAll("style").forEach((each) => each.remove());
    const all = [...document.querySelectorAll("*")];
    if (palette === "outlook") all.forEach((each) => { each.dataset.ogsc = ""; each.dataset.ogsb = ""; });
    const behind = (element) => {
        for (let each = element; each; each = each.parentElement) {
            const own = getComputedStyle(each).backgroundColor;
            if (own !== "rgba(0, 0, 0, 0)") return own;
        }
        return "none";
    };
    return all.filter((each) => document.body.contains(each) && !["TBODY", "STYLE"].includes(each.tagName))
        .map((each) => {
            const style = getComputedStyle(each);
            return {
                tag: each.tagName.toLowerCase(),
                shown: each.checkVisibility({ visibilityProperty: true }),
                colour: style.color,
                background: behind(each),
                size: parseFloat(style.fontSize),
                weight: parseInt(style.fontWeight),
                line: parseFloat(style.lineHeight),
                padding: parseFloat(style.paddingTop) + parseFloat(style.paddingBottom),
                underlined: style.textDecorationLine,
            };
        });
}"""


def _shown_by(browser: Browser, html: str, scene: Scene) -> list[dict[str, Any]]:
    with shown(browser, html, dark=scene.palette is Palette.DARK) as page:
        page.set_viewport_size({"width": scene.width, "height": 800})
        return page.evaluate(_LOOKS, scene.palette.value)


def _difference(ours: Look, theirs: dict[str, Any]) -> list[str]:
    """What is not the same; of what is hidden, nothing else is compared, and padding of links only: buttons need it."""
    if ours.shown is not theirs["shown"]:
        return ["shown"]
    if not ours.shown:
        return []
    same = {
        "colour": str(ours.colour) == str(colour.parse(theirs["colour"])),
        "background": theirs["background"] == "none" or str(ours.background) == str(colour.parse(theirs["background"])),
        "size": ours.size == pytest.approx(theirs["size"], abs=0.01),
        "weight": ours.weight == theirs["weight"],
        "line": theirs["line"] != theirs["line"] or ours.line_height == pytest.approx(theirs["line"], abs=0.01),
        "padding": theirs["tag"] != "a" or ours.padding == pytest.approx(theirs["padding"], abs=0.01),
        "underlined": ours.underlined or theirs["underlined"] == "none",
    }
    return [name for name, equal in same.items() if not equal]


_ODD = """<!DOCTYPE html><html><head><style>
p{color:#123456;line-height:1.5} p.a{color:#654321} #b{color:#111111} div p{color:#222222 !important}
.c{background:#333 url(x.png) no-repeat;font:italic bold 18px/30px serif} [data-ogsc] .c{color:#eeeeee}
@media (max-width:479px){.c{font-size:12px;display:none}} @media print{p{color:#ff0000}}
@media not print{.d{padding:1px 2px 3px}} @media (prefers-color-scheme:dark){.d{background:#444444;color:white}}
</style></head><body text="#0a0a0a" bgcolor="#fafafa">
<p class="a" id="b">un</p><div><p class="a" style="color:#999999">deux</p></div>
<p style="color:#777777 !important" class="a">trois <b>quatre <b>cinq</b></b> <small>six <small>sept</small></small></p>
<div class="c">huit <a href="https://a.example" style="text-decoration:none;padding:7px">neuf</a> <a>dix</a></div>
<div class="d" style="font-size:200%">onze <span style="font-size:.5em;line-height:2">douze</span></div>
<table bgcolor="#bbbbbb"><tr bgcolor="#cccccc"><td>treize</td><td bgcolor="#dddddd">
<font color="#00ff00">quatorze</font></td><th style="background:transparent">quinze</th></tr></table>
<h1>seize</h1><h2>dix-sept</h2><h3>dix-huit</h3><h4>x</h4><h5>y</h5><h6>z</h6><sup>1</sup><u>v</u><ins>w</ins>
<div hidden><p style="display:block">vingt</p></div>
<p style="visibility:hidden">a <b style="visibility:hidden">b</b></p>
<ul style="padding:0"><li style="font-size:14pt">c</li></ul>
<blockquote style="line-height:150%"><p style="font-size:9px">d</p></blockquote>
<section style="font-weight:300"><strong>e</strong></section><center>f</center>
</body></html>"""
"""Everything that decides on looks, more than our themes use."""

_LETTERS = [golden for golden in GOLDENS.values() if golden.name in {"everything", "bare", "long", "hostile"}]


def _differences(browser: Browser, html: str, other: str = "") -> set[str]:
    """What the browser shows otherwise than we compute; of another page, when one is given."""
    page = document.read(html)
    within = [each for each in page.elements if any(around.tag == "body" for around in each.up())]
    elements = [each for each in within if each.tag not in {"tbody", "style"}]
    found: set[str] = set()
    for scene in cascade.scenes(page):
        looks = cascade.looks(page, scene)
        theirs = _shown_by(browser, other or html, scene)
        assert [each.tag for each in elements] == [each["tag"] for each in theirs]
        for element, their in zip(elements, theirs, strict=True):
            if unlike := _difference(looks[element.index], their):
                found.add(f"{scene.palette} {scene.width}: {element.tag} {element.words()[:30]}: {unlike}")
    return found


@pytest.mark.parametrize("golden", _LETTERS, ids=lambda golden: golden.id)
def test_browser_shows_what_the_checks_compute(browser: Browser, golden: Golden) -> None:
    assert _differences(browser, golden.rendered()["html"]) == set()


def test_browser_agrees_on_what_no_theme_of_ours_does(browser: Browser) -> None:
    assert _differences(browser, _ODD) == set()


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        ("#111111", "#111112", "colour"),
        ("#cccccc", "#cccccd", "background"),
        ("14pt", "15pt", "size"),
        ("line-height:2", "line-height:3", "line"),
        ("font-weight:300", "font-weight:900", "weight"),
        ("padding:7px", "padding:8px", "padding"),
        ("<div hidden>", "<div>", "shown"),
    ],
)
def test_difference_is_seen(browser: Browser, old: str, new: str, seen: str) -> None:
    assert any(seen in each for each in _differences(browser, _ODD, _ODD.replace(old, new)))
