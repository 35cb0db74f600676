"""The mail programs of ``tools/clients`` take away what they are said to take away, and nothing else."""

from __future__ import annotations

import pytest

from tools.clients import known
from tools.clients.simulated import Client, as_shown

PAGE = (
    '<!DOCTYPE html><html lang="fr"><head><title>Juillet</title><meta name="color-scheme" content="light dark">'
    "<style>{sheet}</style></head><body style='background:#eee'><div role='article' style='{style}'>"
    "<small>Bonjour</small></div></body></html>"
)


def shown(client: Client, *, sheet: str = ".a{color:red}", style: str = "color:blue") -> str:
    """A small letter as a program shows it."""
    return as_shown(PAGE.format(sheet=sheet, style=style), client)


def test_program_that_understands_everything_shows_the_letter_as_it_is() -> None:
    page = shown(known.EVERYTHING, sheet="@media (max-width:9px){.a>b{color:red!important}}", style="border-radius:3px")
    assert "@media (max-width:9px){.a>b{color:red !important}}" in page
    assert 'style="border-radius:3px"' in page
    assert "<small>Bonjour</small>" in page
    assert 'name="color-scheme"' in page


@pytest.mark.parametrize("client", [known.SFR, known.LA_POSTE])
def test_french_web_mails_know_no_style_sheet_and_no_body(client: Client) -> None:
    page = shown(client, style="color:blue;position:absolute")
    assert "red" not in page
    assert "#eee" not in page
    assert "color-scheme" not in page
    assert 'style="color:blue"' in page


def test_la_poste_paints_headings_as_it_likes() -> None:
    assert "h2{background:#354963}" in shown(known.LA_POSTE)
    assert "h2{" not in shown(known.SFR)


def test_without_media_queries_the_other_rules_stay() -> None:
    page = shown(known.NO_MEDIA_QUERY, sheet=".a{color:red}@media (min-width:9px){.a{color:green}}")
    assert ".a{color:red}" in page
    assert "green" not in page


def test_style_for_a_medium_is_a_media_query_too() -> None:
    page = PAGE.replace("<style>", '<style media="screen and (min-width:480px)">').format(sheet=".a{b:c}", style="")
    assert ".a{b:c}" in as_shown(page, known.EVERYTHING)
    assert ".a{b:c}" not in as_shown(page, known.NO_MEDIA_QUERY)


def test_orange_drops_what_is_glued_to_important_and_what_it_does_not_know() -> None:
    page = shown(
        known.ORANGE,
        sheet=".a{color:red!important;margin:0 !important}.a>b,.c{color:green}",
        style="border-radius:3px;color:rgba(0,0,0,.5);padding:1px",
    )
    assert ".a{margin:0 !important}" in page
    assert ".c{color:green}" in page
    assert 'style="padding:1px"' in page
    assert "Bonjour" in page
    assert "<small>" not in page
    assert "role=" not in page


def test_gmail_drops_the_style_sheet_that_goes_beyond_its_limit() -> None:
    small, large = ".a{color:red}", ".b{color:green}" * 1_100
    assert large[:15] in shown(known.GMAIL, sheet=large[:16_000])
    page = shown(known.GMAIL, sheet=f"{small}</style><style>{large}")
    assert small in page
    assert "green" not in page


def test_gmail_knows_selectors_of_attributes_for_classes_only() -> None:
    page = shown(known.GMAIL, sheet="[data-ogsc] .a{color:red}[class~=a]{color:green}")
    assert "red" not in page
    assert "[class~=a]{color:green}" in page


def test_foreign_account_in_gmail_shows_what_display_hides() -> None:
    assert 'style="max-height:0"' in shown(known.GMAIL_FOREIGN, style="display:none;max-height:0")


@pytest.mark.parametrize("client", [known.SFR, known.LA_POSTE, known.GMAIL, known.GMAIL_FOREIGN, known.WORD_OUTLOOK])
def test_dark_palette_is_not_for_everybody(client: Client) -> None:
    assert "dark" not in shown(client, sheet="@media (prefers-color-scheme:dark){.a{color:red}}").split("<style>")[-1]


def test_word_keeps_padding_in_cells_and_width_where_it_knows_them() -> None:
    style = "padding:4px;width:9px;max-width:9px;display:inline-block;margin:0 auto;color:red!important;border:0"
    assert 'div role="article" style="border:0"' in shown(known.WORD_OUTLOOK, style=style)
    cell = as_shown(f"<table><tr><td style='{style}'>a</td></tr></table>", known.WORD_OUTLOOK)
    assert '<td style="padding:4px;width:9px;border:0">' in cell


def test_word_has_a_padding_of_its_own_for_cells() -> None:
    cell = "<td style='padding:0;mso-padding-alt:10px 18px'><p style='mso-padding-alt:1px'>a</p></td>"
    letter = f"<table><tr>{cell}</tr></table>"
    assert '<td style="padding:0;padding:10px 18px"><p style="">' in as_shown(letter, known.WORD_OUTLOOK)
    assert "mso-padding-alt:10px 18px" in as_shown(letter, known.EVERYTHING)


def test_word_opens_what_is_meant_for_it_and_drops_what_is_not() -> None:
    letter = (
        "<body><!--[if mso | IE]><table><tr><td><![endif]--><p>a</p><!--[if mso | IE]></td></tr></table><![endif]-->"
        "<!--[if !mso]><!--><p>b</p><!--<![endif]--><!-- a comment --></body>"
    )
    word, others = as_shown(letter, known.WORD_OUTLOOK), as_shown(letter, known.EVERYTHING)
    assert "<table><tr><td><p>a</p></td></tr></table>" in word
    assert "<p>b</p>" not in word
    assert "<p>a</p><p>b</p>" in others
    assert "<!--" not in word + others


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("mso", True),
        ("!mso", False),
        ("IE", False),
        ("!IE", True),
        ("mso | IE", True),
        ("(gte mso 9)|(IE)", True),
        ("lte mso 11", False),
        ("lt mso 16", False),
        ("gt mso 15", True),
        ("mso 12", False),
    ],
)
def test_conditions_hold_in_word_as_it_reads_them(condition: str, *, holds: bool) -> None:
    page = as_shown(f"<body><!--[if {condition}]><p>a</p><![endif]--></body>", known.WORD_OUTLOOK)
    assert ("<p>a</p>" in page) is holds


def test_condition_that_is_not_understood_is_an_error() -> None:
    with pytest.raises(ValueError, match="vml"):
        as_shown("<body><!--[if vml]><p>a</p><![endif]--></body>", known.WORD_OUTLOOK)
