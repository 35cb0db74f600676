"""The preview of a letter with variants: each with its count, and each contact's own."""

from __future__ import annotations

import re
from collections.abc import Generator

import pytest

from apes_mailer.render import fill
from tests.integration.web.previewing import NAME, Browser, make_workspace, previewing
from tests.support import variants

LINKS = fill.Links(pictures="/pictures/")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Generator[Browser]:
    """A preview of the letter with three variants, and its list."""
    application = make_workspace(tmp_path_factory.mktemp("preview") / "lettre")
    (application.workspace.campaigns / NAME / "issue.yaml").write_text(variants.ISSUE, encoding="utf-8")
    variants.write_contacts(application.workspace.contacts / "gens.csv", 20)
    with previewing(application) as opened:
        yield opened


def offered(browser: Browser, **query: str) -> list[tuple[str, str]]:
    """The variants to choose from, by name, in words."""
    summary = browser.get("/summary.html", **query).text
    return re.findall(r'<option value="([^"]*)"(?: disabled)?>([^<]*)</option>', summary)


def test_without_a_list_the_variants_that_contacts_can_get_are_offered(browser: Browser) -> None:
    assert offered(browser) == [
        ("", "The whole letter"),
        ("aisne", "Aisne"),
        ("somme-abbeville", "Somme, Abbeville"),
        ("others", "All others"),
    ]


def test_with_a_list_each_variant_has_its_count(browser: Browser) -> None:
    assert offered(browser, list="gens")[1:] == [
        ("aisne", "Aisne – 4 contacts"),
        ("somme-abbeville", "Somme, Abbeville – 8 contacts"),
        ("others", "All others – 8 contacts"),
    ]


@pytest.mark.parametrize("name", ["aisne", "somme-abbeville", "others"])
def test_variant_that_is_chosen_is_shown_with_the_digest_of_a_send(browser: Browser, name: str) -> None:
    found = browser.app.compose(NAME).variants
    [letter] = [each.letter for each in found.possible() if each.variant.name == name]
    assert browser.get("/letter.html", variant=name).body == fill.show_tags(letter.template.html, LINKS).encode()
    assert browser.get("/letter.mjml", variant=name).text == letter.mjml
    assert f'title="{letter.template.digest}"' in browser.get("/summary.html", variant=name).text


def test_whole_letter_is_never_sent_and_has_no_digest(browser: Browser) -> None:
    text = browser.get("/letter.txt").text
    assert "pour l’Aisne" in text
    assert "pour la Somme" in text
    summary = browser.get("/summary.html").text
    assert "Each variant has a digest of its own" in summary
    assert "<dt>Digest</dt>" not in summary


@pytest.mark.parametrize("number", range(5))
def test_contact_reads_the_variant_that_a_send_would_hand_over(browser: Browser, number: int) -> None:
    address = f"personne{number}@exemple{number}.example"
    wanted = variants.variant_of(address)
    text = browser.get("/letter.txt", list="gens", address=address, variant="aisne").text
    assert ("pour l’Aisne" in text, "pour la Somme" in text) == (wanted == "aisne", wanted == "somme-abbeville")
    assert f'data-reads="{wanted}"' in browser.get("/summary.html", list="gens", address=address).text


def test_contact_for_whom_nothing_is_left_is_told_so(browser: Browser) -> None:
    before = browser.issue.read_text(encoding="utf-8")
    with browser.change():
        browser.issue.write_text(
            "subject: Ici\nblocks:\n  - type: quote\n    text: Ici\n    audience: {territoire: Aisne}\n",
            encoding="utf-8",
        )
    assert offered(browser, list="gens")[1:] == [
        ("aisne", "Aisne – 4 contacts"),
        ("others", "All others – 16 contacts – nothing to read"),
    ]
    address = "personne1@exemple1.example"
    summary = browser.get("/summary.html", list="gens", address=address).text
    assert f"{address} would get an empty letter" in summary
    assert browser.get("/letter.html", list="gens", address=address).status == 409
    with browser.change():
        browser.issue.write_text(before, encoding="utf-8")
