"""A campaign with everything that a report can tell, in a ledger of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from apes_mailer.ledger.sorting import Letter, Letters
from apes_mailer.model.merge import ContactField
from apes_mailer.model.message import Context, Slot
from apes_mailer.model.submission import NotAccepted, Refused, Submitted, Unknown
from apes_mailer.model.suppression import Cause
from apes_mailer.model.waiver import Waiver
from apes_mailer.store import schema
from apes_mailer.store.times import stamp
from tests.support.ledgers import NOW, TEMPLATE, Ledger

NAME = "2027-03"
_HTML = """
<h2>Au jardin</h2>
<p><a href="https://a.example/semis">Lire les semis</a>
et <a href="https://a.example/outils"><img src="x.jpg" alt="Les outils"></a></p>
<h2><a href="https://a.example/fete">La fête du pain</a></h2>
"""
LETTER = replace(
    TEMPLATE,
    subject=("Semer & récolter <en ", Slot(ContactField("MOIS", "mars"), Context.HEADER), ">"),
    html=(_HTML,),
)


def told(
    ledger: Ledger, kind: str, numbers: Iterable[int], *, name: str = NAME, reason: str = "", url: str = ""
) -> None:
    """Keep an event about contacts by their numbers, or about nobody when there are none."""
    with ledger.database.write() as connection:
        about = {"provider": "local", "kind": kind, "reason": reason, "url": url, "campaign_id": ledger.ids[name]}
        for number in numbers:
            contact = sa.select(schema.contact.c.id).where(schema.contact.c.key == ledger.key(number))
            own = {"at": stamp(ledger.now), "contact_id": None if url else connection.execute(contact).scalar_one()}
            connection.execute(sa.insert(schema.event), {**about, **own})


def submit_all(ledger: Ledger, name: str = NAME) -> None:
    """Let the provider take every batch that is pending, one each ten seconds."""
    while claimed := ledger.try_claim(name):
        ledger.now += dt.timedelta(seconds=10)
        ledger.record(claimed[0], Submitted(provider_id="1"))


def rich(folder: Path) -> Ledger:
    """A list that grows to sixty, three campaigns before, and one with every kind of trouble."""
    ledger = Ledger.create(folder, contacts=52)
    for month, joined in (("2026-12", 52), ("2027-01", 56), ("2027-02", 60)):
        ledger.join(range(joined - 4, joined) if joined > 52 else ())
        ledger.prepare(month, batch_size=20)
        submit_all(ledger, month)
        ledger.now += dt.timedelta(days=30)
        if month == "2026-12":
            ledger.suppress(51, cause=Cause.UNSUBSCRIBED)
    told(ledger, "delivered", [*range(51), *range(52, 58)], name="2027-02")
    told(ledger, "bounced", [58], name="2027-02", reason="Invalid Address")
    ledger.suppress(58)
    ledger.suppress(59)
    _trouble(ledger)
    _feedback(ledger)
    return ledger


def _trouble(ledger: Ledger) -> None:
    """One refused, a doubt settled, a doubt left, a pause."""
    waived = [Waiver(rule="contrast", because="le logo est dessiné ainsi")]
    letters = Letters(letter_of=lambda _: Letter(template=LETTER))
    ledger.prepare(NAME, batch_size=10, letters=letters, waivers=waived)
    first = ledger.claim(NAME)
    ledger.record(first, Refused(reasons={3: "does not contain a valid address"}))
    ledger.now += dt.timedelta(seconds=5)
    ledger.record(ledger.claim(NAME), Submitted(provider_id="1"))
    ledger.record(ledger.claim(NAME), Unknown(cause="the connection broke"))
    ledger.resolve(2, "submitted", NAME)
    ledger.record(ledger.claim(NAME), Unknown(cause="the answer was 500"))
    ledger.record(ledger.claim(NAME), NotAccepted(cause="the key is wrong", stop=True))
    ledger.pause("program", "the provider refuses the key", NAME)
    ledger.now += dt.timedelta(minutes=7)
    ledger.unpause(NAME)
    submit_all(ledger, NAME)


def _feedback(ledger: Ledger) -> None:
    """Of the 47 whose letter was taken: 41 delivered, 2 bounced, 1 came back once, 1 waits, 2 without news."""
    taken = [number for number in range(58) if not 20 <= number < 30 and number != 3]
    told(ledger, "delivered", taken[:42])
    told(ledger, "delivered", taken[:5])  # told twice
    told(ledger, "bounced", taken[41:43], reason="Invalid Address")  # the first of them was called delivered before
    told(ledger, "blocked", [taken[0], taken[43]], reason="Mailbox Full")  # the first arrived all the same
    told(ledger, "deferred", [taken[1], taken[44]])
    told(ledger, "clicked", range(4), url="https://a.example/semis")
    told(ledger, "clicked", range(2), url="https://a.example/outils")
    told(ledger, "clicked", range(5), url="https://a.example/fete")
    ledger.suppress(5, cause=Cause.UNSUBSCRIBED)
    ledger.suppress(6, cause=Cause.COMPLAINED)


LAST = NOW + dt.timedelta(days=91)
