"""Ten thousand letters: who follows their links unsubscribes nobody; one POST does, and a send under way heeds it."""

from __future__ import annotations

import http.client
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from apes_mailer.campaign.send import Records, Sender, Surroundings
from apes_mailer.contacts import suppressions
from apes_mailer.ledger.sorting import Letter, Letters
from apes_mailer.model.batch import Batch, Recipient
from apes_mailer.model.merge import LinkTag, Special
from apes_mailer.model.message import Context, Slot
from apes_mailer.model.suppression import Cause
from apes_mailer.render import fill
from apes_mailer.web import public
from apes_mailer.web.site import Site
from tests.integration.web.running import request, serving
from tests.support.ledgers import ENVELOPE, NOW, TEMPLATE, Ledger
from tests.support.told_provider import ToldProvider

pytestmark = pytest.mark.slow

MANY, BATCH = 10_000, 1000
LEAVE = Slot(LinkTag(Special.UNSUBSCRIBE), Context.ATTRIBUTE)
CHOOSE = Slot(LinkTag(Special.PREFERENCES), Context.ATTRIBUTE)
LETTER = replace(TEMPLATE, html=('<a href="', LEAVE, '">Se désinscrire</a><a href="', CHOOSE, '">Mes choix</a>'))


def _send(ledger: Ledger, name: str, provider: ToldProvider) -> list[Recipient]:
    """Send a letter to the list, one request at a time; return who was mailed."""
    ledger.prepare(name, batch_size=BATCH, letters=Letters(letter_of=lambda _: Letter(template=LETTER)))
    records = Records(database=ledger.database, instance=ledger.instance, clock=lambda: NOW)
    around = Surroundings(records=records, provider=provider, keyring=ledger.keyring, in_flight=1)
    Sender(around, ledger.ids[name], "test", lambda _: None).run()
    return [recipient for batch in provider.batches for recipient in batch.recipients]


def _links(recipient: Recipient) -> list[str]:
    """Return where the links of a letter lead, that of its headers too and first, without the host."""
    html = fill.fill(LETTER.html, recipient.values, fill.Links(pictures=""), recipient.unsubscribe_url)
    found = [recipient.unsubscribe_url, *re.findall(r'href="([^"]+)"', html)]
    return [each.removeprefix(ENVELOPE.public_url) for each in dict.fromkeys(found)]


def _follow(url: str, paths: Sequence[str]) -> set[tuple[str, int]]:
    """Ask for paths by GET and by HEAD, on one connection; return what came."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    seen: set[tuple[str, int]] = set()
    for path in paths:
        for method in ("GET", "HEAD"):
            connection.request(method, path)
            answer = connection.getresponse()
            answer.read()
            seen.add((method, answer.status))
    connection.close()
    return seen


def test_links_of_ten_thousand_letters(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path, contacts=MANY, busy_seconds=30)
    site = Site(
        database=ledger.database,
        keyring=ledger.keyring,
        published=tmp_path / "published",
        clock=lambda: NOW,
        letter="La lettre",
        sender="Les Semis",
        write_to="bonjour@semis.example",
    )
    with serving(public.application(site)) as url:
        mailed = _send(ledger, "2027-03", ToldProvider())
        assert len(mailed) == MANY
        paths = [path for recipient in mailed for path in _links(recipient)]
        assert len(set(paths)) == 2 * MANY
        with ThreadPoolExecutor(4) as pool:
            answers = [pool.submit(_follow, url, paths[part::4]) for part in range(4)]
            for answer in answers:
                assert answer.result() == {("GET", 200), ("HEAD", 200)}
        with ledger.database.read() as connection:
            assert list(suppressions.every(connection)) == []

        leaving = mailed[BATCH]  # of the second batch, while the first is on its way

        def leave(batch: Batch) -> None:
            if len(provider.batches) == 1:
                assert leaving not in batch.recipients
                path, *_ = _links(leaving)
                assert request(f"{url}{path}", "POST", body=b"List-Unsubscribe=One-Click").status == 200

        provider = ToldProvider(during=leave)
        again = _send(ledger, "2027-04", provider)
        assert {each.address for each in mailed} - {each.address for each in again} == {leaving.address}
        assert len(again) == MANY - 1
        with ledger.database.read() as connection:
            assert [each.cause for each in suppressions.every(connection)] == [Cause.UNSUBSCRIBED]
    ledger.database.close()
