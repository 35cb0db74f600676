"""10,000 contacts who said all kinds of things: nobody is counted without having agreed, by any sign of it."""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from apes_mailer.ledger import campaigns, claims
from apes_mailer.ledger.sorting import Letter, Letters
from apes_mailer.model.batch import Batch, Recipient
from apes_mailer.model.consent import Purpose, State
from apes_mailer.model.submission import Submitted
from apes_mailer.model.tracking import COUNTED, NOTHING, Tracking
from apes_mailer.providers.sendgrid import SendGrid
from apes_mailer.render.letter import render
from apes_mailer.store import schema
from apes_mailer.store.times import stamp
from apes_mailer.workspace import Workspace
from tests.support import sendgrid_rules
from tests.support.ledgers import ENVELOPE, NAME, Ledger, address
from tests.support.letters import IDENTITY, PICTURES, everything
from tests.support.sendgrid_body import Mail, read_mail

pytestmark = pytest.mark.slow

PEOPLE = 10_000
SWITCHES = {Purpose.CLICKS: "click_tracking", Purpose.OPENS: "open_tracking"}
_HREF = re.compile(r'href="([^"]*)"')
_PIXEL = re.compile(r'<img[^>]*(?:width|height)="[01]"', re.IGNORECASE)


class Crowd:
    """Contacts who say things, and what each said last."""

    def __init__(self, ledger: Ledger, seed: int) -> None:
        self.ledger = ledger
        self.random = random.Random(seed)
        self.last: dict[str, dict[Purpose, State]] = defaultdict(dict)

    def say(self, count: int, states: list[State]) -> None:
        """Let so many say something, about the list or about all."""
        rows: list[dict[str, object]] = []
        for _ in range(count):
            number, purpose = self.random.randrange(PEOPLE), self.random.choice(list(Purpose))
            state = self.random.choice(states)
            said = {"key": self.ledger.key(number), "purpose": purpose, "state": state, "source": "form"}
            rows.append({**said, "list_id": self.random.choice([0, 1]), "at": stamp(self.ledger.now)})
            self.last[address(number)][purpose] = state
        with self.ledger.database.write() as connection:
            connection.execute(sa.insert(schema.consent), rows)

    def agreed(self, address: str, purpose: Purpose) -> bool:
        """Whether somebody's last word was yes."""
        return self.last[address].get(purpose) is State.GIVEN


@pytest.mark.parametrize(
    ("seed", "wanted"),
    [(1, frozenset(COUNTED)), (2, frozenset({Purpose.OPENS})), (3, frozenset({Purpose.CLICKS})), (4, NOTHING)],
)
def test_nobody_is_counted_who_did_not_agree(tmp_path: Path, seed: int, wanted: Tracking) -> None:
    ledger = Ledger.create(tmp_path, contacts=PEOPLE)
    crowd = Crowd(ledger, seed)
    crowd.say(15_000, list(State))
    theme = Workspace(Path("no-workspace")).theme("apes")
    template = render(everything(), theme, IDENTITY, PICTURES, tracking=bool(wanted)).template
    letters = Letters(letter_of=lambda _: Letter(template=template), tracking=wanted)
    ledger.prepare(letters=letters, batch_size=100)
    provider = SendGrid(
        api_key="SG.x", base_url="http://127.0.0.1:9", timeout=1, nonce=ledger.keyring.substitution_nonce
    )
    own_links = _literal_links(template.html)
    seen: dict[str, Tracking] = {}
    while (batch := _claimed(ledger, wanted)) is not None:
        content = provider.payload(batch).content
        assert isinstance(content, bytes)
        body: dict[str, Any] = json.loads(content)
        on = _switched_on(body)
        assert sendgrid_rules.violations(content, tracked={SWITCHES[each] for each in on}) == []
        mail = read_mail(content)  # once for all of them: it takes most of the time
        assert isinstance(mail, Mail)
        for number, person in enumerate(batch.recipients):
            assert all(crowd.agreed(person.address, purpose) for purpose in on)
            html = sendgrid_rules.merged(mail, number)["html"]
            assert not _PIXEL.search(html)
            assert own_links <= set(_HREF.findall(html))
            seen[person.address] = on
        if crowd.random.random() < 0.2:
            crowd.say(20, [State.WITHDRAWN, State.REFUSED])  # some have not left yet
    assert len(seen) == PEOPLE
    assert {purpose for on in seen.values() for purpose in on} == wanted


def _claimed(ledger: Ledger, wanted: Tracking) -> Batch | None:
    with ledger.database.write() as connection:
        taken = claims.claim(connection, ledger.ids[NAME], owner="sender", at=ledger.now, wanted=wanted)
        if taken is None:
            return None
        claim, roll = taken
        claims.record(connection, claim, Submitted(), owner="sender", at=ledger.now)
        template = campaigns.templates(connection, ledger.ids[NAME])[claim.template_id]
    tokens = ledger.keyring.tokens(bytes(8), roll.keys)
    people = zip(
        roll.addresses,
        ledger.keyring.recipient_marks(roll.keys),
        [ENVELOPE.unsubscribe_url(token) for token in tokens],
        roll.values,
        strict=True,
    )
    return Batch(
        campaign=NAME,
        run="1",
        attempt=claim.mark,
        envelope=ENVELOPE,
        template=template,
        recipients=[Recipient(*each) for each in people],
        tracking=claim.tracking,
    )


def _switched_on(body: dict[str, Any]) -> Tracking:
    settings: dict[str, dict[str, bool]] = body["tracking_settings"]
    assert set(settings) == {"click_tracking", "open_tracking", "subscription_tracking", "ganalytics"}
    assert not settings["ganalytics"]["enable"]
    assert not settings["subscription_tracking"]["enable"]
    assert not settings["click_tracking"]["enable_text"]
    return frozenset(purpose for purpose, name in SWITCHES.items() if settings[name]["enable"])


def _literal_links(parts: Any) -> set[str]:
    """The links of a letter that are the same for everybody."""
    literal = "".join(part if isinstance(part, str) else "\0" for part in parts)
    return {link for link in _HREF.findall(literal) if "\0" not in link}
