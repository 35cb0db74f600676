"""A preview of a workspace of its own, and a browser that has been let in."""

from __future__ import annotations

import http.client
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from PIL import Image

from apes_mailer.campaign import starter
from apes_mailer.web import preview
from apes_mailer.web.live import Live
from apes_mailer.wiring import Application
from tests.integration.web.running import Reply, request, serving

TOKEN = "the-token-of-the-printed-address"
NAME = "essai"

ISSUE = """\
subject: Bonjour <<contact.PRENOM|à vous>>, on rouvre samedi
preheader: Pour <<contact.PRENOM|vous>>, de la part d’Odile et des autres
title: Le marché
blocks:
  - type: editorial
    text: |
      Cher·e <<contact.PRENOM>>, [venez](https://marche.exemple.fr/), <<contact.NOM|x>>.
    images:
      - file: carre.png
        alt: Un carré
  - type: quote
    text: |
      Il a fallu deux hivers, trois cents sacs de chaux et beaucoup de mains pour relever la halle. Ce samedi, les étals
      reprennent leur place entre les piliers, et l’on reconnaît au bruit des caisses que c’est un marché. Il y a là
      le pain de la nuit, les pommes du verger commun, des œufs encore tièdes, et surtout des gens qui se parlent. Que
      demander de plus à une halle ? Qu’elle tienne, et qu’on y revienne la semaine suivante avec ses voisins.
"""

FAULTY = """\
subject: BONJOUR A TOUTES ET A TOUS
preheader: Pour <<contact.PRENOM|vous>>, de la part d’Odile et des autres
blocks:
  - type: banner
    button: {text: Adhérer en cinq minutes, link: "http://adherer.exemple.fr"}
  - type: section
    title: À la une
    articles:
      - title: Le marché rouvre
        text: |
          Bonjour <<contact.PRENOM|vous>>, la halle est relevée.

          Tout est [ici](https://marche.exemple.fr/halle), depuis mardi 14 juillet 2027.
        images:
          - file: carre.png
  - type: events
    title: À vos agendas
    events:
      - title: La fournée d’hiver
        date: 2001-01-01
"""


@dataclass(frozen=True, slots=True)
class Events:
    """The stream of versions that a page listens to."""

    answer: http.client.HTTPResponse

    def next(self) -> int:
        """Wait for the next event and return its version."""
        while True:
            line = self.answer.readline().decode()
            assert line, "the stream has ended"
            if line.startswith("data:"):
                return int(line.removeprefix("data:"))


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser that has the cookie of a preview."""

    url: str
    app: Application

    @property
    def cookie(self) -> dict[str, str]:
        """The header with the cookie."""
        return {"Cookie": f"apes_mailer_preview_{urlsplit(self.url).port}={TOKEN}"}

    @property
    def issue(self) -> Path:
        """The file that the author writes."""
        return self.app.workspace.campaigns / NAME / "issue.yaml"

    def get(self, path: str, **query: str) -> Reply:
        """Ask for a page in English."""
        where = f"{self.url}{path}?{urlencode(query)}" if query else f"{self.url}{path}"
        return request(where, headers={**self.cookie, "Accept-Language": "en"})

    @contextmanager
    def events(self) -> Generator[Events]:
        """Listen to the stream of versions."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=20)
        connection.request("GET", "/events", headers=self.cookie)
        answer = connection.getresponse()
        assert answer.status == 200
        try:
            yield Events(answer)
        finally:
            answer.close()
            connection.close()

    @contextmanager
    def change(self) -> Generator[None]:
        """Do something to the files, and wait until the preview has seen it."""
        with self.events() as events:
            before = events.next()
            yield
            while events.next() <= before:
                pass


def make_workspace(folder: Path, issue: str = ISSUE) -> Application:
    """Make a workspace with one short letter and one list; the sender is no longer an example."""
    workspace = starter.init(folder)
    settings = workspace.settings_file.read_text(encoding="utf-8")
    workspace.settings_file.write_text(settings.replace("lettre@example.org", "lettre@exemple.fr"), encoding="utf-8")
    images = workspace.campaigns / NAME / "images"
    images.mkdir(parents=True)
    Image.new("RGB", (1200, 800), "#c8553d").save(images / "carre.png")
    (images.parent / "issue.yaml").write_text(issue, encoding="utf-8")
    lines = ["EMAIL;PRENOM;NOM", "Odile@Exemple.example;Odile <3;d'Artois & fils"]
    lines += [f"personne{number}@exemple.example;Prénom {number};" for number in range(30)]
    (workspace.contacts / "amis.csv").write_text("\n".join(lines), encoding="utf-8")
    return Application(workspace)


@contextmanager
def previewing(app: Application, name: str = NAME) -> Generator[Browser]:
    """Serve the preview of a campaign in a thread."""
    live = Live(app, name)
    with serving(preview.application(live, app, name, token=TOKEN), on_stop=live.close) as url:
        yield Browser(url, app)
    app.database.close()
