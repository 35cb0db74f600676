"""What mail programs and providers do to a letter that breaks their rules."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.check.judged import SOUND, found, messages, with_blocks


@pytest.mark.parametrize(
    ("weight", "severity"),
    [(79_999, None), (80_000, "warning"), (101_999, "warning"), (102_000, "error"), (500_000, "error")],
)
def test_letter_that_gmail_would_cut_is_remarked_on_in_time(weight: int, severity: str | None) -> None:
    page = "–" + "x" * (weight - len("–".encode()))
    assert found(replace(SOUND, html=page), "size") == ([(severity, "")] if severity else [])


def test_weight_is_counted_in_bytes_of_utf_8() -> None:
    assert found(replace(SOUND, html="’" * 40_000), "size") == [("error", "")]


@pytest.mark.parametrize("text", ["Bonjour", "Été à la ferme, 10 £", "&rsquo; &#8217; &oelig;", "\xa0\xff"])
@pytest.mark.parametrize(("changed", "part"), [("html", "HTML"), ("text", "plain text")])
def test_part_that_could_be_sent_as_latin_1_is_an_error(changed: str, part: str, text: str) -> None:
    letter = replace(SOUND, **{changed: text})
    assert found(letter, "charset") == [("error", "")]
    assert part in messages(letter, "charset")[0]
    for sign in ("’", "œ", "\u200c", "😀"):
        assert found(replace(SOUND, **{changed: text + sign}), "charset") == []


@pytest.mark.parametrize("character", ["\x80", "\x85", "\x92", "\x9f"])
def test_invisible_character_of_old_windows_programs_is_an_error(character: str) -> None:
    rule = "control-character"
    assert found(replace(SOUND, html=f"– l{character}été"), rule) == [("error", "")]
    assert found(replace(SOUND, text=f"– l{character}été"), rule) == [("error", "")]
    assert f"U+{ord(character):04X}" in messages(replace(SOUND, text=f"–{character}"), rule)[0]
    subject = with_blocks(subject="l\x81été")
    assert found(subject, rule) == [("error", "subject")]


def test_characters_next_to_the_invisible_ones_are_fine() -> None:
    assert found(replace(SOUND, html="– ~\xa0¡"), "control-character") == []


@pytest.mark.parametrize(
    ("link", "seen"),
    [
        ('<a href="{}">Se désinscrire</a>', True),
        ('<a href="{}"><img src="x.png" alt="Se désinscrire"></a>', True),
        ('<a href="{}"></a>', False),
        ('<a href="{}"><img src="x.png" alt=""></a>', False),
        ('<div style="Display : NONE"><p><a href="{}">Se désinscrire</a></p></div>', False),
        ('<a href="{}" style="font-size:1px">Se désinscrire</a>', False),
        ('<a href="{}" style="font-size:14px;opacity:0.9">Se désinscrire</a>', True),
        ("<p>{}</p>", False),
    ],
)
def test_unsubscribe_link_of_the_page_can_be_seen_and_clicked(link: str, seen: bool) -> None:
    page = f"<body>{link.format(SOUND.unsubscribe_url)}</body>"
    assert found(replace(SOUND, html=page), "unsubscribe-link") == ([] if seen else [("error", "theme")])
