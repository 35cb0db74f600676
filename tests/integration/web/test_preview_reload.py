from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path

import pytest
from PIL import Image

from tests.integration.web.previewing import ISSUE, Browser, make_workspace, previewing

pytestmark = pytest.mark.slow


@pytest.fixture
def browser(tmp_path: Path) -> Generator[Browser]:
    with previewing(make_workspace(tmp_path / "workspace")) as opened:
        yield opened


def _save(path: Path, text: str) -> None:
    """Save as careful editors do: to a new file that takes the place of the old one."""
    new = path.with_name(f"{path.name}.tmp")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def test_a_save_is_announced_within_half_a_second(browser: Browser) -> None:
    seconds: list[float] = []
    with browser.events() as events:
        version = events.next()
        for number in range(5):
            started = time.monotonic()
            browser.issue.write_text(ISSUE.replace("Le marché", f"Le marché {number}"), encoding="utf-8")
            while f"Le marché {number}" not in browser.get("/letter.html").text:
                version = events.next()
            seconds.append(time.monotonic() - started)
    assert version > 1
    assert min(seconds) < 0.5, seconds  # the others may share the computer with somebody


def test_a_save_by_replacing_the_file_is_seen_too(browser: Browser) -> None:
    for number in range(2):
        with browser.change():
            _save(browser.issue, ISSUE.replace("Le marché", f"La foire {number}"))
        assert f"La foire {number}" in browser.get("/letter.html").text


def test_the_letter_follows_its_pictures(browser: Browser) -> None:
    before = browser.get("/letter.html").text
    with browser.change():
        Image.new("RGB", (1200, 800), "#1f5c4a").save(browser.issue.parent / "images" / "carre.png")
    assert browser.get("/letter.html").text != before


def test_the_letter_follows_its_theme(browser: Browser) -> None:
    folder = browser.app.workspace.templates / "apes"
    with browser.change():
        folder.mkdir()
        (folder / "strings.fr.toml").write_text(_words("Partir d’ici"), encoding="utf-8")
    assert "Partir d’ici" in browser.get("/letter.html").text


def _words(unsubscribe: str) -> str:
    from apes_mailer.workspace import bundled

    words = (bundled("templates") / "base" / "strings.fr.toml").read_text(encoding="utf-8")
    return words.replace("Se désinscrire de cette lettre", unsubscribe)


def test_the_letter_follows_the_settings(browser: Browser) -> None:
    file = browser.app.workspace.settings_file
    with browser.change():
        _save(file, file.read_text(encoding="utf-8").replace("1 rue de l’Exemple", "2 rue du Nouveau Bureau"))
    assert "2 rue du Nouveau Bureau" in browser.get("/letter.html").text


def test_the_letter_follows_the_list(browser: Browser) -> None:
    with browser.change():
        (browser.app.workspace.contacts / "amis.csv").write_text("EMAIL;PRENOM\na@b.example;Zoé\n", encoding="utf-8")
    assert "Zoé" in browser.get("/letter.html", list="amis", address="a@b.example").text


@pytest.mark.parametrize(
    ("file", "fault", "shown"),
    [
        ("campaigns/essai/issue.yaml", ISSUE.replace("Le marché", "Le marché : la suite"), "issue.yaml:3"),
        ("campaigns/essai/issue.yaml", ISSUE.replace("title:", "titre:"), "issue.yaml:3"),
        ("campaigns/essai/issue.yaml", ISSUE.replace("carre.png", "absente.png"), "issue.yaml:9"),
        ("templates/apes/masthead.mjml", "\n<mj-nonsense>x</mj-nonsense>\n", "templates/apes/masthead.mjml:2"),
        ("templates/apes/masthead.mjml", "{{ nothing }}", "templates/apes/masthead.mjml:1"),
        ("apes-mailer.toml", "public_url = 5 = 5", "apes-mailer.toml"),
    ],
    ids=["yaml", "unknown key", "missing picture", "unknown tag", "unknown name", "settings"],
)
def test_faults_are_shown_above_the_last_good_letter_until_they_are_mended(
    browser: Browser, file: str, fault: str, shown: str
) -> None:
    path = browser.app.workspace.root / file
    good = path.read_text(encoding="utf-8") if path.exists() else None
    path.parent.mkdir(exist_ok=True)
    letter = browser.get("/letter.html").text
    with browser.change():
        _save(path, fault)
    summary = browser.get("/summary.html").text
    assert "This version cannot be shown" in summary
    assert shown in summary
    assert "Below is the last good version." in summary
    assert summary.count("– last good version</span>") == summary.count('class="card old"') == 3
    assert browser.get("/letter.html").text == letter
    with browser.change():
        path.unlink() if good is None else _save(path, good)
    summary = browser.get("/summary.html").text
    assert "This version cannot be shown" not in summary
    assert "last good version" not in summary


def test_the_corrected_line_is_shown(browser: Browser) -> None:
    with browser.change():
        _save(browser.issue, ISSUE.replace("Le marché", "Le marché : la suite"))
    assert "title: &#39;Le marché : la suite&#39;" in browser.get("/summary.html").text


def test_findings_are_listed_with_their_place_and_their_cure(browser: Browser) -> None:
    with browser.change():
        _save(browser.issue, ISSUE.replace("        alt: Un carré\n", ""))
    summary = browser.get("/summary.html").text
    assert '<li class="error"' in summary
    assert "campaigns/essai/issue.yaml:9" in summary
    assert "blocks[0].images[0]" in summary
    assert "Add <code>alt:</code>" in summary
    assert "1 error" in summary


def test_a_letter_that_is_broken_from_the_start_appears_once_it_is_mended(tmp_path: Path) -> None:
    app = make_workspace(tmp_path / "workspace")
    issue = app.workspace.campaigns / "essai" / "issue.yaml"
    issue.write_text("subject: [", encoding="utf-8")
    with previewing(app) as browser:
        summary = browser.get("/summary.html").text
        assert "the letter will appear here" in summary
        assert 'data-letter="no"' in summary
        for path in ("/letter.html", "/letter.txt", "/letter.mjml", "/pictures/0123456789abcdef-x.png"):
            assert browser.get(path).status == 404
        with browser.change():
            _save(issue, ISSUE)
        assert 'data-letter="yes"' in browser.get("/summary.html").text
