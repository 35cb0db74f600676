"""Which features a page uses, and what is said of those that mail programs lack."""

from __future__ import annotations

import dataclasses

import pytest

from apes_mailer.check.clients import features, support
from apes_mailer.check.page import document
from tests.unit.check.fixtures.page import IMAGE, letter, with_part, with_rules
from tests.unit.check.judged import findings, messages


def used(html: str) -> set[str]:
    """The features that a page uses beyond those of an empty one."""
    empty = {use.feature for use in features.used(document.read("<html></html>"))}
    return {use.feature for use in features.used(document.read(html))} - empty - {"html-body"}


@pytest.mark.parametrize(
    ("style", "feature"),
    [
        ("display:grid", "css-display-grid"),
        ("display:inline-flex", "css-display-flex"),
        ("display:none", "css-display-none"),
        ("display:block", "css-display"),
        ("gap:4px", "css-gap"),
        ("flex-grow:1", "css-display-flex"),
        ("grid-template-columns:1fr", "css-grid-template"),
        ("top:0", "css-left-right-top-bottom"),
        ("position:absolute", "css-position"),
        ("border-top-left-radius:4px", "css-border-radius"),
        ("border-start-start-radius:4px", "css-border-radius-logical"),
        ("border-left:1px solid", "css-border"),
        ("border-collapse:collapse", "css-border-collapse"),
        ("margin-inline:4px", "css-margin-inline-block"),
        ("padding-block-start:4px", "css-padding-inline-block"),
        ("padding-left:4px", "css-padding"),
        ("background:#fff url(x.png)", "css-background-image"),
        ("background-image:linear-gradient(red,blue)", "css-linear-gradient"),
        ("background:repeating-radial-gradient(red,blue)", "css-radial-gradient"),
        ("width:calc(100% - 4px)", "css-unit-calc"),
        ("color:var(--x)", "css-variables"),
        ("font-size:clamp(1px,2px,3px)", "css-function-clamp"),
        ("color:oklch(0 0 0)", "css-modern-color"),
        ("color:rgba(0,0,0,.5)", "css-rgba"),
        ("width:50vw", "css-unit-vw"),
        ("font-size:1.5rem", "css-unit-rem"),
        ("width:50%", "css-unit-percent"),
        ("all:initial", "css-unit-initial"),
        ("font-family:system-ui,sans-serif", "css-sytem-ui"),
        ("mask:url(x)", "css-mask-image"),
        ("clip-path:none", "css-clip-path"),
    ],
)
def test_declaration_is_known_by_its_feature(style: str, feature: str) -> None:
    assert feature in used(f'<p style="{style}">x</p>')


@pytest.mark.parametrize(
    ("style", "feature"),
    [
        ("position:relative", "css-position"),
        ("color:#123456", "css-unit-em"),
        ("background:url(a4px.png)", "css-unit-px"),
        ("mso-line-height-rule:exactly", "css-line-height"),
        ("font-family:'Vw 5vw'", "css-unit-vw"),
    ],
)
def test_what_only_looks_like_a_feature_is_none(style: str, feature: str) -> None:
    assert feature not in used(f'<p style="{style}">x</p>')


@pytest.mark.parametrize(
    ("css", "feature"),
    [
        ("a>b{margin:0}", "css-selector-child"),
        ("a + b{margin:0}", "css-selector-adjacent-sibling"),
        ("a~b{margin:0}", "css-selector-general-sibling"),
        ("[data-x=']>[']{margin:0}", "css-selector-attribute"),
        (".a.b{margin:0}", "css-selector-chaining"),
        ("#a{margin:0}", "css-selector-id"),
        ("*{margin:0}", "css-selector-universal"),
        ("a:hover{margin:0}", "css-pseudo-class-hover"),
        ("p:first-child{margin:0}", "css-pseudo-class-first-child"),
        ("p::before{margin:0}", "css-pseudo-element-before"),
        ("p:before{margin:0}", "css-pseudo-element-before"),
        ("@media (prefers-color-scheme:dark){p{margin:0}}", "css-at-media-prefers-color-scheme"),
        ("@supports (x:y){p{margin:0}}", "css-at-supports"),
        ("@font-face{font-family:x}", "css-at-font-face"),
        ("@import 'x';", "css-at-import"),
        ("@keyframes x{from{margin:0}}", "css-at-keyframes"),
        ("p{b{margin:0}}", "css-nesting"),
    ],
)
def test_rule_is_known_by_its_feature(css: str, feature: str) -> None:
    assert feature in used(f"<style>{css}</style>")


@pytest.mark.parametrize("css", ["[data-x='a>b']{margin:0}", "a:not(b>c){margin:0}"])
def test_sign_inside_brackets_is_no_combinator(css: str) -> None:
    assert "css-selector-child" not in used(f"<style>{css}</style>")


@pytest.mark.parametrize(
    ("html", "feature"),
    [
        ("<section></section>", "html-semantics"),
        ("<h4></h4>", "html-h1-h6"),
        ("<video></video>", "html-video"),
        ("<input>", "html-input-text"),
        ('<input type="radio">', "html-input-radio"),
        ("<button></button>", "html-button-submit"),
        ('<p aria-hidden="true"></p>', "html-aria-hidden"),
        ('<table background="x.png"></table>', "html-background"),
        ('<img src="x.webp?v=1">', "image-webp"),
        ('<img src="x.JPEG">', "image-jpg"),
        ('<img src="data:image/png;base64,x">', "image-base64"),
        ('<img src="x.png" loading="lazy">', "html-loading-attribute"),
        ('<a href="#haut"></a>', "html-anchor-links"),
        ('<a href="mailto:a@b.test"></a>', "html-mailto-links"),
        ('<meta name="color-scheme" content="dark">', "html-meta-color-scheme"),
    ],
)
def test_element_is_known_by_its_feature(html: str, feature: str) -> None:
    assert feature in used(f"<body>{html}</body>")


def test_style_attribute_is_not_the_style_element() -> None:
    assert "html-style" not in used('<p style="margin:0">x</p>')
    assert "html-style" in used("<style>p{margin:0}</style>")


def test_every_kind_has_words() -> None:
    kinds = {features.kind(feature) for feature in support.figures()}
    assert kinds == {"layout", "background", "value", "rule", "property", "picture", "element"}


def test_grid_is_told_with_the_mail_programs_what_happens_and_its_place() -> None:
    page = with_part('<p style="display:grid">Bonjour à vous</p><p style="display:grid">Encore</p>')
    (message,) = messages(page, "client-support")
    assert message == (
        "`display: grid` (2×) does not work in Orange, Outlook (Windows, Windows Mail): its parts stand below each "
        "other, or elsewhere"
    )
    assert [finding.field for finding in findings(page, "client-support")] == ["blocks[0].text"]


def test_only_declared_mail_programs_count() -> None:
    page = with_part('<p style="display:grid">Au four</p>')
    for clients, expected in ((("apple-mail",), 0), (("outlook.windows",), 1), (("outlook.ios",), 0), ((), 0)):
        assert len(findings(dataclasses.replace(page, clients=clients), "client-support")) == expected


def test_styles_are_not_held_against_mail_programs_that_drop_them() -> None:
    grid = ".x{display:grid}"
    for clients, expected in ((("sfr",), 0), (("laposte",), 0), (("orange",), 1)):
        assert len(findings(dataclasses.replace(with_rules(grid), clients=clients), "client-support")) == expected


def test_rules_for_narrow_screens_are_not_held_against_computers() -> None:
    narrow = with_rules("@media (max-width:479px){p:first-child{margin:0}}")
    wide = with_rules("@media (min-width:480px){p:first-child{margin:0}}")
    for page, client, expected in (
        (narrow, "gmail.desktop-webmail", 0),
        (wide, "gmail.desktop-webmail", 1),
        (narrow, "gmail.ios", 1),
    ):
        assert len(findings(dataclasses.replace(page, clients=(client,)), "client-support")) == expected


def test_rules_for_paper_are_held_against_nobody() -> None:
    assert findings(with_rules("@media print{.a>.b{margin:0;display:grid}}"), "client-support") == []


def test_feature_that_is_missed_by_nobody_is_not_told() -> None:
    page = with_part('<p style="border-radius:4px;box-shadow:0 0 4px #000">Au four</p>')
    assert findings(page, "client-support") == []


def test_format_of_a_picture_is_told() -> None:
    (message,) = messages(letter(IMAGE, IMAGE.replace(".jpg", ".svg")), "client-support")
    assert message == "pictures written as `.svg` (1×) are not shown in Gmail (web, web mobile)"
