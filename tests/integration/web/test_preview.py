from __future__ import annotations

import json
import re
from collections.abc import Generator

import pytest

from apes_mailer.campaign.audience import STAFF
from apes_mailer.contacts import importing, lists
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.model.message import MessageTemplate
from apes_mailer.render import fill
from apes_mailer.wiring import Application
from tests.integration.web.previewing import NAME, Browser, make_workspace, previewing
from tests.integration.web.running import request

ODILE = "odile@exemple.example"
VALUES = {"EMAIL": ODILE, "PRENOM": "Odile <3", "NOM": "d'Artois & fils"}
LINKS = fill.Links(pictures="/pictures/")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Generator[Browser]:
    app = make_workspace(tmp_path_factory.mktemp("preview") / "workspace")
    settings = app.workspace.settings_file
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("1 rue de l’Exemple", "8 place de la Halle"), encoding="utf-8")
    _store_list(app, "reseau")
    with previewing(app) as opened:
        yield opened


def _store_list(app: Application, name: str) -> None:
    path = app.workspace.contacts / "amis.csv"
    at = app.clock()
    with open_contacts_file(path) as file, app.database.write() as connection:
        list_id = lists.find_or_add(connection, name, app.keyring, at)
        run = importing.Import(connection, app.keyring, lambda _: None, lambda _: None)
        run.run(file, importing.Source(path=path, list_id=list_id, at=at))


@pytest.fixture
def template(browser: Browser) -> MessageTemplate:
    """What a send of the same files would freeze."""
    return browser.app.compose(NAME).letter.template


def _unsubscribe(app: Application, list_name: str) -> str:
    token = app.keyring.token(app.keyring.list_tag(list_name), app.keyring.contact_key(ODILE))
    return app.envelope(None, list_name).unsubscribe_url(token)


@pytest.mark.parametrize("list_name", ["amis", "reseau"], ids=["list kept as a file", "stored list"])
def test_the_letter_is_the_fill_of_the_template(browser: Browser, template: MessageTemplate, list_name: str) -> None:
    unsubscribe = _unsubscribe(browser.app, list_name)
    shown = browser.get("/letter.html", list=list_name, address="Odile@Exemple.example")
    assert shown.body == fill.fill(template.html, VALUES, LINKS, unsubscribe).encode()
    text = browser.get("/letter.txt", list=list_name, address=ODILE)
    assert text.body == fill.fill(template.text, VALUES, LINKS, unsubscribe).encode()


def test_without_a_contact_the_tags_are_shown_as_written(browser: Browser, template: MessageTemplate) -> None:
    shown = browser.get("/letter.html")
    assert shown.body == fill.show_tags(template.html, LINKS).encode()
    assert "&lt;&lt;contact.PRENOM&gt;&gt;" in shown.text
    assert "<<contact.PRENOM>>" in browser.get("/letter.txt", list="amis", address="").text


def test_the_mjml_is_the_one_that_was_compiled(browser: Browser) -> None:
    assert browser.get("/letter.mjml").text == browser.app.compose(NAME).letter.mjml


def test_the_summary_shows_subject_preheader_weight_and_the_digest_of_a_send(
    browser: Browser, template: MessageTemplate
) -> None:
    summary = browser.get("/summary.html", list="amis", address=ODILE).text
    assert '<p class="subject">Bonjour Odile &lt;3, on rouvre samedi</p>' in summary
    assert '<p class="preheader">Pour Odile &lt;3, de la part d’Odile et des autres</p>' in summary
    assert f'title="{template.digest}"' in summary
    assert f"{browser.app.compose(NAME).weight / 1000:.1f} kB of 102 kB" in summary
    assert "Nothing to report." in summary


def test_the_summary_names_the_tags_that_this_contact_cannot_fill(browser: Browser) -> None:
    file = browser.app.workspace.contacts / "trous.csv"
    file.write_text(f"EMAIL;PRENOM\n{ODILE};\n", encoding="utf-8")
    summary = browser.get("/summary.html", list="trous", address=ODILE).text
    file.unlink()
    assert "&lt;&lt;contact.PRENOM&gt;&gt;" in summary
    assert "contact.NOM" not in summary, "it has words to fall back on"


@pytest.mark.parametrize("list_name", ["amis", "reseau"], ids=["list kept as a file", "stored list"])
def test_the_first_twenty_addresses_with_what_was_typed_are_offered(browser: Browser, list_name: str) -> None:
    def offered(typed: str) -> list[str]:
        return json.loads(browser.get("/contacts.json", list=list_name, q=typed).text)

    assert len(set(offered(""))) == 20
    assert offered("ODILE@") == [ODILE]
    assert set(offered(" nne1 ")) == {f"personne{number}@exemple.example" for number in (1, *range(10, 20))}
    for nothing in ("zzz", "%", "_", "'"):
        assert offered(nothing) == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"list": "amis", "address": "personne@ailleurs.example"}, "is not on the list"),
        ({"list": "amis", "address": "pas une adresse"}, "is not on the list"),
        ({"list": "inconnue", "address": ODILE}, "There is no list"),
        ({"list": "../../etc/passwd", "address": ODILE}, "cannot be the name of a list"),
    ],
)
def test_a_contact_who_does_not_exist_is_explained(browser: Browser, query: dict[str, str], said: str) -> None:
    for path in ("/letter.html", "/letter.txt"):
        reply = browser.get(path, **query)
        assert reply.status == 409
        assert said in reply.text
    assert said in browser.get("/summary.html", **query).text


def test_the_page_offers_every_list_in_the_language_of_the_browser(browser: Browser) -> None:
    page = browser.get("/").text
    assert re.findall(r"<option>(\w+)</option>", page) == ["amis", "reseau", STAFF]
    assert '<html lang="en">' in page
    french = request(f"{browser.url}/", headers=browser.cookie)
    assert '<html lang="fr">' in french.text
    assert "Aperçu" in french.text


def test_the_pictures_of_the_letter_are_served_and_no_others(browser: Browser) -> None:
    names = browser.app.compose(NAME).letter.template.pictures()
    assert len(names) == 1
    reply = browser.get(f"/pictures/{names[0]}")
    assert reply.status == 200
    assert reply.headers["content-type"] == "image/png"
    assert f"/pictures/{names[0]}" in browser.get("/letter.html").text
    for path in ("0123456789abcdef-autre.png", "..%2f..%2fsecret.key", "carre.png", "../issue.yaml"):
        assert browser.get(f"/pictures/{path}").status == 404


@pytest.mark.parametrize(
    "path",
    ["/static/preview.html", "/static/..%2fpreview.py", "/static/reader.css", "/issue.yaml", "/secret.key", "/u/x"],
)
def test_nothing_else_of_the_disk_is_served(browser: Browser, path: str) -> None:
    assert browser.get(path).status == 404


@pytest.mark.parametrize("name", ["preview.js", "addresses.js", "preview.css", "icon.svg"])
def test_the_page_finds_what_it_needs(browser: Browser, name: str) -> None:
    reply = browser.get(f"/static/{name}")
    assert reply.status == 200
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", reply.text), "nothing comes from elsewhere"


def test_the_letter_comes_first_and_one_link_leads_to_what_is_said_of_it(browser: Browser) -> None:
    page = browser.get("/").text
    assert page.index('<main id="letter"') < page.index('<aside id="side"')
    first_link = re.search(r'<a [^>]*href="([^"]*)"', page)
    assert first_link is not None
    assert first_link[1] == "#side"


def test_the_page_allows_no_inline_script_or_style_and_no_other_host(browser: Browser) -> None:
    page = browser.get("/")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:", page.text)
    assert not re.search(r"\sstyle=", browser.get("/summary.html").text)


def test_the_letter_can_run_nothing_and_reach_nobody(browser: Browser) -> None:
    policy = browser.get("/letter.html").headers["content-security-policy"]
    sandbox = policy.partition("sandbox ")[2]
    assert "allow-scripts" not in sandbox
    assert "allow-forms" not in sandbox
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "img-src 'self'" in policy


def test_every_answer_keeps_to_itself(browser: Browser) -> None:
    for path in ("/", "/summary.html", "/letter.html", "/letter.txt", "/contacts.json?list=amis", "/none"):
        headers = browser.get(path).headers
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors" in headers["content-security-policy"]
