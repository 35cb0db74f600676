"""A whole public site on a real socket: lists to choose from, letters that confirm, a clock that tests set."""

from __future__ import annotations

import datetime as dt
import re
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urljoin

from apes_mailer.campaign import confirmations
from apes_mailer.campaign.confirmations import Confirmations
from apes_mailer.campaign.preferences import PublicList
from apes_mailer.contacts import consents, lists, suppressions
from apes_mailer.contacts.consents import Consent
from apes_mailer.contacts.suppressions import ALL_LISTS
from apes_mailer.model.batch import Batch, Envelope
from apes_mailer.model.consent import Purpose
from apes_mailer.model.keys import Keyring
from apes_mailer.model.suppression import Cause
from apes_mailer.render import fill
from apes_mailer.store.database import Database
from apes_mailer.web import public
from apes_mailer.web.site import Person, Site
from apes_mailer.workspace import Workspace
from tests.integration.web.running import Reply, request, serving
from tests.support.letters import IDENTITY
from tests.support.told_provider import ToldProvider

NOW = dt.datetime(2027, 3, 1, 9, 30, tzinfo=dt.UTC)
ADDRESS = "odile@exemple.example"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PUBLIC_URL = "https://lettre.semis.example"
LISTS = (
    PublicList(name="mensuelle", title="La lettre du mois", about="Le premier mardi", open=True),
    PublicList(name="agenda", title="L’agenda <du réseau>", about="", open=True),
    PublicList(name="membres", title="La lettre des membres", about="", open=False),
)


@dataclass
class Clock:
    """A clock that stands still until a test moves it."""

    now: dt.datetime = NOW

    def __call__(self) -> dt.datetime:
        """Return the time."""
        return self.now

    def pass_by(self, **time: float) -> None:
        """Let time pass, in the units of ``timedelta``."""
        self.now += dt.timedelta(**time)


@dataclass(kw_only=True)
class Place:
    """A site that is served, and what stands behind it."""

    url: str
    site: Site
    clock: Clock
    provider: ToldProvider
    sent: threading.Semaphore
    erased: list[str] = field(default_factory=list[str])

    @property
    def key(self) -> bytes:
        """The contact key of the reader of these tests."""
        return self.site.keyring.contact_key(ADDRESS)

    def know(self, list_name: str = "mensuelle", address: str = ADDRESS) -> str:
        """Put somebody on a list; return the path of the link in that person's letters."""
        keyring = self.site.keyring
        key = keyring.contact_key(address)
        with self.site.database.write() as connection:
            list_id = lists.find_or_add(connection, list_name, keyring, NOW)
            lists.join(connection, list_id, lists.know(connection, key, address))
        return f"{self.url}/u/{keyring.token(keyring.list_tag(list_name), key)}"

    def suppress(self, cause: Cause, list_name: str = "") -> None:
        """Suppress the reader, for all lists or for one."""
        with self.site.database.write() as connection:
            number = lists.find_or_add(connection, list_name, self.site.keyring, NOW) if list_name else ALL_LISTS
            suppressions.add(connection, self.key, list_id=number, cause=cause, at=NOW)

    def suppressions(self) -> set[tuple[str, Cause]]:
        """What keeps letters from the reader now: for which list, and why."""
        with self.site.database.read() as connection:
            found = suppressions.holding(connection, self.key, at=self.clock())
        return {(each.list_name, each.cause) for each in found}

    def comes(self, list_name: str) -> bool:
        """Whether the letters of a list would come to the reader."""
        with self.site.database.read() as connection:
            number = lists.number(connection, list_name)
            held = suppressions.holding(connection, self.key, list_id=number, at=self.clock())
            return lists.is_member(connection, number, self.key) and not held

    def said(self, purpose: Purpose) -> list[Consent]:
        """All that the reader said of something, oldest first."""
        with self.site.database.read() as connection:
            return [each for each in consents.of_key(connection, self.key) if each.purpose is purpose]

    def letter(self) -> str:
        """The text of the confirmation that is sent next, once what became of it is recorded; fails when none comes."""
        assert self.sent.acquire(timeout=20), "no confirmation was sent"
        for _ in range(1000):
            with self.site.database.read() as connection:
                if not connection.exec_driver_sql("SELECT 1 FROM wish WHERE state = 'submitting'").first():
                    return text_of(self.provider.batches[-1])
            time.sleep(0.02)
        raise AssertionError("what became of a confirmation was not recorded")

    def no_letter(self) -> None:
        """Fail when a confirmation is due: whatever is due leaves before one that is asked for now."""
        before = len(self.provider.batches)
        other = post(f"{self.url}/signup/agenda", email=f"temoin{before}@exemple.example")
        assert other.status == 200
        assert self.sent.acquire(timeout=20)
        addresses = [people[0] for people in self.provider.addresses[before:]]
        assert addresses == [f"temoin{before}@exemple.example"]

    def link(self) -> str:
        """Where the link of the next confirmation leads, on this computer."""
        match = re.search(rf"{re.escape(PUBLIC_URL)}(/(?:confirm|data)/[\w-]+)", self.letter())
        assert match
        return f"{self.url}{match[1]}"


def text_of(batch: Batch) -> str:
    """Return the plain text of the one letter in a batch."""
    recipient = batch.recipients[0]
    links = fill.Links(pictures="")
    return fill.fill(batch.template.text, recipient.values, links, recipient.unsubscribe_url)


@contextmanager
def open_site(folder: Path, *, provider: ToldProvider | None = None, **changes: object) -> Generator[Place]:
    """Serve a site whose confirmations go to a provider that says what it was told."""
    clock, told, sent, erased = Clock(), provider or ToldProvider(), threading.Semaphore(0), list[str]()
    database = Database("mailer.db", base=folder)
    keyring = Keyring(b"s" * 32)

    def release(_batch: Batch) -> None:
        sent.release()

    told.during = release
    titles = {each.name: each.title for each in LISTS}
    theme = Workspace(folder).theme("apes")
    values: dict[str, object] = {
        "database": database,
        "keyring": keyring,
        "published": folder / "published",
        "clock": clock,
        "person": Person(export=lambda address: {"address": address, "lists": ["mensuelle"]}, erase=erased.append),
        "letter": "La lettre des semis",
        "sender": "Les Semis d’Artois",
        "write_to": "bonjour@semis.example",
        "lists": LISTS,
        "confirmations": Confirmations(
            database=database,
            keyring=keyring,
            provider=told,
            envelope=Envelope(
                from_address="lettre@semis.example",
                from_name="Les Semis",
                reply_to="",
                public_url=PUBLIC_URL,
                list_id="<confirmations.semis.example>",
            ),
            templates=confirmations.templates(theme, IDENTITY, dt.timedelta(hours=48)),
            title=lambda name: titles.get(name, "La lettre des semis"),
            clock=clock,
        ),
        **changes,
    }
    site = Site(**values)  # pyright: ignore[reportArgumentType] - names and kinds are those of the class
    with serving(public.application(site), trusted_proxies=["127.0.0.1"]) as url:
        yield Place(url=url, site=site, clock=clock, provider=told, sent=sent, erased=erased)
    database.close()


def post(
    url: str,
    fields: Mapping[str, Sequence[str]] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    **more: Sequence[str],
) -> Reply:
    """Post a form with these fields, given as a whole or by name."""
    body = urlencode({**(fields or {}), **more}, doseq=True).encode()
    return request(url, "POST", body=body, headers={**FORM, **(headers or {})})


def pressed(reply: Reply, page: str, what: str = "") -> Reply:
    """Press the one button of a page, or the one that says ``what`` in ``do``, with the form as it stands."""
    forms = re.findall(r'<form method="post"(?: action="([^"]*)")?>(.*?)</form>', reply.text, re.DOTALL)
    action, inside = next((action, inside) for action, inside in forms if f'value="{what}"' in inside or not what)
    fields: dict[str, list[str]] = {"do": [what]} if what else {}
    for tag in re.findall(r"<input[^>]*>", inside):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if found["type"] == "hidden" or " checked" in tag:
            fields.setdefault(found["name"], []).append(found["value"])
    return post(urljoin(page, action), fields)
