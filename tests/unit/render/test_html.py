"""From MJML to HTML: what the engine and the inliner would damage stays whole."""

from __future__ import annotations

import pytest

from apes_mailer.render import html
from tests.unit.providers.parsed import Events

CSS = "p { color: #123456 } .soft { margin: 0; } a { color: red !important }"


def page(content: str, *, head: str = "", css: str = CSS) -> str:
    """The HTML of a page with this content in its only column."""
    return html.from_mjml(
        f'<mjml lang="fr" dir="ltr"><mj-head>{head}</mj-head><mj-body width="600px"><mj-section><mj-column>{content}'
        "</mj-column></mj-section></mj-body></mjml>",
        css,
    )


def attributes(text: str, tag: str) -> list[dict[str, str]]:
    """The attributes of each such tag of a page."""
    found: list[dict[str, str]] = []
    for event in Events(text).seen:
        if event[0] == "start":
            found.append({"": event[1]})
        elif event[0] == "attribute":
            found[-1][event[1]] = event[2]
    return [each for each in found if each[""] == tag]


def test_doctype_and_language_stay() -> None:
    text = page("<mj-text>a</mj-text>")
    assert text.startswith("<!DOCTYPE html>")
    assert attributes(text, "html")[0]["lang"] == "fr"
    assert attributes(text, "html")[0]["dir"] == "ltr"


def test_css_of_the_theme_stands_in_the_elements_and_nowhere_else() -> None:
    text = page('<mj-text><p>a</p><p class="soft">b <a href="https://a.example">c</a></p></mj-text>')
    first, second = attributes(text, "p")
    assert first["style"] == "color:#123456"
    assert "margin:0" in second["style"]
    assert "color:#123456" in second["style"]
    assert attributes(text, "a")[0]["style"] == "color:red !important"
    assert ".soft" not in text


def test_styles_that_mjml_needs_for_small_screens_stay_in_the_head() -> None:
    text = page("<mj-text>a</mj-text>")
    assert "@media only screen and (min-width:480px)" in text
    assert "width:100% !important" in text
    assert "data-premailer" not in text


def test_widths_that_outlook_obeys_stay_numbers() -> None:
    text = page('<mj-image src="four.jpg" alt="Le four" width="190px" />', css="img { width: 100% }")
    assert attributes(text, "img")[0]["width"] == "190"


def test_nothing_is_loaded_from_another_host() -> None:
    text = page('<mj-text font-family="Ubuntu, Roboto">a</mj-text>')
    assert "http" not in text.replace("http://www.w3.org", "").replace("http-equiv", "")
    assert "@import" not in text
    assert "<link" not in text


@pytest.mark.parametrize(
    "value", ["Un marché\u00a0: 10\u202f€", "l’été « œuvré »", "a\\b", "😀", "1 < 2 & 3", "dit \"oui\" et 'non'"]
)
def test_words_in_an_attribute_come_out_as_they_went_in(value: str) -> None:
    quoted = value.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    text = page(f'<mj-image src="four.jpg" alt="{quoted}" />', head=f"<mj-title>{quoted}</mj-title>")
    assert attributes(text, "img")[0]["alt"] == value
    assert attributes(text, "html")
    assert ("text", value) in Events(text).seen


@pytest.mark.parametrize(
    "words",
    [
        'le mot height="auto" et class="" ou rel=""',
        'type="text/css"',
        'style="a;" et vertical-align="top"',
        'data-premailer="ignore"',
    ],
)
def test_words_that_look_like_clutter_of_a_tag_stay_in_a_text(words: str) -> None:
    seen = Events(page(f"<mj-text>{words}</mj-text>")).seen
    assert ("text", words) in seen


def test_clutter_of_the_engine_is_gone() -> None:
    text = page('<mj-image src="a.jpg" alt="" /><mj-button href="https://a.example">b</mj-button>')
    assert not [word for word in ('height="auto"', ' class=""', ' title=""', 'type="text/css"', ';"') if word in text]
    assert "\n\n" not in text


def test_empty_alternative_text_is_kept() -> None:
    assert attributes(page('<mj-image src="a.jpg" alt="" />'), "img")[0]["alt"] == ""


def test_words_that_look_like_what_is_dropped_stay() -> None:
    words = 'mj-outlook-group-fix class="a-outlook" xmlns:v="urn:schemas-microsoft-com:vml" style="a:b; " &lt;tbody&gt;'
    text = page(f"<mj-text><p>{words}</p></mj-text>")
    assert f">{words}</p>" in text
    assert text.count("<tbody>") == text.count("mj-outlook-group-fix") - 1 == 0


def test_parts_for_outlook_stay_in_their_comments() -> None:
    text = page("<mj-text><!--[if mso]><p>Outlook</p><![endif]-->a</mj-text>")
    assert "<!--[if mso]>\n<p>Outlook</p><![endif]-->" in text
    assert text.count("<!--[if") == text.count("<![endif]")


def test_same_mjml_gives_the_same_bytes_whatever_came_in_between() -> None:
    first = page("<mj-text><p>a</p></mj-text>")
    page("<mj-text><p>a</p></mj-text>", css="p { color: blue }")
    assert page("<mj-text><p>a</p></mj-text>") == first


def test_line_ends_of_windows_make_no_difference() -> None:
    assert page("<mj-text>a\r\nb</mj-text>") == page("<mj-text>a\nb</mj-text>")


@pytest.mark.parametrize(
    ("mjml", "place"),
    [
        ('<mjml title="é\u00a0œ"><mj-head><mj-foo></mj-foo></mj-head><mj-body></mj-body></mjml>', b"mj-foo>"),
        ('<mjml><mj-body title="é 😀"><![CDATA[x]]></mj-body></mjml>', b"<![CDATA["),
    ],
)
def test_mjml_that_cannot_be_read_is_told_with_its_place_in_what_was_given(mjml: str, place: bytes) -> None:
    with pytest.raises(html.MjmlParseError) as caught:
        html.compile_mjml(mjml)
    assert caught.value.offset is not None
    assert mjml.encode()[caught.value.offset :].startswith(place)


def test_mjml_that_the_engine_refuses_without_a_place_has_none() -> None:
    with pytest.raises(html.MjmlParseError) as caught:
        html.compile_mjml("<mjml><mj-body><mj-section a=b></mj-section></mj-body></mjml>")
    assert caught.value.offset is None
