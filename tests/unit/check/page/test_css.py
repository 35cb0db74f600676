"""Style sheets: what their rules say, when they apply, and what mail programs trip over."""

from __future__ import annotations

import pytest

from apes_mailer.check.page import css


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("screen", {"wide", "phone", "dark"}),
        ("all", {"wide", "phone", "dark"}),
        ("print", set[str]()),
        ("not print", {"wide", "phone", "dark"}),
        ("(max-width:479px)", {"phone"}),
        ("only screen and (min-width: 480px)", {"wide", "dark"}),
        ("(max-width: 30em)", {"phone"}),
        ("(prefers-color-scheme:dark)", {"dark"}),
        ("(prefers-color-scheme: light)", {"wide", "phone"}),
        ("print, (max-width:479px)", {"phone"}),
        ("(max-width:479px) and (prefers-color-scheme:dark)", set[str]()),
        ("(hover)", set[str]()),
    ],
)
def test_media_query_holds_where_it_should(query: str, where: set[str]) -> None:
    screens = {"wide": (640, False), "phone": (375, False), "dark": (640, True)}
    held = {name for name, (width, dark) in screens.items() if css.applies(query, width=width, dark=dark)}
    assert held == where


def test_rules_inside_a_condition_have_it_and_those_of_the_element_too() -> None:
    sheet = css.sheet("p{margin:0}@media print{@media (hover){a,b{color:red!important}}}", "screen")
    plain, inner = sheet.rules
    assert (plain.selector, plain.media) == ("p", ("screen",))
    assert (inner.selector, inner.media) == ("a,b", ("screen", "print", "(hover)"))
    assert inner.declarations == (css.Declaration("color", "red", important=True),)
    assert sheet.nested == ("@media",)


@pytest.mark.parametrize(
    ("text", "commented"),
    [
        ("p{margin:0}", False),
        ("/* x */", False),
        ("p{margin:0} /* x */", False),
        ("/* x */ p{margin:0} /* y */", True),
        ("", False),
        ("p{/* x */margin:0}", False),
        ("/* x */p{margin:0}", True),
        ("p{margin:0}/* x */a{margin:0}", True),
        ("@media print{/* x */p{margin:0}}", True),
        ("@media print{p{margin:0}}/* x */@media screen{p{margin:0}}", True),
    ],
)
def test_comment_before_a_rule_is_noticed_and_no_other(text: str, *, commented: bool) -> None:
    assert css.sheet(text).commented is commented


def test_declarations_that_cannot_be_read_are_left_out() -> None:
    found = css.declarations("color:#fff; ; nonsense; mso-hide:all;margin:0 !important")
    assert [each.name for each in found] == ["color", "mso-hide", "margin"]


def test_rule_with_rules_inside_is_known_and_keeps_its_own_declarations() -> None:
    (rule,) = css.sheet("p{color:red;b{color:blue}}").rules
    assert rule.nesting
    assert [each.value for each in rule.declarations] == ["red"]


@pytest.mark.parametrize("selector", ["p:hover(", "::-moz-selection >", "", "@x"])
def test_selector_that_is_none_matches_nothing(selector: str) -> None:
    assert css.compiled(selector) == ()
