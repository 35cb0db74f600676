"""Places for web versions in tests, and letters to publish there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from PIL import Image

from apes_mailer.campaign import compose
from apes_mailer.campaign.compose import Circumstances, Composition
from apes_mailer.campaign.publish import Published, Site, publish
from apes_mailer.model.publication import PlaceName, Publication
from apes_mailer.places.base import Place
from apes_mailer.workspace import Workspace
from tests.support.letters import IDENTITY

NOW = dt.datetime(2027, 3, 1, 9, 30, tzinfo=dt.UTC)
BASE = "https://lettre.semis.fr"
ISSUE = """\
subject: "Pour <<contact.PRENOM|vous>>, la fournée de mars"
preheader: Du pain, des mains et un four
date: 2027-03-01
blocks:
  - type: editorial
    title: La fournée
    text: |
      Bonjour <<contact.PRENOM>>, voici [le four](https://semis.fr/four).
    images: {file: four.jpg, alt: Le four}
"""


def publication(name: str, **changes: object) -> Publication:
    """A publication as the register keeps it."""
    values: dict[str, object] = {
        "name": name,
        "id": f"urn:uuid:00000000-0000-4000-8000-{sum(name.encode()):012}",
        "place": "serve",
        "base": BASE,
        "title": f"La lettre {name}",
        "language": "fr",
        "published": NOW,
        "updated": NOW,
        "digest": "d",
        "issue_digest": "i",
    }
    return Publication.model_validate({**values, **changes})


def site(place: Place, *, name: PlaceName = "serve", base: str = BASE, noindex: bool = False) -> Site:
    """A site of the test's organisation."""
    return Site(
        place=place,
        place_name=name,
        base=base,
        title="La lettre des semis",
        sender="Les Semis d’Artois",
        tagline="Des nouvelles de la terre",
        website="https://www.semis.fr/",
        language="fr",
        noindex=noindex,
    )


def workspace_with(folder: Path, *names: str) -> Workspace:
    """A workspace with issues of these names."""
    workspace = Workspace(folder)
    for number, name in enumerate(names):
        images = workspace.campaigns / name / "images"
        images.mkdir(parents=True)
        (images.parent / "issue.yaml").write_text(ISSUE, encoding="utf-8")
        Image.new("RGB", (1200 + number, 800), "#c8553d").save(images / "four.jpg")
    return workspace


def composed(workspace: Workspace, name: str) -> Composition:
    """A campaign's letter, as it is at this moment."""
    around = Circumstances(identity=IDENTITY, sender="lettre@semis.fr", today=NOW.date(), language="en")
    return compose.compose(workspace, name, around)


def published(workspace: Workspace, name: str, where: Site, now: dt.datetime = NOW) -> Published:
    """Publish a campaign as the command does."""
    composition = composed(workspace, name)
    return publish(workspace, composition, compose.for_web(workspace, composition, IDENTITY), where, now)
