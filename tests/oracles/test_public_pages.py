"""The pages that readers come to: the checker of the W3C finds no error, axe no barrier, a keyboard is enough."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from apes_mailer.model.suppression import Cause
from tests.integration.web.running import request
from tests.integration.web.sites import Place, open_site, post
from tests.support.browsing import shown
from tests.support.verdicts import axe, w3c

pytestmark = pytest.mark.slow

NAMES = [
    "unsubscribe", "unsubscribed", "already", "undone", "preferences", "saved", "paused", "held", "stopped", "single",
    "single stopped", "sign up", "sign up again", "asked", "too many", "confirm", "confirmed", "confirmed held", "gone",
    "data", "erase", "erased", "not ours", "not there", "unsure", "busy",
]  # fmt: skip
LANGUAGES = ["fr", "en"]


@functools.cache
def _pages() -> dict[str, str]:
    """Return every page in both languages, as ``name language``."""
    import tempfile

    found: dict[str, str] = {}
    for language in LANGUAGES:
        with tempfile.TemporaryDirectory() as folder:
            pages = _of_letters(Path(folder, "one"), language) | _single(Path(folder, "two"), language)
        found |= {f"{name} {language}": text for name, text in pages.items()}
    assert set(found) == {f"{name} {language}" for name in NAMES for language in LANGUAGES}
    return found


def _of_letters(folder: Path, language: str) -> dict[str, str]:
    folder.mkdir()
    lang = f"?lang={language}"
    with open_site(folder, counts=True) as place:
        link, sign_up = place.know(), f"{place.url}/signup/mensuelle{lang}"
        preferences = f"{link}/preferences{lang}"
        pages = {
            "unsubscribe": request(f"{link}{lang}"),
            "unsubscribed": post(f"{link}{lang}"),
            "already": request(f"{link}{lang}"),
            "undone": post(f"{link}/undo{lang}"),
            "preferences": request(preferences),
            "saved": post(preferences, do="allow", opens="yes", clicks="no"),
            "paused": post(preferences, do="pause", months="3"),
            "sign up": request(sign_up),
            "sign up again": post(sign_up, email="odile@"),
            "asked": post(sign_up, email="nouvelle@exemple.example"),
        }
        confirm = place.link() + lang
        pages |= {"confirm": request(confirm), "confirmed": post(confirm)}
        post(sign_up, email="odile@exemple.example")
        confirm = place.link() + lang
        place.suppress(Cause.COMPLAINED)
        pages |= {"confirmed held": post(confirm), "held": request(preferences)}
        pages["stopped"] = post(preferences, do="stop")
        post(preferences, do="data")
        data = place.link()
        pages |= {
            "data": request(f"{data}{lang}"),
            "erase": request(f"{data}/erase{lang}"),
            "erased": post(f"{data}/erase{lang}"),
            "not ours": request(f"{link}x{lang}"),
            "not there": request(f"{place.url}/x{lang}"),
        }
        for number in range(30):
            pages["too many"] = post(sign_up, email=f"p{number}@exemple.example")
        place.clock.pass_by(days=3)
        pages["gone"] = request(f"{data}{lang}")
    with open_site(folder, patience=0.2) as place, place.site.database.write():
        url = f"{place.url}/u/{link.rpartition('/')[2]}{lang}"
        pages["unsure"] = [post(url) for _ in range(4)][-1]  # as many as are worked on at the same time
        pages["busy"] = request(url)
    return {name: reply.text for name, reply in pages.items()}


def _single(folder: Path, language: str) -> dict[str, str]:
    folder.mkdir()
    with open_site(folder, lists=(), confirmations=None) as place:
        url = f"{place.know()}/preferences?lang={language}"
        return {"single": request(url).text, "single stopped": post(url, do="stop").text}


ALL = [f"{name} {language}" for name in NAMES for language in LANGUAGES]


@functools.cache
def _errors() -> dict[str, list[str]]:
    return w3c({name.replace(" ", "-"): text for name, text in _pages().items()})


@pytest.mark.parametrize("name", ALL)
def test_checker_of_the_w3c_finds_no_error(name: str) -> None:
    assert _errors()[name.replace(" ", "-")] == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ALL)
def test_axe_finds_no_barrier_by_any_of_its_rules(browser: Browser, name: str, dark: bool) -> None:
    found = axe(browser, _pages()[name], dark=dark)
    assert found["faults"] == []
    assert {"color-contrast", "document-title", "html-has-lang", "landmark-one-main"} <= set(found["passed"])


@pytest.mark.parametrize("name", ALL)
def test_a_finger_hits_every_control_and_nobody_scrolls_sideways(browser: Browser, name: str) -> None:
    """WCAG 2.2: 1.4.10 asks for 320 pixels without scrolling, 2.5.8 for targets of 24 pixels."""
    with shown(browser, _pages()[name]) as page:
        for width in (320, 375, 640, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = """[...document.querySelectorAll('button, input:not([type=hidden]):not([tabindex="-1"])')]
            .map((each) => each.getBoundingClientRect()).filter((box) => box.width < 24 || box.height < 24).length"""
        assert page.evaluate(small) == 0


@dataclasses.dataclass(frozen=True)
class Reader:
    """A browser without JavaScript, and what it complained of."""

    page: Page
    complaints: list[str]


@pytest.fixture
def place(tmp_path: Path) -> Generator[Place]:
    with open_site(tmp_path, counts=True) as opened:
        yield opened


@pytest.fixture
def reader(browser: Browser, place: Place) -> Generator[Reader]:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("requestfailed", lambda failed: complaints.append(failed.url))
    page.on("request", lambda made: None if made.url.startswith(place.url) else complaints.append(made.url))
    yield Reader(page, complaints)
    context.close()


def _go_to(page: Page, role: str, name: str) -> None:
    """Press Tab until a control has the focus, and see that it can be seen to have it."""
    wanted = page.get_by_role(role, name=name, exact=True)  # pyright: ignore[reportArgumentType] - any role
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.evaluate("(each, wanted) => each === wanted", wanted.element_handle()):
            assert focused.evaluate("(each) => getComputedStyle(each).outlineStyle") == "solid"
            return
    raise AssertionError(f"no Tab leads to {name}")


def _shows(page: Page, title: str) -> None:
    """Wait for the page that a key has asked for."""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_a_reader_without_mouse_and_script_leaves_and_comes_back(place: Place, reader: Reader) -> None:
    page = reader.page
    page.goto(place.know())
    _go_to(page, "button", "Me désinscrire")
    page.keyboard.press("Enter")
    _shows(page, "Vous êtes désinscrit·e")
    assert place.suppressions() == {("", Cause.UNSUBSCRIBED)}
    _go_to(page, "button", "Annuler ma désinscription")
    page.keyboard.press("Space")
    _shows(page, "Votre désinscription est annulée")
    assert place.suppressions() == set()
    _go_to(page, "link", "Choisir mes lettres, faire une pause, voir mes données")
    page.keyboard.press("Enter")
    _shows(page, "Vos préférences")
    assert reader.complaints == []


def test_a_reader_without_mouse_and_script_chooses(place: Place, reader: Reader) -> None:
    page = reader.page
    page.goto(f"{place.know()}/preferences")
    _go_to(page, "checkbox", "L’agenda <du réseau>")
    page.keyboard.press("Space")
    _go_to(page, "button", "Enregistrer ce choix")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("un message part vers l’adresse où vous recevez nos lettres")
    assert not place.comes("agenda"), "whoever holds a letter may not be its reader"
    page.goto(place.link())
    _go_to(page, "button", "Je confirme mon inscription")
    page.keyboard.press("Enter")
    _shows(page, "C’est confirmé")
    assert place.comes("agenda")
    page.goto(f"{place.know()}/preferences")
    _go_to(page, "radio", "un mois")
    page.keyboard.press("ArrowDown")
    _go_to(page, "button", "Faire une pause")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("Vous ne recevez rien jusqu’au 1er.juin.2027"))).to_be_visible()
    assert place.suppressions() == {("", Cause.PAUSED)}
    place.clock.pass_by(days=45)
    assert not place.comes("mensuelle"), "the arrow chose three months"
    _go_to(page, "link", "Read this page in English")
    page.keyboard.press("Enter")
    _shows(page, "Your preferences")
    assert reader.complaints == []


def test_a_reader_without_mouse_and_script_signs_up_and_is_erased(place: Place, reader: Reader) -> None:
    page = reader.page
    page.goto(f"{place.url}/signup/mensuelle")
    _go_to(page, "textbox", "Votre adresse électronique")
    page.keyboard.type("odile@exemple.example")
    page.keyboard.press("Enter")
    _shows(page, "Regardez votre boîte de réception")
    page.goto(place.link())
    _go_to(page, "button", "Je confirme mon inscription")
    page.keyboard.press("Enter")
    _shows(page, "C’est confirmé")
    assert place.comes("mensuelle")
    page.goto(f"{place.know()}/preferences")
    _go_to(page, "button", "M’envoyer le lien")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Un message avec le lien part")
    page.goto(place.link())
    _go_to(page, "link", "Tout effacer…")
    page.keyboard.press("Enter")
    _shows(page, "Tout effacer\u00a0?")
    _go_to(page, "button", "Tout effacer")
    page.keyboard.press("Enter")
    _shows(page, "C’est effacé")
    assert place.erased == ["odile@exemple.example"]
    assert reader.complaints == []
