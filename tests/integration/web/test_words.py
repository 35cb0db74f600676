from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from apes_mailer.web import pages, words

FILES = {
    language: tomllib.loads(Path(words.__file__).with_name(f"strings.{language}.toml").read_text(encoding="utf-8"))
    for language in words.LANGUAGES
}


@pytest.mark.parametrize("section", ["public", "gate", "preview"])
def test_every_word_is_said_in_both_languages_with_the_same_values(section: str) -> None:
    french, english = FILES["fr"][section], FILES["en"][section]
    assert french.keys() == english.keys()
    for name, text in french.items():
        assert text.count("%") == english[name].count("%"), name


@pytest.mark.parametrize("section", ["public", "gate", "preview"])
def test_french_words_keep_their_punctuation(section: str) -> None:
    for name, text in FILES["fr"][section].items():
        for mark in (" :", " ;", " !", " ?", "« ", " »", "'"):
            assert mark not in text, f"{name}: {mark!r}"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "fr"),
        ("en", "en"),
        ("EN-us", "en"),
        ("fr-CA, en", "fr"),
        ("en;q=0.3, fr;q=0.7", "fr"),
        ("en;q=0", "fr"),
        ("en;q=..", "fr"),
        ("en;q=9", "en"),
        ("*", "fr"),
        (";;,,=", "fr"),
        ("en" * 5000, "fr"),
    ],
)
def test_the_language_is_the_one_that_is_preferred_and_known(header: str, language: str) -> None:
    assert words.preferred(header) == language


@pytest.mark.parametrize(
    ("message", "html"),
    [
        ("Write `web: true` into <b>.", "Write <code>web: true</code> into &lt;b&gt;."),
        ("`check` and `send`", "<code>check</code> and <code>send</code>"),
        ("`<i>`", "<code>&lt;i&gt;</code>"),
        ("one ` alone", "one ` alone"),
        ("Write `:`:\nsubject: `a` and `b`", "Write <code>:</code>:\nsubject: `a` and `b`"),
    ],
)
def test_what_stands_between_backticks_is_shown_as_code_but_for_lines_to_paste(message: str, html: str) -> None:
    assert pages.with_code(message) == html
