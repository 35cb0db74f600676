"""A list may ask for letters that nobody thought of when the letter was published: their pictures are there too."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from apes_mailer.campaign import compose, publish, starter
from apes_mailer.cli import reaching
from apes_mailer.wiring import Application
from apes_mailer.workspace import Workspace
from tests.support.local_web import LocalWeb
from tests.support.told_provider import ToldProvider

NAME = "essai"


def _article(name: str) -> str:
    return f"""\
      - title: {name}
        text: Des mots pour {name}.
        audience: {{Territoires: [{name}]}}
        images: {{file: {name}.jpg, alt: Une vue}}
"""


def _workspace(folder: Path) -> Workspace:
    workspace = starter.init(folder / "lettre")
    images = workspace.campaigns / NAME / "images"
    images.mkdir(parents=True)
    names = ("Aisne", "Oise", "Somme")
    for number, name in enumerate(names):
        Image.new("RGB", (1600, 1000 + number), "#c8553d").save(images / f"{name}.jpg")
    start = "subject: Essai\nblocks:\n  - type: editorial\n    text: Bonjour à tout le monde.\n"
    section = "  - type: section\n    title: Ici\n    columns: 2\n    articles:\n"
    (images.parent / "issue.yaml").write_text(start + section + "".join(map(_article, names)), encoding="utf-8")
    contacts = 'EMAIL;Territoires\nune@exemple.example;"Aisne, Somme"\nun@exemple.example;Oise\n'
    (workspace.contacts / "gens.csv").write_text(contacts, encoding="utf-8")
    return workspace


def test_pictures_that_only_this_list_asks_for_are_put_before_the_send(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LocalWeb({}) as web:
        for name, value in {"TO": "folder", "FOLDER": str(tmp_path / "site"), "URL": web.url}.items():
            monkeypatch.setenv(f"APES_MAILER_PUBLISH_{name}", value)
        monkeypatch.setenv("APES_MAILER_PUBLIC_URL", "https://lettre.example.org")
        application = Application(_workspace(tmp_path))
        first = application.compose(NAME)
        letter = compose.for_web(application.workspace, first, application.settings.sender.identity())
        publish.publish(application.workspace, first, letter, application.site(), application.clock())
        published = {path.name for path in (tmp_path / "site/pictures").iterdir()}

        reached = reaching.before_send(application, application.compose(NAME), ToldProvider(), "gens", [])

    letter_of_one = reached.variants.for_contact({"TERRITOIRE": "Aisne, Somme"})
    assert letter_of_one is not None
    shown = set(letter_of_one.letter.template.pictures())
    assert shown - published, "the picture of the Somme stands beside another, in a width that nobody asked for before"
    assert shown <= {path.name for path in (tmp_path / "site/pictures").iterdir()}
    assert {f"{web.url}/pictures/{name}" for name in shown} <= {answer.url for answer in reached.answers}
